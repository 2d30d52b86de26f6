//! Hop 3: an edge or a level becomes a request to a receiver, and its answer a receipt.
//!
//! Knows targets, receivers and the policy of trying again. Must not know why something has to be told, nor build a
//! word of it: the messages are made by `firstlook_core::notify`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use firstlook_core::incident::EdgeKind;
use firstlook_core::notify::backoff::{self, Next};
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, Again, Zone};
use rand::Rng;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock;
use crate::receivers::pagerduty::PagerDuty;
use crate::receivers::slack::{IncomingWebhook, Slack};
use crate::receivers::webhook::Webhook;
use crate::receivers::{Class, SendError};
use crate::store::{Address, Claim, Edge, JobKind, Outcome, Store, StoreError, Target, Words};
use crate::telemetry::labels::{Integration as Kind, SendOutcome};
use crate::telemetry::metrics::{self, Metric};

/// Requests to one integration at once, of the sixteen that the lane of pages may have under way.
pub const PLACES: usize = 8;
/// How long a job waits for a place, and then for its next turn.
const CROWDED: Duration = Duration::from_millis(250);

/// A way to reach somebody.
#[derive(Debug, Clone)]
pub enum Integration {
    /// Events API v2.
    PagerDuty(PagerDuty),
    /// A bot token: posts once and edits in place.
    Slack {
        /// The Web API.
        api: Slack,
        /// Where the first post goes.
        channel: String,
    },
    /// Slack's incoming webhook: posts, and can never edit.
    SlackWebhook(IncomingWebhook),
    /// The incident as JSON.
    Webhook(Webhook),
}

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
    pub integrations: BTreeMap<(String, String), Integration>,
    /// How many requests may be under way to each.
    pub places: BTreeMap<(String, String), Arc<Semaphore>>,
}

/// What followed a failed send.
enum After {
    /// It is not told, and never will be; what comes after it goes on.
    GoOn,
    /// The job is tried again.
    Stop(Outcome),
}

impl Deliver {
    /// A place among the requests to one integration, so that a hanging receiver leaves room for the others. Waits a
    /// little, since a healthy receiver frees one soon.
    async fn place(&self, key: &(String, String)) -> Option<OwnedSemaphorePermit> {
        let places = Arc::clone(self.places.get(key)?);
        tokio::time::timeout(CROWDED, places.acquire_owned()).await.ok()?.ok()
    }

    /// Tells a target what is left, edge by edge in their order, then has its message show the newest level.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn work(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let mut target = self.store.target(&claim).await?;
        let Some(view) = self.store.incident(&target.incident.to_string(), &self.words).await? else {
            return Ok(Outcome::Done);
        };
        let key = (target.receiver.clone(), target.integration.clone());
        let Some(integration) = self.integrations.get(&key) else {
            return self.unknown(&claim, &target).await;
        };
        let Some(_place) = self.place(&key).await else { return Ok(Outcome::Wait(CROWDED)) };
        if claim.kind == JobKind::Page && self.store.behind(&target).await? {
            return Ok(Outcome::Wait(CROWDED));
        }
        for edge in std::mem::take(&mut target.edges) {
            self.store.sending(&claim, &target, &edge).await?;
            match self.send(integration, &view, &mut target, &edge).await {
                Ok(()) => {
                    let now = clock::now();
                    self.store.sent(&claim, &target, &edge, shows(integration, &edge, &view), now).await?;
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
                }
                Err(error) => match self.failed(&claim, &mut target, &edge, integration, &error).await? {
                    After::GoOn => {}
                    After::Stop(outcome) => return Ok(outcome),
                },
            }
        }
        self.level(&claim, integration, &view, &mut target).await
    }

    /// One edge to one receiver. A new message's address is noted in `target`.
    async fn send(
        &self,
        integration: &Integration,
        view: &Incident,
        target: &mut Target,
        edge: &Edge,
    ) -> Result<(), SendError> {
        match integration {
            Integration::PagerDuty(api) => {
                let key = notify::dedup_key(&self.name, &target.slot);
                let event = match edge.kind {
                    EdgeKind::Acknowledge => notify::pagerduty_acknowledge(&key),
                    EdgeKind::Resolve => notify::pagerduty_resolve(&key),
                    _ => notify::pagerduty_trigger(view, &self.zone, &self.name, &key, again(edge)),
                };
                if target.acknowledged && edge.kind.rings() {
                    // What somebody has acknowledged does not ring again under its key (FACTS C): it has to end first.
                    api.send(&notify::pagerduty_resolve(&key)).await?;
                }
                api.send(&event).await?;
                target.acknowledged = edge.kind == EdgeKind::Acknowledge;
                Ok(())
            }
            Integration::Slack { api, channel } => self.slack(api, channel, view, target, edge).await,
            // It cannot edit, so every post rings: that somebody took it wakes nobody.
            Integration::SlackWebhook(_) if edge.kind == EdgeKind::Acknowledge => Ok(()),
            Integration::SlackWebhook(hook) => hook.post(&notify::incoming_webhook(view, &self.zone)).await,
            Integration::Webhook(hook) => {
                let event = format!("{}/{}", target.id, edge.seq);
                let body = notify::webhook_body(view, &self.zone, edge.kind.as_str(), &event)
                    .map_err(|error| SendError { class: Class::Fail, reason: error.to_string() })?;
                hook.post(&body).await
            }
        }
    }

    /// The first edge posts the message; every later one is a line in its thread, while the level edits the message.
    async fn slack(
        &self,
        api: &Slack,
        channel: &str,
        view: &Incident,
        target: &mut Target,
        edge: &Edge,
    ) -> Result<(), SendError> {
        let body = match (&target.address, edge.kind) {
            (Some(at), EdgeKind::Resolve) => notify::resolved_line(view, &self.zone, &at.channel, &at.ts),
            (Some(at), EdgeKind::Acknowledge) => notify::acknowledged_line(view, &at.channel, &at.ts),
            (Some(at), _) => {
                let again = again(edge).unwrap_or(Again::Reopened);
                notify::again_line(view, &self.zone, &at.channel, &at.ts, again)
            }
            // The answer to an earlier try was lost, so the message may be there: this one says so.
            (None, _) if edge.doubt => notify::slack_post_again(view, &self.zone, channel, edge.created_at),
            (None, _) => notify::slack_post(view, &self.zone, channel),
        };
        let receipt = api.post(&body).await?;
        if target.address.is_none() {
            target.address = Some(Address { channel: receipt.channel, ts: receipt.ts });
        }
        Ok(())
    }

    /// Edits the message where it shows an older version. Levels coalesce: only the newest is ever sent.
    async fn level(
        &self,
        claim: &Claim,
        integration: &Integration,
        view: &Incident,
        target: &mut Target,
    ) -> Result<Outcome, StoreError> {
        let Integration::Slack { api, .. } = integration else { return Ok(Outcome::Done) };
        let Some(at) = target.address.clone() else { return Ok(Outcome::Done) };
        // `sent_version` was read before the edges were told: a post that was just made shows this very view.
        if self.store.shown_version(target.id).await? >= view.version {
            return Ok(Outcome::Done);
        }
        match api.update(&notify::slack_update(view, &self.zone, &at.channel, &at.ts)).await {
            Ok(_) => {
                self.store.shown(claim, target, view.version, clock::now()).await?;
                Ok(Outcome::Done)
            }
            Err(error) => {
                let age = (clock::now() - claim.created_at).to_std().unwrap_or_default();
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
    ) -> Result<After, StoreError> {
        let age = (clock::now() - edge.created_at).to_std().unwrap_or_default();
        let doubt = error.class == Class::Ambiguous;
        let next =
            backoff::next(error.class, tries(edge.attempts + 1), age, backoff::PAGE_PATIENCE, chance());
        let (after, reason) = (next, error.reason.as_str());
        let receiver = target.receiver.as_str();
        match after {
            Next::Again(after) => {
                counted(integration, SendOutcome::Retried);
                self.store.unsent(claim, target, edge, false, doubt, reason).await?;
                Ok(After::Stop(Outcome::Retry { after, error: reason.to_owned() }))
            }
            Next::Replace => {
                target.address = None;
                self.store.unsent(claim, target, edge, false, false, reason).await?;
                self.store.forget_address(claim, target).await?;
                Ok(After::Stop(Outcome::Retry { after: Duration::ZERO, error: reason.to_owned() }))
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
                self.store.unsent(claim, target, edge, true, doubt, reason).await?;
                Ok(After::GoOn)
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
            self.store.unsent(claim, target, edge, true, false, &reason).await?;
        }
        Ok(Outcome::Done)
    }
}

/// Why an edge rings again; `None` for what rings for the first time or not at all.
fn again(edge: &Edge) -> Option<Again> {
    match edge.kind {
        EdgeKind::Retrigger => Some(Again::Reopened),
        EdgeKind::Joined => Some(Again::Joined),
        EdgeKind::Repeat => Some(Again::Repeated { now: edge.created_at }),
        EdgeKind::SeverityRaised => edge.was.map(|was| Again::Raised { was }),
        EdgeKind::Trigger | EdgeKind::Acknowledge | EdgeKind::Resolve => None,
    }
}

/// The version that a message shows after this edge: a thread line leaves the message itself as it was.
fn shows(integration: &Integration, edge: &Edge, view: &Incident) -> i64 {
    match integration {
        Integration::Slack { .. } if edge.kind != EdgeKind::Trigger => 0,
        _ => view.version,
    }
}

fn tries(attempts: i32) -> u32 {
    u32::try_from(attempts).unwrap_or(1)
}

fn chance() -> f64 {
    rand::rng().random_range(0.0..1.0)
}

fn counted(integration: &Integration, outcome: SendOutcome) {
    let kind = match integration {
        Integration::PagerDuty(_) => Kind::Pagerduty,
        Integration::Slack { .. } | Integration::SlackWebhook(_) => Kind::Slack,
        Integration::Webhook(_) => Kind::Webhook,
    };
    metrics::count(Metric::Notifications, &[kind.into(), outcome.into()]);
}
