//! A storm's one message at each integration: told by hop 3 under a claim, as an incident's edges are.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::notify::storm::Figures;
use firstlook_core::route::storm::{Waiting, most_severe};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, Claim, JobKind, NewJob};
use super::super::row::At;
use super::super::told::Address;
use super::ending::release;
use super::{Raging, Store, StoreError};

/// A storm's message at one integration.
#[derive(Debug, Clone)]
pub struct StormMessage {
    /// Its name, and its job's key.
    pub id: Uuid,
    /// The storm's number.
    pub number: i64,
    /// The receiver's name.
    pub receiver: String,
    /// The kind and its place in the receiver: `slack/0`.
    pub integration: String,
    /// Where it stands, once there is one.
    pub address: Option<Address>,
    /// The figures of the newest one that arrived.
    pub told: Option<Figures>,
    /// How long ago that was.
    pub age: TimeDelta,
    /// How often what is told now has been tried.
    pub attempts: i32,
    /// An earlier try may have arrived.
    pub doubt: bool,
    /// When what is told now had to be told.
    pub wanted_at: DateTime<Utc>,
    storm: Uuid,
    incident: Uuid,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: i64,
    receiver: String,
    integration: String,
    address: Option<Value>,
    told: Option<Value>,
    age: f64,
    attempts: i32,
    doubt: bool,
    wanted_at: DateTime<Utc>,
    storm: Uuid,
    incident: Uuid,
}

const SELECT: &str = "SELECT m.id, s.number, s.receiver, m.integration, m.address, m.told, m.attempts, m.wanted_at, m.storm,
    COALESCE(extract(epoch FROM now() - m.sent_at), 0)::float8 AS age, m.doubt OR m.state = 'sending' AS doubt, s.incident
    FROM storm_message m JOIN storm s ON s.id = m.storm WHERE m.state <> 'parked'";

impl Row {
    fn read(self) -> Result<StormMessage, StoreError> {
        let at = At { table: "storm_message", row: &self.id };
        Ok(StormMessage {
            id: self.id,
            number: self.number,
            receiver: self.receiver,
            integration: self.integration,
            address: self.address.map(|value| at.json("address", value)).transpose()?,
            told: self.told.map(|value| at.json("told", value)).transpose()?,
            age: TimeDelta::seconds(self.age as i64),
            attempts: self.attempts,
            doubt: self.doubt,
            wanted_at: self.wanted_at,
            storm: self.storm,
            incident: self.incident,
        })
    }
}

impl StormMessage {
    /// The storm.
    pub(super) fn storm(&self) -> Uuid {
        self.storm
    }
}

impl Store {
    /// A storm's messages, but for those that are given up.
    ///
    /// # Errors
    /// When the database does not answer, or holds something that this version cannot read.
    pub async fn storm_messages(&self, storm: &Raging) -> Result<Vec<StormMessage>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!("{SELECT} AND m.storm = $1 ORDER BY m.integration"));
        let rows: Vec<Row> = sqlx::query_as(query).bind(storm.id).fetch_all(&self.pool).await?;
        rows.into_iter().map(Row::read).collect()
    }

    /// The storm's message that a claim is about; none where it is about an incident, or given up.
    ///
    /// # Errors
    /// As [`Store::storm_messages`].
    pub async fn storm_message(&self, claim: &Claim) -> Result<Option<StormMessage>, StoreError> {
        let Some(id) = named(claim) else { return Ok(None) };
        let query = sqlx::AssertSqlSafe(format!("{SELECT} AND m.id = $1"));
        let row: Option<Row> = sqlx::query_as(query).bind(id).fetch_optional(&self.pool).await?;
        row.map(Row::read).transpose()
    }

    /// Has hop 3 tell a storm's message anew.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn want_storm(&self, message: &StormMessage) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let kind = JobKind::of_integration(&message.integration);
        let job = NewJob {
            payload: Some(json!({ "storm": message.number })),
            ..NewJob::now(kind, message.id.to_string(), message.incident)
        };
        jobs::enqueue(&mut tx, &[job]).await?;
        sqlx::query(
            "UPDATE storm_message SET state = 'pending', wanted_at = now() WHERE id = $1 AND state = 'sent'",
        )
        .bind(message.id)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that a storm's message is about to be sent, before it is.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then it must not be sent.
    pub async fn storm_sending(&self, claim: &Claim, message: &StormMessage) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE storm_message SET state = 'sending', attempts = attempts + 1, doubt = $2 WHERE id = $1",
        )
        .bind(message.id)
        .bind(message.doubt)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that it arrived, with these figures: what was counted by `counted_at` has been told by it.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn storm_sent(
        &self,
        claim: &Claim,
        message: &StormMessage,
        figures: &Figures,
        counted_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE storm_message SET state = 'sent', address = $2, told = $3, sent_at = now(), attempts = 0, doubt = false,
                 error = NULL WHERE id = $1",
        )
        .bind(message.id)
        .bind(message.address.as_ref().map(|address| json!(address)))
        .bind(json!(figures))
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "UPDATE target SET storm_told_at = now()
             WHERE storm = $1 AND integration = $2 AND storm_at <= $3 AND storm_told_at IS NULL",
        )
        .bind(message.storm)
        .bind(&message.integration)
        .bind(counted_at)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that it did not arrive, and is to be tried again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn storm_unsent(
        &self,
        claim: &Claim,
        message: &StormMessage,
        doubt: bool,
        error: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE storm_message SET state = 'pending', address = $2, doubt = $3, error = $4 WHERE id = $1",
        )
        .bind(message.id)
        .bind(message.address.as_ref().map(|address| json!(address)))
        .bind(doubt || message.doubt)
        .bind(error)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Gives it up: what only it was to tell is told singly.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn storm_parked(&self, claim: &Claim, error: &str) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        give_up(&mut tx, claim, error).await?;
        Ok(tx.commit().await?)
    }
}

/// The storm's message that a claim names, where it names one.
fn named(claim: &Claim) -> Option<Uuid> {
    claim.key.parse().ok().filter(|_| claim.is_of_storm())
}

/// Parks a storm's message, and has told singly what only it was to tell. False where the claim is about no storm.
pub(in crate::store) async fn give_up(
    tx: &mut PgConnection,
    claim: &Claim,
    error: &str,
) -> Result<bool, StoreError> {
    let Some(id) = named(claim) else { return Ok(false) };
    let of: Option<(Uuid, String)> = sqlx::query_as(
        "UPDATE storm_message SET state = 'parked', error = $2 WHERE id = $1 RETURNING storm, integration",
    )
    .bind(id)
    .bind(error)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((storm, integration)) = of else { return Ok(true) };
    let left: Vec<(Uuid, Uuid, i64, String)> = sqlx::query_as(
        "SELECT t.id, t.incident, i.number, i.severity FROM target t JOIN incident i ON i.id = t.incident
         WHERE t.storm = $1 AND t.integration = $2 AND t.held_by = 'storm'",
    )
    .bind(storm)
    .bind(&integration)
    .fetch_all(&mut *tx)
    .await?;
    let waiting = |(target, incident, number, severity): (Uuid, Uuid, i64, String)| {
        let severity = At { table: "incident", row: &incident }.severity("severity", &severity)?;
        Ok(Waiting { what: (target, incident), severity, number })
    };
    let left = left.into_iter().map(waiting).collect::<Result<Vec<_>, StoreError>>()?;
    let (left, _) = most_severe(left, usize::MAX);
    release(tx, &integration, &left).await?;
    Ok(true)
}
