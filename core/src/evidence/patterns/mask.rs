//! What of one word that holds a digit is its name, and what is a value.
//!
//! Knows the inside of one word. Must not know the line around it.

use super::bytes::{DIGIT, HEX, LETTER, SEPARATOR, at, cut, is};

/// Writes the word with its values as `#` (`blk_-69…` → `blk_#`, `rdd_21_0` → `rdd_#`) and tells whether any of it
/// is a name; if not, nothing is written and the whole word is a value.
pub fn mask(word: &[u8], out: &mut Vec<u8>) -> bool {
    if is_value(word) {
        return false;
    }
    let start = out.len();
    let mut parts = Parts { word, out, start, named: false, after_mask: false };
    let mut i = 0;
    while i < word.len() {
        i = parts.next(i);
    }
    let named = parts.named;
    if !named {
        out.truncate(start);
    }
    named
}

/// Starts like a number, is hexadecimal, or is as random as a token: a value as a whole.
fn is_value(word: &[u8]) -> bool {
    let (first, second) = (at(word, 0), at(word, 1));
    let sign = matches!(first, b'-' | b'+' | b'.' | b'#' | b'$' | b'~' | b'@' | b'*' | b'/' | b'v' | b'x');
    if is(first, DIGIT) || (is(second, DIGIT) && sign) {
        return true;
    }
    if matches!(first, b'-' | b'@') && is(at(word, 2), DIGIT) && !is(second, LETTER) {
        return true;
    }
    is_hexadecimal(word) || is_random(word)
}

/// Only hexadecimal digits and dashes, a decimal one among them, six or more: hashes and UUIDs.
fn is_hexadecimal(word: &[u8]) -> bool {
    word.len() >= 6
        && word.iter().all(|byte| is(*byte, HEX) || *byte == b'-')
        && word.iter().any(|byte| is(*byte, DIGIT))
}

/// Long, with digits and both cases mixed: tokens and the like.
fn is_random(word: &[u8]) -> bool {
    if word.len() < 28 || word.contains(&b'$') {
        return false;
    }
    let count = |class: fn(&u8) -> bool| word.iter().filter(|byte| class(byte)).count();
    let (digits, upper) = (count(u8::is_ascii_digit), count(u8::is_ascii_uppercase));
    let lower = count(u8::is_ascii_lowercase);
    digits >= 3 && upper >= 4 && lower >= 4 && (digits + upper) * 3 > lower
}

struct Parts<'a> {
    word: &'a [u8],
    out: &'a mut Vec<u8>,
    start: usize,
    named: bool,
    /// The last thing written is a mask.
    after_mask: bool,
}

/// A run of letters and digits between separators.
struct Segment {
    from: usize,
    to: usize,
    digits: usize,
    /// Letters before the first digit.
    lead: usize,
    letters_after_digit: bool,
    hex: bool,
}

enum Masked {
    Nothing,
    /// All behind so many leading letters.
    Behind(usize),
    /// Each run of digits for itself.
    Digits,
}

impl Parts<'_> {
    /// Takes the separator or segment at `i`; the place behind it.
    fn next(&mut self, i: usize) -> usize {
        let byte = at(self.word, i);
        if is(byte, SEPARATOR) || !is(byte, LETTER | DIGIT) {
            let sign = byte == b'-'
                && i > 0
                && is(at(self.word, i + 1), DIGIT)
                && is(at(self.word, i - 1), SEPARATOR);
            if !sign {
                self.out.push(byte);
            }
            return i + 1;
        }
        let segment = self.segment(i);
        self.write(&segment);
        segment.to
    }

    fn segment(&self, from: usize) -> Segment {
        let mut segment =
            Segment { from, to: from, digits: 0, lead: 0, letters_after_digit: false, hex: true };
        while is(at(self.word, segment.to), LETTER | DIGIT) {
            let byte = at(self.word, segment.to);
            if is(byte, DIGIT) {
                segment.digits += 1;
            } else {
                segment.lead += usize::from(segment.digits == 0);
                segment.letters_after_digit |= segment.digits > 0;
                segment.hex &= is(byte, HEX);
            }
            segment.to += 1;
        }
        segment
    }

    fn decide(&self, s: &Segment) -> Masked {
        let before = if s.from > 0 { at(self.word, s.from - 1) } else { 0 };
        let length = s.to - s.from;
        let after_dash = before == b'-' && self.after_mask;
        if s.digits == 0 {
            let of_uuid = s.hex && matches!(length, 4 | 8 | 12) && after_dash && at(self.word, s.to) == b'-';
            return if of_uuid { Masked::Behind(0) } else { Masked::Nothing };
        }
        // `Name#37` is a place in the source: it names the statement.
        let statement =
            before == b'#' && self.start + 1 < self.out.len() && !s.letters_after_digit && s.lead == 0;
        if statement {
            Masked::Nothing
        } else if (s.hex && (length >= 6 || (length == 4 && after_dash))) || s.lead == 0 {
            Masked::Behind(0)
        } else if !s.letters_after_digit {
            Masked::Behind(s.lead)
        } else if s.digits >= 3 || length >= 12 {
            Masked::Behind(0)
        } else {
            Masked::Digits
        }
    }

    fn write(&mut self, segment: &Segment) {
        let text = cut(self.word, segment.from, segment.to);
        match self.decide(segment) {
            Masked::Nothing => self.name(text),
            Masked::Digits => {
                let mut last = 0;
                for byte in text {
                    let shown = if is(*byte, DIGIT) { b'#' } else { *byte };
                    if shown != b'#' || last != b'#' {
                        self.out.push(shown);
                    }
                    last = shown;
                }
                self.name(b"");
            }
            Masked::Behind(0) => self.value(),
            Masked::Behind(lead) => {
                self.name(cut(text, 0, lead));
                self.out.push(b'#');
                self.after_mask = true;
            }
        }
    }

    fn name(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
        self.named = true;
        self.after_mask = false;
    }

    /// A mask; `#_#` becomes one.
    fn value(&mut self) {
        let length = self.out.len();
        let joins = self.after_mask
            && length >= self.start + 2
            && at(self.out, length - 2) == b'#'
            && !is(at(self.out, length - 1), LETTER);
        if joins {
            self.out.pop();
        } else {
            self.out.push(b'#');
        }
        self.after_mask = true;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_stay_and_values_become_marks() {
        for (word, expected) in [
            ("blk_-6952295868487656571", "blk_#"),
            ("en0", "en#"),
            ("rdd_21_0", "rdd_#"),
            ("L3", "L#"),
            ("OrderController#103", "OrderController#103"),
            ("task_201412011622_0001_m_000003", "task_#_m_#"),
            ("a1b", "a#b"),
            ("node-D21", "node-D#"),
            ("core.2275", "core.#"),
            ("12ms", ""),
            ("-5", ""),
            ("#4", ""),
            ("@0x1f", ""),
            ("v1.2", ""),
            (".5", ""),
            ("deadbeef01", ""),
            ("d58a02d5-540a-4785-86cf-495687b79919", ""),
            ("AKiai44QH8DHBeXAMPLEkey91bPxRfiCYz", ""),
        ] {
            let mut out = b"kept".to_vec();
            let named = super::mask(word.as_bytes(), &mut out);
            assert_eq!(String::from_utf8_lossy(&out[4..]), expected, "{word}");
            assert_eq!(named, !expected.is_empty(), "{word}");
        }
    }
}
