//! What was said in Slack: posts, edits, deletions, threads, files, forms, and what one person alone was told.
//!
//! Knows the calls of Slack's Web API (FACTS D), and plays them in their order. Must not know blocks.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::blocks::{Attachment, Block, attachments, blocks, text_object};
use super::files::{Attached, Files, attached};
use super::mrkdwn;
use super::rich::Part;
use super::span::Reader;
use super::{Received, Sent, string, words};
use crate::web::pages::times::{self, When};

/// One message, or a form that was opened.
#[derive(Serialize)]
pub(super) struct Message {
    at: When,
    channel: String,
    /// What a lock screen showed when it was posted; empty where nobody was rung.
    rang: String,
    parts: Vec<Part>,
    blocks: Vec<Block>,
    attachments: Vec<Attachment>,
    files: Vec<Attached>,
    form: Option<Form>,
    edited: Option<String>,
    deleted: bool,
    private: bool,
    broadcast: bool,
    replies: Vec<Message>,
    #[serde(skip)]
    edits: usize,
}

#[derive(Serialize)]
struct Form {
    title: String,
    submit: String,
    close: String,
}

/// Messages by their names; the thread that each stands in.
type All = BTreeMap<String, (Option<String>, Message)>;

/// The newest message first, its thread below it in order.
pub(super) fn messages(received: &[Received], reader: Reader) -> Vec<Message> {
    let files = received.iter().filter_map(|one| match &one.sent {
        Sent::SlackFiles { files } => Some(files),
        _ => None,
    });
    let files = Files::new(files.flatten());
    let mut all = All::new();
    let mut order: Vec<String> = Vec::new();
    for (n, request) in received.iter().enumerate() {
        let body = &request.body;
        let name = match &request.sent {
            Sent::PagerDuty | Sent::PagerDutyNote { .. } => continue,
            Sent::SlackPost { ts } => ts.clone(),
            Sent::SlackUpdate | Sent::SlackDelete => {
                if let Some((_, old)) = all.get_mut(string(body, "ts")) {
                    old.change(request, &files, reader);
                }
                continue;
            }
            // Nothing edits these.
            Sent::SlackEphemeral | Sent::SlackView | Sent::SlackFiles { .. } => format!("-{n}"),
        };
        let thread = body.get("thread_ts").and_then(Value::as_str).map(str::to_owned);
        all.insert(name.clone(), (thread, message(request, &files, reader)));
        order.push(name);
    }
    thread(all, &order)
}

/// A reply to a message that is not here stands alone, so that nothing sent is unseen.
fn thread(mut all: All, order: &[String]) -> Vec<Message> {
    let alone =
        |(thread, _): &(Option<String>, Message)| thread.as_ref().is_none_or(|t| !all.contains_key(t));
    let roots: Vec<&String> = order.iter().filter(|ts| all.get(*ts).is_some_and(alone)).collect();
    for ts in order.iter().filter(|ts| !roots.contains(ts)) {
        if let Some((Some(root), reply)) = all.remove(ts)
            && let Some((_, message)) = all.get_mut(&root)
        {
            message.replies.push(reply);
        }
    }
    roots.iter().rev().filter_map(|ts| all.remove(*ts)).map(|(_, message)| message).collect()
}

fn message(request: &Received, files: &Files, reader: Reader) -> Message {
    let body = &request.body;
    let form = (request.sent == Sent::SlackView).then(|| body.get("view").unwrap_or(&Value::Null));
    let shown = form.unwrap_or(body);
    let channel = ["channel", "channel_id"].map(|key| string(body, key)).concat();
    let broadcast = body.get("reply_broadcast").and_then(Value::as_bool).unwrap_or_default();
    let posted = matches!(request.sent, Sent::SlackPost { .. });
    let rings = posted && (broadcast || body.get("thread_ts").is_none()) && body.get("blocks").is_some();
    Message {
        at: times::moment(reader.language, request.at, reader.now),
        channel,
        rang: if rings { mrkdwn::plain(string(body, "text")) } else { String::new() },
        parts: text(body, reader),
        blocks: blocks(shown, files, reader),
        attachments: attachments(shown, files, reader),
        files: match &request.sent {
            Sent::SlackFiles { files } => files.iter().map(attached).collect(),
            _ => Vec::new(),
        },
        form: form.map(self::form),
        edited: None,
        deleted: false,
        private: request.sent == Sent::SlackEphemeral,
        broadcast,
        replies: Vec::new(),
        edits: 0,
    }
}

/// The text, which Slack shows only where there are no blocks.
fn text(body: &Value, reader: Reader) -> Vec<Part> {
    let blocks = body.get("blocks").and_then(Value::as_array).is_some_and(|blocks| !blocks.is_empty());
    if blocks { Vec::new() } else { mrkdwn::parts(string(body, "text"), reader) }
}

fn form(view: &Value) -> Form {
    let text = |key: &str| view.get(key).map(text_object).unwrap_or_default();
    Form { title: text("title"), submit: text("submit"), close: text("close") }
}

impl Message {
    fn change(&mut self, request: &Received, files: &Files, reader: Reader) {
        if request.sent == Sent::SlackDelete {
            self.deleted = true;
            return;
        }
        self.parts = text(&request.body, reader);
        self.blocks = blocks(&request.body, files, reader);
        self.attachments = attachments(&request.body, files, reader);
        self.edits += 1;
        self.edited = Some(words::edited(reader.language, self.edits));
    }
}
