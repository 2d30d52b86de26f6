//! Templates tried out: over every sample in every language, and one at a time for people to look at.
//!
//! Knows the samples and how the messages of each place are made. Must not know which incident is looked at.

use serde_json::{Value, json};

use super::super::samples;
use super::super::view::Incident;
use super::super::words::Again;
use super::super::{
    Buttons, Zone, acknowledged_line, again_line, analysis_markdown, incoming_digest, incoming_storm,
    pagerduty_storm, pagerduty_trigger, resolved_line, slack, slack_post,
};
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
        let (many, single): (Vec<Place>, Vec<Place>) =
            self.places.keys().copied().partition(|place| place.is_of_many());
        faults.extend(many.into_iter().filter_map(|place| self.of_many(place).err()));
        let mut names: Vec<&str> = single.iter().map(|place| place.as_str()).collect();
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
            Place::SlackThread => Ok(self.lines(view, &zone)?.pop().unwrap_or_default()),
            Place::SlackDigest | Place::SlackStorm | Place::PagerdutyStorm => self.of_many(place),
            Place::Report => match analysis_markdown(view, &zone) {
                Some(markdown) => self.report(&markdown, news),
                None => Ok(String::new()),
            },
        }
    }

    /// What is said in the thread of an incident that is told again, taken, and over.
    fn lines(&self, view: &Incident, zone: &Zone) -> Result<Vec<String>, Fault> {
        let again = Again::Repeated { now: view.started_at };
        let all = [
            (EdgeKind::Resolve, resolved_line(view, zone, "", "")),
            (EdgeKind::Acknowledge, acknowledged_line(view, "", "")),
            (EdgeKind::Retrigger, again_line(view, zone, "", "", again)),
        ];
        let said = |(kind, line): (EdgeKind, Value)| {
            let news = News { view, kind: kind.as_str(), event_id: EVENT };
            Ok(slack::line_text(&self.thread(&line, news)?))
        };
        all.into_iter().map(said).collect()
    }

    /// What a template says of digests or storms: tried on samples of all kinds, the first of which is what is given back.
    fn of_many(&self, place: Place) -> Result<String, Fault> {
        let zone = self.zone.unwrap_or_else(Zone::utc);
        let title = |body: &Value| slack::header_text(body.pointer("/blocks/0").unwrap_or(&Value::Null));
        let mut first = None;
        for storm in samples::storms() {
            let said = match place {
                Place::SlackStorm => title(&self.storm(&incoming_storm(&storm, &zone, None), &storm)?),
                Place::PagerdutyStorm => {
                    let event = self.storm_page(&pagerduty_storm(&storm, &zone, "", ""), &storm)?;
                    event.pointer("/payload/summary").and_then(Value::as_str).unwrap_or_default().to_owned()
                }
                _ => {
                    let (language, lines) = (storm.language, &storm.top);
                    let body = incoming_digest(language, lines, &storm.url, &zone, None);
                    title(&self.digest(&body, language, lines)?)
                }
            };
            first.get_or_insert(said);
        }
        Ok(first.unwrap_or_default())
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
