//! What alarms are called, and what is said of them.

use super::*;

pub(super) fn alarm() -> Alarm {
    Alarm {
        name: "api 5xx (prod)/edge".into(),
        arn: "arn:aws:cloudwatch:eu-south-1:123456789012:alarm:api 5xx (prod)/edge".into(),
        contributor: None,
        attributes: Vec::new(),
        state: State::Alarm,
        changed_at: DateTime::UNIX_EPOCH,
        reason:
            "Threshold Crossed: 3 out of the last 5 datapoints [17.5 (05/07/24 15:18:00), 12.0 (05/07/24 \
                 15:17:00)] were greater than the threshold (10.0)."
                .into(),
        description: "Errors at the edge.\nRunbook: https://wiki/edge".into(),
        trigger: Trigger {
            metric: "HTTPCode_ELB_5XX_Count".into(),
            namespace: "AWS/ApplicationELB".into(),
            statistic: "Sum".into(),
            dimensions: vec![("LoadBalancer".into(), "app/web/123".into())],
            period: Some(60),
            evaluation_periods: Some(5),
            datapoints_to_alarm: Some(3),
            comparison: "GreaterThanThreshold".into(),
            threshold: Some(10.0),
            ..Trigger::default()
        },
    }
}

fn summary(change: impl FnOnce(&mut Alarm)) -> String {
    let mut alarm = alarm();
    change(&mut alarm);
    alarm.annotations().get("summary").to_owned()
}

#[test]
fn value_against_threshold_in_words() {
    let start = "api 5xx (prod)/edge";
    let metric = "HTTPCode_ELB_5XX_Count (Sum) is";
    assert_eq!(summary(|_| ()), format!("{start}: {metric} 17.5, above 10, 3 of 5 periods of 1 min"));
    assert_eq!(
        summary(|one| {
            one.reason =
                "Threshold Crossed: 1 datapoint (0.02) was less than or equal to the threshold (0.1).".into();
            one.trigger.comparison = "LessThanOrEqualToThreshold".into();
            one.trigger.threshold = Some(0.1);
            (one.trigger.datapoints_to_alarm, one.trigger.evaluation_periods) = (None, Some(1));
            one.trigger.period = Some(7200);
        }),
        format!("{start}: {metric} 0.02, at or below 0.1, 1 of 1 period of 2 h")
    );
    assert_eq!(
        summary(|one| {
            one.reason.clear();
            one.trigger.threshold = None;
            one.trigger.comparison = "LessThanLowerOrGreaterThanUpperThreshold".into();
            one.trigger.evaluation_periods = None;
        }),
        format!("{start}: {metric} outside of the band that is expected")
    );
    assert_eq!(
        summary(|one| one.reason = "Threshold Crossed: no datapoints were received for 1 period.".into()),
        format!("{start}: no data of HTTPCode_ELB_5XX_Count (Sum), which counts as breaching")
    );
    assert_eq!(summary(|one| one.state = State::Ok), format!("{start} is OK again"));
    let unknown = summary(|one| {
        one.trigger = Trigger::default();
        one.reason = "an odd\n reason".into();
    });
    assert_eq!(unknown, format!("{start} is in alarm: an odd reason"));
}

#[test]
fn composites_name_their_children_and_contributors_what_they_are() {
    let children = |count: usize| {
        summary(|one| {
            one.trigger = Trigger { rule: "ALARM(a)".into(), ..Trigger::default() };
            one.trigger.children = (0..count).map(|n| format!("c{n}")).collect();
        })
    };
    assert_eq!(children(0), "api 5xx (prod)/edge: its rule over other alarms holds");
    assert_eq!(children(2), "api 5xx (prod)/edge: its rule holds, because of c0, c1");
    assert!(children(7).ends_with("because of c0, c1, c2, c3, c4 and 2 more"));
    let mut one = alarm();
    one.contributor = Some("abc".into());
    one.attributes = vec![("InstanceId".into(), "i-1".into())];
    one.reason.clear();
    assert!(one.identity().ends_with("/edge/abc"));
    assert_eq!(one.labels().get("dimension.InstanceId"), "i-1");
    assert!(one.annotations().get("summary").ends_with("for InstanceId=i-1"));
}

#[test]
fn labels_come_from_the_arn_the_metric_and_a_description_in_json() {
    let mut one = alarm();
    let labels = one.labels();
    for (name, value) in [
        ("alertname", "api 5xx (prod)/edge"),
        ("region", "eu-south-1"),
        ("account", "123456789012"),
        ("metric_namespace", "AWS/ApplicationELB"),
        ("dimension.LoadBalancer", "app/web/123"),
        ("severity", ""),
    ] {
        assert_eq!(labels.get(name), value);
    }
    assert_eq!(one.annotations().get("runbook_url"), "https://wiki/edge");
    one.description = r#"{"severity": "P1", "runbook": "edge-5xx"}"#.into();
    one.trigger.dimensions.push(("LoadBalancer".into(), "app/other/456".into()));
    one.trigger.dimensions.push(("LoadBalancer".into(), "app/web/123".into()));
    assert_eq!(one.labels().get("description.severity"), "P1");
    assert_eq!(one.labels().get("dimension.LoadBalancer"), "", "two of them: neither");
    assert_eq!(one.annotations().get("runbook"), "edge-5xx");
}

#[test]
fn the_console_shows_it_where_its_address_is_known() {
    let mut one = alarm();
    let end = "/cloudwatch/home?region=eu-south-1#alarmsV2:alarm/api%205xx%20%28prod%29%2Fedge";
    assert_eq!(one.console(), Some(format!("https://eu-south-1.console.aws.amazon.com{end}")));
    for arn in
        ["arn:aws-cn:cloudwatch:cn-north-1:1:alarm:x", "arn:aws:cloudwatch:evil.example/:1:alarm:x", "x", ""]
    {
        one.arn = arn.into();
        assert_eq!(one.console(), None, "{arn}");
    }
}
