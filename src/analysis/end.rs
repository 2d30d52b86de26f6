//! How an analysis ends: its report is checked and kept, or why there is none.
//!
//! Knows the ends and their words. Must not know how it came there.

use firstlook_core::summary::analysis::run::{End, Why};
use firstlook_core::summary::analysis::{Report, State};
use firstlook_core::summary::outcome::nothing_verified;
use firstlook_core::word;

use super::{Analyze, Work};
use crate::clock;
use crate::store::StoreError;
use crate::telemetry::labels::{AnalysisOutcome, ClaimVerdict};
use crate::telemetry::metrics::{self, Metric};

impl Analyze {
    /// Keeps how it ended.
    pub(super) async fn end(&self, work: &Work<'_>, end: &End) -> Result<(), StoreError> {
        let (state, reason, report) = match end {
            End::Failed(why) => (State::Failed, Some(why.told(self.words.language)), None),
            End::OverBudget(why) => (State::OverBudget, Some(why.clone()), None),
            End::Report => self.checked(work).await,
        };
        let seconds = work.worked().as_secs();
        let steps = match work.run.steps {
            1 => "1 step".to_owned(),
            n => format!("{n} steps"),
        };
        let note = match &reason {
            Some(reason) => format!("Analysis without a report, after {steps} and {seconds} s: {reason}"),
            None => format!("Analysis: a report after {steps} and {seconds} s."),
        };
        let note = self.words.redactor.redact(&note);
        let reason = reason.map(|reason| self.words.redactor.redact(&reason).to_string());
        let kept = (state, reason.as_deref(), report.as_ref());
        self.store.end_analysis(work.claim, work.id, kept, note.as_str(), clock::now()).await?;
        metrics::count(Metric::Analyses, &[outcome(state).into()]);
        Ok(())
    }

    async fn checked(&self, work: &Work<'_>) -> (State, Option<String>, Option<Report>) {
        let language = self.words.language;
        let written = match work.run.written() {
            Ok(written) => written,
            Err(error) => {
                let why = Why::Unusable { error: error.to_string() };
                return (State::Failed, Some(why.told(language)), None);
            }
        };
        let (items, redactor) = (work.items.clone(), self.words.redactor.clone());
        // Looking for everything in dozens of long items takes a core for a while.
        let checked =
            tokio::task::spawn_blocking(move || Report::checked(&written, &items, &redactor, language));
        let Ok((report, counts)) = checked.await else {
            let why = word(
                "Checking the report failed unexpectedly.",
                "報告の照合中に予期しない障害が発生しました。",
            );
            return (State::Failed, Some(why.of(language).to_owned()), None);
        };
        for (count, verdict) in [
            (counts.verified, ClaimVerdict::Verified),
            (counts.unchecked, ClaimVerdict::Unchecked),
            (counts.refuted, ClaimVerdict::Refuted),
        ] {
            metrics::count_by(Metric::Claims, count as u64, &[verdict.into()]);
        }
        match report {
            Some(report) => (State::Ready, None, Some(report)),
            None => {
                let reason = nothing_verified(language, counts.unchecked, counts.refuted);
                (State::NothingVerified, Some(reason), None)
            }
        }
    }
}

fn outcome(state: State) -> AnalysisOutcome {
    match state {
        State::Ready => AnalysisOutcome::Ready,
        State::NothingVerified => AnalysisOutcome::NothingVerified,
        State::Shared => AnalysisOutcome::Shared,
        State::OverBudget => AnalysisOutcome::OverBudget,
        State::Waiting | State::Running | State::Failed => AnalysisOutcome::Failed,
    }
}
