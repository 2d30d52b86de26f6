//! Trees and who they tell. The receivers of every row were compared once with `amtool config routes test` 0.25
//! (which repeats a receiver that two nodes name); it agreed with all of them.

use super::*;

const NESTED: &str = r#"
receiver: slack
routes:
  - matchers: ['severity="critical"']
    receiver: oncall
    routes:
      - { matchers: ['team="db"'], receiver: dba }
      - { matchers: ['team="web"'] }
  - { matchers: ['severity="info"'], receiver: quiet }
"#;

const CONTINUED: &str = r#"
receiver: slack
routes:
  - { matchers: ['severity="critical"'], receiver: oncall, continue: true }
  - { matchers: ['team=~"db|web"'], receiver: team, continue: true }
  - { receiver: archive, matchers: ['archive!="no"'] }
  - { receiver: never }
"#;

const INHERITED: &str = r#"
receiver: slack
routes:
  - matchers: [a=1]
    routes:
      - matchers: [b=1]
        receiver: deep
        routes:
          - { matchers: [c=1] }
          - { matchers: [c=2], receiver: deeper, continue: true }
          - { matchers: ['c=~"2|3"'], receiver: deep }
      - { matchers: [b=2], continue: true }
  - { matchers: [a=1], receiver: later }
  - { matchers: ['{a=2, b!=1}'], receiver: two }
"#;

/// A catch-all that goes on, after which a node is matched by a parent whose only child does not match.
const CATCH_ALL: &str = r#"
receiver: slack
routes:
  - { receiver: log, continue: true }
  - receiver: parent
    matchers: ['x=~".+"']
    continue: true
    routes: [{ matchers: ['x="9"'], receiver: child, continue: true }, { matchers: ['x=~"[89]"'], receiver: kid }]
  - { receiver: slack, matchers: ['y=""'] }
"#;

const ROOT_ONLY: &str = "receiver: slack";

/// A tree, labels, the receivers, and the paths that name them.
type Row =
    (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str], &'static [&'static str]);

const TABLE: &[Row] = &[
    (ROOT_ONLY, &[("severity", "critical")], &["slack"], &["route"]),
    (ROOT_ONLY, &[], &["slack"], &["route"]),
    (NESTED, &[("severity", "critical")], &["oncall"], &["route.routes[0]"]),
    (NESTED, &[("severity", "critical"), ("team", "db")], &["dba"], &["route.routes[0].routes[0]"]),
    (NESTED, &[("severity", "critical"), ("team", "web")], &["oncall"], &["route.routes[0].routes[1]"]),
    (NESTED, &[("severity", "critical"), ("team", "ops")], &["oncall"], &["route.routes[0]"]),
    (NESTED, &[("severity", "info"), ("team", "db")], &["quiet"], &["route.routes[1]"]),
    (NESTED, &[("severity", "warning")], &["slack"], &["route"]),
    (NESTED, &[("severity", "Critical")], &["slack"], &["route"]),
    (NESTED, &[("team", "db")], &["slack"], &["route"]),
    (
        CONTINUED,
        &[("severity", "critical"), ("team", "db")],
        &["oncall", "team", "archive"],
        &["route.routes[0]", "route.routes[1]", "route.routes[2]"],
    ),
    (CONTINUED, &[("severity", "critical")], &["oncall", "archive"], &["route.routes[0]", "route.routes[2]"]),
    (CONTINUED, &[("team", "web")], &["team", "archive"], &["route.routes[1]", "route.routes[2]"]),
    (CONTINUED, &[("team", "webx")], &["archive"], &["route.routes[2]"]),
    (CONTINUED, &[("archive", "no")], &["never"], &["route.routes[3]"]),
    (
        CONTINUED,
        &[("team", "db"), ("archive", "no")],
        &["team", "never"],
        &["route.routes[1]", "route.routes[3]"],
    ),
    (INHERITED, &[("a", "1")], &["slack"], &["route.routes[0]"]),
    (INHERITED, &[("a", "1"), ("b", "1")], &["deep"], &["route.routes[0].routes[0]"]),
    (INHERITED, &[("a", "1"), ("b", "1"), ("c", "1")], &["deep"], &["route.routes[0].routes[0].routes[0]"]),
    (
        INHERITED,
        &[("a", "1"), ("b", "1"), ("c", "2")],
        &["deeper", "deep"],
        &["route.routes[0].routes[0].routes[1]", "route.routes[0].routes[0].routes[2]"],
    ),
    (INHERITED, &[("a", "1"), ("b", "1"), ("c", "3")], &["deep"], &["route.routes[0].routes[0].routes[2]"]),
    (INHERITED, &[("a", "1"), ("b", "2")], &["slack"], &["route.routes[0].routes[1]"]),
    (INHERITED, &[("a", "2")], &["two"], &["route.routes[2]"]),
    (INHERITED, &[("a", "2"), ("b", "1")], &["slack"], &["route"]),
    (INHERITED, &[("b", "1")], &["slack"], &["route"]),
    (CATCH_ALL, &[("y", "1")], &["log"], &["route.routes[0]"]),
    (CATCH_ALL, &[], &["log", "slack"], &["route.routes[0]", "route.routes[2]"]),
    (CATCH_ALL, &[("x", "1"), ("y", "1")], &["log", "parent"], &["route.routes[0]", "route.routes[1]"]),
    (
        CATCH_ALL,
        &[("x", "9"), ("y", "1")],
        &["log", "child", "kid"],
        &["route.routes[0]", "route.routes[1].routes[0]", "route.routes[1].routes[1]"],
    ),
    (
        CATCH_ALL,
        &[("x", "8")],
        &["log", "kid", "slack"],
        &["route.routes[0]", "route.routes[1].routes[1]", "route.routes[2]"],
    ),
];

fn tree(yaml: &str) -> Tree {
    serde_saphyr::from_str(yaml).unwrap()
}

#[test]
fn who_is_told() {
    for (yaml, labels, receivers, paths) in TABLE {
        let told = tree(yaml).receivers(&labels.iter().copied().collect());
        let names: Vec<_> = told.iter().map(|decision| decision.receiver.as_str()).collect();
        let ways: Vec<_> = told.iter().map(|decision| decision.path.as_str()).collect();
        assert_eq!((names.as_slice(), ways.as_slice()), (*receivers, *paths), "{labels:?} in {yaml}");
    }
}

#[test]
fn a_walk_takes_what_is_told_and_says_what_held() {
    let when = When {
        now: chrono::DateTime::UNIX_EPOCH,
        since: chrono::DateTime::UNIX_EPOCH,
        critical: false,
        suppressed: None,
    };
    for (yaml, labels, receivers, paths) in TABLE {
        let steps = tree(yaml).walk(&labels.iter().copied().collect(), when);
        let takes: Vec<_> = walk::takes(&steps).collect();
        let mut once: Vec<_> = Vec::new();
        for (path, receiver) in takes {
            if !once.iter().any(|(_, other)| *other == receiver) {
                once.push((path, receiver));
            }
        }
        let expected: Vec<_> = paths.iter().copied().zip(receivers.iter().copied()).collect();
        assert_eq!(once, expected, "{labels:?} in {yaml}");
        for step in &steps {
            let refused = step.matchers.iter().any(|tried| !tried.holds);
            assert_eq!(refused, step.verdict == walk::Verdict::Refuses, "{step:?}");
        }
    }
}

#[test]
fn a_walk_shows_the_nodes_that_were_asked_and_no_others() {
    let when = When {
        now: chrono::DateTime::UNIX_EPOCH,
        since: chrono::DateTime::UNIX_EPOCH,
        critical: false,
        suppressed: None,
    };
    let long = "x".repeat(500);
    let labels = [("severity", "critical"), ("team", long.as_str())].into_iter().collect();
    let steps = tree(NESTED).walk(&labels, when);
    let said: Vec<_> = steps.iter().map(|step| (step.path.as_str(), step.verdict, step.last)).collect();
    use walk::Verdict::{Passes, Refuses, Takes};
    assert_eq!(
        said,
        [
            ("route", Passes, false),
            ("route.routes[0]", Takes, true),
            ("route.routes[0].routes[0]", Refuses, false),
            ("route.routes[0].routes[1]", Refuses, false),
        ]
    );
    let tried = &steps[2].matchers[0];
    assert_eq!((tried.matcher.as_str(), tried.value.len(), tried.holds), ("team=\"db\"", 120, false));
}

#[test]
fn the_reason_names_each_node_on_the_way() {
    let reason = |yaml: &str, labels: &[(&str, &str)]| {
        tree(yaml).receivers(&labels.iter().copied().collect()).remove(0).reason
    };
    assert_eq!(reason(NESTED, &[("severity", "info")]), r#"route.routes[1]: severity="info""#);
    assert_eq!(
        reason(NESTED, &[("severity", "critical"), ("team", "db")]),
        r#"route.routes[0]: severity="critical" → route.routes[0].routes[0]: team="db""#
    );
    assert_eq!(reason(NESTED, &[]), "route: no route below takes it");
    assert_eq!(reason(CATCH_ALL, &[]), "route.routes[0]: takes all");
}

#[test]
fn a_receiver_is_told_once_for_the_first_node_that_names_it() {
    let twice =
        tree("{receiver: a, routes: [{receiver: b, continue: true}, {continue: true}, {receiver: b}]}");
    let told: Vec<_> =
        twice.receivers(&Labels::default()).into_iter().map(|d| (d.receiver, d.path)).collect();
    assert_eq!(
        told,
        [("b".to_owned(), "route.routes[0]".to_owned()), ("a".to_owned(), "route.routes[1]".to_owned())]
    );
}

#[test]
fn every_named_receiver_is_listed() {
    let tree = tree(INHERITED);
    let names = tree.names();
    assert_eq!(names.first(), Some(&("route".to_owned(), "slack")));
    assert!(names.contains(&("route.routes[0].routes[0].routes[1]".to_owned(), "deeper")));
    assert_eq!(names.len(), 6);
}

#[test]
fn what_alertmanager_refuses_is_refused() {
    for yaml in [
        "routes: []",
        "{receiver: a, matchers: [b=c]}",
        "{receiver: a, continue: true}",
        "{receiver: a, routes: [{matchers: ['b']}]}",
        "{receiver: a, routes: [{reciever: b}]}",
    ] {
        assert!(serde_saphyr::from_str::<Tree>(yaml).is_err(), "{yaml}");
    }
}

#[test]
fn intervals_are_the_nodes_own_and_a_delay_is_inherited() {
    let mut tree = tree(
        "{receiver: a, routes: [{matchers: [x=1], active_time_intervals: [day], mute_time_intervals: [lunch],
          routes: [{matchers: [y=1]}, {matchers: [y=2], mute_time_intervals: [night]}]}]}",
    );
    tree.routes[0].delay = Some(Delay::For(chrono::TimeDelta::minutes(5)));
    let timing = |labels: &[(&str, &str)]| tree.receivers(&labels.iter().copied().collect()).remove(0).timing;
    let own = timing(&[("x", "1")]);
    assert_eq!((own.active.len(), own.mute.len(), own.delay), (1, 1, tree.routes[0].delay));
    let child = timing(&[("x", "1"), ("y", "1")]);
    assert_eq!((child.active.len(), child.mute.len(), child.delay), (0, 0, tree.routes[0].delay));
    assert_eq!(timing(&[("x", "1"), ("y", "2")]).mute, ["night"]);
    assert!(timing(&[]).is_always());
}

#[test]
fn a_receiver_of_several_nodes_is_told_for_the_one_that_may_first() {
    use super::interval::{Interval, Span, times};
    let mut tree = tree(
        "{receiver: root, routes: [{receiver: a, active_time_intervals: [late], continue: true},
          {receiver: a, active_time_intervals: [early], continue: true}, {receiver: b}]}",
    );
    for (name, start, end) in [("late", "20:00", "22:00"), ("early", "06:00", "12:00")] {
        let span = Span { times: vec![times(start, end).unwrap()], ..Span::default() };
        tree.intervals.insert(name.to_owned(), Interval { spans: vec![span] });
    }
    for (now, path, waits) in [
        ("2026-11-26T21:00:00Z", "route.routes[0]", false),
        ("2026-11-26T07:00:00Z", "route.routes[1]", false),
        ("2026-11-26T01:00:00Z", "route.routes[1]", true),
        ("2026-11-26T15:00:00Z", "route.routes[0]", true),
    ] {
        let now = now.parse().unwrap();
        let told = tree.told(&Labels::default(), When { now, since: now, critical: false, suppressed: None });
        assert_eq!((told[0].decision.path.as_str(), told[0].hold.is_some()), (path, waits), "{now}");
        assert_eq!((told.len(), told[1].decision.receiver.as_str(), &told[1].hold), (2, "b", &None));
    }
}

#[test]
fn where_something_critical_may_wait_is_known_beforehand() {
    for (yaml, paths) in [
        ("{receiver: a, routes: [{matchers: [severity=critical]}, {active_time_intervals: [d]}]}", &[][..]),
        (
            "{receiver: a, routes: [{matchers: [severity=critical], continue: true}, {active_time_intervals: [d]}]}",
            &["route.routes[1]"],
        ),
        (
            "{receiver: a, routes: [{matchers: [severity=critical, team=db]}, {mute_time_intervals: [d]}]}",
            &["route.routes[1]"],
        ),
        ("{receiver: a, routes: [{matchers: [severity=info], active_time_intervals: [d]}]}", &[]),
        (
            "{receiver: a, routes: [{matchers: ['severity!=info'], active_time_intervals: [d]}]}",
            &["route.routes[0]"],
        ),
        (
            "{receiver: a, routes: [{active_time_intervals: [d], routes: [{matchers: ['severity=~\"c.*\"']}]}]}",
            &[],
        ),
        (
            "{receiver: a, routes: [{active_time_intervals: [d], routes: [{matchers: [team=db]}]}]}",
            &["route.routes[0]"],
        ),
        (
            "{receiver: a, routes: [{routes: [{matchers: [team=db], active_time_intervals: [d]}]}]}",
            &["route.routes[0].routes[0]"],
        ),
    ] {
        let found = tree(yaml).critical_may_wait().into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        assert_eq!(found, paths, "{yaml}");
    }
}
