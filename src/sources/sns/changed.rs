//! What was changed, where a message of a service tells of that: a deployment, an instance more, a call of the API.
//!
//! Knows what core reads from a message. Must not know what labels are mapped to, nor whether it is an alarm as well.

use chrono::{DateTime, SubsecRound, Utc};
use firstlook_core::alert::{Labels, aws};
use firstlook_core::evidence::changes::ChangeEvent;

use super::super::changes::{MOST_DETAIL, MOST_SUMMARY, Reported, line};

/// Longest name of an event, in characters.
const MOST_EVENT: usize = 200;

/// The change that a reading tells of, if it does, to `source` by a message that was sent at `sent_at`.
pub(super) fn read(source: &str, reading: &aws::Reading, sent_at: DateTime<Utc>) -> Option<Reported> {
    let change = reading.change.as_ref()?;
    let notes = reading.annotations.iter().filter(|(name, _)| *name != "summary");
    let detail = |(name, value): (&str, &str)| (line(name, MOST_DETAIL), line(value, MOST_DETAIL));
    let event = ChangeEvent {
        // Nothing was published before it happened.
        at: reading.at.unwrap_or(sent_at).min(sent_at).trunc_subsecs(6),
        source: source.to_owned(),
        summary: line(&change.summary, MOST_SUMMARY),
        origin: line(&change.origin, MOST_SUMMARY),
        details: notes.map(detail).filter(|(_, value)| !value.is_empty()).collect(),
        link: reading.link.clone(),
        event: change.event.as_deref().map(|id| line(id, MOST_EVENT)).filter(|id| !id.is_empty()),
        ..ChangeEvent::default()
    };
    let mut labels = Labels::default();
    for (name, value) in reading.labels.iter() {
        labels.set(&line(name, MOST_DETAIL), &line(value, MOST_DETAIL));
    }
    Some(Reported { event, labels })
}
