//! Runbooks: the column beside an incident, and the page that lists all of them.
//!
//! Knows steps and earlier occurrences. Must not know Markdown.

use firstlook_core::evidence::{Item, Kind};
use firstlook_core::notify::view::{Incident, Runbook, Step};
use serde::Serialize;

use super::text::{self, Piece};
use super::{Current, Shell, links, words};

/// The column's context.
#[derive(Serialize)]
pub(super) struct Column {
    runbook: Option<Book>,
    /// The matcher to write for a new one, where none matched.
    matcher: String,
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
}

#[derive(Serialize)]
struct Earlier {
    id: String,
    title: String,
    link: Option<String>,
    text: Vec<Piece>,
}

pub(super) fn column(incident: &Incident) -> Column {
    let items = incident.evidence.iter().flat_map(|e| &e.items);
    let label = |key: &str| incident.labels.get(key).map(|v| format!("{key}=\"{v}\""));
    Column {
        runbook: incident.runbook.as_ref().map(book),
        matcher: label("alertname")
            .or_else(|| label("service"))
            .unwrap_or_else(|| "alertname=\"…\"".to_owned()),
        earlier: items.filter(|i| i.kind == Kind::History).map(earlier).collect(),
        occurrence: words::occurrence(incident.occurrences),
    }
}

fn book(runbook: &Runbook) -> Book {
    let commit = runbook.commit.as_deref().map(|c| format!(" @{}", c.chars().take(7).collect::<String>()));
    let mut part = None;
    let lines = runbook.steps.iter().map(|step| {
        let section = step.section.as_str();
        let new = (part != Some(section) && !section.is_empty()).then(|| section.to_owned());
        part = Some(section);
        line(step, new)
    });
    Book {
        title: runbook.title.to_string(),
        name: format!("{}{}", runbook.path, commit.unwrap_or_default()),
        link: runbook.url.as_ref().and_then(|url| links::safe(url.as_str())),
        steps: lines.collect(),
    }
}

fn line(step: &Step, part: Option<String>) -> Line {
    let blocks =
        step.blocks.iter().map(|b| Block { query: language(b.language.as_str()), text: b.text.to_string() });
    Line { part, id: step.id.clone(), text: step.text.to_string(), blocks: blocks.collect() }
}

/// The name of a query language; commands have none.
fn language(name: &str) -> Option<&'static str> {
    match name {
        "logql" => Some("LogQL"),
        "promql" => Some("PromQL"),
        "logs-insights" => Some("Logs Insights"),
        _ => None,
    }
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

pub(super) fn page(view: &RunbooksView) -> Shell<Listed<'_>> {
    let listed = Listed {
        origin: &view.origin,
        runbooks: &view.runbooks,
        total: words::many(view.runbooks.len(), "runbook"),
    };
    Shell::new(words::RUNBOOKS.to_owned(), Current { runbooks: true, ..Current::default() }, listed)
}
