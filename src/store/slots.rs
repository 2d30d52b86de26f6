//! Slots: locked in the order of their keys, and loaded with what the decision reads.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::AlertId;
use firstlook_core::incident::{Current, GroupKey, Known, Member, SlotState};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::row::At;

/// A slot with the id of its newest incident.
pub(super) struct Locked {
    pub incident: Option<Newest>,
    pub state: SlotState,
}

/// Which incident a slot holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Newest {
    pub id: Uuid,
    pub number: i64,
}

#[derive(sqlx::FromRow)]
struct IncidentRow {
    id: Uuid,
    number: i64,
    slot: Vec<u8>,
    status: String,
    severity: String,
    told_severity: String,
    title: String,
    opened_at: DateTime<Utc>,
    acknowledged_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    incident: Uuid,
    source: String,
    fingerprint: String,
    status: String,
    severity: String,
    labels: serde_json::Value,
    annotations: serde_json::Value,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    generator_url: Option<String>,
    received: i64,
    reason: String,
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    source: String,
    fingerprint: String,
    status: String,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    resolve_received_at: Option<DateTime<Utc>>,
}

/// Makes the slots of `keys` where they are missing, locks them all, and loads their state. Every transaction locks
/// in the order of the hashes, so that two of them can wait for each other but never both ways.
pub(super) async fn lock(
    tx: &mut PgConnection,
    keys: &BTreeMap<[u8; 32], GroupKey>,
    alerts: &BTreeMap<[u8; 32], Vec<AlertId>>,
) -> Result<BTreeMap<[u8; 32], Locked>, StoreError> {
    let hashes: Vec<Vec<u8>> = keys.keys().map(|hash| hash.to_vec()).collect();
    let bodies: Vec<serde_json::Value> = keys.values().map(|key| serde_json::json!(key)).collect();
    sqlx::query(
        "INSERT INTO slot (key_hash, key) SELECT h, k FROM unnest($1::bytea[], $2::jsonb[]) AS n (h, k)
         ORDER BY h ON CONFLICT DO NOTHING",
    )
    .bind(&hashes)
    .bind(&bodies)
    .execute(&mut *tx)
    .await?;
    sqlx::query("SELECT 1 FROM slot WHERE key_hash = ANY ($1) ORDER BY key_hash FOR UPDATE")
        .bind(&hashes)
        .execute(&mut *tx)
        .await?;
    let known = known(tx, alerts.values().flatten()).await?;
    // Each slot gets its own alerts alone: with thousands of slots in a body, all for each would fill the memory.
    let of = |hash: &[u8; 32]| {
        let ids = alerts.get(hash).into_iter().flatten();
        ids.filter_map(|id| known.get_key_value(id)).map(|(id, one)| (id.clone(), one.clone())).collect()
    };
    let mut locked: BTreeMap<[u8; 32], Locked> = keys
        .keys()
        .map(|hash| (*hash, Locked { incident: None, state: SlotState { current: None, known: of(hash) } }))
        .collect();
    for (row, members) in incidents(tx, &hashes).await? {
        let hash: [u8; 32] =
            row.slot.as_slice().try_into().map_err(|_| {
                At { table: "incident", row: &row.id }.corrupt("slot", "is not 32 bytes long")
            })?;
        if let Some(slot) = locked.get_mut(&hash) {
            slot.incident = Some(Newest { id: row.id, number: row.number });
            slot.state.current = Some(current(row, members)?);
        }
    }
    Ok(locked)
}

async fn known(
    tx: &mut PgConnection,
    alerts: impl Iterator<Item = &AlertId>,
) -> Result<BTreeMap<AlertId, Known>, StoreError> {
    let (sources, fingerprints): (Vec<&str>, Vec<&str>) =
        alerts.map(|id| (id.source.as_str(), id.fingerprint.as_str())).unzip();
    let rows: Vec<KnownRow> = sqlx::query_as(
        "SELECT source, fingerprint, status, starts_at, ends_at, resolve_received_at
         FROM alert JOIN unnest($1::text[], $2::text[]) AS n (source, fingerprint) USING (source, fingerprint)",
    )
    .bind(&sources)
    .bind(&fingerprints)
    .fetch_all(tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let status = At { table: "alert", row: &row.fingerprint }.alert_status(&row.status)?;
            let known = Known {
                status,
                starts_at: row.starts_at,
                ends_at: row.ends_at,
                resolve_received_at: row.resolve_received_at,
            };
            Ok((AlertId { source: row.source, fingerprint: row.fingerprint }, known))
        })
        .collect()
}

async fn incidents(
    tx: &mut PgConnection,
    hashes: &[Vec<u8>],
) -> Result<Vec<(IncidentRow, Members)>, StoreError> {
    let rows: Vec<IncidentRow> = sqlx::query_as(
        "SELECT i.id, i.number, i.slot, i.status, i.severity, i.told_severity, i.title, i.opened_at,
                i.acknowledged_at, i.resolved_at
         FROM slot s JOIN incident i ON i.id = s.incident WHERE s.key_hash = ANY ($1)",
    )
    .bind(hashes)
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut of = members(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| (of.remove(&row.id).unwrap_or_default(), row))
        .map(|(m, r)| (r, m))
        .collect())
}

/// The alerts of an incident.
pub(super) type Members = Vec<(AlertId, Member)>;

/// The alerts of each of these incidents.
pub(super) async fn members(
    tx: &mut PgConnection,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Members>, StoreError> {
    let rows: Vec<MemberRow> = sqlx::query_as(
        "SELECT incident, source, fingerprint, status, severity, labels, annotations, starts_at, ends_at,
                generator_url, received, reason
         FROM incident_alert WHERE incident = ANY ($1) ORDER BY source, fingerprint",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let mut of: BTreeMap<Uuid, Members> = BTreeMap::new();
    for row in rows {
        of.entry(row.incident).or_default().push(member(row)?);
    }
    Ok(of)
}

fn current(row: IncidentRow, members: Members) -> Result<Current, StoreError> {
    let at = At { table: "incident", row: &row.id };
    Ok(Current {
        status: at.status(&row.status)?,
        severity: at.severity("severity", &row.severity)?,
        told_severity: at.severity("told_severity", &row.told_severity)?,
        title: row.title,
        opened_at: row.opened_at,
        acknowledged_at: row.acknowledged_at,
        resolved_at: row.resolved_at,
        members: members.into_iter().collect(),
    })
}

fn member(row: MemberRow) -> Result<(AlertId, Member), StoreError> {
    let at = At { table: "incident_alert", row: &row.fingerprint };
    let member = Member {
        status: at.alert_status(&row.status)?,
        severity: at.severity("severity", &row.severity)?,
        labels: at.labels("labels", row.labels)?,
        annotations: at.labels("annotations", row.annotations)?,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        generator_url: row.generator_url,
        received: row.received,
        reason: row.reason,
    };
    Ok((AlertId { source: row.source, fingerprint: row.fingerprint }, member))
}
