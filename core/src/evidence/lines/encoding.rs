//! Text that is not UTF-8: files of Windows are often UTF-16.
//!
//! Knows how to tell by a file's first bytes, and decodes them piece by piece. Must not fail: what is no text in an encoding is
//! replaced, as `String::from_utf8_lossy` does with the bytes of Latin-1, Shift_JIS and EUC-JP.

/// How much of a file's beginning tells its encoding, in bytes.
const SAMPLE: usize = 4096;

/// How a file's bytes are text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, or anything else that has ASCII's line feed.
    #[default]
    Utf8,
    /// UTF-16, the low byte first.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
}

impl Encoding {
    /// By the mark with which a file begins. Without one it is UTF-16 where a good part of one half of its bytes is 0 and next to
    /// nothing of the other half: letters, digits and blanks have such bytes in any language, and UTF-8 has none.
    pub fn of(beginning: &[u8]) -> Self {
        match beginning {
            [0xff, 0xfe, ..] => return Self::Utf16Le,
            [0xfe, 0xff, ..] => return Self::Utf16Be,
            _ => {}
        }
        let (mut high, mut low, mut all) = (0, 0, 0);
        for unit in beginning.chunks_exact(2).take(SAMPLE / 2) {
            all += 1;
            high += usize::from(unit.first() == Some(&0));
            low += usize::from(unit.last() == Some(&0));
        }
        let mostly = |zero: usize, other: usize| zero * 8 >= all && zero > 16 * other;
        match (mostly(low, high), mostly(high, low)) {
            (true, _) => Self::Utf16Le,
            (_, true) => Self::Utf16Be,
            _ => Self::Utf8,
        }
    }

    /// How many bytes one unit has: every character, a line feed too, begins at a multiple of it.
    pub fn unit(self) -> usize {
        if self == Self::Utf8 { 1 } else { 2 }
    }

    /// The unit that these two bytes are in UTF-16.
    pub fn wide(self, bytes: [u8; 2]) -> u16 {
        if self == Self::Utf16Be { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }
}

/// UTF-16 that comes in pieces of any length.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    /// Half a unit, or the first half of a pair of units, whose other half is to come.
    carry: Vec<u8>,
}

impl Decoder {
    /// Of a file of UTF-16.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, carry: Vec::new() }
    }

    /// Appends what `bytes` say to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut String) {
        self.carry.extend_from_slice(bytes);
        let mut whole = self.carry.len() & !1;
        let last = self.units().last();
        if last.is_some_and(|unit| (0xd800..0xdc00).contains(&unit)) {
            whole -= 2;
        }
        let units = self.units().take(whole / 2);
        out.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        self.carry.drain(..whole);
    }

    /// Appends what stands for the rest: half a character at the end of the file.
    pub fn finish(&mut self, out: &mut String) {
        if !std::mem::take(&mut self.carry).is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }

    fn units(&self) -> impl DoubleEndedIterator<Item = u16> + ExactSizeIterator {
        self.carry.as_chunks().0.iter().map(|unit| self.encoding.wide(*unit))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(text: &str, encoding: Encoding) -> Vec<u8> {
        match encoding {
            Encoding::Utf8 => text.as_bytes().to_vec(),
            Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }

    const WIDE: [Encoding; 2] = [Encoding::Utf16Le, Encoding::Utf16Be];

    #[test]
    fn files_without_a_mark_are_known_by_their_zeros() {
        for text in [
            "2026-03-01 10:00:01 ERROR no connection\r\n",
            "2026-03-01 10:00:01 エラー: データベースに接続できませんでした\r\n",
            "3/1 接続に失敗しました\n",
            "é",
        ] {
            for encoding in WIDE {
                assert_eq!(Encoding::of(&bytes(text, encoding)), encoding, "{text}");
                assert_eq!(Encoding::of(&bytes("\u{feff}接続", encoding)), encoding);
            }
            assert_eq!(Encoding::of(text.as_bytes()), Encoding::Utf8);
        }
    }

    #[test]
    fn other_files_are_not_wide() {
        // What `copytruncate` leaves behind, one zero in a line, Shift_JIS, EUC-JP, Latin-1, nothing.
        let mut truncated = vec![0; 3000];
        truncated.extend_from_slice(b"2026-03-01 10:00:01 up\n");
        for bytes in [
            &truncated[..],
            b"a line with\0one zero\n",
            b"\x90\xda\x91\xb1\x82\xc9\x8e\xb8\x94s\n",
            b"\xc0\xdc\xc2\xb3\xa4\xcb\xbc\xba\xc7\xd4\n",
            b"caf\xe9\n",
            b"\0",
            b"",
        ] {
            assert_eq!(Encoding::of(bytes), Encoding::Utf8, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_no_character_is_replaced_once() {
        for encoding in WIDE {
            let lone: Vec<u8> = [0xd83d, 0x41, 0xdc00]
                .iter()
                .flat_map(|unit| {
                    if encoding == Encoding::Utf16Le {
                        u16::to_le_bytes(*unit)
                    } else {
                        u16::to_be_bytes(*unit)
                    }
                })
                .chain([7])
                .collect();
            let (mut decoder, mut out) = (Decoder::new(encoding), String::new());
            decoder.push(&lone, &mut out);
            decoder.finish(&mut out);
            assert_eq!(out, "\u{fffd}A\u{fffd}\u{fffd}");
        }
    }

    proptest! {
        #[test]
        fn pieces_of_any_length_are_the_same_text(text in ".{0,40}", cuts in prop::collection::vec(0..9_usize, 0..40)) {
            for encoding in WIDE {
                let all = bytes(&text, encoding);
                let (mut decoder, mut out, mut rest) = (Decoder::new(encoding), String::new(), &all[..]);
                for cut in &cuts {
                    let (piece, behind) = rest.split_at((*cut).min(rest.len()));
                    decoder.push(piece, &mut out);
                    rest = behind;
                }
                decoder.push(rest, &mut out);
                decoder.finish(&mut out);
                prop_assert_eq!(&out, &text);
            }
        }

        #[test]
        fn any_bytes_are_some_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            Encoding::of(&bytes);
            for encoding in WIDE {
                let (mut decoder, mut out) = (Decoder::new(encoding), String::new());
                decoder.push(&bytes, &mut out);
                decoder.finish(&mut out);
                prop_assert!(out.chars().count() <= bytes.len() / 2 + 2);
            }
        }
    }
}
