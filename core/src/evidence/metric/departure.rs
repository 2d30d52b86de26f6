//! Whether a quantity left what is normal for it, when, and how far.
//!
//! Knows points alone. Must not know names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Limit, Point};

/// Fewer points say nothing about what is normal.
const LEAST_NORMAL: usize = 4;
/// Normal reaches so much farther than its edges, as a share of its width …
const MARGIN: f64 = 0.1;
/// … or of its middle, whichever is more: a flat line has no width.
const FLAT_MARGIN: f64 = 0.02;
/// A quantity whose normal is a flat line is compared by this share of its middle.
const FLAT_WIDTH: f64 = 0.05;
/// So many points within normal do not end a departure.
const PAUSE: usize = 1;

/// On which side of normal the window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Over it.
    Above,
    /// Under it.
    Below,
    /// Where it always is.
    Within,
    /// Nothing is known of normal times.
    Unknown,
}

/// What is normal: nine of ten values lie between the edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// The 5th percentile.
    pub low: f64,
    /// The 50th percentile.
    pub median: f64,
    /// The 95th percentile.
    pub high: f64,
    /// How many values it was made of.
    pub values: usize,
}

impl Range {
    /// Of the values of normal times.
    pub fn of(points: &[Point]) -> Option<Self> {
        let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a place within the values"
            )]
            let place = ((values.len() - 1) as f64 * share).round() as usize;
            values.get(place).copied().unwrap_or_default()
        };
        (values.len() >= LEAST_NORMAL).then(|| Self {
            low: at(0.05),
            median: at(0.5),
            high: at(0.95),
            values: values.len(),
        })
    }

    fn margin(&self) -> f64 {
        (MARGIN * (self.high - self.low)).max(FLAT_MARGIN * self.median.abs())
    }

    /// What a distance from normal is measured by; never zero.
    fn width(&self) -> f64 {
        (self.high - self.low).max(FLAT_WIDTH * self.median.abs()).max(f64::MIN_POSITIVE.sqrt())
    }

    /// How far `value` lies outside, in widths; negative on the lower side, 0 within.
    fn distance(&self, value: f64) -> f64 {
        let distance = if value > self.high + self.margin() {
            value - self.high
        } else if value < self.low - self.margin() {
            value - self.low
        } else {
            0.0
        };
        // Where nothing ever happened, anything is far, and yet comparable.
        (distance / self.width()).clamp(-1e9, 1e9)
    }
}

/// How a window compares with normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Departure {
    /// Where it is.
    pub side: Side,
    /// What is normal.
    pub range: Option<Range>,
    /// From when to when it was outside; no end where it still is.
    pub outside: Option<(DateTime<Utc>, Option<DateTime<Utc>>)>,
    /// The value farthest outside; where nothing is outside, or known, the largest.
    pub peak: Point,
    /// The last value of the window.
    pub now: Point,
    /// Since when the last run of breaches of the limit lasts or lasted.
    pub broken: Option<DateTime<Utc>>,
    /// How far outside the peak is, in widths of what is normal; 0 within.
    pub effect: f64,
}

impl Departure {
    /// Compares `window`, by time, with normal times; `None` where it is empty.
    pub fn of(window: &[Point], normal: &[Point], limit: Option<&Limit>) -> Option<Self> {
        Self::against(window, Range::of(normal), limit)
    }

    /// Compares `window`, by time, with what is normal; `None` where it is empty.
    pub fn against(window: &[Point], range: Option<Range>, limit: Option<&Limit>) -> Option<Self> {
        let now = *window.last()?;
        let largest = window.iter().copied().fold(now, |a, b| if b.value > a.value { b } else { a });
        let broken = limit.and_then(|limit| broken(window, limit));
        let calm = |side| Self { side, range, outside: None, peak: largest, now, broken, effect: 0.0 };
        let Some(known) = range else { return Some(calm(Side::Unknown)) };
        let Some(run) = strongest(window, &known) else { return Some(calm(Side::Within)) };
        let points = window.get(run.first..=run.last).unwrap_or_default();
        let far = |point: &Point| known.distance(point.value).abs();
        let peak = points.iter().copied().fold(now, |a, b| if far(&b) > far(&a) { b } else { a });
        let ended = (run.last + 1 < window.len()).then(|| points.last().map(|point| point.at)).flatten();
        Some(Self {
            side: if run.sum > 0.0 { Side::Above } else { Side::Below },
            outside: points.first().map(|first| (first.at, ended)),
            peak,
            effect: far(&peak),
            ..calm(Side::Within)
        })
    }
}

/// Points on one side of normal, one after another.
#[derive(Clone, Copy)]
struct Run {
    first: usize,
    last: usize,
    points: usize,
    /// Of the distances; its sign is the side.
    sum: f64,
}

/// The run that is farthest outside in all. One single point is a run only at the end, where it may be the beginning of
/// what the alarm is about.
fn strongest(window: &[Point], range: &Range) -> Option<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (i, point) in window.iter().enumerate() {
        let distance = range.distance(point.value);
        if distance == 0.0 {
            continue;
        }
        match runs.last_mut().filter(|run| i - run.last <= PAUSE + 1 && run.sum * distance > 0.0) {
            Some(run) => {
                *run = Run { last: i, points: run.points + 1, sum: run.sum + distance, ..*run };
            }
            None => runs.push(Run { first: i, last: i, points: 1, sum: distance }),
        }
    }
    let counts = |run: &&Run| run.points > 1 || run.last + 1 == window.len();
    runs.iter().filter(counts).max_by(|a, b| a.sum.abs().total_cmp(&b.sum.abs())).copied()
}

/// The first breach of the last run of breaches.
fn broken(window: &[Point], limit: &Limit) -> Option<DateTime<Utc>> {
    let last = window.iter().rposition(|point| limit.is_broken_by(point.value))?;
    let before = window.get(..last)?.iter().rposition(|point| !limit.is_broken_by(point.value));
    window.get(before.map_or(0, |i| i + 1)).map(|point| point.at)
}
