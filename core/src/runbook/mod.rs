//! Markdown runbooks: what they say, and which one an alert needs.
//!
//! Knows Markdown, front matter and matchers. Must not know where the files lie.

mod pinned;

use serde::{Deserialize, Serialize};

pub use pinned::Pinned;

/// One numbered or listed thing to do, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `R1`, counted over the whole file.
    pub id: String,
    /// The heading it stands under: `Check`, `Respond`, `Escalate`.
    pub section: String,
    /// Its text in plain words, code spans without their backticks, without its code blocks.
    pub text: String,
    /// Its fenced blocks, in order.
    pub blocks: Vec<Block>,
}

/// A fenced block of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The info string's first word: `logql`, `promql`, `logs-insights`, `sh`, or empty.
    pub language: String,
    /// What stands in it.
    pub text: String,
}
