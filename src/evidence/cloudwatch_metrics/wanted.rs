//! What is asked of CloudWatch: the metrics of an alarm, or a configured one.
//!
//! Knows the SDK's types. Must not know whom it asks.

use aws_sdk_cloudwatch::types::{
    ComparisonOperator, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricStat,
};
use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::metric::{Limit, Relation};

/// One quantity, and what CloudWatch is asked for it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub name: String,
    pub labels: Labels,
    pub unit: String,
    pub limit: Option<Limit>,
    pub of_alarm: bool,
    /// What it is made of.
    pub queries: Vec<MetricDataQuery>,
    /// The id of the query whose values it has.
    pub id: String,
    /// The id of an anomaly's band: its values are what is normal.
    pub band: Option<String>,
}

impl Wanted {
    /// One metric.
    pub fn one(name: String, metric: Metric, stat: String, period: i32, unit: String) -> Self {
        let labels = labels(metric.dimensions());
        let stat = MetricStat::builder().metric(metric).stat(stat).period(period).build();
        let query = MetricDataQuery::builder().id("m1").metric_stat(stat).return_data(true).build();
        let (id, queries) = ("m1".to_owned(), vec![query]);
        Self { name, labels, unit, limit: None, of_alarm: false, queries, id, band: None }
    }

    /// What an alarm watches; `None` where it watches no metrics.
    pub fn of_alarm(alarm: &MetricAlarm) -> Option<Self> {
        let limit = limit(alarm);
        if let Some(name) = alarm.metric_name() {
            let metric = Metric::builder().namespace(alarm.namespace()?).metric_name(name);
            let metric = metric.set_dimensions(Some(alarm.dimensions().to_vec())).build();
            let stat = match (alarm.statistic(), alarm.extended_statistic()) {
                (Some(stat), _) => stat.as_str(),
                (None, stat) => stat?,
            };
            let unit = alarm.unit().map_or("", |unit| unit_of(unit.as_str())).to_owned();
            let one = Self::one(format!("{name} ({stat})"), metric, stat.to_owned(), alarm.period()?, unit);
            return Some(Self { limit, of_alarm: true, ..one });
        }
        let queries = alarm.metrics().to_vec();
        let band = alarm.threshold_metric_id().map(str::to_owned);
        let watched = queries.iter().find(|one| {
            one.return_data() != Some(false) && one.id().is_some() && one.id() != band.as_deref()
        })?;
        let metric = watched.metric_stat().and_then(MetricStat::metric);
        let name = [watched.label(), metric.and_then(Metric::metric_name), watched.expression()];
        let name = name.into_iter().flatten().find(|name| !name.is_empty())?.to_owned();
        let labels = metric.map(|metric| labels(metric.dimensions())).unwrap_or_default();
        let id = watched.id()?.to_owned();
        Some(Self { name, labels, unit: String::new(), limit, of_alarm: true, queries, id, band })
    }

    /// Its queries with periods that CloudWatch still has of that time, and the longest of them, in seconds.
    pub fn at(&self, start: DateTime<Utc>, now: DateTime<Utc>) -> (Vec<MetricDataQuery>, i64) {
        let mut longest = 1;
        let mut kept = |wanted: Option<i32>| {
            let period = wanted.map(|wanted| kept(wanted, now - start));
            longest = longest.max(period.map_or(1, i64::from));
            period
        };
        let mut queries = self.queries.clone();
        for query in &mut queries {
            query.period = kept(query.period);
            if let Some(stat) = &mut query.metric_stat {
                stat.period = kept(stat.period);
            }
        }
        (queries, longest)
    }
}

/// The period for data of that age: what is older is kept more coarsely.
fn kept(wanted: i32, age: TimeDelta) -> i32 {
    let least = match age {
        age if age > TimeDelta::days(63) => 3_600,
        age if age > TimeDelta::days(15) => 300,
        age if age > TimeDelta::hours(3) => 60,
        _ => 1,
    };
    (wanted.max(1) + least - 1) / least * least
}

fn labels(dimensions: &[Dimension]) -> Labels {
    dimensions.iter().filter_map(|one| Some((one.name()?, one.value()?))).collect()
}

fn limit(alarm: &MetricAlarm) -> Option<Limit> {
    let relation = match alarm.comparison_operator()? {
        ComparisonOperator::GreaterThanThreshold => Relation::Above,
        ComparisonOperator::GreaterThanOrEqualToThreshold => Relation::AtLeast,
        ComparisonOperator::LessThanThreshold => Relation::Below,
        ComparisonOperator::LessThanOrEqualToThreshold => Relation::AtMost,
        // Those of bands have no threshold.
        _ => return None,
    };
    alarm.threshold().map(|value| Limit { relation, value })
}

/// As people write it.
fn unit_of(unit: &str) -> &str {
    match unit {
        "Percent" => "%",
        "Seconds" => "s",
        "Milliseconds" => "ms",
        "Microseconds" => "µs",
        "Bytes" => "bytes",
        "Count" | "None" => "",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudwatch::types::StandardUnit;

    use super::*;

    #[test]
    fn old_data_is_asked_for_as_coarsely_as_it_is_kept() {
        for (wanted, age, period) in [
            (10, TimeDelta::hours(1), 10),
            (10, TimeDelta::hours(4), 60),
            (60, TimeDelta::days(1), 60),
            (60, TimeDelta::days(16), 300),
            (420, TimeDelta::days(16), 600),
            (300, TimeDelta::days(64), 3_600),
            (86_400, TimeDelta::days(64), 86_400),
        ] {
            assert_eq!(kept(wanted, age), period, "{wanted} {age}");
        }
    }

    #[test]
    fn an_alarm_of_one_metric_has_its_limit_and_unit() {
        let dimension = Dimension::builder().name("FunctionName").value("pay").build();
        let alarm =
            MetricAlarm::builder().metric_name("Duration").namespace("AWS/Lambda").extended_statistic("p99");
        let alarm = alarm.dimensions(dimension).period(60).unit(StandardUnit::Milliseconds).threshold(300.0);
        let alarm = alarm.comparison_operator(ComparisonOperator::GreaterThanOrEqualToThreshold);
        let wanted = Wanted::of_alarm(&alarm.clone().build()).unwrap();
        assert_eq!(
            (wanted.name.as_str(), wanted.unit.as_str(), wanted.of_alarm),
            ("Duration (p99)", "ms", true)
        );
        assert_eq!(wanted.labels.to_string(), r#"{FunctionName="pay"}"#);
        assert_eq!(wanted.limit, Some(Limit { relation: Relation::AtLeast, value: 300.0 }));
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(30);
        let (queries, longest) = wanted.at(now - TimeDelta::days(20), now);
        assert_eq!((queries[0].metric_stat().unwrap().period(), longest), (Some(300), 300));
        let below = alarm.comparison_operator(ComparisonOperator::LessThanLowerThreshold).build();
        assert_eq!(Wanted::of_alarm(&below).unwrap().limit, None);
        assert!(Wanted::of_alarm(&MetricAlarm::builder().build()).is_none());
    }

    #[test]
    fn of_an_expression_what_is_returned_is_watched_and_a_band_is_apart() {
        let query = |id: &str, expression: &str, returned| {
            MetricDataQuery::builder().id(id).expression(expression).return_data(returned).build()
        };
        let alarm =
            MetricAlarm::builder().metrics(query("m1", "a", false)).metrics(query("e1", "m1 / 2", true));
        let wanted = Wanted::of_alarm(&alarm.build()).unwrap();
        assert_eq!((wanted.name.as_str(), wanted.id.as_str(), wanted.band), ("m1 / 2", "e1", None));
        let band = query("ad1", "ANOMALY_DETECTION_BAND(m1, 2)", true);
        let alarm =
            MetricAlarm::builder().metrics(band).metrics(query("m1", "a", true)).threshold_metric_id("ad1");
        let wanted = Wanted::of_alarm(&alarm.build()).unwrap();
        assert_eq!(
            (wanted.id.as_str(), wanted.band.as_deref(), wanted.queries.len()),
            ("m1", Some("ad1"), 2)
        );
    }
}
