//! Lines that belong together: a stack trace and the line that it explains are one event, and so are the parts in which a
//! container's runtime writes a long line.
//!
//! Knows bytes and beginnings of lines, and bounds them. Must not know files.

mod wide;

use std::io::{self, BufRead};

use chrono::{DateTime, Utc};
use firstlook_core::evidence::leading_time;
use firstlook_core::evidence::lines::{Encoding, Output, Parts, Taken, wrapped};

/// Of a longer line, this many bytes of its beginning are kept …
const HEAD: usize = 24 * 1024;
/// … and this many of its end.
const TAIL: usize = 8 * 1024;

/// One line of a file, bounded, and how many bytes of the file it took (its line feed included).
pub(super) struct RawLine {
    /// Its text without the line end; the middle of a long one is cut out and the cut is marked.
    pub text: String,
    /// Bytes of the file.
    pub taken: u64,
}

/// Reads the next line, keeping at most `HEAD + TAIL` bytes of it in memory. `None` at the end.
pub(super) fn read_line(reader: &mut impl BufRead, encoding: Encoding) -> io::Result<Option<RawLine>> {
    if encoding != Encoding::Utf8 {
        return wide::read_line(reader, encoding);
    }
    let (mut head, mut tail, mut taken) = (Vec::new(), Vec::new(), 0_u64);
    let mut length = 0_usize;
    loop {
        let available = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other?,
        };
        if available.is_empty() {
            break;
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let (part, used) = match end {
            Some(at) => (available.get(..at).unwrap_or_default(), at + 1),
            None => (available, available.len()),
        };
        let (first, rest) = part.split_at(part.len().min(HEAD - head.len().min(HEAD)));
        head.extend_from_slice(first);
        tail.extend_from_slice(rest);
        if tail.len() > 4 * TAIL {
            tail.drain(..tail.len() - TAIL);
        }
        length += part.len();
        taken += used as u64;
        reader.consume(used);
        if end.is_some() {
            break;
        }
    }
    if taken == 0 {
        return Ok(None);
    }
    Ok(Some(RawLine { text: text(&head, &tail, length), taken }))
}

/// Beginning and end, with the cut marked between them; invalid UTF-8 and NUL are replaced.
fn text(head: &[u8], tail: &[u8], length: usize) -> String {
    let cut = length.saturating_sub(HEAD + TAIL);
    let mut bytes = head.to_vec();
    if cut > 0 {
        bytes.extend_from_slice(format!(" … [{cut} bytes cut] … ").as_bytes());
    }
    bytes.extend_from_slice(tail.get(tail.len().saturating_sub(TAIL)..).unwrap_or_default());
    plain(&String::from_utf8_lossy(&bytes))
}

/// Without the mark with which a file begins, and what is left of the line's end.
fn plain(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text).replace('\0', "\u{fffd}")
}

/// The time that a line carries: its runtime's, else its own.
pub(super) fn time_of(line: &str, near: DateTime<Utc>) -> Option<DateTime<Utc>> {
    wrapped(line).map(|wrapped| wrapped.at).or_else(|| leading_time(line, near))
}

/// Cuts the middle out of `text` as [`read_line`] does.
pub(super) fn bounded(text: String) -> String {
    if text.len() <= HEAD + TAIL {
        return text;
    }
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_at(HEAD);
    self::text(head, tail, bytes.len())
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// The time that its first line carries.
    pub at: Option<DateTime<Utc>>,
    /// Where it was written, where a container's runtime says so.
    pub output: Option<Output>,
    /// Its lines, joined by `\n`.
    pub text: String,
    /// How many lines of the file it has.
    pub lines: usize,
}

/// Joins lines to events, one line at a time.
pub(super) struct Joiner {
    /// Whether lines of this file carry times, so that one without belongs to the line before.
    timed: bool,
    /// For times without a year.
    near: DateTime<Utc>,
    parts: Parts,
    open: Option<Event>,
}

impl Joiner {
    pub(super) fn new(timed: bool, near: DateTime<Utc>) -> Self {
        Self { timed, near, parts: Parts::default(), open: None }
    }

    /// Takes a line; gives the event before it when the line begins a new one. A part of a line waits for the rest.
    pub(super) fn push(&mut self, line: String) -> Option<Event> {
        let joined = match self.parts.push(&line) {
            Taken::Held(_) => return None,
            Taken::Joined(_, whole) => Some(whole),
            Taken::Whole(_) => None,
        };
        self.whole(joined.unwrap_or(line))
    }

    fn whole(&mut self, line: String) -> Option<Event> {
        let (at, output, line) = match wrapped(&line) {
            Some(inside) => (Some(inside.at), Some(inside.output), inside.text.into_owned()),
            None => (leading_time(&line, self.near), None, line),
        };
        if let Some(open) = &mut self.open
            && at.is_none()
            && (self.timed || is_continuation(&line))
        {
            open.lines += 1;
            // A trace without end (recursion) must not grow without bound either.
            if open.text.len() < HEAD + TAIL {
                open.text.push('\n');
                open.text.push_str(&line);
            }
            return None;
        }
        self.open.replace(Event { at, output, text: line, lines: 1 })
    }

    /// The last events.
    pub(super) fn finish(mut self) -> Vec<Event> {
        let left: Vec<_> = self.parts.finish().collect();
        let mut events: Vec<_> = left.into_iter().filter_map(|(_, line)| self.whole(line)).collect();
        events.extend(self.open);
        events
    }
}

/// What no message begins with: white space, or a frame or cause of a stack trace.
fn is_continuation(line: &str) -> bool {
    line.starts_with([' ', '\t'])
        || line.starts_with("at ")
        || line.starts_with("Caused by")
        || line.is_empty()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn events(timed: bool, text: &str) -> Vec<String> {
        let mut joiner = Joiner::new(timed, DateTime::UNIX_EPOCH);
        let mut events: Vec<_> = text.lines().filter_map(|line| joiner.push(line.to_owned())).collect();
        events.extend(joiner.finish());
        events.into_iter().map(|event| event.text).collect()
    }

    #[test]
    fn a_stack_trace_is_one_event() {
        let trace = "boom\n  at a.b(C.java:1)\nat x (y.js:2)\nCaused by: io\n\n\tat d";
        assert_eq!(events(false, &format!("{trace}\nnext")), [trace, "next"]);
    }

    #[test]
    fn where_lines_carry_times_one_without_belongs_to_the_one_before() {
        let text = "2024-01-01 00:00:00 a\nTraceback\nValueError: 1\n2024-01-01 00:00:01 b";
        assert_eq!(
            events(true, text),
            ["2024-01-01 00:00:00 a\nTraceback\nValueError: 1", "2024-01-01 00:00:01 b"]
        );
        assert_eq!(events(false, text).len(), 4, "in an untimed file they stand alone");
    }

    #[test]
    fn a_huge_line_keeps_its_beginning_and_end() {
        let huge = format!("begin{}end\nnext\n", "x".repeat(10_000_000));
        let mut reader = Cursor::new(huge);
        let line = read_line(&mut reader, Encoding::Utf8).unwrap().unwrap();
        assert_eq!(line.taken, 10_000_009);
        assert!(line.text.starts_with("beginx") && line.text.ends_with("xend"));
        assert!(line.text.contains(&format!("[{} bytes cut]", 10_000_008 - HEAD - TAIL)));
        assert!(line.text.len() < HEAD + TAIL + 64);
        assert_eq!(read_line(&mut reader, Encoding::Utf8).unwrap().unwrap().text, "next");
        assert!(read_line(&mut reader, Encoding::Utf8).unwrap().is_none());
    }

    #[test]
    fn cutting_a_text_agrees_with_cutting_a_line() {
        let text = format!("a{}é", "x".repeat(HEAD + TAIL));
        let line = read_line(&mut Cursor::new(&text), Encoding::Utf8).unwrap().unwrap();
        assert_eq!(bounded(text), line.text);
        assert_eq!(bounded("short".to_owned()), "short");
        let exact = "y".repeat(HEAD + TAIL);
        assert_eq!(read_line(&mut Cursor::new(&exact), Encoding::Utf8).unwrap().unwrap().text, exact);
    }

    #[test]
    fn odd_bytes_become_text() {
        let line = read_line(&mut Cursor::new(b"a\xff\0b\r\n"), Encoding::Utf8).unwrap().unwrap();
        assert_eq!((line.text.as_str(), line.taken), ("a\u{fffd}\u{fffd}b", 6));
        assert_eq!(read_line(&mut Cursor::new(b"\n"), Encoding::Utf8).unwrap().unwrap().text, "");
    }

    #[test]
    fn endless_continuations_are_bounded() {
        let mut joiner = Joiner::new(true, DateTime::UNIX_EPOCH);
        for _ in 0..100_000 {
            assert!(joiner.push("  at recursion".to_owned()).is_none());
        }
        let event = joiner.finish().pop().unwrap();
        assert_eq!(event.lines, 100_000);
        assert!(event.text.len() < HEAD + TAIL + 64);
    }
}
