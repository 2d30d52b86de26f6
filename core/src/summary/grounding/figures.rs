//! Looks for a number of a sentence in items, as it stands there or computed.
//!
//! Knows when a number says the same, of the same thing, as the same figure. Must not know what the sentence does with it.

use std::sync::LazyLock;

use regex::Regex;

use super::derived;
use super::lookup::Looked;
use super::moment::{Moment, Stage};
use super::partners::{beside, counts, of_another_line, swapped};
use super::quantity::{Fit, Near, Quantity, Role, is};
use super::reading::Reading;
use super::reasons;
use super::roles::may_be;
use super::shown::Shown;
use super::spelling::compiled;
use super::unit::Dim;
use super::zones::Zone;
use crate::evidence::Kind;

/// A number in `cited`, as it stands or computed.
pub(super) fn quantity(claimed: &Quantity, reading: &Reading, cited: &[&Shown]) -> Looked {
    let mut best = Looked::Absent;
    for shown in cited {
        let own = shown.counts.iter().chain(&shown.reading.quantities);
        for own in own.filter(|own| worth(claimed, own)) {
            match one(claimed, own, reading, shown) {
                Looked::Found => return Looked::Found,
                Looked::Doubt(why) => best = Looked::Doubt(why),
                Looked::Absent => {}
            }
        }
    }
    let computed = match claimed.dim {
        Dim::Time => derived::length(claimed, cited),
        Dim::Factor | Dim::Points | Dim::Percent => {
            derived::change(claimed, &reading.lower, cited).unwrap_or(Fit::No)
        }
        _ => Fit::No,
    };
    match (computed, best) {
        (Fit::Yes, _) => Looked::Found,
        (Fit::Coarse, Looked::Absent) => Looked::Doubt(reasons::ROUNDED),
        (_, best) => best,
    }
}

/// Whether a closer look can find that they are the same; most numbers are told apart by this.
fn worth(claimed: &Quantity, own: &Quantity) -> bool {
    claimed.dim == own.dim || claimed.pair || claimed.ratio || own.ratio || claimed.has_digits_of(own)
}

fn one(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> Looked {
    let hedged = matches!(claimed.near, Near::Over | Near::Under | Near::AtLeast | Near::AtMost);
    let mut fit = claimed.says(own);
    // Against a limit, the limit's own number is said: `above 5 %`.
    let compared = hedged && fit == Fit::No;
    if compared {
        fit = Quantity { near: Near::Exact, ..claimed.clone() }.says(own);
        if fit == Fit::Yes && own.role == Role::Plain {
            return Looked::Doubt(reasons::OF_NOW);
        }
    }
    match fit {
        Fit::No if claimed.has_digits_of(own) => return Looked::Doubt(reasons::OF_ANOTHER),
        Fit::No => return Looked::Absent,
        Fit::Coarse => return Looked::Doubt(reasons::ROUNDED),
        Fit::Yes => {}
    }
    if own.role == Role::Then && claimed.role != Role::From && !at_its_time(own, reading, shown) {
        return Looked::Doubt(reasons::OTHER_TIME);
    }
    if !compared && !may_be(claimed.role, own.role) {
        let other = claimed.role == Role::From && own.role == Role::Plain;
        // `from 5 to 19`: an item that names no figure may well tell both.
        let free = other
            && !shown.reading.quantities.iter().any(|q| q.role != Role::Plain)
            && shown.counts.is_empty();
        if !free {
            return Looked::Doubt(reasons::OTHER_FIGURE);
        }
    }
    let is_count = own.at == (0, 0);
    let stands = if is_count { counts(claimed, shown) } else { beside(claimed, own, shown) };
    if !stands || swapped(claimed, own, reading, shown) || of_another_line(claimed, own, reading, shown) {
        return Looked::Doubt(reasons::OF_ANOTHER);
    }
    if at_other_times(claimed, own, reading, shown) {
        return Looked::Doubt(reasons::OTHER_TIME);
    }
    if is_no_length(claimed, own, reading, shown) {
        return Looked::Doubt(reasons::OF_ANOTHER);
    }
    if turned(claimed, own, reading, shown) { Looked::Doubt(reasons::OTHER_WAY) } else { Looked::Found }
}

/// Whether the sentence names the time at which an item's number was so.
fn at_its_time(own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    let then = shown.reading.moments.iter().rev().find(|moment| moment.at.1 <= own.at.0);
    then.is_some_and(|then| reading.moments.iter().any(|said| minute(said) == minute(then)))
}

/// Whether a sentence says of one number that it was so at one time, and the metric has it at other times alone.
fn at_other_times(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    let (start, end) = reading.clause(claimed.at.0);
    let within = |at: usize| start <= at && at < end;
    let mut said = reading.moments.iter().filter(|m| {
        within(m.at.0) && m.stage == Stage::Any && m.zone.is_none_or(|zone| zone == Zone::Fixed(0))
    });
    let alone = reading.quantities.iter().filter(|q| within(q.at.0) && q.role == Role::Plain).count() == 1;
    let Some(said) = said.next().filter(|_| said.next().is_none() && alone && shown.kind == Kind::Metric)
    else {
        return false;
    };
    let same = shown.reading.quantities.iter().filter(|q| q.dim == own.dim && is(q.values[0], own.values[0]));
    let times: Vec<i64> = same.filter_map(|q| bound(q, shown)).collect();
    !times.is_empty() && !said.about && !minute(said).is_some_and(|said| times.contains(&said))
}

/// The minute at which an item says that a number was so: `38 % at 09:02:00`, `09:02:00=38`.
fn bound(own: &Quantity, shown: &Shown) -> Option<i64> {
    let all = &shown.reading.moments;
    let next = all.partition_point(|moment| moment.at.0 < own.at.0);
    let gap = |from: usize, to: usize| shown.reading.lower.get(from..to).unwrap_or("\n");
    let behind = all.get(next).filter(|moment| {
        let gap = gap(own.at.1, moment.at.0);
        gap.ends_with(" at ") && gap.len() < 24 && !gap.contains([',', ';', '\n'])
    });
    let before = next
        .checked_sub(1)
        .and_then(|before| all.get(before))
        .filter(|moment| gap(moment.at.1, own.at.0) == "=");
    behind.or(before).and_then(minute)
}

fn minute(moment: &Moment) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "a minute of a day")]
    moment.clock.map(|clock| (clock / 60.0).floor() as i64)
}

/// Whether a sentence says how long an earlier incident took, and the number is another one of it.
fn is_no_length(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    static TOOK: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"\b(?:lasted|lasting|took|taken|open for)\b|続い|続き|かか"));
    let (start, end) = reading.clause(claimed.at.0);
    let first = shown.ends.first().copied().unwrap_or(usize::MAX);
    let own_length = |q: &&Quantity| q.dim == Dim::Time && q.at.0 < first && q.values[0] < 86_400.0;
    let title = own.at.0 < first || !shown.reading.quantities.iter().any(|q| own_length(&q));
    shown.kind == Kind::History
        && claimed.dim == Dim::Time
        && !title
        && TOOK.is_match(reading.lower.get(start..end).unwrap_or_default())
}

/// Whether the sentence says that it rose where the item's figures fell, or the reverse.
fn turned(claimed: &Quantity, own: &Quantity, reading: &Reading, shown: &Shown) -> bool {
    let (start, end) = reading.clause(claimed.at.0);
    let Some(way) = derived::way(reading.lower.get(start..end).unwrap_or_default()) else { return false };
    if own.role != Role::Plain || claimed.role != Role::Plain {
        return false;
    }
    let pairs = derived::pairs(shown);
    let own = pairs.iter().filter(|(now, _)| is(*now, own.values[0]));
    let against = |(now, usual): &(f64, f64)| if way == derived::Way::Up { now < usual } else { now > usual };
    let mut own = own.peekable();
    own.peek().is_some() && own.all(against)
}
