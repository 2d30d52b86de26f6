//! Where people are told: one file for each kind of receiver.
//!
//! Knows how sends fail. Must not know incidents: bodies come finished from `firstlook_core::notify`.

mod http;
pub mod pagerduty;
pub mod slack;
pub mod webhook;

#[cfg(test)]
pub(crate) mod fake;

use std::time::Duration;

pub use firstlook_core::notify::backoff::Class;

/// Why a send was not (known to be) taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// Whether trying again has sense.
    pub class: Class,
    /// For people: what happened, and what to do about it. Holds no secret.
    pub reason: String,
}

impl SendError {
    fn retry(reason: impl Into<String>) -> Self {
        Self::retry_after(None, reason)
    }

    fn retry_after(after: Option<Duration>, reason: impl Into<String>) -> Self {
        Self { class: Class::Retry { after }, reason: reason.into() }
    }

    fn fail(reason: impl Into<String>) -> Self {
        Self { class: Class::Fail, reason: reason.into() }
    }

    fn ambiguous(reason: impl Into<String>) -> Self {
        Self { class: Class::Ambiguous, reason: reason.into() }
    }

    /// The same without `secret`, should a receiver have echoed it.
    fn without(mut self, secret: &crate::secret::Secret) -> Self {
        self.reason = secret.scrub(&self.reason);
        self
    }
}
