//! Since when an alarm's data breached, from each shape of a message.

use super::*;

fn seconds(message: &Value) -> i64 {
    one(message).lead.num_seconds()
}

fn with(trigger: Value) -> Value {
    let mut message = old();
    message["Trigger"] = trigger;
    message
}

#[test]
fn a_notification_says_it_by_its_datapoints_else_by_its_periods() {
    let mut message = old();
    assert_eq!(seconds(&message), 300, "one period of five minutes");
    message["Trigger"]["EvaluationPeriods"] = 3.into();
    message["Trigger"]["DatapointsToAlarm"] = 1.into();
    assert_eq!(seconds(&message), 900, "fewer datapoints are enough, but so many were looked at");
    message["NewStateReason"] =
        "Threshold Crossed: 1 out of the last 3 datapoints [92.5 (05/07/16 15:10:00)] was greater than \
         or equal to the threshold (90.0) (minimum 1 datapoint for OK -> ALARM transition)."
            .into();
    assert_eq!(seconds(&message), 644);
    message["NewStateValue"] = "OK".into();
    assert_eq!(seconds(&message), 0);
}

#[test]
fn of_metric_math_the_longest_period_counts() {
    let stat = |id: &str, period: u64| json!({"Id": id, "ReturnData": false, "MetricStat": {"Period": period, "Stat": "Sum"}});
    let expression = json!({"Id": "e1", "Expression": "m1/m2", "ReturnData": true});
    let math = |period: Value| {
        let metrics = json!([expression, stat("m1", 60), stat("m2", 600)]);
        with(json!({"Period": period, "EvaluationPeriods": 2, "Metrics": metrics}))
    };
    assert_eq!((seconds(&math(Value::Null)), seconds(&math(300.into()))), (1_200, 600));
    let query =
        json!([{"Id": "q1", "Expression": "SELECT MAX(CPUUtilization) FROM \"AWS/EC2\"", "Period": 120}]);
    assert_eq!(seconds(&with(json!({"EvaluationPeriods": 2, "Metrics": query}))), 240);
    for odd in [json!({}), json!({"Metrics": 7}), json!({"Metrics": [7, {"MetricStat": 1}]}), json!("x")] {
        assert_eq!(seconds(&with(odd.clone())), 0, "{odd}");
    }
}

#[test]
fn a_composite_began_with_its_first_child() {
    let mut message = old();
    message.as_object_mut().unwrap().remove("Trigger");
    message["AlarmRule"] = "ALARM(a) AND ALARM(b)".into();
    let child = |time: &str| json!({"Arn": "arn:aws:cloudwatch:eu-south-1:1:alarm:a", "State": {"Value": "ALARM", "Timestamp": time}});
    message["TriggeringChildren"] =
        json!([child("2016-07-05T15:20:14.959+0000"), child("2016-07-05T15:18:44.959+0000"), child("?"), 7]);
    assert_eq!(seconds(&message), 120);
    message["TriggeringChildren"] = json!([]);
    assert_eq!(seconds(&message), 0);
}

#[test]
fn an_event_says_it_by_its_reasons_data_too() {
    assert_eq!(seconds(&event("ALARM")), 340, "by its reason");
    let data = |data: Value| {
        let mut message = event("ALARM");
        message["detail"]["state"]["reason"] = "Unchecked".into();
        message["detail"]["state"]["reasonData"] = data.to_string().into();
        seconds(&message)
    };
    let (start, later) = ("2026-10-02T16:54:00.000+0000", "2026-10-02T16:59:00.000+0000");
    assert_eq!(data(json!({"version": "1.0", "startDate": start, "period": 300})), 640);
    assert_eq!(data(json!({"evaluatedDatapoints": [{"timestamp": later}, {"timestamp": start}]})), 640);
    let child = json!({"arn": "arn:aws:cloudwatch:eu-south-1:1:alarm:a", "state": {"value": "ALARM", "timestamp": later}});
    assert_eq!(data(json!({"triggeringAlarms": [child]})), 340);
    assert_eq!(data(json!({"triggeringAlarms": [{"state": 7}], "startDate": 7})), 0);
    assert_eq!(data(json!([])), 0);
    let mut none = event("ALARM");
    none["detail"]["state"]["reason"] =
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].".into();
    none["detail"]["state"]["reasonData"] = Value::Null;
    assert_eq!(seconds(&none), 600, "the period is the metric's");
}
