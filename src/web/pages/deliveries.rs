//! Deliveries: what senders sent, what was made of it, and why.
//!
//! Knows verdicts and traces as they are told. Must not know how bodies are read.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::evidence::Redacted;
use firstlook_core::notify::Zone;
use serde::Serialize;

use super::links::{encode, query};
use super::text::{self, Piece};
use super::times::{self, Local, When};
use super::{Current, Shell, words};

/// One page of deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveriesView {
    /// Newest first.
    pub rows: Vec<DeliveryRow>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// One accepted or rejected request body.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Addresses its page.
    pub id: String,
    /// When it arrived.
    pub received_at: DateTime<Utc>,
    /// The configured sender.
    pub source: String,
    /// What was answered.
    pub status: u16,
    /// Why, in a few words.
    pub reason: Redacted,
    /// How many alerts it named.
    pub alerts: Option<u32>,
    /// The numbers of the incidents that it touched.
    pub incidents: Vec<i64>,
    /// The body's length in bytes.
    pub size: u64,
}

/// One delivery with what was decided about each of its alerts.
#[derive(Debug, Clone)]
pub struct DeliveryDetail {
    /// As in the list.
    pub row: DeliveryRow,
    /// In order.
    pub trace: Vec<TraceLine>,
    /// The body, for those who may read it.
    pub body: Option<Redacted>,
}

/// One decision.
#[derive(Debug, Clone)]
pub struct TraceLine {
    /// The action: `opened`, `joined`, `duplicate`.
    pub action: String,
    /// The alert it is about.
    pub alert: Redacted,
    /// Why.
    pub reason: Redacted,
    /// The incident that it touched.
    pub incident: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct Page {
    rows: Vec<Row>,
    older: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Row {
    href: String,
    at: When,
    source: String,
    class: &'static str,
    icon: &'static str,
    verdict: String,
    reason: String,
    alerts: String,
    incidents: Vec<i64>,
    size: String,
}

#[derive(Serialize)]
pub(super) struct Detail {
    id: String,
    row: Row,
    trace: Vec<Line>,
    body: Option<Vec<Piece>>,
}

#[derive(Serialize)]
struct Line {
    action: String,
    alert: String,
    reason: String,
    incident: Option<i64>,
}

fn current() -> Current {
    Current { deliveries: true, ..Current::default() }
}

pub(super) fn page(view: &DeliveriesView, language: Language, now: Local) -> Shell<Page> {
    let page = Page {
        rows: view
            .rows
            .iter()
            .map(|r| row(r, language, times::exact(language, r.received_at, now)))
            .collect(),
        older: view.next_cursor.as_deref().map(|c| format!("/deliveries?{}", query(&[("cursor", c)]))),
    };
    Shell::new(words::DELIVERIES.of(language).to_owned(), current(), page)
}

fn row(row: &DeliveryRow, language: Language, at: When) -> Row {
    let (class, icon) = if row.status < 300 { ("sent", "i-ok") } else { ("failed", "i-x") };
    Row {
        href: format!("/deliveries/{}", encode(&row.id)),
        at,
        source: row.source.clone(),
        class,
        icon,
        verdict: format!("{} {}", words::verdict(language, row.status), row.status),
        reason: row.reason.to_string(),
        alerts: row.alerts.map(|n| n.to_string()).unwrap_or_default(),
        incidents: row.incidents.clone(),
        size: text::bytes(row.size),
    }
}

pub(super) fn detail(view: &DeliveryDetail, language: Language, zone: Zone) -> Shell<Detail> {
    let (at, there) = (view.row.received_at, zone.local(view.row.received_at));
    // As on another day: the page of one delivery is read at any later time.
    let at = When {
        text: format!(
            "{} {}",
            there.format(language.pick("%-d %b %Y,", "%Y年%-m月%-d日")),
            times::exact(language, at, there).said()
        ),
        ..times::clock(at, there)
    };
    let detail = Detail {
        id: view.row.id.clone(),
        row: row(&view.row, language, at),
        trace: view.trace.iter().map(|one| line(one, language)).collect(),
        body: view.body.as_ref().map(|b| text::pieces(b.as_str())),
    };
    Shell::new(
        [words::DELIVERIES.of(language), &detail.row.at.text].join(words::COMMA.of(language)),
        current(),
        detail,
    )
}

fn line(line: &TraceLine, language: Language) -> Line {
    Line {
        action: words::action(language, &line.action),
        alert: line.alert.to_string(),
        reason: line.reason.to_string(),
        incident: line.incident,
    }
}
