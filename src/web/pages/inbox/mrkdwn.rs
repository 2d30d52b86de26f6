//! Slack's mrkdwn: bold, italic, struck, code, links, mentions, dates, emoji, quotes and verbatim text.
//!
//! Knows the syntax (FACTS D). Must not know blocks.

use super::emoji;
use super::rich::Part;
use super::span::{Reader, Span, Style, date_or, web};

/// Longest text that is read; Slack cuts there as well.
const MOST: usize = 40_000;
/// How far away a mark may be closed.
const REACH: usize = 3_000;
/// Verbatim text stands between these.
const FENCE: &str = "```";

/// Undoes Slack's escaping.
pub(super) fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The paragraphs, quotes and verbatim texts of a mrkdwn text.
pub(super) fn parts(text: &str, reader: Reader) -> Vec<Part> {
    let text: String = text.chars().take(MOST).collect();
    let mut out = Vec::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once(FENCE) {
        let Some((inside, left)) = after.split_once(FENCE) else { break };
        lines(before.trim_end_matches('\n'), reader, &mut out);
        out.push(Part::verbatim(vec![Span::plain(plain(inside.trim_matches('\n')))]));
        rest = left.trim_start_matches('\n');
    }
    lines(rest, reader, &mut out);
    out
}

/// Neighbouring lines of a kind are one part.
fn lines(text: &str, reader: Reader, out: &mut Vec<Part>) {
    let mut open: Option<(bool, String)> = None;
    let mut close = |(quote, text): (bool, String)| {
        let spans = spans(&text, reader);
        out.push(if quote { Part::quote(spans) } else { Part::section(spans) });
    };
    for line in text.lines() {
        let quoted = line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'));
        let (quote, line) = (quoted.is_some(), quoted.map_or(line, str::trim_start));
        match &mut open {
            Some((of, text)) if *of == quote => {
                text.push('\n');
                text.push_str(line);
            }
            _ => {
                if let Some(done) = open.replace((quote, line.to_owned())) {
                    close(done);
                }
            }
        }
    }
    open.into_iter().for_each(close);
}

/// The spans of one paragraph. What is not closed is text.
pub(super) fn spans(text: &str, reader: Reader) -> Vec<Span> {
    let mut read = Read { reader, out: Vec::new() };
    read.inline(text, Style::default());
    read.out
}

struct Read {
    reader: Reader,
    out: Vec<Span>,
}

impl Read {
    fn inline(&mut self, text: &str, style: Style) {
        let (mut rest, mut literal, mut before) = (text, String::new(), None);
        while let Some(c) = rest.chars().next() {
            let tail = rest.get(c.len_utf8()..).unwrap_or_default();
            match closed(c, tail, before) {
                Some((inside, after)) => {
                    self.literal(&mut literal, style);
                    self.marked(c, inside, style);
                    (rest, before) = (after, Some(c));
                }
                None => {
                    literal.push(c);
                    (rest, before) = (tail, Some(c));
                }
            }
        }
        self.literal(&mut literal, style);
    }

    fn literal(&mut self, text: &mut String, style: Style) {
        if !text.is_empty() {
            let text = emoji::replaced(&plain(&std::mem::take(text)));
            self.out.push(Span { style, ..Span::plain(text) });
        }
    }

    fn marked(&mut self, mark: char, inside: &str, style: Style) {
        match mark {
            '*' => self.inline(inside, Style { bold: true, ..style }),
            '_' => self.inline(inside, Style { italic: true, ..style }),
            '~' => self.inline(inside, Style { strike: true, ..style }),
            '`' => self.out.push(Span { style: Style { code: true, ..style }, ..Span::plain(plain(inside)) }),
            _ => self.out.push(Span { style, ..angle(inside, self.reader) }),
        }
    }
}

/// What stands between the mark and its end, and what follows: a mark opens at the edge of a word and closes at one.
fn closed(mark: char, tail: &str, before: Option<char>) -> Option<(&str, &str)> {
    let end = match mark {
        '<' => '>',
        '*' | '_' | '~' | '`' => mark,
        _ => return None,
    };
    if mark == '<' {
        let (inside, after) = tail.split_once(end)?;
        return (!inside.is_empty() && !inside.contains('\n')).then_some((inside, after));
    }
    if before.is_some_and(char::is_alphanumeric) || tail.starts_with(char::is_whitespace) {
        return None;
    }
    let mut last = None;
    for (at, c) in tail.char_indices().take(REACH) {
        let after = tail.get(at + c.len_utf8()..).unwrap_or_default();
        let edge = mark == '`' || !last.is_some_and(char::is_whitespace);
        if c == end && last.is_some() && edge && !after.starts_with(char::is_alphanumeric) {
            return Some((tail.get(..at)?, after));
        }
        if c == '\n' || (c == end && last.is_none()) {
            return None;
        }
        last = Some(c);
    }
    None
}

/// What stands between `<` and `>`: `https://a|text`, `@U1`, `#C1|name`, `!here`, `!date^1795111620^{time}|fallback`.
fn angle(inside: &str, reader: Reader) -> Span {
    let (target, label) = inside.split_once('|').unwrap_or((inside, inside));
    let named = |mark: &str, id: &str| {
        let name = if label == target { id } else { label };
        Span::mention(format!("{mark}{}", plain(name.trim_start_matches(mark))))
    };
    if let Some(parts) = target.strip_prefix("!date^") {
        let mut parts = parts.split('^');
        let (seconds, format) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let href = parts.next().and_then(|url| web(&plain(url)));
        let text = date_or(seconds.parse().ok(), &plain(format), &plain(label), reader);
        return Span { href, ..Span::plain(text) };
    }
    if let Some(team) = target.strip_prefix("!subteam^") {
        return named("@", team);
    }
    match target.chars().next() {
        Some('@') => named("@", target.trim_start_matches('@')),
        Some('#') => named("#", target.trim_start_matches('#')),
        Some('!') => named("@", target.trim_start_matches('!')),
        _ => Span { href: web(&plain(target)), ..Span::plain(plain(label)) },
    }
}

#[cfg(test)]
mod tests;
