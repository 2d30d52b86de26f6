//! How times are written where the reader's program does not do it.
//!
//! Knows offsets and names. Must not know which zone is configured, nor the time now.

use chrono::{DateTime, FixedOffset, Offset, Utc};

/// The zone of messages, and the name people give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    offset: FixedOffset,
    name: String,
}

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self::new(Utc.fix(), "UTC")
    }

    /// A zone of a constant offset, called `name` (`JST`).
    pub fn new(offset: FixedOffset, name: &str) -> Self {
        Self { offset, name: name.to_owned() }
    }

    /// `03:07 UTC`.
    pub fn time(&self, at: DateTime<Utc>) -> String {
        self.format(at, "%H:%M")
    }

    /// `03:07:31 UTC`.
    pub fn seconds(&self, at: DateTime<Utc>) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `2026-11-20 03:07 UTC`.
    pub fn date(&self, at: DateTime<Utc>) -> String {
        self.format(at, "%Y-%m-%d %H:%M")
    }

    /// `03:07`, where the zone is said beside it.
    pub fn clock(&self, at: DateTime<Utc>) -> String {
        self.local(at).format("%H:%M").to_string()
    }

    /// `2026-11-20`.
    pub fn day(&self, at: DateTime<Utc>) -> String {
        self.local(at).format("%Y-%m-%d").to_string()
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same instant, as its clocks show it.
    pub fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(&self.offset)
    }

    fn format(&self, at: DateTime<Utc>, format: &str) -> String {
        format!("{} {}", self.local(at).format(format), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_shifts_the_day_as_well() {
        let at = DateTime::from_timestamp(1_795_111_651, 0).unwrap();
        let tokyo = Zone::new(FixedOffset::east_opt(9 * 3600).unwrap(), "JST");
        assert_eq!(Zone::utc().date(at), "2026-11-19 18:07 UTC");
        assert_eq!(tokyo.date(at), "2026-11-20 03:07 JST");
        assert_eq!(
            (tokyo.clock(at), tokyo.day(at), tokyo.name()),
            ("03:07".into(), "2026-11-20".into(), "JST")
        );
        assert_eq!((tokyo.time(at), tokyo.seconds(at)), ("03:07 JST".into(), "03:07:31 JST".into()));
    }
}
