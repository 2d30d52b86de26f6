//! The names in a sentence: of hosts, services, alarms, labels.
//!
//! Knows which words look like names. Must not know which names exist.

use std::sync::LazyLock;

use regex::Regex;

use super::text::compiled;

/// Capital letters that name nothing in particular.
const GENERIC: &[&str] =
    &["UTC", "GMT", "HTTP", "HTTPS", "TCP", "IP", "API", "DB", "SQL", "URL", "ID", "OK", "ERROR", "WARN"];

static LABELS: LazyLock<Regex> = LazyLock::new(|| compiled(r"[A-Za-z_][A-Za-z0-9_.-]*=[A-Za-z0-9_./:-]+"));

/// What looks like a name in `text`, whose quotations are taken out and whose capitals are kept; in lower case. Words
/// with a digit are left to [`numbers`](super::numbers) and to the words of the text.
pub(super) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = LABELS.find_iter(text).map(|m| trimmed(m.as_str()).to_lowercase()).collect();
    // What stands behind a number is its unit or its noun, and is held against the number's.
    let (mut begins, mut counted) = (true, false);
    for raw in text.split(|c: char| !(c.is_ascii_alphanumeric() || ".-_/:!?".contains(c))) {
        if raw.is_empty() {
            continue;
        }
        for word in raw.split(':').map(trimmed).filter(|word| !word.is_empty()) {
            let joined = word.contains(['-', '_', '.', '/']);
            if is_name(word, begins) && (joined || !counted) {
                names.push(word.to_lowercase());
            }
            begins = false;
            counted = word.ends_with(|c: char| c.is_ascii_digit());
        }
        begins = raw.ends_with(['.', ':', '!', '?']);
    }
    names
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_ascii_alphanumeric())
}

fn is_name(word: &str, begins: bool) -> bool {
    if word.chars().any(|c| c.is_ascii_digit()) || GENERIC.contains(&word) || ["e.g", "i.e"].contains(&word) {
        return false;
    }
    let joined = word.contains(['-', '_', '.', '/']);
    let capital = |c: char| c.is_ascii_uppercase();
    let inner_capital = word.chars().skip(1).any(capital);
    let proper = !begins && word.len() > 1 && word.starts_with(capital);
    joined || inner_capital || proper
}
