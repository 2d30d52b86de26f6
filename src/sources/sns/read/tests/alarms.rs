//! Further shapes of alarms, and every envelope among the samples.

use super::*;

/// Each envelope of the samples: its status, its name, how its identity begins, and how its sentence does.
const ENVELOPES: &str = r#"
localstack-01-SubscriptionConfirmation | resolved | SnsSubscriptionInactive | subscription/ | Alarms from the SNS topic
localstack-02-Notification | firing | plain text | | plain text
localstack-03-Notification | firing | ALARM: "x" | | ALARM: "x"
localstack-04-SubscriptionConfirmation | resolved | SnsSubscriptionInactive | subscription/ | Alarms from the SNS topic
localstack-05-Notification | firing | plain text | | plain text
localstack-06-Notification | firing | ALARM: "x" | | ALARM: "x"
localstack-07-Notification | firing | HighErr | arn:aws:cloudwatch:us-east-1:000000000000:alarm:HighErr | HighErr: Errors (Sum) is above 1, for 10 s
localstack-08-Notification | resolved | HighErr | arn:aws:cloudwatch:us-east-1:000000000000:alarm:HighErr | HighErr is OK again
localstack-09-Notification | firing | HighErr | arn:aws:cloudwatch:us-east-1:000000000000:alarm:HighErr | HighErr: Errors (Sum) is above 1, for 10 s
signed_v1_notification_nosubject | firing | This notification has no subject. | | This notification has no subject.
signed_v1_notification_subject | firing | My message subject | | My message subject
signed_v1_subscription_confirmation | resolved | SnsSubscriptionInactive | subscription/ | Alarms from the SNS topic
signed_v2_notification_nosubject | firing | This message uses signature version 2. | | This message uses signature version 2.
signed_v2_unsubscribe_confirmation | firing | SnsSubscriptionInactive | subscription/ | Alarms from the SNS topic
"#;

#[test]
fn every_envelope_of_the_samples_is_read_as_the_table_says() {
    let folder = format!("{}/tests/samples/sns", env!("CARGO_MANIFEST_DIR"));
    let reading = reading();
    let mut names = Vec::new();
    for line in ENVELOPES.trim().lines() {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, status, alertname, who, says] = parts[..] else { panic!("{line}") };
        let body = std::fs::read(format!("{folder}/{name}.json")).unwrap();
        let said = Said::read(&super::super::super::envelope::kept(&body)).unwrap();
        let read = notification(&said, "sns/aws", &reading, None);
        let [alert] = read.alerts.as_slice() else { panic!("{name}: {read:?}") };
        let alert = alert.clone().unwrap();
        assert_eq!((alert.status.as_str(), label(&alert, "alertname")), (status, alertname), "{name}");
        assert!(
            alert.id.fingerprint.starts_with(who) && summary(&alert).starts_with(says),
            "{name}: {alert:?}"
        );
        let severity = if who == "subscription/" { "critical" } else { "" };
        assert_eq!(label(&alert, "severity"), severity, "{name}");
        names.push(format!("{name}.json"));
    }
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut files: Vec<String> = files.filter(|name| name.ends_with(".json")).collect();
    files.sort();
    assert_eq!(names, files, "each has its line");
}

#[test]
fn a_percentile_and_a_missing_trigger() {
    let mut message = old();
    message["Trigger"]["Statistic"] = Value::Null;
    message["Trigger"]["StatisticType"] = "ExtendedStatistic".into();
    message["Trigger"]["ExtendedStatistic"] = "p99".into();
    assert!(summary(&one(&message)).contains("CPUUtilization (p99) is 92.5"), "{}", summary(&one(&message)));
    message.as_object_mut().unwrap().remove("Trigger");
    let alert = one(&message);
    assert!(
        summary(&alert).starts_with("db (main)/cpu: high") && summary(&alert).contains("92.5"),
        "{}",
        summary(&alert)
    );
    assert_eq!((label(&alert, "metric"), label(&alert, "account")), ("", "123456789012"));
}

#[test]
fn an_old_message_of_another_partition_has_that_partitions_arn() {
    let said = Said {
        kind: Kind::Notification,
        topic: TopicArn::parse("arn:aws-cn:sns:cn-north-1:123456789012:alarms"),
        subject: String::new(),
        message: old().to_string(),
        sent_at: at("2026-11-20T08:00:00Z"),
    };
    let reading = reading();
    let alert = notification(&said, "sns/aws", &reading, None).alerts.swap_remove(0).unwrap();
    assert!(
        alert.id.fingerprint.starts_with("arn:aws-cn:cloudwatch:cn-north-1:123456789012:alarm:db (main)")
    );
    assert_eq!(alert.generator_url, None, "that console is another");
}

#[test]
fn metrics_that_differ_say_nothing_of_what_they_differ_in() {
    let stat = |id: &str, name: &str, host: &str| {
        json!({"Id": id, "ReturnData": false, "MetricStat": {"Period": 60, "Stat": "Sum", "Metric": {
            "MetricName": name, "Namespace": "App",
            "Dimensions": [{"value": host, "name": "Host"}, {"value": "prod", "name": "Env"}]}}})
    };
    let mut message = old();
    message["Trigger"] = json!({"Period": 60, "EvaluationPeriods": 1, "ComparisonOperator": "LessThanThreshold",
        "Threshold": 1.0, "Metrics": [{"Id": "e1", "Expression": "SUM(METRICS())", "ReturnData": true},
            stat("m1", "Up", "a"), stat("m2", "Up", "b")]});
    let alert = one(&message);
    assert_eq!((label(&alert, "dimension.Host"), label(&alert, "dimension.Env")), ("", "prod"));
    assert_eq!(alert.annotations.get("expression"), "SUM(METRICS())");
}

#[test]
fn one_sided_bands_are_above_or_below() {
    for (comparison, words) in [
        ("GreaterThanUpperThreshold", "above the band that is expected"),
        ("LessThanLowerThreshold", "below the band that is expected"),
    ] {
        let mut message = old();
        message["Trigger"] = json!({"Period": 300, "EvaluationPeriods": 1, "ComparisonOperator": comparison,
            "ThresholdMetricId": "ad1", "Metrics": [
                {"Id": "ad1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": true},
                {"Id": "m1", "ReturnData": true, "MetricStat": {"Period": 300, "Stat": "Average", "Metric": {
                    "MetricName": "Queue", "Namespace": "App", "Dimensions": []}}}]});
        let alert = one(&message);
        assert!(summary(&alert).contains(words), "{}", summary(&alert));
        assert_eq!(label(&alert, "metric"), "Queue");
    }
}

#[test]
fn an_alarm_and_its_contributors_are_alerts_side_by_side() {
    let arn = "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:by host";
    let mut whole = old();
    whole["AlarmArn"] = arn.into();
    whole["NewStateReason"] = "5 out of 10 contributors evaluated to ALARM".into();
    let mut part = whole.clone();
    part["AlarmContributorId"] = "3d2f".into();
    part["AlarmContributorAttributes"] = json!({"host": "web-1"});
    // A query has no reason.
    part.as_object_mut().unwrap().remove("NewStateReason");
    part["Trigger"] = json!({"Period": 60, "EvaluationPeriods": 1, "PromQL": "up == 0"});
    let (whole, part) = (one(&whole), one(&part));
    assert_eq!(
        (whole.id.fingerprint.as_str(), part.id.fingerprint.as_str()),
        (arn, format!("{arn}/3d2f").as_str())
    );
    assert_eq!(summary(&part), "db (main)/cpu: high is in alarm for host=web-1");
    assert_eq!(label(&part, "dimension.host"), "web-1");
}

/// A composite with a suppressor, as EventBridge sends it.
fn composite(state: Value) -> Value {
    let mut message = event("ALARM");
    let configuration = json!({"alarmRule": "ALARM(a)", "actionsSuppressor": "maintenance",
        "actionsSuppressorWaitPeriod": 120, "actionsSuppressorExtensionPeriod": 180});
    message["detail"]["configuration"] = configuration;
    message["detail"]["state"] = state;
    message
}

#[test]
fn a_composite_with_a_suppressor_fires_unless_it_is_suppressed() {
    let mut state = json!({"value": "ALARM", "timestamp": "2026-10-02T17:04:40.989+0000",
        "reason": "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:a transitioned to ALARM"});
    let alert = one(&composite(state.clone()));
    assert_eq!(alert.annotations.get("alarm_rule"), "ALARM(a)");
    assert_eq!(summary(&alert), "ServerCpuTooHigh: its rule over other alarms holds");
    for by in ["Alarm", "WaitPeriod", "ExtensionPeriod"] {
        state["actionsSuppressedBy"] = by.into();
        state["actionsSuppressedReason"] = "maintenance is in ALARM".into();
        let said = read(&composite(state.clone()).to_string());
        assert!(said.alerts.is_empty() && said.aside[0].reason.contains(by), "{said:?}");
    }
    let mut classic = old();
    classic.as_object_mut().unwrap().remove("Trigger");
    classic["AlarmRule"] = "ALARM(a)".into();
    for key in ["ActionsSuppressor", "ActionsSuppressedBy", "ActionsSuppressedReason"] {
        classic[key] = Value::Null;
    }
    assert_eq!(one(&classic).status, AlertStatus::Firing, "what is sent was not suppressed");
}
