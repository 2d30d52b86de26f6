//! Gives every source the same words: `labels:` of the configuration.

use regex::{Regex, RegexBuilder};

use super::Labels;

/// Largest compiled regex, in bytes (FAULTS S8).
const REGEX_SIZE: usize = 1 << 20;

/// One row of `labels:`: where `from` of an alert of `source` matches, `to` takes the first group (or the whole match).
#[derive(Debug, Clone)]
pub struct LabelRule {
    source: Option<String>,
    from: String,
    regex: Regex,
    to: String,
}

/// A row that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the regex for label {from:?} does not compile: {cause}")]
pub struct LabelRuleError {
    from: String,
    cause: regex::Error,
}

impl LabelRule {
    /// A rule; `regex` is anchored at both ends as everywhere in the field (FACTS A8), absent it takes the whole value.
    pub fn new(
        source: Option<&str>,
        from: &str,
        regex: Option<&str>,
        to: &str,
    ) -> Result<Self, LabelRuleError> {
        let pattern = format!("^(?:{})$", regex.unwrap_or("(?s:.*)"));
        let built = RegexBuilder::new(&pattern).size_limit(REGEX_SIZE).build();
        let regex = built.map_err(|cause| LabelRuleError { from: from.to_owned(), cause })?;
        Ok(Self { source: source.map(str::to_owned), from: from.to_owned(), regex, to: to.to_owned() })
    }
}

/// The labels of an alert of `source` after all `rules`, in their order. A label that the sender set itself is
/// overwritten: the configuration knows better what a word means here.
pub fn map_labels(rules: &[LabelRule], source: &str, labels: &Labels) -> Labels {
    let mut mapped = labels.clone();
    for rule in rules.iter().filter(|rule| rule.source.as_deref().is_none_or(|wanted| wanted == source)) {
        let value = mapped.get(&rule.from).to_owned();
        if value.is_empty() {
            continue;
        }
        if let Some(found) = rule.regex.captures(&value) {
            let taken = found.get(1).or_else(|| found.get(0)).map_or("", |group| group.as_str());
            mapped.set(&rule.to, taken);
        }
    }
    mapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs.iter().copied().collect()
    }

    #[test]
    fn takes_the_group_of_the_right_source_only() {
        let rule = LabelRule::new(Some("sns/aws"), "dimension.LoadBalancer", Some("app/(.+)/.+"), "service")
            .unwrap();
        let from = labels(&[("dimension.LoadBalancer", "app/web/123")]);
        assert_eq!(map_labels(std::slice::from_ref(&rule), "sns/aws", &from).get("service"), "web");
        assert_eq!(map_labels(&[rule], "alertmanager/main", &from).get("service"), "");
    }

    #[test]
    fn is_anchored_and_chains_in_order() {
        let rules = [
            LabelRule::new(None, "job", Some("b"), "never").unwrap(),
            LabelRule::new(None, "job", None, "app").unwrap(),
            LabelRule::new(None, "app", Some("(a)bc"), "service").unwrap(),
        ];
        let mapped = map_labels(&rules, "x", &labels(&[("job", "abc")]));
        assert_eq!(mapped, labels(&[("job", "abc"), ("app", "abc"), ("service", "a")]));
    }

    #[test]
    fn names_the_label_of_a_bad_regex() {
        let error = LabelRule::new(None, "job", Some("("), "x").unwrap_err().to_string();
        assert!(error.contains("\"job\""), "{error}");
    }
}
