//! Hop 1: a delivery becomes decisions, and the work that follows from them, in one transaction.
//!
//! Knows the rules and the order of things. Must not know HTTP, nor call another hop: it wakes the worker, and the
//! queue in Postgres carries the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use firstlook_core::alert::matchers::Matchers;
use firstlook_core::alert::{AlertMessage, LabelRule, Labels, SeverityRule, map_labels};
use firstlook_core::incident::{Action, Current, Decision, GroupKey, Grouping, Incoming, Lifecycle, decide};
use firstlook_core::route::Tree;
use uuid::Uuid;

use crate::library::Library;
use crate::sources::alertmanager::{Notification, Unusable};
use crate::store::{Batch, DeliveryState, Group, Judge, NewDelivery, Route, Store, StoreError};
use crate::telemetry::labels;
use crate::telemetry::metrics::{self, Metric};
use crate::worker::Wake;

/// What the configuration says about alerts and incidents.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Gives every source the same words.
    pub labels: Vec<LabelRule>,
    /// How bad an alert is.
    pub severity: SeverityRule,
    /// Which alerts belong together.
    pub grouping: Grouping,
    /// When an incident goes on, and which messages may have overtaken each other.
    pub lifecycle: Lifecycle,
    /// Alerts that are dropped, each with the reason that is recorded (DESIGN section 3).
    pub ignored: Vec<(Matchers, &'static str)>,
    /// Who is told.
    pub route: Tree,
    /// Each receiver's integrations: `pagerduty/0`.
    pub integrations: BTreeMap<String, Vec<String>>,
}

/// Everything that hop 1 needs.
#[derive(Debug, Clone)]
pub struct Ingest {
    /// Where it is kept.
    pub store: Store,
    /// What the configuration says.
    pub rules: Arc<Rules>,
    /// The runbooks; without a folder there are none.
    pub library: Option<Arc<Library>>,
    /// Where people edit them.
    pub edit_url: Option<String>,
    /// Has the worker look at once.
    pub wake: Wake,
}

/// A body on its way in.
#[derive(Debug)]
pub struct Arrival {
    /// The configured source: `alertmanager/main`.
    pub source: String,
    /// The bytes, as they came.
    pub body: Vec<u8>,
    /// When the last of them came.
    pub received_at: DateTime<Utc>,
    /// The request's trace id.
    pub trace_id: String,
}

/// What the sender is answered, once it is committed.
#[derive(Debug)]
pub enum Answer {
    /// 200: at least one alert was understood and is kept.
    Kept {
        /// The delivery's name.
        delivery: Uuid,
        /// What became of each alert, with the number of its incident.
        decisions: Vec<(Decision, Option<i64>)>,
        /// Alerts that could not be understood.
        rejected: Vec<String>,
    },
    /// 400: nothing in it could be used. The body is kept all the same.
    Unusable {
        /// The delivery's name.
        delivery: Uuid,
        /// What is wrong with it.
        reason: String,
        /// What would put it right.
        remedy: String,
    },
}

impl Ingest {
    /// Keeps a body and everything that follows from it. Returning means committed.
    ///
    /// # Errors
    /// When the database does not take it; then the sender must be told to come again, and nothing was kept.
    pub async fn accept(
        &self,
        arrival: Arrival,
        parsed: Result<Notification, Unusable>,
    ) -> Result<Answer, StoreError> {
        let delivery = Uuid::now_v7();
        let notification = match parsed {
            Ok(notification) => notification,
            Err(unusable) => return self.reject(delivery, arrival, unusable.reason, unusable.remedy).await,
        };
        let truncated = notification.truncated;
        let (understood, rejected) = divide(notification);
        if understood.is_empty() {
            let reason = format!("no alert in it could be understood: {}", rejected.join("; "));
            let remedy = "send Alertmanager's own webhook body, version 4".to_owned();
            return self.reject(delivery, arrival, reason, remedy).await;
        }
        let now = arrival.received_at;
        let state = if rejected.is_empty() { DeliveryState::Accepted } else { DeliveryState::Partial };
        let head = head(delivery, arrival, state, understood.len(), truncated, &rejected);
        let (groups, aside) = self.rules.groups(understood);
        let batch = Batch { delivery: head, groups, aside };
        let decisions = self.write(&batch, now).await?;
        for (decision, incident) in &decisions {
            logged(decision, *incident);
            metrics::count(Metric::Alerts, &[decision.action.into()]);
            if let Some(change) = change(decision.action) {
                metrics::count(Metric::Incidents, &[change.into()]);
            }
        }
        self.wake.all();
        Ok(Answer::Kept { delivery, decisions, rejected })
    }

    async fn write(
        &self,
        batch: &Batch,
        now: DateTime<Utc>,
    ) -> Result<Vec<(Decision, Option<i64>)>, StoreError> {
        let rules = Arc::clone(&self.rules);
        let runbooks = self.library.as_deref().map(Library::snapshot).unwrap_or_default();
        let judge = Judge {
            decide: &move |slot, incoming| decide(slot, incoming, rules.lifecycle, now),
            route: &|touched, labels| self.rules.routes(&touched.incident, labels),
            runbook: &|touched, labels| {
                runbooks.pin(labels, &annotations(&touched.incident), self.edit_url.as_deref())
            },
        };
        Ok(self.store.ingest(batch, &judge, now).await?.decisions)
    }

    async fn reject(
        &self,
        delivery: Uuid,
        arrival: Arrival,
        reason: String,
        remedy: String,
    ) -> Result<Answer, StoreError> {
        let head = head(delivery, arrival, DeliveryState::Rejected, 0, 0, std::slice::from_ref(&reason));
        self.store.keep_rejected(&head).await?;
        tracing::warn!(source = head.source, %delivery, reason, "a body could not be read; it is kept");
        Ok(Answer::Unusable { delivery, reason, remedy })
    }
}

/// Duplicates are most of what comes: they are logged for those who ask for more.
fn logged(decision: &Decision, incident: Option<i64>) {
    let (action, reason) = (decision.action.as_str(), decision.reason.as_str());
    let alert = format!("{}/{}", decision.alert.source, decision.alert.fingerprint);
    match decision.action {
        Action::Duplicate => tracing::debug!(alert, action, reason, incident, "decided"),
        _ => tracing::info!(alert, action, reason, incident, "decided"),
    }
}

/// What a decision did to its incident.
fn change(action: Action) -> Option<labels::IncidentChange> {
    match action {
        Action::Opened => Some(labels::IncidentChange::Opened),
        Action::Reopened => Some(labels::IncidentChange::Reopened),
        Action::IncidentResolved => Some(labels::IncidentChange::Resolved),
        Action::Joined | Action::Duplicate | Action::AlertResolved | Action::Late | Action::Ignored => None,
    }
}

fn head(
    id: Uuid,
    arrival: Arrival,
    state: DeliveryState,
    alerts: usize,
    truncated: u64,
    faults: &[String],
) -> NewDelivery {
    let counted = match state {
        DeliveryState::Accepted => labels::DeliveryState::Accepted,
        DeliveryState::Partial => labels::DeliveryState::Partial,
        DeliveryState::Rejected => labels::DeliveryState::Rejected,
    };
    metrics::count(Metric::Deliveries, &[counted.into()]);
    NewDelivery {
        id,
        received_at: arrival.received_at,
        source: arrival.source,
        body: arrival.body,
        state,
        reason: (!faults.is_empty()).then(|| faults.join("; ")),
        alerts,
        truncated,
        trace_id: arrival.trace_id,
    }
}

/// The alerts that were understood, and what is wrong with the others.
fn divide(notification: Notification) -> (Vec<AlertMessage>, Vec<String>) {
    let mut understood = Vec::new();
    let mut rejected = Vec::new();
    for alert in notification.alerts {
        match alert {
            Ok(message) => understood.push(message),
            Err(fault) => rejected.push(format!("alerts[{}]: {}", fault.index, fault.reason)),
        }
    }
    (understood, rejected)
}

impl Rules {
    /// The messages by the hash of their group key, and those that belong to no group.
    pub fn groups(&self, messages: Vec<AlertMessage>) -> (BTreeMap<[u8; 32], Group>, Vec<Decision>) {
        let mut groups: BTreeMap<[u8; 32], Group> = BTreeMap::new();
        let mut aside = Vec::new();
        for message in messages {
            let labels = map_labels(&self.labels, &message.id.source, &message.labels);
            if let Some((_, reason)) = self.ignored.iter().find(|(matchers, _)| matchers.matches(&labels)) {
                let reason = (*reason).to_owned();
                aside.push(Decision { alert: message.id, action: Action::Ignored, reason });
                continue;
            }
            let (severity, severity_unknown) = self.severity.judge(&labels);
            let key = GroupKey::of(&self.grouping, &message.id, &labels);
            let group = groups.entry(key.hash()).or_insert_with(|| Group { key, incoming: Vec::new() });
            group.incoming.push(Incoming { message, labels, severity, severity_unknown });
        }
        (groups, aside)
    }

    /// Who is told of an incident: each integration of each receiver that the tree names for its labels, its
    /// severity by its normalised word.
    pub fn routes(&self, incident: &Current, labels: &Labels) -> Vec<Route> {
        let mut labels = labels.clone();
        labels.set("severity", incident.severity.as_str());
        let decisions = self.route.receivers(&labels);
        let routes = decisions.into_iter().flat_map(|decision| {
            let integrations = self.integrations.get(&decision.receiver).cloned().unwrap_or_default();
            integrations.into_iter().map(move |integration| Route {
                receiver: decision.receiver.clone(),
                integration,
                reason: decision.reason.clone(),
            })
        });
        routes.collect()
    }
}

/// The annotations of an incident's most severe alarm: they may name a runbook.
pub fn annotations(incident: &Current) -> Labels {
    let worst = incident.members.values().max_by_key(|member| member.severity);
    worst.map(|member| member.annotations.clone()).unwrap_or_default()
}
