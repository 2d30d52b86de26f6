//! The lines of a chart in a frame: the quantity, the band of what is normal, where the alarm is set, when the alarm came.
//!
//! Knows points and places. Must not know colours, words, or who looks at it: page and picture draw this same plot.

use std::fmt::Write;

use chrono::{DateTime, Utc};

use crate::evidence::metric::{Chart, Point};

/// Room over the highest and under the lowest line, as a share of the height.
const ROOM: f64 = 0.06;
/// Two points farther apart than so many usual steps are not joined: nobody knows what lay between.
const HOLE: f64 = 2.5;
/// Zero is near where the lowest is so many times lower than the highest.
const NEAR: f64 = 4.0;
/// A normal that is one single value still shows as a band, of this share of the height.
const THIN: f64 = 0.025;

/// Where a plot lies in its drawing, in the drawing's own units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Of its left upper corner.
    pub left: f64,
    /// Of its left upper corner.
    pub top: f64,
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

/// A stretch of heights: the upper edge, and how far it reaches down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The upper edge.
    pub y: f64,
    /// Never 0.
    pub height: f64,
}

/// The chart's lines, all within its frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Plot {
    /// The quantity, as an SVG path; broken where nothing was measured.
    pub line: String,
    /// What is normal.
    pub band: Option<Band>,
    /// The height of where the alarm is set.
    pub limit: Option<f64>,
    /// Where the alarm's instant lies; none outside of the chart's time.
    pub mark: Option<f64>,
    frame: Frame,
    scale: Scale,
}

impl Plot {
    /// The plot; none of fewer than two points.
    pub fn new(chart: &Chart, alarm: DateTime<Utc>, frame: Frame) -> Option<Self> {
        if chart.points.len() < 2 {
            return None;
        }
        let scale = Scale::of(chart);
        let y = |value| frame.top + frame.height * scale.down(value);
        let band = chart.normal.map(|normal| {
            let (top, bottom) = (y(normal.high), y(normal.low));
            Band { y: top, height: (bottom - top).max(frame.height * THIN) }
        });
        Some(Self {
            line: line(chart, &frame, y),
            band,
            limit: chart.limit.map(|limit| y(limit.value)),
            mark: chart.window.share(alarm).map(|share| frame.left + share * frame.width),
            frame,
            scale,
        })
    }

    /// Round values between the lowest and the highest line, each with its height.
    pub fn values(&self) -> Vec<(f64, f64)> {
        let place = |value| (value, self.frame.top + self.frame.height * self.scale.down(value));
        self.scale.round().into_iter().map(place).collect()
    }
}

/// From values to heights: everything that is drawn fits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(chart: &Chart) -> Self {
        let points = chart.points.iter().map(|point| point.value);
        let band = chart.normal.into_iter().flat_map(|normal| [normal.low, normal.high]);
        let limit = chart.limit.into_iter().map(|limit| limit.value);
        let all: Vec<f64> = points.chain(band).chain(limit).collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Zero is part of it where it is near: how much something grew is seen against nothing.
        let low = if low > 0.0 && low < high / NEAR { 0.0 } else { low };
        Self { low, high }
    }

    /// How far down a value lies, as a share of the frame's height.
    fn down(&self, value: f64) -> f64 {
        // Halves, since the difference of two huge values is no number.
        let (span, from) = (self.high / 2.0 - self.low / 2.0, value / 2.0 - self.low / 2.0);
        let share = if span > 0.0 { from / span } else { 0.5 };
        1.0 - ROOM - share * (1.0 - 2.0 * ROOM)
    }

    /// Two to five round values; the one value there is where all are alike.
    fn round(&self) -> Vec<f64> {
        let span = self.high - self.low;
        if !span.is_finite() || span <= 0.0 {
            return vec![self.low];
        }
        let size = 10_f64.powf((span / 4.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * size).find(|step| span / step <= 4.0);
        let Some(step) = step.filter(|step| step.is_normal()) else { return vec![self.low, self.high] };
        let first = (self.low / step).ceil();
        // By counting, so that sums of rounded steps do not add up to 0.30000000000000004.
        (0..=4).map(|n| (first + f64::from(n)) * step).filter(|value| *value <= self.high).collect()
    }
}

fn line(chart: &Chart, frame: &Frame, y: impl Fn(f64) -> f64) -> String {
    let mut gaps: Vec<i64> = chart.points.windows(2).map(|pair| apart(pair.first(), pair.last())).collect();
    gaps.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of hours")]
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default() as f64;
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of hours")]
    let joined = |one: Option<&Point>, other| one.is_some() && apart(one, other) as f64 <= usual * HOLE;
    let mut path = String::new();
    let mut before: Option<&Point> = None;
    let mut points = chart.points.iter().peekable();
    while let Some(point) = points.next() {
        let Some(share) = chart.window.share(point.at) else { continue };
        let goes_on = joined(before, Some(point));
        let letter = if goes_on { 'L' } else { 'M' };
        // Writing to a String cannot fail.
        let _ = write!(path, "{letter}{:.1} {:.1}", frame.left + share * frame.width, y(point.value));
        if !goes_on && !points.peek().is_some_and(|next| joined(Some(point), Some(next))) {
            // Alone between two holes: a line of no length, whose round ends are a dot.
            path.push_str("h0");
        }
        before = Some(point);
    }
    path
}

fn apart(one: Option<&Point>, other: Option<&Point>) -> i64 {
    one.zip(other).map_or(0, |(one, other)| (other.at - one.at).num_milliseconds())
}

#[cfg(test)]
mod tests {
    use super::super::tests::chart;
    use super::*;
    use crate::evidence::metric::Range;

    const FRAME: Frame = Frame { left: 0.0, top: 0.0, width: 100.0, height: 24.0 };

    fn plot(chart: &Chart) -> Plot {
        Plot::new(chart, chart.window.start + chrono::TimeDelta::seconds(40), FRAME).unwrap()
    }

    #[test]
    fn everything_fits_and_stands_where_it_belongs() {
        let plot = plot(&chart(&[(0, 0.0), (50, 100.0), (100, 50.0)]));
        assert_eq!(plot.line, "M0.0 22.6L50.0 1.4L100.0 12.0");
        assert!((plot.limit.unwrap() - 12.0).abs() < 1e-9 && plot.mark == Some(40.0), "{plot:?}");
        let band = plot.band.unwrap();
        assert!((band.y - 20.45).abs() < 0.01 && (band.height - 2.11).abs() < 0.01, "{band:?}");
        let values: Vec<f64> = plot.values().into_iter().map(|(value, _)| value).collect();
        assert_eq!(values, [0.0, 50.0, 100.0]);
        assert!((plot.values()[1].1 - 12.0).abs() < 1e-9);
    }

    #[test]
    fn a_hole_is_not_drawn_over_and_a_point_alone_is_a_dot() {
        let line = plot(&chart(&[(0, 1.0), (10, 1.0), (20, 1.0), (60, 1.0), (70, 1.0)])).line;
        assert_eq!((line.matches('M').count(), line.matches("h0").count()), (2, 0), "{line}");
        let line = plot(&chart(&[(0, 1.0), (10, 1.0), (20, 1.0), (30, 1.0), (62, 1.0), (95, 1.0)])).line;
        assert_eq!((line.matches('M').count(), line.matches("h0").count()), (3, 2), "{line}");
    }

    #[test]
    fn odd_values_draw_no_odd_numbers() {
        for values in [[f64::MAX, f64::MIN], [f64::MIN_POSITIVE, 0.0], [7.0, 7.0], [1e-300, 2e-300]] {
            let one = Chart { normal: None, limit: None, ..chart(&[(0, values[0]), (50, values[1])]) };
            let text = format!("{:?} {:?}", plot(&one), plot(&one).values());
            assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            assert!((1..=5).contains(&plot(&one).values().len()), "{values:?}");
        }
        let one = Chart { normal: None, limit: None, ..chart(&[(0, 7.0), (50, 7.0)]) };
        assert!(plot(&one).line.starts_with("M0.0 12.0") && plot(&one).band.is_none());
        let one = chart(&[(0, 7.0)]);
        assert!(Plot::new(&one, one.window.start, FRAME).is_none());
    }

    #[test]
    fn round_values_are_few_and_lie_within() {
        for (low, high, want) in [
            (0.0, 38.2, vec![0.0, 10.0, 20.0, 30.0]),
            (0.1, 0.42, vec![0.1, 0.2, 0.3, 0.4]),
            (-3.0, 3.0, vec![-2.0, 0.0, 2.0]),
            (93.0, 99.5, vec![94.0, 96.0, 98.0]),
            (1.4e9, 2.1e9, vec![1.4e9, 1.6e9, 1.8e9, 2.0e9]),
        ] {
            let found = Scale { low, high }.round();
            assert!(found.len() == want.len(), "{found:?} for {want:?}");
            assert!(
                found.iter().zip(&want).all(|(a, b)| (a - b).abs() < b.abs() * 1e-9 + 1e-12),
                "{found:?}"
            );
        }
        let flat = Range { low: 5.0, median: 5.0, high: 5.0, values: 9 };
        let thin = plot(&Chart { normal: Some(flat), ..chart(&[(0, 1.0), (50, 9.0)]) }).band.unwrap();
        assert!(thin.height >= 0.6, "one single value still shows");
    }
}
