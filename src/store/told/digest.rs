//! What a digest tells: its incidents as they stand when it is sent.

use chrono::{DateTime, Utc};
use firstlook_core::notify::DigestLine;
use uuid::Uuid;

use super::super::row::At;
use super::super::{Store, StoreError, Words};

/// An incident as a line tells it.
#[derive(sqlx::FromRow)]
pub(in crate::store) struct Row {
    id: Uuid,
    number: i64,
    title: String,
    status: String,
    severity: String,
    owner: Option<String>,
    started_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
}

impl Row {
    /// The line.
    pub(in crate::store) fn line(self, words: &Words) -> Result<DigestLine, StoreError> {
        let at = At { table: "incident", row: &self.id };
        Ok(DigestLine {
            number: self.number,
            title: words.redactor.redact(&self.title),
            status: at.status(&self.status)?,
            severity: at.severity("severity", &self.severity)?,
            owner: self.owner.map(|owner| words.redactor.redact(&owner)),
            started_at: self.started_at,
            resolved_at: self.resolved_at,
            url: format!("{}/incidents/{}", words.external_url, self.number),
        })
    }
}

impl Store {
    /// The incidents of a digest: what is open, the worst first, then what has ended.
    ///
    /// # Errors
    /// When the database does not answer, or holds something that this version cannot read.
    pub async fn digest(&self, digest: Uuid, words: &Words) -> Result<Vec<DigestLine>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT i.id, i.number, i.title, i.status, i.severity, i.owner, i.started_at, i.resolved_at
             FROM edge e JOIN target t ON t.id = e.target JOIN incident i ON i.id = t.incident
             WHERE e.digest = $1
             ORDER BY i.status = 'resolved', array_position(ARRAY['critical', 'warning', 'info'], i.severity), i.number",
        )
        .bind(digest)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(|row| row.line(words)).collect()
    }
}
