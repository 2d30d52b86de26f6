//! How fast one receiver may be told, and what goes first when not everything may go now.
//!
//! Knows the arithmetic of a rate. Must not know which receiver has it, nor the clock: the bucket is kept elsewhere.

use std::time::Duration;

use crate::alert::Severity;
use crate::incident::EdgeKind;

const MINUTE: Duration = Duration::from_secs(60);

/// At most so many messages in any minute: a tenth of them may go at once, the others follow evenly.
///
/// The two figures are those of a leaky bucket that is kept as one point in time, "open from": a message may go when
/// that has come, and moves it to `max(open from, now - slack) + every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// What one message costs.
    pub every: Duration,
    /// What may be saved up while nothing is sent.
    pub slack: Duration,
}

impl Rate {
    /// No limit of its own; what the receiver asks for still holds.
    pub const UNLIMITED: Self = Self { every: Duration::ZERO, slack: Duration::from_secs(1) };

    /// At most `most` in any minute; at least one.
    pub fn per_minute(most: u32) -> Self {
        let at_once = (most / 10).max(1);
        // A minute that begins with all that was saved up holds `at_once - 1` more than those that follow evenly.
        let every = MINUTE / (most.max(1) - at_once + 1);
        Self { every, slack: every.saturating_mul(at_once - 1) }
    }

    /// How many messages may go within `horizon` where the bucket opens in `opens_in` seconds, or opened so long before.
    pub fn within(self, horizon: Duration, opens_in: f64) -> usize {
        let horizon = horizon.as_secs_f64();
        if !opens_in.is_finite() || opens_in > horizon {
            return 0;
        }
        let every = self.every.as_secs_f64();
        if every <= 0.0 {
            return usize::MAX;
        }
        // A quotient of what is bounded above and positive.
        ((horizon - opens_in.max(-self.slack.as_secs_f64())) / every + 1.0) as usize
    }
}

/// The place of what stands under a message, a picture or an analysis: behind everything that the incident is told by.
pub const BESIDE: i16 = 5;

/// The place in the queue of one receiver, 0 first: what begins, the worst first; then what ends or was taken; then
/// edits (`None`).
pub fn urgency(kind: Option<EdgeKind>, severity: Severity) -> i16 {
    match (kind, severity) {
        (None, _) => 4,
        (Some(EdgeKind::Acknowledge | EdgeKind::Resolve), _) => 3,
        (Some(_), Severity::Info) => 2,
        (Some(_), Severity::Warning) => 1,
        (Some(_), Severity::Critical) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends as fast as the bucket allows for `seconds`, asking every 10 ms; returns when each message went.
    fn sent(rate: Rate, seconds: u64) -> Vec<Duration> {
        let mut opens_at = Duration::ZERO;
        let mut went = Vec::new();
        // The clock begins late enough for everything that can be saved up.
        let begin = Duration::from_secs(600);
        for tick in 0..seconds * 100 {
            let now = begin + Duration::from_millis(tick * 10);
            while opens_at <= now {
                opens_at = opens_at.max(now - rate.slack) + rate.every;
                went.push(now);
            }
        }
        went
    }

    #[test]
    fn no_minute_has_more_than_it_may_and_little_is_wasted() {
        for most in [1, 2, 6, 10, 60, 120, 600] {
            let went = sent(Rate::per_minute(most), 300);
            let busiest = went
                .iter()
                .map(|from| went.iter().filter(|at| **at >= *from && **at < *from + MINUTE).count())
                .max();
            let allowed = usize::try_from(most).unwrap();
            assert!(busiest.unwrap() <= allowed, "{most} a minute: {busiest:?}");
            assert!(went.len() >= allowed * 4, "{most} a minute: only {} in five minutes", went.len());
        }
    }

    #[test]
    fn a_tenth_goes_at_once() {
        for (most, at_once) in [(1, 1), (10, 1), (60, 6), (120, 12)] {
            let went = sent(Rate::per_minute(most), 1);
            let first = went.iter().filter(|at| **at == went[0]).count();
            assert_eq!(first, at_once, "{most} a minute");
        }
    }

    #[test]
    fn what_a_bucket_takes_soon_is_what_it_saved_up_and_what_comes() {
        let soon = Duration::from_secs(10);
        let slack = Rate::per_minute(60);
        for (opens_in, room) in [(-100.0, 15), (0.0, 10), (5.0, 5), (10.0, 1), (10.1, 0), (f64::INFINITY, 0)]
        {
            assert_eq!(slack.within(soon, opens_in), room, "opens in {opens_in}");
        }
        assert_eq!(Rate::UNLIMITED.within(soon, 0.0), usize::MAX);
        assert_eq!(Rate::UNLIMITED.within(soon, 11.0), 0, "it asked to be left alone");
    }

    #[test]
    fn what_begins_goes_first_and_the_worst_of_it() {
        let order = [
            (Some(EdgeKind::Retrigger), Severity::Critical),
            (Some(EdgeKind::Trigger), Severity::Warning),
            (Some(EdgeKind::SeverityRaised), Severity::Info),
            (Some(EdgeKind::Resolve), Severity::Critical),
            (None, Severity::Critical),
        ];
        let places: Vec<_> = order.iter().map(|(kind, severity)| urgency(*kind, *severity)).collect();
        assert_eq!(places, [0, 1, 2, 3, 4]);
    }
}
