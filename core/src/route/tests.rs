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
