//! The queue: work is enqueued in the transaction that causes it, claimed in one short statement, done with no
//! transaction open, and finished by handing the claim back.
//!
//! A claim is a lease by the clock of the database, numbered by a fence: a worker that was paused past its lease
//! finds that its fence is old, and whatever it still wants to write is refused.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError};

mod claiming;
mod ending;

pub use ending::MOST_LOST;

/// How long a claim holds without renewal (DESIGN section 4).
pub(super) const LEASE: &str = "15 seconds";
/// What kind of work. Each kind has its own lane in the worker, so that none waits behind another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKind {
    /// Tell a pager.
    Page,
    /// Tell a chat or a webhook.
    Message,
    /// Collect evidence, write the summary.
    Triage,
    /// What belongs to no incident: the sweep, a look at a sender, a second look at a late message.
    Upkeep,
    /// Post charts under a message.
    Charts,
    /// Look deeper, with a model that calls tools.
    Analysis,
    /// Show an analysis under a message.
    Report,
    /// Open a channel for an incident.
    Declare,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Page,
        Self::Message,
        Self::Triage,
        Self::Upkeep,
        Self::Charts,
        Self::Analysis,
        Self::Report,
        Self::Declare,
    ];

    /// The word of the database and of the metric.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Message => "message",
            Self::Triage => "triage",
            Self::Upkeep => "upkeep",
            Self::Charts => "charts",
            Self::Analysis => "analysis",
            Self::Report => "report",
            Self::Declare => "declare",
        }
    }

    /// The lane that serves an integration such as `pagerduty/0`.
    pub fn of_integration(integration: &str) -> Self {
        if integration.starts_with("pagerduty/") { Self::Page } else { Self::Message }
    }
}

/// Work to be enqueued.
#[derive(Debug, Clone)]
pub(super) struct NewJob {
    pub kind: JobKind,
    pub key: String,
    /// None for upkeep.
    pub incident: Option<Uuid>,
    pub run_at: Option<DateTime<Utc>>,
    /// What upkeep needs to know beside its key.
    pub payload: Option<Value>,
}

impl NewJob {
    /// Work on an incident, at once.
    pub fn now(kind: JobKind, key: String, incident: Uuid) -> Self {
        Self { kind, key, incident: Some(incident), run_at: None, payload: None }
    }
}

/// The right to do a job, until the lease ends. Finishing consumes it.
#[derive(Debug)]
pub struct Claim {
    /// The job.
    pub id: i64,
    /// What kind.
    pub kind: JobKind,
    /// What it is about: a target's id, an incident's, or what upkeep is due.
    pub key: String,
    /// The incident that it belongs to; the nil UUID for upkeep, which belongs to none.
    pub incident: Uuid,
    /// What upkeep needs to know beside its key.
    pub payload: Option<Value>,
    /// How often it has been claimed, this time included.
    pub attempts: i32,
    /// When it was enqueued, by the clock of the database.
    pub created_at: DateTime<Utc>,
    /// Whether this is the later look that the first one asked for.
    pub second: bool,
    /// Whether this is the last look, for what comes late.
    pub late: bool,
    /// Its place among the jobs that wait for the same receiver, where it has waited.
    pub urgency: i16,
    /// Since when it could have been done.
    pub run_at: DateTime<Utc>,
    /// How often in a row it was claimed before and not handed back.
    pub lost: i32,
    pub(super) fence: i64,
    /// The bucket that has room for its first message already.
    paid: Mutex<Option<String>>,
}

/// Which claim of a job: what is left of it where the claim itself is with whoever works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket {
    job: i64,
    fence: i64,
}

impl Claim {
    /// Its name.
    pub fn ticket(&self) -> Ticket {
        Ticket { job: self.id, fence: self.fence }
    }

    /// Whether it is about a storm's message and not about an incident's.
    pub fn is_of_storm(&self) -> bool {
        self.payload.as_ref().is_some_and(|payload| payload.get("storm").is_some())
    }

    /// Whether there is room in this bucket already; true once.
    pub(super) fn spend(&self, bucket: &str) -> bool {
        let mut paid = self.paid.lock().unwrap_or_else(PoisonError::into_inner);
        paid.take().is_some_and(|name| name == bucket)
    }
}

/// How a claimed job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is left to do.
    Done,
    /// Nothing is left to do now; look again after this time, by the clock of the database, or at once where more came
    /// while it ran.
    Later(Duration),
    /// As `Later`, and what is left is to ask for what comes late.
    Late(Duration),
    /// It has not been tried: its turn has not come.
    Wait(Duration),
    /// It has not been tried: its receiver's bucket is closed.
    Throttled {
        /// The bucket's name.
        bucket: String,
        /// Its place among those that wait there, 0 first.
        urgency: i16,
    },
    /// Something is left; try again after this time.
    Retry {
        /// Not before.
        after: Duration,
        /// What went wrong.
        error: String,
    },
    /// A bug ended it; try again after this time, but not for ever.
    Broken {
        /// Not before.
        after: Duration,
        /// What is known of it.
        error: String,
    },
}

/// How many jobs of a kind are in which state.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct JobCounts {
    /// The kind's word.
    pub kind: String,
    /// `ready`, `running`, `parked`.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// Enqueues `jobs`. One that is waiting already stays one; one that runs will run once more.
pub(super) async fn enqueue(tx: &mut PgConnection, jobs: &[NewJob]) -> Result<(), StoreError> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = jobs
        .iter()
        .map(|job| {
            json!({
                "kind": job.kind.as_str(), "key": job.key, "incident": job.incident, "run_at": job.run_at,
                "payload": job.payload,
            })
        })
        .collect();
    sqlx::query(
        "INSERT INTO job (kind, key, incident, state, run_at, payload)
         SELECT DISTINCT ON (kind, key) kind, key, incident, 'ready', COALESCE(run_at, now()), NULLIF(payload, 'null')
         FROM jsonb_to_recordset($1) AS n (kind text, key text, incident uuid, run_at timestamptz, payload jsonb)
         ORDER BY kind, key, run_at NULLS FIRST
         ON CONFLICT (kind, key) WHERE state <> 'parked' DO UPDATE SET
             again = job.again OR job.state = 'running',
             second = job.second AND job.state = 'running',
             late = job.late AND job.state = 'running',
             payload = excluded.payload,
             run_at = CASE WHEN job.state = 'running' THEN job.run_at
                           WHEN job.attempts > 0 THEN job.run_at
                           ELSE least(job.run_at, excluded.run_at) END",
    )
    .bind(Value::Array(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// Has jobs of these targets run at once although they are waiting, for room or to try an edit again: an edge is news, an
/// edit is not. Where an earlier edge is what failed, its turn comes first, when the receiver said so.
pub(super) async fn hurry(tx: &mut PgConnection, targets: &[String]) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET run_at = least(run_at, now()), bucket = '', urgency = 9
         WHERE kind IN ('page', 'message') AND state = 'ready' AND key = ANY ($1)
             AND (run_at <= now() AND bucket <> '' OR run_at > now() AND kind = 'message' AND NOT EXISTS (
                     SELECT 1 FROM edge WHERE target = job.key::uuid AND state = 'pending' AND attempts > 0))",
    )
    .bind(targets)
    .execute(tx)
    .await?;
    Ok(())
}

/// Refuses whatever a worker writes after its lease has passed to another. Locks the job's row, so that a takeover
/// waits for this transaction.
pub(super) async fn hold(tx: &mut PgConnection, claim: &Claim) -> Result<(), StoreError> {
    let mine: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM job WHERE id = $1 AND fence = $2 AND state = 'running' FOR UPDATE",
    )
    .bind(claim.id)
    .bind(claim.fence)
    .fetch_optional(tx)
    .await?;
    mine.map(drop).ok_or(StoreError::Fenced)
}

impl Store {
    /// Makes the lease as long again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when the job has passed to another worker.
    pub async fn renew(&self, claim: &Claim) -> Result<(), StoreError> {
        let renewed = sqlx::query(
            "UPDATE job SET lease_until = now() + $3::interval WHERE id = $1 AND fence = $2 AND state = 'running'",
        )
        .bind(claim.id)
        .bind(claim.fence)
        .bind(LEASE)
        .execute(&self.pool)
        .await?;
        if renewed.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Fenced) }
    }

    /// How many jobs of each kind are in which state.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn job_counts(&self) -> Result<Vec<JobCounts>, StoreError> {
        Ok(sqlx::query_as("SELECT kind, state, count(*) AS count FROM job GROUP BY kind, state")
            .fetch_all(&self.pool)
            .await?)
    }
}
