//! What model calls may use: tokens and money, per incident and per day.
//!
//! Knows the arithmetic. Must not know who keeps the counts: the store does, over all replicas, and sets the worst case
//! of a call aside before it is made, so that calls which run at once see one another.

use super::price;

/// Tokens, input and output together, and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Tokens.
    pub tokens: u64,
    /// In millionths of a US dollar; zero where no prices are configured.
    pub micro_usd: u64,
}

/// `summary.budget` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// For one incident, over its whole life.
    pub incident: Limit,
    /// For all incidents of one UTC day.
    pub day: Limit,
}

/// A bound of both kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Tokens.
    pub tokens: u64,
    /// In millionths of a US dollar, where money is bounded.
    pub micro_usd: Option<u64>,
}

/// What was used and set aside so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// By this incident.
    pub incident: Spent,
    /// By all incidents of this UTC day.
    pub day: Spent,
}

/// Whose budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The incident's.
    Incident,
    /// The day's.
    Day,
}

/// Why a model is not asked, in words for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OverBudget {
    /// In tokens.
    #[error("{} token budget is used up ({used} of {limit}; a summary may need {needed}). {}tokens_per_{}.",
        .scope.whose(), .scope.remedy(), .scope.word())]
    Tokens {
        /// Which budget.
        scope: Scope,
        /// Used so far.
        used: u64,
        /// The configured limit.
        limit: u64,
        /// What the call might take.
        needed: u64,
    },
    /// In millionths of a US dollar.
    #[error("{} budget is used up ({} of {}; a summary may need {}). {}usd_per_{}.", .scope.whose(), price::told(*.used),
        price::told(*.limit), price::told(*.needed), .scope.remedy(), .scope.word())]
    Money {
        /// Which budget.
        scope: Scope,
        /// Used so far.
        used: u64,
        /// The configured limit.
        limit: u64,
        /// What the call might take.
        needed: u64,
    },
}

impl Scope {
    fn word(self) -> &'static str {
        match self {
            Self::Incident => "incident",
            Self::Day => "day",
        }
    }

    fn whose(self) -> &'static str {
        match self {
            Self::Incident => "This incident's",
            Self::Day => "Today's",
        }
    }

    fn remedy(self) -> &'static str {
        match self {
            Self::Incident => "Raise summary.budget.",
            Self::Day => "It starts anew at 00:00 UTC; raise summary.budget.",
        }
    }
}

impl Budget {
    /// Whether `needed` fits: the worst case of what is about to be asked, so that one call after another never exceeds
    /// a budget.
    ///
    /// # Errors
    /// Which budget stands against it; the incident's first.
    pub fn allows(&self, used: Used, needed: Spent) -> Result<(), OverBudget> {
        for (scope, used, limit) in
            [(Scope::Incident, used.incident, self.incident), (Scope::Day, used.day, self.day)]
        {
            if used.tokens.saturating_add(needed.tokens) > limit.tokens {
                let (used, limit, needed) = (used.tokens, limit.tokens, needed.tokens);
                return Err(OverBudget::Tokens { scope, used, limit, needed });
            }
            if let Some(limit) = limit.micro_usd
                && used.micro_usd.saturating_add(needed.micro_usd) > limit
            {
                let (used, needed) = (used.micro_usd, needed.micro_usd);
                return Err(OverBudget::Money { scope, used, limit, needed });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(tokens: u64, micro_usd: u64) -> Spent {
        Spent { tokens, micro_usd }
    }

    #[test]
    fn a_budget_holds_to_the_token_and_names_its_key() {
        let limit = |tokens| Limit { tokens, micro_usd: None };
        let budget = Budget { incident: limit(100), day: limit(1_000) };
        let used = |incident, day| Used { incident: spent(incident, 0), day: spent(day, 0) };
        let allows = |used, needed| budget.allows(used, spent(needed, u64::MAX));
        assert_eq!(allows(used(0, 0), 100), Ok(()), "money is not bounded");
        assert_eq!(allows(used(60, 960), 40), Ok(()));
        assert_eq!(
            allows(used(61, 0), 40).unwrap_err().to_string(),
            "This incident's token budget is used up (61 of 100; a summary may need 40). \
             Raise summary.budget.tokens_per_incident."
        );
        assert_eq!(
            allows(used(0, 961), 40).unwrap_err().to_string(),
            "Today's token budget is used up (961 of 1000; a summary may need 40). \
             It starts anew at 00:00 UTC; raise summary.budget.tokens_per_day."
        );
        assert!(allows(used(0, u64::MAX), u64::MAX).is_err(), "no overflow");
    }

    #[test]
    fn money_has_its_own_bounds() {
        let limit = |micro_usd| Limit { tokens: u64::MAX, micro_usd: Some(micro_usd) };
        let budget = Budget { incident: limit(500_000), day: limit(20_000_000) };
        let used = |incident, day| Used { incident: spent(0, incident), day: spent(0, day) };
        assert_eq!(budget.allows(used(460_000, 19_960_000), spent(9, 40_000)), Ok(()));
        assert_eq!(
            budget.allows(used(460_001, 0), spent(9, 40_000)).unwrap_err().to_string(),
            "This incident's budget is used up ($0.46 of $0.50; a summary may need $0.04). \
             Raise summary.budget.usd_per_incident."
        );
        assert_eq!(
            budget.allows(used(0, 19_960_001), spent(9, 40_000)).unwrap_err().to_string(),
            "Today's budget is used up ($19.96 of $20.00; a summary may need $0.04). \
             It starts anew at 00:00 UTC; raise summary.budget.usd_per_day."
        );
    }
}
