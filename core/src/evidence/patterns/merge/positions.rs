//! B: a position at which many otherwise equal templates differ holds a value.
//!
//! Knows how many distinct words it takes, by what they look like. Must not merge rare families: what was seen about
//! once each stays apart, because a rare line may be the decisive one.

use super::super::bytes::{fold, mix};
use super::{Kind, Position, Templates};

/// Positions that are tried, from the start of a template.
const PLACES: usize = 40;
/// Distinct words that make a position a value: in general, at the start, where one is a value already, where a user's
/// name stands, where all are a name and a number. Found by ablation on half of the systems (the recipe's section 4).
pub(super) const WORDS: usize = 5;
const FIRST: usize = 12;
pub(super) const BESIDE_VALUE: usize = 2;
const USERS: usize = 3;
const NUMBERED: usize = 4;
/// So few words need two lines each.
pub(super) const FAMILY: usize = 7;

/// All but one position of a template: what they hash to, the template, the position.
type Entry = (u64, usize, usize);

impl Templates {
    pub(super) fn merge_positions(&mut self) -> bool {
        let mut entries: Vec<Entry> = Vec::new();
        for (i, template) in self.0.iter().enumerate().filter(|(_, template)| template.alive) {
            contexts(&template.tokens, i, &mut entries);
        }
        entries.sort_unstable();
        let mut groups: Vec<&[Entry]> =
            entries.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1).collect();
        groups.sort_by(|a, b| {
            let order = |entry: &Entry| (entry.1, entry.2);
            b.len().cmp(&a.len()).then_with(|| a.iter().map(order).cmp(b.iter().map(order)))
        });
        let mut changed = false;
        for group in groups {
            let Some((_, _, place)) = group.first().copied() else { continue };
            let alive = |i: &usize| self.0.get(*i).is_some_and(|template| template.alive);
            let members: Vec<usize> = group.iter().map(|entry| entry.1).filter(alive).collect();
            if let Some(tokens) = self.opened(&members, place) {
                self.join(&members, tokens);
                changed = true;
            }
        }
        changed
    }

    /// The tokens with a value at `place`, or `None` where the evidence is too thin.
    fn opened(&self, members: &[usize], place: usize) -> Option<Vec<Position>> {
        let templates: Vec<_> = members.iter().filter_map(|i| self.0.get(*i)).collect();
        let at: Vec<&Position> = templates.iter().filter_map(|template| template.tokens.get(place)).collect();
        let first = templates.first()?;
        let others =
            first.tokens.iter().enumerate().filter(|(i, token)| *i != place && token.kind.is_word()).count();
        let beside_value = at.iter().any(|token| token.kind == Kind::Variable);
        let lines: u64 = templates.iter().map(|template| template.count).sum();
        let distinct = members.len();
        let need = if place == 0 {
            FIRST
        } else if beside_value {
            BESIDE_VALUE
        } else if at.iter().any(|token| token.user) {
            USERS
        } else if at.iter().all(|token| token.numbered) {
            NUMBERED
        } else {
            WORDS
        };
        let rare = !beside_value && distinct < FAMILY && lines < 2 * distinct as u64;
        if others == 0 || distinct < need.max(2) || rare {
            return None;
        }
        let mut tokens = first.tokens.clone();
        if let Some(token) = tokens.get_mut(place) {
            *token = token.variable();
        }
        Some(tokens)
    }
}

/// One entry for each position that may be a value: the hash of everything else.
fn contexts(tokens: &[Position], template: usize, entries: &mut Vec<Entry>) {
    if tokens.len() < 2 {
        return;
    }
    let mut behind = vec![11; tokens.len() + 1];
    let mut hash = 11_u64;
    for (place, token) in tokens.iter().enumerate().rev() {
        hash = mix(hash.rotate_left(7), token.hash);
        if let Some(slot) = behind.get_mut(place) {
            *slot = hash;
        }
    }
    let mut before = 7;
    for (place, (token, behind)) in tokens.iter().zip(behind.iter().skip(1)).take(PLACES).enumerate() {
        if !matches!(token.kind, Kind::Punctuation | Kind::Boolean) {
            entries.push((mix(mix(before, *behind), place as u64 + 1), template, place));
        }
        before = fold(before, token.hash);
    }
}
