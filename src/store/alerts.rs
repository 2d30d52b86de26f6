//! Alerts: what is known of them, their episodes, and their part in incidents.
//!
//! Every statement writes all rows of its table at once, as one JSON parameter.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertId;
use firstlook_core::evidence::Onset;
use firstlook_core::incident::{Episode, Episodes, Known};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ingest::Placed;
use super::{Store, StoreError};

impl Store {
    /// When the trouble of an incident began and when it fired: by those of its alerts that fire; where none does any more,
    /// by those that have fired since it last began.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn onset(&self, incident: Uuid) -> Result<Option<Onset>, StoreError> {
        let found: Option<(DateTime<Utc>, DateTime<Utc>)> = sqlx::query_as(
            "SELECT min(a.starts_at - a.lead), min(a.starts_at)
             FROM incident_alert a JOIN incident i ON i.id = a.incident
             WHERE a.incident = $1 AND (a.status = 'firing' OR a.starts_at >= i.started_at)
             GROUP BY a.status ORDER BY a.status = 'firing' DESC LIMIT 1",
        )
        .bind(incident)
        .fetch_optional(&self.pool)
        .await?;
        Ok(found.map(|(began_at, fired_at)| Onset { began_at, fired_at }))
    }
}

/// Writes the alerts' part in the incidents.
pub(super) async fn write_members(tx: &mut PgConnection, placed: &[Placed]) -> Result<(), StoreError> {
    let rows: Vec<Value> = placed.iter().flat_map(member_rows).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO incident_alert (incident, source, fingerprint, status, severity, labels, annotations, starts_at,
             lead, ends_at, generator_url, received, reason)
         SELECT incident, source, fingerprint, status, severity, labels, annotations, starts_at,
             lead, ends_at, generator_url, received, reason
         FROM jsonb_to_recordset($1) AS n (incident uuid, source text, fingerprint text, status text, severity text,
             labels jsonb, annotations jsonb, starts_at timestamptz, lead interval, ends_at timestamptz, generator_url text,
             received bigint, reason text)
         ON CONFLICT (incident, source, fingerprint) DO UPDATE SET status = excluded.status,
             severity = excluded.severity, labels = excluded.labels, annotations = excluded.annotations,
             starts_at = excluded.starts_at, lead = excluded.lead, ends_at = excluded.ends_at,
             generator_url = excluded.generator_url, received = excluded.received, reason = excluded.reason",
    )
    .bind(Value::Array(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// Only the alerts that the messages were about: the others of a large incident have not changed.
fn member_rows(one: &Placed) -> Vec<Value> {
    let named: BTreeSet<&AlertId> = one.named.iter().collect();
    let members = one.touched.incident.members.iter().filter(|(id, _)| named.contains(id));
    members
        .map(|(id, member)| {
            json!({
                "incident": one.id, "source": id.source, "fingerprint": id.fingerprint,
                "status": member.status.as_str(), "severity": member.severity.as_str(),
                "labels": member.labels, "annotations": member.annotations,
                "starts_at": member.starts_at, "lead": member.lead.to_string(), "ends_at": member.ends_at,
                "generator_url": member.generator_url, "received": member.received,
                "reason": member.reason,
            })
        })
        .collect()
}

/// Writes what is known of the alerts, and their episodes.
pub(super) async fn write_known(
    tx: &mut PgConnection,
    known: &BTreeMap<AlertId, Known>,
    episodes: &BTreeMap<AlertId, Episodes>,
) -> Result<(), StoreError> {
    if known.is_empty() {
        return Ok(());
    }
    let row = |(id, known): (&AlertId, &Known)| {
        json!({
            "source": id.source, "fingerprint": id.fingerprint, "status": known.status.as_str(),
            "starts_at": known.starts_at, "newest_start": known.newest_start, "ends_at": known.ends_at,
            "resolve_received_at": known.resolve_received_at, "seen_at": known.seen_at,
        })
    };
    sqlx::query(
        "INSERT INTO alert (source, fingerprint, status, starts_at, newest_start, ends_at, resolve_received_at,
             seen_at)
         SELECT source, fingerprint, status, starts_at, newest_start, ends_at, resolve_received_at, seen_at
         FROM jsonb_to_recordset($1) AS n (source text, fingerprint text, status text, starts_at timestamptz,
             newest_start timestamptz, ends_at timestamptz, resolve_received_at timestamptz, seen_at timestamptz)
         ON CONFLICT (source, fingerprint) DO UPDATE SET status = excluded.status,
             starts_at = excluded.starts_at, newest_start = excluded.newest_start, ends_at = excluded.ends_at,
             resolve_received_at = excluded.resolve_received_at, seen_at = excluded.seen_at",
    )
    .bind(known.iter().map(row).collect::<Value>())
    .execute(&mut *tx)
    .await?;
    write_episodes(tx, episodes).await
}

async fn write_episodes(
    tx: &mut PgConnection,
    episodes: &BTreeMap<AlertId, Episodes>,
) -> Result<(), StoreError> {
    let (mut moved, mut told) = (Vec::new(), Vec::new());
    for (id, all) in episodes {
        for (start, episode) in all {
            let row = |end: Option<&DateTime<Utc>>| {
                json!({
                    "source": id.source, "fingerprint": id.fingerprint, "started_at": start, "ended_at": end,
                })
            };
            match episode {
                Episode::Moved => moved.push(row(None)),
                Episode::Runs => told.push(row(None)),
                Episode::Ended(end) => told.push(row(Some(end))),
            }
        }
    }
    if !moved.is_empty() {
        sqlx::query(
            "DELETE FROM episode e
             USING jsonb_to_recordset($1) AS n (source text, fingerprint text, started_at timestamptz)
             WHERE e.source = n.source AND e.fingerprint = n.fingerprint AND e.started_at = n.started_at",
        )
        .bind(Value::Array(moved))
        .execute(&mut *tx)
        .await?;
    }
    if told.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO episode (source, fingerprint, started_at, ended_at)
         SELECT source, fingerprint, started_at, ended_at
         FROM jsonb_to_recordset($1) AS n (source text, fingerprint text, started_at timestamptz,
             ended_at timestamptz)
         ON CONFLICT (source, fingerprint, started_at) DO UPDATE SET ended_at = excluded.ended_at",
    )
    .bind(Value::Array(told))
    .execute(tx)
    .await?;
    Ok(())
}
