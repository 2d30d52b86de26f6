//! What was changed, in the form of PagerDuty's change events (FACTS C): `payload` with a summary, and links.
//!
//! Knows that form and its bounds. Must not know who is let in, nor keep the key that a body carries.

use chrono::{DateTime, SubsecRound, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::evidence::changes::ChangeEvent;
use serde_json::Value;

use super::json::{Object, string, text};
use crate::secret::Secret;

/// Longest summary and origin, in characters: PagerDuty's own bound.
pub(super) const MOST_SUMMARY: usize = 1_024;
/// Details that are kept, and how much of each, in characters.
pub const MOST_DETAILS: usize = 32;
/// See [`MOST_DETAILS`].
pub(super) const MOST_DETAIL: usize = 300;
/// Longest address that is kept, in bytes.
const MOST_LINK: usize = 2_000;

/// What a body says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The change.
    pub event: ChangeEvent,
    /// The body's `routing_key`; empty where it has none.
    pub routing_key: Secret,
}

/// A change that another sender's message tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The change, without what its labels say.
    pub event: ChangeEvent,
    /// Labels as its sender's alerts have them: they are mapped to the words of all sources.
    pub labels: Labels,
}

/// Reads a body that came `now` to `source`.
///
/// # Errors
/// With what is missing and how it is written, for the sender.
pub fn read(body: &[u8], source: &str, now: DateTime<Utc>) -> Result<Told, String> {
    const FORM: &str = "write {\"payload\": {\"summary\": \"…\", \"timestamp\": \"2026-01-31T10:00:00Z\"}}";
    let text = text(body);
    let outer = Object::read(&text).map_err(|_| format!("the body is no JSON object; {FORM}"))?;
    let payload = outer.get("payload").ok_or_else(|| format!("`payload` is missing; {FORM}"))?;
    let inner = Object::read(payload).map_err(|_| format!("`payload` is no object; {FORM}"))?;
    let member = |key: &str| inner.get(key).map(string).unwrap_or_default();
    let summary = line(&member("summary"), MOST_SUMMARY);
    if summary.is_empty() {
        return Err(format!("`payload.summary` is missing or empty; {FORM}"));
    }
    let at = match member("timestamp").as_str() {
        "" => now,
        text => DateTime::parse_from_rfc3339(text)
            .map_err(|_| {
                "`payload.timestamp` is no time of RFC 3339, such as 2026-01-31T10:00:00Z".to_owned()
            })?
            .with_timezone(&Utc),
    };
    let details = inner.get("custom_details").map(details).unwrap_or_default();
    Ok(Told {
        event: ChangeEvent {
            // A sender's clock may run ahead; what is to come has not changed anything yet.
            at: at.min(now).trunc_subsecs(6),
            source: source.to_owned(),
            summary,
            origin: line(&member("source"), MOST_SUMMARY),
            details,
            link: outer.get("links").and_then(link),
            ..ChangeEvent::default()
        },
        routing_key: Secret::new(outer.get("routing_key").map(string).unwrap_or_default()),
    })
}

/// One line without what no text may hold, cut to `most` characters.
pub(super) fn line(text: &str, most: usize) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(most).collect()
}

/// Names and values; what lies deeper is told as it was written.
fn details(raw: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::from_str(raw) else { return Vec::new() };
    let told = |(name, value): (String, Value)| {
        let value = match value {
            Value::Null => return None,
            Value::String(text) => text,
            other => other.to_string(),
        };
        Some((line(&name, MOST_DETAIL), line(&value, MOST_DETAIL)))
    };
    members.into_iter().filter_map(told).take(MOST_DETAILS).collect()
}

/// The first address that a browser may follow.
fn link(raw: &str) -> Option<String> {
    let links: Vec<Value> = serde_json::from_str(raw).ok()?;
    let href = |link: &Value| link.get("href").and_then(Value::as_str).map(str::to_owned);
    let web = |href: &String| {
        href.len() <= MOST_LINK
            && !href.contains(char::is_control)
            && (href.starts_with("https://") || href.starts_with("http://"))
    };
    links.iter().filter_map(href).find(web)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-01T10:00:00Z".parse().unwrap()
    }

    fn told(body: &str) -> Result<ChangeEvent, String> {
        read(body.as_bytes(), "changes/ci", now()).map(|told| told.event)
    }

    #[test]
    fn pagerdutys_form_is_read() {
        let body = r#"{"routing_key": "R0", "payload": {"summary": "Deploy\n web", "timestamp": "2026-03-01T10:30:00+01:00",
            "source": "ci", "custom_details": {"build": 7, "by": "aya", "none": null, "deep": {"a": [1]}}},
            "links": [{"href": "javascript:x"}, {"href": "https://ci/7", "text": "run"}], "images": []}"#;
        let read = read(body.as_bytes(), "changes/ci", now()).unwrap();
        assert!(read.routing_key.matches(b"R0") && !format!("{read:?}").contains("R0"));
        let pairs =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(
            read.event,
            ChangeEvent {
                at: "2026-03-01T09:30:00Z".parse().unwrap(),
                source: "changes/ci".into(),
                summary: "Deploy web".into(),
                origin: "ci".into(),
                details: pairs(&[("build", "7"), ("by", "aya"), ("deep", r#"{"a":[1]}"#)]),
                link: Some("https://ci/7".into()),
                ..ChangeEvent::default()
            }
        );
    }

    #[test]
    fn an_address_with_a_nul_is_none() {
        let body = r#"{"payload": {"summary": "x"}, "links": [{"href": "https://a/\u0000"}, {"href": "https://b/"}]}"#;
        assert_eq!(told(body).unwrap().link.as_deref(), Some("https://b/"));
    }

    #[test]
    fn what_is_missing_is_said_and_what_is_too_much_is_cut() {
        for (body, said) in [
            ("", "no JSON object"),
            ("[]", "no JSON object"),
            ("{}", "`payload` is missing"),
            (r#"{"payload": 1}"#, "`payload` is no object"),
            (r#"{"payload": {"summary": "\n "}}"#, "`payload.summary` is missing"),
            (r#"{"payload": {"summary": "x", "timestamp": "yesterday"}}"#, "`payload.timestamp`"),
        ] {
            let error = told(body).unwrap_err();
            assert!(error.contains(said), "{body}: {error}");
        }
        let long = format!(
            r#"{{"payload": {{"summary": "{}", "custom_details": []}}, "links": 7}}"#,
            "é".repeat(5_000)
        );
        let one = told(&long).unwrap();
        assert_eq!((one.summary.chars().count(), one.at, one.link), (MOST_SUMMARY, now(), None));
        let ahead = told(r#"{"payload": {"summary": "x", "timestamp": "2036-01-01T00:00:00Z"}}"#).unwrap();
        assert_eq!(ahead.at, now(), "nothing has changed in the future");
    }
}
