//! The drawing of a quantity: its line, the band of what is normal, where the alarm is set, when the alarm came.
//!
//! Knows a chart's points. Must not know what they measure: the item's title says it, and the item's text holds the
//! figures for who cannot see a drawing.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use firstlook_core::evidence::metric::{Chart, Point};
use serde::Serialize;

use super::axis::share;
use super::{times, words};

/// The drawing's own units; the row stretches it.
const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 24.0;
/// Room over the highest and under the lowest line, as a share of the height.
const ROOM: f64 = 0.06;
/// Two points farther apart than so many usual steps are not joined: nobody knows what lay between.
const HOLE: f64 = 2.5;

/// The drawing's context.
#[derive(Serialize)]
pub(super) struct Drawing {
    line: String,
    band: Option<Band>,
    limit: Option<String>,
    mark: Option<String>,
    about: String,
    from: String,
    to: String,
}

#[derive(Serialize)]
struct Band {
    y: String,
    height: String,
}

/// The drawing; none of fewer than two points.
pub(super) fn drawing(chart: &Chart, alarm: DateTime<Utc>, title: &str) -> Option<Drawing> {
    if chart.points.len() < 2 {
        return None;
    }
    let scale = Scale::of(chart);
    let band = chart.normal.map(|normal| {
        let (top, bottom) = (scale.y(normal.high), scale.y(normal.low));
        // A normal that is one single value still shows as a line.
        Band { y: format!("{top:.1}"), height: format!("{:.1}", (bottom - top).max(0.6)) }
    });
    Some(Drawing {
        line: line(chart, &scale),
        band,
        limit: chart.limit.map(|limit| format!("{:.1}", scale.y(limit.value))),
        mark: share(chart.window, alarm).map(|at| format!("{:.1}", at * WIDTH)),
        about: words::chart(title),
        from: times::minute(chart.window.start).text,
        to: times::minute(chart.window.end).text,
    })
}

/// From values to heights: everything that is drawn fits.
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
        Self { low, high }
    }

    fn y(&self, value: f64) -> f64 {
        // Halves, since the difference of two huge values is no number.
        let (span, from) = (self.high / 2.0 - self.low / 2.0, value / 2.0 - self.low / 2.0);
        let share = if span > 0.0 { from / span } else { 0.5 };
        HEIGHT * (1.0 - ROOM - share * (1.0 - 2.0 * ROOM))
    }
}

fn line(chart: &Chart, scale: &Scale) -> String {
    let mut gaps: Vec<i64> = chart.points.windows(2).map(|pair| apart(pair.first(), pair.last())).collect();
    gaps.sort_unstable();
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of hours")]
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or_default() as f64;
    let mut path = String::new();
    let mut before: Option<&Point> = None;
    for point in &chart.points {
        let Some(x) = share(chart.window, point.at) else { continue };
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of hours")]
        let joined = before.is_some_and(|before| apart(Some(before), Some(point)) as f64 <= usual * HOLE);
        let letter = if joined { 'L' } else { 'M' };
        // Writing to a String cannot fail.
        let _ = write!(path, "{letter}{:.1} {:.1}", x * WIDTH, scale.y(point.value));
        before = Some(point);
    }
    path
}

fn apart(one: Option<&Point>, other: Option<&Point>) -> i64 {
    one.zip(other).map_or(0, |(one, other)| (other.at - one.at).num_milliseconds())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use firstlook_core::evidence::Window;
    use firstlook_core::evidence::metric::{Limit, Range, Relation};

    use super::*;

    fn chart(values: &[(i64, f64)]) -> Chart {
        let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
        let at = |seconds: &i64| start + TimeDelta::seconds(*seconds);
        Chart {
            window: Window { start, end: start + TimeDelta::seconds(100) },
            points: values.iter().map(|(seconds, value)| Point { at: at(seconds), value: *value }).collect(),
            unit: String::new(),
            of_alarm: false,
            normal: Some(Range { low: 0.0, median: 5.0, high: 10.0, values: 9 }),
            limit: Some(Limit { relation: Relation::Above, value: 50.0 }),
        }
    }

    fn drawn(chart: &Chart) -> Drawing {
        drawing(chart, chart.window.start + TimeDelta::seconds(40), "errors").unwrap()
    }

    #[test]
    fn everything_fits_and_stands_where_it_belongs() {
        let drawing = drawn(&chart(&[(0, 0.0), (50, 100.0), (100, 50.0)]));
        assert_eq!(drawing.line, "M0.0 22.6L50.0 1.4L100.0 12.0");
        assert_eq!((drawing.limit.as_deref(), drawing.mark.as_deref()), (Some("12.0"), Some("40.0")));
        let band = drawing.band.unwrap();
        assert_eq!((band.y.as_str(), band.height.as_str()), ("20.4", "2.1"));
        assert_eq!((drawing.from.as_str(), drawing.to.as_str()), ("10:00", "10:01"));
    }

    #[test]
    fn a_hole_is_not_drawn_over() {
        let line = drawn(&chart(&[(0, 1.0), (10, 1.0), (20, 1.0), (60, 1.0), (70, 1.0)])).line;
        assert_eq!(line.matches('M').count(), 2, "{line}");
    }

    #[test]
    fn odd_values_draw_no_odd_numbers() {
        let mut one = chart(&[(0, f64::MAX), (50, f64::MIN)]);
        assert!(!format!("{:?}", drawn(&one).line).contains("NaN"));
        one = Chart { normal: None, limit: None, ..chart(&[(0, 7.0), (50, 7.0)]) };
        let drawing = drawn(&one);
        assert!(drawing.line.starts_with("M0.0 12.0") && drawing.band.is_none(), "{}", drawing.line);
        let one = chart(&[(0, 7.0)]);
        assert!(super::drawing(&one, one.window.start, "x").is_none());
    }
}
