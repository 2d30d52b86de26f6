//! Round instants of a stretch of time, where people look for them on an axis.
//!
//! Knows steps of clocks. Must not know what is drawn over them.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::super::zone::Zone;
use crate::evidence::Window;

/// Between two ticks, in minutes.
const STEPS: [i64; 11] = [1, 2, 5, 10, 15, 30, 60, 120, 360, 1440, 2880];
/// However long it is.
const MOST: usize = 12;

/// Instants that are round in `zone`, about `most` at the most, each with its place from 0 to 1.
pub fn ticks(window: Window, zone: &Zone, most: i64) -> Vec<(f64, DateTime<Utc>)> {
    let minutes = window.length().num_minutes();
    let step = STEPS.into_iter().find(|step| minutes / step < most).unwrap_or(1440 * 7);
    let step = TimeDelta::minutes(step);
    let mut ticks = Vec::new();
    let Ok(first) = zone.local(window.start).duration_trunc(step) else { return ticks };
    let mut at = first.to_utc();
    while at <= window.end && ticks.len() < MOST {
        if let Some(share) = window.share(at) {
            ticks.push((share, at));
        }
        let Some(next) = at.checked_add_signed(step) else { break };
        at = next;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(from: &str, until: &str, zone: &Zone) -> Vec<String> {
        let window = Window { start: from.parse().unwrap(), end: until.parse().unwrap() };
        ticks(window, zone, 8).into_iter().map(|(_, at)| zone.clock(at)).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        let utc = Zone::utc();
        let quarter = texts("2026-11-19T17:52:00Z", "2026-11-19T18:09:00Z", &utc);
        assert_eq!(quarter, ["17:55", "18:00", "18:05"]);
        let long = texts("2026-11-18T00:00:00Z", "2026-11-19T18:00:00Z", &utc);
        assert!(!long.is_empty() && long.len() <= 8, "{long:?}");
        let fortnight = texts("2026-11-06T18:00:00Z", "2026-11-20T18:00:00Z", &utc);
        assert_eq!(fortnight.len(), 7, "{fortnight:?}");
        assert!(texts("2026-11-19T18:00:00Z", "2026-11-19T17:00:00Z", &utc).is_empty(), "backwards");
        assert!(texts("1026-11-19T18:00:00Z", "2026-11-19T17:00:00Z", &utc).len() <= MOST);
    }

    #[test]
    fn they_are_round_where_people_are() {
        let kathmandu = Zone::named("Asia/Kathmandu").unwrap();
        let hours = texts("2026-11-19T16:40:00Z", "2026-11-19T20:40:00Z", &kathmandu);
        assert_eq!(hours.first().map(String::as_str), Some("23:00"), "{hours:?}");
    }
}
