//! Silences: what people do not want to be told for a while, and whether an incident is silent as a whole.
//!
//! Knows labels, matchers and times. Must not know how a silence is kept, nor what becomes of what is not told: that is
//! [`super::telling`]'s business, as with every other reason to wait.

mod asked;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::timing::{HeldBy, Hold, moment};
use crate::alert::matchers::Matchers;
use crate::alert::{Labels, Severity};

pub use asked::{Asked, Fault, LONGEST, MOST, MOST_COMMENT, Planned, comment, plan, span};

/// A silence in the span for which it holds now or next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// What people call it by.
    pub number: i64,
    /// Of alerts' labels, `severity` among them by its normalised word; empty where it names its alerts one by one.
    pub matchers: Matchers,
    /// From when it holds.
    pub from: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// An alert that fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Its mapped labels.
    pub labels: Labels,
    /// The silences that name it.
    pub named: Vec<i64>,
}

impl Alarm {
    /// One with these labels; its severity by the word that routes know.
    pub fn new(mut labels: Labels, severity: Severity, named: Vec<i64>) -> Self {
        labels.set("severity", severity.as_str());
        Self { labels, named }
    }
}

/// Everything that fires in an incident is silenced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// When the first of its alerts is silent no more.
    pub until: DateTime<Utc>,
    /// The silence that ends then.
    pub silence: i64,
}

impl Silence {
    fn takes(&self, alarm: &Alarm, now: DateTime<Utc>) -> bool {
        let holds = self.from <= now && now < self.until;
        let matched = || !self.matchers.is_empty() && self.matchers.matches(&alarm.labels);
        holds && (alarm.named.contains(&self.number) || matched())
    }
}

impl Quiet {
    /// Whether each of `firing` is silenced. Where nothing fires, there is nothing to silence.
    pub fn of(silences: &[Silence], firing: &[Alarm], now: DateTime<Utc>) -> Option<Self> {
        let last = |alarm: &Alarm| {
            let taking = silences.iter().filter(|silence| silence.takes(alarm, now));
            taking.map(|one| Self { until: one.until, silence: one.number }).max_by_key(|one| one.until)
        };
        let all: Option<Vec<Self>> = firing.iter().map(last).collect();
        all?.into_iter().min_by_key(|one| one.until)
    }

    /// Nobody is told until then.
    pub fn hold(self, now: DateTime<Utc>) -> Hold {
        let reason = format!("waits until {}: silence {}", moment(self.until, now, Tz::UTC), self.silence);
        Hold { until: self.until, by: HeldBy::Silence, reason, silence: Some(self.silence) }
    }
}
