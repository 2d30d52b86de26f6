//! What a checked report says of causes, as a graph: what came before, causes, symptoms, the alarm, the impact.
//!
//! Knows what of a report becomes a node and what an edge. Must not know how it is drawn. Nothing is in it that the report does not
//! tell: its causes are kept ones, its evidence is what they cite, and no model draws an edge. It has no cycle: what came before
//! leads to causes, these to symptoms, those to the alarm, and that to the impact.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Cause, Report};
use crate::evidence::{Item, Kind, Redacted};
use crate::summary::{Confidence, Verdict};

/// Nodes of each kind: more could not be read.
const MOST: usize = 4;
/// Sentences of the impact.
const IMPACTS: usize = 2;
/// The alarm's node where there is no item of it.
const ALARM: &str = "alarm";

/// A graph of causes. Its order is fixed by the report and the items.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Graph {
    /// Kind after kind; evidence in order of time, causes the surest first.
    pub nodes: Vec<Node>,
    /// Each between two nodes that are there.
    pub edges: Vec<Edge>,
    /// Causes, evidence and impact that the report has beside these.
    pub left_out: usize,
}

/// What is connected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// The item's id where it is one; `cause1`, `impact1`, `alarm`.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// The item's title, or the report's sentence.
    pub text: Redacted,
    /// When it happened or began, where that is known.
    pub at: Option<DateTime<Utc>>,
    /// Of a cause: how sure the model is.
    pub confidence: Option<Confidence>,
    /// Of a sentence: what code says of it.
    pub verdict: Option<Verdict>,
}

/// What a node is, in the order of the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// Evidence of what was before: a change, an earlier incident, a step of the runbook.
    Before,
    /// A root cause.
    Cause,
    /// Evidence of what it does: log lines, a metric, a trace.
    Symptom,
    /// The alarm.
    Alarm,
    /// Who or what is affected.
    Impact,
}

/// How one node stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The evidence is cited for the cause.
    For,
    /// The evidence is cited against the cause.
    Against,
    /// The one leads to the other, as the report has it.
    LeadsTo,
}

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// A node's id.
    pub from: String,
    /// Another one's.
    pub to: String,
    /// How they stand to each other.
    pub relation: Relation,
    /// Ids of the evidence that it is drawn from.
    pub citations: Vec<String>,
}

impl Graph {
    /// The graph of a report that was checked; `None` where it has no cause. `items`: all that the analysis knows.
    pub fn of(report: &Report, items: &[Item]) -> Option<Self> {
        let mut causes: Vec<&Cause<Redacted>> = report.root_causes.iter().collect();
        causes.sort_by_key(|cause| match cause.confidence {
            Confidence::Confirmed => 0,
            Confidence::Likely => 1,
            Confidence::Inconclusive => 2,
        });
        if causes.is_empty() {
            return None;
        }
        let mut graph = Self { nodes: Vec::new(), edges: Vec::new(), left_out: 0 };
        graph.left_out += causes.len().saturating_sub(MOST) + report.impact.len().saturating_sub(IMPACTS);
        causes.truncate(MOST);
        let alarm = items.iter().find(|item| item.kind == Kind::Alarm);
        graph.evidence(&causes, items, NodeKind::Before);
        for (place, cause) in (1..).zip(&causes) {
            graph.nodes.push(Node {
                confidence: Some(cause.confidence),
                verdict: Some(cause.sentence.verdict),
                ..node(format!("cause{place}"), NodeKind::Cause, &cause.sentence.text)
            });
        }
        graph.evidence(&causes, items, NodeKind::Symptom);
        let id = alarm.map_or(ALARM, |item| &item.id).to_owned();
        let title = alarm.map(|item| item.title.clone()).unwrap_or_default();
        let began = alarm.and_then(|item| item.at);
        graph.nodes.push(Node { at: began, ..node(id.clone(), NodeKind::Alarm, &title) });
        for (place, cause) in (1..).zip(&causes) {
            graph.connect((&format!("cause{place}"), cause), (&id, began), items);
        }
        for (place, impact) in (1..).zip(report.impact.iter().take(IMPACTS)) {
            let of = format!("impact{place}");
            let verdict = Some(impact.verdict);
            graph.nodes.push(Node { verdict, ..node(of.clone(), NodeKind::Impact, &impact.text) });
            graph.edge(&id, &of, Relation::LeadsTo, &impact.citations);
        }
        Some(graph)
    }

    /// The evidence of one side that causes cite, in order of time.
    fn evidence(&mut self, causes: &[&Cause<Redacted>], items: &[Item], side: NodeKind) {
        let cited = causes.iter().flat_map(|cause| cause.sentence.citations.iter().chain(&cause.against));
        let mut found: Vec<&Item> = Vec::new();
        for id in cited {
            let item = items.iter().find(|item| item.id == *id && self::side(item.kind) == Some(side));
            found.extend(item.filter(|item| !found.iter().any(|one| one.id == item.id)));
        }
        self.left_out += found.len().saturating_sub(MOST);
        found.truncate(MOST);
        found.sort_by_key(|item| (item.at.is_none(), item.at));
        self.nodes.extend(
            found.into_iter().map(|item| Node { at: item.at, ..node(item.id.clone(), side, &item.title) }),
        );
    }

    /// A cause with its evidence, and the way to the alarm: through symptoms that did not begin after it, else at once.
    fn connect(
        &mut self,
        (id, cause): (&str, &Cause<Redacted>),
        (alarm, began): (&str, Option<DateTime<Utc>>),
        items: &[Item],
    ) {
        let mut leads = false;
        for cited in &cause.sentence.citations {
            let Some((kind, at)) = self.node(cited) else { continue };
            match kind {
                NodeKind::Before => self.edge(cited, id, Relation::For, std::slice::from_ref(cited)),
                NodeKind::Symptom => {
                    self.edge(id, cited, Relation::For, std::slice::from_ref(cited));
                    if at.zip(began).is_none_or(|(at, began)| at <= began) {
                        leads = true;
                        self.edge(cited, alarm, Relation::LeadsTo, std::slice::from_ref(cited));
                    }
                }
                NodeKind::Cause | NodeKind::Alarm | NodeKind::Impact => {}
            }
        }
        if !leads {
            let there = |id: &&String| items.iter().any(|item| item.id == **id);
            let cited: Vec<String> = cause.sentence.citations.iter().filter(there).cloned().collect();
            self.edge(id, alarm, Relation::LeadsTo, &cited);
        }
        for cited in &cause.against {
            let cites = std::slice::from_ref(cited);
            match self.node(cited) {
                Some((NodeKind::Before, _)) => self.edge(cited, id, Relation::Against, cites),
                Some((NodeKind::Symptom | NodeKind::Alarm, _)) => {
                    self.edge(id, cited, Relation::Against, cites);
                }
                Some((NodeKind::Cause | NodeKind::Impact, _)) | None => {}
            }
        }
    }

    fn node(&self, id: &str) -> Option<(NodeKind, Option<DateTime<Utc>>)> {
        self.nodes.iter().find(|node| node.id == id).map(|node| (node.kind, node.at))
    }

    /// Once for two nodes, however often a report says it.
    fn edge(&mut self, from: &str, to: &str, relation: Relation, citations: &[String]) {
        let same = |edge: &Edge| edge.from == from && edge.to == to && edge.relation == relation;
        if self.edges.iter().any(same) {
            return;
        }
        let citations = citations.iter().take(MOST).cloned().collect();
        self.edges.push(Edge { from: from.to_owned(), to: to.to_owned(), relation, citations });
    }
}

fn node(id: String, kind: NodeKind, text: &Redacted) -> Node {
    Node { id, kind, text: text.clone(), at: None, confidence: None, verdict: None }
}

fn side(kind: Kind) -> Option<NodeKind> {
    match kind {
        Kind::Change | Kind::History | Kind::Runbook => Some(NodeKind::Before),
        Kind::Log | Kind::Metric | Kind::Trace | Kind::Finding => Some(NodeKind::Symptom),
        Kind::Alarm => None,
    }
}

#[cfg(test)]
mod tests;
