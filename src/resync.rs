//! Asks senders what fires there, and gives hop 1 what they should have said: what fires there and not here, the
//! reverse, and a firing that came so soon after its resolve that nobody could tell which was the newer.
//!
//! Knows whom to ask and when. What a difference is says core; what it changes is hop 1's to decide, as of any body.

mod alertmanager;
mod cloudwatch;
mod mirror;
mod recheck;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firstlook_core::incident::Note;
use uuid::Uuid;

use crate::clock;
use crate::ingest::{Arrival, Ingest};
use crate::sources::alertmanager::{self as webhook, Notification, Unusable};
use crate::sources::sns::{read::Reading, read::notification, said::Said};
use crate::store::{Claim, LEARN, MIRROR, Outcome, RESYNC, Store, StoreError};
use crate::telemetry::labels::ResyncOutcome;
use crate::telemetry::metrics::{self, Metric};

pub use alertmanager::{Heard, Peer as Alertmanager};
pub use cloudwatch::Peer as CloudWatch;

/// What the keys of second looks at late firings begin with; source and fingerprint follow.
const RECHECK: &str = "recheck/";
/// How often each sender is asked.
const EVERY: Duration = Duration::from_secs(60);
/// How often credentials are looked for where there are none.
const WITHOUT_CREDENTIALS: Duration = Duration::from_secs(300);

/// A sender that can be asked.
#[derive(Debug)]
pub enum Peer {
    /// By its own API.
    Alertmanager(Alertmanager),
    /// On whose behalf SNS brings alarms.
    CloudWatch(Box<CloudWatch>),
}

/// Everything that it needs.
#[derive(Debug)]
pub struct Resync {
    /// Where it is kept.
    pub store: Store,
    /// Where differences go.
    pub ingest: Ingest,
    /// Whom to ask, by source: `alertmanager/main`, `sns/aws`.
    pub peers: BTreeMap<String, Peer>,
    /// How the messages of SNS sources are read.
    pub readings: BTreeMap<String, Reading>,
    /// This installation's name: its silences are known by it there.
    pub instance: String,
    /// What each Alertmanager was last heard to say.
    pub heard: Mutex<BTreeMap<String, Heard>>,
}

/// What asking came to.
struct Found {
    outcome: ResyncOutcome,
    /// The identities of what fires here and there.
    confirmed: Vec<String>,
    /// Bodies that the sender should have posted, each with how firstlook knows.
    bodies: Vec<(Vec<u8>, String)>,
}

/// Whether a job is this file's.
pub fn is_ours(key: &str) -> bool {
    [RESYNC, RECHECK, LEARN, MIRROR].iter().any(|prefix| key.starts_with(prefix))
}

impl Resync {
    /// The jobs that stand for ever, by key.
    pub fn standing(&self) -> Vec<String> {
        let tagged = self.peers.iter().filter(|(_, peer)| matches!(peer, Peer::CloudWatch(_)));
        let asked = self.peers.keys().map(|source| format!("{RESYNC}{source}"));
        asked.chain(tagged.map(|(source, _)| format!("{LEARN}{source}"))).collect()
    }

    /// Has every sender asked at once: what was sent while nobody ran here found nobody.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(&self) -> Result<(), StoreError> {
        let now = clock::now();
        for (source, peer) in &self.peers {
            // Whether or not it can be asked yet: credentials may come later, and nothing is older for that.
            if matches!(peer, Peer::CloudWatch(_)) {
                self.store.known_since(source, now).await?;
            }
        }
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
        if claim.key.starts_with(MIRROR) {
            return self.mirror(&claim).await;
        }
        if let Some(source) = claim.key.strip_prefix(LEARN) {
            return match self.peers.get(source) {
                Some(Peer::CloudWatch(peer)) => self.learn(source, peer).await,
                _ => Ok(Outcome::Done),
            };
        }
        let source = claim.key.strip_prefix(RESYNC).unwrap_or_default();
        let Some(peer) = self.peers.get(source) else {
            tracing::info!(source, "its configuration says no more whom to ask; it is not asked again");
            return Ok(Outcome::Done);
        };
        // Before it is asked: what comes in between is then at worst said twice.
        let here = self.store.firing(source).await?;
        let now = clock::now();
        let (found, says) = match peer {
            Peer::Alertmanager(peer) => {
                (self.alertmanager(source, peer, &here, now).await?, "its Alertmanager")
            }
            Peer::CloudWatch(peer) => match peer.can_ask(source).await {
                true => (self.cloudwatch(source, peer, &here, now).await?, "CloudWatch"),
                false => return Ok(Outcome::Later(WITHOUT_CREDENTIALS)),
            },
        };
        let confirmed: Vec<&str> = found.confirmed.iter().map(String::as_str).collect();
        let reason = format!("{says} was asked, and says that it still fires");
        self.store.confirm(source, &confirmed, &reason, now).await?;
        for (body, note) in found.bodies {
            self.tell(source, body, &note).await?;
        }
        metrics::count(Metric::Resyncs, &[found.outcome.into()]);
        Ok(Outcome::Later(EVERY))
    }

    /// Gives hop 1 a body that no sender posted. `note` stands in the reason of each decision.
    async fn tell(&self, source: &str, body: Vec<u8>, note: &str) -> Result<(), StoreError> {
        // Read here: asking took its time, and what came meanwhile must not look as if it came after this.
        let now = clock::now();
        let parsed = self.parse(&body, source, now);
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

    /// Reads a body as its source's webhook does.
    fn parse(
        &self,
        body: &[u8],
        source: &str,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Notification, Unusable> {
        match self.readings.get(source) {
            Some(reading) => Said::read(body).map(|said| {
                let notification = notification(&said, source, reading, None);
                self.ingest.desk().tags.join(notification)
            }),
            None => webhook::parse(body, source, now),
        }
    }
}
