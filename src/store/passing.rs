//! Which changes were passed on to whom.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::changes::ChangeEvent;
use uuid::Uuid;

use super::changes::Row;
use super::{Store, StoreError};

impl Store {
    /// Changes received since then that an integration of a receiver was not told of, the oldest first, at most `most`.
    ///
    /// # Errors
    /// When the database does not answer, or holds what this version cannot read.
    pub async fn untold_changes(
        &self,
        (receiver, integration): (&str, &str),
        since: DateTime<Utc>,
        most: i64,
    ) -> Result<Vec<(Uuid, ChangeEvent)>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, source, at, summary, origin, details, link, event FROM change c
             WHERE received_at >= $3 AND NOT EXISTS (
                 SELECT FROM change_told t WHERE t.change = c.id AND t.receiver = $1 AND t.integration = $2)
             ORDER BY received_at, id LIMIT $4",
        )
        .bind(receiver)
        .bind(integration)
        .bind(since)
        .bind(most)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Row::event).collect()
    }

    /// Notes that an integration of a receiver was told of a change, or why it never will be.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn change_told(
        &self,
        change: Uuid,
        (receiver, integration): (&str, &str),
        now: DateTime<Utc>,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO change_told (change, receiver, integration, at, error) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(change)
        .bind(receiver)
        .bind(integration)
        .bind(now)
        .bind(error)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
