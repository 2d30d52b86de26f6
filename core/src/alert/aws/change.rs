//! What a message tells to have been changed, beside whether something is wrong with it: a deployment that starts or
//! ends, also one that fails, an instance more, a call of the API.

use super::{Reading, pick};

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What was done, in a line.
    pub summary: String,
    /// What did it, or where: `aws.codepipeline`, `lambda.amazonaws.com`.
    pub origin: String,
    /// The sender's name for the event: the same event is one change, however often and by whichever way it comes.
    pub event: Option<String>,
}

impl Reading {
    /// It tells of a change.
    pub(super) fn changed(mut self, summary: &str, origin: &str, event: Option<String>) -> Self {
        let event = event.filter(|id| !id.is_empty());
        self.change = Some(Change { summary: pick::line(summary), origin: origin.to_owned(), event });
        self
    }

    /// It tells of a change in its own sentence, of the service that it is from.
    pub(super) fn told_as_change(self) -> Self {
        let summary = self.annotations.get("summary").to_owned();
        self.with_change(&summary)
    }

    /// The same in another sentence.
    pub(super) fn with_change(self, summary: &str) -> Self {
        let origin = self.labels.get("event_source").to_owned();
        self.changed(summary, &origin, None)
    }

    /// Its change is known by the event's name, where it has no other.
    pub(super) fn of_event(mut self, id: &str) -> Self {
        if let Some(change) = self.change.as_mut().filter(|one| one.event.is_none() && !id.is_empty()) {
            change.event = Some(id.to_owned());
        }
        self
    }
}
