//! One log line, and reading it from the forms in which files and sources hold it.
//!
//! Knows JSON, plain text and the tab-separated form. Must not know what a line means: that is `record`'s.

mod encoding;
mod envelope;
mod parts;
mod wrapper;

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::patterns::bytes::find_rare;
use super::timestamp;

pub use encoding::{Decoder, Encoding};
pub(super) use envelope::enveloped;
pub(super) use parts::Open;
pub use parts::{Parts, Taken};
pub use wrapper::{Output, Wrapped, wrapped};

/// The most bytes of one line that are kept; a longer line loses its middle.
pub const MAX_BYTES: usize = 32 * 1024;
/// The share of [`MAX_BYTES`] that is kept from the end, where exceptions name their cause.
const TAIL_BYTES: usize = 8 * 1024;
/// What is kept from the beginning of such a line; between the two stands how much was cut.
const HEAD_BYTES: usize = MAX_BYTES - TAIL_BYTES - 64;

/// One line of a log, which may hold line breaks of its own (a stack trace). Not redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was written, where that is known.
    pub at: Option<DateTime<Utc>>,
    /// Who wrote it: pod, log stream, file; empty when unknown.
    pub stream: String,
    /// What was written, with its own header, at most [`MAX_BYTES`] long.
    pub text: String,
}

impl std::fmt::Debug for Line {
    /// Without the text, which may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line {{ at: {:?}, stream: {:?}, {} bytes }}", self.at, self.stream, self.text.len())
    }
}

impl Line {
    /// A line from a source that knows time and stream itself. What a container's runtime has wrapped around it goes.
    pub fn new(at: Option<DateTime<Utc>>, stream: impl Into<String>, text: &str) -> Self {
        Self { at, stream: stream.into(), text: capped(&unwrapped(text)) }
    }

    /// A line of a file: `<RFC 3339>\t<stream>\t<message>` with `\n`, `\t`, `\\` escaped, a JSON object, or plain
    /// text. Never fails: what has no time or stream is a line without them.
    pub fn read(input: &str) -> Self {
        let input = input.trim_end_matches(['\r', '\n']);
        if let Some(line) = tab_separated(input) {
            return line;
        }
        if input.starts_with('{') {
            return json(input);
        }
        Self::new(timestamp::leading(input.trim_start_matches(MARK)), "", input)
    }
}

/// `<RFC 3339>\t<stream>\t<message>`, or nothing where the line is not of that form.
pub(super) fn tab_separated(input: &str) -> Option<Line> {
    let (time, rest) = input.split_once('\t')?;
    let (stream, message) = rest.split_once('\t')?;
    let at = timestamp::leading(time).filter(|_| time.contains(['T', 't']))?;
    let line = if find_rare(message.as_bytes(), b'\\').is_some() {
        Line::new(Some(at), stream, &unescaped(message))
    } else {
        Line::new(Some(at), stream, message)
    };
    Some(line)
}

/// A JSON line keeps its text; only the time, and who wrote it, are looked up. What does not parse is plain text.
fn json(input: &str) -> Line {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(input).unwrap_or_default();
    let find =
        |names: &[&str]| names.iter().find_map(|name| object.get(*name)).map(plain).unwrap_or_default();
    let at = find(&["@timestamp", "timestamp", "time", "ts", "datetime"]);
    let stream = find(&[
        "stream_name",
        "logStream",
        "@logStream",
        "pod",
        "pod_name",
        "container_name",
        "service",
        "app",
    ]);
    Line::new(timestamp::value(&at), stream, input)
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('\\') => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}

/// What begins a file that says its encoding, and sometimes a line in the middle of one that was put together.
const MARK: char = '\u{feff}';

/// The line as the program wrote it: without that mark, and without what a container's runtime wraps around it.
pub(super) fn unwrapped(text: &str) -> Cow<'_, str> {
    wrapper::unwrapped(text.trim_start_matches(MARK))
}

/// The text, without its middle if it is too long.
pub(super) fn capped(text: &str) -> String {
    if text.len() <= MAX_BYTES {
        return text.to_owned();
    }
    let head = text.get(..text.floor_char_boundary(HEAD_BYTES)).unwrap_or_default();
    let tail = text.get(text.ceil_char_boundary(text.len() - TAIL_BYTES)..).unwrap_or_default();
    without_middle(head, tail, text.len() - head.len() - tail.len())
}

/// Beginning and end of a text that is `lost` bytes longer. The cuts lie at white space where there is some, so that no half
/// of a secret is left that redaction would not know.
fn without_middle(head: &str, tail: &str, lost: usize) -> String {
    let all = head.len() + lost + tail.len();
    let head = head.rfind(char::is_whitespace).map_or(head, |end| head.get(..end).unwrap_or(head));
    let tail = tail.find(char::is_whitespace).map_or("", |start| tail.get(start..).unwrap_or(""));
    format!("{head} …[{} bytes cut]…{tail}", all - head.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_gives_time_stream_and_text() {
        let at = "2025-11-20T09:10:11Z";
        for (input, time, stream, text) in [
            ("2025-11-20T09:10:11Z\tapi-1\ta\\nb\\tc\\\\d\\q", Some(at), "api-1", "a\nb\tc\\d\\q"),
            ("2025-11-20T18:10:11+09:00\tapi-1\tplain\twith tab", Some(at), "api-1", "plain\twith tab"),
            ("2025-11-20 09:10:11 ERROR up\r\n", Some(at), "", "2025-11-20 09:10:11 ERROR up"),
            ("no time\tat\tall \\n", None, "", "no time\tat\tall \\n"),
            (
                r#"{"ts":1763629811,"pod":"api-1","msg":"x"}"#,
                Some(at),
                "api-1",
                r#"{"ts":1763629811,"pod":"api-1","msg":"x"}"#,
            ),
            ("2025-11-20T09:10:11.000000000Z stderr F ERROR up", Some(at), "", "ERROR up"),
            ("2025-11-20T18:10:11+09:00 stdout P {\"a\":", Some(at), "", "{\"a\":"),
            ("2025-11-20T09:10:11Z stderr full", Some(at), "", "2025-11-20T09:10:11Z stderr full"),
            (
                r#"{"log":"{\"msg\":\"x\"}\n","stream":"stdout","time":"2025-11-20T09:10:11Z"}"#,
                Some(at),
                "",
                r#"{"msg":"x"}"#,
            ),
            (r#"{"log":"x","user":"y"}"#, None, "", r#"{"log":"x","user":"y"}"#),
            ("\u{feff}2025-11-20 09:10:11 up", Some(at), "", "2025-11-20 09:10:11 up"),
            ("{broken", None, "", "{broken"),
            ("", None, "", ""),
        ] {
            let line = Line::read(input);
            assert_eq!(line.at, time.map(|t| t.parse().unwrap()), "{input}");
            assert_eq!((line.stream.as_str(), line.text.as_str()), (stream, text), "{input}");
        }
    }

    #[test]
    fn a_long_line_loses_its_middle_at_white_space() {
        let text = format!("start {} ENDSECRET tail cause", "word9 ".repeat(200_000));
        let line = Line::read(&text);
        assert!(line.text.len() <= MAX_BYTES && line.text.len() > MAX_BYTES / 2);
        assert!(line.text.starts_with("start word9 ") && line.text.ends_with("tail cause"));
        assert!(line.text.contains("word9 …[") && line.text.contains(" bytes cut]… word9"));
        let solid = Line::read(&"é".repeat(1_000_000));
        assert!(solid.text.len() <= MAX_BYTES && solid.text.ends_with(" bytes cut]…"));
    }

    #[test]
    fn debug_shows_no_text() {
        assert!(!format!("{:?}", Line::read("password=hunter2")).contains("hunter2"));
    }
}
