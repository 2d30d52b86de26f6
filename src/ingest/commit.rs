//! Who commits: what has queued up goes into one transaction, without waiting for more.
//!
//! A body that the database refuses never fails its neighbours: then each is tried alone, and the one that cannot be
//! decided about is kept as it came, with an alert that says so. Knows the queue. Must not know HTTP.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use firstlook_core::incident::{Action, Decision, decide};
use futures_util::FutureExt;
use tokio::sync::{Mutex, OwnedSemaphorePermit, mpsc, oneshot};
use tokio::task::JoinSet;

use super::rules::annotations;
use super::{Arrival, Desk, unreadable};
use crate::library::Library;
use crate::store::{Batch, DeliveryState, Judge, StoreError, Written};
use crate::telemetry::labels;
use crate::telemetry::metrics::{self, Metric};

/// Writers at once: while they are at it, what comes queues up and is committed together.
const WRITERS: usize = 4;
/// Bodies of one transaction; more gain nothing (FAULTS section 4).
const MOST_BODIES: usize = 100;
/// Alerts of one transaction, unless a single body has more.
const MOST_ALERTS: usize = 1_000;
/// A store that stalls ends a write here, before the sender's deadline of 10 s.
const WITHIN: Duration = Duration::from_secs(9);

/// A body that waits to be committed, and whom to answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub batch: Batch,
    pub reply: oneshot::Sender<Result<Kept, StoreError>>,
    /// A body takes memory until it has left the queue, also where its request is over.
    pub _room: Option<Arc<OwnedSemaphorePermit>>,
}

/// What became of a body that was kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub decisions: Vec<(Decision, Option<i64>)>,
    /// Why it could only be kept, and not decided about.
    pub spoiled: Option<String>,
    /// The delivery with which the same message was taken before.
    pub repeat: Option<uuid::Uuid>,
}

/// Commits what comes in by [`super::Ingest`].
#[derive(Debug)]
pub struct Committer {
    desk: Arc<Desk>,
    waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>,
}

impl Committer {
    pub(super) fn new(desk: Arc<Desk>, waiting: mpsc::Receiver<Waiting>) -> Self {
        Self { desk, waiting: Arc::new(Mutex::new(waiting)) }
    }

    /// Works until every way in is gone.
    pub async fn run(self) {
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let (desk, waiting) = (Arc::clone(&self.desk), Arc::clone(&self.waiting));
            writers.spawn(async move {
                loop {
                    let mut bodies = Vec::new();
                    if waiting.lock().await.recv_many(&mut bodies, MOST_BODIES).await == 0 {
                        return;
                    }
                    for some in portions(bodies) {
                        desk.commit(some).await;
                    }
                }
            });
        }
        while writers.join_next().await.is_some() {}
    }
}

/// Divides bodies, so that no transaction has too many alerts.
fn portions(bodies: Vec<Waiting>) -> Vec<Vec<Waiting>> {
    let mut portions: Vec<Vec<Waiting>> = Vec::new();
    let mut alerts = MOST_ALERTS;
    for body in bodies {
        alerts += body.batch.delivery.alerts;
        match portions.last_mut().filter(|_| alerts <= MOST_ALERTS) {
            Some(portion) => portion.push(body),
            None => {
                alerts = body.batch.delivery.alerts;
                portions.push(vec![body]);
            }
        }
    }
    portions
}

impl Desk {
    /// Commits bodies together, or else each alone, and answers every one of them.
    async fn commit(&self, mut bodies: Vec<Waiting>) {
        // Whose sender has given up is not kept: nothing was promised, and it comes again.
        bodies.retain(|body| !body.reply.is_closed());
        let batches: Vec<&Batch> = bodies.iter().map(|body| &body.batch).collect();
        match self.write(&batches).await {
            Ok(written) => {
                for (body, written) in bodies.into_iter().zip(written) {
                    self.answer(
                        body,
                        Kept { decisions: written.decisions, spoiled: None, repeat: written.repeat },
                    );
                }
            }
            Err(error) if error.is_unavailable() => {
                for body in bodies {
                    let _ = body.reply.send(Err(StoreError::NotKept(error.to_string())));
                }
            }
            Err(error) if bodies.len() > 1 => {
                tracing::warn!(%error, bodies = bodies.len(), "a commit failed; each body is tried alone");
                for body in bodies {
                    Box::pin(self.commit(vec![body])).await;
                }
            }
            Err(error) => {
                if let Some(body) = bodies.pop() {
                    self.spoiled(body, &error).await;
                }
            }
        }
        self.wake.all();
    }

    async fn write(&self, bodies: &[&Batch]) -> Result<Vec<Written>, StoreError> {
        if bodies.is_empty() {
            return Ok(Vec::new());
        }
        let lifecycle = self.rules.lifecycle;
        let runbooks = self.library.as_deref().map(Library::snapshot).unwrap_or_default();
        let judge = Judge {
            decide: &move |slot, bodies| decide(slot, bodies, lifecycle),
            route: &|touched, labels, now, why| self.rules.routes(&touched.incident, labels, now, why),
            escalation: &|touched, labels, runbook| {
                self.rules.escalations(&touched.incident, labels, runbook)
            },
            walk: &|touched, labels, now, why| self.rules.walk(&touched.incident, labels, now, why),
            inhibition: &self.rules.inhibition,
            runbook: &|touched, labels| {
                runbooks.pin(labels, &annotations(&touched.incident), self.edit_url.as_deref())
            },
        };
        // A panic is one body's fault as well: its neighbours must not pay for it, nor the writer.
        let writing = AssertUnwindSafe(self.store.ingest(bodies, &judge)).catch_unwind();
        match tokio::time::timeout(WITHIN, writing).await {
            Err(_) => Err(StoreError::NotKept("it does not answer".into())),
            Ok(Err(_)) => Err(StoreError::Worker("hop 1 panicked".into())),
            Ok(Ok(written)) => written,
        }
    }

    /// Keeps a body that cannot be decided about, and has somebody told of it.
    async fn spoiled(&self, mut body: Waiting, error: &StoreError) {
        let delivery = &mut body.batch.delivery;
        let reason = format!("it could not be decided about: {error}");
        tracing::error!(source = delivery.source, delivery = %delivery.id, %error, "a body could not be decided about");
        (delivery.state, delivery.reason) = (DeliveryState::Rejected, Some(reason.clone()));
        // Nothing was decided: who plays it back later must not be told that it was taken.
        delivery.once = None;
        let arrival = Arrival {
            source: delivery.source.clone(),
            body: Vec::new(),
            received_at: delivery.received_at,
            trace_id: String::new(),
            note: None,
            once: None,
            room: None,
        };
        let own = unreadable::alert(&self.rules, &arrival, delivery.id, &reason);
        (body.batch.groups, body.batch.aside) = self.rules.groups(vec![own]);
        body.batch.changes.clear();
        let mut written = self.write(&[&body.batch]).await;
        if written.as_ref().is_err_and(|error| !error.is_unavailable()) {
            // Should the alert about it be what cannot be written, the body is kept at least.
            body.batch.groups.clear();
            written = self.write(&[&body.batch]).await;
        }
        match written {
            Ok(_) => self.answer(body, Kept { spoiled: Some(reason), ..Kept::default() }),
            Err(error) => drop(body.reply.send(Err(StoreError::NotKept(error.to_string())))),
        }
    }

    /// Counts and answers what is committed: what is not comes again, and would be counted twice.
    fn answer(&self, body: Waiting, kept: Kept) {
        let counted = match body.batch.delivery.state {
            DeliveryState::Accepted => labels::DeliveryState::Accepted,
            DeliveryState::Partial => labels::DeliveryState::Partial,
            DeliveryState::Rejected => labels::DeliveryState::Rejected,
        };
        if kept.repeat.is_none() {
            metrics::count(Metric::Deliveries, &[counted.into()]);
        }
        for (decision, incident) in &kept.decisions {
            logged(decision, *incident);
            metrics::count(Metric::Alerts, &[decision.action.into()]);
            if let Some(change) = change(decision.action) {
                metrics::count(Metric::Incidents, &[change.into()]);
            }
        }
        // A sender that gave up while it was committed comes again, and changes nothing then.
        let _ = body.reply.send(Ok(kept));
    }
}

/// Duplicates are most of what comes: they are logged for those who ask for more.
fn logged(decision: &Decision, incident: Option<i64>) {
    let (action, reason) = (decision.action.as_str(), decision.reason.as_str());
    let alert = format!("{}/{}", decision.alert.source, decision.alert.fingerprint);
    match decision.action {
        Action::Duplicate => tracing::debug!(alert, action, reason, incident, "decided"),
        _ => tracing::info!(alert, action, reason, incident, "decided"),
    }
}

/// What a decision did to its incident.
fn change(action: Action) -> Option<labels::IncidentChange> {
    match action {
        Action::Opened => Some(labels::IncidentChange::Opened),
        Action::Reopened => Some(labels::IncidentChange::Reopened),
        Action::Folded => Some(labels::IncidentChange::Folded),
        Action::IncidentResolved => Some(labels::IncidentChange::Resolved),
        Action::Joined
        | Action::Duplicate
        | Action::AlertResolved
        | Action::Late
        | Action::Ignored
        | Action::Noted => None,
    }
}
