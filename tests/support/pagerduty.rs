//! PagerDuty Events v2 (FACTS C): `POST /v2/enqueue` with its refusals, and the incidents that the events make.
//! Knows nothing of PagerDuty's own webhooks.

mod rest;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use super::plan::Plan;
use super::server::{Answer, Protocol, Request, Server};
pub use rest::{API_TOKEN, FROM, Note};

/// A routing key of the right form.
pub const ROUTING_KEY: &str = "R0UT1NGKEY0F32CHARACTERSEXACTLY0";

/// Bytes of one event.
const LARGEST: usize = 512 * 1024;

/// An event that was taken.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it was taken.
    pub at: Instant,
    /// As sent, except that a missing `dedup_key` is filled in.
    pub body: Value,
}

impl Event {
    /// `trigger`, `acknowledge` or `resolve`.
    pub fn action(&self) -> &str {
        self.body["event_action"].as_str().unwrap_or_default()
    }

    /// The key that joins events to an incident.
    pub fn dedup_key(&self) -> &str {
        self.body["dedup_key"].as_str().unwrap_or_default()
    }

    /// The line that a phone shows.
    pub fn summary(&self) -> &str {
        self.body["payload"]["summary"].as_str().unwrap_or_default()
    }
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Status {
    /// It rings.
    Triggered,
    /// Somebody has it: later triggers do not ring.
    Acknowledged,
    /// Closed for good: a later trigger of its key opens another one.
    Resolved,
}

/// What people were told of one key, from a trigger to its resolve.
#[derive(Clone, Debug)]
pub struct Incident {
    /// The integration it came by.
    pub routing_key: String,
    /// Its key.
    pub dedup_key: String,
    /// Where it stands.
    pub status: Status,
    /// When it was opened, and people rung.
    pub opened: Instant,
    /// When it was resolved.
    pub resolved: Option<Instant>,
    /// The effective trigger first, then what its log holds: repeats, acknowledge, resolve.
    pub log: Vec<Event>,
}

#[derive(Debug, Default)]
struct Book {
    events: Vec<Event>,
    incidents: Vec<Incident>,
    dropped: Vec<Event>,
    refusals: Vec<Vec<String>>,
    violations: Vec<String>,
    tolerated: Vec<String>,
    notes: Vec<Note>,
    changes: Vec<Value>,
}

#[derive(Debug, Default)]
struct Desk(Mutex<Book>);

/// PagerDuty with any routing key of the right length.
#[derive(Debug)]
pub struct PagerDuty {
    server: Server,
    desk: Arc<Desk>,
}

impl PagerDuty {
    /// Starts the server.
    pub fn start() -> Self {
        let desk = Arc::new(Desk::default());
        Self { server: Server::start(desk.clone()), desk }
    }

    /// For `url`: `http://127.0.0.1:PORT/v2/enqueue`.
    pub fn url(&self) -> String {
        self.server.url() + "/v2/enqueue"
    }

    /// What the next requests meet.
    pub fn plan(&self) -> &Plan {
        self.server.plan()
    }

    /// Every request, refused and unanswered ones among them.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// Every event that was taken (202), in order.
    pub fn events(&self) -> Vec<Event> {
        self.desk.with(|b| b.events.clone())
    }

    /// Every incident, oldest first.
    pub fn incidents(&self) -> Vec<Incident> {
        self.desk.with(|b| b.incidents.clone())
    }

    /// Acknowledges and resolves of a key that has no open incident: taken with 202, and without effect.
    pub fn dropped(&self) -> Vec<Event> {
        self.desk.with(|b| b.dropped.clone())
    }

    /// The `errors` of each event that was refused with 400.
    pub fn refusals(&self) -> Vec<Vec<String>> {
        self.desk.with(|b| b.refusals.clone())
    }

    /// Breaches of our own rules whose words contain this are no fault in this test.
    pub fn tolerate(&self, words: &str) {
        self.desk.with(|b| b.tolerated.push(words.to_owned()));
    }

    /// Takes the breaches of our own rules so far; those not taken fail the test in the end.
    pub fn take_violations(&self) -> Vec<String> {
        self.desk.with(|b| std::mem::take(&mut b.violations))
    }
}

impl Drop for PagerDuty {
    fn drop(&mut self) {
        let broken = self.take_violations();
        assert!(
            std::thread::panicking() || broken.is_empty(),
            "PagerDuty events break our own rules: {broken:#?}"
        );
    }
}

/// What PagerDuty finds wrong with an event; empty when it is taken.
pub fn faults(event: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut need = |holds: bool, what: &str| {
        if !holds {
            faults.push(what.to_owned());
        }
    };
    let length = |value: &Value| value.as_str().map(|t| t.chars().count());
    need(
        length(&event["routing_key"]) == Some(32),
        "Length of 'routing_key' is incorrect (should be 32 characters)",
    );
    let action = event["event_action"].as_str().unwrap_or_default();
    need(
        ["trigger", "acknowledge", "resolve"].contains(&action),
        "'event_action' must be one of trigger, acknowledge, resolve",
    );
    let key = length(&event["dedup_key"]);
    need(
        event.get("dedup_key").is_none() || key.is_some_and(|n| n <= 255),
        "'dedup_key' must be at most 255 characters",
    );
    need(action == "trigger" || key.is_some_and(|n| n > 0), "'dedup_key' is missing or blank");
    if action != "trigger" {
        return faults;
    }
    let payload = &event["payload"];
    need(payload.is_object(), "'payload' is missing or blank");
    let summary = length(&payload["summary"]);
    need(summary.is_some_and(|n| n > 0), "'payload.summary' is missing or blank");
    need(summary.is_none_or(|n| n <= 1024), "'payload.summary' must be at most 1024 characters");
    need(length(&payload["source"]).is_some_and(|n| n > 0), "'payload.source' is missing or blank");
    let severity =
        ["critical", "error", "warning", "info"].contains(&payload["severity"].as_str().unwrap_or_default());
    need(
        severity,
        "'payload.severity' is invalid (must be one of the following: 'critical', 'warning', 'error' or 'info')",
    );
    let details = payload.get("custom_details").is_none_or(|d| d.is_object() || d.is_string());
    need(details, "'payload.custom_details' must be an object");
    let time = payload
        .get("timestamp")
        .is_none_or(|t| t.as_str().is_some_and(|t| chrono::DateTime::parse_from_rfc3339(t).is_ok()));
    need(time, "'payload.timestamp' is not a valid ISO 8601 time");
    let list = |name: &str| event[name].as_array().cloned().unwrap_or_default();
    let lists = ["links", "images"].iter().all(|n| event.get(*n).is_none_or(Value::is_array));
    need(lists, "'links' and 'images' must be arrays");
    let web =
        |value: &Value| value.as_str().is_some_and(|u| u.starts_with("http://") || u.starts_with("https://"));
    need(
        list("links").iter().all(|l| web(&l["href"]) && l["text"].as_str() != Some("")),
        "'links' must have a valid 'href'",
    );
    let https = |value: &Value| value.as_str().is_some_and(|u| u.starts_with("https://"));
    need(list("images").iter().all(|i| https(&i["src"])), "'images' must have an https 'src'");
    faults
}

/// What our own rules ask beyond that: what a phone shows must be a sentence with a number, and no HTML.
pub fn violations(event: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    if event["event_action"] != "trigger" {
        if event.get("payload").is_some() {
            broken.push("resolve needs no payload".to_owned());
        }
        return broken;
    }
    let payload = &event["payload"];
    let summary: Vec<char> = payload["summary"].as_str().unwrap_or_default().chars().collect();
    let first: String = summary.iter().take(80).collect();
    let ends = summary.windows(2).take(80).skip(40).any(|w| matches!(w, ['.' | '?', ' '] | ['。' | '？', _]));
    let mut need = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    need(summary.len() <= 80 || ends, format!("no sentence ends within the first 80 characters: {first}"));
    need(
        first.contains(|c: char| c.is_ascii_digit()),
        format!("a number within the first 80 characters: {first}"),
    );
    need(!payload.to_string().contains(['<', '>']), "< or > in PagerDuty text (it renders HTML)".to_owned());
    let details = payload["custom_details"].to_string().chars().count();
    need(details <= 2000, format!("custom_details of {details} characters are too long to read"));
    let named = event["links"].as_array().into_iter().flatten().all(|l| l["text"].is_string());
    need(named, "link text".to_owned());
    let told = event["images"].as_array().into_iter().flatten().all(|i| i["alt"].is_string());
    need(told, "image alt".to_owned());
    broken
}

impl Desk {
    fn with<T>(&self, f: impl FnOnce(&mut Book) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn refuse(&self, errors: Vec<String>) -> Answer {
        let body = json!({"status": "invalid event", "message": "Event object is invalid", "errors": errors});
        self.with(|b| b.refusals.push(errors));
        Answer::json(400, &body)
    }
}

impl Book {
    fn take(&mut self, event: Event) {
        let broken = violations(&event.body);
        self.violations.extend(broken.into_iter().filter(|v| !self.tolerated.iter().any(|t| v.contains(t))));
        self.events.push(event.clone());
        let routing_key = event.body["routing_key"].as_str().unwrap_or_default().to_owned();
        let dedup_key = event.dedup_key().to_owned();
        let same = |i: &&mut Incident| {
            i.routing_key == routing_key && i.dedup_key == dedup_key && i.status != Status::Resolved
        };
        match (self.incidents.iter_mut().find(same), event.action()) {
            (Some(open), action) => {
                match action {
                    "acknowledge" => open.status = Status::Acknowledged,
                    "resolve" => (open.status, open.resolved) = (Status::Resolved, Some(event.at)),
                    _ => {}
                }
                open.log.push(event);
            }
            (None, "trigger") => {
                let (status, opened) = (Status::Triggered, event.at);
                self.incidents.push(Incident {
                    routing_key,
                    dedup_key,
                    status,
                    opened,
                    resolved: None,
                    log: vec![event],
                });
            }
            (None, _) => self.dropped.push(event),
        }
    }
}

impl Protocol for Desk {
    fn answer(&self, request: &Request) -> Answer {
        if (request.method.as_str(), request.path.as_str()) != ("POST", "/v2/enqueue") {
            let other = self.with(|b| rest::rest(b, request).or_else(|| rest::change(b, request)));
            return other.unwrap_or_else(|| Answer::text(404, ""));
        }
        if request.body.len() > LARGEST {
            return self.refuse(vec!["The event is larger than 512 KB".to_owned()]);
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(&request.body) else {
            return self.refuse(vec!["The body is no valid JSON".to_owned()]);
        };
        let faults = faults(&body);
        if !faults.is_empty() {
            return self.refuse(faults);
        }
        if body.get("dedup_key").is_none() {
            body["dedup_key"] = json!(format!("made-{}", self.with(|b| b.events.len())));
        }
        let key = body["dedup_key"].clone();
        self.with(|b| b.take(Event { at: request.at, body }));
        Answer::json(202, &json!({"status": "success", "message": "Event processed", "dedup_key": key}))
    }

    fn failure(&self, status: u16, _request: &Request) -> Answer {
        let (name, message) = match status {
            429 => (
                "throttle exceeded",
                "Requests for this service are arriving too quickly.  Please retry later.",
            ),
            400 => ("invalid event", "Event object is invalid"),
            _ => ("error", "Internal error"),
        };
        Answer::json(status, &json!({"status": name, "message": message, "errors": [message]}))
    }
}
