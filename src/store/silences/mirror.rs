//! Silences that an Alertmanager is to have as well: what is left to do there, and what became of it.

use chrono::{DateTime, Utc};
use firstlook_core::alert::matchers::Matchers;
use sqlx::PgConnection;

use super::super::jobs::{self, JobKind, NewJob};
use super::super::row::At;
use super::super::{Store, StoreError};

/// What the key of its job begins with; the silence's number and the source follow.
pub const MIRROR: &str = "mirror/";

/// A silence, and where it is to stand.
#[derive(Debug, Clone)]
pub struct Mirror {
    /// The silence.
    pub number: i64,
    /// Whose Alertmanager.
    pub source: String,
    /// Its id there, once it has one.
    pub remote: Option<String>,
    /// What it takes.
    pub matchers: Matchers,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when.
    pub ends_at: DateTime<Utc>,
    /// Why.
    pub comment: String,
    /// Who.
    pub created_by: String,
    /// Whether somebody has ended it.
    pub ended: bool,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mirrored<'a> {
    /// It stands there under this id.
    Standing(&'a str),
    /// It is over there.
    Ended,
    /// It is tried again.
    Failed(&'a str),
    /// It is not tried again.
    Refused(&'a str),
}

#[derive(sqlx::FromRow)]
struct Row {
    remote: Option<String>,
    matchers: Vec<String>,
    starts_at: DateTime<Utc>,
    holds_until: DateTime<Utc>,
    comment: String,
    created_by: String,
    ended: bool,
}

/// Has a new silence stand at these sources as well.
pub(super) async fn want(tx: &mut PgConnection, number: i64, sources: &[String]) -> Result<(), StoreError> {
    if sources.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO silence_mirror (silence, source, state) SELECT $1, s, 'wanted' FROM unnest($2::text[]) AS s",
    )
    .bind(number)
    .bind(sources)
    .execute(&mut *tx)
    .await?;
    work(tx, number, sources).await
}

/// Has it ended wherever it stands, or may.
pub(super) async fn end(tx: &mut PgConnection, number: i64) -> Result<(), StoreError> {
    let sources: Vec<String> = sqlx::query_scalar(
        "SELECT source FROM silence_mirror WHERE silence = $1 AND state IN ('wanted', 'standing')",
    )
    .bind(number)
    .fetch_all(&mut *tx)
    .await?;
    work(tx, number, &sources).await
}

async fn work(tx: &mut PgConnection, number: i64, sources: &[String]) -> Result<(), StoreError> {
    let job = |source: &String| NewJob {
        kind: JobKind::Upkeep,
        key: format!("{MIRROR}{number}/{source}"),
        incident: None,
        run_at: None,
        payload: None,
    };
    jobs::enqueue(tx, &sources.iter().map(job).collect::<Vec<_>>()).await
}

impl Store {
    /// What a job's key names, unless it is done.
    ///
    /// # Errors
    /// When the database does not answer, or holds matchers that this version cannot read.
    pub async fn mirror(&self, key: &str) -> Result<Option<Mirror>, StoreError> {
        let named = key.strip_prefix(MIRROR).and_then(|rest| rest.split_once('/'));
        let Some((number, source)) = named else { return Ok(None) };
        let Ok(number) = number.parse::<i64>() else { return Ok(None) };
        let row: Option<Row> = sqlx::query_as(
            "SELECT m.remote, s.matchers, s.starts_at, s.holds_until, s.comment, s.created_by,
                 s.ended_at IS NOT NULL AS ended
             FROM silence_mirror m JOIN silence s ON s.number = m.silence
             WHERE m.silence = $1 AND m.source = $2 AND m.state IN ('wanted', 'standing')",
        )
        .bind(number)
        .bind(source)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let at = At { table: "silence", row: &number };
        Ok(Some(Mirror {
            number,
            source: source.to_owned(),
            remote: row.remote,
            matchers: Matchers::parse(&row.matchers).map_err(|error| at.corrupt("matchers", error))?,
            starts_at: row.starts_at,
            ends_at: row.holds_until,
            comment: row.comment,
            created_by: row.created_by,
            ended: row.ended,
        }))
    }

    /// Notes how a try ended.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mirrored(
        &self,
        mirror: &Mirror,
        how: Mirrored<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (state, remote, error) = match how {
            Mirrored::Standing(remote) => (Some("standing"), Some(remote), None),
            Mirrored::Ended => (Some("ended"), None, None),
            Mirrored::Failed(error) => (None, None, Some(error)),
            Mirrored::Refused(error) => (Some("refused"), None, Some(error)),
        };
        sqlx::query(
            "UPDATE silence_mirror SET state = COALESCE($3, state), remote = COALESCE($4, remote), error = $5, tried_at = $6
             WHERE silence = $1 AND source = $2",
        )
        .bind(mirror.number)
        .bind(&mirror.source)
        .bind(state)
        .bind(remote)
        .bind(error)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
