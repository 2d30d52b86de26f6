//! The incident as it is told: the JSON of the contract (DESIGN section 5), from which pages and messages are made.
//!
//! Every text that came from outside is [`Redacted`], so that no page or message can be built from anything else.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::routing::Routing;
use crate::Language;
use crate::alert::{AlertStatus, Severity};
use crate::evidence::asked::Asked;
use crate::evidence::{Gap, Item, Redacted, Window};
use crate::incident::Status;
use crate::summary::Summary;
use crate::summary::analysis::Analysis;

/// One incident. The list form leaves [`Incident::evidence`] and [`Incident::timeline`] out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Incident {
    /// What it is told in: the installation's own language. Programs read the enum values.
    #[serde(skip)]
    pub language: Language,
    /// A UUID; addresses and API paths take it or the number.
    pub id: String,
    /// Counts from 1; what people say: `#482`.
    pub number: i64,
    /// Deterministic, never a model's words.
    pub title: Redacted,
    /// Where it stands with people.
    pub status: Status,
    /// `stale`, `flapping`, `storm`.
    pub flags: Vec<String>,
    /// How it flaps, for people; programs read the flag.
    #[serde(skip)]
    pub flap: Option<Flap>,
    /// The highest among its firing alerts; after the end, the highest it had.
    pub severity: Severity,
    /// The mapped `service` label.
    pub service: Option<Redacted>,
    /// The labels that group it.
    pub group_key: BTreeMap<Redacted, Redacted>,
    /// What all of its alerts have in common, mapped.
    pub labels: BTreeMap<Redacted, Redacted>,
    /// When its first alert was received.
    pub opened_at: DateTime<Utc>,
    /// When its earliest firing episode began, by the senders' clocks.
    pub started_at: DateTime<Utc>,
    /// When somebody took it.
    pub acknowledged_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who has it.
    pub owner: Option<Redacted>,
    /// When somebody else is told next, unless it is taken or over before.
    pub escalates_at: Option<DateTime<Utc>>,
    /// Until when it is silenced.
    pub silenced_until: Option<DateTime<Utc>>,
    /// How bad, where the alarm says it in numbers.
    pub impact: Option<Impact>,
    /// The one thing to do first.
    pub do_first: Option<DoFirst>,
    /// How many incidents of this group there have been, this one included.
    pub occurrences: i64,
    /// The number of the incident of this group before this one.
    pub previous: Option<i64>,
    /// Its alerts, those that fire first, then the most severe and newest; of very many the first ones.
    pub alerts: Vec<Alert>,
    /// How many more there are.
    pub alerts_omitted: Omitted,
    /// The runbook as it was when the incident opened.
    pub runbook: Option<Runbook>,
    /// Items and gaps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// The model's text, or why there is none. Null before the first triage.
    pub summary: Option<Summary>,
    /// What a person said of the first cause that the summary named.
    pub feedback: Option<Feedback>,
    /// The deeper look, where there is one; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Analysis>,
    /// What models have taken for it so far, where one was asked; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spent: Option<Spending>,
    /// Its channel, where somebody declared it; lists leave it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
    /// Each thing told or to be told.
    pub notifications: Vec<Notification>,
    /// How it was routed, for its page; messages and lists leave it out.
    #[serde(skip)]
    pub routing: Routing,
    /// What happened, oldest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Vec<TimelineEntry>>,
    /// Where its page is.
    pub url: String,
    /// Counts what has changed in what is shown; a message carries the version that it shows.
    pub version: i64,
}

impl Incident {
    /// Where it stands for those who were told of it: what flaps is over once that is told.
    pub fn standing(&self) -> Status {
        match (self.status, self.acknowledged_at) {
            (Status::Resolved, Some(_)) if self.flap.is_some() => Status::Acknowledged,
            (Status::Resolved, None) if self.flap.is_some() => Status::Open,
            (status, _) => status,
        }
    }
}

/// How an incident flaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Flap {
    /// How often it ended or went on again within the window.
    pub times: usize,
    /// When it did so last.
    pub last: DateTime<Utc>,
    /// Until when it flaps, unless it goes on: a window after the last.
    pub until: DateTime<Utc>,
}

/// Alerts of an incident that are counted and not listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Omitted {
    /// Those that fire.
    pub firing: usize,
    /// Those that have ended.
    pub resolved: usize,
}

impl Omitted {
    /// All of them.
    pub fn total(self) -> usize {
        self.firing + self.resolved
    }
}

/// How bad, in the alarm's numbers: what it watches, as it was when evidence was last collected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Impact {
    /// What is measured now.
    pub value: f64,
    /// Where the alarm is set.
    pub threshold: Option<f64>,
    /// What it usually is.
    pub normal: Option<f64>,
    /// In the field's words: `%`, `ms`.
    pub unit: Option<String>,
}

/// What a person said of the first cause of a summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feedback {
    /// Whether it was right.
    pub right: bool,
    /// What it was, where that was said.
    pub cause: Redacted,
    /// Who said so.
    pub actor: Redacted,
    /// When.
    pub at: DateTime<Utc>,
}

/// All that models were asked about an incident: each round of its summary, its analyses, its examinations.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spending {
    /// Summaries, and answers within analyses.
    pub calls: u64,
    /// Tokens, read and written.
    pub tokens: u64,
    /// What they cost, in US dollars; absent where no prices are configured.
    pub cost_usd: Option<f64>,
}

/// What somebody's declaring came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// Who did it.
    pub actor: Redacted,
    /// When.
    pub at: DateTime<Utc>,
    /// Slack's id of who leads, where that is known.
    pub lead: Option<String>,
    /// The channel's name, once it has one.
    pub name: Option<String>,
    /// Slack's id of the channel, once it is open.
    pub channel: Option<String>,
    /// The address of the alarm's own message.
    pub link: Option<String>,
    /// What was not done, each with its reason and remedy.
    pub undone: Vec<Redacted>,
}

/// The one thing to do first, chosen by rule (DESIGN section 5).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DoFirst {
    /// What to do.
    pub text: Redacted,
    /// Why this comes first.
    pub because: Redacted,
    /// Evidence ids.
    pub citations: Vec<String>,
}

/// An alert of the incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alert {
    /// The configured sender.
    pub source: String,
    /// The sender's identity for it; a sender may write anything here.
    pub fingerprint: Redacted,
    /// What was last said of it.
    pub status: AlertStatus,
    /// Its own severity.
    pub severity: Severity,
    /// The sender's labels, mapped.
    pub labels: BTreeMap<Redacted, Redacted>,
    /// The sender's texts.
    pub annotations: BTreeMap<Redacted, Redacted>,
    /// When its episode began, by the sender's clock.
    pub starts_at: DateTime<Utc>,
    /// When the data began by which the sender judged; `starts_at` where nobody says.
    pub began_at: DateTime<Utc>,
    /// When it ended.
    pub ends_at: Option<DateTime<Utc>>,
    /// How many messages came about it within this incident.
    pub received: i64,
}

/// The runbook of an incident.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Runbook {
    /// Relative to the runbooks' folder.
    pub path: Redacted,
    /// Its first heading.
    pub title: Redacted,
    /// The commit that was current when the incident opened; null for a plain folder.
    pub commit: Option<String>,
    /// Where to read or edit it.
    pub url: Option<Redacted>,
    /// What to do, in order.
    pub steps: Vec<Step>,
}

/// A step of the runbook.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// `R1`.
    pub id: String,
    /// `Check`, `Respond`, `Escalate`.
    pub section: Redacted,
    /// Its words.
    pub text: Redacted,
    /// Its fenced blocks.
    pub blocks: Vec<Block>,
}

/// A fenced block of a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Block {
    /// `logql`, `promql`, `logs-insights`, `sh`, or empty.
    pub language: Redacted,
    /// What stands in it.
    pub text: Redacted,
}

/// Items and gaps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Evidence {
    /// In the order of the pack: alarm, runbook, history, then by decisiveness.
    pub items: Vec<Item>,
    /// What could not be had.
    pub gaps: Vec<Gap>,
    /// What became of the queries in the runbook's steps, in its order.
    pub queries: Vec<Asked>,
    /// How many sources brought lines of the window. With 0 nothing is known about the logs, not even that nothing
    /// differs from normal.
    pub sources_read: usize,
    /// Bytes that other sides read for it, where that is what they are paid by: CloudWatch Logs.
    pub scanned_bytes: u64,
    /// When it was collected; null while the first look stands alone.
    pub collected_at: Option<DateTime<Utc>>,
    /// The time that it covers.
    pub window: Option<Window>,
}

/// One thing told, or to be told, to one integration of one receiver.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Notification {
    /// The receiver's name.
    pub receiver: String,
    /// `pagerduty/0`, `slack/0`: the kind and its place in the receiver.
    pub integration: String,
    /// `trigger`, `retrigger`, `resolve`, `level`.
    pub kind: String,
    /// `pending`, `sent`, `parked`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i32,
    /// When the receiver took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// Why it is sent, and what went wrong.
    pub reason: Redacted,
}

/// A line of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// `opened`, `alert_joined`, `told`, `evidence`, … the decision's or event's name.
    pub kind: String,
    /// Who did it: `firstlook`, a source, a person.
    pub actor: Redacted,
    /// In words.
    pub text: Redacted,
}
