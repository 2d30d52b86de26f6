//! What is told of made-up days: the figures are those of the values, and what is not there is not told.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

use super::super::metric::{Measured, Point};
use super::super::{Redactor, Window};
use super::*;
use crate::alert::Labels;

fn t(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Of so many days until a Friday in the afternoon; `value` of each instant.
fn measured(days: u32, value: impl Fn(DateTime<Utc>) -> Option<f64>) -> (Measured, Days) {
    let over = Days::back(days, t("2026-11-20T16:00:00Z"));
    let points = |window: Window| {
        let mut points = Vec::new();
        let mut at = window.start;
        while at < window.end {
            points.extend(value(at).map(|value| Point { at, value }));
            at += TimeDelta::seconds(over.period);
        }
        points
    };
    let measured = Measured {
        name: "queue length".into(),
        labels: [("queue", "mail")].into_iter().collect::<Labels>(),
        unit: String::new(),
        of_alarm: false,
        window: points(over.window),
        normal: points(over.before),
        expected: None,
        limit: None,
        query: "promtool …".into(),
        link: None,
    };
    (measured, over)
}

/// Seemingly by chance, from 0 to 1, the same each time.
fn noise(at: DateTime<Utc>) -> f64 {
    let mixed = (at.timestamp() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    mixed as f64 / (1_u64 << 24) as f64
}

fn course(days: u32, value: impl Fn(DateTime<Utc>) -> Option<f64>) -> Course {
    let (measured, over) = measured(days, value);
    Course::of(&measured, over).unwrap()
}

fn told(days: u32, value: impl Fn(DateTime<Utc>) -> Option<f64>) -> (String, String) {
    let (measured, over) = measured(days, value);
    let item = item(("prom", &measured), over, true, 4, &Redactor::default()).unwrap();
    assert_eq!(item.id, "M5");
    let chart = item.chart.unwrap();
    assert!(chart.points.len() <= 180 && chart.window == over.window);
    (item.title.to_string(), item.text.to_string())
}

#[test]
fn days_are_bound_and_compared_with_as_long_before_and_a_week_at_the_least() {
    let end = t("2026-11-20T16:00:00Z");
    for (days, length, before, period) in
        [(0, 1, 7, 300), (1, 1, 7, 300), (2, 2, 7, 600), (7, 7, 7, 600), (14, 14, 14, 600), (15, 14, 14, 600)]
    {
        let over = Days::back(days, end);
        assert_eq!(
            (over.window.length(), over.before.length()),
            (TimeDelta::days(length), TimeDelta::days(before))
        );
        assert_eq!((over.window.end, over.before.end, over.period), (end, over.window.start, period));
        assert_eq!(over.count(), length as u64);
        let values = (over.window.length() + over.before.length()).num_seconds() / period;
        assert!(values <= 4_032, "{values}");
    }
}

#[test]
fn a_flat_line_has_figures_and_nothing_else() {
    let (title, text) = told(3, |_| Some(5.0));
    assert_eq!(
        title,
        r#"queue length{queue="mail"} over 3 days: median 5, 5 to 5, as 5 of the 7 days before"#
    );
    for line in [
        "432 values, one each 10 min, from 2026-11-17 16:00 to 2026-11-20 16:00 UTC",
        "all: median 5, 95th percentile 5, least 5 at 2026-11-17 16:00, most 5 at 2026-11-17 16:00, total 2160",
        "trend: no steady rise or fall of the daily medians",
        "steps: no level that changes and stays",
        "hours: no clear course of the day",
        "2026-11-20 Fri (a part of it): median 5, 95th percentile 5, least 5 at 2026-11-20 00:00, most 5 at \
         2026-11-20 00:00, total 480; median, as 5 of the 7 days before",
        r#"of {queue="mail"}"#,
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert!(!text.contains("week:") && text.matches("\n2026-").count() == 4, "{text}");
    // The first day is whole, since the time before is known as well.
    assert!(text.contains("2026-11-17 Tue: median 5"), "{text}");
}

#[test]
fn noise_has_no_trend_no_step_and_no_rhythm() {
    for days in 1..=14 {
        let course = course(days, |at| Some(100.0 + 20.0 * noise(at)));
        assert_eq!((course.trend, course.steps.as_slice()), (None, &[][..]), "{days}");
        assert_eq!((course.hours, course.week), (None, None), "{days}");
    }
}

#[test]
fn a_level_that_changes_and_stays_is_found_where_it_changes_and_a_spike_is_none() {
    let changed = t("2026-11-18T09:00:00Z");
    let course_of = |at: DateTime<Utc>| Some(if at < changed { 12.0 } else { 31.0 } + noise(at));
    let steps = course(7, course_of).steps;
    assert_eq!(steps.len(), 1, "{steps:?}");
    assert_eq!(steps[0].at, changed);
    assert!((steps[0].from - 12.5).abs() < 0.5 && (steps[0].to - 31.5).abs() < 0.5, "{steps:?}");
    // Also where the window has just begun.
    let begun = t("2026-11-13T18:00:00Z");
    let at = |at: DateTime<Utc>| Some(if at < begun { 12.0 } else { 31.0 } + noise(at));
    assert_eq!(course(7, at).steps.iter().map(|step| step.at).collect::<Vec<_>>(), [begun]);
    // Up and down again are two; three hours of it are a spike.
    let until = |hours: i64| {
        course(7, move |at| {
            let high = at >= changed && at < changed + TimeDelta::hours(hours);
            Some(if high { 31.0 } else { 12.0 } + noise(at))
        })
    };
    let both: Vec<_> = until(20).steps.iter().map(|step| step.at).collect();
    assert_eq!(both, [changed, changed + TimeDelta::hours(20)]);
    let spike = until(3);
    assert!(spike.steps.is_empty(), "{:?}", spike.steps);
    assert!((spike.whole.most.value - 31.5).abs() < 0.5 && spike.whole.most.at >= changed);
}

#[test]
fn a_steady_rise_is_a_trend_and_no_step() {
    let start = t("2026-11-06T16:00:00Z");
    let rising = |at: DateTime<Utc>| Some(10.0 + (at - start).num_hours() as f64 / 24.0 + noise(at));
    let course = course(7, rising);
    let trend = course.trend.unwrap();
    assert!((trend.per_day - 1.0).abs() < 0.1, "{trend:?}");
    assert_eq!(
        (trend.from.0.to_string(), trend.to.0.to_string()),
        ("2026-11-13".into(), "2026-11-19".into())
    );
    assert!(course.steps.is_empty(), "{:?}", course.steps);
    let (title, text) = told(7, rising);
    assert!(
        text.contains("\ntrend: the daily medians rise steadily, by ") && title.contains(" % above "),
        "{title}\n{text}"
    );
    let falling = told(7, |at| rising(at).map(|value| -value)).1;
    assert!(falling.contains("medians fall steadily"), "{falling}");
}

/// Busy in the afternoon, and half as much on weekends.
fn busy(at: DateTime<Utc>) -> f64 {
    let hour = f64::from(at.hour());
    let day = 100.0 + 80.0 * (-(hour - 14.0).powi(2) / 20.0).exp();
    if at.weekday().number_from_monday() > 5 { day / 2.0 } else { day }
}

#[test]
fn the_course_of_a_day_and_of_a_week_are_told_and_are_no_steps() {
    let usual = course(14, |at| Some(busy(at) + noise(at)));
    let hours = usual.hours.unwrap();
    assert_eq!((hours.highest, hours.medians.len()), (14, 24));
    let week = usual.week.unwrap();
    assert!(week.parts.1 < 0.6 * week.parts.0 && week.medians.len() == 7, "{week:?}");
    assert!(usual.steps.is_empty(), "{:?}", usual.steps);
    assert_eq!(usual.trend, None);
    // A step shows through it.
    let changed = t("2026-11-16T21:00:00Z");
    let course = course(7, |at| Some(busy(at) + noise(at) + if at < changed { 0.0 } else { 150.0 }));
    let steps: Vec<_> = course.steps.iter().map(|step| step.at).collect();
    assert_eq!(steps, [changed], "{:?}", course.steps);
    let text = told(14, |at| Some(busy(at) + noise(at))).1;
    for words in ["hours of the day, highest from 14:00", " 03:00=", "week: Monday to Friday ", " Sat="] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_day_that_is_not_over_is_compared_with_the_same_hours() {
    // Only the evenings are busy: until 16:00 nothing is unusual.
    let evening = |at: DateTime<Utc>| Some(if at.hour() >= 17 { 900.0 } else { 10.0 });
    let days = course(3, evening).days;
    let last = days.last().unwrap();
    assert_eq!((last.whole, last.figures.median, last.usual), (false, 10.0, Some((10.0, 7))));
    let doubled = course(3, |at| {
        evening(at).map(|value| if at >= t("2026-11-20T00:00:00Z") { 2.0 * value } else { value })
    });
    let (usual, _) = doubled.days.last().unwrap().usual.unwrap();
    assert_eq!(change_of(doubled.days.last().unwrap().figures.median, usual), 1.0);
}

fn change_of(now: f64, usual: f64) -> f64 {
    figures::change(now, usual).unwrap()
}

#[test]
fn without_the_time_before_nothing_is_compared_with_it() {
    let start = t("2026-11-18T16:00:00Z");
    let (title, text) = told(2, |at| (at >= start).then_some(7.0));
    assert!(title.ends_with("nothing is known of the time before"), "{title}");
    assert!(
        text.contains("2026-11-18 Wed (a part of it)") && text.contains("nothing to compare with"),
        "{text}"
    );
    let (empty, over) = measured(2, |at| (at < start).then_some(7.0));
    assert!(item(("prom", &empty), over, false, 0, &Redactor::default()).is_none());
}

#[test]
fn hostile_values_and_names_are_bounded_and_redacted() {
    let (mut measured, over) = measured(14, |at| Some(if at.hour() == 3 { f64::MAX } else { f64::MIN }));
    measured.name = format!("x password=hunter2abc {}", "y".repeat(5_000));
    let item = item(("prom", &measured), over, true, 0, &Redactor::default()).unwrap();
    assert!(
        !item.title.as_str().contains("hunter2abc") && item.title.as_str().chars().count() < 400,
        "{}",
        item.title
    );
    assert!(item.text.as_str().chars().count() < 12_000);
    for one in [vec![], vec![Point { at: over.window.start, value: 0.0 }]] {
        let few = Measured {
            window: vec![Point { at: DateTime::<Utc>::MAX_UTC, value: -0.0 }],
            normal: one,
            ..measured.clone()
        };
        let _ = super::item(("prom", &few), over, true, 0, &Redactor::default());
    }
}
