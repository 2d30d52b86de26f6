//! Who waits, until when, and what is said of it.

use super::super::interval::{Calendar, times, weekdays};
use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn intervals() -> Intervals {
    let tokyo: Tz = "Asia/Tokyo".parse().unwrap();
    let work = Span {
        weekdays: vec![weekdays("monday:friday").unwrap()],
        times: vec![times("09:00", "18:00").unwrap()],
        zone: tokyo,
        ..Span::default()
    };
    let holidays = Calendar::parse("2026-11-30 A holiday").unwrap();
    let holidays = Span { holidays: Some(holidays.into()), zone: tokyo, ..Span::default() };
    let night = Span { times: vec![times("00:00", "08:00").unwrap()], ..Span::default() };
    let past = Span { years: vec![Range { from: 2020, to: 2020 }], ..Span::default() };
    let one = |name: &str, span: Span| (name.to_owned(), Interval { spans: vec![span] });
    [
        one("business-hours", work),
        one("holidays", holidays),
        one("night", night),
        one("past", past),
        one("ever", Span::default()),
    ]
    .into_iter()
    .collect()
}

fn timing(active: &[&str], mute: &[&str], delay: Option<Delay>) -> Timing {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Timing { active: owned(active), mute: owned(mute), delay }
}

fn when(now: &str, since: &str) -> When {
    When { now: at(now), since: at(since), critical: false, suppressed: None }
}

/// Names of active and muted intervals, a time, until when is waited and why.
type Row =
    (&'static [&'static str], &'static [&'static str], &'static str, Option<(&'static str, &'static str)>);

const HOURS: &[Row] = &[
    (&["business-hours"], &[], "2026-11-26T03:00:00Z", None),
    (
        &["business-hours"],
        &[],
        "2026-11-26T23:00:00Z",
        Some(("2026-11-27T00:00:00Z", "waits until 09:00 Asia/Tokyo: outside business-hours")),
    ),
    (
        &["business-hours"],
        &[],
        "2026-11-26T09:00:00Z",
        Some(("2026-11-27T00:00:00Z", "waits until 2026-11-27 09:00 Asia/Tokyo: outside business-hours")),
    ),
    // The Monday is a holiday: neither the weekend nor that day.
    (
        &["business-hours"],
        &["holidays"],
        "2026-11-27T10:00:00Z",
        Some(("2026-12-01T00:00:00Z", "waits until 2026-12-01 09:00 Asia/Tokyo: outside business-hours")),
    ),
    (
        &["business-hours"],
        &["holidays"],
        "2026-11-30T03:00:00Z",
        Some((
            "2026-12-01T00:00:00Z",
            "waits until 2026-12-01 09:00 Asia/Tokyo: within holidays (A holiday)",
        )),
    ),
    (
        &[],
        &["night"],
        "2026-11-26T07:59:59Z",
        Some(("2026-11-26T08:00:00Z", "waits until 08:00 UTC: within night")),
    ),
    (&[], &["night"], "2026-11-26T08:00:00Z", None),
    // One that holds is enough.
    (&["past", "business-hours"], &[], "2026-11-26T03:00:00Z", None),
    (
        &["past", "night"],
        &[],
        "2026-11-26T09:00:00Z",
        Some(("2026-11-27T00:00:00Z", "waits until 2026-11-27 00:00 UTC: outside past, night")),
    ),
    (
        &["past"],
        &[],
        "2026-11-26T09:00:00Z",
        Some(("2026-11-27T09:00:00Z", "waits: outside past, and that does not change within a year")),
    ),
    (
        &[],
        &["ever"],
        "2026-11-26T09:00:00Z",
        Some(("2026-11-27T09:00:00Z", "waits: within ever, and that does not change within a year")),
    ),
];

#[test]
fn outside_of_its_hours_a_route_waits_until_they_begin() {
    let all = intervals();
    for (active, mute, now, hold) in HOURS {
        let found = timing(active, mute, None).hold(&all, when(now, now));
        let found = found.map(|hold| (hold.until, hold.by, hold.reason));
        let wanted = hold.map(|(until, why)| (at(until), HeldBy::Interval, why.to_owned()));
        assert_eq!(found, wanted, "{active:?} {mute:?} {now}");
    }
}

#[test]
fn a_delay_holds_for_what_is_not_critical() {
    let after = timing(&[], &[], Some(Delay::For(TimeDelta::minutes(5))));
    let began = "2026-11-26T10:00:00Z";
    let hold = after.hold(&Intervals::new(), when(began, began)).unwrap();
    assert_eq!((hold.until, hold.by), (at("2026-11-26T10:05:00Z"), HeldBy::Delay));
    assert_eq!(hold.reason, "waits until 10:05 UTC: told only if it still fires after 5m");
    assert_eq!(after.hold(&Intervals::new(), when("2026-11-26T10:05:00Z", began)), None);
    let critical = When { critical: true, ..when(began, began) };
    assert_eq!(after.hold(&Intervals::new(), critical), None);
    assert_eq!(
        after.waived(critical).as_deref(),
        Some("told at once: told only if it still fires after 5m does not hold for what is critical")
    );
    assert_eq!(after.waived(when(began, began)), None, "it holds");
    assert_eq!(timing(&[], &[], None).waived(critical), None);
    // Its hours are the configuration's, critical or not.
    let night = timing(&[], &["night"], Some(Delay::For(TimeDelta::minutes(5))));
    let hold = night.hold(&intervals(), When { critical: true, ..when("2026-11-26T01:00:00Z", began) });
    assert_eq!(hold.unwrap().by, HeldBy::Interval);
}

#[test]
fn a_time_of_day_is_the_next_one_after_it_began() {
    let at_time =
        |minute, zone: &str| timing(&[], &[], Some(Delay::At { minute, zone: zone.parse().unwrap() }));
    for (minute, zone, since, until) in [
        (9 * 60, "Asia/Tokyo", "2026-11-26T01:00:00Z", "2026-11-27T00:00:00Z"),
        (9 * 60, "Asia/Tokyo", "2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z"),
        (9 * 60, "UTC", "2026-11-26T08:59:59Z", "2026-11-26T09:00:00Z"),
        (0, "UTC", "2026-11-26T08:59:59Z", "2026-11-27T00:00:00Z"),
        // 02:30 is skipped: at 03:00, when the clocks go on.
        (150, "Europe/Berlin", "2026-03-28T22:00:00Z", "2026-03-29T01:00:00Z"),
        // 02:30 comes twice: the first one, then the second.
        (150, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T00:30:00Z"),
    ] {
        let hold = at_time(minute, zone).hold(&Intervals::new(), when(since, since)).unwrap();
        assert_eq!((hold.until, hold.by), (at(until), HeldBy::Time), "{minute} {zone} {since}");
    }
    let hold = at_time(540, "Asia/Tokyo")
        .hold(&Intervals::new(), when("2026-11-25T22:00:00Z", "2026-11-25T22:00:00Z"));
    assert_eq!(hold.unwrap().reason, "waits until 09:00 Asia/Tokyo: told only if it still fires then");
}

#[test]
fn it_begins_when_it_was_heard_of_or_began_whichever_is_later() {
    let of = |opened: &str, started: &str| {
        When::of(at(opened), at(started), false, at("2026-11-26T12:00:00Z")).since
    };
    assert_eq!(of("2026-11-26T10:00:00Z", "2026-11-26T09:50:00Z"), at("2026-11-26T10:00:00Z"));
    assert_eq!(
        of("2026-11-26T10:00:00Z", "2026-11-26T11:00:00Z"),
        at("2026-11-26T11:00:00Z"),
        "it began again"
    );
    assert_eq!(
        of("2026-11-26T10:00:00Z", "2026-11-26T13:00:00Z"),
        at("2026-11-26T12:00:00Z"),
        "a clock that is ahead"
    );
}

#[test]
fn lengths_as_they_are_configured() {
    let said = [14_400, 5_400, 45, 86_400].map(|seconds| length(TimeDelta::seconds(seconds)));
    assert_eq!(said, ["4h", "1h30m", "45s", "24h"]);
}
