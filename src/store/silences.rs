//! Silences: made, ended, listed. What follows from them for incidents is in the files below this one.

mod listed;
mod mirror;
mod quiet;
mod settle;

use chrono::{DateTime, Utc};
use firstlook_core::incident::Status;
use firstlook_core::route::silence::{MOST, Planned};
use serde_json::Value;
use sqlx::PgConnection;

use super::actions::{Held, hold};
use super::row::At;
use super::{Store, StoreError};

pub use listed::{Silenced, State};
pub use mirror::{MIRROR, Mirror, Mirrored};
pub(super) use quiet::{mark, quiet, quiets, suppress};

/// What became of a silence that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It is kept under this number, and names so many alerts where it does so.
    Kept {
        /// What people call it by.
        number: i64,
        /// Of the incident.
        alerts: i64,
    },
    /// There are as many as there may be.
    Full,
    /// The incident is over.
    Over,
    /// There is no such incident.
    Unknown,
}

/// A silence to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewSilence<'a> {
    /// What was asked for.
    pub planned: &'a Planned,
    /// As it was written: names of intervals, or spans.
    pub recurring: Option<&'a Value>,
    /// The sources whose Alertmanagers are to have it as well.
    pub mirror: &'a [String],
    /// Who.
    pub actor: &'a str,
}

impl Store {
    /// Keeps a silence by matchers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silence(&self, new: NewSilence<'_>, now: DateTime<Utc>) -> Result<Made, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(number) = insert(&mut tx, new, None, now).await? else { return Ok(Made::Full) };
        let matchers = &new.planned.matchers;
        let said = format!("silence {number} of {{{matchers}}}: {}", new.planned.comment);
        mirror::want(&mut tx, number, new.mirror).await?;
        noted(&mut tx, now, "silence_made", new.actor, &said).await?;
        soon(&mut tx).await?;
        tx.commit().await?;
        Ok(Made::Kept { number, alerts: 0 })
    }

    /// Silences the alerts that an incident has now: what joins it later is told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn silence_incident(
        &self,
        name: &str,
        new: NewSilence<'_>,
        now: DateTime<Utc>,
    ) -> Result<Made, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = hold(&mut tx, name).await? else { return Ok(Made::Unknown) };
        if (At { table: "incident", row: &held.id }).status(&held.status)? == Status::Resolved {
            return Ok(Made::Over);
        }
        let Some(number) = insert(&mut tx, new, Some(&held), now).await? else { return Ok(Made::Full) };
        let named = sqlx::query(
            "INSERT INTO silence_alert (silence, source, fingerprint)
             SELECT $1, source, fingerprint FROM incident_alert WHERE incident = $2",
        )
        .bind(number)
        .bind(held.id)
        .execute(&mut *tx)
        .await?;
        let quiet = quiet(&mut tx, held.id, now).await?;
        mark(&mut tx, &[(held.id, quiet)], now).await?;
        tx.commit().await?;
        Ok(Made::Kept { number, alerts: i64::try_from(named.rows_affected()).unwrap_or(i64::MAX) })
    }

    /// Ends a silence, also before it begins. `None` where there is none of this number; whether it was not over yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_silence(
        &self,
        number: i64,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<bool>, StoreError> {
        let mut tx = self.pool.begin().await?;
        let ended = sqlx::query(
            "UPDATE silence SET ended_at = $2, ended_by = $3 WHERE number = $1 AND ended_at IS NULL",
        )
        .bind(number)
        .bind(now)
        .bind(actor)
        .execute(&mut *tx)
        .await?;
        if ended.rows_affected() == 0 {
            let known: Option<i32> = sqlx::query_scalar("SELECT 1 FROM silence WHERE number = $1")
                .bind(number)
                .fetch_optional(&mut *tx)
                .await?;
            return Ok(known.map(|_| false));
        }
        mirror::end(&mut tx, number).await?;
        noted(&mut tx, now, "silence_ended", actor, &format!("silence {number}")).await?;
        soon(&mut tx).await?;
        tx.commit().await?;
        Ok(Some(true))
    }
}

/// `None` where there are too many. Two that come at once may both be taken: the bound is for the others' sake.
async fn insert(
    tx: &mut PgConnection,
    new: NewSilence<'_>,
    of: Option<&Held>,
    now: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let Planned { matchers, starts_at, ends_at, comment, span } = new.planned;
    let matchers: Vec<String> = matchers.iter().map(ToString::to_string).collect();
    Ok(sqlx::query_scalar(
        "INSERT INTO silence (matchers, incident, starts_at, ends_at, recurring, holds_from, holds_until, comment,
             created_at, created_by)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
         WHERE (SELECT count(*) FROM silence WHERE ended_at IS NULL) < $11 RETURNING number",
    )
    .bind(if of.is_some() { Vec::new() } else { matchers })
    .bind(of.map(|held| held.id))
    .bind(starts_at)
    .bind(ends_at)
    .bind(new.recurring)
    .bind(span.0)
    .bind(span.1)
    .bind(comment)
    .bind(now)
    .bind(new.actor)
    .bind(MOST)
    .fetch_optional(tx)
    .await?)
}

/// A decision that is about no single incident.
async fn noted(
    tx: &mut PgConnection,
    now: DateTime<Utc>,
    kind: &str,
    actor: &str,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO decision (at, kind, actor, reason) VALUES ($1, $2, $3, $4)")
        .bind(now)
        .bind(kind)
        .bind(actor)
        .bind(reason)
        .execute(tx)
        .await?;
    Ok(())
}

/// Has the next sweep come at once: what silences begin and end with is its business.
async fn soon(tx: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE job SET run_at = now() WHERE kind = 'upkeep' AND key = 'sweep' AND state = 'ready' AND run_at > now()",
    )
    .execute(tx)
    .await?;
    Ok(())
}
