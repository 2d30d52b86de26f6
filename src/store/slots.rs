//! Slots: locked in the order of their keys, and loaded with what the decision reads.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::{AlertId, AlertStatus, Severity};
use firstlook_core::incident::{Current, GroupKey, Known, Member, Said, SlotState};
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
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
    labels: serde_json::Value,
    opened_at: DateTime<Utc>,
    started_at: DateTime<Utc>,
    acknowledged_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    transitions: Vec<DateTime<Utc>>,
    flaps_until: Option<DateTime<Utc>>,
    stale: bool,
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
    lead: PgInterval,
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
    newest_start: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    resolve_received_at: Option<DateTime<Utc>>,
    seen_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct HomeRow {
    source: String,
    fingerprint: String,
    key_hash: Vec<u8>,
    key: serde_json::Value,
}

/// What a slot is to be told: each body's messages, with the body's place in the batch.
pub(super) struct Wanted<'a> {
    pub key: GroupKey,
    pub bodies: Vec<(usize, Said<'a>)>,
}

impl Wanted<'_> {
    pub fn ids(&self) -> impl Iterator<Item = &AlertId> {
        self.bodies.iter().flat_map(|(_, said)| said.incoming.iter().map(|one| &one.message.id))
    }
}

/// The slot that each alert fires in.
pub(super) type Homes = BTreeMap<AlertId, ([u8; 32], GroupKey)>;

/// Whether an alert belongs to another slot than the one in which it stands in `wanted`, by its homes `before` the slots
/// were locked and `now`. Who found it at home in its own slot has locked the right one.
pub(super) fn moved(wanted: &BTreeMap<[u8; 32], Wanted<'_>>, before: &Homes, now: &Homes) -> bool {
    let elsewhere = |hash: &[u8; 32], id: &AlertId| match now.get(id) {
        Some((home, _)) => home != hash,
        None => before.contains_key(id),
    };
    wanted.iter().any(|(hash, slot)| slot.ids().any(|id| elsewhere(hash, id)))
}

/// Where alerts fire now: the slot of the unresolved incident that each is part of.
pub(super) async fn homes<'a>(
    tx: &mut PgConnection,
    alerts: impl Iterator<Item = &'a AlertId>,
) -> Result<Homes, StoreError> {
    let (sources, fingerprints) = columns(alerts);
    let rows: Vec<HomeRow> = sqlx::query_as(
        "SELECT a.source, a.fingerprint, s.key_hash, s.key
         FROM unnest($1::text[], $2::text[]) AS n (source, fingerprint)
             JOIN incident_alert a USING (source, fingerprint) JOIN incident i ON i.id = a.incident
             JOIN slot s ON s.key_hash = i.slot
         WHERE a.status = 'firing' AND i.status <> 'resolved'",
    )
    .bind(&sources)
    .bind(&fingerprints)
    .fetch_all(tx)
    .await?;
    let home = |row: HomeRow| {
        let key = At { table: "slot", row: &row.fingerprint }.json("key", row.key)?;
        Ok((AlertId { source: row.source, fingerprint: row.fingerprint }, (hash(&row.key_hash)?, key)))
    };
    rows.into_iter().map(home).collect()
}

/// Makes the slots that are missing, locks them all, and loads their state. Every transaction locks in the order of
/// the hashes, so that two of them can wait for each other but never both ways.
pub(super) async fn lock(
    tx: &mut PgConnection,
    wanted: &BTreeMap<[u8; 32], Wanted<'_>>,
) -> Result<BTreeMap<[u8; 32], Locked>, StoreError> {
    let hashes: Vec<Vec<u8>> = wanted.keys().map(|hash| hash.to_vec()).collect();
    let keys: Vec<serde_json::Value> = wanted.values().map(|slot| serde_json::json!(slot.key)).collect();
    sqlx::query(
        "INSERT INTO slot (key_hash, key) SELECT h, k FROM unnest($1::bytea[], $2::jsonb[]) AS n (h, k)
         ORDER BY h ON CONFLICT DO NOTHING",
    )
    .bind(&hashes)
    .bind(&keys)
    .execute(&mut *tx)
    .await?;
    sqlx::query("SELECT 1 FROM slot WHERE key_hash = ANY ($1) ORDER BY key_hash FOR UPDATE")
        .bind(&hashes)
        .execute(&mut *tx)
        .await?;
    let known = known(tx, wanted.values().flat_map(Wanted::ids)).await?;
    let mut locked = BTreeMap::new();
    for (at, slot) in wanted {
        // Each slot gets its own alerts alone: with thousands of slots in a body, all for each would fill the memory.
        let ids = slot.ids().filter_map(|id| known.get_key_value(id));
        let known = ids.map(|(id, one)| (id.clone(), one.clone())).collect();
        locked.insert(*at, Locked { incident: None, state: SlotState { current: None, known } });
    }
    for (row, members, others) in incidents(tx, &hashes, wanted).await? {
        if let Some(slot) = locked.get_mut(&hash(&row.slot)?) {
            slot.incident = Some(Newest { id: row.id, number: row.number });
            slot.state.current = Some(current(row, members, others)?);
        }
    }
    Ok(locked)
}

fn hash(bytes: &[u8]) -> Result<[u8; 32], StoreError> {
    let at = At { table: "slot", row: &"?" };
    bytes.try_into().map_err(|_| at.corrupt("key_hash", "is not 32 bytes long"))
}

/// Two arrays for `unnest`.
fn columns<'a>(alerts: impl Iterator<Item = &'a AlertId>) -> (Vec<&'a str>, Vec<&'a str>) {
    alerts.map(|id| (id.source.as_str(), id.fingerprint.as_str())).unzip()
}

async fn known(
    tx: &mut PgConnection,
    alerts: impl Iterator<Item = &AlertId>,
) -> Result<BTreeMap<AlertId, Known>, StoreError> {
    let (sources, fingerprints) = columns(alerts);
    let rows: Vec<KnownRow> = sqlx::query_as(
        "SELECT source, fingerprint, status, starts_at, newest_start, ends_at, resolve_received_at, seen_at
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
                newest_start: row.newest_start,
                ends_at: row.ends_at,
                resolve_received_at: row.resolve_received_at,
                seen_at: row.seen_at,
            };
            Ok((AlertId { source: row.source, fingerprint: row.fingerprint }, known))
        })
        .collect()
}

type Others = BTreeMap<Severity, usize>;

/// The slots' newest incidents, each with the alerts that are named and how many of the others fire.
async fn incidents(
    tx: &mut PgConnection,
    hashes: &[Vec<u8>],
    wanted: &BTreeMap<[u8; 32], Wanted<'_>>,
) -> Result<Vec<(IncidentRow, Members, Others)>, StoreError> {
    let rows: Vec<IncidentRow> = sqlx::query_as(
        "SELECT i.id, i.number, i.slot, i.status, i.severity, i.told_severity, i.title, i.labels, i.opened_at,
                i.started_at, i.acknowledged_at, i.resolved_at, i.transitions, i.flaps_until,
                i.stale_since IS NOT NULL AS stale
         FROM slot s JOIN incident i ON i.id = s.incident WHERE s.key_hash = ANY ($1)",
    )
    .bind(hashes)
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut of = named(tx, &ids, wanted.values().flat_map(Wanted::ids)).await?;
    let mut firing = firing(tx, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let members = of.remove(&row.id).unwrap_or_default();
            let mut others = firing.remove(&row.id).unwrap_or_default();
            for (_, member) in members.iter().filter(|(_, member)| member.status == AlertStatus::Firing) {
                if let Some(count) = others.get_mut(&member.severity) {
                    *count = count.saturating_sub(1);
                }
            }
            (row, members, others)
        })
        .collect())
}

/// Of these incidents the alerts that messages name.
async fn named<'a>(
    tx: &mut PgConnection,
    ids: &[Uuid],
    alerts: impl Iterator<Item = &'a AlertId>,
) -> Result<BTreeMap<Uuid, Members>, StoreError> {
    let (sources, fingerprints) = columns(alerts);
    let query = sqlx::AssertSqlSafe(format!(
        "{MEMBER} JOIN (SELECT DISTINCT source, fingerprint FROM unnest($2::text[], $3::text[]) AS u (source, fingerprint)) n
             USING (source, fingerprint)
         WHERE incident = ANY ($1)"
    ));
    grouped(sqlx::query_as(query).bind(ids).bind(&sources).bind(&fingerprints).fetch_all(tx).await?)
}

/// How many alerts of these incidents fire, by severity.
async fn firing(tx: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Others>, StoreError> {
    let rows: Vec<(Uuid, String, i64)> = sqlx::query_as(
        "SELECT incident, severity, count(*) FROM incident_alert
         WHERE incident = ANY ($1) AND status = 'firing' GROUP BY incident, severity",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let mut of: BTreeMap<Uuid, Others> = BTreeMap::new();
    for (incident, severity, count) in rows {
        let severity = At { table: "incident_alert", row: &incident }.severity("severity", &severity)?;
        of.entry(incident).or_default().insert(severity, usize::try_from(count).unwrap_or_default());
    }
    Ok(of)
}

const MEMBER: &str =
    "SELECT incident, source, fingerprint, status, severity, labels, annotations, starts_at, lead, ends_at,
        generator_url, received, reason
    FROM incident_alert";

/// The alerts of an incident.
pub(super) type Members = Vec<(AlertId, Member)>;

/// Of each of these incidents at most so many alerts: those that fire first, the most severe and newest of them first.
pub(super) async fn members(
    tx: &mut PgConnection,
    ids: &[Uuid],
    most: i64,
) -> Result<BTreeMap<Uuid, Members>, StoreError> {
    let query = sqlx::AssertSqlSafe(format!(
        "SELECT m.* FROM unnest($1::uuid[]) AS i (id) CROSS JOIN LATERAL (
             {MEMBER} WHERE incident = i.id
             ORDER BY status = 'firing' DESC, array_position(ARRAY['critical', 'warning', 'info'], severity),
                 starts_at DESC, source, fingerprint LIMIT $2) m"
    ));
    grouped(sqlx::query_as(query).bind(ids).bind(most).fetch_all(tx).await?)
}

fn grouped(rows: Vec<MemberRow>) -> Result<BTreeMap<Uuid, Members>, StoreError> {
    let mut of: BTreeMap<Uuid, Members> = BTreeMap::new();
    for row in rows {
        of.entry(row.incident).or_default().push(member(row)?);
    }
    Ok(of)
}

fn current(row: IncidentRow, members: Members, others: Others) -> Result<Current, StoreError> {
    let at = At { table: "incident", row: &row.id };
    Ok(Current {
        status: at.status(&row.status)?,
        severity: at.severity("severity", &row.severity)?,
        told_severity: at.severity("told_severity", &row.told_severity)?,
        title: row.title,
        labels: at.labels("labels", row.labels)?,
        opened_at: row.opened_at,
        started_at: row.started_at,
        acknowledged_at: row.acknowledged_at,
        resolved_at: row.resolved_at,
        transitions: row.transitions,
        flaps_until: row.flaps_until,
        stale: row.stale,
        members: members.into_iter().collect(),
        others,
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
        lead: TimeDelta::days(row.lead.days.into()) + TimeDelta::microseconds(row.lead.microseconds),
        ends_at: row.ends_at,
        generator_url: row.generator_url,
        received: row.received,
        reason: row.reason,
    };
    Ok((AlertId { source: row.source, fingerprint: row.fingerprint }, member))
}
