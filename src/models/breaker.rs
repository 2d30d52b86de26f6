//! A model that fails again and again is not asked for a while, so that nobody waits for it.
//!
//! Knows when a model may be asked. Must not know what asking is. Each process finds out for itself: what one cannot reach,
//! another may.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// So many failures in a row open it.
const FAILURES: u32 = 5;
/// How long it stays open at first; doubled each time that the one call after it fails too.
const FIRST: Duration = Duration::from_secs(30);
/// How long at most.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Whether a model may be asked.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// Why the last one failed.
    reason: String,
    /// Until when nobody asks, and for how long that was.
    open: Option<(Instant, Duration)>,
}

impl Breaker {
    /// Lets one through: always while it is closed; while it is open the first one after its time, and no other
    /// until that one has ended.
    ///
    /// # Errors
    /// In words, why not.
    pub fn pass(&self, now: Instant) -> Result<(), String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((until, pause)) = state.open else { return Ok(()) };
        if until > now {
            let seconds = (until - now).as_secs() + 1;
            return Err(format!(
                "It failed {} times in a row and is left alone for {seconds} s more; the last time: {}",
                state.failures, state.reason
            ));
        }
        // Whoever dies with it leaves the next try to another, after the same time.
        state.open = Some((now + pause, pause));
        Ok(())
    }

    /// It answered.
    pub fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = State::default();
    }

    /// It did not, and why.
    pub fn failed(&self, now: Instant, reason: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.failures = state.failures.saturating_add(1);
        reason.clone_into(&mut state.reason);
        if state.failures >= FAILURES {
            let pause = state.open.map_or(FIRST, |(_, pause)| (pause * 2).min(LONGEST));
            state.open = Some((now + pause, pause));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_and_tries_one_at_a_time() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        for _ in 0..4 {
            breaker.failed(start, "throttled");
        }
        breaker.answered();
        for _ in 0..4 {
            breaker.failed(start, "throttled");
            assert_eq!(breaker.pass(start), Ok(()), "not in a row");
        }
        breaker.failed(start, "throttled.");
        let words = breaker.pass(after(1)).unwrap_err();
        assert_eq!(
            words,
            "It failed 5 times in a row and is left alone for 30 s more; the last time: throttled."
        );
        assert_eq!(breaker.pass(after(30)), Ok(()), "one tries");
        assert!(breaker.pass(after(30)).is_err(), "and no other meanwhile");
        breaker.failed(after(31), "hung.");
        assert!(breaker.pass(after(90)).unwrap_err().contains("for 2 s more; the last time: hung."));
        assert_eq!(breaker.pass(after(91)), Ok(()));
        breaker.answered();
        assert_eq!(breaker.pass(after(92)), Ok(()));
    }

    #[test]
    fn it_waits_no_longer_than_a_quarter_of_an_hour() {
        let (breaker, mut now) = (Breaker::default(), Instant::now());
        for _ in 0..20 {
            breaker.failed(now, "");
            now += LONGEST;
            assert!(breaker.pass(now).is_ok());
        }
    }
}
