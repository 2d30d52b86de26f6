//! The trial's inbox: stands in for Slack and PagerDuty, and says so.
//!
//! Knows the requests that would have gone out, in their order. Must not know who made them.

mod blocks;
mod mrkdwn;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use serde::Serialize;
use serde_json::Value;

use self::blocks::{Block, blocks};
use self::mrkdwn::Reader;
use super::times::{self, Local, When};
use super::{Current, Shell, links, words};

/// The page reloads itself while the recorded incident is being played.
const RELOAD_SECONDS: u32 = 3;

/// What the inbox shows.
#[derive(Debug, Clone, Default)]
pub struct InboxView {
    /// All requests, in the order in which they came.
    pub received: Vec<Received>,
    /// Whether more is about to come: the page then reloads itself.
    pub playing: bool,
    /// Where firstlook itself is served, without a slash at the end.
    pub service_url: String,
}

/// One request that Slack or PagerDuty would have got.
#[derive(Debug, Clone)]
pub struct Received {
    /// When.
    pub at: DateTime<Utc>,
    /// What it was.
    pub sent: Sent,
    /// Its JSON body, as sent.
    pub body: Value,
}

/// Which request it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// `chat.postMessage` (or an incoming webhook), and the `ts` that was answered.
    SlackPost {
        /// The message's name, by which it is edited and answered.
        ts: String,
    },
    /// `chat.update`; the body's `ts` names the message.
    SlackUpdate,
    /// An event of PagerDuty's Events API v2.
    PagerDuty,
}

#[derive(Serialize)]
pub(super) struct Page {
    messages: Vec<Message>,
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Message {
    at: When,
    channel: String,
    text: String,
    blocks: Vec<Block>,
    edited: Option<String>,
    broadcast: bool,
    replies: Vec<Message>,
    #[serde(skip)]
    edits: usize,
}

#[derive(Serialize)]
struct Event {
    at: When,
    action: String,
    resolve: bool,
    key: String,
    severity: String,
    summary: String,
    details: Vec<Detail>,
    links: Vec<Link>,
}

#[derive(Serialize)]
struct Detail {
    name: String,
    text: String,
}

#[derive(Serialize)]
struct Link {
    href: String,
    text: String,
}

pub(super) fn page(view: &InboxView, language: Language, now: Local) -> Shell<Page> {
    let reader = Reader { language, now };
    let events = view.received.iter().filter(|r| r.sent == Sent::PagerDuty);
    let page = Page {
        messages: messages(&view.received, reader),
        events: events.rev().map(|r| event(r, reader)).collect(),
    };
    let mut shell = Shell::new(words::INBOX.of(language).to_owned(), Current::default(), page);
    shell.base.clone_from(&view.service_url);
    shell.refresh = view.playing.then_some(RELOAD_SECONDS);
    shell
}

/// Plays posts and edits; the newest message first, its thread below it in order.
fn messages(received: &[Received], reader: Reader) -> Vec<Message> {
    let mut all: BTreeMap<&str, (Option<&str>, Message)> = BTreeMap::new();
    let mut order = Vec::new();
    for request in received {
        match &request.sent {
            Sent::SlackPost { ts } => {
                let thread = request.body.get("thread_ts").and_then(Value::as_str);
                all.insert(ts, (thread, message(request, reader)));
                order.push(ts.as_str());
            }
            Sent::SlackUpdate => {
                let ts = string(&request.body, "ts");
                if let Some((_, old)) = all.get_mut(ts) {
                    edit(old, request, reader);
                }
            }
            Sent::PagerDuty => {}
        }
    }
    thread(all, &order)
}

/// A reply to a message that is not here stands alone, so that nothing sent is unseen.
fn thread<'a>(mut all: BTreeMap<&'a str, (Option<&'a str>, Message)>, order: &[&'a str]) -> Vec<Message> {
    let roots: Vec<&str> = order
        .iter()
        .filter(|ts| all.get(*ts).is_some_and(|(thread, _)| thread.is_none_or(|t| !all.contains_key(t))))
        .copied()
        .collect();
    for ts in order.iter().filter(|ts| !roots.contains(ts)) {
        if let Some((Some(root), reply)) = all.remove(ts)
            && let Some((_, message)) = all.get_mut(root)
        {
            message.replies.push(reply);
        }
    }
    roots.iter().rev().filter_map(|ts| all.remove(ts)).map(|(_, message)| message).collect()
}

fn message(request: &Received, reader: Reader) -> Message {
    Message {
        at: times::moment(reader.language, request.at, reader.now),
        channel: string(&request.body, "channel").to_owned(),
        text: mrkdwn::plain(string(&request.body, "text")),
        blocks: blocks(&request.body, reader),
        edited: None,
        broadcast: request.body.get("reply_broadcast").and_then(Value::as_bool).unwrap_or_default(),
        replies: Vec::new(),
        edits: 0,
    }
}

fn edit(message: &mut Message, request: &Received, reader: Reader) {
    message.text = mrkdwn::plain(string(&request.body, "text"));
    message.blocks = blocks(&request.body, reader);
    message.edits += 1;
    message.edited = Some(words::edited(reader.language, message.edits));
}

fn event(request: &Received, reader: Reader) -> Event {
    let payload = request.body.get("payload").unwrap_or(&Value::Null);
    let details = payload.get("custom_details").and_then(Value::as_object).into_iter().flatten();
    let links = request.body.get("links").and_then(Value::as_array).into_iter().flatten();
    let action = string(&request.body, "event_action").to_owned();
    Event {
        at: times::moment(reader.language, request.at, reader.now),
        resolve: action == "resolve",
        action,
        key: string(&request.body, "dedup_key").to_owned(),
        severity: string(payload, "severity").to_owned(),
        summary: string(payload, "summary").to_owned(),
        details: details.map(|(name, v)| Detail { name: name.clone(), text: shown(v) }).collect(),
        links: links
            .filter_map(|l| {
                Some(Link { href: links::safe(string(l, "href"))?, text: string(l, "text").to_owned() })
            })
            .collect(),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn string<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
