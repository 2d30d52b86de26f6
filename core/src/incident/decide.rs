//! The decision: what messages about the alerts of one group key change. Pure and idempotent: run twice over its
//! own result, the second time tells nothing.
//!
//! Alerts are merged by (status, start, end), never by arrival: neither sender numbers its messages (FACTS A4, B5).

use chrono::{DateTime, TimeDelta, Utc};

use super::heard::{Incoming, Note, Said};
use super::state::{Action, Current, Decided, Decision, EdgeKind, Judged, Known, Recheck, SlotState};
use super::work::Work;
use super::{Lifecycle, Status, flap};
use crate::alert::{AlertStatus, Severity};

/// Past the reorder window by so much, a message that is looked at again is certainly outside of it.
const BEYOND: TimeDelta = TimeDelta::seconds(1);

/// Decides about bodies that were received in this order, all about one group key, against the state of its slot. A
/// body says everything at once: what fires in it is decided first, so that nothing ends in between.
pub fn decide(slot: &SlotState, bodies: &[Said<'_>], rules: Lifecycle) -> Decided {
    let mut work = Work::new(slot, rules);
    for (said, body) in bodies.iter().enumerate() {
        work.turn(said, body.now(), body.held());
        let (firing, ended): (Vec<&Incoming>, Vec<&Incoming>) =
            body.incoming.iter().partition(|one| one.message.status == AlertStatus::Firing);
        for one in firing {
            let (action, reason) = work.firing(one);
            work.judged(one, action, reason, body.note);
        }
        work.end_overtaken();
        for one in ended {
            let (action, reason) = work.resolved(one);
            work.judged(one, action, reason, body.note);
        }
    }
    work.finish()
}

impl<'a> Work<'a> {
    fn judged(&mut self, one: &Incoming, action: Action, reason: String, note: Option<&Note>) {
        let reason = match note {
            Some(note) => format!("{reason}; {}", note.text),
            None => reason,
        };
        let decision = Decision { alert: one.message.id.clone(), action, reason };
        self.decisions.push(Judged { decision, said: self.said, place: self.place });
    }

    fn firing(&mut self, one: &'a Incoming) -> (Action, String) {
        let starts_at = one.message.starts_at;
        match self.known.get(&one.message.id).cloned() {
            None => self.enter(one, starts_at, "first seen"),
            Some(known) if known.status == AlertStatus::Firing => {
                // Overlapping updates keep the earliest start, as Alertmanager's own merge does (FACTS A2); a start
                // before the end of an older episode belongs to that one.
                let overlaps = known.ends_at.is_none_or(|end| starts_at > end);
                let starts_at = if overlaps { starts_at.min(known.starts_at) } else { known.starts_at };
                match self.refresh(one, starts_at) {
                    true => (Action::Duplicate, "still firing".into()),
                    // Whoever tells each change once says nothing new by telling one again: it was replayed, or came twice.
                    // Where it waited for the store, it may have rung without it, and what rang must be an incident.
                    false
                        if one.message.ordered
                            && self.held.is_none()
                            && one.message.starts_at <= known.newest_start =>
                    {
                        self.place = None;
                        (Action::Duplicate, "known, and its incident was resolved by a person since".into())
                    }
                    false => self.enter(one, starts_at, "still firing after its incident was resolved"),
                }
            }
            Some(known) => self.refire(one, &known),
        }
    }

    /// A firing message about an alert that was resolved: news, or a message that its own resolve overtook?
    fn refire(&mut self, one: &'a Incoming, known: &Known) -> (Action, String) {
        let starts_at = one.message.starts_at;
        let ended = known.ends_at.unwrap_or(known.starts_at);
        if starts_at > ended {
            return self.enter(one, starts_at, "fires again");
        }
        let received = known.resolve_received_at;
        let heard = self.heard();
        let since = received.map_or(TimeDelta::MAX, |at| heard - at);
        if self.held.is_some() && (since < TimeDelta::zero() || one.message.ordered) {
            return self.overtaken(one, known);
        }
        if one.message.ordered {
            self.place = None;
            let (began, ended) = (stamp(starts_at), stamp(ended));
            return (Action::Late, format!("it began {began} and was over by {ended}, as was heard before"));
        }
        // Writers and replicas commit side by side, so that either may come first. Further apart than the window their
        // clocks differ: then nothing is known of the order, and it is news.
        if since.abs() <= self.rules.reorder_window {
            self.place = None;
            let due = received.unwrap_or(self.now) + self.rules.reorder_window + BEYOND;
            self.rechecks.push(Recheck { alert: one.message.id.clone(), said: self.said, due });
            let reason = format!(
                "its resolve, ended {}, came {} s {}; looked at again {}",
                stamp(ended),
                since.num_seconds().abs(),
                if since < TimeDelta::zero() { "after it" } else { "before" },
                stamp(due)
            );
            return (Action::Late, reason);
        }
        // Prometheus re-sends the same start after a partition: an old start proves nothing (DESIGN section 3).
        self.enter(one, starts_at, "fires again with its old start")
    }

    /// A firing that waited for the store while its resolve was kept. A page may have rung for it without the store: where
    /// its incident does not know of this episode, it opens and ends with the body, so that what rang ends too.
    fn overtaken(&mut self, one: &'a Incoming, known: &Known) -> (Action, String) {
        let place = self.member_place(&one.message.id).and_then(|place| self.incidents.get(place));
        let member = place.and_then(|touched| touched.incident.members.get(&one.message.id));
        if member.is_some_and(|member| member.ends_at >= known.ends_at) {
            self.place = None;
            return (Action::Late, "its resolve was kept before it".to_owned());
        }
        self.overtaken.push((one, known.clone()));
        let (action, reason) = self.enter(one, one.message.starts_at, "first seen");
        (action, format!("{reason}; over already: its resolve was kept before it"))
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
                self.past(one, ends_at);
                if let Some(place) = self.member_place(&one.message.id) {
                    self.touch(place);
                }
                (Action::Duplicate, "already resolved".into())
            }
            Some(known)
                if ends_at < known.newest_start || known.ends_at.is_some_and(|end| ends_at <= end) =>
            {
                self.past(one, ends_at);
                let (ended, began) = (stamp(ends_at), stamp(known.newest_start));
                (Action::Late, format!("ended {ended}, before the present episode, which began {began}"))
            }
            Some(known) if self.held.is_some_and(|held| held < known.seen_at) => {
                self.past(one, ends_at);
                (Action::Late, "it waited, and meanwhile its sender said that it fires".into())
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
        self.settle();
        let now = self.now;
        let ago = |over: &Current| over.resolved_at.map_or(0, |end| (now - end).num_seconds());
        let (action, reason, edge) = match self.incidents.last().map(|last| &last.incident) {
            // Its end is told when it has stopped to flap: until then it is what it was for who knows of it.
            Some(over) if over.end_waits() => {
                (Action::Folded, format!("{why}, {} s after the end", ago(over)), None)
            }
            Some(open) if open.status != Status::Resolved => {
                // Somebody has it, but not this: it rings again (DESIGN section 3).
                let again = open.status == Status::Acknowledged && one.severity == Severity::Critical;
                let known = open.flaps(now) && open.members.contains_key(&one.message.id);
                let edge = (again && !known).then_some(EdgeKind::Joined);
                (Action::Joined, format!("{why}; same group"), edge)
            }
            Some(over) if over.resolved_at.is_some_and(|end| now - end <= self.rules.reopen_within) => {
                let reason = format!("{why}, {} s after the end", ago(over));
                (Action::Reopened, reason, Some(EdgeKind::Retrigger))
            }
            _ => (Action::Opened, why.to_owned(), Some(EdgeKind::Trigger)),
        };
        match action {
            Action::Opened => self.open(one, starts_at),
            Action::Reopened => self.reopen(one.severity, starts_at),
            Action::Folded => self.fold(),
            _ => {}
        }
        let flap = self.incidents.last().filter(|_| action == Action::Folded);
        let reason = match flap {
            Some(last) => format!("{reason}; {}", flap::folds(&last.incident, self.rules.flapping)),
            None => reason,
        };
        let reason = match one.severity_unknown {
            true => format!("{reason}; its severity word is not mapped, so it counts as critical"),
            false => reason,
        };
        self.admit(one, starts_at, &reason, edge);
        (action, reason)
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}
