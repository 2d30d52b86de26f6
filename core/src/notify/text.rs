//! Outside text made fit for a place: one line, cut at a word, and without what the place would obey.
//!
//! Knows the characters that Slack and PagerDuty act on (FACTS D). Must not know what any text means.

use std::sync::LazyLock;

use regex::Regex;
use unicode_width::UnicodeWidthChar;

static SYMBOL: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\p{So}").ok());

/// The text on one line: control and direction-changing characters become spaces, runs of spaces one space.
pub fn one_line(text: &str) -> String {
    spaced(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without control and direction-changing characters, line breaks among them: each becomes a space.
pub fn spaced(text: &str) -> String {
    let breaks = |c: char| c.is_control() || turns_direction(c) || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect()
}

/// Characters that make a line read in another order than it is written: a link or a name could pose as another.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Columns on a fixed-width screen; a kanji counts 2. Never 0, so that a pile of combining marks has an end too.
pub fn columns(c: char) -> usize {
    c.width().unwrap_or(0).max(1)
}

/// Columns of a whole text.
pub fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// What a character adds to the length of a `plain_text` once escaped, in UTF-16 units (never less than characters).
pub fn escaped(c: char) -> usize {
    match c {
        '&' => 5,
        '<' | '>' => 4,
        other => other.len_utf16(),
    }
}

/// What a character adds to a JSON string that is written in ASCII alone, the longest form a receiver may count.
pub fn json_ascii(c: char) -> usize {
    match c {
        '"' | '\\' => 2,
        ' '..='~' => 1,
        other => 6 * other.len_utf16(),
    }
}

/// The text if it costs at most `max`; else as much of it as does with `…`, cut at a word where the last word
/// is not most of it. Cut before escaping, never after.
pub fn cut(text: &str, max: usize, cost: fn(char) -> usize) -> String {
    if text.chars().map(cost).sum::<usize>() <= max {
        return text.to_owned();
    }
    let Some(room) = max.checked_sub(cost('…')) else { return String::new() };
    let mut spent = 0;
    let kept: String = text
        .chars()
        .take_while(|&c| {
            spent += cost(c);
            spent <= room
        })
        .collect();
    let begins_word = text.get(kept.len()..).is_some_and(|rest| rest.starts_with(' '));
    let at_word = if begins_word { Some(kept.len()) } else { kept.rfind(' ') };
    let end = at_word.filter(|end| *end * 2 >= kept.len()).unwrap_or(kept.len());
    format!("{}…", kept.get(..end).unwrap_or(&kept).trim_end())
}

/// The text on at most `lines` lines of `most` columns, broken between words where it can be; what has no room is cut.
pub fn wrapped(text: &str, most: usize, lines: usize) -> Vec<String> {
    let text = one_line(text);
    let mut rest = text.as_str();
    let mut out: Vec<String> = Vec::new();
    while !rest.is_empty() {
        if out.len() + 1 >= lines {
            out.push(cut(rest, most, columns));
            return out;
        }
        let mut spent = 0;
        let fits = |(_, c): &(usize, char)| {
            spent += columns(*c);
            spent <= most
        };
        let end = rest.char_indices().take_while(fits).last().map_or(rest.len(), |(at, c)| at + c.len_utf8());
        let whole = end == rest.len() || rest.get(end..).is_some_and(|rest| rest.starts_with(' '));
        let word = rest.get(..end).and_then(|line| line.rfind(' ')).filter(|at| !whole && *at > 0);
        let (line, after) = rest.split_at_checked(word.unwrap_or(end)).unwrap_or((rest, ""));
        out.push(line.trim().to_owned());
        rest = after.trim_start();
    }
    out
}

/// For `plain_text` and the fallback `text`: Slack reads only these three entities (FACTS D).
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// For places that show text literally but may one day read `<…>`: rich text, and PagerDuty's pages.
pub fn angles(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

/// The address, if it is one that can be a link: http, without a character that could end it.
pub fn address(url: &str) -> Option<&str> {
    let is_http = url.starts_with("https://") || url.starts_with("http://");
    let harmless = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '|' | '"');
    (is_http && url.len() <= 3000 && url.chars().all(harmless)).then_some(url)
}

/// For a lock screen: no markup, no symbols, no angle brackets.
pub fn bare(text: &str) -> String {
    let text = text.replace(['<', '>', '*', '_', '~', '`'], " ");
    match &*SYMBOL {
        Some(symbol) => one_line(&symbol.replace_all(&text, " ")),
        None => one_line(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_a_word_and_within_their_room() {
        for (text, max, want) in [
            ("short", 5, "short"),
            ("one two three", 9, "one two…"),
            ("one two three", 8, "one two…"),
            ("one two three", 7, "one…"),
            ("unbreakable-name", 8, "unbreak…"),
            ("a unbreakable-name", 9, "a unbrea…"),
            ("重大な障害が発生", 7, "重大な…"),
            ("anything", 0, ""),
        ] {
            assert_eq!(cut(text, max, columns), want, "{text} in {max}");
        }
        assert_eq!(cut("a & b & c", 12, escaped), "a & b…", "an ampersand costs five");
        assert_eq!(cut("重大な障害", 18, json_ascii), "重大…");
    }

    #[test]
    fn texts_are_wrapped_between_words_and_cut_behind_the_last_line() {
        for (text, most, lines, want) in [
            ("", 5, 2, vec![]),
            ("one two three", 7, 3, vec!["one two", "three"]),
            ("one two three", 3, 9, vec!["one", "two", "thr", "ee"]),
            ("one two three", 5, 2, vec!["one", "two…"]),
            ("接続が足りない", 6, 3, vec!["接続が", "足りな", "い"]),
            ("anything", 8, 1, vec!["anything"]),
        ] {
            assert_eq!(wrapped(text, most, lines), want, "{text} in {lines} of {most}");
        }
    }

    #[test]
    fn only_an_http_address_is_a_link() {
        assert_eq!(address("https://git.example.com/a?b=c#d"), Some("https://git.example.com/a?b=c#d"));
        let long = format!("https://x/{}", "a".repeat(3_000));
        for other in
            ["", "javascript:alert(1)", "https://x/ y", "https://x/|y", "https://x/>", "https://x/\n", &long]
        {
            assert_eq!(address(other), None, "{other}");
        }
    }

    #[test]
    fn what_a_place_obeys_is_gone() {
        assert_eq!(one_line(" a\n\tb\u{202e}c\u{0}d "), "a b c d");
        assert_eq!(escape("<!here> & &lt;"), "&lt;!here&gt; &amp; &amp;lt;");
        assert_eq!(angles("<!here>"), "‹!here›");
        assert_eq!(bare("🛑 *node_exporter* <@U1> 85°C ▮▮"), "node exporter @U1 85 C");
        assert_eq!(width("重大 a"), 6);
    }
}
