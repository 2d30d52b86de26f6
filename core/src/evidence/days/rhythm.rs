//! What comes back: the course of a day, and of a week.
//!
//! Knows hours and weekdays of UTC. A rhythm is told only where it explains much of how the values differ.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, Timelike, Weekday};

use super::super::metric::Point;
use super::figures::{change, median, spread};

/// Hours that must be known before a course of the day is told: three days.
const LEAST_HOURS: usize = 72;
/// A rhythm takes away so much of the spread, at the least.
const EXPLAINS: f64 = 0.35;
/// Weekends are told apart where they differ by so much.
const DIFFERS: f64 = 0.2;
/// Weekdays' days, and those of weekends, that must be known.
const LEAST_DAYS: (usize, usize) = (4, 2);

/// Medians by the hour of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    /// From 0 to 23; hours without values are left out.
    pub medians: BTreeMap<u32, f64>,
    /// Where it is most.
    pub highest: u32,
    /// Where it is least.
    pub lowest: u32,
}

/// The course of the day, of hourly medians; none where there is no clear one.
pub(super) fn hours(hourly: &[Point]) -> Option<Hours> {
    let medians = by_hour(hourly.iter());
    let of = |point: &Point| medians.get(&point.at.hour()).copied().unwrap_or(point.value);
    let all = median(hourly.iter().map(|point| point.value))?;
    let total = spread(hourly.iter().map(|point| point.value), all);
    let left = spread(hourly.iter().map(|point| point.value - of(point)), 0.0);
    let clear = hourly.len() >= LEAST_HOURS && total > 0.0 && left <= (1.0 - EXPLAINS) * total;
    let highest = medians.iter().max_by(|a, b| a.1.total_cmp(b.1)).map(|(hour, _)| *hour)?;
    let lowest = medians.iter().min_by(|a, b| a.1.total_cmp(b.1)).map(|(hour, _)| *hour)?;
    clear.then_some(Hours { medians, highest, lowest })
}

fn by_hour<'a>(hourly: impl Iterator<Item = &'a Point>) -> BTreeMap<u32, f64> {
    let mut hours: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
    for point in hourly {
        hours.entry(point.at.hour()).or_default().push(point.value);
    }
    hours.into_iter().filter_map(|(hour, values)| Some((hour, median(values.into_iter())?))).collect()
}

/// Medians by the day of the week.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Monday first, as far as they are known.
    pub medians: Vec<(Weekday, f64)>,
    /// Of Monday to Friday, and of Saturday and Sunday.
    pub parts: (f64, f64),
}

fn is_weekend(day: Weekday) -> bool {
    matches!(day, Weekday::Sat | Weekday::Sun)
}

/// The course of the week, of whole days; none where weekends are not told apart from other days.
pub(super) fn week(days: &[(NaiveDate, f64)]) -> Option<Week> {
    let of = |wanted: &dyn Fn(Weekday) -> bool| -> Vec<f64> {
        days.iter().filter(|(date, _)| wanted(date.weekday())).map(|(_, value)| *value).collect()
    };
    let (work, rest) = (of(&|day| !is_weekend(day)), of(&is_weekend));
    if work.len() < LEAST_DAYS.0 || rest.len() < LEAST_DAYS.1 {
        return None;
    }
    let parts = (median(work.iter().copied())?, median(rest.iter().copied())?);
    let differs = change(parts.1, parts.0).map_or(parts.1 != 0.0, |share| share.abs() >= DIFFERS);
    // All of the one lie on one side of the other's middle: else it is chance.
    let above = parts.1 > parts.0;
    let apart = rest.iter().all(|value| (*value > parts.0) == above);
    let each = (0..7_u8).filter_map(|day| {
        let day = Weekday::try_from(day).ok()?;
        Some((day, median(of(&|one| one == day).into_iter())?))
    });
    (differs && apart).then(|| Week { medians: each.collect(), parts })
}

/// What a time of the week brings by itself: taken away before steps are looked for.
#[derive(Debug, Default)]
pub(super) struct Season {
    /// By the hour of working days and of weekends, as far as there are enough of them.
    parts: BTreeMap<(bool, u32), f64>,
    /// By the hour.
    hours: BTreeMap<u32, f64>,
}

impl Season {
    /// Of hourly medians of the time before, which holds no step of the window's; nothing where too little is known.
    pub fn of(hourly: &[Point]) -> Self {
        if hourly.len() < LEAST_HOURS {
            return Self::default();
        }
        let mut parts = BTreeMap::new();
        for rest in [false, true] {
            let own = hourly.iter().filter(|one| is_weekend(one.at.weekday()) == rest);
            let days: BTreeSet<NaiveDate> = own.clone().map(|one| one.at.date_naive()).collect();
            if days.len() >= LEAST_DAYS.1 {
                parts.extend(by_hour(own).into_iter().map(|(hour, value)| ((rest, hour), value)));
            }
        }
        Self { parts, hours: by_hour(hourly.iter()) }
    }

    /// The value without it.
    pub fn without(&self, point: &Point) -> f64 {
        let hour = point.at.hour();
        let own = self.parts.get(&(is_weekend(point.at.weekday()), hour));
        point.value - own.or(self.hours.get(&hour)).copied().unwrap_or(0.0)
    }
}
