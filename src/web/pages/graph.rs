//! The causes of an analysis as a drawing on the page, in the page's colours; its nodes lead to their evidence.
//!
//! Knows what the template needs. Must not know where a node stands: the layout that pictures have too says it.

use firstlook_core::Language;
use firstlook_core::notify::Zone;
use firstlook_core::notify::graph::{Arrow, Place, drawing, graph_in_words, label_width};
use firstlook_core::summary::analysis::graph::{Graph, NodeKind};
use serde::Serialize;

use super::times::Local;

/// The drawing's context.
#[derive(Serialize)]
pub(super) struct Drawn {
    width: String,
    height: String,
    /// The whole of it for who cannot see it.
    about: String,
    boxes: Vec<Node>,
    arrows: Vec<Edge>,
    labels: Vec<Label>,
    note: Option<String>,
    /// The same as a picture.
    picture: String,
}

#[derive(Serialize)]
struct Node {
    class: &'static str,
    doubt: bool,
    href: Option<String>,
    x: String,
    y: String,
    width: String,
    height: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    x: String,
    y: String,
    head: bool,
    text: String,
}

#[derive(Serialize)]
struct Edge {
    against: bool,
    path: String,
    tip: String,
}

#[derive(Serialize)]
struct Label {
    left: String,
    top: String,
    width: String,
    x: String,
    y: String,
    text: String,
}

/// The drawing of an incident's graph; `leads`: where an item's id leads on this page.
pub(super) fn drawn(
    graph: &Graph,
    language: Language,
    incident: i64,
    now: Local,
    leads: impl Fn(&str) -> Option<String>,
) -> Drawn {
    let zone = Zone::from(now);
    let drawing = drawing(graph, language, &zone);
    Drawn {
        width: number(drawing.width),
        height: number(drawing.height),
        about: graph_in_words(graph, language, &zone),
        boxes: drawing.boxes.iter().map(|one| node(one, leads(&one.id))).collect(),
        labels: drawing.arrows.iter().filter(|arrow| !arrow.label.is_empty()).map(label).collect(),
        arrows: drawing
            .arrows
            .iter()
            .map(|arrow| Edge { against: arrow.against, path: arrow.path.clone(), tip: arrow.tip.clone() })
            .collect(),
        note: drawing.note,
        picture: format!("/incidents/{incident}/charts/causes.png"),
    }
}

fn node(one: &Place, href: Option<String>) -> Node {
    let [x, y, width, height] = one.rect;
    let line = |(at, text, head): (f64, &str, bool)| Line {
        x: number(x + 10.0),
        y: number(at),
        head,
        text: text.to_owned(),
    };
    Node {
        class: match one.kind {
            NodeKind::Before | NodeKind::Symptom => "ev",
            NodeKind::Cause => "cause",
            NodeKind::Alarm => "alarm",
            NodeKind::Impact => "impact",
        },
        doubt: one.doubt,
        href,
        x: number(x),
        y: number(y),
        width: number(width),
        height: number(height),
        lines: one.baselines().map(line).collect(),
    }
}

fn label(arrow: &Arrow) -> Label {
    let ((x, y), width) = (arrow.at, label_width(&arrow.label));
    Label {
        left: number(x - width / 2.0),
        top: number(y - 10.0),
        width: number(width),
        x: number(x),
        y: number(y + 4.0),
        text: arrow.label.clone(),
    }
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}
