//! The form that asks for a look at a time (messages/README 18-form): what it shows, what comes back, what is wrong with it.
//!
//! Knows Slack's modals (FACTS D). Must not know whether a payload is genuine, nor what is looked at.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Value, json};

use super::super::words::form as words;
use super::super::words::{self as all};
use super::blocks::plain;
use super::modal::{Filled, FormFault};
use super::offer::Under;
use crate::evidence::Window;
use crate::language::{Language, Word};

mod answers;
mod days;
mod said;

pub use answers::Answers;
pub use days::{all_findings, days_of, slack_findings_form, slack_insight_form};
pub use said::{form_needs_a_bot, form_no_way, form_not_kept, slack_form_taken};

/// What a form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A look at a time.
    Moment,
    /// The answer to a question about metrics over days.
    Insight,
    /// What security services have found that is open.
    Findings,
}

impl Kind {
    /// The name of the form and of the shortcut that opens it.
    fn name(self) -> &'static str {
        match self {
            Self::Moment => "analyse",
            Self::Insight => "insight",
            Self::Findings => "findings",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Moment, Self::Insight, Self::Findings].into_iter().find(|kind| kind.name() == name)
    }
}
/// Slack's bound on what a select offers.
const OPTIONS: usize = 100;
/// Slack's bound on an option's text and, once, on its value.
const OPTION: usize = 75;
/// Services that one question may be about: their sources share the caps of one.
const MOST_SERVICES: usize = 5;
/// Characters of what was seen.
const SEEN: usize = 1_000;
/// How long a time may be: longer windows drown the moment in lines, and one of a day would be compared with itself.
const MOST: TimeDelta = TimeDelta::hours(12);
/// How far back; what Slack sends beyond is a mistake.
const OLDEST: TimeDelta = TimeDelta::days(366);
/// What the form begins with.
const RECENT: TimeDelta = TimeDelta::minutes(30);
/// How long after an alarm it ends, at first: what the alarm tells of goes on.
const AFTER: TimeDelta = TimeDelta::minutes(10);

/// What the form is filled with.
#[derive(Debug, Clone)]
pub struct Form<'a> {
    /// What it speaks.
    pub language: Language,
    /// When it is opened.
    pub now: DateTime<Utc>,
    /// What can be chosen, the likeliest first.
    pub services: &'a [String],
    /// Rounds of calls that an analysis may have; 0 without a model.
    pub steps: u32,
    /// The channel where it is opened; without one it asks where the answer goes.
    pub channel: Option<&'a str>,
    /// The message that it is about, in that channel: the answer stands in its thread.
    pub under: Option<&'a Under>,
}

/// The view of `views.open`.
pub fn slack_form(form: &Form<'_>) -> Value {
    let Form { language, now, steps, channel, .. } = *form;
    let label = |word: Word, most| plain(word.of(language), most);
    let whole = |at: DateTime<Utc>| at.duration_trunc(TimeDelta::minutes(1)).unwrap_or(at);
    let alarm = form.under.and_then(Under::at).map(whole).filter(|at| *at < now);
    let until = alarm.map_or(whole(now), |at| (at + AFTER).min(whole(now).max(at)));
    let since = alarm.unwrap_or(until) - RECENT;
    let time = |at: DateTime<Utc>| json!({ "type": "datetimepicker", "action_id": "v", "initial_date_time": at.timestamp() });
    let input = |id: &str, word: Word, element: Value| json!({ "type": "input", "block_id": id, "label": label(word, 200), "element": element, "optional": false });
    let mut seen = json!({
        "type": "plain_text_input", "action_id": "v", "multiline": true, "max_length": SEEN,
        "placeholder": label(words::FOR_EXAMPLE, 150),
    });
    let said = form.under.map(|under| under.said.chars().take(SEEN).collect::<String>()).unwrap_or_default();
    if !said.is_empty() {
        seen["initial_value"] = json!(said);
    }
    let mut to = input("to", words::TO, time(until));
    to["hint"] = label(words::OWN_ZONE, 200);
    let mut blocks = vec![input("from", words::FROM, time(since)), to, input("seen", words::SEEN, seen)];
    blocks.extend(services(form).map(|select| {
        let mut block = input("service", words::SERVICE, select);
        block["optional"] = json!(true);
        block
    }));
    if channel.is_none() {
        blocks.push(input("channel", words::WHERE, channels()));
    }
    let place = match (form.under, channel) {
        (Some(_), _) => words::Place::Under,
        (None, Some(_)) => words::Place::Here,
        (None, None) => words::Place::There,
    };
    let foot = words::foot(language, steps, place);
    let thread = form.under.map(|under| format!(":{}", under.thread)).unwrap_or_default();
    let kept = format!("{}{thread}", channel.unwrap_or_default());
    blocks.push(json!({ "type": "context", "elements": [plain(&foot, 300)] }));
    json!({
        "type": "modal", "callback_id": Kind::Moment.name(), "title": label(words::TITLE, 24), "submit": label(words::START, 24),
        "close": label(all::CANCEL, 24), "private_metadata": kept, "blocks": blocks,
    })
}

fn channels() -> Value {
    json!({
        "type": "conversations_select", "action_id": "v", "default_to_current_conversation": true,
        "filter": { "include": ["public", "private"], "exclude_bot_users": true },
    })
}

/// None where there is nothing to choose, which Slack would refuse.
fn services(form: &Form<'_>) -> Option<Value> {
    let fits =
        |name: &&String| (1..=OPTION).contains(&name.chars().map(super::super::text::escaped).sum::<usize>());
    let option = |name: &String| json!({ "text": plain(name, OPTION), "value": name });
    let options: Vec<Value> = form.services.iter().filter(fits).take(OPTIONS).map(option).collect();
    let placeholder = plain(words::NOT_SAID.of(form.language), 150);
    (!options.is_empty()).then(|| {
        json!({
            "type": "multi_static_select", "action_id": "v", "placeholder": placeholder, "options": options,
            "max_selected_items": MOST_SERVICES,
        })
    })
}

/// A form as it was filled in, nothing of it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What it asks for.
    pub kind: Kind,
    /// Slack's name of the form; each that is opened has its own.
    pub view: String,
    /// Who filled it in: `aya in Slack`.
    pub actor: String,
    /// Slack's id of them.
    pub user: String,
    channel: String,
    thread: Option<String>,
    from: Option<i64>,
    to: Option<i64>,
    days: String,
    seen: String,
    services: Vec<String>,
}

/// What a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What for.
    pub kind: Kind,
    /// The time.
    pub time: Window,
    /// What was seen.
    pub seen: String,
    /// The services that it is about, each once, at most five.
    pub services: Vec<String>,
    /// The id of the channel where the answer goes.
    pub channel: String,
    /// The id of the message in whose thread it stands; none where it is a message by itself.
    pub thread: Option<String>,
}

impl Submission {
    pub(super) fn of(kind: Kind, filled: Filled) -> Self {
        let time = |block| filled.value(block, "/selected_date_time").and_then(Value::as_i64);
        let chosen = filled.text("channel", "/selected_conversation");
        let (here, thread) = filled.kept.split_once(':').unwrap_or((&filled.kept, ""));
        let thread = (chosen.is_none() && is_ts(thread)).then(|| thread.to_owned());
        Self {
            kind,
            days: filled.text("days", "/selected_option/value").unwrap_or_default(),
            channel: chosen.unwrap_or_else(|| here.to_owned()),
            thread,
            from: time("from"),
            to: time("to"),
            seen: filled.text("seen", "/value").unwrap_or_default(),
            services: filled.chosen("service"),
            view: filled.view,
            actor: filled.actor,
            user: filled.user,
        }
    }

    fn seen(&self) -> String {
        self.seen.replace('\0', "\u{fffd}").trim().chars().take(SEEN).collect()
    }

    /// What it asks for; else what is wrong with it, block by block.
    ///
    /// # Errors
    /// Those.
    pub fn wanted(&self, language: Language, now: DateTime<Utc>) -> Result<Wanted, Vec<FormFault>> {
        if self.kind != Kind::Moment {
            return self.about_days(language, now);
        }
        let mut faults: Vec<FormFault> = Vec::new();
        let mut fault = |block, text: &str| faults.push((block, text.to_owned()));
        let time = |at: Option<i64>| at.and_then(|at| DateTime::from_timestamp(at, 0));
        let (from, to) = (time(self.from), time(self.to).map(|to| to.min(now)));
        match (from, to) {
            (None, _) => fault("from", words::NOT_A_TIME.of(language)),
            (_, None) => fault("to", words::NOT_A_TIME.of(language)),
            (Some(from), _) if from >= now => fault("from", words::FUTURE.of(language)),
            (Some(from), _) if from < now - OLDEST => fault("from", words::TOO_OLD.of(language)),
            (Some(from), Some(to)) if to <= from => fault("to", words::END_FIRST.of(language)),
            (Some(from), Some(to)) if to - from > MOST => fault("from", &words::too_long(language, MOST)),
            _ => {}
        }
        let seen = self.seen();
        if seen.is_empty() {
            fault("seen", words::SAY_WHAT.of(language));
        }
        if !is_channel(&self.channel) {
            // The block of the channel stands there only where the form did not know it.
            fault("channel", words::NO_CHANNEL.of(language));
        }
        match (from, to) {
            (Some(start), Some(end)) if faults.is_empty() => Ok(Wanted {
                kind: self.kind,
                time: Window { start, end },
                seen,
                services: services_of(&self.services),
                channel: self.channel.clone(),
                thread: self.thread.clone(),
            }),
            _ => Err(faults),
        }
    }
}

/// Each once, as many as one question may be about; what no service is called is left out.
pub fn services_of(names: &[String]) -> Vec<String> {
    let mut services: Vec<String> = Vec::new();
    for name in names {
        let name = name.trim().replace('\0', "\u{fffd}");
        let fits = !name.is_empty() && name.len() < 300 && services.len() < MOST_SERVICES;
        if fits && !services.contains(&name) {
            services.push(name);
        }
    }
    services
}

/// Whether this is the id of a channel, or of a conversation with somebody.
pub(super) fn is_channel(id: &str) -> bool {
    let rest = id.strip_prefix(['C', 'G', 'D']).unwrap_or_default();
    (2..=30).contains(&rest.len())
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether this is the id of a message.
pub(super) fn is_ts(id: &str) -> bool {
    let digits =
        |part: &str| (1..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    id.split_once('.').is_some_and(|(seconds, number)| digits(seconds) && digits(number))
}

#[cfg(test)]
mod tests;
