//! What waits to be told singly, and what of it a storm's message tells instead.

use firstlook_core::route::storm::Waiting;
use uuid::Uuid;

use super::super::row::At;
use super::{Raging, Store, StoreError, lock};

/// When what a storm tells is looked at again: not by the time, but by its end.
pub(super) const UNTIL_THE_END: &str = "9999-01-01 00:00:00+00";

/// Targets in one transaction.
const MOST: usize = 500;

/// A target that waits, with what its change needs to lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    id: Uuid,
    slot: Vec<u8>,
}

impl Store {
    /// In how many seconds a bucket opens; below zero, since when it has been open.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn opens_in(&self, bucket: &str) -> Result<f64, StoreError> {
        let opens: Option<f64> = sqlx::query_scalar(
            "SELECT extract(epoch FROM opens_at - now())::float8 FROM rate_bucket WHERE name = $1",
        )
        .bind(bucket)
        .fetch_optional(&self.pool)
        .await?;
        Ok(opens.unwrap_or(f64::NEG_INFINITY).max(-3_600.0))
    }

    /// What waits for its turn at one integration and could be told by a storm: what rings, and is neither being sent nor
    /// in doubt. What an end is due for first has to be told in its order.
    ///
    /// # Errors
    /// When the database does not answer, or holds something that this version cannot read.
    pub async fn queued(
        &self,
        receiver: &str,
        integration: &str,
    ) -> Result<Vec<Waiting<Queued>>, StoreError> {
        let rows: Vec<(Uuid, Vec<u8>, i64, String)> = sqlx::query_as(
            "SELECT t.id, i.slot, i.number, i.severity
             FROM (SELECT target FROM edge WHERE state IN ('pending', 'sending') GROUP BY target
                   HAVING bool_or(kind NOT IN ('acknowledge', 'resolve'))
                      AND NOT bool_or(state = 'sending' OR doubt OR digest IS NOT NULL)) e
                 JOIN target t ON t.id = e.target JOIN incident i ON i.id = t.incident
             WHERE t.receiver = $1 AND t.integration = $2 AND t.held_until IS NULL",
        )
        .bind(receiver)
        .bind(integration)
        .fetch_all(&self.pool)
        .await?;
        let one = |(id, slot, number, severity): (Uuid, Vec<u8>, i64, String)| {
            let severity = At { table: "incident", row: &number }.severity("severity", &severity)?;
            Ok(Waiting { what: Queued { id, slot }, severity, number })
        };
        rows.into_iter().map(one).collect()
    }

    /// Has a storm's message tell of these in place of their own, from what rings first on. What is being told in this
    /// moment is left as it is. Returns how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn fold(
        &self,
        storm: &Raging,
        queued: &[Waiting<Queued>],
        why: &str,
    ) -> Result<usize, StoreError> {
        let mut folded = 0;
        for some in queued.chunks(MOST) {
            folded += self.fold_some(storm, some, why).await?;
        }
        Ok(folded)
    }

    async fn fold_some(
        &self,
        storm: &Raging,
        queued: &[Waiting<Queued>],
        why: &str,
    ) -> Result<usize, StoreError> {
        let mut tx = self.pool.begin().await?;
        let slots: Vec<Vec<u8>> = queued.iter().map(|one| one.what.slot.clone()).collect();
        let slots = lock(&mut tx, &slots).await?;
        let mine = queued.iter().filter(|one| slots.contains(&one.what.slot));
        let ids: Vec<Uuid> = mine.map(|one| one.what.id).collect();
        // A job that nobody works on can be claimed by nobody from here on.
        let jobs: Vec<(i64, String)> = sqlx::query_as(
            "SELECT id, key FROM job WHERE kind IN ('page', 'message') AND state = 'ready'
                 AND key IN (SELECT unnest($1::uuid[])::text) FOR UPDATE SKIP LOCKED",
        )
        .bind(&ids)
        .fetch_all(&mut *tx)
        .await?;
        let ids: Vec<Uuid> = jobs.iter().filter_map(|(_, key)| key.parse().ok()).collect();
        let (jobs, _): (Vec<i64>, Vec<String>) = jobs.into_iter().unzip();
        let folded: Vec<Uuid> = sqlx::query_scalar(
            "WITH rings AS (
                 SELECT target, min(seq) FILTER (WHERE kind NOT IN ('acknowledge', 'resolve')) AS seq FROM edge
                 WHERE target = ANY ($1) AND state IN ('pending', 'sending') GROUP BY target
                 HAVING NOT bool_or(state = 'sending' OR doubt OR digest IS NOT NULL)),
             held AS (
                 UPDATE edge e SET state = 'held' FROM rings r
                 WHERE e.target = r.target AND e.seq >= r.seq AND e.state = 'pending' RETURNING e.target)
             UPDATE target SET held_until = $4::timestamptz, held_by = 'storm', held_reason = $3, storm = $2,
                 storm_told_at = CASE WHEN storm = $2 THEN storm_told_at END,
                 storm_at = CASE WHEN storm = $2 THEN COALESCE(storm_at, now()) ELSE now() END
             WHERE id IN (SELECT target FROM held) RETURNING id",
        )
        .bind(&ids)
        .bind(storm.id)
        .bind(why)
        .bind(UNTIL_THE_END)
        .fetch_all(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO decision (at, incident, kind, actor, reason)
             SELECT now(), incident, 'stormed', 'firstlook', receiver || ' (' || integration || ') ' || $2
             FROM target WHERE id = ANY ($1)",
        )
        .bind(&folded)
        .bind(why)
        .execute(&mut *tx)
        .await?;
        // Nothing is left to tell: else each would take room at the receiver only to find that out.
        sqlx::query(
            "DELETE FROM job j USING target t WHERE j.id = ANY ($1) AND t.id = j.key::uuid AND t.id = ANY ($2)
                 AND t.address IS NULL
                 AND NOT EXISTS (SELECT FROM edge WHERE target = t.id AND state IN ('pending', 'sending'))",
        )
        .bind(&jobs)
        .bind(&folded)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(folded.len())
    }
}
