//! Heartbeats: when each last came, and since when one is missing.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{Batch, Store, StoreError};

/// Nobody waits for the row of a heartbeat, nor writes it more often than this.
const FINE: TimeDelta = TimeDelta::seconds(5);
/// Where nobody has looked for longer, nobody was there to hear either: silence counts from then on.
const BREAK: TimeDelta = TimeDelta::minutes(2);

/// A heartbeat that is watched.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Heartbeat {
    /// Its name in the configuration; a row outlives its name there until its end was told.
    pub name: String,
    /// When it last came, if it ever has.
    pub beat_at: Option<DateTime<Utc>>,
    /// Since when somebody has been here to hear it.
    pub watched_since: DateTime<Utc>,
    /// Since when it has been told to be missing.
    pub missing_since: Option<DateTime<Utc>>,
}

impl Heartbeat {
    /// From when silence counts.
    pub fn silent_since(&self) -> DateTime<Utc> {
        self.beat_at.map_or(self.watched_since, |at| at.max(self.watched_since))
    }
}

/// Notes the heartbeats among bodies, without waiting for anybody who does the same.
pub(super) async fn beat(tx: &mut PgConnection, bodies: &[&Batch]) -> Result<(), StoreError> {
    let beats = bodies
        .iter()
        .flat_map(|body| body.beats.iter().map(|name| (name.as_str(), body.delivery.received_at)));
    let (names, times): (Vec<&str>, Vec<DateTime<Utc>>) = beats.unzip();
    if names.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "WITH new AS (SELECT name, max(at) AS at FROM unnest($1::text[], $2::timestamptz[]) AS n (name, at) GROUP BY name),
              due AS (SELECT h.name, new.at FROM heartbeat h JOIN new USING (name)
                      WHERE h.beat_at IS NULL OR h.beat_at < new.at - $3::interval
                      ORDER BY h.name FOR UPDATE OF h SKIP LOCKED)
         UPDATE heartbeat h SET beat_at = due.at FROM due WHERE h.name = due.name",
    )
    .bind(&names)
    .bind(&times)
    .bind(FINE)
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// Notes that somebody looks, and gives every heartbeat that is configured by one of these `names` or that was told to
    /// be missing. Others are forgotten.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heartbeats(&self, names: &[&str], now: DateTime<Utc>) -> Result<Vec<Heartbeat>, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("DELETE FROM heartbeat WHERE missing_since IS NULL AND name <> ALL ($1)")
            .bind(names)
            .execute(&mut *tx)
            .await?;
        let rows = sqlx::query_as(
            "INSERT INTO heartbeat AS h (name, watched_since, looked_at)
             SELECT name, $2, $2 FROM (SELECT unnest($1::text[]) AS name UNION SELECT name FROM heartbeat) AS n
             ON CONFLICT (name) DO UPDATE SET looked_at = greatest(h.looked_at, $2),
                 watched_since = CASE WHEN h.looked_at < $2 - $3::interval THEN $2 ELSE h.watched_since END
             RETURNING name, beat_at, watched_since, missing_since",
        )
        .bind(names)
        .bind(now)
        .bind(BREAK)
        .fetch_all(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows)
    }

    /// Notes what was told of a heartbeat: since when it is missing, or that it is not.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn heartbeat_told(
        &self,
        name: &str,
        missing_since: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE heartbeat SET missing_since = $2 WHERE name = $1")
            .bind(name)
            .bind(missing_since)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
