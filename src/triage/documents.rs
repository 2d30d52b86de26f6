//! Passages of documents about an incident, from the knowledge bases that apply to it.
//!
//! Knows when they are asked: once there are words to ask with, and never for long, since people wait for what was found. Must
//! not know what a passage means.

use std::time::Duration;

use firstlook_core::evidence::passages;
use firstlook_core::evidence::similar::Traits;
use firstlook_core::evidence::{Gap, Item};

use super::Triage;
use super::look::NO_SOURCE;
use crate::evidence::knowledge_base::{Heard, applying, ask_all};
use crate::evidence::{Fault, FaultKind};
use crate::moment;
use crate::store::{Claim, NewEvidence, StoreError};
use crate::telemetry::labels::{EvidenceKind, FetchOutcome};
use crate::telemetry::metrics::{self, Metric};

/// The most that a look waits for documents, whatever time it has left …
const MOST: Duration = Duration::from_secs(3);
/// … and the least, where the other sources have taken all of it.
const LEAST: Duration = Duration::from_secs(1);

/// What the bases that apply brought.
#[derive(Debug, Default)]
pub(super) struct Documents {
    items: Vec<Item>,
    gaps: Vec<Gap>,
    /// How many were asked, and how long that took.
    asked: usize,
    took: Duration,
}

impl Triage {
    /// Asks all knowledge bases that apply with the words of the incident, at once, within what is `left` of the time for
    /// sources.
    pub(super) async fn documents(
        &self,
        claim: &Claim,
        now: &Traits,
        left: Duration,
    ) -> Result<Documents, StoreError> {
        if self.knowledge.is_empty() {
            return Ok(Documents::default());
        }
        let redactor = &self.words.redactor;
        let chosen_by = moment::chosen_by(&self.store, claim.incident).await?;
        let services = self.store.asked_services(claim.incident).await?;
        let Some(question) = passages::question(now, &services, redactor) else {
            return Ok(Documents::default());
        };
        let bases = applying(&self.knowledge, &chosen_by);
        let heard = ask_all(&bases, &question, left.clamp(LEAST, MOST)).await;
        let took = heard.iter().map(|one| one.took).max().unwrap_or_default();
        let (asked, mut answers, mut gaps) = (heard.len(), Vec::new(), Vec::new());
        for Heard { source, answer, took } in heard {
            let labels = [EvidenceKind::KnowledgeBase.into(), outcome(&answer).into()];
            metrics::observe(Metric::EvidenceFetch, took, &labels);
            match answer {
                Ok(answer) => answers.push(answer),
                Err(Fault { reason, remedy, .. }) => {
                    let (reason, remedy) = (redactor.redact(&reason), redactor.redact(&remedy));
                    gaps.push(Gap { source, reason, remedy });
                }
            }
        }
        Ok(Documents { items: passages::items(&answers, redactor), gaps, asked, took })
    }
}

pub(super) fn outcome<T>(answer: &Result<T, Fault>) -> FetchOutcome {
    match answer.as_ref().map_err(|fault| fault.kind) {
        Ok(_) => FetchOutcome::Ok,
        Err(FaultKind::Timeout) => FetchOutcome::Timeout,
        Err(FaultKind::Configuration) => FetchOutcome::Configuration,
        Err(FaultKind::Unavailable) => FetchOutcome::Unavailable,
    }
}

impl Documents {
    /// Puts what was found beside the rest, and says so in the timeline.
    pub(super) fn join(self, found: &mut NewEvidence) {
        if self.asked > 0 {
            let (passages, gaps, seconds) = (self.items.len(), self.gaps.len(), self.took.as_secs_f64());
            // There was one after all.
            if found.note == NO_SOURCE {
                found.note = "Evidence:".to_owned();
            }
            let asked = if self.asked == 1 {
                "Knowledge base".to_owned()
            } else {
                format!("{} knowledge bases", self.asked)
            };
            found.note.push_str(&format!(" {asked}: {passages} passages, {gaps} gaps, {seconds:.1} s."));
        }
        found.items.extend(self.items);
        found.gaps.extend(self.gaps);
    }
}
