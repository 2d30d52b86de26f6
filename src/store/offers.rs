//! Messages of other apps under which an analysis is offered: each once, and not too many in a channel.
//!
//! What is offered is kept in the transaction that enqueues it, so that a message that is told of twice is offered once.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::notify::{Offering, Posted};
use serde_json::json;

use super::jobs::{self, Claim, JobKind, NewJob};
use super::told::Now;
use super::{Store, StoreError};

/// What the keys of these jobs begin with.
pub const OFFER: &str = "offer/";
/// Offers that a channel gets within [`PER`]: in a flood of alarms more buttons help nobody.
const MOST: i64 = 5;
/// See [`MOST`].
const PER: TimeDelta = TimeDelta::minutes(10);
/// Older ones are forgotten: Slack does not tell of a message again so late.
const KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// What became of a message that was told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It will be offered.
    New,
    /// It was told of before.
    Again,
    /// The channel has got enough of them for now.
    TooMany,
    /// Somebody wants none there.
    Off,
}

/// An offer that is to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The channel's id.
    pub channel: String,
    /// The message's.
    pub ts: String,
    /// Somebody began to post it, and has not said how that ended.
    pub begun: bool,
}

impl Store {
    /// Keeps a message, and that an analysis is to be offered under it.
    ///
    /// # Errors
    /// When the database does not take it; then Slack is to tell of it again.
    pub async fn keep_offer(&self, posted: &Posted, now: DateTime<Utc>) -> Result<Offered, StoreError> {
        let mut tx = self.pool.begin().await?;
        // Two that come at once are counted one after the other.
        sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('offer/' || $1, 0))")
            .bind(&posted.channel)
            .execute(&mut *tx)
            .await?;
        let (known, off, recent): (bool, bool, i64) = sqlx::query_as(
            "SELECT EXISTS (SELECT FROM offer WHERE event = $2 OR (channel = $1 AND ts = $3)),
                    EXISTS (SELECT FROM offer_off WHERE channel = $1),
                    (SELECT count(*) FROM offer WHERE channel = $1 AND received_at > $4)",
        )
        .bind(&posted.channel)
        .bind(&posted.event)
        .bind(&posted.ts)
        .bind(now - PER)
        .fetch_one(&mut *tx)
        .await?;
        match (known, off) {
            (true, _) => return Ok(Offered::Again),
            (false, true) => return Ok(Offered::Off),
            (false, false) if recent >= MOST => return Ok(Offered::TooMany),
            (false, false) => {}
        }
        sqlx::query("DELETE FROM offer WHERE received_at < $1")
            .bind(now - KEPT_FOR)
            .execute(&mut *tx)
            .await?;
        let new = sqlx::query(
            "INSERT INTO offer (channel, ts, event, said, received_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT DO NOTHING",
        )
        .bind(&posted.channel)
        .bind(&posted.ts)
        .bind(&posted.event)
        .bind(&posted.said)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        if new.rows_affected() == 0 {
            return Ok(Offered::Again);
        }
        let job = NewJob {
            kind: JobKind::Upkeep,
            key: format!("{OFFER}{}/{}", posted.channel, posted.ts),
            incident: None,
            run_at: None,
            payload: Some(json!({})),
        };
        jobs::enqueue(&mut tx, &[job]).await?;
        tx.commit().await?;
        Ok(Offered::New)
    }

    /// Somebody wants offers in a channel, or none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn switch_offers(&self, offering: &Offering, now: DateTime<Utc>) -> Result<(), StoreError> {
        let Offering { channel, on, actor, .. } = offering;
        let off =
            "INSERT INTO offer_off (channel, off_by, off_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        match on {
            true => sqlx::query("DELETE FROM offer_off WHERE channel = $1").bind(channel),
            false => sqlx::query(off).bind(channel).bind(actor).bind(now),
        }
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The offer that a claim is about; none where nothing is left to do.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn offer(&self, claim: &Claim) -> Result<Option<Offer>, StoreError> {
        let named = claim.key.strip_prefix(OFFER).and_then(|key| key.split_once('/'));
        let Some((channel, ts)) = named else { return Ok(None) };
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM offer WHERE channel = $1 AND ts = $2")
                .bind(channel)
                .bind(ts)
                .fetch_optional(&self.pool)
                .await?;
        let begun = match state.as_deref() {
            Some("wanted") => false,
            Some("sending") => true,
            _ => return Ok(None),
        };
        Ok(Some(Offer { channel: channel.to_owned(), ts: ts.to_owned(), begun }))
    }

    /// Writes down what became of an offer.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn note_offer(&self, claim: &Claim, offer: &Offer, now: Now<'_>) -> Result<(), StoreError> {
        let (state, reason) = now.word();
        let mut tx = self.pool.begin().await?;
        jobs::hold(&mut tx, claim).await?;
        sqlx::query("UPDATE offer SET state = $3, reason = $4 WHERE channel = $1 AND ts = $2")
            .bind(&offer.channel)
            .bind(&offer.ts)
            .bind(state)
            .bind(reason)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// What a message says under which an analysis was offered; none where it is not known.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn offered(&self, channel: &str, ts: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("SELECT said FROM offer WHERE channel = $1 AND ts = $2")
            .bind(channel)
            .bind(ts)
            .fetch_optional(&self.pool)
            .await?)
    }
}
