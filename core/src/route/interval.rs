//! Intervals of time: `time_intervals:` in Alertmanager's grammar, and when one next begins or ends.
//!
//! Knows calendars and zones. Must not know what an interval is used for, nor the time now.
//!
//! An interval holds while one of its spans does, a span while all that it names do: minutes of the day, days of the
//! week, of the month, months, years and, beyond Alertmanager, the days of a calendar. Each is looked at in the span's
//! zone by the clock on the wall there, so an hour that comes twice is in twice, and one that is skipped is not.

mod calendar;
mod grammar;
mod opening;
#[cfg(test)]
mod tests;
mod written;

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;

pub use calendar::Calendar;
pub use grammar::{days_of_month, minute, months, times, weekdays, years, zone};
pub use opening::next;
pub use written::read;

/// A named interval: it holds while one of its spans does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interval {
    /// In their order.
    pub spans: Vec<Span>,
}

/// From and to, both within, but for minutes of the day, where the end is without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first.
    pub from: i32,
    /// The last.
    pub to: i32,
}

impl Range {
    fn has(self, number: i32) -> bool {
        (self.from..=self.to).contains(&number)
    }
}

/// What must hold at once; an empty list asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Minutes since midnight, without the last.
    pub times: Vec<Range>,
    /// 0 is Sunday.
    pub weekdays: Vec<Range>,
    /// From 1; negative ones count from the month's end, which is -1.
    pub days_of_month: Vec<Range>,
    /// From 1.
    pub months: Vec<Range>,
    /// As they are written.
    pub years: Vec<Range>,
    /// The days of a calendar.
    pub holidays: Option<Arc<Calendar>>,
    /// Where the clock hangs.
    pub zone: Tz,
}

impl Default for Span {
    fn default() -> Self {
        Self {
            times: Vec::new(),
            weekdays: Vec::new(),
            days_of_month: Vec::new(),
            months: Vec::new(),
            years: Vec::new(),
            holidays: None,
            zone: Tz::UTC,
        }
    }
}

impl Interval {
    /// Whether it holds at that time.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        self.spans.iter().any(|span| span.contains(at))
    }

    /// The zone of its first span: people read its times there.
    pub fn zone(&self) -> Tz {
        self.spans.first().map_or(Tz::UTC, |span| span.zone)
    }

    /// The name of the holiday that makes it hold at that time, where one does.
    pub fn holiday(&self, at: DateTime<Utc>) -> Option<&str> {
        let span = self.spans.iter().find(|span| span.contains(at))?;
        span.holidays.as_deref()?.name(at.with_timezone(&span.zone).date_naive())
    }
}

impl Span {
    /// Whether all that it names holds at that time.
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        let local = at.with_timezone(&self.zone);
        let minute = i32::try_from(local.hour() * 60 + local.minute()).unwrap_or(0);
        let any =
            |ranges: &[Range], number: i32| ranges.is_empty() || ranges.iter().any(|range| range.has(number));
        let day = local.date_naive();
        (self.times.is_empty() || self.times.iter().any(|one| (one.from..one.to).contains(&minute)))
            && any(&self.weekdays, i32::try_from(day.weekday().num_days_from_sunday()).unwrap_or(0))
            && any(&self.months, i32::try_from(day.month()).unwrap_or(0))
            && any(&self.years, day.year())
            && (self.days_of_month.is_empty() || self.days_of_month.iter().any(|range| in_month(*range, day)))
            && self.holidays.as_ref().is_none_or(|calendar| calendar.has(day))
    }
}

/// A range that begins behind the end of the month has no day of it; one that ends there ends with the month.
fn in_month(range: Range, day: NaiveDate) -> bool {
    let last = i32::from(day.num_days_in_month());
    let of = |number: i32| if number < 0 { last + number + 1 } else { number };
    let number = i32::try_from(day.day()).unwrap_or(0);
    (of(range.from)..=of(range.to).min(last)).contains(&number)
}
