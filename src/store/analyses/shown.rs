//! The analysis of an incident as people see it.

use chrono::{DateTime, Utc};
use firstlook_core::summary::analysis::{Analysis, Asked, Graph, Report, Shared, State, reproduce};
use firstlook_core::summary::price::{Cached, dollars};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::At;
use super::super::{Store, StoreError, Words, evidence};

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    state: String,
    reason: Option<String>,
    asked_by: String,
    asked_at: DateTime<Utc>,
    begun_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    progress: Value,
    items: Value,
    given: i32,
    report: Option<Value>,
    model: Option<String>,
    input_tokens: i64,
    cached_input_tokens: i64,
    cache_write_tokens: i64,
    output_tokens: i64,
    micro_usd: i64,
    priced: bool,
    duration_ms: i64,
    shared_with: Option<i64>,
}

#[derive(Deserialize)]
struct Progress {
    step: u32,
    max_steps: u32,
    asked: Vec<Asked<String>>,
}

const SELECT: &str =
    "SELECT a.id, a.state, a.reason, a.asked_by, a.asked_at, a.begun_at, a.ended_at, a.progress, a.items,
        a.given, a.report, a.model, a.input_tokens, a.output_tokens, a.micro_usd, a.priced, a.duration_ms,
        a.cached_input_tokens, a.cache_write_tokens,
        (SELECT number FROM incident l WHERE l.id = a.shared_with) AS shared_with
    FROM analysis a";

/// The newest analysis of an incident.
pub(in crate::store) async fn shown(
    tx: &mut PgConnection,
    incident: Uuid,
    words: &Words,
) -> Result<Option<Analysis>, StoreError> {
    let query = sqlx::AssertSqlSafe(format!("{SELECT} WHERE a.incident = $1 ORDER BY a.id DESC LIMIT 1"));
    let row: Option<Row> = sqlx::query_as(query).bind(incident).fetch_optional(tx).await?;
    row.map(|row| told(row, words)).transpose()
}

impl Store {
    /// One analysis, which may not be the newest of its incident.
    ///
    /// # Errors
    /// When the database does not answer, or holds what cannot be read.
    pub async fn told_analysis(&self, id: i64, words: &Words) -> Result<Option<Analysis>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!("{SELECT} WHERE a.id = $1"));
        let row: Option<Row> = sqlx::query_as(query).bind(id).fetch_optional(&self.pool).await?;
        row.map(|row| told(row, words)).transpose()
    }
}

fn told(row: Row, words: &Words) -> Result<Analysis, StoreError> {
    let redactor = &words.redactor;
    let at = At { table: "analysis", row: &row.id };
    let state: State = at.json("state", json!(row.state))?;
    let progress: Progress = at.json("progress", row.progress)?;
    let report: Option<Report<String>> = row.report.map(|report| at.json("report", report)).transpose()?;
    let report = report.map(|report| report.told(redactor));
    let (mut items, _) = evidence::read(at, row.items, json!([]), redactor)?;
    let given = usize::try_from(row.given).unwrap_or(0);
    let graph = report.as_ref().and_then(|report| Graph::of(report, &items));
    // What was there before is shown where the report leads to it.
    let mut place = 0;
    items.retain(|item| {
        place += 1;
        place > given || report.as_ref().is_some_and(|report| report.cites(&item.id))
    });
    let count = |number: i64| u64::try_from(number).unwrap_or(0);
    let asked_a_model = row.input_tokens > 0;
    Ok(Analysis {
        state,
        reason: row.reason.map(|reason| redactor.redact(&reason)),
        asked_by: redactor.redact(&row.asked_by),
        asked_at: row.asked_at,
        begun_at: row.begun_at,
        ended_at: row.ended_at,
        step: progress.step,
        max_steps: progress.max_steps,
        asked: progress.asked.into_iter().map(|asked| asked.told(redactor)).collect(),
        report,
        graph,
        reproduce: reproduce(&items),
        items,
        model: row.model,
        input_tokens: count(row.input_tokens),
        cached: Cached { read: count(row.cached_input_tokens), written: count(row.cache_write_tokens) },
        output_tokens: count(row.output_tokens),
        cost_usd: (row.priced && asked_a_model).then(|| dollars(count(row.micro_usd))),
        duration_ms: count(row.duration_ms),
        shared_with: row
            .shared_with
            .map(|number| Shared { number, url: format!("{}/incidents/{number}", words.external_url) }),
    })
}
