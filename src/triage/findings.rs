//! What security services have found, for who asks about it: all sources that apply, at once, as one digest.
//!
//! Knows which are asked and what is kept of their answers. Must not know what a finding means: core ranks them.

use firstlook_core::evidence::{Gap, Window, compare, pack, security};

use super::Triage;
use super::documents::outcome;
use crate::evidence::Fault;
use crate::evidence::findings::{Heard, SecurityDoor, SecuritySource, applying, ask_all};
use crate::moment;
use crate::store::{Claim, NewEvidence, StoreError};
use crate::telemetry::labels::EvidenceKind;
use crate::telemetry::metrics::{self, Metric};

/// Where nobody can be asked.
const NO_SOURCE: &str = "no source of findings applies to what was asked";
const NO_SOURCE_REMEDY: &str =
    "`evidence.sources` needs one of type security_hub or guardduty whose `matchers` fit what was asked";
/// As a gap calls what is not there.
const FINDINGS: &str = "findings";

impl Triage {
    /// Asks all sources of findings that apply, at once.
    pub(super) async fn found(&self, claim: &Claim, window: Window) -> Result<NewEvidence, StoreError> {
        let redactor = &self.words.redactor;
        let chosen_by = moment::chosen_by(&self.store, claim.incident).await?;
        let sources = applying(&self.findings, &chosen_by);
        let heard = ask_all(&sources, self.evidence.timeout).await;
        let took = heard.iter().map(|one| one.took).max().unwrap_or_default();
        let gap = |source: &str, fault: &Fault| Gap {
            source: source.to_owned(),
            reason: redactor.redact(&fault.reason),
            remedy: redactor.redact(&fault.remedy),
        };
        let mut gaps: Vec<Gap> = Vec::new();
        if sources.is_empty() {
            gaps.push(gap(FINDINGS, &Fault::configuration(NO_SOURCE, NO_SOURCE_REMEDY)));
        }
        let mut answers = Vec::new();
        for (source, Heard { source: name, answer, took }) in sources.iter().zip(heard) {
            metrics::observe(Metric::EvidenceFetch, took, &[kind(source).into(), outcome(&answer).into()]);
            match answer {
                Ok(answer) => answers.push(answer),
                Err(fault) => gaps.push(gap(&name, &fault)),
            }
        }
        let read = answers.len();
        // Thousands of findings are redacted: not on the threads that answer senders.
        let (own, tokens) = (redactor.clone(), self.evidence.pack_tokens);
        let told = tokio::task::spawn_blocking(move || {
            let items = security::items(&answers, window, &own);
            let no_lines = compare(std::iter::empty(), std::iter::empty(), None);
            let pack = pack(&items, &no_lines, tokens, &own).text;
            (items, pack)
        });
        let (items, pack) = told.await.map_err(|error| StoreError::Worker(error.to_string()))?;
        let note = match items.first() {
            Some(figures) => {
                format!("Findings of {read} sources in {} ms; {}.", took.as_millis(), figures.title)
            }
            None => "No source of findings has answered.".to_owned(),
        };
        Ok(NewEvidence {
            window,
            items,
            gaps,
            impact: None,
            sources_read: 0,
            scanned: 0,
            queries: Vec::new(),
            pack,
            note,
        })
    }
}

fn kind(source: &SecuritySource) -> EvidenceKind {
    match source.door {
        SecurityDoor::SecurityHub(_) => EvidenceKind::SecurityHub,
        SecurityDoor::GuardDuty(_) => EvidenceKind::GuardDuty,
    }
}
