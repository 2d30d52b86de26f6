//! What the API describes, said as CloudWatch says it: both must read as the same alert.

use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::primitives::DateTime as AwsTime;
use aws_sdk_cloudwatch::types::{
    ActionsSuppressedBy, AlarmContributor, ComparisonOperator, CompositeAlarm, Dimension, LogAlarm, Metric,
    MetricAlarm, MetricDataQuery, MetricStat, StateValue, Statistic,
};
use chrono::{DateTime, Utc};
use firstlook_core::alert::sns::TopicPattern;
use firstlook_core::alert::{AlertMessage, AlertStatus};
use serde_json::{Value, json};

use super::said::{Described, alarms};
use super::{contributor_over, gone};
use crate::sources::sns::made;
use crate::sources::sns::read::{InsufficientData, Reading, notification};
use crate::sources::sns::said::Said;

const ARN: &str = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:edge";
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";
const REASON: &str = "Threshold Crossed: 1 out of the last 1 datapoints [17.0 (05/07/24 15:18:00)] was greater than the threshold (10.0).";

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_795_111_620_123).unwrap()
}

/// As the wire holds it: in seconds, not quite.
fn wire() -> AwsTime {
    AwsTime::from_secs_f64(1_795_111_620.123)
}

fn read(message: &Value) -> AlertMessage {
    let reading = Reading {
        insufficient_data: InsufficientData::Note,
        severity_label: "severity".into(),
        topics: vec![TopicPattern::parse(TOPIC).unwrap()],
    };
    let body = made::body(message, Some(TOPIC), "found", at());
    let said = Said::read(&body).unwrap();
    notification(&said, "sns/aws", &reading, None).alerts.remove(0).unwrap()
}

fn metric_alarm() -> aws_sdk_cloudwatch::types::builders::MetricAlarmBuilder {
    MetricAlarm::builder()
        .alarm_name("edge")
        .alarm_arn(ARN)
        .alarm_description("Runbook: https://wiki.example/edge")
        .actions_enabled(true)
        .alarm_actions(TOPIC)
        .ok_actions(TOPIC)
        .state_value(StateValue::Alarm)
        .state_reason(REASON)
        .state_updated_timestamp(AwsTime::from_secs(1_795_199_999))
        .state_transitioned_timestamp(wire())
        .evaluation_periods(1)
        .datapoints_to_alarm(1)
        .threshold(10.0)
        .comparison_operator(ComparisonOperator::GreaterThanThreshold)
}

fn described(alarm: MetricAlarm) -> Described {
    alarms(&DescribeAlarmsOutput::builder().metric_alarms(alarm).build()).remove(0)
}

/// What CloudWatch sends of the same, with this trigger.
fn sent(trigger: Value) -> Value {
    json!({
        "AlarmName": "edge", "AlarmArn": ARN, "AlarmDescription": "Runbook: https://wiki.example/edge",
        "AWSAccountId": "123456789012", "NewStateValue": "ALARM", "NewStateReason": REASON,
        "StateChangeTime": at().format("%Y-%m-%dT%H:%M:%S%.3f+0000").to_string(), "Region": "EU (Ireland)",
        "OKActions": [TOPIC], "AlarmActions": [TOPIC], "InsufficientDataActions": [], "Trigger": trigger,
    })
}

#[test]
fn a_metric_alarm_is_the_same_alert_by_either_way() {
    let alarm = metric_alarm()
        .metric_name("HTTPCode_ELB_5XX_Count")
        .namespace("AWS/ApplicationELB")
        .statistic(Statistic::SampleCount)
        .dimensions(Dimension::builder().name("LoadBalancer").value("app/web/123").build())
        .period(60);
    let one = described(alarm.build());
    let message = sent(json!({
        "MetricName": "HTTPCode_ELB_5XX_Count", "Namespace": "AWS/ApplicationELB", "StatisticType": "Statistic",
        "Statistic": "SAMPLE_COUNT", "Unit": null, "Dimensions": [{"value": "app/web/123", "name": "LoadBalancer"}],
        "Period": 60, "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 10.0, "TreatMissingData": "missing",
    }));
    assert_eq!(read(&one.message), read(&message));
    assert_eq!(read(&one.message).starts_at, at(), "to the millisecond");
    assert_eq!((one.told_to, one.in_alarm, one.has_contributors), (vec![TOPIC.to_owned()], true, false));
}

#[test]
fn metric_math_is_the_same_alert_by_either_way() {
    let stat = MetricStat::builder()
        .metric(Metric::builder().metric_name("Errors").namespace("AWS/Lambda").build())
        .period(60)
        .stat("Sum");
    let queries = [
        MetricDataQuery::builder().id("m1").metric_stat(stat.build()).return_data(false).build(),
        MetricDataQuery::builder().id("e1").expression("m1 * 100").label("rate").return_data(true).build(),
    ];
    let one = described(metric_alarm().set_metrics(Some(queries.to_vec())).build());
    let message = sent(json!({
        "Metrics": [
            {"Id": "m1", "MetricStat": {"Metric": {"Dimensions": [], "MetricName": "Errors", "Namespace": "AWS/Lambda"},
                "Period": 60, "Stat": "Sum"}, "ReturnData": false},
            {"Id": "e1", "Expression": "m1 * 100", "Label": "rate", "ReturnData": true},
        ],
        "EvaluationPeriods": 1, "DatapointsToAlarm": 1, "ComparisonOperator": "GreaterThanThreshold", "Threshold": 10.0,
    }));
    assert_eq!(read(&one.message), read(&message));
}

#[test]
fn a_query_by_group_has_contributors_that_are_alerts_of_their_own() {
    let query = MetricDataQuery::builder()
        .id("q1")
        .expression("SELECT AVG(CPUUtilization) FROM \"AWS/EC2\" GROUP BY InstanceId");
    let one = described(metric_alarm().metrics(query.build()).build());
    assert!(one.has_contributors);
    let contributor = AlarmContributor::builder()
        .contributor_id("c0ffee")
        .contributor_attributes("InstanceId", "i-1")
        .state_reason("1 datapoint")
        .state_transitioned_timestamp(AwsTime::from_secs(1_795_111_700));
    let of = one.of(&contributor.build());
    let alert = read(&of.message);
    assert_eq!((alert.id.fingerprint, alert.status), (format!("{ARN}/c0ffee"), AlertStatus::Firing));
    assert_eq!(
        (alert.labels.get("dimension.InstanceId"), alert.starts_at.timestamp()),
        ("i-1", 1_795_111_700)
    );
    let over = read(&contributor_over(&one, "c0ffee", at()));
    assert_eq!((over.id.fingerprint, over.status), (format!("{ARN}/c0ffee"), AlertStatus::Resolved));
    assert_eq!(over.ends_at, Some(at()));
}

#[test]
fn what_is_over_or_gone_says_since_when() {
    let one = described(metric_alarm().state_value(StateValue::Ok).build());
    let over = read(&one.message);
    assert_eq!((over.status, over.ends_at, one.in_alarm), (AlertStatus::Resolved, Some(at()), false));
    let gone = read(&gone(ARN, "edge", at()));
    assert_eq!((gone.id.fingerprint.as_str(), gone.status), (ARN, AlertStatus::Resolved));
}

#[test]
fn whom_cloudwatch_would_tell_depends_on_what_people_have_set() {
    let told = |one: Described| one.told_to.len();
    assert_eq!(told(described(metric_alarm().actions_enabled(false).build())), 0);
    assert_eq!(told(described(metric_alarm().set_alarm_actions(None).build())), 0);
    assert_eq!(told(described(metric_alarm().state_value(StateValue::InsufficientData).build())), 0);
    let composite = CompositeAlarm::builder()
        .alarm_name("edge")
        .alarm_arn(ARN)
        .alarm_rule("ALARM(\"a\")")
        .alarm_actions(TOPIC)
        .state_value(StateValue::Alarm)
        .state_updated_timestamp(wire());
    let suppressed = composite.clone().actions_suppressed_by(ActionsSuppressedBy::Alarm);
    let log = LogAlarm::builder()
        .alarm_name("log")
        .alarm_arn("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:log")
        .alarm_actions(TOPIC)
        .state_value(StateValue::Alarm)
        .state_updated_timestamp(wire());
    let page = DescribeAlarmsOutput::builder()
        .composite_alarms(composite.build())
        .composite_alarms(suppressed.build())
        .log_alarms(log.build())
        // Half of an alarm is none.
        .metric_alarms(MetricAlarm::builder().alarm_name("odd").build());
    let all = alarms(&page.build());
    assert_eq!(all.iter().map(|one| one.told_to.len()).collect::<Vec<_>>(), [1, 0, 1]);
    let alert = read(&all[0].message);
    assert_eq!(alert.annotations.get("alarm_rule"), "ALARM(\"a\")");
    assert_eq!(
        alert.annotations.get("no_ok_action"),
        "CloudWatch does not say when this alarm is over: add an OK action beside its alarm action"
    );
}
