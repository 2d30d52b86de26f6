//! Templates tried out: over every sample in every language, and one at a time for people to look at.
//!
//! Knows the samples and how the messages of each place are made. Must not know which incident is looked at.

use serde_json::{Value, json};

use super::super::samples;
use super::super::view::Incident;
use super::super::{Buttons, Zone, analysis_markdown, pagerduty_trigger, slack, slack_post};
use super::{Fault, News, Place, Templates};
use crate::incident::{EdgeKind, Status};
use crate::language::Language;
use crate::summary::analysis::State;

/// What stands for an event's id where nothing is sent.
const EVENT: &str = "0199aa00-0000-7000-8000-000000000000/1";

/// The sample incident in `language`: with evidence, a summary, and an analysis.
pub fn sample(language: Language) -> Incident {
    Incident { language, ..samples::analysed(State::Ready) }
}

impl Templates {
    /// Renders every template for every sample incident, in every language. Returns the first fault of each file.
    pub fn rehearse(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = Vec::new();
        let mut names: Vec<&str> = self.places.keys().map(|place| place.as_str()).collect();
        names.extend(self.bodies.keys().map(String::as_str));
        for view in samples::all() {
            for language in Language::ALL {
                let view = Incident { language, ..view.clone() };
                names.retain(|name| match self.preview(name, &view) {
                    Ok(_) => true,
                    Err(fault) => {
                        faults.push(fault);
                        false
                    }
                });
            }
        }
        faults
    }

    /// What the template called `name` says of an incident, within the limits of where it goes; where a person has
    /// written none, what firstlook says by itself. Of a report there is nothing without an analysis.
    ///
    /// # Errors
    /// When it cannot be rendered, or there is no such template.
    pub fn preview(&self, name: &str, view: &Incident) -> Result<String, Fault> {
        let kind = if view.status == Status::Resolved { EdgeKind::Resolve } else { EdgeKind::Trigger };
        let news = News { view, kind: kind.as_str(), event_id: EVENT };
        let zone = self.zone.unwrap_or_else(Zone::utc);
        let Some(place) = Place::parse(name) else { return self.body(name, news) };
        match place {
            Place::SlackTitle => {
                let body = self.slack(&slack_post(view, &zone, "", Buttons::default()), news)?;
                Ok(slack::header_text(body.pointer("/blocks/0").unwrap_or(&Value::Null)))
            }
            Place::SlackNote => {
                Ok(note(&self.slack(&slack_post(view, &zone, "", Buttons::default()), news)?))
            }
            Place::PagerdutySummary | Place::PagerdutyDetails => {
                let event = self.pagerduty(&pagerduty_trigger(view, &zone, "", "", None), news)?;
                let payload = event.get("payload").cloned().unwrap_or_default();
                if place == Place::PagerdutySummary {
                    return Ok(payload.get("summary").and_then(Value::as_str).unwrap_or_default().to_owned());
                }
                let lines = payload.get("custom_details").and_then(Value::as_object).into_iter().flatten();
                let line = |(name, value): (&String, &Value)| {
                    format!("{name}: {}", value.as_str().unwrap_or_default())
                };
                Ok(lines.map(line).collect::<Vec<_>>().join("\n"))
            }
            Place::Report => match analysis_markdown(view, &zone) {
                Some(markdown) => self.report(&markdown, news),
                None => Ok(String::new()),
            },
        }
    }
}

/// The words of the note in a message.
fn note(body: &Value) -> String {
    let mut blocks = body.get("blocks").and_then(Value::as_array).into_iter().flatten();
    let note = blocks.find(|block| block.get("block_id") == Some(&json!("note")));
    let elements =
        note.and_then(|note| note.pointer("/elements/0/elements")?.as_array()).into_iter().flatten();
    elements.filter_map(|element| element.get("text")?.as_str()).collect()
}
