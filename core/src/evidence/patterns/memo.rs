//! Lines read before: lines that are equal but for their digits have the same header, tokens and row.
//!
//! Knows which digits count after all: those of a number that may be a time, and those that [`Tokens`] keeps.

use super::bytes::{EACH, SPACE, TOP, at, is, mix, up_to};
use super::header::Header;
use super::tokens::Tokens;

/// Lines that are remembered: what few programs say most of the time, and no more than a near cache holds.
const SLOTS: u64 = 1024;
/// Of longer lines few are alike.
const BYTES: usize = 512;
/// The shortest number that may be a time for its value: `20251120`.
const TIME: usize = 8;

static NONE: Tokens = Tokens::new();

/// The last lines, each in the place that its key gives it.
#[derive(Debug)]
pub struct Memo {
    slots: Vec<Slot>,
    current: usize,
}

#[derive(Debug, Default)]
struct Slot {
    /// 0 where nothing is remembered.
    key: u64,
    row: u32,
    header: Header,
    tokens: Tokens,
}

impl Default for Memo {
    fn default() -> Self {
        Self { slots: (0..SLOTS).map(|_| Slot::default()).collect(), current: 0 }
    }
}

impl Memo {
    /// The header and row of the line with this key, if it is remembered; its place is the current one from now on.
    pub fn find(&mut self, key: u64) -> Option<(Header, usize)> {
        self.current = (key % SLOTS) as usize;
        let slot = self.slots.get(self.current).filter(|slot| slot.key == key && key != 0)?;
        Some((slot.header.clone(), slot.row as usize))
    }

    /// Reads a line's content into the current place.
    pub fn read(&mut self, content: &[u8]) {
        if let Some(slot) = self.slots.get_mut(self.current) {
            slot.key = 0;
            slot.tokens.read(content);
        }
    }

    /// Remembers the line whose content was read, unless its digits count.
    pub fn keep(&mut self, key: u64, header: &Header, row: usize) {
        if let Some(slot) = self.slots.get_mut(self.current).filter(|slot| !slot.tokens.keeps_digits()) {
            (slot.key, slot.header, slot.row) = (key, header.clone(), row as u32);
        }
    }

    /// The tokens of the current line.
    pub fn tokens(&self) -> &Tokens {
        self.slots.get(self.current).map_or(&NONE, |slot| &slot.tokens)
    }

    /// The same, to be cut: such a line is not to be kept.
    pub fn tokens_mut(&mut self) -> Option<&mut Tokens> {
        self.slots.get_mut(self.current).map(|slot| &mut slot.tokens)
    }
}

/// Equal for lines that differ in nothing but digits that do not count; 0 for those that are too long. `column` is that of
/// [`super::header::read`].
pub fn key(line: &[u8], column: Option<usize>) -> u64 {
    if line.len() > BYTES {
        return 0;
    }
    let mut hash = mix(line.len() as u64, column.map_or(0, |column| column as u64 + 1));
    // Where the next eight bytes stand, and how many digits stand right before them.
    let (mut place, mut open) = (0, 0);
    let mut take = |eight: [u8; 8]| {
        let eight = u64::from_le_bytes(eight);
        let digits = digits(eight);
        hash = mix(hash, eight & !(digits / 0x80 * 0x0f));
        let others = digits ^ TOP;
        if open + others.trailing_zeros() as usize / 8 >= TIME {
            hash = mix(hash, first_digits(line, place - open));
        }
        open = if others == 0 { open + 8 } else { others.leading_zeros() as usize / 8 };
        place += 8;
    };
    let (chunks, rest) = line.as_chunks::<8>();
    chunks.iter().for_each(|chunk| take(*chunk));
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    take(last);
    hash
}

/// Whether a long number is a time depends on its first two digits; one inside of a word is none.
fn first_digits(line: &[u8], start: usize) -> u64 {
    let inside = start > 0 && !is(at(line, start - 1), SPACE) && !b"[(<|\"".contains(&at(line, start - 1));
    if inside { 0 } else { u64::from(at(line, start)) << 8 | u64::from(at(line, start + 1)) }
}

/// The top bit of each of the eight bytes that is a digit.
fn digits(eight: u64) -> u64 {
    up_to(eight ^ (u64::from(b'0') * EACH), 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        key(one.as_bytes(), None) == key(other.as_bytes(), None)
    }

    #[test]
    fn lines_that_differ_in_digits_alone_have_one_key() {
        for (one, other, expected) in [
            ("took 12 ms", "took 97 ms", true),
            ("took 12 ms", "took 7 ms", false),
            ("took 12 ms", "took 12 mS", false),
            ("at 2025-11-20T09:10:11.123Z", "at 1999-01-31T23:59:58.000Z", true),
            ("blk_-6952295868487656571", "blk_-1234567890123456789", true),
            ("a/b:c;d 0", "a/b:c;d 9", true),
            ("a/b:c;d", "a0b:c;d", false),
            ("x :", "x 0", false),
            ("x /", "x 0", false),
            ("x \u{b0}", "x \u{b1}", false),
            ("x 0000000", "x 000000\u{0}", false),
        ] {
            assert_eq!(same(one, other), expected, "{one} {other}");
        }
        assert_ne!(key(b"took 12 ms", None), key(b"took 12 ms", Some(0)));
    }

    #[test]
    fn the_first_digits_of_a_number_that_may_be_a_time_count() {
        for (one, other, expected) in [
            ("20251120 up", "20991231 up", true),
            ("20251120 up", "19251120 up", false),
            ("x [1763629811] up", "x [1963629811] up", false),
            ("x [1763629811] up", "x [1700000000] up", true),
            ("a b c 1763629811000", "a b c 2763629811000", false),
            ("x 2025112 up", "x 1025112 up", true),
            ("x _20251120 up", "x _10251120 up", true),
        ] {
            assert_eq!(same(one, other), expected, "{one} {other}");
        }
        assert_eq!(key("x".repeat(BYTES + 1).as_bytes(), None), 0);
        assert_ne!(key(b"", None), 0);
    }

    #[test]
    fn every_byte_is_told_to_be_a_digit_or_not() {
        for byte in 0..=u8::MAX {
            let told = digits(u64::from_le_bytes([b'x', byte, b'5', byte, 0, 0xff, byte, b'9']));
            let expected = if byte.is_ascii_digit() { 0x80 } else { 0 };
            assert_eq!(told.to_le_bytes(), [0, expected, 0x80, expected, 0, 0, expected, 0x80], "{byte}");
        }
    }

    #[test]
    fn what_is_remembered_is_found_until_another_takes_its_place() {
        let (mut memo, header) = (Memo::default(), Header::default());
        let lines =
            ["took 12 ms", "sent 12 ms", "at Order#37"].map(|line| (line, key(line.as_bytes(), None)));
        for (row, (line, key)) in lines.iter().enumerate() {
            assert_eq!(memo.find(*key), None);
            memo.read(line.as_bytes());
            memo.keep(*key, &header, row);
        }
        let again = memo.find(key(b"took 34 ms", None));
        assert_eq!((again, memo.tokens().list.len()), (Some((header, 0)), 2));
        assert_eq!((memo.find(lines[2].1), memo.find(0)), (None, None), "digits count behind #");
        assert_eq!(memo.find(lines[0].1.wrapping_add(SLOTS)), None);
        memo.read(b"other");
        assert_eq!(memo.find(lines[0].1), None, "half replaced is replaced");
    }
}
