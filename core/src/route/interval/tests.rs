//! Which times are in an interval, and when it begins: by the semantics that Prometheus documents for `time_intervals`,
//! and by what clocks in the zones show where they are put forward and back.

use super::*;

/// A span in short: `weekdays=monday:friday times=09:00-17:00 zone=Asia/Tokyo`.
fn span(text: &str) -> Span {
    let mut span = Span::default();
    for (key, value) in text.split_whitespace().filter_map(|part| part.split_once('=')) {
        let ranges = |read: fn(&str) -> Result<Range, String>| {
            value.split(',').map(|one| read(one).unwrap()).collect::<Vec<_>>()
        };
        match key {
            "times" => {
                let one =
                    |text: &str| text.split_once('-').map(|(from, to)| times(from, to).unwrap()).unwrap();
                span.times = value.split(',').map(one).collect();
            }
            "weekdays" => span.weekdays = ranges(weekdays),
            "days" => span.days_of_month = ranges(days_of_month),
            "months" => span.months = ranges(months),
            "years" => span.years = ranges(years),
            "zone" => span.zone = zone(value).unwrap(),
            "holidays" => span.holidays = Some(Arc::new(Calendar::parse(value).unwrap())),
            other => panic!("{other}"),
        }
    }
    span
}

fn interval(text: &str) -> Interval {
    Interval { spans: text.split('|').map(span).collect() }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// An interval, times in it, times out of it.
const CONTAINS: &[(&str, &[&str], &[&str])] = &[
    ("", &["2026-01-02T15:04:00Z", "1990-07-01T00:00:00Z"], &[]),
    (
        "weekdays=monday:friday times=09:00-17:00",
        &["2026-05-04T09:00:00Z", "2026-05-08T16:59:59Z"],
        &["2026-05-03T12:00:00Z", "2026-05-09T12:00:00Z", "2026-05-04T08:59:59Z", "2026-05-04T17:00:00Z"],
    ),
    ("times=00:00-24:00", &["2026-05-04T00:00:00Z", "2026-05-04T23:59:59Z"], &[]),
    // Over midnight: two.
    (
        "times=22:00-24:00|times=00:00-06:00",
        &["2026-05-04T22:00:00Z", "2026-05-05T05:59:00Z"],
        &["2026-05-05T06:00:00Z", "2026-05-05T21:59:00Z"],
    ),
    (
        "weekdays=sunday,saturday",
        &["2026-05-02T12:00:00Z", "2026-05-03T12:00:00Z"],
        &["2026-05-04T12:00:00Z"],
    ),
    (
        "days=4:6 months=april years=2026",
        &["2026-04-04T00:00:00Z", "2026-04-06T23:59:00Z"],
        &["2026-04-03T23:59:00Z", "2026-04-07T00:00:00Z", "2025-04-05T12:00:00Z", "2026-05-05T12:00:00Z"],
    ),
    // The last three days of each month, whatever its length.
    (
        "days=-3:-1",
        &[
            "2026-01-29T12:00:00Z",
            "2026-01-31T12:00:00Z",
            "2024-02-27T12:00:00Z",
            "2024-02-29T23:59:00Z",
            "2026-02-26T00:00:00Z",
        ],
        &["2026-01-28T23:59:00Z", "2024-02-26T12:00:00Z", "2026-03-01T00:00:00Z"],
    ),
    // Beyond the month: its own days, and no other month's.
    (
        "days=1:31 months=june",
        &["2026-06-01T00:00:00Z", "2026-06-30T23:59:00Z"],
        &["2026-05-31T12:00:00Z", "2026-07-01T00:00:00Z"],
    ),
    ("days=30:31 months=february", &[], &["2026-02-28T13:00:00Z", "2024-02-29T13:00:00Z"]),
    (
        "days=1,10,20:-1",
        &["2026-01-01T00:00:00Z", "2026-01-10T00:00:00Z", "2026-01-31T00:00:00Z"],
        &["2026-01-09T13:00:00Z", "2026-01-19T13:00:00Z"],
    ),
    (
        "months=January:3,december",
        &["2026-01-01T00:00:00Z", "2026-03-31T00:00:00Z", "2026-12-31T00:00:00Z"],
        &["2026-04-01T00:00:00Z"],
    ),
    (
        "years=2020:2025,2030",
        &["2020-01-01T00:00:00Z", "2030-12-31T23:59:00Z"],
        &["2026-01-01T00:00:00Z", "2031-01-01T00:00:00Z"],
    ),
    // Where the clock hangs.
    (
        "weekdays=monday:friday times=09:00-18:00 zone=Asia/Tokyo",
        &["2026-11-30T00:00:00Z", "2026-11-30T08:59:00Z"],
        &["2026-11-29T23:59:00Z", "2026-11-30T09:00:00Z", "2026-11-28T03:00:00Z"],
    ),
    ("days=1 zone=Asia/Tokyo", &["2026-10-31T15:00:00Z", "2026-11-01T14:59:00Z"], &["2026-11-01T15:00:00Z"]),
    (
        "times=00:00-24:00 weekdays=monday zone=Asia/Kathmandu",
        &["2026-05-03T18:15:00Z"],
        &["2026-05-03T18:14:00Z"],
    ),
    // Summer and winter in Sydney.
    (
        "times=09:00-17:00 zone=Australia/Sydney",
        &["2026-07-06T23:00:00Z", "2026-11-01T22:00:00Z"],
        &["2026-07-06T22:59:00Z", "2026-11-01T21:59:00Z"],
    ),
    // Clocks go from 02:00 to 03:00 on 2026-03-29 in Berlin: 02:30 is never shown.
    (
        "times=02:00-03:00 zone=Europe/Berlin",
        &["2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"],
        &["2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z"],
    ),
    // And from 03:00 to 02:00 on 2026-10-25: it is shown twice.
    (
        "times=02:00-03:00 zone=Europe/Berlin",
        &["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"],
        &["2026-10-25T02:00:00Z", "2026-10-24T23:59:00Z"],
    ),
    (
        "holidays=2026-01-01 zone=Asia/Tokyo",
        &["2025-12-31T15:00:00Z", "2026-01-01T14:59:00Z"],
        &["2026-01-01T15:00:00Z"],
    ),
];

#[test]
fn what_is_in_an_interval() {
    for (text, within, without) in CONTAINS {
        let interval = interval(text);
        for time in *within {
            assert!(interval.contains(at(time)), "{time} is in {text}");
        }
        for time in *without {
            assert!(!interval.contains(at(time)), "{time} is not in {text}");
        }
    }
}

/// An interval, a time out of it, when it begins next.
const BEGINS: &[(&str, &str, Option<&str>)] = &[
    (
        "weekdays=monday:friday times=09:00-18:00 zone=Asia/Tokyo",
        "2026-11-27T10:00:00Z",
        Some("2026-11-30T00:00:00Z"),
    ),
    (
        "weekdays=monday:friday times=09:00-18:00 zone=Asia/Tokyo",
        "2026-11-26T22:13:07.5Z",
        Some("2026-11-27T00:00:00Z"),
    ),
    ("times=12:00-13:00", "2026-11-26T13:00:30Z", Some("2026-11-27T12:00:00Z")),
    ("times=12:30-12:31", "2026-11-26T12:29:59Z", Some("2026-11-26T12:30:00Z")),
    // The day has 23 hours, and the interval begins where the clocks go on.
    ("times=02:30-04:00 zone=Europe/Berlin", "2026-03-28T23:30:00Z", Some("2026-03-29T01:00:00Z")),
    ("times=09:00-18:00 zone=Europe/Berlin", "2026-03-28T18:00:00Z", Some("2026-03-29T07:00:00Z")),
    // An hour that is never shown: the day after.
    ("times=02:00-03:00 zone=Europe/Berlin", "2026-03-28T23:30:00Z", Some("2026-03-30T00:00:00Z")),
    // The day has 25 hours, and 02:30 comes twice.
    ("times=02:30-03:00 zone=Europe/Berlin", "2026-10-24T23:00:00Z", Some("2026-10-25T00:30:00Z")),
    ("times=02:30-03:00 zone=Europe/Berlin", "2026-10-25T01:10:00Z", Some("2026-10-25T01:30:00Z")),
    ("times=09:00-18:00 zone=America/New_York", "2026-11-01T04:00:00Z", Some("2026-11-01T14:00:00Z")),
    // Midnight itself is skipped in Beirut, on 2026-03-29.
    ("weekdays=sunday zone=Asia/Beirut", "2026-03-28T12:00:00Z", Some("2026-03-28T22:00:00Z")),
    // Half an hour forward, on Lord Howe.
    ("times=02:15-03:00 zone=Australia/Lord_Howe", "2026-10-03T14:00:00Z", Some("2026-10-03T15:30:00Z")),
    ("days=-1 months=february", "2027-03-01T00:00:00Z", Some("2028-02-29T00:00:00Z")),
    ("years=2027", "2026-11-26T00:00:00Z", Some("2027-01-01T00:00:00Z")),
    ("years=2020", "2026-11-26T00:00:00Z", None),
    ("days=31 months=june", "2026-11-26T00:00:00Z", None),
    ("holidays=2027-01-01", "2026-11-26T00:00:00Z", Some("2027-01-01T00:00:00Z")),
];

#[test]
fn when_an_interval_begins() {
    for (text, now, begins) in BEGINS {
        let interval = interval(text);
        assert!(!interval.contains(at(now)), "{now} is in {text}");
        let next = next(&[&interval], at(now), |at| interval.contains(at));
        assert_eq!(next, begins.map(at), "{text} after {now}");
    }
}

proptest::proptest! {
    /// The instant that is found is the first: found as well by looking at each minute.
    #[test]
    fn no_beginning_is_missed(
        minutes in 0i64..1_051_200,
        from in 0i32..1439,
        long in 1i32..400,
        day in 0i32..7,
        zone in proptest::sample::select(vec!["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Beirut"]),
    ) {
        let now = at("2026-01-01T00:00:00Z") + chrono::TimeDelta::minutes(minutes);
        let span = Span {
            times: vec![Range { from, to: (from + long).min(1440) }],
            weekdays: vec![Range { from: day.min(3), to: day }],
            zone: zone.parse().unwrap(),
            ..Span::default()
        };
        let interval = Interval { spans: vec![span] };
        proptest::prop_assume!(!interval.contains(now));
        let found = next(&[&interval], now, |at| interval.contains(at));
        let slowly = (1..20_160).map(|n| now + chrono::TimeDelta::minutes(n)).find(|at| interval.contains(*at));
        proptest::prop_assert_eq!(found.filter(|at| *at < now + chrono::TimeDelta::minutes(20_160)), slowly);
    }
}

#[test]
fn faults_say_what_to_write() {
    let fault = |result: Result<Range, String>| result.unwrap_err();
    for (said, words) in [
        (fault(times("17:31", "17:31")), "is not behind"),
        (fault(times("09:30", "07:41")), "until 24:00 and from 00:00"),
        (fault(times("24:00", "17:41")), "is not behind"),
        (fault(times("9:30", "17:41")), "two digits"),
        (fault(times("00:00", "24:01")), "\"24:01\" is not a time of day"),
        (fault(times("01:99", "23:59")), "\"01:99\""),
        (fault(weekdays("friday:monday")), "two ranges"),
        (fault(weekdays("1:3")), "\"1\" is not a weekday"),
        (fault(weekdays("mon")), "not a weekday"),
        (fault(weekdays("monday:tuesday:friday")), "one colon"),
        (fault(days_of_month("0")), "0 is not a day"),
        (fault(days_of_month("-50:-20")), "-50"),
        (fault(days_of_month("1:50")), "50"),
        (fault(days_of_month("-15:5")), "must end so"),
        (fault(days_of_month("10:-25")), "ends before"),
        (fault(days_of_month("one")), "whole number"),
        (fault(months("martius:june")), "martius"),
        (fault(months("13")), "1 to 12"),
        (fault(months("december:january")), "two ranges"),
        (fault(years("2022:2020")), "ends before"),
        (zone("Mars/Olympus").unwrap_err(), "Asia/Tokyo"),
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_calendar_is_a_list_or_all_day_events() {
    let list =
        Calendar::parse("# Japan\n2026-01-01 New Year's Day\n\n2026-01-12,成人の日 # moves\n2026-02-11\n")
            .unwrap();
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(list.name(day("2026-01-01")), Some("New Year's Day"));
    assert_eq!(list.name(day("2026-01-12")), Some("成人の日"));
    assert!(list.has(day("2026-02-11")) && list.name(day("2026-02-11")).is_none());
    assert!(!list.has(day("2026-01-02")));
    assert_eq!(list.runs_out(day("2026-02-01"), 30), Some(day("2026-02-11")));
    assert_eq!(list.runs_out(day("2026-01-01"), 30), None);

    let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260503\r\nDTEND;VALUE=DATE:20260506\r\n\
               SUMMARY:Golden\\, very\r\n  long week\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20260601T090000Z\r\n\
               SUMMARY:A meeting\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261103\r\nEND:VEVENT\r\n\
               END:VCALENDAR\r\n";
    let events = Calendar::parse(ics).unwrap();
    assert_eq!(events.name(day("2026-05-05")), Some("Golden, very long week"));
    assert!(events.has(day("2026-05-03")) && !events.has(day("2026-05-06")), "the end is not within");
    assert!(events.has(day("2026-11-03")) && !events.has(day("2026-06-01")));

    for (text, line, words) in [
        ("", 1, "no day"),
        ("2026-01-01\n01.02.2026\n", 2, "not a date"),
        ("2026-02-30\n", 1, "not a date"),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR\n", 1, "no day"),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY\nEND:VEVENT\n",
            5,
            "recurs",
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:29990101\nEND:VEVENT\n",
            5,
            "lasts",
        ),
    ] {
        let (at, said) = Calendar::parse(text).unwrap_err();
        assert!(at == line && said.contains(words), "{text:?}: {at}: {said}");
    }
}
