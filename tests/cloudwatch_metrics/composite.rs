//! A composite alarm watches nothing itself: its children do, those that are in alarm.

use serde_json::{Value, json};

use super::{ACCOUNT, CloudWatch, errors, measure, measured, metric, minute};

fn put(cloudwatch: &CloudWatch, kind: &str, name: &str, state: &str, more: &Value) {
    let arn = format!("arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:{name}");
    cloudwatch.put(kind, &arn, state, minute(1), more);
}

/// An alarm of one metric.
fn of(name: &str) -> Value {
    let mut more = errors();
    more["MetricName"] = metric(name)["MetricName"].clone();
    more
}

fn rule(names: &[&str]) -> Value {
    let all: Vec<String> = names.iter().map(|name| format!("ALARM(\"{name}\")")).collect();
    json!({"AlarmRule": all.join(" OR ")})
}

fn names(found: &firstlook::evidence::Measurements) -> Vec<&str> {
    found.measured.iter().map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn the_children_that_are_in_alarm_are_measured() {
    let cloudwatch = CloudWatch::start();
    for name in ["Errors", "Throttles", "Duration"] {
        measure(&cloudwatch, name, 0.0, 17.0);
    }
    put(&cloudwatch, "CompositeAlarm", "pay errors", "ALARM", &rule(&["errors (all)", "slow", "inner"]));
    put(&cloudwatch, "MetricAlarm", "errors (all)", "ALARM", &of("Errors"));
    put(&cloudwatch, "MetricAlarm", "slow", "OK", &of("Duration"));
    // Which names the first again.
    put(&cloudwatch, "CompositeAlarm", "inner", "ALARM", &rule(&["throttled", "pay errors"]));
    put(&cloudwatch, "MetricAlarm", "throttled", "ALARM", &of("Throttles"));
    put(&cloudwatch, "MetricAlarm", "of nobody", "ALARM", &of("Duration"));
    let found = measured(&cloudwatch, &[]).await.unwrap();
    assert_eq!((names(&found), &found.faults), (vec!["Errors (Sum)", "Throttles (Sum)"], &vec![]));
    let one = &found.measured[0];
    assert!(one.of_alarm && one.limit.unwrap().value == 10.0 && one.normal.len() >= 20, "{one:?}");
}

#[tokio::test]
async fn many_children_and_a_ring_of_composites_are_bounded() {
    let cloudwatch = CloudWatch::start();
    measure(&cloudwatch, "Errors", 0.0, 17.0);
    let children: Vec<String> = (0..40).map(|n| format!("child {n}")).collect();
    let children: Vec<&str> = children.iter().map(String::as_str).collect();
    put(&cloudwatch, "CompositeAlarm", "pay errors", "ALARM", &rule(&children));
    for name in &children {
        put(&cloudwatch, "MetricAlarm", name, "ALARM", &of("Errors"));
    }
    assert_eq!(measured(&cloudwatch, &[]).await.unwrap().measured.len(), 5);

    let cloudwatch = CloudWatch::start();
    for n in 0..20 {
        let name = if n == 0 { "pay errors".to_owned() } else { format!("ring {n}") };
        let next = format!("ring {}", n + 1);
        put(&cloudwatch, "CompositeAlarm", &name, "ALARM", &rule(&[&next]));
    }
    let found = measured(&cloudwatch, &[]).await.unwrap();
    assert_eq!((found.measured.len(), cloudwatch.calls("DescribeAlarms")), (0, 7), "three levels deep");
    cloudwatch.allow("DescribeAlarms", false);
    let fault = measured(&cloudwatch, &[]).await.unwrap_err();
    assert!(fault.remedy.contains("`cloudwatch:DescribeAlarms`"), "{fault:?}");
}
