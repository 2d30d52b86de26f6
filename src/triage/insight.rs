//! A question about metrics over days: what was changed in them is kept, and the rest is left to the analysis.
//!
//! Knows that no source is asked: logs of days are never read, and which metrics matter the question decides.

use firstlook_core::evidence::{Redacted, Window, changes, compare, pack};
use firstlook_core::summary::outcome::{Outcome as Written, Usage};

use super::Triage;
use crate::clock;
use crate::store::{Claim, NewEvidence, Outcome, StoreError};

impl Triage {
    /// Keeps the changes of the days once, and has the analysis begin.
    pub(super) async fn leave_to_analysis(
        &self,
        claim: &Claim,
        window: Window,
    ) -> Result<Outcome, StoreError> {
        let redactor = &self.words.redactor;
        let stored = self.store.collected(claim.incident, redactor).await?;
        let round = match stored {
            // What was asked does not change: a later look would bring the same.
            Some(done) if done.summarised => return Ok(Outcome::Done),
            Some(unfinished) => unfinished.round,
            None => {
                let events = self.store.changes(window.start, window.end).await?;
                let items = changes::dated(&events, window.end, redactor);
                let no_lines = compare(std::iter::empty(), std::iter::empty(), None);
                let tokens = self.evidence.pack_tokens;
                let pack = match items.is_empty() {
                    true => Redacted::default(),
                    false => pack(&items, &no_lines, tokens, redactor).text,
                };
                let note = match items.len() {
                    0 => "No change is known of these days; the metrics are read by the analysis.".to_owned(),
                    n => format!("{n} changes of these days; the metrics are read by the analysis."),
                };
                let found = NewEvidence {
                    window,
                    items,
                    gaps: Vec::new(),
                    impact: None,
                    sources_read: 0,
                    scanned: 0,
                    queries: Vec::new(),
                    pack,
                    note,
                };
                self.store.keep_evidence(claim, 1, &found, clock::now()).await?;
                1
            }
        };
        let (language, written_at) = (self.words.language, clock::now());
        let outcome = Written { language, model: None, usage: Usage::default(), written_at, redactor };
        let summary = outcome.left_to_analysis();
        let note = summary.reason.as_ref().map(ToString::to_string).unwrap_or_default();
        let steps = Some(self.summary.analysis.limits.max_steps);
        self.store.keep_summary(claim, round, &summary, &note, steps).await?;
        self.wake.all();
        Ok(Outcome::Done)
    }
}
