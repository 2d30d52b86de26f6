//! How fast a service may be asked that takes so many requests a second in each region, whoever asks.
//!
//! Knows turns. Must not know what is asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Whose turn is when, by region, for all incidents of this process.
#[derive(Debug)]
pub(super) struct Pace {
    between: Duration,
    next: Mutex<BTreeMap<String, Instant>>,
}

impl Pace {
    /// A turn every `between`.
    pub fn new(between: Duration) -> Self {
        Self { between, next: Mutex::default() }
    }

    /// Waits for a turn in `region`. False where none is before `until`.
    pub async fn turn(&self, region: &str, until: Instant) -> bool {
        let Some(turn) = self.take(region, Instant::now(), until) else { return false };
        tokio::time::sleep_until(turn).await;
        true
    }

    /// The next turn from `now` on that nobody has, if it is before `until`.
    fn take(&self, region: &str, now: Instant, until: Instant) -> Option<Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let free = next.get(region).copied().unwrap_or(now).max(now);
        if free >= until {
            return None;
        }
        next.insert(region.to_owned(), free + self.between);
        Some(free)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_as_far_apart_as_is_said_in_each_region_and_none_is_taken_that_is_too_late() {
        let (pace, begun) = (Pace::new(Duration::from_millis(550)), Instant::now());
        let after = |millis| begun + Duration::from_millis(millis);
        for (region, now, turn) in [
            ("a", 0, Some(0)),
            ("a", 10, Some(550)),
            ("b", 10, Some(10)),
            ("a", 20, Some(1_100)),
            ("a", 30, Some(1_650)),
            ("a", 40, None),
            ("a", 50, None),
            ("b", 1_999, Some(1_999)),
        ] {
            assert_eq!(pace.take(region, after(now), after(2_000)), turn.map(after), "{region} at {now}");
        }
        assert_eq!(pace.take("a", after(2_100), after(9_000)), Some(after(2_200)), "no turn was lost");
    }
}
