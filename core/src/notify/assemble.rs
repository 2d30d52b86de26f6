//! Makes the incident that people see from what is stored. The one place where stored text becomes [`Redacted`] text.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::first::do_first;
use super::routing::Routing;
use super::view::{
    Alert, Block, Declared, Evidence, Feedback, Flap, Impact, Incident, Notification, Omitted, Runbook,
    Spending, Step, TimelineEntry,
};
use super::words::actor;
use crate::Language;
use crate::alert::{AlertId, AlertStatus, Labels, Severity};
use crate::evidence::known::{self, Earlier};
use crate::evidence::{Redacted, Redactor};
use crate::incident::{Member, Status};
use crate::runbook::Pinned;
use crate::summary::Summary;
use crate::summary::analysis::Analysis;

/// What is stored of an incident.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Its UUID.
    pub id: String,
    /// What people call it by.
    pub number: i64,
    /// As it was fixed when it opened.
    pub title: String,
    /// Where it stands with people.
    pub status: Status,
    /// How bad.
    pub severity: Severity,
    /// The mapped `service` label.
    pub service: Option<String>,
    /// The labels that group it.
    pub group_key: Labels,
    /// What its alerts have in common.
    pub labels: Labels,
    /// When its first alert was received.
    pub opened_at: DateTime<Utc>,
    /// When its earliest episode began.
    pub started_at: DateTime<Utc>,
    /// When somebody took it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who has it.
    pub owner: Option<String>,
    /// When somebody else is told next.
    pub escalates_at: Option<DateTime<Utc>>,
    /// How bad, where an evidence source has measured it.
    pub impact: Option<Impact>,
    /// Its runbook.
    pub runbook: Option<Pinned>,
    /// What it shows counts up to this.
    pub version: i64,
    /// Incidents of this group so far.
    pub occurrences: i64,
    /// The number of the one before.
    pub previous: Option<i64>,
    /// Nothing has been heard for long of what fires in it.
    pub stale: bool,
    /// It ends and goes on again too often.
    pub flap: Option<Flap>,
    /// All that fires in it is silenced until then.
    pub silenced_until: Option<DateTime<Utc>>,
    /// A storm's message has told of it, at least at one integration.
    pub storm: bool,
    /// Its alerts, or the first of very many.
    pub members: Vec<(AlertId, Member)>,
    /// How many of all its alerts fire, and how many have ended.
    pub counts: (usize, usize),
    /// What came before, the newest first.
    pub earlier: Vec<Earlier>,
    /// The newest collection.
    pub collected: Option<Evidence>,
    /// The newest summary.
    pub summary: Option<Summary>,
    /// What was said of it.
    pub feedback: Option<Said>,
    /// The newest analysis.
    pub analysis: Option<Analysis>,
    /// What models have taken for it.
    pub spent: Option<Spending>,
    /// What came of declaring it.
    pub declared: Option<Declared>,
    /// What was told to whom.
    pub told: Vec<Told>,
    /// How it was routed.
    pub routing: Routing,
    /// What happened: when, kind, actor, words.
    pub timeline: Vec<(DateTime<Utc>, String, String, String)>,
}

/// What a person said of a summary's first cause, as stored.
#[derive(Debug, Clone, Deserialize)]
pub struct Said {
    /// Whether it was right.
    pub right: bool,
    /// What it was; may be empty.
    pub cause: String,
    /// Who said so.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// One thing told, as stored.
#[derive(Debug, Clone)]
pub struct Told {
    /// The receiver's name.
    pub receiver: String,
    /// The kind and its place in the receiver.
    pub integration: String,
    /// The edge's word.
    pub kind: String,
    /// `pending`, `sending`, `sent`, `parked`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When it arrived.
    pub sent_at: Option<DateTime<Utc>>,
    /// Why it is sent.
    pub reason: String,
    /// What went wrong last.
    pub error: Option<String>,
}

/// The incident as people see it. `external_url` is where this installation's pages are, without a slash at its end;
/// `language` is what it speaks.
pub fn assemble(parts: Parts, redactor: &Redactor, external_url: &str, language: Language) -> Incident {
    let url = |number: i64| format!("{external_url}/incidents/{number}");
    let mut items = known::alarms(&parts.members, redactor);
    items.extend(parts.runbook.iter().flat_map(|runbook| known::steps(runbook, redactor)));
    items.extend(known::earlier(&parts.earlier, redactor, &url));
    let mut evidence = parts.collected.unwrap_or_default();
    items.append(&mut evidence.items);
    evidence.items = items;
    let words = |text: &str| redactor.redact(text);
    let who = |text: &str| redactor.redact(&actor(language, text));
    let mut incident = Incident {
        language,
        id: parts.id,
        number: parts.number,
        title: words(&parts.title),
        status: parts.status,
        flags: flags(parts.stale, parts.flap.is_some(), parts.storm),
        flap: parts.flap,
        severity: parts.severity,
        service: parts.service.as_deref().map(words),
        group_key: redacted(&parts.group_key, redactor),
        labels: redacted(&parts.labels, redactor),
        opened_at: parts.opened_at,
        started_at: parts.started_at,
        acknowledged_at: parts.acknowledged_at,
        resolved_at: parts.resolved_at,
        owner: parts.owner.as_deref().map(who),
        escalates_at: parts.escalates_at,
        silenced_until: parts.silenced_until,
        impact: parts.impact,
        do_first: None,
        occurrences: parts.occurrences,
        previous: parts.previous,
        alerts_omitted: omitted(&parts.members, parts.counts),
        alerts: alerts(parts.members, redactor),
        runbook: parts.runbook.map(|runbook| pinned(runbook, redactor)),
        evidence: Some(evidence),
        summary: parts.summary,
        feedback: parts.feedback.map(|said| Feedback {
            right: said.right,
            cause: words(&said.cause),
            actor: who(&said.actor),
            at: said.at,
        }),
        analysis: parts.analysis.map(|one| Analysis { asked_by: who(one.asked_by.as_str()), ..one }),
        spent: parts.spent,
        declared: parts.declared.map(|one| Declared { actor: who(one.actor.as_str()), ..one }),
        notifications: parts.told.into_iter().map(|told| notification(told, redactor)).collect(),
        routing: parts.routing,
        timeline: Some(parts.timeline.into_iter().map(|line| entry(line, redactor, language)).collect()),
        url: url(parts.number),
        version: parts.version,
    };
    let (runbook, evidence) = (incident.runbook.as_ref(), incident.evidence.as_ref());
    incident.do_first = do_first(runbook, evidence, incident.summary.as_ref(), redactor, language);
    incident
}

fn entry(
    (at, kind, by, text): (DateTime<Utc>, String, String, String),
    redactor: &Redactor,
    language: Language,
) -> TimelineEntry {
    TimelineEntry { at, kind, actor: redactor.redact(&actor(language, &by)), text: redactor.redact(&text) }
}

fn omitted(members: &[(AlertId, Member)], (firing, resolved): (usize, usize)) -> Omitted {
    let listed = members.iter().filter(|(_, member)| member.status == AlertStatus::Firing).count();
    Omitted {
        firing: firing.saturating_sub(listed),
        resolved: resolved.saturating_sub(members.len() - listed),
    }
}

/// In the contract's words.
fn flags(stale: bool, flapping: bool, storm: bool) -> Vec<String> {
    let all = [("stale", stale), ("flapping", flapping), ("storm", storm)];
    all.into_iter().filter(|(_, is)| *is).map(|(word, _)| word.to_owned()).collect()
}

/// Names can hold anything too, and a name can announce what its value does not show.
fn redacted(labels: &Labels, redactor: &Redactor) -> BTreeMap<Redacted, Redacted> {
    let pair = |(name, value)| (redactor.redact_line(name), redactor.redact_value(name, value));
    labels.iter().map(pair).collect()
}

fn alerts(mut members: Vec<(AlertId, Member)>, redactor: &Redactor) -> Vec<Alert> {
    members.sort_by(|(id, one), (other, two)| {
        let fires = |member: &Member| member.status == AlertStatus::Firing;
        (fires(two), two.severity, two.starts_at, id).cmp(&(fires(one), one.severity, one.starts_at, other))
    });
    let alert = |(id, member): (AlertId, Member)| Alert {
        source: id.source,
        fingerprint: redactor.redact_line(&id.fingerprint),
        status: member.status,
        severity: member.severity,
        labels: redacted(&member.labels, redactor),
        annotations: redacted(&member.annotations, redactor),
        starts_at: member.starts_at,
        began_at: member.began_at(),
        ends_at: member.ends_at,
        received: member.received,
    };
    members.into_iter().map(alert).collect()
}

fn pinned(runbook: Pinned, redactor: &Redactor) -> Runbook {
    let block = |block: crate::runbook::Block| Block {
        language: redactor.redact_line(&block.language),
        text: redactor.redact(&block.text),
    };
    let step = |step: crate::runbook::Step| Step {
        id: step.id,
        section: redactor.redact(&step.section),
        text: redactor.redact(&step.text),
        blocks: step.blocks.into_iter().map(block).collect(),
    };
    Runbook {
        path: redactor.redact_line(&runbook.path),
        title: redactor.redact(&runbook.title),
        commit: runbook.commit,
        url: runbook.url.as_deref().and_then(|url| redactor.redact_url(url)),
        steps: runbook.steps.into_iter().map(step).collect(),
    }
}

fn notification(told: Told, redactor: &Redactor) -> Notification {
    let reason = match &told.error {
        Some(error) => format!("{}; {error}", told.reason),
        None => told.reason.clone(),
    };
    // An edge in flight is, to people, one that has not arrived.
    let state = if told.state == "sending" { "pending".to_owned() } else { told.state };
    Notification {
        receiver: told.receiver,
        integration: told.integration,
        kind: told.kind,
        state,
        attempts: told.attempts,
        sent_at: told.sent_at,
        reason: redactor.redact(&reason),
    }
}
