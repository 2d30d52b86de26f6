//! Whether a message whose answer was lost stands in Slack after all.
//!
//! Knows what follows from each answer. Must not know how Slack lists messages.

use chrono::{DateTime, Utc};

use crate::receivers::slack::{Place, Receipt, Slack};
use crate::store::Address;

/// What is known of a message before it is posted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sought {
    /// No try of it can have arrived.
    New,
    /// An earlier try stands there.
    There(Receipt),
    /// None of them does.
    Missing,
    /// The bot may not look, or Slack does not say: it may stand there.
    Unknown,
}

impl Sought {
    /// Looks where `since` is the time of a first try whose answer was lost. What cannot be told is posted once more: better
    /// told twice than not at all.
    pub(super) async fn of(api: &Slack, place: Place<'_>, since: Option<DateTime<Utc>>, key: &str) -> Self {
        let Some(since) = since else { return Self::New };
        match api.seek(place, since, key).await {
            Ok(Some(receipt)) => Self::There(receipt),
            Ok(None) => Self::Missing,
            Err(error) => {
                tracing::info!(
                    reason = error.reason,
                    "a message whose answer was lost cannot be looked for; it is posted again"
                );
                Self::Unknown
            }
        }
    }

    /// Whether a post has to say that it may be a repeat.
    pub(super) fn may_be_there(&self) -> bool {
        *self == Self::Unknown
    }
}

impl From<Receipt> for Address {
    fn from(receipt: Receipt) -> Self {
        Self { channel: receipt.channel, ts: receipt.ts }
    }
}
