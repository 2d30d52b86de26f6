//! Who must be told what, from what was decided: targets, edges and jobs, written in the transaction of ingest.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::incident::{EdgeKind, Status};
use firstlook_core::route::inhibit::Suppressed;
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::ingest::{Judge, Placed};
use super::super::jobs::{JobKind, NewJob};
use super::super::suppressed::suppressed;
use super::super::{Route, StoreError, escalation, silences, walks};
use super::writing::{STANDING, Stand, Writing};

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
    let query = sqlx::AssertSqlSafe(format!("{STANDING} WHERE t.incident = ANY ($1)"));
    let stored: Vec<Stand> = sqlx::query_as(query).bind(&ids).fetch_all(&mut *tx).await?;
    let mut of: BTreeMap<Uuid, Vec<Stand>> = BTreeMap::new();
    for row in stored {
        of.entry(row.incident).or_default().push(row);
    }
    let at = placed.iter().map(|one| one.at).max().unwrap_or_default();
    let quiets = silences::quiets(tx, &ids, at).await?;
    let suppressed = suppressed(tx, &ids, quiets.as_ref(), judge.inhibition).await?;
    let mut writing = Writing::default();
    for one in placed.iter().copied() {
        plan(
            &mut writing,
            one,
            &of.remove(&one.id).unwrap_or_default(),
            suppressed.get(&one.id).copied(),
            judge,
        )?;
    }
    escalation::arm(tx, &placed, &suppressed, judge).await?;
    walks::keep(tx, &placed, &suppressed, judge).await?;
    writing.write(tx, at).await?;
    let Some(quiets) = quiets else { return Ok(()) };
    let marks: Vec<_> = ids.iter().map(|id| (*id, quiets.get(id).copied())).collect();
    silences::mark(tx, &marks, at).await.map(drop)
}

fn plan(
    writing: &mut Writing,
    one: &Placed,
    stored: &[Stand],
    why: Option<Suppressed>,
    judge: &Judge<'_>,
) -> Result<(), StoreError> {
    let now = one.at;
    let edges = &one.touched.edges;
    let folded = one.touched.folded && one.touched.incident.status != Status::Resolved;
    let begins = folded || edges.iter().any(|edge| edge.rings());
    let routes =
        if begins { (judge.route)(&one.touched, &one.touched.incident.labels, now, why) } else { Vec::new() };
    let same =
        |row: &Stand, route: &Route| row.receiver == route.receiver && row.integration == route.integration;
    for row in stored {
        let route = routes.iter().find(|route| same(row, route));
        // Who was told that it is over, or was never told, is not to find out by nothing that it fires.
        let again = (folded && row.knows_nothing(edges)).then_some(EdgeKind::Retrigger);
        let kinds: Vec<EdgeKind> = edges.iter().copied().chain(again).collect();
        let told = writing.tell(row, &kinds, Some(one.touched.was), route, now)?;
        // A pager shows no level: only an edge is news to it.
        let shows = JobKind::of_integration(&row.integration) == JobKind::Message && row.knows();
        if !told && one.touched.shown && shows {
            writing.job(row);
        }
    }
    let new = |route: &&Route| !route.escalation && !stored.iter().any(|row| same(row, route));
    for route in routes.iter().filter(new) {
        // Whatever brought it here, for this target it begins.
        let mut first = vec![EdgeKind::Trigger];
        // Over again already: told in the order in which it happened.
        first.extend(edges.last().filter(|edge| **edge == EdgeKind::Resolve));
        writing.begin(one.id, route, &first, now)?;
    }
    if edges.iter().any(|edge| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger)) {
        writing.jobs.push(NewJob::now(JobKind::Triage, one.id.to_string(), one.id));
    }
    Ok(())
}

/// Somebody whom the tree does not name is told of an incident from now on.
pub(in crate::store) async fn begin(
    tx: &mut PgConnection,
    incident: Uuid,
    route: &Route,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut writing = Writing::default();
    writing.begin(incident, route, &[EdgeKind::Trigger], now)?;
    writing.write(tx, now).await
}

/// Appends one edge for each target of an incident, and enqueues its telling; `routes` is what the tree says by now, where
/// the edge rings. Returns whether it is told to anybody, now or later.
pub(in crate::store) async fn append(
    tx: &mut PgConnection,
    incident: Uuid,
    kind: EdgeKind,
    routes: &[Route],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let query = sqlx::AssertSqlSafe(format!("{STANDING} WHERE t.incident = $1"));
    let targets: Vec<Stand> = sqlx::query_as(query).bind(incident).fetch_all(&mut *tx).await?;
    let mut writing = Writing::default();
    for target in &targets {
        let named =
            |route: &&Route| route.receiver == target.receiver && route.integration == target.integration;
        writing.tell(target, &[kind], None, routes.iter().find(named), now)?;
    }
    let told = targets.is_empty() || writing.has_edges();
    writing.write(tx, now).await?;
    Ok(told)
}

/// Appends an edge that rings nobody for each target of these incidents, and enqueues its telling.
pub(in crate::store) async fn append_all(
    tx: &mut PgConnection,
    incidents: &[Uuid],
    kind: EdgeKind,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::AssertSqlSafe(format!("{STANDING} WHERE t.incident = ANY ($1)"));
    let targets: Vec<Stand> = sqlx::query_as(query).bind(incidents).fetch_all(&mut *tx).await?;
    let mut writing = Writing::default();
    for target in &targets {
        writing.tell(target, &[kind], None, None, now)?;
    }
    writing.write(tx, now).await
}

/// Has these told of an incident: those who know of it, and those who do not yet.
pub(in crate::store) async fn reach(
    tx: &mut PgConnection,
    incident: Uuid,
    kind: EdgeKind,
    routes: &[Route],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let query = sqlx::AssertSqlSafe(format!("{STANDING} WHERE t.incident = $1"));
    let targets: Vec<Stand> = sqlx::query_as(query).bind(incident).fetch_all(&mut *tx).await?;
    let mut writing = Writing::default();
    for route in routes {
        let same = |one: &&Stand| one.receiver == route.receiver && one.integration == route.integration;
        match targets.iter().find(same) {
            Some(target) => drop(writing.tell(target, &[kind], None, Some(route), now)?),
            None => writing.begin(incident, route, &[kind], now)?,
        }
    }
    writing.write(tx, now).await
}
