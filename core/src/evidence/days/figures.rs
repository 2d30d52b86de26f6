//! The figures of some values: least, median, 95th percentile, most, total.
//!
//! Knows numbers alone. Each figure but the total is a value that was measured, so that it can be found again.

use super::super::metric::Point;

/// Figures of at least one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// How many values.
    pub values: usize,
    /// The least, the first of those that are equal.
    pub least: Point,
    /// The 50th percentile.
    pub median: f64,
    /// The 95th percentile.
    pub high: f64,
    /// The most, the first of those that are equal.
    pub most: Point,
    /// All of them together.
    pub total: f64,
}

impl Figures {
    /// Of points in any order.
    pub fn of(points: &[Point]) -> Option<Self> {
        let sorted = sorted(points.iter().map(|point| point.value));
        let earliest = |a: &&Point, b: &&Point| a.at.cmp(&b.at);
        let least = points.iter().min_by(|a, b| a.value.total_cmp(&b.value).then(earliest(a, b)))?;
        let most = points.iter().max_by(|a, b| a.value.total_cmp(&b.value).then(earliest(b, a)))?;
        Some(Self {
            values: points.len(),
            least: *least,
            median: quantile(&sorted, 0.5)?,
            high: quantile(&sorted, 0.95)?,
            most: *most,
            total: sorted.iter().sum(),
        })
    }
}

/// In rising order.
pub(super) fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The value below which this share of sorted ones lies.
pub(super) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place within the values"
    )]
    let place = (sorted.len().checked_sub(1)? as f64 * share).round() as usize;
    sorted.get(place).copied()
}

/// The middle of some values.
pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    quantile(&sorted(values), 0.5)
}

/// How far values lie from `middle`, all together.
#[allow(clippy::cast_precision_loss, reason = "a count of values")]
pub(super) fn spread(values: impl Iterator<Item = f64> + Clone, middle: f64) -> f64 {
    values.map(|value| (value - middle).abs()).sum()
}

/// By what share `now` is more than `usual`; less is negative. None against zero.
pub(super) fn change(now: f64, usual: f64) -> Option<f64> {
    let share = (now - usual) / usual.abs();
    (usual != 0.0 && share.is_finite()).then_some(share)
}
