//! The header of a line: where it ends, and the level and logger in it.
//!
//! Knows the order of the recipe's section 2: timestamps, levels, syslog hosts, threads, loggers; `forms` knows what has an
//! order of its own. Must not know any one system: the same rules serve lines with and without headers.

mod behind;
mod forms;
mod timestamp;

use std::ops::Range;

use super::bytes::at;
use super::chunks::Chunks;
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
    forms::wrapped(line, &chunks)
        .or_else(|| forms::read(line, &chunks))
        .unwrap_or_else(|| general(line, &chunks, column))
}

/// The header of a line that stood in another one, and so stands in no third.
fn inner(line: &[u8]) -> Header {
    let chunks = Chunks::of(line);
    forms::read(line, &chunks).unwrap_or_else(|| general(line, &chunks, None))
}

fn general(line: &[u8], chunks: &Chunks<'_>, column: Option<usize>) -> Header {
    Reader::new(line, chunks).read(column)
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
