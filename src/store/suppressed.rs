//! Whether nobody is to be told of incidents, whoever it is: silenced by people, or inhibited by others that fire.
//!
//! Read in the transaction that asks, whose slots are locked: what fires in these incidents stays so meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::{Labels, Severity};
use firstlook_core::route::inhibit::{Inhibited, Rule, Source, Suppressed};
use firstlook_core::route::silence::Quiet;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::At;
use super::{StoreError, silences};

/// Firing alerts that are looked at as the cause of others; the oldest incidents' first.
const MOST_SOURCES: i64 = 2_000;

#[derive(sqlx::FromRow)]
struct Row {
    incident: Uuid,
    number: i64,
    labels: Value,
    severity: String,
}

impl Row {
    fn source(self) -> Result<(Uuid, Source), StoreError> {
        let at = At { table: "incident_alert", row: &self.incident };
        let severity: Severity = at.severity("severity", &self.severity)?;
        let mut labels = at.labels("labels", self.labels)?;
        labels.set("severity", severity.as_str());
        Ok((self.incident, Source { incident: self.number, labels }))
    }
}

/// Why nobody is to be told of these incidents now; `quiets` are those that are silent.
pub(super) async fn suppressed(
    tx: &mut PgConnection,
    ids: &[Uuid],
    quiets: Option<&BTreeMap<Uuid, Quiet>>,
    rules: &[Rule],
) -> Result<BTreeMap<Uuid, Suppressed>, StoreError> {
    let silenced = quiets.into_iter().flatten().map(|(id, quiet)| (*id, Suppressed::Silenced(*quiet)));
    let mut all: BTreeMap<Uuid, Suppressed> = silenced.collect();
    let loud: Vec<Uuid> = ids.iter().filter(|id| !all.contains_key(id)).copied().collect();
    if rules.is_empty() || loud.is_empty() {
        return Ok(all);
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT a.incident, i.number, a.labels, a.severity FROM incident_alert a JOIN incident i ON i.id = a.incident
         WHERE a.incident = ANY ($1) AND a.status = 'firing'",
    )
    .bind(&loud)
    .fetch_all(&mut *tx)
    .await?;
    let mut firing: BTreeMap<Uuid, (i64, Vec<Labels>)> = BTreeMap::new();
    for row in rows {
        let (id, Source { incident, labels }) = row.source()?;
        firing.entry(id).or_insert_with(|| (incident, Vec::new())).1.push(labels);
    }
    let sources = sources(tx, rules, firing.values().flat_map(|(_, alerts)| alerts)).await?;
    for (id, (number, alerts)) in firing {
        all.extend(
            Inhibited::of(rules, number, &alerts, &sources).map(|one| (id, Suppressed::Inhibited(one))),
        );
    }
    Ok(all)
}

/// Why nobody is to be told of one incident now.
pub(super) async fn suppressed_one(
    tx: &mut PgConnection,
    id: Uuid,
    rules: &[Rule],
    now: DateTime<Utc>,
) -> Result<Option<Suppressed>, StoreError> {
    let quiets = silences::quiets(tx, &[id], now).await?;
    Ok(suppressed(tx, &[id], quiets.as_ref(), rules).await?.remove(&id))
}

/// What fires and could inhibit these.
async fn sources(
    tx: &mut PgConnection,
    rules: &[Rule],
    targets: impl Iterator<Item = &Labels>,
) -> Result<Vec<Source>, StoreError> {
    let mut wanted: Vec<Value> = Vec::new();
    for target in targets {
        for labels in rules.iter().filter_map(|rule| rule.wanted(target)) {
            let labels = json!(labels);
            if !wanted.contains(&labels) {
                wanted.push(labels);
            }
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT a.incident, i.number, a.labels, a.severity FROM incident_alert a JOIN incident i ON i.id = a.incident
         WHERE a.status = 'firing' AND i.status <> 'resolved' AND a.labels @> ANY ($1::jsonb[])
         ORDER BY i.number LIMIT $2",
    )
    .bind(wanted)
    .bind(MOST_SOURCES)
    .fetch_all(tx)
    .await?;
    rows.into_iter().map(|row| row.source().map(|(_, source)| source)).collect()
}
