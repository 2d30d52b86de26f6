//! Steps of the runbook whose queries were run already are ticked, with what they brought.

use super::*;
use crate::evidence::asked::Asked;
use crate::evidence::{Item, Kind};

/// Queries of the first three steps: two were answered, one was not.
fn with_queries(mut view: Incident) -> Incident {
    let evidence = view.evidence.as_mut().unwrap();
    let like = evidence.items[0].clone();
    let item = |id: &str, title: &str| Item {
        id: id.into(),
        kind: Kind::Metric,
        title: samples::safe(title),
        frequency: None,
        ..like.clone()
    };
    evidence.items.push(item("M8", "R1 Is the connection pool full: 20 of 20, normally 4"));
    evidence.items.push(item("M9", "R2 Was there a deploy less than 30 min before: no value in this window"));
    let asked = |step: &str, items: &[&str], reason: Option<&str>| Asked {
        step: step.into(),
        block: 0,
        source: Some("prom".into()),
        items: items.iter().map(|id| (*id).to_owned()).collect(),
        reason: reason.map(samples::safe),
    };
    evidence.queries =
        vec![asked("R1", &["M8"], None), asked("R2", &["M9"], None), asked("R3", &["M9"], Some("timeout"))];
    view
}

#[test]
fn what_was_run_already_is_ticked_with_its_result() {
    let body = update(&with_queries(samples::with_evidence()));
    says(
        &body,
        &[
            "✓ Already run: 20 of 20, normally 4 M8",
            "Was there a deploy less than 30 min before? R2 ✓ Already run: no value in this window M9",
            "Roll back the deploy. R3",
        ],
        &["Roll back the deploy. R3 ✓"],
    );
    let mut told = with_queries(samples::with_summary());
    let summary = told.summary.as_mut().unwrap();
    summary.next_steps =
        ["R2: look for a deploy", "R3: roll back", "R22: nothing", "Call [R2]"].map(samples::safe).into();
    says(
        &update(&told),
        &[
            "✓ Already run: 20 of 20",
            "R2: look for a deploy ✓ Already run: no value in this window M9",
            "R3: roll back",
        ],
        &["roll back ✓", "nothing ✓", "[R2] ✓"],
    );
    let mut ja = with_queries(samples::with_evidence());
    ja.language = Language::Ja;
    says(&update(&ja), &["✓ 実行済み：20 of 20, normally 4"], &["Already"]);
    says(&update(&samples::with_evidence()), &["Is the connection pool full?"], &["Already run"]);
}
