//! An incident as a PagerDuty event (Events API v2, FACTS C).
//!
//! Knows the event's fields and limits. Must not know the routing key, which the door puts in, nor how it is sent.

mod change;
mod note;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::alert::AlertStatus;
use crate::evidence::known;
use crate::language::Language;

use super::text::{address, angles, columns, cut, json_ascii, one_line, width};
use super::view::Incident;
use super::words::{self, Again};
use super::zone::Zone;
use super::{facts, lock};
pub use change::pagerduty_change;
pub use note::{NoteOf, first_line, pagerduty_note};

mod storm;

pub use storm::{pagerduty_storm, storm_key};

/// PagerDuty takes 1,024 characters; a phone shows about the first 80, so that the first sentence ends there.
const SUMMARY: usize = 1_024;
const FIRST_SENTENCE: usize = 80;
/// One detail, as JSON in ASCII. Eight of them with their keys stay below 2,000 characters; more is not read at
/// night (messages/README).
const DETAIL: usize = 205;
/// All of a person's own details, and the name of one.
const DETAILS: usize = 1_990;
const NAME: usize = 60;
/// PagerDuty's own short fields.
const FIELD: usize = 200;

/// The key under which PagerDuty folds events into one incident: the same for the page that is sent without the
/// store and for the incident that is stored later (DESIGN section 4), hence a hash of these two and nothing else.
pub fn dedup_key(instance: &str, group_key: &str) -> String {
    // The length keeps ("ab", "c") and ("a", "bc") apart.
    let hash = Sha256::new().chain_update((instance.len() as u64).to_be_bytes());
    let hash = hash.chain_update(instance).chain_update(group_key).finalize();
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("firstlook-{hex}")
}

/// A `trigger` event without its `routing_key`. `client`: this installation's name. `again`: why it is told again,
/// `None` for the first time.
pub fn pagerduty_trigger(
    view: &Incident,
    zone: &Zone,
    client: &str,
    dedup_key: &str,
    again: Option<Again>,
) -> Value {
    let payload = payload(
        view,
        words::incident_link(view.language, view.number),
        summary(view, zone, again),
        details(view, zone),
    );
    trigger(view, client, dedup_key, &payload)
}

/// The `trigger` of an alarm that cannot be stored: `view` has neither number nor page. `since`: when the database was
/// first asked in vain. It has the key of the incident that will be stored, so that the two are one.
pub fn pagerduty_without_store(
    view: &Incident,
    zone: &Zone,
    client: &str,
    dedup_key: &str,
    since: DateTime<Utc>,
) -> Value {
    let tail = tail(view.language, &zone.time(view.started_at));
    let why = words::no_store(view.language, &zone.time(since));
    let mut details = details(view, zone);
    if let Some(details) = details.as_object_mut() {
        details
            .insert(format!("{} {}", details.len() + 1, words::DETAIL_NO_PAGE.of(view.language)), json!(why));
    }
    let payload = payload(
        view,
        words::UNNAMED.of(view.language).to_owned(),
        sentences(view, "", &tail, &[why], &[]),
        details,
    );
    trigger(view, client, dedup_key, &payload)
}

fn trigger(view: &Incident, client: &str, dedup_key: &str, payload: &Value) -> Value {
    known(json!({
        "event_action": "trigger",
        "dedup_key": dedup_key,
        "payload": payload,
        "client": field(client),
        "client_url": address(&view.url),
        "links": links(view),
    }))
}

/// A `resolve` event without its `routing_key`; PagerDuty drops it silently when the key is not open.
pub fn pagerduty_resolve(dedup_key: &str) -> Value {
    json!({ "event_action": "resolve", "dedup_key": dedup_key })
}

/// An `acknowledge` event without its `routing_key`; PagerDuty drops it silently when the key is not open.
pub fn pagerduty_acknowledge(dedup_key: &str) -> Value {
    json!({ "event_action": "acknowledge", "dedup_key": dedup_key })
}

/// `named`: what stands for the source where the alarm names nothing.
fn payload(view: &Incident, named: String, summary: String, details: Value) -> Value {
    let service = view.service.as_ref().map(|service| field(service.as_str()));
    let alarm = facts::alarm(view).map(|alarm| field(&alarm));
    let place = facts::place(view).first().map(|place| field(place));
    let component = service.filter(|service| !service.is_empty());
    // `source` must not be empty: what is affected, else what said so.
    let source = component.clone().or_else(|| alarm.clone());
    known(json!({
        "summary": summary,
        "source": source.unwrap_or(named),
        "severity": view.severity.as_str(),
        "timestamp": view.started_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "component": component,
        "group": place,
        "class": alarm,
        "custom_details": details,
    }))
}

/// The fields that have a value: a null is not an absent field to every receiver.
fn known(mut fields: Value) -> Value {
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    fields
}

fn field(text: &str) -> String {
    angles(&cut(&one_line(text), FIELD, columns))
}

/// The end of the first sentence: `, #482.`
fn tail(language: Language, text: &str) -> String {
    format!("{}{text}{}", words::COMMA.of(language), words::STOP.of(language))
}

fn summary(view: &Incident, zone: &Zone, again: Option<Again>) -> String {
    let lead = again.map(|again| {
        let now = if let Again::Repeated { now } = again { now } else { view.started_at };
        let lead = words::lead_again(view.language, again, view.severity, now - view.started_at);
        lead + words::COLON.of(view.language)
    });
    let lead = lead.unwrap_or_default();
    let since = words::since(view.language, &zone.time(view.started_at));
    sentences(view, &lead, &tail(view.language, &format!("#{}", view.number)), &[], &[since])
}

/// One sentence of at most 80 columns that holds what, how much and a number (`tail`); then the first step, what `more`
/// there is to say, and where.
fn sentences(view: &Incident, lead: &str, tail: &str, more: &[String], rest: &[String]) -> String {
    let language = view.language;
    let room = FIRST_SENTENCE.saturating_sub(width(lead) + width(tail));
    let what = lock::what_and_how_much(view);
    let what = cut(what.trim_end_matches(['.', '。']), room, columns);
    let first = view
        .do_first
        .as_ref()
        .map(|first| cut(&one_line(first.text.as_str()), 200, columns))
        .map(|first| words::first(language, &words::sentence(language, &first)));
    let mut rest = rest.to_vec();
    rest.extend(facts::place(view).iter().map(|place| cut(place, 60, columns)));
    rest.extend(facts::alarm(view).map(|alarm| cut(&alarm, 100, columns)));
    let rest = Some(rest.join(words::COMMA.of(language))).filter(|rest| !rest.is_empty());
    let rest = rest.map(|rest| rest + words::STOP.of(language));
    let apart = words::APART.of(language);
    let more = more.iter().cloned().chain(rest).map(|more| format!("{apart}{more}")).collect::<String>();
    let all = format!("{lead}{what}{tail}{}{more}", first.unwrap_or_default());
    angles(&cut(&all, SUMMARY, char::len_utf16))
}

/// The details, their keys numbered in the order in which they should be read.
fn details(view: &Incident, zone: &Zone) -> Value {
    let all = [
        (words::DETAIL_HOW_BAD, facts::how_bad(view)),
        (words::DETAIL_SINCE, Some(zone.date(view.started_at))),
        (words::DETAIL_FIRST, first(view)),
        (words::DETAIL_LAST_TIME, last_time(view)),
        (words::DETAIL_SUMMARY, headline(view)),
        (words::DETAIL_WHY, why(view)),
        (words::DETAIL_ALERTS, alerts(view)),
        (words::DETAIL_LABELS, labels(view)),
    ];
    let known = all.into_iter().filter_map(|(key, text)| Some((key, text.filter(|text| !text.is_empty())?)));
    let numbered = (1..).zip(known).map(|(at, (key, text))| {
        (format!("{at} {}", key.of(view.language)), json!(cut(&angles(&one_line(&text)), DETAIL, json_ascii)))
    });
    Value::Object(numbered.collect::<Map<_, _>>())
}

fn first(view: &Incident) -> Option<String> {
    let first = view.do_first.as_ref()?;
    let command = facts::first_step(view).and_then(|(_, step)| facts::command(step));
    let command = command.map(|block| format!(" {}", block.text.as_str().trim())).unwrap_or_default();
    let because = first.because.as_str().trim_end_matches(['.', '。']);
    let text = &first.text;
    Some(view.language.pick(format!("{text}{command} ({because})"), format!("{text}{command}（{because}）")))
}

fn last_time(view: &Incident) -> Option<String> {
    let last = facts::items(view).iter().find(|item| known::of_group(item))?;
    Some(format!("{}{}{}", last.title, words::COLON.of(view.language), last.text))
}

fn headline(view: &Incident) -> Option<String> {
    facts::ready(view)?.headline.as_ref().map(ToString::to_string)
}

/// Why the receiver is told, as recorded when it was decided.
fn why(view: &Incident) -> Option<String> {
    let mut pages = view.notifications.iter().filter(|told| told.integration.starts_with("pagerduty"));
    let first = pages.clone().next()?;
    // Who is told only now is told why it came to that.
    let ours = pages.rfind(|told| told.kind == "escalated" && told.state == "pending").unwrap_or(first);
    Some(ours.reason.to_string())
}

fn alerts(view: &Incident) -> Option<String> {
    let firing: Vec<_> = view.alerts.iter().filter(|alert| alert.status == AlertStatus::Firing).collect();
    let name = |alert: &&&super::view::Alert| {
        let name = alert.labels.get("alertname").map_or("", |name| name.as_str());
        let source = &alert.source;
        view.language.pick(format!("{name} ({source})"), format!("{name}（{source}）"))
    };
    let named: Vec<_> = firing.iter().take(3).map(|alert| name(&alert)).collect();
    let more = facts::firing(view).saturating_sub(named.len());
    let more = (more > 0).then(|| words::more(view.language, more));
    (!named.is_empty())
        .then(|| named.into_iter().chain(more).collect::<Vec<_>>().join(words::COMMA.of(view.language)))
}

/// Where to look: the labels of the worst alert that nothing else here has said.
fn labels(view: &Incident) -> Option<String> {
    let said = ["alertname", "service", "severity"];
    let labels = &facts::worst(view)?.labels;
    let others = labels.iter().filter(|(name, _)| !said.contains(&name.as_str()));
    Some(others.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", "))
}

/// Any words as a summary.
pub(super) fn summary_of(words: &str) -> String {
    angles(&cut(&one_line(words), SUMMARY, char::len_utf16))
}

/// `name: value`, line by line, as details: as many as there is room for. A line without a name goes on with the value
/// before it.
pub(super) fn details_of(words: &str) -> Value {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for line in words.lines().map(one_line).filter(|line| !line.is_empty()) {
        let named = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")));
        match (named, pairs.last_mut()) {
            (Some((name, value)), _) => pairs.push((name.to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => value.push_str(&format!(" {line}")),
            (None, None) => pairs.push(("details".to_owned(), line)),
        }
    }
    let mut details = Map::new();
    let mut room = DETAILS;
    for (name, value) in pairs {
        let (name, value) = (cut(&angles(&name), NAME, json_ascii), cut(&angles(&value), DETAIL, json_ascii));
        // Quotes, colon and comma.
        let costs = name.chars().chain(value.chars()).map(json_ascii).sum::<usize>() + 6;
        if costs > room {
            break;
        }
        room -= costs;
        details.insert(name, json!(value));
    }
    Value::Object(details)
}

/// The incident's page and the runbook.
fn links(view: &Incident) -> Vec<Value> {
    let page = address(&view.url)
        .map(|url| json!({ "href": url, "text": words::incident_link(view.language, view.number) }));
    let runbook = view.runbook.as_ref().and_then(|runbook| {
        let url = address(runbook.url.as_ref()?.as_str())?;
        Some(
            json!({ "href": url, "text": field(&words::runbook_link(view.language, runbook.path.as_str())) }),
        )
    });
    page.into_iter().chain(runbook).collect()
}

#[cfg(test)]
mod tests;
