//! The small world that schedules play: alerts of two Alertmanagers with their episodes and alarms of CloudWatch, the bodies
//! that are posted about them, and what must be true in the end. Knows nothing of firstlook but the body formats.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::cloud::Alarm;
use super::flaps::{self, Heard};
use crate::support::sns::Sns;

/// Senders, as they are configured.
pub const SOURCES: [&str; 3] = ["alertmanager/one", "alertmanager/two", "sns/aws"];
/// How many of them are Alertmanagers.
const ALERTMANAGERS: usize = 2;
/// Longest delay of a body, so that what overtakes stays within the reorder window of 60 s.
const LATEST: i64 = 55;

/// One alert and its firing intervals, in seconds of the schedule; the last may have no end.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Its fingerprint.
    pub name: String,
    /// Its sender.
    pub source: usize,
    /// Which of the schedule's groups it belongs to.
    pub group: usize,
    /// When it fires.
    pub episodes: Vec<(i64, Option<i64>)>,
}

impl Alert {
    /// Whether it fires at a time.
    pub fn fires(&self, at: i64) -> bool {
        self.episodes.iter().any(|(start, end)| *start <= at && end.is_none_or(|end| at < end))
    }

    /// What its sender says of it at a time; nothing before it first fires, nor long after it ended.
    fn said(&self, at: i64, told: bool) -> Option<(i64, Option<i64>)> {
        let (start, end) = *self.episodes.iter().rev().find(|(start, _)| *start <= at)?;
        match end.filter(|end| *end <= at) {
            None => Some((start, None)),
            // A resolved alert appears in one notification (FACTS A4).
            Some(end) => (!told).then_some((start, Some(end))),
        }
    }
}

/// One body on its way, and the alerts that it speaks of: which, and whether each fires.
#[derive(Debug, Clone)]
pub struct Body {
    /// When it was made, and when it arrives.
    pub made: i64,
    /// When it arrives.
    pub arrives: i64,
    /// Its sender.
    pub source: usize,
    /// Its group.
    pub group: usize,
    /// Each alert's name, and whether it fires.
    pub alerts: Vec<(String, bool)>,
    /// SNS's name for it.
    pub message: Option<String>,
    /// As it is posted.
    pub json: String,
}

/// Everything that happens in one schedule.
#[derive(Debug)]
pub struct World {
    /// The Alertmanagers' alerts.
    pub alerts: Vec<Alert>,
    /// CloudWatch's alarms.
    pub alarms: Vec<Alarm>,
    /// The bodies by arrival; the same body may come several times.
    pub bodies: Vec<Body>,
    /// Whether bodies overtake each other.
    pub reordered: bool,
}

impl World {
    /// Makes one up. Times of bodies are seconds after `zero`.
    pub fn new(rng: &mut StdRng, sns: &Sns, seed: u64, zero: DateTime<Utc>) -> Self {
        let reordered = rng.random_bool(0.5);
        let groups = rng.random_range(1..3usize);
        let mut alerts = Vec::new();
        for n in 0..rng.random_range(0..4usize) {
            let (name, source) = (format!("s{seed}a{n}"), rng.random_range(0..2));
            alerts.push(Alert { name, source, group: rng.random_range(0..groups), episodes: episodes(rng) });
        }
        let count = rng.random_range(usize::from(alerts.is_empty())..4);
        let alarms: Vec<Alarm> = (0..count)
            .map(|n| {
                let group = rng.random_range(0..groups);
                Alarm::new(rng, format!("s{seed}c{n}"), group)
            })
            .collect();
        let mut bodies = Vec::new();
        for source in 0..ALERTMANAGERS {
            for group in 0..groups {
                bodies.extend(Self::of(&alerts, source, group, seed, zero));
            }
        }
        bodies.sort_by_key(|body| body.made);
        let mut sent = Vec::new();
        for body in bodies {
            for _ in 0..rng.random_range(1..4) {
                let delay = if reordered { rng.random_range(0..LATEST) } else { 0 };
                sent.push(Body { arrives: body.made + delay, ..body.clone() });
            }
        }
        for alarm in &alarms {
            sent.extend(alarm.bodies(rng, sns, zero, seed, reordered));
        }
        sent.sort_by_key(|body| body.arrives);
        Self { alerts, alarms, bodies: sent, reordered }
    }

    /// A body for each time at which something changed in a group of one sender: all its alerts, as Alertmanager does.
    fn of(alerts: &[Alert], source: usize, group: usize, seed: u64, zero: DateTime<Utc>) -> Vec<Body> {
        let ours: Vec<&Alert> =
            alerts.iter().filter(|alert| alert.source == source && alert.group == group).collect();
        let times: BTreeSet<i64> = ours
            .iter()
            .flat_map(|alert| alert.episodes.iter().flat_map(|(start, end)| [Some(*start), *end]))
            .flatten()
            .collect();
        let mut told: BTreeSet<(&str, i64)> = BTreeSet::new();
        let mut bodies = Vec::new();
        for made in times {
            let mut named = Vec::new();
            let mut rows = Vec::new();
            for alert in &ours {
                let last =
                    alert.episodes.iter().rev().find(|(start, _)| *start <= made).map(|(start, _)| *start);
                let over = last.is_some_and(|start| told.contains(&(alert.name.as_str(), start)));
                let Some((start, end)) = alert.said(made, over) else { continue };
                if end.is_some() {
                    told.insert((&alert.name, start));
                }
                named.push((alert.name.clone(), end.is_none()));
                rows.push(row(alert, seed, start, end, zero));
            }
            let json = json!({"version": "4", "receiver": "firstlook", "alerts": rows}).to_string();
            bodies.push(Body { made, arrives: made, source, group, alerts: named, message: None, json });
        }
        bodies
    }

    /// What a pager hears of a group where bodies come in order; `taken` says after which of them somebody took it.
    pub fn heard(&self, group: usize, taken: &[i64]) -> Heard {
        let ours = self.bodies.iter().enumerate().filter(|(_, body)| body.group == group);
        flaps::heard(ours, taken)
    }

    /// How many alerts of each group fire at the end of time.
    pub fn firing(&self) -> BTreeMap<usize, usize> {
        let mut firing = BTreeMap::new();
        for alert in &self.alerts {
            *firing.entry(alert.group).or_default() += usize::from(alert.fires(i64::MAX));
        }
        for alarm in &self.alarms {
            *firing.entry(alarm.group).or_default() += usize::from(alarm.fires() == Some(true));
        }
        firing
    }
}

/// What the group's alerts have in common, whoever sends them.
pub fn service(seed: u64, group: usize) -> String {
    format!("s{seed}g{group}")
}

/// Short, long, and very long.
pub fn pause(rng: &mut StdRng, longest: i64) -> i64 {
    [rng.random_range(5..50), rng.random_range(60..600), longest][rng.random_range(0..3)]
}

fn episodes(rng: &mut StdRng) -> Vec<(i64, Option<i64>)> {
    let mut episodes = Vec::new();
    let mut at = rng.random_range(0..300);
    for _ in 0..rng.random_range(1..4) {
        // The longest are beyond `reopen_within`.
        let end = at + pause(rng, 1_000);
        episodes.push((at, Some(end)));
        at = end + pause(rng, 1_200);
    }
    if rng.random_bool(0.5) {
        episodes.last_mut().unwrap().1 = None;
    }
    episodes
}

fn row(alert: &Alert, seed: u64, start: i64, end: Option<i64>, zero: DateTime<Utc>) -> Value {
    let time = |seconds: i64| zero + TimeDelta::seconds(seconds);
    json!({
        "status": if end.is_some() { "resolved" } else { "firing" },
        "labels": {
            "alertname": "Scheduled", "severity": "critical", "service": service(seed, alert.group),
            "instance": alert.name,
        },
        "annotations": {"summary": format!("{} fails 5 of 9 probes.", alert.name)},
        "startsAt": time(start), "endsAt": end.map(time), "fingerprint": alert.name,
    })
}
