//! Inhibition: what is not told of one incident while another fires that explains it.
//!
//! Knows labels and `inhibit_rules`, as Alertmanager means them (FACTS A8). Must not know which alerts fire, nor what
//! becomes of what is not told: that is [`super::telling`]'s business, as with every other reason to wait.

use chrono::{DateTime, TimeDelta, Utc};

use super::silence::Quiet;
use super::timing::{HeldBy, Hold};
use crate::alert::Labels;
use crate::alert::matchers::{Matchers, Operator};

/// How soon an inhibited incident is looked at again: nobody tells it that the other one is over.
pub const AGAIN: TimeDelta = TimeDelta::seconds(30);

/// One of `inhibit_rules`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What fires.
    pub source: Matchers,
    /// What nobody is told of then.
    pub target: Matchers,
    /// The labels in which both must agree; one that is absent is as one that is empty.
    pub equal: Vec<String>,
}

/// A firing alert and the number of its incident. Its severity is the label `severity`, by its normalised word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The incident.
    pub incident: i64,
    /// Its mapped labels.
    pub labels: Labels,
}

/// Another incident explains all that fires in this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inhibited {
    /// The other one's number.
    pub by: i64,
    /// The place of the rule.
    pub rule: usize,
}

/// Why nobody is told of an incident, whoever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppressed {
    /// People asked for quiet.
    Silenced(Quiet),
    /// Another incident explains it.
    Inhibited(Inhibited),
}

impl Rule {
    /// Whether nobody is told of `target` while `source` fires. What is both to a rule inhibits nothing that is both: else
    /// two of a kind would inhibit each other.
    pub fn inhibits(&self, source: &Labels, target: &Labels) -> bool {
        let both = || self.source.matches(target) && self.target.matches(source);
        let agree = |name: &String| source.get(name) == target.get(name);
        self.source.matches(source) && self.target.matches(target) && !both() && self.equal.iter().all(agree)
    }

    /// Labels that every source has which inhibits `target`; `None` where this rule is not about it.
    pub fn wanted(&self, target: &Labels) -> Option<Labels> {
        if !self.target.matches(target) {
            return None;
        }
        let mut wanted = Labels::default();
        let equal = self.equal.iter().map(|name| (name.as_str(), target.get(name)));
        let named = self.source.iter().filter(|one| one.operator() == Operator::Equal);
        let named = named.map(|one| (one.name(), one.value()));
        // A severity stands normalised beside the labels, and what is empty may be absent.
        for (name, value) in
            equal.chain(named).filter(|(name, value)| *name != "severity" && !value.is_empty())
        {
            wanted.set(name, value);
        }
        Some(wanted)
    }
}

impl Inhibited {
    /// By what the incident of this number is inhibited whose alerts fire: each of them has to be, and by others.
    pub fn of(rules: &[Rule], incident: i64, firing: &[Labels], sources: &[Source]) -> Option<Self> {
        let by = |target: &Labels| {
            let others = || sources.iter().filter(|source| source.incident != incident);
            let pair = |(rule, one): (usize, &Rule)| {
                let source = others().find(|source| one.inhibits(&source.labels, target))?;
                Some(Self { by: source.incident, rule })
            };
            rules.iter().enumerate().find_map(pair)
        };
        let all: Option<Vec<Self>> = firing.iter().map(by).collect();
        all?.first().copied()
    }
}

impl Suppressed {
    /// Nobody is told until then.
    pub fn hold(self, now: DateTime<Utc>) -> Hold {
        match self {
            Self::Silenced(quiet) => quiet.hold(now),
            Self::Inhibited(Inhibited { by, rule }) => {
                let reason = format!("waits while #{by} fires: inhibit_rules[{rule}]");
                Hold { until: now + AGAIN, by: HeldBy::Inhibited, reason, silence: None }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        let mut all = Labels::default();
        pairs.iter().for_each(|(name, value)| all.set(name, value));
        all
    }

    fn rule(source: &str, target: &str, equal: &[&str]) -> Rule {
        let matchers = |text: &str| Matchers::parse(&[text]).unwrap();
        let equal = equal.iter().map(|name| (*name).to_owned()).collect();
        Rule { source: matchers(source), target: matchers(target), equal }
    }

    #[test]
    fn a_rule_is_alertmanagers() {
        let node = rule(r#"alertname="NodeDown""#, r#"severity=~"warning|info""#, &["cluster", "node"]);
        let critical = rule(r#"severity="critical""#, r#"service=~".+""#, &[]);
        let down = [("alertname", "NodeDown"), ("cluster", "a"), ("node", "n1"), ("severity", "critical")];
        for (rule, source, target, inhibits) in [
            (&node, &down[..], &[("severity", "warning"), ("cluster", "a"), ("node", "n1")][..], true),
            (&node, &down, &[("severity", "warning"), ("cluster", "a"), ("node", "n2")], false),
            (&node, &down, &[("severity", "critical"), ("cluster", "a"), ("node", "n1")], false),
            (&node, &[("alertname", "NodeUp")], &[("severity", "warning")], false),
            // Labels that both lack agree.
            (&node, &[("alertname", "NodeDown")], &[("severity", "info")], true),
            (&node, &[("alertname", "NodeDown"), ("node", "")], &[("severity", "info")], true),
            (&node, &[("alertname", "NodeDown")], &[("severity", "info"), ("node", "n1")], false),
            // What is both, source and target, inhibits nothing that is both, and all else.
            (
                &critical,
                &[("severity", "critical"), ("service", "a")],
                &[("severity", "critical"), ("service", "b")],
                false,
            ),
            (
                &critical,
                &[("severity", "critical"), ("service", "a")],
                &[("severity", "info"), ("service", "b")],
                true,
            ),
            (&critical, &[("severity", "critical")], &[("severity", "critical"), ("service", "b")], true),
        ] {
            let (source, target) = (labels(source), labels(target));
            assert_eq!(rule.inhibits(&source, &target), inhibits, "{source:?} and {target:?}");
            let wanted = rule.wanted(&target);
            let found = wanted.is_some_and(|all| all.iter().all(|(name, value)| source.get(name) == value));
            assert!(!inhibits || found, "a source that inhibits is looked for: {source:?}");
        }
    }

    #[test]
    fn each_alert_has_to_be_inhibited_and_by_another_incident() {
        let rules = [
            rule(r#"alertname="A""#, r#"alertname="B""#, &[]),
            rule(r#"alertname="C""#, r#"alertname="D""#, &[]),
        ];
        let named = |name| labels(&[("alertname", name)]);
        let sources =
            [Source { incident: 1, labels: named("A") }, Source { incident: 2, labels: named("C") }];
        let by = |by, rule| Some(Inhibited { by, rule });
        for (incident, firing, expected) in [
            (7, vec!["B"], by(1, 0)),
            (7, vec!["D", "B"], by(2, 1)),
            (7, vec!["B", "E"], None),
            (1, vec!["B"], None),
            (7, vec!["A"], None),
            (7, vec![], None),
        ] {
            let all: Vec<Labels> = firing.iter().map(|name| named(name)).collect();
            assert_eq!(Inhibited::of(&rules, incident, &all, &sources), expected, "{incident} {firing:?}");
        }
        let hold = Suppressed::Inhibited(Inhibited { by: 12, rule: 0 }).hold(DateTime::UNIX_EPOCH);
        assert_eq!(
            (hold.reason.as_str(), hold.by),
            ("waits while #12 fires: inhibit_rules[0]", HeldBy::Inhibited)
        );
    }
}
