//! The stretch of time that an alarm is about, and the stretches that count as normal.
//!
//! Knows instants only. Must not know lines, sources or the configuration's file format.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::alert::earlier;

/// A half-open stretch of time: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Window {
    /// Its first instant.
    pub start: DateTime<Utc>,
    /// The instant after its last.
    pub end: DateTime<Utc>,
}

/// The longest lead that is looked at. Longer windows drown the moment in lines, and one of a day would be compared
/// with itself.
const MOST_LEAD: TimeDelta = TimeDelta::hours(3);

/// When the trouble of an alarm began, and when its sender said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Onset {
    /// Where the data begins by which the sender judged.
    pub began_at: DateTime<Utc>,
    /// When the alarm fired.
    pub fired_at: DateTime<Utc>,
}

impl Onset {
    fn lead(&self) -> TimeDelta {
        (self.fired_at - self.began_at).max(TimeDelta::zero())
    }

    /// What to say where the trouble began further back than is looked.
    pub fn out_of_reach(&self) -> Option<String> {
        (self.lead() > MOST_LEAD).then(|| {
            format!(
                "the alarm judged by data since {}; of the time before it fired only the last {} h are looked at, so that \
                 what is compared with as normal may hold the same trouble",
                self.began_at.format("%Y-%m-%d %H:%M UTC"),
                MOST_LEAD.num_hours()
            )
        })
    }
}

impl Window {
    /// The alarm's window: from `before` ahead of where its trouble began until `after` behind the time when it fired,
    /// never past `now`. An alarm that fires in the future (a sender's clock runs ahead) counts as one that fires now.
    pub fn of_alarm(onset: Onset, before: TimeDelta, after: TimeDelta, now: DateTime<Utc>) -> Self {
        let fired_at = onset.fired_at.min(now);
        let began_at = earlier(fired_at, onset.lead().min(MOST_LEAD));
        let start = earlier(began_at, before.max(TimeDelta::zero()));
        let end = fired_at.checked_add_signed(after.max(TimeDelta::zero())).unwrap_or(now).min(now);
        Self { start, end: end.max(start) }
    }

    /// How long it is; never negative.
    pub fn length(&self) -> TimeDelta {
        (self.end - self.start).max(TimeDelta::zero())
    }

    /// The stretch of equal length that ends where this one starts.
    pub fn preceding(&self) -> Self {
        Self { start: earlier(self.start, self.length()), end: self.start }
    }

    /// The same clock times one day earlier, when daily rhythms were alike.
    pub fn yesterday(&self) -> Self {
        let day = TimeDelta::days(1);
        Self { start: earlier(self.start, day), end: earlier(self.end, day) }
    }

    /// Where in it `at` lies, from 0 (its start) to 1 (its end); none outside.
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of hours")]
    pub fn share(&self, at: DateTime<Utc>) -> Option<f64> {
        let whole = (self.end - self.start).num_milliseconds();
        let part = (at - self.start).num_milliseconds();
        (whole > 0 && (0..=whole).contains(&part)).then(|| part as f64 / whole as f64)
    }

    /// Whether the instant lies in it.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.start <= at && at < self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn of(began: &str, fired: &str, now: &str) -> (DateTime<Utc>, DateTime<Utc>) {
        let day = |time: &str| t(&format!("2025-11-20T{time}Z"));
        let onset = Onset { began_at: day(began), fired_at: day(fired) };
        let window = Window::of_alarm(onset, TimeDelta::minutes(15), TimeDelta::minutes(2), day(now));
        (window.start, window.end)
    }

    #[test]
    fn the_alarms_window_spans_its_trouble_and_ends_at_now_or_after_it_fired_whichever_is_first() {
        for (began, fired, now, start, end) in [
            ("09:00:00", "09:00:00", "09:10:00", "08:45:00", "09:02:00"),
            ("09:00:00", "09:00:00", "09:00:30", "08:45:00", "09:00:30"),
            ("08:57:30", "09:00:00", "09:10:00", "08:42:30", "09:02:00"),
            ("06:00:00", "09:00:00", "09:10:00", "05:45:00", "09:02:00"),
            // Further back than is looked.
            ("05:59:59", "09:00:00", "09:10:00", "05:45:00", "09:02:00"),
            // A clock that runs ahead, with and without a lead; and one that says nonsense.
            ("09:05:00", "09:05:00", "09:00:00", "08:45:00", "09:00:00"),
            ("09:02:00", "09:05:00", "09:00:00", "08:42:00", "09:00:00"),
            ("09:30:00", "09:00:00", "09:10:00", "08:45:00", "09:02:00"),
        ] {
            let day = |time: &str| t(&format!("2025-11-20T{time}Z"));
            assert_eq!(of(began, fired, now), (day(start), day(end)), "{began} to {fired} seen at {now}");
        }
    }

    #[test]
    fn what_began_further_back_than_is_looked_is_said() {
        let fired_at = t("2025-11-20T09:00:00Z");
        assert_eq!(Onset { began_at: fired_at - MOST_LEAD, fired_at }.out_of_reach(), None);
        let week = Onset { began_at: t("2025-11-13T00:00:00Z"), fired_at }.out_of_reach().unwrap();
        assert!(week.contains("since 2025-11-13 00:00 UTC;") && week.contains("the last 3 h"), "{week}");
        // However long the lead, no baseline overlaps the window.
        let window = Window::of_alarm(
            Onset { began_at: DateTime::<Utc>::MIN_UTC, fired_at },
            TimeDelta::zero(),
            TimeDelta::zero(),
            fired_at,
        );
        assert_eq!(window.length(), MOST_LEAD);
        assert!(window.yesterday().end <= window.start && window.preceding().end == window.start);
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
    fn an_instant_outside_the_window_has_no_place() {
        let window = Window { start: t("2025-11-20T09:00:00Z"), end: t("2025-11-20T09:20:00Z") };
        assert_eq!(window.share(t("2025-11-20T09:05:00Z")), Some(0.25));
        assert_eq!((window.share(window.start), window.share(window.end)), (Some(0.0), Some(1.0)));
        assert_eq!(window.share(t("2025-11-20T08:59:59Z")), None);
        assert_eq!(window.share(t("2025-11-20T09:20:01Z")), None);
        assert_eq!(Window { end: window.start, ..window }.share(window.start), None);
    }

    #[test]
    fn the_edge_of_time_does_not_overflow() {
        let window = Window { start: DateTime::<Utc>::MIN_UTC, end: t("2025-11-20T09:00:00Z") };
        assert_eq!(window.preceding().start, DateTime::<Utc>::MIN_UTC);
        assert_eq!(window.yesterday().start, DateTime::<Utc>::MIN_UTC);
    }
}
