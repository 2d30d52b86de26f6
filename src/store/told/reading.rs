//! Targets as the third hop reads them: what is left to tell, and what stands before it.

use chrono::{DateTime, Utc};
use firstlook_core::incident::EdgeKind;
use serde_json::Value;
use uuid::Uuid;

use super::super::jobs::Claim;
use super::super::row::At;
use super::{Charts, Edge, Store, StoreError, Target};

#[derive(sqlx::FromRow)]
struct TargetRow {
    id: Uuid,
    incident: Uuid,
    receiver: String,
    integration: String,
    address: Option<Value>,
    digest: Option<Value>,
    folded: bool,
    sent_version: i64,
    slot: String,
    severity: String,
    acknowledged: bool,
    charts: Option<String>,
}

/// What earlier incidents of a group mean for a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Before {
    /// One of them still has something to tell at the same place.
    pub waits: bool,
    /// The newest one that was told there has not been told to be over: nothing new rings beside it.
    pub stands: bool,
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
    digest: Option<Uuid>,
}

impl EdgeRow {
    fn read(self, target: Uuid) -> Result<Edge, StoreError> {
        let at = At { table: "edge", row: &target };
        let kind = EdgeKind::parse(&self.kind)
            .ok_or_else(|| at.corrupt("kind", format!("{:?} is no kind of edge", self.kind)))?;
        Ok(Edge {
            seq: self.seq,
            kind,
            was: self.was.map(|word| at.severity("was", &word)).transpose()?,
            attempts: self.attempts,
            // Still `sending`: whoever tried it died before the answer, so it may have arrived.
            doubt: self.doubt || self.state == "sending",
            created_at: self.created_at,
            digest: self.digest,
        })
    }
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
            "SELECT t.id, t.incident, t.receiver, t.integration, t.address, t.digest, t.sent_version, t.charts,
                    EXISTS (SELECT FROM edge WHERE target = t.id AND state = 'folded') AS folded,
                    encode(i.slot, 'hex') AS slot, i.severity,
                    COALESCE((SELECT kind = 'acknowledge' FROM edge
                              WHERE target = t.id AND state = 'sent' ORDER BY seq DESC LIMIT 1), false) AS acknowledged
             FROM target t JOIN incident i ON i.id = t.incident WHERE t.id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?
        .ok_or_else(|| at.corrupt("key", "there is no such target"))?;
        let edges: Vec<EdgeRow> = sqlx::query_as(
            "SELECT seq, kind, was, state, attempts, doubt, created_at, digest FROM edge
             WHERE target = $1 AND state IN ('pending', 'sending') ORDER BY seq",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        let edges = edges.into_iter().map(|edge| edge.read(row.id)).collect::<Result<_, _>>()?;
        let place = |column, value: Option<Value>| {
            value.map(|value| At { table: "target", row: &row.id }.json(column, value)).transpose()
        };
        Ok(Target {
            id: row.id,
            incident: row.incident,
            receiver: row.receiver,
            integration: row.integration,
            address: place("address", row.address)?,
            digest: place("digest", row.digest)?,
            folded: row.folded,
            sent_version: row.sent_version,
            slot: row.slot,
            severity: At { table: "incident", row: &row.incident }.severity("severity", &row.severity)?,
            muted: row.acknowledged,
            edges,
            charts: match row.charts.as_deref() {
                None => Charts::Unknown,
                Some("wanted") => Charts::Wanted,
                Some("sending") => Charts::Begun,
                Some(_) => Charts::Done,
            },
        })
    }

    /// What earlier incidents of the same group mean for a page to `place`. `ways` are the receivers and integrations that
    /// lead there: a pager folds by the group, whoever was told. What came first must arrive first; it is tried again
    /// within 2 s, or before everything else that waits for its bucket, since a page waits for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn before(
        &self,
        target: &Target,
        place: &str,
        ways: &[(String, String)],
    ) -> Result<Before, StoreError> {
        let (receivers, integrations): (Vec<&str>, Vec<&str>) =
            ways.iter().map(|(receiver, way)| (receiver.as_str(), way.as_str())).unzip();
        Ok(sqlx::query_as(
            "WITH earlier AS (
                 SELECT t.id, o.number FROM incident i JOIN incident o ON o.slot = i.slot AND o.number < i.number
                     JOIN target t ON t.incident = o.id AND (t.place = $3 OR (t.place IS NULL
                         AND (t.receiver, t.integration) IN (SELECT * FROM unnest($4::text[], $5::text[]))))
                 WHERE i.id = $2),
             left_over AS (
                 SELECT DISTINCT id FROM earlier JOIN edge ON target = id AND state IN ('pending', 'sending')),
             hurried AS (
                 UPDATE job SET run_at = least(run_at, now() + interval '2 seconds'), urgency = -1
                 WHERE kind = 'page' AND state = 'ready' AND (run_at > now() + interval '2 seconds' OR urgency > -1)
                     AND key IN (SELECT id::text FROM left_over)),
             newest AS (
                 SELECT DISTINCT ON (id) kind = 'resolve' AND state = 'sent' AS over
                 FROM earlier JOIN edge ON target = id AND edge.state NOT IN ('held', 'untold')
                 WHERE number = (SELECT max(number) FROM earlier)
                 ORDER BY id, seq DESC)
             SELECT EXISTS (SELECT 1 FROM left_over) AS waits,
                 EXISTS (SELECT 1 FROM newest WHERE NOT over)
                     AND NOT EXISTS (SELECT 1 FROM edge WHERE target = $1 AND state = 'sent') AS stands",
        )
        .bind(target.id)
        .bind(target.incident)
        .bind(place)
        .bind(receivers)
        .bind(integrations)
        .fetch_one(&self.pool)
        .await?)
    }
}
