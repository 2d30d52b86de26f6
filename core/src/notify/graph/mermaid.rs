//! The graph as Mermaid text: a small subset of its flowcharts, written here and read back here before anybody gets it.
//!
//! Knows that subset. Must not know what a graph means. No text can leave its label: what Mermaid, HTML or Markdown would obey
//! has become something else before, and what reads the text back refuses all of it.
//!
//! The subset: `flowchart TD`, then nodes `  id["label"]` (`(["…"])` for causes, `{{"…"}}` for the alarm), then edges
//! `  from -->|"label"| to` and `  from -.->|"label"| to`, each on a line of its own.

use std::collections::BTreeMap;

use super::super::text::{columns, cut, one_line};
use super::super::zone::Zone;
use super::{Graph, NodeKind, Relation, heads, label};
use crate::language::Language;

/// Columns of a label.
const LONGEST: usize = 160;
/// Lines of a text, its first among them.
const MOST: usize = 64;
const FIRST: &str = "flowchart TD";
/// What means something although each of its characters may stand: comments and directives, formulas, icons. Without `;` a `#`
/// begins no entity.
const SIGNS: [(&str, &str); 3] = [("%%", "% %"), ("$$", "$ $"), (":fa-", ": fa-")];
/// How nodes open and close.
const SHAPES: [(&str, &str); 3] = [("[\"", "\"]"), ("([\"", "\"])"), ("{{\"", "\"}}")];
/// Words that are no id in a flowchart.
const RESERVED: [&str; 12] = [
    "end",
    "graph",
    "flowchart",
    "subgraph",
    "style",
    "class",
    "click",
    "default",
    "direction",
    "classdef",
    "linkstyle",
    "interpolate",
];

/// The text of a graph; `None` where it would not be read as what was meant.
pub fn mermaid(graph: &Graph, language: Language, zone: &Zone) -> Option<String> {
    let mut wanted = Chart::default();
    let mut text = format!("{FIRST}\n");
    for (node, head) in graph.nodes.iter().zip(heads(graph, language, zone)) {
        let shape = match node.kind {
            NodeKind::Cause => 1,
            NodeKind::Alarm => 2,
            NodeKind::Before | NodeKind::Symptom | NodeKind::Impact => 0,
        };
        let words = plain(&format!("{head}: {}", node.text.as_str()));
        let (open, close) = SHAPES.get(shape)?;
        text.push_str(&format!("  {}{open}{words}{close}\n", node.id));
        wanted.nodes.insert(node.id.clone(), (shape, words));
    }
    for edge in &graph.edges {
        let dashed = edge.relation == Relation::Against;
        let arrow = if dashed { "-.->" } else { "-->" };
        let words = plain(&label(edge, language));
        let at = if words.is_empty() { String::new() } else { format!("|\"{words}\"|") };
        text.push_str(&format!("  {} {arrow}{at} {}\n", edge.from, edge.to));
        wanted.edges.push((edge.from.clone(), edge.to.clone(), dashed, words));
    }
    (read(&text) == Ok(wanted)).then_some(text)
}

/// What a text draws.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Chart {
    /// By id: the shape's place and the label.
    pub nodes: BTreeMap<String, (usize, String)>,
    /// From, to, whether it is dashed, and the label.
    pub edges: Vec<(String, String, bool, String)>,
}

/// One line that a label may have: what means something to Mermaid, HTML or Markdown is replaced by what only looks alike.
fn plain(text: &str) -> String {
    let alike = |c: char| match c {
        '"' => '”',
        '`' => '\'',
        '<' | '{' => '‹',
        '>' | '}' => '›',
        '[' => '(',
        ']' => ')',
        '|' | '\\' => '/',
        ';' => ',',
        '&' => '+',
        c => c,
    };
    let mut text: String = one_line(text).chars().filter(|c| !hidden(*c)).map(alike).collect();
    for (sign, apart) in SIGNS {
        // What is taken apart may have begun another one.
        while text.contains(sign) {
            text = text.replace(sign, apart);
        }
    }
    cut(text.trim(), LONGEST, columns)
}

/// Characters without a place of their own: joiners, marks of direction, tags.
fn hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}')
}

fn in_label(c: char) -> bool {
    !c.is_control() && !hidden(c) && !"\"`<>{}[]|\\;&".contains(c)
}

/// Reads the subset, strictly.
///
/// # Errors
/// The line's number from 1, and what is wrong with it.
pub(super) fn read(text: &str) -> Result<Chart, (usize, &'static str)> {
    let Some(body) = text.strip_prefix(FIRST).and_then(|rest| rest.strip_prefix('\n')) else {
        return Err((1, "it does not begin as a flowchart"));
    };
    let body = body.strip_suffix('\n').ok_or((0, "its last line does not end"))?;
    let mut chart = Chart::default();
    for (line, number) in body.split('\n').zip(2..) {
        if number > MOST {
            return Err((number, "it has too many lines"));
        }
        statement(line, &mut chart).map_err(|fault| (number, fault))?;
    }
    Ok(chart)
}

fn statement(line: &str, chart: &mut Chart) -> Result<(), &'static str> {
    let line = line.strip_prefix("  ").ok_or("it is not indented by two")?;
    let (id, rest) = id(line)?;
    let Some(rest) = rest.strip_prefix(' ') else {
        if !chart.edges.is_empty() {
            return Err("a node stands behind edges");
        }
        let node = node(rest)?;
        let new = chart.nodes.insert(id.to_owned(), node).is_none();
        return if new { Ok(()) } else { Err("two nodes have one id") };
    };
    let (dashed, rest) = match (rest.strip_prefix("-->"), rest.strip_prefix("-.->")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return Err("it has no arrow"),
    };
    let (label, rest) = match rest.strip_prefix("|\"") {
        Some(rest) => rest.split_once("\"|").ok_or("an edge's label does not end")?,
        None => ("", rest),
    };
    let (to, rest) = self::id(rest.strip_prefix(' ').ok_or("an edge leads nowhere")?)?;
    if !rest.is_empty() {
        return Err("something stands behind an edge");
    }
    if !chart.nodes.contains_key(id) || !chart.nodes.contains_key(to) {
        return Err("an edge has an end that is no node");
    }
    chart.edges.push((id.to_owned(), to.to_owned(), dashed, checked(label)?.to_owned()));
    Ok(())
}

/// An id and what follows: ASCII letters and digits, a letter first.
fn id(text: &str) -> Result<(&str, &str), &'static str> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (id, rest) = text.split_at_checked(end).ok_or("it has no id")?;
    let fits = id.starts_with(|c: char| c.is_ascii_alphabetic()) && id.len() <= 16;
    if fits && !RESERVED.contains(&id.to_ascii_lowercase().as_str()) {
        Ok((id, rest))
    } else {
        Err("it has no id")
    }
}

fn node(text: &str) -> Result<(usize, String), &'static str> {
    for (place, (open, close)) in SHAPES.iter().enumerate() {
        let inside = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        if let Some(label) = inside {
            return match checked(label)? {
                "" => Err("a node says nothing"),
                label => Ok((place, label.to_owned())),
            };
        }
    }
    Err("it is neither a node nor an edge")
}

fn checked(label: &str) -> Result<&str, &'static str> {
    let fits = label.chars().all(in_label)
        && SIGNS.iter().all(|(sign, _)| !label.contains(sign))
        && label.trim() == label
        && label.chars().map(columns).sum::<usize>() <= LONGEST;
    if fits { Ok(label) } else { Err("a label has what no label may have") }
}
