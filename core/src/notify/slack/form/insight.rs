//! The form that asks a question about metrics over days.
//!
//! Knows its blocks and what comes of them. Must not know how it is answered.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::super::words as all;
use super::super::super::words::form as words;
use super::super::blocks::plain;
use super::super::modal::FormFault;
use super::{Form, Kind, SEEN, Submission, Wanted, channels, is_channel, services, services_of};
use crate::evidence::days::{Days, MOST_DAYS};
use crate::language::{Language, Word};

/// What the form begins with: a week has each day of the week.
const USUAL_DAYS: u32 = 7;

/// The view of `views.open` that asks for a question; a message that it is about has no part in it.
pub fn slack_insight_form(form: &Form<'_>) -> Value {
    let Form { language, steps, channel, .. } = *form;
    let label = |word: Word, most| plain(word.of(language), most);
    let input = |id: &str, word: Word, element: Value| json!({ "type": "input", "block_id": id, "label": label(word, 200), "element": element, "optional": false });
    let question = json!({
        "type": "plain_text_input", "action_id": "v", "multiline": true, "max_length": SEEN,
        "placeholder": label(words::QUESTION_FOR_EXAMPLE, 150),
    });
    let option =
        |days: u32| json!({ "text": plain(&words::days(language, days), 75), "value": days.to_string() });
    let days = json!({
        "type": "static_select", "action_id": "v", "options": (1..=MOST_DAYS).map(option).collect::<Vec<_>>(),
        "initial_option": option(USUAL_DAYS),
    });
    let mut blocks = vec![input("seen", words::QUESTION, question), input("days", words::DAYS, days)];
    blocks.extend(services(form).map(|select| {
        let mut block = input("service", words::SERVICE, select);
        block["optional"] = json!(true);
        block
    }));
    let place = if channel.is_some() { words::Place::Here } else { words::Place::There };
    if channel.is_none() {
        blocks.push(input("channel", words::WHERE, channels()));
    }
    blocks.push(json!({ "type": "context", "elements": [plain(&words::foot(language, steps, place), 300)] }));
    json!({
        "type": "modal", "callback_id": Kind::Insight.name(), "title": label(words::ASK, 24),
        "submit": label(words::START, 24), "close": label(all::CANCEL, 24),
        "private_metadata": channel.unwrap_or_default(), "blocks": blocks,
    })
}

/// How many days, where they are as many as can be asked about.
pub fn days_of(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
}

impl Submission {
    /// The question that it asks; else what is wrong with it, block by block.
    pub(super) fn question(&self, language: Language, now: DateTime<Utc>) -> Result<Wanted, Vec<FormFault>> {
        let mut faults: Vec<FormFault> = Vec::new();
        let seen = self.seen();
        if seen.is_empty() {
            faults.push(("seen", words::ASK_WHAT.of(language).to_owned()));
        }
        if !is_channel(&self.channel) {
            faults.push(("channel", words::NO_CHANNEL.of(language).to_owned()));
        }
        let days = days_of(&self.days);
        if days.is_none() {
            faults.push(("days", words::not_so_many(language, MOST_DAYS)));
        }
        match days {
            Some(days) if faults.is_empty() => Ok(Wanted {
                kind: Kind::Insight,
                time: Days::back(days, now).window,
                seen,
                services: services_of(&self.services),
                channel: self.channel.clone(),
                thread: None,
            }),
            _ => Err(faults),
        }
    }
}
