//! Runbooks: the column beside an incident, and the page that lists all of them.
//!
//! Knows steps and earlier occurrences. Must not know Markdown.

use firstlook_core::evidence::asked::Asked;
use firstlook_core::evidence::known::{self, RELATED};
use firstlook_core::evidence::{Item, Kind};
use firstlook_core::notify;
use firstlook_core::notify::view::{self, Evidence, Incident, Runbook, Step};
use firstlook_core::runbook::Language;
use serde::Serialize;

use super::text::{self, Piece};
use super::times::{self, Local};
use super::{Current, Shell, links, words};

/// The column's context.
#[derive(Serialize)]
pub(super) struct Column {
    runbook: Option<Book>,
    /// Whether there is one, or ought to be: what a person asked needs none.
    sought: bool,
    /// The matcher to write for a new one, where none matched.
    matcher: String,
    /// Runbooks that may help though they were not chosen.
    related: Vec<Related>,
    documents: Vec<Earlier>,
    earlier: Vec<Earlier>,
    occurrence: String,
}

#[derive(Serialize)]
struct Book {
    title: String,
    name: String,
    link: Option<String>,
    steps: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    /// Where a new section begins.
    part: Option<String>,
    id: String,
    text: String,
    blocks: Vec<Block>,
}

#[derive(Serialize)]
struct Block {
    /// Queries are folded; commands are shown.
    query: Option<&'static str>,
    text: String,
    ran: Option<Ran>,
}

/// What became of a query.
#[derive(Serialize)]
struct Ran {
    /// `Already run at 03:07:19 by prom`, or why it was not.
    words: String,
    failed: bool,
    results: Vec<Outcome>,
}

#[derive(Serialize)]
struct Outcome {
    id: String,
    /// Metrics have their place and their chart among the evidence; lines stand here.
    elsewhere: bool,
    title: Vec<Piece>,
    text: Vec<Piece>,
    query: Option<String>,
}

/// A runbook that was not chosen.
#[derive(Serialize)]
struct Related {
    id: String,
    title: String,
    link: Option<String>,
    /// The words that say so.
    why: String,
    /// Its steps.
    text: Vec<Piece>,
}

#[derive(Serialize)]
struct Earlier {
    id: String,
    title: String,
    link: Option<String>,
    text: Vec<Piece>,
}

pub(super) fn column(incident: &Incident, now: Local) -> Column {
    let items = incident.evidence.iter().flat_map(|e| &e.items);
    let label = |key: &str| incident.labels.get(key).map(|v| format!("{key}=\"{v}\""));
    Column {
        runbook: incident.runbook.as_ref().map(|runbook| book(runbook, incident, now)),
        sought: incident.runbook.is_some() || !notify::left_to_analysis(incident),
        matcher: label("alertname")
            .or_else(|| label("service"))
            .unwrap_or_else(|| "alertname=\"…\"".to_owned()),
        related: items
            .clone()
            .filter(|i| i.kind == Kind::History && i.source == RELATED)
            .map(related)
            .collect(),
        documents: items.clone().filter(|i| known::is_passage(i)).map(earlier).collect(),
        earlier: items
            .filter(|i| i.kind == Kind::History && i.source != RELATED && !known::is_passage(i))
            .map(earlier)
            .collect(),
        occurrence: words::occurrence(incident.language, incident.occurrences),
    }
}

fn book(runbook: &Runbook, incident: &Incident, now: Local) -> Book {
    let commit = runbook.commit.as_deref().map(|c| format!(" @{}", c.chars().take(7).collect::<String>()));
    let mut part = None;
    let lines = runbook.steps.iter().map(|step| {
        let section = step.section.as_str();
        let new = (part != Some(section) && !section.is_empty()).then(|| section.to_owned());
        part = Some(section);
        line(step, new, incident, now)
    });
    Book {
        title: runbook.title.to_string(),
        name: format!("{}{}", runbook.path, commit.unwrap_or_default()),
        link: runbook.url.as_ref().and_then(|url| links::safe(url.as_str())),
        steps: lines.collect(),
    }
}

fn line(step: &Step, part: Option<String>, incident: &Incident, now: Local) -> Line {
    let evidence = incident.evidence.as_ref();
    let block = |(place, block): (usize, &view::Block)| {
        let this = |asked: &&Asked| asked.step == step.id && asked.block == place;
        let asked = evidence.and_then(|e| Some((e, e.queries.iter().find(this)?)));
        Block {
            query: Language::of(block.language.as_str()).map(Language::name),
            text: block.text.to_string(),
            ran: asked.map(|(evidence, asked)| ran(asked, evidence, (incident.language, now))),
        }
    };
    let blocks = step.blocks.iter().enumerate().map(block).collect();
    Line { part, id: step.id.clone(), text: step.text.to_string(), blocks }
}

fn ran(asked: &Asked, evidence: &Evidence, (language, now): (firstlook_core::Language, Local)) -> Ran {
    let at = evidence.collected_at.map(|at| times::clock(at, now).said());
    let results = evidence.items.iter().filter(|item| asked.items.contains(&item.id));
    let outcome = |item: &Item| {
        let elsewhere = item.kind != Kind::Log;
        let shown = if elsewhere { "" } else { item.text.as_str() };
        // Its first line says whose query it is: that is plain here.
        let shown = shown.split_once('\n').map_or("", |(_, rest)| rest);
        Outcome {
            id: item.id.clone(),
            elsewhere,
            title: text::pieces(item.title.as_str()),
            text: text::pieces(shown),
            query: item.query.as_ref().filter(|_| !elsewhere).map(ToString::to_string),
        }
    };
    let reason = asked.reason.as_ref().map(ToString::to_string);
    Ran {
        words: words::ran(language, asked.source.as_deref(), reason.as_deref(), at),
        failed: reason.is_some(),
        results: results.map(outcome).collect(),
    }
}

fn related(item: &Item) -> Related {
    let (why, steps) = item.text.as_str().split_once('\n').unwrap_or((item.text.as_str(), ""));
    let Earlier { id, title, link, .. } = earlier(item);
    Related { id, title, link, why: why.to_owned(), text: text::pieces(steps) }
}

fn earlier(item: &Item) -> Earlier {
    Earlier {
        id: item.id.clone(),
        title: item.title.to_string(),
        link: item.link.as_ref().and_then(|link| links::safe(link.as_str())),
        text: text::pieces(item.text.as_str()),
    }
}

/// What the runbooks' page shows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RunbooksView {
    /// Where they come from: the folder, or the repository and its commit.
    pub origin: String,
    /// In the order of their paths.
    pub runbooks: Vec<RunbookRow>,
}

/// One runbook that was read, with or without faults.
#[derive(Debug, Clone, Serialize)]
pub struct RunbookRow {
    /// Relative to the runbooks' folder.
    pub path: String,
    /// Its first heading.
    pub title: String,
    /// Alertmanager matchers of its front matter.
    pub matchers: Vec<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// How many steps it has.
    pub steps: usize,
    /// What is wrong with it, each with line and remedy.
    pub faults: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Listed<'a> {
    origin: &'a str,
    runbooks: &'a [RunbookRow],
    total: String,
}

pub(super) fn page(view: &RunbooksView, language: firstlook_core::Language) -> Shell<Listed<'_>> {
    let listed = Listed {
        origin: &view.origin,
        runbooks: &view.runbooks,
        total: words::many(language, view.runbooks.len(), words::RUNBOOK),
    };
    Shell::new(
        words::RUNBOOKS.of(language).to_owned(),
        Current { runbooks: true, ..Current::default() },
        listed,
    )
}
