//! One labelled condition of one source, and what a sender says of it.
//!
//! Knows labels, identity and severity. Must not know incidents, routes, or the JSON that a sender used.

pub mod aws;
pub mod cloudwatch;
mod fingerprint;
mod labels;
mod mapping;
pub mod matchers;
mod severity;
pub mod sns;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use fingerprint::fingerprint;
pub use labels::Labels;
pub use mapping::{LabelRule, LabelRuleError, map_labels};
pub use severity::{Severity, SeverityRule};

/// Who an alert is, over time and deliveries: the configured source and the sender's own fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertId {
    /// The configured sender, such as `alertmanager/main`.
    pub source: String,
    /// Alertmanager's hash of the labels, 16 lower-case hex digits (FACTS A1); computed where a sender gives none.
    pub fingerprint: String,
}

/// Whether the sender says that the condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertStatus {
    /// The condition holds.
    Firing,
    /// The sender says that it ended. For Prometheus that may mean only that the series is gone (FACTS A3).
    Resolved,
}

impl AlertStatus {
    /// The word of the API and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

/// One sentence of a sender about one alert, in core types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertMessage {
    /// Who it is about.
    pub id: AlertId,
    /// What is said of it.
    pub status: AlertStatus,
    /// The sender's labels, before the configured mapping.
    pub labels: Labels,
    /// Free text for people; may change from message to message.
    pub annotations: Labels,
    /// When this episode began, by the sender's clock.
    pub starts_at: DateTime<Utc>,
    /// How long before `starts_at` the data began by which the sender judged: the trouble is at least so old. Zero where
    /// nobody says; never negative.
    pub lead: TimeDelta,
    /// When it ended; `None` while firing (a future or zero end is no end, FACTS A3).
    pub ends_at: Option<DateTime<Utc>>,
    /// Whether its times are those of changes, each told once: then an older start than the known end is no news.
    /// Prometheus sends an old start again, CloudWatch does not.
    pub ordered: bool,
    /// Where the sender shows the rule. Untrusted: may be empty, relative or not a URL at all.
    pub generator_url: Option<String>,
}

impl AlertMessage {
    /// When the trouble began, as far as the sender says.
    pub fn began_at(&self) -> DateTime<Utc> {
        earlier(self.starts_at, self.lead)
    }
}

/// Subtraction that stops at the first instant that can be written down.
pub(crate) fn earlier(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}
