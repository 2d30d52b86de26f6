//! Holds a model's sentences against the evidence that they cite.
//!
//! Knows items and what can be looked for in a sentence. Must not know which model wrote it. What is checked: that cited
//! items exist, and that numbers with what they count, times, names and quotations stand in them. What is not: reasoning,
//! who did what to whom, what a number without a noun or with a unit is the measure of, and names that look like plain
//! words. The tests keep a list of false sentences that pass. A sentence that denies or compares is never verified, because neither can be found.

mod checks;
mod haystack;
mod names;
mod numbers;
mod steps;
mod text;
mod told;

use std::collections::BTreeMap;

use super::answer::{Answer, Sentence, Suspect};
use super::clean::clean;
use super::{Cause, Claim, RuledOut, Verdict};
use crate::evidence::{Item, Redacted, Redactor};
use checks::{Checks, bracketed, checks};
use haystack::{Haystack, missing};
use text::normalise;

pub use told::TOLD_CHARS;

/// An answer after the check: what may be told, and all claims for the record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grounded {
    /// Absent unless it would be verified if it cited all items, or says again what a verified claim says.
    pub headline: Option<Redacted>,
    /// All that fit, with their verdicts; refuted ones are for the record only.
    pub claims: Vec<Claim>,
    /// Those that cite existing items, and have no number, name or quotation that stands in none of the cited ones.
    pub causes: Vec<Cause>,
    /// As causes.
    pub ruled_out: Vec<RuledOut>,
    /// Without links, and without commands that the runbook does not give.
    pub next_steps: Vec<Redacted>,
    /// What was left out of the rest and why, in words; `None` where nothing was.
    pub left_out: Option<String>,
}

/// How many claims have each verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All that could be looked for was found.
    pub verified: usize,
    /// Nothing to look for, or not all found.
    pub unchecked: usize,
    /// Cites nothing, or what does not exist.
    pub refuted: usize,
}

impl Grounded {
    /// The claims by verdict.
    pub fn counts(&self) -> Counts {
        let of = |verdict| self.claims.iter().filter(|claim| claim.verdict == verdict).count();
        Counts {
            verified: of(Verdict::Verified),
            unchecked: of(Verdict::Unchecked),
            refuted: of(Verdict::Refuted),
        }
    }

    /// Whether any claim is verified.
    pub fn any_verified(&self) -> bool {
        self.counts().verified > 0
    }
}

/// Checks `answer` against `items`, cleans its words, and keeps what fits into [`TOLD_CHARS`].
pub fn ground(answer: &Answer, items: &[Item], redactor: &Redactor) -> Grounded {
    let hay = items.iter().map(|item| (item.id.as_str(), Haystack::new(item, redactor))).collect();
    let ground = Ground { hay, redactor };
    let headline = bracketed(&answer.headline).0;
    let headline = clean(&headline, redactor);
    let steps = steps::steps(&answer.next_steps, items, redactor);
    let causes: Vec<Cause> = answer.causes.iter().filter_map(|cause| ground.cause(cause)).collect();
    let ruled_out: Vec<RuledOut> = answer.ruled_out.iter().filter_map(|s| ground.ruled_out(s)).collect();
    let claims: Vec<Claim> = answer.claims.iter().map(|sentence| ground.claim(sentence)).collect();
    let dropped = told::Dropped {
        causes: answer.causes.len() - causes.len(),
        ruled_out: answer.ruled_out.len() - ruled_out.len(),
        steps: answer.next_steps.len() - steps.len(),
        headline: !ground.stands(&headline, &claims),
    };
    let grounded = Grounded {
        headline: (!dropped.headline).then_some(headline),
        claims,
        causes,
        ruled_out,
        next_steps: steps,
        left_out: None,
    };
    told::fit(grounded, dropped)
}

struct Ground<'a> {
    hay: BTreeMap<&'a str, Haystack>,
    redactor: &'a Redactor,
}

impl Ground<'_> {
    fn claim(&self, sentence: &Sentence) -> Claim {
        let (text, citations) = self.read(sentence);
        let (verdict, reason) = self.judge(text.as_str(), &citations);
        Claim { text, citations, verdict, reason: reason.map(|reason| self.redactor.redact(&reason)) }
    }

    /// The text to be told and all that it cites. Only what is told is checked.
    fn read(&self, sentence: &Sentence) -> (Redacted, Vec<String>) {
        let (text, more) = bracketed(&sentence.text);
        let mut citations = sentence.citations.clone();
        citations.extend(more.into_iter().filter(|id| !sentence.citations.contains(id)));
        let citations = citations.iter().map(|id| clean(id, self.redactor).as_str().to_owned()).collect();
        (clean(&text, self.redactor), citations)
    }

    fn judge(&self, text: &str, citations: &[String]) -> (Verdict, Option<String>) {
        if citations.is_empty() {
            return (Verdict::Refuted, Some("It cites nothing.".to_owned()));
        }
        let unknown: Vec<&str> = self.unknown(citations).collect();
        if !unknown.is_empty() {
            return (Verdict::Refuted, Some(format!("There is no item {}.", unknown.join(", "))));
        }
        let checks = checks(text, citations);
        let cited = self.cited(citations);
        let missing = missing(&checks, &cited);
        let reason = if missing.is_empty() {
            checks.beyond.or_else(|| too_little(&checks, &cited)).map(str::to_owned)
        } else {
            Some(format!("Not found in {}: {}.", citations.join(", "), missing.join(", ")))
        };
        (if reason.is_some() { Verdict::Unchecked } else { Verdict::Verified }, reason)
    }

    fn unknown<'c>(&self, citations: &'c [String]) -> impl Iterator<Item = &'c str> {
        citations.iter().map(String::as_str).filter(|id| !self.hay.contains_key(id))
    }

    /// A headline cites nothing: it is told where it would be verified if it cited all items, or says again what a
    /// verified claim says.
    fn stands(&self, headline: &Redacted, claims: &[Claim]) -> bool {
        let ids: Vec<String> = self.hay.keys().map(|id| (*id).to_owned()).collect();
        let said = normalise(headline.as_str());
        let said = said.trim_matches([' ', '.', '!', '。']);
        let again =
            |claim: &Claim| normalise(claim.text.as_str()).trim_matches([' ', '.', '!', '。']) == said;
        !said.is_empty()
            && ((!ids.is_empty() && self.judge(headline.as_str(), &ids).0 == Verdict::Verified)
                || claims.iter().any(|claim| claim.verdict == Verdict::Verified && again(claim)))
    }

    fn cause(&self, cause: &Suspect) -> Option<Cause> {
        let (text, citations) = self.told(&cause.sentence)?;
        let against = cause.against.iter().filter(|id| self.hay.contains_key(id.as_str())).cloned().collect();
        Some(Cause { text, confidence: cause.confidence, citations, against })
    }

    fn ruled_out(&self, sentence: &Sentence) -> Option<RuledOut> {
        self.told(sentence).map(|(text, citations)| RuledOut { text, citations })
    }

    fn told(&self, sentence: &Sentence) -> Option<(Redacted, Vec<String>)> {
        let (text, citations) = self.read(sentence);
        let known = !citations.is_empty() && self.unknown(&citations).next().is_none();
        // They have no verdict to warn the reader, so what they do not take from their own items drops them.
        let invents = !missing(&checks(text.as_str(), &citations), &self.cited(&citations)).is_empty();
        (known && !text.as_str().is_empty() && !invents).then_some((text, citations))
    }

    fn cited(&self, citations: &[String]) -> Vec<&Haystack> {
        citations.iter().filter_map(|id| self.hay.get(id.as_str())).collect()
    }
}

/// Why a sentence of which nothing is missing is not verified all the same. Names say nothing by themselves, so that one
/// with nothing but names needs all its words in one item.
fn too_little(checks: &Checks, cited: &[&Haystack]) -> Option<&'static str> {
    if checks.has_facts() {
        return None;
    }
    if checks.names.is_empty() {
        return Some("It has no number, time or quotation to look for.");
    }
    let said = |stems: &Vec<String>| cited.iter().any(|hay| hay.has_stems(stems));
    let all = checks.content.as_ref().is_some_and(said);
    (!all).then_some("It has names alone, and what it says of them is not in one item's words.")
}

#[cfg(test)]
mod tests;
