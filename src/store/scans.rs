//! What sources of evidence had the other side read, day by day, where that is what it is paid by.

use chrono::{DateTime, Utc};

use super::{Store, StoreError};

/// What one source may have read on a day (UTC), over all replicas.
#[derive(Debug, Clone)]
pub struct Meter {
    store: Store,
    source: String,
    budget: u64,
}

impl Meter {
    /// For the source of this name, `budget` bytes a day.
    pub fn new(store: Store, source: &str, budget: u64) -> Self {
        Self { store, source: source.to_owned(), budget }
    }

    /// Bytes a day.
    pub fn budget(&self) -> u64 {
        self.budget
    }

    /// Adds bytes to the day of `now`. Returns whether the budget of that day is used up: with none, whether it was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn spend(&self, bytes: u64, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let spent: i64 = sqlx::query_scalar(
            "INSERT INTO scan AS s (source, day, bytes) VALUES ($1, $2, $3)
             ON CONFLICT (source, day) DO UPDATE
                 SET bytes = s.bytes + least(excluded.bytes, 9223372036854775807 - s.bytes)
             RETURNING bytes",
        )
        .bind(&self.source)
        .bind(now.date_naive())
        .bind(i64::try_from(bytes).unwrap_or(i64::MAX))
        .fetch_one(&self.store.pool)
        .await?;
        Ok(u64::try_from(spent).unwrap_or(0) >= self.budget)
    }
}

impl Store {
    /// Forgets what was read on days before that of `before`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget_scans(&self, before: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM scan WHERE day < $1").bind(before.date_naive()).execute(&self.pool).await?;
        Ok(())
    }
}
