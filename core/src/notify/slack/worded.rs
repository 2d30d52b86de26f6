//! The pieces of a living message that a person may word: its title, and a note below the facts.
//!
//! Knows where they stand and what fits there. Must not know templates.

use serde_json::Value;

use super::super::text::one_line;
use super::blocks::{self, Line, rich, short};

/// Columns of one line of a note, and its lines.
const NOTE: (usize, usize) = (150, 8);

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
