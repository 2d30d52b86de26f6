//! Which runbook an alert needs.
//!
//! Knows runbooks, labels and what alerts say of runbooks. Must not follow any address: what an alert says is only
//! compared with the library's own paths.

use std::cmp::Reverse;

use super::Runbook;
use crate::alert::Labels;

/// Annotations that name a runbook, the more telling first (FACTS A5).
const HINTS: [&str; 2] = ["runbook", "runbook_url"];

/// The runbook for an alert with these (mapped) labels and annotations, and why it.
///
/// One that the alert itself names, by path or file name, comes first; then the one whose matchers hold and say the most.
/// Of equals the first by path.
pub fn choose<'a>(
    runbooks: &'a [Runbook],
    labels: &Labels,
    annotations: &Labels,
) -> Option<(&'a Runbook, String)> {
    HINTS
        .iter()
        .find_map(|name| {
            let value = annotations.get(name);
            let runbook = named(runbooks, value)?;
            Some((runbook, format!("the alert names it: {name} {}", shorten(value))))
        })
        .or_else(|| {
            let runbook = matching(runbooks, labels)?;
            Some((runbook, format!("its matchers hold: {}", runbook.matchers)))
        })
}

fn matching<'a>(runbooks: &'a [Runbook], labels: &Labels) -> Option<&'a Runbook> {
    runbooks
        .iter()
        .filter(|runbook| !runbook.matchers.is_empty() && runbook.matchers.matches(labels))
        .min_by_key(|runbook| (Reverse(runbook.matchers.specificity()), runbook.path.as_str()))
}

/// The file that `hint`, a path or an address, ends in: the longest path that fits, else the file name alone. `.md` may be
/// missing, and letters' case does not count.
fn named<'a>(runbooks: &'a [Runbook], hint: &str) -> Option<&'a Runbook> {
    let hint = hint.split(['?', '#']).next().unwrap_or_default().trim().trim_end_matches('/').to_lowercase();
    let hint = stem(&hint);
    if hint.is_empty() {
        return None;
    }
    let ends_in =
        |path: &str| hint.strip_suffix(path).is_some_and(|before| before.is_empty() || before.ends_with('/'));
    runbooks
        .iter()
        .filter_map(|runbook| {
            let path = runbook.path.to_lowercase();
            let path = stem(&path);
            if ends_in(path) {
                return Some((Reverse(path.len()), runbook));
            }
            (last(path) == last(hint)).then_some((Reverse(0), runbook))
        })
        .min_by_key(|(length, runbook)| (*length, runbook.path.as_str()))
        .map(|(_, runbook)| runbook)
}

fn stem(path: &str) -> &str {
    path.strip_suffix(".md").unwrap_or(path)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What an alert says may be of any length and hold line breaks.
fn shorten(hint: &str) -> String {
    let line: String = hint.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
