//! Escalations: when somebody else is told of an incident, and that it is told once.
//!
//! They are written in the transaction in which an incident rings. That it is taken or over is known by the incident: when
//! a time has come, it is looked at under the lock of the slot, and is told or is over for ever.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::{Labels, Severity};
use firstlook_core::incident::{EdgeKind, Status};
use firstlook_core::route::When;
use firstlook_core::route::escalation::{ByRunbook, Cause, Escalation};
use firstlook_core::route::inhibit::{Rule, Suppressed};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::ingest::{Judge, Placed};
use super::jobs::{self, JobKind, NewJob};
use super::row::At;
use super::suppressed::suppressed_one;
use super::{Route, Store, StoreError, actions, flaps, incidents, told};

/// Incidents that are escalated by one sweep; the next one takes the rest.
const MOST: i64 = 200;

/// The key of the upkeep that escalates.
const SWEEP: &str = "sweep";

/// By which ways a receiver is told of an incident, and whether it may be now.
type Ways<'a> = &'a (dyn Fn(&Labels, Severity, When, &str) -> Vec<Route> + Sync);

/// Writes what the incidents that ring come to in time.
pub(super) async fn arm(
    tx: &mut PgConnection,
    placed: &[&Placed],
    suppressed: &BTreeMap<Uuid, Suppressed>,
    judge: &Judge<'_>,
) -> Result<(), StoreError> {
    let rings = |one: &&&Placed| {
        one.touched.incident.status != Status::Resolved && one.touched.edges.iter().any(|edge| edge.rings())
    };
    let folded = placed.iter().filter(|one| one.touched.folded).map(|one| one.id).collect::<Vec<_>>();
    let latest = placed.iter().map(|one| one.at).max().unwrap_or_default();
    if flaps::overdue(tx, &folded, latest).await? {
        jobs::enqueue(tx, &[sweep(latest)]).await?;
    }
    let ringing: Vec<&Placed> = placed.iter().filter(rings).copied().collect();
    if ringing.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = ringing.iter().map(|one| one.id).collect();
    let runbooks = runbooks(tx, &ids).await?;
    let (mut rows, mut anew, mut at_once) = (Vec::new(), Vec::new(), Vec::new());
    for one in ringing {
        let labels = &one.touched.incident.labels;
        let begins = |edge: &EdgeKind| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger);
        if one.touched.edges.iter().any(begins) && !one.touched.new {
            anew.push(one.id);
        }
        let why = suppressed.get(&one.id).copied();
        let from = told_from(&(judge.route)(&one.touched, labels, one.at, why));
        let taken = one.touched.incident.status == Status::Acknowledged;
        let mut escalations = (judge.escalation)(&one.touched, labels, runbooks.get(&one.id));
        escalations.retain(|escalation| !taken || escalation.cause != Cause::Untaken);
        for escalation in escalations {
            if escalation.cause == Cause::Outage {
                at_once.push(sweep(one.at));
            }
            rows.push(row(one, &escalation, from));
        }
    }
    // It began again: what it came to before is history, and stands in the timeline.
    if !anew.is_empty() {
        sqlx::query("DELETE FROM escalation WHERE incident = ANY ($1)").bind(&anew).execute(&mut *tx).await?;
    }
    write(tx, rows).await?;
    jobs::enqueue(tx, &at_once).await
}

/// Has the sweep come now.
fn sweep(now: DateTime<Utc>) -> NewJob {
    NewJob { kind: JobKind::Upkeep, key: SWEEP.to_owned(), incident: None, run_at: Some(now), payload: None }
}

/// When the first of these is told who has to wait; `None` where somebody is told now.
fn told_from(routes: &[Route]) -> Option<DateTime<Utc>> {
    let first = routes.iter().filter(|route| !route.escalation);
    let until: Option<Vec<DateTime<Utc>>> =
        first.map(|route| route.hold.as_ref().map(|hold| hold.until)).collect();
    until?.into_iter().min()
}

fn row(one: &Placed, escalation: &Escalation, from: Option<DateTime<Utc>>) -> Value {
    // Nobody can take what nobody has been told of. A full outage is told whatever the hours of others are.
    let from = from.filter(|_| escalation.cause != Cause::Outage);
    json!({
        "incident": one.id, "cause": escalation.cause.as_str(), "receiver": escalation.receiver,
        "reason": escalation.reason, "seconds": escalation.after.num_seconds(),
        "due_at": from.unwrap_or(one.at) + escalation.after, "waits": from.is_some(),
    })
}

/// One that is there already and was to be told is not told later than it was to be; one that was told is told again only
/// where somebody has to take it anew.
async fn write(tx: &mut PgConnection, rows: Vec<Value>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO escalation AS e (incident, cause, receiver, reason, seconds, due_at, waits, state)
         SELECT incident, cause, receiver, reason, seconds, due_at, waits, 'due' FROM jsonb_to_recordset($1)
             AS n (incident uuid, cause text, receiver text, reason text, seconds bigint, due_at timestamptz,
                   waits boolean)
         ON CONFLICT (incident, cause, receiver) DO UPDATE SET
             reason = excluded.reason, seconds = excluded.seconds, waits = excluded.waits AND (e.waits OR e.state <> 'due'),
             due_at = CASE WHEN e.state = 'due' AND NOT e.waits THEN least(e.due_at, excluded.due_at)
                           ELSE excluded.due_at END,
             state = 'due', ended_at = NULL
         WHERE e.cause = 'untaken' OR (e.state = 'due' AND e.waits)",
    )
    .bind(Value::Array(rows))
    .execute(tx)
    .await?;
    Ok(())
}

/// What the runbooks of these incidents say, as they were pinned.
async fn runbooks(tx: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, ByRunbook>, StoreError> {
    let rows: Vec<(Uuid, String, Option<String>, i64)> = sqlx::query_as(
        "SELECT id, runbook ->> 'path', runbook ->> 'owner', (runbook ->> 'escalate_after')::bigint FROM incident
         WHERE id = ANY ($1) AND runbook ->> 'escalate_after' IS NOT NULL",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let says = |(id, path, receiver, after): (Uuid, String, Option<String>, i64)| {
        (id, ByRunbook { path, receiver, after: TimeDelta::try_seconds(after).unwrap_or(TimeDelta::MAX) })
    };
    Ok(rows.into_iter().map(says).collect())
}

/// These have been told at last: now somebody can take them.
pub(super) async fn begin(
    tx: &mut PgConnection,
    incidents: &[Uuid],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE escalation SET waits = false, due_at = $2 + make_interval(secs => seconds)
         WHERE incident = ANY ($1) AND state = 'due' AND waits",
    )
    .bind(incidents)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// An incident that is escalated, as far as it says who may be told.
#[derive(sqlx::FromRow)]
struct Due {
    labels: Value,
    told_severity: String,
    opened_at: DateTime<Utc>,
    started_at: DateTime<Utc>,
}

impl Store {
    /// Tells what is due, but of what is silenced, or flaps and is quiet just now: that has time until it is not any more. `route` says by which ways a receiver is told of such an incident, and whether it may be now.
    /// Returns how many incidents have changed by that.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn escalate(
        &self,
        now: DateTime<Utc>,
        rules: &[Rule],
        route: Ways<'_>,
    ) -> Result<usize, StoreError> {
        let due: Vec<Uuid> = sqlx::query_scalar(
            "SELECT incident FROM escalation WHERE state = 'due' AND NOT waits AND due_at <= $1
                 AND NOT EXISTS (SELECT FROM incident i WHERE i.id = escalation.incident
                     AND CASE i.status WHEN 'resolved' THEN i.flaps_until IS NOT NULL ELSE i.silenced_until > $1 END)
             GROUP BY incident ORDER BY min(due_at) LIMIT $2",
        )
        .bind(now)
        .bind(MOST)
        .fetch_all(&self.pool)
        .await?;
        let mut escalated = 0;
        for id in due {
            let mut tx = self.pool.begin().await?;
            actions::hold(&mut tx, &id.to_string()).await?;
            let told = come(&mut tx, id, now).await?;
            if !told.is_empty() {
                tell(&mut tx, id, told, now, (rules, route)).await?;
                escalated += 1;
            }
            tx.commit().await?;
        }
        Ok(escalated)
    }
}

/// Those whose time has come, each with its reasons. What has been answered meanwhile is over.
async fn come(
    tx: &mut PgConnection,
    incident: Uuid,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "UPDATE escalation e SET ended_at = $1,
             state = CASE WHEN i.status = 'open' OR (i.status = 'acknowledged' AND e.cause <> 'untaken') THEN 'told'
                          ELSE 'over' END
         FROM incident i
         WHERE i.id = e.incident AND e.incident = $2 AND e.state = 'due' AND NOT e.waits AND e.due_at <= $1
             AND NOT (i.status = 'resolved' AND i.flaps_until IS NOT NULL)
         RETURNING e.state, e.receiver, e.reason",
    )
    .bind(now)
    .bind(incident)
    .fetch_all(tx)
    .await?;
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, receiver, reason) in rows.into_iter().filter(|(state, ..)| state == "told") {
        told.entry(receiver).or_default().push(reason);
    }
    Ok(told)
}

async fn tell(
    tx: &mut PgConnection,
    id: Uuid,
    told: BTreeMap<String, Vec<String>>,
    now: DateTime<Utc>,
    (rules, route): (&[Rule], Ways<'_>),
) -> Result<(), StoreError> {
    let due: Due = sqlx::query_as(
        "UPDATE incident SET told_at = $2, version = version + 1 WHERE id = $1
         RETURNING labels, told_severity, opened_at, started_at",
    )
    .bind(id)
    .bind(now)
    .fetch_one(&mut *tx)
    .await?;
    let at = At { table: "incident", row: &id };
    let severity = at.severity("told_severity", &due.told_severity)?;
    let why = suppressed_one(tx, id, rules, now).await?;
    let when = When::of(due.opened_at, due.started_at, severity == Severity::Critical, now).suppressed(why);
    let labels = at.labels("labels", due.labels)?;
    for (receiver, reasons) in told {
        let reason = reasons.join("; ");
        let mut routes = route(&labels, severity, when, &receiver);
        for route in &mut routes {
            route.reason = format!("escalated: {reason}");
        }
        let what = if routes.is_empty() { "would be told, but has no integration" } else { "is told" };
        let said = format!("{receiver} {what}: {reason}");
        incidents::note(tx, id, now, "escalated", "firstlook", &said).await?;
        told::reach(tx, id, EdgeKind::Escalated, &routes, now).await?;
    }
    told::refresh(tx, id).await
}
