//! Trend and steps: whether the days rise or fall steadily, and where the level changes and stays.
//!
//! Knows numbers. Both are medians of what was measured, so that one wild value makes neither; in doubt neither is told.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::metric::Point;
use super::calendar::Day;
use super::figures::{median, spread};
use super::rhythm::Season;

/// Days that a trend needs.
const LEAST_DAYS: usize = 5;
/// How much more of all pairs of days rise than fall, or the other way round.
const STEADY: f64 = 0.7;
/// A trend comes to so much of the middle over its time, at the least.
const TELLING: f64 = 0.05;
/// Hours that a level holds.
const HOLDS: usize = 6;
/// How far apart two levels are, in what is usual within one.
const APART: f64 = 4.0;
/// And as a share of what is usual for the quantity itself.
const SHARE: f64 = 0.1;
/// Steps that are told.
const MOST_STEPS: usize = 3;
/// Places that are looked at for one.
const CANDIDATES: usize = 12;
/// Of a normal distribution, what the median distance from the middle is of its deviation.
const NORMAL: f64 = 1.4826;

/// A steady rise or fall of daily medians.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Each day; negative where it falls.
    pub per_day: f64,
    /// The first whole day and its median.
    pub from: (NaiveDate, f64),
    /// The last whole day and its median.
    pub to: (NaiveDate, f64),
}

/// The trend of whole days: the median of all slopes, where most pairs of days agree.
#[allow(clippy::cast_precision_loss, reason = "counts of days")]
pub(super) fn trend(days: &[Day]) -> Option<Trend> {
    let days: Vec<(NaiveDate, f64)> =
        days.iter().filter(|day| day.whole).map(|day| (day.date, day.figures.median)).collect();
    let (from, to) = (*days.first()?, *days.last()?);
    let mut slopes = Vec::new();
    for (place, (date, value)) in days.iter().enumerate() {
        for (later, other) in days.iter().skip(place + 1) {
            slopes.push((other - value) / (*later - *date).num_days() as f64);
        }
    }
    let count = |rising: bool| {
        slopes.iter().filter(|slope| **slope != 0.0 && (**slope > 0.0) == rising).count() as f64
    };
    let agree = (count(true) - count(false)) / slopes.len().max(1) as f64;
    let per_day = median(slopes.iter().copied())?;
    let middle = median(days.iter().map(|(_, value)| *value))?;
    let over = per_day * (to.0 - from.0).num_days() as f64;
    let tells = days.len() >= LEAST_DAYS && agree.abs() >= STEADY && over.abs() >= TELLING * middle.abs();
    (tells && per_day != 0.0).then_some(Trend { per_day, from, to })
}

/// A level that changes and stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The first hour of the new level.
    pub at: DateTime<Utc>,
    /// The median before, back to the step before it.
    pub from: f64,
    /// The median from then on, until the next step.
    pub to: f64,
}

/// The steps in hourly medians by time.
pub(super) fn steps(hourly: &[Point], season: &Season) -> Vec<Step> {
    let values: Vec<f64> = hourly.iter().map(|point| season.without(point)).collect();
    let Some(size) = median(hourly.iter().map(|point| point.value.abs())) else { return Vec::new() };
    let mut cuts = candidates(&values);
    cuts.extend([0, values.len()]);
    cuts.sort_unstable();
    for place in 1..cuts.len().saturating_sub(1) {
        settle(&mut cuts, place, &values);
    }
    // What is no step between its neighbours is taken away, the weakest first, and what was beside it judged anew.
    loop {
        let weakest = (1..cuts.len().saturating_sub(1))
            .filter_map(|place| Some((place, strength(&values, cuts.get(place - 1..place + 2)?, size)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        match weakest {
            Some((place, how)) if how < 1.0 || cuts.len() > MOST_STEPS + 2 => {
                cuts.remove(place);
                for beside in [place.saturating_sub(1), place] {
                    settle(&mut cuts, beside, &values);
                }
            }
            _ => break,
        }
    }
    let level = |start: usize, end: usize| median(hourly.get(start..end)?.iter().map(|point| point.value));
    let step = |three: &[usize]| {
        let [start, at, end] = three else { return None };
        Some(Step { at: hourly.get(*at)?.at, from: level(*start, *at)?, to: level(*at, *end)? })
    };
    cuts.windows(3).filter_map(step).collect()
}

/// Where the hours before and after differ most, no two closer than a level has to hold.
fn candidates(values: &[f64]) -> Vec<usize> {
    let last = values.len().saturating_sub(HOLDS);
    let contrast = |at: usize| {
        let before = values.get(at.saturating_sub(2 * HOLDS)..at)?;
        let after = values.get(at..values.len().min(at + 2 * HOLDS))?;
        Some((at, (median(after.iter().copied())? - median(before.iter().copied())?).abs()))
    };
    let mut all: Vec<(usize, f64)> = (HOLDS..=last).filter_map(contrast).filter(|one| one.1 > 0.0).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut chosen: Vec<usize> = Vec::new();
    for (at, _) in all {
        if chosen.len() < CANDIDATES && chosen.iter().all(|one| one.abs_diff(at) >= HOLDS) {
            chosen.push(at);
        }
    }
    chosen
}

/// Moves a cut to where it parts its neighbours best.
fn settle(cuts: &mut [usize], place: usize, values: &[f64]) {
    let around = place.checked_sub(1).and_then(|before| cuts.get(before..place + 2));
    let Some(&[start, _, end]) = around else { return };
    let cost = |part: &[f64]| Some(spread(part.iter().copied(), median(part.iter().copied())?));
    let at = |at: usize| Some((at, cost(values.get(start..at)?)? + cost(values.get(at..end)?)?));
    let range = start + HOLDS..=end.saturating_sub(HOLDS);
    let best = range.filter_map(at).min_by(|a, b| a.1.total_cmp(&b.1));
    if let (Some((best, _)), Some(cut)) = (best, cuts.get_mut(place)) {
        *cut = best;
    }
}

/// How clearly the levels on both sides of a cut are apart: from 1 on it is a step.
fn strength(values: &[f64], around: &[usize], size: f64) -> Option<f64> {
    let [start, at, end] = around else { return None };
    let level = |part: &[f64]| {
        let middle = median(part.iter().copied())?;
        Some((middle, NORMAL * median(part.iter().map(|value| (value - middle).abs()))?))
    };
    let ((from, near), (to, far)) = (level(values.get(*start..*at)?)?, level(values.get(*at..*end)?)?);
    let (apart, needed) = ((to - from).abs(), (APART * near.max(far)).max(SHARE * size));
    Some(if apart > 0.0 { apart / needed.max(f64::MIN_POSITIVE) } else { 0.0 })
}
