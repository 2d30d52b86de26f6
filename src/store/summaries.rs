//! What was written about an incident, round by round, and what that cost.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::evidence::Redactor;
use firstlook_core::summary::outcome::{Outcome, Usage};
use firstlook_core::summary::price::Cached;
use firstlook_core::summary::{Cause, Claim as Sentence, Confidence, RuledOut, State, Summary, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::jobs::{self, Claim};
use super::row::At;
use super::{Store, StoreError, analyses, incidents, told};

#[derive(Deserialize)]
struct SummaryRow {
    state: State,
    reason: Option<String>,
    language: String,
    headline: Option<String>,
    claims: Vec<SentenceRow>,
    causes: Vec<CauseRow>,
    ruled_out: Vec<RuledOutRow>,
    next_steps: Vec<String>,
    model: Option<String>,
    input_tokens: u64,
    /// Not of summaries that an older version wrote.
    #[serde(flatten)]
    cached: Cached,
    output_tokens: u64,
    cost_usd: Option<f64>,
    duration_ms: u64,
    written_at: DateTime<Utc>,
}

#[derive(Deserialize)]
struct SentenceRow {
    text: String,
    citations: Vec<String>,
    verdict: Verdict,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct CauseRow {
    text: String,
    confidence: Confidence,
    citations: Vec<String>,
    against: Vec<String>,
    /// Not of summaries that an older version wrote.
    #[serde(default)]
    reason: Option<String>,
}

#[derive(Deserialize)]
struct RuledOutRow {
    text: String,
    citations: Vec<String>,
}

/// A stored summary; its text regains its type by passing the door again.
pub(super) fn read(at: At<'_>, body: Value, redactor: &Redactor) -> Result<Summary, StoreError> {
    let row: SummaryRow = at.json("body", body)?;
    let words = |text: String| redactor.redact(&text);
    let sentence = |row: SentenceRow| Sentence {
        text: words(row.text),
        citations: row.citations,
        verdict: row.verdict,
        reason: row.reason.map(words),
    };
    let cause = |row: CauseRow| Cause {
        text: words(row.text),
        confidence: row.confidence,
        citations: row.citations,
        against: row.against,
        reason: row.reason.map(words),
    };
    let ruled_out = |row: RuledOutRow| RuledOut { text: words(row.text), citations: row.citations };
    Ok(Summary {
        state: row.state,
        reason: row.reason.map(words),
        language: row.language,
        headline: row.headline.map(words),
        claims: row.claims.into_iter().map(sentence).collect(),
        causes: row.causes.into_iter().map(cause).collect(),
        ruled_out: row.ruled_out.into_iter().map(ruled_out).collect(),
        next_steps: row.next_steps.into_iter().map(words).collect(),
        model: row.model,
        input_tokens: row.input_tokens,
        cached: row.cached,
        output_tokens: row.output_tokens,
        cost_usd: row.cost_usd,
        duration_ms: row.duration_ms,
        written_at: row.written_at,
    })
}

/// Has an incident say that nobody looks at it any more, and why. A summary that was written from the newest evidence
/// stays; a later look that succeeds replaces this one.
pub(super) async fn give_up(
    tx: &mut PgConnection,
    incident: Uuid,
    attempts: i32,
    error: &str,
) -> Result<(), StoreError> {
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    let reason = format!("The look at this incident failed {attempts} times and was given up: {error}.");
    let (usage, redactor) = (Usage::default(), &Redactor::default());
    let summary =
        Outcome { language: Language::En, model: None, usage, written_at: now, redactor }.failed(&reason);
    sqlx::query(
        "INSERT INTO summary (incident, round, written_at, state, body, input_tokens, output_tokens)
         VALUES ($1, COALESCE((SELECT max(round) FROM evidence WHERE incident = $1), 0), $2, $3, $4, 0, 0)
         ON CONFLICT (incident, round) DO NOTHING",
    )
    .bind(incident)
    .bind(now)
    .bind(json!(summary.state).as_str())
    .bind(json!(summary))
    .execute(&mut *tx)
    .await?;
    incidents::advance(tx, incident).await?;
    incidents::note(tx, incident, now, "summary", "firstlook", &reason).await?;
    told::refresh(tx, incident).await
}

impl Store {
    /// Keeps a summary as the incident's newest, and has its messages show it. With `analyze`, the rounds of calls that it
    /// may have, the incident's first analysis follows.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn keep_summary(
        &self,
        claim: &Claim,
        round: i32,
        summary: &Summary,
        note: &str,
        analyze: Option<u32>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // The incident before the job, as ingest locks them: a fenced claim rolls it back.
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "INSERT INTO summary (incident, round, written_at, state, body, input_tokens, output_tokens)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(claim.incident)
        .bind(round)
        .bind(summary.written_at)
        .bind(json!(summary.state).as_str())
        .bind(json!(summary))
        .bind(i64::try_from(summary.input_tokens).unwrap_or(i64::MAX))
        .bind(i64::try_from(summary.output_tokens).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
        incidents::note(&mut tx, claim.incident, summary.written_at, "summary", "firstlook", note).await?;
        told::refresh(&mut tx, claim.incident).await?;
        told::note(&mut tx, claim.incident).await?;
        if let Some(max_steps) = analyze {
            analyses::first(&mut tx, claim.incident, max_steps, summary.written_at).await?;
        }
        Ok(tx.commit().await?)
    }
}
