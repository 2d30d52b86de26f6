//! Slack's mrkdwn, as far as firstlook writes it: bold, italic, code, links, dates, and the three entities.
//!
//! Knows the syntax (FACTS D). Must not know blocks.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use serde::Serialize;

use super::super::times::{self, Local};
use super::super::{links, words};

/// Text in one style.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Span {
    pub text: String,
    pub href: Option<String>,
    pub bold: bool,
    pub italic: bool,
    pub code: bool,
}

impl Span {
    pub(super) fn plain(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

/// Who reads the page, and when.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub language: Language,
    pub now: Local,
}

/// Undoes Slack's escaping.
pub(super) fn plain(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The spans of a mrkdwn text. What is not closed is text.
pub(super) fn spans(text: &str, reader: Reader) -> Vec<Span> {
    let mut out = Vec::new();
    let mut rest = text;
    let mut literal = String::new();
    while let Some(c) = rest.chars().next() {
        let closing = match c {
            '<' => '>',
            '*' | '_' | '`' => c,
            _ => '\0',
        };
        let tail = rest.get(c.len_utf8()..).unwrap_or_default();
        let inner = (closing != '\0').then(|| tail.split_once(closing)).flatten();
        let boundary = c == '<' || !literal.chars().next_back().is_some_and(char::is_alphanumeric);
        match inner.filter(|(inside, _)| boundary && !inside.is_empty() && !inside.contains('\n')) {
            Some((inside, after)) => {
                if !literal.is_empty() {
                    out.push(Span::plain(plain(&std::mem::take(&mut literal))));
                }
                out.push(marked(c, inside, reader));
                rest = after;
            }
            None => {
                literal.push(c);
                rest = tail;
            }
        }
    }
    if !literal.is_empty() {
        out.push(Span::plain(plain(&literal)));
    }
    out
}

fn marked(mark: char, inside: &str, reader: Reader) -> Span {
    match mark {
        '*' => Span { bold: true, ..Span::plain(plain(inside)) },
        '_' => Span { italic: true, ..Span::plain(plain(inside)) },
        '`' => Span { code: true, ..Span::plain(plain(inside)) },
        _ => angle(inside, reader),
    }
}

/// What stands between `<` and `>`: `https://a|text` or `!date^1795111620^{time}|fallback`.
fn angle(inside: &str, reader: Reader) -> Span {
    let (target, label) = inside.split_once('|').unwrap_or((inside, inside));
    if let Some(parts) = target.strip_prefix("!date^") {
        let (seconds, format) = parts.split_once('^').unwrap_or((parts, ""));
        let at = seconds.parse().ok().and_then(|s| DateTime::from_timestamp(s, 0));
        return Span::plain(at.map_or_else(|| plain(label), |at| date(at, format, reader)));
    }
    Span { href: links::safe(&plain(target)), ..Span::plain(plain(label)) }
}

/// A date as Slack's format string says, in UTC. Slack shows the reader's zone; the page's foot says which this is.
pub(super) fn date(at: DateTime<Utc>, format: &str, reader: Reader) -> String {
    let Reader { language, now } = reader;
    let ago = words::ago(language, &times::span(language, now.to_utc() - at));
    [
        ("{time_secs}", times::clock(at, now).text),
        ("{time}", times::minute(at, now).text),
        ("{ago}", ago),
        ("{date_num}", at.format("%Y-%m-%d").to_string()),
        ("{date_short_pretty}", times::day(language, at, now)),
        ("{date_short}", times::day(language, at, now)),
        ("{date_long}", times::day(language, at, now)),
        ("{date_pretty}", times::day(language, at, now)),
        ("{date}", times::day(language, at, now)),
    ]
    .iter()
    .fold(format.to_owned(), |text, (mark, value)| text.replace(mark, value))
}

#[cfg(test)]
mod tests {
    use firstlook_core::notify::Zone;

    use super::*;

    fn shape(text: &str) -> Vec<String> {
        let now = Zone::utc().local(DateTime::from_timestamp(1_795_111_620 + 840, 0).unwrap());
        let one = |s: &Span| {
            let style = [(s.bold, 'b'), (s.italic, 'i'), (s.code, 'c')];
            let style: String = style.iter().filter(|(on, _)| *on).map(|(_, c)| *c).collect();
            format!("{style}{}:{}", s.href.as_deref().map(|h| format!("[{h}]")).unwrap_or_default(), s.text)
        };
        spans(text, Reader { language: Language::En, now }).iter().map(one).collect()
    }

    #[test]
    fn marks_are_read_and_entities_undone() {
        assert_eq!(shape("*a* _b_ `c &lt;d&gt;`"), ["b:a", ": ", "i:b", ": ", "c:c <d>"]);
        assert_eq!(shape("see <https://x/1|R&amp;3>."), [":see ", "[https://x/1]:R&3", ":."]);
        assert_eq!(shape("<!date^1795111620^{time}, {ago}|f>"), [":18:07, 14 min ago"]);
        assert_eq!(shape("<!date^x^{time}|f>"), [":f"]);
    }

    #[test]
    fn what_is_not_closed_or_not_a_mark_is_text() {
        assert_eq!(shape("snake_case_name 2*3*4 *open"), [":snake_case_name 2*3*4 *open"]);
        assert_eq!(shape("`a\nb` ** <>"), [":`a\nb` ** <>"]);
        assert_eq!(shape("<javascript:x|y>"), [":y"]);
        assert_eq!(shape(""), Vec::<String>::new());
    }
}
