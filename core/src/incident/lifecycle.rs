//! The times that bound an incident's life, and what is a flap.
//!
//! Knows times alone. Must not know alerts.

use chrono::{DateTime, TimeDelta, Utc};

/// From `incidents:` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifecycle {
    /// A firing so soon after the end goes on with the same incident.
    pub reopen_within: TimeDelta,
    /// Messages that arrive within this time of each other may have overtaken one another.
    pub reorder_window: TimeDelta,
    /// What is a flap.
    pub flapping: Flapping,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            reopen_within: TimeDelta::minutes(15),
            reorder_window: TimeDelta::seconds(60),
            flapping: Flapping { transitions: 3, window: TimeDelta::minutes(10) },
        }
    }
}

/// An incident flaps once it has ended or gone on again so often within so long; its opening is no transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flapping {
    /// How many ends and reopenings.
    pub transitions: usize,
    /// Within which time.
    pub window: TimeDelta,
}

impl Flapping {
    /// Those of `transitions` that are still within the window.
    pub fn recent(self, transitions: &[DateTime<Utc>], now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        transitions.iter().copied().filter(|at| now - *at < self.window).collect()
    }

    /// Adds a transition at `now` to `recent`, which keeps those of the window. Where they are a flap, returns until when
    /// it counts as one unless it goes on.
    pub fn note(self, recent: &mut Vec<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        *recent = self.recent(recent, now);
        recent.push(now);
        (recent.len() >= self.transitions).then(|| now + self.window)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_transitions_of_ten_minutes_are_a_flap() {
        let flapping = Lifecycle::default().flapping;
        let at = |seconds: i64| DateTime::from_timestamp(1_795_111_620 + seconds, 0).unwrap_or_default();
        let mut recent = Vec::new();
        assert_eq!(flapping.note(&mut recent, at(0)), None);
        assert_eq!(flapping.note(&mut recent, at(300)), None);
        assert_eq!(flapping.note(&mut recent, at(599)), Some(at(1199)));
        // The first one has left the window.
        assert_eq!(flapping.note(&mut recent, at(910)), None);
        assert_eq!(recent, [at(599), at(910)]);
    }
}
