//! How the calls of an edge went over time, as a chart: the share that went wrong, or how long they took.
//!
//! Knows counts by the minute. Must not draw a point of so few calls that chance makes it, nor say that all calls were counted:
//! they are those that were traced.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Calls, Edge, Trouble};
use crate::alert::Labels;
use crate::evidence::Window;
use crate::evidence::metric::{Chart, Departure, Measured, Point, Range};

/// Fewer calls make no point.
const FEWEST: u64 = 10;
/// Minutes that a point may stand for; the least by which most points have enough calls.
const STRETCHES: [i64; 4] = [1, 2, 5, 15];
/// Fewer points are no course.
const LEAST_POINTS: usize = 3;

/// Calls of stretches of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Course {
    /// Whether they are all calls to the one that is called, and not those of this edge alone.
    pub all: bool,
    /// In the window, each with the beginning of its minute.
    pub now: Vec<(DateTime<Utc>, Calls)>,
    /// In normal times.
    pub normal: Vec<(DateTime<Utc>, Calls)>,
}

/// What is drawn of an edge in a window, and since when it is outside of what is normal.
pub(super) fn chart(edge: &Edge, window: Window) -> Option<(Chart, Option<DateTime<Utc>>)> {
    let course = edge.course.as_ref()?;
    let trouble = *edge.troubles.first()?;
    let (stretch, points) = STRETCHES.iter().find_map(|minutes| {
        let found = stretched(&course.now, *minutes);
        let all = found.len();
        let points = values(found, trouble);
        (points.len() >= LEAST_POINTS && points.len() * 2 > all).then_some((*minutes, points))
    })?;
    let unit = match (trouble, course.all) {
        (Trouble::Slow, _) => "s, p95 of traced calls",
        (_, false) => "% of traced calls",
        (_, true) => "% of all traced calls",
    };
    let measured = Measured {
        name: String::new(),
        labels: Labels::default(),
        unit: unit.to_owned(),
        of_alarm: false,
        window: points,
        normal: values(stretched(&course.normal, stretch), trouble),
        expected: None,
        limit: None,
        query: String::new(),
        link: None,
    };
    let range = Range::of(&measured.normal);
    let left = Departure::against(&measured.window, range, None).and_then(|one| one.outside);
    Some((measured.chart(window, range.as_ref()), left.map(|(since, _)| since)))
}

/// The calls by stretches of so many minutes, counted from the full hour.
fn stretched(by_minute: &[(DateTime<Utc>, Calls)], minutes: i64) -> Vec<(DateTime<Utc>, Calls)> {
    let mut sorted: Vec<_> = by_minute.iter().collect();
    sorted.sort_by_key(|(at, _)| *at);
    let mut all: Vec<(DateTime<Utc>, Calls)> = Vec::new();
    for (at, calls) in sorted {
        let begin = *at - TimeDelta::seconds(at.timestamp().rem_euclid(minutes * 60));
        match all.last_mut().filter(|(last, _)| *last == begin) {
            Some((_, sum)) => sum.add(calls.clone()),
            None => all.push((begin, calls.clone())),
        }
    }
    all
}

fn values(stretches: Vec<(DateTime<Utc>, Calls)>, trouble: Trouble) -> Vec<Point> {
    let value = |calls: &Calls| {
        let share = |some: u64| 100.0 * some as f64 / calls.total as f64;
        match trouble {
            Trouble::Faults => Some(share(calls.faults)),
            Trouble::Throttles => Some(share(calls.throttles)),
            Trouble::Errors => Some(share(calls.errors)),
            Trouble::Slow => calls.time(0.95),
        }
    };
    let enough = stretches.into_iter().filter(|(_, calls)| calls.total >= FEWEST);
    let points = enough.filter_map(|(at, calls)| Some(Point { at, value: value(&calls)? }));
    points.filter(|point| point.value.is_finite()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::traces::Node;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_763_629_200 + 60 * minute, 0).unwrap()
    }

    /// Every minute so many calls, of which these are faults.
    fn minutes(from: i64, total: u64, faults: &[u64]) -> Vec<(DateTime<Utc>, Calls)> {
        let calls = |faults| Calls { total, faults, times: vec![(0.1, total)], ..Calls::default() };
        faults.iter().zip(from..).map(|(faults, minute)| (at(minute), calls(*faults))).collect()
    }

    fn edge(trouble: Trouble, course: Option<Course>) -> Edge {
        let node = |name: &str| Node { name: name.into(), kind: String::new() };
        let (from, to, now) = (node("api"), node("db"), Calls::default());
        Edge { from, to, now, normal: None, troubles: vec![trouble], course }
    }

    fn drawn(trouble: Trouble, course: Course) -> Option<(Chart, Option<DateTime<Utc>>)> {
        chart(&edge(trouble, Some(course)), Window { start: at(0), end: at(15) })
    }

    #[test]
    fn the_share_of_each_minute_is_drawn_with_what_is_normal_and_since_when_it_is_not() {
        let course = Course {
            all: false,
            now: minutes(0, 40, &[0, 1, 0, 0, 12, 20, 30]),
            normal: minutes(-60, 40, &[0, 1, 0, 0, 1, 0, 0, 0]),
        };
        let (chart, since) = drawn(Trouble::Faults, course.clone()).unwrap();
        let values: Vec<f64> = chart.points.iter().map(|point| point.value).collect();
        assert_eq!(values, [0.0, 2.5, 0.0, 0.0, 30.0, 50.0, 75.0]);
        assert_eq!((chart.unit.as_str(), chart.of_alarm, chart.limit), ("% of traced calls", false, None));
        assert_eq!((chart.normal.unwrap().high, since), (2.5, Some(at(4))));
        let (chart, _) = drawn(Trouble::Faults, Course { all: true, ..course.clone() }).unwrap();
        assert_eq!(chart.unit, "% of all traced calls");
        let (chart, since) = drawn(Trouble::Slow, Course { normal: Vec::new(), ..course }).unwrap();
        assert_eq!((chart.unit.as_str(), chart.points[0].value), ("s, p95 of traced calls", 0.1));
        assert_eq!((chart.normal, since), (None, None), "without normal times nothing is outside");
    }

    #[test]
    fn few_calls_are_put_together_and_too_few_are_not_drawn() {
        let few = |total| Course { now: minutes(0, total, &[1; 15]), ..Course::default() };
        let (chart, _) = drawn(Trouble::Faults, few(3)).unwrap();
        let points: Vec<_> = chart.points.iter().map(|point| (point.at, point.value)).collect();
        let third = 100.0 * 5.0 / 15.0;
        assert_eq!(points, [(at(0), third), (at(5), third), (at(10), third)], "five minutes have 15 calls");
        assert_eq!(drawn(Trouble::Faults, few(0)), None);
        assert_eq!(
            drawn(Trouble::Faults, Course { now: minutes(0, 400, &[1, 1]), ..Course::default() }),
            None
        );
        // One minute of traffic among quiet ones is no course either.
        let mut quiet = few(1);
        quiet.now[3].1.total = 500;
        assert_eq!(drawn(Trouble::Faults, quiet), None);
        assert_eq!(chart_of_nothing(), None);
    }

    fn chart_of_nothing() -> Option<(Chart, Option<DateTime<Utc>>)> {
        chart(&edge(Trouble::Faults, None), Window { start: at(0), end: at(15) })
    }
}
