//! What is not told any more: parked with its reason, and the incident says so to everybody else who is told of it.

use chrono::{DateTime, Utc};
use firstlook_core::incident::EdgeKind;
use firstlook_core::route::telling::WITH_LATER;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, Claim, JobKind, NewJob};
use super::super::{Store, StoreError, incidents, storms};
use super::{Edge, Target, not_sent};

impl Store {
    /// Notes that an edge did not arrive and is not tried again.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn park(
        &self,
        claim: &Claim,
        target: &Target,
        edge: &Edge,
        doubt: bool,
        error: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        // In the order of ingest, which writes the incident before its jobs.
        incidents::advance(&mut tx, target.incident).await?;
        jobs::hold(&mut tx, claim).await?;
        not_sent(&mut tx, target, edge, "parked", doubt, error).await?;
        let unpaged = claim.kind == JobKind::Page && edge.kind.rings();
        say(&mut tx, target.incident, target.id, error, unpaged).await?;
        Ok(tx.commit().await?)
    }
}

/// Parks whatever a job that is poison was to tell.
pub(in crate::store) async fn give_up(
    tx: &mut PgConnection,
    claim: &Claim,
    error: &str,
) -> Result<(), StoreError> {
    if storms::give_up_storm(tx, claim, error).await? {
        return Ok(());
    }
    // A key that names no target is what such a job may have broken on.
    let Ok(target) = claim.key.parse::<Uuid>() else { return Ok(()) };
    let parked: Vec<String> = sqlx::query_scalar(
        "WITH said AS (
             UPDATE target SET edit_error = $2, edit_fails_since = NULL WHERE id = $1 AND integration LIKE 'slack/%')
         UPDATE edge SET state = 'parked', doubt = doubt OR state = 'sending', error = $2
         WHERE (target = $1 AND state IN ('pending', 'sending')) OR (state = 'folded' AND digest IN (
             SELECT digest FROM edge WHERE target = $1 AND state IN ('pending', 'sending')))
         RETURNING kind",
    )
    .bind(target)
    .bind(error)
    .fetch_all(&mut *tx)
    .await?;
    let rings = |kind: &String| EdgeKind::parse(kind).is_none_or(EdgeKind::rings);
    let unpaged = claim.kind == JobKind::Page && parked.iter().any(rings);
    say(tx, claim.incident, target, error, unpaged).await
}

/// A line of the timeline: what stands beside a message and does not. `what` ends in its verb.
pub(super) async fn not_in_thread(
    tx: &mut PgConnection,
    (incident, target): (Uuid, Uuid),
    (kind, what): (&'static str, &str),
    error: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let name: Option<String> =
        sqlx::query_scalar("SELECT receiver || ' (' || integration || ')' FROM target WHERE id = $1")
            .bind(target)
            .fetch_optional(&mut *tx)
            .await?;
    let text = format!("{what} not in the thread of {}: {error}", name.unwrap_or_default());
    incidents::note(tx, incident, now, kind, "firstlook", &text).await
}

/// A line of the timeline, and the incident's other messages show it; where a page did not get through, they ring.
async fn say(
    tx: &mut PgConnection,
    incident: Uuid,
    target: Uuid,
    error: &str,
    unpaged: bool,
) -> Result<(), StoreError> {
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut *tx).await?;
    let targets: Vec<(Uuid, String, String)> =
        sqlx::query_as("SELECT id, receiver, integration FROM target WHERE incident = $1")
            .bind(incident)
            .fetch_all(&mut *tx)
            .await?;
    let name = targets.iter().find(|(id, ..)| *id == target);
    let name = name.map_or_else(String::new, |(_, receiver, way)| format!("{receiver} ({way})"));
    let text = format!("{name} could not be told: {error}");
    incidents::note(tx, incident, now, "not_told", "firstlook", &text).await?;
    let is_message = |way: &str| JobKind::of_integration(way) == JobKind::Message;
    let others: Vec<Uuid> =
        targets.iter().filter(|(id, _, way)| *id != target && is_message(way)).map(|(id, ..)| *id).collect();
    let jobs: Vec<NewJob> =
        others.iter().map(|id| NewJob::now(JobKind::Message, id.to_string(), incident)).collect();
    // The jobs before their targets, as those take them who tell.
    jobs::enqueue(tx, &jobs).await?;
    if unpaged {
        // Whoever waits for his hours waits no more: somebody has to know.
        sqlx::query(
            "WITH open AS (SELECT FROM incident WHERE id = $2 AND status <> 'resolved'),
             over AS (UPDATE edge SET state = 'untold', error = $3
                      WHERE target = ANY ($1) AND state = 'held' AND EXISTS (SELECT FROM open))
             UPDATE target SET held_until = NULL, held_by = NULL, held_reason = NULL
             WHERE id = ANY ($1) AND held_until IS NOT NULL AND EXISTS (SELECT FROM open)",
        )
        .bind(&others)
        .bind(incident)
        .bind(WITH_LATER)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO edge (target, seq, kind, state, created_at)
             SELECT t, COALESCE((SELECT max(seq) FROM edge WHERE target = t), 0) + 1, $3, 'pending', $4
             FROM unnest($1::uuid[]) AS t
             WHERE EXISTS (SELECT 1 FROM incident WHERE id = $2 AND status <> 'resolved')",
        )
        .bind(&others)
        .bind(incident)
        .bind(EdgeKind::Unpaged.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
    }
    let news: Vec<String> = jobs.into_iter().map(|job| job.key).filter(|_| unpaged).collect();
    jobs::hurry(tx, &news).await
}
