//! What earlier incidents say: those of the same group, those that share words with one, and how each ended.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use firstlook_core::evidence::known::{Earlier, MOST_EARLIER};
use firstlook_core::evidence::similar::Traits;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::At;
use super::{Store, StoreError};

/// Words that are looked for.
const MOST_WORDS: usize = 80;
/// Incidents that share words and are looked at; which of them are alike, core says.
const MOST_CANDIDATES: i64 = 50;
/// Log lines of each that are compared.
const MOST_LINES: i64 = 8;

/// Of the incident `o`.
const EARLIER: &str = "o.number, o.title, o.opened_at, o.resolved_at,
    COALESCE((SELECT CASE d.kind WHEN 'resolved' THEN 'Resolved by ' || d.actor || '. ' || d.reason
                     ELSE 'Ended by itself: its alerts stopped firing.' END
              FROM decision d WHERE d.incident = o.id AND d.kind IN ('resolved', 'incident_resolved')
              ORDER BY d.id DESC LIMIT 1), 'It is not recorded how it ended.') AS ended_by";

#[derive(sqlx::FromRow)]
struct EarlierRow {
    number: i64,
    title: String,
    opened_at: DateTime<Utc>,
    resolved_at: DateTime<Utc>,
    ended_by: String,
}

impl From<EarlierRow> for Earlier {
    fn from(row: EarlierRow) -> Self {
        let EarlierRow { number, title, opened_at, resolved_at, ended_by } = row;
        Self { number, title, opened_at, resolved_at, ended_by }
    }
}

#[derive(sqlx::FromRow)]
struct PastRow {
    #[sqlx(flatten)]
    earlier: EarlierRow,
    id: Uuid,
    labels: Value,
    lines: Vec<String>,
}

/// The last incidents of the same group that are over, the newest first.
pub(super) async fn earlier(tx: &mut PgConnection, id: Uuid) -> Result<Vec<Earlier>, StoreError> {
    let query = sqlx::AssertSqlSafe(format!(
        "SELECT {EARLIER} FROM incident i JOIN incident o ON o.slot = i.slot AND o.number < i.number
         WHERE i.id = $1 AND o.status = 'resolved' ORDER BY o.number DESC LIMIT $2"
    ));
    let rows: Vec<EarlierRow> =
        sqlx::query_as(query).bind(id).bind(i64::try_from(MOST_EARLIER).unwrap_or(0)).fetch_all(tx).await?;
    Ok(rows.into_iter().map(Earlier::from).collect())
}

impl Store {
    /// What an incident is called and what its alerts have in common, unredacted.
    ///
    /// # Errors
    /// When the database does not answer, or there is no such incident.
    pub async fn traits(&self, id: Uuid) -> Result<Traits, StoreError> {
        let (title, labels): (String, Value) =
            sqlx::query_as("SELECT title, labels FROM incident WHERE id = $1")
                .bind(id)
                .fetch_one(&self.pool)
                .await?;
        let labels = At { table: "incident", row: &id }.labels("labels", labels)?;
        Ok(Traits { title, labels, lines: Vec::new() })
    }

    /// Incidents of other groups that were there before this one, are over, and share most of these words: in title and
    /// labels, or in the log patterns that stood out.
    ///
    /// # Errors
    /// When the database does not answer, or holds what this version cannot read.
    pub async fn past_with(
        &self,
        id: Uuid,
        words: &BTreeSet<String>,
    ) -> Result<Vec<(Earlier, Traits)>, StoreError> {
        // Words hold neither quotes nor backslashes: those part them.
        let quoted: Vec<String> = words.iter().take(MOST_WORDS).map(|word| format!("'{word}'")).collect();
        if quoted.is_empty() {
            return Ok(Vec::new());
        }
        let query = sqlx::AssertSqlSafe(format!(
            "WITH asked AS MATERIALIZED (SELECT to_tsquery('simple', $2) AS words),
                  hit AS (
                      SELECT id AS incident, ts_rank(i.words, a.words) AS rank
                      FROM asked a JOIN incident i ON i.words @@ a.words
                      UNION ALL
                      SELECT incident, ts_rank(e.words, a.words) FROM asked a JOIN evidence e ON e.words @@ a.words),
                  best AS (SELECT incident, max(rank) AS rank FROM hit GROUP BY incident)
             SELECT {EARLIER}, o.id, o.labels, ARRAY(
                 SELECT item ->> 'title' FROM evidence e, jsonb_array_elements(e.items) item
                 WHERE e.incident = o.id AND item ->> 'kind' = 'log'
                   AND item -> 'frequency' ->> 'change' IN ('new', 'rare', 'surged', 'severe', 'value')
                 ORDER BY e.round DESC LIMIT $4) AS lines
             FROM best b JOIN incident o ON o.id = b.incident JOIN incident i ON i.id = $1
             WHERE o.status = 'resolved' AND o.slot <> i.slot AND o.number < i.number
             ORDER BY b.rank DESC, o.number DESC LIMIT $3"
        ));
        let rows: Vec<PastRow> = sqlx::query_as(query)
            .bind(id)
            .bind(quoted.join(" | "))
            .bind(MOST_CANDIDATES)
            .bind(MOST_LINES)
            .fetch_all(&self.pool)
            .await?;
        let past = |row: PastRow| {
            let labels = At { table: "incident", row: &row.id }.labels("labels", row.labels)?;
            let title = row.earlier.title.clone();
            Ok((Earlier::from(row.earlier), Traits { title, labels, lines: row.lines }))
        };
        rows.into_iter().map(past).collect()
    }
}
