//! The start of a line as chunks between white space, and what each of them can be in a header.
//!
//! Knows one chunk at a time. Must not know the order in which headers put them.

use super::bytes::{DIGIT, LETTER, SPACE, all, at, class, cut, is, up_to};
use super::level::Level;
use super::vocabulary::is_month_or_weekday;

/// More chunks than a header has.
const MAX_CHUNKS: usize = 14;
/// Longer than a header is, in bytes.
const MAX_BYTES: usize = 260;

/// The first chunks of a line. A chunk that is not there is empty.
#[derive(Debug)]
pub struct Chunks<'a> {
    line: &'a [u8],
    /// From where to where; nowhere in the line for one that is not there.
    spans: [(u16, u16); MAX_CHUNKS],
    count: usize,
}

impl<'a> Chunks<'a> {
    /// Splits at blanks and tabs.
    pub fn of(line: &'a [u8]) -> Self {
        let mut chunks = Self { line, spans: [(0, 0); MAX_CHUNKS], count: 0 };
        let limited = cut(line, 0, line.len().min(MAX_BYTES));
        let mut i = 0;
        for span in &mut chunks.spans {
            while is(at(limited, i), SPACE) {
                i += 1;
            }
            if i >= limited.len() {
                break;
            }
            let start = i;
            i = blank(limited, i);
            *span = (start as u16, i as u16);
            chunks.count += 1;
        }
        chunks
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The `i`-th.
    #[inline(always)]
    pub fn get(&self, i: usize) -> &'a [u8] {
        let (start, end) = self.spans.get(i).copied().unwrap_or_default();
        cut(self.line, usize::from(start), usize::from(end))
    }

    /// Where the `i`-th stands; an empty place at the line's end if there is none.
    pub fn span(&self, i: usize) -> (usize, usize) {
        let end = self.line.len();
        let known = self.spans.get(i).filter(|_| i < self.count);
        known.map_or((end, end), |(start, end)| (usize::from(*start), usize::from(*end)))
    }
}

/// Where the next white space stands from `i` on, or the end.
fn blank(text: &[u8], mut i: usize) -> usize {
    // Few other bytes are below it.
    while let Some(eight) = text.get(i..).and_then(<[u8]>::first_chunk) {
        let low = up_to(u64::from_le_bytes(*eight), b' ');
        if low == 0 {
            i += 8;
            continue;
        }
        i += low.trailing_zeros() as usize / 8;
        if is(at(text, i), SPACE) {
            return i;
        }
        i += 1;
    }
    while i < text.len() && !is(at(text, i), SPACE) {
        i += 1;
    }
    i
}

/// Without the brackets, quotes and separators around it.
pub fn strip(chunk: &[u8]) -> &[u8] {
    // Most chunks are words.
    if is(at(chunk, 0), LETTER | DIGIT) && chunk.last().is_some_and(|last| is(*last, LETTER | DIGIT)) {
        return chunk;
    }
    let mut inner = chunk;
    while let [b'[' | b'(' | b'<' | b'|' | b'"', rest @ ..] = inner {
        inner = rest;
    }
    while let [rest @ .., b']' | b')' | b'>' | b',' | b':' | b'|' | b'"' | b';'] = inner {
        inner = rest;
    }
    inner
}

/// Only digits.
pub fn is_number(chunk: &[u8]) -> bool {
    all(chunk, DIGIT)
}

/// Two or more capitals, `_` allowed.
pub fn is_capitals(chunk: &[u8]) -> bool {
    chunk.len() >= 2 && chunk.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}

/// `-`, `|`, `:` and the like.
pub fn is_separator(chunk: &[u8]) -> bool {
    matches!(chunk, b"-" | b"|" | b":" | b"--" | b"--->" | b"," | b"---" | b"*" | b"#")
}

/// Can be the name of a logger, program or class.
pub fn is_identifier(chunk: &[u8]) -> bool {
    let fits = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'_' | b'.' | b'$' | b'#' | b'/' | b'-' | b'(' | b')' | b'[' | b']' | b'@' | b'*'
            )
    };
    // `module::part` of Rust, C++ and Perl.
    let scoped = |i: usize| at(chunk, i + 1) == b':' || at(chunk, i - 1) == b':';
    at(chunk, 0) != b'['
        && chunk.iter().enumerate().all(|(i, c)| fits(c) || (*c == b':' && i > 0 && scoped(i)))
        && chunk.iter().any(u8::is_ascii_alphabetic)
}

/// Can stand in a header: a separator, or something with a digit, an inner dot, in capitals, or a level; never
/// `key=value`, nor something that ends in a colon.
pub fn is_headerlike(chunk: &[u8]) -> bool {
    if matches!(chunk, b"-" | b"|") {
        return true;
    }
    let inner = strip(chunk);
    if inner.is_empty() || chunk.len() > 60 || chunk.last() == Some(&b':') {
        return false;
    }
    let seen = chunk.iter().fold(0, |seen, byte| seen | class(*byte));
    if is(b'=', seen) && chunk.contains(&b'=') {
        return false;
    }
    // Digits stand inside of what is stripped.
    seen & DIGIT != 0
        || (is(b'.', seen) && cut(inner, 1, inner.len().max(2) - 1).contains(&b'.'))
        || is_capitals(inner)
        || Level::named(inner).is_known()
}

/// A month or weekday that joins with numbers into a date.
pub fn is_date_word(chunk: &[u8]) -> bool {
    (3..=6).contains(&chunk.len()) && is_month_or_weekday(strip(chunk))
}

/// A date, a time, both, or an epoch: the recipe's section 2.
pub fn is_timestamp(chunk: &[u8]) -> bool {
    // Brackets before a time are one or two.
    if chunk.len() < 5 || !chunk.iter().take(3).any(u8::is_ascii_digit) {
        return false;
    }
    let text = strip(chunk);
    let length = text.len();
    if !(5..=40).contains(&length) || !is(at(text, 0), DIGIT) {
        return false;
    }
    let Some(count) = Counts::of(text) else { return false };
    let Counts { digits, colons, slashes, dashes, dots } = count;
    if digits == length {
        return is_epoch(text);
    }
    if digits < 4 {
        return false;
    }
    if colons == 0 && slashes == 0 && dashes == 0 {
        let dotted_date = dots == 2 && (8..=10).contains(&length) && all(cut(text, 0, 4), DIGIT);
        let fraction =
            dots == 1 && at(text, 10) == b'.' && (length == 14 || (length == 17 && at(text, 0) == b'1'));
        return dotted_date || fraction;
    }
    // An address and its port.
    if dots == 3 && dashes < 2 && slashes == 0 && colons <= 1 {
        return false;
    }
    let first_colon = text.iter().position(|byte| *byte == b':').unwrap_or(0);
    let clock = (2..=4).contains(&colons) && first_colon > 0 && is(at(text, first_colon - 1), DIGIT);
    clock
        || (colons == 1 && length == 5)
        || (slashes == 2 && length <= 10)
        || (dashes == 2 && length <= 10)
        || (dashes == 1 && colons == 0 && length == 5)
        || (dashes >= 2 && dots >= 2 && digits >= 12)
}

/// Seconds or milliseconds since 1970, or a day as `20251120`.
fn is_epoch(text: &[u8]) -> bool {
    match text.len() {
        10 => at(text, 0) == b'1' && at(text, 1) < b'9',
        13 => at(text, 0) == b'1',
        8 => text.starts_with(b"20"),
        _ => false,
    }
}

struct Counts {
    digits: usize,
    colons: usize,
    slashes: usize,
    dashes: usize,
    dots: usize,
}

/// What each byte adds to [`Counts`]: a count in each byte of the sum, so that no byte needs a branch.
static COUNTED: [u64; 256] = counted();
/// The sum of a byte that is of no timestamp.
const OTHER: u64 = 1 << 40;

const fn counted() -> [u64; 256] {
    let mut table = [OTHER; 256];
    let mut i = 0;
    while i < 256 {
        match i as u8 {
            b'0'..=b'9' => table[i] = 1,
            b':' => table[i] = 1 << 8,
            b'/' => table[i] = 1 << 16,
            b'-' => table[i] = 1 << 24,
            b'.' | b',' => table[i] = 1 << 32,
            b'T' | b'Z' | b'+' | b'_' => table[i] = 0,
            _ => {}
        }
        i += 1;
    }
    table
}

impl Counts {
    /// Of at most 255 bytes; `None` where a byte is of no timestamp.
    fn of(text: &[u8]) -> Option<Self> {
        let sum: u64 = text.iter().map(|byte| COUNTED[*byte as usize]).sum();
        let count = |place: u32| (sum >> (8 * place)) as usize & 0xff;
        (sum < OTHER).then(|| Self {
            digits: count(0),
            colons: count(1),
            slashes: count(2),
            dashes: count(3),
            dots: count(4),
        })
    }
}

/// The level that chunk `i` names. Capitals always count; `after_time` (behind a timestamp, separator or number) also
/// `Error`, and `error:` or `error]`.
pub fn level(chunks: &Chunks<'_>, i: usize, after_time: bool) -> Level {
    let chunk = chunks.get(i);
    let inner = strip(chunk);
    let level = Level::named(inner);
    if !level.is_known() {
        return Level::Unknown;
    }
    let bracketed = matches!(at(chunk, 0), b'[' | b'<' | b'|');
    let capitals = inner.iter().all(u8::is_ascii_uppercase);
    let capitalised = at(inner, 0).is_ascii_uppercase();
    let marked = matches!(chunk.last(), Some(b':' | b']'));
    if bracketed || capitals || (after_time && (capitalised || marked)) { level } else { Level::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_told_from_addresses_and_numbers() {
        for (chunk, expected) in [
            ("2025-11-20T09:10:11.123Z", true),
            ("[2025-11-20", true),
            ("09:10:11,123", true),
            ("09:10", true),
            ("11/20/25", true),
            ("11-20", true),
            ("2005-06-03-15.42.50.675872", true),
            ("2005.06.03", true),
            ("1763629811", true),
            ("1763629811000", true),
            ("1763629811.123456", true),
            ("20251120", true),
            ("10.0.0.1:8080", false),
            ("12345", false),
            ("9763629811", false),
            ("x2025-11-20", false),
            ("10:20:30:40:50:60", false),
            ("", false),
        ] {
            assert_eq!(is_timestamp(chunk.as_bytes()), expected, "{chunk}");
        }
    }

    #[test]
    fn headerlike_chunks_are_told_from_words() {
        for (chunk, expected) in [
            ("-", true),
            ("INFO", true),
            ("[main-1]", true),
            ("o.a.b", true),
            ("R02-M1", true),
            ("CORE_X", true),
            ("word", false),
            ("key=1", false),
            ("sshd[12]:", false),
            ("[]", false),
            ("", false),
            (".", false),
        ] {
            assert_eq!(is_headerlike(chunk.as_bytes()), expected, "{chunk}");
        }
    }

    #[test]
    fn levels_count_by_case_and_place() {
        for (line, after_time, expected) in [
            ("ERROR x", false, Level::Error),
            ("[error] x", false, Level::Error),
            ("Error x", false, Level::Unknown),
            ("Error x", true, Level::Error),
            ("error x", true, Level::Unknown),
            ("error: x", true, Level::Error),
        ] {
            assert_eq!(level(&Chunks::of(line.as_bytes()), 0, after_time), expected, "{line}");
        }
    }
}
