//! Door: network. Posts the incident as JSON to an address of the operator's.
//!
//! Knows that any 2xx means taken. Must not know who listens there.

use reqwest::Client;
use serde_json::Value;

use super::SendError;
use super::http::{Who, post};
use crate::secret::Secret;

const WHO: Who = Who { name: "the webhook's server", key: "webhook_configs.url" };

/// A generic webhook.
#[derive(Debug, Clone)]
pub struct Webhook {
    client: Client,
    url: Secret,
}

impl Webhook {
    /// `url` may hold a credential, hence it is a secret. `client`: from [`crate::http::client`].
    pub fn new(client: Client, url: Secret) -> Self {
        Self { client, url }
    }

    /// Posts `body`; its `event_id` lets the other side drop a repeat.
    ///
    /// # Errors
    /// 408, 429, 5xx and an unreachable server may be retried; other refusals not.
    pub async fn post(&self, body: &Value) -> Result<(), SendError> {
        let answer = post(&self.client, self.url.expose(), None, body, WHO, &self.url).await;
        answer.and_then(|answer| answer.checked(WHO)).map(drop).map_err(|error| error.without(&self.url))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::fake::{Fake, Reply, client};
    use super::*;
    use crate::receivers::Class;

    #[tokio::test]
    async fn any_2xx_is_taken_and_the_rest_has_a_class() {
        for (reply, class) in [
            (Reply::json(204, ""), None),
            (Reply::json(200, "<html>"), None),
            (Reply::json(404, "s3cr3t"), Some(Class::Fail)),
            // The secret would be cut in half at the 200th character.
            (Reply::json(403, &format!("{}s3cr3t", "x".repeat(197))), Some(Class::Fail)),
            (Reply::json(500, "no route for /in?token=s3cr3t"), Some(Class::Retry { after: None })),
            (Reply::json(408, ""), Some(Class::Retry { after: None })),
            (Reply::json(500, ""), Some(Class::Retry { after: None })),
            (Reply::Hang, Some(Class::Ambiguous)),
        ] {
            let fake = Fake::start(reply).await;
            let url = format!("{}/in?token=s3cr3t", fake.url);
            let result = Webhook::new(client(), Secret::new(url)).post(&json!({ "version": 1 })).await;
            assert_eq!(result.as_ref().err().map(|error| error.class), class, "{result:?}");
            assert!(!format!("{result:?}").contains("s3cr"), "{result:?}");
            assert!(fake.requests()[0].ends_with(r#"{"version":1}"#));
        }
    }
}
