//! The decision: what messages about the alerts of one group key change. Pure and idempotent: run twice over its
//! own result, the second time tells nothing.
//!
//! Alerts are merged by (status, start, end), never by arrival: neither sender numbers its messages (FACTS A4, B5).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::state::{
    Action, Current, Decided, Decision, EdgeKind, Incoming, Known, Member, SlotState, Touched,
};
use super::{Lifecycle, Status, title};
use crate::alert::{AlertId, AlertStatus, Severity};

/// Decides about `incoming`, all of one group key and one body, against the state of its slot. A body says everything
/// at once: what fires in it is decided first, so that nothing ends in between.
pub fn decide(slot: &SlotState, incoming: &[Incoming], rules: Lifecycle, now: DateTime<Utc>) -> Decided {
    let mut work = Work::new(slot, rules, now);
    let (firing, ended): (Vec<&Incoming>, Vec<&Incoming>) =
        incoming.iter().partition(|one| one.message.status == AlertStatus::Firing);
    for one in firing.into_iter().chain(ended) {
        let (action, reason) = match one.message.status {
            AlertStatus::Firing => work.firing(one),
            AlertStatus::Resolved => work.resolved(one),
        };
        work.decisions.push(Decision { alert: one.message.id.clone(), action, reason });
        work.places.push(work.place);
    }
    work.finish()
}

/// The state while it is being decided.
struct Work {
    rules: Lifecycle,
    now: DateTime<Utc>,
    incidents: Vec<Touched>,
    known: BTreeMap<AlertId, Known>,
    changed: BTreeMap<AlertId, Known>,
    decisions: Vec<Decision>,
    places: Vec<Option<usize>>,
    /// Where the incident of the message in hand stands in `incidents`.
    place: Option<usize>,
    touched: Vec<bool>,
}

impl Work {
    fn new(slot: &SlotState, rules: Lifecycle, now: DateTime<Utc>) -> Self {
        let incidents: Vec<Touched> = slot
            .current
            .iter()
            .map(|current| Touched {
                incident: current.clone(),
                edges: Vec::new(),
                shown: false,
                new: false,
                was: current.told_severity,
            })
            .collect();
        Self {
            rules,
            now,
            touched: vec![false; incidents.len()],
            incidents,
            known: slot.known.clone(),
            changed: BTreeMap::new(),
            decisions: Vec::new(),
            places: Vec::new(),
            place: None,
        }
    }

    fn firing(&mut self, one: &Incoming) -> (Action, String) {
        let starts_at = one.message.starts_at;
        match self.known.get(&one.message.id).cloned() {
            None => self.enter(one, starts_at, "first seen"),
            Some(known) if known.status == AlertStatus::Firing => {
                // Overlapping updates keep the earliest start, as Alertmanager's own merge does (FACTS A2).
                let starts_at = starts_at.min(known.starts_at);
                match self.refresh(one, starts_at) {
                    true => (Action::Duplicate, "still firing".into()),
                    false => self.enter(one, starts_at, "still firing after its incident was resolved"),
                }
            }
            Some(known) => self.refire(one, &known),
        }
    }

    /// A firing message about an alert that was resolved: news, or a message that its own resolve overtook?
    fn refire(&mut self, one: &Incoming, known: &Known) -> (Action, String) {
        let starts_at = one.message.starts_at;
        let ended = known.ends_at.unwrap_or(known.starts_at);
        if starts_at > ended {
            return self.enter(one, starts_at, "fires again");
        }
        let since = known.resolve_received_at.map_or(TimeDelta::MAX, |at| self.now - at);
        // A negative time means that replicas' clocks differ: then nothing is known of the order, and it is news.
        if since >= TimeDelta::zero() && since <= self.rules.reorder_window {
            self.place = None;
            return (
                Action::Late,
                format!("its resolve, ended {}, came {} s before", stamp(ended), since.num_seconds()),
            );
        }
        // Prometheus re-sends the same start after a partition: an old start proves nothing (DESIGN section 3).
        self.enter(one, starts_at, "fires again with its old start")
    }

    fn resolved(&mut self, one: &Incoming) -> (Action, String) {
        let ends_at = one.message.ends_at.unwrap_or(self.now);
        self.place = None;
        match self.known.get(&one.message.id).cloned() {
            None => {
                self.know(one, one.message.starts_at, AlertStatus::Resolved);
                (Action::Ignored, "resolved, and never seen firing".into())
            }
            Some(known) if known.status == AlertStatus::Resolved => {
                // An end that overtook its own firing: that one will then be known to be late.
                if known.ends_at.is_some_and(|known| ends_at > known) {
                    self.know(one, one.message.starts_at, AlertStatus::Resolved);
                }
                if let Some(place) = self.member_place(&one.message.id) {
                    self.touch(place);
                }
                (Action::Duplicate, "already resolved".into())
            }
            Some(known)
                if ends_at < known.newest_start || known.ends_at.is_some_and(|end| ends_at <= end) =>
            {
                (
                    Action::Late,
                    format!(
                        "ended {}, before the present episode, which began {}",
                        stamp(ends_at),
                        stamp(known.newest_start)
                    ),
                )
            }
            Some(known) => {
                self.know(one, known.starts_at, AlertStatus::Resolved);
                self.leave(one, ends_at)
            }
        }
    }

    /// A firing alert becomes part of an incident: the open one, the one that has just ended, or a new one.
    fn enter(&mut self, one: &Incoming, starts_at: DateTime<Utc>, why: &str) -> (Action, String) {
        self.know(one, starts_at, AlertStatus::Firing);
        let (action, reason, edge) = match self.incidents.last().map(|last| &last.incident) {
            Some(open) if open.status != Status::Resolved => {
                // Somebody has it, but not this: it rings again (DESIGN section 3).
                let again = open.status == Status::Acknowledged && one.severity == Severity::Critical;
                (Action::Joined, format!("{why}; same group"), again.then_some(EdgeKind::Joined))
            }
            Some(over) if over.resolved_at.is_some_and(|end| self.now - end <= self.rules.reopen_within) => {
                let ago = over.resolved_at.map_or(0, |end| (self.now - end).num_seconds());
                (Action::Reopened, format!("{why}, {ago} s after the end"), Some(EdgeKind::Retrigger))
            }
            _ => (Action::Opened, why.to_owned(), Some(EdgeKind::Trigger)),
        };
        match action {
            Action::Opened => self.open(one),
            Action::Reopened => self.reopen(one.severity),
            _ => {}
        }
        let reason = match one.severity_unknown {
            true => format!("{reason}; its severity word is not mapped, so it counts as critical"),
            false => reason,
        };
        self.admit(one, starts_at, &reason, edge);
        (action, reason)
    }

    fn open(&mut self, one: &Incoming) {
        let incident = Current {
            status: Status::Open,
            severity: one.severity,
            told_severity: one.severity,
            title: title(&one.message.id, &one.labels, &one.message.annotations),
            opened_at: self.now,
            acknowledged_at: None,
            resolved_at: None,
            members: BTreeMap::new(),
        };
        self.incidents.push(Touched {
            incident,
            edges: Vec::new(),
            shown: true,
            new: true,
            was: one.severity,
        });
        self.touched.push(true);
    }

    fn reopen(&mut self, severity: Severity) {
        if let Some(last) = self.incidents.last_mut() {
            last.incident.status = Status::Open;
            // It is told anew as it is now: a later rise is a rise again.
            last.incident.told_severity = severity;
            last.incident.resolved_at = None;
            last.incident.acknowledged_at = None;
        }
    }

    /// Adds the alert to the slot's last incident, and tells what that changes.
    fn admit(&mut self, one: &Incoming, starts_at: DateTime<Utc>, reason: &str, edge: Option<EdgeKind>) {
        let place = self.incidents.len().saturating_sub(1);
        self.touch(place);
        let Some(last) = self.incidents.last_mut() else { return };
        let received = last.incident.members.get(&one.message.id).map_or(0, |member| member.received);
        last.incident.members.insert(
            one.message.id.clone(),
            Member {
                status: AlertStatus::Firing,
                severity: one.severity,
                labels: one.labels.clone(),
                annotations: one.message.annotations.clone(),
                starts_at,
                ends_at: None,
                generator_url: one.message.generator_url.clone(),
                received: received + 1,
                reason: reason.to_owned(),
            },
        );
        last.shown = true;
        last.edges.extend(edge.filter(|_| !last.rings()));
        last.weigh();
    }

    /// A repeated firing message: newer words, an earlier start. False where the alert is in no open incident.
    fn refresh(&mut self, one: &Incoming, starts_at: DateTime<Utc>) -> bool {
        let Some(place) = self.member_place(&one.message.id) else { return false };
        let Some(touched) = self.incidents.get_mut(place) else { return false };
        if touched.incident.status == Status::Resolved {
            return false;
        }
        let Some(member) = touched.incident.members.get_mut(&one.message.id) else { return false };
        let before = (member.severity, member.annotations.clone(), member.starts_at);
        member.severity = one.severity;
        member.annotations = one.message.annotations.clone();
        member.starts_at = starts_at;
        member.received += 1;
        let same = before == (member.severity, member.annotations.clone(), member.starts_at);
        touched.shown |= !same;
        touched.weigh();
        self.touch(place);
        self.know(one, starts_at, AlertStatus::Firing);
        true
    }

    /// An alert ends; with the last one of them ends the incident.
    fn leave(&mut self, one: &Incoming, ends_at: DateTime<Utc>) -> (Action, String) {
        let now = self.now;
        let place = self.member_place(&one.message.id);
        if let Some(place) = place {
            self.touch(place);
        }
        let Some(touched) = place.and_then(|place| self.incidents.get_mut(place)) else {
            return (Action::AlertResolved, "its sender says that it ended".into());
        };
        if let Some(member) = touched.incident.members.get_mut(&one.message.id) {
            member.status = AlertStatus::Resolved;
            member.ends_at = Some(ends_at);
            member.received += 1;
        }
        touched.shown = true;
        let firing = touched.incident.members.values().filter(|m| m.status == AlertStatus::Firing).count();
        if firing > 0 {
            touched.weigh();
            return (Action::AlertResolved, format!("its sender says that it ended; {firing} still firing"));
        }
        if touched.incident.status == Status::Resolved {
            return (Action::AlertResolved, "its sender confirms the end".into());
        }
        touched.incident.status = Status::Resolved;
        touched.incident.resolved_at = Some(now);
        // What it was at its worst: the order in which its alerts end says nothing about it.
        touched.incident.severity = touched.incident.told_severity;
        touched.edges.push(EdgeKind::Resolve);
        (
            Action::IncidentResolved,
            "its sender says that it ended; nothing of the incident fires any more".into(),
        )
    }

    fn know(&mut self, one: &Incoming, starts_at: DateTime<Utc>, status: AlertStatus) {
        let before = self.known.get(&one.message.id);
        let said = one.message.starts_at;
        let (mut ends_at, mut received) =
            before.map_or((None, None), |known| (known.ends_at, known.resolve_received_at));
        if status == AlertStatus::Resolved {
            (ends_at, received) = (Some(one.message.ends_at.unwrap_or(self.now)), Some(self.now));
        }
        let known = Known {
            status,
            starts_at,
            newest_start: before.map_or(said, |known| known.newest_start.max(said)),
            ends_at,
            resolve_received_at: received,
        };
        self.known.insert(one.message.id.clone(), known.clone());
        self.changed.insert(one.message.id.clone(), known);
    }

    /// The slot's newest incident, where the alert is part of it.
    fn member_place(&self, id: &AlertId) -> Option<usize> {
        let last = self.incidents.last()?;
        last.incident.members.contains_key(id).then(|| self.incidents.len() - 1)
    }

    fn touch(&mut self, place: usize) {
        self.place = Some(place);
        if let Some(flag) = self.touched.get_mut(place) {
            *flag = true;
        }
    }

    fn finish(self) -> Decided {
        // An untouched incident needs no writing; it can only stand first, so that places shift by one at most.
        let skip = usize::from(self.touched.first() == Some(&false));
        Decided {
            decisions: self.decisions,
            places: self.places.into_iter().map(|place| place.and_then(|p| p.checked_sub(skip))).collect(),
            incidents: self.incidents.into_iter().skip(skip).collect(),
            known: self.changed,
        }
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}
