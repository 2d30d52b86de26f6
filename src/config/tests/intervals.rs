//! What `time_intervals:` and a route's times say, and what is said of wrong ones.

use firstlook_core::route::{Delay, HeldBy, When};

use super::*;

const TIMED: &str = r#"
route:
  receiver: r
  delay: 1m
  routes:
    - { matchers: [a=1], active_time_intervals: [business-hours], mute_time_intervals: [holidays], delay: "09:00 Asia/Tokyo" }
    - { matchers: [a=2], delay: 0s }
    - { matchers: [a=3], delay: "07:30" }
receivers: [{ name: r }]
time_intervals:
  - name: business-hours
    time_intervals:
      - weekdays: ["monday:friday", Sunday]
        times: [{ start_time: "09:00", end_time: "18:00" }]
        days_of_month: [1, "2:-1"]
        months: [january, "2:12"]
        years: [2020, "2021:2099"]
        location: Asia/Tokyo
  - { name: holidays, time_intervals: [{ holidays_file: days, location: Asia/Tokyo }] }
"#;

fn timed(text: &str) -> Result<Config, Error> {
    let read = |path: &Path| match path.to_str() {
        Some("etc/days") => Ok("2026-11-30 A holiday\n".to_owned()),
        Some("etc/bad") => Ok("2026-11-30\nTuesday\n".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    parse(text, "etc/firstlook.yml", &Surroundings { variable: &|_| None, read: &read })
}

#[test]
fn intervals_and_delays_are_read() {
    let config = timed(TIMED).unwrap();
    assert_eq!(config.warnings, []);
    let tree = &config.route;
    assert_eq!(tree.delay, Some(Delay::For(TimeDelta::minutes(1))));
    let delays: Vec<_> = tree.routes.iter().map(|route| route.delay).collect();
    let at = |minute, zone: &str| Some(Delay::At { minute, zone: zone.parse().unwrap() });
    assert_eq!(delays, [at(540, "Asia/Tokyo"), Some(Delay::For(TimeDelta::zero())), at(450, "UTC")]);
    let told = |now: &str| {
        let now = now.parse().unwrap();
        let labels = [("a", "1")].into_iter().collect();
        tree.told(&labels, When { now, since: now, critical: true, suppressed: None }).remove(0).hold
    };
    assert_eq!(told("2026-11-27T03:00:00Z"), None);
    let hold = told("2026-11-30T03:00:00Z").unwrap();
    assert_eq!(hold.by, HeldBy::Interval);
    assert!(
        hold.reason.ends_with("2026-12-01 09:00 Asia/Tokyo: within holidays (A holiday)"),
        "{}",
        hold.reason
    );
}

/// What stands in [`TIMED`], what stands there instead; the line and text of the error.
const FAULTS: &[(&str, &str, usize, &str)] = &[
    (
        "[business-hours]",
        "[bussines-hours]",
        6,
        "`route.routes[0].active_time_intervals`: \"bussines-hours\" is not one of `time_intervals`: there are business-hours, holidays",
    ),
    (
        "  delay: 1m",
        "  active_time_intervals: [holidays]",
        4,
        "`route.active_time_intervals` has no place in the root, which must always tell: name it in one of `routes`",
    ),
    (
        "  delay: 1m",
        "  delay: soon",
        4,
        "`route.delay` is no delay: \"soon\" is neither a duration nor a time of day; write `5m`, `\"09:00\"` or `\"09:00 Asia/Tokyo\"`",
    ),
    ("  delay: 1m", "  delay: 8d", 4, "is longer than a week"),
    ("  delay: 1m", "  delay: '24:00'", 4, "write 00:00"),
    ("  delay: 1m", "  delay: 09:00 Asia/Tokio", 4, "\"Asia/Tokio\" is no time zone"),
    ("name: holidays,", "name: business-hours,", 19, "is the name of another interval as well"),
    ("[{ holidays_file: days, location: Asia/Tokyo }]", "[]", 19, "has no time in it"),
    ("holidays_file: days", "holidays_file: none", 19, "etc/none cannot be read: no such file"),
    ("holidays_file: days", "holidays_file: bad", 19, "etc/bad:2: \"Tuesday\" is not a date"),
    ("holidays_file: days", "holiday_file: days", 19, "did you mean `holidays_file`?"),
    (
        "weekdays: [\"monday:friday\", Sunday]",
        "weekdays: [\"friday:monday\"]",
        13,
        "a week begins on Sunday: write two ranges",
    ),
    ("weekdays: [\"monday:friday\", Sunday]", "weekdays: []", 13, "is empty: leave the key out"),
    (
        "end_time: \"18:00\"",
        "end_time: \"08:00\"",
        14,
        "`time_intervals[0].time_intervals[0].times[0]`: \"08:00\" is not behind \"09:00\"",
    ),
    (", end_time: \"18:00\"", "", 14, "end_time` is missing"),
    ("[1, \"2:-1\"]", "[0]", 15, "0 is not a day of the month"),
    ("[january, \"2:12\"]", "[1, \"2:13\"]", 16, "\"13\" is not a month"),
    ("[2020, \"2021:2099\"]", "[\"2021:2020\"]", 17, "ends before it begins"),
    ("        location: Asia/Tokyo", "        location: Tokyo", 18, "\"Tokyo\" is no time zone"),
];

#[test]
fn faults_have_their_line_and_what_to_write() {
    for (from, to, line, words) in FAULTS {
        assert!(TIMED.contains(from), "{from}");
        let error = timed(&TIMED.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.line, Some(*line), "{to}: {error}");
        assert!(error.text.contains(words), "{to}: {error}");
    }
}
