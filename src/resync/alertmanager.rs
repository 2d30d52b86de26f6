//! Whom an Alertmanager tells what, and what it should have told us (FACTS A7).

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::incident::reconcile::{Differences, Here, ON_ITS_WAY, Sender, There, compare};

use super::{Found, Resync};
use crate::clock;
use crate::sources::alertmanager;
use crate::sources::alertmanager_api::{Api, Snapshot};
use crate::store::StoreError;
use crate::telemetry::labels::ResyncOutcome;

/// How long an answer serves for further late firings.
const SHARED: TimeDelta = TimeDelta::seconds(15);
/// So many of the newest bodies say which receivers post to us.
const BODIES: i64 = 10;
/// Alerts of one body: hop 1 commits each body at once.
const ALERTS: usize = 500;

/// An Alertmanager that can be asked.
#[derive(Debug)]
pub struct Peer {
    /// Its API.
    pub api: Api,
    /// The receiver that posts to us, where it is configured.
    pub receiver: Option<String>,
}

/// An answer, or that there was none.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When it was asked.
    at: DateTime<Utc>,
    snapshot: Option<Arc<Snapshot>>,
}

impl Resync {
    pub(super) async fn alertmanager(
        &self,
        source: &str,
        peer: &Peer,
        here: &[Here],
        now: DateTime<Utc>,
    ) -> Result<Found, StoreError> {
        let mut found =
            Found { outcome: ResyncOutcome::Unanswered, confirmed: Vec::new(), bodies: Vec::new() };
        let Some(snapshot) = self.ask(source, peer, now).await else { return Ok(found) };
        let receivers = self.receivers(source, peer).await?;
        let there = self.there(&snapshot, &receivers);
        let sender = Sender {
            up_since: if snapshot.ready { snapshot.up_since } else { now },
            truncated_at: self.store.truncated_at(source, now - ON_ITS_WAY).await?,
        };
        let Differences { messages, confirmed } = compare(here, &there, sender, now);
        found.confirmed = confirmed.into_iter().map(|id| id.fingerprint).collect();
        found.outcome = ResyncOutcome::Agreed;
        if messages.is_empty() {
            return Ok(found);
        }
        let host = peer.api.host();
        tracing::warn!(
            source,
            host,
            alerts = messages.len(),
            "what fires there differs from what fires here"
        );
        let note = format!("found by asking Alertmanager at {host}");
        let receiver = receivers.first().map(String::as_str).unwrap_or_default();
        let bodies = messages.chunks(ALERTS).map(|some| alertmanager::body(some, receiver, &note));
        found.bodies = bodies.map(|body| (body, note.clone())).collect();
        found.outcome = ResyncOutcome::Differed;
        Ok(found)
    }

    /// What it knew at `since` or later, if it answers. Many late firings come at once, after a partition: they share
    /// one answer, and one vain attempt.
    pub(super) async fn ask(&self, source: &str, peer: &Peer, since: DateTime<Utc>) -> Option<Arc<Snapshot>> {
        let at = clock::now();
        let before = self.heard.lock().unwrap_or_else(PoisonError::into_inner).get(source).cloned();
        if let Some(heard) = before.as_ref().filter(|heard| heard.at >= since && at - heard.at <= SHARED) {
            return heard.snapshot.clone();
        }
        let (answer, host) = (peer.api.ask(source, at).await, peer.api.host());
        let was_silent = before.is_some_and(|heard| heard.snapshot.is_none());
        match &answer {
            Ok(_) if was_silent => tracing::info!(source, host, "Alertmanager answers again"),
            // Once for each outage and process.
            Err(error) if !was_silent => {
                tracing::warn!(source, host, %error, "Alertmanager cannot be asked; nothing changes until it can");
            }
            _ => {}
        }
        let snapshot = answer.ok().map(Arc::new);
        let heard = Heard { at, snapshot: snapshot.clone() };
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).insert(source.to_owned(), heard);
        snapshot
    }

    /// Who posts to us there: what is configured, or the receivers of the newest bodies.
    async fn receivers(&self, source: &str, peer: &Peer) -> Result<BTreeSet<String>, StoreError> {
        if let Some(receiver) = &peer.receiver {
            return Ok(BTreeSet::from([receiver.clone()]));
        }
        let bodies = self.store.newest_bodies(source, BODIES).await?;
        Ok(bodies.iter().filter_map(|body| alertmanager::receiver(body)).collect())
    }

    fn there(&self, snapshot: &Snapshot, receivers: &BTreeSet<String>) -> Vec<There> {
        let rules = &self.ingest.desk().rules;
        let there = snapshot.firing.iter().map(|one| {
            let to_us = one.receivers.iter().any(|receiver| receivers.contains(receiver));
            // Of what is muted unseen nothing is known but that it may be; people have asked for quiet. What hop 1 drops
            // fires there and never here.
            let told_to_us = to_us && !one.quiet && !snapshot.mutes_unseen && !rules.drops(&one.message);
            There { message: one.message.clone(), told_to_us }
        });
        there.collect()
    }
}
