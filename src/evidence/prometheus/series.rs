//! The series of an answer of `/api/v1/query_range`.
//!
//! Knows its JSON: times are seconds with a fraction, values are text. Must not know HTTP.

use std::collections::BTreeMap;

use chrono::DateTime;
use firstlook_core::alert::Labels;
use firstlook_core::evidence::metric::Point;
use serde::Deserialize;

use super::super::Fault;

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

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Series>, Fault> {
    let no_matrix = |_| {
        Fault::unavailable(
            "the answer is not a range of Prometheus",
            "check `url` and `queries` of this source",
        )
    };
    let answer: Answer = serde_json::from_slice(bytes).map_err(no_matrix)?;
    if answer.data.result_type != "matrix" {
        return Err(Fault::unavailable(
            "the answer is not a range of Prometheus",
            "check `url` and `queries` of this source",
        ));
    }
    Ok(answer.data.result.into_iter().map(series).collect())
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
