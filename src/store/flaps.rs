//! Incidents that have stopped flapping: the flag goes, and an end that was not told is told.
//!
//! Each is found by a plain read, then changed under the lock of its slot, where the condition is looked at again.

use chrono::{DateTime, Utc};
use firstlook_core::incident::{EdgeKind, Status};
use sqlx::PgConnection;
use uuid::Uuid;

use super::row::At;
use super::{Store, StoreError, actions, incidents, told};

/// Incidents changed by one sweep; the next one takes the rest.
const MOST: i64 = 200;

impl Store {
    /// Takes the flag from incidents of which the window has passed without another change. Returns how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_flaps(&self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        let due: Vec<Uuid> =
            sqlx::query_scalar("SELECT id FROM incident WHERE flaps_until <= $1 ORDER BY number LIMIT $2")
                .bind(now)
                .bind(MOST)
                .fetch_all(&self.pool)
                .await?;
        let mut ended = 0;
        for id in due {
            let mut tx = self.pool.begin().await?;
            actions::hold(&mut tx, &id.to_string()).await?;
            if steady(&mut tx, id, now).await? {
                tx.commit().await?;
                ended += 1;
            }
        }
        Ok(ended)
    }
}

/// Under the lock of its slot. False where it went on meanwhile.
async fn steady(tx: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let status: Option<String> = sqlx::query_scalar(
        "UPDATE incident SET flaps_until = NULL, transitions = '{}', version = version + 1
         WHERE flaps_until <= $1 AND id = $2 RETURNING status",
    )
    .bind(now)
    .bind(id)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(status) = status else { return Ok(false) };
    let over = (At { table: "incident", row: &id }).status(&status)? == Status::Resolved;
    let reason = match over {
        true => "it has stopped flapping, and stayed quiet: its end is told now",
        false => "it has stopped flapping: it still fires",
    };
    incidents::note(tx, id, now, "steady", "firstlook", reason).await?;
    if over {
        told::append(tx, id, EdgeKind::Resolve, &[], now).await?;
    }
    told::refresh(tx, id).await?;
    Ok(true)
}

/// Whether somebody else should have been told of one of these that go on, had it not been quiet just then.
pub(super) async fn overdue(
    tx: &mut PgConnection,
    folded: &[Uuid],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if folded.is_empty() {
        return Ok(false);
    }
    Ok(sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM escalation WHERE incident = ANY ($1) AND state = 'due' AND NOT waits AND due_at <= $2)",
    )
    .bind(folded)
    .bind(now)
    .fetch_one(tx)
    .await?)
}
