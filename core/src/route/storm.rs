//! Storms: when so much begins at a receiver that one message tells of it, what is still told singly, and when it ends.
//!
//! Knows counts, severities and times. Must not know how they are counted, nor what a storm's message says.
//!
//! It begins past a number of incidents in a window, and ends once no more than half of that began in each window for a
//! whole one: so that it does not begin and end with every gust.

use chrono::{DateTime, TimeDelta, Utc};

use crate::alert::Severity;

/// `storm:` of the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// More incidents than this within the window are a storm.
    pub incidents: usize,
    /// How far back is counted.
    pub window: TimeDelta,
}

impl Default for Limits {
    fn default() -> Self {
        Self { incidents: 20, window: TimeDelta::minutes(1) }
    }
}

/// How a receiver stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// No storm.
    Fair,
    /// A storm.
    Storm {
        /// Since when little has begun.
        calm_since: Option<DateTime<Utc>>,
    },
}

/// What becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It stays as it is.
    Stays,
    /// A storm begins.
    Begins,
    /// It calms down since then, or no longer does.
    Calms(Option<DateTime<Utc>>),
    /// It is over.
    Ends,
}

/// What becomes of a receiver at which `recent` incidents began, or rang again, within the window before `now`.
pub fn turn(limits: Limits, weather: Weather, recent: usize, now: DateTime<Utc>) -> Turn {
    match weather {
        Weather::Fair if recent > limits.incidents => Turn::Begins,
        Weather::Fair => Turn::Stays,
        Weather::Storm { calm_since } => {
            let calm = recent <= limits.incidents / 2;
            match (calm, calm_since) {
                (true, Some(since)) if now - since >= limits.window => Turn::Ends,
                (true, None) => Turn::Calms(Some(now)),
                (false, Some(_)) => Turn::Calms(None),
                (true, Some(_)) | (false, None) => Turn::Stays,
            }
        }
    }
}

/// Something that waits to be told singly, or was told by a storm alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting<T> {
    /// What.
    pub what: T,
    /// The incident's severity.
    pub severity: Severity,
    /// The incident's number: older ones have lower ones.
    pub number: i64,
}

/// The most severe that there is `room` for, in order of severity and then of age, and those that there is none for.
pub fn most_severe<T>(mut all: Vec<Waiting<T>>, room: usize) -> (Vec<Waiting<T>>, Vec<Waiting<T>>) {
    all.sort_by_key(|one| (std::cmp::Reverse(one.severity), one.number));
    let rest = all.split_off(room.min(all.len()));
    (all, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Severity::{Critical, Info, Warning};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_111_680 + seconds, 0).unwrap()
    }

    #[test]
    fn it_begins_past_the_number_and_ends_after_a_window_of_little() {
        let storm = |since: Option<i64>| Weather::Storm { calm_since: since.map(at) };
        for (weather, recent, now, turns) in [
            (Weather::Fair, 0, 0, Turn::Stays),
            (Weather::Fair, 20, 0, Turn::Stays),
            (Weather::Fair, 21, 0, Turn::Begins),
            (Weather::Fair, 10_000, 0, Turn::Begins),
            (storm(None), 21, 0, Turn::Stays),
            // Between the two bounds nothing changes: a gust neither begins nor ends anything.
            (storm(None), 11, 0, Turn::Stays),
            (storm(None), 10, 5, Turn::Calms(Some(at(5)))),
            (storm(Some(5)), 10, 64, Turn::Stays),
            (storm(Some(5)), 11, 64, Turn::Calms(None)),
            (storm(Some(5)), 10, 65, Turn::Ends),
            (storm(Some(5)), 0, 1_000, Turn::Ends),
            // A clock that was set back ends nothing.
            (storm(Some(5)), 0, -1_000, Turn::Stays),
        ] {
            assert_eq!(
                turn(Limits::default(), weather, recent, at(now)),
                turns,
                "{weather:?} {recent} {now}"
            );
        }
    }

    #[test]
    fn one_incident_may_be_the_limit() {
        let limits = Limits { incidents: 1, window: TimeDelta::seconds(1) };
        assert_eq!(turn(limits, Weather::Fair, 2, at(0)), Turn::Begins);
        let calm = Weather::Storm { calm_since: Some(at(0)) };
        assert_eq!(turn(limits, calm, 1, at(1)), Turn::Calms(None));
        assert_eq!(turn(limits, calm, 0, at(1)), Turn::Ends);
    }

    #[test]
    fn the_most_severe_go_singly_and_the_oldest_of_those() {
        let waiting = |(number, severity)| Waiting { what: (), severity, number };
        let numbers = |all: &[Waiting<()>]| all.iter().map(|one| one.number).collect::<Vec<_>>();
        let all = [(1, Info), (2, Critical), (3, Warning), (4, Critical), (5, Warning)];
        for (room, goes, stays) in [
            (0, vec![], vec![2, 4, 3, 5, 1]),
            (1, vec![2], vec![4, 3, 5, 1]),
            (3, vec![2, 4, 3], vec![5, 1]),
            (usize::MAX, vec![2, 4, 3, 5, 1], vec![]),
        ] {
            let (singly, rest) = most_severe(all.map(waiting).to_vec(), room);
            assert_eq!((numbers(&singly), numbers(&rest)), (goes, stays), "room for {room}");
        }
    }
}
