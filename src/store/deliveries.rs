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
    /// The sender's name for the message: taken once for each source.
    pub once: Option<String>,
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
    /// The numbers of the incidents that it touched.
    pub incidents: Vec<i64>,
}

/// What became of one alert of a delivery.
#[derive(Debug, Clone, serde::Serialize, sqlx::FromRow)]
pub struct DeliveryDecision {
    /// The decision's word.
    pub kind: String,
    /// The sender's identity for the alert.
    pub fingerprint: String,
    /// Why.
    pub reason: String,
    /// The number of its incident.
    pub incident: Option<i64>,
}

const HEAD: &str = "SELECT d.id, d.received_at, d.source, d.state, d.reason, d.alerts, d.truncated,
        length(d.body) AS bytes, d.trace_id,
        ARRAY(SELECT DISTINCT i.number FROM decision c JOIN incident i ON i.id = c.incident
              WHERE c.delivery = d.id ORDER BY i.number LIMIT 100) AS incidents
    FROM delivery d";

/// Keeps bodies, all in one statement.
pub(super) async fn insert(tx: &mut PgConnection, new: &[&NewDelivery]) -> Result<(), StoreError> {
    fn column<'a, T>(new: &[&'a NewDelivery], value: impl Fn(&'a NewDelivery) -> T) -> Vec<T> {
        new.iter().map(|one| value(one)).collect()
    }
    sqlx::query(
        "INSERT INTO delivery (id, received_at, source, body, state, reason, alerts, truncated, trace_id)
         SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::bytea[], $5::text[], $6::text[],
             $7::integer[], $8::bigint[], $9::text[])",
    )
    .bind(column(new, |one| one.id))
    .bind(column(new, |one| one.received_at))
    .bind(column(new, |one| one.source.as_str()))
    .bind(column(new, |one| one.body.as_slice()))
    .bind(column(new, |one| one.state.as_str()))
    .bind(column(new, |one| one.reason.as_deref()))
    .bind(column(new, |one| i32::try_from(one.alerts).unwrap_or(i32::MAX)))
    .bind(column(new, |one| i64::try_from(one.truncated).unwrap_or(i64::MAX)))
    .bind(column(new, |one| one.trace_id.as_str()))
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// The newest deliveries, at most `limit`, older than `before` where given.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn deliveries(
        &self,
        before: Option<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<DeliveryHead>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!(
            "{HEAD} WHERE $1::timestamptz IS NULL OR d.received_at < $1 ORDER BY d.received_at DESC, d.id LIMIT $2"
        ));
        Ok(sqlx::query_as(query).bind(before).bind(limit).fetch_all(&self.pool).await?)
    }

    /// One delivery with its body.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delivery(&self, id: Uuid) -> Result<Option<(DeliveryHead, Vec<u8>)>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!("{HEAD} WHERE d.id = $1"));
        let head: Option<DeliveryHead> = sqlx::query_as(query).bind(id).fetch_optional(&self.pool).await?;
        let Some(head) = head else { return Ok(None) };
        let body: Vec<u8> = sqlx::query_scalar("SELECT body FROM delivery WHERE id = $1")
            .bind(id)
            .fetch_one(&self.pool)
            .await?;
        Ok(Some((head, body)))
    }

    /// What became of each alert of a delivery, at most 1,000 of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn delivery_decisions(&self, id: Uuid) -> Result<Vec<DeliveryDecision>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT d.kind, COALESCE(d.fingerprint, '') AS fingerprint, d.reason, i.number AS incident
             FROM decision d LEFT JOIN incident i ON i.id = d.incident
             WHERE d.delivery = $1 ORDER BY d.id LIMIT 1000",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?)
    }
}
