//! What holds of every message, however odd: tried here over random bodies, and by the fuzz targets of `fuzz/` for longer.
//!
//! Must use nothing but the crates and serde_json: the fuzz targets include this file.

use chrono::{DateTime, Utc};
use firstlook::sources::alertmanager::{MAX_ANNOTATION, MAX_LABELS, MAX_NAME, MAX_VALUE, Notification};
use firstlook::sources::sns::read::{InsufficientData, Reading, notification};
use firstlook::sources::sns::said::Said;
use firstlook::sources::sns::{Envelope, is_envelope, kept, without_tokens};
use firstlook_core::alert::sns::{Kind, TopicArn, TopicPattern};
use firstlook_core::alert::{AlertMessage, AlertStatus, Labels};
use serde_json::Value;

/// Bytes that the ellipsis of a shortened text takes.
const ELLIPSIS: usize = 3;

fn reading() -> Reading {
    let topics = TopicPattern::parse("arn:aws:sns:*:123456789012:*").into_iter().collect();
    Reading { insufficient_data: InsufficientData::Note, severity_label: "severity".to_owned(), topics }
}

/// A message without an envelope.
fn read(message: &str) -> Notification {
    let topic = TopicArn::parse("arn:aws:sns:eu-west-1:123456789012:alarms");
    let now = DateTime::<Utc>::from_timestamp(1_790_000_000, 0).unwrap();
    notification(&Said::raw(message.as_bytes(), topic, now), "sns/aws", &reading(), None)
}

fn alerts(read: &Notification) -> impl Iterator<Item = &AlertMessage> {
    read.alerts.iter().map(|alert| alert.as_ref().unwrap())
}

/// Of any body: what is kept says the same, and opens nothing.
pub fn envelope(body: &[u8]) {
    let closed = kept(body);
    assert_eq!(kept(&closed), closed, "what is kept is kept as it is");
    let opens = ["subscribeurl", "unsubscribeurl", "token"];
    if let Ok(Value::Object(members)) = serde_json::from_slice::<Value>(&closed) {
        assert!(members.keys().all(|key| !opens.contains(&key.to_ascii_lowercase().as_str())));
    }
    let Ok(envelope) = Envelope::read(body) else { return };
    assert!(is_envelope(body), "an envelope does not look like one");
    let said = Said::read(&closed).expect("an envelope that was let in can be read again");
    let message = without_tokens(&envelope.message).unwrap_or(envelope.message.clone());
    assert_eq!(said.message, message.replace('\0', "\u{fffd}"));
    assert_eq!((said.kind, said.topic.as_ref()), (envelope.kind, Some(&envelope.topic)));
    assert_eq!(said.sent_at, envelope.sent_at);
    assert_eq!(said.subject, envelope.subject.clone().unwrap_or_default().replace('\0', "\u{fffd}"));
    let token = envelope.token.expose();
    let once = token.len() >= 16 && String::from_utf8_lossy(body).matches(token).count() == 1;
    assert!(!once || !format!("{envelope:?}").contains(token), "a token is shown");
    assert!(!envelope.signed_text().is_empty());
    let notified = notification(&said, "sns/aws", &reading(), None);
    assert!(!(notified.alerts.is_empty() && notified.aside.is_empty()), "a message was dropped");
    assert_eq!(notification(&said, "sns/aws", &reading(), None), notified);
    alerts(&notified).for_each(bounded);
    if said.kind == Kind::Notification {
        assert!(notified.alerts.iter().all(Result::is_ok));
    }
}

/// Of any message: it becomes something, within bounds, the same each time and in whatever order its members stand.
pub fn message(text: &str) {
    no_token(text);
    let notified = read(text);
    assert!(!(notified.alerts.is_empty() && notified.aside.is_empty()), "a message was dropped");
    alerts(&notified).for_each(bounded);
    for noted in &notified.aside {
        assert!(!noted.reason.trim().is_empty() && !noted.alert.fingerprint.is_empty());
        assert!(!noted.reason.contains('\0') && !noted.alert.fingerprint.contains('\0'));
    }
    let Some(json) = serde_json::from_str::<Value>(text).ok().filter(Value::is_object) else { return };
    let mut backwards = String::new();
    reversed(&json, &mut backwards);
    let other = read(&backwards);
    let who = |notified: &Notification| -> Vec<(String, AlertStatus, Labels)> {
        let one = |alert: &AlertMessage| (alert.id.fingerprint.clone(), alert.status, alert.labels.clone());
        alerts(notified).map(one).collect()
    };
    assert_eq!(who(&notified), who(&other), "the order of members says something");
    assert_eq!(notified.aside, other.aside);
}

fn no_token(text: &str) {
    let closed = without_tokens(text).unwrap_or(text.to_owned());
    assert_eq!(without_tokens(&closed).unwrap_or(closed.clone()), closed, "removing tokens is stable");
    if let Ok(value) = serde_json::from_str::<Value>(&closed) {
        return closed_in(&value);
    }
    let lower = closed.to_ascii_lowercase();
    for (at, name) in lower.match_indices("\"token\"") {
        let behind = lower[at + name.len()..].trim_start().strip_prefix(':').map(str::trim_start);
        if let Some(value) = behind.and_then(|behind| behind.strip_prefix('"')) {
            assert!(value.starts_with("<removed>"), "a token is left: {closed}");
        }
    }
}

fn closed_in(value: &Value) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            let token = key.eq_ignore_ascii_case("token") && value.is_string();
            assert!(!token || value == "<removed>", "a token is left");
            closed_in(value);
        }),
        Value::Array(all) => all.iter().for_each(closed_in),
        Value::String(text) => {
            if let Ok(inner) = serde_json::from_str::<Value>(text) {
                closed_in(&inner);
            }
        }
        _ => {}
    }
}

fn bounded(alert: &AlertMessage) {
    let within = |labels: &Labels, most: usize| {
        assert!(labels.len() <= MAX_LABELS);
        for (name, value) in labels.iter() {
            assert!((1..=MAX_NAME + ELLIPSIS).contains(&name.len()), "{name}");
            assert!(value.len() <= most + ELLIPSIS && !value.contains('\0') && !name.contains('\0'));
        }
    };
    within(&alert.labels, MAX_VALUE);
    within(&alert.annotations, MAX_ANNOTATION);
    assert!(!alert.labels.get("alertname").trim().is_empty(), "an alert has a name: {alert:?}");
    assert!(!alert.annotations.get("summary").trim().is_empty(), "an alert has a sentence: {alert:?}");
    assert!((1..=600).contains(&alert.id.fingerprint.len()) && !alert.id.fingerprint.contains('\0'));
    assert!(alert.lead >= chrono::TimeDelta::zero() && alert.began_at() <= alert.starts_at);
    assert_eq!(alert.ends_at.is_some(), alert.status == AlertStatus::Resolved);
    assert!(alert.generator_url.as_deref().is_none_or(|url| url.starts_with("https://")));
}

/// The same JSON, the members of each object in the reverse order.
fn reversed(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => {
            out.push('{');
            for (n, (key, value)) in members.iter().rev().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                reversed(value, out);
            }
            out.push('}');
        }
        Value::Array(all) => {
            out.push('[');
            for (n, one) in all.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                reversed(one, out);
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// A sample, changed here and there as `bytes` say: members gone, of another type, odd or hostile.
pub fn changed(sample: &Value, bytes: &[u8]) -> Value {
    let mut value = sample.clone();
    for edit in bytes.chunks_exact(3) {
        let mut places = 0;
        count(&value, &mut places);
        let mut left = (usize::from(edit[0]) * 256 + usize::from(edit[1])) % places.max(1);
        alter(&mut value, &mut left, edit[2]);
    }
    value
}

fn count(value: &Value, places: &mut usize) {
    *places += 1;
    match value {
        Value::Object(members) => members.values().for_each(|one| count(one, places)),
        Value::Array(all) => all.iter().for_each(|one| count(one, places)),
        _ => {}
    }
}

fn alter(value: &mut Value, left: &mut usize, how: u8) -> bool {
    if *left == 0 {
        *value = altered(value, how);
        return true;
    }
    *left -= 1;
    match value {
        Value::Object(members) => members.values_mut().any(|one| alter(one, left, how)),
        Value::Array(all) => all.iter_mut().any(|one| alter(one, left, how)),
        _ => false,
    }
}

fn altered(value: &Value, how: u8) -> Value {
    let text = value.as_str().unwrap_or_default();
    match how % 14 {
        0 => Value::Null,
        1 => Value::from(""),
        2 => Value::from(format!("{text}\0")),
        3 => Value::from("x".repeat(20_000)),
        4 => Value::from(-1e300),
        5 => Value::from(u64::MAX),
        6 => Value::from(vec![value.clone(), value.clone()]),
        7 => serde_json::json!({"token": "a-token-that-works", "inner": value}),
        8 => Value::from(serde_json::json!({"Token": "a-token-that-works"}).to_string()),
        9 => Value::from(text.to_lowercase()),
        10 => Value::from(text.split([' ', ':', '/']).next_back().unwrap_or_default()),
        11 => Value::from(format!(" \n\t{text}\u{2028}\u{fffd}😀 ")),
        12 => Value::from(true),
        _ => Value::from(text.replace(['/', ':'], "~")),
    }
}
