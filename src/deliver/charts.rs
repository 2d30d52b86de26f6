//! The charts of an incident under its message, in a lane of their own: whatever befalls them, words are not held up.
//!
//! Knows when they are posted, and the policy of trying again. Must not draw: `firstlook_core::notify::chart` does.
//! They are posted at most once. Where nobody knows whether they were, they are not posted again: the page has them.

use std::sync::Arc;
use std::time::Duration;

use firstlook_core::notify::backoff::{self, Next};
use firstlook_core::notify::chart;
use firstlook_core::notify::rate::BESIDE;
use firstlook_core::notify::view::Incident;

use super::{Deliver, Integration, chance, tries};
use crate::clock;
use crate::fail::{self, Step};
use crate::raster;
use crate::receivers::slack::Slack;
use crate::receivers::slack::files::{File, Uploaded};
use crate::receivers::{Class, SendError};
use crate::store::{Address, Charts, Claim, Outcome, StoreError, Target};

/// How soon it is looked again whether the channel has room.
pub(super) const ROOM: Duration = Duration::from_secs(1);

impl Deliver {
    /// Has the charts posted, once there are some and there is a message to put them under.
    pub(super) async fn want_charts(
        &self,
        claim: &Claim,
        view: &Incident,
        target: &mut Target,
    ) -> Result<(), StoreError> {
        if target.charts == Charts::Unknown && !chart::decisive(view).is_empty() {
            self.store.want_charts(claim, target).await?;
            target.charts = Charts::Wanted;
            self.wake.all();
        }
        Ok(())
    }

    /// Posts the charts of an incident into the thread of its message.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn charts(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let target = self.store.target(&claim).await?;
        match target.charts {
            Charts::Unknown | Charts::Done => return Ok(Outcome::Done),
            Charts::Begun => {
                let doubt = "whoever posted them died before Slack's answer was kept; they may stand there, and are \
                             not posted again";
                return self.parked(&claim, &target, doubt).await;
            }
            Charts::Wanted => {}
        }
        let way = self.way(&target);
        let (Some(way), Some(address)) = (way, target.address.clone()) else {
            return self.unwanted(&claim, &target).await;
        };
        let Integration::Slack { api, .. } = &way.integration else {
            return self.unwanted(&claim, &target).await;
        };
        let Some(view) = self.store.told_incident(target.incident, &self.words).await? else {
            return Ok(Outcome::Done);
        };
        // Before anything is drawn: it may wait for long.
        if !self.store.take(&claim, &way.bucket, BESIDE, 1).await? {
            return Ok(Outcome::Wait(ROOM));
        }
        let files = match self.drawn(&view).await {
            Ok(files) if files.is_empty() => return self.unwanted(&claim, &target).await,
            Ok(files) => files,
            Err(fault) => return self.parked(&claim, &target, &fault).await,
        };
        self.posted(&claim, api, &target, &address, &files).await
    }

    /// The pictures, drawn where no other task waits for the processor.
    async fn drawn(&self, view: &Incident) -> Result<Vec<File>, String> {
        let picture =
            |item| chart::picture(item, view.number, view.started_at, &self.zone, &self.words.redactor);
        let pictures: Vec<_> = chart::decisive(view).into_iter().filter_map(picture).collect();
        let fonts = self.fonts.clone();
        let draw = move || {
            let fonts = fonts.database();
            let file = |one: chart::Picture| {
                let bytes = raster::png(&one.svg, Arc::clone(&fonts))?;
                Ok::<_, raster::RasterError>(File {
                    name: one.file,
                    title: one.title,
                    alt: one.alt,
                    kind: "image/png",
                    bytes,
                })
            };
            pictures.into_iter().map(file).collect::<Result<Vec<_>, _>>()
        };
        let drawn = tokio::task::spawn_blocking(draw).await.map_err(|error| error.to_string())?;
        drawn.map_err(|error| format!("{error}: this is a fault of firstlook, please report it"))
    }

    async fn posted(
        &self,
        claim: &Claim,
        api: &Slack,
        target: &Target,
        address: &Address,
        files: &[File],
    ) -> Result<Outcome, StoreError> {
        let mut uploaded: Vec<Uploaded> = Vec::new();
        for file in files {
            match api.upload(file).await {
                Ok(one) => uploaded.push(one),
                // Nobody sees it: a lost answer costs another try, and no doubt.
                Err(error) => return self.unposted(claim, target, &error, true).await,
            }
        }
        fail::pass(Step::ChartsUploaded);
        self.store.posting_charts(claim, target).await?;
        let answer = api.share(&uploaded, &address.channel, target.under(address)).await;
        fail::pass(Step::ChartsPosted);
        if let Err(error) = answer {
            // Who asks for patience with files does not mean words: the channel's bucket stays open.
            return self.unposted(claim, target, &error, false).await;
        }
        self.store.posted_charts(claim, target, clock::now()).await?;
        tracing::info!(receiver = target.receiver, charts = files.len(), "charts posted");
        Ok(Outcome::Done)
    }

    /// Another try, or none: a refusal stays one, and what may stand there is not posted again.
    async fn unposted(
        &self,
        claim: &Claim,
        target: &Target,
        error: &SendError,
        unseen: bool,
    ) -> Result<Outcome, StoreError> {
        if error.class == Class::Ambiguous && !unseen {
            let doubt = format!("{}; they may stand there, and are not posted again", error.reason);
            return self.parked(claim, target, &doubt).await;
        }
        let age = (clock::now() - claim.created_at).to_std().unwrap_or_default();
        match backoff::next(error.class, tries(claim.attempts), age, backoff::EDIT_PATIENCE, chance()) {
            Next::Again(after) => {
                self.store.unposted_charts(claim, target).await?;
                Ok(Outcome::Retry { after, error: error.reason.clone() })
            }
            Next::Replace | Next::Park => self.parked(claim, target, &error.reason).await,
        }
    }

    async fn parked(&self, claim: &Claim, target: &Target, reason: &str) -> Result<Outcome, StoreError> {
        tracing::warn!(receiver = target.receiver, reason, "the charts of an incident are not posted");
        self.store.park_charts(claim, target, clock::now(), reason).await?;
        Ok(Outcome::Done)
    }

    async fn unwanted(&self, claim: &Claim, target: &Target) -> Result<Outcome, StoreError> {
        self.store.unwant_charts(claim, target).await?;
        Ok(Outcome::Done)
    }
}
