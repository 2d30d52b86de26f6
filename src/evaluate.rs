//! Past incidents as an examination of a model: the evidence that is kept of each goes to it again, and its answer is held
//! against that evidence, and against what people said the cause was.
//!
//! Knows what is compared. Must not change an incident, nor tell anybody: what it writes is what it has spent.

use firstlook_core::notify::view::Incident;
use firstlook_core::summary::agreement::agrees;
use firstlook_core::summary::budget::{Budget, Limit};
use firstlook_core::summary::{State, Summary, Verdict};
use uuid::Uuid;

use crate::clock;
use crate::config;
use crate::models::{Job, Models, summarise};
use crate::prompt::{of_round, prompt};
use crate::store::{Store, StoreError, Words};

/// Who asks, and whom.
#[derive(Debug)]
pub struct Examiner {
    /// Where incidents are kept.
    pub store: Store,
    /// Makes stored text fit to be sent.
    pub words: Words,
    /// Who is examined.
    pub models: Models,
    /// `summary:`; its budget of the day holds here too.
    pub summary: config::Summary,
}

/// What an answer is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Who wrote it, where anybody did.
    pub model: Option<String>,
    /// How it ended.
    pub state: State,
    /// Why, where it is not ready.
    pub reason: Option<String>,
    /// Its sentences by verdict: verified, unchecked, refuted.
    pub claims: [usize; 3],
    /// Whether its first cause says what people said it was; `None` where nobody did.
    pub agrees: Option<bool>,
    /// Tokens, read and written.
    pub tokens: (u64, u64),
    /// In millionths of a US dollar, where prices are configured.
    pub micro_usd: Option<u64>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

/// One incident, examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The incident.
    pub number: i64,
    /// What was kept of it.
    pub before: Marks,
    /// What came now.
    pub now: Marks,
}

/// Why an incident was not examined.
#[derive(Debug, thiserror::Error)]
pub enum Unexamined {
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to ask about.
    #[error("incident {0} has no evidence or no summary that is kept")]
    Nothing(i64),
    /// The day's budget stands against it, in words.
    #[error("{0}")]
    OverBudget(String),
}

impl Examiner {
    /// Asks about one incident again.
    ///
    /// # Errors
    /// Where there is nothing to ask about, or the day's budget is used up.
    pub async fn examine(&self, number: i64) -> Result<Examined, Unexamined> {
        let nothing = || Unexamined::Nothing(number);
        let redactor = &self.words.redactor;
        let mut view = self.store.incident(&number.to_string(), &self.words).await?.ok_or_else(nothing)?;
        let kept = view.summary.take().ok_or_else(nothing)?;
        let id: Uuid = view.id.parse().map_err(|_| nothing())?;
        let collected = self.store.collected(id, redactor).await?.ok_or_else(nothing)?;
        of_round(&self.store, &mut view, (id, collected.round), redactor).await?;
        // As it was asked then: later the same words would say another age.
        let asked_at = view.evidence.as_ref().and_then(|evidence| evidence.collected_at);
        let now = clock::now();
        let prompt =
            prompt(&view, &collected.pack, &self.summary.architecture, redactor, asked_at.unwrap_or(now));
        let incident = Limit { tokens: u64::MAX, micro_usd: None };
        let budget = Budget { incident, ..self.summary.budget };
        let worst = self.models.worst_case(&prompt);
        let reserved = self.store.reserve(id, budget, worst, now).await?;
        let reserved = reserved.map_err(|over| Unexamined::OverBudget(over.to_string()))?;
        let items = view.evidence.as_ref().map_or(&[][..], |evidence| &evidence.items);
        let timeout = self.summary.timeout;
        let pack = &collected.pack;
        let job = Job { prompt, items, pack, redactor, language: view.language, timeout, now };
        let (summary, spent) = summarise(&self.models, job).await;
        self.store.settle(reserved, spent).await?;
        let recorded = recorded(&view, &kept);
        Ok(Examined { number, before: marks(&kept, &recorded), now: marks(&summary, &recorded) })
    }
}

/// What people said the cause was: in their words, or in those of the summary that they found right.
fn recorded(view: &Incident, kept: &Summary) -> Option<String> {
    let said = view.feedback.as_ref()?;
    let words = said.cause.as_str();
    if !words.is_empty() {
        return Some(words.to_owned());
    }
    kept.causes.first().filter(|_| said.right).map(|cause| cause.text.to_string())
}

fn marks(summary: &Summary, recorded: &Option<String>) -> Marks {
    let of = |verdict| summary.claims.iter().filter(|claim| claim.verdict == verdict).count();
    let first = summary.causes.first().map_or("", |cause| cause.text.as_str());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let micro_usd = summary.cost_usd.map(|usd| (usd * 1e6).round() as u64);
    Marks {
        model: summary.model.clone(),
        state: summary.state,
        reason: summary.reason.as_ref().map(ToString::to_string),
        claims: [of(Verdict::Verified), of(Verdict::Unchecked), of(Verdict::Refuted)],
        agrees: recorded.as_ref().map(|cause| agrees(cause, first)),
        tokens: (summary.input_tokens, summary.output_tokens),
        micro_usd,
        duration_ms: summary.duration_ms,
    }
}
