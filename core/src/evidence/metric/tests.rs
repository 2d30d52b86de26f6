//! Quantities that leave normal, stay there, come back, or were never known.

use chrono::TimeDelta;

use super::*;
use crate::evidence::{Item, Redactor};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_763_629_200, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// One value each half minute.
fn points(values: &[f64]) -> Vec<Point> {
    values.iter().zip(0..).map(|(value, n)| Point { at: at(n * 30), value: *value }).collect()
}

fn measured(window: &[f64], normal: &[f64]) -> Measured {
    Measured {
        name: "5xx".into(),
        labels: [("service", "api")].into_iter().collect(),
        unit: "%".into(),
        of_alarm: false,
        window: points(window),
        normal: points(normal),
        expected: None,
        limit: None,
        query: "q".into(),
        link: None,
    }
}

fn told(one: &Measured) -> Item {
    let window = Window { start: at(0), end: at(900) };
    items(&[("prom".into(), one.clone())], window, &Redactor::default()).remove(0)
}

const CALM: [f64; 10] = [0.4, 0.3, 0.5, 0.4, 0.4, 0.6, 0.3, 0.4, 0.5, 0.4];

#[test]
fn titles_say_what_happened_since_when() {
    for (window, normal, title) in [
        (
            &[0.4, 0.5, 12.0, 38.26][..],
            &CALM[..],
            "5xx: 38.3 %, normally 0.4 % (0.3 % to 0.6 %), above since 09:01:00",
        ),
        (
            &[0.4, 9.0, 12.0, 0.4, 0.4, 0.4],
            &CALM,
            "5xx: up to 12 %, normally 0.4 % (0.3 % to 0.6 %), above from 09:00:30 to 09:01:00",
        ),
        // One point within normal does not end it.
        (
            &[0.4, 9.0, 0.5, 12.0, 11.0],
            &CALM,
            "5xx: 11 %, normally 0.4 % (0.3 % to 0.6 %), above since 09:00:30",
        ),
        (
            &[50.0, 0.0, 0.0],
            &[50.0, 51.0, 49.0, 50.0],
            "5xx: 0 %, normally 50 % (49 % to 51 %), below since 09:00:30",
        ),
        (&[0.4, 0.5, 0.45], &CALM, "5xx: 0.45 %, as usual: normally 0.4 % (0.3 % to 0.6 %)"),
        // A single spike in the middle is no departure.
        (&[0.4, 9.0, 0.5, 0.4], &CALM, "5xx: 0.4 %, as usual: normally 0.4 % (0.3 % to 0.6 %)"),
        (&[3.0], &[1.0, 1.0, 1.0], "5xx: 3 %, nothing to compare with"),
        // Where nothing ever happened, one is news.
        (&[0.0, 0.0, 1.0], &[0.0; 8], "5xx: 1 %, normally 0 % (0 % to 0 %), above since 09:01:00"),
        // A flat line is not left by a hair.
        (&[100.0, 101.0], &[100.0; 8], "5xx: 101 %, as usual: normally 100 % (100 % to 100 %)"),
    ] {
        assert_eq!(told(&measured(window, normal)).title.as_str(), title);
    }
}

#[test]
fn the_text_holds_the_figures_that_may_be_cited() {
    let limit = Limit { relation: Relation::Above, value: 5.0 };
    let one = Measured { limit: Some(limit), ..measured(&[0.4, 6.0, 0.5, 12.0, 38.0], &CALM) };
    let item = told(&one);
    assert_eq!(
        item.text.as_str(),
        "now 38 % at 09:02:00; peak 38 % at 09:02:00\n\
         normally 0.4 % (0.3 % to 0.6 %), of 10 values, above since 09:00:30\n\
         alarm above 5 %, reached at 09:01:30\n\
         of {service=\"api\"}\n\
         values 09:00:00=0.4 09:00:30=6 09:01:00=0.5 09:01:30=12 09:02:00=38"
    );
    assert_eq!(item.at, Some(at(90)), "the limit says when, where it is known");
    let chart = item.chart.unwrap();
    let normal = chart.normal.map(|range| (range.low, range.median, range.high));
    assert_eq!((chart.points.len(), normal, chart.limit), (5, Some((0.3, 0.4, 0.6)), Some(limit)));
}

#[test]
fn what_the_alarm_watches_comes_first_then_what_is_farthest() {
    let far = Measured { name: "far".into(), ..measured(&[50.0, 60.0], &CALM) };
    let near = Measured { name: "near".into(), ..measured(&[2.0, 2.0], &CALM) };
    let alarm = Measured { name: "alarm".into(), of_alarm: true, ..measured(&[0.4, 0.4], &CALM) };
    let empty = Measured { name: "empty".into(), ..measured(&[], &CALM) };
    let all = [near, empty, far, alarm].map(|one| ("prom".to_owned(), one));
    let window = Window { start: at(0), end: at(60) };
    let items = items(&all, window, &Redactor::default());
    let order: Vec<_> = items.iter().map(|item| (item.id.as_str(), item.title.as_str())).collect();
    let named = |n: usize| order[n].1.split(':').next().unwrap();
    assert_eq!((order.len(), order[0].0, named(0), named(1), named(2)), (3, "M1", "alarm", "far", "near"));
}

#[test]
fn a_title_names_what_tells_series_apart() {
    let of = |pod: &str| {
        let labels = [("service", "api"), ("pod", pod)].into_iter().collect();
        ("prom".to_owned(), Measured { labels, ..measured(&[1.0], &CALM) })
    };
    let window = Window { start: at(0), end: at(60) };
    let items = items(&[of("a"), of("b")], window, &Redactor::default());
    assert!(items[0].title.as_str().starts_with("5xx{pod=\"a\"}: "), "{}", items[0].title);
    assert!(items[1].text.as_str().contains("of {pod=\"b\", service=\"api\"}"), "{}", items[1].text);
}

#[test]
fn a_spike_is_never_thinned_away_and_secrets_do_not_leave() {
    let mut values = vec![1.0; 5_000];
    values[1_234] = 99.0;
    let mut one = measured(&values, &[1.0; 8]);
    one.labels.set("url", "postgres://bob:hunter2@db/x");
    one.name = "up{token=\"ghp_0123456789abcdefghijABCDEFGHIJ012345\"}".into();
    let item = told(&one);
    let chart = item.chart.clone().unwrap();
    assert!(chart.points.len() <= CHART_POINTS, "{}", chart.points.len());
    assert!(chart.points.iter().any(|point| point.value == 99.0));
    assert_eq!(chart.points.last().map(|point| point.at), Some(at(4_999 * 30)), "the newest stays");
    let shown = format!("{} {}", item.title, item.text);
    assert!(!shown.contains("hunter2") && !shown.contains("ghp_0123"), "{shown}");
}

#[test]
fn figures_have_three_digits() {
    use crate::evidence::Redacted;
    for (value, text) in [
        (0.0, "0"),
        (0.004_123_4, "0.00412"),
        (38.26, "38.3"),
        (100.0, "100"),
        (12_345.0, "12345"),
        (1_430_000.0, "1.43 M"),
        (-2.5e9, "-2.5 G"),
        (1e-9, "1.00e-9"),
        (3e15, "3.00e15"),
    ] {
        assert_eq!(Redacted::figure(value).as_str(), text);
    }
}

#[test]
fn what_the_other_side_expects_counts_instead_of_normal_times() {
    let band = Range { low: 90.0, median: 95.0, high: 100.0, values: 15 };
    let one = Measured { expected: Some(band), ..measured(&[95.0, 96.0, 40.0, 38.0], &CALM) };
    let item = told(&one);
    assert_eq!(item.title.as_str(), "5xx: 38 %, normally 95 % (90 % to 100 %), below since 09:01:00");
    assert_eq!(item.chart.unwrap().normal, Some(band));
}
