//! Findings of several sources as a digest: each told once, those of a kind together, the worst first.
//!
//! Knows names, levels and times. Must not know words.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Finding, GUARDDUTY, HUB, Level, State};
use crate::evidence::Window;

/// A finding, and the source that brought it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen<'a> {
    pub(super) source: &'a str,
    pub(super) answer: &'a Answer,
    pub(super) finding: &'a Finding,
}

/// Findings of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group<'a> {
    /// The worst first, of these the newest.
    pub(super) all: Vec<Seen<'a>>,
    /// How many of them began in the days.
    pub(super) new: usize,
}

impl<'a> Group<'a> {
    /// Its worst finding.
    pub(super) fn first(&self) -> Option<&Seen<'a>> {
        self.all.first()
    }
}

/// Everything that is open, once.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Digest<'a> {
    /// The groups, the most urgent first.
    pub(super) groups: Vec<Group<'a>>,
}

impl<'a> Digest<'a> {
    pub(super) fn of(answers: &'a [Answer], window: Window) -> Self {
        let mut kinds: BTreeMap<(&str, &str), Vec<Seen<'a>>> = BTreeMap::new();
        for seen in once(answers) {
            let finding = seen.finding;
            let name = if finding.kind.is_empty() { &finding.title } else { &finding.kind };
            kinds.entry((&finding.product, name)).or_default().push(seen);
        }
        let mut groups: Vec<Group<'a>> = kinds.into_values().map(|all| group(all, window)).collect();
        // What came in the order of names stays in it where all else is alike.
        groups.sort_by_key(|group| {
            let last = group.all.iter().filter_map(|seen| seen.finding.last_seen).max();
            let first = group.first().map(|seen| seen.finding);
            // What somebody does comes before what is only set so that somebody could.
            let threat = first.is_some_and(|finding| finding.product == GUARDDUTY);
            let worst = first.map(|finding| finding.level);
            (Reverse(worst), Reverse(group.new > 0), !threat, Reverse(group.all.len()), Reverse(last))
        });
        Self { groups }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Finding> {
        self.groups.iter().flat_map(|group| &group.all).map(|seen| seen.finding)
    }

    /// Things that findings of several kinds are about, those of most kinds first, and of how many.
    pub(super) fn shared(&self) -> Vec<(&str, usize)> {
        let mut of: BTreeMap<&str, usize> = BTreeMap::new();
        for group in &self.groups {
            let all = group.all.iter().flat_map(|seen| &seen.finding.resources);
            let things: BTreeSet<&str> = all.map(|thing| own_name(&thing.id)).collect();
            for thing in things {
                *of.entry(thing).or_default() += 1;
            }
        }
        let mut shared: Vec<(&str, usize)> = of.into_iter().filter(|(_, kinds)| *kinds > 1).collect();
        shared.sort_by_key(|(_, kinds)| Reverse(*kinds));
        shared
    }
}

fn group(mut all: Vec<Seen<'_>>, window: Window) -> Group<'_> {
    all.sort_by(|a, b| {
        let key = |seen: &Seen<'_>| {
            let finding = seen.finding;
            (Reverse(finding.level), Reverse(finding.began_in(window)), Reverse(finding.last_seen))
        };
        key(a).cmp(&key(b)).then_with(|| a.finding.id.cmp(&b.finding.id))
    });
    let new = all.iter().filter(|seen| seen.finding.began_in(window)).count();
    Group { all, new }
}

/// Open findings, each once: what GuardDuty hands to Security Hub has the same name in both and is told as GuardDuty tells
/// it, which says more; a control that fails in several standards has a name in each, and fails once for its thing.
fn once(answers: &[Answer]) -> Vec<Seen<'_>> {
    let mut named: BTreeMap<&str, Seen<'_>> = BTreeMap::new();
    for answer in answers {
        for finding in answer.findings.iter().filter(|finding| finding.state != State::Over) {
            let seen = Seen { source: &answer.source, answer, finding };
            let known = named.entry(&finding.id).or_insert(seen);
            if told(finding) > told(known.finding) {
                *known = seen;
            }
        }
    }
    let mut controls = BTreeSet::new();
    let mut all: Vec<Seen<'_>> = named.into_values().collect();
    // The worst of a control's standards is the one that stays.
    all.sort_by_key(|seen| Reverse(seen.finding.level));
    all.retain(|seen| {
        let Finding { product, kind, account, region, resources, .. } = seen.finding;
        product != HUB
            || kind.is_empty()
            || resources.is_empty()
            || controls.insert((kind, account, region, resources))
    });
    all
}

/// What services agree upon: one writes `i-0abc`, another its ARN.
fn own_name(id: &str) -> &str {
    id.rsplit(['/', ':']).find(|part| !part.is_empty()).unwrap_or(id)
}

/// How much a finding tells.
fn told(finding: &Finding) -> usize {
    finding.details.len() + usize::from(finding.count.is_some())
}

/// How many there are of each level that has some, the worst first.
pub(super) fn levels<'a>(all: impl Iterator<Item = &'a Finding>) -> Vec<(Level, u64)> {
    let mut counts: BTreeMap<Reverse<Level>, u64> = BTreeMap::new();
    all.for_each(|finding| *counts.entry(Reverse(finding.level)).or_default() += 1);
    counts.into_iter().map(|(Reverse(level), count)| (level, count)).collect()
}

/// How many have each value of something, the most first.
pub(super) fn by<'a>(all: impl Iterator<Item = &'a str>) -> Vec<(&'a str, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    all.filter(|value| !value.is_empty()).for_each(|value| *counts.entry(value).or_default() += 1);
    let mut all: Vec<(&str, u64)> = counts.into_iter().collect();
    all.sort_by_key(|(_, count)| Reverse(*count));
    all
}
