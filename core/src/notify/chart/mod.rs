//! Charts: the lines of a quantity, for a page that styles them and for a picture that stands alone.
//!
//! Knows items and what is decisive among them. Must not know how a picture becomes pixels, nor who is sent it.

mod picture;
mod plot;
mod svg;
mod ticks;

#[cfg(test)]
mod tests;

use crate::evidence::Item;

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
