//! What was changed, and when.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::changes::ChangeEvent;
use serde_json::{Value, json};
use uuid::Uuid;

use super::row::At;
use super::{Store, StoreError};

/// Changes that are looked at for one incident, the newest.
const MOST: i64 = 500;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    source: String,
    at: DateTime<Utc>,
    summary: String,
    origin: String,
    details: Value,
    link: Option<String>,
}

impl Store {
    /// Keeps a change that was told `now`. The same one told again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_change(&self, event: &ChangeEvent, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO change (id, source, at, received_at, summary, origin, details, link)
             VALUES ($1, $2, LEAST($3, $4), $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(Uuid::now_v7())
        .bind(&event.source)
        .bind(event.at)
        .bind(now)
        .bind(&event.summary)
        .bind(&event.origin)
        .bind(json!(event.details))
        .bind(&event.link)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The changes from `from` up to `until`, the newest first.
    ///
    /// # Errors
    /// When the database does not answer, or holds what this version cannot read.
    pub async fn changes(
        &self,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<ChangeEvent>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT id, source, at, summary, origin, details, link FROM change
             WHERE at >= $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3",
        )
        .bind(from)
        .bind(until)
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        let event = |row: Row| {
            let details = At { table: "change", row: &row.id }.json("details", row.details)?;
            let Row { source, at, summary, origin, link, .. } = row;
            Ok(ChangeEvent { at, source, summary, origin, details, link })
        };
        rows.into_iter().map(event).collect()
    }
}
