//! The header of a line: where it ends, and the level and logger in it.
//!
//! Knows the forms of the recipe's section 2: timestamps, levels, syslog hosts, klog, pipes, threads, loggers. Must not
//! know any one system: the same rules serve lines with and without headers.

mod behind;
mod timestamp;

use std::ops::Range;

use super::bytes::{at, cut};
use super::chunks::{Chunks, is_number, is_timestamp};
use super::level::Level;
pub use timestamp::{SAMPLE, learn_column};

/// What a line says before its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Where the content starts, in bytes.
    pub start: usize,
    /// The level, if the header has one.
    pub level: Level,
    /// Where the logger, class or program is named; empty if nowhere.
    pub logger: Range<usize>,
    /// Whether there is a timestamp.
    pub timed: bool,
}

/// Reads the header of a line. `column` is the chunk that [`learn_column`] found to hold timestamps.
pub fn read(line: &[u8], column: Option<usize>) -> Header {
    let first = at(line, 0);
    if first == 0 || first == b'{' {
        return Header::default();
    }
    let chunks = Chunks::of(line);
    if chunks.count() < 2 && !line.contains(&b'|') {
        return Header::default();
    }
    klog(&chunks).or_else(|| piped(line, &chunks)).unwrap_or_else(|| Reader::new(line, &chunks).read(column))
}

/// `E0612 10:11:12.123456 1 file.go:12] message`
fn klog(chunks: &Chunks<'_>) -> Option<Header> {
    let first = chunks.get(0);
    let letter = at(first, 0);
    let fits = first.len() == 5 && matches!(letter, b'I' | b'W' | b'E' | b'F');
    if !fits || !is_number(cut(first, 1, 5)) || !is_timestamp(chunks.get(1)) {
        return None;
    }
    let place = (2..5).find(|i| chunks.get(*i).ends_with(b"]"))?;
    let (start, end) = chunks.span(place);
    let content = chunks.span(place + 1).0;
    Some(Header { start: content, level: Level::letter(letter), logger: start..end - 1, timed: true })
}

/// `2025-11-20 09:10:11|INFO|logger|message`: at most four fields without blanks.
fn piped(line: &[u8], chunks: &Chunks<'_>) -> Option<Header> {
    let timed = usize::from(is_timestamp(chunks.get(0)) && !chunks.get(0).contains(&b'|'));
    let first = chunks.get(timed);
    let bar = first.iter().position(|byte| *byte == b'|')?;
    if !is_timestamp(cut(first, 0, bar)) {
        return None;
    }
    let mut start = chunks.span(timed).0 + bar + 1;
    let mut header = Header { timed: true, ..Header::default() };
    let (mut fields, mut i) = (0, start);
    while i < line.len().min(200) && fields < 4 && at(line, i) != b' ' {
        if at(line, i) == b'|' {
            let field = cut(line, start, i);
            let level = Level::named(field);
            if level.is_known() {
                header.level = level;
            } else if header.logger.is_empty() && !is_number(field) {
                header.logger = start..i;
            }
            start = i + 1;
            fields += 1;
        }
        i += 1;
    }
    Some(Header { start, ..header })
}

/// The general form, chunk by chunk.
struct Reader<'a> {
    line: &'a [u8],
    chunks: &'a Chunks<'a>,
    header: Header,
    /// The next chunk that is not yet known to be header.
    i: usize,
}

impl<'a> Reader<'a> {
    fn new(line: &'a [u8], chunks: &'a Chunks<'a>) -> Self {
        Self { line, chunks, header: Header::default(), i: 0 }
    }

    fn read(mut self, column: Option<usize>) -> Header {
        let Some(syslog) = self.timestamp(column) else { return self.header };
        if self.i >= self.chunks.count() {
            return self.finish(0);
        }
        self.skip_separators();
        self.host(syslog);
        self.level();
        self.numbers();
        self.skip_separators();
        self.bracket_groups();
        if !self.program()
            && self.logger()
            && let Some(start) = self.request()
        {
            return self.finish(start);
        }
        let start = if self.i < self.chunks.count() { self.chunks.span(self.i).0 } else { 0 };
        self.finish(start)
    }

    fn finish(mut self, start: usize) -> Header {
        self.header.start = start;
        self.header
    }

    fn chunk(&self, i: usize) -> &'a [u8] {
        self.chunks.get(i)
    }
}

#[cfg(test)]
mod tests;
