//! Targets and edges: who is told of an incident, what they must be told, and what they have been.

mod analyses;
mod charts;
mod digest;
mod giving_up;
mod notes;
mod plan;
mod reading;
mod release;
mod writing;

use chrono::{DateTime, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::incident::EdgeKind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::jobs::{self, Claim, JobKind, NewJob};
use super::{ELSEWHERE, Store, StoreError, THREAD};

pub use analyses::{FileState, Now, Telling};
pub(super) use analyses::{give_up_analyses, tell_analysis};
pub(super) use charts::give_up_charts;
pub(super) use digest::Row as DigestRow;
pub(super) use giving_up::give_up;
pub use notes::Notes;
pub(super) use notes::note;
pub(super) use plan::{append, append_all, begin, reach, tell};
pub(super) use release::wait_on;
pub use release::{Keeps, Waiting};

/// Where a message stands at its receiver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Slack's id of the channel.
    pub channel: String,
    /// Slack's name of the message.
    pub ts: String,
}

/// One incident at one integration of one receiver.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name.
    pub id: Uuid,
    /// The incident.
    pub incident: Uuid,
    /// The receiver's name.
    pub receiver: String,
    /// The kind and its place in the receiver: `slack/0`.
    pub integration: String,
    /// Where its message stands, once there is one.
    pub address: Option<Address>,
    /// Where the digest stands that told of it, where one did.
    pub digest: Option<Address>,
    /// It is part of a digest that another target's job has yet to tell.
    pub folded: bool,
    /// The version of the incident that it shows.
    pub sent_version: i64,
    /// The hash of the incident's group key, in hex: pagers fold by it.
    pub slot: String,
    /// The incident's severity.
    pub severity: Severity,
    /// Whether its pager was told that somebody has it, and nothing since that would make it ring; or what stands there
    /// of an earlier incident keeps it from ringing.
    pub muted: bool,
    /// What is left to tell, in order.
    pub edges: Vec<Edge>,
    /// What became of the charts in its thread.
    pub charts: Charts,
}

impl Target {
    /// The message in whose thread it is told, where that is not its own.
    pub fn thread(&self) -> Option<&str> {
        Some(self.integration.split_once(ELSEWHERE)?.1.split_once(THREAD)?.1)
    }

    /// Where what follows the message at `at` stands: Slack's threads begin at a message, never at an answer.
    pub fn under<'a>(&'a self, at: &'a Address) -> &'a str {
        self.thread().unwrap_or(&at.ts)
    }
}

/// What became of the charts in a message's thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charts {
    /// Nobody has asked for them.
    Unknown,
    /// They are to be posted.
    Wanted,
    /// Somebody began to post them, and has not said how that ended.
    Begun,
    /// They stand there, or are not tried any more.
    Done,
}

/// A change that is left to tell.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Its place in the order.
    pub seq: i32,
    /// What changed.
    pub kind: EdgeKind,
    /// For a rise in severity: what was known before.
    pub was: Option<Severity>,
    /// How often it has been tried.
    pub attempts: i32,
    /// An earlier try may have arrived.
    pub doubt: bool,
    /// When it had to be told.
    pub created_at: DateTime<Utc>,
    /// The digest that it is told in, with others.
    pub digest: Option<Uuid>,
}

/// Has every chat message of an incident shown anew.
pub(super) async fn refresh(tx: &mut PgConnection, incident: Uuid) -> Result<(), StoreError> {
    let targets: Vec<(Uuid, String)> =
        sqlx::query_as("SELECT id, integration FROM target WHERE incident = $1")
            .bind(incident)
            .fetch_all(&mut *tx)
            .await?;
    let jobs: Vec<NewJob> = targets
        .into_iter()
        .map(|(id, integration)| (id, JobKind::of_integration(&integration)))
        .filter(|(_, kind)| *kind == JobKind::Message)
        .map(|(id, kind)| NewJob::now(kind, id.to_string(), incident))
        .collect();
    jobs::enqueue(tx, &jobs).await
}

impl Store {
    /// Notes that an edge is about to be sent, and to which bucket's place, before it is.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then it must not be sent.
    pub async fn sending(
        &self,
        claim: &Claim,
        target: &Target,
        edge: &Edge,
        place: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "WITH there AS (UPDATE target SET place = $4 WHERE id = $1 AND place IS DISTINCT FROM $4)
             UPDATE edge SET state = 'sending', attempts = attempts + 1, doubt = $3
             WHERE target = $1 AND seq = $2",
        )
        .bind(target.id)
        .bind(edge.seq)
        .bind(edge.doubt)
        .bind(place)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that an edge arrived, where its message stands, and which version that shows.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn sent(
        &self,
        claim: &Claim,
        target: &Target,
        edge: &Edge,
        version: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE edge SET state = 'sent', sent_at = $3, error = NULL
             WHERE (target = $1 AND seq = $2) OR (state = 'folded' AND digest = $4)",
        )
        .bind(target.id)
        .bind(edge.seq)
        .bind(now)
        .bind(edge.digest)
        .execute(&mut *tx)
        .await?;
        match edge.digest {
            None => set_address(&mut tx, target, version).await?,
            Some(digest) => set_digest(&mut tx, digest, target.digest.as_ref()).await?,
        }
        Ok(tx.commit().await?)
    }

    /// The version that a target's message shows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shown_version(&self, target: Uuid) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar("SELECT sent_version FROM target WHERE id = $1")
            .bind(target)
            .fetch_one(&self.pool)
            .await?)
    }

    /// Notes that the message is gone from where it stood, so that the next edge posts anew.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn forget_address(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query("UPDATE target SET address = NULL, sent_version = 0 WHERE id = $1")
            .bind(target.id)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that the message was edited and shows `version`.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn shown(
        &self,
        claim: &Claim,
        target: &Target,
        version: i64,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        set_address(&mut tx, target, version).await?;
        sqlx::query("UPDATE target SET edited_at = $2, edit_error = NULL WHERE id = $1")
            .bind(target.id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that an edit failed and is to be tried again. Returns since when that is so.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn edit_fails(&self, target: &Target, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        Ok(sqlx::query_scalar(
            "UPDATE target SET edit_fails_since = COALESCE(edit_fails_since, $2) WHERE id = $1
             RETURNING edit_fails_since",
        )
        .bind(target.id)
        .bind(now)
        .fetch_one(&self.pool)
        .await?)
    }

    /// Notes that the message could not be edited and shows an older version; the next one is tried again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn unshown(&self, claim: &Claim, target: &Target, error: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query("UPDATE target SET edit_error = $2, edit_fails_since = NULL WHERE id = $1")
            .bind(target.id)
            .bind(error)
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that an edge did not arrive, and is to be tried again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn unsent(
        &self,
        claim: &Claim,
        target: &Target,
        edge: &Edge,
        doubt: bool,
        error: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        not_sent(&mut tx, target, edge, "pending", doubt, error).await?;
        Ok(tx.commit().await?)
    }
}

/// What became of an edge that did not arrive; once in doubt, it stays so.
async fn not_sent(
    tx: &mut PgConnection,
    target: &Target,
    edge: &Edge,
    state: &'static str,
    doubt: bool,
    error: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "WITH others AS (UPDATE edge SET state = $3, error = $5
                         WHERE state = 'folded' AND digest = $6 AND $3 = 'parked')
         UPDATE edge SET state = $3, doubt = $4, error = $5 WHERE target = $1 AND seq = $2",
    )
    .bind(target.id)
    .bind(edge.seq)
    .bind(state)
    .bind(doubt || edge.doubt)
    .bind(error)
    .bind(edge.digest)
    .execute(tx)
    .await?;
    Ok(())
}

/// Where a digest stands: what follows of those that it told goes there.
async fn set_digest(tx: &mut PgConnection, digest: Uuid, place: Option<&Address>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE target SET digest = $2 WHERE address IS NULL AND id IN (SELECT target FROM edge WHERE digest = $1)",
    )
    .bind(digest)
    .bind(place.map(|place| json!(place)))
    .execute(tx)
    .await?;
    Ok(())
}

async fn set_address(tx: &mut PgConnection, target: &Target, version: i64) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE target SET address = COALESCE($2, address), sent_version = greatest(sent_version, $3),
             edit_fails_since = CASE WHEN $3 > 0 THEN NULL ELSE edit_fails_since END
         WHERE id = $1",
    )
    .bind(target.id)
    .bind(target.address.as_ref().map(|address| json!(address)))
    .bind(version)
    .execute(tx)
    .await?;
    Ok(())
}
