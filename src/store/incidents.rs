//! Incidents, their alerts and episodes, and the append-only decisions.
//!
//! Every statement writes all rows of its table at once, as one JSON parameter.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use firstlook_core::alert::{AlertId, Severity};
use firstlook_core::incident::{Episodes, Known, Status};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ingest::{Judge, Placed};
use super::{NewDelivery, StoreError};

/// Which incidents a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Empty means all.
    pub status: Vec<Status>,
    /// Empty means all.
    pub severity: Vec<Severity>,
    /// Words that title, service or a label value contains, whatever their case.
    pub q: Option<String>,
    /// Opened at this time or later.
    pub since: Option<DateTime<Utc>>,
    /// Numbers below this one: where the page before ended.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct PageOf<T> {
    /// What stands on it.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<i64>,
}

/// Writes the touched incidents, and makes each the newest of its slot. New ones get their number here.
pub(super) async fn write(
    tx: &mut PgConnection,
    placed: &mut [Placed],
    judge: &Judge<'_>,
) -> Result<(), StoreError> {
    let (new, stored): (Vec<&Placed>, Vec<&Placed>) = placed.iter().partition(|one| one.touched.new);
    update(tx, &stored).await?;
    let numbers = insert(tx, &new, judge).await?;
    for one in placed.iter_mut() {
        if let Some(number) = numbers.get(&one.id) {
            one.number = *number;
        }
    }
    Ok(())
}

async fn update(tx: &mut PgConnection, stored: &[&Placed]) -> Result<(), StoreError> {
    if stored.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = stored.iter().map(|one| incident_row(one)).collect();
    sqlx::query(
        "UPDATE incident i SET status = n.status, severity = n.severity, told_severity = n.told_severity,
             service = n.service, labels = n.labels, started_at = n.started_at,
             acknowledged_at = n.acknowledged_at, resolved_at = n.resolved_at, version = i.version + n.bump,
             told_at = COALESCE(n.told_at, i.told_at), transitions = n.transitions, flaps_until = n.flaps_until,
             stale_since = CASE WHEN n.stale THEN i.stale_since END,
             owner = CASE WHEN n.acknowledged_at IS NULL AND n.status = 'open' THEN NULL ELSE i.owner END
         FROM jsonb_to_recordset($1) AS n (id uuid, status text, severity text, told_severity text, service text,
             labels jsonb, started_at timestamptz, acknowledged_at timestamptz, resolved_at timestamptz,
             told_at timestamptz, transitions timestamptz[], flaps_until timestamptz, stale boolean, bump bigint)
         WHERE i.id = n.id",
    )
    .bind(Value::Array(rows))
    .execute(tx)
    .await?;
    Ok(())
}

async fn insert(
    tx: &mut PgConnection,
    new: &[&Placed],
    judge: &Judge<'_>,
) -> Result<BTreeMap<Uuid, i64>, StoreError> {
    if new.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = new
        .iter()
        .map(|one| {
            let mut row = incident_row(one);
            row["runbook"] = json!((judge.runbook)(&one.touched, &one.touched.incident.labels));
            row["previous"] = json!(one.previous);
            row
        })
        .collect();
    let numbers: Vec<(Uuid, i64)> = sqlx::query_as(
        "INSERT INTO incident (id, slot, status, severity, told_severity, title, service, labels, opened_at,
             started_at, resolved_at, told_at, transitions, flaps_until, runbook, previous, version)
         SELECT id, decode(slot, 'hex'), status, severity, told_severity, title, service, labels, opened_at,
             started_at, resolved_at, told_at, transitions, flaps_until, NULLIF(runbook, 'null'), previous, 1
         FROM jsonb_to_recordset($1) AS n (id uuid, slot text, status text, severity text, told_severity text,
             title text, service text, labels jsonb, opened_at timestamptz, started_at timestamptz,
             resolved_at timestamptz, told_at timestamptz, transitions timestamptz[], flaps_until timestamptz,
             runbook jsonb, previous uuid)
         RETURNING id, number",
    )
    .bind(Value::Array(rows))
    .fetch_all(&mut *tx)
    .await?;
    let slots: Vec<Vec<u8>> = new.iter().map(|one| one.slot.to_vec()).collect();
    let ids: Vec<Uuid> = new.iter().map(|one| one.id).collect();
    // The last one of a slot wins, since a body can open an incident only after it ended the one before.
    sqlx::query(
        "UPDATE slot s SET incident = n.id
         FROM (SELECT DISTINCT ON (k) k, id FROM unnest($1::bytea[], $2::uuid[]) WITH ORDINALITY AS u (k, id, at)
               ORDER BY k, at DESC) n
         WHERE s.key_hash = n.k",
    )
    .bind(&slots)
    .bind(&ids)
    .execute(tx)
    .await?;
    Ok(numbers.into_iter().collect())
}

fn incident_row(one: &Placed) -> Value {
    let incident = &one.touched.incident;
    let service = incident.labels.get("service");
    let rang = one.touched.edges.iter().any(|edge| edge.rings());
    json!({
        "id": one.id,
        "slot": hex(&one.slot),
        "status": incident.status.as_str(),
        "severity": incident.severity.as_str(),
        "told_severity": incident.told_severity.as_str(),
        "title": incident.title,
        "service": (!service.is_empty()).then_some(service),
        "labels": incident.labels,
        "opened_at": incident.opened_at,
        "started_at": incident.started_at,
        "acknowledged_at": incident.acknowledged_at,
        "resolved_at": incident.resolved_at,
        "told_at": rang.then_some(one.at),
        "transitions": incident.transitions,
        "flaps_until": incident.flaps_until,
        "stale": incident.stale,
        "bump": i64::from(one.touched.shown),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes the alerts' part in the incidents.
pub(super) async fn write_alerts(tx: &mut PgConnection, placed: &[Placed]) -> Result<(), StoreError> {
    let rows: Vec<Value> = placed.iter().flat_map(member_rows).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO incident_alert (incident, source, fingerprint, status, severity, labels, annotations, starts_at,
             ends_at, generator_url, received, reason)
         SELECT incident, source, fingerprint, status, severity, labels, annotations, starts_at,
             ends_at, generator_url, received, reason
         FROM jsonb_to_recordset($1) AS n (incident uuid, source text, fingerprint text, status text, severity text,
             labels jsonb, annotations jsonb, starts_at timestamptz, ends_at timestamptz, generator_url text,
             received bigint, reason text)
         ON CONFLICT (incident, source, fingerprint) DO UPDATE SET status = excluded.status,
             severity = excluded.severity, labels = excluded.labels, annotations = excluded.annotations,
             starts_at = excluded.starts_at, ends_at = excluded.ends_at,
             generator_url = excluded.generator_url, received = excluded.received, reason = excluded.reason",
    )
    .bind(Value::Array(rows))
    .execute(tx)
    .await?;
    Ok(())
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
    let row = |id: &AlertId, (start, end): (&DateTime<Utc>, &Option<DateTime<Utc>>)| json!({"source": id.source, "fingerprint": id.fingerprint, "started_at": start, "ended_at": end});
    let rows: Value = episodes.iter().flat_map(|(id, all)| all.iter().map(move |one| row(id, one))).collect();
    sqlx::query(
        "WITH said AS (SELECT * FROM jsonb_to_recordset($1) AS n (source text, fingerprint text, started_at timestamptz))
         DELETE FROM episode e USING (SELECT DISTINCT source, fingerprint FROM said) n
         WHERE e.source = n.source AND e.fingerprint = n.fingerprint AND e.ended_at IS NULL
             AND NOT EXISTS (SELECT FROM said WHERE said.source = e.source
                 AND said.fingerprint = e.fingerprint AND said.started_at = e.started_at)",
    )
    .bind(&rows)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO episode (source, fingerprint, started_at, ended_at)
         SELECT source, fingerprint, started_at, ended_at
         FROM jsonb_to_recordset($1) AS n (source text, fingerprint text, started_at timestamptz,
             ended_at timestamptz)
         ON CONFLICT (source, fingerprint, started_at) DO UPDATE SET ended_at = excluded.ended_at",
    )
    .bind(&rows)
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
                "starts_at": member.starts_at, "ends_at": member.ends_at,
                "generator_url": member.generator_url, "received": member.received,
                "reason": member.reason,
            })
        })
        .collect()
}

/// A line of the timeline that a delivery brought: a decision about one of its messages, or about all of it.
pub(super) struct Entry<'a> {
    pub delivery: &'a NewDelivery,
    pub incident: Option<Uuid>,
    pub alert: Option<&'a AlertId>,
    pub kind: &'static str,
    pub reason: Cow<'a, str>,
}

/// Appends decisions, all in one statement.
pub(super) async fn record(tx: &mut PgConnection, entries: &[Entry<'_>]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let row = |entry: &Entry<'_>| {
        json!({
            "at": entry.delivery.received_at, "incident": entry.incident, "delivery": entry.delivery.id,
            "source": entry.alert.map(|alert| &alert.source),
            "fingerprint": entry.alert.map(|alert| &alert.fingerprint),
            "kind": entry.kind, "actor": entry.delivery.source, "reason": entry.reason,
        })
    };
    sqlx::query(
        "INSERT INTO decision (at, incident, delivery, source, fingerprint, kind, actor, reason)
         SELECT at, incident, delivery, source, fingerprint, kind, actor, reason
         FROM jsonb_to_recordset($1) AS n (at timestamptz, incident uuid, delivery uuid, source text,
             fingerprint text, kind text, actor text, reason text)",
    )
    .bind(entries.iter().map(row).collect::<Value>())
    .execute(tx)
    .await?;
    Ok(())
}

/// Appends one line to an incident's timeline that no delivery brought.
pub(super) async fn note(
    tx: &mut PgConnection,
    incident: Uuid,
    now: DateTime<Utc>,
    kind: &str,
    actor: &str,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO decision (at, incident, kind, actor, reason) VALUES ($1, $2, $3, $4, $5)")
        .bind(now)
        .bind(incident)
        .bind(kind)
        .bind(actor)
        .bind(reason)
        .execute(tx)
        .await?;
    Ok(())
}

/// Counts that something which people see has changed.
pub(super) async fn advance(tx: &mut PgConnection, incident: Uuid) -> Result<(), StoreError> {
    sqlx::query("UPDATE incident SET version = version + 1 WHERE id = $1").bind(incident).execute(tx).await?;
    Ok(())
}
