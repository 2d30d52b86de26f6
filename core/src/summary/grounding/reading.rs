//! A text as it is read, be it a sentence or an item: its numbers, moments, names and words.
//!
//! Knows the order in which these are taken out, so that none is read twice. Must not know which side the text is on,
//! but for what `above 5 %` is in each.

use super::moment::{Moment, moments};
use super::names::{Name, names};
use super::numbers::{joined, numbers};
use super::quantity::Quantity;
use super::roles;
use super::spelling::{blank, folded, lowered};
use super::words::{Word, words};

/// What a text says.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// In one spelling, with its case.
    pub folded: String,
    /// In lower case; every place is the same.
    pub lower: String,
    /// By place.
    pub words: Vec<Word>,
    /// By place.
    pub quantities: Vec<Quantity>,
    /// By place.
    pub moments: Vec<Moment>,
    /// By place.
    pub names: Vec<Name>,
}

impl Reading {
    /// Reads `text`. `given`: whether it is an item's.
    pub fn of(text: &str, given: bool) -> Self {
        let folded = folded(text);
        let lower = lowered(&folded);
        let mut rest = lower.clone();
        let moments = moments(&mut rest);
        let mut open = folded.clone();
        blank(&mut open, moments.iter().map(|one| one.at));
        let mut quantities = joined(&lower, numbers(&mut open, given));
        roles::assign(&lower, &mut quantities, given);
        let names = names(&open);
        Self { words: words(&folded), folded, lower, quantities, moments, names }
    }

    /// The clause in which the byte `at` stands, by its edges.
    pub fn clause(&self, at: usize) -> (usize, usize) {
        let edge = |c: char| matches!(c, ',' | ';' | '(' | ')' | '|' | '、' | '。' | '\n' | '!' | '?');
        let (before, after) =
            (self.lower.get(..at).unwrap_or_default(), self.lower.get(at..).unwrap_or_default());
        // A dot and a comma within a number are none.
        let ends = |text: &str, place: usize, c: char| {
            let next = text.get(place + c.len_utf8()..).unwrap_or_default();
            edge(c) && (c != ',' || !next.starts_with(|c: char| c.is_ascii_digit()))
                || (c == '.' && (next.is_empty() || next.starts_with(char::is_whitespace)))
        };
        let start = before.char_indices().rev().take(400).find(|(place, c)| ends(&self.lower, *place, *c));
        let end = after.char_indices().take(400).find(|(place, c)| ends(after, *place, *c));
        (
            start.map_or(0, |(place, c)| place + c.len_utf8()),
            end.map_or(self.lower.len(), |(place, _)| at + place),
        )
    }

    /// The words between two bytes.
    pub fn words_in(&self, (start, end): (usize, usize)) -> &[Word] {
        let place = |at: usize| self.words.partition_point(|word| word.at < at);
        self.words.get(place(start)..place(end)).unwrap_or_default()
    }
}
