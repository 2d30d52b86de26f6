//! Whether incidents are silent: read in the transaction that asks, and marked at the incident where that has changed.
//!
//! The slots are locked by whoever asks, so what fires stays as it is meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::route::silence::{Alarm, Quiet, Silence};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::row::At;
use super::super::{StoreError, incidents, told};
use super::soon;

#[derive(sqlx::FromRow)]
struct Row {
    number: i64,
    matchers: Vec<String>,
    holds_from: DateTime<Utc>,
    holds_until: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Firing {
    incident: Uuid,
    labels: Value,
    severity: String,
    named: Vec<i64>,
}

/// What a mark has changed.
#[derive(sqlx::FromRow)]
struct Changed {
    id: Uuid,
    over: bool,
    silenced_until: Option<DateTime<Utc>>,
    /// The silence that it names now, else the one that it named before.
    number: i64,
    comment: String,
    created_by: String,
    ended_by: Option<String>,
    /// Whether that one still holds.
    holds: bool,
}

/// The silences that hold at that time.
async fn holding(tx: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<Silence>, StoreError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT number, matchers, holds_from, holds_until FROM silence
         WHERE ended_at IS NULL AND holds_from <= $1 AND holds_until > $1 ORDER BY number",
    )
    .bind(now)
    .fetch_all(tx)
    .await?;
    let silence = |row: Row| {
        let at = At { table: "silence", row: &row.number };
        let matchers = Matchers::parse(&row.matchers).map_err(|error| at.corrupt("matchers", error))?;
        Ok(Silence { number: row.number, matchers, from: row.holds_from, until: row.holds_until })
    };
    rows.into_iter().map(silence).collect()
}

/// Which of these incidents are silent now; `None` where no silence holds at all, and then nothing else is read.
pub(in crate::store) async fn quiets(
    tx: &mut PgConnection,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Option<BTreeMap<Uuid, Quiet>>, StoreError> {
    let silences = holding(tx, now).await?;
    if silences.is_empty() {
        return Ok(None);
    }
    let rows: Vec<Firing> = sqlx::query_as(
        "SELECT a.incident, a.labels, a.severity,
             ARRAY(SELECT silence FROM silence_alert n WHERE (n.source, n.fingerprint) = (a.source, a.fingerprint)) AS named
         FROM incident_alert a WHERE a.incident = ANY ($1) AND a.status = 'firing'",
    )
    .bind(ids)
    .fetch_all(tx)
    .await?;
    let mut firing: BTreeMap<Uuid, Vec<Alarm>> = BTreeMap::new();
    for row in rows {
        let at = At { table: "incident_alert", row: &row.incident };
        let severity = at.severity("severity", &row.severity)?;
        let alarm = Alarm::new(at.labels("labels", row.labels)?, severity, row.named);
        firing.entry(row.incident).or_default().push(alarm);
    }
    let quiet = |(id, alarms): (Uuid, Vec<Alarm>)| Some((id, Quiet::of(&silences, &alarms, now)?));
    Ok(Some(firing.into_iter().filter_map(quiet).collect()))
}

/// Whether one incident is silent now.
pub(in crate::store) async fn quiet(
    tx: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Quiet>, StoreError> {
    Ok(quiets(tx, &[id], now).await?.and_then(|quiets| quiets.get(&id).copied()))
}

/// Marks incidents as silent, or as silent no more, where they are not marked so already: that stands on their timeline,
/// and their messages show it. Returns how many.
pub(in crate::store) async fn mark(
    tx: &mut PgConnection,
    marks: &[(Uuid, Option<Quiet>)],
    now: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let row = |(id, quiet): &(Uuid, Option<Quiet>)| json!({ "id": id, "until": quiet.map(|one| one.until), "silence": quiet.map(|one| one.silence) });
    let changed: Vec<Changed> = sqlx::query_as(
        "WITH was AS (SELECT i.id, i.silenced_by, n.until, n.silence
             FROM incident i JOIN jsonb_to_recordset($1) AS n (id uuid, until timestamptz, silence bigint) USING (id)
             WHERE (i.silenced_until, i.silenced_by) IS DISTINCT FROM (n.until, n.silence))
         UPDATE incident i SET silenced_until = was.until, silenced_by = was.silence, version = version + 1
         FROM was JOIN silence s ON s.number = COALESCE(was.silence, was.silenced_by) WHERE i.id = was.id
         RETURNING i.id, i.status = 'resolved' AS over, i.silenced_until, s.number, s.comment, s.created_by, s.ended_by,
             s.ended_at IS NULL AND s.holds_from <= $2 AND s.holds_until > $2 AS holds",
    )
    .bind(marks.iter().map(row).collect::<Value>())
    .bind(now)
    .fetch_all(&mut *tx)
    .await?;
    let (mut silent, mut loud) = (Vec::new(), Vec::new());
    for one in changed.iter().filter(|one| !one.over) {
        match one.silenced_until {
            Some(until) => {
                let until = until.format("%Y-%m-%d %H:%M");
                let said = format!("silenced until {until} UTC by silence {}: {}", one.number, one.comment);
                incidents::note(tx, one.id, now, "silenced", &one.created_by, &said).await?;
                silent.push((one.id, one.number));
            }
            None => {
                let (actor, said) = why(one);
                incidents::note(tx, one.id, now, "unsilenced", actor, &said).await?;
                loud.push(one.id);
            }
        }
        told::refresh(tx, one.id).await?;
    }
    suppress(tx, &silent, now).await?;
    moved(tx, &loud, now).await?;
    Ok(changed.len())
}

fn why(one: &Changed) -> (&str, String) {
    if one.holds {
        return ("firstlook", format!("something fires in it that silence {} does not take", one.number));
    }
    (one.ended_by.as_deref().unwrap_or("firstlook"), format!("silence {} is over", one.number))
}

/// Keeps which incidents a silence was about.
pub(in crate::store) async fn suppress(
    tx: &mut PgConnection,
    pairs: &[(Uuid, i64)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if pairs.is_empty() {
        return Ok(());
    }
    let (incidents, silences): (Vec<Uuid>, Vec<i64>) = pairs.iter().copied().unzip();
    sqlx::query(
        "INSERT INTO suppressed (silence, incident, at)
         SELECT DISTINCT s, i, $3::timestamptz FROM unnest($1::uuid[], $2::bigint[]) AS n (i, s) ON CONFLICT DO NOTHING",
    )
    .bind(&incidents)
    .bind(&silences)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Has those looked at anew who wait to be told of incidents that are silent no more.
async fn moved(tx: &mut PgConnection, ids: &[Uuid], now: DateTime<Utc>) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let waiting = sqlx::query(
        "UPDATE target SET held_until = $2 WHERE incident = ANY ($1) AND held_by = 'silence' AND held_until > $2",
    )
    .bind(ids)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if waiting.rows_affected() > 0 { soon(tx).await } else { Ok(()) }
}
