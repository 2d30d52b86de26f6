//! Quantities over time: what an alarm watches and what is asked for beside it, compared with normal.
//!
//! Knows points, limits and their comparison. Must not know who measured them. Names and labels are verbatim; what
//! leaves is redacted by [`items`].

mod departure;
mod items;
pub mod promql;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Window;
use crate::alert::Labels;
pub use departure::{Departure, Range, Side};
pub(in crate::evidence) use items::labels;
pub use items::{items, items_after};

/// A value at an instant. Never NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When.
    pub at: DateTime<Utc>,
    /// In the unit of its series.
    pub value: f64,
}

/// On which side of a limit a value is a breach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// Where an alarm is set.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Limit {
    /// The side of a breach.
    pub relation: Relation,
    /// In the unit of its series.
    pub value: f64,
}

impl Limit {
    /// Whether `value` is a breach.
    pub fn is_broken_by(&self, value: f64) -> bool {
        match self.relation {
            Relation::Above => value > self.value,
            Relation::AtLeast => value >= self.value,
            Relation::Below => value < self.value,
            Relation::AtMost => value <= self.value,
        }
    }
}

/// One quantity, in the window and in normal times. Verbatim: not for prompts or pages.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What people call it: the title of a query, a metric, an expression.
    pub name: String,
    /// What tells it from other series of the same query.
    pub labels: Labels,
    /// `%`, `s`, `ms`, `bytes`; empty where nobody said it.
    pub unit: String,
    /// Whether it is what the alarm itself watches.
    pub of_alarm: bool,
    /// In the window, by time.
    pub window: Vec<Point>,
    /// In normal times, in any order.
    pub normal: Vec<Point>,
    /// What is normal where the other side says it itself, as an anomaly's band does: it counts instead of `normal`.
    pub expected: Option<Range>,
    /// Where the alarm is set.
    pub limit: Option<Limit>,
    /// How a person gets the same.
    pub query: String,
    /// Where a person sees it, with absolute times.
    pub link: Option<String>,
}

/// What a page draws of a quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// The time that it covers.
    pub window: Window,
    /// By time, at most [`CHART_POINTS`]; the last one is the newest.
    pub points: Vec<Point>,
    /// The unit of all values; empty where nobody said it.
    pub unit: String,
    /// Whether it is what the alarm itself watches.
    pub of_alarm: bool,
    /// What is normal.
    pub normal: Option<Range>,
    /// Where the alarm is set.
    pub limit: Option<Limit>,
}

/// Points of a chart: more than a page's column has pixels for would only be stored.
pub const CHART_POINTS: usize = 180;

impl Measured {
    /// What is drawn of it. Of too many points those stay that are farthest from the middle of their neighbourhood,
    /// so that a spike is never thinned away.
    pub(in crate::evidence) fn chart(&self, window: Window, range: Option<&Range>) -> Chart {
        let each = self.window.len().div_ceil(CHART_POINTS - 1).max(1);
        let middle = range.map_or(0.0, |range| range.median);
        let farthest = |chunk: &[Point]| {
            let far = |point: &&Point| (point.value - middle).abs();
            chunk.iter().max_by(|a, b| far(a).total_cmp(&far(b))).copied()
        };
        let (newest, before) = match self.window.split_last() {
            Some((newest, before)) => (Some(*newest), before),
            None => (None, &[][..]),
        };
        Chart {
            window,
            points: before.chunks(each).filter_map(farthest).chain(newest).collect(),
            unit: self.unit.clone(),
            of_alarm: self.of_alarm,
            normal: range.copied(),
            limit: self.limit,
        }
    }
}
