//! What is silenced now, what will be, what was: by whom, why, and of which incidents nobody was told because of it.
//!
//! Knows silences as they are stored. Must not know how they are made.

use firstlook_core::Language;
use serde::Serialize;
use serde_json::Value;

use super::times::{self, Local, When};
use super::{Current, Shell, words};
use crate::store::{SilenceState, Silenced};

/// What the page is made from.
#[derive(Debug, Clone, Default)]
pub struct SilencesView {
    /// In each state the newest first.
    pub silences: Vec<Silenced>,
    /// The names of the configured `time_intervals`.
    pub intervals: Vec<String>,
    /// The sources whose Alertmanagers can have silences as well.
    pub mirrors: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Page {
    groups: Vec<Group>,
    durations: Vec<Choice>,
    intervals: Vec<String>,
    mirrors: Vec<String>,
}

/// For how long.
#[derive(Serialize)]
pub(super) struct Choice {
    value: &'static str,
    word: String,
}

#[derive(Serialize)]
struct Group {
    id: &'static str,
    word: &'static str,
    total: usize,
    over: bool,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: i64,
    matchers: Vec<String>,
    of: Option<String>,
    from: When,
    until: When,
    again: Option<String>,
    mirrors: Vec<String>,
    comment: String,
    who: String,
    incidents: Vec<i64>,
    more: Option<String>,
}

pub(super) fn page(view: &SilencesView, language: Language, now: Local) -> Shell<Page> {
    let group = |state: SilenceState| {
        let these = view.silences.iter().filter(|one| one.state == state);
        let rows: Vec<Row> = these.map(|one| row(one, language, now)).collect();
        let word = words::silence_state(language, state.as_str());
        let over = state == SilenceState::Expired;
        (!rows.is_empty()).then(|| Group { id: state.as_str(), word, total: rows.len(), over, rows })
    };
    let page = Page {
        groups: SilenceState::ALL.into_iter().filter_map(group).collect(),
        durations: durations(language),
        intervals: view.intervals.clone(),
        mirrors: view.mirrors.clone(),
    };
    Shell::new(
        words::SILENCES.of(language).to_owned(),
        Current { silences: true, ..Current::default() },
        page,
    )
}

/// What the forms offer.
pub(super) fn durations(language: Language) -> Vec<Choice> {
    let minutes = [("1h", 60), ("30m", 30), ("2h", 120), ("8h", 480), ("1d", 1_440), ("7d", 10_080)];
    let choice =
        |(value, minutes)| Choice { value, word: times::span(language, chrono::TimeDelta::minutes(minutes)) };
    minutes.into_iter().map(choice).collect()
}

/// Where else it stands, and what is wrong there.
fn mirrored(one: &Silenced, language: Language) -> Vec<String> {
    let text = |mirror: &Value, key: &str| mirror[key].as_str().unwrap_or_default().to_owned();
    let said = |mirror| {
        words::mirrored(language, &text(mirror, "source"), &text(mirror, "state"), &text(mirror, "error"))
    };
    one.mirrors.as_array().into_iter().flatten().map(said).collect()
}

fn row(one: &Silenced, language: Language, now: Local) -> Row {
    let more = usize::try_from(one.suppressed).unwrap_or(0).saturating_sub(one.incidents.len());
    let who = match (&one.ended_by, one.ended_at) {
        (Some(by), Some(at)) if by != "firstlook" => {
            words::ended_by(language, &one.created_by, by, &times::moment(language, at, now).text)
        }
        _ => words::person(language, &one.created_by),
    };
    Row {
        id: one.id,
        matchers: one.matchers.clone(),
        of: one.incident.map(|number| words::alerts_of(language, one.alerts, number)),
        from: times::moment(language, one.holds_from, now),
        until: times::moment(language, one.ended_at.unwrap_or(one.holds_until).min(one.holds_until), now),
        again: one.recurring.as_ref().map(|written| words::again(language, &spans(written))),
        mirrors: mirrored(one, language),
        comment: one.comment.clone(),
        who,
        incidents: one.incidents.clone(),
        more: (more > 0).then(|| words::more(language, more)),
    }
}

/// When what recurs holds, as it was written, on one line: `nights; sunday 02:00–05:00 Asia/Tokyo`.
fn spans(written: &Value) -> String {
    let part = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Object(time) => {
            let end = |key| time.get(key).and_then(Value::as_str).unwrap_or_default();
            format!("{}–{}", end("start_time"), end("end_time"))
        }
        other => other.to_string(),
    };
    let list = |value: &Value| match value {
        Value::Array(all) => all.iter().map(part).collect::<Vec<_>>().join(", "),
        one => part(one),
    };
    let span = |span: &Value| match span {
        Value::Object(keys) => {
            let order = ["years", "months", "days_of_month", "weekdays", "times", "location"];
            order.iter().filter_map(|key| keys.get(*key)).map(list).collect::<Vec<_>>().join(" ")
        }
        name => part(name),
    };
    written.as_array().into_iter().flatten().map(span).collect::<Vec<_>>().join("; ")
}
