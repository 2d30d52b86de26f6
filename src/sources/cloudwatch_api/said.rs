//! Alarms as the API describes them, in the form in which CloudWatch would have told a topic of them (FACTS B6): it is kept
//! and read as any other message.

use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::primitives::DateTime as AwsTime;
use aws_sdk_cloudwatch::types::{
    AlarmContributor, CompositeAlarm, Dimension, LogAlarm, MetricAlarm, MetricDataQuery, StateValue,
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};

/// An alarm, or one of its contributors, as it is now.
#[derive(Debug, Clone)]
pub struct Described {
    /// Its ARN.
    pub arn: String,
    /// As people named it.
    pub name: String,
    /// Whether it is in alarm: then it may have contributors that are.
    pub in_alarm: bool,
    /// What its state would be told to, unless its actions are disabled or suppressed.
    pub told_to: Vec<String>,
    /// It is over many time series, each of which is told of.
    pub has_contributors: bool,
    /// Those that are in alarm, where that was asked.
    pub contributors: Option<Vec<Described>>,
    /// CloudWatch's message.
    pub message: Value,
}

/// Everything that a page describes.
pub(super) fn alarms(page: &DescribeAlarmsOutput) -> Vec<Described> {
    let metric = page.metric_alarms().iter().filter_map(of_metric);
    let composite = page.composite_alarms().iter().filter_map(of_composite);
    metric.chain(composite).chain(page.log_alarms().iter().filter_map(of_log)).collect()
}

/// What all kinds have, whose types have nothing in common but the names.
macro_rules! described {
    ($alarm:expr, $quiet:expr, $has_contributors:expr, $more:expr) => {{
        let alarm = $alarm;
        let state = alarm.state_value()?;
        // The former is of its state alone, and newer.
        let since = alarm.state_transitioned_timestamp().or(alarm.state_updated_timestamp()).and_then(time)?;
        let actions = match state {
            StateValue::Alarm => alarm.alarm_actions(),
            StateValue::InsufficientData => alarm.insufficient_data_actions(),
            _ => alarm.ok_actions(),
        };
        let quiet = alarm.actions_enabled() == Some(false) || $quiet;
        let arn = alarm.alarm_arn()?;
        let mut message = json!({
            "AlarmName": alarm.alarm_name()?, "AlarmArn": arn, "AlarmDescription": alarm.alarm_description(),
            "AWSAccountId": arn.split(':').nth(4), "Region": arn.split(':').nth(3),
            "NewStateValue": state.as_str(), "NewStateReason": alarm.state_reason(), "StateChangeTime": since,
            "OKActions": alarm.ok_actions(), "AlarmActions": alarm.alarm_actions(),
            "InsufficientDataActions": alarm.insufficient_data_actions(),
        });
        for (key, value) in $more {
            message[key] = value;
        }
        Some(Described {
            arn: arn.to_owned(),
            name: alarm.alarm_name()?.to_owned(),
            in_alarm: *state == StateValue::Alarm,
            told_to: if quiet { Vec::new() } else { actions.to_vec() },
            has_contributors: $has_contributors,
            contributors: None,
            message,
        })
    }};
}

fn of_metric(alarm: &MetricAlarm) -> Option<Described> {
    let many = |one: &MetricDataQuery| {
        let query = one.expression().unwrap_or_default().to_uppercase();
        query.contains("SELECT") && query.contains("GROUP BY")
    };
    let many = alarm.metrics().iter().any(many) || alarm.evaluation_criteria().is_some();
    described!(alarm, false, many, [("Trigger", trigger(alarm))])
}

fn of_composite(alarm: &CompositeAlarm) -> Option<Described> {
    described!(
        alarm,
        alarm.actions_suppressed_by().is_some(),
        false,
        [("AlarmRule", json!(alarm.alarm_rule()))]
    )
}

fn of_log(alarm: &LogAlarm) -> Option<Described> {
    let trigger = json!({
        "Threshold": alarm.threshold(), "ComparisonOperator": alarm.comparison_operator().map(|one| one.as_str()),
        "EvaluationPeriods": alarm.query_results_to_evaluate(), "DatapointsToAlarm": alarm.query_results_to_alarm(),
        "TreatMissingData": alarm.treat_missing_data(),
    });
    described!(alarm, false, true, [("Trigger", trigger)])
}

fn trigger(alarm: &MetricAlarm) -> Value {
    let statistic = alarm.statistic().map(|one| match one.as_str() {
        "SampleCount" => "SAMPLE_COUNT".to_owned(),
        other => other.to_uppercase(),
    });
    let mut trigger = json!({
        "Period": alarm.period(), "EvaluationPeriods": alarm.evaluation_periods(),
        "DatapointsToAlarm": alarm.datapoints_to_alarm(),
        "ComparisonOperator": alarm.comparison_operator().map(|one| one.as_str()), "Threshold": alarm.threshold(),
        "TreatMissingData": alarm.treat_missing_data(),
    });
    let kind = if statistic.is_some() { "Statistic" } else { "ExtendedStatistic" };
    let more = match alarm.metrics() {
        [] => json!({
            "MetricName": alarm.metric_name(), "Namespace": alarm.namespace(), "StatisticType": kind,
            "Statistic": statistic, "ExtendedStatistic": alarm.extended_statistic(),
            "Unit": alarm.unit().map(|one| one.as_str()), "Dimensions": dimensions(alarm.dimensions()),
        }),
        metrics => json!({
            "Metrics": metrics.iter().map(metric).collect::<Vec<_>>(),
            "ThresholdMetricId": alarm.threshold_metric_id(),
        }),
    };
    if let (Value::Object(trigger), Value::Object(more)) = (&mut trigger, more) {
        trigger.extend(more);
    }
    trigger
}

fn metric(one: &MetricDataQuery) -> Value {
    let stat = one.metric_stat().map(|stat| {
        let metric = stat.metric();
        json!({
            "Metric": {
                "MetricName": metric.and_then(|one| one.metric_name()), "Namespace": metric.and_then(|one| one.namespace()),
                "Dimensions": dimensions(metric.map(|one| one.dimensions()).unwrap_or_default()),
            },
            "Period": stat.period(), "Stat": stat.stat(), "Unit": stat.unit().map(|one| one.as_str()),
        })
    });
    let mut query = json!({"Id": one.id(), "Label": one.label(), "ReturnData": one.return_data()});
    match stat {
        Some(stat) => query["MetricStat"] = stat,
        None => query["Expression"] = json!(one.expression()),
    }
    query
}

fn dimensions(all: &[Dimension]) -> Vec<Value> {
    all.iter().map(|one| json!({"name": one.name(), "value": one.value()})).collect()
}

impl Described {
    /// Whom it tells of any state.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        let lists =
            ["AlarmActions", "OKActions", "InsufficientDataActions"].map(|list| self.message.get(list));
        lists.into_iter().flatten().filter_map(Value::as_array).flatten().filter_map(Value::as_str)
    }

    /// One of its time series that is in alarm.
    pub(super) fn of(&self, contributor: &AlarmContributor) -> Self {
        let mut message = self.message.clone();
        message["AlarmContributorId"] = json!(contributor.contributor_id());
        message["AlarmContributorAttributes"] = json!(contributor.contributor_attributes());
        message["NewStateReason"] = json!(contributor.state_reason());
        if let Some(since) = contributor.state_transitioned_timestamp().and_then(time) {
            message["StateChangeTime"] = json!(since);
        }
        Self { message, contributors: None, ..self.clone() }
    }
}

/// What CloudWatch would have said when a contributor of `alarm` was over, at the latest by `by`.
pub fn contributor_over(alarm: &Described, contributor: &str, by: DateTime<Utc>) -> Value {
    let mut message = alarm.message.clone();
    message["AlarmContributorId"] = json!(contributor);
    message["NewStateReason"] =
        json!("CloudWatch does not count it among the contributors that are in alarm");
    if alarm.in_alarm {
        message["NewStateValue"] = json!("OK");
        message["StateChangeTime"] = json!(by);
    }
    message
}

/// The like of an alarm that is not there any more.
pub fn gone(arn: &str, name: &str, by: DateTime<Utc>) -> Value {
    json!({
        "AlarmName": name, "AlarmArn": arn, "NewStateValue": "OK", "StateChangeTime": by,
        "NewStateReason": "CloudWatch does not have this alarm any more: it was deleted",
    })
}

/// To the millisecond, as CloudWatch tells it: seconds with a fraction do not hold it exactly.
fn time(at: &AwsTime) -> Option<DateTime<Utc>> {
    let exact = DateTime::from_timestamp(at.secs(), at.subsec_nanos())?;
    exact.duration_round(TimeDelta::milliseconds(1)).ok()
}
