//! Changes that firstlook was told of, passed on to the pagers that want them.
//!
//! Knows how often, and the policy of trying again. Must not know what a change event says. A change that was under way at a
//! death is passed on again: it is a line that nobody is rung for.

use std::time::Duration;

use chrono::TimeDelta;
use firstlook_core::notify::{self, backoff};

use super::{Deliver, Integration};
use crate::clock;
use crate::receivers::Class;
use crate::store::{Outcome, StoreError};

/// The key of the job, which stands for ever where a pager wants changes.
pub const CHANGES: &str = "forward-changes";
/// How often it is looked for new ones.
const EVERY: Duration = Duration::from_secs(3);
/// How many are passed on to one pager at each look: no more than its minute has room for.
const MOST: i64 = 5;
/// Older ones are no news any more.
const NEWS: TimeDelta = TimeDelta::hours(1);
/// How long a pager that does not answer is left alone.
const PAUSE: Duration = Duration::from_secs(30);

impl Deliver {
    /// The jobs that stand for ever, by key.
    pub fn standing(&self) -> Vec<String> {
        let wanted = self.ways.values().any(|way| match &way.integration {
            Integration::PagerDuty(api) => api.wants_changes(),
            _ => false,
        });
        wanted.then(|| CHANGES.to_owned()).into_iter().collect()
    }

    /// Passes on what is new.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn changes(&self) -> Result<Outcome, StoreError> {
        let mut next = EVERY;
        for ((receiver, integration), way) in &self.ways {
            let Integration::PagerDuty(api) = &way.integration else { continue };
            if !api.wants_changes() {
                continue;
            }
            let now = clock::now();
            let to = (receiver.as_str(), integration.as_str());
            for (id, event) in self.store.untold_changes(to, now - NEWS, MOST).await? {
                let body = notify::pagerduty_change(&event, &self.words.redactor);
                let refused = match api.change(&body).await {
                    Ok(()) => None,
                    Err(error) if error.class == Class::Fail => {
                        let (receiver, reason) = (receiver.as_str(), error.reason.as_str());
                        tracing::warn!(receiver, reason, "a change is not passed on");
                        Some(error.reason)
                    }
                    Err(error) => {
                        tracing::warn!(receiver, reason = error.reason, "changes are passed on later");
                        next = next.max(backoff::asked(error.class).unwrap_or(PAUSE));
                        break;
                    }
                };
                self.store.change_told(id, to, clock::now(), refused.as_deref()).await?;
            }
        }
        if self.standing().is_empty() { Ok(Outcome::Done) } else { Ok(Outcome::Later(next)) }
    }
}
