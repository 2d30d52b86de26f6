//! A: words that look like values (dotted names, addresses, names with a number in them) are merged all at once.
//!
//! Knows the look of single words. Must not merge what has no hard word left.

use super::super::bytes::at;
use super::{Kind, Position, Templates, grouped, sequence};

/// A first word that looks like a value needs so many lines to be one.
const FIRST: u64 = 10;
/// Fewer lines than this in all are left apart.
const LINES: u64 = 2;

/// Has an inner dot between letters or digits, `@`, `/` or `\`, or a masked number together with a separator.
pub(super) fn is_soft(text: &[u8]) -> bool {
    let text = if text.len() > 2 { text.strip_suffix(b".#").unwrap_or(text) } else { text };
    let (mut separated, mut dotted) = (false, false);
    for i in 1..text.len().saturating_sub(1) {
        match at(text, i) {
            b'.' => {
                separated = true;
                dotted |= at(text, i - 1).is_ascii_alphanumeric() && at(text, i + 1).is_ascii_alphanumeric();
            }
            b'-' | b'_' | b'~' | b':' | b'$' => separated = true,
            b'@' | b'/' | b'\\' => dotted = true,
            _ => {}
        }
    }
    dotted || (separated && text.contains(&b'#'))
}

impl Templates {
    /// Merges templates that are equal but for such words.
    pub(super) fn merge_soft(&mut self) -> bool {
        let candidates = self.0.iter().enumerate().filter(|(_, template)| {
            template.alive
                && hard_words(&template.tokens) > 0
                && template.tokens.iter().any(|token| token.soft || token.kind == Kind::Variable)
        });
        let groups = grouped(candidates.map(|(i, template)| (signature(&template.tokens), i)), 2);
        let mut changed = false;
        for members in &groups {
            if let Some(tokens) = self.softened(members) {
                self.join(members, tokens);
                changed = true;
            }
        }
        changed
    }

    /// The tokens of the merged template, or `None` where the evidence is too thin. A word that all share stays.
    fn softened(&self, members: &[usize]) -> Option<Vec<Position>> {
        let templates: Vec<_> = members.iter().filter_map(|i| self.0.get(*i)).collect();
        let lines: u64 = templates.iter().map(|template| template.count).sum();
        let first_soft =
            templates.iter().any(|template| template.tokens.first().is_some_and(|token| token.soft));
        let first = templates.first()?;
        let thin = lines < LINES
            || (first_soft && lines < FIRST)
            || (hard_words(&first.tokens) < 2 && members.len() < 3);
        if thin {
            return None;
        }
        let aligned = templates.iter().all(|template| template.tokens.len() == first.tokens.len());
        let shared = |place: usize, hash: u64| {
            aligned
                && templates
                    .iter()
                    .all(|template| template.tokens.get(place).is_some_and(|token| token.hash == hash))
        };
        let soften = |(place, token): (usize, &Position)| {
            if token.soft && !shared(place, token.hash) { token.variable() } else { *token }
        };
        Some(first.tokens.iter().enumerate().map(soften).collect())
    }
}

fn hard_words(tokens: &[Position]) -> usize {
    tokens.iter().filter(|token| token.kind.is_word() && !token.soft).count()
}

/// Equal for templates that differ only in soft words and in the length of runs of values.
fn signature(tokens: &[Position]) -> u64 {
    let mut soft: Vec<Position> =
        tokens.iter().map(|token| if token.soft { token.variable() } else { *token }).collect();
    soft.dedup_by(|b, a| a.kind == Kind::Variable && b.kind == Kind::Variable);
    sequence(&soft)
}
