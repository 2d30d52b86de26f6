//! D: several words in quotes or brackets that vary independently, as in `db: 'orders' user: 'anna'`, hold values.
//!
//! Knows that such a word is a name of something. Must not open a place that the evidence does not: `positions` sees one place
//! at a time, and so never sees two that vary together.

use super::super::miner::PatternToken;
use super::super::vocabulary::keeps_value;
use super::positions::{BESIDE_VALUE, FAMILY, WORDS};
use super::{Kind, Position, Templates, grouped, sequence};

/// So far back a key may stand before its value: `"key": "value"`.
const KEY_REACH: usize = 4;

/// Whether the token at `place` is one word in quotes or brackets, and no key says that it tells what happened.
pub(super) fn is_enclosed(tokens: &[PatternToken], place: usize) -> bool {
    let text = |place: Option<usize>| {
        place.and_then(|place| tokens.get(place)).map_or(&b""[..], |token| &token.text)
    };
    let closes = match text(place.checked_sub(1)) {
        b"\"" => b"\"",
        b"'" => b"'",
        b"[" => b"]",
        b"(" => b")",
        _ => return false,
    };
    let word = tokens.get(place).is_some_and(|token| token.kind.is_word());
    if !word || text(Some(place + 1)) != closes {
        return false;
    }
    let before = (2..=KEY_REACH).filter_map(|back| tokens.get(place.checked_sub(back)?));
    !before
        .take_while(|token| token.kind != Kind::Variable)
        .find(|token| token.kind.is_word())
        .is_some_and(|key| keeps_value(&key.text))
}

impl Templates {
    /// Merges templates that are equal but for such words, where each place has had enough of them.
    pub(super) fn merge_enclosed(&mut self) -> bool {
        let candidates = self.0.iter().enumerate().filter(|(_, template)| {
            template.alive
                && template.tokens.iter().any(|token| token.enclosed)
                && template.tokens.iter().any(is_hard)
        });
        let signed = candidates.map(|(i, template)| (opened(&template.tokens, |token, _| token.enclosed), i));
        let mut changed = false;
        for members in grouped(signed, WORDS) {
            let places = self.varying(&members);
            if places.is_empty() {
                continue;
            }
            let tokens = |i: &usize| self.0.get(*i).map_or(&[][..], |template| &template.tokens);
            let signed = members.iter().map(|i| (opened(tokens(i), |_, place| places.contains(&place)), *i));
            for same in grouped(signed.collect::<Vec<_>>().into_iter(), 2) {
                let Some(first) = same.first().and_then(|i| self.0.get(*i)) else { continue };
                let open = |(place, token): (usize, &Position)| {
                    if places.contains(&place) { token.variable() } else { *token }
                };
                let tokens = first.tokens.iter().enumerate().map(open).collect();
                self.join(&same, tokens);
                changed = true;
            }
        }
        changed
    }

    /// The places at which the members have had enough distinct words; none of a rare family.
    fn varying(&self, members: &[usize]) -> Vec<usize> {
        let templates: Vec<_> = members.iter().filter_map(|i| self.0.get(*i)).collect();
        let lines: u64 = templates.iter().map(|template| template.count).sum();
        let Some(first) =
            templates.first().filter(|_| members.len() >= FAMILY || lines >= 2 * members.len() as u64)
        else {
            return Vec::new();
        };
        let at = |place: usize| templates.iter().filter_map(move |template| template.tokens.get(place));
        let enough = |place: &usize| {
            let mut words: Vec<u64> = at(*place).map(|token| token.hash).collect();
            words.sort_unstable();
            words.dedup();
            let value = at(*place).any(|token| token.kind == Kind::Variable);
            at(*place).any(|token| token.enclosed) && words.len() >= if value { BESIDE_VALUE } else { WORDS }
        };
        (0..first.tokens.len()).filter(enough).collect()
    }
}

fn is_hard(token: &Position) -> bool {
    token.kind.is_word() && !token.soft && !token.enclosed
}

/// Of all tokens, those that are open alike.
fn opened(tokens: &[Position], is_open: impl Fn(&Position, usize) -> bool) -> u64 {
    let tokens: Vec<Position> = tokens
        .iter()
        .enumerate()
        .map(
            |(place, token)| {
                if is_open(token, place) { Position { enclosed: true, ..token.variable() } } else { *token }
            },
        )
        .collect();
    sequence(&tokens)
}
