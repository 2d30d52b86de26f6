//! All knowledge bases that apply to an incident, asked at once.
//!
//! Knows matchers and deadlines. Must not know what an answer means.

use std::time::Duration;

use firstlook_core::alert::Labels;
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::evidence::Redacted;
use firstlook_core::evidence::passages::Answer;
use futures_util::future::join_all;
use tokio::time::Instant;

use super::super::Fault;
use super::KnowledgeBase;

/// What one knowledge base said.
#[derive(Debug)]
pub struct Heard {
    /// `evidence.sources[].name`.
    pub source: String,
    /// Its passages, or why there are none.
    pub answer: Result<Answer, Fault>,
    /// How long it took.
    pub took: Duration,
}

/// The bases whose matchers one of these labels meets.
pub fn applying<'a>(
    knowledge: &'a [(Matchers, KnowledgeBase)],
    chosen_by: &[Labels],
) -> Vec<&'a KnowledgeBase> {
    let fits = |matchers: &Matchers| chosen_by.iter().any(|labels| matchers.matches(labels));
    knowledge.iter().filter(|(matchers, _)| fits(matchers)).map(|(_, base)| base).collect()
}

/// What all of them say to `question`. Every request has ended when `deadline` is over.
pub async fn ask_all(bases: &[&KnowledgeBase], question: &Redacted, deadline: Duration) -> Vec<Heard> {
    let one = async |base: &KnowledgeBase| {
        let begun = Instant::now();
        let answer = base.ask(question, deadline).await;
        Heard { source: base.name.clone(), answer, took: begun.elapsed() }
    };
    join_all(bases.iter().map(|base| one(base))).await
}
