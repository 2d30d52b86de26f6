//! What an incident that ends and goes on too often comes to: its end waits, and what fires meanwhile folds into it.
//!
//! Knows the rule and the state of a slot. Must not know who is told, nor how.
//!
//! From the flag on an end is told once, when the window has passed without another change: as a rule's `keep_firing_for`
//! does, so that what people were told stays true for a while before it is taken back. Until then whoever knows of the incident
//! is not told that it fires again, and who took it has it still. What was told to be over rings, whatever the flag.

use chrono::{DateTime, TimeDelta, Utc};

use super::state::{Current, EdgeKind, Touched};
use super::work::Work;
use super::{Flapping, Lifecycle, Status};
use crate::alert::Severity;

impl Current {
    /// Whether it flaps at `now`.
    pub fn flaps(&self, now: DateTime<Utc>) -> bool {
        self.flaps_until.is_some_and(|until| now < until)
    }

    /// Whether it is over and nobody was told so: an end without the flag is told at once, and a person's takes the flag.
    pub fn end_waits(&self) -> bool {
        self.status == Status::Resolved && self.flaps_until.is_some()
    }
}

impl Work<'_> {
    /// Tells the end of the slot's last incident where it has been quiet for long enough: nothing folds into it any more.
    pub fn settle(&mut self) {
        let (place, now) = (self.incidents.len().saturating_sub(1), self.now);
        let due = |one: &&mut Touched| one.incident.end_waits() && !one.incident.flaps(now);
        let Some(last) = self.incidents.last_mut().filter(due) else { return };
        last.edges.push(EdgeKind::Resolve);
        last.incident.flaps_until = None;
        self.touch(place);
    }

    /// It goes on after an end that was told.
    pub fn reopen(&mut self, severity: Severity, starts_at: DateTime<Utc>) {
        let (now, rules) = (self.now, self.rules);
        if let Some(last) = self.incidents.last_mut() {
            last.incident.status = Status::Open;
            // It is told anew as it is now: a later rise is a rise again.
            last.incident.told_severity = severity;
            last.incident.started_at = starts_at;
            last.incident.resolved_at = None;
            last.incident.acknowledged_at = None;
            last.turned(rules, now);
        }
    }

    /// It goes on before its end was told: for people it never ended.
    pub fn fold(&mut self) {
        let (now, rules) = (self.now, self.rules);
        if let Some(last) = self.incidents.last_mut() {
            let taken = last.incident.acknowledged_at.is_some();
            last.incident.status = if taken { Status::Acknowledged } else { Status::Open };
            last.incident.resolved_at = None;
            last.folded = true;
            last.turned(rules, now);
        }
    }
}

impl Touched {
    /// It has ended or gone on again: often enough, that is a flap; and one that flaps does so for another window.
    pub(super) fn turned(&mut self, rules: Lifecycle, now: DateTime<Utc>) {
        let flaps = self.incident.flaps(now);
        let begins = rules.flapping.note(&mut self.incident.transitions, now);
        self.incident.flaps_until = begins.or_else(|| flaps.then(|| now + rules.flapping.window));
        self.shown |= self.incident.flaps_until.is_some();
    }
}

/// Why an end is not told yet.
pub(super) fn waits(flapping: Flapping) -> String {
    format!("it flaps, so its end is told once it has been quiet for {}", length(flapping.window))
}

/// Why nothing rings.
pub(super) fn folds(incident: &Current, flapping: Flapping) -> String {
    let turns = incident.transitions.len();
    let window = length(flapping.window);
    format!("it flaps, {turns} ends and reopenings within {window}, and its end was not told: nothing rings")
}

fn length(window: TimeDelta) -> String {
    match window.num_minutes() {
        minutes if minutes > 0 && window == TimeDelta::minutes(minutes) => format!("{minutes} min"),
        _ => format!("{} s", window.num_seconds()),
    }
}
