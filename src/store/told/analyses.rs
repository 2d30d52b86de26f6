//! An analysis in the thread of a message: one message that is edited as it goes, and its report as one file.
//!
//! Knows the receipts. A death while the message is posted leaves a doubt, and the next one says so; a file that may stand
//! there is not posted again. An edit may be sent twice.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, Claim, JobKind, NewJob};
use super::super::row::At;
use super::super::{Store, StoreError};
use super::giving_up::not_in_thread;
use super::notes::{give_up_notes, note};
use super::{Address, Target};

/// In the timeline: an analysis or its file that was not posted.
const NOT_POSTED: &str = "analysis_not_posted";

/// An analysis of which a thread does not show everything yet.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The analysis.
    pub analysis: i64,
    /// Its version.
    pub version: i64,
    /// Whether it has ended.
    pub over: bool,
    /// Whether the message is not tried any more.
    pub parked: bool,
    /// When a post of it was tried whose answer nobody has.
    pub doubt: Option<DateTime<Utc>>,
    /// Where the message stands, once there is one.
    pub address: Option<Address>,
    /// The version that it shows.
    pub shown: i64,
    /// Since when.
    pub shown_at: Option<DateTime<Utc>>,
    /// What became of the file.
    pub file: FileState,
}

/// What became of a report's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is to be posted, once there is a report.
    Wanted,
    /// Somebody began to post it, and has not said how that ended.
    Begun,
    /// It stands there, or is not tried any more.
    Done,
}

/// What became of a message or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Now<'a> {
    /// It is about to be posted.
    Sending,
    /// It was not posted, and is tried again.
    Wanted,
    /// It stands there.
    Sent,
    /// It is not tried any more, and this is why.
    Parked(&'a str),
    /// There is nothing to be posted.
    None,
}

impl<'a> Now<'a> {
    pub(in crate::store) fn word(self) -> (&'static str, Option<&'a str>) {
        match self {
            Self::Sending => ("sending", None),
            Self::Wanted => ("wanted", None),
            Self::Sent => ("sent", None),
            Self::Parked(why) => ("parked", Some(why)),
            Self::None => ("none", None),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    analysis: i64,
    version: i64,
    over: bool,
    state: String,
    tried_at: Option<DateTime<Utc>>,
    doubt: bool,
    address: Option<Value>,
    shown: i64,
    shown_at: Option<DateTime<Utc>>,
    file: String,
}

/// A row with something left to tell.
const LEFT: &str = "(t.state IN ('wanted', 'sending') OR (t.state = 'sent' AND t.shown < a.version)
    OR (t.file IN ('wanted', 'sending') AND a.ended_at IS NOT NULL))";

/// Has the threads of an incident's messages show an analysis as it is now.
pub(in crate::store) async fn tell_analysis(
    tx: &mut PgConnection,
    incident: Uuid,
    analysis: i64,
) -> Result<(), StoreError> {
    let targets: Vec<Uuid> = sqlx::query_scalar(
        "WITH new AS (
             INSERT INTO analysis_told (analysis, target)
             SELECT $1, id FROM target WHERE incident = $2 AND integration LIKE 'slack/%'
             ON CONFLICT DO NOTHING)
         SELECT id FROM target WHERE incident = $2 AND integration LIKE 'slack/%' ORDER BY id",
    )
    .bind(analysis)
    .bind(incident)
    .fetch_all(&mut *tx)
    .await?;
    let job = |id: &Uuid| NewJob::now(JobKind::Report, id.to_string(), incident);
    jobs::enqueue(tx, &targets.iter().map(job).collect::<Vec<_>>()).await?;
    let over = "SELECT EXISTS (SELECT FROM analysis WHERE id = $1 AND ended_at IS NOT NULL)";
    match sqlx::query_scalar(over).bind(analysis).fetch_one(&mut *tx).await? {
        true => note(tx, incident).await,
        false => Ok(()),
    }
}

/// What becomes of the analyses under a message whose job is poison.
pub(in crate::store) async fn give_up_analyses(
    tx: &mut PgConnection,
    claim: &Claim,
    error: &str,
) -> Result<(), StoreError> {
    // A key that names no target is what such a job may have broken on.
    let Ok(target) = claim.key.parse::<Uuid>() else { return Ok(()) };
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    not_in_thread(tx, (claim.incident, target), (NOT_POSTED, "the analysis is"), error, now).await?;
    give_up_notes(tx, target, now, error).await?;
    sqlx::query(
        "UPDATE analysis_told SET state = 'parked', error = $2, file_error = $2, file_at = $3,
             file = CASE WHEN file IN ('wanted', 'sending') THEN 'parked' ELSE file END
         WHERE target = $1 AND (state <> 'parked' OR file IN ('wanted', 'sending'))",
    )
    .bind(target)
    .bind(error)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

impl Store {
    /// Has the analyses shown under a message that stands now, where one is left.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn want_analyses(&self, claim: &Claim, target: &Target) -> Result<bool, StoreError> {
        let query = sqlx::AssertSqlSafe(format!(
            "SELECT EXISTS (SELECT 1 FROM analysis_told t JOIN analysis a ON a.id = t.analysis
             WHERE t.target = $1 AND {LEFT})"
        ));
        let left: bool = sqlx::query_scalar(query).bind(target.id).fetch_one(&self.pool).await?;
        if left {
            let mut tx = self.pool.begin().await?;
            jobs::hold(&mut tx, claim).await?;
            let job = NewJob::now(JobKind::Report, target.id.to_string(), target.incident);
            jobs::enqueue(&mut tx, &[job]).await?;
            tx.commit().await?;
        }
        Ok(left)
    }

    /// The analyses of which the thread of a target's message does not show everything yet, the oldest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn analyses_to_tell(&self, target: Uuid) -> Result<Vec<Telling>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!(
            "SELECT t.analysis, a.version, a.ended_at IS NOT NULL AS over, t.state, t.tried_at, t.doubt, t.address, t.shown,
                    t.shown_at, t.file
             FROM analysis_told t JOIN analysis a ON a.id = t.analysis
             WHERE t.target = $1 AND {LEFT} ORDER BY t.analysis"
        ));
        let rows: Vec<Row> = sqlx::query_as(query).bind(target).fetch_all(&self.pool).await?;
        rows.into_iter().map(read).collect()
    }

    /// Notes what became of the message; with `shown`, where it stands and which version that shows.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then nothing must be sent.
    pub async fn note_telling(
        &self,
        claim: &Claim,
        (target, telling): (&Target, &Telling),
        state: Now<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (word, error) = state.word();
        let mut tx = self.pool.begin().await?;
        if let Some(error) = error {
            let what = (NOT_POSTED, "the analysis is");
            not_in_thread(&mut tx, (target.incident, target.id), what, error, now).await?;
        }
        jobs::hold(&mut tx, claim).await?;
        let sent = state == Now::Sent;
        sqlx::query(
            "UPDATE analysis_told SET state = $3, error = $4, doubt = $5, address = $6,
                 tried_at = CASE WHEN $3 = 'sending' AND tried_at IS NULL THEN $7 ELSE tried_at END,
                 shown = CASE WHEN $8 THEN $9 ELSE shown END, shown_at = CASE WHEN $8 THEN $7 ELSE shown_at END
             WHERE analysis = $1 AND target = $2",
        )
        .bind(telling.analysis)
        .bind(target.id)
        .bind(word)
        .bind(error)
        .bind(telling.doubt.is_some())
        .bind(telling.address.as_ref().map(|address| json!(address)))
        .bind(now)
        .bind(sent)
        .bind(telling.version)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes what became of the file.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: then it must not be posted.
    pub async fn note_file(
        &self,
        claim: &Claim,
        (target, telling): (&Target, &Telling),
        state: Now<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (word, error) = state.word();
        let mut tx = self.pool.begin().await?;
        if let Some(error) = error {
            let what = (NOT_POSTED, "the file of the analysis is");
            not_in_thread(&mut tx, (target.incident, target.id), what, error, now).await?;
        }
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE analysis_told SET file = $3, file_error = $4, file_at = $5 WHERE analysis = $1 AND target = $2",
        )
        .bind(telling.analysis)
        .bind(target.id)
        .bind(word)
        .bind(error)
        .bind(matches!(state, Now::Sent | Now::Parked(_)).then_some(now))
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Notes that a target has no thread to show an analysis in.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn leave_analyses(&self, claim: &Claim, target: &Target) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE analysis_told SET state = 'none', file = 'none' WHERE target = $1 AND state = 'wanted'",
        )
        .bind(target.id)
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }
}

fn read(row: Row) -> Result<Telling, StoreError> {
    let at = At { table: "analysis_told", row: &row.analysis };
    let doubt = row.doubt || row.state == "sending";
    Ok(Telling {
        analysis: row.analysis,
        version: row.version,
        over: row.over,
        parked: row.state == "parked",
        doubt: row.tried_at.filter(|_| doubt),
        address: row.address.map(|value| at.json("address", value)).transpose()?,
        shown: row.shown,
        shown_at: row.shown_at,
        file: match row.file.as_str() {
            "wanted" => FileState::Wanted,
            "sending" => FileState::Begun,
            _ => FileState::Done,
        },
    })
}
