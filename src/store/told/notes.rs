//! What was found out about an incident as notes on it at a pager: each written once, whoever dies in between.
//!
//! Knows the receipts. What may have been written is looked for there before it is written again, so nothing is in doubt for
//! long.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::notify::NoteOf;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, Claim, JobKind, NewJob};
use super::super::{Store, StoreError, incidents};
use super::{Now, Target};

/// In the timeline: a note that was not written.
const NOT_NOTED: &str = "not_noted";

/// What is known of a target's notes.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Whether the pager was ever told: before that there is nothing to write a note on.
    pub paged: bool,
    states: BTreeMap<String, String>,
}

impl Notes {
    /// Whether this one stands there, or is not tried any more.
    pub fn is_done(&self, of: NoteOf) -> bool {
        self.states.get(of.as_str()).is_some_and(|state| state == "sent" || state == "parked")
    }

    /// Whether it may stand there.
    pub fn is_in_doubt(&self, of: NoteOf) -> bool {
        self.states.get(of.as_str()).is_some_and(|state| state == "sending")
    }
}

/// Has the pagers of an incident look whether there is something to note.
pub(in crate::store) async fn note(tx: &mut PgConnection, incident: Uuid) -> Result<(), StoreError> {
    let targets: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM target WHERE incident = $1 AND integration LIKE 'pagerduty/%' ORDER BY id",
    )
    .bind(incident)
    .fetch_all(&mut *tx)
    .await?;
    let job = |id: &Uuid| NewJob::now(JobKind::Report, id.to_string(), incident);
    jobs::enqueue(tx, &targets.iter().map(job).collect::<Vec<_>>()).await
}

/// What becomes of the notes of a job that is poison.
pub(super) async fn give_up_notes(
    tx: &mut PgConnection,
    target: Uuid,
    now: DateTime<Utc>,
    error: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE note_told SET state = 'parked', error = $2, at = $3
         WHERE target = $1 AND state IN ('wanted', 'sending')",
    )
    .bind(target)
    .bind(error)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// Has notes written on what a pager was just told of, where there is something to note by now.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn want_notes(&self, claim: &Claim, target: &Target) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        let some: bool = sqlx::query_scalar(
            "SELECT (EXISTS (SELECT FROM summary WHERE incident = $2 AND state = 'ready')
                     AND NOT EXISTS (SELECT FROM note_told WHERE target = $1 AND what = 'summary'))
                 OR (EXISTS (SELECT FROM analysis WHERE incident = $2 AND ended_at IS NOT NULL)
                     AND NOT EXISTS (SELECT FROM note_told WHERE target = $1 AND what = 'analysis'))",
        )
        .bind(target.id)
        .bind(target.incident)
        .fetch_one(&mut *tx)
        .await?;
        if some {
            let job = NewJob::now(JobKind::Report, target.id.to_string(), target.incident);
            jobs::enqueue(&mut tx, &[job]).await?;
        }
        tx.commit().await?;
        Ok(some)
    }

    /// What is known of the notes of a target.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn notes(&self, target: Uuid) -> Result<Notes, StoreError> {
        let told: Vec<(String, String)> =
            sqlx::query_as("SELECT what, state FROM note_told WHERE target = $1")
                .bind(target)
                .fetch_all(&self.pool)
                .await?;
        let paged =
            sqlx::query_scalar("SELECT EXISTS (SELECT FROM edge WHERE target = $1 AND state = 'sent')")
                .bind(target)
                .fetch_one(&self.pool)
                .await?;
        Ok(Notes { paged, states: told.into_iter().collect() })
    }

    /// Notes what became of a note; where it is not tried any more, the timeline says so.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then it must not be written.
    pub async fn note_note(
        &self,
        claim: &Claim,
        target: &Target,
        of: NoteOf,
        state: Now<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let (word, error) = state.word();
        if let Some(error) = error {
            // The incident's rows before the job, as ingest locks them.
            let (of, receiver, way) = (of.as_str(), &target.receiver, &target.integration);
            let text = format!("the {of} is not noted at {receiver} ({way}): {error}");
            incidents::note(&mut tx, target.incident, now, NOT_NOTED, "firstlook", &text).await?;
        }
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "INSERT INTO note_told (target, what, state, at, error) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (target, what) DO UPDATE SET state = $3, at = $4, error = $5",
        )
        .bind(target.id)
        .bind(of.as_str())
        .bind(word)
        .bind(now)
        .bind(error)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }
}
