//! The words of a text that tell what is wrong, by their stems.
//!
//! Knows English endings and camel case; words of other scripts stay whole. Must not know what the words are compared with.

use std::collections::{BTreeMap, BTreeSet};

/// Words that tell nothing of what is wrong, in a library of any size.
const EMPTY: [&str; 78] = [
    "about",
    "after",
    "again",
    "alert",
    "alerts",
    "all",
    "also",
    "and",
    "any",
    "are",
    "because",
    "been",
    "before",
    "between",
    "but",
    "can",
    "check",
    "critical",
    "does",
    "during",
    "error",
    "errors",
    "fail",
    "failed",
    "fails",
    "failure",
    "for",
    "from",
    "has",
    "have",
    "high",
    "how",
    "in",
    "info",
    "into",
    "is",
    "it",
    "its",
    "last",
    "look",
    "low",
    "more",
    "name",
    "not",
    "now",
    "of",
    "on",
    "only",
    "or",
    "other",
    "out",
    "over",
    "production",
    "see",
    "service",
    "since",
    "some",
    "than",
    "that",
    "the",
    "then",
    "there",
    "this",
    "to",
    "too",
    "under",
    "until",
    "warn",
    "warning",
    "was",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "will",
    "with",
];

/// The stems of the telling words of `text`; `KubePodCrashLooping` has four.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    named(text).into_keys().collect()
}

/// The same, each with the word as it stands there first, in lower case.
pub(crate) fn named(text: &str) -> BTreeMap<String, String> {
    let split = text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() || c.is_whitespace());
    // `5xx` says something, `30000ms` and `7d9f8c` do not.
    let number = |word: &String| word.len() > 3 && word.starts_with(|c: char| c.is_ascii_digit());
    let letters = |word: &String| word.contains(char::is_alphabetic);
    let telling = |word: &String| {
        word.chars().count() > 2 && letters(word) && !number(word) && !EMPTY.contains(&word.as_str())
    };
    let mut all = BTreeMap::new();
    for word in split.flat_map(parts).map(str::to_lowercase).filter(telling) {
        all.entry(stem(&word)).or_insert(word);
    }
    all
}

/// The parts of a word in camel case.
fn parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let letters: Vec<(usize, char)> = word.char_indices().collect();
    for window in letters.windows(3) {
        let [(_, before), (at, here), (next_at, next)] = window else { continue };
        let begins = before.is_ascii_lowercase() && here.is_ascii_uppercase();
        let ends = here.is_ascii_uppercase() && before.is_ascii_uppercase() && next.is_ascii_lowercase();
        let last = here.is_ascii_lowercase() && next.is_ascii_uppercase();
        if begins || ends {
            parts.extend(word.get(from..*at));
            from = *at;
        }
        if last && *next_at + next.len_utf8() == word.len() {
            parts.extend(word.get(from..*next_at));
            from = *next_at;
        }
    }
    parts.extend(word.get(from..));
    parts
}

/// Without the endings that one word has in different sentences.
fn stem(word: &str) -> String {
    let long = |rest: &&str| rest.len() >= 4;
    for ending in ["ings", "ing", "ies", "ied", "es", "ed", "s"] {
        if let Some(rest) = word.strip_suffix(ending).filter(long) {
            return rest.trim_end_matches('e').to_owned();
        }
    }
    if word.len() > 4 { word.trim_end_matches(['e', 'y']).to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_and_stemmed_and_empty_ones_left_out() {
        for (text, expected) in [
            ("KubePodCrashLooping", &["crash", "kube", "loop", "pod"][..]),
            ("RDSHighCPU x9 97", &["cpu", "rds"]),
            ("x509: certificate", &["certificat", "x509"]),
            ("connections are exhausted, 30000ms", &["connection", "exhaust"]),
            ("HTTPCode_ELB_5XX", &["5xx", "code", "elb", "http"]),
            ("証明書 期限", &["証明書"]),
            ("OOMKilled", &["kill", "oom"]),
            ("x", &[]),
        ] {
            assert_eq!(words(text).iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
