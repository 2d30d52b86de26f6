//! The keys of evidence sources that have findings: Security Hub and GuardDuty.

use firstlook_core::evidence::security::Level;

use super::super::Error;
use super::super::section::Section;
use crate::evidence::findings::Bounds;

/// What a source of type `security_hub` or `guardduty` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// Where it is; the environment's where none is given.
    pub region: Option<String>,
    /// In place of AWS's own address.
    pub endpoint_url: Option<String>,
    /// How much is read.
    pub bounds: Bounds,
}

/// Its keys.
pub(super) const KEYS: [&str; 4] = ["region", "endpoint_url", "min_severity", "max_findings"];
/// Those that can be asked for; what is informational is never read.
const LEVELS: [Level; 4] = [Level::Critical, Level::High, Level::Medium, Level::Low];

pub(super) fn read(item: &Section<'_>) -> Result<Findings, Error> {
    let least = match item.text("min_severity")? {
        None => Level::Medium,
        Some(word) => LEVELS.into_iter().find(|level| level.word() == word).ok_or_else(|| {
            item.error("min_severity", format!("{word:?} is unknown: write critical, high, medium or low"))
        })?,
    };
    let most = usize::try_from(item.integer("max_findings", 1_000, 1..=5_000)?).unwrap_or(1_000);
    Ok(Findings {
        region: item.text("region")?,
        endpoint_url: item.url("endpoint_url")?,
        bounds: Bounds { least, most },
    })
}
