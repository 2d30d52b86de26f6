//! The numbers of a text, each with the words that say what it counts.
//!
//! Knows how a number stands in a clause, in normalised spelling. Must not know which side of a comparison it is on: a
//! claim and an item are read by the same rules.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::text::{compiled, is_quantity, is_time, placed_words};

/// How many words before and behind an item's number say what it counts.
const NEAR: usize = 4;

/// Which count of a pattern the words around a number may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// None: it is not beside a word for lines or times.
    No,
    /// Lines in the window.
    Now,
    /// Lines in the baseline.
    Normal,
}

/// A number and what it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    /// With the unit that is glued to it; empty where it is written as a word that has no digits.
    pub word: String,
    /// The word behind it, where it is no grammar: `customers`, `件`.
    pub noun: Option<String>,
    /// What it is per: `second` of `errors per second`.
    pub rate: Option<String>,
    /// Whether it may be the count of a pattern.
    pub count: Count,
    /// What stands between it and the word for lines or times.
    pub between: Vec<String>,
    /// The stems near it, for an item's number.
    pub near: BTreeSet<String>,
}

static CLAUSES: LazyLock<Regex> = LazyLock::new(|| compiled(r"[,.:!?]\s|[;()|、。]|\s[-/]\s|\s->\s"));

/// Where a sentence passes from what is now to what is normal, or back.
static TURNS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b(?:and|now|while|whereas|but|versus|vs|against|instead of|compared (?:to|with)|rather than)\b",
    )
});

static NORMAL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"\b(?:normal|normally|usual|usually|baseline|before|typical|typically)\b|平常|通常|普段")
});

/// What the lines of a pattern are called.
static COUNTED: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(?:lines?|times|occurrences?|errors?|messages?)$"));

/// Behind `times`, they make a factor of a count.
static FACTOR: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^(?:as|the|more|less|fewer|higher|lower|greater|larger|bigger|faster|slower|longer|worse|better|over|normal|usual|its|that|what)$",
    )
});

static RATE: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^\s?(?:[a-z-]+ ){0,2}?(?:per|an?|each|every) ([a-z]+)"));

/// They say nothing of what the number before them counts.
static GRAMMAR: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^(?:of|and|or|to|in|on|at|for|from|by|with|via|after|before|during|since|until|till|within|as|than|then|that|",
        r"which|who|when|while|where|if|but|so|is|are|was|were|be|been|being|has|have|had|the|a|an|this|these|it|its|",
        r"such|comes?|came|appears?|appeared|per|each|every|again|also|now|today|utc|gmt|ago|versus|vs|against|x)$",
    ))
});

/// The quantities of `text`. Times and names are none.
pub(super) fn numbers(text: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    for clause in CLAUSES.split(text) {
        for (word, start, end) in placed_words(clause) {
            if is_quantity(&word) && !is_time(&word) {
                numbers.push(number(word, clause, start, end));
            }
        }
    }
    numbers
}

/// The numbers that `form` finds, written as words; `digits` says the same in digits.
pub(super) fn spelled(text: &str, form: &Regex, digits: fn(&str) -> &'static str) -> Vec<(String, Number)> {
    let mut numbers = Vec::new();
    for clause in CLAUSES.split(text) {
        for found in form.find_iter(clause) {
            let word = digits(found.as_str()).to_owned();
            numbers.push((found.as_str().to_owned(), number(word, clause, found.start(), found.end())));
        }
    }
    numbers
}

fn number(word: String, clause: &str, start: usize, end: usize) -> Number {
    let (before, after) = (clause.get(..start).unwrap_or_default(), clause.get(end..).unwrap_or_default());
    let following: Vec<String> = words(after).collect();
    let rate = RATE.captures(after).and_then(|found| Some(found.get(1)?.as_str().to_owned()));
    // A unit says already what is counted.
    let noun = noun(after).filter(|_| !word.ends_with(|c: char| c.is_ascii_alphabetic() || c == '%'));
    let counted = following.iter().take(3).position(|word| COUNTED.is_match(word));
    let factor = |at: usize| following.get(at + 1).is_some_and(|word| FACTOR.is_match(word));
    let japanese = noun.as_deref().is_some_and(|noun| ["件", "回", "行"].contains(&noun));
    let is_count = rate.is_none() && (japanese || counted.is_some_and(|at| !factor(at)));
    let count = match (is_count, says_normal(before, after)) {
        (false, _) => Count::No,
        (true, true) => Count::Normal,
        (true, false) => Count::Now,
    };
    let between = following.iter().take(counted.unwrap_or(0));
    let between = between.filter(|word| !GRAMMAR.is_match(word)).cloned().collect();
    let mut near: BTreeSet<String> = following.iter().take(NEAR).map(|word| stem(word)).collect();
    let preceding: Vec<String> = words(before).collect();
    near.extend(preceding.iter().rev().take(NEAR).map(|word| stem(word)));
    near.extend(noun.iter().map(|noun| stem(noun)));
    Number { word, noun, rate, count, between, near }
}

/// Whether the part of the clause that the number stands in speaks of what is normal.
fn says_normal(before: &str, after: &str) -> bool {
    let before = TURNS.split(before).last().unwrap_or_default();
    let after = TURNS.split(after).next().unwrap_or_default();
    NORMAL.is_match(before) || NORMAL.is_match(after)
}

fn noun(after: &str) -> Option<String> {
    let first = after.chars().next()?;
    if !first.is_ascii() && first.is_alphabetic() {
        let hiragana = ('\u{3040}'..='\u{309f}').contains(&first);
        return (!hiragana).then(|| first.to_string());
    }
    let next = after.split_whitespace().next()?;
    let word = words(next).next()?;
    (first == ' ' && !GRAMMAR.is_match(&word)).then_some(word)
}

/// The words of letters in `text`.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_owned)
}

/// What the forms of a word have in common: its first six letters, without the end of a plural.
pub(super) fn stem(word: &str) -> String {
    let word = match word.strip_suffix("ies") {
        Some(word) => format!("{word}y"),
        None => word.strip_suffix('s').filter(|w| w.len() > 2).unwrap_or(word).to_owned(),
    };
    word.chars().take(6).collect()
}
