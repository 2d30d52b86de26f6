//! A change as a change event of PagerDuty's (FACTS C): a line beside its incidents, for which nobody is rung.

use serde_json::{Map, Value, json};

use crate::evidence::Redactor;
use crate::evidence::changes::ChangeEvent;

use super::super::text::{address, angles, columns, cut, json_ascii, one_line};
use super::{DETAIL, FIELD, SUMMARY};

/// Details that are passed on.
const DETAILS: usize = 8;

/// A change event without its `routing_key`.
pub fn pagerduty_change(change: &ChangeEvent, redactor: &Redactor) -> Value {
    let words = |text: &str| angles(&one_line(redactor.redact(text).as_str()));
    let detail = |(name, value): &(String, String)| {
        let value = redactor.redact_value(name, value);
        let value = cut(&angles(&one_line(value.as_str())), DETAIL, json_ascii);
        (cut(&words(name), FIELD, columns), json!(value))
    };
    let mut payload = json!({
        "summary": cut(&words(&change.summary), SUMMARY, char::len_utf16),
        "timestamp": change.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "source": cut(&words(if change.origin.is_empty() { &change.source } else { &change.origin }), FIELD, columns),
    });
    let details: Map<String, Value> = change.details.iter().take(DETAILS).map(detail).collect();
    if let Some(payload) = payload.as_object_mut().filter(|_| !details.is_empty()) {
        payload.insert("custom_details".to_owned(), Value::Object(details));
    }
    let link = change.link.as_deref().and_then(|link| redactor.redact_url(link));
    let link = link.as_ref().and_then(|link| address(link.as_str()));
    let links: Vec<Value> = link.map(|href| json!({ "href": href })).into_iter().collect();
    json!({ "payload": payload, "links": links })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_passed_on_redacted_and_within_bounds() {
        let told = |summary: &str, link: &str| {
            let change = ChangeEvent {
                summary: summary.into(),
                source: "changes/ci".into(),
                details: vec![("commit".into(), "a1b2c3d".into()), ("password".into(), "hunter2".into())],
                link: Some(link.into()),
                ..ChangeEvent::default()
            };
            pagerduty_change(&change, &Redactor::default())
        };
        let event = told("Deploy <v2>\nby Ken", "https://ci.example/run/7");
        assert_eq!(event["payload"]["summary"], "Deploy ‹v2› by Ken");
        assert_eq!(
            (&event["payload"]["source"], &event["payload"]["timestamp"]),
            (&json!("changes/ci"), &json!("1970-01-01T00:00:00Z"))
        );
        assert_eq!(event["payload"]["custom_details"]["commit"], "a1b2c3d");
        assert_eq!(event["links"], json!([{ "href": "https://ci.example/run/7" }]));
        assert!(!event.to_string().contains("hunter2") && event.get("routing_key").is_none(), "{event}");
        let odd = told(&"重🛑 ".repeat(2_000), "javascript:alert(1)");
        assert!(odd["payload"]["summary"].as_str().unwrap().encode_utf16().count() <= 1_024);
        assert_eq!(odd["links"], json!([]));
    }
}
