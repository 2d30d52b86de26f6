//! What a person asks for.
//!
//! Knows the kinds of questions by their names. Must not know how one is answered.

/// What an incident that a person asked for is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum About {
    /// What happened at a time.
    #[default]
    Moment,
    /// The answer of metrics over days.
    Insight,
    /// What security services have found that is open, with what of it began in some days.
    Findings,
}

impl About {
    /// Its name, wherever it is kept.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moment => "moment",
            Self::Insight => "insight",
            Self::Findings => "findings",
        }
    }

    /// What is kept under a name; a look at a moment under any other.
    pub fn named(name: &str) -> Self {
        [Self::Insight, Self::Findings].into_iter().find(|about| about.name() == name).unwrap_or_default()
    }
}
