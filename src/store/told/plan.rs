//! Who must be told what, from what was decided: targets, edges and jobs, written in the transaction of ingest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::incident::EdgeKind;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::ingest::{Judge, Placed};
use super::super::jobs::{self, JobKind, NewJob};
use super::super::{Route, StoreError};

#[derive(sqlx::FromRow)]
struct SeqRow {
    id: Uuid,
    incident: Uuid,
    receiver: String,
    integration: String,
    seq: i32,
}

/// Makes the targets that the routes want, appends the edges, and enqueues what follows.
pub(in crate::store) async fn tell(
    tx: &mut PgConnection,
    placed: &[Placed],
    judge: &Judge<'_>,
) -> Result<(), StoreError> {
    let placed: Vec<&Placed> = placed.iter().filter(|one| one.touched.has_changed()).collect();
    if placed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = placed.iter().map(|one| one.id).collect();
    let stored: Vec<SeqRow> = sqlx::query_as(
        "SELECT t.id, t.incident, t.receiver, t.integration, COALESCE(max(e.seq), 0) AS seq
         FROM target t LEFT JOIN edge e ON e.target = t.id WHERE t.incident = ANY ($1) GROUP BY t.id",
    )
    .bind(&ids)
    .fetch_all(&mut *tx)
    .await?;
    let mut of: BTreeMap<Uuid, Vec<SeqRow>> = BTreeMap::new();
    for row in stored {
        of.entry(row.incident).or_default().push(row);
    }
    let mut plan = Plan::default();
    for one in placed {
        plan.add(one, of.remove(&one.id).unwrap_or_default(), judge);
    }
    plan.write(tx).await
}

/// Rows to be written for some incidents.
#[derive(Default)]
struct Plan {
    targets: Vec<Value>,
    edges: Vec<Value>,
    jobs: Vec<NewJob>,
    /// Targets with a new edge.
    news: Vec<String>,
}

impl Plan {
    fn add(&mut self, one: &Placed, stored: Vec<SeqRow>, judge: &Judge<'_>) {
        let now = one.at;
        let edges = &one.touched.edges;
        let begins = edges.iter().any(|edge| !matches!(edge, EdgeKind::Resolve | EdgeKind::Acknowledge));
        let routes =
            if begins { (judge.route)(&one.touched, &one.touched.incident.labels) } else { Vec::new() };
        for row in &stored {
            let told = self.edges(row.id, row.seq, edges, one.touched.was, now);
            if told {
                self.news.push(row.id.to_string());
            }
            // A pager shows no level: only an edge is news to it.
            if told || (one.touched.shown && JobKind::of_integration(&row.integration) == JobKind::Message) {
                self.job(row.id, &row.integration, one.id);
            }
        }
        let known = |route: &Route| {
            stored.iter().any(|row| row.receiver == route.receiver && row.integration == route.integration)
        };
        for route in routes.iter().filter(|route| !known(route)) {
            let id = Uuid::now_v7();
            self.targets.push(json!({
                "id": id, "incident": one.id, "receiver": route.receiver,
                "integration": route.integration, "reason": route.reason,
            }));
            // Whatever brought it here, for this target it begins.
            let mut first = vec![EdgeKind::Trigger];
            // Over again already: told in the order in which it happened.
            first.extend(edges.last().filter(|edge| **edge == EdgeKind::Resolve));
            self.edges(id, 0, &first, one.touched.was, now);
            self.job(id, &route.integration, one.id);
        }
        if edges.iter().any(|edge| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger)) {
            self.jobs.push(NewJob::now(JobKind::Triage, one.id.to_string(), one.id));
        }
    }

    fn edges(
        &mut self,
        target: Uuid,
        last: i32,
        kinds: &[EdgeKind],
        was: Severity,
        now: DateTime<Utc>,
    ) -> bool {
        for (seq, kind) in (last + 1..).zip(kinds) {
            let was = (*kind == EdgeKind::SeverityRaised).then(|| was.as_str());
            self.edges.push(json!({
                "target": target, "seq": seq, "kind": kind.as_str(), "was": was, "created_at": now,
            }));
        }
        !kinds.is_empty()
    }

    fn job(&mut self, target: Uuid, integration: &str, incident: Uuid) {
        let kind = JobKind::of_integration(integration);
        self.jobs.push(NewJob::now(kind, target.to_string(), incident));
    }

    async fn write(self, tx: &mut PgConnection) -> Result<(), StoreError> {
        if !self.targets.is_empty() {
            sqlx::query(
                "INSERT INTO target (id, incident, receiver, integration, reason)
                 SELECT id, incident, receiver, integration, reason FROM jsonb_to_recordset($1)
                     AS n (id uuid, incident uuid, receiver text, integration text, reason text)",
            )
            .bind(Value::Array(self.targets))
            .execute(&mut *tx)
            .await?;
        }
        if !self.edges.is_empty() {
            sqlx::query(
                "INSERT INTO edge (target, seq, kind, was, state, created_at)
                 SELECT target, seq, kind, was, 'pending', created_at FROM jsonb_to_recordset($1)
                     AS n (target uuid, seq integer, kind text, was text, created_at timestamptz)",
            )
            .bind(Value::Array(self.edges))
            .execute(&mut *tx)
            .await?;
        }
        jobs::enqueue(tx, &self.jobs).await?;
        jobs::hurry(tx, &self.news).await
    }
}
