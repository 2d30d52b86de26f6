//! What can be seen of `pagerduty_configs` without asking PagerDuty.

use firstlook::config::Config;

use super::{Mark, Table};

/// A line for each integration that is told of changes by a key that takes none (FACTS C).
pub(super) fn pagers(config: &Config, table: &mut Table) {
    for receiver in &config.receivers {
        for (n, one) in receiver.pagerduty.iter().enumerate() {
            if one.changes_url.is_some() && one.routing_key.expose().starts_with('R') {
                let said = "`change_events`: a key that begins with R is one of a ruleset or an orchestration, which takes none; \
                            use that of a service's own integration";
                table.add(Mark::Note, format!("{} pagerduty/{n}", receiver.name), said);
            }
        }
    }
}
