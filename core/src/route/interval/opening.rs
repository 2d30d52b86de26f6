//! When intervals next begin or end: found by going from one instant at which a span may change to the next.
//!
//! Knows the arithmetic of clocks that are put forward and back. Must not know what is waited for.

use chrono::{DateTime, Offset, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::{Interval, Span};

/// How far is looked ahead: what does not come within more than a year does not come for those who wait.
const AHEAD: TimeDelta = TimeDelta::days(400);
const DAY: i32 = 24 * 60;

/// The first instant behind `now` at which `holds` is true, where it depends on nothing but these intervals; `None` where
/// that does not come within 400 days.
pub fn next(
    intervals: &[&Interval],
    now: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> Option<DateTime<Utc>> {
    let spans = || intervals.iter().flat_map(|interval| &interval.spans);
    let mut at = now;
    while at <= now + AHEAD {
        at = spans().map(|span| change(span, at)).min()?;
        if holds(at) {
            return Some(at);
        }
    }
    None
}

/// The first instant behind `at` at which the span may begin or end: one of its minutes, midnight, or where the clocks are
/// changed.
fn change(span: &Span, at: DateTime<Utc>) -> DateTime<Utc> {
    let at = at.with_second(0).and_then(|at| at.with_nanosecond(0)).unwrap_or(at);
    let local = at.with_timezone(&span.zone);
    let minute = i32::try_from(local.hour() * 60 + local.minute()).unwrap_or(0);
    let bounds = span.times.iter().flat_map(|one| [one.from, one.to]).chain([DAY]);
    let next = bounds.filter(|bound| *bound > minute).min().unwrap_or(DAY);
    let by = at + TimeDelta::minutes(i64::from(next - minute));
    if offset(span.zone, by) == offset(span.zone, at) { by } else { changed(span.zone, at, by) }
}

/// The first minute behind `from`, up to `to`, at which the clocks show another offset than at `from`.
fn changed(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let before = offset(zone, from);
    let (mut same, mut other) = (0, (to - from).num_minutes());
    while other - same > 1 {
        let middle = (same + other) / 2;
        if offset(zone, from + TimeDelta::minutes(middle)) == before { same = middle } else { other = middle }
    }
    from + TimeDelta::minutes(other)
}

/// Seconds east.
fn offset(zone: Tz, at: DateTime<Utc>) -> i32 {
    at.with_timezone(&zone).offset().fix().local_minus_utc()
}
