//! Numbers for people, and lines cut into what is plain, a variable slot, or removed.
//!
//! Knows the slots of log patterns (`<num>`) and the marks of redaction. Must not know HTML.

use serde::Serialize;

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Piece {
    /// What to print.
    pub text: String,
    /// A slot of a pattern: `<num>`.
    pub slot: bool,
    /// A mark that stands for what was removed.
    pub removed: bool,
}

/// The longest word inside `<…>` that is taken for a slot or a mark.
const LONGEST_MARK: usize = 24;

/// Cuts `line` at slots (`<num>`) and at what redaction left in place of a secret (`<email:3f2a>`).
pub(super) fn pieces(line: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let (mut plain, mut rest) = (0, 0);
    while let Some(found) = line.get(rest..).and_then(|tail| tail.find('<')) {
        let start = rest + found;
        match mark_at(line, start) {
            Some((end, piece)) => {
                push_plain(&mut out, line.get(plain..start));
                out.push(piece);
                (plain, rest) = (end, end);
            }
            None => rest = start + 1,
        }
    }
    push_plain(&mut out, line.get(plain..));
    out
}

fn push_plain(out: &mut Vec<Piece>, text: Option<&str>) {
    if let Some(text) = text.filter(|t| !t.is_empty()) {
        out.push(Piece { text: text.to_owned(), slot: false, removed: false });
    }
}

/// The slot or mark that begins at `start`, and where it ends.
fn mark_at(line: &str, start: usize) -> Option<(usize, Piece)> {
    let inner = line.get(start + 1..)?;
    let word = inner.get(..inner.find('>')?)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':');
    if word.is_empty() || word.len() > LONGEST_MARK || !word.chars().all(plain) {
        return None;
    }
    let end = start + word.len() + 2;
    let removed = word.rsplit_once(':').is_some_and(|(_, hash)| is_hash(hash));
    // The hash stays: the same value has the same one, so that lines can be matched.
    let text = if removed { word.replace(':', " ") } else { line.get(start..end)?.to_owned() };
    Some((end, Piece { text, slot: !removed, removed }))
}

fn is_hash(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// With thousands apart: `10,410`.
pub(super) fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// A measured value in about three digits: `38.2`, `0.42`, `1,284`.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to be a small whole number"
)]
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if (100.0..1e15).contains(&size) {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", count(size.round() as u64));
    }
    let decimals = match size {
        s if s >= 10.0 => 1,
        s if s >= 0.1 || s == 0.0 => 2,
        _ => 4,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A length in bytes: `4.1 kB`.
#[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
pub(super) fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.1} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}

/// At most `most` characters, the rest told by `…`.
pub(super) fn short(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text).trim_end()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_and_marks_are_told_from_text() {
        let shape = |line: &str| {
            let kind = |p: &Piece| {
                if p.slot {
                    's'
                } else if p.removed {
                    'r'
                } else {
                    'p'
                }
            };
            pieces(line).iter().map(|p| format!("{}:{}", kind(p), p.text)).collect::<Vec<_>>()
        };
        assert_eq!(shape("GET <path> in <num>ms"), ["p:GET ", "s:<path>", "p: in ", "s:<num>", "p:ms"]);
        assert_eq!(shape("user=<email:3f2a> x"), ["p:user=", "r:email 3f2a", "p: x"]);
        assert_eq!(shape("<a:b>"), ["s:<a:b>"]);
        assert_eq!(shape("a < b and c > d"), ["p:a < b and c > d"]);
        assert_eq!(shape("<script>alert('x')</script>"), ["s:<script>", "p:alert('x')</script>"]);
        assert_eq!(shape("é <<num> é<"), ["p:é <", "s:<num>", "p: é<"]);
        assert_eq!(shape(""), Vec::<String>::new());
    }

    #[test]
    fn nothing_of_a_line_is_lost() {
        for line in ["<<<>>>", "é<x:12ab>é<num", "<a b>\u{202e}", "a < b"] {
            let joined: String = pieces(line).iter().map(|p| p.text.as_str()).collect();
            assert_eq!(joined, line.replace("<x:12ab>", "x 12ab"));
        }
    }

    #[test]
    fn numbers_have_about_three_digits() {
        let cases = [
            (38.2, "38.2"),
            (0.42, "0.42"),
            (0.0, "0"),
            (30.0, "30"),
            (1284.4, "1,284"),
            (-120.0, "-120"),
            (0.0012, "0.0012"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "inf"),
            (5.0, "5"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value), text);
        }
        assert_eq!(
            [count(0), count(999), count(1_000), count(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!([bytes(12), bytes(4_100), bytes(2_500_000)], ["12 B", "4.1 kB", "2.5 MB"]);
        assert_eq!([short("アラーム", 2), short("ab", 2)], ["アラ…", "ab"]);
    }
}
