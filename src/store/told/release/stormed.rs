//! What only a storm has told, when the storm ends: where it may not be told singly, it waits for what everything waits for.

use chrono::{DateTime, Utc};
use firstlook_core::route::Hold;
use firstlook_core::route::inhibit::Rule;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::super::silences;
use super::super::super::suppressed::suppressed;
use super::super::writing::{Stand, Writing};
use super::{Row, StoreError, Waiting};

/// Why somebody has to wait: what fires and explains it, then what the tree says.
#[derive(Clone, Copy)]
pub struct Keeps<'a> {
    /// `inhibit_rules:`.
    pub rules: &'a [Rule],
    /// The hours and delays of the route, and silences.
    pub hold: &'a (dyn Fn(&Waiting) -> Option<Hold> + Sync),
}

/// Has those wait on who may not be told now of what a storm told; its slots are locked.
pub(in crate::store) async fn wait_on(
    tx: &mut PgConnection,
    storm: Uuid,
    keeps: Keeps<'_>,
) -> Result<(), StoreError> {
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT t.id, t.incident, t.receiver, t.integration, t.held_by, t.held_reason, i.number, i.status, i.labels,
                i.told_severity, i.opened_at, i.started_at
         FROM target t JOIN incident i ON i.id = t.incident
         WHERE t.storm = $1 AND t.held_by = 'storm' AND i.status <> 'resolved' ORDER BY i.number",
    )
    .bind(storm)
    .fetch_all(&mut *tx)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.incident).collect();
    let quiets = silences::quiets(tx, &ids, now).await?;
    let suppressed = suppressed(tx, &ids, quiets.as_ref(), keeps.rules).await?;
    let mut writing = Writing::default();
    for row in rows {
        let waiting = row.waiting(suppressed.get(&row.incident).copied(), now)?;
        if let Some(hold) = (keeps.hold)(&waiting) {
            writing.hold(&Stand::of(row.id, row.incident, &row.receiver, &row.integration), &hold, now, true);
        }
    }
    writing.write(tx, now).await
}
