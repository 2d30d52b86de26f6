//! Removes the characters that make a text read differently from what it is.
//!
//! Knows control, terminal, invisible and direction-turning characters. Must not touch anything that can be seen.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Terminal sequences: CSI (`ESC [ … letter`), OSC (`ESC ] … BEL` or `ESC \`), and two-character ones.
static TERMINAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:\x1b\[|\x{9b})[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)|\x1b[@-Z\\^_]").ok()
});

/// The text without such characters; line breaks and tabs stay.
pub fn text(text: &str) -> String {
    strip(text, |c| c)
}

/// The same in one line: breaks and tabs become blanks.
pub fn line(text: &str) -> String {
    strip(text, |c| if c == '\n' || c == '\t' { ' ' } else { c })
}

fn strip(text: &str, visible: fn(char) -> char) -> String {
    let text = match &*TERMINAL {
        Some(regex) if text.contains(['\u{1b}', '\u{9b}']) => regex.replace_all(text, ""),
        _ => Cow::Borrowed(text),
    };
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => out.push(visible('\n')),
            '\n' | '\t' => out.push(visible(c)),
            _ if is_hidden(c) => {}
            _ => out.push(c),
        }
    }
    out
}

/// Controls; zero-width and direction marks; soft hyphen; variation selectors and tags, which can carry hidden text.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_goes_and_what_can_be_seen_stays() {
        for (input, expected) in [
            ("\u{1b}[31;1mred\u{1b}[0m plain", "red plain"),
            ("\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}", "click"),
            ("ig\u{200b}nore \u{202e}txet\u{202c} \u{feff}x\u{ad}y", "ignore txet xy"),
            ("a\u{e0041}\u{e0042}b\u{fe0f}", "ab"),
            ("bell\u{7} nul\0 del\u{7f} c1\u{9c}", "bell nul del c1"),
            ("one\r\ntwo\rthree\u{2028}four\tfive", "one\ntwo\nthree\nfour\tfive"),
            ("日本語 – é ✓ «x»", "日本語 – é ✓ «x»"),
            ("lone \u{1b} escape \u{1b}[", "lone  escape ["),
        ] {
            assert_eq!(text(input), expected, "{input:?}");
            assert_eq!(text(&text(input)), text(input), "{input:?} twice");
        }
    }

    #[test]
    fn one_line_stays_one_line() {
        assert_eq!(line("a\r\nb\tc\u{2029}d\u{b}e"), "a b c d e");
    }
}
