//! What AWS's security services have found, as a digest of days: read, told once by whatever ways it comes, grouped and ranked.
//!
//! Knows findings and the days that were asked about. Must not know who brought them, nor judge whether one is right: its
//! level is the service's own.

mod digest;
mod finding;
mod read;
#[cfg(test)]
mod tests;
mod told;

pub use finding::{Finding, Level, Resource, State};
pub use read::{asff, guardduty};
pub use told::items;

/// As Security Hub calls itself, and the controls that it checks, where others have found the rest.
const HUB: &str = "Security Hub";
/// As GuardDuty is called wherever its findings come from.
const GUARDDUTY: &str = "GuardDuty";

/// What one source has found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answer {
    /// `evidence.sources[].name`.
    pub source: String,
    /// All that is open, verbatim.
    pub findings: Vec<Finding>,
    /// How a person asks the same.
    pub query: String,
    /// Where a person sees them.
    pub link: Option<String>,
    /// What a cap or the time cut away, for people.
    pub missing: Vec<String>,
}
