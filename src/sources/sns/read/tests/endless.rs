//! Alarms of which nobody will say that they are over, and what their tags become.

use super::*;

const OTHER: &str = "arn:aws:sns:eu-south-1:123456789012:mail";

/// An alarm whose OK is told to these, where it says so.
fn alarm(state: &str, ok_actions: Value) -> Value {
    let mut message = old();
    message["NewStateValue"] = state.into();
    message["OKActions"] = ok_actions;
    message
}

/// What is noted beside the alert, and its annotation.
fn noted(message: &Value) -> (Vec<String>, String) {
    let read = read(&message.to_string());
    let alert = read.alerts[0].as_ref().unwrap();
    assert!(read.aside.iter().all(|one| one.alert == alert.id && one.action == Action::Noted));
    let annotation = alert.annotations.get("no_ok_action").to_owned();
    (read.aside.iter().map(|one| one.reason.clone()).collect(), annotation)
}

#[test]
fn an_alarm_that_tells_nobody_here_of_its_ok_says_so_while_it_fires() {
    let lambda = "arn:aws:lambda:eu-south-1:123456789012:function:x";
    for endless in [json!([]), json!([OTHER]), json!([lambda]), json!(["", 7, null])] {
        let (reasons, annotation) = noted(&alarm("ALARM", endless.clone()));
        assert_eq!(reasons.len(), 1, "{endless}");
        let words = "db (main)/cpu: high has no OK action: CloudWatch will not say when it is over; add one";
        assert!(reasons[0].starts_with(words), "{}", reasons[0]);
        assert!(annotation.contains("add an OK action"), "{annotation}");
    }
}

#[test]
fn nothing_is_said_of_what_tells_us_or_is_over_or_does_not_say() {
    for fine in [json!([TOPIC]), json!([OTHER, TOPIC]), json!(null), json!("odd")] {
        assert_eq!(noted(&alarm("ALARM", fine.clone())), (Vec::new(), String::new()), "{fine}");
    }
    assert_eq!(noted(&alarm("OK", json!([]))), (Vec::new(), String::new()));
    assert_eq!(noted(&old()), (Vec::new(), String::new()), "as of 2016");
}

#[test]
fn composite_alarms_and_contributors_are_no_exception() {
    let mut composite = alarm("ALARM", json!([]));
    composite.as_object_mut().unwrap().remove("Trigger");
    composite["AlarmRule"] = "ALARM(a)".into();
    assert_eq!(noted(&composite).0.len(), 1);
    let mut contributor = alarm("ALARM", json!([]));
    contributor["AlarmContributorId"] = "c0ffee".into();
    assert_eq!(noted(&contributor).0.len(), 1);
}

#[test]
fn tags_that_an_alarm_sends_along_are_labels() {
    for tags in [
        json!([{"Key": "team", "Value": "payments"}, {"Key": "severity", "Value": "P1"}]),
        json!([{"key": "team", "value": "payments"}, {"key": "severity", "value": "P1"}]),
        json!({"team": "payments", "severity": "P1"}),
    ] {
        let mut message = old();
        message["AlarmTags"] = tags;
        let alert = one(&message);
        assert_eq!((label(&alert, "tag.team"), label(&alert, "tag.severity")), ("payments", "P1"));
        assert_eq!(read(&message.to_string()).untagged, None);
    }
}

#[test]
fn only_an_alarm_whose_message_says_nothing_of_its_tags_is_without() {
    let untagged = |message: &Value| read(&message.to_string()).untagged;
    let mut message = alarm("ALARM", json!([]));
    let arn = Some("arn:aws:cloudwatch:eu-south-1:123456789012:alarm:db (main)/cpu: high".to_owned());
    assert_eq!(untagged(&message), arn);
    for (tags, status, none) in [
        (json!([]), "SUCCESS", true),
        (json!(null), "SUCCESS", true),
        (json!([]), "ACCESS_DENIED", false),
        (json!([]), "", false),
        (json!([{"Value": "a value without a key"}]), "", false),
        (json!("text"), "", false),
        (json!([{"Key": "team", "Value": "x"}]), "ACCESS_DENIED", true),
    ] {
        (message["AlarmTags"], message["AlarmTagsStatus"]) = (tags.clone(), status.into());
        assert_eq!(untagged(&message).is_none(), none, "{tags} {status}");
    }
    let mut contributor = alarm("ALARM", json!([]));
    contributor["AlarmContributorId"] = "c0ffee".into();
    assert_eq!(untagged(&contributor), arn, "they are the whole alarm's");
    assert_eq!(read("a text").untagged, None);
}
