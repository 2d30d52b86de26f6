//! What was found out, as notes on the incident at a pager, beside its lane: nothing that rings waits for them.
//!
//! Knows when a note is written, and the policy of trying again. Must not know a word of it. A note is written once: one
//! that may stand there is looked for first.

use firstlook_core::notify::{self, NoteOf};

use super::analysis::again;
use super::{Deliver, Integration, Way};
use crate::clock;
use crate::fail::{self, Step};
use crate::receivers::pagerduty::Rest;
use crate::receivers::{Class, SendError};
use crate::store::{Claim, Now, Outcome, StoreError, Target};

/// A pager that takes notes, and who works on one.
struct Desk<'a> {
    claim: &'a Claim,
    target: &'a Target,
    rest: &'a Rest,
}

/// Where notes are written, if they are.
pub(super) fn notebook(way: &Way) -> Option<&Rest> {
    match &way.integration {
        Integration::PagerDuty(api) => api.rest(),
        _ => None,
    }
}

impl Deliver {
    /// Has notes written, where a pager that was just told takes some.
    pub(super) async fn want_notes(
        &self,
        claim: &Claim,
        way: &Way,
        target: &Target,
    ) -> Result<(), StoreError> {
        if notebook(way).is_some() && self.store.want_notes(claim, target).await? {
            self.wake.all();
        }
        Ok(())
    }

    /// Writes what there is to note by now.
    pub(super) async fn notes(
        &self,
        claim: &Claim,
        target: &Target,
        rest: &Rest,
    ) -> Result<Outcome, StoreError> {
        let notes = self.store.notes(target.id).await?;
        // Whoever pages has this done then.
        if !notes.paged {
            return Ok(Outcome::Done);
        }
        let Some(view) = self.store.incident(&target.incident.to_string(), &self.words).await? else {
            return Ok(Outcome::Done);
        };
        let desk = Desk { claim, target, rest };
        for of in NoteOf::ALL.into_iter().filter(|of| !notes.is_done(*of)) {
            let Some(content) = notify::pagerduty_note(&view, &self.zone, of) else { continue };
            let known = notify::note_line(&view, of);
            let sought = notes.is_in_doubt(of).then_some(known.as_str());
            if let Err(error) = self.note(&desk, of, &content, sought).await? {
                return self.not_noted(&desk, of, &error).await;
            }
        }
        Ok(Outcome::Done)
    }

    /// Writes one note, unless one that begins with the line `sought` stands there.
    async fn note(
        &self,
        desk: &Desk<'_>,
        of: NoteOf,
        content: &str,
        sought: Option<&str>,
    ) -> Result<Result<(), SendError>, StoreError> {
        let Desk { claim, target, rest } = *desk;
        let key = notify::dedup_key(&self.name, &target.slot);
        let incident = match rest.incident(&key).await {
            Ok(Some(incident)) => incident,
            Ok(None) => return Ok(Err(unknown())),
            Err(error) => return Ok(Err(unsent(error))),
        };
        if let Some(line) = sought {
            match rest.notes(&incident).await {
                Ok(notes) if notes.iter().any(|note| note.lines().next() == Some(line)) => {
                    self.store.note_note(claim, target, of, Now::Sent, clock::now()).await?;
                    return Ok(Ok(()));
                }
                Ok(_) => {}
                Err(error) => return Ok(Err(unsent(error))),
            }
        }
        self.store.note_note(claim, target, of, Now::Sending, clock::now()).await?;
        let answer = rest.note(&incident, content).await;
        fail::pass(Step::Noted);
        let now = match &answer {
            Ok(()) => Now::Sent,
            // It may stand there: whoever comes next looks for it.
            Err(error) if error.class == Class::Ambiguous => Now::Sending,
            Err(_) => Now::Wanted,
        };
        self.store.note_note(claim, target, of, now, clock::now()).await?;
        if answer.is_ok() {
            tracing::info!(receiver = target.receiver, note = of.as_str(), "noted");
        }
        Ok(answer)
    }

    /// Another try, or none.
    async fn not_noted(&self, desk: &Desk<'_>, of: NoteOf, error: &SendError) -> Result<Outcome, StoreError> {
        let Desk { claim, target, .. } = *desk;
        let (now, reason) = (clock::now(), error.reason.as_str());
        let Some(after) = again(claim, error, now) else {
            tracing::warn!(receiver = target.receiver, reason, "a note is not written");
            self.store.note_note(claim, target, of, Now::Parked(reason), now).await?;
            // The other one has a try of its own.
            return Ok(Outcome::Later(std::time::Duration::ZERO));
        };
        Ok(Outcome::Retry { after, error: reason.to_owned() })
    }
}

/// A question that was not answered has written nothing.
fn unsent(error: SendError) -> SendError {
    match error.class {
        Class::Ambiguous => SendError { class: Class::Retry { after: None }, ..error },
        _ => error,
    }
}

fn unknown() -> SendError {
    let reason = "PagerDuty's REST API knows no incident of this page yet: `pagerduty_configs.api_token` has to be of the account \
                  and region of its routing key";
    SendError { class: Class::Retry { after: None }, reason: reason.to_owned() }
}
