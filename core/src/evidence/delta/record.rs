//! What one line is: its level, its logger, the text that makes its pattern, and what else tells it apart.
//!
//! Knows JSON, text and stack traces. Must not know other lines.

use std::borrow::Cow;

use super::json::{self, Fields};
use super::severity::{http_status, level_in};
use crate::evidence::patterns::bytes::{at, cut, find_rare, fold, hash};
use crate::evidence::patterns::header;
use crate::evidence::patterns::level::Level;
use crate::evidence::patterns::miner::Miner;

/// Lines of a stack trace that are looked through for exceptions.
const TRACE_LINES: usize = 60;

/// A line, read.
#[derive(Debug)]
pub(in crate::evidence) struct Record<'a> {
    pub level: Level,
    pub logger: &'a [u8],
    /// The text with its header; the content starts at `start`.
    pub text: Cow<'a, [u8]>,
    pub start: usize,
    /// Of the text in the miner's table.
    pub row: usize,
    /// Of the status and the exceptions, which are a part of the pattern.
    pub distinct: u64,
    /// The HTTP status, or 0.
    pub status: u16,
}

impl<'a> Record<'a> {
    /// Reads a line, and counts its text in the miner.
    pub fn read(text: &'a str, miner: &mut Miner) -> Self {
        let bytes = text.as_bytes();
        match json::read(bytes) {
            Some(fields) => structured(bytes, &fields, miner),
            None => plain(text, miner),
        }
    }

    /// The text without its header.
    pub fn content(&self) -> &[u8] {
        cut(&self.text, self.start, self.text.len())
    }
}

fn plain<'a>(text: &'a str, miner: &mut Miner) -> Record<'a> {
    let (bytes, end) = (text.as_bytes(), find_rare(text.as_bytes(), b'\n').unwrap_or(text.len()));
    let first = cut(bytes, 0, end);
    let (header, row) = miner.add(first, None);
    let level = if header.level.is_known() { header.level } else { level_in(first) };
    let status = http_status(text.get(..end).unwrap_or_default());
    let distinct = fold(exceptions(cut(bytes, end, bytes.len())), u64::from(status));
    let logger = cut(first, header.logger.start, header.logger.end);
    Record { level, logger, text: Cow::Borrowed(first), start: header.start, row, distinct, status }
}

fn structured<'a>(bytes: &'a [u8], fields: &Fields, miner: &mut Miner) -> Record<'a> {
    let mut text = cut(bytes, fields.message.start, fields.message.end).to_vec();
    if !fields.error.is_empty() {
        text.extend_from_slice(b" error: ");
        text.extend_from_slice(cut(bytes, fields.error.start, fields.error.end));
    }
    for (key, value, quoted) in &fields.others {
        let quote: &[u8] = if *quoted { b"\"" } else { b"" };
        let key = cut(bytes, key.start, key.end);
        text.push(b' ');
        text.extend(key.iter().map(|byte| if byte.is_ascii_alphanumeric() { *byte } else { b'_' }));
        for part in [b"=", quote, cut(bytes, value.start, value.end), quote] {
            text.extend_from_slice(part);
        }
    }
    let (header, row) = miner.add(&text, None);
    let named = [fields.level, header.level].into_iter().find(|level| level.is_known());
    let status = cut(bytes, fields.status.start, fields.status.end);
    let code = std::str::from_utf8(status).ok().and_then(|status| status.parse().ok()).unwrap_or(0);
    Record {
        level: named.unwrap_or_else(|| level_in(&text)),
        logger: cut(bytes, fields.logger.start, fields.logger.end),
        start: header.start,
        row,
        text: Cow::Owned(text),
        distinct: if status.is_empty() { 0 } else { hash(status) },
        status: code,
    }
}

/// The exception classes and causes below the first line.
fn exceptions(below: &[u8]) -> u64 {
    let mut sum = 0;
    for line in below.split(|byte| *byte == b'\n').take(TRACE_LINES) {
        let line = line.trim_ascii_start();
        let cause = line.starts_with(b"Caused by");
        let named = || {
            !line.starts_with(b"at ")
                && line.windows(9).any(|word| matches!(word, b"Exception" | b"exception"))
        };
        if cause || named() {
            let mut colons = line.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(i, _)| i);
            let end = colons.nth(usize::from(cause)).unwrap_or(line.len());
            sum = fold(sum, hash(cut(line, 0, end.min(120))));
        }
    }
    sum
}

/// The sample as it is shown: without the header, for JSON the message first and then the whole line.
pub(in crate::evidence) fn body(sample: &str) -> String {
    let bytes = sample.as_bytes();
    let Some(fields) = json::read(bytes) else {
        return sample.get(header::read(bytes, None).start..).unwrap_or(sample).to_owned();
    };
    let part = |range: &std::ops::Range<usize>| sample.get(range.clone()).unwrap_or_default();
    let mut out = part(&fields.message).to_owned();
    for (label, range) in [(" error: ", &fields.error), (" status=", &fields.status)] {
        if !range.is_empty() {
            out.push_str(label);
            out.push_str(part(range));
        }
    }
    out.push(' ');
    out.push_str(sample);
    out
}

/// The logger without its process id; digits masked, unless it names a place in the source (`Name#37`).
pub(super) fn logger_key(logger: &[u8]) -> u64 {
    if logger.contains(&b'#') {
        return hash(logger);
    }
    let end = logger.iter().position(|byte| *byte == b'[').unwrap_or(logger.len());
    let name = cut(logger, 0, end);
    if !name.iter().any(u8::is_ascii_digit) {
        return if name.is_empty() { 0 } else { hash(name) };
    }
    let mut masked = Vec::with_capacity(end);
    for (i, byte) in name.iter().enumerate() {
        let digit = byte.is_ascii_digit();
        if !digit {
            masked.push(*byte);
        } else if i == 0 || !at(name, i - 1).is_ascii_digit() {
            masked.push(b'0');
        }
    }
    hash(&masked)
}

/// The workload that a pod belongs to: its name without the suffix that Kubernetes gave it. A stream may be the file that
/// the pod writes.
pub(super) fn workload(stream: &str) -> &str {
    let stream = stream.strip_suffix(".log").unwrap_or(stream);
    let small = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let Some((rest, last)) = stream.rsplit_once('-') else { return stream };
    if !last.is_empty() && last.len() <= 3 && last.bytes().all(|byte| byte.is_ascii_digit()) {
        return rest;
    }
    if last.len() != 5 || !small(last) {
        return stream;
    }
    if let Some((name, set)) = rest.rsplit_once('-')
        && (6..=10).contains(&set.len())
        && small(set)
        && digit(set)
    {
        return name;
    }
    if digit(last) { rest } else { stream }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_fold_into_workloads() {
        for (stream, expected) in [
            ("ts-order-service-6cdbf9b4cc-h7mqk", "ts-order-service"),
            ("postgres-0", "postgres"),
            ("node-exporter-x7k2p", "node-exporter"),
            ("orders-1.log", "orders"),
            ("app.log", "app"),
            ("my-cache", "my-cache"),
            ("api-server", "api-server"),
            ("api", "api"),
            ("", ""),
        ] {
            assert_eq!(workload(stream), expected, "{stream}");
        }
    }

    #[test]
    fn json_and_text_give_level_logger_and_text() {
        let line = r#"{"level":"error","logger":"a.B","msg":"boom","error":"no db","n":3,"s":"x"}"#;
        let json = Record::read(line, &mut Miner::default());
        assert_eq!(
            (json.level, json.logger, &*json.text),
            (Level::Error, &b"a.B"[..], &b"boom error: no db n=3 s=\"x\""[..])
        );
        let line = "2025-11-20T09:10:11Z WARN a.B: slow\nCaused by: x.YException: z";
        let text = Record::read(line, &mut Miner::default());
        assert_eq!((text.level, text.logger), (Level::Warn, &b"a.B"[..]));
        assert_eq!(body("2025-11-20T09:10:11Z WARN a.B: slow"), "slow");
        assert_eq!(body(r#"{"msg":"m","status":500}"#), r#"m status=500 {"msg":"m","status":500}"#);
    }

    #[test]
    fn exceptions_and_statuses_tell_lines_apart() {
        let distinct = |text: &str| Record::read(text, &mut Miner::default()).distinct;
        assert_ne!(distinct("failed\n a.AException: x"), distinct("failed\n b.BException: x"));
        assert_eq!(distinct("failed\n a.AException: x"), distinct("failed\n a.AException: y"));
        assert_ne!(distinct("GET / status=200"), distinct("GET / status=500"));
        assert_eq!(logger_key(b"sshd[123]"), logger_key(b"sshd[9]"));
        assert_ne!(logger_key(b"A#3"), logger_key(b"A#4"));
    }
}
