//! What was changed, and when.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::changes::ChangeEvent;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ingest::Batch;
use super::row::At;
use super::{Store, StoreError};

/// Changes that are looked at for one incident, the newest.
const MOST: i64 = 500;

/// A change as it is kept.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: Uuid,
    source: String,
    at: DateTime<Utc>,
    summary: String,
    origin: String,
    details: Value,
    link: Option<String>,
    event: Option<String>,
}

impl Row {
    /// Its id, and what it tells.
    pub(super) fn event(self) -> Result<(Uuid, ChangeEvent), StoreError> {
        let details = At { table: "change", row: &self.id }.json("details", self.details)?;
        let Self { id, source, at, summary, origin, link, event, .. } = self;
        Ok((id, ChangeEvent { at, source, summary, origin, details, link, event, ..ChangeEvent::default() }))
    }
}

/// Keeps what these bodies tell to have been changed.
pub(super) async fn keep(tx: &mut PgConnection, bodies: &[&Batch]) -> Result<(), StoreError> {
    let mut all = Vec::new();
    for body in bodies {
        all.extend(body.changes.iter().map(|one| (one, body.delivery.received_at)));
    }
    insert(tx, all).await
}

/// Keeps changes, each with when it was told. The same one told again changes nothing.
async fn insert(
    tx: &mut PgConnection,
    mut told: Vec<(&ChangeEvent, DateTime<Utc>)>,
) -> Result<(), StoreError> {
    if told.is_empty() {
        return Ok(());
    }
    // In one order, so that two transactions wait for each other and do not lock each other out.
    told.sort_by_key(|(one, _)| (&one.source, &one.event, one.at, &one.summary));
    sqlx::query(
        "INSERT INTO change (id, source, at, received_at, summary, origin, details, link, event)
         SELECT id, source, LEAST(at, received_at), received_at, summary, origin, details, link, event FROM unnest(
             $1::uuid[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::text[], $6::text[], $7::jsonb[], $8::text[],
             $9::text[]) AS n (id, source, at, received_at, summary, origin, details, link, event)
         ON CONFLICT DO NOTHING",
    )
    .bind(told.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| one.source.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| one.at).collect::<Vec<_>>())
    .bind(told.iter().map(|(_, received_at)| *received_at).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| one.summary.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| one.origin.as_str()).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| json!(one.details)).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| one.link.as_deref()).collect::<Vec<_>>())
    .bind(told.iter().map(|(one, _)| one.event.as_deref()).collect::<Vec<_>>())
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// Keeps a change that was told `now`. The same one told again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn keep_change(&self, event: &ChangeEvent, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        insert(&mut connection, vec![(event, now)]).await
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
            "SELECT id, source, at, summary, origin, details, link, event FROM change
             WHERE at >= $1 AND at < $2 ORDER BY at DESC, id DESC LIMIT $3",
        )
        .bind(from)
        .bind(until)
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(|row| row.event().map(|(_, event)| event)).collect()
    }
}
