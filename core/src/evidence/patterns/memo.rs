//! Lines read before: lines that are equal but for their digits have the same header, places of values and row.
//!
//! Knows which digits count after all: those of a number that may be a time. Must not be given lines whose tokens keep digits.

use super::bytes::{EACH, SPACE, TOP, at, is, mix, up_to};
use super::header::Header;
use super::level::Level;
use super::tokens::Place;

/// Lines that are remembered: what few programs say most of the time, and no more than a near cache holds.
const SLOTS: u64 = 4096;
/// Of longer lines few are alike.
const BYTES: usize = 512;
/// Nor of those with more values.
const VALUES: usize = 12;
/// The shortest number that may be a time for its value: `20251120`.
const TIME: usize = 8;

/// The last lines, each in the place that its key gives it.
#[derive(Debug)]
pub struct Memo {
    /// 0 where nothing is remembered. Apart from the slots, so that a line that is not remembered touches little memory.
    keys: Vec<u64>,
    slots: Vec<Slot>,
}

/// Small, so that many are near: places in a line of at most [`BYTES`] need two bytes each.
#[derive(Debug, Default, Clone)]
struct Slot {
    row: u32,
    start: u16,
    logger: [u16; 2],
    level: Level,
    timed: bool,
    count: u8,
    values: [[u16; 2]; VALUES],
}

impl Default for Memo {
    fn default() -> Self {
        Self { keys: vec![0; SLOTS as usize], slots: vec![Slot::default(); SLOTS as usize] }
    }
}

impl Memo {
    /// The header and row of the line with this key, if it is remembered, and into `values` where its values stand.
    pub fn find(&self, key: u64, values: &mut Vec<Place>) -> Option<(Header, usize)> {
        let place = (key % SLOTS) as usize;
        self.keys.get(place).filter(|known| **known == key && key != 0)?;
        let slot = self.slots.get(place)?;
        let known = slot.values.iter().take(usize::from(slot.count));
        values.clear();
        values.extend(known.map(|[start, end]| (u32::from(*start), u32::from(*end))));
        let logger = usize::from(slot.logger[0])..usize::from(slot.logger[1]);
        Some((
            Header { start: usize::from(slot.start), level: slot.level, logger, timed: slot.timed },
            slot.row as usize,
        ))
    }

    /// Remembers a line. Its digits must not count.
    pub fn keep(&mut self, key: u64, header: &Header, row: usize, values: &[Place]) {
        let place = (key % SLOTS) as usize;
        let slots = self.keys.get_mut(place).zip(self.slots.get_mut(place));
        let Some((known, slot)) = slots.filter(|_| key != 0 && values.len() <= VALUES) else { return };
        *known = key;
        slot.row = row as u32;
        slot.start = header.start as u16;
        slot.logger = [header.logger.start as u16, header.logger.end as u16];
        (slot.level, slot.timed, slot.count) = (header.level, header.timed, values.len() as u8);
        for (to, (start, end)) in slot.values.iter_mut().zip(values) {
            *to = [*start as u16, *end as u16];
        }
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
        let (mut memo, mut values) = (Memo::default(), Vec::new());
        let header = Header { start: 3, level: Level::Warn, logger: 1..2, timed: true };
        let lines = ["took 12 ms", "sent 12 ms for 34"].map(|line| key(line.as_bytes(), None));
        let places: [&[Place]; 2] = [&[(5, 7)], &[(5, 7), (0, 0)]];
        for (row, (key, places)) in lines.iter().zip(places).enumerate() {
            assert_eq!(memo.find(*key, &mut values), None);
            memo.keep(*key, &header, row, places);
            assert_eq!(memo.find(*key, &mut values), Some((header.clone(), row)));
            assert_eq!(values, places);
        }
        let again = memo.find(key(b"took 34 ms", None), &mut values);
        assert_eq!((again, values.as_slice()), (Some((header.clone(), 0)), places[0]));
        assert_eq!(memo.find(lines[0].wrapping_add(SLOTS), &mut values), None);
        memo.keep(lines[0].wrapping_add(SLOTS), &header, 7, &[]);
        assert_eq!(memo.find(lines[0], &mut values), None, "another has its place");
        for (key, values) in [(0, &[][..]), (lines[0], &[(0, 0); VALUES + 1][..])] {
            memo.keep(key, &header, 7, values);
            assert_eq!(memo.find(key, &mut Vec::new()), None);
        }
    }
}
