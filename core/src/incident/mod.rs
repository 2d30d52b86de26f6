//! Alerts that belong together: group keys, episodes, and the decision what a message changes.
//!
//! Knows alerts and the configured rules. Must not know Postgres, receivers or evidence.

mod decide;
mod deed;
mod flap;
mod heard;
mod key;
mod lifecycle;
pub mod reconcile;
mod state;
mod title;
mod work;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use decide::decide;
pub use deed::Deed;
pub use heard::{Incoming, Note, Said};
pub use key::{GroupKey, Grouping};
pub use lifecycle::{Flapping, Lifecycle};
pub use state::{
    Action, Current, Decided, Decision, EdgeKind, Episode, Episodes, Judged, Known, Member, Recheck,
    SlotState, Touched,
};
pub use title::title;

/// Where an incident stands with people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Acknowledged,
    /// Over.
    Resolved,
}

impl Status {
    /// The word of the API and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
        }
    }
}
