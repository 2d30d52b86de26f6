//! What model calls may use: tokens and money, per incident and per day.
//!
//! Knows the arithmetic. Must not know who keeps the counts: the store does, over all replicas, and sets the worst case
//! of a call aside before it is made, so that calls which run at once see one another.

use super::price;
use crate::language::Language;

/// Tokens, input and output together, and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Tokens.
    pub tokens: u64,
    /// In millionths of a US dollar; zero where no prices are configured.
    pub micro_usd: u64,
}

/// What for. Each has a budget of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// Summaries, `summary.budget`.
    #[default]
    Summary,
    /// Analyses, `summary.analysis.budget`.
    Analysis,
}

impl Purpose {
    /// The word of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Analysis => "analysis",
        }
    }

    fn call(self) -> &'static str {
        match self {
            Self::Summary => "a summary",
            Self::Analysis => "a step and the report",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Summary => "summary.budget",
            Self::Analysis => "summary.analysis.budget",
        }
    }
}

/// `summary.budget` of the configuration, or `summary.analysis.budget`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Whose calls it bounds.
    pub purpose: Purpose,
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
    #[error("{} token budget is used up ({used} of {limit}; {} may need {needed}). {}aise {}.tokens_per_{}.",
        .scope.whose(), .purpose.call(), .scope.when(), .purpose.key(), .scope.word())]
    Tokens {
        /// What for.
        purpose: Purpose,
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
    #[error("{} budget is used up ({} of {}; {} may need {}). {}aise {}.usd_per_{}.", .scope.whose(),
        price::told(*.used), price::told(*.limit), .purpose.call(), price::told(*.needed), .scope.when(),
        .purpose.key(), .scope.word())]
    Money {
        /// What for.
        purpose: Purpose,
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

impl OverBudget {
    /// The same in a language.
    pub fn told(&self, language: Language) -> String {
        if language == Language::En {
            return self.to_string();
        }
        let (what, key, [used, limit, needed], purpose, scope) = match *self {
            Self::Tokens { purpose, scope, used, limit, needed } => {
                ("トークンの予算", "tokens", [used, limit, needed].map(|n| n.to_string()), purpose, scope)
            }
            Self::Money { purpose, scope, used, limit, needed } => {
                ("予算", "usd", [used, limit, needed].map(price::told), purpose, scope)
            }
        };
        let (whose, anew) = match scope {
            Scope::Incident => ("このインシデントの", ""),
            Scope::Day => ("本日の", "00:00（UTC）に更新されます。"),
        };
        let call = match purpose {
            Purpose::Summary => "サマリー1件",
            Purpose::Analysis => "1ステップと報告",
        };
        let (purpose, scope) = (purpose.key(), scope.word());
        format!(
            "{whose}{what}を使い切りました（{limit}中{used}を使用、{call}に最大{needed}）。{anew}\
             増やすには{purpose}.{key}_per_{scope}を変更してください。"
        )
    }
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

    /// What stands before the `aise` of the remedy.
    fn when(self) -> &'static str {
        match self {
            Self::Incident => "R",
            Self::Day => "It starts anew at 00:00 UTC; r",
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
        let purpose = self.purpose;
        for (scope, used, limit) in
            [(Scope::Incident, used.incident, self.incident), (Scope::Day, used.day, self.day)]
        {
            if used.tokens.saturating_add(needed.tokens) > limit.tokens {
                let (used, limit, needed) = (used.tokens, limit.tokens, needed.tokens);
                return Err(OverBudget::Tokens { purpose, scope, used, limit, needed });
            }
            if let Some(limit) = limit.micro_usd
                && used.micro_usd.saturating_add(needed.micro_usd) > limit
            {
                let (used, needed) = (used.micro_usd, needed.micro_usd);
                return Err(OverBudget::Money { purpose, scope, used, limit, needed });
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
        let budget = Budget { purpose: Purpose::Summary, incident: limit(100), day: limit(1_000) };
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
    fn an_analysis_names_its_own_keys() {
        let limit = Limit { tokens: 10, micro_usd: None };
        let budget = Budget { purpose: Purpose::Analysis, incident: limit, day: limit };
        let words = budget.allows(Used::default(), spent(11, 0)).unwrap_err().to_string();
        assert_eq!(
            words,
            "This incident's token budget is used up (0 of 10; a step and the report may need 11). \
             Raise summary.analysis.budget.tokens_per_incident."
        );
    }

    #[test]
    fn money_has_its_own_bounds() {
        let limit = |micro_usd| Limit { tokens: u64::MAX, micro_usd: Some(micro_usd) };
        let budget = Budget { purpose: Purpose::Summary, incident: limit(500_000), day: limit(20_000_000) };
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
