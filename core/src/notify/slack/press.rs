//! What Slack tells of a press and of the command (FACTS D), and what is said to the one who asked.
//!
//! Knows Slack's payloads. Must not know whether they are genuine, nor what a deed does.

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::lock::COLUMNS;
use super::super::text::{bare, columns, cut, escape, one_line};
use super::super::view::Incident;
use super::super::words;
use super::blocks::{Line, list, rich, short};
use super::buttons::{actions, button};
use super::declared::slack_declared_before;
use super::form::Kind;
use super::menu::{Choice, MORE};
use super::storm::ACKNOWLEDGE_STORM;
use super::{Buttons, Kept, living};
use crate::incident::{Deed, Status};
use crate::language::{Language, Word};
use crate::notify::Zone;

/// Columns that a person's name may have.
const NAME: usize = 40;
/// Incidents that `open` lists.
const LISTED: usize = 20;

/// One button, pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// What it is for; `None` for a button that only closes its own message.
    pub deed: Option<Deed>,
    /// What was chosen from the menu, in place of a deed.
    pub choice: Option<Choice>,
    /// The number of the incident, or of the storm.
    pub incident: i64,
    /// Whether it is for all of a storm.
    pub storm: bool,
    /// Who pressed, in words for the timeline: `aya in Slack`.
    pub actor: String,
    /// The same by Slack's id.
    pub user: String,
    /// Where an answer to this person alone can be sent, for 30 minutes. Knowing it is enough to post there.
    pub response_url: String,
    /// By which a form may be opened, once, within three seconds.
    pub trigger: String,
    /// Whether the button stands in an answer that only this person sees.
    pub private: bool,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    user: User,
    #[serde(default)]
    actions: Vec<Pressed>,
    #[serde(default)]
    response_url: String,
    #[serde(default)]
    trigger_id: String,
    #[serde(default)]
    container: Container,
}

#[derive(Default, Deserialize)]
struct User {
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    username: String,
}

#[derive(Deserialize)]
struct Pressed {
    #[serde(default)]
    action_id: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    selected_option: Value,
}

#[derive(Default, Deserialize)]
struct Container {
    #[serde(default)]
    is_ephemeral: bool,
}

/// The button that closes a private answer.
const DISMISS: &str = "dismiss";

/// Reads the `payload` of an interaction. `Ok(None)` for what asks nothing of us: a link that was followed, a kind that we
/// never offer.
///
/// # Errors
/// When it is no payload.
pub fn press(payload: &str) -> Result<Option<Press>, String> {
    let payload: Payload = serde_json::from_str(payload).map_err(|error| error.to_string())?;
    let Some(pressed) = payload.actions.first().filter(|_| payload.kind == "block_actions") else {
        return Ok(None);
    };
    let storm = pressed.action_id == ACKNOWLEDGE_STORM;
    let deed = if storm { Some(Deed::Acknowledge) } else { Deed::parse(&pressed.action_id) };
    let chosen = pressed.selected_option.get("value").and_then(Value::as_str).unwrap_or_default();
    let chosen = Some(chosen).filter(|_| pressed.action_id == MORE).and_then(Choice::read);
    let choice = chosen.map(|(choice, _)| choice);
    if deed.is_none() && choice.is_none() && pressed.action_id != DISMISS {
        return Ok(None);
    }
    let number = chosen.map(|(_, number)| number).or_else(|| pressed.value.parse().ok());
    let Some(incident) = number else { return Ok(None) };
    let names = [&payload.user.name, &payload.user.username, &payload.user.id];
    let actor = in_slack(names.into_iter().find(|name| !name.is_empty()).map_or("", String::as_str));
    Ok(Some(Press {
        deed,
        choice,
        incident,
        storm,
        actor,
        user: payload.user.id,
        response_url: payload.response_url,
        trigger: payload.trigger_id,
        private: payload.container.is_ephemeral,
    }))
}

/// `aya in Slack`.
pub fn in_slack(name: &str) -> String {
    let name = cut(&one_line(name), NAME, columns);
    words::in_slack(if name.is_empty() { words::SOMEBODY.en } else { &name })
}

/// What `/firstlook` is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// What can be asked.
    Help,
    /// What is open now.
    Open,
    /// The message of an incident.
    Show(i64),
    /// Why people were told of it.
    Why(i64),
    /// A form.
    Form(Kind),
    /// Something is done to an incident; the words after it say how it ended, or for how long and why.
    Do(Deed, i64, String),
}

/// Reads the text after `/firstlook`; whatever is none of its forms asks for help.
pub fn command(text: &str) -> Command {
    let mut parts = text.split_whitespace();
    let verb = parts.next().unwrap_or_default().to_lowercase();
    let number: Option<i64> = parts.next().and_then(|number| number.trim_start_matches('#').parse().ok());
    let rest = parts.collect::<Vec<_>>().join(" ");
    let deed = match verb.as_str() {
        "open" => return Command::Open,
        "show" => return number.map_or(Command::Help, Command::Show),
        "why" => return number.map_or(Command::Help, Command::Why),
        "ack" | "acknowledge" => Deed::Acknowledge,
        "take" => Deed::TakeOver,
        "resolve" => Deed::Resolve,
        "silence" => Deed::Silence,
        "analyse" | "analyze" if number.is_none() => return Command::Form(Kind::Moment),
        "insight" => return Command::Form(Kind::Insight),
        "findings" => return Command::Form(Kind::Findings),
        "analyse" | "analyze" => Deed::Analyze,
        "declare" => Deed::Declare,
        _ => return Command::Help,
    };
    number.map_or(Command::Help, |number| Command::Do(deed, number, rest))
}

pub(super) fn private(text: &str, blocks: Vec<Value>) -> Value {
    json!({
        "response_type": "ephemeral", "replace_original": false, "text": escape(&bare(text)), "blocks": blocks,
    })
}

/// One sentence to the one who asked.
pub(super) fn slack_says(text: &str) -> Value {
    let line = Line::default().text(&short(text, 600)).section();
    private(&short(text, COLUMNS), rich("e", line.into_iter().collect()).into_iter().collect())
}

/// What is said of a deed that was done.
pub fn slack_done(language: Language, deed: Deed, number: i64) -> Value {
    slack_says(&match deed {
        Deed::Acknowledge | Deed::TakeOver => words::taken(language, number),
        Deed::Resolve => words::resolved(language, number),
        Deed::Silence => words::silenced_some(language, number),
        Deed::Analyze => words::analysis_begins(language, number),
        Deed::Declare => words::declaring(language, number),
        Deed::Right => words::KEPT.of(language).to_owned(),
        Deed::Wrong => words::WHAT_WAS_IT.of(language).to_owned(),
    })
}

/// Until when the alerts of an incident are silenced, and where that is ended. `home` has no slash at its end.
pub fn slack_silenced(view: &Incident, zone: &Zone, home: &str) -> Value {
    let language = view.language;
    let Some(until) = view.silenced_until else { return slack_done(language, Deed::Silence, view.number) };
    let alerts = view.alerts.len() + view.alerts_omitted.total();
    let text = words::silenced_alerts(language, &zone.time(until), alerts, view.number);
    let (ends, page) = words::SILENCE_ENDS;
    let line = Line::default().text(&text).text(ends.of(language));
    let line = line.link(&format!("{home}/silences"), page.of(language)).section();
    private(&text, rich("e", line.into_iter().collect()).into_iter().collect())
}

/// How many of a storm's incidents somebody has taken at once; none where there is no such storm.
pub fn slack_storm_taken(language: Language, number: i64, taken: Option<usize>) -> Value {
    slack_says(&match taken {
        Some(taken) => words::storm::taken(language, number, taken),
        None => words::storm::unknown(language, number),
    })
}

/// There is no incident of this number.
pub fn slack_unknown(language: Language, number: i64) -> Value {
    slack_says(&words::no_incident(language, number))
}

/// The incident names no cause that could be right or wrong.
pub fn slack_nothing_to_judge(language: Language) -> Value {
    slack_says(words::NOTHING_TO_JUDGE.of(language))
}

/// Nothing was done. `why`: in words, without a stop at the end.
pub fn slack_not_done(language: Language, why: &str) -> Value {
    slack_says(&words::not_done(language, why))
}

/// Takes the private message away in which the button stood.
pub fn slack_dismiss() -> Value {
    json!({ "delete_original": true })
}

/// What is said of a deed that changed nothing: who was first. Where somebody else has it, it can be taken over.
pub fn slack_already(view: &Incident, deed: Deed, actor: &str) -> Value {
    let language = view.language;
    let owner = view.owner.as_ref().map(|owner| short(owner.as_str(), 60));
    let actor = short(&words::actor(language, actor), 60);
    if deed == Deed::Declare && view.declared.is_some() {
        return slack_declared_before(view);
    }
    let text = match (deed, view.standing(), owner) {
        (Deed::Analyze, ..) => words::analysed_already(language, view.number),
        (_, Status::Resolved, _) => words::resolved_already(language, view.number),
        (Deed::Acknowledge, _, Some(owner)) if owner != actor => {
            let text = words::taken_already(language, &owner, view.number);
            let line = Line::default().bold(&text).text(words::NOT_ITS_OWNER.of(language)).section();
            let mut leave = button(Deed::TakeOver, words::LEAVE_IT, view);
            leave["action_id"] = json!(DISMISS);
            let row = actions("act", vec![button(Deed::TakeOver, words::TAKE_OVER, view), leave]);
            let blocks = rich("e", line.into_iter().collect()).into_iter().chain(row).collect();
            return private(&text, blocks);
        }
        _ => words::yours_already(language, view.number),
    };
    slack_says(&text)
}

/// The incident's message, for the one who asked.
pub fn slack_show(view: &Incident, zone: &Zone, buttons: Buttons) -> Value {
    private(&super::fallback(view, zone, super::Telling::Plain), living(view, zone, Kept::Once, buttons, ""))
}

/// What is open now, the newest first; `more` where there are others.
pub fn slack_open(language: Language, views: &[Incident], more: bool, home: &str) -> Value {
    let line = |view: &Incident| {
        let owner = view.owner.as_ref().map(|owner| short(owner.as_str(), 40));
        let state = words::state(language, view.standing(), view.severity, owner.as_deref());
        let title =
            format!("  {}  {}", words::severity(language, view.severity), short(view.title.as_str(), 120));
        Line::default().link(&view.url, &format!("#{}", view.number)).text(&title).text(&format!("  {state}"))
    };
    let entries = views.iter().take(LISTED).filter_map(|view| line(view).section()).collect();
    let said = if views.is_empty() { words::NOTHING_OPEN } else { words::OPEN_NOW };
    let said = said.of(language);
    let head = Line::default().bold(said).section();
    let more = more || views.len() > LISTED;
    let all = if more { words::MORE_INCIDENTS } else { words::ALL_INCIDENTS };
    let all = Line::default().link(home, all.of(language));
    let parts = head.into_iter().chain(list("bullet", entries)).chain(all.section()).collect();
    private(said, rich("open", parts).into_iter().collect())
}

/// What can be asked.
pub fn slack_help(language: Language, home: &str) -> Value {
    let entry = |(form, what): &(Word, Word)| {
        Line::default().code(form.of(language)).text("  ").text(what.of(language)).section()
    };
    let entries = list("bullet", words::COMMANDS.iter().filter_map(entry).collect());
    let head = Line::default().bold("/firstlook").section();
    let all = Line::default().link(home, words::ALL_INCIDENTS.of(language)).section();
    let parts = head.into_iter().chain(entries).chain(all).collect();
    private(words::HELP.of(language), rich("h", parts).into_iter().collect())
}

#[cfg(test)]
mod tests;
