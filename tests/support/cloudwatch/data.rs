//! The values of a local CloudWatch, as GetMetricData gives them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Refused;

/// Points in seconds and their values.
type Points = Vec<(i64, f64)>;

/// What it has measured.
#[derive(Default)]
pub struct Measured {
    /// By `namespace/metric{dimensions}`; one value a minute.
    series: BTreeMap<String, Points>,
    /// All that has a value, by the same key.
    metrics: BTreeMap<String, Value>,
    /// What it expects of any metric.
    pub band: (f64, f64),
    /// Whether answers come in two pages.
    pub paged: bool,
}

fn key(metric: &Value) -> String {
    let mut dimensions: Vec<String> =
        metric["Dimensions"].as_array().into_iter().flatten().map(pair).collect();
    dimensions.sort();
    format!("{}/{} {}", metric["Namespace"], metric["MetricName"], dimensions.join(","))
}

fn pair(dimension: &Value) -> String {
    format!("{}={}", dimension["Name"], dimension["Value"])
}

impl Measured {
    pub fn put(&mut self, metric: &Value, at: i64, value: f64) {
        self.metrics.entry(key(metric)).or_insert_with(|| metric.clone());
        self.series.entry(key(metric)).or_default().push((at, value));
    }

    /// A page of 500; a namespace is matched exactly.
    pub fn list(&self, input: &Value) -> Result<Value, Refused> {
        let from = match input["NextToken"].as_str() {
            None => 0,
            Some(token) => {
                token.parse::<usize>().map_err(|_| (400, "InvalidParameterValue", "not a token"))?
            }
        };
        let wanted = &input["Namespace"];
        let fits = |metric: &&Value| wanted.is_null() || metric["Namespace"] == *wanted;
        let all: Vec<&Value> = self.metrics.values().filter(fits).collect();
        let page: Vec<&Value> = all.iter().skip(from).take(500).copied().collect();
        let next = (from + 500 < all.len()).then(|| (from + 500).to_string());
        Ok(json!({"Metrics": page, "NextToken": next}))
    }

    pub fn get(&self, input: &Value) -> Result<Value, Refused> {
        const INVALID: Refused = (400, "ValidationError", "1 validation error detected");
        let time = |key: &str| input[key].as_f64().ok_or(INVALID);
        let (start, end) = (time("StartTime")? as i64, time("EndTime")? as i64);
        let queries = input["MetricDataQueries"].as_array().ok_or(INVALID)?;
        if queries.is_empty() || queries.len() > 500 || start >= end {
            return Err(INVALID);
        }
        let mut points: BTreeMap<&str, Points> = BTreeMap::new();
        let mut results = Vec::new();
        for query in queries {
            let id = query["Id"].as_str().filter(|id| id.starts_with(|c: char| c.is_ascii_lowercase()));
            let id = id.ok_or(INVALID)?;
            if query["MetricStat"].is_null() == query["Expression"].is_null() || points.contains_key(id) {
                return Err(INVALID);
            }
            let own = match query["Expression"].as_str() {
                None => self.of_metric(&query["MetricStat"], start, end).ok_or(INVALID)?,
                Some(band) if band.starts_with("ANOMALY_DETECTION_BAND") => {
                    for edge in [self.band.0, self.band.1] {
                        let line = (start..end).step_by(60).map(|at| (at, edge)).collect();
                        results.push((id, line));
                    }
                    continue;
                }
                Some(sum) => {
                    let (a, b) = sum.split_once(" + ").ok_or(INVALID)?;
                    let (a, b) = (points.get(a).ok_or(INVALID)?, points.get(b).ok_or(INVALID)?);
                    a.iter().zip(b).map(|(a, b)| (a.0, a.1 + b.1)).collect()
                }
            };
            if query["ReturnData"] != false {
                results.push((id, own.clone()));
            }
            points.insert(id, own);
        }
        Ok(self.answer(results, input))
    }

    fn of_metric(&self, stat: &Value, start: i64, end: i64) -> Option<Points> {
        let period =
            stat["Period"].as_i64().filter(|period| [10, 20, 30].contains(period) || period % 60 == 0)?;
        stat["Stat"].as_str()?;
        let all = self.series.get(&key(&stat["Metric"])).cloned().unwrap_or_default();
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for (at, value) in all {
            *sums.entry(at.div_euclid(period) * period).or_default() += value;
        }
        Some(sums.into_iter().filter(|(at, _)| (start..end).contains(at)).collect())
    }

    fn answer(&self, results: Vec<(&str, Points)>, input: &Value) -> Value {
        let second = input["NextToken"] == "second";
        let result = |(id, mut points): (&str, Points)| {
            // The newest come first unless somebody wants otherwise.
            if input["ScanBy"] != "TimestampAscending" {
                points.reverse();
            }
            let half = points.len() / 2;
            let (page, code) = match (self.paged, second) {
                (false, _) => (&points[..], "Complete"),
                (true, false) => (&points[..half], "PartialData"),
                (true, true) => (&points[half..], "Complete"),
            };
            let (times, values): (Vec<f64>, Vec<f64>) =
                page.iter().map(|(at, value)| (*at as f64, *value)).unzip();
            json!({"Id": id, "Label": id, "Timestamps": times, "Values": values, "StatusCode": code})
        };
        let results: Vec<Value> = results.into_iter().map(result).collect();
        let token = (self.paged && !second).then_some("second");
        json!({"MetricDataResults": results, "NextToken": token})
    }
}
