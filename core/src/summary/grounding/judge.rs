//! The verdict of a sentence: the one place that judges.
//!
//! Knows what was found of it in the cited items, and what it does beside that. Must not know how anything is written.

use std::sync::LazyLock;

use regex::Regex;

use super::figures::quantity;
use super::lookup::{Looked, moment, name, quote};
use super::names::Name;
use super::quantity::{Fit, Near, Quantity, Role};
use super::quotes::{Quote, taken};
use super::reading::Reading;
use super::reasons;
use super::sense::{Turn, denies, derives, turns};
use super::shown::Shown;
use super::spelling::{blank, compiled, folded};
use super::words::{is_grammar, words};
use super::{deeds, derived, subjects, zones::Zone};
use crate::evidence::Kind;
use crate::language::{Language, Word as Reason};
use crate::summary::Verdict;

/// A sentence with more to look for is no sentence; it is never verified.
const FACTS: usize = 60;

/// A sentence as it is read.
pub(super) struct Sentence {
    /// What it quotes.
    pub quotes: Vec<Quote>,
    /// All else that it says.
    pub reading: Reading,
    /// What it does beside.
    turns: Vec<(Turn, String)>,
}

/// What a sentence is held against.
pub(super) struct Bench<'a> {
    /// The cited items.
    pub cited: Vec<&'a Shown>,
    /// All others by id, to say where a thing stands instead.
    pub others: Vec<(&'a str, &'a Shown)>,
    /// The ids of all items, which are no evidence of themselves.
    pub ids: Vec<&'a str>,
    /// The zone of times that name none, beside UTC.
    pub local: Zone,
    /// In which reasons are told.
    pub language: Language,
}

/// What code says of a sentence, and why, where it is not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// In words for people.
    pub reason: Option<String>,
    /// Whether all that can be looked for was found, and there was something.
    pub stands: bool,
}

impl Sentence {
    /// Reads `text`.
    pub fn of(text: &str) -> Self {
        let (quotes, rest) = taken(&folded(text));
        let reading = Reading::of(&rest, false);
        let mut plain = reading.lower.clone();
        blank(&mut plain, reading.moments.iter().map(|one| one.at));
        Self { quotes, turns: turns(&plain), reading }
    }

    fn facts(&self) -> usize {
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit() || c == '.');
        let is_value = |one: &&Name| one.text.starts_with('#') || (one.key.is_some() && digits(&one.text));
        let values = self.reading.names.iter().filter(is_value).count();
        self.quotes.len() + self.reading.quantities.len() + self.reading.moments.len() + values
    }

    /// Whether the clause around a place says what `test` looks for.
    fn clause(&self, at: usize, test: fn(&str) -> bool) -> bool {
        let (start, end) = self.reading.clause(at);
        test(self.reading.lower.get(start..end).unwrap_or_default())
    }
}

/// What was found of each thing in a sentence.
#[derive(Default)]
struct Findings {
    absent: Vec<String>,
    doubts: Vec<String>,
    found: Vec<usize>,
}

impl Bench<'_> {
    /// Judges `sentence`, which cites `ids`.
    pub fn judge(&self, sentence: &Sentence, ids: &[String]) -> Judgement {
        let findings = self.look(sentence, ids);
        let nothing = findings.absent.is_empty() && findings.doubts.is_empty();
        let stands = nothing && sentence.facts() > 0 && sentence.facts() <= FACTS;
        let refuted =
            (!findings.absent.is_empty()).then(|| reasons::absent(self.language, ids, &findings.absent));
        let said = |why: Reason| why.of(self.language).to_owned();
        let doubted = findings.doubts.first().cloned();
        let reason = doubted
            .or_else(|| self.beyond(sentence, &findings).map(said))
            .or_else(|| self.too_little(sentence).map(said))
            .or_else(|| {
                let unknown = subjects::unknown(&sentence.reading, &self.cited)?;
                Some(reasons::not_named(self.language, &unknown))
            });
        let (verdict, reason) = match (refuted, reason) {
            (Some(reason), _) => (Verdict::Refuted, Some(reason)),
            (None, Some(reason)) => (Verdict::Unchecked, Some(reason)),
            (None, None) => (Verdict::Verified, None),
        };
        Judgement { verdict, reason, stands }
    }

    /// The identifiers and quotations of `sentence` that stand in no item at all.
    pub fn invented(&self, sentence: &Sentence) -> Vec<String> {
        let names = sentence.reading.names.iter().filter(|one| !self.is_id(&one.text));
        let names =
            names.filter(|one| matches!(name(one, &self.cited), Looked::Absent)).map(|one| one.text.clone());
        let quotes = sentence.quotes.iter().filter(|one| matches!(quote(one, &self.cited), Looked::Absent));
        names.chain(quotes.map(Quote::told)).collect()
    }

    fn is_id(&self, text: &str) -> bool {
        self.ids.iter().any(|id| id.eq_ignore_ascii_case(text))
    }

    fn look(&self, sentence: &Sentence, ids: &[String]) -> Findings {
        let mut findings = Findings::default();
        let denied = denies(&sentence.reading.lower);
        for one in sentence.quotes.iter().take(FACTS) {
            self.put(&mut findings, one.told(), denied, &|cited| quote(one, cited));
        }
        let reading = &sentence.reading;
        for (n, one) in reading.quantities.iter().enumerate().take(FACTS) {
            let told = reading.folded.get(one.at.0..one.at.1).unwrap_or_default().trim().to_owned();
            let soft = one.spelled
                || self.counts(one, sentence, ids)
                || sentence.clause(one.at.0, denies)
                || sentence.clause(one.at.0, derives);
            let before = findings.doubts.len() + findings.absent.len();
            self.put(&mut findings, told, soft, &|cited| quantity(one, reading, cited));
            if before == findings.doubts.len() + findings.absent.len() {
                findings.found.push(n);
            }
        }
        for one in reading.moments.iter().take(FACTS) {
            let told = reading.folded.get(one.at.0..one.at.1).unwrap_or_default().trim().to_owned();
            let soft = sentence.clause(one.at.0, denies);
            self.put(&mut findings, told, soft, &|cited| moment(one, self.local, cited));
        }
        for one in reading.names.iter().take(FACTS).filter(|one| !self.is_id(&one.text)) {
            let told = one.key.as_ref().map_or(one.text.clone(), |key| format!("{key}={}", one.text));
            self.put(&mut findings, told, sentence.clause(one.at, denies), &|cited| name(one, cited));
        }
        findings
    }

    /// Looks for one thing, first in the cited items, then in the others. `soft`: whether its absence proves nothing.
    fn put(&self, findings: &mut Findings, told: String, soft: bool, look: &dyn Fn(&[&Shown]) -> Looked) {
        match look(&self.cited) {
            Looked::Found => {}
            Looked::Doubt(why) => findings.doubts.push(reasons::doubt(self.language, &told, why)),
            Looked::Absent if soft => {
                findings.doubts.push(reasons::doubt(self.language, &told, reasons::NOT_THERE))
            }
            Looked::Absent => {
                let stands = |(_, shown): &&(&str, &Shown)| matches!(look(&[*shown]), Looked::Found);
                let elsewhere = self.others.iter().find(stands);
                findings.absent.push(match elsewhere {
                    Some((id, _)) => reasons::elsewhere(self.language, &told, id),
                    None => told,
                });
            }
        }
    }

    /// A small number may be that of the things named beside it.
    fn counts(&self, one: &Quantity, sentence: &Sentence, ids: &[String]) -> bool {
        let counted = [sentence.reading.names.len(), ids.len()];
        one.dim == super::unit::Dim::Bare
            && counted.iter().any(|n| *n > 1 && n.to_string() == one.digits.to_string())
    }

    /// Why no search can confirm the sentence, whatever was found of it.
    fn beyond(&self, sentence: &Sentence, findings: &Findings) -> Option<Reason> {
        if sentence.facts() > FACTS || sentence.reading.names.len() > FACTS {
            return Some(reasons::TOO_MUCH);
        }
        let said =
            |text: &str| words(text).iter().any(|word| self.cited.iter().any(|shown| shown.says_word(word)));
        // What is history is over.
        let past = self.cited.iter().all(|shown| shown.kind == Kind::History);
        let stays = |(turn, text): &&(Turn, String)| match turn {
            Turn::Denies | Turn::Guesses => true,
            Turn::Ends => !past && !said(text),
            Turn::Reasons => !said(text),
            Turn::Compares => !holds(sentence, findings, &self.cited),
        };
        let turn = sentence.turns.iter().find(stays).map(|(turn, _)| turn.reason());
        turn.or_else(|| self.says_what_is_denied(sentence))
            .or_else(|| self.names_another(sentence))
            .or_else(|| deeds::beyond(&sentence.reading, &self.cited))
    }

    /// Whether it was done by somebody whom the cited items do not name; or a part is larger than its whole.
    fn names_another(&self, sentence: &Sentence) -> Option<Reason> {
        static BY: LazyLock<Regex> = LazyLock::new(|| {
            compiled(r"\b(?:[a-z]+ed|done|set|put|made|run|sent|taken) by ([a-z][a-z._-]{2,})\b")
        });
        let reading = &sentence.reading;
        let said = |name: &str| {
            words(name).iter().all(|word| self.cited.iter().any(|shown| shown.stems.contains_key(&word.stem)))
        };
        let mut actors = BY.captures_iter(&reading.lower).filter_map(|found| found.get(1));
        let other = actors.any(|name| !is_grammar(name.as_str()) && !said(name.as_str()));
        let parts = |pair: &[Quantity]| match pair {
            [a, b] => {
                a.dim == b.dim
                    && a.values[0] > b.values[0]
                    && reading.lower.get(a.at.1..b.at.0) == Some(" of ")
            }
            _ => false,
        };
        let larger = reading.quantities.windows(2).any(parts);
        let of_another = RESOURCES.iter().any(|all| {
            let speaks = |stems: &dyn Fn(&str) -> bool| all.iter().any(|stem| stems(stem));
            speaks(&|stem| reading.words.iter().any(|word| word.stem == stem))
                && !speaks(&|stem| self.cited.iter().any(|shown| shown.stems.contains_key(stem)))
        });
        if of_another {
            return Some(reasons::OF_ANOTHER_RESOURCE);
        }
        other.then_some(reasons::NOT_BY_WHOM).or(larger.then_some(reasons::PART_IS_LARGER))
    }

    /// Whether a word of the sentence stands in the cited items only where they say that it is not so.
    fn says_what_is_denied(&self, sentence: &Sentence) -> Option<Reason> {
        let denied = |stem: &String| {
            self.cited.iter().any(|shown| shown.denied.contains(stem))
                && !self.cited.iter().any(|shown| shown.says(stem))
        };
        let any = sentence.reading.words.iter().any(|word| denied(&word.stem));
        any.then_some(reasons::DENIED_THERE)
    }

    /// Names say nothing by themselves, so that a sentence with nothing but names needs all its words in one item.
    fn too_little(&self, sentence: &Sentence) -> Option<Reason> {
        if sentence.facts() > 0 {
            return None;
        }
        if sentence.reading.names.iter().all(|one| self.is_id(&one.text)) {
            return Some(reasons::NOTHING_TO_FIND);
        }
        let reading = &sentence.reading;
        let plain = reading.lower.chars().all(|c| c.is_ascii() || !c.is_alphabetic());
        let small = ["that", "this", "with", "from", "into", "have", "been", "were", "also", "again", "says"];
        let content: Vec<&str> = reading
            .words
            .iter()
            .filter(|word| {
                word.text.len() > 1 && !is_grammar(&word.text) && !small.contains(&word.text.as_str())
            })
            .filter(|word| !reading.names.iter().any(|name| name.text.contains(&word.text)))
            .map(|word| word.stem.as_str())
            .collect();
        let all = |shown: &&Shown| content.iter().all(|stem| shown.says(stem));
        let said = plain && !content.is_empty() && self.cited.iter().any(all);
        (!said).then_some(reasons::NAMES_ALONE)
    }
}

/// Whether what a sentence compares can be followed: its own two figures, which were found; one that is hedged; a change
/// that was computed; or what is now with what is usual.
fn holds(sentence: &Sentence, findings: &Findings, cited: &[&Shown]) -> bool {
    let all = &sentence.reading.quantities;
    let lower = &sentence.reading.lower;
    let hedged = |q: &Quantity| matches!(q.near, Near::Over | Near::Under | Near::AtLeast | Near::AtMost);
    let compares = sentence.turns.iter().filter(|(turn, _)| *turn == Turn::Compares).count();
    if findings.found.len() < all.len() || all.is_empty() {
        return false;
    }
    let way = derived::way(lower);
    let is_way = |up: bool| way == Some(if up { derived::Way::Up } else { derived::Way::Down });
    let other = all.iter().find(|q| q.role != Role::Plain || hedged(q));
    let own = other
        .and_then(|other| all.iter().find(|q| q.role == Role::Plain && !hedged(q) && q.dim == other.dim));
    match (own, other) {
        (Some(own), Some(other)) => compares == 1 && is_way(own.values[0] > other.values[0]),
        (None, Some(_)) => all.iter().filter(|q| hedged(q)).count() >= compares,
        _ if compares > 1 => false,
        _ => {
            let computed = |q: &Quantity| derived::change(q, lower, cited) == Some(Fit::Yes);
            let said = |now: f64| all.iter().any(|q| q.rounds(q.values[0], now) == Fit::Yes);
            let pairs = || cited.iter().flat_map(|shown| derived::pairs(shown));
            all.iter().any(computed)
                || USUAL.is_match(lower) && pairs().any(|(now, usual)| said(now) && is_way(now > usual))
        }
    }
}

/// Resources of a machine by their stems, those that people call alike together.
const RESOURCES: &[&[&str]] = &[
    &["cpu", "proces", "core"],
    &["memory", "ram", "heap"],
    &["disk", "storag", "volume", "filesy"],
    &["networ", "bandwi"],
    &["gpu"],
    &["swap"],
];

/// Against what is usual, without its number.
static USUAL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b(?:than|above|over|below|under) (?:the |its )?(?:usual|normal|baseline|before)\b|(?:通常|平常時?|普段)より",
    )
});
