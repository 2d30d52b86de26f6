//! What an item says, made ready for looking things up in it.
//!
//! Knows items and the parts that a time or a range has. Must not know claims.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::checks::Checks;
use super::text::{is_quantity, is_time, normalise, words_with_digits};
use crate::evidence::{Item, Redactor};
use crate::summary::clean::clean;

/// What an item says.
#[derive(Debug, Clone)]
pub(super) struct Haystack {
    text: String,
    words: BTreeSet<String>,
}

impl Haystack {
    /// Title, text, times and counts of `item`. They pass through the same cleaning as a claim, so that both sides have
    /// the same spelling.
    pub fn new(item: &Item, redactor: &Redactor) -> Self {
        let of = |text: &str| normalise(clean(text, redactor).as_str());
        // Lines are kept apart, so that no quotation spans two of them.
        let lines = std::iter::once(item.title.as_str()).chain(item.text.as_str().lines());
        let text = lines.map(of).collect::<Vec<_>>().join("\n");
        let mut words: BTreeSet<String> = text.lines().flat_map(words_with_digits).flat_map(parts).collect();
        for at in item.at.iter().chain(item.frequency.iter().filter_map(|f| f.last_seen.as_ref())) {
            words.extend(moment(*at));
        }
        if let Some(frequency) = &item.frequency {
            words.insert(frequency.now.to_string());
            if let Some(normal) = frequency.normal {
                words.extend([format!("{normal}"), format!("{normal:.1}"), format!("{normal:.0}")]);
            }
        }
        Self { text, words }
    }

    fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// Whether the pieces follow one another, each with word boundaries around it.
    fn has_quotation(&self, pieces: &[String]) -> bool {
        self.text.lines().any(|line| {
            let mut rest = line;
            pieces.iter().all(|piece| match find_whole(rest, piece) {
                Some(end) => {
                    rest = rest.get(end..).unwrap_or_default();
                    true
                }
                None => false,
            })
        })
    }
}

/// What of `checks` stands in none of `hay`, for people.
pub(super) fn missing(checks: &Checks, hay: &[&Haystack]) -> Vec<String> {
    let any = |test: &dyn Fn(&Haystack) -> bool| hay.iter().any(|h| test(h));
    let mut missing = Vec::new();
    for pieces in &checks.quotations {
        if !any(&|h| h.has_quotation(pieces)) {
            missing.push(format!("\"{}\"", pieces.join(" … ")));
        }
    }
    for word in &checks.words {
        let split = halves(word).filter(|(a, b)| is_quantity(a) && is_quantity(b));
        let both = split.is_some_and(|(a, b)| any(&|h| h.has_word(a) && h.has_word(b)));
        if !both && !any(&|h| h.has_word(word)) {
            missing.push(word.clone());
        }
    }
    for (spelled, digits) in &checks.spelled {
        if !any(&|h| h.has_word(digits) || find_whole(&h.text, spelled).is_some()) {
            missing.push(spelled.clone());
        }
    }
    missing
}

/// Where `needle` ends in `text`, where it does not begin or end within a word.
fn find_whole(text: &str, needle: &str) -> Option<usize> {
    let within = |c: Option<char>, edge: Option<char>| {
        c.is_some_and(|c| c.is_ascii_alphanumeric()) && edge.is_some_and(|c| c.is_ascii_alphanumeric())
    };
    text.match_indices(needle).map(|(start, _)| (start, start + needle.len())).find_map(|(start, end)| {
        let before = text.get(..start).and_then(|t| t.chars().next_back());
        let after = text.get(end..).and_then(|t| t.chars().next());
        let whole = !within(before, needle.chars().next()) && !within(after, needle.chars().next_back());
        whole.then_some(end)
    })
}

/// `word` and the words that stand in it: the date and time of a timestamp, both ends of a range, a port.
fn parts(word: String) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(at) = timestamp(&word) {
        words.extend(moment(at));
    } else if is_time(&word) {
        words.extend(truncated(&word));
    } else if let Some((a, b)) = halves(&word)
        && (word.contains(':') || (is_quantity(a) && is_quantity(b)))
    {
        words.extend([a, b].map(str::to_owned));
    }
    words.push(word);
    words
}

fn halves(word: &str) -> Option<(&str, &str)> {
    if is_time(word) {
        return None;
    }
    ['/', ':', '-'].into_iter().find_map(|at| {
        let (a, b) = word.split_once(at)?;
        (!a.is_empty() && !b.is_empty() && !b.contains(at)).then_some((a, b))
    })
}

/// `14:05:33.123` also as `14:05:33` and `14:05`: what a person would say of it.
fn truncated(time: &str) -> Vec<String> {
    [5, 8].into_iter().filter_map(|length| time.get(..length)).map(str::to_owned).collect()
}

fn timestamp(word: &str) -> Option<DateTime<Utc>> {
    let upper = word.to_uppercase();
    let naive = || NaiveDateTime::parse_from_str(&upper, "%Y-%m-%dT%H:%M:%S%.f").map(|t| t.and_utc());
    DateTime::parse_from_rfc3339(&upper).map(|t| t.to_utc()).or_else(|_| naive()).ok()
}

fn moment(at: DateTime<Utc>) -> Vec<String> {
    ["%Y-%m-%d", "%H:%M", "%H:%M:%S", "%Y-%m-%dt%H:%M", "%Y-%m-%dt%H:%M:%S"]
        .map(|form| at.format(form).to_string())
        .into()
}
