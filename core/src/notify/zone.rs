//! How times are written where the reader's program does not do it.
//!
//! Knows the zones of the time zone database. Must not know which one is configured, nor the time now.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::{OffsetName, Tz};

/// The zone of messages and pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

/// An instant as the clocks of a zone show it.
pub type Local = DateTime<Tz>;

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(Tz::UTC)
    }

    /// The zone that the time zone database calls so (`Asia/Tokyo`), if there is one.
    pub fn named(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// The name in the time zone database.
    pub fn id(&self) -> &'static str {
        self.0.name()
    }

    /// `03:07 JST`.
    pub fn time(&self, at: DateTime<Utc>) -> String {
        self.format(at, "%H:%M")
    }

    /// `03:07:31 JST`.
    pub fn seconds(&self, at: DateTime<Utc>) -> String {
        self.format(at, "%H:%M:%S")
    }

    /// `2026-11-20 03:07 JST`.
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

    /// The same instant, as its clocks show it.
    pub fn local(&self, at: DateTime<Utc>) -> Local {
        at.with_timezone(&self.0)
    }

    /// What people call it at that moment: `JST`, in summer `CEST`; `UTC+05:45` where it has only an offset.
    pub fn name(&self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        match local.offset().abbreviation() {
            Some(name) if name.starts_with(char::is_alphabetic) => name.to_owned(),
            _ => format!("UTC{}", local.format("%:z")),
        }
    }

    /// When its clocks show `plain`: the first time where they are put back over it, never where they are put forward
    /// over it.
    pub fn instant(&self, plain: NaiveDateTime) -> Option<DateTime<Utc>> {
        plain.and_local_timezone(self.0).earliest().map(|local| local.to_utc())
    }

    fn format(&self, at: DateTime<Utc>, format: &str) -> String {
        format!("{} {}", self.local(at).format(format), self.name(at))
    }
}

impl From<Local> for Zone {
    fn from(local: Local) -> Self {
        Self(local.timezone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_shifts_the_day_as_well() {
        let at = DateTime::from_timestamp(1_795_111_651, 0).unwrap();
        let tokyo = Zone::named("Asia/Tokyo").unwrap();
        assert_eq!(Zone::utc().date(at), "2026-11-19 18:07 UTC");
        assert_eq!(tokyo.date(at), "2026-11-20 03:07 JST");
        assert_eq!((tokyo.clock(at), tokyo.day(at)), ("03:07".into(), "2026-11-20".into()));
        assert_eq!((tokyo.time(at), tokyo.seconds(at)), ("03:07 JST".into(), "03:07:31 JST".into()));
    }

    #[test]
    fn its_name_is_that_of_the_season_or_its_offset() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let berlin = Zone::named("Europe/Berlin").unwrap();
        assert_eq!(berlin.date(at("2026-07-01T22:30:00Z")), "2026-07-02 00:30 CEST");
        assert_eq!(berlin.date(at("2026-12-01T22:30:00Z")), "2026-12-01 23:30 CET");
        let plain = |text: &str| berlin.instant(text.parse().unwrap());
        assert_eq!(plain("2026-10-25T02:30:00"), Some(at("2026-10-25T00:30:00Z")), "of two the first");
        assert_eq!(plain("2026-03-29T02:30:00"), None, "there is none");
        let kathmandu = Zone::named("Asia/Kathmandu").unwrap();
        assert_eq!(kathmandu.time(at("2026-07-01T22:30:00Z")), "04:15 UTC+05:45");
        assert_eq!(Zone::named("Asia/Edo"), None);
    }
}
