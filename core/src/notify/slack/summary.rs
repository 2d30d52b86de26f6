//! The summary inside the living message: at most 1,000 characters, whole sentences, each with its verdict.
//!
//! Knows verdicts and the room. Must not know how a verdict came about. Refuted sentences never get here.

use serde_json::Value;

use crate::language::Language;
use crate::summary::{Cause, Claim, Summary, Verdict};

use super::super::text::one_line;
use super::super::view::Incident;
use super::super::{facts, words};
use super::blocks::{Line, list, rich, short};
use super::body::ticked;

/// Told of a summary (DESIGN section 4), link texts included.
const MOST: usize = 1_000;
/// What each part may take; what one leaves, the next has.
const HEADLINE: usize = 180;
const CLAIMS: usize = 440;
const CAUSES: usize = 220;
/// Kept back for the way to the rest.
const MORE: usize = 20;

/// Characters that may still be told.
pub(super) struct Room(pub usize);

impl Room {
    /// The section, if all of its text still fits: a sentence that is cut could say something else.
    pub fn take(&mut self, section: Option<Value>) -> Option<Value> {
        let section = section?;
        let cost = length(&section);
        self.0 = self.0.checked_sub(cost)?;
        Some(section)
    }
}

/// Characters of all texts in it.
fn length(value: &Value) -> usize {
    let own = value.get("text").and_then(Value::as_str).map_or(0, |text| text.chars().count());
    let inner = value.get("elements").and_then(Value::as_array).map_or(0, |all| all.iter().map(length).sum());
    own + inner
}

/// The block; `None` where nothing can be told.
pub fn block(view: &Incident, summary: &Summary) -> Option<Value> {
    let mut kept = MOST - MORE - HEADLINE - CLAIMS - CAUSES;
    let mut left_out = false;
    let mut parts: Vec<Value> = Vec::new();

    let headline = summary.headline.as_ref().map(|text| short(text.as_str(), HEADLINE)).unwrap_or_default();
    parts.extend(Line::default().bold(&headline).section());
    let mut room = Room(CLAIMS + HEADLINE.saturating_sub(headline.chars().count()));

    let claims: Vec<_> = in_order(summary).map(|claim| room.take(sentence(view, claim))).collect();
    left_out |= claims.iter().any(Option::is_none);
    parts.extend(claims.into_iter().flatten());

    room.0 += CAUSES;
    let heading = room.take(Line::default().bold(words::CAUSES.of(view.language)).section());
    let causes: Vec<_> = surest_first(summary).map(|cause| room.take(self::cause(view, cause))).collect();
    left_out |= causes.iter().any(Option::is_none);
    let causes: Vec<_> = causes.into_iter().flatten().collect();
    if !causes.is_empty() {
        parts.extend(heading.into_iter().chain(causes));
    }

    kept += room.0;
    let mut room = Room(kept);
    let heading = room.take(Line::default().bold(words::NEXT.of(view.language)).section());
    let step = |text: &crate::evidence::Redacted| {
        let line = Line::default().text(&one_line(text.as_str()));
        let apart = |line: Line| line.text(" ");
        match facts::step_of(view, text.as_str()) {
            Some(step) => ticked(line, view, &step.id, apart),
            None => line,
        }
        .section()
    };
    let steps: Vec<_> =
        summary.next_steps.iter().filter_map(step).map(|step| room.take(Some(step))).collect();
    left_out |= steps.iter().any(Option::is_none);
    if let Some(steps) = list("ordered", steps.into_iter().flatten().collect()) {
        parts.extend(heading.into_iter().chain([steps]));
    }
    if left_out {
        parts.extend(
            Line::default()
                .link(&format!("{}#summary", view.url), words::WHOLE_SUMMARY.of(view.language))
                .section(),
        );
    }
    rich("summary", parts)
}

/// Verified sentences first: what is certain must not be crowded out by what is not.
fn in_order(summary: &Summary) -> impl Iterator<Item = &Claim> {
    let of = |verdict| facts::told(summary).filter(move |claim| claim.verdict == verdict);
    of(Verdict::Verified).chain(of(Verdict::Unchecked))
}

fn surest_first(summary: &Summary) -> impl Iterator<Item = &Cause> {
    let mut causes: Vec<_> = summary.causes.iter().collect();
    causes.sort_by_key(|cause| words::bars(Language::En, cause.confidence).1);
    causes.into_iter()
}

fn sentence(view: &Incident, claim: &Claim) -> Option<Value> {
    let text = one_line(claim.text.as_str());
    let line = match claim.verdict {
        Verdict::Verified => Line::default().bold(words::VERIFIED.of(view.language)).text(&text),
        Verdict::Unchecked => Line::default().bold(words::NOT_VERIFIED.of(view.language)).italic(&text),
        Verdict::Refuted => return None,
    };
    line.citations(&view.url, &claim.citations).section()
}

fn cause(view: &Incident, cause: &Cause) -> Option<Value> {
    let bars =
        format!("{}{}", words::bars(view.language, cause.confidence).0, words::COLON.of(view.language));
    let line = Line::default().bold(&bars).text(&one_line(cause.text.as_str()));
    let line = line.citations(&view.url, &cause.citations);
    if cause.against.is_empty() {
        return line.section();
    }
    line.text(words::AGAINST.of(view.language)).citations(&view.url, &cause.against).section()
}
