//! Analyses: asked for, worked on under a claim, kept after every answer, ended once.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::{Item, Redactor};
use firstlook_core::summary::analysis::run::Run;
use firstlook_core::summary::analysis::{Report, State};
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::price::Tokens;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::jobs::{self, Claim, JobKind, NewJob};
use super::row::At;
use super::{Acted, Reserved, Store, StoreError, actions, evidence, incidents, spending, told};

mod shown;

pub(super) use shown::shown;

/// With more open incidents of one alert than this, one analysis stands for those that begin by themselves.
const LIKE: i64 = 5;
/// Of the advisory lock under which one analysis is chosen: any number that nothing else takes.
const LOCK: i64 = 0x6669_7273_746c_0002;
/// Who asks where nobody did.
pub(super) const BY_ITSELF: &str = "firstlook";

/// An analysis that has not ended.
#[derive(Debug)]
pub struct Open {
    /// Its row.
    pub id: i64,
    /// What was said and brought so far; `None` before the first question.
    pub run: Option<Run>,
    /// What it stands on.
    pub items: Vec<Item>,
}

/// What there is to be worked on.
#[derive(Debug)]
pub enum ToDo {
    /// This.
    Open(Box<Open>),
    /// Another incident's analysis stands for this one, from now on.
    Shared,
    /// It has ended.
    Nothing,
}

/// What one event has changed.
#[derive(Debug)]
pub struct Kept<'a> {
    /// The row.
    pub id: i64,
    /// The run after it.
    pub run: &'a Run,
    /// Rounds of calls that there may be.
    pub max_steps: u32,
    /// What a tool brought.
    pub new: &'a [Item],
    /// Who answered and what that took, where a model was asked.
    pub asked: Option<Took>,
}

/// What asking a model took.
#[derive(Debug)]
pub struct Took {
    /// Who answered.
    pub model: Option<String>,
    /// What went in and came out.
    pub tokens: Tokens,
    /// What was set aside for it, and what was used of that.
    pub settle: (Reserved, Spent),
    /// Whether prices are known.
    pub priced: bool,
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    id: i64,
    talk: Option<String>,
    items: Value,
}

/// Asks for an analysis of an incident, unless one is on its way; returns whether it did.
pub(super) async fn ask_for(
    tx: &mut PgConnection,
    incident: Uuid,
    actor: &str,
    max_steps: u32,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let progress = json!({"step": 0, "max_steps": max_steps, "asked": []});
    let asked = sqlx::query(
        "INSERT INTO analysis (incident, state, asked_by, asked_at, progress) VALUES ($1, 'waiting', $2, $3, $4)
         ON CONFLICT (incident) WHERE ended_at IS NULL DO NOTHING",
    )
    .bind(incident)
    .bind(actor)
    .bind(now)
    .bind(progress)
    .execute(&mut *tx)
    .await?;
    if asked.rows_affected() == 0 {
        return Ok(false);
    }
    jobs::enqueue(tx, &[NewJob::now(JobKind::Analysis, incident.to_string(), incident)]).await?;
    incidents::note(tx, incident, now, "analysis", actor, "asked for an analysis").await?;
    Ok(true)
}

/// The first analysis of an incident, which begins by itself, or because the incident was asked for; none where there has
/// been one.
pub(super) async fn first(
    tx: &mut PgConnection,
    incident: Uuid,
    max_steps: u32,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let any: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM analysis WHERE incident = $1)")
        .bind(incident)
        .fetch_one(&mut *tx)
        .await?;
    if !any {
        let asked: Option<String> = sqlx::query_scalar("SELECT asked_by FROM asked WHERE incident = $1")
            .bind(incident)
            .fetch_optional(&mut *tx)
            .await?;
        ask_for(tx, incident, asked.as_deref().unwrap_or(BY_ITSELF), max_steps, now).await?;
    }
    Ok(())
}

/// Has an incident say that nobody works on its analysis any more, and why.
pub(super) async fn give_up(
    tx: &mut PgConnection,
    incident: Uuid,
    attempts: i32,
    error: &str,
) -> Result<(), StoreError> {
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    let reason = format!("The analysis failed {attempts} times and was given up: {error}.");
    let given_up: Option<i64> = sqlx::query_scalar(
        "UPDATE analysis SET state = 'failed', reason = $2, ended_at = $3, version = version + 1
         WHERE incident = $1 AND ended_at IS NULL RETURNING id",
    )
    .bind(incident)
    .bind(&reason)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = given_up {
        told::tell_analysis(tx, incident, id).await?;
    }
    incidents::note(tx, incident, now, "analysis", "firstlook", &reason).await
}

impl Store {
    /// Somebody wants an incident analysed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn analyze(
        &self,
        name: &str,
        actor: &str,
        max_steps: u32,
        now: DateTime<Utc>,
    ) -> Result<Acted, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = actions::hold(&mut tx, name).await? else { return Ok(Acted::Unknown) };
        if !ask_for(&mut tx, held.id, actor, max_steps, now).await? {
            return Ok(Acted::Already);
        }
        incidents::advance(&mut tx, held.id).await?;
        tx.commit().await?;
        Ok(Acted::Done)
    }

    /// The analysis of the claimed incident that has not ended. Where it begins by itself among many like incidents one of
    /// which is analysed, it ends with that.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn open_analysis(
        &self,
        claim: &Claim,
        redactor: &Redactor,
        now: DateTime<Utc>,
    ) -> Result<ToDo, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        if share(&mut tx, claim.incident, now).await? {
            tx.commit().await?;
            return Ok(ToDo::Shared);
        }
        let row: Option<OpenRow> = sqlx::query_as(
            "UPDATE analysis SET state = 'running', begun_at = COALESCE(begun_at, $2),
                 version = version + (state = 'waiting')::integer
             WHERE incident = $1 AND ended_at IS NULL RETURNING id, talk, items",
        )
        .bind(claim.incident)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(row) = &row {
            told::tell_analysis(&mut tx, claim.incident, row.id).await?;
        }
        tx.commit().await?;
        let Some(row) = row else { return Ok(ToDo::Nothing) };
        let at = At { table: "analysis", row: &row.id };
        let run = row.talk.map(|talk| serde_json::from_str(&talk).map_err(|error| at.corrupt("talk", error)));
        let (items, _) = evidence::read(at, row.items, json!([]), redactor)?;
        Ok(ToDo::Open(Box::new(Open { id: row.id, run: run.transpose()?, items })))
    }

    /// Keeps what an analysis stands on, and its first question.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn begin_analysis(
        &self,
        claim: &Claim,
        id: i64,
        run: &Run,
        items: &[Item],
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE analysis SET talk = $2, items = $3, given = jsonb_array_length($3) WHERE id = $1",
        )
        .bind(id)
        .bind(json!(run).to_string())
        .bind(json!(items))
        .execute(&mut *tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// Keeps a run after an event, and settles what was paid for it.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn keep_analysis(&self, claim: &Claim, kept: Kept<'_>) -> Result<(), StoreError> {
        let Kept { id, run, max_steps, new, asked } = kept;
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE analysis SET talk = $2, progress = $3, items = items || $4, duration_ms = $5,
                 version = version + 1 WHERE id = $1",
        )
        .bind(id)
        .bind(json!(run).to_string())
        .bind(json!({"step": run.steps, "max_steps": max_steps, "asked": run.asked}))
        .bind(json!(new))
        .bind(i64::try_from(run.worked_ms).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
        if let Some(Took { model, tokens, settle: (reserved, spent), priced }) = asked {
            spending::settle(&mut tx, reserved, spent).await?;
            sqlx::query(
                "UPDATE analysis SET model = COALESCE($2, model), input_tokens = input_tokens + $3,
                     output_tokens = output_tokens + $4, micro_usd = micro_usd + $5, priced = $6,
                     cached_input_tokens = cached_input_tokens + $7, cache_write_tokens = cache_write_tokens + $8
                 WHERE id = $1",
            )
            .bind(id)
            .bind(model)
            .bind(spending::stored(tokens.input))
            .bind(spending::stored(tokens.output))
            .bind(spending::stored(spent.micro_usd))
            .bind(priced)
            .bind(spending::stored(tokens.cached.read))
            .bind(spending::stored(tokens.cached.written))
            .execute(&mut *tx)
            .await?;
        }
        told::tell_analysis(&mut tx, claim.incident, id).await?;
        Ok(tx.commit().await?)
    }

    /// Ends an analysis, with a report where it is ready, and says so on the timeline.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn end_analysis(
        &self,
        claim: &Claim,
        id: i64,
        (state, reason, report): (State, Option<&str>, Option<&Report>),
        note: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "UPDATE analysis SET state = $2, reason = $3, report = $4, ended_at = $5, version = version + 1 WHERE id = $1",
        )
            .bind(id)
            .bind(json!(state).as_str())
            .bind(reason)
            .bind(report.map(|report| json!(report)))
            .bind(now)
            .execute(&mut *tx)
            .await?;
        incidents::note(&mut tx, claim.incident, now, "analysis", "firstlook", note).await?;
        told::tell_analysis(&mut tx, claim.incident, id).await?;
        Ok(tx.commit().await?)
    }
}

/// Ends an analysis that began by itself, and was not worked on yet, with that of a like incident, where there are many.
async fn share(tx: &mut PgConnection, incident: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let lead: Option<(Uuid, i64)> = sqlx::query_as(
        "SELECT l.id, l.number FROM incident i
         JOIN incident l ON l.id <> i.id AND l.labels ->> 'alertname' = i.labels ->> 'alertname'
         JOIN analysis a ON a.incident = l.id
         WHERE i.id = $1 AND a.state IN ('running', 'ready') AND a.asked_at > $2::timestamptz - interval '1 hour'
             AND (SELECT count(*) FROM incident o WHERE o.status <> 'resolved'
                  AND o.labels ->> 'alertname' = i.labels ->> 'alertname') > $3
         ORDER BY a.id LIMIT 1",
    )
    .bind(incident)
    .bind(now)
    .bind(LIKE)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((lead, number)) = lead else { return Ok(false) };
    let reason = format!("Many incidents like this one are open: the analysis of #{number} stands for them.");
    let shared: Option<i64> = sqlx::query_scalar(
        "UPDATE analysis SET state = 'shared', reason = $2, shared_with = $3, ended_at = $4, version = version + 1
         WHERE incident = $1 AND state = 'waiting' AND asked_by = $5 RETURNING id",
    )
    .bind(incident)
    .bind(&reason)
    .bind(lead)
    .bind(now)
    .bind(BY_ITSELF)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(id) = shared else { return Ok(false) };
    told::tell_analysis(tx, incident, id).await?;
    incidents::note(tx, incident, now, "analysis", BY_ITSELF, &reason).await?;
    Ok(true)
}
