//! Requests that went wrong, put together by what went wrong, and how many of each there are against normal.
//!
//! Knows what a tracing system says of a request as a whole. Must not know segments.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::segments::{Exception, Shown};
use crate::evidence::delta::stats::g2;
use crate::evidence::shares::SIGNIFICANT;

/// Kinds that are told.
const MOST: usize = 3;

/// How a request ended; the first weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Something on its way answered with 5xx.
    Fault,
    /// Something on its way answered with 429.
    Throttle,
    /// It was answered with another 4xx.
    Error,
    /// It was found although nothing failed.
    Slow,
}

/// Where it went wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// The last service on the way.
    pub service: String,
    /// The last thing in it that is traced by itself; may be empty.
    pub entity: String,
    /// What it threw.
    pub exception: Option<Exception>,
}

/// A request as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Its trace's.
    pub id: String,
    /// When it began.
    pub at: Option<DateTime<Utc>>,
    /// How long it took with all that it led to.
    pub seconds: f64,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether the caller saw a 5xx or 4xx.
    pub answered: bool,
    /// Whether segments of it are missing.
    pub partial: bool,
    /// `GET https://…`; may be empty.
    pub request: String,
    /// Where it went wrong, if that is known.
    pub cause: Cause,
    /// The services on its way.
    pub services: Vec<String>,
}

/// Requests that went wrong in the same way.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// One of them.
    pub example: Summary,
    /// How many there are in the window.
    pub now: u64,
    /// How many there are in a normal time of the same length; `None` where none could be had.
    pub normal: Option<f64>,
    /// What the example's segments say.
    pub shown: Option<Shown>,
}

type Key = (Outcome, String, String, String);

impl Summary {
    /// Messages are no part of it: they hold ids and times.
    fn key(&self) -> Key {
        let kind = self.cause.exception.as_ref().map(|exception| exception.kind.clone());
        (self.outcome, self.cause.service.clone(), self.cause.entity.clone(), kind.unwrap_or_default())
    }

    /// Whether it shows more than `other`: it is whole, and the slowest of slow ones, else the first.
    fn shows_more(&self, other: &Self) -> bool {
        let later = match self.outcome {
            Outcome::Slow => self.seconds.total_cmp(&other.seconds),
            _ => other.at.cmp(&self.at),
        };
        (!self.partial).cmp(&!other.partial).then(later).then_with(|| other.id.cmp(&self.id)).is_gt()
    }
}

/// The kinds of requests that went wrong: those that are more than normal first. `normal` is what was found in so many
/// normal times, each as long as the window.
pub fn grouped(now: Vec<Summary>, normal: Option<(&[Summary], usize)>) -> Vec<Group> {
    let mut groups: BTreeMap<Key, Group> = BTreeMap::new();
    for one in now {
        let before = normal.map(|(all, times)| (all.iter().filter(|other| other.key() == one.key()), times));
        let usual = || before.map(|(same, times)| same.count() as f64 / times.max(1) as f64);
        let group = groups.entry(one.key()).or_insert_with(|| Group {
            example: one.clone(),
            now: 0,
            normal: usual(),
            shown: None,
        });
        group.now += 1;
        if one.shows_more(&group.example) {
            group.example = one;
        }
    }
    let mut all: Vec<Group> = groups.into_values().collect();
    let times = normal.map_or(1, |(_, times)| times.max(1)) as f64;
    let stands_out = |group: &Group| {
        let (a, usual) = (group.now as f64, group.normal.unwrap_or_default());
        a > usual && g2(a, usual * times, 1.0 / times) >= SIGNIFICANT
    };
    let excess = |group: &Group| group.now as f64 - group.normal.unwrap_or_default();
    all.sort_by(|a, b| {
        let key = |group: &Group| (!stands_out(group), group.example.outcome);
        key(a).cmp(&key(b)).then(excess(b).total_cmp(&excess(a)))
    });
    all.truncate(MOST);
    all
}
