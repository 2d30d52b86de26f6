//! The comparison with a sender that tells each change once, and says when asked how things are and since when: CloudWatch.
//!
//! Its changes have their times, so that one which is said twice, or late, is known as such: waiting only saves noise.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Differences, Here, There};
use crate::alert::{AlertId, AlertMessage, AlertStatus};

/// What is younger may be on its way. SNS tries for an hour where it must, but delivers within a second where it can.
pub const DELIVERED: TimeDelta = TimeDelta::minutes(3);

/// Older changes are no news: a dead-letter queue keeps what was lost for 14 days at most, and who looks at alarms has
/// seen it.
pub const OLDEST: TimeDelta = TimeDelta::days(15);

/// Compares. `there` holds what the sender would say now of each alert, firing or over, with the time of the change; an alert
/// that it does not name stays as it is. `over` says when alerts of it ended that do not fire here. Only what began after
/// `since`, when the sender was first known, can have been told to us.
pub fn changes(
    here: &[Here],
    there: &[There],
    over: &BTreeMap<AlertId, DateTime<Utc>>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Differences {
    let since = since.max(now - OLDEST);
    let firing: BTreeMap<&AlertId, &Here> = here.iter().map(|one| (&one.message.id, one)).collect();
    let unheard = |one: &&There| {
        let message = &one.message;
        match (firing.get(&message.id), message.status) {
            (None, AlertStatus::Firing) => {
                one.told_to_us && message.starts_at > since && began_unheard(message, over, now)
            }
            (Some(here), AlertStatus::Resolved) => ended_unheard(message, here, now),
            (None, AlertStatus::Resolved) | (Some(_), AlertStatus::Firing) => false,
        }
    };
    let both =
        |one: &&There| one.message.status == AlertStatus::Firing && firing.contains_key(&one.message.id);
    Differences {
        messages: there.iter().filter(unheard).map(|one| one.message.clone()).collect(),
        confirmed: there.iter().filter(both).map(|one| one.message.id.clone()).collect(),
    }
}

/// It fires since long enough, and that is not the firing whose end was heard.
fn began_unheard(
    message: &AlertMessage,
    over: &BTreeMap<AlertId, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> bool {
    let news = over.get(&message.id).is_none_or(|ended| *ended < message.starts_at);
    news && now - message.starts_at >= DELIVERED
}

/// It ended long enough ago, after it began, and nothing was heard of it since.
fn ended_unheard(message: &AlertMessage, here: &Here, now: DateTime<Utc>) -> bool {
    let ended = |end: DateTime<Utc>| end > here.message.starts_at && now - end >= DELIVERED;
    message.ends_at.is_some_and(ended) && now - here.seen_at >= DELIVERED
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, here, message, there};
    use super::*;

    fn over(name: &str, minute: i64) -> There {
        let message = AlertMessage {
            status: AlertStatus::Resolved,
            ends_at: Some(at(minute)),
            ..message(name, minute)
        };
        There { message, told_to_us: true }
    }

    /// Long ago.
    const LONG: i64 = -100 * 24 * 60;

    fn found(here: &[Here], there: &[There], ended: Option<i64>) -> Vec<String> {
        found_since(here, there, ended, LONG)
    }

    fn found_since(here: &[Here], there: &[There], ended: Option<i64>, since: i64) -> Vec<String> {
        let over = ended.map(|minute| (message("a", 0).id, at(minute))).into_iter().collect();
        let word = |one: &AlertMessage| format!("{} {}", one.id.fingerprint, one.status.as_str());
        changes(here, there, &over, at(since), at(0)).messages.iter().map(word).collect()
    }

    #[test]
    fn what_fires_there_and_not_here_is_said_once_its_message_is_overdue() {
        assert_eq!(found(&[], &[there("a", -3)], None), ["a firing"]);
        assert!(found(&[], &[there("a", -2)], None).is_empty(), "its message is on its way");
        assert!(found(&[here("a", -30)], &[there("a", -60)], None).is_empty(), "it fires here");
        let quiet = There { told_to_us: false, ..there("a", -60) };
        assert!(found(&[], &[quiet], None).is_empty(), "nobody would have been told");
    }

    #[test]
    fn what_began_before_the_sender_was_known_or_long_ago_is_no_news() {
        for (began, since, news) in [
            (-60, -61, true),
            (-60, -60, false),
            (-60, -59, false),
            (-15 * 24 * 60 + 1, LONG, true),
            (-15 * 24 * 60, LONG, false),
        ] {
            let said = found_since(&[], &[there("a", began)], None, since);
            assert_eq!(!said.is_empty(), news, "began {began}, known since {since}");
        }
        let ended = found_since(&[here("a", -60)], &[over("a", -30)], None, -10);
        assert_eq!(ended, ["a resolved"], "what fires here ends, whenever its sender was first known");
    }

    #[test]
    fn an_answer_from_before_an_end_that_was_heard_opens_nothing() {
        assert!(found(&[], &[there("a", -60)], Some(-60)).is_empty());
        assert!(found(&[], &[there("a", -60)], Some(-10)).is_empty());
        assert_eq!(found(&[], &[there("a", -60)], Some(-61)), ["a firing"]);
    }

    #[test]
    fn what_is_over_there_and_fires_here_has_ended() {
        assert_eq!(found(&[here("a", -3)], &[over("a", -3)], None), ["a resolved"]);
        assert!(found(&[here("a", -60)], &[over("a", -2)], None).is_empty(), "its message is on its way");
        assert!(found(&[here("a", -2)], &[over("a", -3)], None).is_empty(), "something was just heard");
        assert!(found(&[here("a", -3)], &[over("a", -60)], None).is_empty(), "that was before it began");
        assert!(found(&[], &[over("a", -30)], None).is_empty(), "it does not fire here either");
        assert!(found(&[here("a", -30)], &[], None).is_empty(), "nothing was said of it");
    }

    #[test]
    fn what_fires_in_both_places_is_confirmed_whether_it_would_be_told_or_not() {
        let quiet = There { told_to_us: false, ..there("b", -60) };
        let there = [there("a", -60), quiet, there("c", -1), over("d", -1)];
        let here = [here("a", -60), here("b", -60), here("d", -60), here("e", -60)];
        let confirmed = changes(&here, &there, &BTreeMap::new(), at(0), at(0)).confirmed;
        assert_eq!(confirmed.iter().map(|id| id.fingerprint.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }
}
