//! Traces of requests: which call between services fails or is slow against normal, and requests that show it.
//!
//! Knows counts and causes. Must not know who traced them. Names and messages are verbatim, and may be anything that a
//! caller sent; what leaves is redacted by [`items`].

mod causes;
mod course;
mod edges;
mod items;
mod segments;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use causes::{Cause, Group, Outcome, Summary, grouped};
pub use course::Course;
pub use edges::{Edge, Trouble, departing};
pub use items::items;
pub use segments::{Exception, Shown, Step, read};

/// A service, a database, a queue, or the client at the beginning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// As it calls itself, or is called.
    pub name: String,
    /// `AWS::DynamoDB::Table`, `remote`, `client` …; may be empty.
    pub kind: String,
}

impl Node {
    /// Whether it stands for whoever sends requests: it is no service, and has no name of its own.
    pub fn is_client(&self) -> bool {
        self.kind == "client"
    }
}

/// The calls from one node to another, as far as they were traced.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calls {
    /// All of them.
    pub total: u64,
    /// Answered with 5xx.
    pub faults: u64,
    /// Answered with 429.
    pub throttles: u64,
    /// Answered with another 4xx.
    pub errors: u64,
    /// Response times in seconds, each with how many calls took it.
    pub times: Vec<(f64, u64)>,
}

impl Calls {
    /// Counts `more` as well.
    pub fn add(&mut self, more: Self) {
        self.total = self.total.saturating_add(more.total);
        self.faults = self.faults.saturating_add(more.faults);
        self.throttles = self.throttles.saturating_add(more.throttles);
        self.errors = self.errors.saturating_add(more.errors);
        self.times.extend(more.times);
    }

    /// The response time in seconds that this share of the calls does not exceed.
    pub fn time(&self, share: f64) -> Option<f64> {
        let mut times = self.times.clone();
        times.sort_by(|a, b| a.0.total_cmp(&b.0));
        let wanted = self.timed() as f64 * share;
        let mut seen = 0.0;
        let reaches = |(_, count): &&(f64, u64)| {
            seen += *count as f64;
            seen >= wanted
        };
        times.iter().find(reaches).map(|(time, _)| *time)
    }

    /// How many have a response time.
    fn timed(&self) -> u64 {
        self.times.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
    }

    /// How many took longer.
    fn beyond(&self, seconds: f64) -> u64 {
        let longer = self.times.iter().filter(|(time, _)| *time > seconds);
        longer.fold(0, |sum: u64, (_, count)| sum.saturating_add(*count))
    }
}

/// Who calls whom, in a stretch of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Graph(BTreeMap<(Node, Node), Calls>);

impl Graph {
    /// Counts calls from `from` to `to`.
    pub fn add(&mut self, from: Node, to: Node, calls: Calls) {
        self.0.entry((from, to)).or_default().add(calls);
    }

    /// Counts what another stretch of time has.
    pub fn merge(&mut self, more: Self) {
        for ((from, to), calls) in more.0 {
            self.add(from, to, calls);
        }
    }

    /// The names of all that is called.
    pub fn called(&self) -> BTreeSet<&str> {
        self.0.keys().map(|(_, to)| to.name.as_str()).collect()
    }

    /// All calls to what has this name.
    pub fn to(&self, name: &str) -> Calls {
        let mut all = Calls::default();
        self.0.iter().filter(|((_, to), _)| to.name == name).for_each(|(_, calls)| all.add(calls.clone()));
        all
    }
}

/// How a person gets the same, and where it is seen, with absolute times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// A command.
    pub query: String,
    /// An address.
    pub link: Option<String>,
}

/// What a source of traces brought. Verbatim: not for prompts or pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traces {
    /// The calls that differ from normal, the most telling first.
    pub edges: Vec<(Edge, Origin)>,
    /// Requests that went wrong, one of each kind.
    pub groups: Vec<(Group, Origin)>,
}
