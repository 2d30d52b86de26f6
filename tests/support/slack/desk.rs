//! Slack's methods: what each takes, refuses and answers. Must not know who asks for the result.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::channels::text;
use super::files::PLACE;
use super::house::{Way, violations};
use super::limits::refusal;
use super::workspace::{Message, Workspace};
use crate::support::server::{Answer, Protocol, Request};

/// The path of the one incoming webhook.
pub(super) const WEBHOOK: &str = "/services/T0TEST/B0TEST/webhook-secret";

/// The path where answers to one person go.
pub(super) const ANSWERS: &str = "/actions/T0TEST/1/response-secret";

/// Takes the requests, under the workspace's lock.
#[derive(Debug, Default)]
pub(super) struct Desk(Mutex<Workspace>);

/// Slack's way to fail: HTTP 200.
pub(super) fn error(code: &str) -> Answer {
    Answer::json(200, &json!({"ok": false, "error": code}))
}

impl Desk {
    pub(super) fn with<T>(&self, f: impl FnOnce(&mut Workspace) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The body of a Web API call whose content type, JSON and token are right.
    fn body(&self, request: &Request) -> Result<Value, Answer> {
        match request.bearer() {
            None => return Err(error("not_authed")),
            Some(token) if token != super::TOKEN => return Err(error("invalid_auth")),
            Some(_) => {}
        }
        if request.method == "GET" {
            return Ok(json!(request.parameters()));
        }
        let kind = request.header("content-type").unwrap_or_default().to_ascii_lowercase();
        let (kind, parameter) = kind.split_once(';').unwrap_or((&kind, ""));
        match (kind.trim(), parameter.trim()) {
            ("application/json", "charset=utf-8") => {}
            ("application/json", "") => self.with(|w| w.warnings.push("missing_charset".to_owned())),
            ("application/json", _) => return Err(error("invalid_charset")),
            ("application/x-www-form-urlencoded", _) => return Ok(json!(request.parameters())),
            _ => return Err(error("invalid_post_type")),
        }
        match serde_json::from_slice(&request.body) {
            Ok(body @ Value::Object(_)) => Ok(body),
            Ok(_) => Err(error("json_not_object")),
            Err(_) => Err(error("invalid_json")),
        }
    }

    /// What is wrong with a message's content, before anything is kept.
    fn content(&self, method: &str, body: &Value, longest: usize) -> Option<Answer> {
        let refuse = |code: &str, messages: &[String]| {
            self.with(|w| w.refusals.push(format!("{method}: {code} {messages:?}")));
            Some(Answer::json(
                200,
                &json!({"ok": false, "error": code, "errors": messages, "response_metadata": {"messages": messages}}),
            ))
        };
        let text = body["text"].as_str().unwrap_or_default();
        if text.is_empty() && body["blocks"].as_array().is_none_or(Vec::is_empty) {
            return refuse("no_text", &[]);
        }
        if text.chars().count() > longest {
            return refuse("msg_too_long", &[]);
        }
        if let Some(refusal) = body.get("blocks").and_then(refusal) {
            return refuse(refusal.code, &refusal.messages);
        }
        let metadata = body
            .get("metadata")
            .is_none_or(|m| m["event_type"].is_string() && m["event_payload"].is_object());
        if metadata { None } else { refuse("invalid_metadata_format", &[]) }
    }

    fn judge(&self, body: &Value, way: Way) {
        self.with(|w| {
            let found = violations(body, way, &w.links);
            let kept: Vec<_> =
                found.into_iter().filter(|v| !w.tolerated.iter().any(|t| v.contains(t))).collect();
            w.violations.extend(kept);
        });
    }

    fn post(&self, body: &Value) -> Answer {
        let wanted = body["channel"].as_str().unwrap_or_default();
        let Some(channel) = self.with(|w| w.channel(wanted, true).cloned()) else {
            return error("channel_not_found");
        };
        match (channel.archived, channel.member) {
            (true, _) => return error("is_archived"),
            (_, false) => return error("not_in_channel"),
            _ => {}
        }
        if self.with(|w| w.over_rate(&channel.id)) {
            return self.failure_of(429, false);
        }
        if let Some(refused) = self.content("chat.postMessage", body, usize::MAX) {
            return refused;
        }
        if let Some(thread) = body.get("thread_ts") {
            let known = thread
                .as_str()
                .is_some_and(|ts| self.with(|w| w.messages.iter().any(|m| m.ts == ts && !m.webhook)));
            if !known {
                return error("thread_not_found");
            }
        }
        self.judge(body, Way::Post);
        let ts = self.with(|w| w.post(&channel, body, false));
        Answer::json(
            200,
            &json!({"ok": true, "channel": channel.id, "ts": ts, "message": message_of(body, &ts)}),
        )
    }

    fn update(&self, body: &Value) -> Answer {
        let wanted = body["channel"].as_str().unwrap_or_default();
        let Some(channel) = self.with(|w| w.channel(wanted, false).cloned()) else {
            return error("channel_not_found");
        };
        let ts = body["ts"].as_str().unwrap_or_default();
        let index = self.with(|w| w.messages.iter().position(|m| m.ts == ts && m.channel == channel.id));
        let Some(index) = index else { return error("message_not_found") };
        if self.with(|w| w.messages[index].webhook) {
            return error("cant_update_message");
        }
        if let Some(refused) = self.content("chat.update", body, 4000) {
            return refused;
        }
        self.judge(body, Way::Update);
        self.with(|w| w.edit(index, body));
        Answer::json(
            200,
            &json!({"ok": true, "channel": channel.id, "ts": ts, "text": body["text"], "message": message_of(body, ts)}),
        )
    }

    /// What stands in a channel, newest first as Slack gives it, or with `ts` the thread there; metadata only when asked for.
    fn history(&self, body: &Value, thread: Option<&str>) -> Answer {
        let Some(channel) = self.with(|w| w.channel(text(body, "channel"), false).cloned()) else {
            return error("channel_not_found");
        };
        let scope = if channel.private { "groups:history" } else { "channels:history" };
        if let Some(refused) = self.lacks(scope) {
            return refused;
        }
        if !channel.member {
            return error("not_in_channel");
        }
        let (oldest, metadata) = (
            text(body, "oldest"),
            body["include_all_metadata"] == true || text(body, "include_all_metadata") == "true",
        );
        let from: usize = text(body, "cursor").parse().unwrap_or(0);
        let most: usize = text(body, "limit").parse().unwrap_or(100);
        let shown = |m: &Message| match thread {
            Some(ts) => m.ts == ts || m.thread_ts.as_deref() == Some(ts),
            None => m.thread_ts.is_none() || m.broadcast,
        };
        let messages = self.with(|w| w.messages.clone());
        let all =
            messages.iter().rev().filter(|m| m.channel == channel.id && shown(m) && m.ts.as_str() > oldest);
        let listed = all.clone().skip(from).take(most).map(|m| {
            let mut one = json!({"type": "message", "ts": m.ts, "text": m.text(), "blocks": m.now().blocks, "bot_id": "B0FIRSTLOOK"});
            if metadata {
                one["metadata"] = m.now().metadata.clone();
            }
            one
        });
        let more = all.clone().count() > from + most;
        let next = if more { (from + most).to_string() } else { String::new() };
        let body = json!({"ok": true, "messages": listed.collect::<Vec<_>>(), "has_more": more, "response_metadata": {"next_cursor": next}});
        Answer::json(200, &body)
    }

    fn webhook(&self, request: &Request) -> Answer {
        let json = request
            .header("content-type")
            .is_some_and(|t| t.to_ascii_lowercase().starts_with("application/json"));
        let body = request.json();
        if request.method != "POST" || !json || !body.is_object() {
            return Answer::text(400, "invalid_payload");
        }
        let channel =
            self.with(|w| w.channel("#alerts", true).cloned()).expect("the workspace begins with it");
        if channel.archived {
            return Answer::text(410, "channel_is_archived");
        }
        if self.with(|w| w.over_rate(&channel.id)) {
            return self.failure_of(429, true);
        }
        if let Some(refused) = self.content("webhook", &body, usize::MAX) {
            let code = serde_json::from_slice::<Value>(&refused.body).unwrap_or_default();
            return Answer::text(400, code["error"].as_str().unwrap_or_default());
        }
        self.judge(&body, Way::Webhook);
        self.with(|w| w.post(&channel, &body, true));
        Answer::text(200, "ok")
    }

    /// An answer takes the private message away, or is a private one.
    fn answer_to_one(&self, body: &Value) -> Answer {
        if body["delete_original"] != true {
            if body["response_type"] != "ephemeral" || body["replace_original"] != false {
                return Answer::text(400, "invalid_payload");
            }
            if let Some(refused) = self.content("response_url", body, usize::MAX) {
                return refused;
            }
            self.judge(body, Way::Webhook);
        }
        self.with(|w| w.answers.push(body.clone()));
        Answer::text(200, "ok")
    }

    /// `chat.postEphemeral`: nothing of it stays.
    fn to_one(&self, body: &Value) -> Answer {
        let wanted = body["channel"].as_str().unwrap_or_default();
        let Some(channel) = self.with(|w| w.channel(wanted, false).cloned()) else {
            return error("channel_not_found");
        };
        match (channel.archived, channel.member, body["user"].as_str()) {
            (true, ..) => return error("is_archived"),
            (_, false, _) => return error("not_in_channel"),
            (.., None | Some("")) => return error("user_not_in_channel"),
            _ => {}
        }
        if let Some(refused) = self.content("chat.postEphemeral", body, usize::MAX) {
            return refused;
        }
        self.judge(body, Way::Webhook);
        self.with(|w| w.answers.push(body.clone()));
        Answer::json(200, &json!({"ok": true, "message_ts": "1.2"}))
    }

    pub(super) fn failure_of(&self, status: u16, webhook: bool) -> Answer {
        match (status, webhook) {
            (429, true) => Answer::text(429, "rate_limited").header("Retry-After", "1"),
            (429, false) => {
                Answer::json(429, &json!({"ok": false, "error": "ratelimited"})).header("Retry-After", "1")
            }
            (_, true) => Answer::text(status, "server_error"),
            (_, false) => Answer::json(status, &json!({"ok": false, "error": "internal_error"})),
        }
    }
}

fn message_of(body: &Value, ts: &str) -> Value {
    json!({"type": "message", "bot_id": "B0FIRSTLOOK", "ts": ts, "text": body["text"], "blocks": body["blocks"]})
}

impl Protocol for Desk {
    fn answer(&self, request: &Request) -> Answer {
        if request.path == WEBHOOK {
            return self.webhook(request);
        }
        if request.path == ANSWERS {
            return self.answer_to_one(&request.json());
        }
        if request.path.starts_with(PLACE) {
            return self.bytes(request);
        }
        let Some(method) = request.path.strip_prefix("/api/") else {
            return Answer::text(404, "no_service");
        };
        let body = match self.body(request) {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        match method {
            "chat.postMessage" => self.post(&body),
            "chat.update" => self.update(&body),
            "files.getUploadURLExternal" => self.place(request, &body),
            "files.completeUploadExternal" => self.complete(&body),
            "conversations.history" => self.history(&body, None),
            "conversations.replies" => self.history(&body, Some(text(&body, "ts"))),
            "conversations.create" => self.create(&body),
            "conversations.invite" => self.invite(&body),
            "conversations.setTopic" => self.topic(&body),
            "users.conversations" => self.its_channels(&body),
            "usergroups.users.list" => self.group(&body),
            "usergroups.list" => self.groups(&body),
            "pins.add" => self.pin(&body),
            "chat.getPermalink" => self.permalink(&body),
            "views.open" => self.open(&body),
            "chat.postEphemeral" => self.to_one(&body),
            "auth.test" => self.who(),
            _ => error("unknown_method"),
        }
    }

    fn failure(&self, status: u16, request: &Request) -> Answer {
        self.failure_of(status, request.path == WEBHOOK)
    }
}
