//! What people say of the causes that summaries name, and how often those were right.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use firstlook_core::summary::{Confidence, HitRates};
use serde_json::json;
use uuid::Uuid;

use super::actions::hold;
use super::{Store, StoreError, incidents, told};

/// What became of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It is kept.
    Kept,
    /// There is no cause to judge: the incident has no summary that names one.
    NothingToJudge,
    /// There is no such incident.
    Unknown,
}

/// Which incidents a model is examined with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those whose first cause people have judged.
    Rated,
    /// All.
    All,
    /// By their numbers.
    Numbers(Vec<RangeInclusive<i64>>),
}

impl Store {
    /// Keeps what `actor` says of the first cause of the newest summary, in place of what was said before.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn judge(
        &self,
        name: &str,
        agrees: bool,
        cause: &str,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Judged, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = hold(&mut tx, name).await? else { return Ok(Judged::Unknown) };
        let kept: Option<Uuid> = sqlx::query_scalar(
            "INSERT INTO feedback (incident, at, actor, agrees, cause, round, model, confidence)
             SELECT incident, $2, $3, $4, $5, round, body ->> 'model', body #>> '{causes,0,confidence}'
             FROM summary WHERE incident = $1 AND state = 'ready' AND body #> '{causes,0}' IS NOT NULL
             ORDER BY round DESC LIMIT 1
             ON CONFLICT (incident) DO UPDATE SET (at, actor, agrees, cause, round, model, confidence) =
                 (excluded.at, excluded.actor, excluded.agrees, excluded.cause, excluded.round, excluded.model,
                  excluded.confidence)
             RETURNING incident",
        )
        .bind(held.id)
        .bind(now)
        .bind(actor)
        .bind(agrees)
        .bind(cause)
        .fetch_optional(&mut *tx)
        .await?;
        if kept.is_none() {
            return Ok(Judged::NothingToJudge);
        }
        let verdict = if agrees {
            "the summary's first cause was right"
        } else {
            "the summary's first cause was wrong"
        };
        let words = if cause.is_empty() { verdict.to_owned() } else { format!("{verdict}; it was: {cause}") };
        incidents::note(&mut tx, held.id, now, "feedback", actor, &words).await?;
        incidents::advance(&mut tx, held.id).await?;
        told::refresh(&mut tx, held.id).await?;
        tx.commit().await?;
        Ok(Judged::Kept)
    }

    /// How often first causes were right, by how sure the model was of them.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn hit_rates(&self) -> Result<HitRates, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT confidence, count(*) FILTER (WHERE agrees), count(*) FROM feedback GROUP BY confidence",
        )
        .fetch_all(&self.pool)
        .await?;
        let rate = |(word, right, all): &(String, i64, i64)| {
            let confidence: Confidence = serde_json::from_value(json!(word)).ok()?;
            Some((confidence, (u64::try_from(*right).ok()?, u64::try_from(*all).ok()?)))
        };
        Ok(HitRates(rows.iter().filter_map(rate).collect()))
    }

    /// The numbers of at most `most` incidents that have evidence and a summary, the newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn examinable(&self, which: &Which, most: u32) -> Result<Vec<i64>, StoreError> {
        let ranges: &[RangeInclusive<i64>] = match which {
            Which::Rated | Which::All => &[0..=i64::MAX],
            Which::Numbers(ranges) => ranges,
        };
        let (from, to): (Vec<i64>, Vec<i64>) =
            ranges.iter().map(|range| (*range.start(), *range.end())).unzip();
        Ok(sqlx::query_scalar(
            "SELECT number FROM incident i
             WHERE EXISTS (SELECT 1 FROM evidence WHERE incident = i.id)
               AND EXISTS (SELECT 1 FROM summary WHERE incident = i.id)
               AND EXISTS (SELECT 1 FROM unnest($1::bigint[], $2::bigint[]) r (a, b) WHERE i.number BETWEEN r.a AND r.b)
               AND ($3 OR EXISTS (SELECT 1 FROM feedback WHERE incident = i.id))
             ORDER BY number DESC LIMIT $4",
        )
        .bind(&from)
        .bind(&to)
        .bind(*which != Which::Rated)
        .bind(i64::from(most))
        .fetch_all(&self.pool)
        .await?)
    }
}
