//! The page of one incident: the five facts, then everything that stands behind them.
//!
//! Knows the incident as it is told. Must not know HTTP or the database.

use chrono::{DateTime, TimeDelta, Utc};
use firstlook_core::Language;
use firstlook_core::alert::Severity;
use firstlook_core::incident::Status;
use firstlook_core::notify::view::{Flap, Impact, Incident};
use firstlook_core::notify::{self, Zone};
use firstlook_core::summary::HitRates;
use firstlook_core::summary::State;
use serde::Serialize;

use super::declared::{self, Declared};
use super::evidence::{self, Cite, Evidence, Index};
use super::summary::{self, HowSure};
use super::text::number;
use super::times::{self, Local, When};
use super::{Current, Shell, analysis, runbook, silences, told, words};

/// The page reloads itself while somebody is looking, but no longer than this after the incident opened.
const LOOKING_AT_MOST: TimeDelta = TimeDelta::minutes(10);
const RELOAD_SECONDS: u32 = 10;

/// What the page of an incident is made from.
#[derive(Debug, Clone, Copy)]
pub struct IncidentView<'a> {
    /// With its evidence and timeline.
    pub incident: &'a Incident,
    /// Whether who looks may act.
    pub actions: bool,
    /// How often causes were right before.
    pub rates: &'a HitRates,
    /// Whether there is a model to analyse it with.
    pub analysis: bool,
    /// Whether a bot may open a channel for it.
    pub declare: bool,
}

/// A badge: shape, word, colour.
#[derive(Debug, Serialize)]
pub(super) struct Badge {
    pub class: &'static str,
    pub icon: &'static str,
    pub word: String,
}

pub(super) fn severity(language: Language, severity: Severity) -> Badge {
    let icon = match severity {
        Severity::Critical => "i-crit",
        Severity::Warning => "i-warn",
        Severity::Info => "i-info",
    };
    Badge { class: severity.as_str(), icon, word: words::severity(language, severity).to_owned() }
}

pub(super) fn status(language: Language, status: Status) -> Badge {
    let icon = match status {
        Status::Open => "s-open",
        Status::Acknowledged => "s-ack",
        Status::Resolved => "s-res",
    };
    Badge { class: status.as_str(), icon, word: words::status(language, status).to_owned() }
}

/// The page's context.
#[derive(Serialize)]
pub(super) struct Page {
    header: Header,
    summary: summary::Section,
    analysis: Option<analysis::Section>,
    column: runbook::Column,
    evidence: Option<Evidence>,
    counts: Counts,
    told: told::Told,
    phases: Option<told::Phases>,
    lines: Vec<told::Line>,
    lines_more: Option<String>,
}

/// The numbers in the links to the page's parts.
#[derive(Serialize)]
struct Counts {
    steps: usize,
    evidence: usize,
    alerts: usize,
    earlier: i64,
}

#[derive(Serialize)]
struct Header {
    number: i64,
    edge: &'static str,
    severity: Badge,
    status: Badge,
    resolved: bool,
    was: String,
    flags: Vec<Badge>,
    labels: Vec<String>,
    alertname: Option<String>,
    title: String,
    headline: Option<String>,
    since: When,
    since_day: String,
    age: String,
    bad: HowBad,
    first: Option<First>,
    /// An analysis answers what a person asked.
    asked: bool,
    sure: HowSure,
    who: Who,
    ended: Option<Ended>,
    declared: Option<Declared>,
    forms: Option<Forms>,
}

#[derive(Serialize)]
struct HowBad {
    value: String,
    over: bool,
    about: String,
}

#[derive(Serialize)]
struct First {
    text: String,
    because: String,
    cites: Vec<Cite>,
}

#[derive(Serialize)]
struct Who {
    name: String,
    nobody: bool,
    about: Option<String>,
}

#[derive(Serialize)]
struct Ended {
    day: String,
    from: When,
    until: When,
    lasted: String,
    acknowledged: Option<String>,
    how: Option<How>,
}

#[derive(Serialize)]
struct How {
    text: String,
    actor: String,
}

#[derive(Serialize)]
struct Forms {
    acknowledge: bool,
    declare: bool,
    durations: Vec<silences::Choice>,
    silences: String,
}

pub(super) fn page(view: &IncidentView<'_>, now: Local) -> Shell<Page> {
    let incident = view.incident;
    let index = Index::of(incident);
    let (lines, lines_more) = told::timeline(incident, now);
    let looking = incident.status != Status::Resolved && summary::state(incident) == State::Looking;
    let looking = looking && now.to_utc() - incident.opened_at < LOOKING_AT_MOST;
    let analysed = incident.analysis.as_ref().filter(|_| analysis::runs(incident));
    let analysed = analysed.is_some_and(|analysis| now.to_utc() - analysis.asked_at < LOOKING_AT_MOST);
    let refresh = (looking || analysed).then_some(RELOAD_SECONDS);
    let page = Page {
        header: header(view, &index, now),
        summary: summary::section(view, &index, looking, now),
        analysis: analysis::section(incident, &index, view.actions && view.analysis, now),
        column: runbook::column(incident, now),
        evidence: evidence::section(incident, &index, now),
        counts: Counts {
            steps: incident.runbook.as_ref().map_or(0, |r| r.steps.len()),
            evidence: incident.evidence.as_ref().map_or(0, |e| e.items.len()),
            alerts: incident.alerts.len() + incident.alerts_omitted.total(),
            earlier: (incident.occurrences - 1).max(0),
        },
        told: told::told(incident, now),
        phases: told::phases(incident, now),
        lines,
        lines_more,
    };
    let title = title(incident);
    let mut shell = Shell::new(title, Current { incidents: true, ..Current::default() }, page);
    shell.refresh = refresh;
    shell.has_do = shell.body.header.forms.is_some();
    shell
}

/// Of the window: `Critical, open: payment-api fails, #482`.
fn title(incident: &Incident) -> String {
    let language = incident.language;
    let (severity, status) =
        (words::severity(language, incident.severity), words::status(language, incident.status));
    let open = [severity, &status.to_lowercase()];
    let standing = if incident.status == Status::Resolved { &[status][..] } else { &open[..] };
    words::window(language, standing, incident.title.as_str(), incident.number)
}

fn header(view: &IncidentView<'_>, index: &Index, now: Local) -> Header {
    let incident = view.incident;
    let language = incident.language;
    let resolved = incident.status == Status::Resolved;
    let label = |key: &str| incident.labels.get(key).map(ToString::to_string);
    let labels = [incident.service.as_ref().map(ToString::to_string), label("namespace"), label("cluster")];
    Header {
        number: incident.number,
        edge: if resolved { "resolved" } else { incident.severity.as_str() },
        severity: severity(language, incident.severity),
        status: status(language, incident.status),
        resolved,
        was: words::was(language, words::severity(language, incident.severity)),
        flags: flags(incident, now),
        labels: labels.into_iter().flatten().collect(),
        alertname: label("alertname"),
        title: incident.title.to_string(),
        headline: incident.summary.as_ref().and_then(|s| s.headline.as_ref()).map(ToString::to_string),
        since: times::minute(incident.started_at, now),
        since_day: times::day(language, incident.started_at, now),
        age: words::age(language, &times::span(language, now.to_utc() - incident.started_at)),
        bad: how_bad(incident),
        first: incident.do_first.as_ref().map(|f| First {
            text: f.text.to_string(),
            because: f.because.to_string(),
            cites: index.cites(&f.citations),
        }),
        asked: notify::left_to_analysis(incident),
        sure: summary::how_sure(incident),
        who: who(incident, now),
        declared: declared::line(incident, now),
        ended: incident.resolved_at.filter(|_| resolved).map(|at| ended(incident, at, now)),
        forms: view
            .actions
            .then(|| Forms {
                acknowledge: incident.standing() == Status::Open,
                declare: view.declare && incident.declared.as_ref().is_none_or(|one| !one.undone.is_empty()),
                durations: silences::durations(language),
                silences: words::silences_these(
                    language,
                    incident.alerts.len() + incident.alerts_omitted.total(),
                ),
            })
            .filter(|_| incident.standing() != Status::Resolved),
    }
}

fn flags(incident: &Incident, now: Local) -> Vec<Badge> {
    let flags = incident.flags.iter().map(|f| {
        let (word, icon) = words::flag(incident.language, f);
        let word = match &incident.flap {
            Some(flap) if f == "flapping" => flapping(incident, flap, now),
            _ => word,
        };
        Badge { class: "skipped", icon, word }
    });
    let silenced = incident.silenced_until.filter(|until| *until > now).map(|until| Badge {
        class: "skipped",
        icon: "i-gone",
        word: words::silenced(incident.language, &times::minute(until, now).said()),
    });
    flags.chain(silenced).collect()
}

fn flapping(incident: &Incident, flap: &Flap, now: Local) -> String {
    let (since, until) = (times::minute(flap.last, now).text, times::minute(flap.until, now).said());
    let quiet = (incident.status == Status::Resolved).then_some((since.as_str(), until.as_str()));
    notify::flapping(incident.language, flap, quiet)
}

fn how_bad(incident: &Incident) -> HowBad {
    let language = incident.language;
    let Some(Impact { value, threshold, normal, unit }) = &incident.impact else {
        let all = incident.alerts.len() + incident.alerts_omitted.total();
        let firing = told::firing(incident);
        let about = words::NO_NUMBER.of(language).to_owned();
        return HowBad { value: words::firing(language, firing, all), over: false, about };
    };
    let with_unit = |v: f64| match unit.as_deref() {
        None | Some("") => number(v),
        Some("%") => format!("{}%", number(v)),
        Some(unit) => format!("{} {unit}", number(v)),
    };
    let about = [
        threshold.map(|t| words::threshold(language, &with_unit(t))),
        normal.map(|n| words::normal(language, &with_unit(n))),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    HowBad { value: with_unit(*value), over: true, about: about.join(words::COMMA.of(language)) }
}

fn who(incident: &Incident, now: Local) -> Who {
    let language = incident.language;
    let acknowledged = incident
        .acknowledged_at
        .map(|at| words::acknowledged(language, &times::moment(language, at, now).said()));
    let told = incident.notifications.iter().filter(|told| told.kind == "escalated" && told.state == "sent");
    let mut to: Vec<&str> = told.map(|told| told.receiver.as_str()).collect();
    to.dedup();
    let escalated = (!to.is_empty()).then(|| words::escalated(language, &to.join(words::COMMA.of(language))));
    let escalates = incident
        .escalates_at
        .filter(|at| *at > now)
        .map(|at| words::escalates(language, &times::minute(at, now).said()));
    let (name, nobody) = match &incident.owner {
        Some(owner) => (owner.to_string(), false),
        None if incident.status == Status::Acknowledged => {
            (words::status(language, Status::Acknowledged).to_owned(), false)
        }
        None => (words::NOBODY.of(language).to_owned(), true),
    };
    let about = [acknowledged.filter(|_| !nobody), escalated.filter(|_| nobody), escalates];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let about = (!about.is_empty()).then(|| about.join(words::COMMA.of(language)));
    Who { name, nobody, about }
}

fn ended(incident: &Incident, at: DateTime<Utc>, now: Local) -> Ended {
    let language = incident.language;
    let last = incident.timeline.iter().flatten().rfind(|e| e.kind.contains("resolve"));
    Ended {
        day: times::day(language, incident.started_at, now),
        from: times::clock(incident.started_at, now),
        until: times::moment(language, at, Zone::from(now).local(incident.started_at)),
        lasted: times::span(language, at - incident.started_at),
        acknowledged: incident.acknowledged_at.map(|taken| times::span(language, taken - incident.opened_at)),
        how: last.map(|e| How { text: e.text.to_string(), actor: e.actor.to_string() }),
    }
}
