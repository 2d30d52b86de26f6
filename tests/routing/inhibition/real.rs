//! Random rules and alerts: what another one inhibits is what the real Alertmanager says, alert by alert.
//!
//! One Alertmanager runs all cases at once. Each case has a label of its own, which all its matchers ask for, so that no case sees
//! another one's alerts.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use firstlook::config::{Surroundings, parse};
use firstlook_core::alert::Labels;
use firstlook_core::route::inhibit::{Inhibited, Rule, Source};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::prometheus::Alertmanager;
use crate::support::wait::eventually;

/// Cases in one run, unless `FIRSTLOOK_INHIBITION` says how many.
const USUAL: usize = 60;
/// Alertmanager hears of alerts on a way of its own; room for a machine that is slow.
const WITHIN: Duration = Duration::from_secs(120);

/// Label, operator, value.
type Matcher = (u8, &'static str, &'static str);
/// A label's number and value.
type Set = Vec<(u8, &'static str)>;

#[derive(Debug, Clone)]
struct Case {
    /// Source, target, and in which labels both agree.
    rules: Vec<(Vec<Matcher>, Vec<Matcher>, BTreeSet<u8>)>,
    alerts: Vec<Set>,
}

fn matchers() -> impl Strategy<Value = Vec<Matcher>> {
    let operators = prop::sample::select(vec!["=", "!=", "=~", "!~"]);
    let values = prop::sample::select(vec!["", "a", "b", "a|b", ".+", ".*", "[ab]", "c"]);
    prop::collection::vec((0u8..4, operators, values), 0..3)
}

fn case() -> impl Strategy<Value = Case> {
    let rule = (matchers(), matchers(), prop::collection::btree_set(0u8..4, 0..3));
    let labels = prop::collection::btree_map(0u8..4, prop::sample::select(vec!["a", "b", "c"]), 0..4);
    let alert = labels.prop_map(|labels| labels.into_iter().collect());
    (prop::collection::vec(rule, 1..4), prop::collection::vec(alert, 2..8))
        .prop_map(|(rules, alerts)| Case { rules, alerts })
}

/// The rules of a case as both configurations have them.
fn flow(case: &Case, number: usize) -> String {
    let mut text = String::new();
    let side = |matchers: &[Matcher]| {
        let own = format!("'case=\"{number}\"'");
        let all = matchers.iter().map(|(label, operator, value)| format!("'l{label}{operator}\"{value}\"'"));
        std::iter::once(own).chain(all).collect::<Vec<_>>().join(", ")
    };
    for (source, target, equal) in &case.rules {
        let equal: Vec<String> = equal.iter().map(|label| format!("l{label}")).collect();
        writeln!(
            text,
            "  - {{source_matchers: [{}], target_matchers: [{}], equal: [{}]}}",
            side(source),
            side(target),
            equal.join(", ")
        )
        .unwrap();
    }
    text
}

/// An alert's labels; `n` tells those of a case apart that are the same otherwise.
fn labels(set: &Set, case: usize, n: usize) -> Vec<(String, String)> {
    let own = [
        ("alertname".to_owned(), "A".to_owned()),
        ("case".to_owned(), case.to_string()),
        ("n".to_owned(), n.to_string()),
    ];
    own.into_iter().chain(set.iter().map(|(name, value)| (format!("l{name}"), (*value).to_owned()))).collect()
}

/// What firstlook's core inhibits of a case, each alert being an incident of its own.
fn inhibited(case: &Case, number: usize) -> BTreeSet<(usize, usize)> {
    let around = Surroundings { variable: &|_| None, read: &|_| Err("no".to_owned()) };
    let text =
        format!("inhibit_rules:\n{}route: {{receiver: x}}\nreceivers: [{{name: x}}]\n", flow(case, number));
    let rules: Vec<Rule> =
        parse(&text, "firstlook.yml", &around).unwrap_or_else(|e| panic!("{text}: {e}")).inhibition;
    let read = |(n, set): (usize, &Set)| -> Labels {
        labels(set, number, n).iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    };
    let alerts: Vec<Labels> = case.alerts.iter().enumerate().map(read).collect();
    let source = |(n, labels): (usize, &Labels)| Source { incident: n as i64, labels: labels.clone() };
    let sources: Vec<Source> = alerts.iter().enumerate().map(source).collect();
    let mut muted = BTreeSet::new();
    for (n, labels) in alerts.iter().enumerate() {
        let by = Inhibited::of(&rules, n as i64, std::slice::from_ref(labels), &sources);
        if let Some(by) = by {
            muted.insert((number, n));
            // What the store is asked for holds whoever inhibits it.
            let wanted = rules[by.rule].wanted(labels).unwrap();
            let found = &alerts[usize::try_from(by.by).unwrap()];
            assert!(wanted.iter().all(|(name, value)| found.get(name) == value), "{case:#?}");
        }
    }
    muted
}

fn number(alert: &Value, label: &str) -> usize {
    alert["labels"][label].as_str().unwrap().parse().unwrap()
}

/// What Alertmanager says of all that it has; none where it has not all of them yet.
async fn says(alertmanager: &Alertmanager, count: usize) -> Option<BTreeSet<(usize, usize)>> {
    let url = format!("{}/api/v2/alerts", alertmanager.url());
    let client = firstlook::http::client(Duration::from_secs(30)).unwrap();
    let all: Vec<Value> = client.get(url).send().await.unwrap().json().await.unwrap();
    let muted = |one: &&Value| !one["status"]["inhibitedBy"].as_array().unwrap().is_empty();
    let named = |one: &Value| (number(one, "case"), number(one, "n"));
    (all.len() == count).then(|| all.iter().filter(muted).map(named).collect())
}

#[tokio::test]
async fn random_rules_inhibit_what_alertmanager_says() {
    let count = std::env::var("FIRSTLOOK_INHIBITION").map_or(USUAL, |text| text.parse().unwrap());
    let mut runner = TestRunner::default();
    let cases: Vec<Case> = (0..count).map(|_| case().new_tree(&mut runner).unwrap().current()).collect();
    let rules: String = cases.iter().enumerate().map(|(number, case)| flow(case, number)).collect();
    let text = format!("route: {{receiver: none}}\nreceivers: [{{name: none}}]\ninhibit_rules:\n{rules}");
    let alertmanager = Alertmanager::configured(&text).await;
    let mut alerts = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        for (n, set) in case.alerts.iter().enumerate() {
            let labels: serde_json::Map<String, Value> =
                labels(set, number, n).into_iter().map(|(name, value)| (name, json!(value))).collect();
            alerts.push(json!({ "labels": labels }));
        }
    }
    let all = alerts.len();
    for some in alerts.chunks(500) {
        alertmanager.post_alerts(&json!(some)).await;
    }
    let wanted: BTreeSet<(usize, usize)> =
        cases.iter().enumerate().flat_map(|(number, case)| inhibited(case, number)).collect();
    assert!(wanted.len() > all / 20 && wanted.len() < all, "{} of {all} prove little", wanted.len());
    let mut last = None;
    let agree = async {
        eventually(WITHIN * 2, "its alerts", async || {
            last = says(&alertmanager, all).await.or(last.take());
            (last.as_ref() == Some(&wanted)).then_some(())
        })
        .await;
    };
    if tokio::time::timeout(WITHIN, agree).await.is_err() {
        let said = last.expect("it has all alerts");
        let differ: Vec<_> = said.symmetric_difference(&wanted).collect();
        let (number, n) = **differ.first().expect("a difference");
        panic!("{} of {all} differ; alert {n} of {:#?}", differ.len(), cases[number]);
    }
}
