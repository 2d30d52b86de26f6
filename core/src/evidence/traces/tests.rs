//! Calls and requests against tables of what is and is not told of them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::*;
use crate::evidence::{Item, Kind, Redactor, Window};

fn node(name: &str, kind: &str) -> Node {
    Node { name: name.into(), kind: kind.into() }
}

/// So many calls, of them faults, throttles and errors, all of which took so many seconds but for the slow ones.
fn calls(total: u64, [faults, throttles, errors]: [u64; 3], slow: u64) -> Calls {
    Calls { total, faults, throttles, errors, times: vec![(5.2, slow), (0.12, total - slow)] }
}

fn graph(edges: &[(&str, &str, Calls)]) -> Graph {
    let mut graph = Graph::default();
    for (from, to, calls) in edges {
        let kind = |name: &str| if name == "client" { "client" } else { "AWS::ECS::Container" };
        graph.add(node(from, kind(from)), node(to, kind(to)), calls.clone());
    }
    graph
}

fn troubles(now: Calls, normal: Option<Calls>) -> Vec<Trouble> {
    let normal = normal.map(|calls| graph(&[("a", "b", calls)]));
    let edges = departing(&graph(&[("a", "b", now)]), normal.as_ref(), &BTreeSet::new());
    edges.into_iter().flat_map(|edge| edge.troubles).collect()
}

#[test]
fn what_is_more_than_normal_is_told_and_chance_is_not() {
    use Trouble::{Errors, Faults, Slow, Throttles};
    let none = [0, 0, 0];
    let usual = || Some(calls(800, [3, 0, 8], 4));
    for (now, normal, expected) in [
        (calls(812, [310, 0, 0], 0), usual(), &[Faults][..]),
        (calls(812, [310, 0, 0], 300), usual(), &[Faults, Slow]),
        (calls(812, [3, 40, 9], 4), usual(), &[Throttles]),
        (calls(812, [0, 0, 90], 4), usual(), &[Errors]),
        (calls(812, [4, 1, 12], 4), usual(), &[]),
        (calls(80, [0, 0, 1], 9), usual(), &[Slow]),
        // Too few to say.
        (calls(4, [1, 0, 0], 0), usual(), &[]),
        (calls(4, none, 4), usual(), &[]),
        // Half of few is normal here.
        (calls(20, [10, 0, 0], 0), Some(calls(20, [9, 0, 0], 0)), &[]),
        // More calls are no more faults.
        (calls(8_000, [30, 0, 0], 0), usual(), &[]),
        (calls(812, [310, 0, 0], 300), None, &[Faults]),
        (calls(812, [3, 0, 0], 300), None, &[]),
        (Calls::default(), usual(), &[]),
        (calls(10, [1, 0, 0], 0), Some(Calls::default()), &[Faults]),
    ] {
        assert_eq!(troubles(now.clone(), normal.clone()), expected, "{now:?} against {normal:?}");
    }
    // Slower, but nobody notices.
    let times = |seconds: f64| Calls { times: vec![(seconds, 900)], ..calls(900, none, 0) };
    assert_eq!(troubles(times(0.004), Some(times(0.001))), []);
    assert_eq!(troubles(times(0.4), Some(times(0.1))), [Slow]);
}

#[test]
fn the_edge_at_the_bottom_comes_first_and_those_of_others_do_not_count() {
    let (bad, good) = (|| calls(800, [300, 0, 0], 0), || calls(800, [0, 0, 0], 0));
    let chain = |calls: fn() -> Calls| {
        graph(&[
            ("client", "web", calls()),
            ("web", "api", calls()),
            ("api", "db", calls()),
            ("api", "api", good()),
            ("mail", "smtp", calls()),
        ])
    };
    let names = |services: &[&str]| -> Vec<String> {
        let services = services.iter().map(|&name| name.to_owned()).collect();
        let edges = departing(&chain(|| calls(800, [300, 0, 0], 0)), Some(&chain(good_calls)), &services);
        edges.iter().map(|edge| format!("{}-{}", edge.from.name, edge.to.name)).collect()
    };
    fn good_calls() -> Calls {
        calls(800, [0, 0, 0], 0)
    }
    assert_eq!(names(&["web", "api", "db"]), ["api-db", "client-web", "web-api"]);
    assert_eq!(names(&["api"]), ["api-db", "web-api"]);
    assert_eq!(names(&[]).len(), 3, "no more are told");
    assert!(names(&[])[..2].contains(&"mail-smtp".to_owned()), "{:?}", names(&[]));
    // What calls itself has something behind it that differs: itself. It is told all the same.
    let itself = graph(&[("a", "a", bad())]);
    assert_eq!(departing(&itself, None, &BTreeSet::new()).len(), 1);
}

#[test]
fn counts_and_times_add_up() {
    let mut all = calls(10, [1, 2, 3], 1);
    all.add(calls(10, [1, 2, 3], 0));
    assert_eq!((all.total, all.faults, all.throttles, all.errors), (20, 2, 4, 6));
    assert_eq!((all.time(0.5), all.time(0.95), all.time(0.96)), (Some(0.12), Some(0.12), Some(5.2)));
    assert_eq!(Calls::default().time(0.5), None);
    all.add(Calls { total: u64::MAX, times: vec![(1.0, u64::MAX)], ..Calls::default() });
    assert_eq!((all.total, all.time(0.5)), (u64::MAX, Some(1.0)));
    let graph = graph(&[("a", "b", calls(1, [0, 0, 0], 0)), ("c", "b", calls(2, [0, 0, 0], 0))]);
    assert_eq!((graph.to("b").total, graph.called().into_iter().collect::<Vec<_>>()), (3, vec!["b"]));
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_359_200 + seconds, 0).unwrap()
}

fn summary(n: i64, outcome: Outcome, entity: &str) -> Summary {
    let exception = Exception {
        kind: "TimeoutException".into(),
        message: format!("no connection in {n}"),
        ..Exception::default()
    };
    Summary {
        id: format!("1-69a40f20-{n:024x}"),
        at: Some(at(n)),
        seconds: 1.0 + n as f64,
        outcome,
        answered: true,
        partial: false,
        request: "GET https://shop.example/pay".into(),
        cause: Cause {
            service: "api".into(),
            entity: entity.into(),
            exception: (!entity.is_empty()).then_some(exception),
        },
        services: vec!["web".into(), "api".into()],
    }
}

#[test]
fn requests_are_told_by_what_went_wrong_and_what_is_new_comes_first() {
    let of = |range: std::ops::Range<i64>, outcome, entity: &'static str| {
        range.map(move |n| summary(n, outcome, entity))
    };
    let mut now: Vec<Summary> = of(0..40, Outcome::Fault, "old-queue").collect();
    now.extend(of(40..52, Outcome::Fault, "orders-db"));
    now.extend(of(60..90, Outcome::Slow, ""));
    now.extend(of(90..91, Outcome::Error, "x"));
    now[40].partial = true;
    let before: Vec<Summary> = of(0..80, Outcome::Fault, "old-queue").collect();
    let groups = grouped(now.clone(), Some((&before, 2)));
    let told: Vec<_> = groups.iter().map(|g| (g.example.cause.entity.as_str(), g.now, g.normal)).collect();
    assert_eq!(told, [("orders-db", 12, Some(0.0)), ("", 30, Some(0.0)), ("old-queue", 40, Some(40.0))]);
    assert_eq!(groups[0].example.at, Some(at(41)), "the first that is whole");
    assert_eq!(groups[1].example.at, Some(at(89)), "the slowest");
    let alone = grouped(now, None);
    assert_eq!((alone[0].now, alone[0].normal), (40, None));
    assert_eq!(grouped(Vec::new(), Some((&before, 2))), []);
}

fn told(traces: Traces) -> Vec<Item> {
    let end = DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(15);
    let window = Window { start: DateTime::UNIX_EPOCH, end };
    items(&[("tr".to_owned(), traces)], window, &Redactor::default())
}

#[test]
fn an_edge_says_its_shares_against_normal() {
    let (from, to) = (node("api", "AWS::ECS::Container"), node("orders-db", "AWS::RDS::DBInstance"));
    let link = "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#xray:traces/query";
    let origin = Origin { query: "aws xray get-service-graph".into(), link: Some(link.into()) };
    let edge = Edge {
        from,
        to,
        now: calls(812, [310, 0, 0], 100),
        normal: Some(calls(790, [3, 0, 0], 0)),
        troubles: vec![Trouble::Faults, Trouble::Slow],
        course: None,
    };
    let alone = Edge {
        from: node("client", "client"),
        normal: None,
        troubles: vec![Trouble::Throttles],
        ..edge.clone()
    };
    let items = told(Traces { edges: vec![(edge, origin), (alone, Origin::default())], groups: vec![] });
    let item = &items[0];
    assert_eq!((item.id.as_str(), item.kind, item.source.as_str()), ("T1", Kind::Trace, "tr"));
    assert_eq!(item.link.as_ref().unwrap().as_str(), link);
    assert_eq!(
        item.title.as_str(),
        "api → orders-db: faults 310 of 812 (38.2 %), normally 0.38 %; p95 5.2 s, normally 0.12 s"
    );
    assert_eq!(
        item.text.as_str(),
        "faults 310 of 812 (38.2 %) calls, normally 3 of 790 (0.38 %)\nthrottled 0 of 812 (0 %) calls, normally 0 of 790 (0 \
         %)\nerrors 0 of 812 (0 %) calls, normally 0 of 790 (0 %)\nresponse time p50 0.12 s, normally 0.12 s; p95 5.2 s, normally \
         0.12 s\nfrom api (AWS::ECS::Container)\nto orders-db (AWS::RDS::DBInstance)\ncounted in the requests that were traced"
    );
    assert_eq!(
        items[1].title.as_str(),
        "clients → orders-db: throttled 0 of 812 (0 %), nothing to compare with"
    );
}

#[test]
fn a_request_says_where_it_failed_and_what_was_thrown_without_secrets() {
    let mut example = summary(1, Outcome::Fault, "orders-db");
    example.request = "GET https://shop.example/pay?token=hunter2hunter2".into();
    example.answered = false;
    let step = |name: &str, seconds, outcome| Step { name: name.into(), seconds, outcome };
    let shown = Shown {
        way: vec![step("api", Some(5.03), Outcome::Error), step("orders\u{202e}-db", None, Outcome::Fault)],
        details: vec![("query".into(), "select * from card where mail = 'bob@example.com'".into())],
        exception: Some(Exception {
            kind: "java.sql.SQLException".into(),
            message: "password=hunter2 refused\nfor bob@example.com".into(),
            place: "Pool.get (Pool.java:12)".into(),
        }),
    };
    let group = Group { example, now: 142, normal: Some(0.5), shown: Some(shown) };
    let bare = Group { example: summary(2, Outcome::Slow, ""), now: 1, normal: None, shown: None };
    let items =
        told(Traces { edges: vec![], groups: vec![(group, Origin::default()), (bare, Origin::default())] });
    let (title, text) = (items[0].title.as_str(), items[0].text.as_str());
    assert!(title.starts_with("GET https://shop.example/pay"), "{title}");
    assert!(title.contains(", 2 s: fault in orders-db, java.sql.SQLException: password=<"), "{title}");
    assert!(title.ends_with("; 142 such requests, normally 0.5"), "{title}");
    assert!(
        text.starts_with(
            "trace 1-69a40f20-000000000000000000000001 at 10:00:01, 2 s; the caller was answered without"
        ),
        "{text}"
    );
    assert!(
        text.contains("\nway: api 5.03 s error > orders-db fault\nthrew java.sql.SQLException: "),
        "{text}"
    );
    assert!(text.contains("\nat Pool.get (Pool.java:12)\nquery: select"), "{text}");
    let all = format!("{items:?}");
    assert!(!all.contains("hunter2") && !all.contains("bob@example") && !all.contains('\u{202e}'), "{all}");
    assert_eq!(items[1].title.as_str(), "GET https://shop.example/pay, 3 s: slow in api; 1 such request");
}
