//! Targets as the third hop reads them: what is left to tell, and what stands before it.

use chrono::{DateTime, Utc};
use firstlook_core::incident::EdgeKind;
use serde_json::Value;
use uuid::Uuid;

use super::super::jobs::Claim;
use super::super::row::At;
use super::{Edge, Store, StoreError, Target};

#[derive(sqlx::FromRow)]
struct TargetRow {
    id: Uuid,
    incident: Uuid,
    receiver: String,
    integration: String,
    address: Option<Value>,
    sent_version: i64,
    slot: String,
    acknowledged: bool,
}

#[derive(sqlx::FromRow)]
struct EdgeRow {
    seq: i32,
    kind: String,
    was: Option<String>,
    state: String,
    attempts: i32,
    doubt: bool,
    created_at: DateTime<Utc>,
}

impl Store {
    /// The target that a claim is about, with what is left to tell.
    ///
    /// # Errors
    /// When the database does not answer, or the target is not there.
    pub async fn target(&self, claim: &Claim) -> Result<Target, StoreError> {
        let at = At { table: "job", row: &claim.id };
        let id: Uuid = claim.key.parse().map_err(|error| at.corrupt("key", error))?;
        let row: TargetRow = sqlx::query_as(
            "SELECT t.id, t.incident, t.receiver, t.integration, t.address, t.sent_version,
                    encode(i.slot, 'hex') AS slot,
                    COALESCE((SELECT kind = 'acknowledge' FROM edge
                              WHERE target = t.id AND state = 'sent' ORDER BY seq DESC LIMIT 1), false) AS acknowledged
             FROM target t JOIN incident i ON i.id = t.incident WHERE t.id = $1",
        )
        .bind(id)
        .fetch_one(&self.pool)
        .await?;
        let edges: Vec<EdgeRow> = sqlx::query_as(
            "SELECT seq, kind, was, state, attempts, doubt, created_at FROM edge
             WHERE target = $1 AND state IN ('pending', 'sending') ORDER BY seq",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let at = At { table: "edge", row: &row.id };
        let edges = edges
            .into_iter()
            .map(|edge| {
                let kind = EdgeKind::parse(&edge.kind)
                    .ok_or_else(|| at.corrupt("kind", format!("{:?} is no kind of edge", edge.kind)))?;
                // Still `sending`: whoever tried it died before the answer, so it may have arrived.
                let doubt = edge.doubt || edge.state == "sending";
                let was = edge.was.map(|word| at.severity("was", &word)).transpose()?;
                Ok(Edge {
                    seq: edge.seq,
                    kind,
                    was,
                    attempts: edge.attempts,
                    doubt,
                    created_at: edge.created_at,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        let address = row.address.map(|value| At { table: "target", row: &row.id }.json("address", value));
        Ok(Target {
            id: row.id,
            incident: row.incident,
            receiver: row.receiver,
            integration: row.integration,
            address: address.transpose()?,
            sent_version: row.sent_version,
            slot: row.slot,
            acknowledged: row.acknowledged,
            edges,
        })
    }

    /// Whether an earlier incident of the same group still has something to tell at the same place. A pager folds by the
    /// group, so what came first must arrive first; it is tried again within 2 s, or with the first for which its bucket
    /// has room, since a page waits for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn behind(&self, target: &Target) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "WITH earlier AS (
                 SELECT DISTINCT t.id FROM incident i JOIN incident o ON o.slot = i.slot AND o.number < i.number
                     JOIN target t ON t.incident = o.id AND t.receiver = $2 AND t.integration = $3
                     JOIN edge e ON e.target = t.id AND e.state IN ('pending', 'sending')
                 WHERE i.id = $1),
             hurried AS (
                 UPDATE job SET run_at = least(run_at, now() + interval '2 seconds'), urgency = 0
                 WHERE kind = 'page' AND state = 'ready' AND (run_at > now() + interval '2 seconds' OR urgency > 0)
                     AND key IN (SELECT id::text FROM earlier))
             SELECT EXISTS (SELECT 1 FROM earlier)",
        )
        .bind(target.incident)
        .bind(&target.receiver)
        .bind(&target.integration)
        .fetch_one(&self.pool)
        .await?)
    }
}
