//! Headers of a form of their own, which the general rules would misread.
//!
//! Knows klog, syslog with its priority, pipes, glued brackets, and loggers that write no time. Must not know any one
//! system: a form is what several of them write.

use std::ops::Range;

use super::super::bytes::{DIGIT, at, cut, is};
use super::super::chunks::{Chunks, is_identifier, is_number, is_separator, is_timestamp, strip};
use super::super::level::Level;
use super::Header;

/// The header, if the line has one of these forms. Each begins with a byte that few other lines begin with.
pub(super) fn read(line: &[u8], chunks: &Chunks<'_>) -> Option<Header> {
    match at(line, 0) {
        b'<' => syslog_5424(line, chunks),
        b'[' => glued(line),
        b'A'..=b'Z' | b'a'..=b'z' => klog(chunks).or_else(|| untimed(line, chunks)),
        _ => None,
    }
    .or_else(|| piped(line, chunks))
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

/// RFC 5424, `<134>1 2025-11-20T09:10:11Z host program 12 ID47 - message`, where each field may be `-`.
fn syslog_5424(line: &[u8], chunks: &Chunks<'_>) -> Option<Header> {
    let first = chunks.get(0);
    let version = cut(first, priority(first)?, first.len());
    if !is_number(version) || !is_timestamp(chunks.get(1)) || chunks.count() < 8 {
        return None;
    }
    let (start, end) = chunks.span(3);
    let structured = chunks.span(6).0;
    let content =
        if at(line, structured) == b'[' { behind_brackets(line, structured) } else { chunks.span(7).0 };
    Some(Header { start: content, logger: start..end, timed: true, level: Level::Unknown })
}

/// The length of `<134>`.
fn priority(chunk: &[u8]) -> Option<usize> {
    let close = chunk.iter().take(5).position(|byte| *byte == b'>')?;
    (at(chunk, 0) == b'<' && is_number(cut(chunk, 1, close))).then_some(close + 1)
}

/// A line with a header of its own behind syslog's priority, or behind `name-1  | `, as composed services are shown.
pub(super) fn wrapped(line: &[u8], chunks: &Chunks<'_>) -> Option<Header> {
    let from = if at(line, 0) == b'<'
        && !is_number(cut(chunks.get(0), priority(chunks.get(0))?, chunks.get(0).len()))
    {
        priority(chunks.get(0))?
    } else if chunks.get(1) == b"|" && is_identifier(chunks.get(0)) {
        chunks.span(2).0
    } else {
        return None;
    };
    let header = super::inner(cut(line, from, line.len()));
    let logger = header.logger.start + from..header.logger.end + from;
    header.timed.then_some(Header { start: header.start + from, logger, ..header })
}

/// Behind `[a="b"][c]` and the blanks that follow.
fn behind_brackets(line: &[u8], start: usize) -> usize {
    let mut i = start;
    while at(line, i) == b'[' {
        let close = cut(line, i, line.len()).iter().position(|byte| *byte == b']');
        let Some(close) = close else { return start };
        i += close + 1;
    }
    while at(line, i) == b' ' {
        i += 1;
    }
    i
}

/// `[2025-11-20 09:10:11.123][12][warning][upstream] message`: a time and at least one more bracket, without blanks between.
fn glued(line: &[u8]) -> Option<Header> {
    let mut header = Header { timed: true, ..Header::default() };
    let (mut start, mut groups) = (0, 0);
    while at(line, start) == b'[' {
        let close =
            cut(line, start, line.len().min(start + 100)).iter().position(|byte| *byte == b']')? + start;
        let inside = cut(line, start + 1, close).trim_ascii();
        if groups == 0 {
            let (date, time) = inside.split_at_checked(10).unwrap_or((inside, b""));
            let timed = is_timestamp(inside) || (is_timestamp(date) && is_timestamp(time.trim_ascii()));
            if !timed || at(line, close + 1) != b'[' {
                return None;
            }
        } else {
            name(inside, start + 1 + leading(cut(line, start + 1, close)), &mut header);
        }
        groups += 1;
        start = close + 1;
    }
    while at(line, start) == b' ' {
        start += 1;
    }
    header.start = start;
    (groups > 1 && start < line.len()).then_some(header)
}

fn leading(text: &[u8]) -> usize {
    text.len() - text.trim_ascii_start().len()
}

/// What a field of a header says: the level, or the first name behind it.
fn name(field: &[u8], start: usize, header: &mut Header) {
    let level = Level::named(field);
    if level.is_known() {
        header.level = level;
    } else if header.logger.is_empty() && !is_number(field) && is_identifier(field) {
        header.logger = start..start + field.len();
    }
}

/// Loggers that write no time: Python's `ERROR:root:message`, `fail: Some.Name[12] message` of .NET, `ERRO[0012] message`.
fn untimed(line: &[u8], chunks: &Chunks<'_>) -> Option<Header> {
    let first = chunks.get(0);
    let mark = first.iter().take(9).position(|byte| matches!(byte, b':' | b'['))?;
    let word = cut(first, 0, mark);
    let level = Level::named(word);
    if !level.is_known() {
        return None;
    }
    let header = |start: usize, logger: Range<usize>| Some(Header { start, level, logger, timed: false });
    let capitals = word.iter().all(u8::is_ascii_uppercase);
    if at(first, mark) == b'[' {
        let counted = first.ends_with(b"]") && is_number(cut(first, mark + 1, first.len() - 1));
        return if counted && capitals { header(chunks.span(1).0, 0..0) } else { None };
    }
    if mark + 1 == first.len() {
        let second = chunks.get(1);
        let open = second.iter().position(|byte| *byte == b'[')?;
        let event = second.ends_with(b"]") && is_number(cut(second, open + 1, second.len() - 1));
        let (start, end) = chunks.span(1);
        return if event && chunks.count() > 2 { header(chunks.span(2).0, start..end) } else { None };
    }
    let rest = cut(first, mark + 1, first.len());
    let end = rest.iter().position(|byte| *byte == b':')?;
    let named = capitals && is_identifier(cut(rest, 0, end));
    let start = mark + 1 + end + 1;
    if named && start < line.len() { header(start, mark + 1..mark + 1 + end) } else { None }
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
            name(cut(line, start, i), start, &mut header);
            start = i + 1;
            fields += 1;
        }
        i += 1;
    }
    Some(Header { start, ..header })
}

/// `sshd[12]:`: a program and its process, as syslog writes them.
pub(super) fn is_program(chunk: &[u8]) -> bool {
    let Some(name) = chunk.strip_suffix(b"]:") else { return false };
    let open = name.iter().rposition(|byte| *byte == b'[').unwrap_or(0);
    open > 0 && is_number(cut(name, open + 1, name.len()))
}

/// `31#31:`, `<0.1234.0>`, a UUID: what numbers a process, a thread or a request.
pub(super) fn is_process(chunk: &[u8]) -> bool {
    let digits = |text: &[u8], marks: &[u8]| {
        is(at(text, 0), DIGIT) && text.iter().all(|byte| is(*byte, DIGIT) || marks.contains(byte))
    };
    match at(chunk, 0) {
        b'<' => chunk.strip_suffix(b">").is_some_and(|inner| digits(cut(inner, 1, inner.len()), b".")),
        _ if chunk.len() == 36 => chunk.iter().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        }),
        _ => chunk.contains(&b'#') && chunk.strip_suffix(b":").is_some_and(|number| digits(number, b"#")),
    }
}

/// `main.go:42`: a file with a suffix, and a line of it.
pub(super) fn is_place(chunk: &[u8]) -> bool {
    let Some(colon) = chunk.iter().rposition(|byte| *byte == b':') else { return false };
    let file = cut(chunk, 0, colon);
    is_number(cut(chunk, colon + 1, chunk.len()))
        && is_identifier(file)
        && file.contains(&b'.')
        && !is(at(file, 0), DIGIT)
}

/// A level with more behind it in the same chunk: `INFO/MainProcess]`, `app.ERROR:`. The level, and the name before it.
pub(super) fn joined_level(chunk: &[u8]) -> (Level, usize) {
    if chunk.ends_with(b"]")
        && let Some(slash) = chunk.iter().position(|byte| *byte == b'/')
        && chunk.iter().take(slash).all(u8::is_ascii_uppercase)
    {
        return (Level::named(cut(chunk, 0, slash)), 0);
    }
    let Some(name) = chunk.strip_suffix(b":") else { return (Level::Unknown, 0) };
    let dot = name.iter().rposition(|byte| *byte == b'.').unwrap_or(0);
    let word = cut(name, dot + 1, name.len());
    if dot > 0 && word.iter().all(u8::is_ascii_uppercase) && is_identifier(cut(name, 0, dot)) {
        return (Level::named(word), dot);
    }
    (Level::Unknown, 0)
}

/// `I, [2025-…`: Ruby's letter before the bracket.
pub(super) fn is_letter_before_time(chunks: &Chunks<'_>) -> bool {
    let first = chunks.get(0);
    first.len() == 2
        && at(first, 1) == b','
        && Level::letter(at(first, 0)).is_known()
        && is_timestamp(chunks.get(1))
}

/// `[main]` behind a level, or first of all: a thread before the time.
pub(super) fn is_thread(chunks: &Chunks<'_>, i: usize) -> bool {
    let chunk = chunks.get(i);
    let whole = chunk.len() <= 40 && at(chunk, 0) == b'[' && chunk.ends_with(b"]") && !is_timestamp(chunk);
    whole && (i == 0 || Level::named(strip(chunks.get(i - 1))).is_known() || is_separator(chunks.get(i - 1)))
}
