//! The main job, end to end: a real Prometheus fires a rule, a real Alertmanager posts it, PagerDuty and Slack are told,
//! evidence and summary follow by editing that message, the page shows it all, and the end is told.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Firstlook, PATIENCE, Setup, TOKEN, alert, body};
use crate::support::loki::Loki;
use crate::support::model::Model;
use crate::support::pagerduty::{PagerDuty, Status};
use crate::support::plan::Behaviour;
use crate::support::prometheus::{Alertmanager, Exporter, Prometheus, Timing, Webhook};
use crate::support::slack::Slack;
use crate::support::wait::{eventually, stays};

const RULE: &str = r#"
- name: checkout
  interval: 1s
  rules:
  - alert: HighErrorRate
    expr: http_requests_5xx_ratio > 0.05
    labels: { severity: critical }
    annotations:
      summary: "{{ $labels.service }} fails {{ $value | humanizePercentage }} of requests"
      description: "The ratio of 5xx answers of {{ $labels.service }} is above 5%."
"#;
const SERIES: &str = r#"http_requests_5xx_ratio{service="checkout"}"#;
const NEW_PATTERN: &str = "Connection is not available, request timed out after";

/// Log lines of a quarter of an hour of normal, and of an incident that began two minutes ago.
fn lines(now: DateTime<Utc>) -> Vec<(DateTime<Utc>, String)> {
    let mut lines = Vec::new();
    for second in (0..40 * 60).step_by(3) {
        let at = now - TimeDelta::seconds(second);
        lines.push((at, format!("INFO http.Server: GET /v1/cart/{} 200 in {}ms", second * 7, second % 40)));
    }
    for second in (0..120).step_by(2) {
        let at = now - TimeDelta::seconds(second);
        let text = format!("ERROR db.Pool: {NEW_PATTERN} 30000ms (active=20, waiting={second})");
        lines.push((at, text));
    }
    lines.sort();
    lines
}

fn write_log(folder: &TempDir) {
    let path = folder.path().join("checkout");
    std::fs::create_dir(&path).unwrap();
    let text: String = lines(firstlook::clock::now())
        .into_iter()
        .map(|(at, line)| format!("{} {line}\n", at.format("%Y-%m-%dT%H:%M:%S%.3fZ")))
        .collect();
    std::fs::write(path.join("app.log"), text).unwrap();
}

/// The id that a prompt gives the line that holds `words`.
fn id_of(prompt: &str, words: &str) -> String {
    let line = prompt.lines().find(|line| line.contains(words)).unwrap_or_default();
    let id = line.split(|c: char| !c.is_ascii_alphanumeric()).find(|word| {
        word.starts_with('L') && word.len() > 1 && word[1..].bytes().all(|byte| byte.is_ascii_digit())
    });
    id.unwrap_or("L0").to_owned()
}

/// What a good model answers.
fn good(prompt: &str) -> String {
    let log = id_of(prompt, NEW_PATTERN);
    json!({
        "headline": "db.Pool times out after 30000ms",
        "claims": [
            {"text": format!("The log says \"{NEW_PATTERN} 30000ms\"."), "citations": [log]},
            {"text": "Customers cannot pay.", "citations": ["A1"]},
            {"text": "A meteor hit the data centre.", "citations": ["L999"]},
        ],
        "causes": [{"text": "The connection pool is exhausted.", "confidence": "likely", "citations": [log], "against": []}],
        "ruled_out": [],
        "next_steps": ["Look at what holds the connections [R1]."],
    })
    .to_string()
}

struct World {
    exporter: Exporter,
    _prometheus: Prometheus,
    _alertmanagers: Vec<Alertmanager>,
}

impl World {
    /// A Prometheus and two Alertmanagers that do not know of each other: an HA pair that notifies twice.
    async fn start(firstlook: &Firstlook) -> Self {
        let exporter = Exporter::start();
        exporter.set(SERIES, 0.01);
        let webhook = Webhook { url: firstlook.webhook(), credentials: Some(TOKEN.to_owned()) };
        let mut alertmanagers = Vec::new();
        for _ in 0..2 {
            alertmanagers.push(Alertmanager::start(std::slice::from_ref(&webhook), &Timing::default()).await);
        }
        let targets: Vec<String> = alertmanagers.iter().map(Alertmanager::target).collect();
        let prometheus = Prometheus::start(RULE, &[exporter.target()], &targets).await;
        Self { exporter, _prometheus: prometheus, _alertmanagers: alertmanagers }
    }
}

/// Both Alertmanagers have said it.
async fn heard(firstlook: &Firstlook, status: &str, deliveries: i64) {
    let query = match status {
        "firing" => {
            "SELECT count(*) FROM delivery WHERE convert_from(body, 'UTF8') LIKE '%\"status\":\"firing\"%'"
        }
        _ => {
            "SELECT count(*) FROM delivery WHERE convert_from(body, 'UTF8') NOT LIKE '%\"status\":\"firing\"%'"
        }
    };
    eventually(PATIENCE, "both Alertmanagers have posted", async || {
        (firstlook.sql(query).await >= deliveries).then_some(())
    })
    .await;
}

fn verdicts(incident: &Value) -> BTreeMap<String, String> {
    let claims = incident["summary"]["claims"].as_array().unwrap();
    let words = |claim: &Value, key: &str| claim[key].as_str().unwrap().to_owned();
    claims.iter().map(|claim| (words(claim, "text"), words(claim, "verdict"))).collect()
}

#[tokio::test]
async fn from_a_firing_rule_to_the_page_and_back() {
    let model = Model::start(good);
    let folder = tempfile::tempdir().unwrap();
    write_log(&folder);
    let evidence = format!(
        "  window: {{ before: 5m, after: 1s }}\n  baseline: [preceding]\n  sources: [{{ name: local, type: log_file, path: \"{}/{{{{labels.service}}}}/*.log\" }}]",
        folder.path().display()
    );
    let setup = Setup { evidence, ..Setup::default() }.openai(&model);
    let firstlook = Firstlook::beside(setup, Slack::start(), PagerDuty::start(), Some(folder)).await;
    let world = World::start(&firstlook).await;
    world.exporter.set(SERIES, 0.38);

    let incident = firstlook.until("the summary is written", |one| one["summary"]["state"] == "ready").await;
    heard(&firstlook, "firing", 2).await;
    firstlook.idle().await;
    assert_eq!(firstlook.incidents().await.len(), 1, "one incident for both Alertmanagers");
    told_once(&firstlook, &incident);
    shown(&firstlook, &incident).await;

    world.exporter.set(SERIES, 0.01);
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    heard(&firstlook, "resolved", 2).await;
    firstlook.idle().await;
    let pages = firstlook.pagerduty.incidents();
    assert_eq!(pages.len(), 1);
    assert_eq!(pages[0].status, Status::Resolved);
    let actions: Vec<_> =
        firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect();
    assert_eq!(actions, ["trigger", "resolve"]);
    assert!(firstlook.pagerduty.dropped().is_empty());
    assert_eq!(firstlook.slack.messages().len(), 1);
    assert!(model.refusals().is_empty(), "{:?}", model.refusals());
    drop(world);
    firstlook.finish().await;
}

/// PagerDuty was told once, Slack has one message that was edited.
fn told_once(firstlook: &Firstlook, incident: &Value) {
    let events = firstlook.pagerduty.events();
    assert_eq!(events.len(), 1);
    assert!(events[0].summary().contains("checkout fails 38%"), "{}", events[0].summary());
    let messages = firstlook.slack.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].edits() >= 1, "evidence and summary edit it");
    let (first, last) = (&messages[0].versions[0], messages[0].words());
    assert!(first.text.starts_with("Critical: checkout fails 38%"), "{}", first.text);
    let step = incident["runbook"]["steps"][0]["text"].as_str().unwrap();
    let start: String = step.chars().take(30).collect();
    let first = crate::support::slack::workspace::words(&first.blocks);
    assert!(first.contains(&start), "the runbook's first step is in the first message: {first}");
    assert!(last.contains("db.Pool times out after 30000ms"), "{last}");
    assert!(!last.contains("meteor"), "what is refuted is never told: {last}");
}

/// The API and the page hold runbook, log patterns and summary.
async fn shown(firstlook: &Firstlook, incident: &Value) {
    assert_eq!(incident["title"], "checkout fails 38% of requests");
    assert_eq!(incident["runbook"]["path"], "high-error-rate.md");
    let items = incident["evidence"]["items"].as_array().unwrap();
    let new = items.iter().find(|item| item["title"].as_str().unwrap().contains(NEW_PATTERN)).unwrap();
    assert_eq!(new["frequency"]["change"], "new");
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    let verdicts = verdicts(incident);
    assert_eq!(verdicts["Customers cannot pay."], "unchecked");
    assert_eq!(verdicts["A meteor hit the data centre."], "refuted");
    assert_eq!(verdicts.values().filter(|verdict| *verdict == "verified").count(), 1, "{verdicts:?}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    for words in [
        "checkout fails 38% of requests",
        NEW_PATTERN,
        "The connection pool is exhausted.",
        "high-error-rate.md",
    ] {
        assert!(page.text.contains(words), "{words} is not on the page");
    }
    assert!(!page.text.contains("meteor"));
}

#[tokio::test]
async fn bedrock_writes_the_summary_through_the_official_sdk() {
    let model = Model::start(good);
    let folder = tempfile::tempdir().unwrap();
    write_log(&folder);
    let evidence = format!(
        "  window: {{ before: 5m, after: 1s }}\n  baseline: [preceding]\n  sources: [{{ name: local, type: log_file, path: \"{}/{{{{labels.service}}}}/*.log\" }}]",
        folder.path().display()
    );
    let summary = format!(
        "{{ provider: bedrock, model: global.anthropic.claude-sonnet-4-6, region: eu-west-1, endpoint_url: \"{}\" }}",
        model.url()
    );
    let credentials = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x")];
    let environment = credentials.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let setup = Setup { evidence, summary, environment, ..Setup::default() };
    let firstlook = Firstlook::beside(setup, Slack::start(), PagerDuty::start(), Some(folder)).await;
    let labels = [("alertname", "HighErrorRate"), ("service", "checkout"), ("severity", "critical")];
    firstlook.post(body(&[alert(&labels, "checkout fails 38% of requests")])).await;
    let incident = firstlook.until("the summary is written", |one| one["summary"]["state"] == "ready").await;
    assert_eq!(incident["summary"]["model"], "global.anthropic.claude-sonnet-4-6");
    assert!(incident["summary"]["input_tokens"].as_u64().unwrap() > 0);
    assert!(model.refusals().is_empty(), "{:?}", model.refusals());
    let prompt = &model.prompts()[0];
    assert!(prompt.contains(NEW_PATTERN) && prompt.len() < 48_000, "{} bytes", prompt.len());
    firstlook.finish().await;
}

#[tokio::test]
async fn the_same_with_loki_and_a_model_that_answers_garbage() {
    let model = Model::start(good);
    model.plan().repeat(Behaviour::Garbage("I am a teapot {{{".into()));
    let loki = Loki::start();
    for (at, line) in lines(firstlook::clock::now()) {
        loki.push(&[("service", "checkout")], at, &line);
    }
    let evidence = format!(
        "  window: {{ before: 5m, after: 1s }}\n  baseline: [preceding]\n  sources: [{{ name: k8s, type: loki, url: \"{}\", query: '{{service=\"{{{{labels.service}}}}\"}}' }}]",
        loki.url()
    );
    let firstlook = Firstlook::start(Setup { evidence, ..Setup::default() }.openai(&model)).await;
    let world = World::start(&firstlook).await;
    world.exporter.set(SERIES, 0.38);
    let incident = firstlook.until("the model has failed", |one| one["summary"]["state"] == "failed").await;
    heard(&firstlook, "firing", 2).await;
    firstlook.idle().await;
    let reason = incident["summary"]["reason"].as_str().unwrap();
    assert!(!reason.is_empty());
    let items = incident["evidence"]["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["title"].as_str().unwrap().contains(NEW_PATTERN)));
    assert_eq!(firstlook.pagerduty.events().len(), 1);
    let message = firstlook.slack.messages()[0].words();
    assert!(message.contains(NEW_PATTERN), "the first look stands: {message}");
    world.exporter.set(SERIES, 0.01);
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    heard(&firstlook, "resolved", 2).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.events().len(), 2);
    stays(Duration::from_secs(1), "one Slack message", async || firstlook.slack.messages().len() == 1).await;
    drop(world);
    firstlook.finish().await;
}
