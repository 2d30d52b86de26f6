//! What people do to an incident: each deed locks the slot, so that it cannot race a message, and is recorded.

use chrono::{DateTime, Utc};
use firstlook_core::incident::{EdgeKind, Status};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::At;
use super::{Store, StoreError, incidents, told};

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

#[derive(sqlx::FromRow)]
pub(super) struct Held {
    pub id: Uuid,
    status: String,
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
        if (At { table: "incident", row: &held.id }).status(&held.status)? != Status::Open {
            return Ok(Acted::Already);
        }
        sqlx::query(
            "UPDATE incident SET status = 'acknowledged', acknowledged_at = $2, owner = $3, version = version + 1
             WHERE id = $1",
        )
        .bind(held.id)
        .bind(now)
        .bind(actor)
        .execute(&mut *tx)
        .await?;
        incidents::note(&mut tx, held.id, now, "acknowledged", actor, "took it").await?;
        told::append(&mut tx, held.id, EdgeKind::Acknowledge, now).await?;
        tx.commit().await?;
        Ok(Acted::Done)
    }

    /// Somebody says that it is over. It holds until a sender says that something of it still fires.
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
        if (At { table: "incident", row: &held.id }).status(&held.status)? == Status::Resolved {
            return Ok(Acted::Already);
        }
        sqlx::query(
            "UPDATE incident SET status = 'resolved', resolved_at = $2, stale_since = NULL, version = version + 1
             WHERE id = $1",
        )
        .bind(held.id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        incidents::note(&mut tx, held.id, now, "resolved", actor, how).await?;
        told::append(&mut tx, held.id, EdgeKind::Resolve, now).await?;
        tx.commit().await?;
        Ok(Acted::Done)
    }
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
    Ok(sqlx::query_as("SELECT id, status FROM incident WHERE number = $1 OR id = $2")
        .bind(number)
        .bind(id)
        .fetch_optional(tx)
        .await?)
}
