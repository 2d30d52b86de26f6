//! Words of charts: what their lines mean, and what a picture shows for who cannot see it.
//!
//! Knows relations and ranges. Must not know places or colours.

use crate::evidence::Redacted;
use crate::evidence::metric::{Limit, Range, Relation};

/// A measured value with its unit: `38.2 %`, `0.00412`.
fn figure(value: f64, unit: &Redacted) -> String {
    let value = Redacted::figure(value);
    if unit.as_str().is_empty() { value.to_string() } else { format!("{value} {unit}") }
}

/// `normally 0.1 to 0.4 %`.
pub fn normal(range: &Range, unit: &Redacted) -> String {
    if range.low >= range.high {
        return format!("normally {}", figure(range.low, unit));
    }
    format!("normally {} to {}", Redacted::figure(range.low), figure(range.high, unit))
}

/// `alarm above 5 %`.
pub fn limit(limit: &Limit, unit: &Redacted) -> String {
    let relation = match limit.relation {
        Relation::Above => "above",
        Relation::AtLeast => "at or above",
        Relation::Below => "below",
        Relation::AtMost => "at or below",
    };
    format!("alarm {relation} {}", figure(limit.value, unit))
}

/// `since the alarm 03:07`.
pub fn alarm_at(clock: &str) -> String {
    format!("since the alarm {clock}")
}

/// `2026-11-20, UTC`; two days where it spans them.
pub fn day(from: &str, until: &str, zone: &str) -> String {
    if from == until { format!("{from}, {zone}") } else { format!("{from} to {until}, {zone}") }
}

/// The beginning of what is read aloud.
pub fn chart_of(from: &str, until: &str) -> String {
    format!("Line chart from {from} to {until}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_they_mean_in_their_unit() {
        let (percent, none) = (Redacted::fixed("%"), Redacted::default());
        let range = |low, high| Range { low, median: low, high, values: 9 };
        assert_eq!(normal(&range(0.1, 0.4), &percent), "normally 0.1 to 0.4 %");
        assert_eq!(normal(&range(20.0, 20.0), &none), "normally 20");
        for (relation, want) in [
            (Relation::Above, "alarm above 5 %"),
            (Relation::AtLeast, "alarm at or above 5 %"),
            (Relation::Below, "alarm below 5 %"),
            (Relation::AtMost, "alarm at or below 5 %"),
        ] {
            assert_eq!(limit(&Limit { relation, value: 5.0 }, &percent), want);
        }
        assert_eq!(day("2026-11-19", "2026-11-20", "JST"), "2026-11-19 to 2026-11-20, JST");
        assert_eq!(day("2026-11-20", "2026-11-20", "UTC"), "2026-11-20, UTC");
    }
}
