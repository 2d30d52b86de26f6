//! The way of an incident through the tree, node by node: what was asked, what held, and what followed.
//!
//! Knows the tree and labels. Must not know how a walk is kept or shown.

use serde::{Deserialize, Serialize};

use super::{Route, Timing, Tree, When};
use crate::alert::Labels;

/// Nodes of one walk; a tree that asks more is not read by people.
const MOST: usize = 200;
/// Characters of a value.
const VALUE: usize = 120;

/// A matcher, and what it was held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The label.
    pub name: String,
    /// As it is written: `severity="critical"`.
    pub matcher: String,
    /// The label's value, cut; empty where it is not there.
    pub value: String,
    /// Whether it held.
    pub holds: bool,
}

/// What a node did with the incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// A matcher did not hold.
    Refuses,
    /// All of them held, and a node below takes it.
    Passes,
    /// It tells its receiver.
    Takes,
}

/// One node that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// `route.routes[0]`.
    pub path: String,
    /// Whom it tells, its own or its parent's.
    pub receiver: String,
    /// All of them, whether they held or not.
    pub matchers: Vec<Tried>,
    /// What it did.
    pub verdict: Verdict,
    /// The nodes beside it that stand after it were not asked.
    pub last: bool,
    /// Where it takes the incident and says something about time: what followed from that, for people.
    pub when: Option<String>,
}

impl Tree {
    /// Each node that is asked about an incident with these labels (its `severity` among them), in the order of asking.
    /// What takes it is what [`Tree::told`] names.
    pub fn walk(&self, labels: &Labels, when: When) -> Vec<Step> {
        let taken = self.taken(labels);
        let mut steps = Vec::new();
        let verdict = |path: &str| match taken.iter().find(|decision| decision.path == path) {
            Some(_) => Verdict::Takes,
            None => Verdict::Passes,
        };
        steps.push(Step {
            path: "route".to_owned(),
            receiver: self.receiver.clone(),
            matchers: Vec::new(),
            verdict: verdict("route"),
            last: false,
            when: None,
        });
        ask(&self.routes, ("route", &self.receiver), labels, &verdict, &mut steps);
        for step in &mut steps {
            let timing = taken.iter().find(|decision| decision.path == step.path).map(|one| &one.timing);
            step.when = timing.and_then(|timing| self.said(timing, when));
        }
        steps.truncate(MOST);
        steps
    }

    /// What follows from a node's times.
    fn said(&self, timing: &Timing, when: When) -> Option<String> {
        let held = timing.hold(&self.intervals, when).map(|hold| hold.reason);
        let said = held.or_else(|| timing.waived(when));
        said.or_else(|| (!timing.is_always()).then(|| "told at once".to_owned()))
    }
}

fn ask(
    routes: &[Route],
    (parent, above): (&str, &str),
    labels: &Labels,
    verdict: &dyn Fn(&str) -> Verdict,
    steps: &mut Vec<Step>,
) {
    for (index, route) in routes.iter().enumerate() {
        let path = format!("{parent}.routes[{index}]");
        let receiver = route.receiver.as_deref().unwrap_or(above);
        let holds = route.matchers.matches(labels);
        let tried = route.matchers.iter().map(|one| Tried {
            name: one.name().to_owned(),
            matcher: one.to_string(),
            value: labels.get(one.name()).chars().take(VALUE).collect(),
            holds: one.matches(labels),
        });
        steps.push(Step {
            path: path.clone(),
            receiver: receiver.to_owned(),
            matchers: tried.collect(),
            verdict: if holds { verdict(&path) } else { Verdict::Refuses },
            last: holds && !route.continue_matching && index + 1 < routes.len(),
            when: None,
        });
        if holds {
            ask(&route.routes, (&path, receiver), labels, verdict, steps);
            if !route.continue_matching {
                return;
            }
        }
    }
}

/// The nodes that take it, with whom each tells.
#[cfg(test)]
pub(super) fn takes(steps: &[Step]) -> impl Iterator<Item = (&str, &str)> {
    let takes = steps.iter().filter(|step| step.verdict == Verdict::Takes);
    takes.map(|step| (step.path.as_str(), step.receiver.as_str()))
}
