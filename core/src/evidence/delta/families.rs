//! Groups of the table that are one pattern after the merge: what the comparison counts.
//!
//! Knows the merge of one workload, level and logger at a time. Must not compare sides.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::side::Seen;
use super::table::{Group, Table};
use crate::evidence::patterns::level::Level;
use crate::evidence::patterns::merge::{Row, merge};

/// More patterns than this in one source statement are one after all: its text is free.
const STATEMENT_PATTERNS: usize = 3;

/// Groups that are one pattern.
#[derive(Debug)]
pub(super) struct Family {
    /// Places in the table.
    pub groups: Vec<usize>,
    /// The one most seen in the window; stands for all.
    pub head: usize,
    pub stream: usize,
    pub level: Level,
    pub class: u8,
    pub now: f64,
    pub before: f64,
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    pub window: Vec<u32>,
    pub baseline: Vec<u32>,
    pub template: String,
}

/// All families, in an order that depends on the lines alone.
pub(super) fn families(table: &Table) -> Vec<Family> {
    let mut kin: BTreeMap<(usize, Level, u64), Vec<usize>> = BTreeMap::new();
    for (place, group) in table.groups.iter().enumerate() {
        kin.entry((group.stream, group.level, group.logger_key)).or_default().push(place);
    }
    let mut all = Vec::new();
    for members in kin.into_values() {
        all.extend(
            split(table, &members)
                .into_iter()
                .filter_map(|(groups, template)| family(table, groups, template)),
        );
    }
    all.sort_by_key(|family| family.head);
    all
}

/// The groups of one workload, level and logger, merged.
fn split(table: &Table, members: &[usize]) -> Vec<(Vec<usize>, String)> {
    let groups: Vec<&Group> = members.iter().filter_map(|place| table.groups.get(*place)).collect();
    let rows: Vec<Row<'_>> = groups
        .iter()
        .filter_map(|group| {
            let pattern = table.patterns().get(group.pattern)?;
            Some(Row { tokens: &pattern.tokens, count: group.window.count + group.baseline.count })
        })
        .collect();
    let merged = merge(&rows);
    let mut families: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, id) in members.iter().zip(&merged.of_row) {
        families.entry(*id).or_default().push(*place);
    }
    let template = |id: &usize| merged.templates.get(id).cloned().unwrap_or_default();
    let statement = groups.first().is_some_and(|group| group.statement);
    if statement && families.len() > STATEMENT_PATTERNS {
        let first = families.keys().next().map(template).unwrap_or_default();
        return vec![(members.to_vec(), first)];
    }
    families.into_iter().map(|(id, groups)| (groups, template(&id))).collect()
}

fn family(table: &Table, places: Vec<usize>, template: String) -> Option<Family> {
    let head = *places.iter().min_by_key(|place| {
        let seen = table.groups.get(**place).map_or(0, |group| group.window.count);
        (std::cmp::Reverse(seen), **place)
    })?;
    let group = table.groups.get(head)?;
    let (stream, level) = (group.stream, group.level);
    let members: Vec<&Group> = places.iter().filter_map(|place| table.groups.get(*place)).collect();
    let sum = |side: fn(&Group) -> &Seen| members.iter().map(|group| side(group).count).sum::<u64>() as f64;
    Some(Family {
        head,
        stream,
        level,
        class: members.iter().map(|group| group.class).max().unwrap_or(0),
        now: sum(|group| &group.window),
        before: sum(|group| &group.baseline),
        first: members.iter().filter_map(|group| group.window.first).min(),
        last: members.iter().filter_map(|group| group.window.last).max(),
        window: buckets(members.iter().map(|group| &group.window)),
        baseline: buckets(members.iter().map(|group| &group.baseline)),
        template,
        groups: places,
    })
}

fn buckets<'a>(seen: impl Iterator<Item = &'a Seen>) -> Vec<u32> {
    let mut sum: Vec<u32> = Vec::new();
    for seen in seen {
        if sum.len() < seen.buckets.len() {
            sum.resize(seen.buckets.len(), 0);
        }
        for (total, count) in sum.iter_mut().zip(&seen.buckets) {
            *total += count;
        }
    }
    sum
}
