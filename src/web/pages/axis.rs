//! The one time axis: SVG that stretches with its row, so that text keeps its size at any width.
//!
//! Knows sparklines and the alarm's instant. Must not know what the lines say.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use firstlook_core::evidence::{Change, Frequency, Item, Window};
use firstlook_core::notify::{Zone, chart};
use serde::Serialize;

use super::evidence::delta;
use super::text::{count, short};
use super::times::{self, Local};
use super::words;

/// Rows of the axis; more would not be compared by eye.
const MOST_LANES: usize = 8;

/// The figure's context.
#[derive(Serialize)]
pub(super) struct Axis {
    range: Option<String>,
    alarm: Option<Alarm>,
    lanes: Vec<Lane>,
    ticks: Vec<Tick>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Alarm {
    x: String,
    time: String,
    /// Near the right end the word stands left of its mark.
    anchor: &'static str,
    dx: i8,
}

#[derive(Serialize)]
struct Lane {
    id: String,
    label: String,
    about: String,
    bars: String,
    gone: bool,
    now: String,
    word: String,
    /// Where the alarm's instant lies.
    alarm: Option<String>,
}

#[derive(Serialize)]
struct Tick {
    x: String,
    text: String,
    anchor: &'static str,
    minor: bool,
}

/// A line of the same as a table.
#[derive(Serialize)]
struct Row {
    time: String,
    counts: Vec<u32>,
}

/// The small drawing beside a pattern.
#[derive(Serialize)]
pub(super) struct Spark {
    bars: String,
    calm: bool,
    mark: Option<String>,
    about: String,
}

/// The axis of the patterns that differ; none without such patterns.
pub(super) fn axis(
    logs: &[&Item],
    window: Option<Window>,
    alarm: DateTime<Utc>,
    language: Language,
    now: Local,
) -> Option<Axis> {
    let shown: Vec<(&Item, &Frequency)> = logs
        .iter()
        .filter_map(|i| i.frequency.as_ref().map(|f| (*i, f)))
        .filter(|(_, f)| f.change != Change::Common && !f.sparkline.is_empty())
        .take(MOST_LANES)
        .collect();
    let at = window.and_then(|w| w.share(alarm));
    (!shown.is_empty()).then(|| Axis {
        range: window.map(|w| {
            words::range(language, &times::minute(w.start, now).text, &times::minute(w.end, now).said())
        }),
        alarm: at.map(|at| Alarm {
            x: percent(at),
            time: times::clock(alarm, now).text,
            anchor: if at > 0.7 { "end" } else { "start" },
            dx: if at > 0.7 { -10 } else { 10 },
        }),
        lanes: shown
            .iter()
            .map(|(item, frequency)| lane(item, frequency, at.map(percent), language))
            .collect(),
        ticks: window.map(|w| ticks(w, now)).unwrap_or_default(),
        rows: window.map(|w| rows(&shown, w, now)).unwrap_or_default(),
    })
}

fn lane(item: &Item, frequency: &Frequency, alarm: Option<String>, language: Language) -> Lane {
    Lane {
        id: item.id.clone(),
        label: short(&without_package(item.title.as_str()), 32),
        about: words::sparkline(
            language,
            &item.id,
            frequency.sparkline.iter().max().copied().unwrap_or_default(),
        ),
        bars: bars(&frequency.sparkline, 1000.0, 100.0),
        gone: frequency.change == Change::Gone,
        now: count(frequency.now),
        word: delta(language, frequency.change, Some(frequency)).word,
        alarm,
    }
}

/// `ERROR a.b.Pool: text` as `ERROR Pool: text`: a lane has little room, and the package says least.
fn without_package(title: &str) -> String {
    let logger = title.split(' ').take(2).find_map(|word| word.strip_suffix(':'));
    match logger.and_then(|logger| Some((logger, logger.rsplit_once('.')?.1))) {
        Some((logger, class)) => title.replacen(logger, class, 1),
        None => title.to_owned(),
    }
}

/// The drawing for one pattern; none where nothing was counted per slice.
pub(super) fn spark(
    frequency: &Frequency,
    window: Option<Window>,
    alarm: DateTime<Utc>,
    language: Language,
) -> Option<Spark> {
    let most = frequency.sparkline.iter().max()?;
    Some(Spark {
        bars: bars(&frequency.sparkline, 100.0, 24.0),
        calm: matches!(frequency.change, Change::Gone | Change::Common),
        mark: window.and_then(|w| w.share(alarm)).map(|at| format!("{:.1}", at * 100.0)),
        about: words::sparkline(language, "", *most),
    })
}

/// The path of bars over `width` × `height`, the highest touching the top.
fn bars(counts: &[u32], width: f64, height: f64) -> String {
    let most = f64::from(counts.iter().max().copied().unwrap_or_default().max(1));
    #[allow(clippy::cast_precision_loss, reason = "a few dozen slices")]
    let slice = width / counts.len().max(1) as f64;
    let mut path = String::new();
    let mut left = slice * 0.1;
    for n in counts {
        if *n > 0 {
            let tall = (f64::from(*n) / most * height).max(height * 0.04);
            // Writing to a String cannot fail.
            let _ = write!(path, "M{left:.1} {height}v-{tall:.1}h{:.1}v{tall:.1}z", slice * 0.8);
        }
        left += slice;
    }
    path
}

fn percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Whole steps of time; every second one is left out on a phone.
fn ticks(window: Window, now: Local) -> Vec<Tick> {
    let tick = |(n, (x, at)): (usize, (f64, DateTime<Utc>))| Tick {
        x: percent(x),
        text: times::minute(at, now).text,
        anchor: match x {
            _ if x < 0.04 => "start",
            _ if x > 0.96 => "end",
            _ => "middle",
        },
        minor: n % 2 == 1,
    };
    chart::ticks(window, &Zone::from(now), 8).into_iter().enumerate().map(tick).collect()
}

fn rows(shown: &[(&Item, &Frequency)], window: Window, now: Local) -> Vec<Row> {
    let slices = shown.iter().map(|(_, f)| f.sparkline.len()).max().unwrap_or_default();
    let Ok(parts) = i32::try_from(slices.max(1)) else { return Vec::new() };
    let length = (window.end - window.start) / parts;
    (0..parts)
        .zip(0..slices)
        .map(|(n, slice)| Row {
            time: times::clock(window.start + length * n, now).text,
            counts: shown.iter().map(|(_, f)| f.sparkline.get(slice).copied().unwrap_or_default()).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_touches_the_top_and_empty_slices_have_none() {
        assert_eq!(bars(&[0, 2, 4], 30.0, 24.0), "M11.0 24v-12.0h8.0v12.0zM21.0 24v-24.0h8.0v24.0z");
        assert_eq!(bars(&[0, 0], 30.0, 24.0), "");
        assert_eq!(bars(&[], 30.0, 24.0), "");
        assert!(bars(&[1, 1000], 20.0, 100.0).starts_with("M1.0 100v-4.0"), "a single line is still seen");
    }

    #[test]
    fn a_lane_is_called_by_its_class() {
        for (title, expected) in [
            ("ERROR c.e.pay.Pool: no a.B: left", "ERROR Pool: no a.B: left"),
            ("c.e.Pool: full", "Pool: full"),
            ("ERROR Pool: full", "ERROR Pool: full"),
            ("GET /v1.2/x took: long", "GET /v1.2/x took: long"),
            ("", ""),
        ] {
            assert_eq!(without_package(title), expected);
        }
    }
}
