//! PagerDuty's incidents as its events made them: status, severity, details, links, pictures, notes.
//!
//! Knows the Events API v2 (FACTS C). Must not know Slack.

use serde::Serialize;
use serde_json::Value;

use super::super::links;
use super::super::times::{self, When};
use super::span::Reader;
use super::{Received, Sent, array, string, words};

/// One incident.
#[derive(Serialize)]
pub(super) struct Paged {
    key: String,
    open: bool,
    taken: bool,
    status: &'static str,
    severity: String,
    summary: String,
    /// What it is about: source, component, group, class.
    about: Vec<Detail>,
    details: Vec<Detail>,
    links: Vec<Link>,
    /// What pictures show; none is fetched.
    images: Vec<String>,
    notes: Vec<Note>,
    log: Vec<Event>,
}

#[derive(Serialize)]
struct Detail {
    name: String,
    text: String,
}

#[derive(Serialize)]
struct Link {
    href: String,
    text: String,
}

#[derive(Serialize)]
struct Note {
    at: When,
    text: String,
}

#[derive(Serialize)]
struct Event {
    at: When,
    action: String,
}

/// All of them, that of the newest event first.
pub(super) fn incidents(received: &[Received], reader: Reader) -> Vec<Paged> {
    let mut all: Vec<Paged> = Vec::new();
    for request in received {
        let key = match &request.sent {
            Sent::PagerDuty => string(&request.body, "dedup_key"),
            Sent::PagerDutyNote { key } => key,
            _ => continue,
        };
        let known = all.iter().position(|one| one.key == key);
        let mut one = known.map_or_else(|| Paged::new(key), |at| all.remove(at));
        match &request.sent {
            Sent::PagerDutyNote { .. } => one.notes.push(Note {
                at: times::moment(reader.language, request.at, reader.now),
                text: string(&request.body, "content").to_owned(),
            }),
            _ => one.follow(request, reader),
        }
        all.push(one);
    }
    all.reverse();
    all
}

impl Paged {
    fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            open: false,
            taken: false,
            status: "",
            severity: String::new(),
            summary: String::new(),
            about: Vec::new(),
            details: Vec::new(),
            links: Vec::new(),
            images: Vec::new(),
            notes: Vec::new(),
            log: Vec::new(),
        }
    }

    fn follow(&mut self, request: &Received, reader: Reader) {
        let action = string(&request.body, "event_action");
        let status = match action {
            "acknowledge" => words::PD_ACKNOWLEDGED,
            "resolve" => words::PD_RESOLVED,
            _ => words::PD_TRIGGERED,
        };
        self.status = status.of(reader.language);
        (self.open, self.taken) = (action != "resolve", action == "acknowledge");
        if let Some(payload) = request.body.get("payload").filter(|payload| payload.is_object()) {
            self.payload(payload, &request.body);
        }
        let at = times::moment(reader.language, request.at, reader.now);
        self.log.push(Event { at, action: action.to_owned() });
    }

    fn payload(&mut self, payload: &Value, body: &Value) {
        let text = |key: &str| string(payload, key).to_owned();
        (self.severity, self.summary) = (text("severity"), text("summary"));
        let about = ["source", "component", "group", "class"]
            .map(|key| Detail { name: key.to_owned(), text: text(key) });
        self.about = about.into_iter().filter(|detail| !detail.text.is_empty()).collect();
        let details = payload.get("custom_details").and_then(Value::as_object).into_iter().flatten();
        self.details =
            details.map(|(name, value)| Detail { name: name.clone(), text: shown(value) }).collect();
        let link = |link: &Value| {
            Some(Link { href: links::safe(string(link, "href"))?, text: string(link, "text").to_owned() })
        };
        self.links = array(body, "links").filter_map(link).collect();
        self.images = array(body, "images").map(|image| string(image, "alt").to_owned()).collect();
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
