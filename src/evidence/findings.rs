//! What AWS's security services have found, from all of them that apply, asked at once.
//!
//! Knows matchers and deadlines. Must not know what a finding means.

mod ask;

use std::time::Duration;

use firstlook_core::alert::Labels;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::security::{Answer, Finding, Level};
use futures_util::future::join_all;
use tokio::time::Instant;

use super::collect::guarded;
use super::{Fault, GuardDuty, SecurityHub};
pub(super) use ask::Asker;

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// What is less severe is left out.
    pub least: Level,
    /// Findings of one answer.
    pub most: usize,
}

/// A source of findings.
#[derive(Debug)]
pub struct SecuritySource {
    /// `evidence.sources[].name`.
    pub name: String,
    /// How it is reached.
    pub door: SecurityDoor,
}

/// The kinds of such sources, `evidence.sources[].type`.
#[derive(Debug)]
pub enum SecurityDoor {
    /// `security_hub`.
    SecurityHub(SecurityHub),
    /// `guardduty`.
    GuardDuty(GuardDuty),
}

/// What one source said.
#[derive(Debug)]
pub struct Heard {
    /// `evidence.sources[].name`.
    pub source: String,
    /// Its findings, or why there are none.
    pub answer: Result<Answer, Fault>,
    /// How long it took.
    pub took: Duration,
}

/// Why an answer ends where the same token of the next page comes again.
pub(super) const CIRCLE: &str = "the next page leads to itself";

/// What was read, and what was not.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub findings: Vec<Finding>,
    /// Those that nobody can read.
    pub odd: usize,
    /// What a bound, the time or a refusal cut away, for people.
    pub missing: Vec<String>,
    /// How a person asks the same.
    pub query: String,
    /// Where a person sees them.
    pub link: Option<String>,
}

impl Read {
    /// How many have come.
    pub fn seen(&self) -> usize {
        self.findings.len() + self.odd
    }
}

impl SecuritySource {
    /// All that is open there, which is over when `deadline` is: what has come until then is told, and what has not.
    ///
    /// # Errors
    /// When nothing at all was answered in time.
    pub async fn findings(&self, deadline: Duration) -> Result<Answer, Fault> {
        // Its own words for a late answer come before the guard's.
        let until = Instant::now() + deadline.mul_f64(0.95);
        let work = async {
            match &self.door {
                SecurityDoor::SecurityHub(hub) => hub.read(until).await,
                SecurityDoor::GuardDuty(duty) => duty.read(until).await,
            }
        };
        let Read { findings, odd, mut missing, query, link } =
            guarded(&self.name, deadline, Box::pin(work)).await?;
        if odd > 0 {
            missing.push(format!("findings without an id, or without what they are, were left out: {odd}"));
        }
        Ok(Answer { source: self.name.clone(), findings, query, link, missing })
    }

    /// Asks once, for `check`.
    ///
    /// # Errors
    /// When that is refused.
    pub async fn probe(&self, within: Duration) -> Result<String, Fault> {
        let until = Instant::now() + within;
        match &self.door {
            SecurityDoor::SecurityHub(hub) => hub.probe(until).await,
            SecurityDoor::GuardDuty(duty) => duty.probe(until).await,
        }
    }
}

/// The sources whose matchers one of these labels meets.
pub fn applying<'a>(
    sources: &'a [(Matchers, SecuritySource)],
    chosen_by: &[Labels],
) -> Vec<&'a SecuritySource> {
    let fits = |matchers: &Matchers| chosen_by.iter().any(|labels| matchers.matches(labels));
    sources.iter().filter(|(matchers, _)| fits(matchers)).map(|(_, source)| source).collect()
}

/// What all of them have found. Every request has ended when `deadline` is over.
pub async fn ask_all(sources: &[&SecuritySource], deadline: Duration) -> Vec<Heard> {
    let one = async |source: &SecuritySource| {
        let begun = Instant::now();
        let answer = source.findings(deadline).await;
        Heard { source: source.name.clone(), answer, took: begun.elapsed() }
    };
    join_all(sources.iter().map(|source| one(source))).await
}
