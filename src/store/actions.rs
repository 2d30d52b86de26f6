//! What people do to an incident: each deed locks the slot, so that it cannot race a message, and is recorded.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::incident::{EdgeKind, Status};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::At;
use super::{Store, StoreError, incidents, told};

/// How far a receiver's clock may be ahead of ours.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// What became of a deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// It was done.
    Done,
    /// It was so already: nothing has changed, nobody is told again.
    Already,
    /// There is no such incident.
    Unknown,
}

/// An incident that was paged.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Paged {
    /// What people call it.
    pub number: i64,
    /// The hash of its group key, in hex: pagers fold by it.
    pub slot: String,
    /// When it last had to ring.
    pub rang_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Held {
    pub id: Uuid,
    pub status: String,
    owner: Option<String>,
    taken: bool,
    flaps: bool,
}

impl Held {
    /// Where it stands for those who were told of it: what flaps is over once that is told, and can be taken until then.
    fn standing(&self) -> Result<Status, StoreError> {
        let status = (At { table: "incident", row: &self.id }).status(&self.status)?;
        Ok(match (status, self.taken) {
            (Status::Resolved, true) if self.flaps => Status::Acknowledged,
            (Status::Resolved, false) if self.flaps => Status::Open,
            _ => status,
        })
    }
}

impl Store {
    /// Somebody takes an open incident.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn acknowledge(
        &self,
        name: &str,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<Acted, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = hold(&mut tx, name).await? else { return Ok(Acted::Unknown) };
        if held.standing()? != Status::Open {
            return Ok(Acted::Already);
        }
        sqlx::query(
            "UPDATE incident SET status = CASE status WHEN 'open' THEN 'acknowledged' ELSE status END, acknowledged_at = $2, owner = $3, version = version + 1
             WHERE id = $1",
        )
        .bind(held.id)
        .bind(now)
        .bind(actor)
        .execute(&mut *tx)
        .await?;
        incidents::note(&mut tx, held.id, now, "acknowledged", actor, "took it").await?;
        told::append(&mut tx, held.id, EdgeKind::Acknowledge, &[], now).await?;
        tx.commit().await?;
        Ok(Acted::Done)
    }

    /// Somebody takes an incident that is not over, whoever had it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_over(&self, name: &str, actor: &str, now: DateTime<Utc>) -> Result<Acted, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = hold(&mut tx, name).await? else { return Ok(Acted::Unknown) };
        let status = held.standing()?;
        if status == Status::Open {
            drop(tx);
            return self.acknowledge(name, actor, now).await;
        }
        let before = (status == Status::Acknowledged).then_some(held.owner.unwrap_or_default());
        let Some(before) = before.filter(|owner| owner != actor) else { return Ok(Acted::Already) };
        let words = format!("took it over from {before}");
        own(&mut tx, held.id, actor, now, actor, &words).await?;
        tx.commit().await?;
        Ok(Acted::Done)
    }

    /// `actor` gave an incident to somebody at a receiver, by its clock at `at`: who has it changes where somebody has it
    /// already. What was told before changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn reassigned(
        &self,
        name: &str,
        actor: &str,
        to: &str,
        (at, now): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<Acted, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = hold(&mut tx, name).await? else { return Ok(Acted::Unknown) };
        let words = format!("gave it to {}", if to.is_empty() { "nobody" } else { to });
        let told: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM decision
                 WHERE incident = $1 AND kind = 'reassigned' AND actor = $2 AND reason = $3 AND at >= $4)",
        )
        .bind(held.id)
        .bind(actor)
        .bind(&words)
        .bind(at - SKEW)
        .fetch_one(&mut *tx)
        .await?;
        if told {
            return Ok(Acted::Already);
        }
        if held.standing()? == Status::Acknowledged && !to.is_empty() {
            own(&mut tx, held.id, to, now, actor, &words).await?;
        } else {
            incidents::note(&mut tx, held.id, now, "reassigned", actor, &words).await?;
            incidents::advance(&mut tx, held.id).await?;
        }
        tx.commit().await?;
        Ok(Acted::Done)
    }

    /// What has been paged by a receiver and is not over, and when it last rang there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn paged(&self, receiver: &str) -> Result<Vec<Paged>, StoreError> {
        Ok(sqlx::query_as(
            "SELECT i.number, encode(i.slot, 'hex') AS slot, max(e.created_at) AS rang_at
             FROM incident i JOIN target t ON t.incident = i.id JOIN edge e ON e.target = t.id
             WHERE (i.status <> 'resolved' OR i.flaps_until IS NOT NULL) AND t.receiver = $1 AND t.integration LIKE 'pagerduty/%'
               AND e.kind NOT IN ('acknowledge', 'resolve')
             GROUP BY i.id",
        )
        .bind(receiver)
        .fetch_all(&self.pool)
        .await?)
    }

    /// Somebody says that it is over. It holds until a sender says that something of it still fires. What flapped does not
    /// any more: what fires next is news.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resolve(
        &self,
        name: &str,
        actor: &str,
        how: &str,
        now: DateTime<Utc>,
    ) -> Result<Acted, StoreError> {
        let mut tx = self.pool.begin().await?;
        let Some(held) = hold(&mut tx, name).await? else { return Ok(Acted::Unknown) };
        if held.standing()? == Status::Resolved {
            return Ok(Acted::Already);
        }
        sqlx::query(
            "UPDATE incident SET status = 'resolved', resolved_at = COALESCE(resolved_at, $2), stale_since = NULL,
                 flaps_until = NULL, transitions = '{}', version = version + 1 WHERE id = $1",
        )
        .bind(held.id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        incidents::note(&mut tx, held.id, now, "resolved", actor, how).await?;
        told::append(&mut tx, held.id, EdgeKind::Resolve, &[], now).await?;
        tx.commit().await?;
        Ok(Acted::Done)
    }
}

/// Has somebody else be the one who has it; its messages show that silently.
async fn own(
    tx: &mut PgConnection,
    incident: Uuid,
    owner: &str,
    now: DateTime<Utc>,
    actor: &str,
    words: &str,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE incident SET owner = $2, version = version + 1 WHERE id = $1")
        .bind(incident)
        .bind(owner)
        .execute(&mut *tx)
        .await?;
    incidents::note(tx, incident, now, "reassigned", actor, words).await?;
    told::refresh(tx, incident).await
}

/// Locks the slot of an incident, then reads the incident: a message that came first has been written by then.
pub(super) async fn hold(tx: &mut PgConnection, name: &str) -> Result<Option<Held>, StoreError> {
    let number: Option<i64> = name.parse().ok();
    let id: Option<Uuid> = name.parse().ok();
    let locked: Option<i32> = sqlx::query_scalar(
        "SELECT 1 FROM slot WHERE key_hash = (SELECT slot FROM incident WHERE number = $1 OR id = $2) FOR UPDATE",
    )
    .bind(number)
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    if locked.is_none() {
        return Ok(None);
    }
    Ok(sqlx::query_as(
        "SELECT id, status, owner, acknowledged_at IS NOT NULL AS taken,
             flaps_until IS NOT NULL AS flaps FROM incident WHERE number = $1 OR id = $2",
    )
    .bind(number)
    .bind(id)
    .fetch_optional(tx)
    .await?)
}
