//! Door: clock. The only place that reads the time of day; each hop asks once, where it begins.

use chrono::{DateTime, SubsecRound, Utc};

/// The time now, in whole microseconds: what Postgres keeps, so that a value read back equals the one written.
#[allow(clippy::disallowed_methods, reason = "this is the door that the ban points to")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
