//! One order of all findings, by how decisive they are: each kind of change has its share of the reader's attention.
//!
//! Knows the kinds' shares. Must not know any budget: a pack of any size is a beginning of this order.

use std::collections::BTreeSet;

use super::families::Family;
use super::inside::{self, Moved, Place};
use super::score::{Baseline, Scored, common, rare_alone, severe_alone};
use super::severity::weight;
use super::table::Table;
use super::{Change, Detail, Finding};

/// The most frequent of the unchanged patterns, as context.
const COMMON: usize = 12;

/// One kind of change: its findings in order, its share, and the usual length of one of its lines.
struct Queue {
    change: Change,
    entries: std::vec::IntoIter<Entry>,
    share: f64,
    length: f64,
    used: f64,
}

#[derive(Clone, Copy)]
struct Entry {
    score: f64,
    family: usize,
    detail: Inside,
}

#[derive(Clone, Copy)]
enum Inside {
    Whole,
    Value(Place),
    Moved(Moved),
}

/// All findings in order.
pub(super) fn findings(table: &Table, families: &[Family]) -> Vec<Finding> {
    let order = order(table, families);
    order.into_iter().filter_map(|(change, entry)| finding(table, families, change, &entry)).collect()
}

/// The first that was found of each family, if anything was.
pub(super) fn changes(table: &Table, families: &[Family]) -> Vec<Option<Change>> {
    let mut changes = vec![None; families.len()];
    for (change, entry) in order(table, families) {
        if let Some(slot) = changes.get_mut(entry.family) {
            slot.get_or_insert(change);
        }
    }
    changes
}

fn order(table: &Table, families: &[Family]) -> Vec<(Change, Entry)> {
    let values = inside::new_values(table, families).into_iter();
    let values =
        values.map(|(score, place)| Entry { score, family: place.family, detail: Inside::Value(place) });
    let moved = inside::moved(table, families).into_iter().take(20);
    let moved =
        moved.map(|(score, moved)| Entry { score, family: moved.family, detail: Inside::Moved(moved) });
    let (values, moved): (Vec<_>, Vec<_>) = (values.collect(), moved.collect());
    let (mut queues, listed) = if table.baseline.lines == 0 {
        alone(families, values, moved)
    } else {
        compared(&Baseline::new(table, families), families, values, moved)
    };
    let mut order = interleave(&mut queues);
    let rest = common(families, &listed).into_iter().take(COMMON);
    order
        .extend(rest.map(|(score, family)| (Change::Common, Entry { score, family, detail: Inside::Whole })));
    order
}

fn compared(
    baseline: &Baseline<'_>,
    families: &[Family],
    values: Vec<Entry>,
    moved: Vec<Entry>,
) -> (Vec<Queue>, BTreeSet<usize>) {
    let (new, gone) = (baseline.new_families(), baseline.gone());
    let (surged, severe) = (baseline.surged(), baseline.severe());
    let listed = inside::places(&[&new, &gone, &surged, &severe]);
    let first = new.first().and_then(|(_, place)| families.get(*place));
    // Where nothing alarming is new, what stopped is the better news.
    let calm = first.is_none_or(|family| weight(family.level, family.class) < 2.0);
    let mut queues = vec![
        queue(Change::New, whole(&new, 300), 0.36, 210.0),
        queue(Change::Gone, whole(&gone, 150), 0.22, 130.0),
        queue(Change::Surged, whole(&surged, 80), 0.12, 170.0),
        queue(Change::Severe, whole(&severe, 80), 0.10, 170.0),
        queue(Change::Value, values, 0.13, 180.0),
        queue(Change::Number, moved, 0.05, 170.0),
    ];
    if calm {
        queues.swap(0, 1);
    }
    (queues, listed)
}

/// Without a baseline: severe, rare, rare values, numbers that moved within the window.
fn alone(families: &[Family], values: Vec<Entry>, moved: Vec<Entry>) -> (Vec<Queue>, BTreeSet<usize>) {
    let (severe, rare) = (severe_alone(families), rare_alone(families));
    let listed = inside::places(&[&severe, &rare]);
    let queues = vec![
        queue(Change::Severe, whole(&severe, 300), 0.55, 220.0),
        queue(Change::Rare, whole(&rare, 300), 0.30, 170.0),
        queue(Change::Value, values, 0.10, 190.0),
        queue(Change::Number, moved, 0.05, 170.0),
    ];
    (queues, listed)
}

fn whole(scored: &[Scored], most: usize) -> Vec<Entry> {
    let entry = |(score, family): &Scored| Entry { score: *score, family: *family, detail: Inside::Whole };
    scored.iter().take(most).map(entry).collect()
}

fn queue(change: Change, entries: Vec<Entry>, share: f64, length: f64) -> Queue {
    Queue { change, entries: entries.into_iter(), share, length, used: 0.0 }
}

/// Always the next of the kind that has had the least for its share; so each kind has one line before any has two. A
/// family that was told as surged is not told again as severe.
fn interleave(queues: &mut [Queue]) -> Vec<(Change, Entry)> {
    let mut order = Vec::new();
    let mut told = BTreeSet::new();
    loop {
        let open = queues.iter_mut().filter(|queue| queue.entries.len() > 0);
        let Some(queue) = open.min_by(|a, b| (a.used / a.share).total_cmp(&(b.used / b.share))) else {
            return order;
        };
        let Some(entry) = queue.entries.next() else { return order };
        if matches!(entry.detail, Inside::Whole) && !told.insert(entry.family) {
            continue;
        }
        queue.used += queue.length;
        order.push((queue.change, entry));
    }
}

fn finding(table: &Table, families: &[Family], change: Change, entry: &Entry) -> Option<Finding> {
    let family = families.get(entry.family)?;
    let place = match entry.detail {
        Inside::Value(place) => place.group,
        _ if change == Change::Gone => most_before(table, family),
        _ => family.head,
    };
    let group = table.groups.get(place)?;
    let gone = change == Change::Gone || group.window.samples.is_empty();
    let mut samples =
        if gone && !group.baseline.samples.is_empty() { &group.baseline } else { &group.window }
            .samples
            .clone();
    let mut first_seen = family.first;
    let detail = match entry.detail {
        Inside::Whole => Detail::Pattern,
        Inside::Moved(moved) => {
            Detail::Number { position: moved.position, median: moved.median, p95: moved.p95 }
        }
        Inside::Value(place) => match inside::unknown(table, &place) {
            Some(unknown) => {
                first_seen = unknown.first;
                if !unknown.sample.is_empty() {
                    samples = vec![unknown.sample.clone()];
                }
                Detail::Value { value: unknown.value.clone(), count: unknown.count }
            }
            None => {
                first_seen = group.window.first;
                Detail::Variant
            }
        },
    };
    let scale = table.window.minutes() / table.baseline.minutes();
    Some(Finding {
        change,
        score: entry.score,
        now: family.now as u64,
        before: family.before as u64,
        normal: family.before * scale,
        first_seen,
        last_seen: family.last,
        sparkline: sparkline(&family.window, table.window.slices()),
        stream: table.streams.get(family.stream).cloned().unwrap_or_default(),
        level: family.level,
        logger: group.logger.clone(),
        template: family.template.clone(),
        samples,
        detail,
    })
}

/// The group that the baseline had most of.
fn most_before(table: &Table, family: &Family) -> usize {
    let before = |place: usize| table.groups.get(place).map_or(0, |group| group.baseline.count);
    family
        .groups
        .iter()
        .copied()
        .max_by_key(|place| (before(*place), *place == family.head))
        .unwrap_or(family.head)
}

/// All slices of the window, the empty ones at its end as well; two and two as one where there are many.
fn sparkline(buckets: &[u32], slices: usize) -> Vec<u32> {
    let mut all = buckets.to_vec();
    all.resize(slices.max(buckets.len()), 0);
    if all.len() <= 32 { all } else { all.chunks(2).map(|pair| pair.iter().sum()).collect() }
}
