//! What can be known about the moment of an alarm: items, gaps, and the text that may leave the house.
//!
//! Knows lines, patterns and their comparison with normal. Must not know where lines come from (the doors in the
//! root crate do), nor who reads the result.

mod about;
pub mod access;
pub mod asked;
mod assign;
pub mod catalogue;
pub mod changes;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod days;
pub mod delta;
mod excerpt;
mod items;
mod join;
pub mod known;
mod leading_time;
pub mod lines;
pub mod metric;
mod pack;
pub mod passages;
pub mod patterns;
pub mod reach;
pub mod redact;
pub mod related;
pub mod security;
mod shares;
pub mod shipped;
pub mod similar;
pub(crate) mod telling;
mod timestamp;
pub mod traces;
pub mod window;
mod words;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use about::About;
pub use assign::{Assigner, Assignment};
pub use delta::{Comparison, Finding, Listed, Listing, Span, compare, list};
pub use items::items;
pub use join::joined;
pub use leading_time::leading_time;
pub use lines::Line;
pub use pack::{Pack, TOKEN, amended, pack};
pub use redact::{CustomRule, Redacted, RedactionError, Redactor};
pub use window::{Onset, Window};

/// What an item is; its ids begin with [`Kind::letter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The alarm itself, `A1`.
    Alarm,
    /// A log pattern, `L1`.
    Log,
    /// A metric, `M1`.
    Metric,
    /// A change, `C1`.
    Change,
    /// A trace, `T1`.
    Trace,
    /// A step of the runbook, `R1`.
    Runbook,
    /// An earlier occurrence, `H1`.
    History,
    /// Findings of a security service, `F1`.
    Finding,
}

impl Kind {
    /// The first letter of this kind's ids, as prompts and pages show them.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Alarm => "A",
            Self::Log => "L",
            Self::Metric => "M",
            Self::Change => "C",
            Self::Trace => "T",
            Self::Runbook => "R",
            Self::History => "H",
            Self::Finding => "F",
        }
    }

    /// Whether Postgres alone knows it, so that it is the same in every collection.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Alarm | Self::Runbook | Self::History)
    }
}

/// How a log pattern differs from normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Not seen in the baseline.
    New,
    /// Seldom in the window, where there is no baseline to compare with.
    Rare,
    /// Much more frequent than in the baseline.
    Surged,
    /// Frequent in the baseline, (almost) absent now.
    Gone,
    /// Severe by its words, also in the baseline.
    Severe,
    /// A known pattern with a value never seen in its place.
    Value,
    /// A known pattern whose numbers moved.
    Number,
    /// As usual.
    Common,
}

impl Change {
    /// The word for it before a count, with its comma; nothing of what is as usual.
    pub(crate) fn before_count(self) -> &'static str {
        match self {
            Self::New => "new, ",
            Self::Rare => "rare, ",
            Self::Surged => "surged, ",
            Self::Gone => "gone, ",
            Self::Severe => "severe, ",
            Self::Value => "new value, ",
            Self::Number => "numbers moved, ",
            Self::Common => "",
        }
    }
}

/// How often something was seen in the window and in the baseline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frequency {
    /// How it differs.
    pub change: Change,
    /// Lines in the window.
    pub now: u64,
    /// Lines in the baseline, scaled to the length of the window; `None` where no baseline could be read, so that
    /// there is nothing to compare with.
    pub normal: Option<f64>,
    /// Lines per equal slice of the window, oldest first.
    pub sparkline: Vec<u32>,
    /// The last time it was seen in the window.
    pub last_seen: Option<DateTime<Utc>>,
}

/// One piece of evidence. All of its text has been redacted.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// `L1`: the kind's letter and a number from 1. Stable for one collection.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The configured evidence source, `alert`, `runbook` or `history`.
    pub source: String,
    /// One line for people.
    pub title: Redacted,
    /// The evidence itself: verbatim samples, a step's text, how an earlier occurrence ended.
    pub text: Redacted,
    /// The query that brought it, to be run again.
    pub query: Option<Redacted>,
    /// A deep link with absolute times; made by [`Redactor::redact_url`].
    pub link: Option<Redacted>,
    /// When it happened, or first appeared in the window.
    pub at: Option<DateTime<Utc>>,
    /// For log patterns.
    pub frequency: Option<Frequency>,
    /// For metrics.
    pub chart: Option<metric::Chart>,
}

/// Something that could not be had, why, and what would close the gap.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gap {
    /// The configured evidence source.
    pub source: String,
    /// What happened, for people.
    pub reason: Redacted,
    /// The IAM action, configuration key or deed that closes it.
    pub remedy: Redacted,
}
