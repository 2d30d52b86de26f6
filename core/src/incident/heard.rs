//! What the decision hears: messages with what the configuration makes of them, body by body.

use chrono::{DateTime, Utc};

use crate::alert::{AlertMessage, Labels, Severity};

/// A message with what the configuration makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What the sender said.
    pub message: AlertMessage,
    /// Its labels after mapping.
    pub labels: Labels,
    /// Its severity after mapping.
    pub severity: Severity,
    /// The sender's severity word has no meaning here, so it counts as critical.
    pub severity_unknown: bool,
}

/// How firstlook came by a body that no sender posted just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// For people; added to each reason.
    pub text: String,
    /// It was received earlier and could not be kept then, so that what came after it may have been decided first.
    pub held: bool,
}

impl Note {
    /// Of a body that firstlook made from what it found.
    pub fn found(text: impl Into<String>) -> Self {
        Self { text: text.into(), held: false }
    }

    /// Of a body that waited for the store.
    pub fn held(text: impl Into<String>) -> Self {
        Self { text: text.into(), held: true }
    }
}

/// What one body said about the alerts of one group key.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// When the body was received: the decision's `now`.
    pub at: DateTime<Utc>,
    /// How firstlook came by it, where no sender posted it just now.
    pub note: Option<&'a Note>,
    /// Its messages.
    pub incoming: Vec<&'a Incoming>,
}
