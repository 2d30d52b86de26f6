//! What PagerDuty tells of its incidents (webhooks v3, FACTS C): who took one, ended it, or gave it to whom.
//!
//! Knows that form. Must not know who is let in, nor what becomes of it.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// The longest name that is kept, in characters.
const MOST_NAME: usize = 80;

/// What happened at PagerDuty that firstlook follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A person took it.
    Acknowledged,
    /// A person ended it.
    Resolved,
    /// It was given to these people.
    Reassigned(String),
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub news: News,
    /// The key under which firstlook told it.
    pub key: String,
    /// Who did it, in words for the timeline: `Aya Tanaka in PagerDuty`.
    pub actor: String,
    /// When, by PagerDuty's clock.
    pub at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct Outer {
    event: Inner,
}

#[derive(Deserialize)]
struct Inner {
    event_type: String,
    occurred_at: Option<DateTime<Utc>>,
    agent: Option<Reference>,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    incident_key: Option<String>,
    #[serde(default)]
    assignees: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    summary: Option<String>,
}

/// Reads a body. `Ok(None)` for what firstlook does not follow: other kinds of events, and whatever no person did. So what
/// firstlook itself has told PagerDuty does not come back as somebody's deed.
///
/// # Errors
/// When it is no event of webhooks v3.
pub fn read(body: &[u8]) -> Result<Option<Event>, String> {
    let Outer { event } = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let news = match event.event_type.as_str() {
        "incident.acknowledged" => News::Acknowledged,
        "incident.resolved" => News::Resolved,
        "incident.reassigned" | "incident.delegated" => {
            let names: Vec<String> = event.data.assignees.iter().filter_map(name).collect();
            News::Reassigned(names.join(", "))
        }
        _ => return Ok(None),
    };
    let person = event.agent.filter(|agent| agent.kind == "user_reference" || agent.kind == "user");
    let (Some(person), Some(key), Some(at)) = (person, event.data.incident_key, event.occurred_at) else {
        return Ok(None);
    };
    let actor = format!("{} in PagerDuty", name(&person).unwrap_or_else(|| "somebody".to_owned()));
    Ok(Some(Event { news, key, actor, at }))
}

fn name(reference: &Reference) -> Option<String> {
    let words = reference.summary.as_deref()?.split_whitespace().collect::<Vec<_>>().join(" ");
    let name: String = words.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(kind: &str, agent: Value, data: Value) -> Vec<u8> {
        let inner = json!({"id": "01", "event_type": kind, "resource_type": "incident",
            "occurred_at": "2026-11-20T03:09:00.123Z", "agent": agent, "client": null, "data": data});
        json!({ "event": inner }).to_string().into_bytes()
    }

    fn aya() -> Value {
        json!({"id": "P1", "type": "user_reference", "summary": "Aya  Tanaka", "html_url": "https://x"})
    }

    fn data() -> Value {
        let to =
            [json!({"type": "user_reference", "summary": "Ken Mori"}), json!({"type": "user_reference"})];
        json!({"id": "Q1", "type": "incident", "incident_key": "firstlook-1", "assignees": to})
    }

    #[test]
    fn what_people_do_is_read_and_what_machines_do_is_not() {
        for (kind, news) in [
            ("incident.acknowledged", News::Acknowledged),
            ("incident.resolved", News::Resolved),
            ("incident.reassigned", News::Reassigned("Ken Mori".to_owned())),
            ("incident.delegated", News::Reassigned("Ken Mori".to_owned())),
        ] {
            let read = read(&event(kind, aya(), data())).unwrap().unwrap();
            assert_eq!(read.news, news);
            assert_eq!((read.key.as_str(), read.actor.as_str()), ("firstlook-1", "Aya Tanaka in PagerDuty"));
            assert_eq!(read.at.to_rfc3339(), "2026-11-20T03:09:00.123+00:00");
        }
        let ours = json!({"type": "events_api_v2_inbound_integration_reference", "summary": "firstlook"});
        for (kind, agent, data) in [
            ("incident.resolved", ours, data()),
            ("incident.resolved", Value::Null, data()),
            ("incident.resolved", aya(), json!({"incident_key": null})),
            ("incident.triggered", aya(), data()),
            ("pagey.ping", Value::Null, json!({"message": "Hello from your friend Pagey!"})),
        ] {
            assert_eq!(read(&event(kind, agent, data)).unwrap(), None, "{kind}");
        }
    }

    #[test]
    fn a_body_that_is_none_is_an_error_and_a_strange_name_does_no_harm() {
        for body in ["", "{}", "[]", r#"{"event":{}}"#, r#"{"event":{"event_type":7}}"#] {
            assert!(read(body.as_bytes()).is_err(), "{body}");
        }
        let nasty = json!({"type": "user_reference", "summary": "\u{0}a\nb\u{1b}[31m".repeat(100)});
        let read = read(&event("incident.resolved", nasty, data())).unwrap().unwrap();
        assert!(read.actor.chars().count() < 100 && !read.actor.contains(char::is_control), "{}", read.actor);
        let nobody = json!({"type": "user_reference", "summary": null});
        let read = super::read(&event("incident.resolved", nobody, data())).unwrap().unwrap();
        assert_eq!(read.actor, "somebody in PagerDuty");
    }
}
