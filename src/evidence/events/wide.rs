//! One line of a file of UTF-16.
//!
//! Knows units of two bytes. Must not hold more of a line than its beginning and its end.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};

use firstlook_core::evidence::lines::Encoding;

use super::{HEAD, RawLine, TAIL, plain};

/// A unit of UTF-16 has at most this many bytes in UTF-8.
const GROWS: usize = 3;

/// Reads the next line from where a character begins; as `super::read_line` does.
pub(super) fn read_line(reader: &mut impl BufRead, encoding: Encoding) -> io::Result<Option<RawLine>> {
    let (mut head, mut tail) = (Vec::new(), VecDeque::new());
    let (mut taken, mut cut) = (0, 0);
    loop {
        let (bytes, read) = unit(reader)?;
        taken += read;
        let unit = encoding.wide(bytes);
        // Half a unit stands at the end of a file that is being written: the rest is not there yet.
        if read < 2 || unit == u16::from(b'\n') {
            break;
        }
        if head.len() < HEAD / GROWS {
            head.push(unit);
            continue;
        }
        tail.push_back(unit);
        if tail.len() > TAIL / GROWS {
            tail.pop_front();
            cut += 2;
        }
    }
    if taken < 2 {
        return Ok(None);
    }
    let text = if cut == 0 {
        decoded(head.into_iter().chain(tail))
    } else {
        format!("{} … [{cut} bytes cut] … {}", decoded(head.into_iter()), decoded(tail.into_iter()))
    };
    Ok(Some(RawLine { text: plain(&text), taken }))
}

/// The next two bytes, or what there is of them.
fn unit(reader: &mut impl Read) -> io::Result<([u8; 2], u64)> {
    let (mut bytes, mut read) = ([0; 2], 0);
    while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(some) => read += some,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok((bytes, read as u64))
}

fn decoded(units: impl Iterator<Item = u16>) -> String {
    char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn lines(bytes: &[u8], encoding: Encoding) -> Vec<(String, u64)> {
        // Three bytes at once: units lie across two reads.
        let mut reader = BufReader::with_capacity(3, Cursor::new(bytes));
        std::iter::from_fn(|| read_line(&mut reader, encoding).unwrap())
            .map(|line| (line.text, line.taken))
            .collect()
    }

    #[test]
    fn lines_end_at_a_line_feed_and_not_at_half_of_another_letter() {
        // U+0A0D and U+4E0A have the byte of a line feed.
        let text = "\u{feff}ਊ上 a😀\r\n\nlast";
        let units: Vec<u16> = text.encode_utf16().collect();
        let expected = [("ਊ上 a😀".to_owned(), 18), (String::new(), 2), ("last".to_owned(), 8)];
        let low: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let high: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(lines(&low, Encoding::Utf16Le), expected);
        assert_eq!(lines(&high, Encoding::Utf16Be), expected);
        let half = lines(&low[..low.len() - 1], Encoding::Utf16Le);
        assert_eq!(half.last(), Some(&("las".to_owned(), 7)), "half of a unit is no letter");
    }

    #[test]
    fn a_huge_line_keeps_its_beginning_and_end_within_the_bytes_of_others() {
        let text = format!("begin{}end\nnext", "接".repeat(1_000_000));
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = lines(&bytes, Encoding::Utf16Le);
        let (huge, taken) = &found[0];
        assert_eq!((found.len(), *taken), (2, 2 * 1_000_009));
        assert!(huge.starts_with("begin接") && huge.ends_with("接end"));
        let kept = huge.split_once(" … [").unwrap().0.chars().count() + TAIL / GROWS;
        assert!(huge.contains(&format!(" … [{} bytes cut] … ", 2 * (1_000_008 - kept))));
        assert!(huge.len() <= HEAD + TAIL + 40, "{}", huge.len());
    }
}
