//! What time alone brings: incidents that nobody has taken, that nothing is heard of.
//!
//! Each is found by a plain read, then changed under the lock of its slot, where the condition is looked at again: a
//! message or a person may have come in between.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::{Labels, Severity};
use firstlook_core::incident::EdgeKind;
use firstlook_core::route::inhibit::Rule;
use firstlook_core::route::{When, length};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::At;
use super::suppressed::suppressed_one;
use super::{Route, Store, StoreError, actions, incidents, told};

/// Incidents changed by one sweep, of each kind; the next sweep takes the rest.
const MOST: i64 = 200;

/// Due to be told again.
const UNTAKEN: &str = "status = 'open' AND told_at <= $1";
/// Everything that fires in it has been silent since before its source's cutoff; a source without one is never stale, and
/// one may have it only for alerts whose end nobody tells.
const SILENT: &str = "status <> 'resolved' AND stale_since IS NULL
    AND EXISTS (SELECT FROM incident_alert a WHERE a.incident = incident.id AND a.status = 'firing')
    AND NOT EXISTS (SELECT FROM incident_alert a JOIN alert k USING (source, fingerprint)
        LEFT JOIN unnest($1::text[], $2::timestamptz[], $3::bool[]) AS n (source, cutoff, endless)
            ON n.source = a.source AND (NOT n.endless OR a.annotations ? 'no_ok_action')
        WHERE a.incident = incident.id AND a.status = 'firing' AND (n.cutoff IS NULL OR k.seen_at > n.cutoff))";

/// Why an incident is stale.
const UNHEARD: &str = "its sender has said nothing of it for longer than `stale_after`; it stays open";
/// The same, where nothing can be said.
const ENDLESS: &str = "its alarm has no OK action, so CloudWatch does not say when it is over, and nothing has confirmed it for longer than `stale_after`; it stays open: add an OK action, or let firstlook ask (cloudwatch:DescribeAlarms)";

/// Since when what fires must have been silent to be stale.
#[derive(Debug, Clone)]
pub struct Cutoff {
    /// Of which source.
    pub source: String,
    /// The time.
    pub before: DateTime<Utc>,
    /// Only alerts whose end nobody tells, by their annotation.
    pub endless_only: bool,
}

impl Store {
    /// Has each of these upkeep jobs stand in the queue; one that does already stays as it is.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn stand(&self, keys: &[String]) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO job (kind, key, state, run_at) SELECT 'upkeep', k, 'ready', now() FROM unnest($1::text[]) AS k
             ON CONFLICT (kind, key) WHERE state <> 'parked' DO NOTHING",
        )
        .bind(keys)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Tells again what nobody has taken for `interval`, each to those whom `route` names. Returns how many incidents.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn repeat(
        &self,
        interval: TimeDelta,
        now: DateTime<Utc>,
        rules: &[Rule],
        route: &(dyn Fn(&Labels, Severity, When) -> Vec<Route> + Sync),
    ) -> Result<usize, StoreError> {
        let reason = format!("nobody has taken it; told again every {}", length(interval));
        let mut told = 0;
        for id in self.due(UNTAKEN, now - interval).await? {
            let mut tx = self.pool.begin().await?;
            actions::hold(&mut tx, &id.to_string()).await?;
            let query = sqlx::AssertSqlSafe(format!(
                "UPDATE incident SET told_at = $2 WHERE {UNTAKEN} AND id = $3
                     RETURNING labels, told_severity, opened_at, started_at"
            ));
            let due = sqlx::query_as(query).bind(now - interval).bind(now).bind(id);
            let due: Option<(Value, String, DateTime<Utc>, DateTime<Utc>)> =
                due.fetch_optional(&mut *tx).await?;
            let Some((labels, severity, opened_at, started_at)) = due else { continue };
            let at = At { table: "incident", row: &id };
            let severity = at.severity("told_severity", &severity)?;
            let why = suppressed_one(&mut tx, id, rules, now).await?;
            let when = When::of(opened_at, started_at, severity == Severity::Critical, now).suppressed(why);
            let routes = route(&at.labels("labels", labels)?, severity, when);
            if told::append(&mut tx, id, EdgeKind::Repeat, &routes, now).await? {
                incidents::note(&mut tx, id, now, "repeated", "firstlook", &reason).await?;
                told += 1;
            }
            tx.commit().await?;
        }
        Ok(told)
    }

    /// Marks incidents of which nothing has been heard since their source's cutoff. Returns how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mark_stale(&self, cutoffs: &[Cutoff], now: DateTime<Utc>) -> Result<usize, StoreError> {
        let sources: Vec<&str> = cutoffs.iter().map(|one| one.source.as_str()).collect();
        let times: Vec<DateTime<Utc>> = cutoffs.iter().map(|one| one.before).collect();
        let endless: Vec<bool> = cutoffs.iter().map(|one| one.endless_only).collect();
        let query = sqlx::AssertSqlSafe(format!(
            "SELECT id FROM incident WHERE {SILENT} ORDER BY number LIMIT {MOST}"
        ));
        let ids: Vec<Uuid> = sqlx::query_scalar(query)
            .bind(&sources)
            .bind(&times)
            .bind(&endless)
            .fetch_all(&self.pool)
            .await?;
        let mut marked = 0;
        for id in ids {
            let mut tx = self.pool.begin().await?;
            actions::hold(&mut tx, &id.to_string()).await?;
            let query = sqlx::AssertSqlSafe(format!(
                "UPDATE incident SET stale_since = $4, version = version + 1 WHERE {SILENT} AND id = $5
                 RETURNING EXISTS (SELECT FROM incident_alert a WHERE a.incident = incident.id AND a.status = 'firing'
                     AND a.annotations ? 'no_ok_action')"
            ));
            let query =
                sqlx::query_scalar(query).bind(&sources).bind(&times).bind(&endless).bind(now).bind(id);
            let stale: Option<bool> = query.fetch_optional(&mut *tx).await?;
            if let Some(endless) = stale {
                let reason = if endless { ENDLESS } else { UNHEARD };
                show(&mut tx, id, now, "stale", reason).await?;
                tx.commit().await?;
                marked += 1;
            }
        }
        Ok(marked)
    }

    /// What fires by `source` and has not been heard of since `before`: identity, labels, annotations and start.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn quiet(
        &self,
        source: &str,
        before: DateTime<Utc>,
    ) -> Result<Vec<(String, Value, Value, DateTime<Utc>)>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT a.fingerprint, a.labels, a.annotations, a.starts_at
             FROM incident_alert a JOIN alert k USING (source, fingerprint) JOIN incident i ON i.id = a.incident
             WHERE a.source = $1 AND a.status = 'firing' AND i.status <> 'resolved' AND k.seen_at <= $2",
        )
        .bind(source)
        .bind(before)
        .fetch_all(&self.pool)
        .await?)
    }

    async fn due(&self, condition: &'static str, before: DateTime<Utc>) -> Result<Vec<Uuid>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!(
            "SELECT id FROM incident WHERE {condition} ORDER BY number LIMIT {MOST}"
        ));
        Ok(sqlx::query_scalar(query).bind(before).fetch_all(&self.pool).await?)
    }
}

/// Records it and has the messages show it.
async fn show(
    tx: &mut PgConnection,
    incident: Uuid,
    now: DateTime<Utc>,
    kind: &str,
    reason: &str,
) -> Result<(), StoreError> {
    incidents::note(tx, incident, now, kind, "firstlook", reason).await?;
    told::refresh(tx, incident).await
}
