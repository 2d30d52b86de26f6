//! Text with `{{labels.name}}` placeholders, as paths and queries of evidence sources have.
//!
//! Knows where the placeholders stand. Must not know how a value is made safe: the door that fills it says so.

use firstlook_core::alert::Labels;

use super::Fault;

/// A parsed text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Part>);

/// A piece of it, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// As it stands.
    Text(String),
    /// The value of the label of this name.
    Label(String),
}

impl Template {
    /// # Errors
    /// When a placeholder is not closed, or names no label.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((inside, after)) = after.split_once("}}") else {
                return Err(bad_placeholder(text));
            };
            let name = inside.trim().trim_start_matches('.').strip_prefix("labels.").unwrap_or_default();
            let mut letters = name.chars();
            let starts_well = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
            if !starts_well || !letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
                return Err(bad_placeholder(text));
            }
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Label(name.to_owned()));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }

    /// Whether it has a placeholder of this label.
    pub(super) fn names(&self, label: &str) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Label(name) if name == label))
    }

    /// The pieces in order.
    pub(super) fn parts(&self) -> &[Part] {
        &self.0
    }
}

/// The value of `name`.
///
/// # Errors
/// When the incident has no such label: an empty value would read what nobody asked for.
pub(super) fn value<'a>(labels: &'a Labels, name: &str) -> Result<&'a str, Fault> {
    match labels.get(name) {
        "" => Err(Fault::configuration(
            format!("the incident has no label `{name}`"),
            format!(
                "map one to `{name}` under `labels`, or ask only where it is there: by `matchers` of this source, by `match` of this runbook"
            ),
        )),
        value => Ok(value),
    }
}

fn bad_placeholder(text: &str) -> Fault {
    Fault::configuration(
        format!("`{text}` has a placeholder that is not understood"),
        "write placeholders as `{{labels.name}}`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_in_order() {
        let template = Template::parse("/a/{{labels.x}}/{{ .labels.y_2 }}").unwrap();
        let text = |text: &str| Part::Text(text.to_owned());
        let label = |name: &str| Part::Label(name.to_owned());
        assert_eq!(template.parts(), [text("/a/"), label("x"), text("/"), label("y_2")]);
        assert_eq!(Template::parse(r#"{a="1"}"#).unwrap().parts(), [text(r#"{a="1"}"#)]);
        assert_eq!(Template::parse("").unwrap().parts(), []);
        assert!(template.names("y_2") && !template.names("y") && !template.names("a"));
    }

    #[test]
    fn other_placeholders_are_refused() {
        for text in ["{{labels.x", "{{x}}", "{{labels.}}", "{{labels.a-b}}", "{{labels.1a}}", "{{}}"] {
            let fault = Template::parse(text).unwrap_err();
            assert!(fault.reason.contains(text), "{fault:?}");
            assert!(fault.remedy.contains("{{labels.name}}"), "{fault:?}");
        }
    }

    #[test]
    fn a_missing_label_is_named_with_its_remedy() {
        let fault = value(&Labels::default(), "service").unwrap_err();
        assert!(fault.reason.contains("`service`") && fault.remedy.contains("`matchers`"), "{fault:?}");
    }
}
