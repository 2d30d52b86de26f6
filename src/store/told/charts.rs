//! The charts in the thread of a message: posted once, whoever dies in between.
//!
//! Knows the receipt. A death before the posting begins costs nothing, since what was uploaded is seen by nobody; a death
//! within it leaves a doubt, and a chart that may stand there is not posted again.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, Claim, JobKind, NewJob};
use super::super::{Store, StoreError};
use super::Target;
use super::giving_up::not_in_thread;

/// In the timeline: charts that were not posted.
const NOT_POSTED: &str = "charts_not_posted";

impl Store {
    /// Has the charts of an incident posted under its message, unless they are, or were tried.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn want_charts(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        let wanted = sqlx::query("UPDATE target SET charts = 'wanted' WHERE id = $1 AND charts IS NULL")
            .bind(target.id)
            .execute(&mut *tx)
            .await?;
        if wanted.rows_affected() > 0 {
            let job = NewJob::now(JobKind::Charts, target.id.to_string(), target.incident);
            jobs::enqueue(&mut tx, &[job]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Notes that there is nothing to post under this message now; what comes later may want it anew.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn unwant_charts(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        self.set_charts(claim, target, None, None, None).await
    }

    /// Notes that they are about to be posted.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then they must not be.
    pub async fn posting_charts(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        self.set_charts(claim, target, Some("sending"), None, None).await
    }

    /// Notes that they were not posted, and are to be tried again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn unposted_charts(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        self.set_charts(claim, target, Some("wanted"), None, None).await
    }

    /// Notes that they stand in the thread.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn posted_charts(
        &self,
        claim: &Claim,
        target: &Target,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.set_charts(claim, target, Some("sent"), Some(now), None).await
    }

    /// Notes that they are not posted any more, and why; the timeline says so.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn park_charts(
        &self,
        claim: &Claim,
        target: &Target,
        now: DateTime<Utc>,
        error: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // The incident's rows before the job, as ingest locks them.
        park(&mut tx, target.incident, target.id, now, error).await?;
        jobs::hold(&mut tx, claim).await?;
        Ok(tx.commit().await?)
    }

    async fn set_charts(
        &self,
        claim: &Claim,
        target: &Target,
        state: Option<&'static str>,
        at: Option<DateTime<Utc>>,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        write(&mut tx, target.id, state, at, error).await?;
        Ok(tx.commit().await?)
    }
}

/// What becomes of the charts of a job that is poison.
pub(in crate::store) async fn give_up_charts(
    tx: &mut PgConnection,
    claim: &Claim,
    error: &str,
) -> Result<(), StoreError> {
    // A key that names no target is what such a job may have broken on.
    let Ok(target) = claim.key.parse::<Uuid>() else { return Ok(()) };
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    park(tx, claim.incident, target, now, error).await
}

async fn park(
    tx: &mut PgConnection,
    incident: Uuid,
    target: Uuid,
    now: DateTime<Utc>,
    error: &str,
) -> Result<(), StoreError> {
    not_in_thread(tx, (incident, target), (NOT_POSTED, "the charts are"), error, now).await?;
    write(tx, target, Some("parked"), Some(now), Some(error)).await
}

async fn write(
    tx: &mut PgConnection,
    target: Uuid,
    state: Option<&'static str>,
    at: Option<DateTime<Utc>>,
    error: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE target SET charts = $2, charts_at = $3, charts_error = $4 WHERE id = $1")
        .bind(target)
        .bind(state)
        .bind(at)
        .bind(error)
        .execute(tx)
        .await?;
    Ok(())
}
