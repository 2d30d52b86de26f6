//! The tree tells whom the real `amtool config routes test` says that Alertmanager tells: a table, and random trees and
//! labels. And `amtool check-config` takes and refuses the same intervals.
//!
//! Many cases take one run of amtool: each tree is a child of one root that says `continue`, and its labels and receivers
//! have names of its own, so that what is answered for all of them together falls apart again.

use std::fmt::Write;

use firstlook::config::{Surroundings, parse};
use firstlook_core::alert::Labels;
use firstlook_core::route::{Tree, interval};
use proptest::prelude::*;

use super::amtool;

mod table;

/// A node: who is told, matchers (label, operator, value), whether it goes on, children.
#[derive(Debug, Clone)]
pub struct Node {
    pub receiver: Option<u8>,
    pub matchers: Vec<(u8, &'static str, &'static str)>,
    pub goes_on: bool,
    pub routes: Vec<Node>,
}

/// As YAML in flow form; `of` makes the names of labels and receivers the tree's own.
fn flow(node: &Node, of: usize) -> String {
    let mut text = "{".to_owned();
    if let Some(receiver) = node.receiver {
        write!(text, "receiver: t{of}r{receiver}, ").unwrap();
    }
    let matchers: Vec<String> = node
        .matchers
        .iter()
        .map(|(label, operator, value)| format!("'t{of}l{label}{operator}\"{value}\"'"))
        .collect();
    if !matchers.is_empty() {
        write!(text, "matchers: [{}], ", matchers.join(", ")).unwrap();
    }
    if node.goes_on {
        text.push_str("continue: true, ");
    }
    let routes: Vec<String> = node.routes.iter().map(|route| flow(route, of)).collect();
    write!(text, "routes: [{}]}}", routes.join(", ")).unwrap();
    text
}

/// Whom amtool says are told: of each case, in order, by the trees' own names.
fn asked(cases: &[(String, Vec<(String, String)>)]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    let mut routes = String::new();
    let mut receivers = "  - name: root\n".to_owned();
    let mut labels = Vec::new();
    for (number, (tree, its)) in cases.iter().enumerate() {
        // The tree's root tells where nothing below does, as a child without matchers does.
        writeln!(routes, "    - {{continue: true, {}", tree.trim_start_matches('{')).unwrap();
        (0..6).for_each(|n| writeln!(receivers, "  - name: t{number}r{n}").unwrap());
        labels.extend(its.iter().map(|(name, value)| format!("{name}={value}")));
    }
    std::fs::write(&file, format!("route:\n  receiver: root\n  routes:\n{routes}receivers:\n{receivers}"))
        .unwrap();
    let flag = format!("--config.file={}", file.display());
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let told = amtool(&[&["config", "routes", "test", &flag], labels.as_slice()].concat());
    let mut of = vec![Vec::new(); cases.len()];
    for receiver in told.split(',') {
        let number: usize = receiver.trim_start_matches('t').split('r').next().unwrap().parse().unwrap();
        // Who is named twice is told twice by Alertmanager's grouping, and once by firstlook.
        if !of[number].contains(&receiver.to_owned()) {
            of[number].push(receiver.to_owned());
        }
    }
    of
}

/// Whom firstlook tells.
fn told(number: usize, tree: &str, labels: &[(String, String)]) -> Vec<String> {
    let receivers: Vec<String> = (0..6).map(|n| format!("t{number}r{n}")).collect();
    let tree = read(tree, &receivers);
    let labels: Labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    tree.receivers(&labels).into_iter().map(|decision| decision.receiver).collect()
}

/// As firstlook's configuration has it.
fn read(tree: &str, receivers: &[String]) -> Tree {
    let around = Surroundings { variable: &|_| None, read: &|_| Err("no".to_owned()) };
    let receivers: Vec<String> = receivers.iter().map(|name| format!("{{name: {name}}}")).collect();
    let text = format!("route: {tree}\nreceivers: [{}]\n", receivers.join(", "));
    parse(&text, "firstlook.yml", &around).unwrap_or_else(|error| panic!("{tree}: {error}")).route
}

fn node(depth: u32) -> BoxedStrategy<Node> {
    let operators = prop::sample::select(vec!["=", "!=", "=~", "!~"]);
    let values = prop::sample::select(vec!["", "a", "b", "a|b", ".+", ".*", "[ab]", "c"]);
    let matchers = prop::collection::vec((0u8..3, operators, values), 0..3);
    let routes = match depth {
        0 => Just(Vec::new()).boxed(),
        _ => prop::collection::vec(node(depth - 1), 0..4).boxed(),
    };
    (prop::option::of(0u8..6), matchers, any::<bool>(), routes)
        .prop_map(|(receiver, matchers, goes_on, routes)| Node { receiver, matchers, goes_on, routes })
        .boxed()
}

/// Labels and their values.
type Set = Vec<(u8, &'static str)>;

fn labels() -> impl Strategy<Value = Set> {
    prop::collection::btree_map(0u8..3, prop::sample::select(vec!["a", "b", "c", "ab"]), 0..4)
        .prop_map(|labels| labels.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// 960 trees in twelve runs of amtool.
    #[test]
    fn random_trees_tell_whom_amtool_says(cases in prop::collection::vec((node(3), labels()), 80)) {
        let own = |(number, (root, labels)): (usize, &(Node, Set))| {
            let root = Node { receiver: Some(root.receiver.unwrap_or(0)), matchers: Vec::new(), goes_on: false, ..root.clone() };
            let labels = labels.iter().map(|(name, value)| (format!("t{number}l{name}"), (*value).to_owned()));
            (flow(&root, number), labels.collect::<Vec<_>>())
        };
        let cases: Vec<_> = cases.iter().enumerate().map(own).collect();
        for (number, ((tree, labels), wanted)) in cases.iter().zip(asked(&cases)).enumerate() {
            prop_assert_eq!(told(number, tree, labels), wanted, "{} with {:?}", tree, labels);
        }
    }
}

/// What a span says, and whether amtool takes it. A month that does not exist is the one thing that it takes and firstlook
/// does not.
const SPANS: &[(&str, &str)] = &[
    ("times", "09:00-17:00"),
    ("times", "00:00-24:00"),
    ("times", "09:00-09:00"),
    ("times", "17:00-09:00"),
    ("times", "9:00-17:00"),
    ("times", "09:00-24:01"),
    ("times", "24:00-24:00"),
    ("times", "09:60-17:00"),
    ("times", "09-17"),
    ("weekdays", "monday"),
    ("weekdays", "Monday:FRIDAY"),
    ("weekdays", "sunday:saturday"),
    ("weekdays", "saturday:sunday"),
    ("weekdays", "friday:monday"),
    ("weekdays", "mon"),
    ("weekdays", "1"),
    ("weekdays", "monday:friday:sunday"),
    ("weekdays", "monday:"),
    ("weekdays", "monday-friday"),
    ("weekdays", " monday"),
    ("days_of_month", "1"),
    ("days_of_month", "31"),
    ("days_of_month", "32"),
    ("days_of_month", "0"),
    ("days_of_month", "-1"),
    ("days_of_month", "-31"),
    ("days_of_month", "-32"),
    ("days_of_month", "1:-1"),
    ("days_of_month", "-3:-1"),
    ("days_of_month", "-1:-3"),
    ("days_of_month", "5:1"),
    ("days_of_month", "-5:5"),
    ("days_of_month", "10:-25"),
    ("days_of_month", "3:-25"),
    ("days_of_month", "3:-26"),
    ("days_of_month", "+5"),
    ("days_of_month", "1:5:9"),
    ("days_of_month", "first"),
    ("months", "january"),
    ("months", "January:december"),
    ("months", "1:12"),
    ("months", "march:5"),
    ("months", "december:january"),
    ("months", "jan"),
    ("months", "5:3"),
    ("months", "may:june:july"),
    ("years", "2026"),
    ("years", "2026:2028"),
    ("years", "2028:2026"),
    ("years", "soon"),
    ("years", "-5"),
    ("years", "2026:"),
    ("location", "Asia/Tokyo"),
    ("location", "UTC"),
    ("location", "America/Argentina/Buenos_Aires"),
    ("location", "Tokyo"),
    ("location", "GMT"),
];

#[test]
fn the_same_intervals_are_taken_and_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = crate::support::process::program("amtool", &[], "prometheus");
    let mut seen = (0, 0);
    for (number, (key, value)) in SPANS.iter().enumerate() {
        let written = match (*key, value.split_once('-')) {
            ("times", Some((start, end))) => format!("[{{start_time: '{start}', end_time: '{end}'}}]"),
            ("times", None) => format!("[{{start_time: '{value}'}}]"),
            ("location", _) => format!("'{value}'"),
            _ => format!("['{value}']"),
        };
        let file = folder.path().join(format!("{number}.yml"));
        let text = format!(
            "route: {{receiver: r}}\nreceivers: [{{name: r}}]\ntime_intervals: [{{name: n, time_intervals: [{{{key}: {written}}}]}}]\n"
        );
        std::fs::write(&file, text).unwrap();
        let checked = std::process::Command::new(&program).arg("check-config").arg(&file).output().unwrap();
        let taken = match *key {
            "times" => value.split_once('-').is_some_and(|(start, end)| interval::times(start, end).is_ok()),
            "weekdays" => interval::weekdays(value).is_ok(),
            "days_of_month" => interval::days_of_month(value).is_ok(),
            "months" => interval::months(value).is_ok(),
            "years" => interval::years(value).is_ok(),
            _ => interval::zone(value).is_ok(),
        };
        let said = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert_eq!(taken, checked.status.success(), "{key}: {value}: {said}");
        if taken { seen.0 += 1 } else { seen.1 += 1 }
    }
    assert!(seen.0 > 20 && seen.1 > 20, "{seen:?}");
}
