//! What waits to ring at one PagerDuty integration while the store is away: each key once, at its rate, tried again.
//!
//! Knows the queue, which is in memory alone. Must not know what an event says.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use firstlook_core::notify::backoff::{self, Next};
use rand::Rng;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::receivers::pagerduty::PagerDuty;
use crate::telemetry::labels::SendOutcome;
use crate::telemetry::metrics::{self, Metric};

/// Events that wait at most; the groups of the others are looked at again when there is room.
const MOST_WAITING: usize = 500;
/// Between two events: 120 a minute (FACTS C).
const PACE: Duration = Duration::from_millis(500);

/// One integration.
#[derive(Debug)]
pub struct Pager {
    receiver: String,
    api: PagerDuty,
    queue: Mutex<Queue>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// The keys that wait, ring or have rung.
    keys: HashSet<String>,
    sent: u64,
    /// How often it was cleared: what is on its way meanwhile does not come back.
    cleared: u64,
}

#[derive(Debug)]
struct Waiting {
    key: String,
    event: Value,
    first: Instant,
    due: Instant,
    tries: u32,
}

impl Pager {
    /// `receiver`: for the log.
    pub fn new(receiver: String, api: PagerDuty) -> Self {
        Self { receiver, api, queue: Mutex::default(), wake: Notify::new() }
    }

    /// Has an event rung once, soon. False where too many wait.
    pub fn offer(&self, key: &str, event: &Value) -> bool {
        let mut queue = self.queue();
        if queue.keys.contains(key) {
            return true;
        }
        if queue.waiting.len() >= MOST_WAITING {
            return false;
        }
        let now = Instant::now();
        queue.keys.insert(key.to_owned());
        let (key, event) = (key.to_owned(), event.clone());
        queue.waiting.push_back(Waiting { key, event, first: now, due: now, tries: 0 });
        self.wake.notify_one();
        true
    }

    /// The store is back, and what still waits is told by it: a late trigger could follow the incident's end.
    pub fn clear(&self) {
        let mut queue = self.queue();
        queue.cleared += 1;
        while let Some(waiting) = queue.waiting.pop_front() {
            queue.keys.remove(&waiting.key);
        }
    }

    /// The outage is over: forgets what has rung, and says how much.
    pub fn forget(&self) -> u64 {
        let mut queue = self.queue();
        queue.keys.clear();
        std::mem::take(&mut queue.sent)
    }

    /// Sends what waits, for ever.
    pub async fn run(&self) {
        loop {
            let now = Instant::now();
            let (next, due) = self.next(now);
            match (next, due) {
                (Some(waiting), _) => {
                    self.send(waiting).await;
                    sleep(PACE).await;
                }
                (None, Some(due)) => tokio::select! {
                    () = self.wake.notified() => {}
                    () = sleep_until(due) => {}
                },
                (None, None) => self.wake.notified().await,
            }
        }
    }

    /// The first that is due, else when the next one will be.
    fn next(&self, now: Instant) -> (Option<Waiting>, Option<Instant>) {
        let mut queue = self.queue();
        let at = queue.waiting.iter().position(|one| one.due <= now);
        let next = at.and_then(|at| queue.waiting.remove(at));
        (next, queue.waiting.iter().map(|one| one.due).min())
    }

    async fn send(&self, mut waiting: Waiting) {
        let receiver = self.receiver.as_str();
        let cleared = self.queue().cleared;
        let sent = self.api.send(&waiting.event).await;
        let Err(error) = sent else {
            count(SendOutcome::Sent);
            self.queue().sent += 1;
            tracing::warn!(receiver, key = waiting.key, "rung without the database");
            return;
        };
        waiting.tries += 1;
        let chance = rand::rng().random_range(0.0..1.0);
        let age = waiting.first.elapsed();
        match backoff::next(error.class, waiting.tries, age, backoff::PAGE_PATIENCE, chance) {
            Next::Again(after) => {
                count(SendOutcome::Retried);
                tracing::warn!(receiver, reason = error.reason, "a page without the database is tried again");
                waiting.due = Instant::now() + after;
                let mut queue = self.queue();
                if queue.cleared == cleared {
                    queue.waiting.push_back(waiting);
                } else {
                    queue.keys.remove(&waiting.key);
                }
            }
            Next::Replace | Next::Park => {
                count(SendOutcome::Parked);
                tracing::error!(receiver, reason = error.reason, "a page without the database was refused");
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(outcome: SendOutcome) {
    metrics::count(Metric::UnstoredPages, &[outcome.into()]);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::secret::Secret;

    fn pager() -> Pager {
        // Nothing listens there.
        let client = crate::http::client(Duration::from_secs(2)).unwrap();
        Pager::new("oncall".into(), PagerDuty::new(client, "http://127.0.0.1:9/", Secret::new("key")))
    }

    #[tokio::test]
    async fn a_key_waits_once_and_there_is_an_end_of_room() {
        let pager = pager();
        assert!(pager.offer("a", &json!({})) && pager.offer("a", &json!({})));
        assert_eq!(pager.queue().waiting.len(), 1);
        assert!((1..MOST_WAITING).all(|n| pager.offer(&n.to_string(), &json!({}))));
        assert!(!pager.offer("one too many", &json!({})));
        pager.clear();
        assert!(pager.queue().waiting.is_empty() && pager.offer("one too many", &json!({})));
    }

    #[tokio::test]
    async fn what_fails_waits_for_its_turn_and_what_was_cleared_meanwhile_does_not_come_back() {
        let pager = pager();
        pager.offer("a", &json!({}));
        let waiting = pager.next(Instant::now()).0.unwrap();
        pager.send(waiting).await;
        let (next, due) = pager.next(Instant::now());
        assert!(next.is_none() && due.is_some(), "it is not due yet");
        let (waiting, _) = pager.next(due.unwrap());
        let sending = pager.send(waiting.unwrap());
        futures_util::future::join(sending, async { pager.clear() }).await;
        assert!(pager.queue().waiting.is_empty() && pager.queue().keys.is_empty());
    }
}
