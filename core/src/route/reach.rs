//! Which nodes something critical may reach, and what they may have it wait for.
//!
//! Knows the tree. Labels other than the severity may be anything, so a matcher of one may hold or not.

use super::{Route, Tree};
use crate::alert::Labels;

impl Tree {
    /// The nodes that may have a critical incident wait, each with the intervals that may: for whoever wants to be told
    /// of that before it happens.
    pub fn critical_may_wait(&self) -> Vec<(String, Vec<&str>)> {
        let mut found = Vec::new();
        walk(&self.routes, "route", &mut found);
        found
    }
}

/// Whether a critical incident may come here, and whether every one that comes to its siblings does.
fn reach(route: &Route) -> (bool, bool) {
    let critical: Labels = [("severity", "critical")].into_iter().collect();
    let mut surely = true;
    for matcher in route.matchers.iter() {
        if matcher.name() != "severity" {
            surely = false;
        } else if !matcher.matches(&critical) {
            return (false, false);
        }
    }
    (true, surely)
}

/// Returns whether every critical incident that comes here is taken by one of these.
fn walk<'a>(routes: &'a [Route], parent: &str, found: &mut Vec<(String, Vec<&'a str>)>) -> bool {
    let mut taken = false;
    for (index, route) in routes.iter().enumerate() {
        let (may, surely) = reach(route);
        if !may {
            continue;
        }
        let path = format!("{parent}.routes[{index}]");
        let below = walk(&route.routes, &path, found);
        let names = route.active_time_intervals.iter().chain(&route.mute_time_intervals);
        let names: Vec<&str> = names.map(String::as_str).collect();
        if !below && !names.is_empty() {
            found.push((path, names));
        }
        taken |= surely;
        if surely && !route.continue_matching {
            break;
        }
    }
    taken
}
