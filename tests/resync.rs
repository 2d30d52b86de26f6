//! What fires at a real Alertmanager and what fires here are brought together: after a partition, after lost webhooks,
//! under a silence, after a restart.

mod late;

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, TOKEN, alert, body, command};
use crate::support::gate::Gate;
use crate::support::pagerduty::Status;
use crate::support::prometheus::{Alertmanager, Exporter, Prometheus, Timing, Webhook};
use crate::support::wait::eventually;

const RULE: &str = r#"
- name: checkout
  interval: 1s
  rules:
  - alert: Down
    expr: broken > 0
    labels: { severity: critical }
"#;
const SERIES: &str = r#"broken{service="checkout"}"#;

/// firstlook, an Alertmanager, and gates on both ways between them.
struct World {
    firstlook: Firstlook,
    alertmanager: Alertmanager,
    webhook: Gate,
    api: Gate,
}

impl World {
    /// `api` stands before Alertmanager's API.
    async fn start(api: Gate, incidents: &str) -> Self {
        let source = format!(", receiver: test, api_url: \"{}\"", api.url());
        let firstlook =
            Firstlook::start(Setup { source, incidents: incidents.to_owned(), ..Setup::default() }).await;
        let webhook = Gate::start();
        webhook.lead(&firstlook.webhook());
        let alertmanager = Self::alertmanager(&webhook).await;
        api.lead(&alertmanager.url());
        Self { firstlook, alertmanager, webhook, api }
    }

    async fn alertmanager(webhook: &Gate) -> Alertmanager {
        let webhook = Webhook { url: webhook.url(), credentials: Some(TOKEN.to_owned()) };
        Alertmanager::start(&[webhook], &Timing::default()).await
    }

    /// Has firstlook ask now, and waits until it has heard the answer.
    async fn ask(&self) {
        eventually(PATIENCE, "it asks", async || {
            let begun = "WITH j AS (UPDATE job SET run_at = now() - interval '1 second' WHERE key = 'resync/alertmanager/main'
                AND state = 'ready' RETURNING 1) SELECT count(*) FROM j";
            (self.firstlook.sql(begun).await == 1).then_some(())
        })
        .await;
        let pending =
            "SELECT count(*) FROM job WHERE key LIKE 'resync/%' AND (state = 'running' OR run_at < now())";
        eventually(PATIENCE, "it has asked", async || (self.firstlook.sql(pending).await == 0).then_some(()))
            .await;
    }

    /// What was last heard of every alert was heard ten minutes ago, and its incident is stale.
    async fn long_silence(&self) {
        let query = "WITH a AS (UPDATE alert SET seen_at = now() - interval '10 minutes' RETURNING 1),
            i AS (UPDATE incident SET stale_since = now() WHERE status <> 'resolved') SELECT count(*) FROM a";
        assert_ne!(self.firstlook.sql(query).await, 0);
    }

    /// The status of the only incident.
    async fn status(&self) -> String {
        self.firstlook.incidents().await[0]["status"].as_str().unwrap().to_owned()
    }

    async fn until(&self, status: &str) -> Value {
        self.firstlook.until(status, |one| one["status"] == status).await
    }

    /// What PagerDuty was told, in order.
    async fn told(&self) -> Vec<String> {
        self.firstlook.idle().await;
        self.firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect()
    }

    /// What `check --online` prints.
    fn check(&self) -> String {
        let output = command(self.firstlook.folder.path(), &["check", "--online"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    async fn finish(self) {
        drop(self.alertmanager);
        self.firstlook.finish().await;
    }
}

/// An alert for an Alertmanager that has been firing for ten minutes.
fn firing() -> Value {
    json!([{
        "labels": {"alertname": "Down", "service": "checkout", "severity": "critical"},
        "startsAt": firstlook::clock::now() - chrono::TimeDelta::minutes(10),
    }])
}

/// The same, over.
fn over(alert: &Value) -> Value {
    let mut alert = alert.clone();
    alert[0]["endsAt"] = json!(firstlook::clock::now());
    alert
}

/// The reasons in the timeline of `kind`.
fn reasons(incident: &Value, kind: &str) -> String {
    let timeline = incident["timeline"].as_array().unwrap().iter();
    let words = timeline.filter(|line| line["kind"] == kind).map(|line| line["text"].as_str().unwrap());
    words.collect::<Vec<_>>().join("\n")
}

const USUAL: &str = "{ group_by: [service, alertname], reopen_within: 15m }";
/// Short, and no flap: both ways to come back are tried on one incident.
const SHORT: &str =
    "{ group_by: [service, alertname], reorder_window: 5s, flapping: { transitions: 100, window: 10m } }";

#[tokio::test]
async fn what_fires_again_with_its_old_start_after_a_partition_rings_again() {
    let world = World::start(Gate::aged(), SHORT).await;
    let partition = Gate::start();
    partition.lead(&world.alertmanager.url());
    let exporter = Exporter::start();
    exporter.set(SERIES, 1.0);
    let prometheus = Prometheus::start(RULE, &[exporter.target()], &[partition.target()]).await;
    let first = world.until("open").await["alerts"][0]["starts_at"].clone();

    // Within the window: the firing looks as if its resolve had overtaken it, and is looked at again.
    partition.shut(503);
    world.until("resolved").await;
    partition.open();
    let late = "SELECT count(*) FROM decision WHERE kind = 'late'";
    eventually(PATIENCE, "it is late", async || (world.firstlook.sql(late).await > 0).then_some(())).await;
    let again = world.until("open").await;
    assert_eq!(again["alerts"][0]["starts_at"], first, "Prometheus sends the same start");
    let reason = reasons(&again, "reopened");
    assert!(reason.contains("found by asking Alertmanager at 127.0.0.1:"), "{reason}");

    // Beyond it: the firing itself opens it again.
    partition.shut(503);
    world.until("resolved").await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    partition.open();
    let again = world.until("open").await;
    assert_eq!(again["alerts"][0]["starts_at"], first);
    assert!(reasons(&again, "reopened").contains("fires again with its old start"));
    assert_eq!(world.told().await, ["trigger", "resolve", "trigger", "resolve", "trigger"]);
    assert_eq!(world.firstlook.pagerduty.incidents().last().unwrap().status, Status::Triggered);
    drop(prometheus);
    world.finish().await;
}

#[tokio::test]
async fn what_fires_there_and_was_never_heard_of_is_found() {
    let world = World::start(Gate::aged(), USUAL).await;
    world.webhook.shut(200);
    let alert = firing();
    world.alertmanager.post_alerts(&alert).await;
    eventually(PATIENCE, "its webhook is lost", async || {
        (!world.webhook.requests().is_empty()).then_some(())
    })
    .await;
    world.ask().await;
    let incident = world.until("open").await;
    let host = world.api.target();
    let reason = reasons(&incident, "opened");
    assert_eq!(reason, format!("Down: first seen; found by asking Alertmanager at {host}"));
    assert_eq!(world.told().await, ["trigger"]);
    let page = world.firstlook.get("/deliveries").await;
    assert!(page.text.contains("alertmanager/main"), "{}", page.text);

    // Its own resolve comes, and is the same alert's: fingerprints agree.
    world.webhook.open();
    world.alertmanager.post_alerts(&over(&alert)).await;
    world.until("resolved").await;
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    world.finish().await;
}

#[tokio::test]
async fn a_resolve_that_was_lost_is_found() {
    let world = World::start(Gate::aged(), USUAL).await;
    let alert = firing();
    world.alertmanager.post_alerts(&alert).await;
    world.until("open").await;
    world.webhook.shut(200);
    world.alertmanager.post_alerts(&over(&alert)).await;
    world.ask().await;
    assert_eq!(world.status().await, "open", "its own resolve may be on its way");
    world.long_silence().await;
    world.ask().await;
    let incident = world.until("resolved").await;
    assert!(reasons(&incident, "incident_resolved").contains("found by asking Alertmanager at"));
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    world.finish().await;
}

#[tokio::test]
async fn a_silence_there_keeps_it_open_here_until_it_is_gone() {
    let world = World::start(Gate::aged(), USUAL).await;
    let alert = firing();
    world.alertmanager.post_alerts(&alert).await;
    world.until("open").await;
    world.alertmanager.silence("service", "checkout").await;
    world.long_silence().await;
    world.ask().await;
    let fresh = "SELECT count(*) FROM alert WHERE seen_at > now() - interval '1 minute'";
    assert_eq!(world.firstlook.sql(fresh).await, 1, "it is confirmed, so that it does not go stale");
    let incident = world.until("open").await;
    assert_eq!(incident["flags"], json!([]));
    assert!(reasons(&incident, "heard").contains("says that it still fires"), "{}", incident["timeline"]);
    assert_eq!(world.told().await, ["trigger"]);

    world.alertmanager.post_alerts(&over(&alert)).await;
    world.long_silence().await;
    world.ask().await;
    world.until("resolved").await;
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    assert_eq!(world.webhook.requests().len(), 1, "Alertmanager has said nothing of it");
    world.finish().await;
}

#[tokio::test]
async fn a_restarted_alertmanager_that_knows_nothing_yet_ends_nothing() {
    let mut world = World::start(Gate::start(), USUAL).await;
    world.alertmanager.post_alerts(&firing()).await;
    world.until("open").await;
    let restarted = World::alertmanager(&world.webhook).await;
    world.api.lead(&restarted.url());
    world.alertmanager = restarted;
    world.long_silence().await;
    world.ask().await;
    assert_eq!(world.status().await, "open");
    assert_eq!(world.told().await, ["trigger"]);
    world.finish().await;
}

#[tokio::test]
async fn an_alertmanager_that_does_not_answer_changes_nothing_and_is_noted_once() {
    let world = World::start(Gate::aged(), USUAL).await;
    world.alertmanager.post_alerts(&firing()).await;
    world.until("open").await;
    world.ask().await;
    world.api.shut(503);
    world.long_silence().await;
    world.ask().await;
    world.ask().await;
    assert_eq!(world.status().await, "open");
    let lines = |words: &str| {
        let log = world.firstlook.log();
        log.iter().filter(|line| line["message"].as_str().unwrap().contains(words)).count()
    };
    let check = world.check();
    assert!(check.contains("FAULT  alertmanager/main"), "{check}");
    assert!(check.contains("it answers 503; see Alertmanager's log"), "{check}");
    // At the start the gate led nowhere: that was an outage of its own.
    assert_eq!(lines("cannot be asked"), 2);
    world.api.open();
    world.ask().await;
    assert_eq!(lines("answers again"), 2);
    let check = world.check();
    assert!(check.contains("alerts that fire there: 1"), "{check}");
    let metrics = world.firstlook.get("/metrics").await.text;
    assert!(metrics.contains(r#"firstlook_resyncs_total{outcome="unanswered"}"#), "{metrics}");
    world.finish().await;
}

#[tokio::test]
async fn what_fires_in_both_places_is_left_alone_also_where_a_person_has_resolved_it() {
    let world = World::start(Gate::aged(), USUAL).await;
    let mut alerts = firing();
    alerts.as_array_mut().unwrap().push(json!({
        "labels": {"alertname": "Watchdog", "severity": "none"},
        "startsAt": firstlook::clock::now() - chrono::TimeDelta::days(1),
    }));
    world.alertmanager.post_alerts(&alerts).await;
    world.until("open").await;
    let resolve = format!("{}/api/v1/incidents/1/resolve", world.firstlook.url);
    world.firstlook.send(|client| client.post(resolve)).await;
    world.until("resolved").await;
    let heard = "SELECT count(*) FROM delivery";
    eventually(PATIENCE, "both have come", async || (world.firstlook.sql(heard).await == 2).then_some(()))
        .await;
    world.ask().await;
    world.ask().await;
    assert_eq!(world.firstlook.sql(heard).await, 2, "neither it nor what is dropped is a difference");
    assert_eq!(world.status().await, "resolved", "what a person said holds until the sender says it again");
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    world.finish().await;
}

#[tokio::test]
async fn what_was_cut_off_a_body_is_asked_for_at_once() {
    let world = World::start(Gate::aged(), USUAL).await;
    world.webhook.shut(200);
    let mut alert = firing();
    alert[0]["startsAt"] = json!(firstlook::clock::now());
    world.alertmanager.post_alerts(&alert).await;
    world.ask().await;
    assert_eq!(world.firstlook.incidents().await.len(), 0, "its webhook may be on its way");
    let other = [("alertname", "Other"), ("service", "cart"), ("severity", "warning")];
    let mut truncated: Value = serde_json::from_str(&body(&[self::alert(&other, "x")])).unwrap();
    truncated["truncatedAlerts"] = json!(1);
    world.firstlook.post(truncated.to_string()).await;
    world.firstlook.until("it is found", |one| one["title"].as_str().unwrap().contains("Down")).await;
    assert_eq!(world.told().await, ["trigger"]);
    world.finish().await;
}
