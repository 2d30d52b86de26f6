//! LogQL and PromQL with the labels of an incident in them, and what a shell can be given.
//!
//! Knows the languages' strings, which are Go's: a value from a sender stays inside the string that it was put in. Must
//! not know HTTP.

use firstlook_core::alert::Labels;

use super::Fault;
use super::template::{Part, Template, value};

/// Where a placeholder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// Behind a `#`, up to the end of the line: quotes in there begin no string.
    Comment,
    /// Within `"…"` or `'…'`; escapes apply.
    Quoted {
        by: char,
        regex: bool,
    },
    /// Within backticks; nothing can be escaped.
    Raw {
        regex: bool,
    },
}

/// # Errors
/// When a placeholder stands outside a string, where its value would be code.
pub(super) fn check(template: &Template) -> Result<(), Fault> {
    let mut text = String::new();
    for part in template.parts() {
        match part {
            Part::Text(piece) => text.push_str(piece),
            Part::Label(name) if matches!(place(&text), Place::Outside | Place::Comment) => {
                return Err(Fault::configuration(
                    format!("the placeholder of `{name}` in the query stands outside a string"),
                    format!("write it as a string in `query`: \"{{{{labels.{name}}}}}\""),
                ));
            }
            Part::Label(_) => text.push('x'),
        }
    }
    Ok(())
}

/// Whether a query of LogQL selects streams and nothing else, so that it leaves out no line of them.
pub(super) fn is_selector(query: &str) -> bool {
    let outside = |at: &usize| query.get(..*at).is_some_and(|before| place(before) == Place::Outside);
    let end = query.match_indices('}').map(|(at, _)| at).find(outside);
    end.and_then(|at| query.get(at + 1..)).is_some_and(|rest| rest.trim().is_empty())
}

/// The query for these labels.
///
/// # Errors
/// When a label is missing, or its value cannot be written where the placeholder stands.
pub(super) fn fill(template: &Template, labels: &Labels) -> Result<String, Fault> {
    let mut query = String::new();
    for part in template.parts() {
        match part {
            Part::Text(piece) => query.push_str(piece),
            Part::Label(name) => {
                let value = value(labels, name)?;
                let text = match place(&query) {
                    Place::Quoted { regex: true, by } => quoted(&regex_literal(value), by),
                    Place::Raw { regex: true } if !value.contains('`') => regex_literal(value),
                    Place::Raw { regex: false } if !value.contains('`') => value.to_owned(),
                    Place::Quoted { regex: false, by } => quoted(value, by),
                    Place::Raw { .. } | Place::Outside | Place::Comment => {
                        return Err(Fault::configuration(
                            format!("the value of the label `{name}` cannot be written in the query"),
                            format!("write \"{{{{labels.{name}}}}}\" in double quotes in `query`"),
                        ));
                    }
                };
                query.push_str(&text);
            }
        }
    }
    Ok(query)
}

/// Where the end of `text` stands.
fn place(text: &str) -> Place {
    let (mut place, mut before, mut escaped) = (Place::Outside, String::new(), false);
    for letter in text.chars() {
        match (place, letter) {
            (Place::Outside, '"' | '\'') => {
                place = Place::Quoted { by: letter, regex: before.ends_with('~') };
            }
            (Place::Outside, '`') => place = Place::Raw { regex: before.ends_with('~') },
            (Place::Outside, '#') => place = Place::Comment,
            (Place::Comment, '\n') => place = Place::Outside,
            (Place::Outside, other) if !other.is_whitespace() => {
                before.clear();
                before.push(other);
            }
            (Place::Quoted { .. }, _) if escaped => escaped = false,
            (Place::Quoted { .. }, '\\') => escaped = true,
            (Place::Quoted { by, .. }, end) if by == end => {
                place = Place::Outside;
                before.clear();
            }
            (Place::Raw { .. }, '`') => {
                place = Place::Outside;
                before.clear();
            }
            _ => {}
        }
    }
    place
}

/// As it stands within a string in quotes of the kind `by`; to escape the other kind is an error there.
pub(super) fn quoted(value: &str, by: char) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            quote if quote == by => text.extend(['\\', quote]),
            '\n' => text.push_str("\\n"),
            other if other.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => text.push(other),
        }
    }
    text
}

/// A pattern that matches `value` and nothing else.
pub(super) fn regex_literal(value: &str) -> String {
    let mut text = String::new();
    for letter in value.chars() {
        if r"\.+*?()|[]{}^$".contains(letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

/// As one word of a shell.
pub(super) fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(query: &str, value: &str) -> Result<String, Fault> {
        let template = Template::parse(query)?;
        check(&template)?;
        fill(&template, &[("x", value)].into_iter().collect())
    }

    #[test]
    fn a_selector_leaves_out_no_line() {
        for (query, alone) in [
            (r#"{app="api", pod=~"a{2}|}x"} "#, true),
            ("{app=`}`}\n", true),
            (r#"{app="api"} |= "x""#, false),
            (r#"{app="api"} != "x""#, false),
            (r#"{app="}"} | json"#, false),
            (r#"{app="}"#, false),
            ("", false),
        ] {
            assert_eq!(is_selector(query), alone, "{query}");
        }
    }

    #[test]
    fn a_value_stays_inside_its_string() {
        for (query, value, expected) in [
            (r#"{a="{{labels.x}}"}"#, "api", r#"{a="api"}"#),
            (r#"{a="{{labels.x}}"}"#, r#"a"} |= "b"#, r#"{a="a\"} |= \"b"}"#),
            (r#"{a="{{labels.x}}"}"#, "a\\\n\u{7}", r#"{a="a\\\n\u0007"}"#),
            (r#"{a=~"{{labels.x}}-.*"}"#, "a.b|c", r#"{a=~"a\\.b\\|c-.*"}"#),
            (r#"{a=~ `{{labels.x}}`}"#, "a.b", r#"{a=~ `a\.b`}"#),
            (r#"{a="1"} |= `{{labels.x}}`"#, r#"a"b\"#, r#"{a="1"} |= `a"b\`"#),
            (r#"{a="\"{{labels.x}}"} |~ "e""#, "1", r#"{a="\"1"} |~ "e""#),
            ("up{a='{{labels.x}}'}", "it's \"x\"", "up{a='it\\'s \"x\"'}"),
            (r#"up{a="{{labels.x}}"}"#, "it's", r#"up{a="it's"}"#),
            // The apostrophe of a comment begins no string.
            ("# don't\nup{a=\"{{labels.x}}\"}", "a\" or b", "# don't\nup{a=\"a\\\" or b\"}"),
            ("up{a=\"#'\"} > \"{{labels.x}}\"", "\"", "up{a=\"#'\"} > \"\\\"\""),
        ] {
            assert_eq!(filled(query, value).as_deref(), Ok(expected), "{query}");
        }
    }

    #[test]
    fn what_cannot_be_kept_inside_is_refused() {
        assert!(
            filled(r#"{a="1"} | {{labels.x}}"#, "json").unwrap_err().remedy.contains(r#""{{labels.x}}""#)
        );
        assert!(filled("up # '{{labels.x}}'", "a\nb").unwrap_err().reason.contains("outside a string"));
        assert!(filled(r#"{a="1"} |= `{{labels.x}}`"#, "a`b").unwrap_err().remedy.contains("double quotes"));
        assert!(filled(r#"{a="{{labels.x}}"}"#, "").unwrap_err().reason.contains("no label `x`"));
    }
}
