//! Forms of Slack's, as whoever fills them in does (FACTS D).

use serde_json::{Value, json};

use super::elsewhere::{SIGNING_SECRET, form};
use super::{Answer, Firstlook};

impl Firstlook {
    /// `name` asks `/firstlook text` in a channel; what is answered, where anything is.
    pub async fn asks(&self, name: &str, text: &str, channel: &str, trigger: &str) -> Answer {
        let fields = [
            ("command", "/firstlook"),
            ("text", text),
            ("user_name", name),
            ("user_id", "U0TEST"),
            ("channel_id", channel),
            ("trigger_id", trigger),
        ];
        self.slack_signed("/slack/commands", &form(&fields), SIGNING_SECRET, 0).await
    }

    /// `name` uses the global shortcut.
    pub async fn shortcut(&self, name: &str, callback: &str, trigger: &str) -> Answer {
        let payload = json!({
            "type": "shortcut", "callback_id": callback, "trigger_id": trigger, "action_ts": "1.2",
            "team": {"id": "T0TEST"}, "user": {"id": "U0TEST", "username": name, "team_id": "T0TEST"},
        });
        self.interacts(&payload).await
    }

    /// `name` chooses from the menu beside a message's buttons: `silence:1`.
    pub async fn chooses(&self, name: &str, value: &str, trigger: &str) {
        let payload = json!({
            "type": "block_actions", "team": {"id": "T0TEST"}, "trigger_id": trigger,
            "user": {"id": "U0TEST", "username": name, "name": name, "team_id": "T0TEST"},
            "container": {"type": "message"}, "response_url": self.slack.response_url(),
            "actions": [{"type": "overflow", "block_id": "act", "action_id": "more", "action_ts": "1.2",
                "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": value}}],
        });
        let answer = self.interacts(&payload).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{value}");
    }

    /// `name` fills a form in: `values` by block, as its elements give them.
    pub async fn submits(&self, name: &str, view: &Value, values: &[(&str, Value)]) -> Answer {
        let state: serde_json::Map<String, Value> =
            values.iter().map(|(block, value)| ((*block).to_owned(), json!({"v": value}))).collect();
        let payload = json!({
            "type": "view_submission", "team": {"id": "T0TEST"}, "trigger_id": "9.9",
            "user": {"id": "U0TEST", "username": name, "name": name, "team_id": "T0TEST"},
            "response_urls": [],
            "view": {
                "id": view["id"], "type": "modal", "callback_id": view["callback_id"],
                "private_metadata": view["private_metadata"], "state": {"values": state}, "hash": "1.x",
            },
        });
        self.interacts(&payload).await
    }

    /// A payload to where interactions go, signed.
    pub async fn interacts(&self, payload: &Value) -> Answer {
        let form = form(&[("payload", &payload.to_string())]);
        self.slack_signed("/slack/interactions", &form, SIGNING_SECRET, 0).await
    }
}
