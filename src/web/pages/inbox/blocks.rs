//! Block Kit, roughly as Slack draws it: the blocks that firstlook sends, any other by its name.
//!
//! Knows Slack's JSON (FACTS D). Must not know why a message says what it says.

use chrono::DateTime;
use serde::Serialize;
use serde_json::Value;

use super::super::links;
use super::mrkdwn::{self, Reader, Span};
use super::string;

/// One block; exactly one of its fields is filled.
#[derive(Default, Serialize)]
pub(super) struct Block {
    header: Option<String>,
    context: Option<Vec<Span>>,
    parts: Option<Vec<Part>>,
    buttons: Option<Vec<Button>>,
    image: Option<String>,
    divider: bool,
}

/// A part of a rich text: paragraph, quotation, verbatim text or list.
#[derive(Serialize)]
pub(super) struct Part {
    section: bool,
    quote: bool,
    pre: bool,
    list: bool,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    spans: Vec<Span>,
}

#[derive(Serialize)]
pub(super) struct Button {
    text: String,
    /// Only links work in the stand-in.
    href: Option<String>,
}

/// The blocks of a message.
pub(super) fn blocks(body: &Value, reader: Reader) -> Vec<Block> {
    array(body, "blocks").filter_map(|b| block(b, reader)).collect()
}

fn block(block: &Value, reader: Reader) -> Option<Block> {
    let empty = Block::default();
    Some(match string(block, "type") {
        "header" => Block { header: Some(text_object(block.get("text")?)), ..empty },
        "context" => Block {
            context: Some(array(block, "elements").flat_map(|e| text_spans(e, reader)).collect()),
            ..empty
        },
        "section" => {
            let text = block.get("text").into_iter().flat_map(|t| text_spans(t, reader)).collect();
            let fields = array(block, "fields").map(|f| Line { spans: text_spans(f, reader) });
            let lines = [Line { spans: text }].into_iter().chain(fields);
            Block { parts: Some(vec![Part { section: true, ..part("", lines.collect()) }]), ..empty }
        }
        "rich_text" => {
            Block { parts: Some(array(block, "elements").map(|e| rich(e, reader)).collect()), ..empty }
        }
        "actions" => Block { buttons: Some(array(block, "elements").filter_map(button).collect()), ..empty },
        "image" => Block { image: Some(string(block, "alt_text").to_owned()), ..empty },
        "divider" => Block { divider: true, ..empty },
        other => Block { header: Some(other.to_owned()), ..empty },
    })
}

fn part(kind: &str, lines: Vec<Line>) -> Part {
    Part {
        section: kind == "rich_text_section",
        quote: kind == "rich_text_quote",
        pre: kind == "rich_text_preformatted",
        list: kind == "rich_text_list",
        lines,
    }
}

fn rich(element: &Value, reader: Reader) -> Part {
    let kind = string(element, "type");
    let spans = |e: &Value| Line { spans: array(e, "elements").map(|s| span(s, reader)).collect() };
    let lines = if kind == "rich_text_list" {
        array(element, "elements").map(spans).collect()
    } else {
        vec![spans(element)]
    };
    part(kind, lines)
}

fn span(element: &Value, reader: Reader) -> Span {
    let style =
        |name: &str| element.pointer(&format!("/style/{name}")).and_then(Value::as_bool).unwrap_or_default();
    let text = match string(element, "type") {
        "date" => date(element, reader),
        "emoji" => format!(":{}:", string(element, "name")),
        "link" if string(element, "text").is_empty() => string(element, "url").to_owned(),
        _ => string(element, "text").to_owned(),
    };
    Span {
        text,
        href: links::safe(string(element, "url")),
        bold: style("bold"),
        italic: style("italic"),
        code: style("code"),
    }
}

/// A date in the formats that firstlook uses; any other shows its fallback.
fn date(element: &Value, reader: Reader) -> String {
    let at = element.get("timestamp").and_then(Value::as_i64).and_then(|s| DateTime::from_timestamp(s, 0));
    match (at, string(element, "format")) {
        (Some(at), format) => mrkdwn::date(at, format, reader),
        (None, _) => string(element, "fallback").to_owned(),
    }
}

fn button(element: &Value) -> Option<Button> {
    let text = text_object(element.get("text")?);
    Some(Button { text, href: links::safe(string(element, "url")) })
}

/// A text object as spans: `mrkdwn` is read, `plain_text` shown.
fn text_spans(object: &Value, reader: Reader) -> Vec<Span> {
    if string(object, "type") == "mrkdwn" {
        mrkdwn::spans(string(object, "text"), reader)
    } else {
        vec![Span::plain(text_object(object))]
    }
}

/// The text of a `plain_text` object; Slack decodes its three entities there as well.
fn text_object(object: &Value) -> String {
    mrkdwn::plain(string(object, "text"))
}

fn array<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}
