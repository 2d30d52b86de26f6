//! Which requests are looked for: a filter expression of X-Ray with the labels of an incident inside its strings.
//!
//! Knows the language's strings as far as a value must not leave its place. Must not know the API.

use super::super::template::{Part, Template, value};
use super::super::{Fault, Moment};

/// Labels that name a service as X-Ray does: a Lambda function is called there by its own name.
const NAMES: [&str; 2] = ["service", "dimension.FunctionName"];

/// What is looked for.
#[derive(Debug)]
pub(super) enum Filter {
    /// Requests of the moment's service that failed or were slow.
    OfService,
    /// `filter` of the source.
    Own(Template),
}

impl Filter {
    /// # Errors
    /// Where a placeholder stands outside a string, or a string is not closed.
    pub fn parse(text: Option<&str>) -> Result<Self, Fault> {
        let Some(text) = text else { return Ok(Self::OfService) };
        let wrong = |what: &str| {
            Fault::configuration(
                format!("`filter` {what}"),
                "write a filter expression of X-Ray, such as service(\"{{labels.service}}\") { fault = true }",
            )
        };
        let template = Template::parse(text)?;
        let mut read = String::new();
        for part in template.parts() {
            match part {
                Part::Text(piece) => read.push_str(piece),
                Part::Label(_) if open(&read).is_none() => {
                    return Err(wrong("has a placeholder outside a string"));
                }
                Part::Label(_) => read.push('x'),
            }
        }
        match open(&read) {
            None if read.trim().is_empty() => Err(wrong("is empty")),
            None => Ok(Self::Own(template)),
            Some(_) => Err(wrong("has a string that is not closed")),
        }
    }

    /// Whether what is looked for depends on this label.
    pub fn names(&self, label: &str) -> bool {
        match self {
            Self::OfService => NAMES.contains(&label),
            Self::Own(template) => template.names(label),
        }
    }

    /// The service that is looked for; `None` where `filter` says what is.
    ///
    /// # Errors
    /// When no label names one.
    pub fn service(&self, moment: &Moment) -> Result<Option<String>, Fault> {
        if matches!(self, Self::Own(_)) {
            return Ok(None);
        }
        let name = NAMES.iter().map(|name| moment.labels.get(name)).find(|name| !name.is_empty());
        let missing = || {
            Fault::configuration(
                "the incident has no label `service`, so that nothing says whose traces to look for",
                "map one to `service` under `labels`, or write `filter` of this source",
            )
        };
        name.map(|name| Some(name.to_owned())).ok_or_else(missing)
    }

    /// The expression for this moment. `slow` is the response time in seconds that 99 of 100 normal requests keep.
    ///
    /// # Errors
    /// When a label is missing, or holds what no string can.
    pub fn fill(&self, moment: &Moment, service: Option<&str>, slow: Option<f64>) -> Result<String, Fault> {
        match self {
            Self::OfService => {
                let slow = slow.map(|time| format!(" OR responsetime > {time:.3}")).unwrap_or_default();
                let service = inside("service", service.unwrap_or_default())?;
                Ok(format!("service(\"{service}\") {{ fault = true OR throttle = true{slow} }}"))
            }
            Self::Own(template) => {
                let mut text = String::new();
                for part in template.parts() {
                    match part {
                        Part::Text(piece) => text.push_str(piece),
                        Part::Label(name) => text.push_str(inside(name, value(&moment.labels, name)?)?),
                    }
                }
                Ok(text)
            }
        }
    }
}

/// The value, as it stands inside a string. X-Ray does not say how a quote is escaped: a value that has one is refused.
fn inside<'a>(name: &str, value: &'a str) -> Result<&'a str, Fault> {
    match value.chars().any(|letter| letter.is_control() || "\"'\\`".contains(letter)) {
        false => Ok(value),
        true => Err(Fault::configuration(
            format!("the value of the label `{name}` cannot be written in a filter expression of X-Ray"),
            "give this source `matchers` that leave it out",
        )),
    }
}

/// The quote of the string that is open at the end.
fn open(text: &str) -> Option<char> {
    text.chars().fold(None, |open, letter| match open {
        None if letter == '"' || letter == '\'' => Some(letter),
        Some(quote) if quote == letter => None,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use firstlook_core::evidence::Window;

    use super::*;

    fn moment(pairs: &[(&str, &str)]) -> Moment {
        let at = "2026-03-01T10:00:00Z".parse().unwrap();
        let window = Window { start: at, end: at };
        Moment { labels: pairs.iter().copied().collect(), alerts: vec![], window, baselines: vec![] }
    }

    fn filled(filter: Option<&str>, pairs: &[(&str, &str)], slow: Option<f64>) -> Result<String, Fault> {
        let (filter, moment) = (Filter::parse(filter)?, moment(pairs));
        let service = filter.service(&moment)?;
        filter.fill(&moment, service.as_deref(), slow)
    }

    #[test]
    fn without_a_filter_the_failed_and_slow_requests_of_the_service_are_looked_for() {
        let api = &[("service", "api"), ("dimension.FunctionName", "pay")][..];
        for (pairs, slow, expected) in [
            (
                api,
                Some(0.85),
                r#"service("api") { fault = true OR throttle = true OR responsetime > 0.850 }"#,
            ),
            (&api[1..], None, r#"service("pay") { fault = true OR throttle = true }"#),
        ] {
            assert_eq!(filled(None, pairs, slow).as_deref(), Ok(expected));
        }
        let fault = filled(None, &[("job", "x")], None).unwrap_err();
        assert!(
            fault.reason.contains("no label `service`") && fault.remedy.contains("`filter`"),
            "{fault:?}"
        );
    }

    #[test]
    fn a_value_stays_inside_its_string() {
        let filter = r#"annotation.zone = "{{labels.x}}" AND service('it is {{labels.x}}') { error }"#;
        let expected = r#"annotation.zone = "a b-1/é" AND service('it is a b-1/é') { error }"#;
        assert_eq!(filled(Some(filter), &[("x", "a b-1/é")], Some(9.0)).as_deref(), Ok(expected));
        for value in [r#"x") OR ok = true OR service("y"#, "it's", "a\\", "a\nb", "`"] {
            for filter in [Some(filter), None] {
                let fault = filled(filter, &[("x", value), ("service", value)], None).unwrap_err();
                assert!(fault.reason.contains("cannot be written"), "{value}: {fault:?}");
            }
        }
        assert!(filled(Some(filter), &[], None).unwrap_err().reason.contains("no label `x`"));
    }

    #[test]
    fn what_a_value_could_leave_is_refused() {
        for (filter, said) in [
            ("{{labels.x}} = true", "outside a string"),
            (r#"service("a") { {{labels.x}} }"#, "outside a string"),
            (r#"service("a"#, "not closed"),
            ("service('a\")", "not closed"),
            (" ", "is empty"),
            (r#"service("{{x}}")"#, "placeholder"),
        ] {
            let fault = Filter::parse(Some(filter)).unwrap_err();
            assert!(fault.reason.contains(said), "{filter}: {fault:?}");
        }
    }
}
