//! What a container's runtime wraps around each line: the Container Runtime Interface's `2025-11-20T09:10:11.123456789Z
//! stderr F `, and Docker's object with `log`, `stream` and `time`.
//!
//! Knows the two forms, and what in them says that a line goes on. Must not join: that is `parts`'.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::super::timestamp;

/// Docker reads this many bytes at once; what has no line end by then is written as a piece of its line.
pub(super) const DOCKER_PIECE: usize = 16 * 1024;

/// Where a process wrote the line: each has lines of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Output {
    /// `stdout`.
    Standard,
    /// `stderr`.
    Error,
}

impl Output {
    /// By the name that runtimes write.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "stdout" => Some(Self::Standard),
            "stderr" => Some(Self::Error),
            _ => None,
        }
    }
}

/// A line and its wrapper.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrapped<'a> {
    /// When the runtime read it.
    pub at: DateTime<Utc>,
    /// Where it was written.
    pub output: Output,
    /// Whether its line goes on in the next one of the same output.
    pub goes_on: bool,
    /// What the program wrote, without the line's end.
    pub text: Cow<'a, str>,
}

/// Takes a line out of its wrapper; nothing where it has none.
pub fn wrapped(text: &str) -> Option<Wrapped<'_>> {
    if !text.starts_with(DOCKER) {
        return runtime_interface(text);
    }
    let object = docker(text)?;
    let field = |name: &str| object.get(name).and_then(serde_json::Value::as_str);
    let log = field("log")?;
    let goes_on = log.len() >= DOCKER_PIECE && !log.ends_with('\n');
    let output = Output::named(field("stream")?)?;
    let text = Cow::Owned(log.trim_end_matches(['\r', '\n']).to_owned());
    Some(Wrapped { at: timestamp::leading(field("time")?)?, output, goes_on, text })
}

/// The line as the program wrote it.
pub(in crate::evidence) fn unwrapped(text: &str) -> Cow<'_, str> {
    if text.starts_with(DOCKER) {
        let object = docker(text);
        let log = object.as_ref().and_then(|object| object.get("log")?.as_str());
        return log
            .map_or(Cow::Borrowed(text), |log| Cow::Owned(log.trim_end_matches(['\r', '\n']).to_owned()));
    }
    runtime_interface(text).map_or(Cow::Borrowed(text), |wrapped| wrapped.text)
}

/// Whether the line looks as if it had a wrapper, at a glance.
pub(super) fn may_be(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.get(10) == Some(&b'T') && bytes.first().is_some_and(u8::is_ascii_digit) || text.starts_with(DOCKER)
}

/// How Docker begins each line.
const DOCKER: &str = "{\"log\":";

fn docker(text: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let wrapped = object.contains_key("stream") && object.contains_key("time") && object.len() <= 4;
    wrapped.then_some(object)
}

fn runtime_interface(text: &str) -> Option<Wrapped<'_>> {
    // The time is of RFC 3339, with up to nine digits of a second, and a zone.
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let head = text.get(..text.floor_char_boundary(64))?;
    let time = head.split(' ').next().filter(|time| (20..=35).contains(&time.len()) && time.contains('T'))?;
    let rest = text.get(time.len() + 1..)?;
    let (output, rest) = match rest.strip_prefix("stderr ") {
        Some(rest) => (Output::Error, rest),
        None => (Output::Standard, rest.strip_prefix("stdout ")?),
    };
    let goes_on = rest.starts_with('P');
    let rest = rest.strip_prefix(['F', 'P'])?;
    // The last part of a line may be empty.
    let text = if rest.is_empty() { rest } else { rest.strip_prefix(' ')? };
    Some(Wrapped { at: timestamp::leading(time)?, output, goes_on, text: Cow::Borrowed(text) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_whether_it_goes_on() {
        let long = "x".repeat(DOCKER_PIECE);
        let docker = |log: &str| {
            serde_json::json!({ "log": log, "stream": "stderr", "time": "2025-11-20T09:10:11.5Z" })
                .to_string()
        };
        for (line, expected) in [
            ("2025-11-20T09:10:11.5Z stderr F up", Some((false, "up"))),
            ("2025-11-20T18:10:11.5+09:00 stderr P up ", Some((true, "up "))),
            ("2025-11-20T09:10:11.500000000Z stderr F ", Some((false, ""))),
            ("2025-11-20T09:10:11.5Z stderr F", Some((false, ""))),
            ("2025-11-20T09:10:11.5Z stderr Failed", None),
            ("2025-11-20T09:10:11.5Z stdin F up", None),
            ("2025-11-20 09:10:11 stderr F up", None),
            (&docker("up\r\n"), Some((false, "up"))),
            (&docker(&long), Some((true, &long))),
            (&docker(&format!("{long}\n")), Some((false, &long))),
            // What a shipper has taken the line ends from is no piece.
            (&docker("up"), Some((false, "up"))),
            (&docker("up").replace("stderr", "other"), None),
            (&docker("up").replace("2025", "soon"), None),
            ("{\"log\":", None),
        ] {
            let found = wrapped(line);
            let said = found.as_ref().map(|found| (found.goes_on, &*found.text));
            assert_eq!(said, expected, "{line}");
            if let Some(found) = found {
                assert_eq!(found.at, "2025-11-20T09:10:11.5Z".parse::<DateTime<Utc>>().unwrap(), "{line}");
                assert_eq!(found.output, Output::Error);
                assert!(may_be(line), "{line}");
                assert_eq!(unwrapped(line), found.text, "{line}");
            }
        }
    }
}
