//! Door: files. The part of one file that a window needs, found by bisecting on the times of its lines.
//!
//! Knows files of any size, and reads a bounded part. Must not know which files there are.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File as Handle, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::os::unix::fs::OpenOptionsExt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use firstlook_core::evidence::lines::{Encoding, Output};
use firstlook_core::evidence::{Line, Window, joined};

use super::super::Caps;
use super::super::events::{Event, Joiner, RawLine, bounded, read_line, time_of};
use super::Stop;
use super::find::File;

/// Threads write lines slightly out of order: bisecting aims this far beyond the window at both ends.
const DISORDER: TimeDelta = TimeDelta::seconds(5);
/// Bisecting ends at a piece of this many bytes; reading on is then cheaper than seeking.
const PIECE: u64 = 64 * 1024;
/// How much of a file's beginning and end is looked at to learn whether its lines carry times.
const SAMPLE: u64 = 64 * 1024;
/// Of a file without times, this many of its newest bytes are read.
const UNTIMED: u64 = 4 * 1024 * 1024;
/// A file without times that was written up to this long after the window still counts for it.
const UNTIMED_GRACE: TimeDelta = TimeDelta::minutes(5);

/// What one file gave.
#[derive(Default)]
pub(super) struct Part {
    pub lines: Vec<Line>,
    pub lines_taken: usize,
    pub bytes_taken: usize,
    /// What the caps cut away.
    pub truncated: Option<String>,
    /// The file carries no times and was written after the window: what it said then cannot be told.
    pub undatable: bool,
}

/// An open file, and how its bytes are text.
struct Text {
    handle: Handle,
    encoding: Encoding,
}

/// The lines of a part of it.
struct Lines<'a> {
    reader: BufReader<Take<&'a mut Handle>>,
    encoding: Encoding,
}

impl Text {
    fn of(mut handle: Handle) -> io::Result<Self> {
        let mut beginning = Vec::new();
        (&mut handle).take(SAMPLE).read_to_end(&mut beginning)?;
        Ok(Self { handle, encoding: Encoding::of(&beginning) })
    }

    fn lines(&mut self, from: u64, to: u64) -> io::Result<Lines<'_>> {
        self.handle.seek(SeekFrom::Start(from))?;
        let reader = BufReader::new((&mut self.handle).take(to - from));
        Ok(Lines { reader, encoding: self.encoding })
    }

    /// The unit in which the offset lies.
    fn aligned(&self, offset: u64) -> u64 {
        offset - offset % self.unit()
    }

    fn unit(&self) -> u64 {
        self.encoding.unit() as u64
    }
}

impl Lines<'_> {
    fn next(&mut self) -> io::Result<Option<RawLine>> {
        read_line(&mut self.reader, self.encoding)
    }
}

/// The events of `window` in `file`. Reads at most `caps.bytes` beyond what bisecting looks at.
pub(super) fn read(file: &File, window: Window, caps: Caps, stop: &Stop) -> io::Result<Part> {
    // The path is free of links by now; one put there since is refused, and a pipe does not block.
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let handle = OpenOptions::new().read(true).custom_flags(flags).open(&file.path)?;
    let metadata = handle.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let length = metadata.len();
    if length == 0 {
        return Ok(Part::default());
    }
    let mut text = Text::of(handle)?;
    let timed = has_times(&mut text, 0, window.end)?
        || has_times(&mut text, length.saturating_sub(SAMPLE), window.end)?;
    let (from, to) = if timed {
        let from = first_at(&mut text, length, window.start - DISORDER, window.end, stop)?;
        (from, last_before(&mut text, from, length, window.end + DISORDER, stop)?)
    } else {
        let modified = DateTime::<Utc>::from(file.modified);
        if modified < window.start || modified >= window.end + UNTIMED_GRACE {
            return Ok(Part { undatable: modified >= window.start, ..Part::default() });
        }
        (length.saturating_sub(UNTIMED), length)
    };
    let start = text.aligned(from.max(to.saturating_sub(caps.bytes as u64)));
    let mut newest = Newest { caps, ..Newest::default() };
    take(&mut text, &mut newest, &file.stream, (start, to), timed, window, stop)?;
    let mut part = newest.part(&file.stream, start > from);
    if !timed && start > 0 && part.truncated.is_none() {
        part.truncated =
            Some(format!("{} carries no times: its newest {} bytes were read", file.stream, to - start));
    }
    Ok(part)
}

/// Whether lines in the sample at `offset` carry times: one in ten is enough (stack traces), a lone banner is not.
fn has_times(text: &mut Text, offset: u64, near: DateTime<Utc>) -> io::Result<bool> {
    let offset = text.aligned(offset);
    let mut lines = text.lines(offset, offset + SAMPLE)?;
    let (mut timed, mut all) = (0, 0);
    while let Some(line) = lines.next()? {
        all += 1;
        timed += usize::from(time_of(&line.text, near).is_some());
    }
    Ok(timed > 0 && timed * 10 >= all)
}

/// An offset before which no line is as late as `time`: the start of a line, or 0.
fn first_at(
    text: &mut Text,
    length: u64,
    time: DateTime<Utc>,
    near: DateTime<Utc>,
    stop: &Stop,
) -> io::Result<u64> {
    let (mut low, mut high) = (0, length);
    while high - low > PIECE && !stop.is_set() {
        let middle = text.aligned(low + (high - low) / 2);
        match timed_line(text, middle, high, near, stop)? {
            Some((start, at)) if at < time => low = start,
            // Late, or nothing with a time up to `high`: then the beginning lies before the middle, or reading
            // on from `low` comes by it.
            _ => high = middle,
        }
    }
    Ok(low)
}

/// An offset after which no line is earlier than `time`: at most one piece too far.
fn last_before(text: &mut Text, from: u64, length: u64, time: DateTime<Utc>, stop: &Stop) -> io::Result<u64> {
    let (mut low, mut high) = (from, length);
    while high - low > PIECE && !stop.is_set() {
        let middle = text.aligned(low + (high - low) / 2);
        match timed_line(text, middle, high, time, stop)? {
            Some((start, at)) if at >= time => high = start.min(middle + PIECE).max(middle),
            Some((start, _)) => low = start,
            None => low = middle,
        }
    }
    Ok(high)
}

/// Start and time of the first line after `from` (and before `to`) that carries one.
fn timed_line(
    text: &mut Text,
    from: u64,
    to: u64,
    near: DateTime<Utc>,
    stop: &Stop,
) -> io::Result<Option<(u64, DateTime<Utc>)>> {
    let mut lines = text.lines(from, to)?;
    let mut offset = from;
    // What stands here is the rest of a line.
    if let Some(rest) = lines.next()? {
        offset += rest.taken;
    }
    while let Some(line) = lines.next()? {
        if let Some(at) = time_of(&line.text, near) {
            return Ok(Some((offset, at)));
        }
        if stop.is_set() {
            break;
        }
        offset += line.taken;
    }
    Ok(None)
}

/// Adds the events between two offsets that lie in the window.
fn take(
    text: &mut Text,
    newest: &mut Newest,
    stream: &str,
    (start, to): (u64, u64),
    timed: bool,
    window: Window,
    stop: &Stop,
) -> io::Result<()> {
    let mut lines = text.lines(start.saturating_sub(text.unit()), to)?;
    if start > 0 {
        // From the character before `start` to the end of its line: nothing when `start` begins a line.
        lines.next()?;
    }
    let mut joiner = Joiner::new(timed, window.end);
    let mut add = |event: Event| {
        let inside = event.at.is_some_and(|at| window.start <= at && at < window.end);
        // In a timed file an event without a time is the rest of one whose head was not read.
        if inside || (!timed && !event.text.trim().is_empty()) {
            newest.add(event, stream);
        }
    };
    while let Some(line) = lines.next()? {
        if let Some(event) = joiner.push(line.text) {
            add(event);
        }
        if stop.is_set() {
            break;
        }
    }
    joiner.finish().into_iter().for_each(add);
    Ok(())
}

/// The newest events that the caps allow; memory never holds more.
#[derive(Default)]
struct Newest {
    caps: Caps,
    /// How many lines of the file each event has.
    events: VecDeque<(usize, Option<Output>, Line)>,
    lines: usize,
    bytes: usize,
    dropped: bool,
}

impl Newest {
    fn add(&mut self, event: Event, stream: &str) {
        let line = Line { at: event.at, stream: stream.to_owned(), text: bounded(event.text) };
        self.lines += event.lines;
        self.bytes += line.text.len();
        self.events.push_back((event.lines, event.output, line));
        while self.lines > self.caps.lines || self.bytes > self.caps.bytes {
            let Some((lines, _, line)) = self.events.pop_front() else { break };
            self.lines -= lines;
            self.bytes -= line.text.len();
            self.dropped = true;
        }
    }

    fn part(self, stream: &str, cut_before: bool) -> Part {
        let mut outputs: BTreeMap<_, Vec<Line>> = BTreeMap::new();
        for (_, output, line) in self.events {
            outputs.entry(output).or_default().push(line);
        }
        // A trace stands in one of them.
        let mut lines: Vec<Line> =
            outputs.into_values().flat_map(|lines| joined(lines.into_iter())).collect();
        lines.sort_by_key(|line| line.at);
        let truncated = (cut_before || self.dropped).then(|| match lines.iter().find_map(|line| line.at) {
            Some(at) => format!(
                "{stream} has more lines than the caps allow: read from {} on",
                at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
            ),
            None => format!("{stream} has more lines than the caps allow: only the newest were read"),
        });
        Part { lines, lines_taken: self.lines, bytes_taken: self.bytes, truncated, undatable: false }
    }
}
