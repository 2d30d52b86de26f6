//! What model calls have used, and what is set aside for those that run: one count over all replicas.

use chrono::{DateTime, Utc};
use firstlook_core::notify::view::Spending;
use firstlook_core::summary::budget::{Budget, OverBudget, Purpose, Spent, Used};
use firstlook_core::summary::price;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Store, StoreError};

/// Of the advisory lock under which budgets are read and set aside: any number that nothing else takes.
const LOCK: i64 = 0x6669_7273_746c_0001;

/// What is set aside for one call.
#[derive(Debug)]
#[must_use = "it counts as used until it is settled"]
pub struct Reserved(i64);

impl Store {
    /// Sets `needed` aside, where `budget` allows it.
    ///
    /// # Errors
    /// When the database does not answer; the inner one says which budget stands against it.
    pub async fn reserve(
        &self,
        incident: Uuid,
        budget: Budget,
        needed: Spent,
        now: DateTime<Utc>,
    ) -> Result<Result<Reserved, OverBudget>, StoreError> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        let used = used(&mut tx, incident, budget.purpose, now).await?;
        if let Err(over) = budget.allows(used, needed) {
            return Ok(Err(over));
        }
        let id = sqlx::query_scalar(
            "INSERT INTO spending (incident, begun_at, tokens, micro_usd, settled, purpose)
             VALUES ($1, $2, $3, $4, false, $5) RETURNING id",
        )
        .bind(incident)
        .bind(now)
        .bind(stored(needed.tokens))
        .bind(stored(needed.micro_usd))
        .bind(budget.purpose.as_str())
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Ok(Reserved(id)))
    }

    /// Puts what was used in place of what was set aside.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn settle(&self, reserved: Reserved, spent: Spent) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        settle(&mut connection, reserved, spent).await
    }
}

/// The same within a transaction that keeps what it was paid for.
pub(super) async fn settle(
    tx: &mut PgConnection,
    reserved: Reserved,
    spent: Spent,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE spending SET tokens = $2, micro_usd = $3, settled = true WHERE id = $1")
        .bind(reserved.0)
        .bind(stored(spent.tokens))
        .bind(stored(spent.micro_usd))
        .execute(tx)
        .await?;
    Ok(())
}

async fn used(
    tx: &mut PgConnection,
    incident: Uuid,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<Used, StoreError> {
    let (own_tokens, own_usd, day_tokens, day_usd): (i64, i64, i64, i64) = sqlx::query_as(
        "SELECT own.tokens, own.usd, today.tokens, today.usd
         FROM (SELECT COALESCE(sum(tokens), 0)::bigint AS tokens, COALESCE(sum(micro_usd), 0)::bigint AS usd
               FROM spending WHERE incident = $1 AND purpose = $3) AS own,
              (SELECT COALESCE(sum(tokens), 0)::bigint AS tokens, COALESCE(sum(micro_usd), 0)::bigint AS usd
               FROM spending WHERE begun_at >= date_trunc('day', $2::timestamptz, 'UTC') AND purpose = $3) AS today",
    )
    .bind(incident)
    .bind(now)
    .bind(purpose.as_str())
    .fetch_one(tx)
    .await?;
    let spent = |tokens, usd| Spent { tokens: read(tokens), micro_usd: read(usd) };
    Ok(Used { incident: spent(own_tokens, own_usd), day: spent(day_tokens, day_usd) })
}

/// What was used for an incident, whatever for; what nobody settled is not known to be used.
pub(super) async fn shown(tx: &mut PgConnection, incident: Uuid) -> Result<Option<Spending>, StoreError> {
    let (calls, tokens, micro_usd): (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), COALESCE(sum(tokens), 0)::bigint, COALESCE(sum(micro_usd), 0)::bigint
         FROM spending WHERE incident = $1 AND settled AND tokens > 0",
    )
    .bind(incident)
    .fetch_one(tx)
    .await?;
    let cost_usd = (micro_usd > 0).then(|| price::dollars(read(micro_usd)));
    Ok((calls > 0).then(|| Spending { calls: read(calls), tokens: read(tokens), cost_usd }))
}

/// Capped far above anything real, so that no sum overflows.
pub(super) fn stored(count: u64) -> i64 {
    const MOST: i64 = 1 << 50;
    i64::try_from(count).map_or(MOST, |count| count.min(MOST))
}

fn read(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
