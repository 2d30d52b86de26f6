//! Everything of a storm that nobody has is taken at once.

use chrono::{DateTime, Utc};
use firstlook_core::incident::EdgeKind;
use uuid::Uuid;

use super::super::told;
use super::{Store, StoreError};

/// Incidents in one transaction.
const MOST: usize = 200;

impl Store {
    /// Somebody takes what is open of a storm and nobody has. Returns how many incidents; none where there is no such
    /// storm. What was taken stays so where the database fails in between, and who asks again takes the rest.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_storm(
        &self,
        number: i64,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<usize>, StoreError> {
        let storm: Option<Uuid> = sqlx::query_scalar("SELECT id FROM storm WHERE number = $1")
            .bind(number)
            .fetch_optional(&self.pool)
            .await?;
        let Some(storm) = storm else { return Ok(None) };
        // In the order in which hop 1 locks.
        let open: Vec<Vec<u8>> = sqlx::query_scalar(
            "SELECT DISTINCT i.slot FROM target t JOIN incident i ON i.id = t.incident
             WHERE t.storm = $1 AND i.status = 'open' ORDER BY i.slot",
        )
        .bind(storm)
        .fetch_all(&self.pool)
        .await?;
        let mut taken = 0;
        for slots in open.chunks(MOST) {
            taken += self.take_some(storm, number, slots, actor, now).await?;
        }
        Ok(Some(taken))
    }

    async fn take_some(
        &self,
        storm: Uuid,
        number: i64,
        slots: &[Vec<u8>],
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SELECT FROM slot WHERE key_hash = ANY ($1) ORDER BY key_hash FOR UPDATE")
            .bind(slots)
            .execute(&mut *tx)
            .await?;
        let taken: Vec<Uuid> = sqlx::query_scalar(
            "UPDATE incident SET status = 'acknowledged', acknowledged_at = $2, owner = $3, version = version + 1
             WHERE slot = ANY ($1) AND status = 'open' AND id IN (SELECT incident FROM target WHERE storm = $4)
             RETURNING id",
        )
        .bind(slots)
        .bind(now)
        .bind(actor)
        .bind(storm)
        .fetch_all(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO decision (at, incident, kind, actor, reason)
             SELECT $2, id, 'acknowledged', $3, $4 FROM unnest($1::uuid[]) AS id",
        )
        .bind(&taken)
        .bind(now)
        .bind(actor)
        .bind(format!("took all of storm {number}"))
        .execute(&mut *tx)
        .await?;
        told::append_all(&mut tx, &taken, EdgeKind::Acknowledge, now).await?;
        tx.commit().await?;
        Ok(taken.len())
    }
}
