//! The ways of incidents through the tree, as they were when they rang: the answer to "why was this (not) sent".
//!
//! Written in the transaction of ingest, never changed.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::evidence::Redactor;
use firstlook_core::notify::Routing;
use firstlook_core::route::inhibit::Suppressed;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;
use super::ingest::{Judge, Placed};
use super::row::At;

/// Walks of one incident that are shown, the newest.
const MOST: i64 = 10;

/// Keeps the walk of each incident that rings.
pub(super) async fn keep(
    tx: &mut PgConnection,
    placed: &[&Placed],
    suppressed: &BTreeMap<Uuid, Suppressed>,
    judge: &Judge<'_>,
) -> Result<(), StoreError> {
    let rings = |one: &&&Placed| one.touched.edges.iter().any(|edge| edge.rings());
    let row = |one: &&Placed| {
        let why = suppressed.get(&one.id).copied();
        let steps = (judge.walk)(&one.touched, &one.touched.incident.labels, one.at, why);
        (!steps.is_empty()).then(|| json!({ "incident": one.id, "at": one.at, "steps": steps }))
    };
    let rows: Vec<Value> = placed.iter().filter(rings).filter_map(row).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO walk (incident, at, steps)
         SELECT incident, at, steps FROM jsonb_to_recordset($1) AS n (incident uuid, at timestamptz, steps jsonb)
         ON CONFLICT (incident, at) DO UPDATE SET steps = excluded.steps",
    )
    .bind(Value::Array(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// How an incident was routed.
pub(super) async fn shown(
    tx: &mut PgConnection,
    incident: Uuid,
    redactor: &Redactor,
) -> Result<Routing, StoreError> {
    let rows: Vec<(DateTime<Utc>, Value)> = sqlx::query_as(
        "SELECT at, steps FROM (SELECT at, steps FROM walk WHERE incident = $1 ORDER BY at DESC LIMIT $2) n ORDER BY at",
    )
    .bind(incident)
    .bind(MOST)
    .fetch_all(&mut *tx)
    .await?;
    let at = At { table: "walk", row: &incident };
    let walk = |(time, steps)| Ok((time, at.json("steps", steps)?));
    let walks = rows.into_iter().map(walk).collect::<Result<_, StoreError>>()?;
    let escalations = sqlx::query_as(
        "SELECT receiver, reason, due_at, CASE WHEN state <> 'due' THEN state
             WHEN (i.status = 'resolved' AND i.flaps_until IS NULL) OR (i.status <> 'open' AND cause = 'untaken') THEN 'over'
             WHEN waits THEN 'waits' ELSE 'due' END
         FROM escalation e JOIN incident i ON i.id = e.incident WHERE e.incident = $1 ORDER BY due_at, receiver",
    )
    .bind(incident)
    .fetch_all(tx)
    .await?;
    Ok(Routing::of(walks, escalations, redactor))
}
