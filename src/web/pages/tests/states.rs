//! The sample incident in every state, and with text that tries to leave its place.

use chrono::TimeDelta;
use firstlook_core::alert::{AlertStatus, Severity};
use firstlook_core::incident::Status;
use firstlook_core::notify::view::{Block, DoFirst, Flap, Incident, TimelineEntry};
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
        flap: Some(Flap { times: 5, last: at("18:08:00"), until: at("18:18:00") }),
        ..open()
    }
}

pub(super) fn resolved() -> Incident {
    let mut incident = acknowledged();
    incident.status = Status::Resolved;
    incident.resolved_at = Some(at("18:20:02"));
    incident.flags.clear();
    incident.flap = None;
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
    let mut incident = fill(open(), evil);
    incident.flags = vec![evil.to_owned()];
    for note in &mut incident.notifications {
        note.integration = evil.to_owned();
        note.state = evil.to_owned();
        note.kind = evil.to_owned();
    }
    let runbook = incident.runbook.as_mut().unwrap();
    runbook.url = Some(red("javascript:alert(1)"));
    for step in &mut runbook.steps {
        step.blocks = vec![Block { language: red(evil), text: red(evil) }];
    }
    for item in &mut incident.evidence.as_mut().unwrap().items {
        item.query = Some(red(evil));
        item.link = Some(red("javascript:alert(1)"));
    }
    let summary = incident.summary.as_mut().unwrap();
    summary.claims.iter_mut().for_each(|claim| claim.citations.push(evil.to_owned()));
    summary.causes.iter_mut().for_each(|cause| cause.against = vec![evil.to_owned()]);
    incident
}

/// The incident with `text` in the place of each text that others wrote; what is of a fixed set stays.
pub(super) fn fill(mut incident: Incident, text: &str) -> Incident {
    let words = || red(text);
    incident.title = words();
    incident.service = Some(words());
    incident.owner = incident.owner.map(|_| words());
    incident.labels.values_mut().for_each(|value| *value = words());
    incident.group_key.insert(words(), words());
    incident.do_first = incident.do_first.map(|first| {
        let citations = first.citations.into_iter().chain([text.to_owned()]).collect();
        DoFirst { text: words(), because: words(), citations }
    });
    for alert in &mut incident.alerts {
        alert.source = text.to_owned();
        alert.labels.values_mut().for_each(|value| *value = words());
        alert.annotations.insert(red("summary"), words());
    }
    for note in &mut incident.notifications {
        note.receiver = text.to_owned();
        note.reason = words();
    }
    for line in incident.timeline.iter_mut().flatten() {
        (line.text, line.actor) = (words(), words());
    }
    if let Some(runbook) = &mut incident.runbook {
        (runbook.path, runbook.title) = (words(), words());
        for step in &mut runbook.steps {
            (step.text, step.section) = (words(), words());
        }
    }
    if let Some(evidence) = &mut incident.evidence {
        for item in &mut evidence.items {
            (item.title, item.text, item.source) = (words(), words(), text.to_owned());
        }
        for gap in &mut evidence.gaps {
            (gap.source, gap.reason, gap.remedy) = (text.to_owned(), words(), words());
        }
    }
    if let Some(summary) = &mut incident.summary {
        summary.headline = summary.headline.as_ref().map(|_| words());
        summary.reason = summary.reason.as_ref().map(|_| words());
        summary.model = Some(text.to_owned());
        summary.next_steps = vec![words()];
        for claim in &mut summary.claims {
            (claim.text, claim.reason) = (words(), Some(words()));
        }
        for cause in &mut summary.causes {
            (cause.text, cause.reason) = (words(), Some(words()));
        }
        summary.ruled_out.iter_mut().for_each(|out| out.text = words());
    }
    incident
}
