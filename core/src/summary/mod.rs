//! A model's first-response text, and what code can say about each of its sentences.
//!
//! Knows the prompt, the answer's form and the check of its citations. Must not know which model answers, or how.

pub mod agreement;
pub mod analysis;
pub mod answer;
pub mod budget;
mod clean;
pub mod grounding;
pub mod outcome;
pub mod price;
pub mod prompt;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::evidence::Redacted;
use price::Cached;

/// Where the summary of an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Evidence is being collected, or a model is being asked.
    Looking,
    /// None is written: what a person asks about days is answered by its analysis.
    LeftToAnalysis,
    /// A model answered, and at least one sentence of it is verified.
    Ready,
    /// A model answered, and nothing of it could be verified: the first look stands.
    NothingVerified,
    /// No model is configured: the first look stands.
    NoModel,
    /// The budget of the incident or the day is used up: the first look stands.
    OverBudget,
    /// The model failed, was too slow or answered garbage: the first look stands, [`Summary::reason`] says why.
    Failed,
}

/// What code found out about one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every number, time, name and quotation in it stands in the cited items, and there is one.
    Verified,
    /// Nothing in it can be checked so, or it denies, guesses, compares or derives in a way that code cannot follow.
    Unchecked,
    /// It has a number, time, identifier or quotation that stands in none of the cited items, cites nothing, or cites an
    /// item that does not exist. Never told.
    Refuted,
}

/// How sure a model is of a cause. People read High, Medium, Low.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// High.
    Confirmed,
    /// Medium.
    Likely,
    /// Low.
    Inconclusive,
}

/// How often first causes were right by people's word, of how many that were judged, by how sure the model was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HitRates(pub BTreeMap<Confidence, (u64, u64)>);

/// A sentence, what it cites, and its verdict.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Claim {
    /// The sentence.
    pub text: Redacted,
    /// Ids of evidence items.
    pub citations: Vec<String>,
    /// What code says of it.
    pub verdict: Verdict,
    /// Why that verdict, where it is not [`Verdict::Verified`].
    pub reason: Option<Redacted>,
}

/// A possible cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cause {
    /// One sentence.
    pub text: Redacted,
    /// How sure the model is.
    pub confidence: Confidence,
    /// Evidence for it.
    pub citations: Vec<String>,
    /// Evidence against it.
    pub against: Vec<String>,
    /// Why it is told with less confidence than the model has, where it is.
    pub reason: Option<Redacted>,
}

/// Something that the evidence speaks against.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuledOut {
    /// One sentence.
    pub text: Redacted,
    /// Evidence that speaks against it.
    pub citations: Vec<String>,
}

/// The summary of an incident, as stored and told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// Where it stands.
    pub state: State,
    /// In words: what happened where it is not [`State::Ready`], and which configuration key would change it;
    /// else what was left out of a ready one, if anything.
    pub reason: Option<Redacted>,
    /// `en` or `ja`.
    pub language: String,
    /// One sentence; absent unless [`State::Ready`].
    pub headline: Option<Redacted>,
    /// The sentences with their verdicts, refuted ones included (they are shown to nobody but the record).
    pub claims: Vec<Claim>,
    /// Most likely first.
    pub causes: Vec<Cause>,
    /// What it is not.
    pub ruled_out: Vec<RuledOut>,
    /// What to do next.
    pub next_steps: Vec<Redacted>,
    /// The model's id, where one was asked.
    pub model: Option<String>,
    /// Tokens that went in, over all calls.
    pub input_tokens: u64,
    /// Of them, those that the provider counts apart.
    #[serde(flatten)]
    pub cached: Cached,
    /// Tokens that came out.
    pub output_tokens: u64,
    /// What they cost, in US dollars; absent where prices are not configured.
    pub cost_usd: Option<f64>,
    /// From the first request to the last answer, in milliseconds.
    pub duration_ms: u64,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}
