//! The list of incidents, grouped by where they stand with people; and what stands in its place when it is empty.
//!
//! Knows the filter of the address. Must not know how incidents are found.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::alert::Severity;
use firstlook_core::incident::Status;
use firstlook_core::notify::left_to_analysis;
use firstlook_core::notify::storm::Banner;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::State;
use serde::Serialize;

use super::incident::{Badge, severity, status};
use super::links::query;
use super::text::short;
use super::times::{self, Local, When};
use super::{Current, Shell, words};

/// What the list shows. An empty dimension of the filter restricts nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// `status=open&status=acknowledged`.
    pub status: Vec<Status>,
    /// `severity=critical`.
    pub severity: Vec<Severity>,
    /// Searched for in incidents.
    pub q: String,
    /// `storm=7`: only its incidents.
    pub storm: Option<i64>,
}

/// What the list page is made from.
#[derive(Debug, Clone)]
pub struct ListView<'a> {
    /// One page of them, newest first, without evidence and timeline.
    pub incidents: &'a [Incident],
    /// As the address says.
    pub filter: Filter,
    /// Whether nobody asked for a filter: then an empty list means that nothing is open.
    pub default_filter: bool,
    /// Storms that last; those that only their messages tell are not among the incidents.
    pub storms: Vec<Banner>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Whether any incident was ever recorded.
    pub ever: bool,
    /// Where senders reach the first configured Alertmanager source, for the page that says how to begin.
    pub webhook_url: String,
}

/// The page's context.
#[derive(Serialize)]
pub(super) struct Page {
    total: String,
    updated: When,
    q: String,
    on: Vec<On>,
    storms: Vec<Folded>,
    groups: Vec<Group>,
    empty: Option<Empty>,
    older: Option<String>,
    statuses: Vec<Choice>,
    severities: Vec<Choice>,
}

/// A storm in place of its incidents.
#[derive(Serialize)]
struct Folded {
    title: String,
    text: String,
    show: String,
    /// Absent where somebody has each of them.
    take: Option<String>,
    number: i64,
}

/// A part of the filter, and the address without it.
#[derive(Serialize)]
struct On {
    text: String,
    without: String,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    word: &'static str,
    checked: bool,
}

#[derive(Serialize)]
struct Group {
    id: &'static str,
    status: Badge,
    total: usize,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    number: i64,
    severity: Badge,
    title: String,
    facts: Vec<String>,
    owner: String,
    nobody: bool,
    age: When,
    /// Drawn without colour.
    calm: bool,
}

#[derive(Default, Serialize)]
struct Empty {
    never: bool,
    open: bool,
    filtered: bool,
    webhook_url: String,
}

const STATUSES: [Status; 3] = [Status::Open, Status::Acknowledged, Status::Resolved];
const SEVERITIES: [Severity; 3] = [Severity::Critical, Severity::Warning, Severity::Info];

pub(super) fn page(view: &ListView<'_>, language: Language, now: Local) -> Shell<Page> {
    let filter = &view.filter;
    let none = view.incidents.is_empty() && view.storms.is_empty();
    let page = Page {
        total: words::listed(language, view.incidents.len(), view.next_cursor.is_some()),
        updated: times::clock(now.to_utc(), now),
        q: filter.q.clone(),
        on: if view.default_filter { Vec::new() } else { on(filter, language) },
        storms: view.storms.iter().map(|storm| folded(storm, language, now)).collect(),
        groups: STATUSES.iter().filter_map(|s| group(*s, view.incidents, language, now)).collect(),
        empty: none.then(|| Empty {
            never: !view.ever,
            open: view.ever && view.default_filter,
            filtered: view.ever && !view.default_filter,
            webhook_url: view.webhook_url.clone(),
        }),
        older: view.next_cursor.as_deref().map(|c| address(filter, Some(c))),
        statuses: STATUSES
            .map(|s| Choice {
                value: s.as_str(),
                word: words::status(language, s),
                checked: filter.status.contains(&s),
            })
            .into(),
        severities: SEVERITIES
            .map(|s| Choice {
                value: s.as_str(),
                word: words::severity(language, s),
                checked: filter.severity.contains(&s),
            })
            .into(),
    };
    Shell::new(
        words::INCIDENTS.of(language).to_owned(),
        Current { incidents: true, ..Current::default() },
        page,
    )
}

fn folded(storm: &Banner, language: Language, now: Local) -> Folded {
    let since = times::clock(storm.since, now).said();
    Folded {
        title: words::storm(language, storm.number, &storm.receiver, storm.incidents, &since),
        text: words::storm_folds(language, storm.folded),
        show: words::storm_shows(language, storm.incidents),
        take: (storm.open > 0).then(|| words::storm_takes(language, storm.open)),
        number: storm.number,
    }
}

fn group(of: Status, incidents: &[Incident], language: Language, now: Local) -> Option<Group> {
    let rows: Vec<Row> = incidents.iter().filter(|i| i.status == of).map(|i| row(i, now)).collect();
    (!rows.is_empty()).then(|| Group {
        id: of.as_str(),
        status: status(language, of),
        total: rows.len(),
        rows,
    })
}

fn row(incident: &Incident, now: Local) -> Row {
    let language = incident.language;
    let resolved = incident.resolved_at.filter(|_| incident.status == Status::Resolved);
    let nobody = incident.owner.is_none() && incident.status == Status::Open;
    let owner = match (&incident.owner, incident.status, incident.acknowledged_at) {
        (Some(owner), _, _) => owner.to_string(),
        (None, Status::Open, _) => words::NOBODY.of(language).to_owned(),
        (None, Status::Resolved, None) => words::NOBODY_TOOK_IT.of(language).to_owned(),
        (None, _, _) => words::status(language, Status::Acknowledged).to_owned(),
    };
    let age = match resolved {
        Some(at) => times::moment(language, at, now),
        None => When {
            text: words::age(language, &times::span(language, now.to_utc() - incident.started_at)),
            ..times::clock(incident.started_at, now)
        },
    };
    Row {
        number: incident.number,
        severity: severity(language, incident.severity),
        title: incident.title.to_string(),
        facts: facts(incident, resolved),
        owner,
        nobody,
        age,
        calm: resolved.is_some(),
    }
}

fn facts(incident: &Incident, resolved: Option<DateTime<Utc>>) -> Vec<String> {
    let language = incident.language;
    let cause = incident.summary.as_ref().filter(|s| s.state == State::Ready).and_then(|s| s.causes.first());
    let looking = resolved.is_none() && incident.summary.as_ref().is_none_or(|s| s.state == State::Looking);
    let flags = incident.flags.iter().map(|f| words::flag(language, f).0);
    let facts = [
        Some(format!("#{}", incident.number)),
        incident.service.as_ref().map(ToString::to_string),
        Some(words::many(language, incident.alerts.len() + incident.alerts_omitted.total(), words::ALERT)),
        resolved.map(|at| words::lasted(language, &times::span(language, at - incident.started_at))),
        cause.map(|c| {
            words::likely_cause(
                language,
                &short(c.text.as_str(), 80),
                words::confidence(language, c.confidence),
            )
        }),
        looking.then(|| words::IN_PROGRESS.of(language).to_owned()),
        (incident.runbook.is_none() && !left_to_analysis(incident))
            .then(|| words::NO_RUNBOOK.of(language).to_owned()),
    ];
    facts.into_iter().flatten().chain(flags).collect()
}

/// Each part of the filter with the address that leaves it out.
fn on(filter: &Filter, language: Language) -> Vec<On> {
    let mut on = Vec::new();
    for s in &filter.status {
        let rest = Filter { status: without(&filter.status, s), ..filter.clone() };
        on.push(On { text: words::status(language, *s).to_owned(), without: address(&rest, None) });
    }
    for s in &filter.severity {
        let rest = Filter { severity: without(&filter.severity, s), ..filter.clone() };
        on.push(On { text: words::severity(language, *s).to_owned(), without: address(&rest, None) });
    }
    if !filter.q.is_empty() {
        let rest = Filter { q: String::new(), ..filter.clone() };
        on.push(On {
            text: language.pick(format!("“{}”", filter.q), format!("「{}」", filter.q)),
            without: address(&rest, None),
        });
    }
    if let Some(storm) = filter.storm {
        let rest = Filter { storm: None, ..filter.clone() };
        on.push(On { text: words::storm_name(language, storm), without: address(&rest, None) });
    }
    on
}

fn without<T: PartialEq + Copy>(all: &[T], one: &T) -> Vec<T> {
    all.iter().filter(|s| *s != one).copied().collect()
}

fn address(filter: &Filter, cursor: Option<&str>) -> String {
    let mut pairs: Vec<(&str, &str)> = filter.status.iter().map(|s| ("status", s.as_str())).collect();
    pairs.extend(filter.severity.iter().map(|s| ("severity", s.as_str())));
    if !filter.q.is_empty() {
        pairs.push(("q", &filter.q));
    }
    let storm = filter.storm.map(|number| number.to_string());
    pairs.extend(storm.as_deref().map(|number| ("storm", number)));
    pairs.extend(cursor.map(|c| ("cursor", c)));
    if pairs.is_empty() { "/".to_owned() } else { format!("/?{}", query(&pairs)) }
}
