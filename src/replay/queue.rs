//! Door: network. A dead-letter queue of SQS: what SNS could not deliver waits there.
//!
//! Knows the SDK's SQS. Must not know what a message says.

use std::time::Duration;

use aws_config::Region;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use chrono::{DateTime, Utc};
use firstlook_core::alert::sns::QueueUrl;

use crate::aws;
use crate::aws::refusal::Refusal;

/// How long SQS waits for messages before it says that there are none: with a wait it asks all of its servers.
const WAIT_S: i32 = 2;
/// Longest that a call may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: QueueUrl,
}

/// A message that nobody else gets for a while.
#[derive(Debug, Clone)]
pub struct Held {
    /// The queue's name for it, the same each time that it comes.
    pub id: String,
    /// Its body.
    pub body: String,
    /// When it was put there.
    pub put_at: Option<DateTime<Utc>>,
    receipt: String,
}

impl Queue {
    /// The queue at `url`. Asked at the URL's own host, or where `AWS_ENDPOINT_URL` says; its region is the URL's, or that of
    /// the environment.
    ///
    /// # Errors
    /// When there is no region.
    pub async fn new(url: QueueUrl) -> Result<Self, String> {
        let sdk = aws::config(url.region(), None).await;
        let region: Option<Region> = sdk.region().cloned();
        if region.is_none() {
            return Err(
                "neither the queue's URL nor the environment names a region: set AWS_REGION".to_owned()
            );
        }
        let mut builder = Builder::from(&sdk);
        if sdk.endpoint_url().is_none() {
            builder = builder.endpoint_url(url.origin());
        }
        Ok(Self { client: Client::from_conf(builder.build()), url })
    }

    /// At most `most` messages (SQS gives ten), which nobody else gets for `hidden`. None: there are none.
    ///
    /// # Errors
    /// With the permission that is missing, or what else stands in the way.
    pub async fn receive(&self, most: usize, hidden: Duration) -> Result<Vec<Held>, String> {
        let call = self
            .client
            .receive_message()
            .queue_url(self.url.as_str())
            .max_number_of_messages(i32::try_from(most.clamp(1, 10)).unwrap_or(10))
            .wait_time_seconds(WAIT_S)
            .visibility_timeout(i32::try_from(hidden.as_secs()).unwrap_or(i32::MAX))
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp);
        let answer = within(call.send()).await?;
        let answer = answer.map_err(|error| told(&Refusal::of(&error, "sqs:ReceiveMessage")))?;
        Ok(answer.messages.unwrap_or_default().into_iter().filter_map(held).collect())
    }

    /// Takes a message out of the queue for good.
    ///
    /// # Errors
    /// As [`Queue::receive`].
    pub async fn delete(&self, held: &Held) -> Result<(), String> {
        let call = self.client.delete_message().queue_url(self.url.as_str()).receipt_handle(&held.receipt);
        let answer = within(call.send()).await?;
        answer.map(drop).map_err(|error| told(&Refusal::of(&error, "sqs:DeleteMessage")))
    }
}

async fn within<T>(call: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(TIMEOUT, call)
        .await
        .map_err(|_| "SQS does not answer: look at network, region and endpoint".to_owned())
}

fn told(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Refused(text) | Refusal::Unknown(text) => {
            format!("{text}: is the URL that of a queue which is there?")
        }
        other => other.text().to_owned(),
    }
}

fn held(message: Message) -> Option<Held> {
    let sent = message.attributes.as_ref()?.get(&MessageSystemAttributeName::SentTimestamp);
    let put_at = sent.and_then(|millis| millis.parse().ok()).and_then(DateTime::<Utc>::from_timestamp_millis);
    Some(Held {
        id: message.message_id?,
        body: message.body.unwrap_or_default(),
        put_at,
        receipt: message.receipt_handle?,
    })
}
