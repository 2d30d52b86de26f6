//! Offers under the alarms of other apps in Slack: one message in the thread of each.
//!
//! Knows the policy of trying again. Must not know what an offer says. One that may stand there is not posted again: it is
//! no alarm, and who misses it can ask by the shortcut.

use firstlook_core::notify::backoff::{self, Next};
use firstlook_core::notify::{self, rate::BESIDE};

use super::charts::ROOM;
use super::{Deliver, Integration, chance, tries};
use crate::clock;
use crate::receivers::Class;
use crate::store::{Claim, Now, Offer, Outcome, StoreError};

impl Deliver {
    /// Posts the offer that a claim is about.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn offer(&self, claim: &Claim) -> Result<Outcome, StoreError> {
        let Some(offer) = self.store.offer(claim).await? else { return Ok(Outcome::Done) };
        if offer.begun {
            let doubt = "whoever posted it died before Slack's answer was kept; it is not posted again";
            return self.unoffered(claim, &offer, doubt).await;
        }
        let way = self.bot.as_ref().and_then(|bot| self.ways.get(bot)?.elsewhere(&offer.channel));
        let Some(way) = way else {
            return self.unoffered(claim, &offer, "no `slack_configs` has a bot token any more").await;
        };
        let Integration::Slack { api, .. } = &way.integration else { return Ok(Outcome::Done) };
        if !self.store.take(claim, &way.bucket, BESIDE, 1).await? {
            return Ok(Outcome::Wait(ROOM));
        }
        self.store.note_offer(claim, &offer, Now::Sending).await?;
        let body = notify::slack_offer(self.words.language, &offer.channel, &offer.ts);
        let Err(error) = api.post(&body).await else {
            self.store.note_offer(claim, &offer, Now::Sent).await?;
            return Ok(Outcome::Done);
        };
        self.heed(&way, &error).await?;
        if error.class == Class::Ambiguous {
            return self.unoffered(claim, &offer, &error.reason).await;
        }
        let age = (clock::now() - claim.created_at).to_std().unwrap_or_default();
        match backoff::next(error.class, tries(claim.attempts), age, backoff::EDIT_PATIENCE, chance()) {
            Next::Again(after) => {
                self.store.note_offer(claim, &offer, Now::Wanted).await?;
                Ok(Outcome::Retry { after, error: error.reason })
            }
            Next::Replace | Next::Park => self.unoffered(claim, &offer, &error.reason).await,
        }
    }

    async fn unoffered(&self, claim: &Claim, offer: &Offer, reason: &str) -> Result<Outcome, StoreError> {
        tracing::warn!(channel = offer.channel, reason, "an analysis is not offered under an alarm in Slack");
        self.store.note_offer(claim, offer, Now::Parked(reason)).await?;
        Ok(Outcome::Done)
    }
}
