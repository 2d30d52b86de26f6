//! Deliveries: the bodies as they came, kept so that they can be read and played again.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError};

/// What became of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// Every alert in it was understood.
    Accepted,
    /// Some alerts of it were.
    Partial,
    /// Nothing in it was; the sender was answered 400.
    Rejected,
}

impl DeliveryState {
    /// The word of the database, the API and the metric.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Partial => "partial",
            Self::Rejected => "rejected",
        }
    }
}

/// A body to be kept.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Its name from now on.
    pub id: Uuid,
    /// When its last byte came.
    pub received_at: DateTime<Utc>,
    /// The configured source.
    pub source: String,
    /// The bytes, as they came.
    pub body: Vec<u8>,
    /// What became of it.
    pub state: DeliveryState,
    /// What was wrong with it, or with some alerts of it.
    pub reason: Option<String>,
    /// How many alerts were understood.
    pub alerts: usize,
    /// How many the sender says it left out.
    pub truncated: u64,
    /// The request's trace id.
    pub trace_id: String,
}

/// A delivery without its body.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct DeliveryHead {
    /// Its name.
    pub id: Uuid,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The configured source.
    pub source: String,
    /// `accepted`, `partial`, `rejected`.
    pub state: String,
    /// What was wrong.
    pub reason: Option<String>,
    /// Alerts understood.
    pub alerts: i32,
    /// Alerts that the sender left out.
    pub truncated: i64,
    /// The body's length in bytes.
    pub bytes: i32,
    /// The request's trace id.
    pub trace_id: String,
}

pub(super) async fn insert(tx: &mut PgConnection, new: &NewDelivery) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO delivery (id, received_at, source, body, state, reason, alerts, truncated, trace_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id)
    .bind(new.received_at)
    .bind(&new.source)
    .bind(&new.body)
    .bind(new.state.as_str())
    .bind(&new.reason)
    .bind(i32::try_from(new.alerts).unwrap_or(i32::MAX))
    .bind(i64::try_from(new.truncated).unwrap_or(i64::MAX))
    .bind(&new.trace_id)
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// Keeps a body that nothing could be read from.
    ///
    /// # Errors
    /// When the database does not take it; then the sender must be told to come again.
    pub async fn keep_rejected(&self, new: &NewDelivery) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        insert(&mut connection, new).await
    }

    /// The newest deliveries, at most `limit`, older than `before` where given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn deliveries(
        &self,
        before: Option<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<DeliveryHead>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT id, received_at, source, state, reason, alerts, truncated, length(body) AS bytes, trace_id
             FROM delivery WHERE $1::timestamptz IS NULL OR received_at < $1
             ORDER BY received_at DESC, id LIMIT $2",
        )
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?)
    }

    /// One delivery with its body.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delivery(&self, id: Uuid) -> Result<Option<(DeliveryHead, Vec<u8>)>, StoreError> {
        let head: Option<DeliveryHead> = sqlx::query_as(
            "SELECT id, received_at, source, state, reason, alerts, truncated, length(body) AS bytes, trace_id
             FROM delivery WHERE id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some(head) = head else { return Ok(None) };
        let body: Vec<u8> = sqlx::query_scalar("SELECT body FROM delivery WHERE id = $1")
            .bind(id)
            .fetch_one(&self.pool)
            .await?;
        Ok(Some((head, body)))
    }
}
