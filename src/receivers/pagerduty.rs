//! Door: network. Sends events to PagerDuty (Events API v2, FACTS C).
//!
//! Knows the routing key and what PagerDuty's answers mean. Must not know what an event says.

mod rest;

use reqwest::Client;
use serde_json::Value;

use super::SendError;
use super::http::{Answer, Who, post};
use crate::secret::Secret;
pub use rest::Rest;

const WHO: Who = Who { name: "PagerDuty", key: "pagerduty_configs.url" };

/// One integration of a PagerDuty service.
#[derive(Debug, Clone)]
pub struct PagerDuty {
    client: Client,
    url: String,
    routing_key: Secret,
    changes_url: Option<String>,
    rest: Option<Rest>,
}

impl PagerDuty {
    /// `url`: where events go, `https://events.pagerduty.com/v2/enqueue`. `client`: from [`crate::http::client`].
    pub fn new(client: Client, url: impl Into<String>, routing_key: Secret) -> Self {
        Self { client, url: url.into(), routing_key, changes_url: None, rest: None }
    }

    /// The same, with where change events go if it wants them, and who writes notes if somebody does.
    pub fn with(self, changes_url: Option<String>, rest: Option<Rest>) -> Self {
        Self { changes_url, rest, ..self }
    }

    /// Who writes notes on its incidents.
    pub fn rest(&self) -> Option<&Rest> {
        self.rest.as_ref()
    }

    /// Whether it is told of changes.
    pub fn wants_changes(&self) -> bool {
        self.changes_url.is_some()
    }

    /// Sends a change event. Sent twice, it stands there twice.
    ///
    /// # Errors
    /// As [`PagerDuty::send`].
    pub async fn change(&self, event: &Value) -> Result<(), SendError> {
        match &self.changes_url {
            Some(url) => self.post(url, event).await,
            None => Ok(()),
        }
    }

    /// Sends an event of `firstlook_core::notify`; the routing key is put in here. Sending it again is harmless: it
    /// carries its dedup key.
    ///
    /// # Errors
    /// 429, 5xx and an unreachable PagerDuty may be retried; 400 and other refusals not. An answer that is not
    /// PagerDuty's is ambiguous: something in between may have swallowed the event.
    pub async fn send(&self, event: &Value) -> Result<(), SendError> {
        self.post(&self.url, event).await
    }

    async fn post(&self, url: &str, event: &Value) -> Result<(), SendError> {
        let mut event = event.clone();
        if let Some(fields) = event.as_object_mut() {
            fields.insert("routing_key".to_owned(), self.routing_key.expose().into());
        }
        let answer = post(&self.client, url, None, &event, WHO, &self.routing_key).await;
        answer.and_then(receipt).map_err(|error| error.without(&self.routing_key))
    }
}

fn receipt(answer: Answer) -> Result<(), SendError> {
    if answer.status == 400 {
        return Err(SendError::fail(format!(
            "PagerDuty refused the event (400): {}; check the routing key (32 characters) of this receiver",
            answer.excerpt()
        )));
    }
    let answer = answer.checked(WHO)?;
    let body = answer.json().unwrap_or_default();
    match body.get("status").and_then(Value::as_str) {
        Some("success") => Ok(()),
        _ => Err(SendError::ambiguous(format!(
            "{} is not PagerDuty's answer ({}); check `{}` and proxies on the way",
            answer.excerpt(),
            answer.status,
            WHO.key
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::super::fake::{Fake, Reply, client};
    use super::*;
    use crate::receivers::Class;

    const KEY: &str = "R0UT1NGKEY0F32CHARACTERSEXACTLY0";
    const TAKEN: &str = r#"{"status":"success","message":"Event processed","dedup_key":"k1"}"#;

    async fn send_to(reply: Reply) -> (Result<(), SendError>, Vec<String>) {
        let fake = Fake::start(reply).await;
        let door = PagerDuty::new(client(), format!("{}/v2/enqueue", fake.url), Secret::new(KEY));
        assert!(!format!("{door:?}").contains(KEY));
        let result = door.send(&json!({ "event_action": "resolve", "dedup_key": "k1" })).await;
        (result, fake.requests())
    }

    #[tokio::test]
    async fn an_event_is_sent_with_its_key_and_taken() {
        let (result, requests) = send_to(Reply::json(202, TAKEN)).await;
        assert_eq!(result, Ok(()));
        assert_eq!(requests.len(), 1);
        let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /v2/enqueue HTTP/1.1") && head.contains("application/json"), "{head}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(body, json!({ "routing_key": KEY, "event_action": "resolve", "dedup_key": "k1" }));
    }

    #[tokio::test]
    async fn each_failure_has_its_class_and_a_reason_without_the_key() {
        let retry = |after| Class::Retry { after };
        let echo = format!(r#"{{"status":"invalid event","errors":["bad {KEY}"]}}"#);
        for (reply, class, reason) in [
            (
                Reply::json(429, "").header("Retry-After: 30"),
                retry(Some(Duration::from_secs(30))),
                "slow down",
            ),
            (Reply::json(429, ""), retry(None), "slow down"),
            (Reply::json(503, "gone fishing"), retry(None), "gone fishing"),
            (Reply::json(400, &echo), Class::Fail, "bad <secret>"),
            (Reply::json(403, ""), Class::Fail, "check `pagerduty_configs.url`"),
            (Reply::json(302, "").header("Location: http://127.0.0.1:1/"), Class::Fail, "redirect"),
            (Reply::json(202, "<html>"), Class::Ambiguous, "not PagerDuty's answer"),
            (Reply::Hang, Class::Ambiguous, "in time"),
            (Reply::Reset, Class::Ambiguous, "broke"),
            (Reply::Half, Class::Ambiguous, "broke off"),
        ] {
            let said = format!("{reply:?}");
            let error = send_to(reply).await.0.unwrap_err();
            assert_eq!(error.class, class, "{said}: {error}");
            assert!(error.reason.contains(reason) && !error.reason.contains(KEY), "{said}: {error}");
        }
    }

    #[tokio::test]
    async fn what_was_never_sent_may_be_retried() {
        let door = PagerDuty::new(client(), "http://127.0.0.1:9/x", Secret::new(KEY));
        let error = door.send(&json!({})).await.unwrap_err();
        assert_eq!(error.class, Class::Retry { after: None }, "{error}");
        let door = PagerDuty::new(client(), "not an address", Secret::new(KEY));
        assert_eq!(door.send(&json!({})).await.unwrap_err().class, Class::Fail);
    }
}
