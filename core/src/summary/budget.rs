//! What model calls may cost: tokens per incident and per day.
//!
//! Knows the arithmetic. Must not know who keeps the counts (the store does, over all replicas). It is a check before
//! each call, and nothing is set aside: summaries that are asked for at the same time do not see one another, so that
//! a budget may be overshot by what runs at once.

/// `summary.budget` of the configuration, in tokens, input and output together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// For one incident, over its whole life.
    pub tokens_per_incident: u64,
    /// For all incidents of one UTC day.
    pub tokens_per_day: u64,
}

/// What ended calls have used so far, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// By this incident.
    pub incident: u64,
    /// By all incidents of this UTC day, this one included.
    pub day: u64,
}

/// Which budget does not allow a call. Its words are for people and name the configuration key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OverBudget {
    /// The incident's.
    #[error(
        "This incident's token budget is used up ({used} of {limit}; a summary may need {needed}). \
         Raise summary.budget.tokens_per_incident."
    )]
    Incident {
        /// Used so far.
        used: u64,
        /// The configured limit.
        limit: u64,
        /// What the call might take.
        needed: u64,
    },
    /// The day's.
    #[error(
        "Today's token budget is used up ({used} of {limit}; a summary may need {needed}). \
         It starts anew at 00:00 UTC; raise summary.budget.tokens_per_day."
    )]
    Day {
        /// Used so far.
        used: u64,
        /// The configured limit.
        limit: u64,
        /// What the call might take.
        needed: u64,
    },
}

impl Budget {
    /// Whether `needed` more tokens fit: the worst case of what is about to be asked, so that one call after another
    /// never exceeds a budget.
    ///
    /// # Errors
    /// Which budget stands against it; the incident's first.
    pub fn allows(&self, used: Used, needed: u64) -> Result<(), OverBudget> {
        let over = |used: u64, limit: u64| used.saturating_add(needed) > limit;
        if over(used.incident, self.tokens_per_incident) {
            return Err(OverBudget::Incident {
                used: used.incident,
                limit: self.tokens_per_incident,
                needed,
            });
        }
        if over(used.day, self.tokens_per_day) {
            return Err(OverBudget::Day { used: used.day, limit: self.tokens_per_day, needed });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_holds_to_the_token_and_names_its_key() {
        let budget = Budget { tokens_per_incident: 100, tokens_per_day: 1_000 };
        let used = |incident, day| Used { incident, day };
        assert_eq!(budget.allows(used(0, 0), 100), Ok(()));
        assert_eq!(budget.allows(used(60, 960), 40), Ok(()));
        let incident = budget.allows(used(61, 0), 40).unwrap_err();
        assert_eq!(incident, OverBudget::Incident { used: 61, limit: 100, needed: 40 });
        assert!(incident.to_string().contains("summary.budget.tokens_per_incident"));
        let day = budget.allows(used(0, 961), 40).unwrap_err();
        assert_eq!(day, OverBudget::Day { used: 961, limit: 1_000, needed: 40 });
        assert!(day.to_string().contains("summary.budget.tokens_per_day"));
        assert!(budget.allows(used(0, u64::MAX), u64::MAX).is_err(), "no overflow");
    }
}
