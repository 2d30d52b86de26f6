//! What the configuration makes of alerts: their labels, severity and group, and who is told of their incident.
//!
//! Pure functions of the configuration. Must not know the store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::alert::{
    AlertMessage, AlertStatus, LabelRule, Labels, Severity, SeverityRule, map_labels,
};
use firstlook_core::evidence::changes::ChangeEvent;
use firstlook_core::incident::{Action, Current, Decision, GroupKey, Grouping, Incoming, Lifecycle};
use firstlook_core::route::escalation::{ByRunbook, Escalation};
use firstlook_core::route::inhibit::{Rule as Inhibition, Suppressed};
use firstlook_core::route::silence;
use firstlook_core::route::walk::Step;
use firstlook_core::route::{Hold, Told, Tree, When, interval};

use super::asked;
use crate::config::Heartbeat;
use crate::sources::changes::{MOST_DETAILS, Reported};
use crate::store::{Group, Route, Waiting};

/// Labels that a change's summary and origin tell already.
const TOLD: [&str; 2] = ["alertname", "event_source"];

/// What the configuration says about alerts and incidents.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Gives every source the same words.
    pub labels: Vec<LabelRule>,
    /// How bad an alert is.
    pub severity: SeverityRule,
    /// Of alerts without a severity, where their source has a word of its own for that.
    pub default_severity: BTreeMap<String, Severity>,
    /// Which alerts belong together.
    pub grouping: Grouping,
    /// When an incident goes on, and which messages may have overtaken each other.
    pub lifecycle: Lifecycle,
    /// Alerts that are dropped, each with the reason that is recorded (DESIGN section 3).
    pub ignored: Vec<(Matchers, &'static str)>,
    /// What has to come again and again, and is no alarm.
    pub heartbeats: Vec<Heartbeat>,
    /// `inhibit_rules:`: of what nobody is told while something else fires.
    pub inhibition: Vec<Inhibition>,
    /// Who is told.
    pub route: Tree,
    /// Each receiver's integrations: `pagerduty/0`.
    pub integrations: BTreeMap<String, Vec<String>>,
}

impl Rules {
    /// The messages by the hash of their group key, and those that belong to no group.
    pub fn groups(&self, messages: Vec<AlertMessage>) -> (BTreeMap<[u8; 32], Group>, Vec<Decision>) {
        let mut groups: BTreeMap<[u8; 32], Group> = BTreeMap::new();
        let mut aside = Vec::new();
        for message in messages {
            let labels = map_labels(&self.labels, &message.id.source, &message.labels);
            if let Some(reason) = self.dropped(&message.id.source, &labels) {
                let reason = reason.to_owned();
                aside.push(Decision { alert: message.id, action: Action::Ignored, reason });
                continue;
            }
            let default = self.default_severity.get(&message.id.source).copied();
            let (severity, severity_unknown) =
                self.severity.judge_or(&labels, default.unwrap_or(self.severity.default));
            // What one person asks is not what another one does, nor what an alarm says.
            let key = match message.id.source == asked::SOURCE {
                true => GroupKey::alone(&message.id),
                false => GroupKey::of(&self.grouping, &message.id, &labels),
            };
            let group = groups.entry(key.hash()).or_insert_with(|| Group { key, incoming: Vec::new() });
            group.incoming.push(Incoming { message, labels, severity, severity_unknown });
        }
        (groups, aside)
    }

    /// The changes, each with the words that alerts of its source have: so its service is that of the alarms.
    pub fn changes(&self, reported: Vec<Reported>) -> Vec<ChangeEvent> {
        let one = |Reported { mut event, labels }: Reported| {
            let labels = map_labels(&self.labels, &event.source, &labels);
            let named = labels.iter().filter(|(name, value)| !TOLD.contains(name) && !value.is_empty());
            let named = named.map(|(name, value)| (name.to_owned(), value.to_owned()));
            event.details = named.chain(std::mem::take(&mut event.details)).take(MOST_DETAILS).collect();
            event
        };
        reported.into_iter().map(one).collect()
    }

    /// Whether alerts like this one are dropped whenever they come.
    pub fn drops(&self, message: &AlertMessage) -> bool {
        self.dropped(&message.id.source, &map_labels(&self.labels, &message.id.source, &message.labels))
            .is_some()
    }

    /// The heartbeats among what a source says. One that is over has not come.
    pub fn beats(&self, source: &str, messages: &[AlertMessage]) -> Vec<String> {
        let is = |one: &Heartbeat| {
            one.source.as_ref().is_none_or(|only| only == source)
                && (one.matchers.is_empty() || messages.iter().any(|message| self.is_beat(one, message)))
        };
        self.heartbeats.iter().filter(|one| is(one)).map(|one| one.name.clone()).collect()
    }

    fn is_beat(&self, heartbeat: &Heartbeat, message: &AlertMessage) -> bool {
        let labels = || map_labels(&self.labels, &message.id.source, &message.labels);
        message.status == AlertStatus::Firing && heartbeat.matchers.matches(&labels())
    }

    fn dropped(&self, source: &str, labels: &Labels) -> Option<&'static str> {
        let from = |one: &&Heartbeat| one.source.as_ref().is_none_or(|only| only == source);
        let named = self.heartbeats.iter().filter(from).filter(|one| !one.matchers.is_empty());
        if named.into_iter().any(|one| one.matchers.matches(labels)) {
            return Some("a heartbeat: it is told when it stops to come");
        }
        self.ignored.iter().find(|(matchers, _)| matchers.matches(labels)).map(|(_, reason)| *reason)
    }

    /// Who is told of an incident: each integration of each receiver that the tree names for its labels, its
    /// severity by its normalised word; at once, or later.
    pub fn routes(
        &self,
        incident: &Current,
        labels: &Labels,
        now: DateTime<Utc>,
        suppressed: Option<Suppressed>,
    ) -> Vec<Route> {
        // Who asked is answered where they asked.
        if is_asked(incident) {
            return Vec::new();
        }
        self.told(labels, incident.told_severity, when(incident, now).suppressed(suppressed))
    }

    /// The way through the tree to them.
    pub fn walk(
        &self,
        incident: &Current,
        labels: &Labels,
        now: DateTime<Utc>,
        suppressed: Option<Suppressed>,
    ) -> Vec<Step> {
        if is_asked(incident) {
            return Vec::new();
        }
        self.route
            .walk(&with_severity(labels, incident.told_severity), when(incident, now).suppressed(suppressed))
    }

    /// The same for an incident that has these labels; behind them those whom the tree escalates it to.
    pub fn told(&self, labels: &Labels, severity: Severity, when: When) -> Vec<Route> {
        let labels = with_severity(labels, severity);
        let told = self.route.told(&labels, when);
        let named = |other: &Told| told.iter().any(|one| one.decision.receiver == other.decision.receiver);
        let mut later = self.route.escalates_to(&labels, when);
        later.retain(|one| !named(one));
        let told = told.into_iter().map(|one| (one, false));
        told.chain(later.into_iter().map(|one| (one, true)))
            .flat_map(|(one, later)| self.ways(one, later))
            .collect()
    }

    fn ways(&self, told: Told, escalation: bool) -> impl Iterator<Item = Route> {
        let integrations = self.integrations.get(&told.decision.receiver).cloned().unwrap_or_default();
        integrations.into_iter().map(move |integration| Route {
            receiver: told.decision.receiver.clone(),
            integration,
            reason: told.decision.reason.clone(),
            hold: told.hold.clone(),
            waived: told.waived.clone(),
            escalation,
        })
    }

    /// Who else is told in time of an incident that rings. The owner of its runbook is, where a receiver is called so.
    pub fn escalations(
        &self,
        incident: &Current,
        labels: &Labels,
        runbook: Option<&ByRunbook>,
    ) -> Vec<Escalation> {
        if is_asked(incident) {
            return Vec::new();
        }
        let labels = with_severity(labels, incident.told_severity);
        let known = |name: &String| self.integrations.contains_key(name);
        let runbook = runbook
            .map(|runbook| ByRunbook { receiver: runbook.receiver.clone().filter(known), ..runbook.clone() });
        self.route.escalations(&labels, incident.told_severity, runbook.as_ref())
    }

    /// By which ways a receiver is told of an incident that came to it. Whom the tree does not name has no hours.
    pub fn escalated(&self, labels: &Labels, severity: Severity, when: When, receiver: &str) -> Vec<Route> {
        let mut routes = self.told(labels, severity, when);
        routes.retain(|route| route.receiver == receiver);
        if routes.is_empty() {
            let ways = self.integrations.get(receiver).into_iter().flatten();
            routes.extend(ways.map(|integration| Route {
                receiver: receiver.to_owned(),
                integration: integration.clone(),
                reason: String::new(),
                hold: when.suppressed.map(|why| why.hold(when.now)),
                waived: None,
                escalation: true,
            }));
        }
        routes
    }

    /// When a silence that recurs holds next. One whose intervals are configured no more is over.
    pub fn silent(
        &self,
        written: &serde_json::Value,
        (from, until): (DateTime<Utc>, Option<DateTime<Utc>>),
        now: DateTime<Utc>,
    ) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        silence::span(&interval::read(written, &self.route.intervals).ok()?, from, until, now)
    }

    /// Why somebody who waits has to wait on. Whom the tree names no more waits for nothing: it was to be told.
    pub fn hold(&self, waiting: &Waiting) -> Option<Hold> {
        let routes = self.told(&waiting.labels, waiting.severity, waiting.when);
        routes.into_iter().find(|route| route.receiver == waiting.receiver)?.hold
    }
}

/// Whether a person has asked for it: no alarm has said anything.
fn is_asked(incident: &Current) -> bool {
    let mut sources = incident.members.keys().map(|alert| alert.source.as_str());
    !incident.members.is_empty() && sources.all(|source| source == asked::SOURCE)
}

/// The highest severity that was ever to be told counts: what a body that was committed with the next one brought must be
/// told too.
fn when(incident: &Current, now: DateTime<Utc>) -> When {
    let critical = incident.told_severity == Severity::Critical;
    When::of(incident.opened_at, incident.started_at, critical, now)
}

fn with_severity(labels: &Labels, severity: Severity) -> Labels {
    let mut labels = labels.clone();
    labels.set("severity", severity.as_str());
    labels
}

/// The annotations of an incident's most severe alarm: they may name a runbook.
pub fn annotations(incident: &Current) -> Labels {
    let worst = incident.members.values().max_by_key(|member| member.severity);
    worst.map(|member| member.annotations.clone()).unwrap_or_default()
}
