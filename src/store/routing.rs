//! What the tree says of an incident, as the store is told it: who is told, why, and whether at once.
//!
//! Types alone. The tree is the configuration's.

use chrono::{DateTime, Utc};
use firstlook_core::alert::Labels;
use firstlook_core::incident::Touched;
use firstlook_core::route::Hold;
use firstlook_core::route::escalation::{ByRunbook, Escalation};
use firstlook_core::route::inhibit::{Rule, Suppressed};
use firstlook_core::route::walk::Step;

/// Stands in an integration's name before the id of a channel that its receiver does not name: `slack/0@C0ALERTS`.
pub const ELSEWHERE: char = '@';

/// Stands there before the id of the message in whose thread it is told: `slack/0@C0ALERTS:1795111500.000200`.
pub const THREAD: char = ':';

/// Somebody to be told of an incident, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The receiver's name.
    pub receiver: String,
    /// The kind and its place in the receiver: `pagerduty/0`.
    pub integration: String,
    /// The path through the tree.
    pub reason: String,
    /// Why it is told later.
    pub hold: Option<Hold>,
    /// What of its timing does not hold for this incident, for people.
    pub waived: Option<String>,
    /// It is told only where it came to that: until then the route only says whether it may be.
    pub escalation: bool,
}

/// Who must be told of what these messages changed, at a time, and why nobody is by then.
pub type Router<'a> = &'a (dyn Fn(&Touched, &Labels, DateTime<Utc>, Option<Suppressed>) -> Vec<Route> + Sync);

/// Who else is told in time of what rings, by the tree and by the incident's runbook.
pub type Escalator<'a> = &'a (dyn Fn(&Touched, &Labels, Option<&ByRunbook>) -> Vec<Escalation> + Sync);

/// The way of what rings through the tree, at a time.
pub type Walker<'a> = &'a (dyn Fn(&Touched, &Labels, DateTime<Utc>, Option<Suppressed>) -> Vec<Step> + Sync);

/// Of what nobody is told while something else fires.
pub type Inhibition<'a> = &'a [Rule];
