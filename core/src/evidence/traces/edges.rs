//! Which calls between services fail or are slow, against normal.
//!
//! Knows counts alone. Must not know requests.

use std::collections::BTreeSet;

use super::{Calls, Course, Graph, Node};
use crate::evidence::delta::stats::g2;
use crate::evidence::shares::{self, SIGNIFICANT, TIMES};

/// More are not told: what fails at the bottom fails on the whole way up.
const MOST: usize = 3;
/// Fewer calls have no 95th percentile.
const FEWEST: u64 = 10;
/// Nobody notices less than this, in seconds.
const NOTICED: f64 = 0.005;

/// What is wrong with calls; the first weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// More of them are answered with 5xx.
    Faults,
    /// More of them are answered with 429.
    Throttles,
    /// They take longer.
    Slow,
    /// More of them are answered with another 4xx.
    Errors,
}

/// Calls that differ from normal.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Who calls.
    pub from: Node,
    /// Who is called.
    pub to: Node,
    /// In the window.
    pub now: Calls,
    /// In normal times; `None` where none could be had, or nobody called then.
    pub normal: Option<Calls>,
    /// What is wrong; never empty.
    pub troubles: Vec<Trouble>,
    /// How it went over time, where that is known.
    pub course: Option<Course>,
}

/// The edges that differ from normal: first those behind which nothing else differs, since what fails there fails on the
/// whole way up. Where `services` has names, only calls from and to these count.
pub fn departing(now: &Graph, normal: Option<&Graph>, services: &BTreeSet<String>) -> Vec<Edge> {
    let ours = |from: &Node, to: &Node| {
        services.is_empty() || services.contains(&from.name) || services.contains(&to.name)
    };
    let edge = |((from, to), calls): (&(Node, Node), &Calls)| {
        let key = (from.clone(), to.clone());
        let normal = normal.and_then(|graph| graph.0.get(&key)).filter(|calls| calls.total > 0);
        let troubles = troubles(calls, normal);
        let (from, to) = key;
        (!troubles.is_empty() && ours(&from, &to)).then(|| Edge {
            from,
            to,
            now: calls.clone(),
            normal: normal.cloned(),
            troubles,
            course: None,
        })
    };
    let mut all: Vec<Edge> = now.0.iter().filter_map(edge).collect();
    let begins: BTreeSet<Node> = all.iter().map(|edge| edge.from.clone()).collect();
    all.sort_by(|a, b| {
        let key = |edge: &Edge| (begins.contains(&edge.to), edge.troubles.first().copied());
        key(a).cmp(&key(b)).then(b.excess().total_cmp(&a.excess()))
    });
    all.truncate(MOST);
    all
}

impl Edge {
    /// How much more than normal: calls, or seconds of all calls.
    fn excess(&self) -> f64 {
        let normal = self.normal.clone().unwrap_or_default();
        let more = |of: fn(&Calls) -> u64| {
            of(&self.now) as f64 - of(&normal) as f64 * self.now.total as f64 / normal.total.max(1) as f64
        };
        match self.troubles.first() {
            Some(Trouble::Faults) => more(|calls| calls.faults),
            Some(Trouble::Throttles) => more(|calls| calls.throttles),
            Some(Trouble::Errors) => more(|calls| calls.errors),
            Some(Trouble::Slow) => {
                let p95 = |calls: &Calls| calls.time(0.95).unwrap_or_default();
                self.now.total as f64 * (p95(&self.now) - p95(&normal))
            }
            None => 0.0,
        }
    }
}

fn troubles(now: &Calls, normal: Option<&Calls>) -> Vec<Trouble> {
    let rises = |of: fn(&Calls) -> u64| {
        let before = normal.map(|calls| (of(calls), calls.total));
        shares::rises((of(now), now.total), before)
    };
    [
        (Trouble::Faults, rises(|calls| calls.faults)),
        (Trouble::Throttles, rises(|calls| calls.throttles)),
        (Trouble::Slow, normal.is_some_and(|normal| is_slow(now, normal))),
        (Trouble::Errors, rises(|calls| calls.errors)),
    ]
    .into_iter()
    .filter_map(|(trouble, is)| is.then_some(trouble))
    .collect()
}

/// Whether more calls than normal lie beyond the normal 95th percentile, and the percentile itself moved.
fn is_slow(now: &Calls, normal: &Calls) -> bool {
    let (Some(is), Some(was)) = (now.time(0.95), normal.time(0.95)) else { return false };
    let (n, m) = (now.timed(), normal.timed());
    let moved = is > TIMES * was && is - was >= NOTICED && n.min(m) >= FEWEST;
    moved && g2(now.beyond(was) as f64, normal.beyond(was) as f64, n as f64 / m as f64) >= SIGNIFICANT
}
