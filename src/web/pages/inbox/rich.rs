//! Rich text: paragraphs, quotations, verbatim texts and lists, of text in styles.
//!
//! Knows the block `rich_text` (FACTS D). Must not know other blocks.

use serde::Serialize;
use serde_json::Value;

use super::span::{Reader, Span, Style, date_or, web};
use super::{array, emoji, string};

/// Levels of lists that are drawn; deeper ones stand at the last.
const LEVELS: u64 = 4;

/// A part of a text: exactly one of the kinds is set.
#[derive(Debug, Default, Serialize)]
pub(super) struct Part {
    pub section: bool,
    pub quote: bool,
    pub pre: bool,
    pub list: bool,
    pub ordered: bool,
    /// Of a list: `in0` to `in3`.
    pub level: String,
    /// Of an ordered list: its first number.
    pub start: u64,
    /// What is not known is named in its text.
    pub unknown: bool,
    pub lines: Vec<Line>,
}

/// One line of a list, or all of another part.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub spans: Vec<Span>,
}

impl Part {
    /// A paragraph.
    pub(super) fn section(spans: Vec<Span>) -> Self {
        Self { section: true, lines: vec![Line { spans }], ..Self::default() }
    }

    /// A quotation.
    pub(super) fn quote(spans: Vec<Span>) -> Self {
        Self { quote: true, section: false, ..Self::section(spans) }
    }

    /// Text whose lines and spaces are kept.
    pub(super) fn verbatim(spans: Vec<Span>) -> Self {
        Self { pre: true, section: false, ..Self::section(spans) }
    }

    /// Something that is not known, by its name.
    pub(super) fn unknown(name: &str) -> Self {
        Self { unknown: true, section: false, ..Self::section(vec![Span::plain(name.to_owned())]) }
    }
}

/// The parts of a block.
pub(super) fn parts(block: &Value, reader: Reader) -> Vec<Part> {
    array(block, "elements").map(|element| part(element, reader)).collect()
}

fn part(element: &Value, reader: Reader) -> Part {
    match string(element, "type") {
        "rich_text_section" => Part::section(spans(element, reader)),
        "rich_text_quote" => Part::quote(spans(element, reader)),
        "rich_text_preformatted" => Part::verbatim(spans(element, reader)),
        "rich_text_list" => {
            let number = |key: &str| element.get(key).and_then(Value::as_u64).unwrap_or_default();
            Part {
                list: true,
                ordered: string(element, "style") == "ordered",
                level: format!("in{}", number("indent").min(LEVELS - 1)),
                start: number("offset").saturating_add(1),
                lines: array(element, "elements").map(|line| Line { spans: spans(line, reader) }).collect(),
                ..Part::default()
            }
        }
        other => Part::unknown(other),
    }
}

fn spans(element: &Value, reader: Reader) -> Vec<Span> {
    array(element, "elements").map(|span| self::span(span, reader)).collect()
}

fn span(element: &Value, reader: Reader) -> Span {
    let on = |name: &str| element.pointer(&format!("/style/{name}")).and_then(Value::as_bool) == Some(true);
    let style = Style { bold: on("bold"), italic: on("italic"), strike: on("strike"), code: on("code") };
    let text = |key: &str| string(element, key).to_owned();
    let span = match string(element, "type") {
        "text" => Span::plain(text("text")),
        "link" => {
            let shown = if string(element, "text").is_empty() { "url" } else { "text" };
            Span { href: web(string(element, "url")), ..Span::plain(text(shown)) }
        }
        "emoji" => Span::plain(emoji::named(string(element, "name"))),
        "date" => {
            let seconds = element.get("timestamp").and_then(Value::as_i64);
            let shown = date_or(seconds, string(element, "format"), string(element, "fallback"), reader);
            Span { href: web(string(element, "url")), ..Span::plain(shown) }
        }
        "user" => Span::mention(format!("@{}", text("user_id"))),
        "usergroup" => Span::mention(format!("@{}", text("usergroup_id"))),
        "channel" => Span::mention(format!("#{}", text("channel_id"))),
        "broadcast" => Span::mention(format!("@{}", text("range"))),
        "color" => Span { style: Style { code: true, ..style }, ..Span::plain(text("value")) },
        other => Span { unknown: true, ..Span::plain(other.to_owned()) },
    };
    Span { style: Style { code: style.code || span.style.code, ..style }, ..span }
}
