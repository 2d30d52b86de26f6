//! What the decision reads and writes: the state of one slot, and what became of each message.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::Status;
use crate::alert::{AlertId, AlertStatus, Labels, Severity, earlier};

/// What is known of an alert over all its incidents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What was last believed of it.
    pub status: AlertStatus,
    /// When its newest episode began: the earliest start that was said of it.
    pub starts_at: DateTime<Utc>,
    /// The latest start that was said of it: an end before that belongs to something older.
    pub newest_start: DateTime<Utc>,
    /// The newest end that was said of it; stays while it fires again, so that a replayed end is known.
    pub ends_at: Option<DateTime<Utc>>,
    /// When that end was received, by our clock.
    pub resolve_received_at: Option<DateTime<Utc>>,
    /// When the last message about it was received, by our clock.
    pub seen_at: DateTime<Utc>,
}

/// An alert as part of one incident. Stays as it was when the alert goes on to another incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// What was last said of it within this incident.
    pub status: AlertStatus,
    /// Its severity.
    pub severity: Severity,
    /// Mapped labels.
    pub labels: Labels,
    /// The sender's texts.
    pub annotations: Labels,
    /// When its episode began.
    pub starts_at: DateTime<Utc>,
    /// How long before that the data began by which its sender judged.
    pub lead: TimeDelta,
    /// When it ended.
    pub ends_at: Option<DateTime<Utc>>,
    /// The sender's link to the rule.
    pub generator_url: Option<String>,
    /// Messages about it within this incident.
    pub received: i64,
    /// Why it is part of this incident.
    pub reason: String,
}

impl Member {
    /// When its trouble began, as far as its sender says.
    pub fn began_at(&self) -> DateTime<Utc> {
        earlier(self.starts_at, self.lead)
    }
}

/// The newest incident of a slot, over or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    /// Where it stands with people.
    pub status: Status,
    /// The highest among its firing alerts; after the end, the last it had.
    pub severity: Severity,
    /// The highest that its receivers have been told.
    pub told_severity: Severity,
    /// Fixed when it opens.
    pub title: String,
    /// What all of its alerts have in common, mapped.
    pub labels: Labels,
    /// When its first message was received.
    pub opened_at: DateTime<Utc>,
    /// When its earliest episode began, by the senders' clocks; a reopening begins anew.
    pub started_at: DateTime<Utc>,
    /// When somebody took it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it ended or went on again, of late.
    pub transitions: Vec<DateTime<Utc>>,
    /// It is flapping until then, unless it goes on.
    pub flaps_until: Option<DateTime<Utc>>,
    /// Nothing has been heard for long of what fires in it.
    pub stale: bool,
    /// Those of its alerts that the messages name. An incident may have thousands; only these are read.
    pub members: BTreeMap<AlertId, Member>,
    /// How many of its other alerts fire, by severity.
    pub others: BTreeMap<Severity, usize>,
}

impl Current {
    /// The severities of what fires in it.
    pub(super) fn firing(&self) -> impl Iterator<Item = (Severity, usize)> {
        let named = self.members.values().filter(|member| member.status == AlertStatus::Firing);
        let others = self.others.iter().map(|(severity, count)| (*severity, *count));
        named.map(|member| (member.severity, 1)).chain(others).filter(|(_, count)| *count > 0)
    }
}

/// Everything that the decision about one group key reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SlotState {
    /// The slot's newest incident.
    pub current: Option<Current>,
    /// The alerts that the messages name, where they are known.
    pub known: BTreeMap<AlertId, Known>,
}

/// What became of a message. The word is the timeline's, the metric's, the log's and the response's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A new incident.
    Opened,
    /// Part of an incident that was there.
    Joined,
    /// An incident that had ended goes on.
    Reopened,
    /// It fires again while its incident flaps: whoever knows of that is told nothing.
    Folded,
    /// Says nothing new.
    Duplicate,
    /// The alert ended.
    AlertResolved,
    /// It ended, and nothing of its incident fires any more.
    IncidentResolved,
    /// Overtaken by something newer; changes nothing.
    Late,
    /// Dropped on purpose.
    Ignored,
    /// Changes nothing, and is worth knowing.
    Noted,
}

impl Action {
    /// Every action, for metrics and checks.
    pub const ALL: [Self; 10] = [
        Self::Opened,
        Self::Joined,
        Self::Reopened,
        Self::Folded,
        Self::Duplicate,
        Self::AlertResolved,
        Self::IncidentResolved,
        Self::Late,
        Self::Ignored,
        Self::Noted,
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Joined => "joined",
            Self::Reopened => "reopened",
            Self::Folded => "folded",
            Self::Duplicate => "duplicate",
            Self::AlertResolved => "alert_resolved",
            Self::IncidentResolved => "incident_resolved",
            Self::Late => "late",
            Self::Ignored => "ignored",
            Self::Noted => "noted",
        }
    }
}

/// Action and reason for one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Who the message was about.
    pub alert: AlertId,
    /// What became of it.
    pub action: Action,
    /// Why, for people.
    pub reason: String,
}

/// A change that must be told, in order, each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// It began.
    Trigger,
    /// It goes on after an end.
    Retrigger,
    /// Something critical joined what somebody already has.
    Joined,
    /// Worse than told before.
    SeverityRaised,
    /// Nobody has taken it for `repeat_interval`.
    Repeat,
    /// Nobody has taken it, or it does not get better: somebody else is told.
    Escalated,
    /// A page of it could not be told: whoever else is told of it must know.
    Unpaged,
    /// A person took it.
    Acknowledge,
    /// It ended.
    Resolve,
}

impl EdgeKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Trigger,
        Self::Retrigger,
        Self::Joined,
        Self::SeverityRaised,
        Self::Repeat,
        Self::Escalated,
        Self::Unpaged,
        Self::Acknowledge,
        Self::Resolve,
    ];

    /// Whether it must ring: what was acknowledged under a pager's key has to end there first (FACTS C).
    pub fn rings(self) -> bool {
        !matches!(self, Self::Acknowledge | Self::Resolve)
    }

    /// The word of the API and of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Retrigger => "retrigger",
            Self::Joined => "joined",
            Self::SeverityRaised => "severity_raised",
            Self::Repeat => "repeat",
            Self::Escalated => "escalated",
            Self::Unpaged => "unpaged",
            Self::Acknowledge => "acknowledge",
            Self::Resolve => "resolve",
        }
    }

    /// The kind that is called `word`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// An incident that messages touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// As it is now.
    pub incident: Current,
    /// What must be told, in order.
    pub edges: Vec<EdgeKind>,
    /// Whether something that people see has changed.
    pub shown: bool,
    /// Whether it went on before its end was told: who knows of it is told nothing, and who does not is told that it fires.
    pub folded: bool,
    /// Whether it was opened here: it is not in the store yet.
    pub new: bool,
    /// The severity that its receivers knew before.
    pub was: Severity,
}

impl Touched {
    /// Whether there is anything to keep or to tell of the incident itself.
    pub fn has_changed(&self) -> bool {
        self.new || self.shown || !self.edges.is_empty()
    }

    /// Whether these messages have it ring already: fifty pods of one body ring once.
    pub(super) fn rings(&self) -> bool {
        let since_its_end = self.edges.iter().rev().take_while(|edge| **edge != EdgeKind::Resolve);
        since_its_end
            .into_iter()
            .any(|edge| matches!(edge, EdgeKind::Trigger | EdgeKind::Retrigger | EdgeKind::Joined))
    }

    /// The severity is the highest among what fires; a rise above what was told is told.
    pub(super) fn weigh(&mut self) {
        let Some(severity) = self.incident.firing().map(|(severity, _)| severity).max() else { return };
        self.shown |= severity != self.incident.severity;
        self.incident.severity = severity;
        if severity > self.incident.told_severity {
            // What rings already will say it.
            if !self.rings() {
                self.edges.push(EdgeKind::SeverityRaised);
            }
            self.incident.told_severity = severity;
        }
    }
}

/// A decision, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Action and reason.
    pub decision: Decision,
    /// Which body said it: its place in what was decided about.
    pub said: usize,
    /// The incident: its place in [`Decided::incidents`].
    pub place: Option<usize>,
}

/// A firing message that may have been overtaken by a resolve, or may be true: it is looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recheck {
    /// Whose.
    pub alert: AlertId,
    /// Which body said it.
    pub said: usize,
    /// When the reorder window has passed.
    pub due: DateTime<Utc>,
}

/// What became known of a firing interval, by the sender's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Episode {
    /// It goes on.
    Runs,
    /// It ended then.
    Ended(DateTime<Utc>),
    /// There is none that began then: it was another one, whose start became known.
    Moved,
}

/// Episodes of an alert by their start.
pub type Episodes = BTreeMap<DateTime<Utc>, Episode>;

/// What the messages change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// One for each message: body after body, of each what fires before what ends.
    pub decisions: Vec<Judged>,
    /// The incidents that the messages touched, oldest first. All but the last are over; the last is the slot's
    /// current one.
    pub incidents: Vec<Touched>,
    /// What is now known of each alert that a message changed.
    pub known: BTreeMap<AlertId, Known>,
    /// What became known of episodes.
    pub episodes: BTreeMap<AlertId, Episodes>,
    /// What has to be looked at again.
    pub rechecks: Vec<Recheck>,
}
