//! The series of an answer of `query_range`, which Prometheus and Loki write alike.
//!
//! Knows its JSON: times are seconds with a fraction, values are text. Must not know HTTP.

use std::collections::BTreeMap;

use chrono::DateTime;
use firstlook_core::alert::Labels;
use firstlook_core::evidence::Window;
use firstlook_core::evidence::metric::{Measured, Point};
use serde::Deserialize;

/// Points of a window; more is finer than anybody looks.
const POINTS: i64 = 120;
/// The finest step, in seconds: what is scraped seldom would else show holes.
const FINEST: i64 = 15;

/// One series.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Series {
    /// Without the metric's name, which the expression says.
    pub labels: Labels,
    /// By time; what is no number is left out.
    pub points: Vec<Point>,
}

impl Series {
    /// Whether one of the alerts can be about it: an alert has the labels of its series. A label that was mapped away
    /// says nothing.
    pub fn is_of(&self, alerts: &[Labels]) -> bool {
        let fits = |alert: &Labels| {
            self.labels.iter().all(|(name, value)| alert.get(name).is_empty() || alert.get(name) == value)
        };
        alerts.iter().any(fits)
    }
}

/// Seconds between two points.
pub(super) fn step(window: Window) -> i64 {
    let even = (window.length().num_seconds() + POINTS - 1) / POINTS;
    // A multiple of the finest, so that a scrape interval of 15, 30 or 60 s meets each step.
    ((even + FINEST - 1) / FINEST * FINEST).max(FINEST)
}

/// The first and the last point, in whole seconds: the last one is the newest that the window has, since the alarm may
/// have begun just before it.
pub(super) fn points(window: Window, step: i64) -> (i64, i64) {
    let (start, end) = (window.start.timestamp(), window.end.timestamp());
    (end - (end - start).div_euclid(step) * step, end)
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    values: Vec<(f64, String)>,
}

/// `None` where it is something else.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Series>> {
    let answer: Answer = serde_json::from_slice(bytes).ok()?;
    (answer.data.result_type == "matrix").then(|| answer.data.result.into_iter().map(series).collect())
}

/// The quantities of a query: each series of the window with what it was in normal times.
pub(super) fn measured(now: Vec<Series>, before: &[Series], of: &Measured) -> Vec<Measured> {
    let one = |series: Series| {
        let same = before.iter().filter(|other| other.labels == series.labels);
        Measured {
            normal: same.flat_map(|other| other.points.iter().copied()).collect(),
            labels: series.labels,
            window: series.points,
            ..of.clone()
        }
    };
    now.into_iter().map(one).collect()
}

fn series(row: Row) -> Series {
    let labels = row.metric.iter().filter(|(name, _)| *name != "__name__");
    let point = |(at, value): &(f64, String)| {
        #[allow(clippy::cast_possible_truncation, reason = "a time in milliseconds")]
        let at = DateTime::from_timestamp_millis((at * 1000.0).round() as i64)?;
        let value: f64 = value.parse().ok()?;
        value.is_finite().then_some(Point { at, value })
    };
    Series {
        labels: labels.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        points: row.values.iter().filter_map(point).collect(),
    }
}
