//! Rows of what has to be told: targets, edges and jobs, and what waits for its time, in as few statements as there are
//! tables.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::incident::EdgeKind;
use firstlook_core::route::Hold;
use firstlook_core::route::telling::{Fate, May, Standing, telling};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::jobs::{self, JobKind, NewJob};
use super::super::row::At;
use super::super::{Route, StoreError, silences};

/// A target as it stands before something is told to it.
#[derive(sqlx::FromRow)]
pub(super) struct Stand {
    pub id: Uuid,
    pub incident: Uuid,
    pub receiver: String,
    pub integration: String,
    /// Its newest edge's.
    seq: i32,
    held: bool,
    /// The newest thing that it was told, or is being told.
    last: Option<String>,
}

/// Reads [`Stand`]s; a condition on `t` follows.
pub(super) const STANDING: &str = "SELECT t.id, t.incident, t.receiver, t.integration,
    COALESCE((SELECT max(seq) FROM edge WHERE target = t.id), 0) AS seq, t.held_until IS NOT NULL AS held,
    (SELECT kind FROM edge WHERE target = t.id AND state NOT IN ('held', 'untold')
     ORDER BY seq DESC LIMIT 1) AS last
    FROM target t";

impl Stand {
    /// One that is not in the store yet.
    pub fn new(incident: Uuid, route: &Route) -> Self {
        let (receiver, integration) = (route.receiver.clone(), route.integration.clone());
        Self { id: Uuid::now_v7(), incident, receiver, integration, seq: 0, held: false, last: None }
    }

    /// One of which nothing else matters.
    pub fn of(id: Uuid, incident: Uuid, receiver: &str, integration: &str) -> Self {
        let (receiver, integration) = (receiver.to_owned(), integration.to_owned());
        Self { id, incident, receiver, integration, seq: 0, held: true, last: None }
    }

    /// Whether it was ever told anything.
    pub fn knows(&self) -> bool {
        self.last.is_some()
    }

    /// Whether it takes the incident for over, or for nothing at all, once it was told `kinds`.
    pub fn knows_nothing(&self, kinds: &[EdgeKind]) -> bool {
        match kinds.last() {
            Some(kind) => *kind == EdgeKind::Resolve,
            None => !self.held && self.last.as_deref().is_none_or(|last| last == EdgeKind::Resolve.as_str()),
        }
    }

    fn standing(&self) -> Result<Standing, StoreError> {
        let parse = |word: &String| {
            let at = At { table: "edge", row: &self.id };
            EdgeKind::parse(word).ok_or_else(|| at.corrupt("kind", format!("{word:?} is no kind of edge")))
        };
        Ok(Standing { waits: self.held, last: self.last.as_ref().map(parse).transpose()? })
    }
}

/// Rows to be written.
#[derive(Default)]
pub(super) struct Writing {
    targets: Vec<Value>,
    edges: Vec<Value>,
    /// Targets that nothing waits at any more, and why it is not told.
    freed: Vec<Value>,
    holds: Vec<Value>,
    suppressed: Vec<(Uuid, i64)>,
    notes: BTreeSet<(Uuid, DateTime<Utc>, &'static str, String)>,
    pub jobs: Vec<NewJob>,
    /// Targets with a new edge that is to be told.
    news: Vec<String>,
}

impl Writing {
    /// A target that begins. Whatever brought it here, it is told that it began.
    pub fn begin(
        &mut self,
        incident: Uuid,
        route: &Route,
        kinds: &[EdgeKind],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let target = Stand::new(incident, route);
        self.targets.push(json!({
            "id": target.id, "incident": incident, "receiver": route.receiver,
            "integration": route.integration, "reason": route.reason,
        }));
        if let Some(waived) = &route.waived {
            let said = format!("{}: {waived}", route.receiver);
            self.notes.insert((incident, now, "waived", said));
        }
        self.tell(&target, kinds, None, Some(route), now).map(drop)
    }

    /// Edges of a target; `route` is what the tree says of it by now, where it names it. Returns whether any is told now.
    pub fn tell(
        &mut self,
        target: &Stand,
        kinds: &[EdgeKind],
        was: Option<Severity>,
        route: Option<&Route>,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let hold = route.and_then(|route| route.hold.as_ref());
        let may = match (route, hold) {
            (None, _) => May::Unnamed,
            (Some(_), None) => May::Now,
            (Some(_), Some(_)) => May::Later,
        };
        let telling = telling(target.standing()?, kinds, may);
        for (seq, (kind, fate)) in (target.seq + 1..).zip(&telling.edges) {
            let was = was.filter(|_| *kind == EdgeKind::SeverityRaised).map(Severity::as_str);
            let (state, error) = match fate {
                Fate::Told => ("pending", None),
                Fate::Waits => ("held", None),
                Fate::Untold(why) => ("untold", Some(*why)),
            };
            self.edges.push(json!({
                "target": target.id, "seq": seq, "kind": kind.as_str(), "was": was, "state": state, "error": error,
                "created_at": now,
            }));
        }
        if let Some(why) = telling.freed.filter(|_| target.held) {
            self.freed.push(json!({ "target": target.id, "why": why }));
        }
        if let Some(hold) = hold.filter(|_| telling.waits()) {
            self.hold(target, hold, now, true);
        }
        if telling.tells() {
            self.job(target);
            self.news.push(target.id.to_string());
        }
        Ok(telling.tells())
    }

    /// Has a target wait, and where that is news, says so.
    pub fn hold(&mut self, target: &Stand, hold: &Hold, now: DateTime<Utc>, news: bool) {
        self.holds.push(json!({
            "target": target.id, "until": hold.until, "by": hold.by.as_str(), "reason": hold.reason,
            "silence": hold.silence,
        }));
        self.suppressed.extend(hold.silence.map(|silence| (target.incident, silence)));
        if news {
            let said = format!("{} {}", target.receiver, hold.reason);
            self.notes.insert((target.incident, now, "deferred", said));
        }
    }

    /// Has its lane look at a target.
    pub fn job(&mut self, target: &Stand) {
        let kind = JobKind::of_integration(&target.integration);
        self.jobs.push(NewJob::now(kind, target.id.to_string(), target.incident));
    }

    /// Whether there is an edge among it.
    pub fn has_edges(&self) -> bool {
        !self.edges.is_empty()
    }

    /// Writes it all.
    pub async fn write(self, tx: &mut PgConnection, now: DateTime<Utc>) -> Result<(), StoreError> {
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
        freed(tx, self.freed).await?;
        holds(tx, self.holds).await?;
        silences::suppress(tx, &self.suppressed, now).await?;
        if !self.edges.is_empty() {
            sqlx::query(
                "INSERT INTO edge (target, seq, kind, was, state, error, created_at)
                 SELECT target, seq, kind, was, state, error, created_at FROM jsonb_to_recordset($1)
                     AS n (target uuid, seq integer, kind text, was text, state text, error text,
                           created_at timestamptz)",
            )
            .bind(Value::Array(self.edges))
            .execute(&mut *tx)
            .await?;
        }
        notes(tx, self.notes).await?;
        jobs::enqueue(tx, &self.jobs).await?;
        jobs::hurry(tx, &self.news).await
    }
}

/// What waited at these is not told any more, or not on its own.
async fn freed(tx: &mut PgConnection, freed: Vec<Value>) -> Result<(), StoreError> {
    if freed.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "WITH n AS (SELECT target, why FROM jsonb_to_recordset($1) AS n (target uuid, why text)),
         over AS (UPDATE edge e SET state = 'untold', error = n.why FROM n
                  WHERE e.target = n.target AND e.state = 'held')
         UPDATE target t SET held_until = NULL, held_by = NULL, held_reason = NULL FROM n WHERE t.id = n.target",
    )
    .bind(Value::Array(freed))
    .execute(tx)
    .await?;
    Ok(())
}

async fn holds(tx: &mut PgConnection, holds: Vec<Value>) -> Result<(), StoreError> {
    if holds.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE target t SET held_until = n.until, held_by = n.by, held_reason = n.reason, held_silence = n.silence
         FROM jsonb_to_recordset($1) AS n (target uuid, until timestamptz, by text, reason text, silence bigint)
         WHERE t.id = n.target",
    )
    .bind(Value::Array(holds))
    .execute(tx)
    .await?;
    Ok(())
}

async fn notes(
    tx: &mut PgConnection,
    notes: BTreeSet<(Uuid, DateTime<Utc>, &'static str, String)>,
) -> Result<(), StoreError> {
    if notes.is_empty() {
        return Ok(());
    }
    let row = |(incident, at, kind, reason)| json!({ "incident": incident, "at": at, "kind": kind, "reason": reason });
    sqlx::query(
        "INSERT INTO decision (at, incident, kind, actor, reason)
         SELECT at, incident, kind, 'firstlook', reason
         FROM jsonb_to_recordset($1) AS n (at timestamptz, incident uuid, kind text, reason text)",
    )
    .bind(notes.into_iter().map(row).collect::<Value>())
    .execute(tx)
    .await?;
    Ok(())
}
