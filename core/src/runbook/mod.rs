//! Markdown runbooks: what they say, and which one an alert needs.
//!
//! Knows Markdown, front matter and matchers. Must not know where the files lie.

mod choose;
mod front_matter;
pub mod insights;
mod language;
mod markdown;
mod pinned;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::alert::matchers::Matchers;
pub use choose::choose;
pub use language::Language;
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
    /// The info string's second word: the evidence source that is to run it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What stands in it.
    pub text: String,
}

/// One file of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runbook {
    /// Relative to the library's folder, with `/` between its parts.
    pub path: String,
    /// Its first heading; the path where it has none.
    pub title: String,
    /// The alerts it is for; empty where it is for none but those that name it.
    pub matchers: Matchers,
    /// Whom to call.
    pub owner: Option<String>,
    /// After how long without an answer to call them.
    pub escalate_after: Option<Duration>,
    /// What to do. Lists under headings that only explain (`Impact`, `Meaning`, `References`, …) are no steps.
    pub steps: Vec<Step>,
    /// Its blocks that are queries, by line.
    pub queries: Vec<Query>,
}

/// A block that a source of evidence is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Where its fence begins; the first line is 1.
    pub line: usize,
    /// What it is written in.
    pub language: Language,
    /// The source that it names.
    pub source: Option<String>,
}

/// What is wrong with a file, for the one who writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where; the first line is 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: String,
}

impl Fault {
    fn new(line: usize, what: impl Into<String>, remedy: &str) -> Self {
        Self { line, what: what.into(), remedy: remedy.to_owned() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}; {}", self.line, self.what, self.remedy)
    }
}

impl Runbook {
    /// Reads a file. What is faulty is left out and named, the rest can be used: a runbook with a wrong `owner` is better
    /// at night than none. A file with a faulty matcher is for no alert but those that name it.
    pub fn parse(path: &str, text: &str) -> (Self, Vec<Fault>) {
        let cut = front_matter::cut(text);
        let (front, mut faults) = match cut.yaml {
            Some(yaml) => front_matter::read(yaml),
            None => (front_matter::FrontMatter::default(), vec![no_front_matter(text, cut.unclosed)]),
        };
        let document = markdown::read(cut.body);
        let first_line = cut.lines_before.saturating_add(1);
        faults.extend(
            document
                .faults
                .into_iter()
                .map(|fault| Fault { line: fault.line.saturating_add(cut.lines_before), ..fault }),
        );
        if document.title.is_empty() {
            faults.push(Fault::new(
                first_line,
                "there is no title",
                "begin with a heading: # High error rate",
            ));
        }
        if document.steps.is_empty() {
            let remedy = "write what to do as numbered lists under ## Check, ## Respond and ## Escalate";
            faults.push(Fault::new(first_line, "there are no steps", remedy));
        }
        faults.sort_by_key(|fault| fault.line);
        let title = if document.title.is_empty() { path.to_owned() } else { document.title };
        let runbook = Self {
            path: path.to_owned(),
            title,
            matchers: front.matchers,
            owner: front.owner,
            escalate_after: front.escalate_after,
            steps: document.steps,
            queries: document
                .queries
                .into_iter()
                .map(|query| Query { line: query.line.saturating_add(cut.lines_before), ..query })
                .collect(),
        };
        (runbook, faults)
    }
}

/// What is wrong with the text of a runbook, in the order of its lines.
pub fn faults(text: &str) -> Vec<Fault> {
    Runbook::parse("", text).1
}

fn no_front_matter(text: &str, unclosed: bool) -> Fault {
    if text.starts_with("version https://git-lfs.github.com/spec/") {
        return Fault::new(1, "this is a pointer of Git LFS, not the file", "fetch it with git lfs pull");
    }
    if unclosed {
        return Fault::new(1, "the front matter is never closed", "end it with a line of three hyphens");
    }
    let remedy = "begin with a line ---, then match:, owner: and escalate_after:, then another line ---";
    Fault::new(1, "there is no front matter", remedy)
}
