//! Bytes, their classes, and the hash of words.
//!
//! Knows single bytes only. Must not know words, lines or what they mean.

/// Blank, tab, line break.
pub const SPACE: u8 = 1;
/// Stands alone as a token: `= , ; ( ) [ ] { } " ' | < >`.
pub const DELIMITER: u8 = 2;
/// 0 to 9.
pub const DIGIT: u8 = 4;
/// a to f, A to F.
const HEX_LETTER: u8 = 8;
/// A letter that is no hexadecimal digit; every byte beyond ASCII counts as one.
pub const BEYOND_HEX: u8 = 16;
/// A letter.
pub const LETTER: u8 = HEX_LETTER | BEYOND_HEX;
/// 0 to 9, a to f, A to F.
pub const HEX: u8 = DIGIT | HEX_LETTER;
/// Separates the parts of one word: `- _ . ~ @ / $ # \ : + * % &`.
pub const SEPARATOR: u8 = 32;
/// The colon, which is a delimiter in some places only.
pub const COLON: u8 = 64;
/// A to Z.
pub const UPPER: u8 = 128;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = match i as u8 {
            b' ' | b'\t' | b'\r' | b'\n' => SPACE,
            b'0'..=b'9' => DIGIT,
            b'a'..=b'f' => HEX_LETTER,
            b'A'..=b'F' => HEX_LETTER | UPPER,
            b'G'..=b'Z' => BEYOND_HEX | UPPER,
            b'g'..=b'z' | 0x80.. => BEYOND_HEX,
            b'=' | b',' | b';' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' | b'<'
            | b'>' => DELIMITER,
            b':' => SEPARATOR | COLON,
            b'-' | b'_' | b'.' | b'~' | b'@' | b'/' | b'$' | b'#' | b'\\' | b'+' | b'*' | b'%' | b'&' => {
                SEPARATOR
            }
            _ => 0,
        };
        i += 1;
    }
    table
}

/// All classes of a byte.
#[inline(always)]
pub fn class(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

/// Whether the byte is of one of the classes.
#[inline(always)]
pub fn is(byte: u8, classes: u8) -> bool {
    class(byte) & classes != 0
}

/// The byte at a place, or 0 (of no class) outside of the text.
#[inline(always)]
pub fn at(text: &[u8], place: usize) -> u8 {
    text.get(place).copied().unwrap_or(0)
}

/// The bytes of a range, or none where it leaves the text.
#[inline(always)]
pub fn cut(text: &[u8], from: usize, to: usize) -> &[u8] {
    text.get(from..to).unwrap_or_default()
}

/// Whether there is something and all of it is of one of the classes.
pub fn all(text: &[u8], classes: u8) -> bool {
    !text.is_empty() && text.iter().all(|byte| is(*byte, classes))
}

/// Where the byte stands first. For bytes that most texts do not have: all are compared at once before one is looked for.
pub fn find_rare(text: &[u8], byte: u8) -> Option<usize> {
    let has = text.iter().fold(false, |any, other| any | (*other == byte));
    if has { text.iter().position(|other| *other == byte) } else { None }
}

/// One in each of eight bytes.
pub const EACH: u64 = 0x0101_0101_0101_0101;
/// The top bit of each of eight bytes.
pub const TOP: u64 = 0x80 * EACH;

/// The top bit of each of the eight bytes that is at most `most`, which is of ASCII.
#[inline(always)]
pub fn up_to(eight: u64, most: u8) -> u64 {
    // What is above it reaches the top bit; nothing carries into the next byte.
    !(((eight & !TOP) + u64::from(0x7f - most) * EACH) | eight) & TOP
}

/// Folds a number into a hash: one 128-bit multiplication, both halves combined. The same everywhere and always,
/// because ids and orders rest on it.
#[inline(always)]
pub fn mix(hash: u64, value: u64) -> u64 {
    let product = u128::from(hash ^ 0x2d35_8dcc_aa6c_78a5) * u128::from(value ^ 0x8bb8_4b93_962e_acc9);
    (product as u64) ^ (product >> 64) as u64
}

/// Folds the next member of a sequence into the sequence's hash; order counts.
#[inline(always)]
pub fn fold(hash: u64, member: u64) -> u64 {
    mix(hash.rotate_left(5), member)
}

const SEED: u64 = 0x1234_5678_9abc_def1;

/// The hash of a text, eight bytes at a time.
#[inline(always)]
pub fn hash(text: &[u8]) -> u64 {
    let mut hash = text.len() as u64 ^ SEED;
    let mut rest = text;
    while let Some((chunk, more)) = rest.split_first_chunk::<8>() {
        hash = mix(hash, u64::from_le_bytes(*chunk));
        rest = more;
    }
    // The last bytes as one number, the first of them lowest; most words are no longer than that.
    let (mut last, mut bits) = (0, 0);
    if let Some((chunk, more)) = rest.split_first_chunk::<4>() {
        (last, bits, rest) = (u64::from(u32::from_le_bytes(*chunk)), 32, more);
    }
    if let Some((chunk, more)) = rest.split_first_chunk::<2>() {
        last |= u64::from(u16::from_le_bytes(*chunk)) << bits;
        (bits, rest) = (bits + 16, more);
    }
    if let [byte] = rest {
        last |= u64::from(*byte) << bits;
    }
    mix(hash, last)
}

/// The hash of a part of a text. A word has few bytes, and those behind it are read with them and left out.
#[inline(always)]
pub fn hash_in(text: &[u8], from: usize, to: usize) -> u64 {
    let part = cut(text, from, to);
    let mut rest = cut(text, from, text.len());
    let mut left = part.len();
    let mut hashed = left as u64 ^ SEED;
    while let Some((chunk, more)) = rest.split_first_chunk::<8>() {
        let eight = u64::from_le_bytes(*chunk);
        if left < 8 {
            return mix(hashed, eight & !(u64::MAX << (8 * left)));
        }
        hashed = mix(hashed, eight);
        (rest, left) = (more, left - 8);
    }
    hash(part)
}

/// A map whose keys are hashes already.
pub type HashedMap<V> = std::collections::HashMap<u64, V, std::hash::BuildHasherDefault<Identity>>;

/// Takes a 64-bit key as its own hash.
#[derive(Debug, Default, Clone, Copy)]
pub struct Identity(u64);

impl std::hash::Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = hash(bytes);
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_has_its_classes() {
        for (byte, expected) in [
            (b'7', DIGIT & HEX),
            (b'c', LETTER & HEX),
            (b'C', LETTER & HEX | UPPER),
            (b'Z', BEYOND_HEX | UPPER),
            (b':', SEPARATOR | COLON),
            (b'=', DELIMITER),
            (0xe9, LETTER & !HEX),
            (b'!', 0),
            (0, 0),
        ] {
            assert_eq!(class(byte), expected, "{byte}");
        }
    }

    #[test]
    fn eight_bytes_are_compared_at_once() {
        for (byte, most) in (0..=u8::MAX).flat_map(|byte| [0, 9, b' ', 0x7f].map(|most| (byte, most))) {
            let told = up_to(u64::from_le_bytes([0xff, byte, 0, byte, 0x80, 0x7f, byte, 0xff]), most);
            let [low, full] = [byte <= most, most == 0x7f].map(|is| if is { 0x80 } else { 0 });
            assert_eq!(told.to_le_bytes(), [0, low, 0x80, low, 0, full, low, 0], "{byte} {most}");
        }
    }

    #[test]
    fn hashes_tell_texts_and_orders_apart() {
        let texts: Vec<Vec<u8>> = (0..40).map(|n| b"abcdefgh".repeat(5)[..n].to_vec()).collect();
        let hashes: std::collections::BTreeSet<u64> = texts.iter().map(|text| hash(text)).collect();
        assert_eq!(hashes.len(), texts.len());
        assert_ne!(fold(fold(1, 2), 3), fold(fold(1, 3), 2));
        assert_eq!(hash(b"abc"), hash(b"abc"));
    }

    #[test]
    fn a_part_of_a_text_hashes_as_it_does_alone() {
        let text = b"the hash of a part is that of a text of its own, wherever it ends";
        for (from, to) in (0..=text.len()).flat_map(|to| (0..=to).map(move |from| (from, to))) {
            assert_eq!(hash_in(text, from, to), hash(&text[from..to]), "{from} {to}");
        }
        assert_eq!(hash_in(text, 3, text.len() + 1), hash(b""));
    }

    #[test]
    fn outside_of_the_text_is_nothing() {
        assert_eq!((at(b"a", 1), cut(b"abc", 2, 9), cut(b"abc", 1, 3)), (0, &b""[..], &b"bc"[..]));
    }
}
