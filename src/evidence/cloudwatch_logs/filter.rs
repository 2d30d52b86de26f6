//! `filter` of a source: an expression of Logs Insights with the labels of an incident inside its strings.
//!
//! Knows the language's strings, patterns and fields as far as a value must not leave its place. Must not know the API.

use firstlook_core::alert::Labels;
use firstlook_core::runbook::insights::{self, Place, place};

use super::super::Fault;
use super::super::quoted::{quoted, regex_literal};
use super::super::template::{Part, Template, value};

/// What is asked for beside the lines' own fields.
#[derive(Debug)]
pub(super) struct Filter(Template);

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
                Part::Label(_) => read.push('x'),
            }
        }
        if let Some(letter) = insights::outside(&read).find(|letter| matches!(letter, '|' | '#')) {
            return Err(Fault::configuration(
                format!("`filter` has `{letter}` outside of strings and patterns"),
                "write the expression alone, without further commands and comments",
            ));
        }
        if !is_inside(&template) {
            return Err(wrong("has a placeholder outside a string"));
        }
        match place(&read) {
            Place::Outside if read.trim().is_empty() => Err(wrong("is empty")),
            Place::Outside => Ok(Self(template)),
            _ => Err(wrong("has a string or a pattern that is not closed")),
        }
    }

    /// Whether it has a placeholder of this label.
    pub fn names(&self, label: &str) -> bool {
        self.0.names(label)
    }

    /// The expression for these labels.
    ///
    /// # Errors
    /// When a label is missing, or holds what no string can.
    pub fn fill(&self, labels: &Labels) -> Result<String, Fault> {
        fill(&self.0, labels)
    }
}

/// Whether all placeholders stand in strings.
pub(super) fn is_inside(template: &Template) -> bool {
    let mut read = String::new();
    template.parts().iter().all(|part| match part {
        Part::Text(piece) => {
            read.push_str(piece);
            true
        }
        Part::Label(_) => {
            let inside = matches!(place(&read), Place::String { .. });
            read.push('x');
            inside
        }
    })
}

/// The query or expression for these labels, whose placeholders all stand in strings.
///
/// # Errors
/// When a label is missing, or holds what no string can.
pub(super) fn fill(template: &Template, labels: &Labels) -> Result<String, Fault> {
    let mut text = String::new();
    for part in template.parts() {
        match part {
            Part::Text(piece) => text.push_str(piece),
            Part::Label(name) => {
                let value = value(labels, name)?;
                let Place::String { by, regex } = place(&text) else { continue };
                if value.chars().any(char::is_control) {
                    return Err(Fault::configuration(
                        format!("the value of the label `{name}` cannot be written in a query"),
                        "ask only where it is another: by `matchers` of this source, by `match` of this runbook",
                    ));
                }
                let value = if regex { regex_literal(value) } else { value.to_owned() };
                text.push_str(&quoted(&value, by));
            }
        }
    }
    Ok(text)
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
