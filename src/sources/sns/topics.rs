//! Door: network. What SNS says of topics and their subscriptions, for `check --online`.
//!
//! Knows the SDK's calls, and bounds them. Must not judge what they say.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};
use firstlook_core::alert::sns::{TopicArn, TopicPattern};

use super::signer::Signer;
use crate::aws::refusal::Refusal;

/// Longest that a call may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Most pages of a list; each has up to a hundred entries.
const MOST_PAGES: usize = 20;

/// A subscription, as lists give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its ARN; none while it waits to be confirmed.
    pub arn: Option<String>,
    /// Where it delivers. May hold a password.
    pub endpoint: String,
}

async fn asked<T, E>(call: impl Future<Output = Result<T, SdkError<E>>>, action: &str) -> Result<T, Refusal>
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match tokio::time::timeout(TIMEOUT, call).await {
        Ok(answer) => answer.map_err(|error| Refusal::of(&error, action)),
        Err(_) => Err(Refusal::Unavailable(format!("AWS does not answer {action} within 5 s"))),
    }
}

/// The topics like `pattern`, and whether the list was longer than what was read. Of a pattern without `*` it is the topic.
///
/// # Errors
/// With the permission that is missing, or what else stands in the way.
pub async fn like(signer: &Signer, pattern: &TopicPattern) -> Result<(Vec<TopicArn>, bool), Refusal> {
    const ACTION: &str = "sns:ListTopics";
    if let Some(topic) = pattern.exact() {
        return Ok((vec![topic], false));
    }
    let Some(example) = pattern.example() else {
        let why = "its region is written with `*`, and there is no list of all regions' topics";
        return Err(Refusal::Refused(why.to_owned()));
    };
    let client = signer.client(&example);
    let (mut topics, mut next) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let call = client.list_topics().set_next_token(next.take());
        let page = asked(call.send(), ACTION).await?;
        let arns = page.topics.unwrap_or_default().into_iter().filter_map(|topic| topic.topic_arn);
        topics.extend(arns.filter_map(|arn| TopicArn::parse(&arn)).filter(|topic| pattern.matches(topic)));
        next = page.next_token;
        if next.is_none() {
            break;
        }
    }
    Ok((topics, next.is_some()))
}

/// The subscriptions of `topic`, by HTTP or HTTPS.
///
/// # Errors
/// As [`like`].
pub async fn subscriptions(signer: &Signer, topic: &TopicArn) -> Result<Vec<Listed>, Refusal> {
    const ACTION: &str = "sns:ListSubscriptionsByTopic";
    let client = signer.client(topic);
    let (mut all, mut next) = (Vec::new(), None);
    for _ in 0..MOST_PAGES {
        let call = client.list_subscriptions_by_topic().topic_arn(topic.as_str()).set_next_token(next.take());
        let page = asked(call.send(), ACTION).await?;
        for one in page.subscriptions.unwrap_or_default() {
            if one.protocol.is_some_and(|protocol| protocol.starts_with("http")) {
                let arn = one.subscription_arn.filter(|arn| arn.starts_with("arn:"));
                all.push(Listed { arn, endpoint: one.endpoint.unwrap_or_default() });
            }
        }
        next = page.next_token;
        if next.is_none() {
            break;
        }
    }
    Ok(all)
}

/// The attributes of the subscription `arn` to `topic`.
///
/// # Errors
/// As [`like`].
pub async fn attributes(
    signer: &Signer,
    topic: &TopicArn,
    arn: &str,
) -> Result<HashMap<String, String>, Refusal> {
    const ACTION: &str = "sns:GetSubscriptionAttributes";
    let call = signer.client(topic).get_subscription_attributes().subscription_arn(arn);
    Ok(asked(call.send(), ACTION).await?.attributes.unwrap_or_default())
}

/// Whether `topic` signs with SHA-256.
///
/// # Errors
/// As [`like`].
pub async fn signs_by_version_2(signer: &Signer, topic: &TopicArn) -> Result<bool, Refusal> {
    const ACTION: &str = "sns:GetTopicAttributes";
    let call = signer.client(topic).get_topic_attributes().topic_arn(topic.as_str());
    let attributes = asked(call.send(), ACTION).await?.attributes.unwrap_or_default();
    Ok(attributes.get("SignatureVersion").is_some_and(|version| version == "2"))
}
