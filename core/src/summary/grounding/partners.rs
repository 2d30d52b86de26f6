//! What a number stands with: what it counts, and whether its words stand with another number instead.
//!
//! Knows words, places and lines. Must not know values.

use super::nouns::{COUNTED_IN_JAPANESE, counts_lines, event};
use super::quantity::{Quantity, Role};
use super::reading::Reading;
use super::shown::Shown;
use super::unit::Dim;
use super::words::{Word, is_grammar};
use crate::evidence::Kind;

/// How many words beside an item's number say what it counts.
const BESIDE: usize = 5;

/// Whether a number counts the lines of a pattern: it is beside a word for them, and what stands between is the item's.
pub(super) fn counts(claimed: &Quantity, shown: &Shown) -> bool {
    let line =
        |noun: &String| counts_lines(noun) || event(noun).iter().any(|stem| shown.stems.contains_key(*stem));
    let at = claimed.nouns.iter().position(line);
    let own = |noun: &String| line(noun) || shown.stems.contains_key(noun);
    let things = claimed.nouns.get(at.map_or(0, |at| at + 1)..).unwrap_or_default();
    // A Japanese counter stands before its thing, and English words for lines behind theirs.
    let japanese = claimed.nouns.first().is_some_and(|noun| noun == COUNTED_IN_JAPANESE);
    let after = !japanese || things.is_empty() || things.iter().any(line) && things.iter().all(&own);
    // `2,318 operations were rejected`: thing and deed are both the item's.
    let said = claimed.nouns.len() > 1 && claimed.nouns.iter().all(|noun| shown.stems.contains_key(noun));
    let usual = claimed.nouns.is_empty() && matches!(claimed.role, Role::Normal | Role::From);
    said || usual || at.is_some_and(|at| claimed.nouns.iter().take(at).all(own)) && after
}

/// Whether what a bare number counts stands beside the item's number.
pub(super) fn beside(claimed: &Quantity, own: &Quantity, shown: &Shown) -> bool {
    let things: Vec<&String> = claimed.nouns.iter().filter(|noun| *noun != COUNTED_IN_JAPANESE).collect();
    if things.is_empty() || claimed.dim != Dim::Bare {
        return true;
    }
    if shown.kind == Kind::Metric && things.iter().any(|noun| shown.stems.contains_key(*noun)) {
        return true;
    }
    let all = &shown.reading.words;
    let place = all.partition_point(|word| word.at < own.at.0);
    let line = |at: usize| {
        shown.reading.lower.get(at.min(own.at.0)..at.max(own.at.0)).is_some_and(|gap| !gap.contains('\n'))
    };
    let near = all.get(place.saturating_sub(BESIDE)..(place + BESIDE).min(all.len())).unwrap_or_default();
    let named = |word: &&Word| line(word.at) && things.iter().any(|thing| **thing == word.stem);
    let led = claimed
        .before
        .as_ref()
        .is_some_and(|stem| near.iter().any(|word| line(word.at) && word.stem == *stem));
    led || near.iter().any(|word| named(&word)) || own.nouns.iter().any(|noun| things.contains(&noun))
}

/// Whether the nearest word of the sentence that the item has stands there with other numbers, and never with this one.
pub(super) fn swapped(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    if own.at == (0, 0) || shown.kind == Kind::Metric {
        return false;
    }
    let (start, end) = reading.clause(claimed.at.0);
    let edge =
        |at: usize| reading.quantities.iter().map(|q| q.at).filter(move |q| q.1 <= at).map(|q| q.1).max();
    let start = start.max(edge(claimed.at.0).unwrap_or(0));
    let next =
        reading.quantities.iter().map(|q| q.at.0).find(|at| *at >= claimed.at.1).unwrap_or(end).min(end);
    let before = reading.words_in((start, claimed.at.0)).iter().rev().take(6);
    let after = reading.words_in((claimed.at.1, next)).iter().take(3);
    let named = |at: usize| reading.names.iter().any(|name| name.at <= at && at < name.at + name.text.len());
    let known = |word: &&Word| {
        !is_grammar(&word.text)
            && !named(word.at)
            && word.text.chars().count() > 1
            && shown.stems.contains_key(&word.stem)
    };
    let partners = [before.clone().find(|word| known(word)), after.clone().find(|word| known(word))];
    let partners: Vec<_> = partners.into_iter().flatten().collect();
    // Enough that one of both stands with it.
    !partners.is_empty() && partners.iter().all(|word| is_elsewhere(&word.stem, own, shown))
}

/// Whether a word of the sentence stands in the item on other lines alone, and each of these has its own number of the
/// same: `128 lines: store=b` below `512 lines: store=a`.
pub(super) fn of_another_line(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    if own.at == (0, 0) || shown.kind == Kind::Metric {
        return false;
    }
    let line = |at: usize| shown.ends.partition_point(|end| *end < at);
    let home = line(own.at.0);
    let rivals = |n: usize| {
        let from = n.checked_sub(1).and_then(|n| shown.ends.get(n)).copied().unwrap_or(0);
        let first = shown.reading.quantities.partition_point(|q| q.at.0 < from);
        let mut all = shown.reading.quantities.iter().skip(first).take_while(|q| line(q.at.0) == n);
        all.any(|q| q.dim == own.dim && q.per == own.per && (q.nouns == own.nouns) && q.before == own.before)
    };
    let apart = |word: &Word| {
        let places = shown.stems.get(&word.stem).map(Vec::as_slice).unwrap_or_default();
        let lines: Vec<usize> = places.iter().take(50).map(|at| line(*at)).collect();
        !lines.is_empty() && !lines.contains(&home) && !lines.contains(&0) && lines.iter().all(|n| rivals(*n))
    };
    let unit = |at: usize| reading.quantities.iter().any(|q| q.at.0 <= at && at < q.at.1);
    let words = reading.words_in(reading.clause(claimed.at.0)).iter();
    words.filter(|word| !unit(word.at) && word.text.chars().count() > 1 && !is_grammar(&word.text)).any(apart)
}

/// Whether a word stands in the item's numbered clauses alone, and not in that of `own`.
fn is_elsewhere(stem: &str, own: &Quantity, shown: &Shown) -> bool {
    let reading = &shown.reading;
    let home = reading.clause(own.at.0);
    let places = shown.stems.get(stem).map(Vec::as_slice).unwrap_or_default();
    let apart = |at: &usize| {
        let clause = reading.clause(*at);
        let place = reading.quantities.partition_point(|q| q.at.0 < clause.0);
        let port = |q: &Quantity| reading.lower.get(..q.at.0).is_some_and(|text| text.ends_with(':'));
        let mut numbers = reading.quantities.iter().skip(place).take_while(|q| q.at.0 < clause.1);
        clause != home && numbers.any(|q| !port(q))
    };
    places.iter().take(50).all(apart)
}
