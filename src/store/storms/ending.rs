//! A storm ends: what is still open and only its message told is told by itself, the most severe first; what is over is
//! recorded as told by the storm alone.

use chrono::{DateTime, Utc};
use firstlook_core::incident::Status;
use firstlook_core::route::storm::{Waiting, most_severe};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, JobKind, NewJob};
use super::super::row::At;
use super::super::told::{self, Keeps};
use super::{Raging, Sky, Store, StoreError};

/// Why what waited is not told singly.
const ENDED: &str = "it ended before the storm did; the storm's message told it";
const TAKEN: &str = "somebody has it; the storm's page told it";
const WITH_LATER: &str = "told with what came after it";
const AT_THE_END: &str = "the digest at the storm's end tells it as it stood";
const CLOSED: &str = "it ended; the storm's page told it";
/// A pager that has more left than is told singly keeps the storm's own page until all of it is over.
const STAYS: &str = "stays with the storm's page: too much is still open to ring for each";

/// For how long who wants it told takes turns: the order of severity is kept although many are told at once.
const APART: f64 = 0.25;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    incident: Uuid,
    integration: String,
    number: i64,
    status: String,
    severity: String,
}

/// What becomes of a storm's targets at one integration.
#[derive(Default)]
struct Parts {
    ended: Vec<Uuid>,
    taken: Vec<Uuid>,
    open: Vec<Waiting<(Uuid, Uuid)>>,
}

impl Store {
    /// Ends the storm that lasts at a receiver; of each integration's the most severe `singly` are told singly. What may not
    /// be told now waits for what it would have waited for.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_storm(&self, sky: &Sky, singly: usize, keeps: Keeps<'_>) -> Result<(), StoreError> {
        let Some(storm) = sky.storm else { return Ok(()) };
        let mut tx = self.pool.begin().await?;
        sqlx::query(
            "SELECT FROM slot WHERE key_hash IN (SELECT i.slot FROM target t JOIN incident i ON i.id = t.incident
                 WHERE t.storm = $1 AND t.held_by = 'storm') ORDER BY key_hash FOR UPDATE",
        )
        .bind(storm)
        .execute(&mut *tx)
        .await?;
        let ended = sqlx::query("UPDATE storm SET ended_at = now() WHERE id = $1 AND ended_at IS NULL")
            .bind(storm)
            .execute(&mut *tx)
            .await?;
        if ended.rows_affected() == 0 {
            return Ok(());
        }
        told::wait_on(&mut tx, storm, keeps).await?;
        for (integration, parts) in held(&mut tx, storm).await? {
            let chat = JobKind::of_integration(&integration) == JobKind::Message;
            untold(&mut tx, &parts.ended, ENDED).await?;
            untold(&mut tx, &parts.taken, TAKEN).await?;
            let (first, rest) = most_severe(parts.open, singly);
            release(&mut tx, &integration, &first).await?;
            if chat {
                digest(&mut tx, &rest).await?;
            } else {
                stays(&mut tx, &rest).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Closes what an ended storm's page still stands for and is over by now, and notes once nothing more is to be said
    /// of the storm.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn close_storm(&self, storm: &Raging) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let over: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
            "SELECT t.id, i.slot FROM target t JOIN incident i ON i.id = t.incident
             WHERE t.storm = $1 AND t.held_by = 'storm' AND i.status = 'resolved'",
        )
        .bind(storm.id)
        .fetch_all(&mut *tx)
        .await?;
        let slots: Vec<Vec<u8>> = over.iter().map(|(_, slot)| slot.clone()).collect();
        let slots = super::lock(&mut tx, &slots).await?;
        let over: Vec<Uuid> =
            over.into_iter().filter(|(_, slot)| slots.contains(slot)).map(|(id, _)| id).collect();
        // Reopened before the lock was had, it is not over.
        let over: Vec<Uuid> = sqlx::query_scalar(
            "SELECT t.id FROM target t JOIN incident i ON i.id = t.incident
             WHERE t.id = ANY ($1) AND t.held_by = 'storm' AND i.status = 'resolved'",
        )
        .bind(&over)
        .fetch_all(&mut *tx)
        .await?;
        untold(&mut tx, &over, CLOSED).await?;
        sqlx::query(
            "UPDATE storm s SET over_at = now() WHERE id = $1 AND ended_at < now() - interval '1 minute'
                 AND NOT EXISTS (SELECT FROM target t JOIN incident i ON i.id = t.incident WHERE t.storm = s.id
                     AND (t.held_by = 'storm' OR (i.status <> 'resolved' AND s.ended_at > now() - interval '1 day')))
                 AND NOT EXISTS (SELECT FROM storm_message WHERE storm = s.id AND state <> 'parked'
                     AND ((told ->> 'ended')::bool IS NOT TRUE OR (told ->> 'left')::bigint > 0))",
        )
        .bind(storm.id)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }
}

/// What only a storm's message told, by integration.
async fn held(tx: &mut PgConnection, storm: Uuid) -> Result<Vec<(String, Parts)>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT t.id, t.incident, t.integration, i.number, i.status, i.severity
         FROM target t JOIN incident i ON i.id = t.incident WHERE t.storm = $1 AND t.held_by = 'storm'
         ORDER BY t.integration, i.number",
    )
    .bind(storm)
    .fetch_all(tx)
    .await?;
    let mut all: Vec<(String, Parts)> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|(integration, _)| *integration != row.integration) {
            all.push((row.integration.clone(), Parts::default()));
        }
        let Some((integration, parts)) = all.last_mut() else { continue };
        let at = At { table: "incident", row: &row.incident };
        let severity = at.severity("severity", &row.severity)?;
        match at.status(&row.status)? {
            Status::Resolved => parts.ended.push(row.id),
            Status::Acknowledged if JobKind::of_integration(integration) == JobKind::Page => {
                parts.taken.push(row.id);
            }
            Status::Open | Status::Acknowledged => {
                parts.open.push(Waiting { what: (row.id, row.incident), severity, number: row.number });
            }
        }
    }
    Ok(all)
}

/// Told by the storm alone, for ever.
pub(super) async fn untold(tx: &mut PgConnection, targets: &[Uuid], why: &str) -> Result<(), StoreError> {
    if targets.is_empty() {
        return Ok(());
    }
    sqlx::query("UPDATE edge SET state = 'untold', error = $2 WHERE target = ANY ($1) AND state = 'held'")
        .bind(targets)
        .bind(why)
        .execute(&mut *tx)
        .await?;
    free(tx, targets).await
}

/// Each by itself, in this order: from the last that rings on it is told, and when it had to be is now.
pub(super) async fn release(
    tx: &mut PgConnection,
    integration: &str,
    open: &[Waiting<(Uuid, Uuid)>],
) -> Result<(), StoreError> {
    if open.is_empty() {
        return Ok(());
    }
    let targets: Vec<Uuid> = open.iter().map(|one| one.what.0).collect();
    sqlx::query(
        "WITH rings AS (
             SELECT target, max(seq) AS seq FROM edge WHERE target = ANY ($1) AND state = 'held'
                 AND kind NOT IN ('acknowledge', 'resolve') GROUP BY target)
         UPDATE edge e SET state = CASE WHEN e.seq < r.seq THEN 'untold' ELSE 'pending' END,
             error = CASE WHEN e.seq < r.seq THEN $2 END, created_at = now()
         FROM rings r WHERE e.target = r.target AND e.state = 'held'",
    )
    .bind(&targets)
    .bind(WITH_LATER)
    .execute(&mut *tx)
    .await?;
    free(tx, &targets).await?;
    told(tx, open).await?;
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    let kind = JobKind::of_integration(integration);
    let jobs = (0..).zip(open).map(|(place, one)| {
        let (target, incident) = one.what;
        let after = chrono::TimeDelta::milliseconds((f64::from(place) * APART * 1_000.0) as i64);
        NewJob { run_at: Some(now + after), ..NewJob::now(kind, target.to_string(), incident) }
    });
    jobs::enqueue(tx, &jobs.collect::<Vec<_>>()).await
}

/// All in one message; the others are folded into that of the worst.
async fn digest(tx: &mut PgConnection, rest: &[Waiting<(Uuid, Uuid)>]) -> Result<(), StoreError> {
    let Some(lead) = rest.first() else { return Ok(()) };
    let targets: Vec<Uuid> = rest.iter().map(|one| one.what.0).collect();
    sqlx::query(
        "WITH rings AS (
             SELECT target, max(seq) AS seq FROM edge WHERE target = ANY ($1) AND state = 'held'
                 AND kind NOT IN ('acknowledge', 'resolve') GROUP BY target)
         UPDATE edge e SET state = CASE WHEN e.seq <> r.seq THEN 'untold' WHEN e.target = $4 THEN 'pending' ELSE 'folded' END,
             error = CASE WHEN e.seq <> r.seq THEN $2 END, digest = CASE WHEN e.seq = r.seq THEN $3 END,
             created_at = now()
         FROM rings r WHERE e.target = r.target AND e.state = 'held'",
    )
    .bind(&targets)
    .bind(AT_THE_END)
    .bind(Uuid::now_v7())
    .bind(lead.what.0)
    .execute(&mut *tx)
    .await?;
    free(tx, &targets).await?;
    told(tx, rest).await?;
    let job = NewJob::now(JobKind::Message, lead.what.0.to_string(), lead.what.1);
    jobs::enqueue(tx, &[job]).await
}

/// They wait on, under the storm's own page.
async fn stays(tx: &mut PgConnection, rest: &[Waiting<(Uuid, Uuid)>]) -> Result<(), StoreError> {
    let targets: Vec<Uuid> = rest.iter().map(|one| one.what.0).collect();
    sqlx::query("UPDATE target SET held_reason = $2 WHERE id = ANY ($1)")
        .bind(&targets)
        .bind(STAYS)
        .execute(tx)
        .await?;
    Ok(())
}

async fn free(tx: &mut PgConnection, targets: &[Uuid]) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE target SET held_until = NULL, held_by = NULL, held_reason = NULL WHERE id = ANY ($1)",
    )
    .bind(targets)
    .execute(tx)
    .await?;
    Ok(())
}

/// From now on it counts when they are told again.
async fn told(tx: &mut PgConnection, open: &[Waiting<(Uuid, Uuid)>]) -> Result<(), StoreError> {
    let incidents: Vec<Uuid> = open.iter().map(|one| one.what.1).collect();
    sqlx::query("UPDATE incident SET told_at = now() WHERE id = ANY ($1) AND status = 'open'")
        .bind(&incidents)
        .execute(tx)
        .await?;
    Ok(())
}
