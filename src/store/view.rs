//! The incident as people see it: whole for its page, without evidence and timeline for lists.
//!
//! What belongs to one answer is read in one snapshot: what stands in one of its parts stands in all.

mod rows;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::alert::{AlertId, Labels};
use firstlook_core::evidence::Redactor;
use firstlook_core::incident::Member;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{Parts, Routing, Told, assemble};
use serde_json::Value;
use sqlx::{PgConnection, Postgres, Transaction};
use uuid::Uuid;

use rows::rows;

use super::row::At;
use super::{
    Filter, PageOf, Store, StoreError, analyses, declared, evidence, knowledge, slots, spending, summaries,
    walks,
};

/// Longest timeline; the newest entries are kept.
const MOST_EVENTS: i64 = 500;
/// Alerts that are listed of an incident on its page, and in messages and lists; the others are counted.
const MOST_ALERTS: i64 = 500;
const MOST_TOLD: i64 = 50;

/// What turns stored text into told text.
#[derive(Debug, Clone)]
pub struct Words {
    /// The rules of redaction.
    pub redactor: Redactor,
    /// Where this installation's pages are, without a slash at its end.
    pub external_url: String,
    /// What it speaks.
    pub language: Language,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: i64,
    title: String,
    status: String,
    severity: String,
    service: Option<String>,
    key: Value,
    labels: Value,
    opened_at: DateTime<Utc>,
    started_at: DateTime<Utc>,
    acknowledged_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    owner: Option<String>,
    escalates_at: Option<DateTime<Utc>>,
    impact: Option<Value>,
    runbook: Option<Value>,
    version: i64,
    occurrences: i64,
    previous: Option<i64>,
    stale: bool,
    flap: Option<Value>,
    silenced_until: Option<DateTime<Utc>>,
    storm: bool,
    firing: i64,
    ended: i64,
    summary: Option<Value>,
    feedback: Option<Value>,
}

#[derive(sqlx::FromRow)]
struct ToldRow {
    incident: Uuid,
    receiver: String,
    integration: String,
    target_reason: String,
    kind: String,
    state: String,
    attempts: i32,
    sent_at: Option<DateTime<Utc>>,
    error: Option<String>,
}

const SELECT: &str =
    "SELECT i.id, i.number, i.title, i.status, i.severity, i.service, s.key, i.labels, i.opened_at,
        i.started_at, i.acknowledged_at, i.resolved_at, i.owner, i.impact, i.runbook, i.version,
        (SELECT count(*) FROM incident o WHERE o.slot = i.slot AND o.number <= i.number) AS occurrences,
        (SELECT number FROM incident b WHERE b.id = i.previous) AS previous,
        (SELECT greatest(due_at, i.silenced_until) FROM escalation e WHERE e.incident = i.id AND e.state = 'due'
             AND (i.status = 'open' OR (i.status = 'acknowledged' AND e.cause <> 'untaken'))
         ORDER BY due_at LIMIT 1) AS escalates_at,
        i.stale_since IS NOT NULL AS stale,
        CASE WHEN i.flaps_until IS NOT NULL THEN jsonb_build_object('times', cardinality(i.transitions),
            'last', i.transitions[cardinality(i.transitions)], 'until', i.flaps_until) END AS flap,
        CASE WHEN i.status <> 'resolved' AND i.silenced_until > now() THEN i.silenced_until END AS silenced_until,
        EXISTS (SELECT FROM target t WHERE t.incident = i.id AND t.storm_at IS NOT NULL) AS storm,
        (SELECT count(*) FROM incident_alert a WHERE a.incident = i.id AND a.status = 'firing') AS firing,
        (SELECT count(*) FROM incident_alert a WHERE a.incident = i.id AND a.status = 'resolved') AS ended,
        (SELECT body FROM summary s WHERE s.incident = i.id
         ORDER BY s.state = 'ready' AND s.written_at >= COALESCE((SELECT max(at) FROM decision
                      WHERE incident = i.id AND kind = 'reopened'), '-infinity') DESC, s.round DESC
         LIMIT 1) AS summary,
        (SELECT jsonb_build_object('right', f.agrees, 'cause', f.cause, 'actor', f.actor, 'at', f.at)
         FROM feedback f WHERE f.incident = i.id) AS feedback
    FROM incident i JOIN slot s ON s.key_hash = i.slot";

impl Store {
    /// The incident with this number or UUID, whole.
    ///
    /// # Errors
    /// When the database does not answer, or holds something that this version cannot read.
    pub async fn incident(&self, name: &str, words: &Words) -> Result<Option<Incident>, StoreError> {
        self.view(name, MOST_ALERTS, words).await
    }

    /// The same as messages and prompts tell it, with the first of its alerts: however many an incident has, its page
    /// must not wait for them.
    ///
    /// # Errors
    /// As [`Store::incident`].
    pub async fn told_incident(&self, id: Uuid, words: &Words) -> Result<Option<Incident>, StoreError> {
        self.view(&id.to_string(), MOST_TOLD, words).await
    }

    async fn view(&self, name: &str, most: i64, words: &Words) -> Result<Option<Incident>, StoreError> {
        let number: Option<i64> = name.parse().ok();
        let id: Option<Uuid> = name.parse().ok();
        let query = sqlx::AssertSqlSafe(format!("{SELECT} WHERE i.number = $1 OR i.id = $2"));
        let mut tx = self.snapshot().await?;
        let row: Option<Row> = sqlx::query_as(query).bind(number).bind(id).fetch_optional(&mut *tx).await?;
        let Some(row) = row else { return Ok(None) };
        let id = row.id;
        let members = slots::members(&mut tx, &[id], most).await?.remove(&id).unwrap_or_default();
        let told = told(&mut tx, &[id]).await?.remove(&id).unwrap_or_default();
        let mut parts = parts(row, members, told, &words.redactor)?;
        parts.earlier = knowledge::earlier(&mut tx, id).await?;
        parts.analysis = analyses::shown(&mut tx, id, words).await?;
        parts.spent = spending::shown(&mut tx, id).await?;
        parts.declared = declared::shown(&mut tx, id, &words.redactor).await?;
        parts.timeline = timeline(&mut tx, id).await?;
        parts.routing = walks::shown(&mut tx, id, &words.redactor).await?;
        parts.collected = evidence::shown(&mut tx, id, &words.redactor).await?;
        tx.commit().await?;
        Ok(Some(assemble(parts, &words.redactor, &words.external_url, words.language)))
    }

    /// One page of incidents, the newest first.
    ///
    /// # Errors
    /// As [`Store::incident`].
    pub async fn incidents(&self, filter: &Filter, words: &Words) -> Result<PageOf<Incident>, StoreError> {
        let mut tx = self.snapshot().await?;
        let mut rows = rows(&mut tx, filter).await?;
        let more = rows.len() as i64 > filter.limit;
        rows.truncate(usize::try_from(filter.limit).unwrap_or(0));
        let next = rows.last().filter(|_| more).map(|row| row.number);
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut members = slots::members(&mut tx, &ids, MOST_TOLD).await?;
        let mut told = told(&mut tx, &ids).await?;
        tx.commit().await?;
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.id;
            let members = members.remove(&id).unwrap_or_default();
            let told = told.remove(&id).unwrap_or_default();
            let parts = parts(row, members, told, &words.redactor)?;
            let mut incident = assemble(parts, &words.redactor, &words.external_url, words.language);
            (incident.evidence, incident.timeline) = (None, None);
            items.push(incident);
        }
        Ok(PageOf { items, next })
    }

    /// What all alerts of an incident have in common, unredacted: sources are chosen and queried by it.
    ///
    /// # Errors
    /// When the database does not answer, or there is no such incident.
    pub async fn incident_labels(&self, id: Uuid) -> Result<Labels, StoreError> {
        let labels: Value = sqlx::query_scalar("SELECT labels FROM incident WHERE id = $1")
            .bind(id)
            .fetch_one(&self.pool)
            .await?;
        At { table: "incident", row: &id }.labels("labels", labels)
    }

    /// Source and labels of the first of its alerts, those that fire first, unredacted as well.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn alert_labels(&self, id: Uuid) -> Result<Vec<(String, Labels)>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        let members =
            slots::members(&mut connection, &[id], MOST_TOLD).await?.remove(&id).unwrap_or_default();
        Ok(members.into_iter().map(|(alert, member)| (alert.source, member.labels)).collect())
    }

    /// Whether there has ever been an incident.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn any_incident(&self) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM incident)").fetch_one(&self.pool).await?)
    }

    /// One state of the database for all that is read through it.
    async fn snapshot(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        Ok(self.pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
    }
}

async fn told(tx: &mut PgConnection, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Vec<Told>>, StoreError> {
    let rows: Vec<ToldRow> = sqlx::query_as(
        "SELECT t.incident, t.receiver, t.integration, t.reason AS target_reason, e.kind,
                CASE e.state WHEN 'folded' THEN 'pending' ELSE e.state END AS state, e.attempts, e.sent_at,
                CASE WHEN e.state = 'held' THEN t.held_reason
                    WHEN e.digest IS NOT NULL AND e.error IS NULL THEN 'in a digest' ELSE e.error END AS error,
                e.created_at, e.seq
         FROM target t JOIN edge e ON e.target = t.id WHERE t.incident = ANY ($1)
         UNION ALL
         SELECT incident, receiver, integration, reason, 'level',
                CASE WHEN edit_error IS NULL THEN 'sent' ELSE 'parked' END, 1,
                CASE WHEN edit_error IS NULL THEN edited_at END, edit_error,
                COALESCE(edited_at, 'infinity'), 2147483647
         FROM target WHERE incident = ANY ($1) AND (edited_at IS NOT NULL OR edit_error IS NOT NULL)
         UNION ALL
         SELECT t.incident, t.receiver, t.integration, t.reason, 'storm',
                CASE WHEN storm_told_at IS NOT NULL THEN 'sent' WHEN m.state = 'parked' THEN m.state ELSE 'pending' END,
                CASE WHEN storm_told_at IS NULL THEN m.attempts ELSE 1 END, storm_told_at,
                COALESCE(CASE WHEN m.state = 'parked' THEN m.error END, 'in the message of storm ' || s.number),
                storm_at, 2147483646
         FROM target t JOIN storm s ON s.id = t.storm
             JOIN storm_message m ON m.storm = s.id AND m.integration = t.integration
         WHERE t.incident = ANY ($1) AND storm_at IS NOT NULL
         UNION ALL
         SELECT incident, receiver, integration, reason, 'charts', charts, 1,
                CASE charts WHEN 'sent' THEN charts_at END, charts_error, charts_at, 2147483647
         FROM target WHERE incident = ANY ($1) AND charts IN ('sent', 'parked')
         UNION ALL
         SELECT incident, receiver, integration, reason, b.kind, b.state, 1, CASE b.state WHEN 'sent' THEN b.at END,
                b.error, b.at, 2147483647
         FROM target t JOIN analysis_told a ON a.target = t.id
             CROSS JOIN LATERAL (VALUES ('analysis', a.state, COALESCE(a.shown_at, a.tried_at, 'infinity'), a.error),
                                        ('report', a.file, a.file_at, a.file_error)) b (kind, state, at, error)
         WHERE incident = ANY ($1) AND b.state IN ('sent', 'parked')
         ORDER BY created_at, receiver, integration, seq",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let mut of: BTreeMap<Uuid, Vec<Told>> = BTreeMap::new();
    for row in rows {
        of.entry(row.incident).or_default().push(Told {
            receiver: row.receiver,
            integration: row.integration,
            kind: row.kind,
            state: row.state,
            attempts: row.attempts,
            sent_at: row.sent_at,
            reason: row.target_reason,
            error: row.error,
        });
    }
    Ok(of)
}

async fn timeline(
    tx: &mut PgConnection,
    id: Uuid,
) -> Result<Vec<(DateTime<Utc>, String, String, String)>, StoreError> {
    // What was told is part of the timeline, though it is kept with the edges. First the newest, then their names.
    Ok(sqlx::query_as(
        "WITH newest AS MATERIALIZED (
             SELECT at, kind, actor, id AS seq, incident, source, fingerprint, reason FROM decision
             WHERE incident = $1 ORDER BY id DESC LIMIT $2)
         SELECT at, kind, actor, text FROM (
             SELECT at, kind, actor, seq, CASE WHEN fingerprint IS NULL THEN reason
                 ELSE COALESCE((SELECT labels ->> 'alertname' FROM incident_alert a
                                WHERE a.incident = n.incident AND a.source = n.source
                                  AND a.fingerprint = n.fingerprint), fingerprint) || ': ' || reason END AS text
             FROM newest n
             UNION ALL
             SELECT e.sent_at, 'told', 'firstlook', e.seq, t.receiver || ' (' || t.integration || '): ' || e.kind
             FROM target t JOIN edge e ON e.target = t.id WHERE t.incident = $1 AND e.state = 'sent'
             UNION ALL
             SELECT storm_told_at, 'told', 'firstlook', 0, receiver || ' (' || integration || '): storm'
             FROM target WHERE incident = $1 AND storm_told_at IS NOT NULL
             ORDER BY at DESC, seq DESC LIMIT $2) shown
         ORDER BY at, seq",
    )
    .bind(id)
    .bind(MOST_EVENTS)
    .fetch_all(tx)
    .await?)
}

fn parts(
    row: Row,
    members: Vec<(AlertId, Member)>,
    told: Vec<Told>,
    redactor: &Redactor,
) -> Result<Parts, StoreError> {
    let at = At { table: "incident", row: &row.id };
    let summary =
        row.summary.map(|body| summaries::read(At { table: "summary", row: &row.id }, body, redactor));
    Ok(Parts {
        id: row.id.to_string(),
        number: row.number,
        title: row.title,
        status: at.status(&row.status)?,
        severity: at.severity("severity", &row.severity)?,
        service: row.service,
        group_key: at.labels("slot.key", row.key)?,
        labels: at.labels("labels", row.labels)?,
        opened_at: row.opened_at,
        started_at: row.started_at,
        acknowledged_at: row.acknowledged_at,
        resolved_at: row.resolved_at,
        owner: row.owner,
        escalates_at: row.escalates_at,
        impact: row.impact.map(|value| at.json("impact", value)).transpose()?,
        runbook: row.runbook.map(|value| at.json("runbook", value)).transpose()?,
        version: row.version,
        occurrences: row.occurrences,
        previous: row.previous,
        stale: row.stale,
        flap: row.flap.map(|value| at.json("flap", value)).transpose()?,
        silenced_until: row.silenced_until,
        storm: row.storm,
        counts: (usize::try_from(row.firing).unwrap_or(0), usize::try_from(row.ended).unwrap_or(0)),
        members,
        earlier: Vec::new(),
        collected: None,
        summary: summary.transpose()?,
        feedback: row.feedback.map(|value| at.json("feedback", value)).transpose()?,
        analysis: None,
        spent: None,
        declared: None,
        told,
        routing: Routing::default(),
        timeline: Vec::new(),
    })
}
