//! What is done next: the jobs of a lane that are due, in the order in which people need them.
//!
//! Knows buckets, places in their queues, and which jobs may not run beside others. Must not know what a job does.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::{Store, StoreError};
use super::{Claim, JobKind, LEASE};

#[derive(sqlx::FromRow)]
struct ClaimRow {
    id: i64,
    key: String,
    incident: Option<uuid::Uuid>,
    payload: Option<Value>,
    attempts: i32,
    created_at: DateTime<Utc>,
    second: bool,
    late: bool,
    urgency: i16,
    run_at: DateTime<Utc>,
    lost: i32,
    fence: i64,
    paid: Option<String>,
}

/// `$1`: the kind, `$2`: how many, `$3`: the lease, `$4`: buckets to leave alone.
///
/// Materialized: inlined, the choice could be made again for each row, and claim more than the limit.
///
/// `alone` is a job that was lost. One that was lost twice may be what kills processes, so that no two of those run
/// at once. A page waits for no other kind of them, and the others let a lost page go first: what kills may be a look.
///
/// `many` are the others: of each bucket the most urgent one, and of what is not known to wait for one as many as may
/// be. Those two take turns, so that neither a backlog holds up what is new, nor the reverse.
const CLAIM: &str = "WITH alone AS MATERIALIZED (
        SELECT id, bucket FROM job
        WHERE kind = $1 AND lost > 0 AND run_at <= now() AND bucket <> ALL ($4)
            AND (state = 'ready' OR (state = 'running' AND lease_until < now()))
            AND EXISTS (SELECT 1 FROM rate_bucket WHERE name = bucket AND opens_at <= now())
            AND NOT EXISTS (SELECT 1 FROM job WHERE lost > 1 AND state = 'running' AND lease_until >= now()
                AND (kind = 'page' OR $1 <> 'page'))
            AND ($1 = 'page' OR NOT EXISTS (
                SELECT 1 FROM job JOIN rate_bucket ON name = bucket AND opens_at <= now()
                WHERE kind = 'page' AND lost > 0 AND run_at <= now()
                    AND (state = 'ready' OR (state = 'running' AND lease_until < now()))))
        ORDER BY lost, run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED),
    many AS MATERIALIZED (
        SELECT j.id, b.name FROM rate_bucket b CROSS JOIN LATERAL (
            SELECT id, urgency, run_at FROM job
            WHERE kind = $1 AND bucket = b.name AND lost = 0 AND run_at <= now()
                AND (state = 'ready' OR (state = 'running' AND lease_until < now()))
            ORDER BY urgency, run_at, id LIMIT CASE b.name WHEN '' THEN $2 ELSE 1 END
            FOR UPDATE SKIP LOCKED) j
        -- Room is for one message, and `alone` has it.
        WHERE b.opens_at <= now() AND b.name <> ALL ($4) AND (b.name = '' OR b.name NOT IN (SELECT bucket FROM alone))
        ORDER BY row_number() OVER (PARTITION BY b.name = '' ORDER BY j.urgency, j.run_at, j.id), b.name LIMIT $2),
    due AS MATERIALIZED (SELECT * FROM alone UNION ALL SELECT * FROM many LIMIT $2),
    paid AS (
        UPDATE rate_bucket SET opens_at = greatest(opens_at, now() - slack) + every
        WHERE name <> '' AND name IN (SELECT bucket FROM due) AND opens_at <= now() RETURNING name)
    UPDATE job SET state = 'running', fence = fence + 1, attempts = attempts + 1, again = false,
        lost = lost + (state = 'running')::integer, lease_until = now() + $3::interval
    FROM due WHERE job.id = due.id
    RETURNING job.id, key, incident, payload, attempts, created_at, second, late, urgency, run_at, lost, fence,
        (SELECT name FROM paid WHERE name = job.bucket) AS paid";

impl Store {
    /// Takes up to `most` jobs of `kind` that are due, or whose owner let the lease end, and whose bucket is open and not
    /// among `full`, with room for its first message.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn claim(&self, kind: JobKind, most: usize, full: &[String]) -> Result<Vec<Claim>, StoreError> {
        let rows: Vec<ClaimRow> = sqlx::query_as(CLAIM)
            .bind(kind.as_str())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .bind(LEASE)
            .bind(full)
            .fetch_all(&self.pool)
            .await?;
        let claim = |row: ClaimRow| Claim {
            id: row.id,
            kind,
            key: row.key,
            incident: row.incident.unwrap_or_default(),
            payload: row.payload,
            attempts: row.attempts,
            created_at: row.created_at,
            second: row.second,
            late: row.late,
            urgency: row.urgency,
            run_at: row.run_at,
            lost: row.lost,
            fence: row.fence,
            paid: Mutex::new(row.paid),
        };
        Ok(rows.into_iter().map(claim).collect())
    }
}
