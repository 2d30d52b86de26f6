//! `filter` of a source: an expression of Logs Insights with the labels of an incident inside its strings.
//!
//! Knows the language's strings, patterns and fields as far as a value must not leave its place. Must not know the API.

use firstlook_core::alert::Labels;

use super::super::Fault;
use super::super::quoted::{quoted, regex_literal};
use super::super::template::{Part, Template, value};

/// What is asked for beside the lines' own fields.
#[derive(Debug)]
pub(super) struct Filter(Template);

/// Where the end of a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Outside,
    /// Within `'…'` or `"…"`.
    String {
        by: char,
        regex: bool,
    },
    /// Within `/…/` or a field's backticks.
    Other(char),
}

/// What follows these words is a pattern.
const BEFORE_PATTERNS: [&str; 2] = ["like", "=~"];

impl Filter {
    /// # Errors
    /// Where a placeholder stands outside a string, or more than an expression is written.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let wrong = |what: &str| {
            Fault::configuration(
                format!("`filter` {what}"),
                "write one expression of Logs Insights, such as \"level = 'ERROR' and service = '{{labels.service}}'\"",
            )
        };
        let template = Template::parse(text)?;
        let mut read = String::new();
        for part in template.parts() {
            match part {
                Part::Text(piece) => read.push_str(piece),
                Part::Label(_) if !matches!(place(&read)?, Place::String { .. }) => {
                    return Err(wrong("has a placeholder outside a string"));
                }
                Part::Label(_) => read.push('x'),
            }
        }
        match place(&read)? {
            Place::Outside if read.trim().is_empty() => Err(wrong("is empty")),
            Place::Outside => Ok(Self(template)),
            _ => Err(wrong("has a string or a pattern that is not closed")),
        }
    }

    /// The expression for these labels.
    ///
    /// # Errors
    /// When a label is missing, or holds what no string can.
    pub fn fill(&self, labels: &Labels) -> Result<String, Fault> {
        let mut text = String::new();
        for part in self.0.parts() {
            match part {
                Part::Text(piece) => text.push_str(piece),
                Part::Label(name) => {
                    let value = value(labels, name)?;
                    let Place::String { by, regex } = place(&text)? else { continue };
                    if value.chars().any(char::is_control) {
                        return Err(Fault::configuration(
                            format!("the value of the label `{name}` cannot be written in `filter`"),
                            "give this source `matchers` that leave it out",
                        ));
                    }
                    let value = if regex { regex_literal(value) } else { value.to_owned() };
                    text.push_str(&quoted(&value, by));
                }
            }
        }
        Ok(text)
    }
}

/// Where the end of `text` stands.
///
/// # Errors
/// Where another command or a comment begins.
fn place(text: &str) -> Result<Place, Fault> {
    let (mut place, mut before, mut escaped) = (Place::Outside, String::new(), false);
    for letter in text.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match (place, letter) {
            (Place::Outside, '|' | '#') => {
                return Err(Fault::configuration(
                    format!("`filter` has `{letter}` outside of strings and patterns"),
                    "write the expression alone, without further commands and comments",
                ));
            }
            (Place::Outside, '"' | '\'') => {
                place = Place::String { by: letter, regex: before.trim_end().ends_with("=~") };
            }
            (Place::Outside, '`') => place = Place::Other(letter),
            (Place::Outside, '/') if BEFORE_PATTERNS.iter().any(|word| before.trim_end().ends_with(word)) => {
                place = Place::Other(letter);
            }
            (Place::String { .. } | Place::Other('/'), '\\') => escaped = true,
            (Place::String { by, .. } | Place::Other(by), end) if by == end => place = Place::Outside,
            _ => {}
        }
        match place {
            Place::Outside => before.extend(letter.to_lowercase()),
            _ => before.clear(),
        }
    }
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(filter: &str, value: &str) -> Result<String, Fault> {
        Filter::parse(filter)?.fill(&[("x", value)].into_iter().collect())
    }

    #[test]
    fn a_value_stays_inside_its_string() {
        for (filter, value, expected) in [
            ("level = 'ERROR'", "", "level = 'ERROR'"),
            ("a = '{{labels.x}}'", "it's", r"a = 'it\'s'"),
            ("a = \"{{labels.x}}\"", r#"x" or 1 = 1 # \"#, r#"a = "x\" or 1 = 1 # \\""#),
            ("@message like /it's|a/ and a = '{{labels.x}}'", "v", "@message like /it's|a/ and a = 'v'"),
            ("a =~ '^{{labels.x}}$'", "a.b|c", r"a =~ '^a\\.b\\|c$'"),
            ("`it's` = '{{labels.x}}' and b / 2 > 1", "v", "`it's` = 'v' and b / 2 > 1"),
            (r"a like '\'|' and a = '{{labels.x}}'", "v", r"a like '\'|' and a = 'v'"),
            ("a LIKE /\\/'/ and a = '{{labels.x}}'", "v", "a LIKE /\\/'/ and a = 'v'"),
        ] {
            assert_eq!(filled(filter, value).as_deref(), Ok(expected), "{filter}");
        }
    }

    #[test]
    fn what_a_value_could_leave_is_refused() {
        for (filter, said) in [
            ("a = {{labels.x}}", "outside a string"),
            ("@message like /it's {{labels.x}}/", "outside a string"),
            ("`{{labels.x}}` = 1", "outside a string"),
            ("a = 1 | stats count()", "`|` outside"),
            ("a = 1 # '", "`#` outside"),
            ("a = 'x", "not closed"),
            (" ", "is empty"),
            ("a = '{{x}}'", "placeholder"),
        ] {
            let fault = filled(filter, "v").unwrap_err();
            assert!(fault.reason.contains(said), "{filter}: {fault:?}");
        }
        assert!(filled("a = '{{labels.x}}'", "a\nb").unwrap_err().reason.contains("cannot be written"));
        assert!(filled("a = '{{labels.x}}'", "").unwrap_err().reason.contains("no label `x`"));
    }
}
