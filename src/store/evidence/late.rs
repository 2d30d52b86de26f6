//! What comes late: a round of evidence that is the one before it and more.
//!
//! Knows rounds. Must not touch those that are there: they stay as they were cited.

use chrono::{DateTime, Utc};
use firstlook_core::evidence::{Gap, Item, Redacted, Redactor};
use firstlook_core::notify::view::Evidence;
use serde_json::json;
use uuid::Uuid;

use super::super::jobs::{self, Claim};
use super::super::{Store, StoreError, incidents, told};
use super::{EvidenceRow, SHOWN, evidence};

/// The round that people see.
#[derive(Debug)]
pub struct Shown {
    /// Its number.
    pub round: i32,
    /// What was collected.
    pub evidence: Evidence,
    /// The text that a model read.
    pub pack: Redacted,
}

/// A round that adds to another one.
#[derive(Debug)]
pub struct NewLate {
    /// The round that it adds to.
    pub to: i32,
    /// All items, those of that round first.
    pub items: Vec<Item>,
    /// All gaps that are left.
    pub gaps: Vec<Gap>,
    /// The text that a model reads.
    pub pack: Redacted,
    /// Whether a summary is written anew. Otherwise that of the other round holds, and no message is touched.
    pub decisive: bool,
    /// What was done, for the timeline.
    pub note: String,
}

impl Store {
    /// The round that people see, if there is one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shown_round(
        &self,
        incident: Uuid,
        redactor: &Redactor,
    ) -> Result<Option<Shown>, StoreError> {
        let row: Option<EvidenceRow> =
            sqlx::query_as(SHOWN).bind(incident).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let round = row.round;
        let pack: String = sqlx::query_scalar("SELECT pack FROM evidence WHERE incident = $1 AND round = $2")
            .bind(incident)
            .bind(round)
            .fetch_one(&self.pool)
            .await?;
        let evidence = evidence(incident, row, redactor)?;
        Ok(Some(Shown { round, evidence, pack: redactor.redact(&pack) }))
    }

    /// Keeps what came late as the incident's newest round.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn keep_late(
        &self,
        claim: &Claim,
        round: i32,
        new: &NewLate,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // The incident before the job, as ingest locks them: a fenced claim rolls it back.
        incidents::advance(&mut tx, claim.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query(
            "INSERT INTO evidence (incident, round, collected_at, window_start, window_end, items, gaps, pack,
                                   sources_read, queries, scanned)
             SELECT incident, $3, $4, window_start, window_end, $5, $6, $7, sources_read, queries, scanned
             FROM evidence WHERE incident = $1 AND round = $2",
        )
        .bind(claim.incident)
        .bind(new.to)
        .bind(round)
        .bind(now)
        .bind(json!(new.items))
        .bind(json!(new.gaps))
        .bind(new.pack.as_str())
        .execute(&mut *tx)
        .await?;
        incidents::note(&mut tx, claim.incident, now, "evidence", "firstlook", &new.note).await?;
        if new.decisive {
            told::refresh(&mut tx, claim.incident).await?;
        } else {
            // It cost nothing more.
            sqlx::query(
                "INSERT INTO summary (incident, round, written_at, state, body, input_tokens, output_tokens)
                 SELECT incident, $3, written_at, state, body, 0, 0 FROM summary WHERE incident = $1 AND round = $2",
            )
            .bind(claim.incident)
            .bind(new.to)
            .bind(round)
            .execute(&mut *tx)
            .await?;
        }
        Ok(tx.commit().await?)
    }
}
