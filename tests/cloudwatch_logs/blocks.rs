//! `logs-insights` blocks of a runbook: lines, quantities over time, rows, and what cannot be run.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::credentials;
use super::door::{CAPS, door, moment, place, window};
use crate::harness::{Firstlook, PATIENCE, Setup};
use crate::steps::{LABELS, folder, gaps, looked, of_step};
use crate::support::cloudwatch_logs::CloudWatchLogs;
use crate::support::wait::eventually;

const GROUP: &str = "/ecs/checkout";

/// A request each 10 s, today and yesterday; two failures of yesterday, 24 of two minutes.
fn requests(logs: &CloudWatchLogs, now: DateTime<Utc>) {
    for n in 0..180 {
        for day in [0, 1] {
            let at = now - TimeDelta::days(day) - TimeDelta::seconds(10 * n);
            let text = json!({"level": "INFO", "status": 200, "path": "/pay", "ms": 20 + n % 9});
            logs.write(GROUP, at, "task/1", &text.to_string());
        }
    }
    let failed = |n: i64| {
        let text = format!("orders-db: no connection for bob@example.com after {} ms", 5_000 + n);
        json!({"level": "ERROR", "status": 502, "path": "/pay", "ms": 5_000 + n, "pod": LABELS[3].1, "text": text})
    };
    for n in 0..2 {
        let at = now - TimeDelta::days(1) - TimeDelta::seconds(200 * n + 62);
        logs.write(GROUP, at, "task/1", &failed(n).to_string());
    }
    for n in 0..24 {
        logs.write(GROUP, now - TimeDelta::seconds(5 * n + 61), "task/2", &failed(n).to_string());
    }
}

async fn start(logs: &CloudWatchLogs, runbooks: &TempDir, timeout: &str) -> Firstlook {
    let evidence = format!(
        "  window: {{ before: 10m, after: 1s }}\n  timeout: {timeout}\n  sources: [{{ name: aws, type: cloudwatch_logs, \
         region: eu-west-1, endpoint_url: \"{}\", log_groups: [\"/ecs/{{{{labels.service}}}}\"] }}]",
        logs.url()
    );
    let (runbooks, environment) = (runbooks.path().into(), credentials());
    Firstlook::start(Setup { evidence, runbooks, environment, ..Setup::default() }).await
}

fn all_kinds() -> TempDir {
    let block = |query| vec![("logs-insights", query)];
    let steps = [
        (
            "Which paths fail?",
            block(
                "# the worst | first\nfilter status >= 500\n| stats count(*) as errors by path, status\n| sort errors desc | limit 20",
            ),
        ),
        ("Since when?", block("filter status >= 500 | stats count(*) as errors by bin(1m)")),
        ("What do they say?", block("filter status >= 500 and pod = \"{{labels.pod}}\"")),
        ("Broken.", block("filter ((")),
        ("Whose?", block("SOURCE logGroups(namePrefix: ['/aws']) | filter a = 1")),
        ("The newest?", block("fields path | sort @timestamp desc | limit 5")),
        ("Which zone?", block("filter zone = '{{labels.zone}}'")),
        ("Loose.", block("filter pod = {{labels.pod}}")),
        ("Of whom?", vec![("logs-insights nobody", "filter a = 1")]),
    ];
    folder(&steps.iter().map(|(text, blocks)| (*text, blocks.as_slice())).collect::<Vec<_>>())
}

#[tokio::test]
async fn results_stand_with_their_steps_by_what_they_are() {
    let (logs, now) = (CloudWatchLogs::start(), firstlook::clock::now());
    requests(&logs, now);
    let firstlook = start(&logs, &all_kinds(), "20s").await;
    let incident = looked(&firstlook).await;
    answered(&incident);
    refused(&incident);
    let scanned = incident["evidence"]["scanned_bytes"].as_u64().unwrap();
    let metrics = firstlook.get("/metrics").await.text;
    let line = metrics.lines().find(|line| line.starts_with("firstlook_logs_scanned_bytes_total ")).unwrap();
    assert_eq!(line.split(' ').next_back().unwrap().parse::<u64>().unwrap(), scanned, "blocks count as well");
    assert!(scanned > 50_000, "{scanned}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains(" kB of logs were read for this") && page.contains("Already run at "), "{page}");
    assert_eq!((logs.stopped(), logs.queries().1), (0, 0));
    firstlook.finish().await;
}

fn answered(incident: &Value) {
    let item = |step: &str| {
        let (asked, items) = of_step(incident, step);
        assert_eq!((&asked["source"], items.len()), (&json!("aws"), 1), "{asked} {incident:#}");
        items[0].clone()
    };
    let table = item("R1");
    let said = "R1 Which paths fail: errors=24 (normally 2), path=/pay, status=502";
    assert_eq!((table["title"].as_str(), &table["kind"]), (Some(said), &json!("log")));
    assert!(table["link"].as_str().unwrap().contains("#logsV2:logs-insights"), "{table}");
    let query = table["query"].as_str().unwrap();
    assert!(query.contains("'/ecs/checkout'") && query.contains("'filter status >= 500\n| stats"), "{query}");
    let series = item("R2");
    let title = series["title"].as_str().unwrap();
    assert!(title.starts_with("R2 Since when: ") && title.contains(", normally 0 (0 to "), "{title}");
    assert!(title.contains(", above since "), "{title}");
    assert!(series["chart"]["points"].as_array().unwrap().len() >= 8, "{series}");
    let lines = item("R3");
    assert_eq!(lines["title"], "R3 What do they say: 24 lines, normally 1", "a label's value is no code");
    let text = lines["text"].as_str().unwrap();
    assert!(
        text.contains("orders-db: no connection for <email:") && !incident.to_string().contains("bob@"),
        "{text}"
    );
    let newest = item("R6");
    assert!(
        newest["text"].as_str().unwrap().contains("not all lines: the query's own `limit` is 5"),
        "{newest}"
    );
    assert!(newest["title"].as_str().unwrap().starts_with("R6 The newest: 5 lines"), "{newest}");
}

fn refused(incident: &Value) {
    let gaps = gaps(incident);
    let of = |step: &str| gaps.iter().find(|(reason, _)| reason.starts_with(&format!("{step}: "))).unwrap();
    for (step, said, remedy) in [
        ("R4", "cannot read the query: unexpected symbol", "correct the block of the runbook"),
        ("R5", "names log groups with SOURCE", "`log_groups`"),
        ("R7", "no label `zone`", "`match` of this runbook"),
        ("R8", "outside of a string", "inside of a string"),
    ] {
        assert!(of(step).0.contains(said) && of(step).1.contains(remedy), "{:?}", of(step));
    }
    let reason = of_step(incident, "R9").0["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason, "no evidence source of type `cloudwatch_logs` named `nobody` applies");
}

#[tokio::test]
async fn ten_blocks_that_never_end_share_five_places_and_all_are_stopped() {
    let (logs, now) = (CloudWatchLogs::start(), firstlook::clock::now());
    requests(&logs, now);
    logs.end("Running");
    let block: &[(&str, &str)] = &[("logs-insights", "stats count(*) by path")];
    let firstlook = start(&logs, &folder(&vec![("Look.", block); 10]), "4s").await;
    let most = async {
        let mut most = 0;
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            most = most.max(logs.queries().1);
        }
        most
    };
    let (incident, most) = tokio::join!(looked(&firstlook), most);
    assert!((3..=5).contains(&most), "{most}");
    eventually(PATIENCE, "no query runs on", async || (logs.queries().1 == 0).then_some(())).await;
    assert_eq!(logs.stopped(), logs.queries().0);
    // The window's own lines were had by the source, whatever runbooks ask for.
    let own = logs
        .asked("StartQuery")
        .iter()
        .filter(|one| one["queryString"].as_str().unwrap().starts_with("fields"))
        .count();
    assert!(own >= 2, "{own}");
    let late = gaps(&incident).into_iter().filter(|(reason, _)| reason.contains("too many queries")).count();
    assert!(late >= 1, "{incident:#}");
    firstlook.finish().await;
}

#[tokio::test]
async fn the_shipped_runbooks_have_queries_that_are_understood() {
    let _place = place().await;
    let logs = CloudWatchLogs::start();
    logs.group("/a");
    let door = door(&logs, &["/a"], None, 60).await.unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    let (runbooks, faults) = firstlook::library::read_folder(&folder).unwrap();
    assert_eq!(faults, []);
    let blocks = runbooks.iter().flat_map(|runbook| &runbook.steps).flat_map(|step| &step.blocks);
    let asked: Vec<&String> =
        blocks.filter(|one| one.language == "logs-insights").map(|one| &one.text).collect();
    assert!(asked.len() >= 6, "{asked:?}");
    for text in asked {
        let question = door.question(text, &moment(&[])).await.unwrap();
        let gone = match question.gives_lines() {
            true => question.lines(window(), CAPS).await.err(),
            false => question.counted("x", &moment(&[])).await.err(),
        };
        assert_eq!(gone, None, "{text}");
    }
}
