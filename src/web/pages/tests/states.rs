//! The sample incident in every state, and with text that tries to leave its place.

use chrono::TimeDelta;
use firstlook_core::alert::{AlertStatus, Severity};
use firstlook_core::incident::Status;
use firstlook_core::notify::view::{Block, DoFirst, Incident, TimelineEntry};
use firstlook_core::summary::{State, Summary};

use super::samples::{at, now, open, red, summary};

/// [`open`] with a summary in `state`, which has a reason and no sentence.
pub(super) fn without_summary(state: State, reason: &str) -> Incident {
    let mut incident = open();
    incident.summary = Some(Summary {
        state,
        reason: Some(red(reason)),
        headline: None,
        claims: vec![],
        causes: vec![],
        ruled_out: vec![],
        next_steps: vec![],
        model: None,
        ..summary()
    });
    incident
}

pub(super) fn acknowledged() -> Incident {
    Incident {
        status: Status::Acknowledged,
        acknowledged_at: Some(at("18:09:46")),
        owner: Some(red("Aya Tanaka")),
        flags: vec!["flapping".to_owned(), "stale".to_owned()],
        ..open()
    }
}

pub(super) fn resolved() -> Incident {
    let mut incident = acknowledged();
    incident.status = Status::Resolved;
    incident.resolved_at = Some(at("18:20:02"));
    incident.flags.clear();
    for alert in &mut incident.alerts {
        alert.status = AlertStatus::Resolved;
    }
    incident.timeline.as_mut().unwrap().push(TimelineEntry {
        at: at("18:20:02"),
        kind: "resolved".to_owned(),
        actor: red("alertmanager/main"),
        text: red("All alerts resolved."),
    });
    incident
}

/// The first look of a second ago: no runbook, no evidence, no summary, no number.
pub(super) fn bare() -> Incident {
    Incident {
        opened_at: now() - TimeDelta::seconds(1),
        started_at: now() - TimeDelta::seconds(31),
        severity: Severity::Info,
        impact: None,
        do_first: None,
        occurrences: 1,
        previous: None,
        alerts_omitted: Default::default(),
        runbook: None,
        evidence: None,
        summary: None,
        notifications: vec![],
        timeline: Some(vec![]),
        service: None,
        escalates_at: None,
        ..open()
    }
}

/// Text that tries to leave its place, everywhere that text from outside can stand.
pub(super) fn nasty() -> Incident {
    let evil = "<script>alert(1)</script> \" onload=\"x' & \u{202e}gnp.exe";
    let mut incident = open();
    incident.title = red(evil);
    incident.service = Some(red(evil));
    incident.owner = Some(red(evil));
    incident.labels.insert(red("alertname"), red(evil));
    incident.group_key.insert(red(evil), red(evil));
    incident.flags = vec![evil.to_owned()];
    incident.do_first =
        Some(DoFirst { text: red(evil), because: red(evil), citations: vec![evil.to_owned()] });
    for alert in &mut incident.alerts {
        alert.source = evil.to_owned();
        alert.labels.insert(red("pod"), red(evil));
        alert.annotations.insert(red("summary"), red(evil));
    }
    for note in &mut incident.notifications {
        note.receiver = evil.to_owned();
        note.integration = evil.to_owned();
        note.state = evil.to_owned();
        note.kind = evil.to_owned();
        note.reason = red(evil);
    }
    for line in incident.timeline.iter_mut().flatten() {
        line.text = red(evil);
        line.actor = red(evil);
    }
    let runbook = incident.runbook.as_mut().unwrap();
    runbook.path = red(evil);
    runbook.title = red(evil);
    runbook.url = Some(red("javascript:alert(1)"));
    for step in &mut runbook.steps {
        step.text = red(evil);
        step.section = red(evil);
        step.blocks = vec![Block { language: red(evil), text: red(evil) }];
    }
    let evidence = incident.evidence.as_mut().unwrap();
    for item in &mut evidence.items {
        item.title = red(evil);
        item.text = red(evil);
        item.source = evil.to_owned();
        item.query = Some(red(evil));
        item.link = Some(red("javascript:alert(1)"));
    }
    for gap in &mut evidence.gaps {
        (gap.source, gap.reason, gap.remedy) = (evil.to_owned(), red(evil), red(evil));
    }
    let summary = incident.summary.as_mut().unwrap();
    summary.headline = Some(red(evil));
    summary.model = Some(evil.to_owned());
    summary.next_steps = vec![red(evil)];
    for claim in &mut summary.claims {
        (claim.text, claim.reason) = (red(evil), Some(red(evil)));
        claim.citations.push(evil.to_owned());
    }
    for cause in &mut summary.causes {
        (cause.text, cause.against) = (red(evil), vec![evil.to_owned()]);
        cause.reason = Some(red(evil));
    }
    incident
}
