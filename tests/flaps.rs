//! Incidents that end and go on too often, seen from outside: their pages ring no more for each, their message says so, and
//! their end is told once it has stayed.

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, WEBHOOK_SECRET, alert, body, resolved};
use crate::support::pagerduty::Status;
use crate::support::wait::eventually;

const CRITICAL: [(&str, &str); 3] = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];

/// Lets the next sweep come at once.
async fn sweep(firstlook: &Firstlook) {
    firstlook.run("UPDATE job SET run_at = now() WHERE key = 'sweep'").await;
}

/// The window passes.
async fn quiet(firstlook: &Firstlook) {
    firstlook.run("UPDATE incident SET flaps_until = now() WHERE flaps_until IS NOT NULL").await;
    sweep(firstlook).await;
}

/// It fires, each time anew.
async fn fires(firstlook: &Firstlook, alert: &mut Value) {
    alert["startsAt"] = json!(firstlook::clock::now());
    firstlook.post(body(std::slice::from_ref(alert))).await;
    firstlook.idle().await;
}

async fn ends(firstlook: &Firstlook, alert: &Value) {
    firstlook.post(body(&[resolved(alert)])).await;
    firstlook.idle().await;
}

/// One that flaps, and is quiet: the second page stands.
async fn flapping(firstlook: &Firstlook) -> Value {
    let mut alert = alert(&CRITICAL, "api is down.");
    for _ in 0..2 {
        fires(firstlook, &mut alert).await;
        ends(firstlook, &alert).await;
    }
    let flaps = firstlook.until("it flaps", |one| one["flags"] == json!(["flapping"])).await;
    assert_eq!(flaps["status"], "resolved");
    assert_eq!(pages(firstlook), [Status::Resolved, Status::Triggered]);
    alert
}

/// What stands at the pager, oldest first.
fn pages(firstlook: &Firstlook) -> Vec<Status> {
    firstlook.pagerduty.incidents().into_iter().map(|one| one.status).collect()
}

fn texts<'a>(incident: &'a Value, kind: &str) -> Vec<&'a str> {
    let all = incident["timeline"].as_array().unwrap().iter().filter(|one| one["kind"] == kind);
    all.map(|one| one["text"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_flaps_rings_no_more_its_message_says_so_and_its_end_is_told_once_it_has_stayed() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let mut alert = flapping(&firstlook).await;
    let message = firstlook.slack.messages().remove(0);
    assert!(message.words().contains("⇅ Flapping, 3 times in 10 min: quiet since "), "{}", message.words());
    assert!(!message.text().contains("Resolved"), "{}", message.text());
    let lines = firstlook.slack.replies(&message.ts).len();
    for times in [4, 6] {
        fires(&firstlook, &mut alert).await;
        let words = firstlook.slack.messages()[0].words();
        let said = format!("⇅ Flapping, {times} times in 10 min: its end is told when quiet for 10 min");
        assert!(words.contains(&said), "{words}");
        assert!(firstlook.get("/incidents/1").await.text.contains(&said[4..]));
        ends(&firstlook, &alert).await;
    }
    assert_eq!(pages(&firstlook), [Status::Resolved, Status::Triggered], "nothing rang, nothing ended");
    assert_eq!(firstlook.slack.replies(&message.ts).len(), lines, "nothing was said in the thread");
    let incident = firstlook.incident(1).await;
    let folded = texts(&incident, "folded");
    assert_eq!(folded.len(), 2, "{}", incident["timeline"]);
    assert!(
        folded[1].contains("6 ends and reopenings within 10 min, and its end was not told"),
        "{}",
        folded[1]
    );
    quiet(&firstlook).await;
    let steady = firstlook.until("it is steady", |one| one["flags"] == json!([])).await;
    firstlook.idle().await;
    assert_eq!(texts(&firstlook.incident(1).await, "steady").len(), 1);
    assert_eq!((steady["status"].as_str(), pages(&firstlook)), (Some("resolved"), vec![Status::Resolved; 2]));
    assert_eq!(firstlook.slack.replies(&message.ts).len(), lines + 1);
    assert!(
        firstlook.slack.messages()[0].text().starts_with("Resolved"),
        "{}",
        firstlook.slack.messages()[0].text()
    );
    assert_eq!(firstlook.slack.messages().len(), 1);
    // What fires after that is news.
    fires(&firstlook, &mut alert).await;
    assert_eq!(pages(&firstlook), [Status::Resolved, Status::Resolved, Status::Triggered]);
    firstlook.finish().await;
}

#[tokio::test]
async fn who_takes_what_flaps_has_it_also_while_it_is_quiet_and_it_goes_on_being_escalated_until_then() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let mut alert = flapping(&firstlook).await;
    let run = "INSERT INTO escalation (incident, cause, receiver, reason, seconds, due_at, waits, state)
               SELECT id, 'untaken', 'slack-alerts', 'nobody took it', 1, now(), false, 'due' FROM incident
               ON CONFLICT DO NOTHING";
    firstlook.run(run).await;
    // Not while it is quiet; at once when it fires.
    sweep(&firstlook).await;
    firstlook.idle().await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM escalation WHERE state = 'due'").await, 1);
    fires(&firstlook, &mut alert).await;
    let told = "SELECT count(*) FROM escalation WHERE state = 'told'";
    eventually(PATIENCE, "it is escalated", async || (firstlook.sql(told).await == 1).then_some(())).await;
    ends(&firstlook, &alert).await;
    let url = format!("{}/api/v1/incidents/1/acknowledge", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(&url)).await.status, 200);
    firstlook.idle().await;
    let quiet = firstlook.incident(1).await;
    assert_eq!(quiet["status"], "resolved");
    assert!(quiet["acknowledged_at"].is_string() && texts(&quiet, "acknowledged").len() == 1);
    assert_eq!(pages(&firstlook).last(), Some(&Status::Acknowledged));
    fires(&firstlook, &mut alert).await;
    let incident = firstlook.incident(1).await;
    assert_eq!((&incident["status"], &incident["owner"]), (&json!("acknowledged"), &quiet["owner"]));
    assert_eq!(pages(&firstlook).last(), Some(&Status::Acknowledged));
    firstlook.finish().await;
}

#[tokio::test]
async fn what_a_person_ends_while_it_is_quiet_is_told_at_once_and_what_fires_then_rings() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let mut alert = flapping(&firstlook).await;
    let key = firstlook.pagerduty.incidents()[1].dedup_key.clone();
    let event = json!({
        "id": "01E", "event_type": "incident.resolved", "resource_type": "incident",
        "occurred_at": firstlook::clock::now(), "agent": {"summary": "Aya Tanaka", "type": "user_reference"},
        "data": {"id": "Q1", "type": "incident", "incident_key": key, "assignees": []},
    });
    assert_eq!(firstlook.pagerduty_tells(&event, WEBHOOK_SECRET).await.status, 200);
    firstlook.idle().await;
    let over = firstlook.incident(1).await;
    assert_eq!((&over["flags"], texts(&over, "resolved").len()), (&json!([]), 1));
    assert_eq!(pages(&firstlook), [Status::Resolved, Status::Resolved]);
    fires(&firstlook, &mut alert).await;
    assert_eq!(pages(&firstlook).last(), Some(&Status::Triggered));
    firstlook.finish().await;
}
