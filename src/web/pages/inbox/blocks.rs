//! Block Kit as Slack draws it, block by block; one that is not known is shown by its name.
//!
//! Knows Slack's JSON (FACTS D). Must not know why a message says what it says.

use serde::Serialize;
use serde_json::Value;

use super::controls::{Control, control};
use super::files::{Files, Picture};
use super::mrkdwn;
use super::rich::{self, Part};
use super::span::{Reader, Span, web};
use super::{array, string};

/// One block; exactly one of its kinds is filled.
#[derive(Default, Serialize)]
pub(super) struct Block {
    header: Option<String>,
    context: Option<Vec<Span>>,
    parts: Option<Vec<Part>>,
    section: Option<Section>,
    controls: Option<Vec<Control>>,
    input: Option<Input>,
    image: Option<Picture>,
    divider: bool,
    unknown: Option<String>,
}

/// A text, facts in two columns, and something at its side.
#[derive(Serialize)]
struct Section {
    parts: Vec<Part>,
    fields: Vec<Vec<Part>>,
    beside: Option<Control>,
}

/// Something to be filled in.
#[derive(Serialize)]
struct Input {
    label: String,
    hint: String,
    optional: bool,
    control: Control,
}

/// A coloured bar with text or blocks behind it: how older apps tell of alarms.
#[derive(Serialize)]
pub(super) struct Attachment {
    /// `#a30200`, checked: nothing else can get into the page by it.
    colour: Option<String>,
    pretext: Vec<Part>,
    title: String,
    href: Option<String>,
    parts: Vec<Part>,
    fields: Vec<Field>,
    blocks: Vec<Block>,
    footer: String,
}

#[derive(Serialize)]
struct Field {
    title: String,
    parts: Vec<Part>,
}

/// The blocks of a message or form.
pub(super) fn blocks(body: &Value, files: &Files, reader: Reader) -> Vec<Block> {
    array(body, "blocks").map(|one| block(one, files, reader)).collect()
}

fn block(block: &Value, files: &Files, reader: Reader) -> Block {
    let empty = Block::default();
    match string(block, "type") {
        "header" => Block { header: block.get("text").map(text_object), ..empty },
        "context" => Block {
            context: Some(array(block, "elements").flat_map(|e| small(e, reader)).collect()),
            ..empty
        },
        "rich_text" => Block { parts: Some(rich::parts(block, reader)), ..empty },
        "section" => Block { section: Some(section(block, reader)), ..empty },
        "actions" => {
            Block { controls: Some(array(block, "elements").map(|e| control(e, reader)).collect()), ..empty }
        }
        "input" => Block { input: Some(input(block, reader)), ..empty },
        "image" => Block { image: Some(files.picture(block)), ..empty },
        "divider" => Block { divider: true, ..empty },
        other => Block { unknown: Some(other.to_owned()), ..empty },
    }
}

fn section(block: &Value, reader: Reader) -> Section {
    Section {
        parts: block.get("text").map(|text| parts(text, reader)).unwrap_or_default(),
        fields: array(block, "fields").map(|field| parts(field, reader)).collect(),
        beside: block.get("accessory").map(|element| control(element, reader)),
    }
}

fn input(block: &Value, reader: Reader) -> Input {
    let text = |key: &str| block.get(key).map(text_object).unwrap_or_default();
    Input {
        label: text("label"),
        hint: text("hint"),
        optional: block.get("optional").and_then(Value::as_bool) == Some(true),
        control: control(block.get("element").unwrap_or(&Value::Null), reader),
    }
}

/// The attachments of a message.
pub(super) fn attachments(body: &Value, files: &Files, reader: Reader) -> Vec<Attachment> {
    let read = |text: &str| mrkdwn::parts(text, reader);
    let one = |of: &Value| {
        let field =
            |f: &Value| Field { title: mrkdwn::plain(string(f, "title")), parts: read(string(f, "value")) };
        Attachment {
            colour: colour(string(of, "color")),
            pretext: read(string(of, "pretext")),
            title: mrkdwn::plain(string(of, "title")),
            href: web(string(of, "title_link")),
            parts: read(string(of, "text")),
            fields: array(of, "fields").map(field).collect(),
            blocks: blocks(of, files, reader),
            footer: mrkdwn::plain(string(of, "footer")),
        }
    };
    array(body, "attachments").map(one).collect()
}

fn colour(name: &str) -> Option<String> {
    let digits = match name {
        "good" => "2eb67d",
        "warning" => "daa038",
        "danger" => "a30200",
        other => other.strip_prefix('#').unwrap_or(other),
    };
    let hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| format!("#{digits}"))
}

/// An element of a context block: text, or a picture by what it shows.
fn small(element: &Value, reader: Reader) -> Vec<Span> {
    match string(element, "type") {
        "mrkdwn" => mrkdwn::spans(string(element, "text"), reader),
        "plain_text" => vec![Span::plain(text_object(element))],
        "image" => vec![Span::plain(string(element, "alt_text").to_owned())],
        other => vec![Span { unknown: true, ..Span::plain(other.to_owned()) }],
    }
}

/// A text object: `mrkdwn` is read, `plain_text` shown.
fn parts(object: &Value, reader: Reader) -> Vec<Part> {
    match string(object, "type") {
        "mrkdwn" => mrkdwn::parts(string(object, "text"), reader),
        "plain_text" => vec![Part::section(vec![Span::plain(text_object(object))])],
        other => vec![Part::unknown(other)],
    }
}

/// The text of a `plain_text` object; Slack undoes its three entities there as well, and reads names of emoji unless it is
/// told not to.
pub(super) fn text_object(object: &Value) -> String {
    let text = mrkdwn::plain(string(object, "text"));
    let literal = object.get("emoji").and_then(Value::as_bool) == Some(false);
    if literal { text } else { super::emoji::replaced(&text) }
}
