//! An analysis under the incident's message, in a lane of its own: one message that is edited as it goes, then a file.
//!
//! Knows when they are posted and edited, and the policy of trying again. Must not know a word of them. A post whose
//! answer was lost is looked for, and else said in the next one; a file that may stand there is not posted again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use firstlook_core::notify::backoff::{self, Next};
use firstlook_core::notify::chart::{self, Picture};
use firstlook_core::notify::graph::graph_picture;
use firstlook_core::notify::rate::BESIDE;
use firstlook_core::notify::view::Incident;
use firstlook_core::notify::{self, analysis_file_title, analysis_markdown};

use super::charts::ROOM;
use super::notes::notebook;
use super::send::counted;
use super::sought::Sought;
use super::{Deliver, Integration, Way, chance, tries};
use crate::clock;
use crate::fail::{self, Step};
use crate::raster;
use crate::receivers::slack::files::{File, Uploaded};
use crate::receivers::slack::{Place, Slack};
use crate::receivers::{Class, SendError};
use crate::store::{Address, Claim, FileState, Now, Outcome, StoreError, Target, Telling};
use crate::telemetry::labels::SendOutcome;

/// Between two edits while an analysis is on its way, at least (messages/README).
const APART: Duration = Duration::from_secs(3);

/// The thread that shows it, and who works on that.
struct Thread<'a> {
    claim: &'a Claim,
    way: &'a Way,
    api: &'a Slack,
    target: &'a Target,
    /// Where the incident's message stands.
    under: &'a Address,
}

impl Thread<'_> {
    /// Where the answer to an earlier try was lost: whether that stands there.
    async fn seek(&self, telling: &mut Telling, key: &str) {
        let place = Place { channel: &self.under.channel, thread: Some(self.target.under(self.under)) };
        let sought = Sought::of(self.api, place, telling.doubt, key).await;
        telling.doubt = telling.doubt.filter(|_| sought.may_be_there());
        if let Sought::There(at) = sought {
            telling.address = Some(at.into());
        }
    }
}

impl Deliver {
    /// Shows the analyses of an incident in the thread of its message, as they are now; at a pager, what there is to note.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn report(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let target = self.store.target(&claim).await?;
        let way = self.way(&target);
        if let Some(rest) = way.as_deref().and_then(notebook) {
            return self.notes(&claim, &target, rest).await;
        }
        let slack = way.as_deref().and_then(|way| match &way.integration {
            Integration::Slack { api, .. } => Some((way, api)),
            _ => None,
        });
        let Some((way, api)) = slack else {
            self.store.leave_analyses(&claim, &target).await?;
            return Ok(Outcome::Done);
        };
        // The message comes first; whoever posts it has this done then.
        let Some(under) = target.address.as_ref() else { return Ok(Outcome::Done) };
        let thread = Thread { claim: &claim, way, api, target: &target, under };
        for mut telling in self.store.analyses_to_tell(target.id).await? {
            let Some(mut view) = self.store.told_incident(target.incident, &self.words).await? else {
                return Ok(Outcome::Done);
            };
            view.analysis = self.store.told_analysis(telling.analysis, &self.words).await?;
            if let Some(stop) = self.message(&thread, &mut telling, &view).await? {
                return Ok(stop);
            }
            if let Some(stop) = self.file(&thread, &telling, &view).await? {
                return Ok(stop);
            }
        }
        Ok(Outcome::Done)
    }

    /// Posts or edits the message where it shows an older version. Returns how the job ends where nothing may follow yet.
    async fn message(
        &self,
        thread: &Thread<'_>,
        telling: &mut Telling,
        view: &Incident,
    ) -> Result<Option<Outcome>, StoreError> {
        let Thread { claim, way, api, target, under } = *thread;
        if telling.parked || telling.shown >= telling.version {
            return Ok(None);
        }
        if let Some(wait) = too_soon(telling, clock::now()) {
            return Ok(Some(Outcome::Wait(wait)));
        }
        if !self.store.take(claim, &way.bucket, BESIDE, 1).await? {
            return Ok(Some(Outcome::Wait(ROOM)));
        }
        let key = format!("{}/{}", target.id, telling.analysis);
        if telling.address.is_none() {
            thread.seek(telling, &key).await;
        }
        let (zone, doubt) = (&self.zone, telling.doubt);
        let body = match &telling.address {
            Some(at) => notify::analysis_update(view, zone, &at.channel, &at.ts, doubt),
            None => notify::analysis_post(view, zone, &under.channel, target.under(under), doubt),
        };
        let Some(body) = body.map(|body| notify::keyed(body, &key)) else { return Ok(None) };
        let answer = if telling.address.is_some() {
            api.update(&body).await
        } else {
            self.store.note_telling(claim, (target, telling), Now::Sending, clock::now()).await?;
            api.post(&body).await
        };
        fail::pass(Step::AnalysisTold);
        match answer {
            Ok(receipt) => {
                telling.address = Some(receipt.into());
                self.store.note_telling(claim, (target, telling), Now::Sent, clock::now()).await?;
                counted(&way.integration, SendOutcome::Sent);
                Ok(None)
            }
            Err(error) => self.untold(thread, telling, &error).await,
        }
    }

    async fn untold(
        &self,
        thread: &Thread<'_>,
        telling: &mut Telling,
        error: &SendError,
    ) -> Result<Option<Outcome>, StoreError> {
        let Thread { claim, way, target, .. } = *thread;
        let now = clock::now();
        self.heed(way, error).await?;
        let posting = telling.address.is_none();
        if posting && error.class == Class::Ambiguous {
            telling.doubt = telling.doubt.or(Some(now));
        }
        match again(claim, error, now) {
            Some(after) => {
                if posting {
                    self.store.note_telling(claim, (target, telling), Now::Wanted, now).await?;
                }
                counted(&way.integration, SendOutcome::Retried);
                Ok(Some(Outcome::Retry { after, error: error.reason.clone() }))
            }
            None => {
                counted(&way.integration, SendOutcome::Parked);
                tracing::warn!(receiver = target.receiver, reason = error.reason, "an analysis is not told");
                self.store.note_telling(claim, (target, telling), Now::Parked(&error.reason), now).await?;
                telling.parked = true;
                Ok(None)
            }
        }
    }

    /// Posts the report as a file, once there is one.
    async fn file(
        &self,
        thread: &Thread<'_>,
        telling: &Telling,
        view: &Incident,
    ) -> Result<Option<Outcome>, StoreError> {
        let Thread { claim, way, target, .. } = *thread;
        // It may have ended since it was read: whoever ended it has this done once more.
        if !telling.over || telling.file == FileState::Done {
            return Ok(None);
        }
        if telling.file == FileState::Begun {
            let doubt = "whoever posted it died before Slack's answer was kept; it may stand there, and is not posted \
                         again";
            return self.unposted_file(thread, telling, doubt).await;
        }
        let Some(text) = analysis_markdown(view, &self.zone) else {
            self.store.note_file(claim, (target, telling), Now::None, clock::now()).await?;
            return Ok(None);
        };
        if !self.store.take(claim, &way.bucket, BESIDE, 1).await? {
            return Ok(Some(Outcome::Wait(ROOM)));
        }
        let file = File {
            name: format!("incident-{}-analysis.md", view.number),
            title: analysis_file_title(view),
            alt: String::new(),
            kind: "text/markdown",
            bytes: self.report_worded(text, view).into_bytes(),
        };
        let mut files = vec![file];
        for picture in self.pictures(view) {
            files.extend(self.drawn_alone(picture).await);
        }
        self.share(thread, telling, &files).await
    }

    /// The graph of its causes, and the series that answer a question about days.
    fn pictures(&self, view: &Incident) -> Vec<Picture> {
        let mark = chart::mark(view);
        let series = chart::cited(view).into_iter();
        let series = series
            .filter_map(|item| chart::picture(item, view.number, mark, &self.zone, &self.words.redactor));
        graph_picture(view, &self.zone).into_iter().chain(series).collect()
    }

    /// Where it cannot be drawn the report stands alone, and the page has it.
    async fn drawn_alone(&self, picture: Picture) -> Option<File> {
        let (alt, title, name, svg) = (picture.alt, picture.title, picture.file, picture.svg);
        let fonts = self.fonts.clone();
        let drawn = tokio::task::spawn_blocking(move || raster::png(&svg, fonts.database())).await;
        let drawn =
            drawn.map_err(|error| error.to_string()).and_then(|png| png.map_err(|error| error.to_string()));
        match drawn {
            Ok(bytes) => Some(File { name, title, alt, kind: "image/png", bytes }),
            Err(error) => {
                tracing::error!(error, "a picture of an analysis cannot be drawn: please report it");
                None
            }
        }
    }

    async fn share(
        &self,
        thread: &Thread<'_>,
        telling: &Telling,
        files: &[File],
    ) -> Result<Option<Outcome>, StoreError> {
        let Thread { claim, api, target, under, .. } = *thread;
        let mut uploaded: Vec<Uploaded> = Vec::new();
        for file in files {
            match api.upload(file).await {
                Ok(one) => uploaded.push(one),
                // Nobody sees it: a lost answer costs another try, and no doubt.
                Err(error) => match again(claim, &error, clock::now()) {
                    Some(after) => return Ok(Some(Outcome::Retry { after, error: error.reason })),
                    None => return self.unposted_file(thread, telling, &error.reason).await,
                },
            }
        }
        fail::pass(Step::ReportUploaded);
        self.store.note_file(claim, (target, telling), Now::Sending, clock::now()).await?;
        let answer = api.share(&uploaded, &under.channel, target.under(under)).await;
        fail::pass(Step::ReportPosted);
        let Err(error) = answer else {
            self.store.note_file(claim, (target, telling), Now::Sent, clock::now()).await?;
            return Ok(None);
        };
        if error.class == Class::Ambiguous {
            let doubt = format!("{}; it may stand there, and is not posted again", error.reason);
            return self.unposted_file(thread, telling, &doubt).await;
        }
        match again(claim, &error, clock::now()) {
            Some(after) => {
                self.store.note_file(claim, (target, telling), Now::Wanted, clock::now()).await?;
                Ok(Some(Outcome::Retry { after, error: error.reason }))
            }
            None => self.unposted_file(thread, telling, &error.reason).await,
        }
    }

    async fn unposted_file(
        &self,
        thread: &Thread<'_>,
        telling: &Telling,
        reason: &str,
    ) -> Result<Option<Outcome>, StoreError> {
        let Thread { claim, target, .. } = *thread;
        tracing::warn!(receiver = target.receiver, reason, "the file of an analysis is not posted");
        self.store.note_file(claim, (target, telling), Now::Parked(reason), clock::now()).await?;
        Ok(None)
    }
}

/// How long an edit has to wait, so that nobody sees a message flicker; its end waits for nothing.
fn too_soon(telling: &Telling, now: DateTime<Utc>) -> Option<Duration> {
    let shown_at = telling.shown_at.filter(|_| !telling.over)?;
    let since = (now - shown_at).to_std().unwrap_or_default();
    APART.checked_sub(since).filter(|left| !left.is_zero())
}

/// When it is tried again; `None` where that has no sense.
pub(super) fn again(claim: &Claim, error: &SendError, now: DateTime<Utc>) -> Option<Duration> {
    let age = (now - claim.created_at).to_std().unwrap_or_default();
    match backoff::next(error.class, tries(claim.attempts), age, backoff::EDIT_PATIENCE, chance()) {
        Next::Again(after) => Some(after),
        Next::Replace | Next::Park => None,
    }
}
