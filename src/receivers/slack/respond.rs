//! Door: network. Answers to one person, at the address that came with a press (FACTS D).
//!
//! Knows which addresses are Slack's. Must not know what an answer says.

use reqwest::Client;
use serde_json::Value;

use super::super::SendError;
use super::super::http::{Who, post};
use crate::secret::Secret;

const ANSWER: Who = Who { name: "Slack", key: "slack_configs.api_url" };
/// Slack's own, for everybody and for governments.
const SLACKS: [&str; 2] = ["https://hooks.slack.com", "https://hooks.slack-gov.com"];

/// Sends answers.
#[derive(Debug, Clone)]
pub struct Responder {
    client: Client,
    origins: Vec<String>,
}

impl Responder {
    /// `client`: from [`crate::http::client`]. `api_urls`: the configured bases of the Web API; an answer may go to their
    /// hosts too, where something stands in for Slack.
    pub fn new<'a>(client: Client, api_urls: impl IntoIterator<Item = &'a str>) -> Self {
        let configured = api_urls.into_iter().filter_map(origin).filter(|host| *host != "https://slack.com");
        Self { client, origins: SLACKS.into_iter().chain(configured).map(str::to_owned).collect() }
    }

    /// Posts an answer. An address that a message brought is called only where it is Slack's.
    ///
    /// # Errors
    /// When it is not, or Slack does not take the answer.
    pub async fn say(&self, response_url: &str, body: &Value) -> Result<(), SendError> {
        if !origin(response_url).is_some_and(|host| self.origins.iter().any(|own| own == host)) {
            return Err(SendError::fail("the address for the answer is not Slack's"));
        }
        let hidden = Secret::new(response_url);
        let answer = post(&self.client, response_url, None, body, ANSWER, &hidden).await;
        let answer = answer.and_then(|answer| answer.checked(ANSWER));
        answer.map(|_| ()).map_err(|error| error.without(&hidden))
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    (!host.contains('@')).then(|| url.get(..scheme.len() + 3 + host.len())).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn no_other_address_is_called() {
        let client = crate::http::client(std::time::Duration::from_secs(1)).unwrap();
        let responder = Responder::new(client, ["http://127.0.0.1:9/api", "https://slack.com/api"]);
        for url in [
            "",
            "https://slack.com/x",
            "https://evil.example/actions/1",
            "https://hooks.slack.com.evil.example/actions/1",
            "https://hooks.slack.com@evil.example/actions/1",
            "http://hooks.slack.com/actions/1",
            "http://127.0.0.1:90/x",
            "http://127.0.0.1:9@evil.example/x",
        ] {
            let error = responder.say(url, &Value::Null).await.unwrap_err();
            assert_eq!(error.reason, "the address for the answer is not Slack's", "{url}");
        }
        // Nobody listens there, which only who calls it finds out.
        let error = responder.say("http://127.0.0.1:9/x", &Value::Null).await.unwrap_err();
        assert!(error.reason.starts_with("cannot connect to Slack"), "{}", error.reason);
    }
}
