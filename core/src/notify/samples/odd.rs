//! All samples, and incidents whose every text is odd.

use std::collections::BTreeMap;

use super::{
    acknowledged, alert, analysed, first_look, item, map, nasty_analysis, resolved, safe, start, summary,
    with_evidence, with_summary, without_summary,
};
use crate::alert::{AlertStatus, Severity};
use crate::evidence::{Gap, Kind};
use crate::notify::view::{Block, DoFirst, Evidence, Impact, Incident, Runbook, Step};
use crate::summary::{Cause, Confidence, State, analysis};

/// Each of them: every stage, every way in which a summary can be missing, a bare alarm, and odd ones.
pub fn all() -> Vec<Incident> {
    let mut all = vec![first_look(), with_evidence(), with_summary(), acknowledged(), resolved()];
    let without = [State::Looking, State::NoModel, State::OverBudget, State::Failed, State::NothingVerified];
    all.extend(without.map(|state| without_summary(state, None)));
    let bare = Incident {
        service: None,
        impact: None,
        do_first: None,
        runbook: None,
        evidence: None,
        escalates_at: None,
        alerts: Vec::new(),
        notifications: Vec::new(),
        group_key: BTreeMap::new(),
        labels: BTreeMap::new(),
        ..first_look()
    };
    all.extend([bare, analysed(analysis::State::Ready)]);
    let odd = ["", "<!channel> <@U1> [x](https://evil.example) `\"*_~|&\\ \u{202e}\n# x: y\u{0}", "重大🛑"];
    all.extend(odd.map(|text| Incident {
        analysis: Some(nasty_analysis(analysis::State::Ready, text, 3)),
        ..nasty(text, 3)
    }));
    all.push(nasty(&"<b>&\"\\重🛑 ".repeat(60), 5));
    all
}

/// Every text of every kind is `text`, lists are `n` long, and the texts that the contract has as plain strings too.
pub fn nasty(text: &str, n: usize) -> Incident {
    let mut view = acknowledged();
    let raw = || text.to_owned();
    (view.title, view.owner, view.service) = (safe(text), Some(safe(text)), Some(safe(text)));
    view.flags = vec![raw(); n];
    view.group_key = (0..n).map(|at| (safe(&format!("key{at}")), safe(text))).collect();
    view.group_key.insert(safe("alertname"), safe(text));
    view.impact = n.is_multiple_of(2).then(|| Impact {
        value: 1e300,
        threshold: None,
        normal: None,
        unit: Some(raw()),
    });
    view.do_first = Some(DoFirst { text: safe(text), because: safe(text), citations: vec![raw(); n] });
    let mut alert = alert(text, AlertStatus::Firing, Severity::Critical);
    alert.annotations = map(&[("summary", text)]);
    alert.source = raw();
    view.alerts = vec![alert; n];
    let block = Block { language: safe("sh"), text: safe(text) };
    let step = Step { id: raw(), section: safe(text), text: safe(text), blocks: vec![block] };
    view.runbook = Some(Runbook {
        path: safe(text),
        title: safe(text),
        commit: None,
        url: Some(safe(text)),
        steps: vec![step; n],
    });
    let mut items = vec![item(text, Kind::History, text, text); n];
    items.extend(vec![item(text, Kind::Change, text, text); n]);
    let gap = Gap { source: raw(), reason: safe(text), remedy: safe(text) };
    view.evidence = Some(Evidence {
        items,
        gaps: vec![gap; n],
        queries: Vec::new(),
        sources_read: n,
        scanned_bytes: 0,
        collected_at: Some(start()),
        window: None,
    });
    let mut summary = summary();
    summary.headline = Some(safe(text));
    summary.reason = Some(safe(text));
    summary.model = Some(raw());
    summary.next_steps = vec![safe(text); n];
    for claim in &mut summary.claims {
        (claim.text, claim.citations) = (safe(text), vec![raw(); n]);
    }
    let cause = Cause {
        text: safe(text),
        confidence: Confidence::Likely,
        citations: vec![raw(); n],
        against: vec![raw(); n],
        reason: None,
    };
    summary.causes = vec![cause; n];
    view.summary = Some(summary);
    for told in &mut view.notifications {
        told.reason = safe(text);
    }
    view
}
