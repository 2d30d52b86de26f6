//! Asks an Alertmanager what fires there, and gives hop 1 what it should have said: what fires there and not here, the
//! reverse, and a firing that came so soon after its resolve that nobody could tell which was the newer.
//!
//! Knows whom to ask and when. What a difference is says core; what it changes is hop 1's to decide, as of any body.

mod recheck;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::AlertMessage;
use firstlook_core::incident::Note;
use firstlook_core::incident::reconcile::{Differences, ON_ITS_WAY, Sender, There, compare};
use uuid::Uuid;

use crate::clock;
use crate::ingest::{Arrival, Ingest};
use crate::sources::alertmanager;
use crate::sources::alertmanager_api::{Api, Snapshot};
use crate::store::{Claim, Outcome, RESYNC, Store, StoreError};
use crate::telemetry::labels::ResyncOutcome;
use crate::telemetry::metrics::{self, Metric};

/// What the keys of second looks at late firings begin with; source and fingerprint follow.
const RECHECK: &str = "recheck/";
/// How often each Alertmanager is asked.
const EVERY: Duration = Duration::from_secs(60);
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

/// Everything that it needs.
#[derive(Debug)]
pub struct Resync {
    /// Where it is kept.
    pub store: Store,
    /// Where differences go.
    pub ingest: Ingest,
    /// Whom to ask, by source: `alertmanager/main`.
    pub peers: BTreeMap<String, Peer>,
    /// What each was last heard to say.
    pub heard: Mutex<BTreeMap<String, Heard>>,
}

/// An answer, or that there was none.
#[derive(Debug, Clone)]
pub struct Heard {
    /// When it was asked.
    at: DateTime<Utc>,
    snapshot: Option<Arc<Snapshot>>,
}

/// Whether a job is this file's.
pub fn is_ours(key: &str) -> bool {
    key.starts_with(RESYNC) || key.starts_with(RECHECK)
}

impl Resync {
    /// The jobs that stand for ever, by key.
    pub fn standing(&self) -> Vec<String> {
        self.peers.keys().map(|source| format!("{RESYNC}{source}")).collect()
    }

    /// Has every Alertmanager asked at once: what was sent while nobody ran here found nobody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self) -> Result<(), StoreError> {
        let sources: Vec<&str> = self.peers.keys().map(String::as_str).collect();
        self.store.ask_now(&sources).await
    }

    /// Does what a claim's key names.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn work(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        if claim.key.starts_with(RECHECK) {
            return self.recheck(&claim).await;
        }
        let source = claim.key.strip_prefix(RESYNC).unwrap_or_default();
        let Some(peer) = self.peers.get(source) else {
            tracing::info!(source, "it has no `api_url` any more; it is not asked again");
            return Ok(Outcome::Done);
        };
        let outcome = self.resync(source, peer).await?;
        metrics::count(Metric::Resyncs, &[outcome.into()]);
        Ok(Outcome::Later(EVERY))
    }

    async fn resync(&self, source: &str, peer: &Peer) -> Result<ResyncOutcome, StoreError> {
        // Before it is asked: what comes in between is then at worst said twice.
        let here = self.store.firing(source).await?;
        let now = clock::now();
        let Some(snapshot) = self.ask(source, peer, now).await else { return Ok(ResyncOutcome::Unanswered) };
        let receivers = self.receivers(source, peer).await?;
        let there = self.there(&snapshot, &receivers);
        let sender = Sender {
            up_since: if snapshot.ready { snapshot.up_since } else { now },
            truncated_at: self.store.truncated_at(source, now - ON_ITS_WAY).await?,
        };
        let Differences { messages, confirmed } = compare(&here, &there, sender, now);
        let fingerprints: Vec<&str> = confirmed.iter().map(|id| id.fingerprint.as_str()).collect();
        self.store.confirm(source, &fingerprints, now).await?;
        if messages.is_empty() {
            return Ok(ResyncOutcome::Agreed);
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
        for messages in messages.chunks(ALERTS) {
            self.tell(source, messages, receiver, &note).await?;
        }
        Ok(ResyncOutcome::Differed)
    }

    /// What it knew at `since` or later, if it answers. Many late firings come at once, after a partition: they share
    /// one answer, and one vain attempt.
    async fn ask(&self, source: &str, peer: &Peer, since: DateTime<Utc>) -> Option<Arc<Snapshot>> {
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

    /// Gives hop 1 a body that no sender posted. `note` stands in the reason of each decision.
    async fn tell(
        &self,
        source: &str,
        messages: &[AlertMessage],
        receiver: &str,
        note: &str,
    ) -> Result<(), StoreError> {
        // Read here: asking took its time, and what came meanwhile must not look as if it came after this.
        let now = clock::now();
        let body = alertmanager::body(messages, receiver, note);
        let parsed = alertmanager::parse(&body, source, now);
        let arrival = Arrival {
            source: source.to_owned(),
            body,
            received_at: now,
            trace_id: Uuid::new_v4().simple().to_string(),
            note: Some(Note::found(note)),
            once: None,
            room: None,
        };
        self.ingest.accept(arrival, parsed).await.map(drop)
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
