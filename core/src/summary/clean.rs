//! Makes a model's words harmless for every reader: no control characters, no mentions, no links, no secrets.
//!
//! Knows what chat and Markdown treat as special. Must not know what the words say. Characters are replaced by
//! others and never taken out in a second pass, so that nothing can be put together again from its pieces.

use crate::evidence::{Redacted, Redactor};

/// `text` on one line, without what a page or a chat would act upon, redacted.
pub(super) fn clean(text: &str, redactor: &Redactor) -> Redacted {
    // Redaction first, while addresses still have their form; again at the end, because that makes the type.
    redactor.redact(&defang(&neutral(&one_line(redactor.redact(text).as_str()))))
}

/// Spaces and breaks become one space; control, zero-width and direction-changing characters go.
fn one_line(text: &str) -> String {
    let visible: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !invisible(*c)).collect();
    visible.split(breaks).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The spaces that group digits stay: `12 345` written with one of them is one number.
fn breaks(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2009}' | '\u{202f}')
}

fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Slack reads `<!here>`, `<@U1>`, `<#C1>` and `<https://…>`; many chats read `@here`, `@channel`, `@everyone`.
fn neutral(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let next = rest.as_str();
        let replaced = match c {
            '<' if next.starts_with(['!', '@', '#']) || next.contains("://") => "(",
            '@' if ["here", "channel", "everyone", "all"].iter().any(|w| starts_with_word(next, w)) => "(at)",
            _ => {
                out.push(c);
                continue;
            }
        };
        out.push_str(replaced);
    }
    out
}

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
        && !text[word.len()..].starts_with(|c: char| c.is_alphanumeric())
}

/// Addresses lose their form: `https[:]//`, `www[.]`, `mailto[:]`, and Markdown's `](` its brackets' contact.
fn defang(text: &str) -> String {
    let mut out = text.replace("://", "[:]//");
    for (from, to) in [("www.", "www[.]"), ("mailto:", "mailto[:]"), ("javascript:", "javascript[:]")] {
        while let Some(at) = out.to_ascii_lowercase().find(from) {
            out.replace_range(at..at + from.len(), to);
        }
    }
    // Last, since what stands in for an address ends in a bracket itself.
    out.replace("](", "] (")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cleaned(text: &str) -> String {
        clean(text, &Redactor::default()).as_str().to_owned()
    }

    #[test]
    fn what_chats_act_upon_is_defused() {
        for (text, expected) in [
            ("a\nb\t c\u{0}d", "a b cd"),
            ("4\u{200b}12 \u{202e}errors", "412 errors"),
            ("<!here> look", "(!here> look"),
            ("<<!here>!here>", "<(!here>!here>"),
            ("<@U123> and @channel, @Everyone", "(@U123> and (at)channel, (at)Everyone"),
            ("me@hereford", "me@hereford"),
            ("see <https://evil.example|the page>", "see (https[:]//evil.example|the page>"),
            ("[go](https://evil.example)", "[go] (https[:]//evil.example)"),
            ("WWW.evil.example MAILTO:x", "www[.]evil.example mailto[:]x"),
            ("www.@here", "www[.] (at)here"),
            ("rate <num> of <*>", "rate <num> of <*>"),
        ] {
            assert_eq!(cleaned(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_special_survives(text in "([<!@#>:/ .\\](]|here|www|http|\u{200b}|\n|channel){0,30}") {
            let out = cleaned(&text);
            for special in ["://", "<!", "<@", "<#", "](", "@here", "@channel", "www.", "\n", "\u{200b}"] {
                // `@here` inside a longer word is no mention: `me@hereford`.
                let found = out.match_indices(special).any(|(at, s)| {
                    !s.starts_with('@') || !out[at + s.len()..].starts_with(|c: char| c.is_alphanumeric())
                });
                prop_assert!(!found, "{out:?} has {special:?}");
            }
        }
    }
}
