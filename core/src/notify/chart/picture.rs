//! A chart as a picture that stands alone: white, with its title, its axes, its units and absolute times.
//!
//! Knows colours and places. Must not know how it becomes pixels. Text that came from outside is [`Redacted`].

use chrono::{DateTime, TimeDelta, Utc};

use super::super::text::{angles, columns, cut, one_line, width};
use super::super::words::charts as words;
use super::super::zone::Zone;
use super::plot::{Frame, Plot};
use super::svg::{Anchor, Svg};
use super::ticks::ticks;
use crate::evidence::metric::Chart;
use crate::evidence::{Item, Redacted, Redactor};

/// Of a longer time its days are told, `11-20`, and no clock.
const LONG: TimeDelta = TimeDelta::hours(40);
const WIDTH: u32 = 800;
const HEIGHT: u32 = 320;
const FRAME: Frame = Frame { left: 76.0, top: 96.0, width: 700.0, height: 152.0 };
/// Of every text but the title: what a phone still shows when the whole picture fits its width.
const SMALL: u32 = 17;
const TITLE: u32 = 21;
/// Columns of one line of the title, of which there are two.
const TITLE_COLUMNS: usize = 70;
/// What a column takes of a small text, in units: a little more than the font's middle.
const COLUMN: f64 = 8.4;
/// Columns of a unit that is repeated beside each value.
const SHORT_UNIT: usize = 8;
/// Ticks of the time's axis.
const TICKS: i64 = 7;
/// Columns of a file's title and of its description; Slack takes 1,000 characters of that (FACTS D).
const NAME_COLUMNS: usize = 200;
const ALT_COLUMNS: usize = 900;

// The page's colours, by daylight.
const INK: &str = "#191c22";
const INK_2: &str = "#454c59";
const GRID: &str = "#e3e6eb";
const LINE: &str = "#1a5bb8";
const BAND: &str = "#cfe5d6";
const CRITICAL: &str = "#b0121b";
const SHADE: &str = "#fbecec";

/// A picture, and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `incident-482-M1.png`.
    pub file: String,
    /// One line for people.
    pub title: String,
    /// The same for who cannot see it, with the figures.
    pub alt: String,
    /// The drawing.
    pub svg: String,
}

/// The picture of an item's chart; none where there is nothing to draw. `incident`: its number. `alarm`: when it began.
pub fn picture(
    item: &Item,
    incident: i64,
    alarm: DateTime<Utc>,
    zone: &Zone,
    redactor: &Redactor,
) -> Option<Picture> {
    let chart = item.chart.as_ref()?;
    let plot = Plot::new(chart, alarm, FRAME)?;
    let title = one_line(item.title.as_str());
    // The last part lists every value.
    let figures = item.text.as_str().split("\nvalues ").next().unwrap_or_default();
    let about = words::chart_of(&zone.date(chart.window.start), &zone.date(chart.window.end));
    let alt = one_line(&format!("{about} {title}. {}", figures.replace('\n', "; ")));
    Some(Picture {
        file: format!("incident-{incident}-{}.png", item.id),
        alt: cut(&angles(&alt), ALT_COLUMNS, columns),
        svg: drawing(chart, &plot, &title, &redactor.redact_line(&chart.unit), alarm, zone),
        title: cut(&angles(&title), NAME_COLUMNS, columns),
    })
}

fn drawing(
    chart: &Chart,
    plot: &Plot,
    title: &str,
    unit: &Redacted,
    alarm: DateTime<Utc>,
    zone: &Zone,
) -> String {
    let mut svg = Svg::new(WIDTH, HEIGHT, title);
    let [right, bottom] = [FRAME.left + FRAME.width, FRAME.top + FRAME.height];
    let title = lines(title);
    let first = if title.len() > 1 { 30.0 } else { 43.0 };
    for (line, y) in title.iter().zip([first, first + 26.0]) {
        svg.text((16.0, y), TITLE, Anchor::Start, INK, line);
    }
    if let Some(x) = plot.mark {
        svg.rect([x, FRAME.top, right - x, FRAME.height], SHADE);
    }
    if let Some(band) = plot.band {
        svg.rect([FRAME.left, band.y, FRAME.width, band.height], BAND);
    }
    svg.text((16.0, FRAME.top - 12.0), SMALL, Anchor::Start, INK_2, &cut(unit.as_str(), 30, columns));
    let day =
        words::day(&zone.day(chart.window.start), &zone.day(chart.window.end), &zone.name(chart.window.end));
    svg.text((right, FRAME.top - 12.0), SMALL, Anchor::End, INK_2, &day);
    for (value, y) in plot.values() {
        svg.path(&format!("M{:.1} {y:.1}H{right:.1}", FRAME.left), GRID, 1.0, "");
        let value = Redacted::figure(value);
        svg.text((FRAME.left - 8.0, y + 6.0), SMALL, Anchor::End, INK_2, value.as_str());
    }
    times(&mut svg, chart, zone);
    svg.path(&format!("M{:.1} {bottom:.1}H{right:.1}", FRAME.left), INK_2, 1.0, "");
    if let Some(y) = plot.limit {
        svg.path(&format!("M{:.1} {y:.1}H{right:.1}", FRAME.left), CRITICAL, 2.0, "9 7");
    }
    if let Some(x) = plot.mark {
        svg.path(&format!("M{x:.1} {:.1}V{bottom:.1}", FRAME.top), CRITICAL, 2.0, "");
    }
    svg.path(&plot.line, LINE, 3.0, "");
    legend(&mut svg, chart, plot, unit, &zone.clock(alarm));
    svg.finish()
}

/// The title on one or two lines: broken behind a comma where that leaves neither too short nor too long, else at a word.
fn lines(title: &str) -> Vec<String> {
    if width(title) <= TITLE_COLUMNS {
        return vec![title.to_owned()];
    }
    let whole = cut(title, TITLE_COLUMNS + 1, columns);
    let whole = whole.strip_suffix('…').unwrap_or(&whole);
    let apart = |at: usize| title.split_at_checked(at).unwrap_or((title, ""));
    let fits = |at: &usize| {
        let (first, rest) = apart(*at);
        width(first) * 5 >= TITLE_COLUMNS * 2 && width(rest.trim_start()) <= TITLE_COLUMNS
    };
    let comma = whole.rfind(", ").map(|at| at + 1).filter(fits);
    let (first, rest) = apart(comma.unwrap_or(whole.len()));
    vec![first.to_owned(), cut(rest.trim_start(), TITLE_COLUMNS, columns)]
}

/// Round instants under the plot; where there is hardly one, its two ends.
fn times(svg: &mut Svg, chart: &Chart, zone: &Zone) {
    let bottom = FRAME.top + FRAME.height;
    let days = chart.window.length() > LONG;
    let shown = |at| if days { zone.day(at).chars().skip(5).collect() } else { zone.clock(at) };
    let mut marks: Vec<(f64, String)> =
        ticks(chart.window, zone, TICKS).into_iter().map(|(share, at)| (share, shown(at))).collect();
    if marks.len() < 2 {
        marks = vec![(0.0, zone.seconds(chart.window.start)), (1.0, zone.seconds(chart.window.end))];
    }
    for (share, text) in marks {
        let x = FRAME.left + share * FRAME.width;
        svg.path(&format!("M{x:.1} {bottom:.1}v6"), INK_2, 1.0, "");
        let anchor = match share {
            _ if share < 0.03 => Anchor::Start,
            _ if share > 0.97 => Anchor::End,
            _ => Anchor::Middle,
        };
        svg.text((x, bottom + 24.0), SMALL, anchor, INK_2, &text);
    }
}

/// What each line means, beside a piece of it.
fn legend(svg: &mut Svg, chart: &Chart, plot: &Plot, unit: &Redacted, alarm: &str) {
    // A long one stands over the axis alone.
    let none = Redacted::default();
    let unit = if width(unit.as_str()) <= SHORT_UNIT { unit } else { &none };
    let y = f64::from(HEIGHT) - 16.0;
    let mut x = 16.0;
    let mut say = |svg: &mut Svg, text: &str| {
        svg.text((x + 34.0, y), SMALL, Anchor::Start, INK, text);
        #[allow(clippy::cast_precision_loss, reason = "a hundred columns")]
        let taken = 34.0 + width(text) as f64 * COLUMN + 18.0;
        x += taken;
        x
    };
    let mut left = 16.0;
    if let Some(normal) = &chart.normal {
        svg.rect([left, y - 13.0, 26.0, 14.0], BAND);
        left = say(svg, &words::normal(normal, unit));
    }
    if let Some(limit) = &chart.limit {
        svg.path(&format!("M{left:.1} {:.1}h26", y - 6.0), CRITICAL, 2.0, "9 7");
        left = say(svg, &words::limit(limit, unit));
    }
    if plot.mark.is_some() {
        svg.rect([left, y - 15.0, 26.0, 18.0], SHADE);
        svg.path(&format!("M{left:.1} {:.1}v18", y - 15.0), CRITICAL, 2.0, "");
        say(svg, &words::alarm_at(alarm));
    }
}
