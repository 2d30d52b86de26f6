//! Templates of messages about many incidents: digests and storms.
//!
//! Knows what such a template sees. Must not know how a template is rendered.

use serde_json::{Value, json};

use super::super::DigestLine;
use super::super::pagerduty;
use super::super::slack;
use super::super::storm::Storm;
use super::engine::Fault;
use super::{Place, Templates, with};
use crate::incident::Status;
use crate::language::Language;

impl Templates {
    /// A digest with its title as a person words it.
    ///
    /// # Errors
    /// When the template cannot be rendered for it: then `body` is what there is to send.
    pub fn digest(&self, body: &Value, language: Language, lines: &[DigestLine]) -> Result<Value, Fault> {
        let of = |ended: bool| -> Vec<Value> {
            lines.iter().filter(|line| (line.status == Status::Resolved) == ended).map(line).collect()
        };
        let digest = json!({ "open": of(false), "ended": of(true) });
        let context = json!({ "language": language.as_str(), "kind": "digest", "digest": digest });
        self.titled(Place::SlackDigest, body, context)
    }

    /// A storm's message in Slack with its title as a person words it.
    ///
    /// # Errors
    /// As [`Templates::digest`].
    pub fn storm(&self, body: &Value, storm: &Storm) -> Result<Value, Fault> {
        self.titled(Place::SlackStorm, body, seen(storm))
    }

    /// A storm's page with its summary as a person words it.
    ///
    /// # Errors
    /// As [`Templates::digest`].
    pub fn storm_page(&self, event: &Value, storm: &Storm) -> Result<Value, Fault> {
        let mut event = event.clone();
        if let Some(summary) = event.pointer_mut("/payload/summary")
            && let Some(words) = self.said(Place::PagerdutyStorm, &with(seen(storm), summary.clone()))
        {
            *summary = json!(pagerduty::summary_of(&words?));
        }
        Ok(event)
    }

    fn titled(&self, place: Place, body: &Value, context: Value) -> Result<Value, Fault> {
        let mut body = body.clone();
        if let Some(header) = body.pointer_mut("/blocks/0")
            && let Some(words) = self.said(place, &with(context, json!(slack::header_text(header))))
        {
            *header = slack::header_block(&words?);
        }
        Ok(body)
    }
}

fn line(line: &DigestLine) -> Value {
    json!({
        "number": line.number,
        "title": line.title,
        "status": line.status.as_str(),
        "severity": line.severity.as_str(),
        "owner": line.owner,
        "started_at": line.started_at,
        "resolved_at": line.resolved_at,
        "url": line.url,
    })
}

/// What a template sees of a storm.
fn seen(storm: &Storm) -> Value {
    let figures = &storm.figures;
    let shared = storm.shared.as_ref().map(|one| json!({ "label": one.label, "count": one.count }));
    let storm_seen = json!({
        "number": storm.number,
        "incidents": figures.all(),
        "critical": figures.critical,
        "warning": figures.warning,
        "info": figures.info,
        "services": figures.services,
        "open": figures.open,
        "acknowledged": figures.acknowledged,
        "singly": figures.singly,
        "left": figures.left,
        "ended": figures.ended,
        "started_at": storm.since,
        "ended_at": storm.ended_at,
        "shared": shared,
        "worst": storm.top.iter().map(line).collect::<Vec<_>>(),
        "url": storm.url,
    });
    json!({ "language": storm.language.as_str(), "kind": "storm", "storm": storm_seen })
}
