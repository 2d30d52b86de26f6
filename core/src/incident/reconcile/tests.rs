//! What is found by asking, and what is left to the messages that are on their way.

use super::*;
use crate::alert::Labels;

pub(super) fn at(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::minutes(minute)
}

pub(super) fn message(name: &str, since: i64) -> AlertMessage {
    let mut labels = Labels::default();
    labels.set("alertname", name);
    AlertMessage {
        id: AlertId { source: "alertmanager/main".into(), fingerprint: name.into() },
        status: AlertStatus::Firing,
        labels,
        annotations: Labels::default(),
        starts_at: at(since),
        lead: TimeDelta::zero(),
        ends_at: None,
        ordered: false,
        generator_url: None,
    }
}

pub(super) fn there(name: &str, since: i64) -> There {
    There { message: message(name, since), told_to_us: true }
}

pub(super) fn here(name: &str, seen: i64) -> Here {
    Here { message: message(name, -60), seen_at: at(seen) }
}

const LONG_UP: i64 = -1000;

fn found(here: &[Here], there: &[There], up_since: i64, truncated: Option<i64>) -> Vec<String> {
    let sender = Sender { up_since: at(up_since), truncated_at: truncated.map(at) };
    let word = |one: &AlertMessage| format!("{} {}", one.id.fingerprint, one.status.as_str());
    compare(here, there, sender, at(0)).messages.iter().map(word).collect()
}

#[test]
fn what_fires_there_and_not_here_is_said_once_it_is_overdue() {
    assert_eq!(found(&[], &[there("a", -6)], LONG_UP, None), ["a firing"]);
    assert!(found(&[], &[there("a", -5)], LONG_UP, None).is_empty(), "its webhook is about to come");
    assert_eq!(found(&[], &[there("a", -6)], 0, None), ["a firing"], "a restart hides nothing that is there");
    assert!(found(&[here("a", -30)], &[there("a", -60)], LONG_UP, None).is_empty(), "it fires here");
}

#[test]
fn what_is_not_told_to_us_is_not_raised_and_not_ended() {
    let silenced = There { told_to_us: false, ..there("a", -60) };
    assert!(found(&[], std::slice::from_ref(&silenced), LONG_UP, None).is_empty());
    assert!(found(&[here("a", -60)], &[silenced], LONG_UP, None).is_empty());
}

#[test]
fn what_fires_here_and_not_there_has_ended() {
    assert_eq!(found(&[here("a", -6)], &[], LONG_UP, None), ["a resolved"]);
    assert!(found(&[here("a", -5)], &[], LONG_UP, None).is_empty(), "its own resolve is about to come");
    assert!(found(&[here("a", -60)], &[], -9, None).is_empty(), "a restarted one knows nothing yet");
    assert_eq!(found(&[here("a", -60)], &[], -10, None), ["a resolved"]);
    let sender = Sender { up_since: at(LONG_UP), truncated_at: None };
    let ended = &compare(&[here("a", -6)], &[], sender, at(0)).messages[0];
    assert_eq!((ended.ends_at, ended.starts_at), (Some(at(0)), at(-60)));
}

#[test]
fn what_was_cut_off_a_body_is_not_waited_for() {
    assert_eq!(found(&[], &[there("a", -2)], LONG_UP, Some(-1)), ["a firing"]);
    assert!(found(&[], &[there("a", -1)], LONG_UP, Some(-2)).is_empty(), "it began after that body");
}

#[test]
fn what_fires_in_both_places_is_confirmed_also_when_it_is_silenced() {
    let sender = Sender { up_since: at(LONG_UP), truncated_at: None };
    let silenced = There { told_to_us: false, ..there("b", -60) };
    let here = [here("a", -60), here("b", -60), here("c", -60)];
    let confirmed = compare(&here, &[there("a", -60), silenced, there("d", -1)], sender, at(0)).confirmed;
    assert_eq!(confirmed.iter().map(|id| id.fingerprint.as_str()).collect::<Vec<_>>(), ["a", "b"]);
}
