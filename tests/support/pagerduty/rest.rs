//! PagerDuty beside its events: the REST API's incidents and notes, and change events, with their refusals (FACTS C).

use serde_json::{Value, json};

use super::super::server::{Answer, Request};
use super::{Book, PagerDuty, Status};

/// A token that may write.
pub const API_TOKEN: &str = "u+an0api0token0of0the0tests";
/// The one user of the account.
pub const FROM: &str = "oncall@example.com";

/// A note that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The place of its incident, from 0.
    pub incident: usize,
    /// Its text.
    pub content: String,
}

impl PagerDuty {
    /// For `api_url`.
    pub fn api_url(&self) -> String {
        self.server.url()
    }

    /// Every note that was written, in order.
    pub fn notes(&self) -> Vec<Note> {
        self.desk.with(|b| b.notes.clone())
    }

    /// Every change event that was taken, in order.
    pub fn changes(&self) -> Vec<Value> {
        self.desk.with(|b| b.changes.clone())
    }
}

fn refusal(status: u16, code: u32, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": { "code": code, "message": message } }))
}

/// The name that the API has for an incident.
fn id(place: usize) -> String {
    format!("PINC{place:04}")
}

/// A request to the REST API; `None` where it is none.
pub(super) fn rest(book: &mut Book, request: &Request) -> Option<Answer> {
    let path = request.path.strip_prefix("/incidents")?;
    if request.header("authorization") != Some(format!("Token token={API_TOKEN}").as_str()) {
        return Some(refusal(401, 2006, "Invalid credentials"));
    }
    if !request.header("accept").is_some_and(|accept| accept.contains("version=2")) {
        return Some(refusal(400, 2001, "Unsupported API version"));
    }
    if path.is_empty() && request.method == "GET" {
        return Some(incidents(book, request));
    }
    let name = path.strip_prefix('/')?.strip_suffix("/notes")?;
    let Some(place) = (0..book.incidents.len()).find(|place| id(*place) == name) else {
        return Some(refusal(404, 2100, "Not Found"));
    };
    Some(match request.method.as_str() {
        "GET" => {
            let own = book.notes.iter().filter(|note| note.incident == place);
            let notes: Vec<_> = own.map(|note| json!({ "id": "N", "content": note.content })).collect();
            Answer::json(200, &json!({ "notes": notes }))
        }
        "POST" => write(book, request, place),
        _ => Answer::text(405, ""),
    })
}

fn incidents(book: &Book, request: &Request) -> Answer {
    let parameters = request.parameters();
    let key = parameters.get("incident_key");
    let all = book.incidents.iter().enumerate().rev();
    let found = all.filter(|(_, one)| key.is_none_or(|key| one.dedup_key == *key)).map(|(place, one)| {
        let status = match one.status {
            Status::Triggered => "triggered",
            Status::Acknowledged => "acknowledged",
            Status::Resolved => "resolved",
        };
        json!({ "id": id(place), "type": "incident", "incident_key": one.dedup_key, "status": status })
    });
    Answer::json(
        200,
        &json!({ "incidents": found.collect::<Vec<_>>(), "limit": 5, "offset": 0, "more": false }),
    )
}

fn write(book: &mut Book, request: &Request, incident: usize) -> Answer {
    if request.header("from") != Some(FROM) {
        return refusal(400, 1008, "Requester User Not Found");
    }
    match request.json().pointer("/note/content").and_then(Value::as_str) {
        Some(content) if !content.trim().is_empty() && content.chars().count() <= 25_000 => {
            if content.contains(['<', '>']) {
                book.violations.push(format!("< or > in a note: {content}"));
            }
            book.notes.push(Note { incident, content: content.to_owned() });
            Answer::json(201, &json!({ "note": { "id": "N", "content": content } }))
        }
        _ => refusal(400, 2001, "Content can't be blank."),
    }
}

/// What PagerDuty finds wrong with a change event.
fn faults(event: &Value) -> Vec<&'static str> {
    let length = |value: &Value| value.as_str().map(|text| text.chars().count());
    let payload = &event["payload"];
    let time =
        |value: &Value| value.as_str().is_some_and(|t| chrono::DateTime::parse_from_rfc3339(t).is_ok());
    let link = |link: &Value| link["href"].as_str().is_some_and(|url| url.starts_with("http"));
    let links = |value: &Value| value.as_array().is_some_and(|all| all.iter().all(link));
    let rules = [
        (
            length(&event["routing_key"]) == Some(32),
            "Length of 'routing_key' is incorrect (should be 32 characters)",
        ),
        // A key of a ruleset: change events belong to a service.
        (!event["routing_key"].as_str().unwrap_or_default().starts_with('R'), "Invalid routing key"),
        (
            length(&payload["summary"]).is_some_and(|n| (1..=1024).contains(&n)),
            "'payload.summary' is missing or too long",
        ),
        (payload.get("timestamp").is_none_or(time), "'payload.timestamp' is not a valid ISO 8601 time"),
        (
            payload.get("custom_details").is_none_or(Value::is_object),
            "'payload.custom_details' must be an object",
        ),
        (event.get("links").is_none_or(links), "'links' must have a valid 'href'"),
        (event.get("event_action").is_none(), "'event_action' belongs to alert events"),
    ];
    rules.iter().filter(|(holds, _)| !holds).map(|(_, what)| *what).collect()
}

/// A change event; `None` where it is none.
pub(super) fn change(book: &mut Book, request: &Request) -> Option<Answer> {
    if (request.method.as_str(), request.path.as_str()) != ("POST", "/v2/change/enqueue") {
        return None;
    }
    let event = request.json();
    let faults = faults(&event);
    if !faults.is_empty() || request.body.len() > super::LARGEST {
        book.refusals.push(faults.iter().map(|fault| (*fault).to_owned()).collect());
        return Some(Answer::json(400, &json!({ "status": "invalid event", "errors": faults })));
    }
    book.changes.push(event);
    Some(Answer::json(202, &json!({ "status": "success", "message": "Change event processed" })))
}
