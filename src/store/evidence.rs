//! What was collected for an incident, round by round.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::asked::Asked;
use firstlook_core::evidence::metric::Chart;
use firstlook_core::evidence::{Frequency, Gap, Item, Kind, Redacted, Redactor, Window};
use firstlook_core::notify::view::{Evidence, Impact};
use firstlook_core::runbook::Pinned;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::jobs::{self, Claim};
use super::row::At;
use super::{Store, StoreError, incidents, told};

mod late;

pub use late::{NewLate, Shown};

/// One collection, to be kept.
#[derive(Debug, Clone)]
pub struct NewEvidence {
    /// The time that it covers.
    pub window: Window,
    /// `L1`, `M1` … in decisive order.
    pub items: Vec<Item>,
    /// What could not be had.
    pub gaps: Vec<Gap>,
    /// How bad it is, where a source has measured what the alarm watches.
    pub impact: Option<Impact>,
    /// How many sources brought lines of the window.
    pub sources_read: usize,
    /// Bytes that other sides read for it, where that is what they are paid by.
    pub scanned: u64,
    /// What became of the runbook's queries.
    pub queries: Vec<Asked>,
    /// The text that a model reads.
    pub pack: Redacted,
    /// What was done, for the timeline.
    pub note: String,
}

/// The newest collection of an incident.
#[derive(Debug, Clone)]
pub struct Collected {
    /// Counts the collections from 1.
    pub round: i32,
    /// When it was collected.
    pub collected_at: DateTime<Utc>,
    /// Whether a summary was written from it.
    pub summarised: bool,
    /// The text that a model reads.
    pub pack: Redacted,
}

#[derive(Deserialize)]
struct ItemRow {
    id: String,
    kind: Kind,
    source: String,
    title: String,
    text: String,
    query: Option<String>,
    link: Option<String>,
    at: Option<DateTime<Utc>>,
    frequency: Option<Frequency>,
    chart: Option<Chart>,
}

#[derive(Deserialize)]
struct GapRow {
    source: String,
    reason: String,
    remedy: String,
}

/// Stored items and gaps. They were redacted before they were stored; passing the door again is how their type is
/// regained, and covers rules that were added since.
pub(super) fn read(
    at: At<'_>,
    items: Value,
    gaps: Value,
    redactor: &Redactor,
) -> Result<(Vec<Item>, Vec<Gap>), StoreError> {
    let items: Vec<ItemRow> = at.json("items", items)?;
    let gaps: Vec<GapRow> = at.json("gaps", gaps)?;
    let item = |row: ItemRow| Item {
        id: row.id,
        kind: row.kind,
        source: row.source,
        title: redactor.redact(&row.title),
        text: redactor.redact(&row.text),
        query: row.query.map(|query| redactor.redact(&query)),
        link: row.link.and_then(|link| redactor.redact_url(&link)),
        at: row.at,
        frequency: row.frequency,
        chart: row.chart,
    };
    let gap = |row: GapRow| Gap {
        source: row.source,
        reason: redactor.redact(&row.reason),
        remedy: redactor.redact(&row.remedy),
    };
    Ok((items.into_iter().map(item).collect(), gaps.into_iter().map(gap).collect()))
}

#[derive(Deserialize)]
struct AskedRow {
    step: String,
    block: usize,
    source: Option<String>,
    items: Vec<String>,
    reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct EvidenceRow {
    round: i32,
    items: Value,
    gaps: Value,
    queries: Value,
    collected_at: DateTime<Utc>,
    window_start: DateTime<Utc>,
    window_end: DateTime<Utc>,
    sources_read: i32,
    scanned: i64,
}

fn evidence(incident: Uuid, row: EvidenceRow, redactor: &Redactor) -> Result<Evidence, StoreError> {
    let at = At { table: "evidence", row: &incident };
    let (items, gaps) = read(at, row.items, row.gaps, redactor)?;
    let window = Window { start: row.window_start, end: row.window_end };
    let sources_read = usize::try_from(row.sources_read).unwrap_or(0);
    let scanned_bytes = u64::try_from(row.scanned).unwrap_or(0);
    let collected_at = Some(row.collected_at);
    let queries: Vec<AskedRow> = at.json("queries", row.queries)?;
    let asked = |AskedRow { step, block, source, items, reason }: AskedRow| Asked {
        step,
        block,
        source,
        items,
        reason: reason.map(|reason| redactor.redact(&reason)),
    };
    let queries = queries.into_iter().map(asked).collect();
    Ok(Evidence { items, gaps, queries, sources_read, scanned_bytes, collected_at, window: Some(window) })
}

/// The round that is shown: the newest whose summary is ready, since a second look that failed must not hide what the
/// first one found; else the newest that has a summary; else the newest. Sentences and the items that they cite are
/// always of one round. What was written before a reopening is about another time, and does not come first.
const SHOWN: &str =
    "SELECT e.round, e.items, e.gaps, e.queries, e.collected_at, e.window_start, e.window_end, e.sources_read, e.scanned
    FROM evidence e LEFT JOIN summary s ON s.incident = e.incident AND s.round = e.round
    WHERE e.incident = $1
    ORDER BY COALESCE(s.state = 'ready' AND s.written_at >= COALESCE((SELECT max(at) FROM decision
                 WHERE incident = $1 AND kind = 'reopened'), '-infinity'), false) DESC,
             s.round IS NOT NULL DESC, e.round DESC
    LIMIT 1";

pub(super) async fn shown(
    tx: &mut PgConnection,
    incident: Uuid,
    redactor: &Redactor,
) -> Result<Option<Evidence>, StoreError> {
    let row: Option<EvidenceRow> = sqlx::query_as(SHOWN).bind(incident).fetch_optional(tx).await?;
    row.map(|row| evidence(incident, row, redactor)).transpose()
}

impl Store {
    /// One round of evidence.
    ///
    /// # Errors
    /// When the database does not answer, or there is no such round.
    pub async fn round(
        &self,
        incident: Uuid,
        round: i32,
        redactor: &Redactor,
    ) -> Result<Evidence, StoreError> {
        let row: EvidenceRow = sqlx::query_as(
            "SELECT round, items, gaps, queries, collected_at, window_start, window_end, sources_read, scanned
             FROM evidence WHERE incident = $1 AND round = $2",
        )
        .bind(incident)
        .bind(round)
        .fetch_one(&self.pool)
        .await?;
        evidence(incident, row, redactor)
    }

    /// The runbook as it was when the incident opened, unredacted: its queries are run as they stand.
    ///
    /// # Errors
    /// When the database does not answer, or there is no such incident.
    pub async fn pinned_runbook(&self, incident: Uuid) -> Result<Option<Pinned>, StoreError> {
        let runbook: Option<Value> = sqlx::query_scalar("SELECT runbook FROM incident WHERE id = $1")
            .bind(incident)
            .fetch_one(&self.pool)
            .await?;
        let at = At { table: "incident", row: &incident };
        runbook.map(|value| at.json("runbook", value)).transpose()
    }

    /// The newest collection, if there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn collected(
        &self,
        incident: Uuid,
        redactor: &Redactor,
    ) -> Result<Option<Collected>, StoreError> {
        let row: Option<(i32, DateTime<Utc>, bool, String)> = sqlx::query_as(
            "SELECT e.round, e.collected_at, s.round IS NOT NULL, e.pack
             FROM evidence e LEFT JOIN summary s ON s.incident = e.incident AND s.round = e.round
             WHERE e.incident = $1 ORDER BY e.round DESC LIMIT 1",
        )
        .bind(incident)
        .fetch_optional(&self.pool)
        .await?;
        let read = |(round, collected_at, summarised, pack): (_, _, _, String)| Collected {
            round,
            collected_at,
            summarised,
            pack: redactor.redact(&pack),
        };
        Ok(row.map(read))
    }

    /// Keeps a collection as the incident's newest, and has its messages show it.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn keep_evidence(
        &self,
        claim: &Claim,
        round: i32,
        new: &NewEvidence,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // The incident before the job, as ingest locks them: a fenced claim rolls it back.
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "INSERT INTO evidence (incident, round, collected_at, window_start, window_end, items, gaps, pack,
                                   sources_read, queries, scanned)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(claim.incident)
        .bind(round)
        .bind(now)
        .bind(new.window.start)
        .bind(new.window.end)
        .bind(json!(new.items))
        .bind(json!(new.gaps))
        .bind(new.pack.as_str())
        .bind(i32::try_from(new.sources_read).unwrap_or(i32::MAX))
        .bind(json!(new.queries))
        .bind(i64::try_from(new.scanned).unwrap_or(i64::MAX))
        .execute(&mut *tx)
        .await?;
        if let Some(impact) = &new.impact {
            sqlx::query("UPDATE incident SET impact = $2 WHERE id = $1")
                .bind(claim.incident)
                .bind(json!(impact))
                .execute(&mut *tx)
                .await?;
        }
        incidents::note(&mut tx, claim.incident, now, "evidence", "firstlook", &new.note).await?;
        told::refresh(&mut tx, claim.incident).await?;
        Ok(tx.commit().await?)
    }
}
