//! How a claim ends: the job is gone, waits, is tried again, or is parked for a person.

use std::time::Duration;

use sqlx::PgConnection;

use super::super::{Store, StoreError, analyses, declared, incidents, summaries, told};
use super::{Claim, JobKind, Outcome, Ticket, hold};

/// A look that failed so often is given up: it would fail for ever.
const MOST_ATTEMPTS: i32 = 8;
/// A job that so often in a row was claimed and never handed back, or broke, is parked: it is poison.
pub const MOST_LOST: i32 = 5;
/// How long upkeep that breaks each time is put off.
const LONG: Duration = Duration::from_secs(300);

impl Store {
    /// Hands a claim back. Returns whether the job was parked: it failed too often, and its incident now says so.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when it was no longer this worker's to finish.
    pub async fn finish(&self, claim: Claim, outcome: &Outcome) -> Result<bool, StoreError> {
        let mut tx = self.pool.begin().await?;
        if let Some(error) = given_up(&claim, outcome) {
            park(&mut tx, &claim, error).await?;
            tx.commit().await?;
            return Ok(true);
        }
        hold(&mut tx, &claim).await?;
        match outcome {
            Outcome::Done => done(&mut tx, claim.id).await?,
            Outcome::Later(after) => later(&mut tx, claim.id, *after, false).await?,
            Outcome::Late(after) => later(&mut tx, claim.id, *after, true).await?,
            Outcome::Wait(after) => wait(&mut tx, claim.id, *after).await?,
            Outcome::Throttled { bucket, urgency } => throttled(&mut tx, claim.id, bucket, *urgency).await?,
            Outcome::Retry { after, error } => retry(&mut tx, claim.id, *after, error, 0).await?,
            Outcome::Broken { error, .. } if claim.lost + 1 >= MOST_LOST => {
                // The last but one time, for ever.
                retry(&mut tx, claim.id, LONG, error, MOST_LOST - 1).await?;
            }
            Outcome::Broken { after, error } => {
                retry(&mut tx, claim.id, *after, error, claim.lost + 1).await?;
            }
        }
        news(&mut tx, &claim, outcome).await?;
        tx.commit().await?;
        Ok(false)
    }

    /// Makes claims that nobody will finish what they were: their process stops, and nothing was wrong with them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hand_back(&self, tickets: &[Ticket]) -> Result<(), StoreError> {
        let (jobs, fences): (Vec<i64>, Vec<i64>) = tickets.iter().map(|one| (one.job, one.fence)).unzip();
        sqlx::query(
            "UPDATE job SET state = 'ready', lease_until = NULL, attempts = greatest(attempts - 1, 0)
             FROM unnest($1::bigint[], $2::bigint[]) AS mine (job, number)
             WHERE id = mine.job AND fence = mine.number AND state = 'running'",
        )
        .bind(jobs)
        .bind(fences)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Why the job is not tried again. Notifications that fail are bounded by their edges' own policy.
fn given_up<'a>(claim: &Claim, outcome: &'a Outcome) -> Option<&'a str> {
    match outcome {
        Outcome::Retry { error, .. }
            if matches!(claim.kind, JobKind::Triage | JobKind::Analysis)
                && claim.attempts >= MOST_ATTEMPTS =>
        {
            Some(error)
        }
        // Nobody would bring the sweep or a look at a sender back: they are put off.
        Outcome::Broken { .. } if claim.kind == JobKind::Upkeep && claim.payload.is_none() => None,
        Outcome::Broken { error, .. } if claim.lost + 1 >= MOST_LOST => Some(error),
        _ => None,
    }
}

/// Parks a job, and what it was to do with it.
async fn park(tx: &mut PgConnection, claim: &Claim, error: &str) -> Result<(), StoreError> {
    // In the order of ingest, which writes the incident before its jobs.
    incidents::advance(&mut *tx, claim.incident).await?;
    hold(tx, claim).await?;
    sqlx::query("UPDATE job SET state = 'parked', lease_until = NULL, error = $2 WHERE id = $1")
        .bind(claim.id)
        .bind(error)
        .execute(&mut *tx)
        .await?;
    match claim.kind {
        JobKind::Triage => summaries::give_up(tx, claim.incident, claim.attempts, error).await,
        JobKind::Page | JobKind::Message => told::give_up(tx, claim, error).await,
        JobKind::Charts => told::give_up_charts(tx, claim, error).await,
        JobKind::Report => told::give_up_analyses(tx, claim, error).await,
        JobKind::Declare => declared::give_up_declaring(tx, claim, error).await,
        JobKind::Analysis => analyses::give_up(tx, claim.incident, claim.attempts, error).await,
        JobKind::Upkeep => Ok(()),
    }
}

async fn done(tx: &mut PgConnection, id: i64) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM job WHERE id = $1 AND NOT again").bind(id).execute(&mut *tx).await?;
    sqlx::query(
        "UPDATE job SET state = 'ready', run_at = now(), attempts = 0, lease_until = NULL, error = NULL,
             second = false, late = false, created_at = now(), bucket = '', urgency = 9, lost = 0
         WHERE id = $1",
    )
    .bind(id)
    .execute(tx)
    .await?;
    Ok(())
}

async fn later(tx: &mut PgConnection, id: i64, after: Duration, late: bool) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET state = 'ready', run_at = CASE WHEN again THEN now() ELSE now() + make_interval(secs => $2) END, attempts = 0,
             second = NOT again, late = $3 AND NOT again, lease_until = NULL, error = NULL, created_at = now(), lost = 0
         WHERE id = $1",
    )
    .bind(id)
    .bind(after.as_secs_f64())
    .bind(late)
    .execute(tx)
    .await?;
    Ok(())
}

async fn wait(tx: &mut PgConnection, id: i64, after: Duration) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET state = 'ready', lease_until = NULL, attempts = greatest(attempts - 1, 0), lost = 0,
             run_at = now() + make_interval(secs => $2)
         WHERE id = $1",
    )
    .bind(id)
    .bind(after.as_secs_f64())
    .execute(tx)
    .await?;
    Ok(())
}

/// Has a job that is put off run at once where an edge came while it ran, unless one that failed stands before it: as
/// `hurry` does for one that waits.
async fn news(tx: &mut PgConnection, claim: &Claim, outcome: &Outcome) -> Result<(), StoreError> {
    let put_off = matches!(outcome, Outcome::Wait(_) | Outcome::Retry { .. });
    if !put_off || !matches!(claim.kind, JobKind::Page | JobKind::Message) {
        return Ok(());
    }
    sqlx::query(
        "UPDATE job SET run_at = now(), bucket = '', urgency = 9
         WHERE id = $1 AND again
             AND EXISTS (SELECT 1 FROM edge WHERE target = key::uuid AND state = 'pending')
             AND NOT EXISTS (SELECT 1 FROM edge WHERE target = key::uuid AND state = 'pending' AND attempts > 0)",
    )
    .bind(claim.id)
    .execute(tx)
    .await?;
    Ok(())
}

/// It keeps its place among those that wait. What came meanwhile may be more urgent: then it is looked at anew.
async fn throttled(tx: &mut PgConnection, id: i64, bucket: &str, urgency: i16) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET state = 'ready', lease_until = NULL, attempts = greatest(attempts - 1, 0), lost = 0,
             bucket = CASE WHEN again THEN '' ELSE $2 END, urgency = CASE WHEN again THEN 9 ELSE $3 END
         WHERE id = $1",
    )
    .bind(id)
    .bind(bucket)
    .bind(urgency)
    .execute(tx)
    .await?;
    Ok(())
}

async fn retry(
    tx: &mut PgConnection,
    id: i64,
    after: Duration,
    error: &str,
    lost: i32,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET state = 'ready', lease_until = NULL, run_at = now() + make_interval(secs => $2), error = $3,
             lost = $4
         WHERE id = $1",
    )
    .bind(id)
    .bind(after.as_secs_f64())
    .bind(error)
    .bind(lost)
    .execute(tx)
    .await?;
    Ok(())
}
