//! The analysis of an incident: a deeper look by a model that may call tools which read, within hard bounds.
//!
//! Knows the loop, the tools' inputs, the report and its check. Must not know which model answers, how a tool is run, or where
//! anything is kept.

mod findings;
pub mod graph;
mod insight;
pub mod logs;
mod parse;
pub mod prompt;
mod report;
pub mod run;
pub mod spelled;
pub mod talk;
#[cfg(test)]
mod tests;
pub mod tools;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::clean::clean;
use super::price::Cached;
use crate::evidence::{Item, Kind, Redacted, Redactor};

pub use graph::Graph;
pub use parse::Written;
pub use report::{Advice, Cause, Moment, Report, Sentence};
pub use run::Asked;

/// Where an analysis stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was asked for, and nobody works on it yet.
    Waiting,
    /// It is on its way.
    Running,
    /// There is a report, and at least one sentence of it is verified.
    Ready,
    /// There was a report, and nothing of it could be verified.
    NothingVerified,
    /// Another incident's analysis stands for this one too.
    Shared,
    /// The budget stood against it.
    OverBudget,
    /// There is none, and [`Analysis::reason`] says why.
    Failed,
}

impl State {
    /// Whether it has ended.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// The analysis of an incident, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// Where it stands.
    pub state: State,
    /// In words, where there is no report.
    pub reason: Option<Redacted>,
    /// Who asked for it: `firstlook`, or a person.
    pub asked_by: Redacted,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When somebody began to work on it.
    pub begun_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Rounds of tool calls so far.
    pub step: u32,
    /// How many there may be.
    pub max_steps: u32,
    /// What tools were asked, in order.
    pub asked: Vec<Asked<Redacted>>,
    /// What was found.
    pub report: Option<Report>,
    /// What its causes stand on and lead to, where it names some.
    pub graph: Option<Graph>,
    /// What tools brought, and what else the report cites, as it was then.
    pub items: Vec<Item>,
    /// How a person gets the same.
    pub reproduce: Vec<Reproduce>,
    /// The model that answered last.
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
    /// Time that was worked, in milliseconds.
    pub duration_ms: u64,
    /// The incident whose analysis stands for this one.
    pub shared_with: Option<Shared>,
}

/// Another incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shared {
    /// What people call it by.
    pub number: i64,
    /// Where its page is.
    pub url: String,
}

/// A query or a link by which a person sees what an item says, times included. Made from the items, never by a model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reproduce {
    /// The item.
    pub id: String,
    /// The configured source.
    pub source: String,
    /// The query, or the line to be run.
    pub query: Option<Redacted>,
    /// The console's address.
    pub link: Option<Redacted>,
}

/// How to get again what `items` say.
pub fn reproduce(items: &[Item]) -> Vec<Reproduce> {
    let known =
        items.iter().filter(|item| !item.kind.is_known() && (item.query.is_some() || item.link.is_some()));
    let mut all: Vec<Reproduce> = Vec::new();
    for item in known {
        let same =
            |one: &Reproduce| one.query == item.query && one.link == item.link && one.source == item.source;
        if !all.iter().any(same) {
            let (query, link) = (item.query.clone(), item.link.clone());
            all.push(Reproduce { id: item.id.clone(), source: item.source.clone(), query, link });
        }
    }
    all
}

/// How many items of each kind there are: the ids of what tools bring go on from the highest.
pub fn highest(items: &[Item]) -> BTreeMap<Kind, usize> {
    let mut highest = BTreeMap::new();
    for item in items {
        let number = item.id.get(1..).and_then(|number| number.parse().ok()).unwrap_or(0);
        let most = highest.entry(item.kind).or_insert(0);
        *most = number.max(*most);
    }
    highest
}

impl Asked<String> {
    /// As it is told: a model chose the words.
    pub fn told(self, redactor: &Redactor) -> Asked<Redacted> {
        Asked {
            step: self.step,
            tool: clean(&self.tool, redactor),
            words: clean(&self.words, redactor),
            items: self.items,
            ok: self.ok,
        }
    }
}
