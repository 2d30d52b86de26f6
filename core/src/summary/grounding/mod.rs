//! Holds a model's sentences against the evidence that they cite.
//!
//! Knows items and what can be looked for in a sentence. Must not know which model wrote it.
//!
//! What is checked: that cited items exist; that every number with its unit, time, identifier and quotation stands in one
//! of the cited items. Rounding to the number's own last digit, units, time zones, 31 times normal, and the length between
//! two of an item's times are computed. What is normal is not taken for what is now, nor what counts one thing for what
//! counts another, as far as the words beside a number tell.
//!
//! Of who did what it is checked that the deed is one of which the items speak, and that its line names who is said to have
//! done it.
//!
//! Of its subject, and of what stands behind a preposition, it is checked that the cited items name it, where it is no word of any
//! report; in Japanese, of groups of people, organisations and places. What they do not name makes a sentence unchecked.
//!
//! What is not checked: reasoning, what was done to whom, parts that any system has, and what stands behind a verb. A sentence that
//! denies, guesses, gives a reason or compares beyond its own figures is never verified, since none of these can be found.
//! `tests/unseen.rs` keeps a list of false sentences that pass.
//!
//! `judge` alone says what a verdict is, and `lookup` when two things of a kind are the same; all others read.

mod deeds;
mod derived;
mod figures;
mod hedges;
mod judge;
mod kanji;
mod lookup;
mod moment;
mod names;
mod nouns;
mod numbers;
mod packed;
mod partners;
mod quantity;
mod quotes;
mod reading;
pub(super) mod reasons;
mod roles;
mod runs;
mod sense;
mod shown;
mod spelled;
mod spelling;
mod steps;
mod subjects;
mod told;
mod unit;
mod vocabulary;
mod words;
mod zones;

use std::collections::BTreeMap;

use chrono::FixedOffset;

use super::answer::{self, Answer, Suspect};
use super::clean::clean;
use super::{Cause, Claim, Confidence, RuledOut, Verdict};
use crate::evidence::{Item, Redacted, Redactor};
use crate::language::Language;
use judge::{Bench, Judgement, Sentence};
use shown::Shown;
use spelling::plain;

pub use told::TOLD_CHARS;

/// What a model was given, and its answer is held against.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// All items.
    pub items: &'a [Item],
    /// The pack: what stands behind an item's id in it, such as a median, counts as the item's own words.
    pub pack: &'a Redacted,
    /// The zone in which the incident's people live: a time that names no zone may be of it, or UTC.
    pub zone: FixedOffset,
    /// In which reasons are told.
    pub language: Language,
}

/// An answer after the check: what may be told, and all claims for the record.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grounded {
    /// Absent unless it would be verified if it cited all items, or says again what a verified claim says.
    pub headline: Option<Redacted>,
    /// All that fit, with their verdicts; refuted ones are for the record only.
    pub claims: Vec<Claim>,
    /// Those that are not refuted.
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
    /// Nothing to look for, or nothing that a search could confirm.
    pub unchecked: usize,
    /// Cites nothing or what does not exist, or says what stands in none of the cited items.
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

/// Checks `answer` against `evidence`, cleans its words, and keeps what fits into [`TOLD_CHARS`].
pub fn ground(answer: &Answer, evidence: &Evidence<'_>, redactor: &Redactor) -> Grounded {
    let packed = packed::lines(evidence.pack.as_str());
    let read = |item: &'_ Item| {
        Shown::new(item, packed.get(item.id.as_str()).unwrap_or(&packed::Line::default()), redactor)
    };
    let shown = evidence.items.iter().map(|item| (item.id.as_str(), read(item))).collect();
    let local = zones::Zone::Fixed(evidence.zone.local_minus_utc() / 60);
    let ground = Ground { shown, redactor, local, language: evidence.language };
    let headline = clean(&bracketed(&answer.headline).0, redactor);
    let steps = steps::steps(&answer.next_steps, evidence.items, &ground);
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
    told::fit(grounded, dropped, evidence.language)
}

struct Ground<'a> {
    shown: BTreeMap<&'a str, Shown>,
    redactor: &'a Redactor,
    local: zones::Zone,
    language: Language,
}

impl Ground<'_> {
    fn claim(&self, sentence: &answer::Sentence) -> Claim {
        let (text, citations) = self.read(sentence);
        let Judgement { verdict, reason, .. } = self.judge(text.as_str(), &citations);
        Claim { text, citations, verdict, reason: reason.map(|reason| self.redactor.redact(&reason)) }
    }

    /// The text to be told and all that it cites. Only what is told is checked.
    fn read(&self, sentence: &answer::Sentence) -> (Redacted, Vec<String>) {
        let (text, more) = bracketed(&sentence.text);
        let mut citations = sentence.citations.clone();
        citations.extend(more.into_iter().filter(|id| !sentence.citations.contains(id)));
        let citations = citations.iter().map(|id| clean(id, self.redactor).as_str().to_owned()).collect();
        (clean(&text, self.redactor), citations)
    }

    fn judge(&self, text: &str, citations: &[String]) -> Judgement {
        let refuted =
            |reason: String| Judgement { verdict: Verdict::Refuted, reason: Some(reason), stands: false };
        if citations.is_empty() {
            return refuted(reasons::CITES_NOTHING.of(self.language).to_owned());
        }
        let unknown: Vec<&str> =
            citations.iter().map(String::as_str).filter(|id| !self.shown.contains_key(id)).collect();
        if !unknown.is_empty() {
            return refuted(reasons::no_items(self.language, &unknown));
        }
        self.bench(|id| citations.iter().any(|cited| cited == id)).judge(&Sentence::of(text), citations)
    }

    fn bench(&self, cites: impl Fn(&str) -> bool) -> Bench<'_> {
        let (cited, others): (Vec<_>, Vec<_>) =
            self.shown.iter().map(|(id, shown)| (*id, shown)).partition(|(id, _)| cites(id));
        let cited = cited.into_iter().map(|(_, shown)| shown).collect();
        Bench {
            cited,
            others,
            ids: self.shown.keys().copied().collect(),
            local: self.local,
            language: self.language,
        }
    }

    /// A headline cites nothing: it is told where it would be verified if it cited all items, or says again what a
    /// verified claim says.
    fn stands(&self, headline: &Redacted, claims: &[Claim]) -> bool {
        let ids: Vec<String> = self.shown.keys().map(|id| (*id).to_owned()).collect();
        let bare = |text: &str| plain(text).trim_matches([' ', '.', '!', '。']).to_owned();
        let said = bare(headline.as_str());
        let again = |claim: &Claim| bare(claim.text.as_str()) == said;
        !said.is_empty()
            && ((!ids.is_empty() && self.judge(headline.as_str(), &ids).verdict == Verdict::Verified)
                || claims.iter().any(|claim| claim.verdict == Verdict::Verified && again(claim)))
    }

    /// A cause that is not refuted. It is confirmed only where all that can be looked for in it was found, and there is
    /// something; what is cited for and against it is against it.
    fn cause(&self, cause: &Suspect) -> Option<Cause> {
        let (text, cited, judgement) = self.told(&cause.sentence)?;
        let against: Vec<String> =
            cause.against.iter().filter(|id| self.shown.contains_key(id.as_str())).cloned().collect();
        let citations: Vec<String> = cited.iter().filter(|id| !against.contains(id)).cloned().collect();
        if citations.is_empty() {
            return None;
        }
        let reason = if cause.confidence != Confidence::Confirmed {
            None
        } else if citations.len() < cited.len() {
            Some(reasons::BOTH_WAYS.of(self.language).to_owned())
        } else if !judgement.stands {
            let why = judgement.reason.unwrap_or_default();
            Some(reasons::less_sure(self.language, &why))
        } else {
            None
        };
        let confidence = if reason.is_some() { Confidence::Likely } else { cause.confidence };
        let reason = reason.map(|reason| self.redactor.redact(&reason));
        Some(Cause { text, confidence, citations, against, reason })
    }

    fn ruled_out(&self, sentence: &answer::Sentence) -> Option<RuledOut> {
        self.told(sentence).map(|(text, citations, _)| RuledOut { text, citations })
    }

    fn told(&self, sentence: &answer::Sentence) -> Option<(Redacted, Vec<String>, Judgement)> {
        let (text, citations) = self.read(sentence);
        let judgement = self.judge(text.as_str(), &citations);
        let may_be_told = judgement.verdict != Verdict::Refuted && !text.as_str().is_empty();
        may_be_told.then_some((text, citations, judgement))
    }

    /// Whether `text` names or quotes what stands in no item.
    fn invents(&self, text: &str) -> bool {
        !self.bench(|_| true).invented(&Sentence::of(text)).is_empty()
    }
}

/// The ids that stand in square brackets in `sentence`: models cite so, whatever they are told.
fn bracketed(sentence: &str) -> (String, Vec<String>) {
    static IDS: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        spelling::compiled(r"\s?[\[［【]\s*([A-Z][0-9]{1,4}(?:\s*[,;、]\s*[A-Z][0-9]{1,4})*)\s*[\]］】]")
    });
    let mut ids = Vec::new();
    for found in IDS.captures_iter(sentence) {
        let list = found.get(1).map_or("", |m| m.as_str());
        ids.extend(list.split([',', ';', '、']).map(|id| id.trim().to_owned()));
    }
    (IDS.replace_all(sentence, "").into_owned(), ids)
}

#[cfg(test)]
mod tests;
