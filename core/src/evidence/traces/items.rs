//! Calls and requests as items `T1`, `T2` …: a line for people, and the figures that a sentence may cite.
//!
//! Knows words and order. Must not tell anything that is not redacted.

use super::{Calls, Edge, Exception, Group, Node, Origin, Outcome, Shown, Traces, Trouble, course};
use crate::evidence::excerpt::excerpt;
use crate::evidence::items::id;
use crate::evidence::words::Words;
use crate::evidence::{Item, Kind, Redacted, Redactor, Window};

/// Longest name, in characters.
const NAME: usize = 80;
/// Longest words of an exception in a title, and in a text.
const MESSAGE: (usize, usize) = (120, 600);
/// Longest value of a detail.
const DETAIL: usize = 300;
/// Steps of a way that are told, the last ones.
const STEPS: usize = 8;

/// The items of all sources: first calls that differ from normal, then requests that show what went wrong.
pub fn items(all: &[(String, Traces)], window: Window, redactor: &Redactor) -> Vec<Item> {
    let edge = |(source, (edge, way)): (&String, &(Edge, Origin))| {
        let (chart, at) = course::chart(edge, window).unzip();
        Item {
            title: edge_title(edge, redactor),
            text: edge_text(edge, redactor),
            at: at.flatten(),
            chart,
            ..item(source, way, redactor)
        }
    };
    let group = |(source, (group, way)): (&String, &(Group, Origin))| Item {
        title: group_title(group, redactor),
        text: group_text(group, redactor),
        at: group.example.at,
        ..item(source, way, redactor)
    };
    let edges = all.iter().flat_map(|(source, traces)| traces.edges.iter().map(move |one| (source, one)));
    let groups = all.iter().flat_map(|(source, traces)| traces.groups.iter().map(move |one| (source, one)));
    let mut items: Vec<Item> = edges.map(edge).chain(groups.map(group)).collect();
    items.iter_mut().enumerate().for_each(|(i, item)| item.id = id(Kind::Trace, i).to_string());
    items
}

fn item(source: &str, way: &Origin, redactor: &Redactor) -> Item {
    Item {
        id: String::new(),
        kind: Kind::Trace,
        source: source.to_owned(),
        title: Redacted::default(),
        text: Redacted::default(),
        query: Some(redactor.redact(&way.query)),
        link: way.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: None,
        frequency: None,
        chart: None,
    }
}

fn short(text: &str, most: usize, redactor: &Redactor) -> Redacted {
    excerpt(&redactor.redact_line(text), most)
}

impl Words {
    fn node(self, node: &Node, redactor: &Redactor) -> Self {
        if node.is_client() { self.fixed("clients") } else { self.part(&short(&node.name, NAME, redactor)) }
    }

    /// `310 of 812 (38.2 %)`
    fn share(self, some: u64, all: u64) -> Self {
        let words = self.count(some).fixed(" of ").count(all).fixed(" (");
        words.percent(some as f64 / all.max(1) as f64).fixed(")")
    }

    fn exception(self, exception: &Exception, most: usize, redactor: &Redactor) -> Self {
        let words = self.part(&short(&exception.kind, NAME, redactor));
        match exception.message.is_empty() {
            true => words,
            false => words.fixed(": ").part(&short(&exception.message, most, redactor)),
        }
    }
}

/// `api → orders-db: faults 310 of 812 (38.2 %), normally 0.4 %; p95 5.2 s, normally 0.12 s`
fn edge_title(edge: &Edge, redactor: &Redactor) -> Redacted {
    let mut words = Words::default().node(&edge.from, redactor).fixed(" → ").node(&edge.to, redactor);
    words = words.fixed(": ");
    for (i, trouble) in edge.troubles.iter().enumerate() {
        if i > 0 {
            words = words.fixed("; ");
        }
        words = match counted(*trouble) {
            Some((name, of)) => {
                let words = words.fixed(name).fixed(" ").share(of(&edge.now), edge.now.total);
                match &edge.normal {
                    None => words,
                    Some(normal) => {
                        words.fixed(", normally ").percent(of(normal) as f64 / normal.total.max(1) as f64)
                    }
                }
            }
            None => time(words.fixed("p95 "), edge, 0.95),
        };
    }
    if edge.normal.is_none() {
        words = words.fixed(", nothing to compare with");
    }
    words.0
}

/// What is counted: its name, and how many there are.
type Counted = (&'static str, fn(&Calls) -> u64);

fn counted(trouble: Trouble) -> Option<Counted> {
    match trouble {
        Trouble::Faults => Some(("faults", |calls| calls.faults)),
        Trouble::Throttles => Some(("throttled", |calls| calls.throttles)),
        Trouble::Errors => Some(("errors", |calls| calls.errors)),
        Trouble::Slow => None,
    }
}

/// `5.2 s, normally 0.12 s`
fn time(words: Words, edge: &Edge, share: f64) -> Words {
    let words = match edge.now.time(share) {
        None => words.fixed("unknown"),
        Some(now) => words.seconds(now),
    };
    match edge.normal.as_ref().and_then(|normal| normal.time(share)) {
        None => words,
        Some(normal) => words.fixed(", normally ").seconds(normal),
    }
}

fn edge_text(edge: &Edge, redactor: &Redactor) -> Redacted {
    let mut words = Words::default();
    for trouble in [Trouble::Faults, Trouble::Throttles, Trouble::Errors] {
        let Some((name, of)) = counted(trouble) else { continue };
        words = words.fixed(name).fixed(" ").share(of(&edge.now), edge.now.total).fixed(" calls");
        if let Some(normal) = &edge.normal {
            words = words.fixed(", normally ").share(of(normal), normal.total);
        }
        words = words.fixed("\n");
    }
    words = time(words.fixed("response time p50 "), edge, 0.5);
    words = time(words.fixed("; p95 "), edge, 0.95);
    for (side, node) in [("\nfrom ", &edge.from), ("\nto ", &edge.to)] {
        words = words.fixed(side).node(node, redactor);
        if !node.kind.is_empty() && !node.is_client() {
            words = words.fixed(" (").part(&short(&node.kind, NAME, redactor)).fixed(")");
        }
    }
    words.fixed("\ncounted in the requests that were traced").0
}

/// `GET https://…/pay, 5.03 s: fault in orders-db, TimeoutException: no connection; 142 like it, normally 0`
fn group_title(group: &Group, redactor: &Redactor) -> Redacted {
    let one = &group.example;
    let words = match one.request.is_empty() {
        true => Words::default().fixed("a request"),
        false => Words::default().part(&short(&one.request, NAME, redactor)),
    };
    let mut words = words.fixed(", ").seconds(one.seconds).fixed(outcome(one.outcome));
    let last = group.shown.as_ref().and_then(|shown| shown.way.last()).map(|step| step.name.as_str());
    let known = [last.unwrap_or_default(), &one.cause.entity, &one.cause.service];
    if let Some(place) = known.into_iter().find(|name| !name.is_empty()) {
        words = words.fixed(" in ").part(&short(place, NAME, redactor));
    }
    if let Some(exception) = thrown(group) {
        words = words.fixed(", ").exception(exception, MESSAGE.0, redactor);
    }
    like_it(words.fixed("; "), group).0
}

/// `142 like it, normally 0`
fn like_it(words: Words, group: &Group) -> Words {
    let words = words.count(group.now).fixed(if group.now == 1 { " such request" } else { " such requests" });
    match group.normal {
        Some(normal) => words.fixed(", normally ").part(&Redacted::number(normal)),
        None => words,
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fault => ": fault",
        Outcome::Throttle => ": throttled",
        Outcome::Error => ": error",
        Outcome::Slow => ": slow",
    }
}

/// What the segments say was thrown; else what is known of the whole.
fn thrown(group: &Group) -> Option<&Exception> {
    let shown = group.shown.as_ref().and_then(|shown| shown.exception.as_ref());
    let known = shown.or(group.example.cause.exception.as_ref());
    known.filter(|exception| !exception.kind.is_empty() || !exception.message.is_empty())
}

fn group_text(group: &Group, redactor: &Redactor) -> Redacted {
    let one = &group.example;
    let mut words = Words::default().fixed("trace ").part(&short(&one.id, NAME, redactor));
    if let Some(at) = one.at {
        words = words.fixed(" at ").clock(at);
    }
    words = words.fixed(", ").seconds(one.seconds);
    if !one.answered && one.outcome < Outcome::Slow {
        words = words.fixed("; the caller was answered without a fault");
    }
    if one.partial {
        words = words.fixed("; segments of it are missing");
    }
    if let Some(shown) = &group.shown {
        words = way(words.fixed("\nway: "), shown, redactor);
    }
    if let Some(exception) = thrown(group) {
        words = words.fixed("\nthrew ").exception(exception, MESSAGE.1, redactor);
        if !exception.place.is_empty() {
            words = words.fixed("\nat ").part(&short(&exception.place, DETAIL, redactor));
        }
    }
    for (name, value) in group.shown.iter().flat_map(|shown| &shown.details) {
        let value = excerpt(&redactor.redact_value(name, value), DETAIL);
        words = words.fixed("\n").part(&short(name, NAME, redactor)).fixed(": ").part(&value);
    }
    like_it(words.fixed("\n"), group).0
}

/// `api 5.03 s > orders-db 5 s fault`
fn way(mut words: Words, shown: &Shown, redactor: &Redactor) -> Words {
    let left = shown.way.len().saturating_sub(STEPS);
    if left > 0 {
        words = words.fixed("… > ");
    }
    for (i, step) in shown.way.iter().skip(left).enumerate() {
        words = if i > 0 { words.fixed(" > ") } else { words };
        words = words.part(&short(&step.name, NAME, redactor));
        if let Some(seconds) = step.seconds {
            words = words.fixed(" ").seconds(seconds);
        }
        words = words.fixed(match step.outcome {
            Outcome::Fault => " fault",
            Outcome::Throttle => " throttled",
            Outcome::Error => " error",
            Outcome::Slow => "",
        });
    }
    words
}
