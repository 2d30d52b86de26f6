//! How well lines are grouped, against the statement that wrote each line.
//!
//! Knows the measures of the literature: grouping accuracy (Zhu, ICSE 2019), its F1 over groups (Jiang, ISSTA 2024), and
//! rare isolation. Must not know which lines they are.

use std::collections::{HashMap, HashSet};

use firstlook_core::evidence::Assigner;

/// The measures of one set of lines.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grouping {
    /// The share of lines whose group holds exactly the lines of their statement.
    pub accuracy: f64,
    /// F1 of the groups that are exactly one statement.
    pub f1: f64,
    /// Statements seen at most five times whose lines are in groups without other statements, and all such statements.
    pub rare: (usize, usize),
    /// Groups per statement, on average.
    pub groups: f64,
}

/// The id that the miner gives each line.
pub fn assigned<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Vec<u32> {
    let mut assigner = Assigner::new();
    lines.for_each(|line| assigner.add(line));
    assigner.finish().ids
}

/// Compares what is true of each line with the group it was given.
pub fn score(truth: &[u32], given: &[u32]) -> Grouping {
    assert_eq!(truth.len(), given.len());
    let mut both: HashMap<(u32, u32), usize> = HashMap::new();
    let (mut true_size, mut given_size) = (HashMap::new(), HashMap::new());
    for (statement, group) in truth.iter().zip(given) {
        *both.entry((*statement, *group)).or_default() += 1;
        *true_size.entry(*statement).or_insert(0) += 1;
        *given_size.entry(*group).or_insert(0) += 1;
    }
    let exact = both.iter().filter(|((statement, group), count)| {
        true_size[statement] == **count && given_size[group] == **count
    });
    let (found, lines) = exact.fold((0, 0), |(found, lines), (_, count)| (found + 1, lines + count));
    let mut statements_of: HashMap<u32, HashSet<u32>> = HashMap::new();
    let mut groups_of: HashMap<u32, Vec<u32>> = HashMap::new();
    for (statement, group) in both.keys() {
        statements_of.entry(*group).or_default().insert(*statement);
        groups_of.entry(*statement).or_default().push(*group);
    }
    let rare = true_size.iter().filter(|(_, count)| **count <= 5).map(|(statement, _)| statement);
    let alone = |statement: &&u32| groups_of[statement].iter().all(|group| statements_of[group].len() == 1);
    Grouping {
        accuracy: lines as f64 / truth.len().max(1) as f64,
        f1: 2.0 * found as f64 / (given_size.len() + true_size.len()) as f64,
        rare: (rare.clone().filter(alone).count(), rare.count()),
        groups: both.len() as f64 / true_size.len() as f64,
    }
}

/// The mean of several sets, with the rare statements of all.
pub fn mean(all: &[Grouping]) -> Grouping {
    let mean = |of: fn(&Grouping) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    Grouping {
        accuracy: mean(|one| one.accuracy),
        f1: mean(|one| one.f1),
        rare: all.iter().fold((0, 0), |sum, one| (sum.0 + one.rare.0, sum.1 + one.rare.1)),
        groups: mean(|one| one.groups),
    }
}
