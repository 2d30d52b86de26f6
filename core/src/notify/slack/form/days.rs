//! The forms that ask about days: a question about metrics, or what security services have found.
//!
//! Knows their blocks and what comes of them. Must not know how they are answered.

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
    let asked = [words::ASK, words::QUESTION, words::QUESTION_FOR_EXAMPLE];
    view(form, Kind::Insight, asked, services(form))
}

/// The view that asks for open findings; what matters in particular may be left out.
pub fn slack_findings_form(form: &Form<'_>) -> Value {
    let asked = [words::FINDINGS, words::IN_PARTICULAR, words::IN_PARTICULAR_FOR_EXAMPLE];
    view(form, Kind::Findings, asked, None)
}

fn view(form: &Form<'_>, kind: Kind, asked: [Word; 3], services: Option<Value>) -> Value {
    let Form { language, steps, channel, .. } = *form;
    let [title, question, example] = asked;
    let label = |word: Word, most| plain(word.of(language), most);
    let input = |id: &str, word: Word, element: Value, optional: bool| json!({ "type": "input", "block_id": id, "label": label(word, 200), "element": element, "optional": optional });
    let text = json!({
        "type": "plain_text_input", "action_id": "v", "multiline": true, "max_length": SEEN,
        "placeholder": label(example, 150),
    });
    let option =
        |days: u32| json!({ "text": plain(&words::days(language, days), 75), "value": days.to_string() });
    let days = json!({
        "type": "static_select", "action_id": "v", "options": (1..=MOST_DAYS).map(option).collect::<Vec<_>>(),
        "initial_option": option(USUAL_DAYS),
    });
    let mut blocks =
        vec![input("seen", question, text, kind == Kind::Findings), input("days", words::DAYS, days, false)];
    blocks.extend(services.map(|select| input("service", words::SERVICE, select, true)));
    let place = if channel.is_some() { words::Place::Here } else { words::Place::There };
    if channel.is_none() {
        blocks.push(input("channel", words::WHERE, channels(), false));
    }
    blocks.push(json!({ "type": "context", "elements": [plain(&words::foot(language, steps, place), 300)] }));
    json!({
        "type": "modal", "callback_id": kind.name(), "title": label(title, 24),
        "submit": label(words::START, 24), "close": label(all::CANCEL, 24),
        "private_metadata": channel.unwrap_or_default(), "blocks": blocks,
    })
}

/// How many days, where they are as many as can be asked about.
pub fn days_of(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days))
}

/// What is asked where nothing matters in particular.
pub fn all_findings(language: Language, days: u32) -> String {
    words::all_findings(language, days)
}

impl Submission {
    /// What is asked about days; else what is wrong with it, block by block.
    pub(super) fn about_days(
        &self,
        language: Language,
        now: DateTime<Utc>,
    ) -> Result<Wanted, Vec<FormFault>> {
        let mut faults: Vec<FormFault> = Vec::new();
        let days = days_of(&self.days);
        let mut seen = self.seen();
        match (self.kind, days) {
            (Kind::Findings, Some(days)) if seen.is_empty() => seen = words::all_findings(language, days),
            (Kind::Findings, _) => {}
            _ if seen.is_empty() => faults.push(("seen", words::ASK_WHAT.of(language).to_owned())),
            _ => {}
        }
        if !is_channel(&self.channel) {
            faults.push(("channel", words::NO_CHANNEL.of(language).to_owned()));
        }
        if days.is_none() {
            faults.push(("days", words::not_so_many(language, MOST_DAYS)));
        }
        match days {
            Some(days) if faults.is_empty() => Ok(Wanted {
                kind: self.kind,
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
