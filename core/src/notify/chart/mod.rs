//! Charts: the lines of a quantity, for a page that styles them and for a picture that stands alone.
//!
//! Knows items and what is decisive among them. Must not know how a picture becomes pixels, nor who is sent it.

mod picture;
mod plot;
mod svg;
mod ticks;

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};

use crate::evidence::Item;

use super::facts::left_to_analysis;
use super::view::Incident;

pub use picture::{Picture, picture};
pub use plot::{Band, Frame, Plot};
pub use svg::{Anchor, Svg};
pub use ticks::ticks;

/// More pictures than these say less.
const MOST: usize = 3;
/// Further ones where what the alarm watches is drawn already.
const BESIDE: usize = 1;

/// The charts that are worth a look at once, the most decisive first: what the alarm itself watches, and one quantity that
/// left what is normal; where nothing is known of the alarm's own, the quantities that did.
pub fn decisive(view: &Incident) -> Vec<&Item> {
    let items = view.evidence.iter().flat_map(|evidence| &evidence.items);
    let drawn = items.filter_map(|item| item.chart.as_ref().map(|chart| (item, chart)));
    let drawn: Vec<_> = drawn.filter(|(_, chart)| chart.points.len() > 1).collect();
    let own = drawn.iter().filter(|(_, chart)| chart.of_alarm).map(|(item, _)| *item).take(MOST);
    let own: Vec<&Item> = own.collect();
    // `at` is when it left normal or passed its limit.
    let left =
        drawn.iter().filter(|(item, chart)| !chart.of_alarm && item.at.is_some()).map(|(item, _)| *item);
    let room = if own.is_empty() { MOST } else { BESIDE.min(MOST - own.len()) };
    own.into_iter().chain(left.take(room)).collect()
}

/// The series that the analysis of a question about days has brought; none of any other incident.
pub fn series(view: &Incident) -> &[Item] {
    view.analysis.as_ref().filter(|_| left_to_analysis(view)).map_or(&[], |analysis| &analysis.items)
}

/// Those of them that the report stands on, in the order of its overview.
pub fn cited(view: &Incident) -> Vec<&Item> {
    let report = view.analysis.as_ref().and_then(|analysis| analysis.report.as_ref());
    let ids = report.into_iter().flat_map(|report| &report.overview).flat_map(|one| &one.citations);
    let mut found: Vec<&Item> = Vec::new();
    for id in ids {
        let drawn =
            |item: &&Item| item.id == *id && item.chart.as_ref().is_some_and(|one| one.points.len() > 1);
        let item = series(view).iter().find(drawn);
        found.extend(item.filter(|item| found.len() < MOST && found.iter().all(|one| one.id != item.id)));
    }
    found
}

/// The item of a picture, by its id.
pub fn named<'a>(view: &'a Incident, id: &str) -> Option<&'a Item> {
    let evidence = view.evidence.iter().flat_map(|evidence| &evidence.items);
    evidence.chain(series(view)).find(|item| item.id == id)
}

/// When the alarm began that is marked in charts; beyond their end where there is none, as of a question about days.
pub fn mark(view: &Incident) -> DateTime<Utc> {
    let end = view.evidence.as_ref().and_then(|evidence| evidence.window).map(|window| window.end);
    match end.filter(|_| !series(view).is_empty()) {
        Some(end) => end.checked_add_signed(TimeDelta::minutes(1)).unwrap_or(end),
        None => view.started_at,
    }
}
