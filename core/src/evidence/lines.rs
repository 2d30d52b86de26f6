//! What a log says at one moment.
//!
//! Knows the shape of a log event. Must not know where it came from beyond the name of its stream.

use chrono::{DateTime, Utc};

/// One log event: usually a line, or a line with the stack trace that belongs to it (joined by `\n`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was written, where that is known.
    pub at: Option<DateTime<Utc>>,
    /// The file, container or service that wrote it.
    pub stream: String,
    /// The text as it was read, invalid UTF-8 replaced.
    pub text: String,
}
