//! Requests as Slack and PagerDuty send and sign them (FACTS C, D).

use ring::hmac;
use serde_json::{Value, json};

use super::{Answer, Firstlook};

/// What Slack signs with.
pub const SIGNING_SECRET: &str = "a-signing-secret-of-slack";
/// What PagerDuty signs with.
pub const WEBHOOK_SECRET: &str = "a-webhook-secret-of-pagerduty";

fn sign(secret: &str, message: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, message.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The fields as a form.
pub fn form(fields: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x/").unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap().to_owned()
}

impl Firstlook {
    /// A form of Slack's, signed `age` seconds ago with `secret`.
    pub async fn slack_signed(&self, path: &str, form: &str, secret: &str, age: i64) -> Answer {
        let at = (firstlook::clock::now().timestamp() - age).to_string();
        let signature = format!("v0={}", sign(secret, &format!("v0:{at}:{form}")));
        let url = format!("{}{path}", self.url);
        let request = |http: &reqwest::Client| {
            let request = http.post(url).header("content-type", "application/x-www-form-urlencoded");
            let request = request.header("x-slack-request-timestamp", at);
            request.header("x-slack-signature", signature).body(form.to_owned())
        };
        self.send(request).await
    }

    /// An event of Slack's, signed `age` seconds ago with `secret`; `retry`: which try this is, from 1.
    pub async fn slack_tells(&self, event: &Value, secret: &str, age: i64, retry: Option<u32>) -> Answer {
        let (at, body) = ((firstlook::clock::now().timestamp() - age).to_string(), event.to_string());
        let signature = format!("v0={}", sign(secret, &format!("v0:{at}:{body}")));
        let url = format!("{}/slack/events", self.url);
        let request = |http: &reqwest::Client| {
            let request = http.post(url).header("content-type", "application/json").body(body);
            let request =
                request.header("x-slack-request-timestamp", at).header("x-slack-signature", signature);
            match retry {
                Some(n) => {
                    request.header("x-slack-retry-num", n).header("x-slack-retry-reason", "http_timeout")
                }
                None => request,
            }
        };
        self.send(request).await
    }

    /// `name` presses a button of an incident.
    pub async fn press(&self, name: &str, action: &str, incident: &Value, private: bool) -> Answer {
        let payload = json!({
            "type": "block_actions", "team": {"id": "T0TEST"}, "trigger_id": "1.2.3", "api_app_id": "A0TEST",
            "user": {"id": "U0TEST", "username": name, "name": name, "team_id": "T0TEST"},
            "container": {"type": "message", "is_ephemeral": private},
            "response_url": self.slack.response_url(),
            "actions": [{"type": "button", "block_id": "act", "action_id": action, "value": incident.to_string(),
                "text": {"type": "plain_text", "text": "x"}, "action_ts": "1.2"}],
        });
        let form = form(&[("payload", &payload.to_string())]);
        let answer = self.slack_signed("/slack/interactions", &form, SIGNING_SECRET, 0).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{action}");
        answer
    }

    /// `name` asks `/firstlook text`; what is answered.
    pub async fn command(&self, name: &str, text: &str) -> Value {
        let fields = [("command", "/firstlook"), ("text", text), ("user_name", name), ("user_id", "U0TEST")];
        let answer = self.slack_signed("/slack/commands", &form(&fields), SIGNING_SECRET, 0).await;
        assert_eq!(answer.status, 200, "{text}: {}", answer.text);
        answer.json()
    }

    /// An event of PagerDuty's webhooks, signed with `secret`.
    pub async fn pagerduty_tells(&self, event: &Value, secret: &str) -> Answer {
        let body = json!({ "event": event }).to_string();
        let signature = format!("v1=00,v1={}", sign(secret, &body));
        let url = format!("{}/webhooks/pagerduty/oncall", self.url);
        let request =
            |http: &reqwest::Client| http.post(url).header("x-pagerduty-signature", signature).body(body);
        self.send(request).await
    }
}
