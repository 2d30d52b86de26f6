//! Forms of deeds that need more than a press: for how long alerts are silenced, and how an incident ended.
//!
//! Knows Slack's modals (FACTS D). Must not know whether a payload is genuine, nor what a deed does.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::view::Incident;
use super::super::{facts, figures, words};
use super::blocks::{context, plain, short};
use super::modal::{Filled, FormFault};
use crate::incident::Deed;
use crate::language::{Language, Word};
use crate::route::silence::{LONGEST, MOST_COMMENT};

/// The names of the forms.
pub(super) const SILENCE: &str = "silence";
/// The other one.
pub(super) const RESOLVE: &str = "resolve";
/// For how long, in minutes, as the form offers it.
const LENGTHS: [i64; 8] = [30, 60, 120, 240, 480, 1_440, 4_320, 10_080];
/// What it begins with: an hour has a button of its own.
const LIKELY: usize = 3;
/// Characters of how it ended.
const MOST_SAID: usize = 2_000;
/// Slack's bound on an option's text.
const OPTION: usize = 75;

fn label(language: Language, word: Word, most: usize) -> Value {
    plain(word.of(language), most)
}

fn input(id: &str, name: Value, element: Value, optional: bool) -> Value {
    json!({ "type": "input", "block_id": id, "label": name, "element": element, "optional": optional })
}

fn form(view: &Incident, name: &str, (title, yes): (Word, Word), mut blocks: Vec<Value>) -> Value {
    let language = view.language;
    let severity = words::severity(language, view.severity);
    let about = format!("#{} · {severity} · {}", view.number, short(view.title.as_str(), 200));
    blocks.splice(0..0, context(&about));
    json!({
        "type": "modal", "callback_id": name, "title": label(language, title, 24), "submit": label(language, yes, 24),
        "close": label(language, words::CANCEL, 24), "private_metadata": view.number.to_string(), "blocks": blocks,
    })
}

fn text_field(most: usize) -> Value {
    json!({ "type": "plain_text_input", "action_id": "v", "multiline": true, "max_length": most })
}

/// Asks for how long the alerts that an incident has now are silenced, and why.
pub fn slack_silence_form(view: &Incident) -> Value {
    let language = view.language;
    let option = |minutes: i64| {
        let text = figures::duration(language, TimeDelta::minutes(minutes));
        json!({ "text": plain(&text, OPTION), "value": minutes.to_string() })
    };
    let options = LENGTHS.map(option);
    let initial = options.get(LIKELY).cloned();
    let length =
        json!({ "type": "static_select", "action_id": "v", "options": options, "initial_option": initial });
    let until = json!({ "type": "datetimepicker", "action_id": "v" });
    let mut until = input("until", label(language, words::OR_UNTIL, 200), until, true);
    until["hint"] = label(language, words::UNTIL_WINS, 200);
    let why = input("why", label(language, words::WHY_SILENCED, 200), text_field(MOST_COMMENT), true);
    let mut blocks = vec![input("for", label(language, words::FOR_HOW_LONG, 200), length, false), until, why];
    blocks.extend(context(words::SILENCE_MEANS.of(language)));
    form(view, SILENCE, (words::SILENCE_FORM, words::SILENCE_NOW), blocks)
}

/// Asks how an incident ended, before it is resolved.
pub fn slack_resolve_form(view: &Incident) -> Value {
    let language = view.language;
    let mut blocks: Vec<Value> =
        context(&words::resolve_asks(language, facts::firing(view))).into_iter().collect();
    blocks.push(input("how", label(language, words::HOW_IT_ENDED, 200), text_field(MOST_SAID), true));
    form(view, RESOLVE, (words::RESOLVE, words::RESOLVE), blocks)
}

/// One of them as it was filled in, nothing of it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedSubmission {
    /// What it is for: to silence or to resolve.
    pub deed: Deed,
    /// Who filled it in: `aya in Slack`.
    pub actor: String,
    /// The incident that it is about, where it names one.
    pub incident: Option<i64>,
    length: Option<i64>,
    until: Option<i64>,
    text: String,
}

/// What it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeedWanted {
    /// The incident's number.
    pub incident: i64,
    /// Until when its alerts are silenced; none of what resolves.
    pub until: Option<DateTime<Utc>>,
    /// Why, or how it ended; may be empty.
    pub text: String,
}

impl DeedSubmission {
    pub(super) fn of(deed: Deed, filled: &Filled) -> Self {
        let chosen = filled.text("for", "/selected_option/value");
        let block = if deed == Deed::Silence { "why" } else { "how" };
        Self {
            deed,
            actor: filled.actor.clone(),
            incident: filled.number(),
            length: chosen.and_then(|value| value.parse().ok()).filter(|value| LENGTHS.contains(value)),
            until: filled.value("until", "/selected_date_time").and_then(Value::as_i64),
            text: filled.text(block, "/value").unwrap_or_default(),
        }
    }

    /// What it asks for; else what is wrong with it, block by block.
    ///
    /// # Errors
    /// Those.
    pub fn wanted(&self, language: Language, now: DateTime<Utc>) -> Result<DeedWanted, Vec<FormFault>> {
        let most = if self.deed == Deed::Silence { MOST_COMMENT } else { MOST_SAID };
        let text: String = self.text.replace('\0', "\u{fffd}").trim().chars().take(most).collect();
        let until = match (self.deed, self.until, self.length) {
            (Deed::Silence, Some(at), _) => match DateTime::from_timestamp(at, 0) {
                Some(at) if at <= now => Err(("until", words::OVER_ALREADY)),
                Some(at) if at <= now + LONGEST => Ok(Some(at)),
                _ => Err(("until", words::TOO_FAR)),
            },
            (Deed::Silence, None, Some(minutes)) => Ok(Some(now + TimeDelta::minutes(minutes))),
            (Deed::Silence, None, None) => Err(("for", words::SAY_HOW_LONG)),
            _ => Ok(None),
        };
        let named = self.incident.ok_or((self.block(), words::NO_INCIDENT_NAMED));
        match (until, named) {
            (Ok(until), Ok(incident)) => Ok(DeedWanted { incident, until, text }),
            (Err((block, word)), _) | (_, Err((block, word))) => {
                Err(vec![(block, word.of(language).to_owned())])
            }
        }
    }

    /// Why nothing was done, at the block that is always there. `why`: in words.
    pub fn refused(&self, why: &str) -> Vec<FormFault> {
        vec![(self.block(), short(why, 500))]
    }

    fn block(&self) -> &'static str {
        if self.deed == Deed::Silence { "for" } else { "how" }
    }
}

#[cfg(test)]
mod tests;
