//! Keeps what fits into a message, and says what was left out.
//!
//! Knows lengths and verdicts. Must not know why a sentence has its verdict.

use super::Grounded;
use crate::evidence::Redacted;
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
pub(super) fn fit(mut grounded: Grounded, dropped: Dropped) -> Grounded {
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
    grounded.left_out = words(dropped, refuted, before - grounded.length());
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

fn words(dropped: Dropped, refuted: usize, over_length: usize) -> Option<String> {
    let count = |number: usize, one: &str, more: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {more}")),
    };
    let parts = [
        dropped.headline.then(|| "the headline, which no item bears out".to_owned()),
        count(refuted, "sentence that is refuted", "sentences that are refuted"),
        count(dropped.causes, "cause without evidence", "causes without evidence"),
        count(dropped.ruled_out, "exclusion without evidence", "exclusions without evidence"),
        count(
            dropped.steps,
            "step with a command that the runbook does not give, or with a name that no item has",
            "steps with commands that the runbook does not give, or with names that no item has",
        ),
        count(over_length, "sentence over 1,000 characters", "sentences over 1,000 characters"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| format!("Left out: {}.", parts.join("; ")))
}
