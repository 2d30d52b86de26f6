//! Door: network. Confirms a subscription, by a call that we make up ourselves: signed where there are AWS credentials.
//!
//! Knows `ConfirmSubscription`. Never calls an address that a message hands us (FACTS B4), and never confirms the end of a
//! subscription: that would begin another.

use std::time::Duration;

use super::Verified;
use super::read::Subscription;
use super::signer::Signer;
use crate::aws::refusal::{NO_CREDENTIALS, Refusal};
use crate::http;

/// Longest that everything may take: the sender waits meanwhile.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Longest that credentials are looked for meanwhile.
const LOOK: Duration = Duration::from_secs(1);

/// Calls SNS.
#[derive(Debug, Clone)]
pub struct Confirmer {
    client: reqwest::Client,
    /// Asked in the place of AWS: an emulator, or a VPC endpoint.
    endpoint: Option<String>,
    /// Signs.
    pub signer: Signer,
}

impl Confirmer {
    /// With a client that follows no redirect.
    ///
    /// # Errors
    /// When the TLS roots of the system cannot be read.
    pub fn new(endpoint: Option<String>, signer: Signer) -> Result<Self, reqwest::Error> {
        Ok(Self { client: http::client(TIMEOUT)?, endpoint, signer })
    }

    /// Confirms the subscription that `verified` asks to be confirmed.
    ///
    /// # Errors
    /// When SNS does not answer now, with the reason for people; asking again may help.
    pub async fn confirm(&self, verified: &Verified) -> Result<Subscription, String> {
        let attempt = tokio::time::timeout(TIMEOUT, self.attempt(verified)).await;
        attempt.unwrap_or_else(|_| Err("SNS does not answer in time".to_owned()))
    }

    async fn attempt(&self, verified: &Verified) -> Result<Subscription, String> {
        let why = match self.signer.is_able(LOOK).await {
            false => format!("no AWS credentials were found: {NO_CREDENTIALS}"),
            true => match self.signer.confirm(verified).await {
                Ok(()) => {
                    return Ok(Subscription::Confirmed(
                        "by a signed call: only signed calls end it".to_owned(),
                    ));
                }
                Err(Refusal::Refused(why)) => return Ok(Subscription::Refused(why)),
                Err(Refusal::Unavailable(why)) => return Err(why),
                // That alarms come matters more than who could end them.
                Err(Refusal::Denied(why) | Refusal::Unknown(why)) => why,
            },
        };
        self.unsigned(verified, &why).await
    }

    async fn unsigned(&self, verified: &Verified, why: &str) -> Result<Subscription, String> {
        let base = self.endpoint.clone().unwrap_or_else(|| format!("https://{}", verified.topic.host()));
        // Topic and token were read as texts that need no escape.
        let (topic, token) = (verified.topic.as_str(), verified.token.expose());
        let url =
            format!("{base}/?Action=ConfirmSubscription&Version=2010-03-31&TopicArn={topic}&Token={token}");
        let answer = self.client.get(url).send().await;
        let answer = answer.map_err(|error| format!("SNS does not answer: {}", error.without_url()))?;
        match answer.status().as_u16() {
            200 => {
                let by = format!(
                    "by a call without signature: whoever has an unsubscribe link can end it ({why})"
                );
                Ok(Subscription::Confirmed(by))
            }
            status @ (429 | 500..) => Err(format!("SNS answers {status}")),
            // Throttling comes as 400 as well, and only its words tell it.
            400 if throttled(answer).await => Err("SNS answers that too much is asked at once".to_owned()),
            status => Ok(Subscription::Refused(format!("it answers {status}"))),
        }
    }
}

/// Whether an answer, of which the beginning is read, asks for patience.
async fn throttled(mut answer: reqwest::Response) -> bool {
    let beginning = answer.chunk().await.ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(&beginning).contains("<Code>Throttl")
}
