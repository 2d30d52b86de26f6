//! Trees that people write, each with labels that reach its nodes; whom they tell is what amtool says.

use super::{Labels, amtool, read};

/// A tree in the form that both read, and label sets.
const TREES: &[(&str, &[&str])] = &[
    ("{receiver: a}", &["", "severity=critical"]),
    (
        // The field's defaults.
        "{receiver: a, routes: [{matchers: ['severity=\"critical\"'], receiver: b}, {matchers: ['severity=\"info\"'], receiver: c}]}",
        &["", "severity=critical", "severity=warning", "severity=info", "severity=Critical", "severity=critical team=db", "team=db"],
    ),
    (
        // Told to several.
        "{receiver: a, routes: [{matchers: ['severity=\"critical\"'], receiver: b, continue: true},
          {matchers: ['team=~\"db|web\"'], receiver: c, continue: true}, {matchers: ['archive!=\"no\"'], receiver: d}, {receiver: e}]}",
        &["", "severity=critical", "team=db", "team=dbx", "team=web archive=no", "severity=critical team=web", "severity=critical archive=no", "archive=no", "archive=yes", "archive="],
    ),
    (
        // By team, and in it by severity; receivers are inherited.
        "{receiver: a, routes: [{matchers: ['team=\"db\"'], receiver: b, routes: [{matchers: ['severity=\"critical\"'], receiver: c},
          {matchers: ['env=~\"dev|test\"'], routes: [{matchers: ['severity=\"info\"'], receiver: d}]}]}, {matchers: ['team=\"web\"'], routes: [{matchers: ['page!~\"no|\"']}]}]}",
        &["team=db", "team=db severity=critical", "team=db severity=critical env=dev", "team=db env=dev", "team=db env=test severity=info", "team=db env=prod severity=info", "team=web", "team=web page=no", "team=web page=yes", "team=ops", "env=dev severity=info"],
    ),
    (
        // A node that goes on, whose children do not.
        "{receiver: a, routes: [{receiver: b, continue: true, routes: [{matchers: ['x=\"1\"'], receiver: c}, {matchers: ['x=~\"1|2\"'], receiver: d}]},
          {matchers: ['x=~\".+\"'], receiver: e, routes: [{matchers: ['y=\"\"'], receiver: f, continue: true}, {matchers: ['y!=\"1\"'], receiver: g}]}]}",
        &["", "x=1", "x=2", "x=3", "x=1 y=1", "x=2 y=2", "y=1", "x=3 y=1"],
    ),
    (
        // Missing labels, anchors, classes of characters, several matchers.
        "{receiver: a, routes: [{matchers: ['gone=\"\"', 'kind=~\"job\"'], receiver: b}, {matchers: ['host=~\"web-[0-9]+\"'], receiver: c},
          {matchers: ['host!~\"db-.*\"', 'host!=\"\"'], receiver: d}, {matchers: ['zone=~\".*\"', 'tier=~\"1|\"'], receiver: e}]}",
        &["", "kind=job", "kind=jobs", "kind=job gone=1", "host=web-12", "host=web-12x", "host=xweb-1", "host=db-1", "host=db-1 tier=1", "host=db-1 tier=2", "tier=2", "zone=x tier=1", "kind=job host=web-1"],
    ),
    (
        // The same receiver by several ways.
        "{receiver: a, routes: [{matchers: ['p=\"1\"'], receiver: b, continue: true}, {matchers: ['q=\"1\"'], continue: true}, {matchers: ['p=~\"1|2\"'], receiver: b}, {receiver: c}]}",
        &["p=1", "q=1", "p=1 q=1", "p=2", "p=2 q=1", "p=3"],
    ),
    (
        // Deep, and matched halfway.
        "{receiver: a, routes: [{matchers: ['l1=\"y\"'], routes: [{matchers: ['l2=\"y\"'], receiver: b, routes: [{matchers: ['l3=\"y\"'], routes: [{matchers: ['l4=\"y\"'], receiver: c}]}]}]}]}",
        &["l1=y", "l1=y l2=y", "l1=y l2=y l3=y", "l1=y l2=y l3=y l4=y", "l2=y", "l1=y l3=y l4=y", "l1=n l2=y"],
    ),
    (
        // Quotes, spaces, other scripts.
        "{receiver: a, routes: [{matchers: ['{x=\"a b\", y!=\"c\"}'], receiver: b}, {matchers: ['x=\"日本\"'], receiver: c}, {matchers: ['x=~\"[あ-ん]+\"'], receiver: d}]}",
        &["x=日本", "x=にほん", "x=nihon", "y=c"],
    ),
];

#[test]
fn every_tree_tells_whom_amtool_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    let flag = format!("--config.file={}", file.display());
    let names: Vec<String> = ('a'..='g').map(String::from).collect();
    let receivers: Vec<String> = names.iter().map(|name| format!("{{name: {name}}}")).collect();
    let mut rows = 0;
    for (text, sets) in TREES {
        std::fs::write(&file, format!("route: {text}\nreceivers: [{}]\n", receivers.join(", "))).unwrap();
        let tree = read(text, &names);
        for set in *sets {
            let given: Vec<&str> = set.split_whitespace().collect();
            let mut wanted: Vec<String> = Vec::new();
            let said = amtool(&[&["config", "routes", "test", &flag], given.as_slice()].concat());
            for receiver in said.split(',') {
                if !wanted.contains(&receiver.to_owned()) {
                    wanted.push(receiver.to_owned());
                }
            }
            let labels: Labels = given.iter().filter_map(|one| one.split_once('=')).collect();
            let told: Vec<String> = tree.receivers(&labels).into_iter().map(|one| one.receiver).collect();
            assert_eq!(told, wanted, "{set:?} in {text}");
            rows += 1;
        }
    }
    assert!(rows >= 60, "{rows}");
}
