//! Slack's channels: made, filled, named, pinned to (FACTS D). Must not know why one is made.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Slack;
use super::desk::{Desk, error};
use super::workspace::Channel;
use crate::support::server::Answer;

/// The bot itself.
const BOT: &str = "U0FIRSTLOOK";
/// What the app may do unless it is forbidden.
const SCOPES: [&str; 10] = [
    "chat:write",
    "commands",
    "files:write",
    "channels:manage",
    "channels:read",
    "groups:write",
    "groups:read",
    "usergroups:read",
    "pins:write",
    "channels:history",
];
/// What one channel may have pinned.
const MOST_PINS: usize = 100;

/// Who is in the workspace, and what the app may not do.
#[derive(Debug, Default)]
pub struct People {
    /// Ids of people; `U0TEST` is always one.
    pub users: Vec<String>,
    /// Members by group.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Scopes that the app has not.
    pub forbidden: Vec<String>,
    /// Names of channels that were made, in order.
    pub made: Vec<String>,
}

/// A channel as people see it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its id.
    pub id: String,
    /// Only who was invited sees it.
    pub private: bool,
    /// Who was brought in, in order.
    pub members: Vec<String>,
    /// What stands above it, escaped as sent.
    pub topic: String,
    /// The messages that are pinned.
    pub pins: Vec<String>,
}

pub(super) fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body[key].as_str().unwrap_or_default()
}

impl Desk {
    pub(super) fn lacks(&self, scope: &str) -> Option<Answer> {
        let lacks = self.with(|w| w.people.forbidden.iter().any(|one| one == scope));
        lacks.then(|| {
            let body =
                json!({"ok": false, "error": "missing_scope", "needed": scope, "provided": "chat:write"});
            Answer::json(200, &body)
        })
    }

    /// `auth.test`; what the token may do stands in a header.
    pub(super) fn who(&self) -> Answer {
        let scopes = SCOPES.into_iter().filter(|scope| self.lacks(scope).is_none()).collect::<Vec<_>>();
        let body = json!({"ok": true, "team": "Test", "user": "firstlook", "bot_id": "B0FIRSTLOOK"});
        Answer::json(200, &body).header("x-oauth-scopes", &scopes.join(","))
    }

    /// The channel, where the bot is in it and may do this.
    fn within(&self, body: &Value) -> Result<Channel, Answer> {
        let found = self.with(|w| w.channel(text(body, "channel"), false).cloned());
        let Some(channel) = found else { return Err(error("channel_not_found")) };
        match (channel.archived, channel.member) {
            (true, _) => return Err(error("is_archived")),
            (_, false) => return Err(error("not_in_channel")),
            _ => {}
        }
        Ok(channel)
    }

    fn managed(&self, body: &Value) -> Result<Channel, Answer> {
        let channel = self.within(body)?;
        let scope = if channel.private { "groups:write" } else { "channels:manage" };
        self.lacks(scope).map_or(Ok(channel), Err)
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Channel)) {
        self.with(|w| {
            if let Some(channel) = w.channels.iter_mut().find(|one| one.id == id) {
                change(channel);
            }
        });
    }

    /// `conversations.create`.
    pub(super) fn create(&self, body: &Value) -> Answer {
        let (name, private) = (text(body, "name"), text(body, "is_private") == "true");
        if let Some(refused) = self.lacks(if private { "groups:write" } else { "channels:manage" }) {
            return refused;
        }
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
        let fault = match name {
            "" => Some("invalid_name_required"),
            name if name.len() > 80 => Some("invalid_name_maxlength"),
            name if !name.chars().all(known) => Some("invalid_name_specials"),
            name if name.chars().all(|c| matches!(c, '-' | '_')) => Some("invalid_name_punctuation"),
            name if self.with(|w| w.channel(name, true).is_some()) => Some("name_taken"),
            _ => None,
        };
        if let Some(fault) = fault {
            self.with(|w| w.refusals.push(format!("conversations.create: {fault} {name}")));
            return error(fault);
        }
        let id = self.with(|w| {
            w.people.made.push(name.to_owned());
            w.add_channel(name)
        });
        self.change(&id, |channel| channel.private = private);
        let shown = json!({"id": id, "name": name, "is_private": private, "creator": BOT, "is_member": true});
        Answer::json(200, &json!({"ok": true, "channel": shown}))
    }

    /// `users.conversations` of the bot.
    pub(super) fn its_channels(&self, body: &Value) -> Answer {
        let private = match text(body, "types") {
            "private_channel" => true,
            "" | "public_channel" => false,
            _ => return error("invalid_types"),
        };
        if let Some(refused) = self.lacks(if private { "groups:read" } else { "channels:read" }) {
            return refused;
        }
        let from: usize = text(body, "cursor").parse().unwrap_or(0);
        let most: usize = text(body, "limit").parse().unwrap_or(100);
        let all = self.with(|w| w.channels.clone());
        let all: Vec<_> =
            all.into_iter().filter(|one| one.member && one.private == private && !one.archived).collect();
        let shown = |one: &Channel| json!({"id": one.id, "name": one.name.trim_start_matches('#'), "created": one.created, "is_private": private});
        let page: Vec<Value> = all.iter().skip(from).take(most).map(shown).collect();
        let next = if all.len() > from + most { (from + most).to_string() } else { String::new() };
        Answer::json(200, &json!({"ok": true, "channels": page, "response_metadata": {"next_cursor": next}}))
    }

    /// `conversations.invite`: with `force` those who can be, else all or nobody.
    pub(super) fn invite(&self, body: &Value) -> Answer {
        let channel = match self.managed(body) {
            Ok(channel) => channel,
            Err(refused) => return refused,
        };
        let users: Vec<&str> = text(body, "users").split(',').filter(|one| !one.is_empty()).collect();
        if users.is_empty() {
            return error("no_user");
        }
        if users.len() > 100 {
            return error("invalid_arguments");
        }
        let known = self.with(|w| w.people.users.clone());
        let fault = |user: &str| match user {
            BOT => Some("cant_invite_self"),
            user if channel.members.iter().any(|one| one == user) => Some("already_in_channel"),
            user if user != "U0TEST" && !known.iter().any(|one| one == user) => Some("user_not_found"),
            _ => None,
        };
        let faults: Vec<(&str, &str)> = users.iter().filter_map(|user| Some((*user, fault(user)?))).collect();
        let errors: Vec<Value> =
            faults.iter().map(|(user, code)| json!({"user": user, "ok": false, "error": code})).collect();
        let all = faults.len() == users.len();
        if let Some((_, code)) = faults.first().filter(|_| all || text(body, "force") != "true") {
            return match users.len() {
                1 => error(code),
                _ => Answer::json(200, &json!({"ok": false, "error": code, "errors": errors})),
            };
        }
        let new: Vec<String> =
            users.iter().filter(|user| fault(user).is_none()).map(|user| (*user).to_owned()).collect();
        self.change(&channel.id, |one| one.members.extend(new));
        let mut answer = json!({"ok": true, "channel": {"id": channel.id}});
        if !errors.is_empty() {
            answer["errors"] = json!(errors);
        }
        Answer::json(200, &answer)
    }

    /// `usergroups.users.list`.
    pub(super) fn group(&self, body: &Value) -> Answer {
        if let Some(refused) = self.lacks("usergroups:read") {
            return refused;
        }
        match self.with(|w| w.people.groups.get(text(body, "usergroup")).cloned()) {
            Some(users) => Answer::json(200, &json!({"ok": true, "users": users})),
            None => error("no_such_subteam"),
        }
    }

    /// `usergroups.list`.
    pub(super) fn groups(&self, _: &Value) -> Answer {
        if let Some(refused) = self.lacks("usergroups:read") {
            return refused;
        }
        let ids: Vec<String> = self.with(|w| w.people.groups.keys().cloned().collect());
        let shown = |id: &String| json!({"id": id, "name": format!("Group {id}"), "handle": id.to_lowercase(), "is_usergroup": true});
        let all: Vec<Value> = ids.iter().map(shown).collect();
        Answer::json(200, &json!({"ok": true, "usergroups": all}))
    }

    /// `conversations.setTopic`.
    pub(super) fn topic(&self, body: &Value) -> Answer {
        let channel = match self.managed(body) {
            Ok(channel) => channel,
            Err(refused) => return refused,
        };
        let topic = text(body, "topic");
        if topic.chars().count() > 250 {
            return error("too_long");
        }
        self.change(&channel.id, |one| one.topic = topic.to_owned());
        Answer::json(200, &json!({"ok": true, "channel": {"id": channel.id}}))
    }

    /// `pins.add`.
    pub(super) fn pin(&self, body: &Value) -> Answer {
        if let Some(refused) = self.lacks("pins:write") {
            return refused;
        }
        let channel = match self.within(body) {
            Ok(channel) => channel,
            Err(refused) => return refused,
        };
        let ts = text(body, "timestamp");
        if !self.with(|w| w.messages.iter().any(|m| m.ts == ts && m.channel == channel.id)) {
            return error("message_not_found");
        }
        if channel.pins.iter().any(|one| one == ts) {
            return error("already_pinned");
        }
        if channel.pins.len() >= MOST_PINS {
            return error("too_many_pins");
        }
        self.change(&channel.id, |one| one.pins.push(ts.to_owned()));
        Answer::json(200, &json!({"ok": true}))
    }

    /// `chat.getPermalink`.
    pub(super) fn permalink(&self, body: &Value) -> Answer {
        let (channel, ts) = (text(body, "channel"), text(body, "message_ts"));
        if self.with(|w| w.channel(channel, false).is_none()) {
            return error("channel_not_found");
        }
        if !self.with(|w| w.messages.iter().any(|m| m.ts == ts && m.channel == channel)) {
            return error("message_not_found");
        }
        let link = format!("https://example.slack.com/archives/{channel}/p{}", ts.replace('.', ""));
        Answer::json(200, &json!({"ok": true, "channel": channel, "permalink": link}))
    }
}

impl Slack {
    /// Takes a scope away from the app.
    pub fn forbid(&self, scope: &str) {
        self.desk.with(|w| w.people.forbidden.push(scope.to_owned()));
    }

    /// Gives all scopes back.
    pub fn allow_all(&self) {
        self.desk.with(|w| w.people.forbidden.clear());
    }

    /// Somebody who can be brought in.
    pub fn add_user(&self, id: &str) {
        self.desk.with(|w| w.people.users.push(id.to_owned()));
    }

    /// A group of people, who can be brought in.
    pub fn add_group(&self, id: &str, members: &[&str]) {
        let members: Vec<String> = members.iter().map(|one| (*one).to_owned()).collect();
        self.desk.with(|w| {
            w.people.users.extend(members.clone());
            w.people.groups.insert(id.to_owned(), members);
        });
    }

    /// The names of the channels that were made, in order.
    pub fn made(&self) -> Vec<String> {
        self.desk.with(|w| w.people.made.clone())
    }

    /// A channel as people see it, by its name.
    pub fn seen(&self, name: &str) -> Seen {
        let channel = self.desk.with(|w| w.channel(name, true).cloned()).expect("there is such a channel");
        let Channel { id, private, members, topic, pins, .. } = channel;
        Seen { id, private, members, topic, pins }
    }

    /// Pins so many messages of others to a channel.
    pub fn fill_pins(&self, name: &str, count: usize) {
        let id = self.seen(name).id;
        self.desk.change(&id, |one| one.pins.extend((0..count).map(|n| format!("1.{n:06}"))));
    }
}
