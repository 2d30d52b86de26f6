//! Slow, failing and panicking sources become gaps; the others' lines are kept.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::fake_api::{query_range, serve};
use firstlook_core::alert::Labels;

use super::super::{Door, LogFile, Loki};
use super::*;

fn window() -> Window {
    let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
    Window { start, end: start + TimeDelta::minutes(15) }
}

fn earlier() -> Window {
    Window { start: window().start - TimeDelta::minutes(15), end: window().start }
}

fn file_source(folder: &tempfile::TempDir) -> Source {
    fs::write(folder.path().join("app.log"), "2026-03-01 09:50:00 normal\n2026-03-01 10:05:00 boom\n")
        .unwrap();
    let path = format!("{}/*.log", folder.path().display());
    Source { name: "files".to_owned(), door: Door::LogFile(LogFile::new(&path).unwrap()) }
}

fn loki_source(name: &str, url: &str) -> Source {
    let door = Loki::new(url, r#"{a="1"}"#, None, None, Duration::from_secs(60)).unwrap();
    Source { name: name.to_owned(), door: Door::Loki(door) }
}

async fn run(sources: Vec<&Source>, deadline: Duration) -> Collected {
    let (labels, alerts) = (Labels::default(), Vec::new());
    let moment = Moment { labels, alerts, window: window(), baselines: vec![earlier()] };
    collect(sources, &moment, deadline, Caps::default()).await
}

fn lines_of(result: &SourceResult) -> &SourceLines {
    match result.brought.as_ref().unwrap() {
        Brought::Lines(lines) => lines,
        _ => panic!("a source of logs brings lines"),
    }
}

#[tokio::test]
async fn a_slow_source_is_a_gap_and_the_others_lines_are_kept() {
    let folder = tempfile::TempDir::new().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let slow = loki_source("k8s", &format!("http://{}", listener.local_addr().unwrap()));
    let files = file_source(&folder);
    let collected = run(vec![&slow, &files], Duration::from_secs(1)).await;
    assert!(collected.took < Duration::from_secs(5), "{:?}", collected.took);

    let fault = collected.sources[0].brought.as_ref().unwrap_err();
    assert_eq!((fault.kind, fault.reason.as_str()), (FaultKind::Timeout, "no answer within 1 s"));
    assert_eq!(fault.remedy, "raise `evidence.timeout` or narrow the query of source k8s");

    let lines = lines_of(&collected.sources[1]);
    assert_eq!(lines.window[0].text, "2026-03-01 10:05:00 boom");
    assert_eq!(lines.baselines[0].lines[0].text, "2026-03-01 09:50:00 normal");
    assert_eq!(lines.baselines[0].window, earlier());
    assert_eq!(collected.sources[1].faults, []);
}

#[tokio::test]
async fn a_failed_baseline_leaves_the_window() {
    let start = window().start.timestamp_nanos_opt().unwrap();
    let (url, _) = serve(move |_, asked| match asked.number("start") == start {
        true => query_range(&[(start, "a", "boom".to_owned())], asked),
        false => (400, "", "too far back".to_owned()),
    })
    .await;
    let source = loki_source("k8s", &url);
    let collected = run(vec![&source], Duration::from_secs(5)).await;
    let result = &collected.sources[0];
    let lines = lines_of(result);
    assert_eq!((lines.window.len(), lines.baselines.len()), (1, 0));
    assert_eq!(result.faults.len(), 1);
    let reason = &result.faults[0].reason;
    assert!(reason.starts_with("no comparison with 2026-03-01 09:45 UTC: Loki answered 400"), "{reason}");
}

#[tokio::test]
async fn a_panic_is_a_gap() {
    let work = async {
        if window().start > earlier().start {
            panic!("odd byte");
        }
        Ok(())
    };
    let fault = guarded("k8s", Duration::from_secs(1), work).await.unwrap_err();
    assert!(fault.reason.contains("k8s failed unexpectedly"), "{fault:?}");
}

#[tokio::test]
async fn no_source_is_no_failure() {
    assert!(run(vec![], Duration::from_secs(1)).await.sources.is_empty());
}
