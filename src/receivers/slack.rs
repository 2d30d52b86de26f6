//! Door: network. Posts and edits Slack messages, with a bot's token or through an incoming webhook (FACTS D).
//!
//! Knows tokens and what Slack's answers mean. Must not know what a message says.

pub mod channels;
pub mod files;
pub mod respond;
pub mod scopes;
mod sought;
pub mod views;

use reqwest::Client;
use serde_json::Value;

pub use self::sought::Place;
use super::http::{Answer, Who, post};
use super::{Class, SendError};
use crate::secret::Secret;

const BOT: Who = Who { name: "Slack", key: "slack_configs.api_url" };
const HOOK: Who = Who { name: "Slack", key: "slack_configs.incoming_webhook_url" };

/// A workspace, through a bot's token.
#[derive(Debug, Clone)]
pub struct Slack {
    client: Client,
    api_url: String,
    token: Secret,
}

/// A message that Slack took: what edits and threads need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The channel's id, whatever name it was posted to.
    pub channel: String,
    /// The message's id within its channel.
    pub ts: String,
}

impl Slack {
    /// `api_url`: `https://slack.com/api`. `client`: from [`crate::http::client`].
    pub fn new(client: Client, api_url: impl Into<String>, token: Secret) -> Self {
        Self { client, api_url: api_url.into(), token }
    }

    /// `chat.postMessage`. After [`Class::Ambiguous`] the message may stand in the channel already.
    ///
    /// # Errors
    /// See [`classify`] for Slack's own, and [`Class`].
    pub async fn post(&self, message: &Value) -> Result<Receipt, SendError> {
        self.call("chat.postMessage", message).await
    }

    /// `chat.update`. Sending it again is harmless.
    ///
    /// # Errors
    /// [`Class::Gone`] when the message was deleted; else as [`Slack::post`].
    pub async fn update(&self, message: &Value) -> Result<Receipt, SendError> {
        self.call("chat.update", message).await
    }

    async fn call(&self, method: &str, message: &Value) -> Result<Receipt, SendError> {
        let url = self.method(method);
        let answer = post(&self.client, &url, Some(&self.token), message, BOT, &self.token).await;
        answer.and_then(receipt).map_err(|error| error.without(&self.token))
    }

    /// What it is let in by.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    fn method(&self, name: &str) -> String {
        format!("{}/{name}", self.api_url.trim_end_matches('/'))
    }
}

fn receipt(answer: Answer) -> Result<Receipt, SendError> {
    said(answer, classify, |body| Some(Receipt { channel: text(body, "channel")?, ts: text(body, "ts")? }))
}

fn text(body: &Value, key: &str) -> Option<String> {
    body.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// What Slack says in an answer: `read` takes what is needed from one that says yes, `judge` an error's code and Slack's
/// own words about it.
fn said<T>(
    answer: Answer,
    judge: impl Fn(&str, &str) -> SendError,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, SendError> {
    let answer = answer.checked(BOT)?;
    let body = answer.json().unwrap_or_default();
    match (body.get("ok").and_then(Value::as_bool), text(&body, "error")) {
        (Some(false), Some(code)) => {
            let mut error = judge(&code, &details(&body));
            if let (Class::Retry { after }, Some(asked)) = (&mut error.class, answer.retry_after) {
                *after = Some(asked);
            }
            return Err(error);
        }
        (Some(true), _) => {
            if let Some(found) = read(&body) {
                return Ok(found);
            }
        }
        _ => {}
    }
    Err(SendError::ambiguous(format!(
        "{:?} is not Slack's answer; check `{}` and proxies on the way",
        answer.excerpt(),
        BOT.key
    )))
}

/// Slack's own words about a refusal: `response_metadata.messages`, and the scope that it wants.
fn details(body: &Value) -> String {
    let messages = body.pointer("/response_metadata/messages").and_then(Value::as_array);
    let messages = messages.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let needed = body.get("needed").and_then(Value::as_str).map(|scope| format!("needed scope: {scope}"));
    messages.chain(needed).collect::<Vec<_>>().join("; ").chars().take(300).collect()
}

/// What an error code of the Web API means, and what a person does about it. An unknown code is not retried: Slack
/// answered, and said no.
pub fn classify(code: &str, details: &str) -> SendError {
    let remedy = match code {
        "ratelimited"
        | "rate_limited"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout" => {
            return SendError::retry(format!("Slack could not take it now ({code})"));
        }
        "message_not_found" => {
            return SendError {
                class: Class::Gone,
                reason: "the message to edit is gone (message_not_found)".into(),
            };
        }
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired" => {
            "give this receiver a valid `bot_token`"
        }
        "missing_scope" | "not_allowed_token_type" | "no_permission" => {
            "add the scope chat:write to the Slack app and install it again"
        }
        "channel_not_found" => "check `channel`, and invite the bot to it if it is private",
        "not_in_channel" => "invite the bot to the channel",
        "is_archived" | "channel_is_archived" => "unarchive the channel, or name another in `channel`",
        "cant_update_message" | "edit_window_closed" => {
            "the message belongs to another app or may not be edited any more"
        }
        "restricted_action" | "restricted_action_read_only_channel" => {
            "a workspace rule forbids posting in this channel"
        }
        "invalid_blocks" | "invalid_blocks_format" | "msg_too_long" | "msg_blocks_too_long" | "no_text" => {
            "this is a fault of firstlook: please report it with this text"
        }
        _ => "see Slack's list of errors of chat.postMessage",
    };
    let details = if details.is_empty() { String::new() } else { format!(" [{details}]") };
    SendError::fail(format!("Slack refused the message ({code}){details}: {remedy}"))
}

/// An incoming webhook: one fixed channel, no edits, no threads.
#[derive(Debug, Clone)]
pub struct IncomingWebhook {
    client: Client,
    url: Secret,
}

impl IncomingWebhook {
    /// `url` alone allows posting, hence it is a secret. `client`: from [`crate::http::client`].
    pub fn new(client: Client, url: Secret) -> Self {
        Self { client, url }
    }

    /// Posts the message; there is nothing to remember of it.
    ///
    /// # Errors
    /// As [`Slack::post`].
    pub async fn post(&self, message: &Value) -> Result<(), SendError> {
        let answer = post(&self.client, self.url.expose(), None, message, HOOK, &self.url).await;
        answer.and_then(taken).map_err(|error| error.without(&self.url))
    }
}

fn taken(answer: Answer) -> Result<(), SendError> {
    let answer = answer.checked(HOOK)?;
    if answer.excerpt() == "ok" {
        return Ok(());
    }
    let reason = format!("{:?} is not Slack's answer; check `{}`", answer.excerpt(), HOOK.key);
    Err(SendError::ambiguous(reason))
}

#[cfg(test)]
mod tests;
