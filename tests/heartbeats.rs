//! What has to come again and again, and what firstlook itself lets somebody hear.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::server::{Answer, Protocol, Request, Server};
use crate::support::wait::eventually;

const WATCHDOG: [(&str, &str); 2] = [("alertname", "Watchdog"), ("severity", "none")];

fn heartbeats(list: &str) -> Setup {
    Setup { more: format!("heartbeats: [{list}]"), ..Setup::default() }
}

/// Lets `minutes` pass for every heartbeat, while somebody was there to hear, and has the sweep come at once.
async fn pass(firstlook: &Firstlook, minutes: &'static str) {
    let query = match minutes {
        "14" => {
            "WITH a AS (UPDATE heartbeat SET beat_at = beat_at - interval '14 minutes',
                    watched_since = watched_since - interval '14 minutes' RETURNING 1) SELECT count(*) FROM a"
        }
        _ => {
            "WITH a AS (UPDATE heartbeat SET beat_at = beat_at - interval '16 minutes',
                    watched_since = watched_since - interval '16 minutes' RETURNING 1) SELECT count(*) FROM a"
        }
    };
    assert!(firstlook.sql(query).await > 0);
    sweep(firstlook).await;
}

/// Waits for a whole sweep.
async fn sweep(firstlook: &Firstlook) {
    let looked = "SELECT (extract(epoch FROM max(looked_at)) * 1000)::bigint FROM heartbeat";
    let before = firstlook.sql(looked).await;
    let soon = "WITH soon AS (UPDATE job SET run_at = now() WHERE key = 'sweep' RETURNING 1) SELECT count(*) FROM soon";
    assert_eq!(firstlook.sql(soon).await, 1);
    eventually(PATIENCE, "the sweep has looked", async || {
        (firstlook.sql(looked).await > before).then_some(())
    })
    .await;
    firstlook.idle().await;
}

async fn known(firstlook: &Firstlook) {
    eventually(PATIENCE, "the heartbeat is watched", async || {
        (firstlook.sql("SELECT count(*) FROM heartbeat").await == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_watchdog_that_stops_is_an_incident_until_it_comes_again() {
    let setup =
        heartbeats(r#"{ name: main, matchers: ['alertname="Watchdog"'], source: alertmanager/main }"#);
    let firstlook = Firstlook::start(setup).await;
    known(&firstlook).await;
    let watchdog = alert(&WATCHDOG, "always");
    let answer = firstlook.post(body(std::slice::from_ref(&watchdog))).await.json();
    let reason = answer["alerts"][0]["reason"].as_str().unwrap().to_owned();
    assert_eq!(reason, "a heartbeat: it is told when it stops to come");
    pass(&firstlook, "14").await;
    assert!(firstlook.incidents().await.is_empty(), "14 minutes are not too long");
    // Its end is no beat.
    firstlook.post(body(&[resolved(&watchdog)])).await;
    pass(&firstlook, "16").await;
    let missing = firstlook.until("it is told", |one| one["status"] == "open").await;
    assert_eq!(
        (&missing["title"], &missing["severity"]),
        (&json!("No heartbeat of main"), &json!("critical"))
    );
    assert_eq!(missing["labels"]["heartbeat"], "main");
    let said = missing["alerts"][0]["annotations"]["description"].as_str().unwrap();
    assert!(said.starts_with("It was last heard of at ") && said.contains("may not arrive"), "{said}");
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    sweep(&firstlook).await;
    assert_eq!(firstlook.pagerduty.events().len(), 1, "it is told once");
    firstlook.post(body(&[watchdog])).await;
    sweep(&firstlook).await;
    let over = firstlook.until("it is over", |one| one["status"] == "resolved").await;
    assert!(over["timeline"].to_string().contains("heard of again"), "{}", over["timeline"]);
    assert_eq!(firstlook.incidents().await.len(), 1, "a heartbeat is never an incident by coming");
    firstlook.finish().await;
}

#[tokio::test]
async fn whatever_a_source_sends_can_be_its_heartbeat_and_stays_what_it_is() {
    let firstlook =
        Firstlook::start(heartbeats("{ name: am, source: alertmanager/main, severity: warning }")).await;
    known(&firstlook).await;
    pass(&firstlook, "14").await;
    let labels = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "p90 is 4 s.")])).await;
    assert_eq!(firstlook.incidents().await.len(), 1, "it is an alarm all the same");
    firstlook.sql("WITH a AS (UPDATE heartbeat SET watched_since = now() - interval '1 hour' RETURNING 1) SELECT count(*) FROM a").await;
    sweep(&firstlook).await;
    assert_eq!(firstlook.incidents().await.len(), 1, "and its source is heard of");
    pass(&firstlook, "16").await;
    let missing = firstlook.until("it is told", |one| one["labels"]["heartbeat"] == "am").await;
    assert_eq!(missing["severity"], "warning");
    firstlook.finish().await;
}

#[tokio::test]
async fn the_same_alert_of_another_source_is_an_alarm() {
    let sns = r#"[{ name: aws, topic_arns: ["arn:aws:sns:eu-west-1:123456789012:alarms"], default_severity: warning, resync: false }]"#;
    let setup = heartbeats(r#"{ name: aws, matchers: ['alertname="Pulse"'], source: sns/aws }"#);
    let firstlook = Firstlook::start(Setup { sns: sns.into(), ..setup }).await;
    known(&firstlook).await;
    firstlook.post(body(&[alert(&[("alertname", "Pulse"), ("severity", "warning")], "not ours")])).await;
    assert_eq!(firstlook.incidents().await.len(), 1, "nobody else's heartbeat takes it away");
    assert_eq!(firstlook.sql("SELECT count(*) FROM heartbeat WHERE beat_at IS NOT NULL").await, 0);
    firstlook.finish().await;
}

#[tokio::test]
async fn while_firstlook_was_away_nobody_could_be_heard() {
    let mut firstlook =
        Firstlook::start(heartbeats(r#"{ name: main, matchers: ['alertname="Watchdog"'] }"#)).await;
    known(&firstlook).await;
    firstlook.post(body(&[alert(&WATCHDOG, "always")])).await;
    firstlook.signal("TERM");
    firstlook.exited().await;
    let hours = "WITH a AS (UPDATE heartbeat SET beat_at = beat_at - interval '3 hours',
        watched_since = watched_since - interval '5 hours', looked_at = looked_at - interval '3 hours' RETURNING 1)
        SELECT count(*) FROM a";
    assert_eq!(firstlook.sql(hours).await, 1);
    firstlook.launch().await;
    sweep(&firstlook).await;
    assert!(firstlook.incidents().await.is_empty(), "its own absence is nobody's silence");
    pass(&firstlook, "16").await;
    firstlook.until("from then on it is", |one| one["status"] == "open").await;
    // Whoever takes it out of the configuration ends it.
    firstlook.signal("TERM");
    firstlook.exited().await;
    let file = firstlook.folder.path().join("firstlook.yml");
    let text = std::fs::read_to_string(&file).unwrap();
    let without: String = text
        .lines()
        .filter(|line| !line.starts_with("heartbeats:"))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(&file, without).unwrap();
    firstlook.launch().await;
    firstlook.until("nobody watches it", |one| one["status"] == "resolved").await;
    firstlook.finish().await;
}

/// Whoever listens, and first does not hear.
struct Ears;

impl Protocol for Ears {
    fn answer(&self, request: &Request) -> Answer {
        let right = request.method == "GET" && request.path == "/ping/a-secret";
        Answer::text(if right { 200 } else { 404 }, "OK")
    }
}

#[tokio::test]
async fn somebody_hears_that_firstlook_works_and_the_address_is_nobodys() {
    let ears = Server::start(Arc::new(Ears));
    let more = format!("ping: {{ url: \"{}/ping/a-secret\", interval: 10s }}", ears.url());
    ears.plan().then(crate::support::plan::Behaviour::status(500));
    let firstlook = Firstlook::start(Setup { more, ..Setup::default() }).await;
    eventually(PATIENCE, "it is heard", async || (ears.requests().len() >= 2).then_some(())).await;
    assert!(
        ears.requests().iter().all(|request| request.path == "/ping/a-secret" && request.method == "GET")
    );
    let said = |line: &Value| line["message"] == "`ping.url` does not hear that firstlook works";
    let log = firstlook.log();
    assert_eq!(log.iter().filter(|line| said(line)).count(), 1, "{log:?}");
    assert!(!log.iter().any(|line| line.to_string().contains("a-secret")));
    firstlook.finish().await;
}
