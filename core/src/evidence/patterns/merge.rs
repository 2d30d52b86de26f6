//! Which rows of the table are one pattern: positions whose words turn out to be values are merged, on evidence.
//!
//! Knows rows and counts. Must not see lines again. Section 4 of the recipe: rounds of A (all positions that look like
//! values at once), B (one position at a time), D (words in quotes and brackets) and C (equal sequences), until nothing changes.

mod enclosed;
mod positions;
mod soft;

use std::collections::BTreeMap;

use super::bytes::{HashedMap, fold};
use super::miner::{PatternToken, render};
use super::tokens::{Kind, VARIABLE};

/// More rounds than are ever needed; a bound, not a setting.
const ROUNDS: usize = 6;

/// A row to be merged: its tokens and its lines.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The stage-1 pattern.
    pub tokens: &'a [PatternToken],
    /// How many lines it stands for.
    pub count: u64,
}

/// What the merge found: a group for each row, named by its smallest row, and the text of each group.
#[derive(Debug, Default)]
pub struct Groups {
    /// For each row, in order.
    pub of_row: Vec<usize>,
    /// For each group, by its smallest row.
    pub templates: BTreeMap<usize, String>,
}

#[derive(Debug, Clone)]
struct Template {
    tokens: Vec<Position>,
    count: u64,
    rows: Vec<usize>,
    alive: bool,
}

#[derive(Debug, Clone, Copy)]
struct Position {
    kind: Kind,
    hash: u64,
    /// Looks like a value: merged together with other such positions.
    soft: bool,
    /// Holds a masked number.
    numbered: bool,
    /// Stands where a user's name stands.
    user: bool,
    /// One word in quotes or brackets.
    enclosed: bool,
    /// Where its text is: row and place.
    source: (usize, usize),
}

impl Position {
    fn variable(self) -> Self {
        Self {
            kind: Kind::Variable,
            hash: VARIABLE,
            soft: false,
            numbered: false,
            user: false,
            enclosed: false,
            ..self
        }
    }
}

/// Finds the groups of the rows.
pub fn merge(rows: &[Row<'_>]) -> Groups {
    let mut templates =
        Templates(rows.iter().enumerate().map(|(row, pattern)| template(row, pattern)).collect());
    for _ in 0..ROUNDS {
        let mut changed = templates.merge_soft();
        changed |= templates.merge_positions();
        changed |= templates.merge_enclosed();
        changed |= templates.merge_equal();
        if !changed {
            break;
        }
    }
    let mut groups = Groups { of_row: vec![0; rows.len()], templates: BTreeMap::new() };
    for template in templates.0.iter().filter(|template| template.alive) {
        let Some(id) = template.rows.iter().min().copied() else { continue };
        for row in &template.rows {
            if let Some(group) = groups.of_row.get_mut(*row) {
                *group = id;
            }
        }
        let shown = template.tokens.iter().map(|position| (position.kind, text(rows, position)));
        groups.templates.insert(id, render(shown));
    }
    groups
}

fn text<'a>(rows: &[Row<'a>], position: &Position) -> &'a [u8] {
    let (row, place) = position.source;
    let token = rows.get(row).and_then(|row| row.tokens.get(place));
    if position.kind == Kind::Variable { b"<*>" } else { token.map_or(b"", |token| &token.text) }
}

fn template(row: usize, pattern: &Row<'_>) -> Template {
    let tokens = pattern.tokens.iter().enumerate().map(|(place, token)| Position {
        kind: token.kind,
        hash: token.hash,
        soft: token.kind == Kind::Identifier && soft::is_soft(&token.text),
        numbered: token.kind == Kind::Identifier && token.text.contains(&b'#'),
        user: token.kind.is_word() && is_user(pattern.tokens, place),
        enclosed: enclosed::is_enclosed(pattern.tokens, place),
        source: (row, place),
    });
    Template { tokens: tokens.collect(), count: pattern.count, rows: vec![row], alive: true }
}

/// `for user anna`, `by user "anna"`.
fn is_user(tokens: &[PatternToken], place: usize) -> bool {
    let text = |back: usize| {
        place.checked_sub(back).and_then(|place| tokens.get(place)).map_or(&b""[..], |token| &token.text)
    };
    let quoted = usize::from(matches!(text(1), b"\"" | b"'"));
    matches!(text(1 + quoted), b"user" | b"User")
        && matches!(text(2 + quoted), b"for" | b"invalid" | b"Invalid" | b"illegal" | b"by" | b"as" | b"of")
}

struct Templates(Vec<Template>);

impl Templates {
    /// C: equal sequences are one.
    fn merge_equal(&mut self) -> bool {
        let alive = self.0.iter().enumerate().filter(|(_, template)| template.alive);
        let groups = grouped(alive.map(|(i, template)| (sequence(&template.tokens), i)), 2);
        for members in &groups {
            let tokens = members.first().and_then(|i| self.0.get(*i)).map(|template| template.tokens.clone());
            self.join(members, tokens.unwrap_or_default());
        }
        !groups.is_empty()
    }

    /// Makes the members one template with these tokens.
    fn join(&mut self, members: &[usize], mut tokens: Vec<Position>) {
        tokens.dedup_by(|b, a| a.kind == Kind::Variable && b.kind == Kind::Variable);
        let (mut rows, mut count) = (Vec::new(), 0);
        for i in members {
            if let Some(template) = self.0.get_mut(*i) {
                template.alive = false;
                count += template.count;
                rows.append(&mut template.rows);
            }
        }
        rows.sort_unstable();
        if let Some(first) = members.first().and_then(|i| self.0.get_mut(*i)) {
            *first = Template { tokens, count, rows, alive: true };
        }
    }
}

/// Members by key, at least `least` of them, in an order that does not depend on the map's.
fn grouped(members: impl Iterator<Item = (u64, usize)>, least: usize) -> Vec<Vec<usize>> {
    let mut groups: HashedMap<Vec<usize>> = HashedMap::default();
    for (key, member) in members {
        groups.entry(key).or_default().push(member);
    }
    let mut groups: Vec<_> = groups.into_values().filter(|group| group.len() >= least).collect();
    groups.sort_unstable();
    groups
}

fn sequence(tokens: &[Position]) -> u64 {
    tokens.iter().fold(7, |hash, token| fold(hash, token.hash))
}

#[cfg(test)]
mod tests;
