//! Who is told: the tree of `route:`.
//!
//! Knows labels and matchers. Must not know how a receiver is reached.
//!
//! The rules are Alertmanager's: a node whose matchers hold is asked for its children first, in their order; the first
//! child that takes the alert ends the search among its siblings unless it says `continue`; a node of which no child
//! takes the alert takes it itself. A node without a receiver has its parent's.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::alert::Labels;
use crate::alert::matchers::Matchers;

/// `route:` of the configuration. It takes every alert, so it has a receiver and can have no matchers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Who is told where no route below says otherwise.
    pub receiver: String,
    /// Asked in this order.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// A node below the root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// Who is told; absent, whoever the parent tells.
    pub receiver: Option<String>,
    /// All of them must hold; none takes everything.
    pub matchers: Matchers,
    /// Whether the siblings after this one are asked even if this one took the alert.
    #[serde(rename = "continue")]
    pub continue_matching: bool,
    /// Asked in this order.
    pub routes: Vec<Self>,
}

/// One receiver that is told, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The receiver's name.
    pub receiver: String,
    /// The node that took the alert: `route`, `route.routes[0].routes[2]`.
    pub path: String,
    /// For people: each node on the way with its matchers, `route.routes[0]: severity="critical"`.
    pub reason: String,
}

impl Tree {
    /// Who is told of an incident with these labels (its `severity` among them), in the order of the tree, each
    /// receiver once: for the first node that names it. There is always one.
    pub fn receivers(&self, labels: &Labels) -> Vec<Decision> {
        let mut told = Vec::new();
        visit(&self.routes, "route", &self.receiver, "", labels, &mut told);
        if told.is_empty() {
            told.push(Decision {
                receiver: self.receiver.clone(),
                path: "route".to_owned(),
                reason: "route: no route below takes it".to_owned(),
            });
        }
        let mut once: Vec<Decision> = Vec::with_capacity(told.len());
        for decision in told {
            if !once.iter().any(|earlier| earlier.receiver == decision.receiver) {
                once.push(decision);
            }
        }
        once
    }

    /// Every receiver that the tree names, each with the path that names it, so that a configuration can be checked.
    pub fn names(&self) -> Vec<(String, &str)> {
        let mut names = vec![("route".to_owned(), self.receiver.as_str())];
        collect_names(&self.routes, "route", &mut names);
        names
    }
}

fn collect_names<'a>(routes: &'a [Route], parent: &str, names: &mut Vec<(String, &'a str)>) {
    for (index, route) in routes.iter().enumerate() {
        let path = format!("{parent}.routes[{index}]");
        if let Some(receiver) = &route.receiver {
            names.push((path.clone(), receiver));
        }
        collect_names(&route.routes, &path, names);
    }
}

/// Asks siblings. `way` is the reason so far, `receiver` what a node without one inherits. Returns whether any took it.
fn visit(
    routes: &[Route],
    parent: &str,
    receiver: &str,
    way: &str,
    labels: &Labels,
    told: &mut Vec<Decision>,
) -> bool {
    let mut taken = false;
    for (index, route) in routes.iter().enumerate() {
        if !route.matchers.matches(labels) {
            continue;
        }
        taken = true;
        let path = format!("{parent}.routes[{index}]");
        let receiver = route.receiver.as_deref().unwrap_or(receiver);
        let why = if route.matchers.is_empty() { "takes all".to_owned() } else { route.matchers.to_string() };
        let arrow = if way.is_empty() { "" } else { " → " };
        let reason = format!("{way}{arrow}{path}: {why}");
        if !visit(&route.routes, &path, receiver, &reason, labels, told) {
            told.push(Decision { receiver: receiver.to_owned(), path, reason });
        }
        if !route.continue_matching {
            break;
        }
    }
    taken
}
