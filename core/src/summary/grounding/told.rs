//! Keeps what fits into a message, and says what was left out.
//!
//! Knows lengths and verdicts. Must not know why a sentence has its verdict.

use super::Grounded;
use super::reasons::{left, left_out};
use crate::evidence::Redacted;
use crate::language::{Language, word};
use crate::summary::Verdict;

/// The most characters of a summary that are told, over all of its parts (DESIGN section 4).
pub const TOLD_CHARS: usize = 1_000;

/// What the check has dropped.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dropped {
    pub causes: usize,
    pub ruled_out: usize,
    pub steps: usize,
    pub headline: bool,
}

/// What may be told, in the order of its worth: the headline; then by turns a verified sentence, a cause, a step and what
/// is ruled out; unchecked sentences last. What does not fit is left out whole. Refuted claims stay for the record.
pub(super) fn fit(mut grounded: Grounded, dropped: Dropped, language: Language) -> Grounded {
    let mut room = Room(TOLD_CHARS);
    grounded.headline = grounded.headline.filter(|text| room.takes(text));
    let longest = grounded.claims.len().max(grounded.causes.len());
    let longest = longest.max(grounded.ruled_out.len()).max(grounded.next_steps.len());
    let mut fits = Fits::default();
    for at in 0..longest {
        let text =
            grounded.claims.get(at).filter(|claim| claim.verdict == Verdict::Verified).map(|c| &c.text);
        room.offer(text, at, &mut fits.claims);
        room.offer(grounded.causes.get(at).map(|c| &c.text), at, &mut fits.causes);
        room.offer(grounded.next_steps.get(at), at, &mut fits.steps);
        room.offer(grounded.ruled_out.get(at).map(|r| &r.text), at, &mut fits.ruled_out);
    }
    for (at, claim) in grounded.claims.iter().enumerate() {
        let unchecked = (claim.verdict == Verdict::Unchecked).then_some(&claim.text);
        room.offer(unchecked, at, &mut fits.claims);
        if claim.verdict == Verdict::Refuted {
            fits.claims.push(at);
        }
    }
    let refuted = grounded.claims.iter().filter(|claim| claim.verdict == Verdict::Refuted).count();
    let before = grounded.length();
    keep(&mut grounded.claims, &fits.claims);
    keep(&mut grounded.causes, &fits.causes);
    keep(&mut grounded.next_steps, &fits.steps);
    keep(&mut grounded.ruled_out, &fits.ruled_out);
    grounded.left_out = words(language, dropped, refuted, before - grounded.length());
    grounded
}

/// The places in each list that are kept.
#[derive(Default)]
struct Fits {
    claims: Vec<usize>,
    causes: Vec<usize>,
    steps: Vec<usize>,
    ruled_out: Vec<usize>,
}

/// Characters that are left.
struct Room(usize);

impl Room {
    fn takes(&mut self, text: &Redacted) -> bool {
        let length = text.as_str().chars().count();
        let fits = length <= self.0;
        if fits {
            self.0 -= length;
        }
        fits
    }

    fn offer(&mut self, text: Option<&Redacted>, at: usize, kept: &mut Vec<usize>) {
        if text.is_some_and(|text| self.takes(text)) {
            kept.push(at);
        }
    }
}

fn keep<T>(list: &mut Vec<T>, places: &[usize]) {
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        places.contains(&(at - 1))
    });
}

impl Grounded {
    fn length(&self) -> usize {
        self.claims.len() + self.causes.len() + self.ruled_out.len() + self.next_steps.len()
    }
}

fn words(language: Language, dropped: Dropped, refuted: usize, over_length: usize) -> Option<String> {
    let headline = word("the headline, which no item bears out", "根拠のない見出し");
    let count = |number, one, more, ja| left(language, number, [one, more], ja);
    let parts = [
        dropped.headline.then(|| headline.of(language).to_owned()),
        count(refuted, "sentence that is refuted", "sentences that are refuted", "根拠と合わない文"),
        count(dropped.causes, "cause without evidence", "causes without evidence", "根拠のない原因"),
        count(
            dropped.ruled_out,
            "exclusion without evidence",
            "exclusions without evidence",
            "根拠のない否定",
        ),
        count(
            dropped.steps,
            "step with a command that the runbook does not give, or with a name that no item has",
            "steps with commands that the runbook does not give, or with names that no item has",
            "ランブックにないコマンドや、根拠にない名前を含む手順",
        ),
        count(
            over_length,
            "sentence over 1,000 characters",
            "sentences over 1,000 characters",
            "1,000文字を超えた文",
        ),
    ];
    left_out(language, parts)
}
