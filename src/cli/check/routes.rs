//! What `route:` and `time_intervals:` may have somebody wait for, told before it happens.

use chrono::{DateTime, Utc};
use firstlook::config::Config;
use firstlook_core::route::interval::next;

use super::{Mark, Table};

/// A calendar that ends so soon needs the next year's days.
const SOON: u64 = 30;

pub(super) fn routes(config: &Config, now: DateTime<Utc>, table: &mut Table) {
    for (path, intervals) in config.route.critical_may_wait() {
        let said = format!(
            "a critical incident may wait here ({}): its hours hold for pages as well; put a route for \
             severity=\"critical\" without intervals before it",
            intervals.join(", ")
        );
        table.add(Mark::Note, path, said);
    }
    for (name, interval) in &config.route.intervals {
        let what = format!("time interval {name}");
        if !interval.contains(now) && next(&[interval], now, |at| interval.contains(at)).is_none() {
            table.add(Mark::Note, &what, "does not begin within a year: who waits for it is told nothing");
        }
        let today = now.date_naive();
        let calendars = interval.spans.iter().filter_map(|span| span.holidays.as_ref());
        for last in calendars.filter_map(|calendar| calendar.runs_out(today, SOON)) {
            let said = format!("its calendar ends with {last}: holidays after that are working days");
            table.add(Mark::Note, &what, said);
        }
    }
}
