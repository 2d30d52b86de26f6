//! Figures that a reader computes from those of an item: lengths of time, factors, changes in percent.
//!
//! Knows arithmetic over what was found. Must not guess which figures are meant: only what is now against what is
//! normal or set, and the ends of what an item tells.

use super::quantity::{Fit, Quantity, Role};
use super::shown::{Instant, Shown};
use super::spelling::{compiled, head, tail};
use super::unit::Dim;

/// More ends than these are not paired.
const ENDS: usize = 24;
/// More figures of an item than these are not paired.
const FIGURES: usize = 16;

/// How well a length of time is that between two ends of the cited items.
pub(super) fn length(claimed: &Quantity, cited: &[&Shown]) -> Fit {
    if claimed.dim != Dim::Time || claimed.per.is_some() {
        return Fit::No;
    }
    let ends: Vec<&Instant> =
        cited.iter().flat_map(|shown| shown.instants.iter().filter(|one| one.edge)).take(ENDS).collect();
    let mut best = Fit::No;
    for (i, a) in ends.iter().enumerate() {
        for b in ends.iter().skip(i + 1) {
            let between = seconds(a, b).filter(|seconds| *seconds > 0.0);
            let fit = |seconds: f64| claimed.values.iter().map(|value| claimed.rounds(*value, seconds)).max();
            best = best.max(between.and_then(fit).unwrap_or(Fit::No));
        }
    }
    best
}

fn seconds(a: &Instant, b: &Instant) -> Option<f64> {
    let clocks = a.clock? - b.clock?;
    let days = match (a.day, b.day) {
        (Some(a), Some(b)) => i32::try_from((a - b).num_days()).ok()?,
        _ => 0,
    };
    Some((clocks + f64::from(days) * 86_400.0).abs())
}

/// Which way a sentence says that something went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// More than before.
    Up,
    /// Less.
    Down,
}

/// Which way `text`, in lower case, says that something went.
pub(super) fn way(text: &str) -> Option<Way> {
    static UP: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        compiled(
            r"\b(?:rose|rises?|rising|risen|increas(?:es?|ed|ing)|up|grew|grown|climb(?:s|ed)|jump(?:s|ed)|spik(?:es?|ed)|surg(?:es?|ed)|more|higher|above|over|longer|slower)\b|上昇|増|急騰|上がっ|超|上回|悪化",
        )
    });
    static DOWN: std::sync::LazyLock<regex::Regex> = std::sync::LazyLock::new(|| {
        compiled(
            r"\b(?:fell|falls?|falling|fallen|drop(?:s|ped)?|decreas(?:es?|ed|ing)|down|declin(?:es?|ed)|sank|less|fewer|lower|below|under|shorter|faster)\b|低下|減|下がっ|下落|下回",
        )
    });
    match (UP.is_match(text), DOWN.is_match(text)) {
        (true, false) => Some(Way::Up),
        (false, true) => Some(Way::Down),
        _ => None,
    }
}

/// How well a factor or a change is that of one item's figures; nothing where no item has figures to compare.
pub(super) fn change(claimed: &Quantity, lower: &str, cited: &[&Shown]) -> Option<Fit> {
    let (before, after) = (tail(lower.get(..claimed.at.0)?, 60), head(lower.get(claimed.at.1..)?, 30));
    let way = way(before).or_else(|| way(after));
    let mut pairs = cited.iter().flat_map(|shown| pairs(shown)).peekable();
    pairs.peek()?;
    let fit = |(now, usual): (f64, f64)| {
        let change = now - usual;
        let figure = match claimed.dim {
            Dim::Factor => now / usual,
            Dim::Points => change.abs(),
            Dim::Percent => (change / usual * 100.0).abs(),
            _ => return Fit::No,
        };
        let against = (way == Some(Way::Up) && change < 0.0) || (way == Some(Way::Down) && change > 0.0);
        let needs_way = claimed.dim != Dim::Factor && way.is_none();
        if !figure.is_finite() || against || needs_way {
            Fit::No
        } else {
            claimed.rounds(claimed.digits, figure)
        }
    };
    pairs.map(fit).max()
}

/// What is now with what is normal or set, of one kind each.
pub(super) fn pairs(shown: &Shown) -> Vec<(f64, f64)> {
    let mut all: Vec<(f64, f64)> = Vec::new();
    let of = |list: &[Quantity]| {
        // A label's value and the number of values are no figures.
        let label =
            |q: &Quantity| shown.reading.lower.get(..q.at.0).is_some_and(|text| text.ends_with(['"', '=']));
        let figure = |q: &&Quantity| !label(q) && !q.nouns.iter().any(|noun| noun == "value");
        let list: Vec<Quantity> = list.iter().filter(figure).take(FIGURES).cloned().collect();
        let mut found = Vec::new();
        for now in list.iter().filter(|q| q.role == Role::Plain) {
            let others = list.iter().filter(|q| matches!(q.role, Role::Normal | Role::Limit));
            let same = |q: &&Quantity| q.dim == now.dim && q.per == now.per;
            found.extend(others.filter(same).map(|q| (now.values[0], q.values[0])));
        }
        found
    };
    all.extend(of(&shown.counts));
    all.extend(of(&shown.reading.quantities));
    all
}
