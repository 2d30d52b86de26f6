//! What time brings to silences: they begin, end, come again, and the incidents that are open then are marked so.
//!
//! Idempotent, and safe on two replicas at once: each incident is looked at again under the lock of its slot.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use uuid::Uuid;

use super::super::{Store, StoreError, actions};
use super::quiet::{mark, quiet, quiets};

/// Incidents that are read at once.
const AT_ONCE: i64 = 500;
/// Incidents that one sweep marks; the next one takes the rest.
const MOST: usize = 1_000;
/// So long after it began or ended, whatever was decided without it has been committed, and was looked at once more.
const SURE: TimeDelta = TimeDelta::seconds(15);

/// When what recurs holds next: its intervals as they were written, its beginning, its end.
pub type Next<'a> = &'a (
        dyn Fn(&Value, DateTime<Utc>, Option<DateTime<Utc>>) -> Option<(DateTime<Utc>, DateTime<Utc>)> + Sync
    );

#[derive(sqlx::FromRow)]
struct Recurring {
    number: i64,
    recurring: Value,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct Marked {
    id: Uuid,
    number: i64,
    silenced_until: Option<DateTime<Utc>>,
    silenced_by: Option<i64>,
}

impl Store {
    /// Ends what is over, gives what recurs its next span, and marks the incidents that are open. Returns how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle_silences(&self, now: DateTime<Utc>, next: Next<'_>) -> Result<usize, StoreError> {
        self.recur(now, next).await?;
        sqlx::query(
            "WITH over AS (UPDATE silence SET ended_at = holds_until, ended_by = 'firstlook'
                 WHERE ended_at IS NULL AND recurring IS NULL AND holds_until <= $1 RETURNING number, holds_until)
             INSERT INTO decision (at, kind, actor, reason)
             SELECT holds_until, 'silence_ended', 'firstlook', 'silence ' || number || ' has expired' FROM over",
        )
        .bind(now)
        .execute(&self.pool)
        .await?;
        // Who waits for one that was ended, although that was not known yet when it was decided.
        sqlx::query(
            "UPDATE target t SET held_until = $1 FROM silence s
             WHERE t.held_by = 'silence' AND t.held_until > $1 AND s.number = t.held_silence AND s.ended_at <= $1",
        )
        .bind(now)
        .execute(&self.pool)
        .await?;
        let turned: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM incident i JOIN silence s ON s.number = i.silenced_by
                 WHERE i.silenced_until IS NOT NULL AND (i.silenced_until <= $1 OR s.ended_at IS NOT NULL))
             OR EXISTS (SELECT FROM silence
                 WHERE applied <> (ended_at IS NULL AND holds_from <= $1 AND holds_until > $1))",
        )
        .bind(now)
        .fetch_one(&self.pool)
        .await?;
        if !turned {
            return Ok(0);
        }
        let marked = self.mark_open(now).await?;
        if marked < MOST {
            sqlx::query(
                "UPDATE silence SET applied = NOT applied
                 WHERE applied <> (ended_at IS NULL AND holds_from <= $1 AND holds_until > $1)
                   AND $2 >= CASE WHEN applied THEN LEAST(ended_at, holds_until) ELSE greatest(created_at, holds_from) END",
            )
            .bind(now)
            .bind(now - SURE)
            .execute(&self.pool)
            .await?;
        }
        Ok(marked)
    }

    async fn recur(&self, now: DateTime<Utc>, next: Next<'_>) -> Result<(), StoreError> {
        let over: Vec<Recurring> = sqlx::query_as(
            "SELECT number, recurring, starts_at, ends_at FROM silence
             WHERE ended_at IS NULL AND recurring IS NOT NULL AND holds_until <= $1",
        )
        .bind(now)
        .fetch_all(&self.pool)
        .await?;
        for one in over {
            let span = next(&one.recurring, one.starts_at, one.ends_at);
            sqlx::query(
                "UPDATE silence SET holds_from = COALESCE($2, holds_from), holds_until = COALESCE($3, holds_until),
                     applied = applied AND $2 IS NULL,
                     ended_at = CASE WHEN $2 IS NULL THEN $4 END, ended_by = CASE WHEN $2 IS NULL THEN 'firstlook' END
                 WHERE number = $1 AND ended_at IS NULL AND holds_until <= $4",
            )
            .bind(one.number)
            .bind(span.map(|span| span.0))
            .bind(span.map(|span| span.1))
            .bind(now)
            .execute(&self.pool)
            .await?;
        }
        Ok(())
    }

    async fn mark_open(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let (mut after, mut marked) = (0, 0);
        loop {
            let rows: Vec<Marked> = sqlx::query_as(
                "SELECT id, number, silenced_until, silenced_by FROM incident
                 WHERE number > $1 AND (status <> 'resolved' OR silenced_until IS NOT NULL) ORDER BY number LIMIT $2",
            )
            .bind(after)
            .bind(AT_ONCE)
            .fetch_all(&self.pool)
            .await?;
            let Some(last) = rows.last() else { return Ok(marked) };
            after = last.number;
            let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let quiets = quiets(&mut *self.pool.acquire().await?, &ids, now).await?.unwrap_or_default();
            for row in rows {
                let quiet = quiets.get(&row.id);
                if (row.silenced_until, row.silenced_by) == (quiet.map(|q| q.until), quiet.map(|q| q.silence))
                {
                    continue;
                }
                if marked == MOST {
                    return Ok(marked);
                }
                marked += self.mark_one(row.id, now).await?;
            }
        }
    }

    async fn mark_one(&self, id: Uuid, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let mut tx = self.pool.begin().await?;
        actions::hold(&mut tx, &id.to_string()).await?;
        let quiet = quiet(&mut tx, id, now).await?;
        let marked = mark(&mut tx, &[(id, quiet)], now).await?;
        tx.commit().await?;
        Ok(marked)
    }
}
