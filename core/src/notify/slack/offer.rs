//! Alarms that other apps post in Slack, and the analysis that is offered under them, once each.
//!
//! Knows Slack's events (FACTS D). Must not know whether a body is genuine. What firstlook itself posts, answers in threads and
//! edits are never offered anything, so that no offer can follow from another one.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::text::one_line;
use super::super::words::form as words;
use super::blocks::{Line, plain, rich};
use super::buttons::actions;
use super::form::{is_channel, is_ts};
use super::offering::off_button;
use crate::language::Language;

/// The button, and the shortcut of a message that does the same.
const ANALYSE_MESSAGE: &str = "analyse_message";
/// Characters of an alarm that are kept.
const SAID: usize = 900;
/// Depth at which texts are looked for in blocks.
const DEPTH: usize = 8;

/// What Slack tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It asks whether this address is ours: this text goes back.
    Challenge(String),
    /// An app that is not ours posted a message in a channel.
    Posted(Box<Posted>),
    /// Nothing that anything follows from.
    Other,
}

/// A message of another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Slack's name of the event; told again it has the same.
    pub event: String,
    /// The channel's id.
    pub channel: String,
    /// The message's id within the channel.
    pub ts: String,
    /// What it says, as far as it is kept.
    pub said: String,
    /// The ids of its app and its bot, as far as Slack names them.
    by: [String; 2],
}

/// Which messages an analysis is offered under.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    /// The channels' ids.
    pub channels: Vec<String>,
    /// The ids of apps or bots; without any, every app but our own.
    pub apps: Vec<String>,
}

impl Offers {
    /// Whether one is offered under this message. An app that Slack does not name counts only by its bot, since it may be our
    /// own.
    pub fn want(&self, posted: &Posted) -> bool {
        let [app, _] = &posted.by;
        let by = if self.apps.is_empty() {
            !app.is_empty()
        } else {
            posted.by.iter().any(|id| !id.is_empty() && self.apps.contains(id))
        };
        by && self.channels.contains(&posted.channel)
    }
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

/// Reads the body of an event.
///
/// # Errors
/// When it is no JSON.
pub fn event(body: &str) -> Result<Event, String> {
    let body: Value = serde_json::from_str(body).map_err(|error| error.to_string())?;
    Ok(match text(&body, "/type") {
        "url_verification" => Event::Challenge(text(&body, "/challenge").chars().take(1_000).collect()),
        "event_callback" => posted(&body).map_or(Event::Other, |posted| Event::Posted(Box::new(posted))),
        _ => Event::Other,
    })
}

fn posted(body: &Value) -> Option<Posted> {
    let message = body.get("event")?;
    let is = |path| text(message, path);
    let new = is("/type") == "message" && matches!(is("/subtype"), "" | "bot_message");
    let top = is("/thread_ts").is_empty() || is("/thread_ts") == is("/ts");
    let app = ["/app_id", "/bot_profile/app_id"].into_iter().map(is).find(|id| !id.is_empty());
    let users = body.get("authorizations").and_then(Value::as_array).into_iter().flatten();
    let ours = app.is_some_and(|app| app == text(body, "/api_app_id"))
        || users.map(|one| text(one, "/user_id")).any(|user| !user.is_empty() && user == is("/user"));
    let named = is_channel(is("/channel")) && is_ts(is("/ts"));
    let event = text(body, "/event_id");
    if !new || !top || ours || !named || is("/bot_id").is_empty() || !(1..=100).contains(&event.len()) {
        return None;
    }
    Some(Posted {
        event: event.to_owned(),
        channel: is("/channel").to_owned(),
        ts: is("/ts").to_owned(),
        said: said(message),
        by: [app.unwrap_or_default().to_owned(), is("/bot_id").to_owned()],
    })
}

/// What a message says, without markup: its text, its attachments, else the texts of its blocks.
fn said(message: &Value) -> String {
    let mut parts = vec![text(message, "/text").to_owned()];
    let attachments = message.get("attachments").and_then(Value::as_array);
    for one in attachments.into_iter().flatten().take(10) {
        let named = ["/pretext", "/title", "/text"].map(|path| text(one, path));
        let all = named.join("\n");
        parts.push(if all.trim().is_empty() { text(one, "/fallback").to_owned() } else { all });
    }
    let mut all = parts.join("\n");
    if all.trim().is_empty() {
        gather(message.get("blocks").unwrap_or(&Value::Null), DEPTH, &mut all);
    }
    let lines = bare(&all);
    let lines = lines.lines().map(one_line).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n").chars().take(SAID).collect()
}

fn gather(value: &Value, depth: usize, out: &mut String) {
    if depth == 0 || out.len() > 4 * SAID {
        return;
    }
    match value {
        Value::Array(all) => all.iter().for_each(|one| gather(one, depth - 1, out)),
        Value::Object(fields) => {
            if let Some(text) = fields.get("text").and_then(Value::as_str) {
                out.push_str(text);
                out.push('\n');
            }
            fields.values().for_each(|one| gather(one, depth - 1, out));
        }
        _ => {}
    }
}

/// mrkdwn as people read it: links by their words, the three entities undone.
fn bare(text: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>') {
            Some((inside, left)) => {
                let (target, label) = inside.split_once('|').unwrap_or((inside, inside));
                out.push_str(if label.is_empty() { target } else { label });
                rest = left;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace('\0', "\u{fffd}")
}

/// Body of `chat.postMessage`: the offer, in the thread of that message.
pub fn slack_offer(language: Language, channel: &str, ts: &str) -> Value {
    let offer = words::OFFER.of(language);
    let button = json!({
        "type": "button", "action_id": ANALYSE_MESSAGE, "text": plain(words::TITLE.of(language), 30),
        "value": format!("{channel}:{ts}"),
    });
    let line = rich("r", Line::default().text(offer).section().into_iter().collect());
    let blocks: Vec<Value> =
        line.into_iter().chain(actions("act", vec![button, off_button(language, channel)])).collect();
    json!({
        "channel": channel, "thread_ts": ts, "text": offer, "blocks": blocks, "unfurl_links": false,
        "unfurl_media": false,
        "metadata": { "event_type": "firstlook_message", "event_payload": { "kind": "offer" } },
    })
}

/// Somebody wants a message analysed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointed {
    /// By this the form is opened, within three seconds.
    pub trigger: String,
    /// The message.
    pub message: Under,
    /// Where an answer to this person alone can be sent, for 30 minutes. Knowing it is enough to post there.
    pub response_url: String,
}

/// A message that a form is about; the answer stands in its thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Under {
    /// The channel's id.
    pub channel: String,
    /// The message's own id.
    pub ts: String,
    /// The id of the message whose thread it is.
    pub thread: String,
    /// What it says; empty where Slack did not say.
    pub said: String,
}

impl Under {
    /// When it was posted.
    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.ts.split('.').next()?.parse().ok()?, 0)
    }
}

/// Reads the `payload` of an interaction; `None` for what points at no message.
pub fn pointed(payload: &str) -> Option<Pointed> {
    let payload: Value = serde_json::from_str(payload).ok()?;
    let is = |path| text(&payload, path);
    let message = match is("/type") {
        "block_actions" if is("/actions/0/action_id") == ANALYSE_MESSAGE => {
            let (channel, ts) = is("/actions/0/value").split_once(':')?;
            Under { channel: channel.into(), ts: ts.into(), thread: ts.into(), said: String::new() }
        }
        "message_action" if is("/callback_id") == ANALYSE_MESSAGE => {
            let (ts, thread) = (is("/message/ts"), is("/message/thread_ts"));
            Under {
                channel: is("/channel/id").into(),
                ts: ts.into(),
                thread: if thread.is_empty() { ts } else { thread }.into(),
                said: payload.get("message").map(said).unwrap_or_default(),
            }
        }
        _ => return None,
    };
    let named = is_channel(&message.channel) && is_ts(&message.ts) && is_ts(&message.thread);
    named.then(|| Pointed {
        trigger: is("/trigger_id").into(),
        message,
        response_url: is("/response_url").into(),
    })
}

#[cfg(test)]
mod tests;
