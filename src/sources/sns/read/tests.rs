//! Each shape of a message, and what it becomes.

use chrono::{DateTime, Utc};
use firstlook_core::alert::sns::TopicArn;
use serde_json::json;

use super::*;

mod alarms;
mod changed;
mod endless;
mod lead;
mod services;

const TOPIC: &str = "arn:aws:sns:eu-south-1:123456789012:alarms";

fn at(time: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(time).unwrap().with_timezone(&Utc)
}

fn reading() -> Reading {
    Reading {
        insufficient_data: InsufficientData::Note,
        severity_label: "severity".into(),
        topics: [TOPIC, "arn:aws:sns:us-east-1:000000000000:alarms-*"]
            .map(|one| TopicPattern::parse(one).unwrap())
            .to_vec(),
    }
}

fn read(message: &str) -> Notification {
    let said = Said {
        kind: Kind::Notification,
        topic: TopicArn::parse(TOPIC),
        subject: String::new(),
        message: message.to_owned(),
        sent_at: at("2026-11-20T08:00:00Z"),
    };
    notification(&said, "sns/aws", &reading(), None)
}

fn one(message: &Value) -> AlertMessage {
    let read = read(&message.to_string());
    assert!(read.aside.is_empty() && read.alerts.len() == 1, "{read:?}");
    read.alerts.into_iter().next().unwrap().unwrap()
}

fn label<'a>(alert: &'a AlertMessage, name: &str) -> &'a str {
    alert.labels.get(name)
}

fn summary(alert: &AlertMessage) -> &str {
    alert.annotations.get("summary")
}

/// As of 2016: no ARN, no lists of actions, a region for people.
fn old() -> Value {
    json!({
        "AlarmName": "db (main)/cpu: high", "AlarmDescription": null, "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM", "NewStateReason": "Threshold Crossed: 1 datapoint (92.5) was greater than or equal to the threshold (90.0).",
        "StateChangeTime": "2016-07-05T15:20:44.959+0000", "Region": "EU - Ireland", "OldStateValue": "OK",
        "Trigger": {"MetricName": "CPUUtilization", "Namespace": "AWS/RDS", "Statistic": "AVERAGE", "Unit": null,
            "Dimensions": [{"name": "DBInstanceIdentifier", "value": "main"}], "Period": 300, "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold", "Threshold": 90.0},
    })
}

#[test]
fn an_alarm_from_before_there_were_arns_has_the_one_that_it_has_today() {
    let alert = one(&old());
    let arn = "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:db (main)/cpu: high";
    assert_eq!(alert.id, AlertId { source: "sns/aws".into(), fingerprint: arn.into() });
    let mut newer = old();
    newer["AlarmArn"] = arn.into();
    assert_eq!(one(&newer).id, alert.id);
    assert_eq!(alert.starts_at, at("2016-07-05T15:20:44.959Z"));
    assert_eq!((alert.status, alert.ends_at, alert.ordered), (AlertStatus::Firing, None, true));
    assert_eq!(
        summary(&alert),
        "db (main)/cpu: high: CPUUtilization (Average) is 92.5, at or above 90, for 5 min"
    );
    assert_eq!(
        (label(&alert, "region"), label(&alert, "dimension.DBInstanceIdentifier")),
        ("eu-south-1", "main")
    );
}

#[test]
fn ok_ends_it_at_its_time() {
    let mut over = old();
    over["NewStateValue"] = "OK".into();
    over["StateChangeTime"] = "2016-07-05T16:00:00.000+0000".into();
    let alert = one(&over);
    assert_eq!(alert.id, one(&old()).id);
    assert_eq!((alert.status, alert.ends_at), (AlertStatus::Resolved, Some(at("2016-07-05T16:00:00Z"))));
}

#[test]
fn too_little_data_changes_nothing_unless_it_is_told_to() {
    let mut message = old();
    message["NewStateValue"] = "INSUFFICIENT_DATA".into();
    let read = read(&message.to_string());
    assert!(read.alerts.is_empty() && read.aside.len() == 1);
    assert_eq!((read.aside[0].action, &read.aside[0].alert), (Action::Noted, &one(&old()).id));
    assert!(read.aside[0].reason.contains("92.5"), "{}", read.aside[0].reason);
}

#[test]
fn metric_math_names_what_is_compared() {
    let stat = |id: &str, name: &str, lb: &str| {
        json!({"Id": id, "ReturnData": false, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
            "MetricName": name, "Namespace": "AWS/ApplicationELB", "Dimensions": [{"value": lb, "name": "LoadBalancer"}]}}})
    };
    let mut message = old();
    message["AlarmArn"] = "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:math".into();
    message["Trigger"] = json!({
        "Period": 60, "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 5.0, "TreatMissingData": "- TreatMissingData: missing",
        "Metrics": [{"Id": "e1", "Expression": "m1/m2*100", "Label": "error rate", "ReturnData": true},
            stat("m1", "Errors", "app/web/1"), stat("m2", "RequestCount", "app/web/1")],
    });
    message["NewStateReason"] = "Threshold Crossed: 2 out of the last 3 datapoints [7.25 (05/07/24 15:18:00), 6.0 (05/07/24 15:17:00)] were greater than the threshold (5.0).".into();
    let alert = one(&message);
    assert!(
        summary(&alert).ends_with("error rate is 7.25, above 5, in 2 of 3 periods of 1 min"),
        "{}",
        summary(&alert)
    );
    assert_eq!((label(&alert, "dimension.LoadBalancer"), label(&alert, "metric")), ("app/web/1", ""));
}

#[test]
fn an_anomaly_is_outside_of_its_band() {
    let mut message = old();
    message["Trigger"] = json!({
        "Period": 300, "EvaluationPeriods": 2, "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
        "ThresholdMetricId": "ad1", "Metrics": [
            {"Id": "m1", "ReturnData": true, "MetricStat": {"Period": 300, "Stat": "p99", "Metric": {
                "MetricName": "Latency", "Namespace": "App", "Dimensions": []}}},
            {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "Label": "band", "ReturnData": true}],
    });
    message["NewStateReason"] = "Thresholds Crossed: 2 out of the last 2 datapoints [412.0 (05/07/24 15:18:00), 400.0 (05/07/24 15:13:00)] were less than the lower thresholds [100.0, 90.0] or greater than the upper thresholds [200.0, 190.0].".into();
    let alert = one(&message);
    assert!(
        summary(&alert).ends_with("Latency (p99) is 412, above the expected 100 to 200, for 10 min"),
        "{}",
        summary(&alert)
    );
}

#[test]
fn a_composite_names_the_children_that_brought_it_about() {
    let mut message = old();
    message.as_object_mut().unwrap().remove("Trigger");
    message["AlarmRule"] = "ALARM(\"a\") OR ALARM(\"b: c\")".into();
    message["TriggeringChildren"] = json!([{"Arn": "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:b: c", "State": {"Value": "ALARM"}}]);
    let alert = one(&message);
    assert!(summary(&alert).ends_with("its rule holds, because of b: c"), "{}", summary(&alert));
    assert_eq!(alert.annotations.get("alarm_rule"), "ALARM(\"a\") OR ALARM(\"b: c\")");
}

#[test]
fn each_contributor_is_an_alert_of_its_own() {
    let contributor = |id: &str, instance: &str| {
        let mut message = old();
        message["AlarmArn"] = "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:fleet".into();
        message["AlarmContributorId"] = id.into();
        message["AlarmContributorAttributes"] = json!({"InstanceId": instance});
        one(&message)
    };
    let (first, second) = (contributor("c1", "i-1"), contributor("c2", "i-2"));
    assert_ne!(first.id, second.id);
    assert_eq!(first.id.fingerprint, "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:fleet/c1");
    assert_eq!(label(&second, "dimension.InstanceId"), "i-2");
}

/// As EventBridge sends it.
fn event(state: &str) -> Value {
    json!({
        "version": "0", "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92", "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch", "account": "123456789012", "time": "2026-10-02T17:04:40Z", "region": "eu-south-1",
        "resources": ["arn:aws:cloudwatch:eu-south-1:123456789012:alarm:ServerCpuTooHigh"],
        "detail": {
            "alarmName": "ServerCpuTooHigh",
            "configuration": {"description": "Goes into alarm when server CPU is too high. Runbook: cpu.md", "metrics": [{
                "id": "30b6c6b2-a864-43a2-4877-c09a1afc3b87", "returnData": true,
                "metricStat": {"metric": {"dimensions": {"InstanceId": "i-12345678901234567"}, "name": "CPUUtilization",
                    "namespace": "AWS/EC2"}, "period": 300, "stat": "Average"}}]},
            "previousState": {"value": "OK", "timestamp": "2026-10-02T16:59:40.000+0000"},
            "state": {"value": state, "timestamp": "2026-10-02T17:04:40.989+0000",
                "reason": "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (02/10/26 16:59:00)] was greater than the threshold (80.0)",
                "reasonData": "{\"threshold\": 80.0, \"period\": 300}"},
        },
    })
}

#[test]
fn an_event_is_the_same_alarm_as_its_notification() {
    let mut classic = old();
    classic["AlarmArn"] = "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:ServerCpuTooHigh".into();
    let alert = one(&event("ALARM"));
    assert_eq!(alert.id, one(&classic).id);
    assert_eq!(alert.starts_at, at("2026-10-02T17:04:40.989Z"));
    assert_eq!(label(&alert, "dimension.InstanceId"), "i-12345678901234567");
    assert_eq!((label(&alert, "metric"), alert.annotations.get("runbook")), ("CPUUtilization", "cpu.md"));
    assert_eq!(summary(&alert), "ServerCpuTooHigh: CPUUtilization (Average) is 99.5, above 80");
    assert_eq!(one(&event("OK")).status, AlertStatus::Resolved);
}

#[test]
fn a_muted_alarm_is_noted_and_its_end_is_an_end() {
    let mut muted = event("ALARM");
    muted["detail"]["muteDetail"] = json!({"mutedByArn": "arn:aws:cloudwatch:eu-south-1:1:alarm-mute-rule:night",
        "muteWindowEnd": "2026-10-03T06:00:00.000+0000"});
    let said = read(&muted.to_string());
    assert!(said.alerts.is_empty());
    assert_eq!(said.aside[0].action, Action::Noted);
    assert!(said.aside[0].reason.contains("night until 2026-10-03"), "{}", said.aside[0].reason);
    muted["detail"]["state"]["value"] = "OK".into();
    assert_eq!(one(&muted).status, AlertStatus::Resolved);
    let mut suppressed = event("ALARM");
    suppressed["detail"]["state"]["actionsSuppressedBy"] = "WaitPeriod".into();
    assert!(read(&suppressed.to_string()).aside[0].reason.contains("suppressed by WaitPeriod"));
}

#[test]
fn an_event_of_a_contributor_is_that_contributor() {
    let mut message = event("ALARM");
    message["detail-type"] = "CloudWatch Alarm Contributor State Change".into();
    message["detail"]["alarmContributor"] = json!({"id": "c9", "attributes": {"FunctionName": "pay"}});
    let alert = one(&message);
    assert!(alert.id.fingerprint.ends_with(":alarm:ServerCpuTooHigh/c9"), "{}", alert.id.fingerprint);
    assert_eq!(label(&alert, "dimension.FunctionName"), "pay");
}

#[test]
fn what_is_no_alarm_is_told_with_its_text() {
    for (message, title) in [
        ("disk full on db-1\nsecond line", "disk full on db-1"),
        (
            r#"{"detail-type": "AWS Health Event", "source": "aws.health", "account": "9"}"#,
            "AWS Health Event",
        ),
        (r#"{"Event Source": "db-instance", "Event Message": "Failover started"}"#, "Failover started"),
        ("{\n  \"cache\": \"cache-1\"\n}", r#"{"cache":"cache-1"}"#),
        (r#"{"AlarmName": "half", "NewStateValue": "ODD"}"#, "half"),
        (r#"{"detail-type": "CloudWatch Alarm State Change"}"#, "CloudWatch Alarm State Change"),
        ("[1, 2]", "[1, 2]"),
        ("", "An empty message"),
        (" \n\t", "An empty message"),
    ] {
        let said = read(message);
        let alert = said.alerts[0].clone().unwrap();
        assert_eq!((summary(&alert), alert.status), (title, AlertStatus::Firing));
        assert_eq!(alert.annotations.get("description"), message.trim());
        assert_eq!((label(&alert, "topic"), alert.ordered), ("alarms", false));
        assert_eq!(read(message).alerts[0], said.alerts[0], "the same again is the same alert");
    }
    let (first, second) = (
        read("backup failed: a").alerts[0].clone().unwrap(),
        read("backup failed: b").alerts[0].clone().unwrap(),
    );
    assert_ne!(first.id, second.id);
    let long = read(&format!("{} {}", "x".repeat(300), "y".repeat(300_000))).alerts[0].clone().unwrap();
    assert!(summary(&long).chars().count() <= 101 && long.annotations.get("description").len() < 17_000);
}

#[test]
fn odd_alarms_lose_nothing_and_break_nothing() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(read(&deep).alerts.len(), 1);
    for (key, odd) in [
        ("Trigger", json!([1])),
        ("Trigger", json!({"Threshold": "x", "Dimensions": {"a": "b"}, "Period": -1, "Metrics": {"a": 1}})),
        (
            "Trigger",
            json!({"Threshold": 1e300, "ComparisonOperator": "GreaterThanThreshold", "Period": 1e300}),
        ),
        ("AlarmDescription", json!("{\"tier\": \"\\u0000\", \"\\u0000\": \"x\"}")),
        ("StateChangeTime", json!("yesterday")),
        ("AlarmArn", json!(7)),
        ("AlarmDescription", json!({"a": 1})),
        ("NewStateReason", json!("\u{0}[nan (")),
        ("AlarmContributorAttributes", json!([{"a": 1}, null])),
        ("TriggeringChildren", json!([null, {"Arn": 1}])),
    ] {
        let mut message = old();
        message[key] = odd;
        let alert = one(&message);
        assert_eq!(label(&alert, "alertname"), "db (main)/cpu: high");
        let texts = alert.annotations.iter().chain(alert.labels.iter());
        assert!(!texts.into_iter().any(|(name, text)| text.contains('\0') || name.contains('\0')));
    }
    let mut message = old();
    message["AlarmArn"] = "x".repeat(5_000).into();
    assert_eq!(one(&message).id.fingerprint.len(), 16);
}

#[test]
fn what_localstack_posts_is_read() {
    let folder = format!("{}/tests/samples/sns", env!("CARGO_MANIFEST_DIR"));
    for (name, status) in
        [("07", AlertStatus::Firing), ("08", AlertStatus::Resolved), ("09", AlertStatus::Firing)]
    {
        let body = std::fs::read(format!("{folder}/localstack-{name}-Notification.json")).unwrap();
        let said = Said::read(&super::super::envelope::kept(&body)).unwrap();
        let alert = one(&serde_json::from_str(&said.message).unwrap());
        assert_eq!((alert.status, label(&alert, "dimension.Service")), (status, "checkout"));
        assert_eq!(alert.id.fingerprint, "arn:aws:cloudwatch:us-east-1:000000000000:alarm:HighErr");
    }
}
