//! Runs: the same call of AWS's API by the same principal, many times, is one change on many things.
//!
//! Knows events alone. Must not know an alarm but for its time: of a run the call that is nearest to it speaks.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::ChangeEvent;
use crate::alert::aws::call::{BETWEEN, ON};

/// The end of the origins of calls of AWS's API.
pub(super) const API: &str = ".amazonaws.com";
/// Things that a title names; the others are counted.
const TITLED: usize = 3;
/// Things that a text names.
const LISTED: usize = 20;

/// Changes that are told as one.
#[derive(Debug)]
pub(super) struct Run<'a> {
    /// The one that is nearest to the alarm.
    pub nearest: &'a ChangeEvent,
    /// How many there are.
    pub count: usize,
    /// When the first of them was.
    pub first: DateTime<Utc>,
    /// The things that they were about, those of the nearest first.
    objects: Vec<&'a str>,
}

/// All events as runs, each event once, however it came.
pub(super) fn of(events: &[ChangeEvent], began: DateTime<Utc>) -> Vec<Run<'_>> {
    let mut sorted: Vec<&ChangeEvent> = events.iter().collect();
    // Of the same event by two ways the one that says how it is found again.
    sorted.sort_by_key(|event| ((began - event.at).abs(), event.query.is_none(), &event.summary));
    let mut seen = BTreeSet::new();
    sorted.retain(|event| event.event.as_ref().is_none_or(|id| seen.insert(id)));
    let mut runs: Vec<Run<'_>> = Vec::new();
    for event in sorted {
        let same = |run: &&mut Run<'_>| {
            event.origin.ends_with(API)
                && (&run.nearest.origin, &run.nearest.summary) == (&event.origin, &event.summary)
        };
        match runs.iter_mut().find(same) {
            Some(run) => run.add(event),
            None => {
                let mut run = Run { nearest: event, count: 0, first: event.at, objects: Vec::new() };
                run.add(event);
                runs.push(run);
            }
        }
    }
    runs
}

impl<'a> Run<'a> {
    fn add(&mut self, event: &'a ChangeEvent) {
        self.count += 1;
        self.first = self.first.min(event.at);
        let of_calls = event.origin.ends_with(API);
        let named = event.details.iter().filter(|(name, _)| of_calls && name == ON);
        for object in named.flat_map(|(_, all)| all.split(BETWEEN)) {
            if !self.objects.contains(&object) {
                self.objects.push(object);
            }
        }
    }

    /// What was done, and on what.
    pub fn said(&self) -> String {
        let summary = &self.nearest.summary;
        let named = self.objects.iter().take(TITLED).copied().collect::<Vec<_>>().join(BETWEEN);
        match self.objects.len() {
            0 => summary.clone(),
            1..=TITLED => format!("{summary} on {named}"),
            all => format!("{summary} on {named} and {} more", all - TITLED),
        }
    }

    /// What else is told, by name.
    pub fn details(&self) -> Vec<(String, String)> {
        let event = self.nearest;
        let of = (!event.origin.is_empty()).then(|| ("of".to_owned(), event.origin.clone()));
        let all: Vec<&str> = self.objects.iter().take(LISTED).copied().collect();
        let more = match self.objects.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let detail = |(name, value): &(String, String)| match name == ON && !all.is_empty() {
            true => (name.clone(), all.join(BETWEEN) + &more),
            false => (name.clone(), value.clone()),
        };
        of.into_iter().chain(event.details.iter().map(detail)).collect()
    }

    /// All that is said, in lower case: a name may stand anywhere in it.
    pub fn text(&self) -> String {
        let event = self.nearest;
        let mut text = format!("{}\n{}", event.summary, event.origin);
        for (name, value) in &event.details {
            text.push_str(&format!("\n{name} {value}"));
        }
        for object in &self.objects {
            text.push('\n');
            text.push_str(object);
        }
        text.to_lowercase()
    }
}
