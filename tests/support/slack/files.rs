//! Slack's files: a place for the bytes, the bytes, the posting (FACTS D). Must not know what a file shows.

use serde_json::{Value, json};

use super::desk::{Desk, error};
use crate::support::server::{Answer, Request};

/// Where bytes are sent; the file's id follows.
pub(super) const PLACE: &str = "/upload/v1/";
/// Of `alt_txt`, in characters.
const LONGEST_ALT: usize = 1000;

/// A file that somebody asked a place for.
#[derive(Clone, Debug)]
pub struct File {
    /// Slack's name of it.
    pub id: String,
    /// As it was announced.
    pub name: String,
    /// What is read aloud.
    pub alt: String,
    /// Bytes that were announced.
    pub length: usize,
    /// What came, where it was as long as announced.
    pub bytes: Option<Vec<u8>>,
}

/// Files that were posted together.
#[derive(Clone, Debug)]
pub struct FilePost {
    /// The channel's id.
    pub channel: String,
    /// The message above.
    pub thread_ts: String,
    /// Each with its title.
    pub files: Vec<(File, String)>,
}

fn missing_scope() -> Answer {
    let body =
        json!({"ok": false, "error": "missing_scope", "needed": "files:write", "provided": "chat:write"});
    Answer::json(200, &body)
}

impl Desk {
    /// `files.getUploadURLExternal`.
    pub(super) fn place(&self, request: &Request, body: &Value) -> Answer {
        let text = |key: &str| match &body[key] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        let (name, alt) = (text("filename"), text("alt_txt"));
        let length = text("length").parse().unwrap_or(0);
        if self.with(|w| w.no_files) {
            return missing_scope();
        }
        if name.is_empty() || length == 0 {
            return error("missing_argument");
        }
        if alt.chars().count() > LONGEST_ALT {
            return error("alt_txt_too_large");
        }
        let id = self.with(|w| {
            let id = format!("F0{:04}", w.files.len() + 1);
            w.files.push(File { id: id.clone(), name, alt, length, bytes: None });
            id
        });
        let host = request.header("host").unwrap_or_default();
        let url = format!("http://{host}{PLACE}{id}");
        Answer::json(200, &json!({"ok": true, "upload_url": url, "file_id": id}))
    }

    /// The bytes, by whoever has the address.
    pub(super) fn bytes(&self, request: &Request) -> Answer {
        let id = request.path.strip_prefix(PLACE).unwrap_or_default();
        let token = request.header("authorization").is_some();
        self.with(|w| {
            if token {
                w.violations.push("a token was sent to where bytes go".to_owned());
            }
            let Some(file) = w.files.iter_mut().find(|file| file.id == id) else {
                return Answer::text(404, "no such upload");
            };
            if request.body.len() != file.length {
                w.refusals.push(format!(
                    "upload: {} bytes announced, {} came",
                    file.length,
                    request.body.len()
                ));
                return Answer::text(400, "length mismatch");
            }
            file.bytes = Some(request.body.clone());
            Answer::text(200, &format!("OK - {}", file.length))
        })
    }

    /// `files.completeUploadExternal`. Nothing is known of a second posting of one file: here it is a second message.
    pub(super) fn complete(&self, body: &Value) -> Answer {
        if self.with(|w| w.no_files) {
            return missing_scope();
        }
        let Some(asked) = body["files"].as_array().filter(|files| !files.is_empty()) else {
            return error("missing_argument");
        };
        let wanted = body["channel_id"].as_str().unwrap_or_default();
        // A name is no id here.
        let Some(channel) = self.with(|w| w.channel(wanted, false).cloned()) else {
            return error("channel_not_found");
        };
        if !channel.member {
            return error("not_in_channel");
        }
        let mut files = Vec::new();
        for one in asked {
            let found = self.with(|w| w.files.iter().find(|file| one["id"] == file.id.as_str()).cloned());
            let Some(file) = found.filter(|file| file.bytes.is_some()) else {
                return error("file_not_found");
            };
            files.push((file, one["title"].as_str().unwrap_or_default().to_owned()));
        }
        let thread_ts = body["thread_ts"].as_str().unwrap_or_default().to_owned();
        let parent =
            |m: &super::Message| m.ts == thread_ts && m.channel == channel.id && m.thread_ts.is_none();
        if !self.with(|w| w.messages.iter().any(parent)) {
            return error("thread_not_found");
        }
        if self.with(|w| w.over_rate(&channel.id)) {
            return self.failure_of(429, false);
        }
        self.with(|w| w.file_posts.push(FilePost { channel: channel.id, thread_ts, files }));
        Answer::json(200, &json!({"ok": true, "files": asked}))
    }
}
