//! The comparison of what fires at a sender that can be asked with what fires here: the messages that must have been lost.
//! Pure. Whoever differs first waits for the other: most differences are messages that are still on their way.

mod changes;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::alert::{AlertId, AlertMessage, AlertStatus};
pub use changes::{DELIVERED, changes};

/// How long a sender may take by itself: `group_wait` and `group_interval`, 30 s and 5 min unless configured otherwise
/// (FACTS A4), and half a minute on the way.
pub const ON_ITS_WAY: TimeDelta = TimeDelta::minutes(6);
/// An Alertmanager that has just started knows nothing until its Prometheus servers have sent again: they do so each
/// minute, and a rule's first evaluation may take as long as its interval.
pub const SETTLED: TimeDelta = TimeDelta::minutes(10);

/// An alert at its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct There {
    /// What the sender would say of it.
    pub message: AlertMessage,
    /// The sender would say it to us: it is routed here, and neither silenced, inhibited nor muted.
    pub told_to_us: bool,
}

/// An alert that fires here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// What its sender last said of it.
    pub message: AlertMessage,
    /// When it was last heard of, by our clock.
    pub seen_at: DateTime<Utc>,
}

/// What is known of a sender beside its alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sender {
    /// Since when it runs.
    pub up_since: DateTime<Utc>,
    /// When it last left alerts out of a body: what it has not said since, it will not say by itself.
    pub truncated_at: Option<DateTime<Utc>>,
}

impl Sender {
    /// Whether an alert that it does not know of does not fire.
    pub fn settled(&self, now: DateTime<Utc>) -> bool {
        now - self.up_since >= SETTLED
    }
}

/// What the comparison comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// What the sender should have said, and did not, or not so that it was heard.
    pub messages: Vec<AlertMessage>,
    /// What fires here and there, whether it is told or not.
    pub confirmed: Vec<AlertId>,
}

/// Compares. `here` must have been read before `there` was asked for, so that a message which comes in between is at
/// worst said twice.
pub fn compare(here: &[Here], there: &[There], sender: Sender, now: DateTime<Utc>) -> Differences {
    let firing_here: BTreeSet<&AlertId> = here.iter().map(|one| &one.message.id).collect();
    let firing_there: BTreeMap<&AlertId, &There> = there.iter().map(|one| (&one.message.id, one)).collect();
    let unheard = |one: &&There| {
        let left_out = sender.truncated_at.is_some_and(|at| one.message.starts_at < at);
        let overdue = now - one.message.starts_at >= ON_ITS_WAY;
        one.told_to_us && !firing_here.contains(&one.message.id) && (overdue || left_out)
    };
    let fires = there.iter().filter(unheard).map(|one| one.message.clone());
    let over = |one: &&Here| {
        let silent = now - one.seen_at >= ON_ITS_WAY;
        sender.settled(now) && silent && !firing_there.contains_key(&one.message.id)
    };
    let ended = here.iter().filter(over).map(|one| AlertMessage {
        status: AlertStatus::Resolved,
        ends_at: Some(now.max(one.message.starts_at)),
        ..one.message.clone()
    });
    let confirmed = firing_here.iter().filter(|id| firing_there.contains_key(**id));
    Differences {
        messages: fires.chain(ended).collect(),
        confirmed: confirmed.map(|id| (*id).clone()).collect(),
    }
}

#[cfg(test)]
mod tests;
