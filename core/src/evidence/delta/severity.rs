//! How bad a line sounds, by its level and its words.
//!
//! Knows words of failure and of change. Must not know how often a line occurs.

use crate::evidence::patterns::bytes::{at, cut};
use crate::evidence::patterns::level::Level;

/// Words of failure and their class: 3 the process or its data is lost, 2 something failed, 1 something is odd.
pub(in crate::evidence) const FAILURES: &[(&str, u8)] = &[
    ("panic", 3),
    ("fatal", 3),
    ("out of memory", 3),
    ("oomkill", 3),
    ("outofmemory", 3),
    ("deadlock", 3),
    ("exception", 2),
    ("expired", 2),
    ("refused", 2),
    ("denied", 2),
    ("corrupt", 2),
    ("crash", 2),
    ("segfault", 2),
    ("killed", 2),
    ("unauthorized", 2),
    ("forbidden", 2),
    ("no space", 2),
    ("exhausted", 2),
    ("unreachable", 2),
    ("rejected", 2),
    ("evicted", 2),
    ("timed out", 2),
    ("timeout", 2),
    ("failed", 2),
    ("failure", 2),
    ("error", 2),
    ("abort", 2),
    ("unavailable", 2),
    ("exceeded", 2),
    ("violation", 2),
    ("unable", 1),
    ("cannot", 1),
    ("could not", 1),
    ("invalid", 1),
    ("missing", 1),
    ("not found", 1),
    ("retry", 1),
    ("mismatch", 1),
    ("throttl", 1),
    ("circuit", 1),
    ("rollback", 1),
    ("slow", 1),
    ("deprecat", 1),
    ("disabled", 1),
    ("degraded", 1),
    ("warning", 1),
    ("conflict", 1),
    ("rotated", 1),
    ("changed", 1),
    ("limit", 1),
];

const CHANGES: &[&str] = &[
    "config",
    "reload",
    "deploy",
    "rollout",
    "restart",
    "scaled",
    "scaling",
    "upgrad",
    "migrat",
    "feature flag",
    "feature_flag",
    "failover",
    "leader",
    "drain",
    "rotat",
    "revoke",
    "shutting down",
    "version",
];

/// The class of the worst word of failure in the first 4,000 bytes; 0 for none.
pub(super) fn class(text: &str) -> u8 {
    let lower = lower(text, 4000);
    FAILURES.iter().filter(|(word, _)| lower.contains(word)).map(|(_, class)| *class).max().unwrap_or(0)
}

/// Whether the first 600 bytes tell of a change that somebody made.
pub(super) fn tells_change(text: &str) -> bool {
    let lower = lower(text, 600);
    CHANGES.iter().any(|word| lower.contains(word))
}

fn lower(text: &str, bytes: usize) -> String {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default().to_ascii_lowercase()
}

/// The weight of a level and a class together: 1 is an ordinary line, 3 an error.
pub(super) fn weight(level: Level, class: u8) -> f64 {
    let by_level = match level {
        Level::Fatal => 4.0,
        Level::Error => 3.0,
        Level::Warn => 2.0,
        Level::Notice => 1.2,
        Level::Info | Level::Unknown => 1.0,
        Level::Debug => 0.7,
        Level::Trace => 0.6,
    };
    let by_words: f64 = match class {
        3.. => 3.0,
        2 => 2.2,
        1 => 1.3,
        0 => 1.0,
    };
    match level {
        Level::Error | Level::Fatal => by_level + 0.15 * f64::from(class),
        Level::Warn => by_words.max(by_level) + 0.1 * f64::from(class),
        _ => (by_words * 0.9).max(by_level),
    }
}

/// The HTTP status in an access-log line (behind `HTTP/1.1"`) or behind `status`; 0 for none.
pub(super) fn http_status(text: &str) -> u16 {
    let text = text.get(..text.floor_char_boundary(500)).unwrap_or_default();
    let text = text.as_bytes();
    // Few lines have one of the two words.
    if !has_pair(text, |a, b| ((a == b'P') & (b == b'/')) | ((a == b't') & (b == b'u'))) {
        return 0;
    }
    let status = |i: usize| match at(text, i) {
        b'H' => {
            let rest = cut(text, i, text.len());
            let blank = rest.iter().take(12).position(|byte| *byte == b' ');
            blank.filter(|_| rest.starts_with(b"HTTP/")).and_then(|blank| three_digits(text, i + blank + 1))
        }
        b's' | b'S' => named_status(text, i),
        _ => None,
    };
    (0..text.len()).find_map(status).unwrap_or(0)
}

/// `status=503`, `status_code": "404`, from the word's first letter on.
fn named_status(text: &[u8], start: usize) -> Option<u16> {
    let rest = cut(text, start, text.len());
    if cut(rest, 1, 6) != b"tatus" {
        return None;
    }
    let name = rest.iter().skip(6).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'_').count();
    let signs =
        rest.iter().skip(6 + name).take_while(|byte| matches!(byte, b'=' | b':' | b' ' | b'"')).count();
    three_digits(text, start + 6 + name + signs)
}

fn three_digits(text: &[u8], place: usize) -> Option<u16> {
    let digits = std::str::from_utf8(cut(text, place, place + 3)).ok()?;
    let number: u16 = digits.parse().ok().filter(|_| !digits.starts_with('+'))?;
    ((100..600).contains(&number) && !at(text, place + 3).is_ascii_alphanumeric()).then_some(number)
}

/// Whether two bytes beside each other are such a pair. Without a branch for each byte, so that many are compared at once.
fn has_pair(text: &[u8], is: impl Fn(u8, u8) -> bool) -> bool {
    text.iter().zip(cut(text, 1, text.len())).fold(false, |any, (a, b)| any | is(*a, *b))
}

/// The level of a text whose header has none: the first upper-case level word of its first 240 bytes, or `level=`.
pub(super) fn level_in(text: &[u8]) -> Level {
    let text = cut(text, 0, text.len().min(240));
    // Few texts have two capitals beside each other, or the `ev` and `lv` of a key.
    let capitals = |a: u8, b: u8| a.is_ascii_uppercase() & b.is_ascii_uppercase();
    if !has_pair(text, |a, b| capitals(a, b) | (((a == b'e') | (a == b'l')) & (b == b'v'))) {
        return Level::Unknown;
    }
    let mut words = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        if matches!(word, b"level" | b"lvl" | b"severity") {
            let named = words.peek().map_or(Level::Unknown, |next| Level::named(next));
            if named.is_known() {
                return named;
            }
        }
        let capitals = word.len() >= 3 && word.iter().take(2).all(u8::is_ascii_uppercase);
        if capitals
            && !matches!(word, b"LOG" | b"FAILURE" | b"FINE" | b"CONFIG")
            && Level::named(word).is_known()
        {
            return Level::named(word);
        }
    }
    Level::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_found_where_it_stands() {
        for (text, status) in [
            (r#"10.0.0.9 - - "GET /x HTTP/1.1" 503 12 ""#, 503),
            ("upstream status=429 after 3 tries", 429),
            (r#"{"status_code": "404", "n": 1}"#, 404),
            ("status: 1234 is no status", 0),
            ("statusQuo 200ms long", 0),
            ("nothing", 0),
        ] {
            assert_eq!(http_status(text), status, "{text}");
        }
    }

    #[test]
    fn levels_and_words_weigh_together() {
        assert!(
            weight(Level::Fatal, 0) > weight(Level::Error, 2)
                && weight(Level::Error, 0) > weight(Level::Warn, 2)
        );
        assert!(
            weight(Level::Info, 2) > 1.9 && weight(Level::Info, 1) < 1.9 && weight(Level::Debug, 0) < 1.0
        );
        assert_eq!((class("disk: No Space left"), class("all good"), class("PANIC: x")), (2, 0, 3));
        assert!(tells_change("Rolling restart of api") && !tells_change("user logged in"));
    }

    #[test]
    fn a_level_is_found_in_a_text_without_header() {
        for (text, level) in [
            ("x=1 level=error msg=y", Level::Error),
            ("db: ERROR: deadlock", Level::Error),
            ("level=\"warn\" x", Level::Warn),
            ("Error in lower", Level::Unknown),
            ("LOG: checkpoint", Level::Unknown),
        ] {
            assert_eq!(level_in(text.as_bytes()), level, "{text}");
        }
    }
}
