//! Incidents, and the append-only decisions.
//!
//! Every statement writes all rows of its table at once, as one JSON parameter.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::{AlertId, Severity};
use firstlook_core::incident::Status;
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
    /// Part of the storm of this number.
    pub storm: Option<i64>,
    /// Without those that a storm's banner stands for.
    pub fold_storms: bool,
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
    // What only said the same again leaves its incident as it is.
    let stored: Vec<&Placed> = stored.into_iter().filter(|one| one.touched.has_changed()).collect();
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

/// A line of the timeline that a delivery brought: a decision about one of its messages, or about all of it.
pub(super) struct Entry<'a> {
    pub delivery: &'a NewDelivery,
    pub at: DateTime<Utc>,
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
            "at": entry.at, "incident": entry.incident, "delivery": entry.delivery.id,
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
