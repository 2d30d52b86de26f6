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
    /// When it was brought again, where it could not be kept when it was received: what came after it may have been decided
    /// first.
    pub brought_at: Option<DateTime<Utc>>,
}

impl Note {
    /// Of a body that firstlook made from what it found.
    pub fn found(text: impl Into<String>) -> Self {
        Self { text: text.into(), brought_at: None }
    }

    /// Of a body that waited for the store.
    pub fn held(text: impl Into<String>, brought_at: DateTime<Utc>) -> Self {
        Self { text: text.into(), brought_at: Some(brought_at) }
    }
}

/// What one body said about the alerts of one group key.
#[derive(Debug, Clone)]
pub struct Said<'a> {
    /// When the body was received.
    pub at: DateTime<Utc>,
    /// How firstlook came by it, where no sender posted it just now.
    pub note: Option<&'a Note>,
    /// Its messages.
    pub incoming: Vec<&'a Incoming>,
}

impl Said<'_> {
    /// The decision's `now`.
    pub fn now(&self) -> DateTime<Utc> {
        self.note.and_then(|note| note.brought_at).unwrap_or(self.at)
    }

    /// When it was received, where it waited for the store.
    pub(super) fn held(&self) -> Option<DateTime<Utc>> {
        self.note.and_then(|note| note.brought_at).map(|_| self.at)
    }
}
