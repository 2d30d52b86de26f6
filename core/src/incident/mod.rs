//! Alerts that belong together: group keys, episodes, and the decision.
//!
//! Knows alerts and configuration. Must not know Postgres, receivers or evidence.

use serde::{Deserialize, Serialize};

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
