//! Points by calendar day and by hour, each day against those before it.
//!
//! Knows UTC's days. A day that is not over is compared with the same hours of those before: like with like.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::super::metric::Point;
use super::Days;
use super::figures::{Figures, median};

/// Days that one is compared with.
const COMPARED: usize = 7;

/// One calendar day.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    /// Which.
    pub date: NaiveDate,
    /// Of its values.
    pub figures: Figures,
    /// Whether all of it is known: the last day is usually not over, the first may begin within it.
    pub whole: bool,
    /// The median of the medians of the days before, and how many they were: the same hours of them where it is not over.
    pub usual: Option<(f64, usize)>,
}

fn by_day(points: &[Point]) -> BTreeMap<NaiveDate, Vec<Point>> {
    let mut days: BTreeMap<NaiveDate, Vec<Point>> = BTreeMap::new();
    for point in points {
        days.entry(point.at.date_naive()).or_default().push(*point);
    }
    days
}

/// When a day begins and ends.
fn span(date: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
    let start = date.and_time(NaiveTime::MIN).and_utc();
    (start, start.checked_add_signed(TimeDelta::days(1)).unwrap_or(start))
}

fn is_whole(date: NaiveDate, over: Days, known_before: bool) -> bool {
    let first = if known_before { over.before.start } else { over.window.start };
    let (start, end) = span(date);
    first <= start && end <= over.window.end
}

/// The days of the window, of points by time that reach back before it.
pub(super) fn days(points: &[Point], over: Days, known_before: bool) -> Vec<Day> {
    let all = by_day(points);
    let first = over.window.start.date_naive();
    let day = |(date, own): (&NaiveDate, &Vec<Point>)| {
        let whole = is_whole(*date, over, known_before);
        let until = own.last()?.at.time();
        let usual = |(date, points): (&NaiveDate, &Vec<Point>)| {
            let same = points.iter().filter(|point| whole || point.at.time() <= until);
            is_whole(*date, over, known_before).then(|| median(same.map(|point| point.value))).flatten()
        };
        let before: Vec<f64> = all.range(..*date).rev().filter_map(usual).take(COMPARED).collect();
        let usual = median(before.iter().copied()).map(|usual| (usual, before.len()));
        Some(Day { date: *date, figures: Figures::of(own)?, whole, usual })
    };
    all.range(first..).filter_map(day).collect()
}

/// The median of each whole day, of the window and before.
pub(super) fn whole_days(points: &[Point], over: Days) -> Vec<(NaiveDate, f64)> {
    let all = by_day(points);
    let known = |(date, points): (&NaiveDate, &Vec<Point>)| {
        let middle = median(points.iter().map(|point| point.value))?;
        is_whole(*date, over, true).then_some((*date, middle))
    };
    all.iter().filter_map(known).collect()
}

/// The median of each hour, of points by time.
pub(super) fn hourly(points: &[Point]) -> Vec<Point> {
    let mut hours: BTreeMap<DateTime<Utc>, Vec<f64>> = BTreeMap::new();
    for point in points {
        let hour = point.at.duration_trunc(TimeDelta::hours(1)).unwrap_or(point.at);
        hours.entry(hour).or_default().push(point.value);
    }
    hours
        .into_iter()
        .filter_map(|(at, values)| Some(Point { at, value: median(values.into_iter())? }))
        .collect()
}
