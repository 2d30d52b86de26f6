//! Who is told: the tree of `route:`.
//!
//! Knows labels and matchers, and when each node may tell. Must not know how a receiver is reached.
//!
//! The rules are Alertmanager's: a node whose matchers hold is asked for its children first, in their order; the first
//! child that takes the alert ends the search among its siblings unless it says `continue`; a node of which no child
//! takes the alert takes it itself. A node without a receiver has its parent's, so with `delay` and `escalate`; intervals hold
//! for the node alone that names them, and a node that may not tell now takes the alert all the same.

pub mod escalation;
pub mod inhibit;
pub mod interval;
mod reach;
pub mod silence;
pub mod storm;
pub mod telling;
#[cfg(test)]
mod tests;
mod timing;
pub mod walk;

use serde::{Deserialize, Serialize};

use crate::alert::Labels;
use crate::alert::matchers::Matchers;

pub use escalation::Escalate;
pub use timing::{Delay, HeldBy, Hold, Intervals, Timing, When, length};

/// `route:` of the configuration. It takes every alert, so it has a receiver and can have no matchers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree {
    /// Who is told where no route below says otherwise.
    pub receiver: String,
    /// Asked in this order.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// What every node waits for that has no word of its own.
    #[serde(skip)]
    pub delay: Option<Delay>,
    /// Who else is told in time, for every node that has no word of its own.
    #[serde(skip)]
    pub escalate: Option<Escalate>,
    /// What the nodes name.
    #[serde(skip)]
    pub intervals: Intervals,
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
    /// It tells only while one of these holds; none means always.
    pub active_time_intervals: Vec<String>,
    /// It does not tell while one of these holds.
    pub mute_time_intervals: Vec<String>,
    /// It tells only what still fires then; absent, as its parent does.
    #[serde(skip)]
    pub delay: Option<Delay>,
    /// Who else is told in time; absent, whoever the parent says.
    #[serde(skip)]
    pub escalate: Option<Escalate>,
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
    /// When it may be told.
    #[serde(skip)]
    pub timing: Timing,
    /// Who else is told in time.
    #[serde(skip)]
    pub escalate: Option<Escalate>,
}

/// One receiver at a time: at once, or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Who, and why.
    pub decision: Decision,
    /// Why not now.
    pub hold: Option<Hold>,
    /// What of its timing does not hold for this incident, for people.
    pub waived: Option<String>,
}

/// What a node has from those above it.
#[derive(Clone, Copy)]
struct Above<'a> {
    path: &'a str,
    receiver: &'a str,
    way: &'a str,
    delay: Option<Delay>,
    escalate: Option<&'a Escalate>,
}

impl Tree {
    /// Who is told of an incident with these labels (its `severity` among them), in the order of the tree, each
    /// receiver once: for the first node that names it. There is always one.
    pub fn receivers(&self, labels: &Labels) -> Vec<Decision> {
        let mut once: Vec<Decision> = Vec::new();
        for decision in self.taken(labels) {
            if !once.iter().any(|earlier| earlier.receiver == decision.receiver) {
                once.push(decision);
            }
        }
        once
    }

    /// The same at a time. A receiver that several nodes name is told for the first that may tell now; where none may, for
    /// the one that may first.
    pub fn told(&self, labels: &Labels, when: When) -> Vec<Told> {
        let mut once: Vec<Told> = Vec::new();
        for decision in self.taken(labels) {
            let hold = decision.timing.hold(&self.intervals, when);
            let waived = decision.timing.waived(when);
            let later = |told: &Told| match (&told.hold, &hold) {
                (Some(earlier), Some(hold)) => hold.until < earlier.until,
                (earlier, hold) => earlier.is_some() && hold.is_none(),
            };
            match once.iter_mut().find(|told| told.decision.receiver == decision.receiver) {
                None => once.push(Told { decision, hold, waived }),
                Some(told) if later(told) => *told = Told { decision, hold, waived },
                Some(_) => {}
            }
        }
        once
    }

    /// Every node that takes these labels.
    fn taken(&self, labels: &Labels) -> Vec<Decision> {
        let mut told = Vec::new();
        let escalate = self.escalate.as_ref();
        let root = Above { path: "route", receiver: &self.receiver, way: "", delay: self.delay, escalate };
        visit(&self.routes, root, labels, &mut told);
        if told.is_empty() {
            told.push(Decision {
                receiver: self.receiver.clone(),
                path: "route".to_owned(),
                reason: "route: no route below takes it".to_owned(),
                timing: Timing { delay: self.delay, ..Timing::default() },
                escalate: self.escalate.clone(),
            });
        }
        told
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

/// Asks siblings. Returns whether any took it.
fn visit(routes: &[Route], above: Above<'_>, labels: &Labels, told: &mut Vec<Decision>) -> bool {
    let mut taken = false;
    for (index, route) in routes.iter().enumerate() {
        if !route.matchers.matches(labels) {
            continue;
        }
        taken = true;
        let path = format!("{}.routes[{index}]", above.path);
        let receiver = route.receiver.as_deref().unwrap_or(above.receiver);
        let why = if route.matchers.is_empty() { "takes all".to_owned() } else { route.matchers.to_string() };
        let arrow = if above.way.is_empty() { "" } else { " → " };
        let reason = format!("{}{arrow}{path}: {why}", above.way);
        let delay = route.delay.or(above.delay);
        let escalate = route.escalate.as_ref().or(above.escalate);
        let below = Above { path: &path, receiver, way: &reason, delay, escalate };
        if !visit(&route.routes, below, labels, told) {
            let timing = Timing {
                active: route.active_time_intervals.clone(),
                mute: route.mute_time_intervals.clone(),
                delay,
            };
            let (receiver, escalate) = (receiver.to_owned(), escalate.cloned());
            told.push(Decision { receiver, path, reason, timing, escalate });
        }
        if !route.continue_matching {
            break;
        }
    }
    taken
}
