//! What fires here of one source, for the comparison with what fires there; and what its bodies said about itself.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::{AlertId, AlertMessage, AlertStatus, Labels};
use firstlook_core::incident::Decision;
use firstlook_core::incident::reconcile::Here;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Store, StoreError, actions, incidents, told};

#[derive(sqlx::FromRow)]
struct Row {
    fingerprint: String,
    labels: Json<Labels>,
    annotations: Json<Labels>,
    generator_url: Option<String>,
    starts_at: DateTime<Utc>,
    seen_at: DateTime<Utc>,
}

/// Where an alert stands that a late message was about.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Standing {
    /// `firing` or `resolved`.
    pub status: String,
    /// When its newest end was received.
    pub resolve_received_at: Option<DateTime<Utc>>,
}

/// The upkeep that asks a sender what fires there, as its job's key; the source follows.
pub const RESYNC: &str = "resync/";

impl Store {
    /// What fires here of `source`, with the labels that it has in its newest incident: they are mapped already, which
    /// mapping them again does not change.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn firing(&self, source: &str) -> Result<Vec<Here>, StoreError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT DISTINCT ON (m.fingerprint) m.fingerprint, m.labels, m.annotations, m.generator_url, a.starts_at,
                 a.seen_at
             FROM incident_alert m JOIN alert a USING (source, fingerprint) JOIN incident i ON i.id = m.incident
             WHERE m.source = $1 AND m.status = 'firing' AND a.status = 'firing'
             ORDER BY m.fingerprint, i.number DESC",
        )
        .bind(source)
        .fetch_all(&self.pool)
        .await?;
        let here = |row: Row| Here {
            message: AlertMessage {
                id: AlertId { source: source.to_owned(), fingerprint: row.fingerprint },
                status: AlertStatus::Firing,
                labels: row.labels.0,
                annotations: row.annotations.0,
                starts_at: row.starts_at,
                lead: TimeDelta::zero(),
                ends_at: None,
                ordered: false,
                generator_url: row.generator_url,
            },
            seen_at: row.seen_at,
        };
        Ok(rows.into_iter().map(here).collect())
    }

    /// The newest bodies that `source` sent and that were understood, at most `most`, leaving out large ones and those
    /// that firstlook made.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_bodies(&self, source: &str, most: i64) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT body FROM delivery WHERE source = $1 AND state <> 'rejected' AND length(body) <= 262144
             AND position(convert_to('\"firstlook\":{\"found\":', 'UTF8') IN body) = 0
             ORDER BY received_at DESC LIMIT $2",
        )
        .bind(source)
        .bind(most)
        .fetch_all(&self.pool)
        .await?)
    }

    /// When `source` last left alerts out of a body, not before `since`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn truncated_at(
        &self,
        source: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT max(received_at) FROM delivery WHERE received_at >= $2 AND source = $1 AND truncated > 0",
        )
        .bind(source)
        .bind(since)
        .fetch_one(&self.pool)
        .await?)
    }

    /// Since when `source` is known: since it was first asked for, or since the oldest of its bodies that is kept by then.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn known_since(&self, source: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        let known = "SELECT since FROM source_known WHERE source = $1";
        if let Some(since) = sqlx::query_scalar(known).bind(source).fetch_optional(&self.pool).await? {
            return Ok(since);
        }
        // Of two replicas that come at once, both have what the first one wrote.
        Ok(sqlx::query_scalar(
            "INSERT INTO source_known (source, since)
             SELECT $1, coalesce(min(received_at), $2) FROM delivery WHERE source = $1 AND state <> 'rejected'
             ON CONFLICT (source) DO UPDATE SET since = source_known.since RETURNING since",
        )
        .bind(source)
        .bind(now)
        .fetch_one(&self.pool)
        .await?)
    }

    /// What is known of one alert.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self, id: &AlertId) -> Result<Option<Standing>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT status, resolve_received_at FROM alert WHERE source = $1 AND fingerprint = $2",
        )
        .bind(&id.source)
        .bind(&id.fingerprint)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// When each of these ended that does not fire now, where it is known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn over(&self, ids: &[&AlertId]) -> Result<BTreeMap<AlertId, DateTime<Utc>>, StoreError> {
        let rows: Vec<(String, String, DateTime<Utc>)> = sqlx::query_as(
            "SELECT source, fingerprint, ends_at FROM alert
             JOIN unnest($1::text[], $2::text[]) AS n (source, fingerprint) USING (source, fingerprint)
             WHERE status = 'resolved' AND ends_at IS NOT NULL",
        )
        .bind(ids.iter().map(|id| id.source.as_str()).collect::<Vec<_>>())
        .bind(ids.iter().map(|id| id.fingerprint.as_str()).collect::<Vec<_>>())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(source, fingerprint, at)| (AlertId { source, fingerprint }, at)).collect())
    }

    /// Their sender says that these fire: they are not stale, for `reason`. Changes nothing else.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn confirm(
        &self,
        source: &str,
        fingerprints: &[&str],
        reason: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // In the order in which hop 1 locks them: alerts of a slot are written while it is locked, sorted.
        sqlx::query(
            "WITH mine AS (SELECT source, fingerprint FROM alert
                 WHERE source = $1 AND fingerprint = ANY ($2) AND status = 'firing' AND seen_at < $3
                 ORDER BY fingerprint FOR UPDATE SKIP LOCKED)
             UPDATE alert a SET seen_at = $3 FROM mine
             WHERE a.source = mine.source AND a.fingerprint = mine.fingerprint",
        )
        .bind(source)
        .bind(fingerprints)
        .bind(now)
        .execute(&self.pool)
        .await?;
        let stale: Vec<Uuid> = sqlx::query_scalar(
            "SELECT i.id FROM incident i WHERE i.stale_since IS NOT NULL AND i.status <> 'resolved' AND EXISTS (
                 SELECT FROM incident_alert m WHERE m.incident = i.id AND m.source = $1
                     AND m.fingerprint = ANY ($2) AND m.status = 'firing')",
        )
        .bind(source)
        .bind(fingerprints)
        .fetch_all(&self.pool)
        .await?;
        for incident in stale {
            self.heard(incident, reason, now).await?;
        }
        Ok(())
    }

    async fn heard(&self, incident: Uuid, reason: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        actions::hold(&mut tx, &incident.to_string()).await?;
        let changed = sqlx::query(
            "UPDATE incident SET stale_since = NULL, version = version + 1 WHERE id = $1 AND stale_since IS NOT NULL",
        )
        .bind(incident)
        .execute(&mut *tx)
        .await?;
        if changed.rows_affected() == 1 {
            incidents::note(&mut tx, incident, now, "heard", "firstlook", reason).await?;
            told::refresh(&mut tx, incident).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records what a second look at an alert of a delivery came to, where that changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn record_decision(
        &self,
        delivery: Uuid,
        decision: &Decision,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO decision (at, delivery, source, fingerprint, kind, actor, reason)
             VALUES ($1, $2, $3, $4, $5, 'firstlook', $6)",
        )
        .bind(now)
        .bind(delivery)
        .bind(&decision.alert.source)
        .bind(&decision.alert.fingerprint)
        .bind(decision.action.as_str())
        .bind(&decision.reason)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Has these sources asked at once, where they can be asked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ask_now(&self, sources: &[&str]) -> Result<(), StoreError> {
        let keys: Vec<String> = sources.iter().map(|source| format!("{RESYNC}{source}")).collect();
        self.hurry(&keys).await
    }

    /// Has jobs that wait for their time done at once.
    pub(super) async fn hurry(&self, keys: &[String]) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE job SET run_at = now() WHERE kind = 'upkeep' AND key = ANY ($1) AND state = 'ready' AND run_at > now()",
        )
        .bind(keys)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
