//! Buckets: how much each receiver may be told, over all replicas, by the clock of the database.
//!
//! A row is one point in time, `opens_at`: a message may go when that has come, and moves it on (`notify::rate`). Jobs
//! that had to wait are named by their bucket, so that a closed one costs nothing until it opens (`jobs`).

use std::time::Duration;

use firstlook_core::notify::rate::Rate;
use sha2::{Digest, Sha256};

use super::jobs::{Claim, JobKind};
use super::{Store, StoreError};
use crate::secret::Secret;

/// One key of one receiver, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its row's name; holds no secret.
    pub name: String,
    /// How fast it fills again.
    pub rate: Rate,
}

impl Bucket {
    /// The bucket of `key` at `place` (a channel, or nothing): whoever uses the same one shares it.
    pub fn new(kind: &str, key: &Secret, place: &str, rate: Rate) -> Self {
        let mut hasher = Sha256::new();
        for part in [key.expose(), place] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        let hash: String = hasher.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{kind}/{hash}"), rate }
    }
}

impl Store {
    /// Takes room for `sends` messages, all or none; the claim may have brought it for the first. None while the bucket is
    /// closed, or where a job that waits for it is more urgent, or as urgent and older.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take(
        &self,
        claim: &Claim,
        bucket: &Bucket,
        urgency: i16,
        sends: u32,
    ) -> Result<bool, StoreError> {
        let begun = claim.spend(&bucket.name);
        let sends = sends - u32::from(begun && sends > 0);
        if sends == 0 {
            return Ok(true);
        }
        // What is told by another lane under the same key goes before pictures and analyses.
        let kinds: &[&str] = match claim.kind {
            JobKind::Charts | JobKind::Report | JobKind::Declare => {
                &[claim.kind.as_str(), JobKind::Message.as_str()]
            }
            _ => &[claim.kind.as_str()],
        };
        let taken = sqlx::query(
            "INSERT INTO rate_bucket AS b (name, opens_at, every, slack)
             VALUES ($1, now() - make_interval(secs => $3) + make_interval(secs => $2) * $4,
                     make_interval(secs => $2), make_interval(secs => $3))
             ON CONFLICT (name) DO UPDATE SET every = excluded.every, slack = excluded.slack,
                 opens_at = greatest(b.opens_at, now() - excluded.slack) + excluded.every * $4
             WHERE $5 OR (b.opens_at <= now() AND NOT EXISTS (
                 SELECT 1 FROM job WHERE kind = ANY ($6) AND bucket = $1 AND state = 'ready' AND lost = 0
                     AND run_at <= now() AND (urgency, run_at, id) < ($7, $8, $9)))",
        )
        .bind(&bucket.name)
        .bind(bucket.rate.every.as_secs_f64())
        .bind(bucket.rate.slack.as_secs_f64())
        .bind(f64::from(sends))
        .bind(begun)
        .bind(kinds)
        .bind(urgency)
        .bind(claim.run_at)
        .bind(claim.id)
        .execute(&self.pool)
        .await?;
        Ok(taken.rows_affected() == 1)
    }

    /// Has a bucket fill as it is configured now, where it is in use.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn set_rate(&self, bucket: &Bucket) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE rate_bucket SET every = make_interval(secs => $2), slack = make_interval(secs => $3)
             WHERE name = $1",
        )
        .bind(&bucket.name)
        .bind(bucket.rate.every.as_secs_f64())
        .bind(bucket.rate.slack.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Closes a bucket for everybody who uses its key: the receiver asked for it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn close_bucket(&self, bucket: &Bucket, after: Duration) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO rate_bucket AS b (name, opens_at, every, slack)
             VALUES ($1, now() + make_interval(secs => $2), make_interval(secs => $3), make_interval(secs => $4))
             ON CONFLICT (name) DO UPDATE SET opens_at = greatest(b.opens_at, excluded.opens_at)",
        )
        .bind(&bucket.name)
        .bind(after.as_secs_f64())
        .bind(bucket.rate.every.as_secs_f64())
        .bind(bucket.rate.slack.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_known_by_its_key_and_place_and_shows_neither() {
        let bucket = |key: &str, place| Bucket::new("slack", &Secret::new(key), place, Rate::UNLIMITED).name;
        let name = bucket("xoxb-1", "#alerts");
        assert_eq!(name, bucket("xoxb-1", "#alerts"));
        assert_ne!(name, bucket("xoxb-1", "#other"));
        assert_ne!(name, bucket("xoxb-2", "#alerts"));
        assert_ne!(bucket("ab", "c"), bucket("a", "bc"));
        assert!(name.starts_with("slack/") && !name.contains("xoxb") && !name.contains("alerts"), "{name}");
    }
}
