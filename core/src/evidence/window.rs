//! The stretch of time that an alarm is about, and the stretches that count as normal.
//!
//! Knows instants only. Must not know lines, sources or the configuration's file format.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// A half-open stretch of time: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// Its first instant.
    pub start: DateTime<Utc>,
    /// The instant after its last.
    pub end: DateTime<Utc>,
}

impl Window {
    /// The alarm's window: from `before` ahead of its start until `after` behind it, never past `now`.
    /// A start that lies in the future (a sender's clock runs ahead) counts as now.
    pub fn of_alarm(
        starts_at: DateTime<Utc>,
        before: TimeDelta,
        after: TimeDelta,
        now: DateTime<Utc>,
    ) -> Self {
        let anchor = starts_at.min(now);
        let start = minus(anchor, before.max(TimeDelta::zero()));
        let end = anchor.checked_add_signed(after.max(TimeDelta::zero())).unwrap_or(now).min(now);
        Self { start, end: end.max(start) }
    }

    /// How long it is; never negative.
    pub fn length(&self) -> TimeDelta {
        (self.end - self.start).max(TimeDelta::zero())
    }

    /// The stretch of equal length that ends where this one starts.
    pub fn preceding(&self) -> Self {
        Self { start: minus(self.start, self.length()), end: self.start }
    }

    /// The same clock times one day earlier, when daily rhythms were alike.
    pub fn yesterday(&self) -> Self {
        let day = TimeDelta::days(1);
        Self { start: minus(self.start, day), end: minus(self.end, day) }
    }

    /// Whether the instant lies in it.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }
}

/// Subtraction that stops at the first instant that can be written down.
fn minus(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(by).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_alarms_window_ends_at_now_or_after_the_start_whichever_is_first() {
        let (before, after) = (TimeDelta::minutes(15), TimeDelta::minutes(2));
        for (starts, now, start, end) in [
            ("2025-11-20T09:00:00Z", "2025-11-20T09:10:00Z", "2025-11-20T08:45:00Z", "2025-11-20T09:02:00Z"),
            ("2025-11-20T09:00:00Z", "2025-11-20T09:00:30Z", "2025-11-20T08:45:00Z", "2025-11-20T09:00:30Z"),
            ("2025-11-20T09:05:00Z", "2025-11-20T09:00:00Z", "2025-11-20T08:45:00Z", "2025-11-20T09:00:00Z"),
        ] {
            let window = Window::of_alarm(t(starts), before, after, t(now));
            assert_eq!(window, Window { start: t(start), end: t(end) }, "{starts} seen at {now}");
        }
    }

    #[test]
    fn baselines_are_as_long_as_the_window_and_do_not_overlap_it() {
        let window = Window { start: t("2025-11-20T08:45:00Z"), end: t("2025-11-20T09:02:00Z") };
        let (preceding, yesterday) = (window.preceding(), window.yesterday());
        assert_eq!((preceding.start, preceding.end), (t("2025-11-20T08:28:00Z"), window.start));
        assert_eq!((yesterday.start, yesterday.end), (t("2025-11-19T08:45:00Z"), t("2025-11-19T09:02:00Z")));
        assert_eq!((preceding.length(), yesterday.length()), (window.length(), window.length()));
        assert!(
            window.contains(window.start)
                && !window.contains(window.end)
                && !preceding.contains(window.start)
        );
    }

    #[test]
    fn the_edge_of_time_does_not_overflow() {
        let window = Window { start: DateTime::<Utc>::MIN_UTC, end: t("2025-11-20T09:00:00Z") };
        assert_eq!(window.preceding().start, DateTime::<Utc>::MIN_UTC);
        assert_eq!(window.yesterday().start, DateTime::<Utc>::MIN_UTC);
    }
}
