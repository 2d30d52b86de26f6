//! Hop 3: an edge or a level becomes a request to a receiver, and its answer a receipt.
//!
//! Knows targets, receivers and the policy of trying again. Must not know why something has to be told, nor build a
//! word of it: the messages are made by `firstlook_core::notify`.

mod analysis;
mod changes;
mod charts;
mod declare;
mod notes;
mod offers;
mod send;
mod sought;
mod storm;
mod worded;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use firstlook_core::notify::backoff::{self, Next};
use firstlook_core::notify::rate::urgency;
use firstlook_core::notify::templates::Templates;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, Buttons, Zone};
use rand::Rng;

use crate::clock;
use crate::config::Declare;
use crate::fail::{self, Step};
use crate::fonts::Fonts;
use crate::receivers::{Class, SendError};
use crate::store::{Claim, Edge, JobKind, Outcome, Store, StoreError, Target, Words};
use crate::telemetry::labels::SendOutcome;
use crate::telemetry::metrics::{self, Metric};
use crate::worker::Wake;
pub use changes::CHANGES;
pub use send::{Integration, Way};
use send::{counted, sends, shows};
pub use storm::form;

/// How soon a page looks again whether what stands before it has been told.
const BEHIND: Duration = Duration::from_millis(250);
/// How soon a message looks again whether the digest has been told that it follows: nobody is woken by it.
const BEHIND_DIGEST: Duration = Duration::from_secs(2);

/// Everything that hop 3 needs.
#[derive(Debug)]
pub struct Deliver {
    /// What is to be told.
    pub store: Store,
    /// Makes stored text fit to be told.
    pub words: Words,
    /// This installation's name, in dedup keys and messages.
    pub name: String,
    /// How times are written.
    pub zone: Zone,
    /// By receiver and integration: `("oncall", "pagerduty/0")`.
    pub ways: BTreeMap<(String, String), Way>,
    /// A person's own words for messages.
    pub templates: Arc<Templates>,
    /// What charts are written in.
    pub fonts: Fonts,
    /// Has the charts' lane look at once.
    pub wake: Wake,
    /// What the buttons below messages can do.
    pub buttons: Buttons,
    /// Who may open channels, by receiver and integration.
    pub declares: BTreeMap<(String, String), Declare>,
    /// The receiver and integration of the bot that speaks where no receiver does.
    pub bot: Option<(String, String)>,
}

impl Deliver {
    /// Writes down what each receiver takes: jobs may wait by what it was configured with before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prepare(&self) -> Result<(), StoreError> {
        for way in self.ways.values() {
            self.store.set_rate(&way.bucket).await?;
        }
        Ok(())
    }

    /// The buckets whose integrations have no place left: a hanging receiver leaves room for the others.
    pub fn full(&self) -> Vec<String> {
        let full = self.ways.values().filter(|way| way.places.available_permits() == 0);
        full.map(|way| way.bucket.name.clone()).collect()
    }

    /// Room in the integration's bucket; else how the job waits for it.
    async fn room(
        &self,
        claim: &Claim,
        way: &Way,
        urgency: i16,
        sends: u32,
    ) -> Result<Option<Outcome>, StoreError> {
        let urgency = hurried(claim, urgency);
        if sends == 0 || self.store.take(claim, &way.bucket, urgency, sends).await? {
            return Ok(None);
        }
        Ok(Some(throttled(claim, way, urgency)))
    }

    /// Where the receiver asked to stay away, everybody who uses its key does.
    async fn heed(&self, way: &Way, error: &SendError) -> Result<(), StoreError> {
        match backoff::asked(error.class) {
            Some(after) => self.store.close_bucket(&way.bucket, after).await,
            None => Ok(()),
        }
    }

    /// Tells a target what is left, edge by edge in their order, then has its message show the newest level.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn work(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        if claim.is_of_storm() {
            return match self.store.storm_message(&claim).await? {
                Some(message) => self.storm(&claim, message).await,
                None => Ok(Outcome::Done),
            };
        }
        let mut target = self.store.target(&claim).await?;
        let Some(way) = self.way(&target) else { return self.unknown(&claim, &target).await };
        let way = way.as_ref();
        // Before more is read: many may find no place where a receiver hangs.
        let Ok(_place) = Arc::clone(&way.places).try_acquire_owned() else {
            let urgency = urgency(target.edges.first().map(|edge| edge.kind), target.severity);
            return Ok(throttled(&claim, way, urgency));
        };
        // What follows a digest follows it there, too.
        if target.folded {
            return Ok(Outcome::Wait(BEHIND_DIGEST));
        }
        // What a storm tells has nothing left to be told.
        if target.edges.is_empty() && target.address.is_none() {
            return Ok(Outcome::Done);
        }
        if claim.kind == JobKind::Page {
            let before = self.store.before(&target, &way.bucket.name, &self.beside(way)).await?;
            if before.waits {
                return Ok(Outcome::Wait(BEHIND));
            }
            target.muted |= before.stands;
        }
        let Some(view) = self.store.told_incident(target.incident, &self.words).await? else {
            return Ok(Outcome::Done);
        };
        for edge in std::mem::take(&mut target.edges) {
            if let Some(stop) = self.edge(&claim, way, &view, &mut target, &edge).await? {
                return Ok(stop);
            }
        }
        self.want_notes(&claim, way, &target).await?;
        self.level(&claim, way, &view, &mut target).await
    }

    /// Tells one edge, once there is room for it. Returns how the job ends where the next one may not follow.
    async fn edge(
        &self,
        claim: &Claim,
        way: &Way,
        view: &Incident,
        target: &mut Target,
        edge: &Edge,
    ) -> Result<Option<Outcome>, StoreError> {
        let integration = &way.integration;
        let urgency = urgency(Some(edge.kind), view.severity);
        if let Some(wait) = self.room(claim, way, urgency, sends(integration, target, edge)).await? {
            return Ok(Some(wait));
        }
        self.store.sending(claim, target, edge, &way.bucket.name).await?;
        fail::pass(Step::BeforeSend);
        let answer = match edge.digest {
            None => self.send(integration, view, target, edge).await,
            Some(digest) => {
                let lines = self.store.digest(digest, &self.words).await?;
                self.send_digest(integration, &lines, target, edge).await
            }
        };
        fail::pass(Step::Sent);
        if let Err(error) = answer {
            let follows = self.failed(claim, target, edge, integration, &error).await?;
            self.heed(way, &error).await?;
            return Ok(follows);
        }
        let now = clock::now();
        self.store.sent(claim, target, edge, shows(integration, edge, view), now).await?;
        counted(integration, SendOutcome::Sent);
        if claim.kind == JobKind::Page && edge.seq == 1 {
            let took = (now - edge.created_at).to_std().unwrap_or_default();
            metrics::observe(Metric::FirstPage, took, &[]);
        }
        tracing::info!(
            receiver = target.receiver,
            integration = target.integration,
            kind = edge.kind.as_str(),
            incident = view.number,
            "told"
        );
        Ok(None)
    }

    /// Edits the message where it shows an older version. Levels coalesce: only the newest is ever sent.
    async fn level(
        &self,
        claim: &Claim,
        way: &Way,
        view: &Incident,
        target: &mut Target,
    ) -> Result<Outcome, StoreError> {
        let integration = &way.integration;
        let Integration::Slack { api, .. } = integration else { return Ok(Outcome::Done) };
        let Some(at) = target.address.clone() else { return Ok(Outcome::Done) };
        self.want_charts(claim, view, target).await?;
        if self.store.want_analyses(claim, target).await? {
            self.wake.all();
        }
        self.want_pin(claim, target).await?;
        // `sent_version` was read before the edges were told: a post that was just made shows this very view.
        if self.store.shown_version(target.id).await? >= view.version {
            return Ok(Outcome::Done);
        }
        if let Some(wait) = self.room(claim, way, urgency(None, view.severity), 1).await? {
            return Ok(wait);
        }
        let body = notify::slack_update(view, &self.zone, &at.channel, &at.ts, self.buttons);
        match api.update(&self.slack_worded(body, view, worded::LEVEL)).await {
            Ok(_) => {
                self.store.shown(claim, target, view.version, clock::now()).await?;
                Ok(Outcome::Done)
            }
            Err(error) => {
                self.heed(way, &error).await?;
                let now = clock::now();
                let since = self.store.edit_fails(target, now).await?;
                let age = (now - since).to_std().unwrap_or_default();
                let next =
                    backoff::next(error.class, tries(claim.attempts), age, backoff::EDIT_PATIENCE, chance());
                match next {
                    Next::Again(after) => {
                        counted(integration, SendOutcome::Retried);
                        Ok(Outcome::Retry { after, error: error.reason })
                    }
                    Next::Replace | Next::Park => {
                        counted(integration, SendOutcome::Parked);
                        tracing::warn!(
                            receiver = target.receiver,
                            reason = error.reason,
                            "a message cannot be edited"
                        );
                        self.store.unshown(claim, target, &error.reason).await?;
                        if next == Next::Replace {
                            self.store.forget_address(claim, target).await?;
                        }
                        Ok(Outcome::Done)
                    }
                }
            }
        }
    }

    /// What follows a failure: another try after a while, or the edge is parked and the next one is told.
    async fn failed(
        &self,
        claim: &Claim,
        target: &mut Target,
        edge: &Edge,
        integration: &Integration,
        error: &SendError,
    ) -> Result<Option<Outcome>, StoreError> {
        let age = (clock::now() - edge.created_at).to_std().unwrap_or_default();
        let doubt = error.class == Class::Ambiguous;
        let next =
            backoff::next(error.class, tries(edge.attempts + 1), age, backoff::PAGE_PATIENCE, chance());
        let reason = error.reason.as_str();
        let receiver = target.receiver.as_str();
        match next {
            Next::Again(after) => {
                counted(integration, SendOutcome::Retried);
                self.store.unsent(claim, target, edge, doubt, reason).await?;
                Ok(Some(Outcome::Retry { after, error: reason.to_owned() }))
            }
            Next::Replace => {
                target.address = None;
                self.store.unsent(claim, target, edge, false, reason).await?;
                self.store.forget_address(claim, target).await?;
                Ok(Some(Outcome::Retry { after: Duration::ZERO, error: reason.to_owned() }))
            }
            Next::Park => {
                counted(integration, SendOutcome::Parked);
                tracing::error!(
                    receiver,
                    integration = target.integration,
                    kind = edge.kind.as_str(),
                    reason,
                    "an incident could not be told; it is parked"
                );
                self.store.park(claim, target, edge, doubt, reason).await?;
                Ok(None)
            }
        }
    }

    /// The configuration no longer has this receiver: what was to be told is parked, with the reason.
    async fn unknown(&self, claim: &Claim, target: &Target) -> Result<Outcome, StoreError> {
        let reason = format!(
            "the configuration has no integration {} of receiver {:?} any more",
            target.integration, target.receiver
        );
        tracing::error!(receiver = target.receiver, integration = target.integration, reason, "parked");
        for edge in &target.edges {
            self.store.park(claim, target, edge, false, &reason).await?;
        }
        Ok(Outcome::Done)
    }
}

/// How a job waits for its receiver.
fn throttled(claim: &Claim, way: &Way, urgency: i16) -> Outcome {
    Outcome::Throttled { bucket: way.bucket.name.clone(), urgency: hurried(claim, urgency) }
}

/// What a later page waits for goes before everything; else the place that a job waited at says nothing of what it
/// waits for now.
fn hurried(claim: &Claim, urgency: i16) -> i16 {
    if claim.urgency < 0 { claim.urgency } else { urgency }
}

fn tries(attempts: i32) -> u32 {
    u32::try_from(attempts).unwrap_or(1)
}

fn chance() -> f64 {
    rand::rng().random_range(0.0..1.0)
}
