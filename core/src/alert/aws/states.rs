//! Things that run and say how it went: pipelines, builds, jobs, instances. What fails fires, and the next success of the same
//! thing ends it.
//!
//! Knows how a row of [`machines`](super::machines) is read. Must not know a single service.

use chrono::{DateTime, Utc};

use super::event::Event;
use super::machines::MACHINES;
use super::pick::{first, line, short, text, word};
use super::{Place, Reading, Status};

/// How one kind of thing tells of its state.
#[derive(Debug)]
pub struct Machine {
    /// The event's `detail-type`.
    pub event: &'static str,
    /// What people call the service.
    pub service: &'static str,
    /// What it is; part of its identity.
    pub kind: &'static str,
    /// What names it: a label, and where its value stands in the detail. Without any the event's first resource does.
    pub who: &'static [(&'static str, &'static str)],
    /// How many of those make the alert's name: what is further in meets in one incident.
    pub named: usize,
    /// Where its state stands in the detail.
    pub state: &'static str,
    /// States in which something is wrong, beside those that say so by themselves.
    pub fires: &'static [&'static str],
    /// States in which it went well.
    pub ends: &'static [&'static str],
    /// Where a reason may stand.
    pub reasons: &'static [&'static str],
    /// Whether it changes what runs.
    pub changes: Changes,
}

/// Whether what something does changes what runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changes {
    /// A backup, a build, a phase of something.
    Never,
    /// A deployment, whether it starts, ends or fails.
    Always,
    /// Where this place in the detail has this value.
    Where(&'static str, &'static str),
}

/// Whatever the service, such a state is a bad one: a new word must not make an alarm vanish.
const BAD: [&str; 5] = ["FAIL", "ERROR", "FAULT", "TIMEOUT", "TIMED_OUT"];

impl Machine {
    fn status(&self, state: &str) -> Status {
        let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(state));
        let upper = state.to_ascii_uppercase();
        if is(self.ends) {
            return Status::Over;
        }
        if is(self.fires) || BAD.iter().any(|word| upper.contains(word)) {
            return Status::Fires;
        }
        Status::Informs(format!("its state is {state}"))
    }

    /// What `who` in `state` is, wherever that was said.
    pub(super) fn reading(&self, place: &Place, who: &[String], state: &str, reason: &str) -> Reading {
        let names: Vec<&str> = who.iter().map(|name| short(name)).collect();
        let named = names.iter().take(self.named).copied().collect::<Vec<_>>().join(" ");
        let reason = line(reason);
        let colon = if reason.is_empty() { "" } else { ": " };
        let summary =
            format!("{} {} {} is {state}{colon}{reason}", self.service, self.kind, names.join(" / "));
        let parts: Vec<&str> = who.iter().map(String::as_str).collect();
        let mut reading = place
            .reading(self.kind, &parts, self.status(state))
            .called(&format!("{}: {named}", self.service), &summary)
            .label("resource", who.first().map_or("", String::as_str))
            .note("state", state)
            .note("reason", &reason);
        for ((label, _), value) in self.who.iter().zip(who) {
            reading = reading.label(label, value);
        }
        if self.changes == Changes::Always { reading.told_as_change() } else { reading }
    }

    fn read(&self, event: &Event<'_>) -> Option<Reading> {
        let who: Vec<String> = match self.who {
            [] if event.resource.is_empty() => return None,
            [] => vec![event.resource.clone()],
            who => who.iter().map(|(_, at)| word(event.detail, at)).collect::<Option<_>>()?,
        };
        let state = word(event.detail, self.state)?;
        let reading = self.reading(&event.place, &who, &state, &first(event.detail, self.reasons));
        let reading = match self.changes {
            Changes::Where(at, is) if text(event.detail, at) == is => reading.told_as_change(),
            _ => reading,
        };
        let console = first(event.detail, &["/additional-information/logs/deep-link"]);
        Some(reading.since(event.at).at_console(&console))
    }
}

/// The change of a thing of the table.
pub fn read(event: &Event<'_>) -> Option<Vec<Reading>> {
    let machine = MACHINES.iter().find(|machine| machine.event == event.kind)?;
    Some(vec![machine.read(event)?])
}

/// The same of something that was said without EventBridge, at `at`.
pub(super) fn reading(
    kind: &str,
    place: &Place,
    who: &[String],
    said: (&str, &str),
    at: Option<DateTime<Utc>>,
) -> Option<Reading> {
    let machine = MACHINES.iter().find(|machine| machine.event == kind)?;
    Some(machine.reading(place, who, said.0, said.1).since(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_of_one_event_and_can_be_read() {
        for (n, machine) in MACHINES.iter().enumerate() {
            assert!(!MACHINES[..n].iter().any(|other| other.event == machine.event), "{}", machine.event);
            assert!(machine.named <= machine.who.len().max(1), "{}", machine.event);
            let rooted = machine.who.iter().map(|(_, at)| at).chain([&machine.state]).chain(machine.reasons);
            assert!(rooted.into_iter().all(|at| at.starts_with('/')), "{}", machine.event);
            let both = machine.ends.iter().find(|end| machine.fires.contains(end));
            assert_eq!(both, None, "{}", machine.event);
            for end in machine.ends {
                assert_eq!(machine.status(end), Status::Over, "{}", machine.event);
            }
        }
    }

    #[test]
    fn a_word_that_says_that_it_failed_does_although_no_row_knows_it() {
        for machine in &MACHINES {
            for word in ["FAILED", "failed", "BUILD_ERROR", "TIMED_OUT", "Faulted"] {
                assert_eq!(machine.status(word), Status::Fires, "{}: {word}", machine.event);
            }
            for word in ["STARTED", "IN_PROGRESS", "QUEUED"] {
                assert_eq!(machine.status(word), Status::Informs(format!("its state is {word}")));
            }
        }
    }
}
