//! Tables of reports and the graphs that they become.

use chrono::TimeDelta;

use super::*;
use crate::alert::Severity;
use crate::evidence::Redactor;
use crate::summary::analysis::Sentence;

fn safe(text: &str) -> Redacted {
    Redactor::default().redact(text)
}

fn item(id: &str, minute: Option<i64>) -> Item {
    let kinds = [
        ('A', Kind::Alarm),
        ('L', Kind::Log),
        ('M', Kind::Metric),
        ('C', Kind::Change),
        ('T', Kind::Trace),
        ('R', Kind::Runbook),
        ('H', Kind::History),
    ];
    let kind = kinds.iter().find(|(letter, _)| id.starts_with(*letter)).unwrap().1;
    let at = minute.map(|minute| DateTime::UNIX_EPOCH + TimeDelta::minutes(minute));
    Item {
        id: id.into(),
        kind,
        source: "x".into(),
        title: safe(id),
        text: safe(id),
        query: None,
        link: None,
        at,
        frequency: None,
        chart: None,
    }
}

fn words(ids: &str) -> Vec<String> {
    ids.split_whitespace().map(str::to_owned).collect()
}

fn sentence(text: &str, ids: &str) -> Sentence<Redacted> {
    Sentence { text: safe(text), citations: words(ids), verdict: Verdict::Verified, reason: None }
}

fn report(causes: &[(Confidence, &str, &str)]) -> Report {
    let cause = |(confidence, citations, against): &(Confidence, &str, &str)| Cause {
        sentence: sentence(&format!("{confidence:?}"), citations),
        severity: Severity::Critical,
        confidence: *confidence,
        against: words(against),
    };
    Report {
        overview: Vec::new(),
        root_causes: causes.iter().map(cause).collect(),
        impact: Vec::new(),
        timeline: Vec::new(),
        actions: Vec::new(),
        prevention: Vec::new(),
        gaps: Vec::new(),
        left_out: None,
    }
}

/// `C1 > cause1 [C1]`, `cause1 x M3 [M3]`.
fn edges(graph: &Graph) -> Vec<String> {
    let edge = |edge: &Edge| {
        let sign = match edge.relation {
            Relation::For => "-",
            Relation::Against => "x",
            Relation::LeadsTo => ">",
        };
        format!("{} {sign} {} [{}]", edge.from, edge.to, edge.citations.join(" "))
    };
    graph.edges.iter().map(edge).collect()
}

const LIKELY: Confidence = Confidence::Likely;

#[test]
fn causes_lead_through_their_symptoms_to_the_alarm() {
    let items = [
        item("A1", Some(10)),
        item("L1", Some(8)),
        item("L2", Some(12)),
        item("M1", None),
        item("C1", Some(5)),
        item("H1", None),
    ];
    for (citations, against, want) in [
        ("C1 L1", "", vec!["C1 - cause1 [C1]", "cause1 - L1 [L1]", "L1 > A1 [L1]"]),
        // What began after the alarm did not lead to it.
        ("L2", "", vec!["cause1 - L2 [L2]", "cause1 > A1 [L2]"]),
        ("M1", "", vec!["cause1 - M1 [M1]", "M1 > A1 [M1]"]),
        // What speaks against it leads nowhere.
        ("L1", "M1 H1", vec!["cause1 - L1 [L1]", "L1 > A1 [L1]", "cause1 x M1 [M1]", "H1 x cause1 [H1]"]),
        ("A1", "A1", vec!["cause1 > A1 [A1]", "cause1 x A1 [A1]"]),
        // What there is not, and what is no id at all, is no node.
        ("L9 <b> L1 L1", "Z", vec!["cause1 - L1 [L1]", "L1 > A1 [L1]"]),
        ("", "", vec!["cause1 > A1 []"]),
        ("L9 H1", "", vec!["H1 - cause1 [H1]", "cause1 > A1 [H1]"]),
    ] {
        let graph = Graph::of(&report(&[(LIKELY, citations, against)]), &items).unwrap();
        assert_eq!(edges(&graph), want, "{citations} against {against}");
    }
}

#[test]
fn nodes_stand_kind_after_kind_the_surest_cause_first_and_evidence_in_time() {
    let items = [
        item("L2", Some(4)),
        item("L1", Some(9)),
        item("M1", None),
        item("A1", Some(10)),
        item("C1", Some(1)),
    ];
    let mut written =
        report(&[(Confidence::Inconclusive, "L1 M1", "C1"), (Confidence::Confirmed, "L1 L2", "")]);
    written.impact = vec![sentence("all of them", "A1"), sentence("b", "M1"), sentence("c", "M1")];
    let graph = Graph::of(&written, &items).unwrap();
    let ids: Vec<&str> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["C1", "cause1", "cause2", "L2", "L1", "M1", "A1", "impact1", "impact2"]);
    assert_eq!(graph.nodes[1].text.as_str(), "Confirmed");
    assert_eq!((graph.left_out, graph.nodes[6].at), (1, items[3].at));
    assert!(edges(&graph).ends_with(&["A1 > impact1 [A1]".into(), "A1 > impact2 [M1]".into()]), "{graph:#?}");
    assert_eq!(Graph::of(&report(&[]), &items), None, "without a cause there is nothing to draw");
    let alone = Graph::of(&report(&[(LIKELY, "", "")]), &[]).unwrap();
    assert_eq!((alone.nodes[1].id.as_str(), alone.nodes[1].text.as_str()), ("alarm", ""));
}

#[test]
fn a_graph_is_bounded_without_cycles_and_the_same_each_time() {
    let items: Vec<Item> = (1..=30)
        .flat_map(|n| ["L", "C", "M", "H"].map(|letter| item(&format!("{letter}{n}"), Some(n % 7))))
        .chain([item("A1", Some(3))])
        .collect();
    let all: String = items.iter().map(|item| format!("{} ", item.id)).collect();
    let reverse: String = items.iter().rev().map(|item| format!("{} ", item.id)).collect();
    let written = report(&vec![(LIKELY, all.as_str(), reverse.as_str()); 9]);
    let graph = Graph::of(&written, &items).unwrap();
    assert_eq!(graph, Graph::of(&written, &items).unwrap());
    assert_eq!((graph.nodes.len(), graph.left_out), (4 + 4 + 4 + 1, 5 + 2 * 56));
    let kind = |id: &str| graph.nodes.iter().find(|node| node.id == id).unwrap().kind;
    for edge in &graph.edges {
        assert!(kind(&edge.from) < kind(&edge.to), "{edge:?} leads back");
        assert!(edge.citations.len() <= MOST);
    }
}
