//! Why somebody was told of an incident or was not, from what was recorded when it rang.
//!
//! Knows the walks through the tree and the escalations that are kept. Must not know the tree of today.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};

use super::view::{Incident, Notification};
use crate::evidence::{Redacted, Redactor};
use crate::route::walk::{Step, Verdict};

/// Lines of the timeline that say why somebody is told later, is not, or somebody else is.
const TELLING: [&str; 7] =
    ["deferred", "waived", "untold", "escalated", "repeated", "acknowledged", "not_told"];

/// How an incident was routed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routing {
    /// Each time that it rang by a message, oldest first.
    pub walks: Vec<Walk>,
    /// Who else is told in time, the next one first.
    pub escalations: Vec<Escalated>,
}

/// One way through the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    /// When.
    pub at: DateTime<Utc>,
    /// The nodes that were asked, in that order.
    pub nodes: Vec<Node>,
}

/// A node that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// `route.routes[0]`.
    pub path: String,
    /// Whom it tells.
    pub receiver: String,
    /// Each matcher, the value that it was held against, and whether it held.
    pub matchers: Vec<(Redacted, Redacted, bool)>,
    /// What it did.
    pub verdict: Verdict,
    /// Those after it were not asked.
    pub last: bool,
    /// What its times had follow.
    pub when: Option<Redacted>,
}

/// Somebody else who is told in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Escalated {
    /// Who.
    pub receiver: String,
    /// Why.
    pub reason: Redacted,
    /// When.
    pub due_at: DateTime<Utc>,
    /// `due`, `waits` for somebody to be told at all, `told`, `over`.
    pub state: String,
}

impl Routing {
    /// Makes what is kept fit to be told.
    pub fn of(
        walks: Vec<(DateTime<Utc>, Vec<Step>)>,
        escalations: Vec<(String, String, DateTime<Utc>, String)>,
        redactor: &Redactor,
    ) -> Self {
        let node = |step: Step| Node {
            path: step.path,
            receiver: step.receiver,
            matchers: step
                .matchers
                .into_iter()
                .map(|one| {
                    let value = redactor.redact_value(&one.name, &one.value);
                    (redactor.redact_line(&one.matcher), value, one.holds)
                })
                .collect(),
            verdict: step.verdict,
            last: step.last,
            when: step.when.map(|when| redactor.redact_line(&when)),
        };
        let walk = |(at, steps): (DateTime<Utc>, Vec<Step>)| Walk {
            at,
            nodes: steps.into_iter().map(node).collect(),
        };
        let escalated = |(receiver, reason, due_at, state): (String, String, DateTime<Utc>, String)| {
            Escalated { receiver, reason: redactor.redact_line(&reason), due_at, state }
        };
        Self {
            walks: walks.into_iter().map(walk).collect(),
            escalations: escalations.into_iter().map(escalated).collect(),
        }
    }
}

/// `route explain`: the ways through the tree, then what came of that for each receiver.
pub fn explain(view: &Incident) -> String {
    let mut said = format!("#{} {}\n", view.number, view.title);
    for walk in &view.routing.walks {
        let _ = writeln!(said, "\nrang {}", time(walk.at));
        for node in &walk.nodes {
            let _ = writeln!(said, "  {}{}", "  ".repeat(depth(&node.path)), line(node));
        }
    }
    if view.routing.walks.is_empty() {
        said.push_str(
            "\nnothing was recorded of its way through the tree: an earlier version of firstlook routed it\n",
        );
    }
    said.push_str("\ntold\n");
    if view.notifications.is_empty() {
        said.push_str("  nobody\n");
    }
    for told in &view.notifications {
        let _ = writeln!(said, "  {}", told_line(told));
    }
    if !view.routing.escalations.is_empty() {
        said.push_str("\nescalation\n");
    }
    for one in &view.routing.escalations {
        let state = match one.state.as_str() {
            "due" => format!("is told {}, unless it is answered: otherwise", time(one.due_at)),
            "waits" => "is told once somebody could have answered:".to_owned(),
            "told" => "was told:".to_owned(),
            _ => format!("was not told {}, since it was answered before:", time(one.due_at)),
        };
        let _ = writeln!(said, "  {} {state} {}", one.receiver, one.reason);
    }
    let entries = view.timeline.iter().flatten().filter(|one| TELLING.contains(&one.kind.as_str()));
    for (index, entry) in entries.enumerate() {
        let _ = writeln!(
            said,
            "{}  {} {}: {}",
            if index == 0 { "\ndecided\n" } else { "" },
            time(entry.at),
            entry.kind,
            entry.text
        );
    }
    said
}

fn line(node: &Node) -> String {
    let matchers: Vec<String> = node
        .matchers
        .iter()
        .map(|(matcher, value, holds)| match holds {
            true => format!("{matcher} holds"),
            false => format!("{matcher} does not hold: it is {:?}", value.as_str()),
        })
        .collect();
    let tried = if matchers.is_empty() { "takes all".to_owned() } else { matchers.join(", ") };
    let verdict = match node.verdict {
        Verdict::Refuses => "no".to_owned(),
        Verdict::Passes => "asks its routes".to_owned(),
        Verdict::Takes => format!("tells {}", node.receiver),
    };
    let when = node.when.as_ref().map(|when| format!(", {when}")).unwrap_or_default();
    let last = if node.last { "; the routes after it are not asked" } else { "" };
    format!("{}: {verdict}{when} ({tried}){last}", node.path)
}

fn told_line(told: &Notification) -> String {
    let at = told.sent_at.map(|at| format!(" {}", time(at))).unwrap_or_default();
    format!("{} ({}) {}: {}{at}; {}", told.receiver, told.integration, told.kind, told.state, told.reason)
}

fn depth(path: &str) -> usize {
    path.matches(".routes[").count()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
