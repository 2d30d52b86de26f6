//! Hop 2: looks at an incident: evidence of its moment, compared with normal, and a summary written from that alone.
//!
//! Knows the order of the steps and what is kept after each, so that a crash repeats one step at most. Must not know
//! how a source or a model is reached, nor tell anybody: a new version of the incident has its messages refreshed.

mod alike;
mod asked;
mod documents;
mod findings;
mod late;
mod look;
mod steps;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::{About, Redacted, Window};
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::outcome::{Outcome as Written, Usage};
use firstlook_core::summary::{State, Summary, Verdict};

use crate::clock;
use crate::config;
use crate::evidence::{KnowledgeBase, SecuritySource, Source};
use crate::fail::{self, Step};
use crate::library::Library;
use crate::models::{self, Models};
use crate::moment::{self, Stretch};
use crate::prompt::{of_round, prompt};
use crate::store::{Claim, Outcome, Store, StoreError, Words};
use crate::telemetry::labels::{ClaimVerdict, ModelOutcome, TokenDirection};
use crate::telemetry::metrics::{self, Metric};
use crate::worker::Wake;

/// Logs may reach their store late: the second look waits so long after the window has closed.
const SETTLE: TimeDelta = TimeDelta::seconds(10);
/// Everything that hop 2 needs.
#[derive(Debug)]
pub struct Triage {
    /// Where it is kept.
    pub store: Store,
    /// Makes stored text fit to be told.
    pub words: Words,
    /// Where logs are, and for which incidents each is asked.
    pub sources: Arc<Vec<(Matchers, Source)>>,
    /// Where documents are, and for which incidents each base is asked.
    pub knowledge: Arc<Vec<(Matchers, KnowledgeBase)>>,
    /// Where findings of security services are, and for what each is asked.
    pub findings: Vec<(Matchers, SecuritySource)>,
    /// Runbooks that may help though none of them was chosen.
    pub library: Option<Arc<Library>>,
    /// Where people edit them.
    pub edit_url: Option<String>,
    /// `evidence:`.
    pub evidence: config::Evidence,
    /// Who writes; nobody where `summary.provider` is `none`.
    pub models: Arc<Models>,
    /// `summary:`.
    pub summary: config::Summary,
    /// Has the worker look at once.
    pub wake: Wake,
}

impl Triage {
    /// Collects and keeps evidence, then writes and keeps a summary. What an earlier try has kept is not done again.
    ///
    /// # Errors
    /// When the database does not answer, or another worker has the job.
    pub async fn work(&self, claim: Arc<Claim>) -> Result<Outcome, StoreError> {
        let now = clock::now();
        let Some(view) = self.view(&claim).await? else { return Ok(Outcome::Done) };
        let of = (claim.incident, view.started_at);
        let stretch = moment::stretch(&self.store, of, &self.evidence, now).await?;
        if stretch.about != About::Moment {
            return self.leave_to_analysis(&claim, stretch).await;
        }
        let stored = self.store.collected(claim.incident, &self.words.redactor).await?;
        let (round, pack) = match stored {
            Some(unfinished) if !unfinished.summarised => (unfinished.round, unfinished.pack),
            finished if claim.late => match self.late(&claim, finished).await? {
                Some(decisive) => decisive,
                None => return Ok(Outcome::Done),
            },
            finished => {
                let round = finished.map_or(1, |last| last.round + 1);
                let found = self.look(&claim, stretch).await?;
                self.store.keep_evidence(&claim, round, &found, clock::now()).await?;
                self.wake.all();
                (round, found.pack)
            }
        };
        let Some(mut view) = self.view(&claim).await? else { return Ok(Outcome::Done) };
        of_round(&self.store, &mut view, (claim.incident, round), &self.words.redactor).await?;
        fail::pass(Step::BeforeSummary);
        let summary = self.write(&claim, &view, &pack).await?;
        fail::pass(Step::Summary);
        let note = said(&summary);
        // What was covered, not what would be now: an earlier try may have collected while the window was open.
        let covered = view.evidence.as_ref().and_then(|evidence| evidence.window).unwrap_or(stretch.window);
        let labels = self.store.incident_labels(claim.incident).await?;
        let analysis = &self.summary.analysis;
        let chosen = analysis.matchers.as_ref().is_some_and(|matchers| matchers.matches(&labels));
        // Who asked about a time wants more than a summary of it.
        let chosen = chosen || stretch.onset.is_none();
        let analyze = chosen.then_some(analysis.limits.max_steps);
        self.store.keep_summary(&claim, round, &summary, &note, analyze).await?;
        self.wake.all();
        let chosen_by = moment::chosen_by(&self.store, claim.incident).await?;
        Ok(self.next(&claim, &chosen_by, stretch, (covered, now)))
    }

    async fn view(&self, claim: &Claim) -> Result<Option<Incident>, StoreError> {
        self.store.told_incident(claim.incident, &self.words).await
    }

    /// What is left: once a look after the window has closed, where it was still open; then once one for what comes late.
    fn next(
        &self,
        claim: &Claim,
        chosen_by: &[Labels],
        stretch: Stretch,
        (covered, looked): (Window, DateTime<Utc>),
    ) -> Outcome {
        let wait = |at: DateTime<Utc>| (at - clock::now()).to_std().unwrap_or_default();
        let closes = stretch.closes(covered, &self.evidence);
        let sources =
            self.sources.iter().any(|(matchers, _)| chosen_by.iter().any(|labels| matchers.matches(labels)));
        if claim.late {
            return Outcome::Done;
        }
        if sources && covered.end < closes && !claim.second {
            return Outcome::Later(wait(closes + SETTLE));
        }
        let known = self.known_at(chosen_by, closes, looked);
        known.map_or(Outcome::Done, |at| Outcome::Late(wait(at)))
    }

    async fn write(&self, claim: &Claim, view: &Incident, pack: &Redacted) -> Result<Summary, StoreError> {
        let now = clock::now();
        let outcome = |model| Written {
            language: self.words.language,
            model,
            usage: Usage::default(),
            written_at: now,
            redactor: &self.words.redactor,
        };
        let Some(first) = self.models.first() else { return Ok(outcome(None).no_model()) };
        let prompt = prompt(view, pack, &self.summary.architecture, &self.words.redactor, now);
        let worst = self.models.worst_case(&prompt);
        let reserved = match self.store.reserve(claim.incident, self.summary.budget, worst, now).await? {
            Ok(reserved) => reserved,
            Err(over) => {
                metrics::count(Metric::ModelCalls, &[ModelOutcome::OverBudget.into()]);
                return Ok(outcome(Some(first)).over_budget(&over));
            }
        };
        let items = view.evidence.as_ref().map_or(&[][..], |evidence| &evidence.items);
        let job = models::Job {
            prompt,
            items,
            pack,
            redactor: &self.words.redactor,
            language: self.words.language,
            timeout: self.summary.timeout,
            now,
        };
        let (summary, spent) = models::summarise(&self.models, job).await;
        self.store.settle(reserved, spent).await?;
        counted(&summary, spent);
        Ok(summary)
    }
}

fn counted(summary: &Summary, spent: Spent) {
    let outcome = match summary.state {
        State::Ready => ModelOutcome::Ok,
        State::NothingVerified => ModelOutcome::Unusable,
        State::OverBudget => ModelOutcome::OverBudget,
        State::Looking | State::LeftToAnalysis | State::NoModel | State::Failed => ModelOutcome::Failed,
    };
    metrics::count(Metric::ModelCalls, &[outcome.into()]);
    metrics::count_by(Metric::ModelTokens, summary.input_tokens, &[TokenDirection::Input.into()]);
    metrics::count_by(Metric::ModelTokens, summary.output_tokens, &[TokenDirection::Output.into()]);
    metrics::count_by(Metric::ModelCost, spent.micro_usd, &[]);
    for claim in &summary.claims {
        let verdict = match claim.verdict {
            Verdict::Verified => ClaimVerdict::Verified,
            Verdict::Unchecked => ClaimVerdict::Unchecked,
            Verdict::Refuted => ClaimVerdict::Refuted,
        };
        metrics::count(Metric::Claims, &[verdict.into()]);
    }
}

/// The timeline's words.
fn said(summary: &Summary) -> String {
    let verdict = |wanted| summary.claims.iter().filter(|claim| claim.verdict == wanted).count();
    match (summary.state, &summary.reason) {
        (State::Ready, _) => format!(
            "Summary by {}: {} of {} sentences verified.",
            summary.model.as_deref().unwrap_or("a model"),
            verdict(Verdict::Verified),
            summary.claims.len() - verdict(Verdict::Refuted),
        ),
        (_, Some(reason)) => reason.to_string(),
        (state, None) => format!("{state:?}"),
    }
}
