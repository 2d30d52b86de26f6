//! What people do to an incident, by the names that it has in addresses, forms and buttons.
//!
//! Knows the names. Must not know who asks, nor what follows.

/// A deed. Names stand in messages for as long as those are kept, so they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Somebody takes what nobody has.
    Acknowledge,
    /// Somebody takes what another one has.
    TakeOver,
    /// Somebody says that it is over.
    Resolve,
    /// Nobody is to be told of the alerts that it has now, for a while.
    Silence,
    /// Somebody wants it analysed.
    Analyze,
    /// Somebody wants a channel for it, with the people whom it concerns.
    Declare,
    /// The summary's first cause was right.
    Right,
    /// It was wrong.
    Wrong,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Acknowledge,
        Self::TakeOver,
        Self::Resolve,
        Self::Silence,
        Self::Analyze,
        Self::Declare,
        Self::Right,
        Self::Wrong,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::TakeOver => "take_over",
            Self::Resolve => "resolve",
            Self::Silence => "silence_1h",
            Self::Analyze => "analyze",
            Self::Declare => "declare",
            Self::Right => "right",
            Self::Wrong => "wrong",
        }
    }

    /// The deed of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == name)
    }
}
