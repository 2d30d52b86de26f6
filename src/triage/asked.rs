//! What a person asks about days: what stands in the evidence before it is kept, and the rest is left to the analysis.
//!
//! Knows that logs of days are never read. Of a question about metrics no source is asked at all: which matter the question
//! decides.

use firstlook_core::evidence::{About, Redacted, Window, changes, compare, pack};
use firstlook_core::summary::outcome::{Outcome as Written, Usage};

use super::Triage;
use crate::clock;
use crate::moment::Stretch;
use crate::store::{Claim, NewEvidence, Outcome, StoreError};

impl Triage {
    /// Keeps what is known of the days once, and has the analysis begin, where there is a model.
    pub(super) async fn leave_to_analysis(
        &self,
        claim: &Claim,
        stretch: Stretch,
    ) -> Result<Outcome, StoreError> {
        let redactor = &self.words.redactor;
        let stored = self.store.collected(claim.incident, redactor).await?;
        let round = match stored {
            // What was asked does not change: a later look would bring the same.
            Some(done) if done.summarised => return Ok(Outcome::Done),
            Some(unfinished) => unfinished.round,
            None => {
                let found = match stretch.about {
                    About::Findings => self.found(claim, stretch.window).await?,
                    About::Insight | About::Moment => self.changed(stretch.window).await?,
                };
                self.store.keep_evidence(claim, 1, &found, clock::now()).await?;
                self.wake.all();
                1
            }
        };
        let (language, written_at) = (self.words.language, clock::now());
        let outcome = Written { language, model: None, usage: Usage::default(), written_at, redactor };
        let (summary, steps) = match self.models.first() {
            Some(_) => (outcome.left_to_analysis(), Some(self.summary.analysis.limits.max_steps)),
            None => (outcome.no_model(), None),
        };
        let note = summary.reason.as_ref().map(ToString::to_string).unwrap_or_default();
        self.store.keep_summary(claim, round, &summary, &note, steps).await?;
        self.wake.all();
        Ok(Outcome::Done)
    }

    /// What was changed in the days.
    async fn changed(&self, window: Window) -> Result<NewEvidence, StoreError> {
        let redactor = &self.words.redactor;
        let events = self.store.changes(window.start, window.end).await?;
        let items = changes::dated(&events, window.end, redactor);
        let no_lines = compare(std::iter::empty(), std::iter::empty(), None);
        let pack = match items.is_empty() {
            true => Redacted::default(),
            false => pack(&items, &no_lines, self.evidence.pack_tokens, redactor).text,
        };
        let note = match items.len() {
            0 => "No change is known of these days; the metrics are read by the analysis.".to_owned(),
            n => format!("{n} changes of these days; the metrics are read by the analysis."),
        };
        Ok(NewEvidence {
            window,
            items,
            gaps: Vec::new(),
            impact: None,
            sources_read: 0,
            scanned: 0,
            queries: Vec::new(),
            pack,
            note,
        })
    }
}
