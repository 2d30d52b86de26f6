//! Escalation: who else is told of an incident that nobody takes or that does not get better, and after how long.
//!
//! Knows the tree's `escalate:` and what a runbook says. Must not know whether the time has come, nor how it is kept.
//!
//! An acknowledgement answers for what nobody took; for what does not get better only the end does.

use chrono::TimeDelta;

use super::{Decision, Timing, Told, Tree, When, length};
use crate::alert::matchers::Matchers;
use crate::alert::{Labels, Severity};

/// `escalate:` of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalate {
    /// Who is told.
    pub receiver: String,
    /// After so long without an acknowledgement: zero is never; absent, as [`answered_within`] has it.
    pub after: Option<TimeDelta>,
    /// What is told at once; empty is nothing.
    pub at_once: Matchers,
    /// It is told only while one of these intervals holds; none means always.
    pub active: Vec<String>,
    /// It is not told while one of these holds.
    pub mute: Vec<String>,
}

/// How soon somebody has to take an incident, where its route does not say; `None`: nobody has to.
pub fn answered_within(severity: Severity) -> Option<TimeDelta> {
    match severity {
        Severity::Critical => Some(TimeDelta::minutes(15)),
        Severity::Warning => Some(TimeDelta::minutes(30)),
        Severity::Info => None,
    }
}

/// What an incident is escalated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// It is a full outage, by its route.
    Outage,
    /// Nobody has acknowledged it.
    Untaken,
    /// It still fires, whoever has it, for as long as its runbook allows.
    Lasting,
}

impl Cause {
    /// The word of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Untaken => "untaken",
            Self::Lasting => "lasting",
        }
    }
}

/// Somebody is told later, unless something ends that before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalation {
    /// What for.
    pub cause: Cause,
    /// Who.
    pub receiver: String,
    /// So long after it rang; zero is at once.
    pub after: TimeDelta,
    /// For people, once it has come to that: `nobody has acknowledged it for 30m (route.routes[1])`.
    pub reason: String,
}

impl Escalation {
    /// Before it has come to that, for people: `after 30m, unless somebody acknowledges it`.
    pub fn unless(&self) -> String {
        let after = length(self.after);
        match self.cause {
            Cause::Outage => "at once".to_owned(),
            Cause::Untaken => format!("after {after}, unless somebody acknowledges it"),
            Cause::Lasting => format!("after {after}, unless it is over"),
        }
    }
}

/// What the runbook of an incident says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByRunbook {
    /// Its file.
    pub path: String,
    /// Whom to call, where that is the name of a receiver.
    pub receiver: Option<String>,
    /// After so long.
    pub after: TimeDelta,
}

impl Tree {
    /// Who else is told of an incident with these labels (its `severity` among them), and when. Each receiver once for a
    /// cause, by whoever comes first.
    pub fn escalations(
        &self,
        labels: &Labels,
        severity: Severity,
        runbook: Option<&ByRunbook>,
    ) -> Vec<Escalation> {
        let mut all = Vec::new();
        for Decision { escalate, path, .. } in self.taken(labels) {
            if let Some(escalate) = escalate {
                all.extend(of_route(&escalate, &path, labels, severity));
                all.extend(runbook.map(|runbook| of_runbook(runbook, &escalate.receiver)));
            }
        }
        let owner = runbook.and_then(|runbook| Some(of_runbook(runbook, runbook.receiver.as_ref()?)));
        all.extend(owner);
        all.sort_by_key(|one| (one.cause, one.after));
        let mut once: Vec<Escalation> = Vec::new();
        for one in all {
            if !once.iter().any(|other| other.cause == one.cause && other.receiver == one.receiver) {
                once.push(one);
            }
        }
        once
    }

    /// Those whom the tree escalates such an incident to, and whether they may be told at a time. It says nothing of
    /// whether that has come.
    pub fn escalates_to(&self, labels: &Labels, when: When) -> Vec<Told> {
        let told = |mut decision: Decision| {
            let escalate = decision.escalate.take()?;
            decision.receiver = escalate.receiver;
            decision.timing = Timing { active: escalate.active, mute: escalate.mute, delay: None };
            let hold = decision.timing.hold(&self.intervals, when);
            Some(Told { decision, hold, waived: None })
        };
        self.taken(labels).into_iter().filter_map(told).collect()
    }
}

fn of_route(
    escalate: &Escalate,
    path: &str,
    labels: &Labels,
    severity: Severity,
) -> impl Iterator<Item = Escalation> {
    let receiver = || escalate.receiver.clone();
    let after = escalate.after.or_else(|| answered_within(severity));
    let untaken = after.filter(|after| *after > TimeDelta::zero()).map(|after| Escalation {
        cause: Cause::Untaken,
        receiver: receiver(),
        after,
        reason: format!("nobody has acknowledged it for {} ({path})", length(after)),
    });
    let outage = !escalate.at_once.is_empty() && escalate.at_once.matches(labels);
    let outage = outage.then(|| Escalation {
        cause: Cause::Outage,
        receiver: receiver(),
        after: TimeDelta::zero(),
        reason: format!("{} is a full outage ({path})", escalate.at_once),
    });
    outage.into_iter().chain(untaken)
}

/// Whom the runbook names itself is told in place of `otherwise`.
fn of_runbook(runbook: &ByRunbook, otherwise: &str) -> Escalation {
    Escalation {
        cause: Cause::Lasting,
        receiver: runbook.receiver.as_deref().unwrap_or(otherwise).to_owned(),
        after: runbook.after,
        reason: format!("it is not over after {}, and {} says so", length(runbook.after), runbook.path),
    }
}

#[cfg(test)]
mod tests;
