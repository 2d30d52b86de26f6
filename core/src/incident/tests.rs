//! The life of an incident, message by message, and what must hold for any sequence of messages.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

mod flags;
mod flaps;
mod labels;
mod lead;
mod order;
mod transitions;

use super::*;
use crate::alert::{AlertId, AlertMessage, AlertStatus, Labels, Severity};

fn rules() -> Lifecycle {
    Lifecycle::default()
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_111_620 + seconds, 0).unwrap()
}

fn id(name: &str) -> AlertId {
    AlertId { source: "alertmanager/main".into(), fingerprint: name.into() }
}

fn said(name: &str, severity: Severity, starts: i64, ends: Option<i64>) -> Incoming {
    let labels: Labels = [("alertname", name)].into_iter().collect();
    Incoming {
        message: AlertMessage {
            id: id(name),
            status: if ends.is_some() { AlertStatus::Resolved } else { AlertStatus::Firing },
            labels: labels.clone(),
            annotations: Labels::default(),
            starts_at: at(starts),
            lead: TimeDelta::zero(),
            ends_at: ends.map(at),
            ordered: false,
            generator_url: None,
        },
        labels,
        severity,
        severity_unknown: false,
    }
}

fn fires(name: &str, starts: i64) -> Incoming {
    said(name, Severity::Warning, starts, None)
}

fn ends(name: &str, starts: i64, end: i64) -> Incoming {
    said(name, Severity::Warning, starts, Some(end))
}

/// A slot over time: each step is one delivery.
#[derive(Default)]
struct World {
    slot: SlotState,
    told: Vec<EdgeKind>,
    actions: Vec<Action>,
}

impl World {
    fn hear(&mut self, now: i64, incoming: &[Incoming]) -> &mut Self {
        let decided = judge(&self.slot, incoming, now);
        self.actions.extend(decided.decisions.iter().map(|judged| judged.decision.action));
        self.told.extend(decided.incidents.iter().flat_map(|touched| touched.edges.clone()));
        self.slot = after(&self.slot, &decided);
        self
    }

    fn incident(&self) -> &Current {
        self.slot.current.as_ref().unwrap()
    }
}

fn judge(slot: &SlotState, incoming: &[Incoming], now: i64) -> Decided {
    decide(slot, &[Said { at: at(now), note: None, incoming: incoming.iter().collect() }], rules())
}

fn after(slot: &SlotState, decided: &Decided) -> SlotState {
    let mut next = slot.clone();
    next.known.extend(decided.known.clone());
    next.current = decided.incidents.last().map(|touched| touched.incident.clone()).or(next.current);
    next
}

#[test]
fn opens_joins_and_resolves_with_the_last_alert() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0), fires("b", 1)]);
    world.hear(5, &[fires("a", 0)]);
    world.hear(20, &[ends("a", 0, 15)]);
    assert_eq!(world.incident().status, Status::Open);
    world.hear(30, &[ends("b", 1, 25)]);
    use Action::*;
    assert_eq!(world.actions, [Opened, Joined, Duplicate, AlertResolved, IncidentResolved]);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::Resolve]);
    assert_eq!(world.incident().resolved_at, Some(at(30)));
    assert_eq!(world.incident().members[&id("a")].received, 3);
}

#[test]
fn a_second_alertmanager_changes_nothing() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(1, &[fires("a", 0)]);
    world.hear(10, &[ends("a", 0, 9)]).hear(11, &[ends("a", 0, 9)]);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::Resolve]);
}

#[test]
fn a_firing_soon_after_the_end_reopens_and_a_late_one_opens_anew() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(60, &[ends("a", 0, 55)]).hear(120, &[fires("a", 110)]);
    assert_eq!(world.incident().status, Status::Open);
    assert_eq!(world.incident().opened_at, at(0));
    world.hear(180, &[ends("a", 110, 170)]).hear(180 + 901, &[fires("a", 1080)]);
    use EdgeKind::*;
    assert_eq!(world.told, [Trigger, Resolve, Retrigger, Resolve, Trigger]);
    assert_eq!(world.incident().opened_at, at(1081));
}

#[test]
fn an_overtaken_firing_is_late_within_the_window_and_news_after_it() {
    let mut world = World::default();
    world.hear(20, &[ends("a", 0, 15)]);
    assert_eq!(world.actions, [Action::Ignored]);
    world.hear(30, &[fires("a", 0)]);
    assert_eq!(world.actions.last(), Some(&Action::Late));
    assert!(world.slot.current.is_none());
    world.hear(20 + 61, &[fires("a", 0)]);
    assert_eq!(world.actions.last(), Some(&Action::Opened));
}

#[test]
fn a_resolved_incident_keeps_its_worst_severity_in_whatever_order_its_alerts_end() {
    for order in [["a", "b"], ["b", "a"]] {
        let mut world = World::default();
        world.hear(10, &[said("a", Severity::Critical, 0, None), fires("b", 5)]);
        let ended = order.map(|name| match name {
            "a" => said("a", Severity::Critical, 0, Some(60)),
            _ => ends("b", 5, 60),
        });
        world.hear(70, &ended);
        let over = world.slot.current.as_ref().unwrap();
        assert_eq!((over.status, over.severity), (Status::Resolved, Severity::Critical), "{order:?}");
    }
}

#[test]
fn an_older_episodes_resolve_does_not_end_the_present_one() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(10, &[ends("a", 0, 9)]).hear(40, &[fires("a", 30)]);
    world.hear(41, &[ends("a", 0, 9)]);
    assert_eq!(world.actions.last(), Some(&Action::Late));
    assert_eq!(world.incident().status, Status::Open);
}

#[test]
fn an_end_from_before_the_newest_start_or_already_used_ends_nothing() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 10)]).hear(1, &[fires("a", 30)]).hear(2, &[ends("a", 10, 20)]);
    assert_eq!(world.actions.last(), Some(&Action::Late));
    world.hear(50, &[ends("a", 10, 40)]);
    assert_eq!(world.actions.last(), Some(&Action::IncidentResolved));
    // Fires again with its old start, and then its old end is replayed.
    world.hear(50 + 61, &[fires("a", 10)]).hear(120, &[ends("a", 10, 40)]);
    assert_eq!(world.actions.last(), Some(&Action::Late));
    assert_eq!(world.incident().status, Status::Open);
}

#[test]
fn an_end_that_overtakes_its_firing_is_remembered_in_every_episode() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(20, &[ends("a", 0, 15)]);
    world.hear(340, &[ends("a", 300, 335)]).hear(341, &[fires("a", 300)]);
    assert_eq!(world.actions.last(), Some(&Action::Late));
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::Resolve]);
}

#[test]
fn what_fires_in_a_body_is_decided_before_what_ends_in_it() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]);
    world.hear(10, &[ends("a", 0, 9), said("b", Severity::Critical, 8, None)]);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::SeverityRaised]);
    assert_eq!(world.incident().status, Status::Open);
}

#[test]
fn a_rise_after_a_reopening_at_a_lower_severity_is_told() {
    let mut world = World::default();
    world.hear(0, &[said("a", Severity::Critical, 0, None)]);
    world.hear(10, &[said("a", Severity::Critical, 0, Some(9))]);
    world.hear(20, &[fires("b", 19)]).hear(30, &[said("a", Severity::Critical, 29, None)]);
    use EdgeKind::*;
    assert_eq!(world.told, [Trigger, Resolve, Retrigger, SeverityRaised]);
}

#[test]
fn many_alerts_of_one_body_ring_once() {
    let mut world = World::default();
    world.hear(0, &[said("a", Severity::Critical, 0, None)]);
    world.slot.current.as_mut().unwrap().status = Status::Acknowledged;
    let body = ["b", "c", "d"].map(|name| said(name, Severity::Critical, 1, None));
    world.hear(1, &body);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::Joined]);
}

#[test]
fn replicas_whose_clocks_differ_take_a_firing_for_news() {
    let mut world = World::default();
    world.hear(1800, &[ends("a", 0, 15)]).hear(0, &[fires("a", 0)]);
    assert_eq!(world.actions.last(), Some(&Action::Opened));
}

#[test]
fn a_changed_start_while_firing_starts_no_episode_and_the_earliest_stays() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(5, &[fires("a", 3)]).hear(6, &[fires("a", -3)]);
    assert_eq!(world.told, [EdgeKind::Trigger]);
    assert_eq!(world.incident().members[&id("a")].starts_at, at(-3));
}

#[test]
fn a_rise_in_severity_is_told_once_and_a_fall_is_not() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]);
    let rise = judge(&world.slot, &[said("b", Severity::Critical, 1, None)], 1);
    assert_eq!(rise.incidents[0].was, Severity::Warning);
    world.hear(1, &[said("b", Severity::Critical, 1, None)]);
    assert_eq!(world.incident().severity, Severity::Critical);
    world.hear(2, &[said("b", Severity::Critical, 1, Some(2))]);
    assert_eq!(world.incident().severity, Severity::Warning);
    world.hear(3, &[said("b", Severity::Critical, 3, None)]);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::SeverityRaised]);
}

#[test]
fn what_opens_in_one_body_is_triggered_once_at_its_highest() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0), said("b", Severity::Critical, 0, None)]);
    assert_eq!(world.told, [EdgeKind::Trigger]);
    assert_eq!(world.incident().told_severity, Severity::Critical);
}

#[test]
fn something_critical_in_an_acknowledged_incident_rings_again() {
    let mut world = World::default();
    world.hear(0, &[said("a", Severity::Critical, 0, None)]);
    world.slot.current.as_mut().unwrap().status = Status::Acknowledged;
    world.hear(1, &[said("b", Severity::Critical, 1, None)]);
    world.hear(2, &[fires("c", 2)]);
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::Joined]);
}

#[test]
fn a_persons_resolve_holds_until_the_sender_says_it_again() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]);
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.resolved_at) = (Status::Resolved, Some(at(10)));
    world.hear(20, &[fires("a", 0)]);
    assert_eq!(world.actions.last(), Some(&Action::Reopened));
    let current = world.slot.current.as_mut().unwrap();
    (current.status, current.resolved_at) = (Status::Resolved, Some(at(30)));
    world.hear(40, &[ends("a", 0, 39)]);
    assert_eq!(world.actions.last(), Some(&Action::AlertResolved));
    assert_eq!(world.told, [EdgeKind::Trigger, EdgeKind::Retrigger]);
}

#[test]
fn every_decision_knows_its_incident() {
    let mut world = World::default();
    world.hear(0, &[fires("a", 0)]).hear(10, &[ends("a", 0, 9)]);
    // The old incident is not touched; the new one is, and the stranger's resolve belongs to none.
    let decided = judge(&world.slot, &[ends("z", 0, 1), fires("b", 2000)], 2000);
    let order: Vec<_> =
        decided.decisions.iter().map(|one| (one.decision.alert.fingerprint.as_str(), one.place)).collect();
    assert_eq!(order, [("b", Some(0)), ("z", None)]);
    assert_eq!(decided.incidents.len(), 1);
    assert!(decided.incidents[0].new);
}

#[test]
fn an_unmapped_severity_is_said() {
    let mut odd = said("a", Severity::Critical, 0, None);
    odd.severity_unknown = true;
    let decided = judge(&SlotState::default(), &[odd], 0);
    assert!(
        decided.decisions[0].decision.reason.contains("not mapped"),
        "{}",
        decided.decisions[0].decision.reason
    );
}

fn any_message() -> impl Strategy<Value = Incoming> {
    (0..3usize, 0..4i64, prop::bool::ANY, prop::bool::ANY).prop_map(|(who, start, over, critical)| {
        let severity = if critical { Severity::Critical } else { Severity::Info };
        said(["a", "b", "c"][who], severity, start * 100, over.then_some(start * 100 + 50))
    })
}

proptest! {
    /// Hearing the same body twice tells nothing the second time, whatever happened before.
    #[test]
    fn is_idempotent(bodies in prop::collection::vec((0..2000i64, prop::collection::vec(any_message(), 1..4)), 1..12)) {
        let mut world = World::default();
        let mut now = 0;
        for (pause, body) in bodies {
            now += pause;
            // One body never says two things of one alert: Alertmanager's do not.
            let mut seen = std::collections::BTreeSet::new();
            let body: Vec<_> = body.into_iter().filter(|one| seen.insert(one.message.id.clone())).collect();
            world.hear(now, &body);
            let told = world.told.len();
            let before = world.slot.clone();
            world.hear(now, &body);
            prop_assert_eq!(world.told.len(), told);
            let status = |slot: &SlotState| slot.current.as_ref().map(|c| (c.status, c.severity));
            prop_assert_eq!(status(&before), status(&world.slot));
        }
    }

    /// What is told alternates, and an incident is open exactly while something of it fires.
    #[test]
    fn edges_alternate_and_state_agrees(bodies in prop::collection::vec((0..2000i64, any_message()), 1..40)) {
        let mut world = World::default();
        let mut now = 0;
        for (pause, message) in bodies {
            now += pause;
            world.hear(now, &[message]);
            if let Some(current) = &world.slot.current {
                let firing = current.members.values().any(|m| m.status == AlertStatus::Firing);
                prop_assert_eq!(firing, current.status != Status::Resolved);
                prop_assert_eq!(current.resolved_at.is_some(), current.status == Status::Resolved);
            }
        }
        let mut open = false;
        for edge in &world.told {
            match edge {
                EdgeKind::Trigger | EdgeKind::Retrigger => { prop_assert!(!open); open = true; }
                EdgeKind::Resolve => { prop_assert!(open); open = false; }
                EdgeKind::SeverityRaised | EdgeKind::Joined | EdgeKind::Repeat | EdgeKind::Escalated | EdgeKind::Unpaged | EdgeKind::Acknowledge => prop_assert!(open),
            }
        }
    }
}
