//! Door: network. `ConfirmSubscription`, signed: a subscription that was confirmed so is ended by signed calls alone.
//!
//! Knows the SDK's SNS. Must not decide what follows from a refusal.

use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_sdk_sns::Client;
use aws_sdk_sns::config::Builder;
use firstlook_core::alert::sns::TopicArn;

use super::Verified;
use crate::aws;
use crate::aws::refusal::Refusal;

/// Calls SNS with AWS credentials, where there are any.
#[derive(Debug, Clone)]
pub struct Signer {
    sdk: SdkConfig,
    endpoint: Option<String>,
}

impl Signer {
    /// `endpoint` is asked in the place of AWS.
    pub fn new(sdk: SdkConfig, endpoint: Option<String>) -> Self {
        Self { sdk, endpoint }
    }

    /// Whether there are credentials, looked for during `within` at most.
    pub async fn is_able(&self, within: Duration) -> bool {
        aws::has_credentials(&self.sdk, within).await
    }

    /// Asks at the SNS host of `topic`'s own region, and nowhere else.
    pub fn client(&self, topic: &TopicArn) -> Client {
        let endpoint = self.endpoint.clone().unwrap_or_else(|| format!("https://{}", topic.host()));
        let region = Region::new(topic.region().to_owned());
        Client::from_conf(Builder::from(&self.sdk).region(region).endpoint_url(endpoint).build())
    }

    /// Confirms the subscription that `verified` asks to be confirmed, with `AuthenticateOnUnsubscribe`.
    ///
    /// # Errors
    /// With what AWS says, without the token.
    pub async fn confirm(&self, verified: &Verified) -> Result<(), Refusal> {
        let call = self
            .client(&verified.topic)
            .confirm_subscription()
            .topic_arn(verified.topic.as_str())
            .token(verified.token.expose())
            .authenticate_on_unsubscribe("true");
        let answer = call.send().await;
        answer.map(drop).map_err(|error| Refusal::of(&error, "sns:ConfirmSubscription"))
    }
}
