//! Messages that come once: which of them have been taken, in the transaction that takes them.
//!
//! Neither a crash nor two replicas can lose or double one: that it was seen and what followed are one commit.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{NewDelivery, Store, StoreError};

/// Remembers the messages of these bodies, which must be kept already. Returns the bodies that were taken before, each
/// with the delivery that it was taken with.
pub(super) async fn remember(
    tx: &mut PgConnection,
    bodies: &[&NewDelivery],
) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
    let mut new: Vec<(&str, &str, Uuid, DateTime<Utc>)> = Vec::new();
    for body in bodies {
        if let Some(id) = &body.once {
            new.push((&body.source, id, body.id, body.received_at));
        }
    }
    if new.is_empty() {
        return Ok(BTreeMap::new());
    }
    // In one order, so that two transactions wait for each other and do not lock each other out.
    new.sort_unstable();
    let sources: Vec<&str> = new.iter().map(|one| one.0).collect();
    let ids: Vec<&str> = new.iter().map(|one| one.1).collect();
    let deliveries: Vec<Uuid> = new.iter().map(|one| one.2).collect();
    let times: Vec<DateTime<Utc>> = new.iter().map(|one| one.3).collect();
    sqlx::query(
        "INSERT INTO sns_seen (source, message_id, delivery, received_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[]) ON CONFLICT DO NOTHING",
    )
    .bind(&sources)
    .bind(&ids)
    .bind(&deliveries)
    .bind(&times)
    .execute(&mut *tx)
    .await?;
    let taken: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT n.delivery, s.delivery FROM unnest($1::text[], $2::text[], $3::uuid[]) AS n (source, message_id, delivery)
         JOIN sns_seen s USING (source, message_id) WHERE s.delivery <> n.delivery",
    )
    .bind(&sources)
    .bind(&ids)
    .bind(&deliveries)
    .fetch_all(&mut *tx)
    .await?;
    let taken: BTreeMap<Uuid, Uuid> = taken.into_iter().collect();
    let again: Vec<Uuid> = taken.keys().copied().collect();
    if !again.is_empty() {
        sqlx::query("DELETE FROM delivery WHERE id = ANY($1)").bind(again).execute(tx).await?;
    }
    Ok(taken)
}

/// Of these bodies those whose message was taken before, each with the delivery that it was taken with.
pub(super) async fn taken(
    tx: &mut PgConnection,
    bodies: &[&NewDelivery],
) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
    let named = || bodies.iter().filter_map(|body| Some((body, body.once.as_deref()?)));
    let taken: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT n.delivery, s.delivery FROM unnest($1::text[], $2::text[], $3::uuid[]) AS n (source, message_id, delivery)
         JOIN sns_seen s USING (source, message_id)",
    )
    .bind(named().map(|(body, _)| body.source.as_str()).collect::<Vec<_>>())
    .bind(named().map(|(_, id)| id).collect::<Vec<_>>())
    .bind(named().map(|(body, _)| body.id).collect::<Vec<_>>())
    .fetch_all(tx)
    .await?;
    Ok(taken.into_iter().collect())
}

impl Store {
    /// Forgets messages received before `before`: so old a message is refused for its age.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_seen(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sns_seen WHERE received_at < $1").bind(before).execute(&self.pool).await?;
        Ok(())
    }
}
