//! The state of a slot while it is being decided, and what each turn does to it.
//!
//! Knows what changes together: members, severity, edges, flags. Must not know which message is news; the decision does.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::heard::Incoming;
use super::state::{
    Action, Current, Decided, EdgeKind, Episode, Episodes, Judged, Known, Member, Recheck, SlotState, Touched,
};
use super::{Lifecycle, Status, flap, title};
use crate::alert::{AlertId, AlertStatus};

pub(super) struct Work<'a> {
    pub rules: Lifecycle,
    /// When the body in hand was received, and its place among the bodies.
    pub now: DateTime<Utc>,
    pub said: usize,
    /// When it was received, where it waited for the store.
    pub held: Option<DateTime<Utc>>,
    /// Firings of the body in hand that are over already, with what was known of each.
    pub overtaken: Vec<(&'a Incoming, Known)>,
    pub incidents: Vec<Touched>,
    pub known: BTreeMap<AlertId, Known>,
    pub decisions: Vec<Judged>,
    pub rechecks: Vec<Recheck>,
    /// Where the incident of the message in hand stands in `incidents`.
    pub place: Option<usize>,
    changed: BTreeMap<AlertId, Known>,
    episodes: BTreeMap<AlertId, Episodes>,
    touched: Vec<bool>,
}

impl<'a> Work<'a> {
    pub fn new(slot: &SlotState, rules: Lifecycle) -> Self {
        let touched = |current: &Current| Touched {
            incident: current.clone(),
            edges: Vec::new(),
            shown: false,
            folded: false,
            new: false,
            was: current.told_severity,
        };
        let incidents: Vec<Touched> = slot.current.iter().map(touched).collect();
        Self {
            rules,
            now: DateTime::UNIX_EPOCH,
            said: 0,
            held: None,
            overtaken: Vec::new(),
            touched: vec![false; incidents.len()],
            incidents,
            known: slot.known.clone(),
            decisions: Vec::new(),
            rechecks: Vec::new(),
            place: None,
            changed: BTreeMap::new(),
            episodes: BTreeMap::new(),
        }
    }

    /// Takes the next body in hand.
    pub fn turn(&mut self, said: usize, at: DateTime<Utc>, held: Option<DateTime<Utc>>) {
        (self.said, self.now, self.held, self.place) = (said, at, held, None);
    }

    /// When the body in hand was received.
    pub fn heard(&self) -> DateTime<Utc> {
        self.held.unwrap_or(self.now)
    }

    pub fn open(&mut self, one: &Incoming, starts_at: DateTime<Utc>) {
        let mut incident = Current {
            status: Status::Open,
            severity: one.severity,
            told_severity: one.severity,
            title: title(&one.message.id, &one.labels, &one.message.annotations),
            labels: one.labels.clone(),
            opened_at: self.now,
            started_at: starts_at,
            acknowledged_at: None,
            resolved_at: None,
            transitions: Vec::new(),
            flaps_until: None,
            stale: false,
            members: BTreeMap::new(),
            others: BTreeMap::new(),
        };
        // What opens anew so soon after its end flaps as what reopens does.
        let recent = self
            .incidents
            .last()
            .map(|over| self.rules.flapping.recent(&over.incident.transitions, self.now));
        incident.transitions = recent.unwrap_or_default();
        if !incident.transitions.is_empty() {
            incident.flaps_until = self.rules.flapping.note(&mut incident.transitions, self.now);
        }
        self.incidents.push(Touched {
            incident,
            edges: Vec::new(),
            shown: true,
            folded: false,
            new: true,
            was: one.severity,
        });
        self.touched.push(true);
    }

    /// Adds the alert to the slot's last incident, and tells what that changes.
    pub fn admit(&mut self, one: &Incoming, starts_at: DateTime<Utc>, reason: &str, edge: Option<EdgeKind>) {
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
                lead: lead(starts_at, began(one, starts_at)),
                ends_at: None,
                generator_url: one.message.generator_url.clone(),
                received: received + 1,
                reason: reason.to_owned(),
            },
        );
        last.incident.labels = last.incident.labels.common(&one.labels);
        last.incident.started_at = last.incident.started_at.min(starts_at);
        (last.incident.stale, last.shown) = (false, true);
        last.edges.extend(edge.filter(|_| !last.rings()));
        last.weigh();
    }

    /// A repeated firing message: newer words and labels, an earlier start. False where the alert is in no open incident.
    pub fn refresh(&mut self, one: &Incoming, starts_at: DateTime<Utc>) -> bool {
        let Some(place) = self.member_place(&one.message.id) else { return false };
        let Some(touched) = self.incidents.get_mut(place) else { return false };
        if touched.incident.status == Status::Resolved {
            return false;
        }
        let Some(member) = touched.incident.members.get_mut(&one.message.id) else { return false };
        let before = member.clone();
        // Of a sender that tells each change once, an older one holds no newer words.
        let newest = self.known.get(&one.message.id).map(|known| known.newest_start);
        if !one.message.ordered || newest.is_none_or(|newest| one.message.starts_at >= newest) {
            member.severity = one.severity;
            member.annotations = one.message.annotations.clone();
            member.labels = one.labels.clone();
        }
        member.lead = lead(starts_at, member.began_at().min(began(one, starts_at)));
        member.starts_at = starts_at;
        let same = before == *member;
        member.received += 1;
        if member.labels != before.labels {
            let incident = &mut touched.incident;
            // Where they were the incident's own, they still are; what only some of its alerts have is none of all.
            let alone = incident.labels == before.labels && incident.others.values().all(|count| *count == 0);
            incident.labels = if alone { one.labels.clone() } else { incident.labels.common(&one.labels) };
        }
        touched.shown |= !same || touched.incident.stale;
        touched.incident.started_at = touched.incident.started_at.min(starts_at);
        touched.incident.stale = false;
        touched.weigh();
        self.touch(place);
        self.know(one, starts_at, AlertStatus::Firing);
        true
    }

    /// An alert ends; with the last one of them ends the incident.
    pub fn leave(&mut self, one: &Incoming, ends_at: DateTime<Utc>) -> (Action, String) {
        let (now, rules) = (self.now, self.rules);
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
        (touched.incident.stale, touched.shown) = (false, true);
        let firing: usize = touched.incident.firing().map(|(_, count)| count).sum();
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
        touched.turned(rules, now);
        let mut reason = "its sender says that it ended; nothing of the incident fires any more".to_owned();
        match touched.incident.flaps(now) {
            true => reason = format!("{reason}; {}", flap::waits(rules.flapping)),
            false => touched.edges.push(EdgeKind::Resolve),
        }
        (Action::IncidentResolved, reason)
    }

    pub fn know(&mut self, one: &Incoming, starts_at: DateTime<Utc>, status: AlertStatus) {
        let before = self.known.get(&one.message.id);
        let said = one.message.starts_at;
        let (mut ends_at, mut received) =
            before.map_or((None, None), |known| (known.ends_at, known.resolve_received_at));
        if status == AlertStatus::Resolved {
            (ends_at, received) = (Some(one.message.ends_at.unwrap_or(self.now)), Some(self.heard()));
        }
        let known = Known {
            status,
            starts_at,
            newest_start: before.map_or(said, |known| known.newest_start.max(said)),
            ends_at,
            resolve_received_at: received,
            seen_at: before.map_or(self.heard(), |known| known.seen_at.max(self.heard())),
        };
        let episode = match known.ends_at.filter(|_| status == AlertStatus::Resolved) {
            Some(end) => Episode::Ended(end),
            None => Episode::Runs,
        };
        let same = |before: &Known| {
            (before.status, before.starts_at) == (status, starts_at)
                && (status == AlertStatus::Firing || before.ends_at == known.ends_at)
        };
        if !before.is_some_and(same) {
            let episodes = self.episodes.entry(one.message.id.clone()).or_default();
            // An earlier start that became known moves the running episode; it does not start another.
            let moved = before.filter(|before| before.status == AlertStatus::Firing);
            episodes.extend(moved.map(|before| (before.starts_at, Episode::Moved)));
            episodes.insert(starts_at, episode);
        }
        self.known.insert(one.message.id.clone(), known.clone());
        self.changed.insert(one.message.id.clone(), known);
    }

    /// Ends what came with the body in hand and was over already, all of it at once, and leaves what is known as it was.
    pub fn end_overtaken(&mut self) {
        for (one, known) in std::mem::take(&mut self.overtaken) {
            self.leave(one, known.ends_at.unwrap_or(self.now));
            let id = &one.message.id;
            if let Some(episodes) = self.episodes.get_mut(id) {
                episodes.retain(|_, episode| *episode != Episode::Runs);
            }
            self.known.insert(id.clone(), known.clone());
            self.changed.insert(id.clone(), known);
        }
    }

    /// The end of an episode before the newest one came late: it is kept as an episode of its own, and what has
    /// begun after it begins there.
    pub fn past(&mut self, one: &Incoming, ends_at: DateTime<Utc>) {
        let Some(mut known) = self.known.get(&one.message.id).cloned() else { return };
        if ends_at >= known.newest_start {
            return;
        }
        // Who tells only changes does not say with an end when it began.
        let began = match one.message.ordered && ends_at >= known.starts_at {
            true => known.starts_at,
            false => one.message.starts_at,
        };
        let episodes = self.episodes.entry(one.message.id.clone()).or_default();
        if ends_at >= known.starts_at {
            let ended = known.ends_at.filter(|_| known.status == AlertStatus::Resolved);
            episodes.insert(known.starts_at, Episode::Moved);
            known.starts_at = known.newest_start;
            episodes.insert(known.starts_at, ended.map_or(Episode::Runs, Episode::Ended));
        }
        episodes.insert(began, Episode::Ended(ends_at));
        if let Some(place) = self.member_place(&one.message.id) {
            let touched = self.incidents.get_mut(place);
            let member = touched.and_then(|touched| touched.incident.members.get_mut(&one.message.id));
            if let Some(member) = member.filter(|member| member.starts_at < known.starts_at) {
                member.starts_at = known.starts_at;
                self.touch(place);
            }
        }
        if known.ends_at.is_none_or(|known| ends_at > known) {
            (known.ends_at, known.resolve_received_at) = (Some(ends_at), Some(self.heard()));
        }
        self.known.insert(one.message.id.clone(), known.clone());
        self.changed.insert(one.message.id.clone(), known);
    }

    /// The slot's newest incident, where the alert is part of it.
    pub fn member_place(&self, id: &AlertId) -> Option<usize> {
        let last = self.incidents.last()?;
        last.incident.members.contains_key(id).then(|| self.incidents.len() - 1)
    }

    pub fn touch(&mut self, place: usize) {
        self.place = Some(place);
        if let Some(flag) = self.touched.get_mut(place) {
            *flag = true;
        }
    }

    pub fn finish(self) -> Decided {
        // An untouched incident needs no writing; it can only stand first, so that places shift by one at most.
        let skip = usize::from(self.touched.first() == Some(&false));
        let shift =
            |judged: Judged| Judged { place: judged.place.and_then(|p| p.checked_sub(skip)), ..judged };
        Decided {
            decisions: self.decisions.into_iter().map(shift).collect(),
            incidents: self.incidents.into_iter().skip(skip).collect(),
            known: self.changed,
            episodes: self.episodes,
            rechecks: self.rechecks,
        }
    }
}

/// When the trouble of the episode from `starts_at` on began, as far as this message is about it and not about one before.
fn began(one: &Incoming, starts_at: DateTime<Utc>) -> DateTime<Utc> {
    if one.message.starts_at < starts_at { starts_at } else { one.message.began_at() }
}

fn lead(starts_at: DateTime<Utc>, began_at: DateTime<Utc>) -> TimeDelta {
    (starts_at - began_at).max(TimeDelta::zero())
}
