//! `storm:`: how much has to begin at a receiver so that one message tells of it.

use firstlook_core::route::storm::Limits;

use super::Error;
use super::section::Section;

/// Reads `storm:`.
pub fn read(top: &Section<'_>) -> Result<Limits, Error> {
    let usual = Limits::default();
    let Some(section) = top.section("storm", &["incidents", "window"], &[])? else { return Ok(usual) };
    let window = section.delta("window", usual.window)?;
    if !(chrono::TimeDelta::seconds(1)..=chrono::TimeDelta::hours(1)).contains(&window) {
        return Err(section.error("window", "is not from 1s to 1h: `1m` is usual"));
    }
    let incidents = section.integer("incidents", usual.incidents as u64, 1..=1_000_000)?;
    Ok(Limits { incidents: usize::try_from(incidents).unwrap_or(usize::MAX), window })
}
