//! What is drawn of an incident, which of it first, and that whatever stands in it is text.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::samples;
use super::super::view::{Evidence, Incident};
use super::super::zone::Zone;
use super::*;
use crate::evidence::metric::{Chart, Limit, Point, Range, Relation};
use crate::evidence::{Item, Kind, Redactor, Window};

/// A hundred seconds from 10:00, with a normal of 0 to 10 and an alarm above 50.
pub(super) fn chart(values: &[(i64, f64)]) -> Chart {
    let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
    let at = |seconds: &i64| start + TimeDelta::seconds(*seconds);
    Chart {
        window: Window { start, end: start + TimeDelta::seconds(100) },
        points: values.iter().map(|(seconds, value)| Point { at: at(seconds), value: *value }).collect(),
        unit: "%".to_owned(),
        of_alarm: false,
        normal: Some(Range { low: 0.0, median: 5.0, high: 10.0, values: 9 }),
        limit: Some(Limit { relation: Relation::Above, value: 50.0 }),
    }
}

fn metric(id: &str, of_alarm: bool, departs: bool) -> Item {
    let chart = Chart { of_alarm, ..chart(&[(0, 1.0), (50, 60.0)]) };
    let mut item =
        samples::item(id, Kind::Metric, "5xx: 60 %, normally 5 % (0 % to 10 %)", "now 60 %\nvalues 1=2");
    item.chart = Some(chart);
    item.at = departs.then_some(item.at).flatten();
    item
}

fn incident(items: Vec<Item>) -> Incident {
    let evidence = Evidence { items, ..Evidence::default() };
    Incident { evidence: Some(evidence), ..samples::first_look() }
}

fn ids(items: Vec<Item>) -> Vec<String> {
    decisive(&incident(items)).into_iter().map(|item| item.id.clone()).collect()
}

#[test]
fn what_the_alarm_watches_comes_first_and_little_beside_it() {
    let four = |own: [bool; 4], departs: [bool; 4]| {
        ids((0..4).map(|n| metric(&format!("M{}", n + 1), own[n], departs[n])).collect())
    };
    assert_eq!(four([false, false, true, false], [true; 4]), ["M3", "M1"]);
    assert_eq!(four([true; 4], [true; 4]), ["M1", "M2", "M3"]);
    assert_eq!(four([true, false, false, false], [false; 4]), ["M1"], "as usual, and it is the alarm's own");
    assert_eq!(four([false; 4], [false, true, true, false]), ["M2", "M3"]);
    assert_eq!(four([false; 4], [false; 4]), Vec::<String>::new(), "nothing to look at");
    let mut short = metric("M1", true, true);
    short.chart = Some(chart(&[(0, 1.0)]));
    assert_eq!(ids(vec![short, samples::item("L1", Kind::Log, "x", "y")]), Vec::<String>::new());
    assert!(decisive(&Incident { evidence: None, ..incident(Vec::new()) }).is_empty());
}

fn drawn(item: &Item, zone: &Zone) -> Picture {
    let alarm = item.chart.as_ref().unwrap().window.start + TimeDelta::seconds(40);
    picture(item, 482, alarm, zone, &Redactor::default()).unwrap()
}

#[test]
fn a_picture_stands_alone() {
    let mut item = metric("M1", true, true);
    if let Some(chart) = &mut item.chart {
        chart.window.end = chart.window.start + TimeDelta::minutes(17);
    }
    let picture = drawn(&item, &Zone::utc());
    assert_eq!(picture.file, "incident-482-M1.png");
    assert_eq!(picture.title, "5xx: 60 %, normally 5 % (0 % to 10 %)");
    assert!(
        picture.alt.starts_with("Line chart from 2026-03-01 10:00 UTC to 2026-03-01 10:17 UTC. 5xx: 60 %")
    );
    assert!(picture.alt.ends_with("now 60 %"), "not every value is read aloud: {}", picture.alt);
    for wanted in [
        ">5xx: 60 %, normally 5 % (0 % to 10 %)</text>",
        ">%</text>",
        ">2026-03-01, UTC</text>",
        ">20</text>",
        ">10:05</text>",
        ">normally 0 to 10 %</text>",
        ">alarm above 50 %</text>",
        ">since the alarm 10:00</text>",
        "fill=\"#cfe5d6\"",
        "stroke-dasharray=\"9 7\"",
    ] {
        assert!(picture.svg.contains(wanted), "{wanted} in {}", picture.svg);
    }
    assert!(!picture.svg.contains("class=") && !picture.svg.contains("style"), "{}", picture.svg);
    let tokyo = Zone::named("Asia/Tokyo").unwrap();
    let svg = drawn(&item, &tokyo).svg;
    assert!(svg.contains(">2026-03-01, JST</text>") && svg.contains(">19:05</text>"), "{svg}");
}

#[test]
fn a_chart_of_seconds_has_its_two_ends_as_times() {
    let svg = drawn(&metric("M1", true, true), &Zone::utc()).svg;
    assert!(svg.contains(">10:00:00 UTC</text>") || svg.contains(">10:01</text>"), "{svg}");
    let mut item = metric("M1", true, true);
    if let Some(chart) = &mut item.chart {
        (chart.normal, chart.limit) = (None, None);
        chart.window.end = chart.window.start + TimeDelta::seconds(50);
    }
    let svg = drawn(&item, &Zone::utc()).svg;
    assert!(svg.contains(">10:00:00 UTC</text>") && svg.contains(">10:00:50 UTC</text>"), "{svg}");
    assert!(!svg.contains("normally 0") && !svg.contains("alarm above"), "no line without its meaning");
}

#[test]
fn hostile_titles_and_units_stay_text_and_long_ones_are_cut() {
    let hostile = "</text><script>alert(1)</script>\" onload=\"x ".repeat(20);
    let mut item = metric("M1", true, true);
    item.title = samples::safe(&hostile);
    if let Some(chart) = &mut item.chart {
        chart.unit = hostile;
    }
    let picture = drawn(&item, &Zone::utc());
    assert!(
        !picture.svg.contains("<script") && picture.svg.matches("<title").count() == 1,
        "{}",
        picture.svg
    );
    assert!(picture.svg.contains("&lt;script&gt;"));
    assert!(!picture.alt.contains('<') && picture.alt.chars().count() <= 900);
    assert!(!picture.title.contains('<') && picture.title.chars().count() <= 200);
    let lines = picture.svg.matches("font-size=\"21\"").count();
    assert_eq!(lines, 2, "a title has two lines");
}

#[test]
fn a_title_is_broken_at_a_word_and_nothing_of_it_is_lost() {
    let title = "Target response time of app/web/123 behind the load balancer: 4.2 s, normally 0.3 s (0.2 s to 0.4 s)";
    let mut item = metric("M1", true, true);
    item.title = samples::safe(title);
    let svg = drawn(&item, &Zone::utc()).svg;
    let line =
        |n: usize| svg.split("font-size=\"21\"").nth(n).unwrap().split(['>', '<']).nth(1).unwrap().to_owned();
    assert_eq!(format!("{} {}", line(1), line(2)), title);
    assert!(line(1).ends_with("4.2 s,"), "{}", line(1));
    // What follows the comma is too long for one line: then the first one is filled.
    let title = "node memory available: 333 M bytes, normally 2.05 G bytes (1.92 G bytes to 2.18 G bytes), below since 17:56:00";
    item.title = samples::safe(title);
    let svg = drawn(&item, &Zone::utc()).svg;
    let line =
        |n: usize| svg.split("font-size=\"21\"").nth(n).unwrap().split(['>', '<']).nth(1).unwrap().to_owned();
    assert_eq!(format!("{} {}", line(1), line(2)), title);
}
