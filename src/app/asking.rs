//! What the configuration says of senders that can be asked what fires, and of those that fall silent.
//!
//! Knows the configuration and each part's constructor. Must not open a connection.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use chrono::TimeDelta;

use super::{StartError, sns};
use crate::aws;
use crate::config::{Config, SnsSource};
use crate::ingest::Ingest;
use crate::resync::{Alertmanager, CloudWatch, Peer, Resync};
use crate::sources::alertmanager_api::Api;
use crate::sources::cloudwatch_api;
use crate::store::Store;
use crate::upkeep::StaleAfter;

/// How long an alarm counts whose end nobody tells, where its source does not say.
const ENDLESS: TimeDelta = TimeDelta::hours(24);
/// For the SDK, which wants one, where no topic names any.
const SOME_REGION: &str = "us-east-1";

/// How long each source may say nothing about what fires. CloudWatch never repeats: silence alone says nothing there.
pub(super) fn stale_after(config: &Config) -> Vec<StaleAfter> {
    let alertmanager = config.alertmanager.iter().map(|one| StaleAfter {
        source: format!("alertmanager/{}", one.name),
        after: one.stale_after,
        endless_only: false,
    });
    let sns = config.sns.iter().map(|one| StaleAfter {
        source: format!("sns/{}", one.name),
        after: one.stale_after.unwrap_or(ENDLESS),
        endless_only: one.stale_after.is_none(),
    });
    alertmanager.chain(sns).collect()
}

/// Asks senders what fires.
pub(super) async fn resync(config: &Config, store: Store, ingest: Ingest) -> Result<Resync, StartError> {
    let mut peers = BTreeMap::new();
    for one in &config.alertmanager {
        let Some(settings) = &one.api else { continue };
        let api = Api::new(&settings.url, settings.authorization.clone())?;
        let receiver = settings.receiver.clone();
        peers
            .insert(format!("alertmanager/{}", one.name), Peer::Alertmanager(Alertmanager { api, receiver }));
    }
    for one in config.sns.iter().filter(|one| one.resync) {
        let (api, regions) = cloudwatch(one).await;
        peers.insert(format!("sns/{}", one.name), Peer::CloudWatch(Box::new(CloudWatch::new(api, regions))));
    }
    let reading = |one: &SnsSource| (format!("sns/{}", one.name), sns::reading(config, one));
    let readings = config.sns.iter().map(reading).collect();
    let instance = config.server.name.clone();
    Ok(Resync { store, ingest, peers, readings, instance, heard: Mutex::default() })
}

/// CloudWatch on behalf of a source, and the regions that its topics name.
pub async fn cloudwatch(source: &SnsSource) -> (cloudwatch_api::Api, BTreeSet<String>) {
    let named = source.topics.iter().filter_map(|topic| topic.region().map(str::to_owned));
    let regions: BTreeSet<String> = named.collect();
    let region = regions.first().map_or(SOME_REGION, String::as_str);
    // Without an endpoint, which other services of the SDK's would be asked at as well.
    let shared = aws::config(Some(region), None).await;
    (cloudwatch_api::Api::new(shared, source.endpoint_url.clone()), regions)
}
