//! Quotations: what a sentence puts between marks, and whether a line says just that.
//!
//! Knows marks and ellipses. Must not know numbers: a quotation is compared as it is, but for case, blanks and widths.

use std::sync::LazyLock;

use regex::Regex;

use super::sense::{denied_before, denies};
use super::spelling::{blank, compiled, is_cjk, plain};

/// The most characters that an ellipsis in a quotation may stand for.
const GAP: usize = 40;
/// The most pieces that are followed; a quotation with more ellipses says nothing that could be checked.
const PIECES: usize = 6;

/// The pieces of a quotation between its ellipses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quote(Vec<String>);

/// How a quotation stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stands {
    /// Nowhere.
    No,
    /// With a denial that the quotation leaves out.
    Turned,
    /// As it is.
    Yes,
}

static MARKS: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    // Single quotes only around a whole word or more: elsewhere they are apostrophes.
    [r"`([^`]+)`", r#""([^"]+)""#, r"(?:^|[\s(\[{:=,])'([^']+)'(?:$|[\s.,;:!?)\]}])"].map(compiled)
});

/// The quotations of `folded`, and the rest of it, in which they are blank.
pub(super) fn taken(folded: &str) -> (Vec<Quote>, String) {
    let mut rest = folded.to_owned();
    let mut quotes = Vec::new();
    for (form, mark) in MARKS.iter().zip(['`', '"', '\'']) {
        let spans: Vec<(usize, usize)> = form
            .captures_iter(&rest)
            .filter_map(|found| found.get(1))
            .map(|m| (m.start(), m.end()))
            .collect();
        quotes.extend(spans.iter().map(|(start, end)| Quote::of(rest.get(*start..*end).unwrap_or_default())));
        blank(&mut rest, spans);
        if mark != '\'' {
            rest = rest.replace(mark, ";");
        }
    }
    quotes.retain(|quote| !quote.0.is_empty());
    (quotes, rest)
}

impl Quote {
    /// Between ellipses; punctuation that belongs to the sentence and not to the quotation is left off.
    pub fn of(text: &str) -> Self {
        let trim = |piece: &str| piece.trim_matches([' ', ',', '.', ';', '!', '?', '。', '、']).to_owned();
        Self(plain(text).split("...").map(trim).filter(|piece| !piece.is_empty()).collect())
    }

    /// As people read it.
    pub fn told(&self) -> String {
        format!("\"{}\"", self.0.join(" … "))
    }

    /// Whether it is in letters that `lines` do not have: a translation.
    pub fn is_foreign_to(&self, lines: &[String]) -> bool {
        let cjk = |text: &str| text.contains(is_cjk);
        self.0.iter().any(|piece| cjk(piece)) && !lines.iter().any(|line| cjk(line))
    }

    /// How it stands in the best of `lines`, which are plain.
    pub fn stands_in(&self, lines: &[String]) -> Stands {
        lines.iter().map(|line| self.stands_in_line(line)).max().unwrap_or(Stands::No)
    }

    fn stands_in_line(&self, line: &str) -> Stands {
        let Some((first, others)) = self.0.split_first().filter(|_| self.0.len() <= PIECES) else {
            return Stands::No;
        };
        let mut ends: Vec<(usize, bool)> = ends_of(line, first)
            .map(|end| (end, !denied_before(line.get(..end - first.len()).unwrap_or_default())))
            .collect();
        for piece in others {
            ends = follow(line, &ends, piece);
        }
        ends.iter()
            .map(|(_, right)| if *right { Stands::Yes } else { Stands::Turned })
            .max()
            .unwrap_or(Stands::No)
    }
}

/// Where `piece` ends behind one of `ends`, with a gap that is short; and whether nothing in the gap turns the sense. The
/// nearest of them has the shortest gap, and what turns that turns all longer ones.
fn follow(line: &str, ends: &[(usize, bool)], piece: &str) -> Vec<(usize, bool)> {
    let mut followed = Vec::new();
    let mut before = ends.iter().peekable();
    let (mut nearest, mut right) = (None, None);
    for end in ends_of(line, piece) {
        let start = end - piece.len();
        while let Some((from, is_right)) = before.next_if(|(from, _)| *from <= start) {
            nearest = Some(*from);
            right = if *is_right { Some(*from) } else { right };
        }
        let gap = |from: usize| {
            line.get(from..start).filter(|gap| gap.len() <= 4 * GAP && gap.chars().count() <= GAP)
        };
        if let Some(gap) = right.and_then(gap) {
            followed.push((end, gap.trim().len() < 2 || !denies(gap)));
        } else if nearest.and_then(gap).is_some() {
            followed.push((end, false));
        }
    }
    followed
}

/// Where `needle` ends in `text`, each time that it does not begin or end within a word. A joiner between letters or
/// digits is within one: `db` does not stand in `orders-db`, nor `5` in `1.5`.
fn ends_of<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = usize> + 'a {
    let found = text.match_indices(needle).map(|(start, _)| (start, start + needle.len()));
    found.filter_map(|(start, end)| {
        let before = text.get(..start).unwrap_or_default().chars().rev();
        let after = text.get(end..).unwrap_or_default().chars();
        let inner = touches(needle.chars().next(), before) || touches(needle.chars().next_back(), after);
        (!inner && !needle.is_empty()).then_some(end)
    })
}

/// Whether the word at whose edge `edge` stands goes on with `outside`.
fn touches(edge: Option<char>, mut outside: impl Iterator<Item = char>) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric();
    match outside.next() {
        _ if !edge.is_some_and(letter) => false,
        Some(c) if matches!(c, '.' | '-' | '_' | '/' | ':') => {
            let digits = edge.is_some_and(|c| c.is_ascii_digit());
            outside.next().is_some_and(|next| letter(next) && (c != ':' || digits && next.is_ascii_digit()))
        }
        Some(c) => letter(c),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_stands_in_one_line_word_for_word() {
        let lines: Vec<String> = [
            "2026 ERROR [db-0] connection to 10.0.0.7:5432 refused: \u{201c}too many clients already\u{201d}",
            "health check did not fail, pool 1,204 of 5.5",
        ]
        .map(plain)
        .into();
        for (quote, stands) in [
            ("Too many clients  already,", Stands::Yes),
            ("connection … refused", Stands::Yes),
            ("pool 1204", Stands::Yes),
            ("refused … connection", Stands::No),
            ("too many connections", Stands::No),
            ("any clients", Stands::No),
            ("already health", Stands::No),
            ("pool 1,204 of 5", Stands::No),
            ("fail", Stands::Turned),
            ("health check … fail", Stands::Turned),
            ("did not fail", Stands::Yes),
            ("a … a … a … a … a … a … a", Stands::No),
        ] {
            assert_eq!(Quote::of(quote).stands_in(&lines), stands, "{quote}");
        }
        assert!(Quote::of("接続が拒否").is_foreign_to(&lines));
    }

    #[test]
    fn many_repetitions_cost_no_more_than_their_length() {
        let line = vec!["a b ".repeat(16_000)];
        assert_eq!(Quote::of("a … b … a … b … a … c").stands_in(&line), Stands::No);
    }
}
