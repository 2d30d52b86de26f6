//! What a person saw and wants looked at: an alert of firstlook's own, about the time that they name.
//!
//! It is a group by itself and pages nobody: whoever asked has it, and the answer goes where they asked.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::evidence::{About, Window};
use firstlook_core::incident::Note;
use serde_json::json;

use super::{Answer, Ingest, own};
use crate::sources::alertmanager;
use crate::store::{Asking, Route, StoreError};

/// The source of what people ask for.
pub const SOURCE: &str = "firstlook/people";
/// A day after it was asked for it is over, whoever forgot to say so.
pub(super) const QUIET: TimeDelta = TimeDelta::hours(24);

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// A name that no other one has: what comes twice under it is taken once.
    pub id: String,
    /// Who asks: `aya in Slack`.
    pub actor: String,
    /// What was seen, in their words.
    pub seen: String,
    /// The services that it is about, where they know.
    pub services: Vec<String>,
    /// When it was seen.
    pub time: Window,
    /// Where the answer goes; nowhere but to the page without it.
    pub route: Option<Route>,
    /// What for.
    pub about: About,
}

impl Ingest {
    /// Keeps what a person asks for, and everything that follows from it. Returning means committed.
    ///
    /// # Errors
    /// When the database does not take it; then nothing was promised.
    pub async fn look_at(&self, look: Look, now: DateTime<Utc>) -> Result<Answer, StoreError> {
        let Look { id, actor, seen, services, time, route, about } = look;
        let severity = self.desk.rules.severity.label.as_str();
        let name = match about {
            About::Moment => "Asked",
            About::Insight => "Insight",
            About::Findings => "Findings",
        };
        let mut labels = json!({"alertname": name, severity: "info"});
        // One service is the incident's own; several are only told, and the store has them one by one.
        let name = if services.len() == 1 { "service" } else { "services" };
        if let Some(labels) = labels.as_object_mut().filter(|_| !services.is_empty()) {
            labels.insert(name.to_owned(), json!(services.join(", ")));
        }
        let at = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
        let (start, end) = (at(time.start), at(time.end));
        let description = match about {
            About::Moment => format!("{actor} asks what happened between {start} and {end}: {seen}"),
            About::Insight => format!("{actor} asks about the metrics of {start} to {end}: {seen}"),
            About::Findings => format!("{actor} asks for the security findings of {start} to {end}: {seen}"),
        };
        let alert = json!({
            "status": "firing", "fingerprint": id, "labels": labels, "startsAt": time.start,
            "annotations": {"summary": seen, "description": description},
        });
        let body = json!({"version": "4", "status": "firing", "alerts": [alert]}).to_string().into_bytes();
        let parsed = alertmanager::parse(&body, SOURCE, now);
        let mut arrival = own(SOURCE, body, Some(Note::found("a person asked for it")), now);
        arrival.once = Some(id);
        self.take(arrival, parsed, Some(Asking { actor, time, services, route, about })).await
    }
}
