//! What becomes of an incident over time, beyond its own messages, seen from outside.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::wait::{eventually, stays};

const CRITICAL: [(&str, &str); 3] = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
const WARNING: [(&str, &str); 3] = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];

/// Lets the next sweep come at once.
async fn sweep(firstlook: &Firstlook) {
    let soon = "WITH soon AS (UPDATE job SET run_at = now() WHERE key = 'sweep' RETURNING 1) SELECT count(*) FROM soon";
    assert_eq!(firstlook.sql(soon).await, 1);
}

fn kinds(incident: &Value) -> Vec<&str> {
    incident["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_nobody_takes_is_told_again_until_somebody_does() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[alert(&CRITICAL, "api is down.")])).await;
    firstlook.idle().await;
    let hours = "WITH old AS (UPDATE incident SET told_at = now() - interval '5 hours' RETURNING 1) SELECT count(*) FROM old";
    firstlook.sql(hours).await;
    sweep(&firstlook).await;
    let incident = firstlook.until("it is told again", |one| kinds(one).contains(&"repeated")).await;
    eventually(PATIENCE, "the pager is told", async || {
        (firstlook.pagerduty.events().len() == 2).then_some(())
    })
    .await;
    firstlook.idle().await;
    assert!(firstlook.pagerduty.events()[1].summary().starts_with("Still Critical after "));
    let thread = firstlook.slack.replies(&firstlook.slack.messages()[0].ts);
    assert!(thread[0].broadcast && thread[0].words().contains("Told again"), "{}", thread[0].words());
    // Told just now: not again.
    sweep(&firstlook).await;
    let url = format!("{}/api/v1/incidents/{}/acknowledge", firstlook.url, incident["number"]);
    assert_eq!(firstlook.send(|client| client.post(&url)).await.status, 200);
    firstlook.sql(hours).await;
    sweep(&firstlook).await;
    stays(Duration::from_secs(2), "nobody is told of what somebody has", async || {
        firstlook.sql("SELECT count(*) FROM edge WHERE kind = 'repeat' AND seq > 2").await == 0
    })
    .await;
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_not_heard_of_for_long_is_stale_and_says_so_until_it_is() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let fires = alert(&WARNING, "p90 is 4 s.");
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    firstlook.idle().await;
    firstlook
        .sql("WITH old AS (UPDATE alert SET seen_at = now() - interval '13 hours' RETURNING 1) SELECT count(*) FROM old")
        .await;
    sweep(&firstlook).await;
    let stale = firstlook.until("it is stale", |one| one["flags"] == json!(["stale"])).await;
    assert_eq!(stale["status"], "open");
    assert!(kinds(&stale).contains(&"stale"));
    firstlook.idle().await;
    assert!(firstlook.get("/").await.text.contains("Stale"));
    assert!(firstlook.slack.messages()[0].words().to_lowercase().contains("stale"));
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    firstlook.until("it is heard of", |one| one["flags"] == json!([])).await;
    firstlook.idle().await;
    assert!(!firstlook.slack.messages()[0].words().to_lowercase().contains("stale"));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_later_firing_opens_an_incident_that_names_the_one_before() {
    let setup = Setup { incidents: "{ group_by: [service], reopen_within: 0s }".into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let mut fires = alert(&WARNING, "p90 is 4 s.");
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    firstlook.post(body(&[resolved(&fires)])).await;
    fires["startsAt"] = json!(firstlook::clock::now());
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    let second = firstlook.until("there is a second one", |one| one["occurrences"] == 2).await;
    assert_eq!(second["previous"], firstlook.incidents().await[1]["number"]);
    assert_eq!(firstlook.incident(1).await["previous"], Value::Null);
    firstlook.finish().await;
}

#[tokio::test]
async fn alerts_end_where_they_fire_although_they_are_grouped_otherwise_by_now() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    let fires = alert(&CRITICAL, "api is down.");
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    firstlook.idle().await;
    firstlook.signal("TERM");
    firstlook.exited().await;
    let path = firstlook.folder.path().join("firstlook.yml");
    let text = std::fs::read_to_string(&path).unwrap();
    let changed = text.replace("group_by: [cluster, namespace, service, alertname]", "group_by: [service]");
    assert_ne!(text, changed);
    std::fs::write(&path, changed).unwrap();
    firstlook.launch().await;
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    assert_eq!(firstlook.incidents().await.len(), 1);
    firstlook.post(body(&[resolved(&fires)])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    // What fires from now on is grouped as configured.
    let mut again = fires.clone();
    again["startsAt"] = json!(firstlook::clock::now());
    let answer = firstlook.post(body(&[again])).await.json();
    assert_eq!(answer["alerts"][0]["incident"], 2);
    firstlook.finish().await;
}

#[tokio::test]
async fn what_cannot_be_read_rings_once_and_its_end_is_an_hours_quiet() {
    let firstlook = Firstlook::start(Setup::default()).await;
    for bad in ["not json", "{}", "[1]"] {
        assert_eq!(firstlook.post(bad).await.status, 400);
    }
    let good = alert(&WARNING, "p90 is 4 s.");
    assert_eq!(firstlook.post(body(&[json!({"labels": []}), good])).await.status, 200);
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    let told = firstlook.incident(1).await;
    assert_eq!(told["title"], "alertmanager/main sent an alarm that cannot be read");
    assert_eq!((&told["severity"], &told["alerts"][0]["received"]), (&json!("critical"), &json!(4)));
    let description = told["alerts"][0]["annotations"]["description"].as_str().unwrap();
    assert!(description.contains("alerts[0]: ") && description.contains("kept as delivery"), "{description}");
    firstlook
        .sql("WITH old AS (UPDATE alert SET seen_at = now() - interval '61 minutes' WHERE source = 'firstlook' RETURNING 1)
              SELECT count(*) FROM old")
        .await;
    sweep(&firstlook).await;
    eventually(PATIENCE, "it is over", async || {
        (firstlook.incident(1).await["status"] == "resolved").then_some(())
    })
    .await;
    firstlook.idle().await;
    firstlook.finish().await;
}

#[tokio::test]
async fn a_truncated_group_says_so_and_its_resolved_proves_nothing_about_what_it_leaves_out() {
    let setup = Setup { incidents: "{ group_by: [service] }".into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let (one, two) = (alert(&CRITICAL, "api is down."), alert(&WARNING, "p90 is 4 s."));
    firstlook.post(body(&[one.clone(), two])).await;
    let mut cut: Value = serde_json::from_str(&body(&[resolved(&one)])).unwrap();
    assert_eq!(cut["status"], "resolved");
    cut["truncatedAlerts"] = json!(1);
    firstlook.post(cut.to_string()).await;
    firstlook.idle().await;
    let incident = firstlook.incident(1).await;
    assert_eq!((&incident["status"], &incident["severity"]), (&json!("open"), &json!("warning")));
    let note =
        incident["timeline"].as_array().unwrap().iter().find(|entry| entry["kind"] == "truncated").unwrap();
    assert!(note["text"].as_str().unwrap().contains("left 1 alerts out"), "{note}");
    firstlook.finish().await;
}
