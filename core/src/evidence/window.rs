//! A span of time that evidence is asked for.
//!
//! Knows two instants. Must not know how they were chosen, nor what is read between them.

use chrono::{DateTime, Utc};

/// From `start` (inclusive) to `end` (exclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant that belongs to it.
    pub start: DateTime<Utc>,
    /// The first instant that no longer belongs to it.
    pub end: DateTime<Utc>,
}
