//! Changes within days as items, in the order of time: there is no alarm that they could lie near.
//!
//! Knows events and dates. Must not say that one has to do with anything.

use chrono::{DateTime, Utc};

use super::super::excerpt::{excerpt, squeeze};
use super::super::{Item, Redacted, Redactor};
use super::runs::{self, Run};
use super::{ChangeEvent, TITLE};

/// Changes that are told, the newest of them.
const MOST: usize = 40;

/// The items of `events` that happened before `end`, the oldest first.
pub fn dated(events: &[ChangeEvent], end: DateTime<Utc>, redactor: &Redactor) -> Vec<Item> {
    let mut all = runs::of(events, end);
    all.sort_by_key(|run| (run.nearest.at, run.nearest.summary.clone()));
    let left = all.len().saturating_sub(MOST);
    all.iter().skip(left).enumerate().map(|(place, run)| item(place, run, redactor)).collect()
}

fn item(place: usize, run: &Run<'_>, redactor: &Redactor) -> Item {
    let mut title = Redacted::time(run.nearest.at, "%Y-%m-%d %H:%M ");
    title.push(&excerpt(&squeeze(&redactor.redact_line(&run.said())), TITLE));
    let at = Redacted::time(run.nearest.at, "at %Y-%m-%d %H:%M:%S UTC");
    super::item(place, run, [title, at], "", redactor)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn event(minute: i64) -> ChangeEvent {
        let at = DateTime::from_timestamp(1_763_629_800 + 60 * minute, 0).unwrap();
        ChangeEvent { source: "ci".into(), at, summary: format!("deploy {minute}"), ..ChangeEvent::default() }
    }

    #[test]
    fn they_come_in_the_order_of_time_without_an_alarm() {
        let end = event(1_000).at + TimeDelta::minutes(1);
        let events: Vec<ChangeEvent> = [3, 1, 2].map(event).to_vec();
        let items = dated(&events, end, &Redactor::default());
        let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(
            titles,
            ["2025-11-20 09:11 deploy 1", "2025-11-20 09:12 deploy 2", "2025-11-20 09:13 deploy 3"]
        );
        assert_eq!((items[0].id.as_str(), items[0].text.as_str()), ("C1", "at 2025-11-20 09:11:00 UTC"));
        let many: Vec<ChangeEvent> = (0..100).map(event).collect();
        let items = dated(&many, end, &Redactor::default());
        assert_eq!((items.len(), items[0].title.as_str()), (40, "2025-11-20 10:10 deploy 60"), "the newest");
    }
}
