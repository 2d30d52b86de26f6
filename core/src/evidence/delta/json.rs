//! A JSON log line, two levels deep, as places in its text: nothing is copied.
//!
//! Knows the usual names of fields. Must not fail: what is not JSON has no fields.

use std::ops::Range;

use crate::evidence::patterns::bytes::{at, cut};
use crate::evidence::patterns::level::Level;

/// Further fields that are kept.
const FIELDS: usize = 16;
/// Longer values are no labels but texts of their own.
const FIELD_BYTES: usize = 80;

/// The fields that matter; empty ranges where there is none.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub level: Level,
    pub message: Range<usize>,
    pub error: Range<usize>,
    pub logger: Range<usize>,
    pub status: Range<usize>,
    /// Key, value and whether the value is text.
    pub others: Vec<(Range<usize>, Range<usize>, bool)>,
}

enum Value {
    Text,
    Plain,
    Nested,
}

/// The fields of an object that has a message.
pub(super) fn read(text: &[u8]) -> Option<Fields> {
    if at(text, 0) != b'{' {
        return None;
    }
    let mut fields = Fields::default();
    object(text, 0, 0, &mut fields)?;
    (!fields.message.is_empty()).then_some(fields)
}

/// Reads the object at `start`; the place behind it.
fn object(text: &[u8], start: usize, depth: usize, fields: &mut Fields) -> Option<usize> {
    let mut i = start + 1;
    loop {
        i = blank(text, i);
        if at(text, i) == b'}' {
            return Some(i + 1);
        }
        let key = string(text, i)?;
        i = blank(text, key.end + 1);
        if at(text, i) != b':' {
            return None;
        }
        i = blank(text, i + 1);
        let (value, kind) = match at(text, i) {
            0 => return None,
            b'"' => (string(text, i)?, Value::Text),
            b'{' if depth < 2 => {
                i = object(text, i, depth + 1, fields)?;
                continue;
            }
            b'{' | b'[' => (i..skip(text, i), Value::Nested),
            _ => (i..plain(text, i), Value::Plain),
        };
        i = value.end + usize::from(matches!(kind, Value::Text));
        take(text, depth, key, value, &kind, fields);
    }
}

fn take(
    text: &[u8],
    depth: usize,
    key: Range<usize>,
    value: Range<usize>,
    kind: &Value,
    fields: &mut Fields,
) {
    let name = cut(text, key.start, key.end).to_ascii_lowercase();
    let content = cut(text, value.start, value.end);
    match name.as_slice() {
        b"level" | b"severity" | b"lvl" | b"loglevel" | b"log.level" | b"levelname" | b"severity_text" => {
            if !fields.level.is_known() {
                fields.level = Level::named(content);
            }
        }
        b"msg" | b"message" if depth == 0 => fields.message = value,
        b"log" | b"text" | b"@message" | b"body" if depth == 0 && fields.message.is_empty() => {
            fields.message = value
        }
        b"error" | b"err" | b"exception" | b"error.message" | b"reason" | b"cause" | b"error_message"
        | b"errormessage" | b"detail" | b"details" => {
            if content.is_empty() || content == b"null" || content == b"false" {
            } else if fields.error.is_empty() {
                fields.error = value;
            } else {
                other(key, value, kind, fields);
            }
        }
        b"logger" | b"component" | b"service" | b"app" | b"module" | b"name" | b"logger_name"
        | b"log.logger" => {
            if fields.logger.is_empty() {
                fields.logger = value;
            }
        }
        b"status" | b"status_code" | b"statuscode" | b"http_status" | b"code" => {
            if content.len() <= 16 && fields.status.is_empty() {
                fields.status = value;
            }
        }
        name if is_incidental(name) => {}
        _ => other(key, value, kind, fields),
    }
}

fn other(key: Range<usize>, value: Range<usize>, kind: &Value, fields: &mut Fields) {
    if !matches!(kind, Value::Nested) && value.len() <= FIELD_BYTES && fields.others.len() < FIELDS {
        fields.others.push((key, value, matches!(kind, Value::Text)));
    }
}

/// Time, place and identity: different in each line, and known from elsewhere.
fn is_incidental(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 20] = [
        b"time",
        b"timestamp",
        b"ts",
        b"@timestamp",
        b"datetime",
        b"date",
        b"host",
        b"hostname",
        b"pod",
        b"pod_name",
        b"container",
        b"container_name",
        b"node",
        b"pid",
        b"thread",
        b"span",
        b"trace",
        b"stack",
        b"stacktrace",
        b"stack_trace",
    ];
    NAMES.contains(&name) || name.ends_with(b"id") || name.ends_with(b"_time")
}

/// The inside of the string that opens at `i`.
fn string(text: &[u8], i: usize) -> Option<Range<usize>> {
    if at(text, i) != b'"' {
        return None;
    }
    let mut end = i + 1;
    while end < text.len() {
        match at(text, end) {
            b'\\' => end += 2,
            b'"' => return Some(i + 1..end),
            _ => end += 1,
        }
    }
    None
}

fn blank(text: &[u8], mut i: usize) -> usize {
    while matches!(at(text, i), b' ' | b'\t' | b'\n' | b'\r' | b',') {
        i += 1;
    }
    i
}

fn plain(text: &[u8], mut i: usize) -> usize {
    while i < text.len() && !matches!(at(text, i), b',' | b'}' | b']' | b' ' | b'\n') {
        i += 1;
    }
    i
}

/// Behind the object or array that opens at `i`.
fn skip(text: &[u8], mut i: usize) -> usize {
    let mut depth = 0;
    while i < text.len() {
        match at(text, i) {
            b'"' => {
                i = string(text, i).map_or(text.len(), |inside| inside.end + 1);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        i += 1;
        if depth == 0 {
            break;
        }
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_at_both_levels_and_escapes_are_skipped() {
        let text = br#"{"ts": 1, "level":"warn","msg":"a \"b\"","ctx":{"service":"api","n":[1,{"x":"]"}],"status":503},"err":null,"reason":"gone","user":"bob"}"#;
        let fields = read(text).unwrap();
        let shown = |range: &Range<usize>| std::str::from_utf8(&text[range.clone()]).unwrap();
        assert_eq!(fields.level, Level::Warn);
        assert_eq!((shown(&fields.message), shown(&fields.error)), (r#"a \"b\""#, "gone"));
        assert_eq!((shown(&fields.logger), shown(&fields.status)), ("api", "503"));
        let others: Vec<_> = fields.others.iter().map(|(key, value, _)| (shown(key), shown(value))).collect();
        assert_eq!(others, [("user", "bob")]);
    }

    #[test]
    fn what_is_no_object_with_a_message_has_no_fields() {
        let deep = "{\"a\":".repeat(50_000);
        for text in ["", "{", "{}", "[1]", r#"{"msg""#, r#"{"msg": "open"#, r#"{"a":1}"#, "text", &deep] {
            assert!(read(text.as_bytes()).is_none(), "{}", &text[..text.len().min(20)]);
        }
    }
}
