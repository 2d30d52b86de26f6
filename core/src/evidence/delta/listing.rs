//! Every pattern of one file, or of two, with how often it was seen: for people who look at a log themselves.
//!
//! Knows families and what was found of them. Must not rank by how decisive they are: the most frequent comes first.

use super::rank::changes;
use super::table::Table;
use super::{Change, Level, Line, families};

/// One pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// How it differs from the baseline; [`Change::Common`] where there is none and it is neither severe nor rare.
    pub change: Change,
    /// Lines in the window.
    pub now: u64,
    /// Lines in the baseline.
    pub before: u64,
    /// The line's own level.
    pub level: Level,
    /// The workload: the stream without its pod's suffix; may be empty.
    pub stream: String,
    /// Logger, class or source statement; may be empty.
    pub logger: String,
    /// The pattern, with `<*>` for values. Verbatim otherwise.
    pub template: String,
}

/// All patterns, the most frequent first.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// Of both sides.
    pub patterns: Vec<Listed>,
    /// Lines in the window.
    pub lines: u64,
    /// Lines in the baseline; 0 where there is none.
    pub baseline_lines: u64,
}

/// Reads the baseline, then the window, and lists their patterns. Lines stream through; memory is bounded.
pub fn list(window: impl Iterator<Item = Line>, baseline: impl Iterator<Item = Line>) -> Listing {
    let table = Table::read(window, baseline, None);
    let families = families::families(&table);
    let listed = families.iter().zip(changes(&table, &families)).map(|(family, change)| {
        let (now, before) = (family.now as u64, family.before as u64);
        Listed {
            change: change.unwrap_or(match (now, before) {
                (_, 0) if table.baseline.lines > 0 => Change::New,
                (0, _) => Change::Gone,
                _ => Change::Common,
            }),
            now,
            before,
            level: family.level,
            stream: table.streams.get(family.stream).cloned().unwrap_or_default(),
            logger: table.groups.get(family.head).map(|group| group.logger.clone()).unwrap_or_default(),
            template: family.template.clone(),
        }
    });
    let mut patterns: Vec<Listed> = listed.collect();
    // Stable: patterns seen equally often stay in the order in which they were first seen.
    patterns.sort_by_key(|one| std::cmp::Reverse((one.now, one.before)));
    Listing { patterns, lines: table.window.lines, baseline_lines: table.baseline.lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[(usize, &'static str)]) -> impl Iterator<Item = Line> {
        let all: Vec<Line> = texts
            .iter()
            .flat_map(|(count, text)| (0..*count).map(move |_| text))
            .enumerate()
            .map(|(n, text)| {
                Line::new(chrono::DateTime::from_timestamp(1_763_629_800 + n as i64, 0), "a-1", text)
            })
            .collect();
        all.into_iter()
    }

    #[test]
    fn every_pattern_is_listed_with_its_counts_and_how_it_differs() {
        let window = [(200, "INFO served"), (30, "ERROR x.Pool: no connection"), (1, "INFO reloaded")];
        let baseline = [(200, "INFO served"), (40, "INFO cache warmed")];
        let found = list(lines(&window), lines(&baseline));
        let rows: Vec<_> =
            found.patterns.iter().map(|p| (p.change, p.now, p.before, p.template.as_str())).collect();
        assert_eq!(
            rows,
            [
                (Change::Common, 200, 200, "served"),
                (Change::New, 30, 0, "no connection"),
                (Change::New, 1, 0, "reloaded"),
                (Change::Gone, 0, 40, "cache warmed"),
            ]
        );
        let error = &found.patterns[1];
        assert_eq!(
            (error.level, error.logger.as_str(), error.stream.as_str()),
            (Level::Error, "x.Pool", "a")
        );
        assert_eq!((found.lines, found.baseline_lines), (231, 240));
    }

    #[test]
    fn an_empty_file_has_no_pattern() {
        assert_eq!(list(lines(&[]), lines(&[])).patterns, []);
    }
}
