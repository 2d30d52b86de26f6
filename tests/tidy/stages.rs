//! Rules about direction: stages use earlier stages, and hops meet in Postgres alone.

use super::Fault;
use super::source::Source;

/// In the order in which an alert passes through them.
const STAGES: [&str; 7] = ["alert", "incident", "runbook", "evidence", "summary", "route", "notify"];

/// A stage of core uses itself and those before it.
pub fn backwards(source: &Source) -> Vec<Fault> {
    let rank = |name: &str| STAGES.iter().position(|stage| *stage == name);
    let below = source.path.strip_prefix("core/src/").unwrap_or_default();
    let Some(own) = rank(below.split(['/', '.']).next().unwrap_or_default()) else { return Vec::new() };
    let fault = |named: super::source::Named| {
        let mut words = named.path.split("::").skip_while(|word| *word == "super");
        let first = words.next()?;
        let stage = if first == "crate" { words.next()? } else { first };
        let outside = first == "crate" || named.path.starts_with("super::");
        let what = format!(
            "`{}`: {} uses {stage}, a later stage ({}); move what both need to the earlier one",
            named.path,
            STAGES[own],
            STAGES.join(" → "),
        );
        (outside && rank(stage).is_some_and(|rank| rank > own))
            .then(|| Fault::new(&source.path, named.line, what))
    };
    source.paths().into_iter().filter_map(fault).collect()
}

/// The hops, and who may name each: what wires them, and the doors that lead into the first.
const HOPS: [(&str, &[&str]); 4] = [
    (
        "ingest",
        &[
            "src/app.rs",
            "src/app/",
            "src/web/",
            "src/cli/",
            "src/upkeep.rs",
            "src/upkeep/",
            "src/resync.rs",
            "src/outage.rs",
            "src/outage/",
            "src/replay.rs",
            "src/replay/",
        ],
    ),
    ("triage", &["src/app.rs", "src/app/"]),
    ("analysis", &["src/app.rs", "src/app/"]),
    ("deliver", &["src/app.rs", "src/app/"]),
];

/// A hop is named where it is wired, and by no other hop.
pub fn hops(source: &Source) -> Vec<Fault> {
    if !source.path.starts_with("src/") {
        return Vec::new();
    }
    let own = source.path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default();
    let fault = |named: super::source::Named| {
        let path = named.path.strip_prefix("crate::").or_else(|| named.path.strip_prefix("firstlook::"))?;
        let hop = path.split("::").next()?;
        let (_, allowed) = HOPS.iter().find(|(name, _)| *name == hop && hop != own)?;
        let fine = allowed.iter().any(|place| source.path.starts_with(place));
        let what = format!(
            "`{}`: only {} may name the hop {hop}; hops meet in Postgres",
            named.path,
            allowed.join(", ")
        );
        (!fine).then(|| Fault::new(&source.path, named.line, what))
    };
    source.paths().into_iter().filter_map(fault).collect()
}

#[test]
fn a_stage_that_looks_ahead_is_noticed() {
    let lines = |path: &str, text: &str| -> Vec<usize> {
        backwards(&Source::new(path, text)).iter().map(|fault| fault.line).collect()
    };
    let text = "use crate::alert::Labels;\nuse crate::notify::view;\nlet x = crate::{alert, route::Tree};\n";
    assert_eq!(lines("core/src/evidence/pack.rs", text), [2, 3]);
    assert_eq!(lines("core/src/notify/mod.rs", text), [0usize; 0]);
    assert_eq!(
        lines("core/src/route.rs", "use super::notify::x;\nuse super::alert::y;\nnotify::z();\n"),
        [1]
    );
    assert_eq!(lines("core/src/lib.rs", text), [0usize; 0]);
    assert_eq!(lines("src/evidence/loki.rs", text), [0usize; 0]);
}

#[test]
fn a_hop_that_calls_another_is_noticed() {
    let lines = |path: &str, text: &str| -> Vec<usize> {
        hops(&Source::new(path, text)).iter().map(|fault| fault.line).collect()
    };
    let text = "use crate::deliver::Deliver;\nuse crate::{ingest, worker};\n";
    assert_eq!(lines("src/triage/look.rs", text), [1, 2]);
    assert_eq!(lines("src/worker.rs", text), [1, 2]);
    assert_eq!(lines("src/web/webhooks.rs", text), [1]);
    assert_eq!(lines("src/app.rs", text), [0usize; 0]);
    assert_eq!(lines("src/deliver/slack.rs", "use crate::deliver::Deliver;\n"), [0usize; 0]);
}
