//! The few Block Kit pieces that messages are made of; nothing else builds them.
//!
//! Outside text gets in only as `plain_text` (escaped) or as rich text (shown literally, `<` `>` replaced), cut
//! before that. There is no `mrkdwn` here, hence nothing that Slack would obey (FACTS D, messages/README 4).

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::declare::is_user;
use super::super::text::{address, angles, columns, cut, escape, escaped, one_line};
use super::super::zone::Zone;

/// Slack takes 150 characters; three lines of a phone are 90 columns.
const HEADER: (usize, usize) = (90, 150);
/// A context line: ours, so that the page stays the place to read.
const CONTEXT: usize = 600;

/// `plain_text`, at most `most` characters once escaped.
pub fn plain(text: &str, most: usize) -> Value {
    json!({ "type": "plain_text", "text": escape(&cut(text, most, escaped)), "emoji": false })
}

/// The title block.
pub fn header(text: &str) -> Value {
    json!({ "type": "header", "text": plain(&cut(text, HEADER.0, columns), HEADER.1) })
}

/// A small line; `None` where there is nothing to say, which Slack would refuse.
pub fn context(text: &str) -> Option<Value> {
    let text = one_line(text);
    (!text.is_empty()).then(|| json!({ "type": "context", "elements": [plain(&text, CONTEXT)] }))
}

/// A rich text block of these parts; `None` without any.
pub fn rich(block_id: &str, parts: Vec<Value>) -> Option<Value> {
    (!parts.is_empty()).then(|| json!({ "type": "rich_text", "block_id": block_id, "elements": parts }))
}

/// A list of sections; `None` without any.
pub fn list(style: &str, sections: Vec<Value>) -> Option<Value> {
    (!sections.is_empty()).then(|| json!({ "type": "rich_text_list", "style": style, "elements": sections }))
}

/// The elements of one section of rich text, in order.
#[derive(Debug, Default)]
pub struct Line(Vec<Value>);

impl Line {
    /// Our own words, or outside text that was cut already.
    pub fn text(self, text: &str) -> Self {
        self.styled(text, None)
    }

    /// The same in bold.
    pub fn bold(self, text: &str) -> Self {
        self.styled(text, Some("bold"))
    }

    /// The same in italics.
    pub fn italic(self, text: &str) -> Self {
        self.styled(text, Some("italic"))
    }

    /// The same as code.
    pub fn code(self, text: &str) -> Self {
        self.styled(text, Some("code"))
    }

    fn styled(mut self, text: &str, style: Option<&str>) -> Self {
        if text.is_empty() {
            return self;
        }
        let mut element = json!({ "type": "text", "text": angles(text) });
        if let (Some(style), Some(fields)) = (style, element.as_object_mut()) {
            fields.insert("style".to_owned(), json!({ style: true }));
        }
        self.0.push(element);
        self
    }

    /// A new line, unless nothing stands before it.
    pub fn next(self) -> Self {
        if self.0.is_empty() { self } else { self.text("\n") }
    }

    /// A link; its text alone where the address is not one.
    pub fn link(mut self, url: &str, text: &str) -> Self {
        let Some(url) = address(url) else { return self.text(text) };
        if !text.is_empty() {
            self.0.push(json!({ "type": "link", "url": url, "text": angles(text) }));
        }
        self
    }

    /// A person, by Slack's id, who is rung where this is posted.
    pub fn user(mut self, id: &str) -> Self {
        if is_user(id) {
            self.0.push(json!({ "type": "user", "user_id": id }));
        }
        self
    }

    /// A channel, by Slack's id.
    pub fn channel(mut self, id: &str) -> Self {
        self.0.push(json!({ "type": "channel", "channel_id": id }));
        self
    }

    /// Evidence ids as links to their places on the page, each after a space.
    pub fn citations(self, page: &str, ids: &[String]) -> Self {
        self.anchored(&format!("{page}#"), ids)
    }

    /// The same as links to places on the page whose anchors begin with more than `#`.
    pub fn anchored(self, before: &str, ids: &[String]) -> Self {
        let known = ids.iter().filter(|id| super::super::facts::is_id(id)).take(4);
        known.fold(self, |line, id| line.text(" ").link(&format!("{before}{id}"), id))
    }

    /// A time in the reader's own zone; `zone` where Slack cannot format it.
    pub fn time(self, at: DateTime<Utc>, zone: &Zone) -> Self {
        self.date(at, "{time}", zone.time(at))
    }

    /// The same with seconds.
    pub fn seconds(self, at: DateTime<Utc>, zone: &Zone) -> Self {
        self.date(at, "{time_secs}", zone.seconds(at))
    }

    /// How long ago, kept true without edits.
    pub fn ago(self, at: DateTime<Utc>, zone: &Zone) -> Self {
        self.date(at, "{ago}", zone.time(at))
    }

    fn date(mut self, at: DateTime<Utc>, format: &str, fallback: String) -> Self {
        self.0.push(
            json!({ "type": "date", "timestamp": at.timestamp(), "format": format, "fallback": angles(&fallback) }),
        );
        self
    }

    /// The line as a section; `None` without anything in it.
    pub fn section(self) -> Option<Value> {
        (!self.0.is_empty()).then(|| json!({ "type": "rich_text_section", "elements": self.0 }))
    }

    /// The line as a quote; `None` without anything in it.
    pub fn quote(self) -> Option<Value> {
        (!self.0.is_empty()).then(|| json!({ "type": "rich_text_quote", "elements": self.0 }))
    }
}

/// Outside text for rich text: one line of at most `most` columns.
pub fn short(text: &str, most: usize) -> String {
    cut(&one_line(text), most, columns)
}
