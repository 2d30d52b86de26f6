//! What an item says, made ready for looking things up in it.
//!
//! Knows items and the parts that a time or a range has. Must not know claims.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::checks::{Checks, denies};
use super::numbers::{Count, Number, numbers, stem, words};
use super::text::{is_quantity, is_time, normalise, words_with_digits};
use crate::evidence::{Item, Redactor};
use crate::summary::clean::clean;

/// The most characters that an ellipsis in a quotation may stand for.
const GAP: usize = 40;
/// How far before a quotation a denial counts as its own, in characters.
const DENIED: usize = 16;

/// What an item says.
#[derive(Debug, Clone)]
pub(super) struct Haystack {
    text: String,
    words: BTreeSet<String>,
    stems: BTreeSet<String>,
    numbers: Vec<Number>,
    /// Lines now and, where there is something to compare with, normally.
    counts: Option<(String, Option<String>)>,
}

impl Haystack {
    /// Title, text, times and counts of `item`. They pass through the same cleaning as a claim, so that both sides have
    /// the same spelling.
    pub fn new(item: &Item, redactor: &Redactor) -> Self {
        let of = |text: &str| normalise(clean(text, redactor).as_str());
        // Lines are kept apart, so that no quotation spans two of them.
        let lines = std::iter::once(item.title.as_str()).chain(item.text.as_str().lines());
        let text = lines.map(of).collect::<Vec<_>>().join("\n");
        let mut found: BTreeSet<String> = text.lines().flat_map(words_with_digits).flat_map(parts).collect();
        for at in item.at.iter().chain(item.frequency.iter().filter_map(|f| f.last_seen.as_ref())) {
            found.extend(moment(*at));
        }
        // As they are, and not rounded: what is nearly nothing is not nothing.
        let counts = item.frequency.as_ref().map(|f| (f.now.to_string(), f.normal.map(|n| n.to_string())));
        Self {
            words: found,
            stems: words(&text).map(|word| stem(&word)).collect(),
            numbers: text.lines().flat_map(numbers).collect(),
            counts,
            text,
        }
    }

    fn has_word(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    fn has_name(&self, name: &str) -> bool {
        self.has_word(name) || ends_of(&self.text, name).next().is_some()
    }

    /// Whether the text has this number, of the same things; or it is the count of the pattern.
    fn has_number(&self, number: &Number) -> bool {
        let counts = self.counts.as_ref().zip(Some(number.count));
        let counted = counts.is_some_and(|((now, normal), count)| match count {
            Count::No => false,
            Count::Now => number.word == *now,
            Count::Normal => normal.as_ref() == Some(&number.word),
        });
        (counted && number.between.iter().all(|word| self.stems.contains(&stem(word))))
            || self.numbers.iter().any(|own| own.says(number))
            || (number.is_bare() && self.has_word(&number.word))
    }

    fn has_spelled(&self, spelled: &str, number: &Number) -> bool {
        let phrase = number.noun.as_ref().map_or(spelled.to_owned(), |noun| format!("{spelled} {noun}"));
        (!number.word.is_empty() && self.has_number(number)) || ends_of(&self.text, &phrase).next().is_some()
    }

    /// Whether the pieces follow one another closely, each with word boundaries around it, and nothing that is left out
    /// turns their sense.
    fn has_quotation(&self, pieces: &[String]) -> bool {
        let Some((first, others)) = pieces.split_first() else { return false };
        let denied = |before: &str| denies(last_clause(before));
        self.text.lines().any(|line| {
            ends_of(line, first)
                .filter(|end| !denied(line.get(..end - first.len()).unwrap_or_default()))
                .any(|end| follow(line.get(end..).unwrap_or_default(), others))
        })
    }

    /// Whether all of a sentence's words, by their stems, stand here.
    pub fn has_stems(&self, stems: &[String]) -> bool {
        stems.iter().all(|stem| self.stems.contains(stem))
    }
}

impl Number {
    /// Whether an item's number says what a claim's number says.
    fn says(&self, claimed: &Number) -> bool {
        let nouns = claimed.noun.as_ref().is_none_or(|noun| self.near.contains(&stem(noun)));
        self.word == claimed.word && nouns && (claimed.is_bare() || self.rate == claimed.rate)
    }

    /// Whether nothing says what it counts.
    fn is_bare(&self) -> bool {
        self.noun.is_none() && self.rate.is_none()
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
    for number in &checks.numbers {
        if !any(&|h| h.has_number(number)) {
            missing.push(number.told(&number.word));
        }
    }
    for time in &checks.times {
        let ends = time.split_once('-').filter(|(a, b)| is_time(a) && is_time(b) && a <= b);
        let both = ends.is_some_and(|(a, b)| any(&|h| h.has_word(a)) && any(&|h| h.has_word(b)));
        if !both && !any(&|h| h.has_word(time)) {
            missing.push(time.clone());
        }
    }
    missing.extend(checks.names.iter().filter(|name| !any(&|h| h.has_name(name))).cloned());
    for (spelled, number) in &checks.spelled {
        if !any(&|h| h.has_spelled(spelled, number)) {
            missing.push(number.told(spelled));
        }
    }
    missing
}

impl Number {
    fn told(&self, word: &str) -> String {
        self.noun.as_ref().map_or(word.to_owned(), |noun| format!("{word} {noun}"))
    }
}

/// What of `before` belongs to the words behind it.
fn last_clause(before: &str) -> &str {
    let from = before.char_indices().rev().nth(DENIED - 1).map_or(0, |(at, _)| at);
    let near = before.get(from..).unwrap_or_default();
    near.rsplit([',', ';', ':', '(']).next().unwrap_or_default()
}

/// Whether `pieces` follow one another at the beginning of `rest`, with gaps that are short and deny nothing.
fn follow(rest: &str, pieces: &[String]) -> bool {
    let Some((piece, others)) = pieces.split_first() else { return true };
    ends_of(rest, piece).any(|end| {
        let gap = rest.get(..end - piece.len()).unwrap_or_default();
        gap.chars().count() <= GAP && !denies(gap) && follow(rest.get(end..).unwrap_or_default(), others)
    })
}

/// Where `needle` ends in `text`, each time that it does not begin or end within a word. A joiner between letters or
/// digits is within one: `db` does not stand in `orders-db`, nor `5` in `1.5`.
pub(super) fn ends_of<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let found = text.match_indices(needle).map(|(start, _)| (start, start + needle.len()));
    found.filter_map(|(start, end)| {
        let before = text.get(..start).unwrap_or_default().chars().rev();
        let after = text.get(end..).unwrap_or_default().chars();
        let inner = touches(needle.chars().next(), before) || touches(needle.chars().next_back(), after);
        (!inner && !needle.is_empty()).then_some(end)
    })
}

/// Whether the word at whose edge `edge` stands goes on with `outside`.
fn touches(edge: Option<char>, mut outside: impl Iterator<Item = char>) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric();
    match outside.next() {
        _ if !edge.is_some_and(letter) => false,
        Some(c) if matches!(c, '.' | '-' | '_' | '/' | ':') => {
            let digits = edge.is_some_and(|c| c.is_ascii_digit());
            outside.next().is_some_and(|next| letter(next) && (c != ':' || digits && next.is_ascii_digit()))
        }
        Some(c) => letter(c),
        None => false,
    }
}

/// `word` and the words that stand in it: the date and time of a timestamp, both times of a span, a port. The parts of
/// `12/40` say something else than the whole.
fn parts(word: String) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(at) = timestamp(&word) {
        words.extend(moment(at));
    } else if is_time(&word) {
        words.extend(truncated(&word));
    } else if let Some((a, b)) = word.split_once('-').filter(|(a, b)| is_time(a) && is_time(b)) {
        words.extend([a, b].into_iter().flat_map(truncated));
    } else if let Some((a, b)) = word.split_once(':').filter(|(a, b)| !b.contains(':') && !is_quantity(a)) {
        words.extend([a, b].map(str::to_owned));
    }
    words.push(word);
    words
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
