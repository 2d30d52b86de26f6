//! The loop that drives the second and third hop: claims jobs, lane by lane, and keeps their leases.
//!
//! Each kind of job has a lane with a bound of its own, so that a hanging model or chat never stands before a page.
//! Knows the queue. Must not know what a job does.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use rand::Rng;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use crate::fail::{self, Step};
use crate::store::{Claim, JobKind, MOST_LOST, Outcome, Store, StoreError, Ticket};
use crate::telemetry::labels;
use crate::telemetry::metrics::{self, Metric};

/// Looks so often for work that nobody woke it for: due retries, other replicas' jobs, ended leases.
const POLL: Duration = Duration::from_millis(500);
/// A third of the lease, so that two renewals may fail.
const RENEW: Duration = Duration::from_secs(5);
/// How long a drain waits for running jobs: a stop ends within 10 s in all (FAULTS F2).
const DRAIN: Duration = Duration::from_secs(7);
/// How long a database that does not answer may hold up a stop.
const HAND_BACK: Duration = Duration::from_millis(700);

/// Which claims a lane has: where it stops before their end, they are handed back, so that nobody waits for their leases.
type Held = Arc<Mutex<Vec<Ticket>>>;

/// Wakes the lanes of this process when something was enqueued; other processes find it when they poll.
#[derive(Debug, Default, Clone)]
pub struct Wake([Arc<Notify>; 8]);

impl Wake {
    /// Has every lane look at once.
    pub fn all(&self) {
        self.0.iter().for_each(|lane| lane.notify_one());
    }

    fn lane(&self, kind: JobKind) -> &Arc<Notify> {
        let [page, message, triage, upkeep, charts, analysis, report, declare] = &self.0;
        match kind {
            JobKind::Page => page,
            JobKind::Message => message,
            JobKind::Triage => triage,
            JobKind::Upkeep => upkeep,
            JobKind::Charts => charts,
            JobKind::Analysis => analysis,
            JobKind::Report => report,
            JobKind::Declare => declare,
        }
    }
}

/// The metric's word for a kind.
pub fn label(kind: JobKind) -> labels::JobKind {
    match kind {
        JobKind::Page => labels::JobKind::Page,
        JobKind::Message => labels::JobKind::Message,
        JobKind::Triage => labels::JobKind::Triage,
        JobKind::Upkeep => labels::JobKind::Upkeep,
        JobKind::Charts => labels::JobKind::Charts,
        JobKind::Analysis => labels::JobKind::Analysis,
        JobKind::Report => labels::JobKind::Report,
        JobKind::Declare => labels::JobKind::Declare,
    }
}

/// How many jobs of a kind run at once in this process.
pub const fn width(kind: JobKind) -> usize {
    match kind {
        JobKind::Page => 16,
        JobKind::Message => 8,
        JobKind::Triage => 4,
        JobKind::Upkeep | JobKind::Charts | JobKind::Analysis | JobKind::Report | JobKind::Declare => 2,
    }
}

/// Runs the lane of `kind` until `stop`, then waits a little for what is running, and hands back what is left. Jobs of
/// the buckets that `full` names stay where they are: there would be no place to do them.
pub async fn lane<F, R>(
    store: Store,
    kind: JobKind,
    wake: Wake,
    stop: CancellationToken,
    full: impl Fn() -> Vec<String>,
    work: F,
) where
    F: Fn(Arc<Claim>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<Outcome, StoreError>> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(width(kind)));
    let held = Held::default();
    let mut running = JoinSet::new();
    while !stop.is_cancelled() {
        let (free, full) = (slots.available_permits(), full());
        let claims = tokio::select! {
            claims = look(&store, kind, free, &full) => claims,
            () = overdue(&stop) => break,
        };
        let found = !claims.is_empty();
        for claim in claims {
            let Ok(permit) = Arc::clone(&slots).try_acquire_owned() else { break };
            let (store, work, wake, held) = (store.clone(), work.clone(), wake.clone(), Arc::clone(&held));
            let ticket = claim.ticket();
            tickets(&held).push(ticket);
            running.spawn(async move {
                one(store, kind, claim, work).await;
                tickets(&held).retain(|other| *other != ticket);
                drop(permit);
                // A free place, or a job that goes on: look again without waiting for the poll.
                wake.all();
            });
        }
        while running.try_join_next().is_some() {}
        if !found {
            let pause = POLL.mul_f64(rand::rng().random_range(0.8..1.2));
            tokio::select! {
                () = wake.lane(kind).notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    }
    drain(&store, kind, running, &held).await;
}

async fn look(store: &Store, kind: JobKind, free: usize, full: &[String]) -> Vec<Claim> {
    if free == 0 {
        return Vec::new();
    }
    store.claim(kind, free, full).await.unwrap_or_else(|error| {
        tracing::warn!(kind = kind.as_str(), %error, "cannot look for work; trying again");
        Vec::new()
    })
}

/// A claim that is on its way at the stop is waited for, but not for long.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(HAND_BACK).await;
}

/// Waits for what is running; what does not end is ended, and is as if nobody had taken it.
async fn drain(store: &Store, kind: JobKind, mut running: JoinSet<()>, held: &Held) {
    let drained = tokio::time::timeout(DRAIN, async { while running.join_next().await.is_some() {} }).await;
    if drained.is_ok() {
        return;
    }
    running.shutdown().await;
    let left = std::mem::take(&mut *tickets(held));
    tracing::warn!(
        kind = kind.as_str(),
        left = left.len(),
        "stopping with jobs unfinished; they are handed back"
    );
    match tokio::time::timeout(HAND_BACK, store.hand_back(&left)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "they could not be; their leases will end"),
        Err(_) => tracing::warn!("the database does not answer; their leases will end"),
    }
}

fn tickets(held: &Held) -> std::sync::MutexGuard<'_, Vec<Ticket>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does one job under its lease, and hands the claim back.
async fn one<F, R>(store: Store, kind: JobKind, claim: Claim, work: F)
where
    F: Fn(Arc<Claim>) -> R,
    R: Future<Output = Result<Outcome, StoreError>>,
{
    let claim = Arc::new(claim);
    let span = tracing::info_span!("job", kind = kind.as_str(), job = claim.id, incident = %claim.incident);
    async {
        if claim.lost >= MOST_LOST {
            let lost = claim.lost;
            let error =
                format!("whoever worked on it died, {lost} times in a row: see the logs of that time");
            return finish(&store, claim, Outcome::Broken { after: Duration::ZERO, error }).await;
        }
        if kind != JobKind::Upkeep {
            fail::pass(Step::Claimed);
        }
        let started = tokio::time::Instant::now();
        let lease = keep(&store, &claim);
        let done = std::panic::AssertUnwindSafe(work(Arc::clone(&claim))).catch_unwind();
        let outcome = tokio::select! {
            done = done => done,
            () = lease => {
                tracing::warn!("the lease passed to another worker; this one stops");
                return;
            }
        };
        metrics::observe(Metric::JobDuration, started.elapsed(), &[label(kind).into()]);
        let outcome = match outcome {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(StoreError::Fenced)) => return,
            // What cannot be read now cannot be read later either.
            Ok(Err(error)) if !error.is_unavailable() => {
                Outcome::Broken { after: pause(claim.attempts), error: error.to_string() }
            }
            Ok(Err(error)) => Outcome::Retry { after: pause(claim.attempts), error: error.to_string() },
            Err(panic) => Outcome::Broken { after: pause(claim.attempts), error: said(&*panic) },
        };
        if let Outcome::Retry { after, error } | Outcome::Broken { after, error } = &outcome {
            tracing::warn!(
                attempts = claim.attempts,
                after_s = after.as_secs_f64(),
                error,
                "a job is to be tried again"
            );
        }
        finish(&store, claim, outcome).await;
    }
    .instrument(span)
    .await;
}

/// Hands the claim back; a job that is parked is for a person.
async fn finish(store: &Store, claim: Arc<Claim>, outcome: Outcome) {
    let Some(claim) = Arc::into_inner(claim) else {
        // Somebody kept a copy past the end of the job: the lease will end, and the job runs again.
        tracing::error!("a job's claim outlived its work");
        return;
    };
    match store.finish(claim, &outcome).await {
        Ok(false) => {}
        Ok(true) => tracing::error!(?outcome, "a job failed too often and was parked"),
        Err(error) => tracing::warn!(%error, "a job could not be handed back; its lease will end"),
    }
}

/// Renews the lease; returns when it is lost.
async fn keep(store: &Store, claim: &Claim) {
    loop {
        tokio::time::sleep(RENEW).await;
        match store.renew(claim).await {
            Err(StoreError::Fenced) => return,
            Err(error) => tracing::warn!(%error, "a lease could not be renewed"),
            Ok(()) => {}
        }
    }
}

/// Grows to five minutes, with jitter, so that what fails together is not tried together.
fn pause(attempts: i32) -> Duration {
    let base = 2f64.powi(attempts.clamp(0, 9)).min(300.0);
    Duration::from_secs_f64(base * rand::rng().random_range(0.5..1.0))
}

fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a bug: {}", text.unwrap_or("it panicked without a message"))
}
