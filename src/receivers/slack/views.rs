//! Forms of Slack: opened for the one who pressed or typed, within three seconds of that (FACTS D).
//!
//! Knows what Slack says of a form. Must not know what a form asks.

use serde_json::{Value, json};

use super::{BOT, SendError, Slack, classify, post, said};

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
