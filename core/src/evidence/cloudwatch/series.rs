//! Rows of `stats … by bin(…)` as quantities over time.
//!
//! Knows how Logs Insights writes times, and that it gives no row where it counts nothing. Must not know who asked.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use crate::alert::Labels;
use crate::evidence::Window;
use crate::evidence::asked::table::{Row, same};
use crate::evidence::metric::{Measured, Point};
use crate::runbook::insights::{Bin, Stats};

/// Pieces of time that one window may have.
const MOST_PIECES: i64 = 1_000;

/// The instant of a row: UTC, without saying so.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok()?.and_utc())
}

/// What tells one series from the others: the computed column, and the values of the columns that it is counted by.
type Key = (String, Vec<(String, String)>);

/// The quantities of the rows of a window, each beside what it was in normal times. `None` where the rows are no
/// series: they have no time, or the window has less than two whole pieces of it.
pub fn measured(
    stats: &Stats,
    of: &Measured,
    now: (Window, &[Row]),
    normal: &[(Window, Vec<Row>)],
) -> Option<Vec<Measured>> {
    let bin = stats.bin.as_ref()?;
    let pieces = now.0.length().num_milliseconds().checked_div(bin.width.num_milliseconds())?;
    if !(2..=MOST_PIECES).contains(&pieces) {
        return None;
    }
    let mut series = points(stats, bin, now.1)?;
    if series.is_empty() && stats.by.is_empty() {
        // Nothing is counted in the window: that is a value as well.
        series = stats.counts.iter().map(|column| ((column.clone(), Vec::new()), BTreeMap::new())).collect();
    }
    let before: Vec<_> =
        normal.iter().filter_map(|(window, rows)| Some((*window, points(stats, bin, rows)?))).collect();
    let several = stats.values.len() > 1;
    let one = |(key, points): (Key, Points)| {
        let counted = stats.whole && stats.counts.iter().any(|column| same(column, &key.0));
        let usual = |(window, series): &(Window, BTreeMap<Key, Points>)| {
            let points = series.get(&key).cloned().unwrap_or_default();
            along(points, *window, bin.width, counted, false)
        };
        let labels: Labels = key.1.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Measured {
            name: if several { format!("{}, {}", of.name, key.0) } else { of.name.clone() },
            labels,
            normal: before.iter().flat_map(usual).collect(),
            window: along(points, now.0, bin.width, counted, true),
            ..of.clone()
        }
    };
    Some(series.into_iter().map(one).collect())
}

/// The values of a series by the beginning of their piece of time.
type Points = BTreeMap<DateTime<Utc>, f64>;

/// `None` where a row has no time, or a column of the query no number.
fn points(stats: &Stats, bin: &Bin, rows: &[Row]) -> Option<BTreeMap<Key, Points>> {
    let mut series: BTreeMap<Key, Points> = BTreeMap::new();
    for row in rows {
        let cell = |wanted: &str| row.iter().find(|(name, _)| same(name, wanted)).map(|(_, value)| value);
        let at = instant(cell(&bin.column)?)?;
        let key = |name: &String| (name.clone(), cell(name).cloned().unwrap_or_default());
        let key: Vec<(String, String)> = stats.by.iter().map(key).collect();
        for column in &stats.values {
            // Where nothing has the field, there is no maximum of it.
            let Some(value) = cell(column).filter(|value| !value.trim().is_empty()) else { continue };
            let value = value.trim().parse::<f64>().ok().filter(|value| value.is_finite())?;
            series.entry((column.clone(), key.clone())).or_default().insert(at, value);
        }
    }
    Some(series)
}

/// The points of a window, by time. What is counted is zero where there is no row, and where the window cuts a piece
/// of time the count is too low: such a piece is left out, except that the newest one counts where it is more than the
/// one before, since it can only grow.
fn along(points: Points, window: Window, width: TimeDelta, counted: bool, now: bool) -> Vec<Point> {
    let point = |(at, value): (DateTime<Utc>, f64)| Point { at, value };
    if !counted {
        return points.into_iter().map(point).collect();
    }
    let length = width.num_milliseconds();
    let begun = window.start.timestamp_millis();
    let mut at = begun.div_euclid(length) * length;
    let mut all: Vec<Point> = Vec::new();
    while at < window.end.timestamp_millis() {
        let (first, last) = (at < begun, at + length > window.end.timestamp_millis());
        let Some(instant) = DateTime::from_timestamp_millis(at) else { break };
        let value = points.get(&instant).copied().unwrap_or(0.0);
        let grown = now && all.last().is_some_and(|before| value > before.value);
        if !first && (!last || grown) {
            all.push(Point { at: instant, value });
        }
        at += length;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runbook::insights::Query;

    fn stats(text: &str) -> Stats {
        Query::parse(text).unwrap().stats().unwrap()
    }

    fn window(start: &str, minutes: i64) -> Window {
        let start: DateTime<Utc> = start.parse().unwrap();
        Window { start, end: start + TimeDelta::minutes(minutes) }
    }

    fn rows(cells: &[&[(&str, &str)]]) -> Vec<Row> {
        let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        cells.iter().map(|row| row.iter().map(own).collect()).collect()
    }

    fn of() -> Measured {
        Measured {
            name: "R1 Slow".into(),
            labels: Labels::default(),
            unit: String::new(),
            of_alarm: false,
            window: Vec::new(),
            normal: Vec::new(),
            expected: None,
            limit: None,
            query: "aws".into(),
            link: None,
        }
    }

    fn values(points: &[Point]) -> Vec<(String, f64)> {
        points.iter().map(|point| (point.at.format("%H:%M").to_string(), point.value)).collect()
    }

    fn minutes(points: &[Point]) -> Vec<f64> {
        points.iter().map(|point| point.value).collect()
    }

    #[test]
    fn what_is_counted_is_zero_where_there_is_no_row() {
        let stats = stats("stats count(*) as n by bin(5m)");
        let now = rows(&[
            &[("bin(5m)", "2026-03-01 10:00:00.000"), ("n", "2")],
            &[("bin(5m)", "2026-03-01 10:10:00.000"), ("n", "7")],
            &[("bin(5m)", "2026-03-01 10:15:00.000"), ("n", "9")],
        ]);
        let normal = [(window("2026-02-28T10:02:00Z", 15), Vec::new())];
        let found = measured(&stats, &of(), (window("2026-03-01T10:02:00Z", 15), &now), &normal).unwrap();
        assert_eq!(found.len(), 1);
        // That of 10:00 begins before the window; that of 10:15 is cut as well, and is more all the same.
        let expected = [("10:05".to_owned(), 0.0), ("10:10".to_owned(), 7.0), ("10:15".to_owned(), 9.0)];
        assert_eq!(values(&found[0].window), expected);
        assert_eq!((found[0].name.as_str(), minutes(&found[0].normal)), ("R1 Slow", vec![0.0, 0.0]));
        let fewer = rows(&[&[("bin(5m)", "2026-03-01 10:15:00.000"), ("n", "0")]]);
        let found = measured(&stats, &of(), (window("2026-03-01T10:02:00Z", 15), &fewer), &[]).unwrap();
        assert_eq!(minutes(&found[0].window), [0.0, 0.0], "the rest of the last piece is still to come");
        let none = measured(&stats, &of(), (window("2026-03-01T10:00:00Z", 15), &[]), &normal).unwrap();
        assert_eq!(minutes(&none[0].window), [0.0, 0.0, 0.0], "none is a value");
    }

    #[test]
    fn columns_and_groups_are_series_of_their_own() {
        let stats = stats("stats count(*), max(ms) as slowest by path, bin(1m) as t");
        let row = |at: &'static str, path: &'static str, ms: &'static str| {
            [("t", at), ("path", path), ("count(*)", "1"), ("slowest", ms)]
        };
        let now = [row("2026-03-01 10:00:00.000", "/a", "5"), row("2026-03-01 10:02:00.000", "/b", "")];
        let now = rows(&[&now[0], &now[1]]);
        let found = measured(&stats, &of(), (window("2026-03-01T10:00:00Z", 3), &now), &[]).unwrap();
        let told: Vec<(&str, &str, usize)> =
            found.iter().map(|one| (one.name.as_str(), one.labels.get("path"), one.window.len())).collect();
        let expected =
            [("R1 Slow, count(*)", "/a", 3), ("R1 Slow, count(*)", "/b", 3), ("R1 Slow, slowest", "/a", 1)];
        assert_eq!(told, expected, "what was not measured is not zero");
    }

    #[test]
    fn what_is_no_series_is_left_to_a_table() {
        let found = |text: &str, cells: &[(&str, &str)], minutes| {
            measured(&stats(text), &of(), (window("2026-03-01T10:00:00Z", minutes), &rows(&[cells])), &[])
        };
        let at = ("bin(5m)", "2026-03-01 10:00:00.000");
        assert!(found("stats max(a) as m by bin(5m)", &[at, ("m", "1")], 15).is_some());
        for (text, cells, minutes) in [
            ("stats max(a) as m by path", &[at, ("m", "1")][..], 15),
            ("stats latest(a) as m by bin(5m)", &[at, ("m", "ok")], 15),
            ("stats max(a) as m by bin(5m)", &[("m", "1")], 15),
            ("stats max(a) as m by bin(5m)", &[("bin(5m)", "soon"), ("m", "1")], 15),
            ("stats max(a) as m by bin(5m)", &[at, ("m", "1")], 9),
            ("stats max(a) as m by bin(1ms)", &[at, ("m", "1")], 15),
        ] {
            assert_eq!(found(text, cells, minutes), None, "{text} {cells:?}");
        }
        let cut = stats("stats count(*) as n by bin(5m) | filter n > 3");
        let cut = measured(&cut, &of(), (window("2026-03-01T10:00:00Z", 15), &[]), &[]).unwrap();
        assert_eq!(minutes(&cut[0].window), [0.0; 0], "what a filter took away is not zero");
    }
}
