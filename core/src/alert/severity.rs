//! How bad an alert is, from whatever word its sender used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Labels;

/// How bad, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// To be read in business hours.
    Info,
    /// To be answered soon.
    Warning,
    /// Wakes somebody.
    Critical,
}

impl Severity {
    /// The word of the API, of labels and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    /// The severity that is called `word`, whatever its case.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Critical]
            .into_iter()
            .find(|s| s.as_str().eq_ignore_ascii_case(word))
    }
}

/// `severity:` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityRule {
    /// The label that carries the sender's word.
    pub label: String,
    /// Senders' words, compared without case, and what they mean here.
    pub map: BTreeMap<String, Severity>,
    /// For alerts without the label.
    pub default: Severity,
}

impl SeverityRule {
    /// The severity of an alert with these (mapped) labels, and whether its word was unknown. An unknown word counts
    /// as critical: better told twice than not at all (DESIGN section 4).
    pub fn judge(&self, labels: &Labels) -> (Severity, bool) {
        self.judge_or(labels, self.default)
    }

    /// The same, where `default` stands for a missing label.
    pub fn judge_or(&self, labels: &Labels, default: Severity) -> (Severity, bool) {
        let word = labels.get(&self.label);
        if word.is_empty() {
            return (default, false);
        }
        let mapped = self.map.iter().find(|(from, _)| from.eq_ignore_ascii_case(word)).map(|(_, to)| *to);
        match mapped.or_else(|| Severity::parse(word)) {
            Some(severity) => (severity, false),
            None => (Severity::Critical, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_map_defaults_apply_and_the_unknown_is_critical() {
        let rule = SeverityRule {
            label: "severity".into(),
            map: [("page".to_owned(), Severity::Critical), ("P3".to_owned(), Severity::Warning)].into(),
            default: Severity::Warning,
        };
        let judge = |word: &str| rule.judge(&[("severity", word)].into_iter().collect());
        assert_eq!(judge("page"), (Severity::Critical, false));
        assert_eq!(judge("p3"), (Severity::Warning, false));
        assert_eq!(judge("INFO"), (Severity::Info, false));
        assert_eq!(judge(""), (Severity::Warning, false));
        assert_eq!(judge("sev-0"), (Severity::Critical, true));
        assert!(Severity::Critical > Severity::Warning && Severity::Warning > Severity::Info);
    }
}
