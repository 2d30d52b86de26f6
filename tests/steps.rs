//! The queries of a runbook, run for the alarm's window by real peers: what they bring stands with their steps.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Firstlook, Setup, alert, body};
use crate::support::loki::Loki;
use crate::support::plan::Behaviour;
use crate::support::prometheus::{Exporter, Prometheus};

pub const LABELS: [(&str, &str); 4] = [
    ("alertname", "QueueGrows"),
    ("namespace", "shop"),
    ("service", "checkout"),
    ("pod", r#"a"} or vector(1) #"#),
];

/// A folder with one runbook for [`LABELS`]; each step is a text and its blocks.
pub fn folder(steps: &[(&str, &[(&str, &str)])]) -> TempDir {
    let mut text = "---\nmatch: ['alertname=\"QueueGrows\"']\n---\n# Queue grows\n\n## Check\n\n".to_owned();
    for (step, blocks) in steps {
        writeln!(text, "1. {step}").unwrap();
        for (language, query) in *blocks {
            let query = query.replace('\n', "\n   ");
            writeln!(text, "   ```{language}\n   {query}\n   ```").unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("queue.md"), text).unwrap();
    folder
}

/// Depth 10 for an hour of today and of yesterday, 400 for the last two minutes.
fn history(now: DateTime<Utc>) -> String {
    let mut text = "# TYPE queue_depth gauge\n".to_owned();
    let steps = || (0..240).rev().map(|n| now - TimeDelta::seconds(n * 15));
    for at in steps().map(|at| at - TimeDelta::days(1)).chain(steps()) {
        let value = if now - at < TimeDelta::minutes(2) { 400 } else { 10 };
        writeln!(text, "queue_depth{{service=\"checkout\",queue=\"pay\"}} {value} {}", at.timestamp())
            .unwrap();
        writeln!(text, "queue_depth{{service=\"search\",queue=\"other\"}} 7 {}", at.timestamp()).unwrap();
    }
    text.push_str("# EOF\n");
    text
}

fn evidence(loki: &Loki, prometheus: &str, timeout: &str) -> String {
    format!(
        "  window: {{ before: 10m, after: 1s }}\n  timeout: {timeout}\n  sources:\n\
         \x20 - {{ name: other, type: loki, url: \"{loki}\", query: '{{app=\"none\"}}', matchers: ['service=\"x\"'] }}\n\
         \x20 - {{ name: k8s, type: loki, url: \"{loki}\", query: '{{app=\"{{{{labels.service}}}}\"}}' }}\n{prometheus}",
        loki = loki.url(),
    )
}

pub fn of_step<'a>(incident: &'a Value, step: &str) -> (&'a Value, Vec<&'a Value>) {
    let queries = incident["evidence"]["queries"].as_array().unwrap();
    let asked = queries.iter().find(|one| one["step"] == step).unwrap_or(&Value::Null);
    let items = incident["evidence"]["items"].as_array().unwrap();
    let ids = asked["items"].as_array().cloned().unwrap_or_default();
    (asked, items.iter().filter(|item| ids.contains(&item["id"])).collect())
}

pub fn gaps(incident: &Value) -> Vec<(String, String)> {
    let gaps = incident["evidence"]["gaps"].as_array().unwrap();
    let text = |gap: &Value, key: &str| gap[key].as_str().unwrap().to_owned();
    gaps.iter().map(|gap| (text(gap, "reason"), text(gap, "remedy"))).collect()
}

/// The incident of one alert, when it has been looked at.
pub async fn looked(firstlook: &Firstlook) -> Value {
    firstlook.post(body(&[alert(&LABELS, "the queue grows")])).await;
    let looked = |one: &Value| one["timeline"].to_string().contains("Evidence: ");
    let number = firstlook.until("it has looked", looked).await["number"].as_i64().unwrap();
    firstlook.idle().await;
    firstlook.incident(number).await
}

/// Each way in which a query can be run, or not.
fn all_kinds() -> TempDir {
    folder(&[
        (
            "How deep is it? Look at each queue.",
            &[("promql", "max by (queue) (\n  queue_depth{service=\"{{labels.service}}\"}\n)")],
        ),
        (
            "What do errors say?",
            &[("logql k8s", "# don't\n{namespace=\"{{labels.namespace}}\"} |~ \"ERROR|never\"")],
        ),
        (
            "How many lines?",
            &[("sh", "ls"), ("logql", "count_over_time({app=\"checkout\"} |= \"ERROR\" [1m])")],
        ),
        ("Broken.", &[("promql", "sum(")]),
        ("Which zone?", &[("logql", "{zone=\"{{labels.zone}}\"}")]),
        ("Slowest?", &[("logs-insights", "stats count(*)")]),
        ("Of whom?", &[("promql nobody", "up")]),
        ("Is the pod there?", &[("promql", "absent_pod{pod=\"{{labels.pod}}\"}")]),
    ])
}

#[tokio::test]
async fn results_stand_with_their_steps_and_what_was_not_run_says_why() {
    let now = firstlook::clock::now();
    let loki = Loki::start();
    let labels = [("app", "checkout"), ("namespace", "shop")];
    for second in (0..3_000).step_by(10) {
        loki.push(&labels, now - TimeDelta::seconds(second), &format!("INFO took {second}ms"));
    }
    for second in 60..80 {
        let line = format!("ERROR Broker: lost bob@example.com </pre>\u{1b}[31m{second}");
        loki.push(&labels, now - TimeDelta::seconds(second), &line);
    }
    let prometheus = Prometheus::with_history(&history(now), " []", &[Exporter::start().target()], &[]).await;
    let runbooks = all_kinds();
    let prom = format!("  - {{ name: prom, type: prometheus, url: \"{}\" }}\n", prometheus.url());
    let setup = Setup {
        evidence: evidence(&loki, &prom, "20s"),
        runbooks: runbooks.path().into(),
        ..Setup::default()
    };
    let firstlook = Firstlook::start(setup).await;
    let incident = looked(&firstlook).await;

    answered(&incident);
    not_run(&incident);
    shown(&firstlook, &incident).await;
    firstlook.finish().await;
}

fn answered(incident: &Value) {
    let (asked, items) = of_step(incident, "R1");
    assert_eq!(
        (&asked["source"], &asked["block"], items.len()),
        (&json!("prom"), &json!(0), 1),
        "{incident:#}"
    );
    let title = items[0]["title"].as_str().unwrap();
    assert!(title.starts_with("R1 How deep is it: 400, normally 10 (10 to 10), above since "), "{title}");
    assert!(
        items[0]["chart"]["normal"].is_object() && items[0]["query"].as_str().unwrap().contains("promtool")
    );

    let (_, items) = of_step(incident, "R2");
    let (title, text) = (items[0]["title"].as_str().unwrap(), items[0]["text"].as_str().unwrap());
    assert_eq!(
        (items[0]["kind"].as_str(), title),
        (Some("log"), "R2 What do errors say: 20 lines, normally 0")
    );
    assert!(text.contains("new, 20 lines from ") && text.contains("ERROR Broker: lost <email:"), "{text}");
    assert!(!incident.to_string().contains("bob@"));

    let (asked, items) = of_step(incident, "R3");
    assert_eq!((asked["block"].as_i64(), items[0]["kind"].as_str()), (Some(1), Some("metric")));
    assert!(items[0]["title"].as_str().unwrap().starts_with("R3 How many lines: "), "{items:?}");
    assert!(items[0]["query"].as_str().unwrap().contains("--step="), "{items:?}");
}

fn not_run(incident: &Value) {
    let reason = |step: &str| of_step(incident, step).0["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason("R6"), "no evidence source of type `cloudwatch_logs` applies");
    assert_eq!(reason("R7"), "no evidence source of type `prometheus` named `nobody` applies");
    assert!(reason("R5").contains("no label `zone`"), "{}", reason("R5"));
    let (_, items) = of_step(incident, "R8");
    assert_eq!(
        items[0]["title"], "R8 Is the pod there: no value in this window",
        "a label's value is no code"
    );

    let gaps = gaps(incident);
    let of_runbook: Vec<_> = gaps.iter().filter(|(reason, _)| reason.starts_with('R')).collect();
    assert_eq!(of_runbook.len(), 2, "what no source runs is no gap: {gaps:?}");
    assert!(of_runbook.iter().any(|(why, remedy)| why.starts_with("R4: Prometheus answered 400")
        && remedy.contains("the block of the runbook")));
}

/// The page shows each result in its step, and lines of others stay text.
async fn shown(firstlook: &Firstlook, incident: &Value) {
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    let steps = page.split("id=\"runbook\"").nth(1).unwrap().split("</section>").next().unwrap();
    let step = |id: &str| {
        steps.split(&format!("<li id=\"{id}\"")).nth(1).unwrap().split("</div></li>").next().unwrap()
    };
    let metric = of_step(incident, "R1").1[0]["id"].as_str().unwrap();
    let log = of_step(incident, "R2").1[0]["id"].as_str().unwrap();
    assert!(
        step("R1").contains("Already run at ") && step("R1").contains(&format!("href=\"#{metric}\"")),
        "{steps}"
    );
    assert!(
        step("R2").contains(&format!("<li id=\"{log}\"")) && step("R2").contains("logcli query"),
        "{steps}"
    );
    assert!(step("R2").contains("&lt;/pre&gt;") && !page.contains('\u{1b}'), "{steps}");
    assert!(step("R4").contains("no result from prom: Prometheus answered 400"), "{steps}");
    assert!(step("R6").contains("Not run: no evidence source of type"), "{steps}");
    assert_eq!(page.matches(&format!("id=\"{log}\"")).count(), 1, "an id is there once");
    let told = firstlook.slack.messages()[0].words();
    for ticked in ["✓ Already run: 400, normally 10", "✓ Already run: 20 lines, normally 0"] {
        assert!(told.contains(ticked), "{ticked}: {told}");
    }
    assert!(!told.contains("Broken. R4 ✓"), "what was not answered is not ticked: {told}");
}

#[tokio::test]
async fn ten_queries_are_run_and_a_source_that_hangs_is_one_gap() {
    let loki = Loki::start();
    loki.plan().repeat(Behaviour::Hang);
    let query: &[(&str, &str)] = &[("logql", "{app=\"checkout\"}")];
    let runbooks = folder(&vec![("Look.", query); 11]);
    let setup =
        Setup { evidence: evidence(&loki, "", "2s"), runbooks: runbooks.path().into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let incident = looked(&firstlook).await;
    let gaps = gaps(&incident);
    assert_eq!(gaps.len(), 2, "the source's own, and one for all steps: {gaps:?}");
    assert!(gaps[1].0.starts_with("R1, R2, R3, R4, R5, R6, R7, R8, R9, R10: "), "{gaps:?}");
    assert_eq!(of_step(&incident, "R11").0["reason"], "only the first 10 queries of a runbook are run");
    let took = incident["timeline"].to_string();
    let took = took.split("gaps, ").nth(1).unwrap().split(' ').next().unwrap().parse::<f64>().unwrap();
    assert!(took < 4.0, "all share one deadline: {took} s");
    firstlook.finish().await;
}
