//! The trial's inbox: stands in for Slack and PagerDuty, and says so.
//!
//! Knows the requests that would have gone out, in their order. Must not know who made them.

mod blocks;
mod controls;
mod emoji;
mod files;
mod mrkdwn;
mod pager;
mod rich;
mod span;
mod talk;

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use serde::Serialize;
use serde_json::Value;

use self::pager::Paged;
use self::span::Reader;
use self::talk::Message;
use super::times::Local;
use super::{Current, Shell, words};

pub use files::File;

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
    /// `chat.delete`; the body's `ts` names the message.
    SlackDelete,
    /// `chat.postEphemeral`, or an answer to who pressed: one person alone sees it.
    SlackEphemeral,
    /// `views.open`: a form.
    SlackView,
    /// `files.completeUploadExternal`: files under the message that the body's `thread_ts` names.
    SlackFiles {
        /// They, in their order.
        files: Vec<File>,
    },
    /// An event of PagerDuty's Events API v2.
    PagerDuty,
    /// A note on the incident of this dedup key, its text the body's `content`.
    PagerDutyNote {
        /// The key.
        key: String,
    },
}

#[derive(Serialize)]
pub(super) struct Page {
    messages: Vec<Message>,
    paged: Vec<Paged>,
}

pub(super) fn page(view: &InboxView, language: Language, now: Local) -> Shell<Page> {
    let reader = Reader { language, now };
    let page = Page {
        messages: talk::messages(&view.received, reader),
        paged: pager::incidents(&view.received, reader),
    };
    let mut shell = Shell::new(words::INBOX.of(language).to_owned(), Current::default(), page);
    shell.base.clone_from(&view.service_url);
    shell.refresh = view.playing.then_some(RELOAD_SECONDS);
    shell
}

fn string<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn array<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}
