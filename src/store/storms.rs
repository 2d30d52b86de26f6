//! Storms: how much begins at each receiver, counted by the clock of the database, and storms that begin, calm down and
//! are over.
//!
//! When that is so is decided by `firstlook_core::route::storm`; one job of upkeep over all replicas asks. Nothing here
//! touches what hop 1 locks, but for the slots of what is folded.

mod banners;
mod ending;
mod folding;
mod messages;
mod reading;
mod taking;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::route::storm::Weather;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError};

pub use messages::StormMessage;
pub(super) use messages::give_up as give_up_storm;

/// What counts in a window: what rang, or waits to, but for what a digest tells and what waits for its receiver's hours.
const RANG: &str = "e.at > now() - make_interval(secs => $1) AND e.kind NOT IN ('acknowledge', 'resolve')
    AND e.digest IS NULL AND (e.state <> 'held' OR t.held_by = 'storm')";

/// A receiver at which something began lately, or a storm lasts.
#[derive(Debug, Clone)]
pub struct Sky {
    /// The receiver's name.
    pub receiver: String,
    /// Incidents that began or rang again within the window.
    pub recent: usize,
    /// How it stands.
    pub weather: Weather,
    /// The time, by the clock of the database.
    pub now: DateTime<Utc>,
    storm: Option<Uuid>,
}

/// A storm of which something is left to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raging {
    /// Its name.
    pub id: Uuid,
    /// `Storm 7`.
    pub number: i64,
    /// The receiver's name.
    pub receiver: String,
    /// Whether it lasts.
    pub lasts: bool,
}

impl Store {
    /// The receivers at which something began within `window`, or a storm lasts.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn skies(&self, window: TimeDelta) -> Result<Vec<Sky>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!(
            "WITH recent AS (
                 SELECT t.receiver, count(DISTINCT t.incident) AS n FROM edge e JOIN target t ON t.id = e.target
                 WHERE {RANG} GROUP BY 1)
             SELECT COALESCE(r.receiver, s.receiver), COALESCE(r.n, 0), s.id, s.calm_since, now()
             FROM recent r FULL JOIN (SELECT * FROM storm WHERE ended_at IS NULL) s ON s.receiver = r.receiver
             ORDER BY 1"
        ));
        type Row = (String, i64, Option<Uuid>, Option<DateTime<Utc>>, DateTime<Utc>);
        let rows: Vec<Row> = sqlx::query_as(query).bind(seconds(window)).fetch_all(&self.pool).await?;
        let sky = |(receiver, recent, storm, calm_since, now): Row| Sky {
            receiver,
            recent: usize::try_from(recent).unwrap_or(0),
            weather: storm.map_or(Weather::Fair, |_| Weather::Storm { calm_since }),
            now,
            storm,
        };
        Ok(rows.into_iter().map(sky).collect())
    }

    /// Begins a storm at a receiver, with a message at each of `integrations`; one that lasts stays the only one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_storm(
        &self,
        receiver: &str,
        integrations: &[&str],
        window: TimeDelta,
    ) -> Result<bool, StoreError> {
        let query = sqlx::AssertSqlSafe(format!(
            "WITH first AS (
                 SELECT t.incident, e.at FROM edge e JOIN target t ON t.id = e.target
                 WHERE {RANG} AND t.receiver = $2 ORDER BY e.at, t.incident LIMIT 1),
             begun AS (
                 INSERT INTO storm (id, receiver, incident, since) SELECT $3, $2, incident, at FROM first
                 ON CONFLICT (receiver) WHERE ended_at IS NULL DO NOTHING RETURNING id)
             INSERT INTO storm_message (id, storm, integration)
             SELECT gen_random_uuid(), begun.id, way FROM begun, unnest($4::text[]) AS way"
        ));
        let begun = sqlx::query(query)
            .bind(seconds(window))
            .bind(receiver)
            .bind(Uuid::now_v7())
            .bind(integrations)
            .execute(&self.pool)
            .await?;
        Ok(begun.rows_affected() > 0)
    }

    /// Notes since when a storm calms down.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn calm_storm(&self, sky: &Sky, since: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        sqlx::query("UPDATE storm SET calm_since = $2 WHERE id = $1 AND ended_at IS NULL")
            .bind(sky.storm)
            .bind(since)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Storms of which something is left to say.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn storms(&self) -> Result<Vec<Raging>, StoreError> {
        let rows: Vec<(Uuid, i64, String, bool)> = sqlx::query_as(
            "SELECT id, number, receiver, ended_at IS NULL FROM storm WHERE over_at IS NULL ORDER BY number",
        )
        .fetch_all(&self.pool)
        .await?;
        let one = |(id, number, receiver, lasts)| Raging { id, number, receiver, lasts };
        Ok(rows.into_iter().map(one).collect())
    }

    /// Counts in what has begun at a storm's receiver since the window before it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn gather(&self, storm: &Raging, window: TimeDelta) -> Result<(), StoreError> {
        // What is locked is being told of this moment: the next look has it.
        let query = sqlx::AssertSqlSafe(format!(
            "UPDATE target SET storm = $2 WHERE id IN (
                 SELECT id FROM target WHERE receiver = $3 AND storm IS DISTINCT FROM $2 AND id IN (
                     SELECT t.id FROM edge e JOIN target t ON t.id = e.target WHERE {RANG} AND t.receiver = $3)
                 FOR UPDATE SKIP LOCKED)"
        ));
        sqlx::query(query)
            .bind(seconds(window))
            .bind(storm.id)
            .bind(&storm.receiver)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

fn seconds(span: TimeDelta) -> f64 {
    span.as_seconds_f64()
}

/// Locks these slots, but for those that somebody has: what is read of them after that stays so.
async fn lock(tx: &mut PgConnection, slots: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("SELECT key_hash FROM slot WHERE key_hash = ANY ($1) FOR UPDATE SKIP LOCKED")
        .bind(slots)
        .fetch_all(tx)
        .await?)
}
