//! Door: network. Confirms a subscription, by a call that we make up ourselves.
//!
//! Knows `ConfirmSubscription`. Never calls an address that a message hands us (FACTS B4), and never confirms the end of a
//! subscription: that would begin another.

use std::time::Duration;

use super::Verified;
use super::read::Subscription;
use crate::http;

/// Longest that SNS may take: the sender waits meanwhile.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Calls SNS.
#[derive(Debug, Clone)]
pub struct Confirmer {
    client: reqwest::Client,
    /// Asked in the place of AWS: an emulator, or a VPC endpoint.
    endpoint: Option<String>,
}

impl Confirmer {
    /// With a client that follows no redirect.
    ///
    /// # Errors
    /// When the TLS roots of the system cannot be read.
    pub fn new(endpoint: Option<String>) -> Result<Self, reqwest::Error> {
        Ok(Self { client: http::client(TIMEOUT)?, endpoint })
    }

    /// Confirms the subscription that `verified` asks to be confirmed.
    ///
    /// # Errors
    /// When SNS does not answer now, with the reason for people; asking again may help.
    pub async fn confirm(&self, verified: &Verified) -> Result<Subscription, String> {
        let base = self.endpoint.clone().unwrap_or_else(|| format!("https://{}", verified.topic.host()));
        // Topic and token were read as texts that need no escape.
        let (topic, token) = (verified.topic.as_str(), verified.token.expose());
        let url =
            format!("{base}/?Action=ConfirmSubscription&Version=2010-03-31&TopicArn={topic}&Token={token}");
        let answer = self.client.get(url).send().await;
        let answer = answer.map_err(|error| format!("SNS does not answer: {}", error.without_url()))?;
        match answer.status().as_u16() {
            200 => Ok(Subscription::Confirmed),
            status @ (429 | 500..) => Err(format!("SNS answers {status}")),
            status => Ok(Subscription::Refused(format!("it answers {status}"))),
        }
    }
}
