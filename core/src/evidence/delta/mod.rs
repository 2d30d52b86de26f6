//! The window compared with normal: what is new, gone, surged, severe, or different inside of known patterns.
//!
//! Knows two streams of lines. Must not know how findings are shown (`items` and `pack` do), nor redact: what is in a
//! [`Comparison`] is verbatim and stays inside of the evidence stage.

mod families;
mod inside;
mod json;
mod listing;
mod rank;
mod record;
mod score;
mod severity;
mod side;
pub(in crate::evidence) mod stats;
mod table;
mod values;

use chrono::{DateTime, Utc};

use super::patterns::level::Level;
use super::{Change, Line, Window};
pub use listing::{Listed, Listing, list};
pub(super) use record::{Record, body};
pub(super) use severity::FAILURES;
use table::Table;

/// The stretches that were asked for, so that rates rest on them and not on the first and last line found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The alarm's window.
    pub window: Window,
    /// What counts as normal; several follow one another.
    pub baselines: Vec<Window>,
}

/// The more telling detail of a finding.
#[derive(Clone, PartialEq)]
pub enum Detail {
    /// The pattern itself.
    Pattern,
    /// A row of a known pattern that the baseline does not have.
    Variant,
    /// A value never seen in its place, and the lines that have it.
    Value {
        /// Verbatim.
        value: String,
        /// Lines with it.
        count: u64,
    },
    /// A number that moved.
    Number {
        /// Which value of the pattern, from 1.
        position: usize,
        /// Before and now.
        median: (f64, f64),
        /// Before and now.
        p95: (f64, f64),
    },
}

/// One thing that differs from normal.
#[derive(Clone, PartialEq)]
pub struct Finding {
    /// How it differs.
    pub change: Change,
    /// How decisive it is among findings of the same change.
    pub score: f64,
    /// Lines in the window.
    pub now: u64,
    /// Lines in the baseline.
    pub before: u64,
    /// Lines in the baseline, scaled to the length of the window.
    pub normal: f64,
    /// In the window.
    pub first_seen: Option<DateTime<Utc>>,
    /// In the window.
    pub last_seen: Option<DateTime<Utc>>,
    /// Lines per equal slice of the window, oldest first.
    pub sparkline: Vec<u32>,
    /// The workload: the stream without its pod's suffix.
    pub stream: String,
    /// The line's own level.
    pub level: Level,
    /// Logger, class or source statement; may be empty.
    pub logger: String,
    /// The pattern, with `<*>` for values. Verbatim otherwise.
    pub template: String,
    /// One to three lines, verbatim, each at most 3,000 bytes; of the baseline where the window has none.
    pub samples: Vec<String>,
    /// What of it is new.
    pub detail: Detail,
}

impl std::fmt::Debug for Finding {
    /// Without verbatim text, which may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Finding {{ {:?} {} -> {} {:?} {} }}",
            self.change, self.before, self.now, self.level, self.stream
        )
    }
}

/// What the comparison found.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The most decisive first; an order that does not depend on any budget.
    pub findings: Vec<Finding>,
    /// Lines in the window.
    pub lines: u64,
    /// Lines in the baseline; 0 where there is none.
    pub baseline_lines: u64,
    /// Distinct patterns on both sides.
    pub patterns: usize,
    /// From when to when the window is.
    pub window: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The window's length in minutes.
    pub minutes: f64,
    /// The baseline's.
    pub baseline_minutes: f64,
}

/// Reads the baseline, then the window, and ranks what differs. Lines stream through; memory is bounded; the result
/// depends on the lines alone. Without a `span` the lines' own times tell how long each side is.
pub fn compare(
    window: impl Iterator<Item = Line>,
    baseline: impl Iterator<Item = Line>,
    span: Option<&Span>,
) -> Comparison {
    let table = Table::read(window, baseline, span);
    let families = families::families(&table);
    Comparison {
        findings: rank::findings(&table, &families),
        lines: table.window.lines,
        baseline_lines: table.baseline.lines,
        patterns: families.len(),
        window: table.window.range(),
        minutes: table.window.minutes(),
        baseline_minutes: table.baseline.minutes(),
    }
}

#[cfg(test)]
mod tests;
