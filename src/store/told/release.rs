//! Those who waited to be told: their time has come, or is another one by now. What is still open is told, in one message
//! where many waited for the same moment; what is over is told there in a line, or is recorded as never told.
//!
//! One transaction for each integration, under the locks of all slots that it is about, in their order as hop 1 takes
//! them: neither a message nor another replica comes in between.

mod stormed;

use std::cmp::Reverse;

use chrono::{DateTime, Utc};
use firstlook_core::alert::{Labels, Severity};
use firstlook_core::incident::Status;
use firstlook_core::route::inhibit::{Rule, Suppressed};
use firstlook_core::route::telling::WITH_LATER;
use firstlook_core::route::{HeldBy, Hold, When};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, JobKind, NewJob};
use super::super::row::At;
use super::super::suppressed::suppressed;
use super::super::{Store, StoreError, escalation, incidents, silences};
use super::writing::{Stand, Writing};

pub use stormed::Keeps;
pub(in crate::store) use stormed::wait_on;

/// Targets of one integration in one transaction, and so in one digest; the next sweep takes the rest.
const MOST: i64 = 500;
/// Integrations in one sweep.
const MOST_WAYS: i64 = 100;
/// Why an edge is not told on its own.
const AS_IT_STOOD: &str = "the digest tells it as it stood";

/// Somebody who waits to be told of an incident.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// What all of the incident's alerts have in common, mapped.
    pub labels: Labels,
    /// The highest that was ever to be told.
    pub severity: Severity,
    /// The receiver's name.
    pub receiver: String,
    /// Since when, and now.
    pub when: When,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    incident: Uuid,
    receiver: String,
    integration: String,
    held_by: String,
    held_reason: String,
    number: i64,
    status: String,
    labels: Value,
    told_severity: String,
    opened_at: DateTime<Utc>,
    started_at: DateTime<Utc>,
}

impl Row {
    fn waiting(&self, why: Option<Suppressed>, now: DateTime<Utc>) -> Result<Waiting, StoreError> {
        let at = At { table: "incident", row: &self.incident };
        let severity = at.severity("told_severity", &self.told_severity)?;
        let critical = severity == Severity::Critical;
        Ok(Waiting {
            labels: at.labels("labels", self.labels.clone())?,
            severity,
            receiver: self.receiver.clone(),
            when: When::of(self.opened_at, self.started_at, critical, now).suppressed(why),
        })
    }
}

/// One whose time has come.
struct Due {
    row: Row,
    severity: Severity,
    over: bool,
}

impl Store {
    /// Has everybody who waits looked at anew, since the configuration may be another one by now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn look_again(&self) -> Result<(), StoreError> {
        sqlx::query("UPDATE target SET held_until = now() WHERE held_until > now() AND held_by <> 'storm'")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Tells those whose time has come by `now`, unless `hold` says that they have to wait on. Returns how many wait no
    /// more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn release(
        &self,
        now: DateTime<Utc>,
        rules: &[Rule],
        hold: &(dyn Fn(&Waiting) -> Option<Hold> + Sync),
    ) -> Result<usize, StoreError> {
        let ways: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT receiver, integration FROM target WHERE held_until <= $1 ORDER BY 1, 2 LIMIT $2",
        )
        .bind(now)
        .bind(MOST_WAYS)
        .fetch_all(&self.pool)
        .await?;
        let mut released = 0;
        for (receiver, integration) in ways {
            let mut tx = self.pool.begin().await?;
            let rows = due(&mut tx, &receiver, &integration, now).await?;
            released += release(&mut tx, rows, now, rules, hold).await?;
            tx.commit().await?;
        }
        Ok(released)
    }
}

/// Locks the slots first: what is read after that stays so.
async fn due(
    tx: &mut PgConnection,
    receiver: &str,
    integration: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Row>, StoreError> {
    let slots: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT key_hash FROM slot WHERE key_hash IN (
             SELECT slot FROM (
                 SELECT i.slot FROM target t JOIN incident i ON i.id = t.incident
                 WHERE t.held_until <= $3 AND t.receiver = $1 AND t.integration = $2 ORDER BY t.held_until, i.number LIMIT $4) n)
         ORDER BY key_hash FOR UPDATE",
    )
    .bind(receiver)
    .bind(integration)
    .bind(now)
    .bind(MOST)
    .fetch_all(&mut *tx)
    .await?;
    Ok(sqlx::query_as(
        "SELECT t.id, t.incident, t.receiver, t.integration, t.held_by, t.held_reason, i.number, i.status, i.labels,
                i.told_severity, i.opened_at, i.started_at
         FROM target t JOIN incident i ON i.id = t.incident
         WHERE t.held_until <= $3 AND t.receiver = $1 AND t.integration = $2 AND i.slot = ANY ($4)
         ORDER BY i.number",
    )
    .bind(receiver)
    .bind(integration)
    .bind(now)
    .bind(&slots)
    .fetch_all(tx)
    .await?)
}

async fn release(
    tx: &mut PgConnection,
    rows: Vec<Row>,
    now: DateTime<Utc>,
    rules: &[Rule],
    hold: &(dyn Fn(&Waiting) -> Option<Hold> + Sync),
) -> Result<usize, StoreError> {
    let mut writing = Writing::default();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.incident).collect();
    let quiets = silences::quiets(tx, &ids, now).await?;
    let suppressed = suppressed(tx, &ids, quiets.as_ref(), rules).await?;
    let (mut alone, mut together, mut untold): (Vec<Due>, Vec<Due>, Vec<Due>) = Default::default();
    for row in rows {
        let at = At { table: "incident", row: &row.incident };
        let over = at.status(&row.status)? == Status::Resolved;
        let by = HeldBy::parse(&row.held_by)
            .ok_or_else(|| At { table: "target", row: &row.id }.corrupt("held_by", &row.held_by))?;
        let waiting = row.waiting(suppressed.get(&row.incident).copied(), now)?;
        let severity = waiting.severity;
        // What is over and waited for a moment of its own needs no other one.
        if let Some(hold) = hold(&waiting).filter(|_| !over || by == HeldBy::Interval) {
            let said = hold.reason != row.held_reason;
            writing.hold(&Stand::of(row.id, row.incident, &row.receiver, &row.integration), &hold, now, said);
            continue;
        }
        let chat = row.integration.starts_with("slack/");
        let due = Due { row, severity, over };
        match (over, by) {
            (true, HeldBy::Interval) if chat => together.push(due),
            (true, _) => untold.push(due),
            (false, _) if chat && by.gathers() => together.push(due),
            (false, _) => alone.push(due),
        }
    }
    // One that stands by itself has a message of its own.
    if together.len() == 1 && together.iter().all(|due| !due.over) {
        alone.append(&mut together);
    }
    writing.write(tx, now).await?;
    let released = alone.len() + together.len() + untold.len();
    never(tx, &untold, now).await?;
    single(tx, &alone, now).await?;
    digest(tx, together, now).await?;
    Ok(released)
}

/// What ended before anybody was to be told.
async fn never(tx: &mut PgConnection, over: &[Due], now: DateTime<Utc>) -> Result<(), StoreError> {
    let why = "it ended before it was to be told";
    free(
        tx,
        over,
        "UPDATE edge SET state = 'untold', error = $2 WHERE target = ANY ($1) AND state = 'held'",
        why,
        None,
    )
    .await?;
    for due in over {
        let said = format!("{} ({}) was never told: {why}", due.row.receiver, due.row.integration);
        incidents::note(tx, due.row.incident, now, "untold", "firstlook", &said).await?;
    }
    Ok(())
}

/// Each by itself: from the last that rings on it is told, and when it had to be is now.
async fn single(tx: &mut PgConnection, open: &[Due], now: DateTime<Utc>) -> Result<(), StoreError> {
    let query = "WITH rings AS (
             SELECT target, max(seq) AS seq FROM edge WHERE target = ANY ($1) AND state = 'held'
                 AND kind NOT IN ('acknowledge', 'resolve') GROUP BY target)
         UPDATE edge e SET state = CASE WHEN e.seq < r.seq THEN 'untold' ELSE 'pending' END,
             error = CASE WHEN e.seq < r.seq THEN $2 END, created_at = now()
         FROM rings r WHERE e.target = r.target AND e.state = 'held'";
    free(tx, open, query, WITH_LATER, None).await?;
    told(tx, open, now).await?;
    enqueue(tx, open.iter()).await
}

/// All in one message, that of the worst; the others are folded into it.
async fn digest(tx: &mut PgConnection, mut together: Vec<Due>, now: DateTime<Utc>) -> Result<(), StoreError> {
    if together.is_empty() {
        return Ok(());
    }
    together.sort_by_key(|due| (due.over, Reverse(due.severity), due.row.number));
    let query = "WITH rings AS (
             SELECT target, max(seq) AS seq FROM edge WHERE target = ANY ($1) AND state = 'held'
                 AND kind NOT IN ('acknowledge', 'resolve') GROUP BY target)
         UPDATE edge e SET state = CASE WHEN e.seq <> r.seq THEN 'untold' ELSE 'folded' END,
             error = CASE WHEN e.seq <> r.seq THEN $2 END, digest = CASE WHEN e.seq = r.seq THEN $3 END,
             created_at = now()
         FROM rings r WHERE e.target = r.target AND e.state = 'held'";
    free(tx, &together, query, AS_IT_STOOD, Some(Uuid::now_v7())).await?;
    let leads: Vec<&Due> = together.iter().take(1).collect();
    let lead: Vec<Uuid> = leads.iter().map(|due| due.row.id).collect();
    sqlx::query("UPDATE edge SET state = 'pending' WHERE target = ANY ($1) AND state = 'folded'")
        .bind(&lead)
        .execute(&mut *tx)
        .await?;
    told(tx, &together, now).await?;
    enqueue(tx, leads.into_iter()).await
}

/// Runs `query` about the edges of these targets, which wait no more.
async fn free(
    tx: &mut PgConnection,
    dues: &[Due],
    query: &'static str,
    why: &str,
    digest: Option<Uuid>,
) -> Result<(), StoreError> {
    if dues.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = dues.iter().map(|due| due.row.id).collect();
    let query = sqlx::query(query).bind(&ids).bind(why);
    match digest {
        Some(digest) => query.bind(digest).execute(&mut *tx).await?,
        None => query.execute(&mut *tx).await?,
    };
    sqlx::query(
        "UPDATE target SET held_until = NULL, held_by = NULL, held_reason = NULL WHERE id = ANY ($1)",
    )
    .bind(&ids)
    .execute(tx)
    .await?;
    Ok(())
}

/// From now on it counts when they are told again.
async fn told(tx: &mut PgConnection, dues: &[Due], now: DateTime<Utc>) -> Result<(), StoreError> {
    let incidents: Vec<Uuid> = dues.iter().filter(|due| !due.over).map(|due| due.row.incident).collect();
    sqlx::query("UPDATE incident SET told_at = $2 WHERE id = ANY ($1)")
        .bind(&incidents)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    escalation::begin(tx, &incidents, now).await
}

async fn enqueue<'a>(tx: &mut PgConnection, dues: impl Iterator<Item = &'a Due>) -> Result<(), StoreError> {
    let job = |due: &Due| {
        let kind = JobKind::of_integration(&due.row.integration);
        NewJob::now(kind, due.row.id.to_string(), due.row.incident)
    };
    let jobs: Vec<NewJob> = dues.map(job).collect();
    jobs::enqueue(tx, &jobs).await?;
    let news: Vec<String> = jobs.into_iter().map(|job| job.key).collect();
    jobs::hurry(tx, &news).await
}
