//! Where the nodes and edges of a small graph stand: rows by the longest path, each row ordered so that few edges cross.
//!
//! Knows sizes and places. Must not know colours. The same graph is laid out the same every time; a graph with a cycle is drawn as
//! well, though not nicely.

mod order;

use super::super::text::{columns, wrapped};
use super::super::words::graph as words;
use super::super::zone::Zone;
use super::{Graph, NodeKind, Relation, heads, label};
use crate::language::Language;
use crate::summary::analysis::graph::Node;

/// Of a box, in units.
const WIDTH: f64 = 204.0;
/// Between boxes of a row, between rows, and around all.
const BESIDE: f64 = 14.0;
const BELOW: f64 = 54.0;
const AROUND: f64 = 16.0;
/// Between lines, and over the first and under the last.
const LINE: f64 = 19.0;
const PADDING: f64 = 11.0;
/// What an edge takes that passes a row.
const PASSING: f64 = 26.0;
/// Columns of a line of a box, and lines under its head.
const COLUMNS: usize = 22;
const LINES: usize = 5;

/// A graph with places.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// In units.
    pub width: f64,
    /// In units.
    pub height: f64,
    /// In the graph's order.
    pub boxes: Vec<Place>,
    /// In the graph's order.
    pub arrows: Vec<Arrow>,
    /// What the report has beside these, in words.
    pub note: Option<String>,
}

/// A node.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The node's id.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Whether it is a sentence that is not verified.
    pub doubt: bool,
    /// Left, top, width, height.
    pub rect: [f64; 4],
    /// What it is, in one line.
    pub head: Vec<String>,
    /// What it says.
    pub lines: Vec<String>,
}

impl Place {
    /// Each line with its baseline, those of the head first; whether it is one of these.
    pub fn baselines(&self) -> impl Iterator<Item = (f64, &str, bool)> {
        let [_, top, ..] = self.rect;
        let head = self.head.iter().map(|line| (line, true));
        let lines = head.chain(self.lines.iter().map(|line| (line, false)));
        let mut y = top + PADDING - 4.0;
        lines.map(move |(line, head)| {
            y += LINE;
            (y, line.as_str(), head)
        })
    }
}

/// An edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrow {
    /// Whether it speaks against a cause.
    pub against: bool,
    /// As SVG's path has it.
    pub path: String,
    /// The three corners of its head.
    pub tip: String,
    /// What stands at it, and where its middle is.
    pub label: String,
    /// See `label`.
    pub at: (f64, f64),
}

/// Lays a graph out.
pub fn drawing(graph: &Graph, language: Language, zone: &Zone) -> Drawing {
    let mut boxes: Vec<Place> = graph
        .nodes
        .iter()
        .zip(heads(graph, language, zone))
        .map(|(node, head)| placed(node, &head))
        .collect();
    let place = |id: &str| graph.nodes.iter().position(|node| node.id == id);
    let ends: Vec<(usize, usize)> =
        graph.edges.iter().filter_map(|edge| place(&edge.from).zip(place(&edge.to))).collect();
    let floors: Vec<usize> = graph.nodes.iter().map(|node| node.kind as usize).collect();
    let rows = order::rows(&floors, &ends);
    let wide = |slot: &order::Slot| if slot.node.is_some() { WIDTH } else { PASSING };
    #[allow(clippy::cast_precision_loss, reason = "some slots of a row")]
    let taken = |row: &Vec<order::Slot>| {
        row.iter().map(wide).sum::<f64>() + BESIDE * row.len().saturating_sub(1) as f64
    };
    let width = rows.iter().map(taken).fold(WIDTH, f64::max) + 2.0 * AROUND;
    let mut passes: Vec<Vec<(f64, f64, f64)>> = vec![Vec::new(); ends.len()];
    let mut y = AROUND;
    for row in &rows {
        let of = |slot: &order::Slot| boxes.get(slot.node?).map(|one| one.rect[3]);
        let height = row.iter().filter_map(of).fold(LINE, f64::max);
        let mut x = (width - taken(row)) / 2.0;
        for slot in row {
            let wide = wide(slot);
            if let Some(one) = slot.node.and_then(|node| boxes.get_mut(node)) {
                let [.., tall] = one.rect;
                one.rect = [x, y + (height - tall) / 2.0, WIDTH, tall];
            } else if let Some(passes) = passes.get_mut(slot.edge) {
                passes.push((x + wide / 2.0, y, y + height));
            }
            x += wide + BESIDE;
        }
        y += height + BELOW;
    }
    let arrows = arrows(graph, language, &boxes, &ends, &passes);
    Drawing {
        width,
        height: y - BELOW + AROUND,
        boxes,
        arrows,
        note: words::left_out(language, graph.left_out),
    }
}

fn placed(node: &Node, head: &str) -> Place {
    let head = wrapped(head, COLUMNS, 2);
    let lines = wrapped(node.text.as_str(), COLUMNS, LINES);
    #[allow(clippy::cast_precision_loss, reason = "seven lines")]
    let height = 2.0 * PADDING + LINE * (head.len() + lines.len()) as f64;
    let doubt = node.verdict.is_some_and(|verdict| verdict != crate::summary::Verdict::Verified);
    Place { id: node.id.clone(), kind: node.kind, doubt, rect: [0.0, 0.0, WIDTH, height], head, lines }
}

/// The edges from box to box, through the places where they pass rows.
fn arrows(
    graph: &Graph,
    language: Language,
    boxes: &[Place],
    ends: &[(usize, usize)],
    passes: &[Vec<(f64, f64, f64)>],
) -> Vec<Arrow> {
    let middle = |node: usize| boxes.get(node).map_or(0.0, |one| one.rect[0] + WIDTH / 2.0);
    // Where each edge goes next and comes from last: what leaves a box side by side does not cross at once.
    let next = |edge: usize, (_, to): (usize, usize)| {
        passes.get(edge).and_then(|all| all.first()).map_or(middle(to), |p| p.0)
    };
    let last = |edge: usize, (from, _): (usize, usize)| {
        passes.get(edge).and_then(|all| all.last()).map_or(middle(from), |p| p.0)
    };
    let leaves: Vec<(usize, f64)> =
        ends.iter().enumerate().map(|(edge, of)| (of.0, next(edge, *of))).collect();
    let enters: Vec<(usize, f64)> =
        ends.iter().enumerate().map(|(edge, of)| (of.1, last(edge, *of))).collect();
    let drawn = graph.edges.iter().zip(ends).enumerate().filter_map(|(edge, (of, (from, to)))| {
        let (from, to) = (boxes.get(*from)?, boxes.get(*to)?);
        let begin = (port(edge, from, &leaves), from.rect[1] + from.rect[3]);
        let end = (port(edge, to, &enters), to.rect[1]);
        let mut path = format!("M{:.1} {:.1}", begin.0, begin.1);
        let mut at = begin;
        for (x, top, bottom) in passes.get(edge).into_iter().flatten() {
            path.push_str(&curve(at, (*x, *top)));
            path.push_str(&format!("V{bottom:.1}"));
            at = (*x, *bottom);
        }
        path.push_str(&curve(at, (end.0, end.1 - 7.0)));
        let tip = format!("M{0:.1} {1:.1}l-5 -9h10z", end.0, end.1);
        let middle = ((at.0 + end.0) / 2.0, (at.1 + end.1) / 2.0);
        Some(Arrow {
            against: of.relation == Relation::Against,
            path,
            tip,
            label: label(of, language),
            at: middle,
        })
    });
    drawn.collect()
}

/// Where an edge touches its box: beside the others, in the order of where these go.
fn port(edge: usize, one: &Place, all: &[(usize, f64)]) -> f64 {
    let mine = all.get(edge).copied().unwrap_or_default();
    let same = || all.iter().enumerate().filter(|(_, (node, _))| *node == mine.0);
    let before = same().filter(|(other, (_, x))| (*x, *other) < (mine.1, edge)).count();
    #[allow(clippy::cast_precision_loss, reason = "some edges of a box")]
    let share = (before as f64 + 1.0) / (same().count() as f64 + 1.0);
    one.rect[0] + WIDTH * share
}

fn curve((x, y): (f64, f64), (to_x, to_y): (f64, f64)) -> String {
    let half = (y + to_y) / 2.0;
    format!("C{x:.1} {half:.1} {to_x:.1} {half:.1} {to_x:.1} {to_y:.1}")
}

/// What a label takes, in units: `size` of its letters.
pub fn label_width(label: &str) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "some columns")]
    let columns = label.chars().map(columns).sum::<usize>() as f64;
    columns * 7.0 + 8.0
}
