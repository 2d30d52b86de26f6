//! When a message that was not taken is tried again, and when that has no sense any more.
//!
//! Knows the classes of failure. Must not know which receiver failed, the clock or a source of chance.

use std::time::Duration;

/// How a send failed, as the door that sent it judges by its receiver's rules (FACTS C, D).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// It was not applied, and may be later.
    Retry {
        /// The receiver said not to come back before this.
        after: Option<Duration>,
    },
    /// It was refused, and will be however often it is tried.
    Fail,
    /// The message to edit is not there any more.
    Gone,
    /// It was sent and the answer was lost: it may have been applied.
    Ambiguous,
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try again after this delay.
    Again(Duration),
    /// Post the message anew: there is nothing to edit.
    Replace,
    /// Give up until a person acts; the door's reason says how.
    Park,
}

/// How long a page (an edge) is tried: a receiver that is down for a night is still told in the morning, while an
/// older page would wake people for what is long over.
pub const PAGE_PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// How long an edit (a level) is tried: the next level replaces it, and the page has it all.
pub const EDIT_PATIENCE: Duration = Duration::from_secs(3600);

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// A `Retry-After` beyond this is taken for a mistake: a page must not sleep for a day on a header.
const LONGEST_ASKED: Duration = Duration::from_secs(3600);

/// How long the receiver asked everybody who uses its key to stay away.
pub fn asked(class: Class) -> Option<Duration> {
    match class {
        Class::Retry { after } => after.map(|wait| wait.min(LONGEST_ASKED)),
        Class::Fail | Class::Gone | Class::Ambiguous => None,
    }
}

/// What follows after failure number `attempt` (from 1) of a message first tried `age` ago.
///
/// Delays double from 1 s to 5 min and are spread over their upper half by `random` (0 to 1), so that messages that
/// failed together do not return together. A longer wait that the receiver asked for is kept, plus up to a tenth.
/// An ambiguous failure is tried like any other: better told twice than not at all.
pub fn next(class: Class, attempt: u32, age: Duration, patience: Duration, random: f64) -> Next {
    match class {
        Class::Fail => return Next::Park,
        Class::Gone => return Next::Replace,
        Class::Ambiguous | Class::Retry { .. } => {}
    }
    if age >= patience {
        return Next::Park;
    }
    let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 0.5 };
    let doubled = FIRST.saturating_mul(1_u32 << attempt.saturating_sub(1).min(16)).min(LONGEST);
    let ours = doubled.mul_f64(0.5 + random / 2.0);
    Next::Again(asked(class).map_or(ours, |wait| ours.max(wait.mul_f64(1.0 + random / 10.0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Class = Class::Retry { after: None };

    fn delay(class: Class, attempt: u32, random: f64) -> Duration {
        match next(class, attempt, Duration::ZERO, PAGE_PATIENCE, random) {
            Next::Again(delay) => delay,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn delays_double_to_a_cap_and_are_spread() {
        let seconds: Vec<_> = (1..=11).map(|n| delay(RETRY, n, 1.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(delay(RETRY, 3, 0.0), Duration::from_secs(2));
        assert_eq!(delay(Class::Ambiguous, 3, 0.5), Duration::from_secs(3));
        for odd in [f64::NAN, -3.0, 7.0] {
            assert!((Duration::from_secs(150)..=LONGEST).contains(&delay(RETRY, u32::MAX, odd)));
        }
        assert!(delay(RETRY, 0, 1.0) == FIRST, "an attempt counted from 0 is no overflow");
    }

    #[test]
    fn a_receivers_own_wait_is_kept_but_not_for_ever() {
        let asked = |seconds| Class::Retry { after: Some(Duration::from_secs(seconds)) };
        assert_eq!(super::asked(asked(86_400)), Some(LONGEST_ASKED));
        assert_eq!(delay(asked(600), 1, 0.0), Duration::from_secs(600));
        assert_eq!(delay(asked(600), 1, 1.0), Duration::from_secs(660));
        assert_eq!(delay(asked(1), 9, 0.0), Duration::from_secs(128), "ours is longer");
        assert_eq!(delay(asked(86_400), 1, 0.0), LONGEST_ASKED);
    }

    #[test]
    fn hopeless_is_parked_at_once_and_the_rest_when_patience_ends() {
        let ends = |class, age, patience| next(class, 1, age, patience, 0.5);
        assert_eq!(ends(Class::Fail, Duration::ZERO, PAGE_PATIENCE), Next::Park);
        assert_eq!(ends(Class::Gone, PAGE_PATIENCE, EDIT_PATIENCE), Next::Replace);
        assert_eq!(ends(RETRY, PAGE_PATIENCE, PAGE_PATIENCE), Next::Park);
        assert_eq!(ends(Class::Ambiguous, EDIT_PATIENCE, EDIT_PATIENCE), Next::Park);
        assert!(matches!(ends(RETRY, EDIT_PATIENCE, PAGE_PATIENCE), Next::Again(_)));
    }
}
