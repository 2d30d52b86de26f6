//! The graph of an analysis' causes: as text for whoever draws it, and as a drawing of our own, for a page and for a picture.
//!
//! Knows what a node and an edge say. Must not know how they came about: [`Graph`] has them.

mod layout;
mod mermaid;
mod picture;

#[cfg(test)]
mod tests;

use crate::language::{Language, Word};
use crate::summary::analysis::graph::{Edge, Graph, Node, NodeKind, Relation};
use crate::summary::{Confidence, Verdict};

use super::text::one_line;
use super::words::graph as words;
use super::zone::Zone;

pub use layout::{Arrow, Drawing, Place, drawing, label_width};
pub use mermaid::mermaid;
pub use picture::graph_picture;

/// What stands over a node's text: `C1, 02:58:12 JST`, `Cause 1, High, not verified`.
fn head_of(node: &Node, place: usize, language: Language, zone: &Zone) -> String {
    let at = node.at.map(|at| zone.seconds(at));
    let sure = node.confidence.map(|confidence| match confidence {
        Confidence::Confirmed => words::HIGH,
        Confidence::Likely => words::MEDIUM,
        Confidence::Inconclusive => words::LOW,
    });
    let doubt = node.verdict.filter(|verdict| *verdict != Verdict::Verified).map(|_| words::NOT_VERIFIED);
    let said = |word: Option<Word>| word.map(|word| word.of(language).to_owned());
    let name = match node.kind {
        NodeKind::Before | NodeKind::Symptom => node.id.clone(),
        NodeKind::Cause => words::cause(language, place),
        NodeKind::Alarm => words::ALARM.of(language).to_owned(),
        NodeKind::Impact => words::IMPACT.of(language).to_owned(),
    };
    let more = [said(sure), said(doubt), at].into_iter().flatten();
    std::iter::once(name).chain(more).collect::<Vec<_>>().join(words::COMMA.of(language))
}

/// The heads of all nodes, in their order: causes are counted.
fn heads(graph: &Graph, language: Language, zone: &Zone) -> Vec<String> {
    let mut causes = 0;
    let head = |node: &Node| {
        causes += usize::from(node.kind == NodeKind::Cause);
        head_of(node, causes, language, zone)
    };
    graph.nodes.iter().map(head).collect()
}

/// What stands at an edge: the evidence, and whether it speaks against the cause.
fn label(edge: &Edge, language: Language) -> String {
    let cited = edge.citations.join(", ");
    match edge.relation {
        Relation::Against => words::against(language, &cited),
        Relation::For | Relation::LeadsTo => cited,
    }
}

/// The whole graph as sentences, for who cannot see a drawing.
pub fn graph_in_words(graph: &Graph, language: Language, zone: &Zone) -> String {
    let heads = heads(graph, language, zone);
    let name = |id: &str| {
        let mut named = graph.nodes.iter().zip(&heads).filter(|(node, _)| node.id == id);
        named.next().map_or("", |(_, head)| head)
    };
    let nodes = graph
        .nodes
        .iter()
        .zip(&heads)
        .map(|(node, head)| words::node(language, head, &one_line(node.text.as_str())));
    let edges = graph.edges.iter().map(|edge| match edge.relation {
        Relation::Against => {
            words::speaks_against(language, name(&edge.from), name(&edge.to), &edge.citations.join(", "))
        }
        Relation::For | Relation::LeadsTo => {
            words::leads(language, name(&edge.from), name(&edge.to), &label(edge, language))
        }
    });
    nodes.chain(edges).collect::<Vec<_>>().join(" ")
}
