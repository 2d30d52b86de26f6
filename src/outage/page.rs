//! What rings of a body that the store has refused: the incident as it would be opened, in an event for PagerDuty.
//!
//! Knows the rules of hop 1. Must not know the store nor how an event is sent.

use chrono::{DateTime, Utc};
use firstlook_core::alert::{Labels, Severity};
use firstlook_core::incident::{Current, Said, SlotState, Status, decide};
use firstlook_core::notify::{self, Parts, Routing, Told, Zone, assemble};
use serde_json::Value;

use super::held::Held;
use crate::ingest::{Desk, annotations};
use crate::library::Library;
use crate::store::{Group, Route, Words};

/// How this installation speaks.
#[derive(Debug, Clone)]
pub struct Voice {
    /// Its name, in dedup keys and messages.
    pub name: String,
    /// How times are written.
    pub zone: Zone,
    /// Makes text fit to be told.
    pub words: Words,
}

/// A group that rings.
pub struct Page {
    /// Under which PagerDuty folds it with the incident that will be stored.
    pub key: String,
    /// The event, without its routing key.
    pub event: Value,
    /// The PagerDuty integrations of its receivers.
    pub to: Vec<(String, String)>,
}

impl Voice {
    /// The critical groups of a body that some receiver has a pager for. `since`: when the store was first asked in vain.
    pub fn pages(&self, desk: &Desk, held: &Held, since: DateTime<Utc>) -> Vec<Page> {
        let arrival = &held.arrival;
        let Ok(notification) = (held.parse)(&arrival.body, &arrival.source, arrival.received_at) else {
            return Vec::new();
        };
        // As they were last known: a group must be the one that the store will have.
        let notification = desk.tags.join(notification);
        let understood = notification.alerts.into_iter().filter_map(Result::ok).collect();
        let (groups, _) = desk.rules.groups(understood);
        let page = |(hash, group): (&[u8; 32], &Group)| {
            // As if the group were new: only the store knows better, and PagerDuty folds what is open already.
            let said =
                Said { at: arrival.received_at, note: None, incoming: group.incoming.iter().collect() };
            let decided = decide(&SlotState::default(), &[said], desk.rules.lifecycle);
            let incident = decided.incidents.into_iter().last()?.incident;
            let rings = incident.status == Status::Open && incident.severity == Severity::Critical;
            rings.then(|| self.page(desk, hash, group, incident, since)).filter(|page| !page.to.is_empty())
        };
        groups.iter().filter_map(page).collect()
    }

    fn page(
        &self,
        desk: &Desk,
        hash: &[u8; 32],
        group: &Group,
        incident: Current,
        since: DateTime<Utc>,
    ) -> Page {
        let labels = incident.members.values().map(|member| member.labels.clone());
        let labels = labels.reduce(|one, two| one.common(&two)).unwrap_or_default();
        let mut routes = desk.rules.routes(&incident, &labels, incident.opened_at, None);
        // Who is not to be told now is told by hop 1, once the store is back.
        let page = |route: &Route| route.integration.starts_with("pagerduty/") && !route.escalation;
        routes.retain(|route| page(route) && route.hold.is_none());
        let to = routes.iter().map(|route| (route.receiver.clone(), route.integration.clone())).collect();
        let slot: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        let key = notify::dedup_key(&self.name, &slot);
        let view = assemble(
            parts(desk, group, incident, labels, routes),
            &self.words.redactor,
            "",
            self.words.language,
        );
        let event = notify::pagerduty_without_store(&view, &self.zone, &self.name, &key, since);
        Page { key, event, to }
    }
}

/// The incident before anything is stored of it: no number, no history, no evidence.
fn parts(desk: &Desk, group: &Group, incident: Current, labels: Labels, routes: Vec<Route>) -> Parts {
    let runbooks = desk.library.as_deref().map(Library::snapshot).unwrap_or_default();
    let runbook = runbooks.pin(&labels, &annotations(&incident), desk.edit_url.as_deref());
    let started_at = incident.members.values().map(|member| member.starts_at).min();
    let told = |route: Route| Told {
        receiver: route.receiver,
        integration: route.integration,
        kind: "trigger".to_owned(),
        state: "pending".to_owned(),
        attempts: 0,
        sent_at: None,
        reason: route.reason,
        error: None,
    };
    let service = labels.get("service");
    Parts {
        id: String::new(),
        number: 0,
        title: incident.title,
        status: incident.status,
        severity: incident.severity,
        service: (!service.is_empty()).then(|| service.to_owned()),
        group_key: group.key.labels().clone(),
        labels,
        opened_at: incident.opened_at,
        started_at: started_at.unwrap_or(incident.opened_at),
        acknowledged_at: None,
        resolved_at: None,
        owner: None,
        escalates_at: None,
        impact: None,
        runbook,
        version: 0,
        stale: false,
        flap: None,
        silenced_until: None,
        storm: false,
        previous: None,
        occurrences: 1,
        counts: (incident.members.len(), 0),
        members: incident.members.into_iter().collect(),
        earlier: Vec::new(),
        collected: None,
        summary: None,
        feedback: None,
        analysis: None,
        spent: None,
        declared: None,
        told: routes.into_iter().map(told).collect(),
        routing: Routing::default(),
        timeline: Vec::new(),
    }
}
