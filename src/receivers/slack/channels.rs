//! A channel for an incident: opened, found again, filled with people, named in its topic, its message pinned (FACTS D).
//!
//! Knows what Slack says of channels. Must not know why one is opened, nor who belongs there.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::super::http::{Answer, answered};
use super::{BOT, SendError, Slack, classify, said, text};

/// How many are invited by one call: every version of Slack's document allows as many.
const AT_ONCE: usize = 30;
/// Channels in one answer: their objects are long, and no longer answer is read.
const PAGE: &str = "40";
/// Answers that are read to find a channel again.
pub(super) const MOST_PAGES: usize = 50;
/// How far Slack's clock may be behind ours.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// What came of asking for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It is there.
    New {
        /// Its id.
        id: String,
        /// Its name, as Slack writes it.
        name: String,
    },
    /// There is one of this name, an archived one perhaps.
    Taken,
}

/// A method, and the scopes that it needs.
#[derive(Clone, Copy)]
pub(super) struct Method {
    name: &'static str,
    scopes: &'static str,
}

impl Method {
    /// What lists the channels that the bot is in.
    pub fn conversations(private: bool) -> Self {
        Self { name: "users.conversations", scopes: if private { "groups:read" } else { "channels:read" } }
    }
}

/// What is needed to open and lead a channel.
fn managing(name: &'static str, private: bool) -> Method {
    Method { name, scopes: if private { "groups:write" } else { "channels:manage" } }
}

impl Slack {
    /// `conversations.create`. After [`Class::Ambiguous`](super::Class::Ambiguous) it may be there.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn open_channel(&self, name: &str, private: bool) -> Result<Opened, SendError> {
        let method = managing("conversations.create", private);
        let private = private.to_string();
        let answer = self.ask(method, &[("name", name), ("is_private", &private)]).await?;
        if is_refused(&answer, "name_taken") {
            return Ok(Opened::Taken);
        }
        self.read(method, answer, |body| {
            let channel = body.get("channel")?;
            let called = text(channel, "name").unwrap_or_else(|| name.to_owned());
            Some(Opened::New { id: text(channel, "id")?, name: called })
        })
    }

    /// The channel of this name that the bot is in and that is not older than `since`: `users.conversations`.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn find_channel(
        &self,
        name: &str,
        private: bool,
        since: DateTime<Utc>,
    ) -> Result<Option<String>, SendError> {
        let method = Method::conversations(private);
        let oldest = (since - SKEW).timestamp();
        let mut cursor = String::new();
        for _ in 0..MOST_PAGES {
            let (page, next) = self.channels(method, private, &cursor).await?;
            let ours = |one: &&Value| {
                let created = one.get("created").and_then(Value::as_i64).unwrap_or_default();
                text(one, "name").as_deref() == Some(name) && created >= oldest
            };
            if let Some(id) = page.iter().find(ours).and_then(|one| text(one, "id")) {
                return Ok(Some(id));
            }
            cursor = next;
            if cursor.is_empty() {
                return Ok(None);
            }
        }
        Err(SendError::fail(format!(
            "the bot is in so many channels that #{name} could not be found among them: take it out of those that it does \
             not need"
        )))
    }

    /// One page of the channels that the bot is in, and where the next one begins.
    pub(super) async fn channels(
        &self,
        method: Method,
        private: bool,
        cursor: &str,
    ) -> Result<(Vec<Value>, String), SendError> {
        let kind = if private { "private_channel" } else { "public_channel" };
        let fields = [("types", kind), ("exclude_archived", "true"), ("limit", PAGE), ("cursor", cursor)];
        let answer = self.ask(method, &fields).await?;
        let page = self.read(method, answer, |body| {
            let next = body.pointer("/response_metadata/next_cursor").and_then(Value::as_str);
            Some((body.get("channels")?.as_array()?.clone(), next.unwrap_or_default().to_owned()))
        })?;
        Ok(page)
    }

    /// `conversations.invite`. Returns who could not be, each with Slack's word for why; who is in it already is in it.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn invite(
        &self,
        channel: &str,
        private: bool,
        users: &[String],
    ) -> Result<Vec<(String, String)>, SendError> {
        let mut refused = Vec::new();
        for some in users.chunks(AT_ONCE) {
            match self.invite_some(channel, private, some).await? {
                Some(those) => refused.extend(those),
                // One of them is the reason, and Slack does not say which.
                None => {
                    for one in some {
                        let alone = self.invite_some(channel, private, std::slice::from_ref(one)).await?;
                        refused.extend(alone.unwrap_or_default());
                    }
                }
            }
        }
        refused.retain(|(_, why)| !matches!(why.as_str(), "already_in_channel" | "cant_invite_self"));
        Ok(refused)
    }

    async fn invite_some(
        &self,
        channel: &str,
        private: bool,
        users: &[String],
    ) -> Result<Option<Vec<(String, String)>>, SendError> {
        let method = managing("conversations.invite", private);
        let all = users.join(",");
        let answer = self.ask(method, &[("channel", channel), ("users", &all), ("force", "true")]).await?;
        let body = answer.json().unwrap_or_default();
        let listed = body.get("errors").and_then(Value::as_array).filter(|all| !all.is_empty());
        if let Some(listed) = listed {
            let one = |one: &Value| Some((text(one, "user")?, text(one, "error")?));
            return Ok(Some(listed.iter().filter_map(one).collect()));
        }
        let about_a_person = [
            "already_in_channel",
            "cant_invite_self",
            "cant_invite",
            "user_not_found",
            "user_is_restricted",
            "user_is_ultra_restricted",
            "ura_max_channels",
            "invitee_cant_see_channel",
            "no_external_invite_permission",
        ];
        match (about_a_person.into_iter().find(|code| is_refused(&answer, code)), users) {
            (Some(code), [one]) => Ok(Some(vec![(one.clone(), code.to_owned())])),
            (Some(_), _) => Ok(None),
            (None, _) => self.read(method, answer, |_| Some(Some(Vec::new()))),
        }
    }

    /// Who is in a group of people: `usergroups.users.list`.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn members(&self, group: &str) -> Result<Vec<String>, SendError> {
        let method = Method { name: "usergroups.users.list", scopes: "usergroups:read" };
        let answer = self.ask(method, &[("usergroup", group)]).await?;
        self.read(method, answer, |body| {
            let all = body.get("users")?.as_array()?;
            Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        })
    }

    /// The groups of people that there are, each with its id and its name: `usergroups.list`.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn groups(&self) -> Result<Vec<(String, String)>, SendError> {
        let method = Method { name: "usergroups.list", scopes: "usergroups:read" };
        let answer = self.ask(method, &[("include_disabled", "false")]).await?;
        self.read(method, answer, |body| {
            let all = body.get("usergroups")?.as_array()?;
            let name = |one: &Value| text(one, "name").or_else(|| text(one, "handle"));
            Some(all.iter().filter_map(|one| Some((text(one, "id")?, name(one)?))).collect())
        })
    }

    /// `conversations.setTopic`. `topic`: escaped, at most 250 characters.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn set_topic(&self, channel: &str, private: bool, topic: &str) -> Result<(), SendError> {
        let method = managing("conversations.setTopic", private);
        let answer = self.ask(method, &[("channel", channel), ("topic", topic)]).await?;
        self.read(method, answer, |_| Some(()))
    }

    /// `pins.add`. What is pinned already is pinned.
    ///
    /// # Errors
    /// As [`Slack::post`]; a missing scope is named.
    pub async fn pin(&self, channel: &str, ts: &str) -> Result<(), SendError> {
        let method = Method { name: "pins.add", scopes: "pins:write" };
        let answer = self.ask(method, &[("channel", channel), ("timestamp", ts)]).await?;
        if is_refused(&answer, "already_pinned") {
            return Ok(());
        }
        self.read(method, answer, |_| Some(()))
    }

    /// The address of a message: `chat.getPermalink`, which needs no scope.
    ///
    /// # Errors
    /// As [`Slack::post`].
    pub async fn permalink(&self, channel: &str, ts: &str) -> Result<String, SendError> {
        let method = Method { name: "chat.getPermalink", scopes: "chat:write" };
        let answer = self.ask(method, &[("channel", channel), ("message_ts", ts)]).await?;
        self.read(method, answer, |body| text(body, "permalink").filter(|link| link.starts_with("https://")))
    }

    /// Sends fields as a form, which every method takes.
    async fn ask(&self, method: Method, fields: &[(&str, &str)]) -> Result<Answer, SendError> {
        let request = self.client.post(self.method(method.name)).bearer_auth(self.token.expose());
        let answer = answered(request.form(fields), BOT, &self.token).await;
        answer.and_then(|answer| answer.checked(BOT)).map_err(|error| error.without(&self.token))
    }

    fn read<T>(
        &self,
        method: Method,
        answer: Answer,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<T, SendError> {
        let taken = said(answer, |code, details| judge(method, code, details), read);
        taken.map_err(|error| error.without(&self.token))
    }
}

fn is_refused(answer: &Answer, code: &str) -> bool {
    let body = answer.json().unwrap_or_default();
    body.get("ok").and_then(Value::as_bool) == Some(false) && text(&body, "error").as_deref() == Some(code)
}

/// What an error code means where a channel is what was asked for.
fn judge(method: Method, code: &str, details: &str) -> SendError {
    let Method { name, scopes } = method;
    let remedy = match code {
        "missing_scope" | "not_allowed_token_type" | "no_permission" => {
            format!("add the scope {scopes} to the Slack app, install it again, and declare once more")
        }
        "restricted_action" | "user_is_restricted" | "cannot_create_channel" | "permission_denied" => {
            "a rule of the workspace forbids it to the app; its administrators decide that".to_owned()
        }
        "not_in_channel" => "invite the bot to the channel".to_owned(),
        "is_archived" => "unarchive the channel".to_owned(),
        "channel_not_found" => "the channel is gone".to_owned(),
        "no_such_subteam" | "subteam_not_found" | "invalid_usergroup" => {
            "name a group that there is in `declare.invite`, or in the form".to_owned()
        }
        "message_not_found" | "not_pinnable" => "there is no message to pin".to_owned(),
        "too_many_pins" | "pin_limit_reached" => "take a pin out of the channel".to_owned(),
        "too_long"
        | "invalid_name"
        | "invalid_name_maxlength"
        | "invalid_name_punctuation"
        | "invalid_name_required"
        | "invalid_name_specials"
        | "invalid_arguments" => "this is a fault of firstlook: please report it with this text".to_owned(),
        "ratelimited"
        | "rate_limited"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired" => return classify(code, details),
        _ => format!("see Slack's list of errors of {name}"),
    };
    let details = if details.is_empty() { String::new() } else { format!(" [{details}]") };
    SendError::fail(format!("Slack refused {name} ({code}){details}: {remedy}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_scope_and_what_to_do() {
        let create = managing("conversations.create", true);
        let error = judge(create, "missing_scope", "needed scope: groups:write");
        assert_eq!(
            error.reason,
            "Slack refused conversations.create (missing_scope) [needed scope: groups:write]: add the scope groups:write to \
             the Slack app, install it again, and declare once more"
        );
        assert_eq!(error.class, super::super::Class::Fail);
        let scope = |code| judge(managing("conversations.invite", false), code, "").reason;
        assert!(scope("missing_scope").contains("channels:manage"));
        assert!(scope("restricted_action").contains("administrators"));
        assert!(scope("what_is_this").contains("conversations.invite"));
        assert!(matches!(judge(create, "internal_error", "").class, super::super::Class::Retry { .. }));
    }
}
