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
        tags: None,
        endless: false,
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

/// What is said of an alarm with this reason, after its name.
fn said(reason: &str, change: impl FnOnce(&mut Alarm)) -> String {
    let text = summary(|one| {
        one.reason = reason.into();
        change(one);
    });
    text.strip_prefix("api 5xx (prod)/edge: ").unwrap_or(&text).to_owned()
}

#[test]
fn value_against_threshold_in_words() {
    let crossed = |values: &str, how: &str| {
        format!("Threshold Crossed: 1 out of the last 1 datapoints [{values} (05/07/24 15:18:00)] {how}.")
    };
    let above = "was greater than the threshold (10.0)";
    let metric = "HTTPCode_ELB_5XX_Count (Sum) is";
    assert_eq!(said(&alarm().reason, |_| ()), format!("{metric} 17.5, above 10, in 3 of 5 periods of 1 min"));
    let of = |needed: Option<u64>, of: Option<u64>, period: Option<u64>| {
        said(&crossed("17.5", above), |one| {
            let trigger = &mut one.trigger;
            (trigger.datapoints_to_alarm, trigger.evaluation_periods, trigger.period) = (needed, of, period);
        })
    };
    for (trigger, end) in [
        ((Some(1), Some(1), Some(60)), ", for 1 min"),
        ((None, Some(3), Some(300)), ", for 15 min"),
        ((Some(3), Some(3), Some(20)), ", for 1 min"),
        ((None, Some(1), Some(10)), ", for 10 s"),
        ((None, Some(7), Some(86_400)), ", for 7 d"),
        ((Some(2), Some(3), None), ", in 2 of 3 periods"),
        ((None, Some(3), None), ""),
        ((Some(3), None, Some(60)), ""),
        ((None, Some(u64::MAX), Some(u64::MAX)), ""),
    ] {
        assert_eq!(
            of(trigger.0, trigger.1, trigger.2),
            format!("{metric} 17.5, above 10{end}"),
            "{trigger:?}"
        );
    }
    for (comparison, threshold, unit, value, text) in [
        ("LessThanOrEqualToThreshold", 0.1, "", "0.02", "0.02, at or below 0.1"),
        ("LessThanThreshold", -3.0, "", "-4.25", "-4.25, below -3"),
        ("GreaterThanOrEqualToThreshold", 90.0, "Percent", "92.512345", "92.51%, at or above 90%"),
        ("GreaterThanThreshold", 100.0, "Percent", "100.004", "100.004%, above 100%"),
        ("LessThanThreshold", 10_737_418_240.0, "Bytes", "9.0E8", "900 MB, below 10.73741824 GB"),
        ("GreaterThanThreshold", 1.0, "Seconds", "0.31", "310 ms, above 1 s"),
        ("GreaterThanThreshold", 1e9, "", "1.5E20", "1.5e20, above 1,000,000,000"),
        ("GreaterThanThreshold", 0.0, "", "1.0E-7", "1e-7, above 0"),
    ] {
        let text = format!("{metric} {text}, in 3 of 5 periods of 1 min");
        let told = said(&crossed(value, "crossed"), |one| {
            (one.trigger.comparison, one.trigger.threshold) = (comparison.into(), Some(threshold));
            one.trigger.unit = unit.into();
        });
        assert_eq!(told, text);
    }
    // As it was written before 2018, and without any value.
    assert!(
        said("Threshold Crossed: 1 datapoint (0.02) was less than the threshold (0.1).", |_| ())
            .contains("is 0.02, above")
    );
    assert!(said("", |_| ()).starts_with(&format!("{metric} above 10, in 3")));
}

#[test]
fn what_is_compared_has_the_name_that_people_gave_it() {
    let reason = "Threshold Crossed: 1 out of the last 1 datapoints [7.25 (05/07/24 15:18:00)] was greater than the threshold (5.0).";
    let start = |change: fn(&mut Trigger)| {
        let text = said(reason, |one| change(&mut one.trigger));
        text.split(", ").next().unwrap().to_owned()
    };
    let math = |label: &str, trigger: &mut Trigger| {
        (trigger.expression, trigger.label, trigger.unit) =
            ("m1/m2*100".into(), label.into(), "Bytes".into());
    };
    assert_eq!(start(|one| one.metric.clear()), "its metric is 7.25");
    assert_eq!(start(|one| one.statistic.clear()), "HTTPCode_ELB_5XX_Count is 7.25");
    assert_eq!(start(|one| one.statistic = "p99".into()), "HTTPCode_ELB_5XX_Count (p99) is 7.25");
    let count = start(|one| (one.statistic, one.unit) = ("SampleCount".into(), "Seconds".into()));
    assert_eq!(count, "HTTPCode_ELB_5XX_Count (number of samples) is 7.25");
    let expression = |label: &str| said(reason, |one| math(label, &mut one.trigger));
    assert!(expression("error rate").starts_with("error rate is 7.25, above 10, in"));
    assert!(expression("").starts_with("m1/m2*100 is 7.25, above"));
    assert!(expression(&"x".repeat(200)).starts_with(&format!("{} is 7.25", "x".repeat(120))));
}

#[test]
fn a_band_is_told_by_its_bounds_and_a_side() {
    let thresholds = "the lower thresholds [100.0, 90.0] or greater than the upper thresholds [200.0, 190.0]";
    let either = |value: &str| {
        format!(
            "Thresholds Crossed: 2 out of the last 2 datapoints [{value} (05/07/24 15:18:00), 150.0 (05/07/24 15:13:00)] were less than {thresholds} (minimum 2 datapoints for OK -> ALARM transition)."
        )
    };
    let told = |comparison: &str, reason: &str| {
        let text = said(reason, |one| {
            (one.trigger.comparison, one.trigger.threshold) = (comparison.into(), None);
            (one.trigger.evaluation_periods, one.trigger.unit) = (None, "Milliseconds".into());
        });
        text.strip_prefix("HTTPCode_ELB_5XX_Count (Sum) is ").unwrap_or(&text).to_owned()
    };
    let outside = "LessThanLowerOrGreaterThanUpperThreshold";
    let upper = "Thresholds Crossed: 1 out of the last 1 datapoints [412.0 (05/07/24 15:18:00)] was greater than the upper thresholds [200.0] (minimum 1 datapoint for OK -> ALARM transition).";
    let lower = "Thresholds Crossed: 1 out of the last 1 datapoints [7.0 (05/07/24 15:18:00)] was less than the lower thresholds [100.0].";
    for (comparison, reason, text) in [
        (outside, either("412.0").as_str(), "412 ms, above the expected 100 ms to 200 ms"),
        (outside, &either("7.0"), "7 ms, below the expected 100 ms to 200 ms"),
        (outside, &either("150.0"), "150 ms, outside of the expected 100 ms to 200 ms"),
        ("GreaterThanUpperThreshold", upper, "412 ms, above the expected 200 ms"),
        ("LessThanLowerThreshold", lower, "7 ms, below the expected 100 ms"),
        (outside, "", "outside of the band that is expected"),
        ("GreaterThanUpperThreshold", "", "above the band that is expected"),
        // Events do not say how it is compared.
        ("", &either("412.0"), "412 ms, above the expected 100 ms to 200 ms"),
        ("", upper, "412 ms, above the expected 200 ms"),
        ("", lower, "7 ms, below the expected 100 ms"),
    ] {
        assert_eq!(told(comparison, reason), text, "{comparison} {reason}");
    }
}

#[test]
fn of_an_event_the_reason_says_how_it_is_compared() {
    for (how, text) in [
        ("was greater than the threshold (80.0)", "99.5, above 80"),
        ("were greater than or equal to the threshold (80.0)", "99.5, at or above 80"),
        ("was less than the threshold (100.0)", "99.5, below 100"),
        ("was less than or equal to the threshold (1.0E10)", "99.5, at or below 10,000,000,000"),
    ] {
        let reason = format!(
            "Threshold Crossed: 1 out of the last 1 datapoints [99.5 (02/10/26 16:59:00)] {how} (minimum 1 datapoint for OK -> ALARM transition)."
        );
        let told = said(&reason, |one| {
            (one.trigger.comparison, one.trigger.threshold) = (String::new(), None);
            one.trigger.evaluation_periods = None;
        });
        assert_eq!(told, format!("HTTPCode_ELB_5XX_Count (Sum) is {text}"));
    }
    let odd = said("an odd\n reason", |one| one.trigger = Trigger::default());
    assert_eq!(odd, "api 5xx (prod)/edge is in alarm: an odd reason");
}

#[test]
fn what_says_nothing_says_so() {
    let none = "Threshold Crossed: no datapoints were received for 5 periods and 5 missing datapoints were treated as [Breaching].";
    let metric = "no data of HTTPCode_ELB_5XX_Count (Sum)";
    assert_eq!(said(none, |_| ()), format!("{metric} for 5 min, which counts as breaching"));
    assert_eq!(said(none, |one| one.trigger.period = None), format!("{metric}, which counts as breaching"));
    assert_eq!(said("", |one| one.state = State::Ok), "api 5xx (prod)/edge is OK again");
    let little = said("", |one| one.state = State::InsufficientData);
    assert_eq!(little, "api 5xx (prod)/edge has too little data to say anything");
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
    let text = one.annotations().get("summary").to_owned();
    assert!(text.contains("(Sum) for InstanceId=i-1 is above 10, in 3"), "{text}");
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
