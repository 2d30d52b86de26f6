//! CloudWatch in the small world: alarms that tell each change of their state once, to SNS, which delivers each message at
//! least once, at any time and in any order. Knows nothing of firstlook.

use chrono::{DateTime, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;

use super::world::{Body, pause, service};
use crate::support::sns::{Sns, alarm};

/// Longest delay of a message: SNS tries for an hour, and what overtakes by more than any window is as good.
const LATEST: i64 = 3_000;
const STATES: [&str; 3] = ["ALARM", "OK", "INSUFFICIENT_DATA"];

/// One alarm and its changes of state, in seconds of the schedule.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Which of the schedule's groups it belongs to.
    pub group: usize,
    /// When it changed, and to what.
    pub changes: Vec<(i64, &'static str)>,
}

impl Alarm {
    /// Makes one up.
    pub fn new(rng: &mut StdRng, name: String, group: usize) -> Self {
        let mut changes: Vec<(i64, &'static str)> = Vec::new();
        let mut at = rng.random_range(0..300);
        for _ in 0..rng.random_range(1..7) {
            let last = changes.last().map(|(_, state)| *state);
            // Mostly it fires and ends; data is missing now and then, also between two alarms.
            let next = match last {
                None | Some("OK") if rng.random_bool(0.8) => "ALARM",
                Some("ALARM") if rng.random_bool(0.7) => "OK",
                _ => STATES[rng.random_range(0..3)],
            };
            if last != Some(next) {
                changes.push((at, next));
                at += pause(rng, 1_000);
            }
        }
        Self { name, group, changes }
    }

    /// Its identity.
    pub fn arn(&self) -> String {
        format!("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{}", self.name)
    }

    /// Whether it fires in the end; `None` where it has never said. That data is missing says neither.
    pub fn fires(&self) -> Option<bool> {
        self.said().next().map(|(_, state)| state == "ALARM")
    }

    /// When its last episode may have begun, or ended: all times at which its last word was said, since the other was.
    pub fn last(&self) -> Vec<i64> {
        let fires = self.fires();
        self.said().take_while(|(_, state)| Some(*state == "ALARM") == fires).map(|(at, _)| at).collect()
    }

    /// The newest first.
    fn said(&self) -> impl Iterator<Item = (i64, &'static str)> {
        self.changes.iter().rev().copied().filter(|(_, state)| *state != "INSUFFICIENT_DATA")
    }

    /// Every delivery of its messages: each change is published once or twice (two rules tell the topic), and each message
    /// is delivered once or several times under its one name.
    pub fn bodies(
        &self,
        rng: &mut StdRng,
        sns: &Sns,
        zero: DateTime<Utc>,
        seed: u64,
        reordered: bool,
    ) -> Vec<Body> {
        let mut bodies = Vec::new();
        for (made, state) in &self.changes {
            for _ in 0..if rng.random_bool(0.2) { 2 } else { 1 } {
                let at = zero + TimeDelta::seconds(*made);
                let mut message = alarm(&self.name, state, at);
                message["Trigger"]["Dimensions"][0]["value"] =
                    format!("app/{}/1", service(seed, self.group)).into();
                let signed = sns.notification_at(&message.to_string(), at);
                let alerts = match *state {
                    "INSUFFICIENT_DATA" => Vec::new(),
                    state => vec![(self.arn(), state == "ALARM")],
                };
                for _ in 0..rng.random_range(1..4) {
                    let delay = if reordered { rng.random_range(0..LATEST) } else { 0 };
                    bodies.push(Body {
                        made: *made,
                        arrives: made + delay,
                        source: 2,
                        group: self.group,
                        alerts: alerts.clone(),
                        message: signed["MessageId"].as_str().map(str::to_owned),
                        json: signed.to_string(),
                    });
                }
            }
        }
        bodies
    }
}
