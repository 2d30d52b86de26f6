//! Why somebody was told, the alerts of an incident, and its timeline.
//!
//! Knows notifications and decisions as they are told. Must not know how they are sent.

use std::collections::BTreeMap;

use firstlook_core::Language;
use firstlook_core::alert::AlertStatus;
use firstlook_core::evidence::Redacted;
use firstlook_core::incident::Status;
use firstlook_core::notify::view::{Alert, Incident, Notification, TimelineEntry};
use firstlook_core::notify::{Node, Walk};
use firstlook_core::route::walk::Verdict;
use serde::Serialize;

use super::text::count;
use super::times::{self, Local, When};
use super::words;

/// Rows of one table; the rest is counted, and in the API.
const MOST_ROWS: usize = 100;

/// The context of the two tables.
#[derive(Serialize)]
pub(super) struct Told {
    notifications: Vec<Told1>,
    walks: Vec<WalkRow>,
    alerts: Vec<AlertRow>,
    alerts_title: String,
    alerts_more: Option<String>,
    grouped_by: Vec<String>,
    api: String,
}

#[derive(Serialize)]
struct Told1 {
    receiver: String,
    what: String,
    class: &'static str,
    icon: &'static str,
    state: String,
    at: Option<When>,
    reason: String,
}

#[derive(Serialize)]
struct AlertRow {
    name: String,
    differs: Vec<String>,
    about: Option<String>,
    severity: &'static str,
    status: &'static str,
    since: When,
    source: String,
    received: String,
}

pub(super) fn told(incident: &Incident, now: Local) -> Told {
    let language = incident.language;
    let all = incident.alerts.len() + incident.alerts_omitted.total();
    let more = all.saturating_sub(MOST_ROWS);
    Told {
        notifications: incident.notifications.iter().map(|n| notification(n, language, now)).collect(),
        walks: incident.routing.walks.iter().map(|one| walk(one, language, now)).collect(),
        alerts: incident.alerts.iter().take(MOST_ROWS).map(|a| alert(a, incident, now)).collect(),
        alerts_title: words::alerts_title(language, all),
        alerts_more: (more > 0).then(|| words::not_shown(language, more, words::ALERT)),
        grouped_by: pairs(&incident.group_key),
        api: format!("/api/v1/incidents/{}", incident.number),
    }
}

fn notification(told: &Notification, language: Language, now: Local) -> Told1 {
    let (class, icon, state) = words::notification(language, &told.state, told.attempts);
    Told1 {
        receiver: [&told.receiver, words::integration(&told.integration).as_str()]
            .join(words::COMMA.of(language)),
        what: words::told(language, &told.integration, &told.kind),
        class,
        icon,
        state,
        at: told.sent_at.map(|at| times::exact(language, at, now)),
        reason: told.reason.to_string(),
    }
}

/// One way through the tree.
#[derive(Serialize)]
struct WalkRow {
    at: When,
    nodes: Vec<NodeRow>,
}

#[derive(Serialize)]
struct NodeRow {
    path: String,
    class: &'static str,
    matchers: Vec<String>,
    verdict: String,
    when: Option<String>,
}

fn walk(walk: &Walk, language: Language, now: Local) -> WalkRow {
    let tried = |(matcher, value, holds): &(Redacted, Redacted, bool)| match holds {
        true => format!("✓ {matcher}"),
        false => format!("✗ {matcher} ({value})"),
    };
    let node = |node: &Node| NodeRow {
        path: node.path.clone(),
        class: if node.verdict == Verdict::Refuses { "skipped" } else { "resolved" },
        matchers: node.matchers.iter().map(tried).collect(),
        verdict: words::verdict_of(language, node.verdict, &node.receiver, node.last),
        when: node.when.as_ref().map(ToString::to_string),
    };
    WalkRow { at: times::exact(language, walk.at, now), nodes: walk.nodes.iter().map(node).collect() }
}

fn alert(alert: &Alert, incident: &Incident, now: Local) -> AlertRow {
    let (language, common) = (incident.language, &incident.labels);
    let name = alert.labels.get("alertname").unwrap_or(&alert.fingerprint).to_string();
    let own = alert.labels.iter().filter(|(k, v)| common.get(*k) != Some(*v) && k.as_str() != "alertname");
    let about = ["summary", "description", "message"].iter().find_map(|k| alert.annotations.get(*k));
    AlertRow {
        name,
        differs: own.map(|(k, v)| format!("{k}={v}")).collect(),
        about: about.map(ToString::to_string),
        severity: words::severity(language, alert.severity),
        status: words::alert_status(language, alert.status),
        since: times::moment(language, alert.starts_at, now),
        source: alert.source.clone(),
        received: count(u64::try_from(alert.received).unwrap_or_default()),
    }
}

/// `key=value` for each label, in order.
pub(super) fn pairs(labels: &BTreeMap<Redacted, Redacted>) -> Vec<String> {
    labels.iter().map(|(k, v)| format!("{k}={v}")).collect()
}

/// How many alerts fire still.
pub(super) fn firing(incident: &Incident) -> usize {
    let listed = incident.alerts.iter().filter(|a| a.status == AlertStatus::Firing).count();
    listed + incident.alerts_omitted.firing
}

/// A line of a timeline.
#[derive(Serialize)]
pub(super) struct Line {
    class: &'static str,
    at: When,
    /// What happened, where `text` is not in the page's language.
    event: Option<&'static str>,
    text: String,
    actor: String,
}

/// The timeline, newest first, and how many lines are left out.
pub(super) fn timeline(incident: &Incident, now: Local) -> (Vec<Line>, Option<String>) {
    let entries: &[TimelineEntry] = incident.timeline.as_deref().unwrap_or_default();
    let line = |e: &TimelineEntry| Line {
        class: class(&e.kind),
        at: times::moment(incident.language, e.at, now),
        event: words::event(incident.language, &e.kind),
        text: e.text.to_string(),
        actor: e.actor.to_string(),
    };
    let more = entries.len().saturating_sub(MOST_ROWS);
    let lines = entries.iter().rev().take(MOST_ROWS).map(line).collect();
    (lines, (more > 0).then(|| words::not_shown(incident.language, more, words::ENTRY)))
}

/// The mark of a line: red for alarms, violet for people and what is told to them, green for the end.
fn class(kind: &str) -> &'static str {
    let is = |words: &[&str]| words.iter().any(|w| kind.contains(w));
    match () {
        () if is(&["resolved", "resolve"]) => "fin",
        () if is(&["opened", "joined", "fired", "raised"]) => "hot",
        () if is(&["acknowledge", "told", "paged", "trigger", "declared"]) => "man",
        () => "",
    }
}

/// How long each phase of an ended incident took, as shares of the whole.
#[derive(Serialize)]
pub(super) struct Phases {
    waiting: String,
    waiting_word: String,
    working: Option<Working>,
    opened: When,
    resolved: When,
}

#[derive(Serialize)]
struct Working {
    from: String,
    share: String,
    word: String,
    at: When,
}

#[allow(clippy::cast_precision_loss, reason = "a share of a bar")]
pub(super) fn phases(incident: &Incident, now: Local) -> Option<Phases> {
    let language = incident.language;
    let resolved = incident.resolved_at.filter(|_| incident.status == Status::Resolved)?;
    let whole = (resolved - incident.opened_at).num_milliseconds().max(1) as f64;
    let taken = incident.acknowledged_at.filter(|at| *at >= incident.opened_at && *at <= resolved);
    let waited = taken.unwrap_or(resolved) - incident.opened_at;
    let share = waited.num_milliseconds() as f64 / whole * 100.0;
    Some(Phases {
        waiting: format!("{share:.1}%"),
        waiting_word: words::phase_waiting(language, &times::span(language, waited)),
        working: taken.map(|at| Working {
            from: format!("{share:.1}%"),
            share: format!("{:.1}%", 100.0 - share),
            word: words::phase_working(language, &times::span(language, resolved - at)),
            at: times::minute(at, now),
        }),
        opened: times::minute(incident.opened_at, now),
        resolved: times::minute(resolved, now),
    })
}
