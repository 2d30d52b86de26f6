//! What lines have in common: header cut, tokens with masked values, patterns.
//!
//! Knows text only. Must not know windows, baselines or incidents: `delta` compares.

pub mod bytes;
pub mod chunks;
pub mod header;
pub mod level;
mod mask;
pub mod merge;
pub mod miner;
pub mod tokens;
pub mod vocabulary;

/// The pattern of each line of one file, in order, as `patterns --assign` prints it.
#[derive(Debug)]
pub struct Assignment {
    /// For each line, the id of its pattern.
    pub ids: Vec<usize>,
    /// The text of each pattern, by its id.
    pub templates: std::collections::BTreeMap<usize, String>,
}

/// Mines the lines of one file. `lines` is called twice: to learn the header's column, and to read.
pub fn assign<'a, L: Iterator<Item = &'a [u8]>>(lines: impl Fn() -> L) -> Assignment {
    let column = header::learn_column(lines());
    let mut miner = miner::Miner::default();
    let rows: Vec<usize> = lines().map(|line| miner.add(line, header::read(line, column).start)).collect();
    let table: Vec<_> =
        miner.patterns().iter().map(|row| merge::Row { tokens: &row.tokens, count: row.count }).collect();
    let groups = merge::merge(&table);
    let ids = rows.iter().map(|row| groups.of_row.get(*row).copied().unwrap_or(*row)).collect();
    Assignment { ids, templates: groups.templates }
}
