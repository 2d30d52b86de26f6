//! The real peers, once each: Postgres, Prometheus with Alertmanager, Chromium.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::client;
use crate::support::browser;
use crate::support::postgres::{Cluster, fresh_database};
use crate::support::process;
use crate::support::prometheus::{Alertmanager, Exporter, Prometheus, Timing, Webhook};
use crate::support::server::{Answer, Protocol, Request, Server};
use crate::support::wait::eventually;

/// Takes everything.
struct Sink;

impl Protocol for Sink {
    fn answer(&self, request: &Request) -> Answer {
        let page = "<!doctype html><title>x</title><p id=greeting>good &lt;morning&gt;</p>";
        if request.method == "GET" {
            return Answer::text(200, page).header("content-type", "text/html; charset=utf-8");
        }
        Answer::text(200, "")
    }
}

#[tokio::test]
async fn each_database_is_new_and_empty() {
    let (one, two) = tokio::join!(fresh_database(), fresh_database());
    assert_ne!(one, two);
    assert!(one.starts_with("postgres://postgres@127.0.0.1:"), "{one}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let count = |url: String| async move {
        let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut connection).await.unwrap()
    };
    assert_eq!((count(one).await, count(two).await), (0, 0));
}

#[tokio::test]
async fn a_cluster_of_ones_own_crashes_stalls_and_comes_back() {
    let mut cluster = Cluster::start();
    let url = cluster.create_database();
    let name = url.rsplit_once('/').unwrap().1.to_owned();
    cluster.sql(&name, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)");
    for signal in ["KILL", "QUIT"] {
        cluster.crash(signal);
        assert!(
            <sqlx::PgConnection as sqlx::Connection>::connect(&url).await.is_err(),
            "{signal}: it is gone"
        );
        cluster.restart();
        assert_eq!(cluster.sql(&name, "SELECT n FROM kept"), "7");
    }
    cluster.pause();
    let connect = <sqlx::PgConnection as sqlx::Connection>::connect(&url);
    assert!(
        tokio::time::timeout(Duration::from_millis(300), connect).await.is_err(),
        "paused, it does not answer"
    );
    cluster.resume();
    assert_eq!(cluster.sql(&name, "SELECT n FROM kept"), "7");
}

#[tokio::test]
async fn a_rule_fires_and_resolves_through_two_alertmanagers() {
    let (exporter, sink) = (Exporter::start(), Server::start(Arc::new(Sink)));
    let webhook = Webhook { url: sink.url() + "/hook", credentials: Some("secret".to_owned()) };
    let timing = Timing::default();
    let (one, two) = tokio::join!(
        Alertmanager::start(std::slice::from_ref(&webhook), &timing),
        Alertmanager::start(std::slice::from_ref(&webhook), &timing)
    );
    exporter.set("errors_ratio{service=\"api\"}", 0.38);
    exporter.set("other", 1.0);
    exporter.remove("other");
    let rules = "- name: test\n  rules:\n  - alert: HighErrorRate\n    expr: errors_ratio > 0.05\n    labels: { severity: critical }\n";
    let prometheus = Prometheus::start(rules, &[exporter.target()], &[one.target(), two.target()]).await;
    let sent = async |status: &str, count: usize| {
        let bodies =
            sink.requests().into_iter().filter(|r| r.method == "POST" && r.json()["status"] == status);
        let bodies: Vec<_> = bodies.collect();
        (bodies.len() >= count).then_some(bodies)
    };
    let firing =
        eventually(Duration::from_secs(60), "two firing webhooks", async || sent("firing", 2).await).await;
    assert_eq!(firing[0].bearer(), Some("secret"));
    let labels = &firing[0].json()["alerts"][0]["labels"];
    assert_eq!(
        (&labels["alertname"], &labels["service"], &labels["cluster"]),
        (&json!("HighErrorRate"), &json!("api"), &json!("test"))
    );
    exporter.set("errors_ratio{service=\"api\"}", 0.0);
    eventually(Duration::from_secs(60), "two resolved webhooks", async || sent("resolved", 2).await).await;
    one.post_alerts(&json!([{"labels": {"alertname": "ByHand"}}])).await;
    let by_hand =
        async || sink.requests().into_iter().find(|r| r.json()["groupLabels"]["alertname"] == "ByHand");
    eventually(Duration::from_secs(30), "the alert posted by hand", by_hand).await;
    let alerts = client().get(one.url() + "/api/v2/alerts").send().await.unwrap();
    assert!(alerts.text().await.unwrap().contains("ByHand"));
    let answer = client().get(prometheus.url() + "/api/v1/query?query=errors_ratio").send().await.unwrap();
    assert!(answer.text().await.unwrap().contains("\"0\""));
}

#[tokio::test]
async fn a_browser_reads_and_draws_a_page() {
    let sink = Server::start(Arc::new(Sink));
    let dom = browser::dom(&sink.url()).await.unwrap();
    assert!(dom.contains("<p id=\"greeting\">good &lt;morning&gt;</p>"), "{dom}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.png");
    browser::screenshot(&sink.url(), 640, 480, &file).await.unwrap();
    let picture = std::fs::read(&file).unwrap();
    assert_eq!(&picture[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(picture[16..24], [0, 0, 2, 128, 0, 0, 1, 224], "640 by 480");
}

#[tokio::test]
async fn children_do_not_outlive_a_killed_parent() {
    // A shell plays the test binary: it holds the watchdog's input, and is killed without a chance to tidy up.
    let folder = tempfile::tempdir().unwrap();
    let marker = folder.path().join("data");
    std::fs::create_dir(&marker).unwrap();
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    let mut watchdog = process::watchdog("TERM", child.id(), &marker);
    drop(watchdog.stdin.take());
    let gone = async || child.try_wait().unwrap();
    let status = eventually(Duration::from_secs(5), "the child's end", gone).await;
    assert!(!status.success());
    eventually(Duration::from_secs(10), "the folder's end", async || (!marker.exists()).then_some(())).await;
    watchdog.wait().unwrap();

    let mut calm = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
    let mut watchdog = process::watchdog("TERM", calm.id(), folder.path());
    watchdog.stdin.take().unwrap().write_all(b"done\n").unwrap();
    watchdog.wait().unwrap();
    assert_eq!(
        (calm.try_wait().unwrap(), folder.path().exists()),
        (None, true),
        "told so, it leaves everything alone"
    );
    calm.kill().unwrap();
    calm.wait().unwrap();
}
