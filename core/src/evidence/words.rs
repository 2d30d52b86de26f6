//! A text made of fixed words and redacted parts, for items.
//!
//! Knows how figures and times are written. Must not take a text that is not redacted.

use chrono::{DateTime, Utc};

use super::Redacted;

/// What has been written so far.
#[derive(Default)]
pub(super) struct Words(pub(super) Redacted);

impl Words {
    pub(super) fn fixed(mut self, text: &'static str) -> Self {
        self.0.push_fixed(text);
        self
    }

    pub(super) fn part(mut self, text: &Redacted) -> Self {
        self.0.push(text);
        self
    }

    pub(super) fn count(self, number: u64) -> Self {
        self.part(&Redacted::count(number))
    }

    pub(super) fn figure(self, value: f64, unit: &Redacted) -> Self {
        let words = self.part(&Redacted::figure(value));
        if unit.as_str().is_empty() { words } else { words.fixed(" ").part(unit) }
    }

    /// `38.2 %`, of a share from 0 to 1.
    pub(super) fn percent(self, share: f64) -> Self {
        self.part(&Redacted::figure(share * 100.0)).fixed(" %")
    }

    /// `5.03 s`.
    pub(super) fn seconds(self, value: f64) -> Self {
        self.part(&Redacted::figure(value)).fixed(" s")
    }

    pub(super) fn clock(self, at: DateTime<Utc>) -> Self {
        self.part(&Redacted::time(at, "%H:%M:%S"))
    }
}
