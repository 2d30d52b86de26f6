//! What the queries of a runbook's steps brought, as items that follow the others of their kind.
//!
//! Knows steps by their ids and headings. Must not know who ran a query, nor judge whether a step's check is met: a
//! runbook says that in words.

pub mod table;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::delta::Comparison;
use super::excerpt::{excerpt, squeeze};
use super::items::id;
use super::metric::{self, Measured};
use super::{Change, Item, Kind, Redacted, Redactor, Window, items};
use crate::runbook::Step;
use table::Table;

/// Series of one query that become items, the farthest from normal first.
const MOST_SERIES: usize = 5;
/// Findings of one query that are told.
const MOST_FINDINGS: usize = 5;
/// Longest heading of a step, in characters.
const HEADING: usize = 70;
/// Longest title, in characters.
const TITLE: usize = 160;

/// One query of the runbook, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Asked {
    /// The step that it belongs to: `R3`.
    pub step: String,
    /// Its place among the step's blocks, from 0.
    pub block: usize,
    /// The configured evidence source that was asked; null where none was.
    pub source: Option<String>,
    /// The items that it brought.
    pub items: Vec<String>,
    /// Why it was not run, or brought nothing; null where it was answered.
    pub reason: Option<Redacted>,
}

/// What a query brought, verbatim.
#[derive(Debug)]
pub enum Brought {
    /// Series, in the window and in normal times.
    Measured(Vec<Measured>),
    /// Lines, compared with normal.
    Lines {
        /// How they differ.
        comparison: Comparison,
        /// Whether any normal time could be read, be it without a line.
        compared: bool,
        /// What a cap cut from the window.
        truncated: Option<String>,
    },
    /// Rows, in the window and in normal times.
    Table {
        /// What was counted.
        table: Table,
        /// What is missing of the window.
        truncated: Option<String>,
    },
}

/// A query that was run.
#[derive(Debug)]
pub struct Reply {
    /// The step's id; empty where the query is no step's.
    pub step: String,
    /// What the step is called, by [`heading`].
    pub name: String,
    /// The configured evidence source.
    pub source: String,
    /// How a person gets the same.
    pub query: String,
    /// Where a person sees it, with absolute times; quantities have their own.
    pub link: Option<String>,
    /// What came.
    pub brought: Brought,
}

/// How many items of these kinds there are already: ids go on from there.
#[derive(Debug, Clone, Copy)]
pub struct Before {
    /// `M…`
    pub metrics: usize,
    /// `L…`
    pub logs: usize,
}

/// `R3 Is it one pod, or all`: the step's id and its first sentence.
pub fn heading(step: &Step) -> String {
    let text = step.text.split_inclusive(['.', '?', '!', ':', ';']);
    // A dot inside a word, such as that of a version, ends no sentence.
    let mut first = String::new();
    for piece in text {
        if !first.is_empty() && piece.starts_with(char::is_whitespace) {
            break;
        }
        first.push_str(piece);
    }
    let first = first.trim_end_matches(['.', '?', '!', ':', ';']);
    let short: String = first.chars().take(HEADING).collect();
    let cut = if short.len() < first.len() { "…" } else { "" };
    format!("{} {short}{cut}", step.id)
}

/// The items of a reply. There is always one: that nothing came is an answer as well.
pub fn of_reply(reply: &Reply, before: Before, window: Window, redactor: &Redactor) -> Vec<Item> {
    let mut items = match &reply.brought {
        Brought::Measured(all) => {
            let named: Vec<(String, Measured)> =
                all.iter().map(|one| (reply.source.clone(), one.clone())).collect();
            metric::items_after(before.metrics, MOST_SERIES, &named, window, redactor)
        }
        Brought::Lines { comparison, compared, truncated } => {
            let lines = of_lines(comparison, *compared, truncated.as_deref(), redactor);
            vec![Item {
                title: titled(reply, &lines.0, redactor),
                text: lines.1,
                at: lines.2,
                ..item(reply, Kind::Log, before.logs, redactor)
            }]
        }
        Brought::Table { table, truncated } => {
            let (words, mut text) = table.told(redactor);
            if let Some(cut) = truncated {
                text = Redacted::concat([&not_all("rows", cut, redactor), &Redacted::fixed("\n"), &text]);
            }
            let title = excerpt(&titled(reply, &words, redactor), TITLE);
            vec![Item { title, text, ..item(reply, Kind::Log, before.logs, redactor) }]
        }
    };
    if items.is_empty() {
        items.push(Item {
            title: titled(reply, &Redacted::fixed("no value in this window"), redactor),
            ..item(reply, Kind::Metric, before.metrics, redactor)
        });
    }
    for item in &mut items {
        // A query that is no step's says so by its name.
        if reply.step.is_empty() {
            continue;
        }
        let mut text = Redacted::fixed("by the query of step ");
        text.push(&redactor.redact_line(&reply.step));
        if !item.text.as_str().is_empty() {
            text.push_fixed("\n");
            text.push(&item.text);
        }
        item.text = text;
    }
    items
}

/// The items of tables that are no step's: quantities, whose ids follow those `before`.
pub fn tables(replies: &[Reply], before: &mut Before, window: Window, redactor: &Redactor) -> Vec<Item> {
    let items = replies.iter().flat_map(|reply| of_reply(reply, *before, window, redactor));
    let mut all: Vec<Item> = items.map(|item| Item { kind: Kind::Metric, ..item }).collect();
    for item in &mut all {
        item.id = id(Kind::Metric, before.metrics).to_string();
        before.metrics += 1;
    }
    all
}

fn item(reply: &Reply, kind: Kind, before: usize, redactor: &Redactor) -> Item {
    Item {
        id: id(kind, before).to_string(),
        kind,
        source: reply.source.clone(),
        title: Redacted::default(),
        text: Redacted::default(),
        query: Some(redactor.redact(&reply.query)),
        link: reply.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: None,
        frequency: None,
        chart: None,
    }
}

fn titled(reply: &Reply, words: &Redacted, redactor: &Redactor) -> Redacted {
    let name = excerpt(&squeeze(&redactor.redact_line(&reply.name)), TITLE / 2);
    Redacted::concat([&name, &Redacted::fixed(": "), words])
}

/// The counts; what differs most, each with the beginning of its first line; and since when.
fn of_lines(
    comparison: &Comparison,
    compared: bool,
    truncated: Option<&str>,
    redactor: &Redactor,
) -> (Redacted, Redacted, Option<DateTime<Utc>>) {
    let mut counts = count(comparison.lines);
    if compared {
        #[allow(clippy::cast_precision_loss, reason = "a count of lines")]
        let usual = comparison.baseline_lines as f64 * comparison.minutes / comparison.baseline_minutes;
        counts.push_fixed(", normally ");
        counts.push(&Redacted::number(usual));
    }
    let mut text = Redacted::default();
    if let Some(cut) = truncated {
        text.push(&not_all("lines", cut, redactor));
    }
    let found = items(comparison, "", None, redactor, MOST_FINDINGS);
    // Where normal times have no line at all, a comparison calls nothing new.
    let all_new = compared && comparison.baseline_lines == 0;
    for one in &found {
        if !text.as_str().is_empty() {
            text.push_fixed("\n");
        }
        text.push(&told(one, all_new));
    }
    (counts, text, found.first().and_then(|first| first.at))
}

fn not_all(what: &'static str, cut: &str, redactor: &Redactor) -> Redacted {
    let words = [Redacted::fixed("not all "), Redacted::fixed(what), Redacted::fixed(": ")];
    Redacted::concat(words.iter().chain([&redactor.redact_line(cut)]))
}

fn count(lines: u64) -> Redacted {
    let word = if lines == 1 { " line" } else { " lines" };
    Redacted::concat([&Redacted::count(lines), &Redacted::fixed(word)])
}

/// `new, 12 lines from 09:10:33: ERROR Pool: no connection`.
fn told(finding: &Item, all_new: bool) -> Redacted {
    let mut words = Redacted::default();
    if let Some(frequency) = &finding.frequency {
        words.push_fixed(if all_new { Change::New } else { frequency.change }.before_count());
        words.push(&count(frequency.now));
    }
    if let Some(at) = finding.at {
        words.push(&Redacted::time(at, " from %H:%M:%S"));
    }
    words.push_fixed(": ");
    words.push(&finding.title);
    words
}

#[cfg(test)]
mod tests;
