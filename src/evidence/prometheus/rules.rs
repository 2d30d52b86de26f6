//! The alerting rules of a Prometheus, and which of them an alert is of.
//!
//! Knows the JSON of `/api/v1/rules`. Must not know HTTP.

use std::collections::BTreeMap;

use firstlook_core::alert::Labels;
use serde::Deserialize;

use super::super::Fault;

/// An alerting rule.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    #[serde(default)]
    pub name: String,
    /// Its expression.
    #[serde(default)]
    pub query: String,
    /// What it adds to its alerts; a value with `{{` is filled in for each.
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    rules: Vec<Rule>,
}

/// All rules of an answer.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Rule>, Fault> {
    let answer: Answer = serde_json::from_slice(bytes).map_err(|_| {
        Fault::unavailable("the answer is not one of Prometheus' rules", "check `url` of this source")
    })?;
    Ok(answer.data.groups.into_iter().flat_map(|group| group.rules).collect())
}

/// The names of what fires, each once.
pub(super) fn names(alerts: &[Labels]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for alert in alerts {
        let name = alert.get("alertname");
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The rules that the alerts are of, in the rules' order. Where several have one name, those whose own labels an alert
/// has; where none has them, since labels can be mapped here, all of that name.
pub(super) fn that_fire<'a>(rules: &'a [Rule], alerts: &'a [Labels]) -> impl Iterator<Item = &'a Rule> {
    let named = |rule: &Rule, alert: &Labels| rule.name == alert.get("alertname");
    let labelled = |rule: &Rule, alert: &Labels| {
        rule.labels.iter().all(|(name, value)| value.contains("{{") || alert.get(name) == value)
    };
    let own = move |rule: &Rule| alerts.iter().any(|alert| named(rule, alert) && labelled(rule, alert));
    let other = move |rule: &Rule| {
        let lone = |alert: &&Labels| !rules.iter().any(|one| named(one, alert) && labelled(one, alert));
        alerts.iter().filter(lone).any(|alert| named(rule, alert))
    };
    rules.iter().filter(move |rule| own(rule) || other(rule))
}
