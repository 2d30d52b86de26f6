//! What a `stats` command counts, and by what.
//!
//! Knows its list of expressions as far as the columns of its result have names. Must not know their values.

use chrono::TimeDelta;

/// A `stats` command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Columns in which a row that is missing means none: those that count or add up.
    pub counts: Vec<String>,
    /// All columns that it computes, in order.
    pub values: Vec<String>,
    /// Columns that tell rows apart, without that of time.
    pub by: Vec<String>,
    /// The column of time.
    pub bin: Option<Bin>,
    /// Whether no later command takes rows away.
    pub whole: bool,
}

/// The column of time, and how long a piece of it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bin {
    /// The column's name.
    pub column: String,
    /// The length of a piece; pieces begin at multiples of it since 1970.
    pub width: TimeDelta,
}

impl Stats {
    /// Reads what stands behind `stats`.
    pub(super) fn read(text: &str, whole: bool) -> Self {
        let (values, by) = match split_once_word(text, "by") {
            Some((values, by)) => (values, list(by)),
            None => (text, Vec::new()),
        };
        let mut stats = Self { counts: Vec::new(), values: Vec::new(), by: Vec::new(), bin: None, whole };
        for expression in list(values) {
            let (what, name) = named(expression);
            if ["count(", "count_distinct(", "sum("].iter().any(|one| what.to_lowercase().starts_with(one)) {
                stats.counts.push(name.clone());
            }
            stats.values.push(name);
        }
        for expression in by {
            let (what, name) = named(expression);
            match width(&what.to_lowercase()) {
                Some(width) if stats.bin.is_none() => stats.bin = Some(Bin { column: name, width }),
                _ => stats.by.push(name),
            }
        }
        stats
    }
}

/// An expression and the name of its column, both without blanks that say nothing.
fn named(expression: &str) -> (String, String) {
    let squeezed = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    match split_once_word(expression, "as") {
        Some((what, name)) => (squeezed(what), name.trim().trim_matches('`').to_owned()),
        None => (squeezed(expression), squeezed(expression).trim_matches('`').to_owned()),
    }
}

/// The pieces between commas that stand in no parentheses.
fn list(text: &str) -> Vec<&str> {
    let (mut depth, mut begun, mut pieces) = (0_i32, 0, Vec::new());
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                pieces.extend(text.get(begun..at));
                begun = at + 1;
            }
            _ => {}
        }
    }
    pieces.extend(text.get(begun..));
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// Before and behind a word that stands alone, whatever its case.
fn split_once_word<'a>(text: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let is = |place: &usize| {
        let found =
            text.get(*place..place + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word));
        let blank = |letter: Option<char>| letter.is_none_or(char::is_whitespace);
        let (before, behind) = (text.get(..*place), text.get(place + word.len()..));
        found
            && before.is_some_and(|text| blank(text.chars().next_back()))
            && behind.is_some_and(|text| blank(text.chars().next()))
    };
    let at = text.char_indices().map(|(at, _)| at).find(is)?;
    Some((text.get(..at)?, text.get(at + word.len()..)?))
}

/// The length of `bin(5m)` or `datefloor(@timestamp,5m)`.
fn width(expression: &str) -> Option<TimeDelta> {
    let inside = expression.strip_suffix(')')?;
    let period = inside.strip_prefix("bin(").or_else(|| inside.strip_prefix("datefloor(@timestamp,"))?;
    let digits = period.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = period.split_at_checked(digits)?;
    let milliseconds: i64 = match unit {
        "ms" | "msec" => 1,
        "s" | "sec" => 1_000,
        "m" | "min" => 60_000,
        "h" | "hr" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let length = number.parse::<i64>().ok()?.checked_mul(milliseconds).filter(|length| *length > 0)?;
    TimeDelta::try_milliseconds(length)
}
