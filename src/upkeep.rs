//! What is due without a message: a worker's lane of its own, one runner at a time over all replicas.
//!
//! Knows which upkeep there is and how often. Must not decide what a message means, nor tell anybody: what it finds goes
//! in by hop 1, or leaves edges and jobs in Postgres as hop 1 does.

mod heartbeats;
mod ping;
mod storms;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Labels;

use crate::clock;
use crate::config::Heartbeat;
use crate::ingest::Ingest;
use crate::store::{Claim, Cutoff, Keeps, Outcome, Store, StoreError, Waiting};
use crate::worker::Wake;
use ping::PING;
pub use ping::Ping;
use storms::{EVERY as STORMS_EVERY, STORMS};
pub use storms::{StormWay, Storms};

/// The key of the sweep's job.
pub const SWEEP: &str = "sweep";
/// How often time's own changes are looked for: much finer than any interval that people configure in earnest.
const SWEEP_EVERY: Duration = Duration::from_secs(10);

/// How long a message of SNS is remembered: a dead-letter queue gives it back for up to 14 days.
const SEEN_FOR: TimeDelta = TimeDelta::days(15);

/// How long it is known what a day's queries of logs had read: long enough to look back over a week.
const SCANS_FOR: TimeDelta = TimeDelta::days(8);

/// How long a source may say nothing about what fires.
#[derive(Debug, Clone)]
pub struct StaleAfter {
    /// Which.
    pub source: String,
    /// For so long.
    pub after: TimeDelta,
    /// Only about alerts whose end nobody tells.
    pub endless_only: bool,
}

/// Everything that upkeep needs.
#[derive(Debug)]
pub struct Upkeep {
    /// Where it is kept.
    pub store: Store,
    /// Where what firstlook finds by itself goes in, as what senders say does.
    pub ingest: Ingest,
    /// How often an incident that nobody takes is told again; zero means never.
    pub repeat_interval: TimeDelta,
    /// How long each source may say nothing about what fires.
    pub stale_after: Vec<StaleAfter>,
    /// What has to come again and again.
    pub heartbeats: Vec<Heartbeat>,
    /// What is told by storms.
    pub storms: Storms,
    /// Who has to hear that firstlook works.
    pub ping: Option<Ping>,
    /// Has the worker look at once.
    pub wake: Wake,
}

impl Upkeep {
    /// The jobs that stand for ever, by key.
    pub fn standing(&self) -> Vec<String> {
        [SWEEP, STORMS].into_iter().chain(self.ping.as_ref().map(|_| PING)).map(str::to_owned).collect()
    }

    /// Does what a claim's key names.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn work(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let now = clock::now();
        match claim.key.as_str() {
            SWEEP => {
                self.sweep(now).await?;
                Ok(Outcome::Later(SWEEP_EVERY))
            }
            STORMS => {
                let rules = &self.ingest.desk().rules;
                let hold = |waiting: &Waiting| rules.hold(waiting);
                let keeps = Keeps { rules: &rules.inhibition, hold: &hold };
                if self.storms.look(keeps).await? {
                    self.wake.all();
                }
                Ok(Outcome::Later(STORMS_EVERY))
            }
            PING => match &self.ping {
                Some(ping) => Ok(ping.send().await),
                None => Ok(Outcome::Done),
            },
            // Of a version that is newer or older than this one.
            unknown => {
                tracing::warn!(key = unknown, "upkeep that this version does not know is dropped");
                Ok(Outcome::Done)
            }
        }
    }

    async fn sweep(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        let rules = &self.ingest.desk().rules;
        let mut changed = self.store.end_flaps(now).await?;
        let cutoff = |one: &StaleAfter| Cutoff {
            source: one.source.clone(),
            before: now - one.after,
            endless_only: one.endless_only,
        };
        let cutoffs: Vec<_> = self.stale_after.iter().map(cutoff).collect();
        changed += self.store.mark_stale(&cutoffs, now).await?;
        changed += self
            .store
            .settle_silences(now, &|written, from, until| rules.silent(written, (from, until), now))
            .await?;
        if self.repeat_interval > TimeDelta::zero() {
            let route = |labels: &Labels, severity, when| rules.told(labels, severity, when);
            changed += self.store.repeat(self.repeat_interval, now, &rules.inhibition, &route).await?;
        }
        let route = |labels: &Labels, severity, when, receiver: &str| {
            rules.escalated(labels, severity, when, receiver)
        };
        changed += self.store.escalate(now, &rules.inhibition, &route).await?;
        changed += self.store.release(now, &rules.inhibition, &|waiting| rules.hold(waiting)).await?;
        self.ingest.settle(now).await?;
        self.listen(now).await?;
        self.store.forget_seen(now - SEEN_FOR).await?;
        self.store.forget_scans(now - SCANS_FOR).await?;
        if changed > 0 {
            tracing::info!(
                incidents = changed,
                "time has changed incidents: told again, escalated or told at last, silent, stale, or steady"
            );
            self.wake.all();
        }
        Ok(())
    }
}
