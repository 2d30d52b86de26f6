//! Door: network. Posts the incident as JSON to an address of the operator's, signed where a secret is shared.
//!
//! Knows that any 2xx means taken, and what shows who posted and when. Must not know who listens there.

use chrono::{DateTime, Utc};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use ring::hmac;

use super::SendError;
use super::http::{Who, answered};
use crate::secret::Secret;

const WHO: Who = Who { name: "the webhook's server", key: "webhook_configs.url" };

/// `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` under the shared secret.
pub const SIGNATURE: &str = "X-Firstlook-Signature";
/// The same for each try of one piece of news: who has seen it has had the news.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A generic webhook.
#[derive(Debug, Clone)]
pub struct Webhook {
    client: Client,
    url: Secret,
    secret: Option<Secret>,
}

impl Webhook {
    /// `url` may hold a credential, hence it is a secret. `secret`: what signs. `client`: from [`crate::http::client`].
    pub fn new(client: Client, url: Secret, secret: Option<Secret>) -> Self {
        Self { client, url, secret }
    }

    /// Posts `body`, which is JSON, at `now`. `event_id` is the same for each try, after a crash as well.
    ///
    /// # Errors
    /// 408, 429, 5xx and an unreachable server may be retried; other refusals not.
    pub async fn post(&self, body: String, event_id: &str, now: DateTime<Utc>) -> Result<(), SendError> {
        let request = self.client.post(self.url.expose()).header(CONTENT_TYPE, "application/json");
        let mut request = request.header(IDEMPOTENCY_KEY, event_id);
        if let Some(secret) = &self.secret {
            request = request.header(SIGNATURE, signature(secret, &body, now));
        }
        let answer = answered(request.body(body), WHO, &self.url).await;
        answer.and_then(|answer| answer.checked(WHO)).map(drop).map_err(|error| error.without(&self.url))
    }
}

/// What shows that `body` comes from who has `secret`, and when it was sent.
fn signature(secret: &Secret, body: &str, now: DateTime<Utc>) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes());
    let at = now.timestamp();
    let tag = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::super::fake::{Fake, Reply, client};
    use super::*;
    use crate::receivers::Class;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_111_620, 0).unwrap()
    }

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
            let hook = Webhook::new(client(), Secret::new(url), None);
            let result = hook.post(r#"{"version":1}"#.to_owned(), "e/1", now()).await;
            assert_eq!(result.as_ref().err().map(|error| error.class), class, "{result:?}");
            assert!(!format!("{result:?}").contains("s3cr"), "{result:?}");
            let request = &fake.requests()[0];
            assert!(request.ends_with(r#"{"version":1}"#) && !request.contains("x-firstlook"), "{request}");
        }
    }

    #[tokio::test]
    async fn a_post_is_signed_and_shows_which_news_it_is() {
        let fake = Fake::start(Reply::json(204, "")).await;
        let hook = Webhook::new(client(), Secret::new(fake.url.clone()), Some(Secret::new("whsec-1")));
        assert!(!format!("{hook:?}").contains("whsec"));
        hook.post("{\"a\":\"重\"}".to_owned(), "0199/7", now()).await.unwrap();
        let request = fake.requests()[0].to_lowercase();
        // echo -n '1795111620.{"a":"重"}' | openssl dgst -sha256 -hmac whsec-1
        for header in [
            "idempotency-key: 0199/7\r\n",
            "content-type: application/json\r\n",
            "x-firstlook-signature: t=1795111620,v1=0fe5d90ea3983ae075d268c1d306c25b6d23697effa14cba075f9b5c213bef74\r\n",
        ] {
            assert!(request.contains(header), "{header} is not in {request}");
        }
        assert!(!request.contains("whsec"));
    }
}
