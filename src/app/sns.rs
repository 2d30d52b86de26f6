//! What the configuration says of SNS, as sources.
//!
//! Knows the configuration and each part's constructor. Must not open a connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::StartError;
use crate::aws;
use crate::config::{Config, SnsSource};
use crate::sources::sns::fetch::Fetcher;
use crate::sources::sns::read::Reading;
use crate::sources::sns::signer::Signer;
use crate::sources::sns::subscription::Confirmer;
use crate::sources::sns::{Gate, Keys, Source};

/// How long credentials are looked for at the start.
const LOOK: Duration = Duration::from_secs(10);
/// For what AWS asks of its own account, where no topic names a region.
const SOME_REGION: &str = "us-east-1";

/// How the messages of `source` are read.
pub fn reading(config: &Config, source: &SnsSource) -> Reading {
    Reading {
        insufficient_data: source.insufficient_data,
        severity_label: config.severity.label.clone(),
        topics: source.topics.clone(),
    }
}

/// Each SNS source with who signs for it, where there are credentials. Without SNS sources the SDK is not even set up.
pub async fn signers(config: &Config) -> Vec<(&SnsSource, Signer)> {
    if config.sns.is_empty() {
        return Vec::new();
    }
    let topic = config.sns.iter().flat_map(|one| &one.topics).find_map(|topic| topic.example());
    let region = topic.as_ref().map_or(SOME_REGION, |topic| topic.region());
    // Without an endpoint: each topic is asked about at its own.
    let sdk = aws::config(Some(region), None).await;
    config.sns.iter().map(|one| (one, Signer::new(sdk.clone(), one.endpoint_url.clone()))).collect()
}

/// Says in the log whether subscriptions will be confirmed by signed calls.
pub(super) async fn look_for_credentials(signer: Signer) {
    match signer.is_able(LOOK).await {
        true => tracing::info!("there are AWS credentials: SNS subscriptions are confirmed by signed calls"),
        false => tracing::info!(
            "there are no AWS credentials now: SNS subscriptions are confirmed by calls without a signature"
        ),
    }
}

/// The SNS sources by name; they share what was fetched.
pub(super) async fn sources(config: &Config) -> Result<BTreeMap<String, Source>, StartError> {
    let fetcher = Arc::new(Fetcher::new()?);
    let mut sources = BTreeMap::new();
    for (one, signer) in signers(config).await {
        let keys = match &one.pinned {
            Some(certificate) => Keys::Pinned(Arc::clone(certificate)),
            None => Keys::Aws(Arc::clone(&fetcher)),
        };
        let gate = Gate {
            topics: one.topics.clone(),
            keys,
            version_2_only: one.version_2_only,
            max_age: one.max_age,
        };
        let source = Source {
            gate,
            reading: reading(config, one),
            confirmer: Confirmer::new(one.endpoint_url.clone(), signer)?,
            authorization: one.authorization.clone(),
            raw_delivery: one.raw_delivery,
        };
        sources.insert(one.name.clone(), source);
    }
    Ok(sources)
}
