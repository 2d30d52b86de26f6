//! Forms of Slack: opened for the one who pressed or typed, within three seconds of that (FACTS D).
//!
//! Knows what Slack says of a form. Must not know what a form asks.

use serde_json::{Value, json};

use super::{BOT, Class, SendError, Slack, classify, post, said};

impl Slack {
    /// `views.open`. A `trigger` can be used once.
    ///
    /// # Errors
    /// As [`Slack::post`]; a trigger that came too late is said to be one.
    pub async fn open(&self, trigger: &str, view: &Value) -> Result<(), SendError> {
        let body = json!({ "trigger_id": trigger, "view": view });
        let url = self.method("views.open");
        let answer = post(&self.client, &url, Some(&self.token), &body, BOT, &self.token).await;
        let opened = answer.and_then(|answer| said(answer, judge, |_| Some(())));
        opened.map_err(|error| error.without(&self.token))
    }

    /// `chat.postEphemeral`: one person alone sees it, and it is kept nowhere.
    ///
    /// # Errors
    /// [`Class::Gone`] where the bot may not post in that channel; else as [`Slack::post`].
    pub async fn say_to_one(&self, message: &Value) -> Result<(), SendError> {
        let url = self.method("chat.postEphemeral");
        let answer = post(&self.client, &url, Some(&self.token), message, BOT, &self.token).await;
        let said = answer.and_then(|answer| said(answer, judge_place, |_| Some(())));
        said.map_err(|error| error.without(&self.token))
    }
}

/// What an error code means where one person was to be told something in a channel.
fn judge_place(code: &str, details: &str) -> SendError {
    let error = classify(code, details);
    let shut = ["channel_not_found", "not_in_channel", "is_archived", "channel_is_archived"];
    if shut.contains(&code) { SendError { class: Class::Gone, ..error } } else { error }
}

/// What an error code means where a form is what was refused.
fn judge(code: &str, details: &str) -> SendError {
    let remedy = match code {
        "expired_trigger_id" | "trigger_expired" | "trigger_exchanged" | "exchanged_trigger_id" => {
            "it came too late; ask again"
        }
        "invalid_trigger_id" | "invalid_trigger" => {
            "`slack.signing_secret` and the first `bot_token` of `slack_configs` belong to different apps"
        }
        "missing_scope" | "not_allowed_token_type" | "no_permission" => {
            "add the scope commands to the Slack app and install it again"
        }
        "invalid_arguments" | "view_too_large" | "duplicate_external_id" => {
            "this is a fault of firstlook: please report it with this text"
        }
        _ => return classify(code, details),
    };
    let details = if details.is_empty() { String::new() } else { format!(" [{details}]") };
    SendError::fail(format!("Slack did not open the form ({code}){details}: {remedy}"))
}
