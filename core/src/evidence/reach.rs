//! How far back a query of PromQL or LogQL reads behind each point of its window: the ranges that it names, those within
//! each other added up.
//!
//! Knows the strings, comments and brackets of both languages. Must not know the rest of them: what it cannot read, or what
//! the two read differently, it refuses, because a bound that can be talked around is none.

use std::time::Duration;

#[cfg(test)]
mod tests;

/// The finest steps of a subquery: each is an evaluation of its own.
pub const FINEST: Duration = Duration::from_secs(1);

/// Words between two operands: a range behind them belongs to the second. Those behind `atan2` are MetricsQL's.
const BETWEEN: [&str; 7] = ["and", "or", "unless", "atan2", "default", "if", "ifnot"];

/// Why a query cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unread {
    /// A carriage return ends a comment in one language and not in the other; other controls have no use.
    #[error("Leave out control characters: lines end with a line feed.")]
    Control,
    /// LogQL takes Go's comments as well, and PromQL does not.
    #[error("Leave out comments of the kinds `//` and `/*`.")]
    Comment,
    /// Each is where no range can be told from other text.
    #[error("Close each string and each bracket that is opened.")]
    Unclosed,
    /// What stands between brackets is no duration.
    #[error("The range `[{0}]` cannot be read: write a plain duration such as `[5m]`, or `[30m:1m]`.")]
    Range(String),
    /// A subquery of many evaluations.
    #[error("Steps of a subquery are at least 1s: `[{0}]` has finer ones.")]
    Step(String),
    /// What MetricsQL puts in the place of a name can hold ranges.
    #[error("Leave out templates by `WITH`.")]
    Template,
}

/// What stands between two brackets: the range of everything in it, and of the operand that is read just now.
#[derive(Debug, Clone, Copy, Default)]
struct Frame {
    all: Duration,
    operand: Duration,
}

impl Frame {
    fn next_operand(&mut self) {
        self.all = self.all.max(self.operand);
        self.operand = Duration::ZERO;
    }
}

/// How far back `query` reads; [`Duration::MAX`] where that is beyond all time.
///
/// # Errors
/// When that cannot be told.
pub fn reach(query: &str) -> Result<Duration, Unread> {
    let plain = plain(query)?;
    let mut outer: Vec<(char, Frame)> = Vec::new();
    let mut here = Frame::default();
    let mut rest = plain.as_str();
    while let Some(letter) = rest.chars().next() {
        let length = letter.len_utf8();
        let word = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let (taken, behind) = rest.split_at_checked(word.max(length)).unwrap_or((rest, ""));
        rest = behind;
        match letter {
            '(' | '{' => {
                outer.push((if letter == '(' { ')' } else { '}' }, here));
                here = Frame::default();
            }
            ')' | '}' => {
                here.next_operand();
                let (_, mut frame) = outer.pop().filter(|(end, _)| *end == letter).ok_or(Unread::Unclosed)?;
                frame.operand = frame.operand.max(here.all);
                here = frame;
            }
            '[' => {
                let (inside, behind) = rest.split_once(']').ok_or(Unread::Unclosed)?;
                rest = behind;
                here.operand = here.operand.saturating_add(range(inside)?);
            }
            ']' => return Err(Unread::Unclosed),
            ',' | '+' | '-' | '*' | '/' | '%' | '^' | '=' | '!' | '<' | '>' | '|' => here.next_operand(),
            _ if taken.eq_ignore_ascii_case("with") => return Err(Unread::Template),
            _ if BETWEEN.iter().any(|between| taken.eq_ignore_ascii_case(between)) => here.next_operand(),
            _ => {}
        }
    }
    here.next_operand();
    if outer.is_empty() { Ok(here.all) } else { Err(Unread::Unclosed) }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == ':'
}

/// The query with a `"` in place of each string and a space in place of each comment.
///
/// # Errors
/// When one cannot be told from the other.
pub fn plain(query: &str) -> Result<String, Unread> {
    if query.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(Unread::Control);
    }
    let mut plain = String::new();
    let mut letters = query.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' | '`' => {
                closed(&mut letters, letter)?;
                plain.push('"');
            }
            '#' => {
                letters.by_ref().find(|letter| *letter == '\n');
                plain.push(' ');
            }
            '/' if letters.as_str().starts_with(['/', '*']) => return Err(Unread::Comment),
            letter => plain.push(letter),
        }
    }
    Ok(plain)
}

/// Reads on behind the end of a string. Only those in backticks go on over lines, and know no escapes.
fn closed(letters: &mut std::str::Chars<'_>, quote: char) -> Result<(), Unread> {
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter == quote => return Ok(()),
            '\\' if quote != '`' => drop(letters.next()),
            '\n' if quote != '`' => return Err(Unread::Unclosed),
            _ => {}
        }
    }
    Err(Unread::Unclosed)
}

/// `5m`, or `30m:1m` with steps, or `30m:`.
fn range(inside: &str) -> Result<Duration, Unread> {
    let shown = || inside.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect();
    let unread = || Unread::Range(shown());
    let (range, step) = inside.split_once(':').unwrap_or((inside, ""));
    if !step.trim().is_empty() && duration(step.trim()).ok_or_else(unread)? < FINEST {
        return Err(Unread::Step(shown()));
    }
    duration(range.trim()).ok_or_else(unread)
}

/// Numbers with units in any order, as both languages have them, or seconds without a unit, as Prometheus has since 3.
fn duration(text: &str) -> Option<Duration> {
    let plain = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-');
    if text.starts_with(|letter: char| letter.is_ascii_digit() || letter == '.') && text.chars().all(plain) {
        return text.parse().ok().map(seconds);
    }
    let (mut rest, mut all) = (text, Duration::ZERO);
    loop {
        let (number, behind) =
            rest.split_at_checked(rest.find(|c: char| c.is_ascii_lowercase() || c == 'µ')?)?;
        let end = behind.find(|c: char| !c.is_ascii_lowercase() && c != 'µ').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(end)?;
        let digits = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number: f64 = number.parse().ok().filter(|_| digits)?;
        all = all.saturating_add(seconds(number * unit_seconds(unit)?));
        rest = behind;
        if rest.is_empty() {
            return Some(all);
        }
    }
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        "d" => 86_400.0,
        "w" => 604_800.0,
        "y" => 31_536_000.0,
        _ => return None,
    })
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

/// As both languages write it, to the second: `1h30m`.
pub fn written(duration: Duration) -> String {
    let mut left = duration.as_secs();
    let mut text = String::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if left >= seconds {
            text.push_str(&format!("{}{unit}", left / seconds));
        }
        left %= seconds;
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}
