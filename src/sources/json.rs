//! JSON as strangers write it, taken apart one level at a time.
//!
//! A value is kept as its text until somebody asks for it, so that a number too large for any type, or a
//! thousand nested arrays in a field that nobody reads, does no harm: skipping needs no recursion.
//! Must not know what the keys mean.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A body as text that serde_json can read: the byte order mark is dropped, invalid UTF-8 and escapes of
/// lone surrogates become U+FFFD. Neither is worth an alarm that nobody hears.
pub fn text(body: &[u8]) -> String {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    replace_lone_surrogates(&String::from_utf8_lossy(body)).into_owned()
}

/// Replaces `\ud800` to `\udfff` where they are not a pair; the text outside of them is untouched.
fn replace_lone_surrogates(text: &str) -> Cow<'_, str> {
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match (code_unit(escape), escape.get(6..).and_then(code_unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or("");
                continue;
            }
            // A backslash and what follows it: `\\u` is no escape of a code unit.
            _ => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (kept, after) = escape.split_at_checked(length).unwrap_or((escape, ""));
        out.push_str(kept);
        rest = after;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The code unit of the `\uXXXX` at the beginning of `text`.
fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

/// The members of an object in their order, values unread.
#[derive(Debug)]
pub struct Object<'a>(pub Vec<(String, &'a RawValue)>);

impl<'a> Object<'a> {
    /// The object that `raw` is, if it is one.
    pub fn read(raw: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(raw)
    }

    /// The member `name`, in whatever case (Go reads keys so, and senders rely on it); of several the last,
    /// again as Go does. A null is an absent member.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.0.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, raw)| raw.get()).filter(|raw| *raw != "null")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(Self)
    }
}

/// The first elements of an array, and how many more there were.
#[derive(Debug)]
pub struct Elements<'a, const MAX: usize> {
    /// At most `MAX` elements, unread.
    pub first: Vec<&'a RawValue>,
    /// Elements after them.
    pub more: u64,
}

impl<'de: 'a, 'a, const MAX: usize> Deserialize<'de> for Elements<'a, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct First<const MAX: usize>;
        impl<'de, const MAX: usize> Visitor<'de> for First<MAX> {
            type Value = Elements<'de, MAX>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Elements { first: Vec::new(), more: 0 };
                while elements.first.len() < MAX {
                    match seq.next_element()? {
                        Some(raw) => elements.first.push(raw),
                        None => return Ok(elements),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    elements.more += 1;
                }
                Ok(elements)
            }
        }
        deserializer.deserialize_seq(First::<MAX>)
    }
}

/// Any value as a string: a string decoded, anything else as it was written. NUL becomes U+FFFD, since Postgres
/// refuses it.
pub fn string(raw: &str) -> String {
    let decoded = serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned());
    if decoded.contains('\0') { decoded.replace('\0', "\u{fffd}") } else { decoded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_surrogates_are_replaced_and_pairs_kept() {
        let cases = [
            (r#""\ud800""#, "\u{fffd}"),
            (r#""a\udc00b""#, "a\u{fffd}b"),
            (r#""\ud83d\ude00""#, "😀"),
            (r#""\uD83D\uDE00""#, "😀"),
            (r#""\ud800\ud83d\ude00""#, "\u{fffd}😀"),
            (r#""\ud83d x""#, "\u{fffd} x"),
            (r#""\\ud800""#, r"\ud800"),
            (r#""\\\ud800""#, "\\\u{fffd}"),
            (r#""\u0041\udfffé""#, "A\u{fffd}é"),
            (r#""\u0000""#, "\u{fffd}"),
        ];
        for (written, expected) in cases {
            assert_eq!(string(&text(written.as_bytes())), expected, "{written}");
        }
    }

    #[test]
    fn broken_escapes_do_not_panic() {
        for broken in ["\\ud", "\\ud8é0", "\\", "\\é\\ud800", "\\ud800\\", "\\ud800\\u"] {
            assert!(!text(broken.as_bytes()).is_empty());
        }
    }

    #[test]
    fn the_last_of_equal_keys_wins_in_any_case_and_null_is_absent() {
        let object = Object::read(r#"{"a": 1, "A": 1e999, "b": null}"#).unwrap();
        assert_eq!(object.get("a"), Some("1e999"));
        assert_eq!(object.get("b"), None);
    }
}
