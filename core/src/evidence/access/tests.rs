//! Counted requests against tables of what stands out.

use super::*;
use crate::evidence::{Item, Kind, Redactor};

fn counts(requests: u64, failed: u64, p95: f64) -> Counts {
    Counts { requests, failed, p95: (p95 > 0.0).then_some(p95) }
}

fn row(by: By, value: &str, now: (u64, u64, f64), normal: (u64, u64, f64)) -> Row {
    let of = |(requests, failed, p95)| counts(requests, failed, p95);
    Row { by, value: value.into(), now: of(now), normal: of(normal) }
}

/// Of two targets, one fails; one client asks far more than it did.
fn rows() -> Vec<Row> {
    vec![
        row(By::All, "", (1_712, 311, 5.0), (3_400, 12, 0.1)),
        row(By::Target, "10.0.1.7:8080", (812, 310, 5.1), (1_700, 6, 0.1)),
        row(By::Target, "10.0.1.8:8080", (900, 1, 0.1), (1_700, 6, 0.1)),
        row(By::Path, "GET /pay", (400, 140, 5.0), (1_700, 6, 0.1)),
        row(By::Path, "GET /health", (12, 0, 0.0), (30, 0, 0.0)),
        row(By::Status, "502", (311, 311, 5.0), (12, 12, 0.1)),
        row(By::Status, "200", (1_401, 0, 0.1), (3_388, 0, 0.1)),
        row(By::TargetStatus, "-", (311, 311, 0.0), (12, 12, 0.0)),
        row(By::Client, "203.0.113.9", (900, 160, 5.0), (40, 0, 0.1)),
        row(By::Client, "203.0.113.10", (2, 2, 5.0), (0, 0, 0.0)),
    ]
}

fn access(rows: Vec<Row>, times: usize) -> Access {
    let query = "aws athena start-query-execution".into();
    Access { rows, times, query, link: Some("https://eu-west-1.console.aws.amazon.com/athena/home".into()) }
}

fn told(access: Access) -> Vec<Item> {
    items(&[("alb".to_owned(), access)], 2, &Redactor::default())
}

#[test]
fn what_fails_while_the_others_do_not_comes_first() {
    let items = told(access(rows(), 2));
    let titles: Vec<&str> = items.iter().map(|item| item.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "all requests: 5xx 311 of 1712 (18.2 %), normally 0.353 %; p95 5 s, normally 0.1 s",
            "target 10.0.1.7:8080: 5xx 310 of 812 (38.2 %), normally 0.353 %; others 5xx 1 of 900 (0.111 %)",
            "path GET /pay: 5xx 140 of 400 (35 %), normally 0.353 %; others 5xx 171 of 1312 (13 %)",
            "client 203.0.113.9: 900 of 1712 requests (52.6 %), normally 1.18 %",
            "answers of targets with -: 311 of 1712 requests (18.2 %), normally 0.353 %",
            "answers with 502: 311 of 1712 requests (18.2 %), normally 0.353 %",
        ]
    );
    assert_eq!((items[0].id.as_str(), items[1].id.as_str(), items[0].kind), ("M3", "M4", Kind::Metric));
    assert!(items.iter().all(|item| item.link.is_some() && item.source == "alb" && item.query.is_some()));
    assert_eq!(
        items[1].text.as_str(),
        "5xx 310 of 812 (38.2 %), p95 5.1 s; normally 850 requests, 5xx 0.353 %, p95 0.1 s\ntarget 10.0.1.8:8080: 5xx 1 of \
         900 (0.111 %), p95 0.1 s; normally 850 requests, 5xx 0.353 %, p95 0.1 s"
    );
}

#[test]
fn a_crowd_and_slowness_stand_out_and_chance_does_not() {
    let whole = (1_000, 0, 0.1);
    for (by, now, normal, expected) in [
        (By::Client, (600, 0, 0.1), (20, 0, 0.1), Some(Mark::More)),
        (By::Client, (40, 0, 0.1), (1, 0, 0.1), None),
        (By::Client, (600, 0, 0.1), (600, 0, 0.1), None),
        (By::Status, (9, 0, 0.0), (0, 0, 0.0), Some(Mark::More)),
        (By::Status, (600, 600, 9.0), (600, 600, 0.1), None),
        (By::Path, (50, 0, 0.4), (60, 0, 0.1), Some(Mark::Slow)),
        (By::Path, (9, 0, 0.4), (60, 0, 0.1), None),
        (By::Path, (50, 0, 0.004), (60, 0, 0.001), None),
        (By::Path, (50, 0, 0.0), (60, 0, 0.1), None),
        (By::Path, (50, 20, 0.4), (60, 0, 0.1), Some(Mark::Fails)),
        (By::Path, (50, 1, 0.1), (60, 0, 0.1), None),
    ] {
        let other = row(by, "y", (300, 0, 0.1), (300, 0, 0.1));
        let all = access(vec![row(By::All, "", whole, whole), row(by, "x", now, normal), other], 1);
        let marks: Vec<Mark> = all.standing_out().into_iter().map(|(_, mark)| mark).collect();
        assert_eq!(marks, expected.into_iter().collect::<Vec<_>>(), "{by:?} {now:?} against {normal:?}");
    }
}

#[test]
fn as_usual_and_without_a_normal_time_are_told_as_such() {
    let calm = |times: u64| {
        let whole = row(By::All, "", (100, 0, 0.1), (times * 100, 0, 0.1));
        access(vec![whole], usize::try_from(times).unwrap())
    };
    assert_eq!(
        told(calm(2))[0].title.as_str(),
        "all requests: 5xx 0 of 100 (0 %), normally 0 %; p95 0.1 s, normally 0.1 s, as usual"
    );
    let alone = told(calm(0));
    assert_eq!(
        alone[0].title.as_str(),
        "all requests: 5xx 0 of 100 (0 %), nothing to compare with; p95 0.1 s"
    );
    assert_eq!(alone[0].text.as_str(), "5xx 0 of 100 (0 %), p95 0.1 s");
    assert!(told(access(Vec::new(), 1)).is_empty());
}

#[test]
fn what_a_client_wrote_is_redacted_and_bounded() {
    let whole = row(By::All, "", (300, 90, 0.1), (300, 0, 0.1));
    let path = format!("GET /reset/\u{202e}bob@example.com?token=hunter2hunter2{}", "x".repeat(5_000));
    let items = told(access(vec![whole, row(By::Path, &path, (100, 90, 0.1), (100, 0, 0.1))], 1));
    let all = format!("{items:?}");
    assert!(!all.contains("bob@example") && !all.contains('\u{202e}'), "{all}");
    assert!(items[1].title.as_str().chars().count() < 300, "{}", items[1].title);
}
