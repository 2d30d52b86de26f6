//! What a Slack workspace remembers: channels, messages with their versions, and what was refused or broke our own
//! rules. Must not know HTTP.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::channels::People;
use super::files::{File, FilePost};

/// One content of a message: the first as posted, each later one by `chat.update`.
#[derive(Clone, Debug)]
pub struct Version {
    /// When Slack took it.
    pub at: Instant,
    /// The fallback that a lock screen shows, escaped as sent.
    pub text: String,
    /// The array of blocks; null when there were none.
    pub blocks: Value,
    /// The message metadata; null when there was none.
    pub metadata: Value,
}

/// One message in a channel or a thread.
#[derive(Clone, Debug)]
pub struct Message {
    /// The channel's ID.
    pub channel: String,
    /// The channel's name with `#`.
    pub channel_name: String,
    /// Its timestamp, by which it is edited and answered.
    pub ts: String,
    /// The parent's, in a thread.
    pub thread_ts: Option<String>,
    /// A thread reply that is shown in the channel as well, and rings there.
    pub broadcast: bool,
    /// Sent by an incoming webhook: can be neither edited nor answered.
    pub webhook: bool,
    /// At least one; the last is what people see.
    pub versions: Vec<Version>,
}

impl Message {
    /// What people see now.
    pub fn now(&self) -> &Version {
        self.versions.last().expect("a message is made with its first version")
    }

    /// How often it was edited.
    pub fn edits(&self) -> usize {
        self.versions.len() - 1
    }

    /// The fallback text of now.
    pub fn text(&self) -> &str {
        &self.now().text
    }

    /// Everything that is shown now, without markup: see [`words`].
    pub fn words(&self) -> String {
        words(&self.now().blocks)
    }
}

/// The texts of blocks in reading order; blocks and list items on lines of their own, escapes undone.
pub fn words(blocks: &Value) -> String {
    let mut out = String::new();
    gather(blocks, &mut out);
    out.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn gather(value: &Value, out: &mut String) {
    match value {
        Value::Array(items) => items.iter().for_each(|i| gather(i, out)),
        Value::Object(map) => {
            match map.get("text").or_else(|| map.get("fallback")) {
                Some(Value::String(text)) => out.push_str(text),
                Some(inner) => gather(inner, out),
                None => {}
            }
            ["fields", "accessory", "elements", "options"]
                .iter()
                .filter_map(|k| map.get(*k))
                .for_each(|v| gather(v, out));
            let kind = map.get("type").and_then(Value::as_str).unwrap_or_default();
            let line = !matches!(kind, "text" | "link" | "date" | "user" | "channel");
            if line && !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
        }
        _ => {}
    }
}

/// One channel that the bot can see.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    pub name: String,
    pub id: String,
    pub archived: bool,
    pub member: bool,
    pub private: bool,
    pub created: i64,
    pub members: Vec<String>,
    pub topic: String,
    pub pins: Vec<String>,
}

/// Everything that the fake keeps.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    pub channels: Vec<Channel>,
    pub messages: Vec<Message>,
    pub refusals: Vec<String>,
    pub warnings: Vec<String>,
    pub violations: Vec<String>,
    pub tolerated: Vec<String>,
    pub links: Vec<String>,
    pub answers: Vec<Value>,
    pub rate_limited: bool,
    pub no_files: bool,
    pub files: Vec<File>,
    pub file_posts: Vec<FilePost>,
    /// When each trigger was given out, and whether it was used.
    pub triggers: Vec<(String, Instant, bool)>,
    pub views: Vec<Value>,
    pub people: People,
    last_post: HashMap<String, Instant>,
    count: u32,
}

impl Workspace {
    /// The ID that a name has here: `#alerts-critical` is `C0ALERTSCRITICAL`.
    pub fn add_channel(&mut self, name: &str) -> String {
        let bare = name.trim_start_matches('#');
        let letters: String = bare.chars().filter(char::is_ascii_alphanumeric).collect();
        let id = format!("C0{}", letters.to_uppercase());
        self.channels.retain(|c| c.id != id);
        self.channels.push(Channel {
            name: format!("#{bare}"),
            id: id.clone(),
            member: true,
            created: firstlook::clock::now().timestamp(),
            ..Channel::default()
        });
        id
    }

    /// By ID or, for posting, by name with or without `#`.
    pub fn channel(&self, wanted: &str, by_name: bool) -> Option<&Channel> {
        let same = |c: &&Channel| {
            c.id == wanted || (by_name && c.name.trim_start_matches('#') == wanted.trim_start_matches('#'))
        };
        self.channels.iter().find(same)
    }

    /// Whether a post must wait (1 per second and channel), when the limit is switched on.
    pub fn over_rate(&mut self, channel: &str) -> bool {
        if !self.rate_limited {
            return false;
        }
        let now = Instant::now();
        let soon = self.last_post.get(channel).is_some_and(|t| now - *t < Duration::from_secs(1));
        if !soon {
            self.last_post.insert(channel.to_owned(), now);
        }
        soon
    }

    /// Keeps a new message and gives its ts: unique and increasing.
    pub fn post(&mut self, channel: &Channel, body: &Value, webhook: bool) -> String {
        self.count += 1;
        let ts = format!("{}.{:06}", firstlook::clock::now().timestamp(), self.count);
        self.messages.push(Message {
            channel: channel.id.clone(),
            channel_name: channel.name.clone(),
            ts: ts.clone(),
            thread_ts: body["thread_ts"].as_str().map(str::to_owned),
            broadcast: body["reply_broadcast"] == true,
            webhook,
            versions: vec![version(body, None)],
        });
        ts
    }

    /// Replaces text and blocks; what the body leaves out stays.
    pub fn edit(&mut self, index: usize, body: &Value) {
        let message = &mut self.messages[index];
        message.versions.push(version(body, message.versions.last()));
    }
}

fn version(body: &Value, old: Option<&Version>) -> Version {
    let text = body["text"].as_str().map(str::to_owned).or_else(|| old.map(|o| o.text.clone()));
    let kept =
        |field: &str, before: Option<&Value>| body.get(field).or(before).cloned().unwrap_or(Value::Null);
    Version {
        at: Instant::now(),
        // Slack cuts there without a word (FACTS D).
        text: text.unwrap_or_default().chars().take(40_000).collect(),
        blocks: kept("blocks", old.map(|o| &o.blocks)),
        metadata: kept("metadata", old.map(|o| &o.metadata)),
    }
}
