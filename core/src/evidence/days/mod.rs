//! A quantity over days: figures of the whole time and of each day, trend, steps, and what comes back by hour and weekday.
//!
//! Knows points and the calendar, which is that of UTC as all times in items are. Must not know who measured, nor judge
//! what a figure means. Whoever tells of a quantity over days quotes what is computed here.

mod calendar;
mod figures;
mod rhythm;
mod shape;
#[cfg(test)]
mod tests;
mod told;

use chrono::{DateTime, TimeDelta, Utc};

use super::Window;
use super::metric::{Measured, Point};
use crate::alert::earlier;

pub use figures::Figures;
pub use told::{MOST_SERIES, item, items};

/// The most days that one question is about.
pub const MOST_DAYS: u32 = 14;
/// What a day is compared with reaches back so far at the least: a week has each day of the week.
const LEAST_BEFORE: TimeDelta = TimeDelta::days(7);
/// How much of the time before is looked at for a step at the window's beginning.
const LEAD: TimeDelta = TimeDelta::days(1);
/// Seconds between two values, of one day and of more: at most 4,032 values with the time before, each period a divisor of
/// the hour, and kept by CloudWatch for 63 days.
const PERIODS: (i64, i64) = (300, 600);

/// The days that a question is about, and those before with which they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// What was asked about.
    pub window: Window,
    /// As long, and at least a week; it ends where the window begins.
    pub before: Window,
    /// Seconds between two values.
    pub period: i64,
}

impl Days {
    /// Those of a window.
    pub fn of(window: Window) -> Self {
        let length = window.length();
        let before = Window { start: earlier(window.start, length.max(LEAST_BEFORE)), end: window.start };
        let period = if length <= TimeDelta::days(1) { PERIODS.0 } else { PERIODS.1 };
        Self { window, before, period }
    }

    /// So many whole days back from `end`; at least one, at most [`MOST_DAYS`].
    pub fn back(days: u32, end: DateTime<Utc>) -> Self {
        let length = TimeDelta::days(i64::from(days.clamp(1, MOST_DAYS)));
        Self::of(Window { start: earlier(end, length), end })
    }

    /// How many were asked for, rounded.
    pub fn count(&self) -> u64 {
        days(self.window)
    }
}

fn days(window: Window) -> u64 {
    u64::try_from((window.length() + TimeDelta::hours(12)).num_days()).unwrap_or(0).max(1)
}

/// What is said of one quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Of the days that were asked about.
    pub whole: Figures,
    /// Of the time before; none where nothing is known of it.
    pub before: Option<Figures>,
    /// Each calendar day of the window that has values, the oldest first.
    pub days: Vec<calendar::Day>,
    /// Where the daily medians rise or fall steadily.
    pub trend: Option<shape::Trend>,
    /// Where the level changes and stays, the earliest first.
    pub steps: Vec<shape::Step>,
    /// What comes back each day.
    pub hours: Option<rhythm::Hours>,
    /// What comes back each week.
    pub week: Option<rhythm::Week>,
}

impl Course {
    /// Of a quantity in a window, and in the time before as its `normal`; none where the window has no values.
    pub fn of(measured: &Measured, over: Days) -> Option<Self> {
        let whole = Figures::of(&measured.window)?;
        let mut all: Vec<_> = measured.normal.iter().chain(&measured.window).copied().collect();
        all.sort_by_key(|point| point.at);
        all.dedup_by_key(|point| point.at);
        let days = calendar::days(&all, over, !measured.normal.is_empty());
        let hourly = calendar::hourly(&all);
        let earlier: Vec<_> = hourly.iter().filter(|point| point.at < over.window.start).copied().collect();
        let season = rhythm::Season::of(&earlier);
        Some(Self {
            whole,
            before: Figures::of(&measured.normal),
            trend: shape::trend(&days),
            days,
            steps: steps(&hourly, over, &season),
            hours: rhythm::hours(&hourly),
            week: rhythm::week(&calendar::whole_days(&all, over)),
        })
    }
}

/// The steps of the window; a day of the time before shows what it began with.
fn steps(hourly: &[Point], over: Days, season: &rhythm::Season) -> Vec<shape::Step> {
    let from = earlier(over.window.start, LEAD);
    let near: Vec<_> = hourly.iter().filter(|point| point.at >= from).copied().collect();
    let first = earlier(over.window.start, TimeDelta::hours(1));
    shape::steps(&near, season).into_iter().filter(|step| step.at > first).collect()
}
