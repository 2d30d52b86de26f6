//! Evidence on the page: log patterns with their frequency, everything else, and what cites what.
//!
//! Knows items; gaps stand with the summary, where they weigh. Must not know the model.

use std::collections::{BTreeMap, BTreeSet};

use firstlook_core::Language;
use firstlook_core::evidence::{Change, Frequency, Item, Kind, Window};
use firstlook_core::notify;
use firstlook_core::notify::view::Incident;
use firstlook_core::summary::{Summary, Verdict};
use serde::Serialize;

use super::text::{self, Piece};
use super::times::{self, Local, When};
use super::{axis, chart, links, words};

/// A chip that leads to an item; one that names nothing on this page is text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Cite {
    pub id: String,
    pub linked: bool,
}

/// A sentence or cause that cites an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Back {
    href: String,
    text: String,
}

/// Which ids can be jumped to, and who cites them.
pub(super) struct Index {
    ids: BTreeSet<String>,
    backs: BTreeMap<String, Vec<Back>>,
}

impl Index {
    pub(super) fn of(incident: &Incident) -> Self {
        let items = incident.evidence.iter().flat_map(|e| &e.items).map(|i| i.id.clone());
        let steps = incident.runbook.iter().flat_map(|r| &r.steps).map(|s| s.id.clone());
        let backs = incident.summary.as_ref().map(|s| backs(s, incident.language)).unwrap_or_default();
        Self { ids: items.chain(steps).collect(), backs }
    }

    pub(super) fn cites(&self, citations: &[String]) -> Vec<Cite> {
        let cite = |id: &String| Cite { id: id.clone(), linked: self.ids.contains(id) };
        citations.iter().map(cite).collect()
    }

    /// Whether it can be jumped to.
    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    fn backs(&self, id: &str) -> Vec<Back> {
        self.backs.get(id).cloned().unwrap_or_default()
    }
}

fn backs(summary: &Summary, language: Language) -> BTreeMap<String, Vec<Back>> {
    let mut backs: BTreeMap<String, Vec<Back>> = BTreeMap::new();
    let verified = summary.claims.iter().filter(|c| c.verdict == Verdict::Verified);
    for (n, claim) in (1..).zip(verified) {
        for id in &claim.citations {
            backs
                .entry(id.clone())
                .or_default()
                .push(Back { href: format!("#s{n}"), text: words::sentence(language, n) });
        }
    }
    for (n, cause) in (1..).zip(&summary.causes) {
        for id in &cause.citations {
            backs
                .entry(id.clone())
                .or_default()
                .push(Back { href: format!("#k{n}"), text: words::cause(language, n) });
        }
    }
    backs
}

/// The section's context.
#[derive(Serialize)]
pub(super) struct Evidence {
    axis: Option<axis::Axis>,
    logs: Vec<Log>,
    logs_title: String,
    others: Vec<Group>,
    /// Why no log pattern is told.
    nothing: Option<&'static str>,
    /// What was read for it, where that is paid by the byte.
    scanned: Option<String>,
}

#[derive(Serialize)]
struct Log {
    id: String,
    delta: Delta,
    now: String,
    normally: String,
    seen: Option<When>,
    source: String,
    title: Vec<Piece>,
    spark: Option<axis::Spark>,
    samples: Vec<Vec<Piece>>,
    samples_title: String,
    open: bool,
    query: Option<String>,
    link: Option<String>,
    backs: Vec<Back>,
}

/// How a pattern differs: shape, word, colour.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Delta {
    class: &'static str,
    icon: &'static str,
    pub word: String,
}

#[derive(Serialize)]
struct Group {
    id: &'static str,
    title: &'static str,
    items: Vec<Other>,
}

#[derive(Serialize)]
struct Other {
    id: String,
    title: String,
    source: String,
    at: Option<When>,
    text: Vec<Piece>,
    drawing: Option<chart::Drawing>,
    query: Option<String>,
    link: Option<String>,
    backs: Vec<Back>,
}

/// The section; runbook steps and earlier occurrences have their own place.
pub(super) fn section(incident: &Incident, index: &Index, now: Local) -> Option<Evidence> {
    let evidence = incident.evidence.as_ref()?;
    let (window, language) = (evidence.window, incident.language);
    // What a step's query brought stands with its step.
    let is_pattern = |i: &&Item| i.kind == Kind::Log && i.frequency.is_some();
    let logs: Vec<&Item> = evidence.items.iter().filter(is_pattern).collect();
    let steps: BTreeSet<&str> =
        incident.runbook.iter().flat_map(|r| &r.steps).map(|s| s.id.as_str()).collect();
    let others: Vec<Group> = words::KINDS
        .iter()
        .filter_map(|&(kind, anchor, title)| {
            let items = evidence.items.iter().filter(|i| i.kind == kind && !steps.contains(i.id.as_str()));
            let items: Vec<Other> = items.map(|i| other(i, incident, index, now)).collect();
            (!items.is_empty()).then_some(Group { id: anchor, title: title.of(language), items })
        })
        .collect();
    Some(Evidence {
        axis: axis::axis(&logs, window, incident.started_at, language, now),
        logs_title: words::log_patterns(language, logs.len()),
        nothing: notify::nothing_told(incident),
        scanned: Some(evidence.scanned_bytes)
            .filter(|bytes| *bytes > 0)
            .map(|bytes| words::scanned(language, bytes)),
        logs: logs.iter().enumerate().map(|(n, i)| log(i, n == 0, window, incident, index, now)).collect(),
        others,
    })
}

fn log(
    item: &Item,
    first: bool,
    window: Option<Window>,
    incident: &Incident,
    index: &Index,
    now: Local,
) -> Log {
    let (frequency, language) = (item.frequency.as_ref(), incident.language);
    let samples: Vec<Vec<Piece>> = item.text.as_str().lines().map(text::pieces).collect();
    let gone = frequency.filter(|f| f.change == Change::Gone);
    let seen = match gone {
        Some(f) => f.last_seen.map(|at| (words::LAST_SEEN, at)),
        None => item.at.map(|at| (words::FIRST_SEEN, at)),
    };
    Log {
        id: item.id.clone(),
        delta: frequency
            .map_or_else(|| delta(language, Change::Common, None), |f| delta(language, f.change, Some(f))),
        now: frequency.map(|f| text::count(f.now)).unwrap_or_default(),
        normally: frequency
            .map(|f| words::normally(language, f.normal.map(text::number).as_deref()))
            .unwrap_or_default(),
        seen: seen.map(|(word, at)| {
            let when = times::moment(language, at, now);
            When { text: format!("{} {}", word.of(language), when.text), ..when }
        }),
        source: item.source.clone(),
        title: text::pieces(item.title.as_str()),
        spark: frequency.and_then(|f| axis::spark(f, window, incident.started_at, language)),
        samples_title: words::sample_lines(language, samples.len()),
        samples,
        open: first,
        query: item.query.as_ref().map(ToString::to_string),
        link: item.link.as_ref().and_then(|link| links::safe(link.as_str())),
        backs: index.backs(&item.id),
    }
}

/// The badge of a change; a surge says how many times as much.
pub(super) fn delta(language: Language, change: Change, frequency: Option<&Frequency>) -> Delta {
    let (class, icon) = match change {
        Change::New | Change::Rare | Change::Value => ("d-new", "i-new"),
        Change::Surged | Change::Number => ("d-up", "i-up"),
        Change::Severe => ("d-up", "i-warn"),
        Change::Gone | Change::Common => ("d-gone", "i-gone"),
    };
    let surged = frequency.filter(|_| change == Change::Surged);
    let surged = surged.and_then(|f| Some((f, f.normal.filter(|normal| *normal > 0.0)?)));
    let times = surged.map(|(f, normal)| {
        #[allow(clippy::cast_precision_loss, reason = "two digits are shown")]
        let times = f.now as f64 / normal;
        format!(
            " ×{}",
            text::number(if times >= 10.0 { times.round() } else { (times * 10.0).round() / 10.0 })
        )
    });
    let compared = frequency.is_none_or(|f| f.normal.is_some());
    Delta {
        class,
        icon,
        word: format!("{}{}", words::change(language, change, compared), times.unwrap_or_default()),
    }
}

fn other(item: &Item, incident: &Incident, index: &Index, now: Local) -> Other {
    let (alarm, place) = (incident.started_at, (incident.number, item.id.as_str()));
    Other {
        id: item.id.clone(),
        title: item.title.to_string(),
        source: item.source.clone(),
        at: item.at.map(|at| times::moment(incident.language, at, now)),
        text: text::pieces(item.text.as_str()),
        drawing: item
            .chart
            .as_ref()
            .and_then(|c| chart::drawing(c, alarm, (incident.language, now), item.title.as_str(), place)),
        query: item.query.as_ref().map(ToString::to_string),
        link: item.link.as_ref().and_then(|link| links::safe(link.as_str())),
        backs: index.backs(&item.id),
    }
}
