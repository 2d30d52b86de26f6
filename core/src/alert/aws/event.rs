//! EventBridge's envelope, as a rule sends it to a topic.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Place;
use super::pick::{list, text, word};
use super::time::time;

/// One event.
#[derive(Debug)]
pub struct Event<'a> {
    /// Its name: the same where it comes again.
    pub id: String,
    /// Its `detail-type`.
    pub kind: String,
    /// Its `detail`: what the service says.
    pub detail: &'a Value,
    /// Whose and where it is.
    pub(super) place: Place,
    /// When it happened.
    pub at: Option<DateTime<Utc>>,
    /// What it is about, as far as the envelope says.
    pub resource: String,
}

impl<'a> Event<'a> {
    /// The event that a message is, if it is one.
    pub fn read(json: &'a Value) -> Option<Self> {
        let kind = word(json, "/detail-type")?;
        let detail = json.get("detail").filter(|detail| detail.is_object())?;
        let place = Place::new(&word(json, "/source")?, &text(json, "/account"), &text(json, "/region"));
        let resource = list(json, "/resources").first().and_then(Value::as_str).unwrap_or_default();
        let id = word(json, "/id").unwrap_or_default();
        Some(Self { id, kind, detail, place, at: time(&text(json, "/time")), resource: resource.to_owned() })
    }
}
