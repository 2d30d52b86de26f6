//! What changed inside of known families: values never seen, variants, and numbers that moved.
//!
//! Knows the slots and numbers of groups. Must not judge whole families: `score` does.

use std::collections::{BTreeMap, HashSet};

use super::families::Family;
use super::score::Scored;
use super::severity::weight;
use super::side::Seen;
use super::stats::quantile;
use super::table::{Group, Table};

/// What is new in a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub family: usize,
    pub group: usize,
    /// The slot and the unknown value in it; `None` for a variant: a row of the table not seen before.
    pub value: Option<(usize, usize)>,
}

/// A position whose numbers moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moved {
    pub family: usize,
    /// The value's place in the pattern, from 1.
    pub position: usize,
    pub median: (f64, f64),
    pub p95: (f64, f64),
}

const LISTED: usize = 60;
const PER_FAMILY: usize = 4;

/// New values and variants, the most decisive first.
pub(super) fn new_values(table: &Table, families: &[Family]) -> Vec<(f64, Place)> {
    let alone = table.baseline.lines == 0;
    let mut all = Vec::new();
    for (place, family) in families.iter().enumerate().filter(|(_, family)| family.now > 0.0) {
        if !alone {
            variants(table, place, family, &mut all);
        }
        for group in &family.groups {
            slots(table, place, family, *group, &mut all);
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut values, mut listed) = (HashSet::new(), BTreeMap::<usize, usize>::new());
    all.retain(|(_, place)| {
        let repeated = unknown(table, place).is_some_and(|unknown| !values.insert(unknown.hash));
        let count = listed.entry(place.family).or_default();
        *count += usize::from(!repeated);
        !repeated && *count <= PER_FAMILY
    });
    all.truncate(LISTED);
    all
}

/// The value that a place names.
pub(super) fn unknown<'a>(table: &'a Table, place: &Place) -> Option<&'a super::values::Unknown> {
    let (slot, value) = place.value?;
    table.groups.get(place.group)?.slots.get(slot)?.unknown.get(value)
}

/// Rows of a known family that the baseline does not have.
fn variants(table: &Table, place: usize, family: &Family, all: &mut Vec<(f64, Place)>) {
    let groups: Vec<&Group> = family.groups.iter().filter_map(|group| table.groups.get(*group)).collect();
    let known = groups.iter().filter(|group| group.baseline.count > 0).count();
    let new = groups.len() - known;
    if family.before < 5.0 || known > 24 || new > 12 {
        return;
    }
    let singles = groups.iter().filter(|group| group.baseline.count == 1).count();
    let surprise = ((family.before + 2.0) / (singles + known) as f64).ln().clamp(0.0, 9.0);
    for (group, id) in groups.iter().zip(&family.groups) {
        if group.baseline.count > 0 || group.window.count == 0 {
            continue;
        }
        let weight = weight(family.level, family.class).max(weight(group.level, group.class));
        let statement = if group.statement { 0.5 } else { 1.0 };
        let score = weight.powf(0.7)
            * (1.0 + 0.15 * (group.window.count as f64).ln_1p())
            * (0.1 + surprise / 6.0)
            * statement
            / (1.0 + 0.15 * new as f64);
        all.push((score, Place { family: place, group: *id, value: None }));
    }
}

/// Unknown values of closed sets; without a baseline, rare values.
fn slots(table: &Table, place: usize, family: &Family, id: usize, all: &mut Vec<(f64, Place)>) {
    let Some(group) = table.groups.get(id) else { return };
    let alone = table.baseline.lines == 0;
    let weight = weight(family.level, family.class);
    for (i, slot) in group.slots.iter().enumerate().filter(|(_, slot)| !slot.free) {
        let total: u64 = slot.unknown.iter().map(|unknown| unknown.count).sum();
        let crowd = 1.0 + 0.3 * slot.unknown.len() as f64;
        let before = group.baseline.count;
        let closed = before >= super::values::BASELINE_LINES && slot.is_closed(before);
        for (n, unknown) in slot.unknown.iter().enumerate() {
            let rare = group.window.count >= 30 && slot.unknown.len() > 1 && unknown.count * 20 < total;
            let surprise = ((before as f64 + 2.0) / (slot.known.len() as f64 + 1.0)).ln().min(9.0);
            let score = match (alone, closed, rare) {
                (true, _, true) => 0.8 * weight / crowd,
                (false, true, _) => {
                    0.8 * weight.powf(0.7)
                        * (1.0 + 0.2 * (unknown.count as f64).ln_1p())
                        * (0.1 + surprise / 6.0)
                        / crowd
                }
                _ => continue,
            };
            all.push((score, Place { family: place, group: id, value: Some((i, n)) }));
        }
    }
}

/// Positions whose numbers moved by more than a factor of two, most of them out of their usual range.
pub(super) fn moved(table: &Table, families: &[Family]) -> Vec<(f64, Moved)> {
    let mut all: Vec<(f64, Moved)> = families
        .iter()
        .enumerate()
        .filter_map(|(place, family)| {
            let group = table.groups.get(family.head)?;
            let alone = table.baseline.lines == 0;
            (0..group.window.numbers.positions.len()).find_map(|position| {
                let (before, now) =
                    if alone { thirds(&group.window, position)? } else { sides(family, group, position)? };
                drift(place, position, before, now)
            })
        })
        .collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.family.cmp(&b.1.family)));
    all
}

type Numbers = Vec<f32>;

/// The baseline's numbers, and the last third of the window's.
fn sides(family: &Family, group: &Group, position: usize) -> Option<(Numbers, Numbers)> {
    let (now, before) =
        (group.window.numbers.positions.get(position)?, group.baseline.numbers.positions.get(position)?);
    let enough = family.now >= 8.0 && family.before >= 8.0 && now.len() >= 8 && before.len() >= 8;
    let last = now.get(now.len() - now.len().max(24).min(now.len() * 3) / 3..)?;
    enough.then(|| (before.clone(), last.to_vec()))
}

/// Without a baseline: the first and the last third of the window.
fn thirds(window: &Seen, position: usize) -> Option<(Numbers, Numbers)> {
    let numbers = window.numbers.positions.get(position)?;
    let third = numbers.len() / 3;
    let enough = window.count >= 30 && third >= 8;
    enough.then(|| Some((numbers.get(..third)?.to_vec(), numbers.get(numbers.len() - third..)?.to_vec())))?
}

fn drift(family: usize, position: usize, mut before: Numbers, mut now: Numbers) -> Option<(f64, Moved)> {
    before.sort_by(f32::total_cmp);
    now.sort_by(f32::total_cmp);
    let median = (quantile(&before, 0.5), quantile(&now, 0.5));
    let p95 = (quantile(&before, 0.95), quantile(&now, 0.95));
    let low = quantile(&before, 0.02) / 3.0;
    let outside = now
        .iter()
        .filter(|number| f64::from(**number) > p95.0 * 1.5 + 1e-9 || f64::from(**number) < low)
        .count();
    let share = outside as f64 / now.len().max(1) as f64;
    let ratio = ((median.1.abs() + 1.0) / (median.0.abs() + 1.0)).ln().abs();
    let varied = now.first() != now.last();
    let news = varied && ratio > 0.69 && share > 0.5 && median.0.abs() < 1e8;
    news.then_some((ratio * share, Moved { family, position: position + 1, median, p95 }))
}

/// The families of a list, for those that look for what is left.
pub(super) fn places(lists: &[&[Scored]]) -> std::collections::BTreeSet<usize> {
    lists.iter().flat_map(|list| list.iter().map(|(_, place)| *place)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_moved_are_told_from_those_that_vary() {
        let normal: Numbers = (0..50).map(|n| 20.0 + (n % 7) as f32).collect();
        let slow: Numbers = (0..20).map(|n| 220.0 + n as f32).collect();
        let (_, moved) = drift(3, 1, normal.clone(), slow.clone()).unwrap();
        assert_eq!((moved.family, moved.position, moved.median.0.round()), (3, 2, 23.0));
        assert!(moved.median.1 > 220.0);
        assert!(drift(0, 0, normal.clone(), normal).is_none());
        assert!(drift(0, 0, slow, vec![20.0; 20]).is_none(), "a constant is no measure");
    }
}
