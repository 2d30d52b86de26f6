//! People's own wording of messages: templates that take the place of what firstlook says by itself.
//!
//! Knows which templates there are, where each one's text goes, and that the limits of vendors hold afterwards. Must not
//! know where files lie, nor how a message is sent. Values reach a template redacted, and leave it as text: no template
//! can make a mention, a link or markup of what others wrote.

mod engine;
mod helpers;
mod many;
mod places;
mod rehearsal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::view::Incident;
use super::webhook::webhook_body;
use super::zone::Zone;
use engine::{Engine, Shape};

pub use engine::Fault;
pub use places::Place;
pub use rehearsal::sample;

/// What is told when.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    /// The incident.
    pub view: &'a Incident,
    /// What changed: `trigger`, `resolve`, …, or `level`.
    pub kind: &'a str,
    /// The name of this piece of news, by which a repeat is known.
    pub event_id: &'a str,
}

/// A person's templates, read.
#[derive(Debug, Default)]
pub struct Templates {
    places: BTreeMap<Place, Engine>,
    bodies: BTreeMap<String, Engine>,
    zone: Option<Zone>,
}

impl Templates {
    /// Reads `files`, names without `.hbs` and texts. `bodies`: the names that webhooks have for their own. `zone`: how
    /// times are written.
    ///
    /// # Errors
    /// Every fault: one per file at most, and one for each name without a file.
    pub fn new(files: &[(String, String)], bodies: &[&str], zone: &Zone) -> Result<Self, Vec<Fault>> {
        let mut templates = Self { zone: Some(*zone), ..Self::default() };
        let mut faults = Vec::new();
        for (name, source) in files {
            let file = format!("{name}.hbs");
            let place = Place::parse(name);
            let shape = match place {
                Some(place) => place.shape(),
                None if bodies.contains(&name.as_str()) => Shape::Json,
                None => {
                    faults.push(unknown(&file));
                    continue;
                }
            };
            match (Engine::new(&file, source, shape, zone), place) {
                (Err(fault), _) => faults.push(fault),
                (Ok(engine), Some(place)) => drop(templates.places.insert(place, engine)),
                (Ok(engine), None) => drop(templates.bodies.insert(name.clone(), engine)),
            }
        }
        for name in bodies {
            let there = files.iter().any(|(file, _)| file == name);
            if let Some(fault) = misnamed(name, there) {
                faults.push(fault);
            }
        }
        if faults.is_empty() { Ok(templates) } else { Err(faults) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len() + self.bodies.len()
    }

    /// Whether firstlook says everything by itself.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The body of a webhook whose template is called `name`: JSON, as it is to be sent.
    ///
    /// # Errors
    /// When it cannot be rendered for this incident, or is no JSON.
    pub fn body(&self, name: &str, news: News<'_>) -> Result<String, Fault> {
        let Some(engine) = self.bodies.get(name) else { return Err(unwritten(name)) };
        let body = self.context(news, None);
        let default = body.clone();
        let body = engine.render(&with(body, default))?;
        match serde_json::from_str::<Value>(&body) {
            Ok(_) => Ok(body.trim().to_owned()),
            Err(error) => Err(engine.fault(
                1,
                format!("renders no JSON: {error}, counted in what it renders"),
                "`\"{{…}}\"` within quotes is text, `{{json …}}` without quotes a whole value",
            )),
        }
    }

    /// What a template of this place says; `None` where a person has none. `default`: what firstlook would say.
    fn rendered(&self, place: Place, news: News<'_>, default: Value) -> Option<Result<String, Fault>> {
        self.places
            .contains_key(&place)
            .then(|| self.context(news, Some(default)))
            .and_then(|of| self.said(place, &of))
    }

    /// The same of what it sees.
    fn said(&self, place: Place, context: &Value) -> Option<Result<String, Fault>> {
        let engine = self.places.get(&place)?;
        let said = engine.render(context).and_then(|words| {
            let empty = words.trim().is_empty() && !place.may_be_empty();
            let remedy = "have it print something, as `{{default}}`, or take the file away";
            if empty { Err(engine.fault(1, "renders nothing", remedy)) } else { Ok(words) }
        });
        Some(said)
    }

    /// What templates see: the body of a webhook, its language, and `default`.
    fn context(&self, news: News<'_>, default: Option<Value>) -> Value {
        let utc = Zone::utc();
        let zone = self.zone.as_ref().unwrap_or(&utc);
        // A view is always JSON; were it not, strict templates say what they miss.
        let mut context = webhook_body(news.view, zone, news.kind, news.event_id).unwrap_or_default();
        if let Some(fields) = context.as_object_mut() {
            fields.insert("language".to_owned(), json!(news.view.language.as_str()));
        }
        match default {
            Some(default) => with(context, default),
            None => context,
        }
    }
}

fn with(mut context: Value, default: Value) -> Value {
    if let Some(fields) = context.as_object_mut() {
        fields.insert("default".to_owned(), default);
    }
    context
}

fn fault(file: &str, what: String, remedy: String) -> Fault {
    Fault { file: file.to_owned(), line: 1, what, remedy }
}

fn unknown(file: &str) -> Fault {
    let known: Vec<_> = Place::ALL.iter().map(|place| place.as_str()).collect();
    let remedy =
        format!("call it one of {}, or name it as `template` of a `webhook_configs`", known.join(", "));
    fault(file, "no message is made from a template of this name".to_owned(), remedy)
}

fn unwritten(name: &str) -> Fault {
    let remedy = "write it, or take `template` out of `webhook_configs`".to_owned();
    fault(
        &format!("{name}.hbs"),
        "is named as `template` of a webhook, and there is no such file".to_owned(),
        remedy,
    )
}

/// What is wrong with the name that a webhook has for its template.
fn misnamed(name: &str, there: bool) -> Option<Fault> {
    if Place::parse(name).is_some() {
        let what = format!("{name} is the template of another message");
        return Some(fault(&format!("{name}.hbs"), what, "give the webhook's another name".to_owned()));
    }
    (!there).then(|| unwritten(name))
}
