//! The pieces of a living message that a person may word: its title, and a note below the facts.
//!
//! Knows where they stand and what fits there. Must not know templates.

use serde_json::{Value, json};

use super::super::text::one_line;
use super::blocks::{self, Line, rich, short};

/// Columns of one line of a note, and its lines.
const NOTE: (usize, usize) = (150, 8);
/// The same of a line in a thread.
const THREAD: (usize, usize) = (150, 4);
/// Where the words of a line in a thread stand.
const LINE: &str = "/blocks/0/elements/0/elements";

/// What a header block says.
pub(in crate::notify) fn header_text(block: &Value) -> String {
    let text = block.pointer("/text/text").and_then(Value::as_str).unwrap_or_default();
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The title block, of any words.
pub(in crate::notify) fn header_block(words: &str) -> Value {
    blocks::header(&one_line(words))
}

/// Puts a note below the facts, or below title and state where there are none.
pub(in crate::notify) fn add_note(blocks: &mut Vec<Value>, words: &str) {
    let lines = words.lines().map(|line| short(line, NOTE.0)).filter(|line| !line.is_empty()).take(NOTE.1);
    let line = lines.fold(Line::default(), |told, line| told.next().text(&line));
    let Some(note) = rich("note", line.section().into_iter().collect()) else { return };
    let facts = blocks.iter().position(|block| block.get("block_id").is_some_and(|id| id == "facts"));
    let at = facts.map_or(2, |at| at + 1).min(blocks.len());
    blocks.insert(at, note);
}

/// What a line in a thread says, without the links in it.
pub(in crate::notify) fn line_text(body: &Value) -> String {
    let elements = body.pointer(LINE).and_then(Value::as_array).into_iter().flatten();
    let words =
        elements.filter(|one| !is_link(one)).filter_map(|one| one.get("text").or(one.get("fallback")));
    words.filter_map(Value::as_str).collect::<String>().trim().to_owned()
}

/// Puts words in the place of a line's; its links follow them.
pub(in crate::notify) fn word_line(body: &mut Value, words: &str) {
    let Some(elements) = body.pointer_mut(LINE).and_then(Value::as_array_mut) else { return };
    let links: Vec<Value> = elements.iter().filter(|one| is_link(one)).cloned().collect();
    let lines =
        words.lines().map(|line| short(line, THREAD.0)).filter(|line| !line.is_empty()).take(THREAD.1);
    let line = lines.fold(Line::default(), |told, line| told.next().text(&line)).section();
    let Some(worded) = line.as_ref().and_then(|line| line.get("elements")?.as_array()) else { return };
    *elements = worded.clone();
    for link in links {
        elements.push(json!({ "type": "text", "text": " " }));
        elements.push(link);
    }
}

fn is_link(element: &Value) -> bool {
    element.get("type").is_some_and(|kind| kind == "link")
}
