//! The runbook of an incident as it was when the incident opened.

use serde::{Deserialize, Serialize};

use super::Step;

/// What an incident keeps of its runbook, so that a later edit of the file does not change what was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    /// Relative to the runbooks' folder.
    pub path: String,
    /// Its first heading.
    pub title: String,
    /// The git commit, where the folder is a work tree.
    pub commit: Option<String>,
    /// Where people read or edit it.
    pub url: Option<String>,
    /// Why this one: the matchers or the annotation that chose it.
    pub reason: String,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Seconds after which somebody else is told.
    pub escalate_after: Option<u64>,
    /// What to do, in order.
    pub steps: Vec<Step>,
}
