//! Receivers, the store and the process itself fail, and what must be told is told all the same, once.

use std::time::Duration;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::pagerduty::{PagerDuty, Status};
use crate::support::plan::Behaviour;
use crate::support::postgres::Cluster;
use crate::support::slack::Slack;
use crate::support::wait::{eventually, stays};

const CRITICAL: [(&str, &str); 3] = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
const SUMMARY: &str = "api answers 0 of 12 probes.";

async fn paged(firstlook: &Firstlook, events: usize) {
    eventually(PATIENCE, "PagerDuty has been told", async || {
        (firstlook.pagerduty.events().len() >= events).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_pager_that_fails_is_tried_again_and_rings_once() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let plan = firstlook.pagerduty.plan();
    plan.then(Behaviour::status(500)).then(Behaviour::retry_after(429, 1)).then(Behaviour::Half);
    firstlook.post(body(&[alert(&CRITICAL, SUMMARY)])).await;
    let incident = firstlook
        .until("the page has arrived", |one| {
            let told = one["notifications"].as_array().unwrap();
            told.iter().any(|told| told["integration"] == "pagerduty/0" && told["state"] == "sent")
        })
        .await;
    let told = incident["notifications"].as_array().unwrap();
    let page = told.iter().find(|told| told["integration"] == "pagerduty/0").unwrap();
    assert_eq!(page["attempts"], 4);
    // The third try was applied and its answer lost: told twice under one key, which rings once.
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    assert!(firstlook.pagerduty.events().len() <= 2);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_hanging_chat_does_not_hold_up_the_page() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.slack.plan().then(Behaviour::Hang);
    let answered = firstlook.post(body(&[alert(&CRITICAL, SUMMARY)])).await;
    assert_eq!(answered.status, 200);
    let before = std::time::Instant::now();
    paged(&firstlook, 1).await;
    assert!(
        before.elapsed() < Duration::from_millis(7_500),
        "the page waited for the chat: {:?}",
        before.elapsed()
    );
    eventually(PATIENCE, "the chat is told in the end", async || {
        (firstlook.slack.messages().len() == 1).then_some(())
    })
    .await;
    firstlook.finish().await;
}

#[tokio::test]
async fn a_refused_page_is_parked_with_its_remedy_and_the_rest_goes_on() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.expect_error("could not be told");
    firstlook.pagerduty.plan().then(Behaviour::status(400));
    let fires = alert(&CRITICAL, SUMMARY);
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    let incident = firstlook
        .until("the page is parked", |one| {
            one["notifications"].as_array().unwrap().iter().any(|told| told["state"] == "parked")
        })
        .await;
    let told = incident["notifications"].as_array().unwrap();
    let page = told.iter().find(|told| told["state"] == "parked").unwrap();
    assert_eq!((&page["integration"], page["attempts"].as_i64()), (&"pagerduty/0".into(), Some(1)));
    assert!(page["reason"].as_str().unwrap().contains("400"), "{page}");
    firstlook.post(body(&[resolved(&fires)])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    assert_eq!(firstlook.slack.messages().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn an_edit_that_is_refused_is_shown_as_not_made_and_the_next_one_is_tried() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.slack.plan().repeat_on("chat.update", Behaviour::status(400));
    let warning = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];
    let fires = alert(&warning, "p90 is 4 s.");
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    let level = |one: &serde_json::Value| {
        let told =
            one["notifications"].as_array().unwrap().iter().find(|told| told["kind"] == "level").cloned();
        told.map_or_else(String::new, |told| told["state"].as_str().unwrap().to_owned())
    };
    firstlook.until("the edit is given up", |one| level(one) == "parked").await;
    firstlook.idle().await;
    assert_eq!(firstlook.slack.messages()[0].edits(), 0);
    firstlook.slack.plan().heal();
    firstlook.post(body(&[resolved(&fires)])).await;
    firstlook.until("the end is shown", |one| level(one) == "sent").await;
    firstlook.idle().await;
    assert!(firstlook.slack.messages()[0].text().starts_with("Resolved"));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_killed_process_tells_after_its_return_what_it_had_accepted() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.pagerduty.plan().then(Behaviour::Hang);
    firstlook.slack.plan().then(Behaviour::Hang);
    assert_eq!(firstlook.post(body(&[alert(&CRITICAL, SUMMARY)])).await.status, 200);
    eventually(PATIENCE, "it is about to page", async || {
        (!firstlook.pagerduty.requests().is_empty() && !firstlook.slack.requests().is_empty()).then_some(())
    })
    .await;
    firstlook.kill();
    firstlook.launch().await;
    let back = std::time::Instant::now();
    paged(&firstlook, 1).await;
    assert!(back.elapsed() < Duration::from_secs(20), "takeover took {:?}", back.elapsed());
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    firstlook
        .until("the chat is told too", |one| {
            one["notifications"].as_array().unwrap().iter().all(|told| told["state"] == "sent")
        })
        .await;
    firstlook.finish().await;
}

#[tokio::test]
async fn without_its_store_it_asks_to_come_again_and_heals_by_itself() {
    let mut cluster = Cluster::start();
    let setup = Setup { database: Some(cluster.create_database()), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    cluster.crash("QUIT");
    let fires = body(&[alert(&CRITICAL, SUMMARY)]);
    let before = std::time::Instant::now();
    let answer = firstlook.post(fires.clone()).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert!(before.elapsed() < Duration::from_secs(10), "{:?}", before.elapsed());
    assert_eq!(firstlook.get("/healthz").await.status, 200);
    assert_eq!(firstlook.get("/readyz").await.status, 503);
    cluster.restart();
    let back = std::time::Instant::now();
    eventually(PATIENCE, "it takes alarms again", async || {
        (firstlook.post(fires.clone()).await.status == 200).then_some(())
    })
    .await;
    assert!(back.elapsed() < Duration::from_secs(15), "{:?}", back.elapsed());
    paged(&firstlook, 1).await;
    firstlook.finish().await;
    drop(cluster);
}

#[tokio::test]
async fn two_replicas_race_on_the_same_alarms_and_each_rings_once() {
    let first = Firstlook::start(Setup::default()).await;
    let setup = Setup { database: Some(first.database.clone()), ..Setup::default() };
    // The second one's receivers are its own: whichever replica tells, nobody is told twice.
    let second = Firstlook::beside(setup, Slack::start(), PagerDuty::start(), None).await;
    let bodies: Vec<String> = (0..20)
        .map(|n| {
            let service = format!("api-{n}");
            let labels = [("alertname", "ApiDown"), ("service", service.as_str()), ("severity", "critical")];
            body(&[alert(&labels, SUMMARY)])
        })
        .collect();
    let posts = bodies
        .iter()
        .flat_map(|body| [&first, &second, &first, &second].map(|replica| replica.post(body.clone())));
    for answer in futures_util::future::join_all(posts).await {
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    first.idle().await;
    assert_eq!(first.sql("SELECT count(*) FROM incident").await, 20);
    let keys = |replica: &Firstlook| -> Vec<String> {
        replica.pagerduty.events().iter().map(|event| event.dedup_key().to_owned()).collect()
    };
    let mut all = [keys(&first), keys(&second)].concat();
    assert_eq!(all.len(), 20, "each incident is paged once");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 20);
    assert_eq!(first.slack.messages().len() + second.slack.messages().len(), 20);
    second.finish().await;
    first.finish().await;
}

#[tokio::test]
async fn a_paused_worker_that_lost_its_lease_changes_nothing() {
    let first = Firstlook::start(Setup::default()).await;
    first.slack.plan().then(Behaviour::Hang);
    let warning = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];
    first.post(body(&[alert(&warning, "p90 is 4 s.")])).await;
    eventually(PATIENCE, "it is posting", async || (!first.slack.requests().is_empty()).then_some(())).await;
    first.signal("STOP");
    let setup = Setup { database: Some(first.database.clone()), ..Setup::default() };
    let second = Firstlook::beside(setup, Slack::start(), PagerDuty::start(), None).await;
    eventually(Duration::from_secs(25), "the second takes over", async || {
        (second.slack.messages().len() == 1).then_some(())
    })
    .await;
    first.signal("CONT");
    stays(Duration::from_secs(2), "the first one posts nothing more", async || {
        first.slack.messages().is_empty()
    })
    .await;
    assert_eq!(first.sql("SELECT count(*) FROM edge WHERE state = 'sent'").await, 1);
    second.finish().await;
    first.finish().await;
}

#[tokio::test]
async fn a_rise_in_severity_pages_and_its_end_resolves_everywhere() {
    let setup = Setup { incidents: "{ group_by: [service] }".into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let slow = alert(&[("alertname", "Slow"), ("service", "api"), ("severity", "warning")], "p90 is 4 s.");
    let down = alert(&CRITICAL, SUMMARY);
    firstlook.post(body(std::slice::from_ref(&slow))).await;
    firstlook.until("Slack is told", |one| one["notifications"][0]["state"] == "sent").await;
    assert!(firstlook.pagerduty.events().is_empty());
    firstlook.post(body(std::slice::from_ref(&down))).await;
    paged(&firstlook, 1).await;
    firstlook.idle().await;
    let warned = firstlook.slack.messages().into_iter().find(|one| one.channel_name == "#alerts").unwrap();
    let raised = firstlook.slack.replies(&warned.ts);
    assert!(raised[0].broadcast && raised[0].words().contains("was Warning"), "{}", raised[0].words());
    firstlook.post(body(&[resolved(&slow), resolved(&down)])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.incidents()[0].status, Status::Resolved);
    firstlook.finish().await;
}

#[tokio::test]
async fn something_critical_rings_again_although_somebody_has_the_incident() {
    let setup = Setup { incidents: "{ group_by: [service] }".into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    firstlook.post(body(&[alert(&CRITICAL, SUMMARY)])).await;
    let incident = firstlook.until("there is one", |_| true).await;
    paged(&firstlook, 1).await;
    let url = format!("{}/api/v1/incidents/{}/acknowledge", firstlook.url, incident["number"]);
    assert_eq!(firstlook.send(|client| client.post(&url)).await.status, 200);
    paged(&firstlook, 2).await;
    let other = [("alertname", "DiskFull"), ("service", "api"), ("severity", "critical")];
    firstlook.post(body(&[alert(&other, "disk is 100% full.")])).await;
    paged(&firstlook, 4).await;
    firstlook.idle().await;
    // What is acknowledged does not ring under its key: it ended there, and began anew.
    let actions: Vec<_> =
        firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect();
    assert_eq!(actions, ["trigger", "acknowledge", "resolve", "trigger"]);
    let states: Vec<_> = firstlook.pagerduty.incidents().iter().map(|one| one.status).collect();
    assert_eq!(states, [Status::Resolved, Status::Triggered]);
    firstlook.finish().await;
}

#[tokio::test]
async fn what_ends_and_what_begins_in_one_body_leaves_the_page_ringing() {
    let setup = Setup { incidents: "{ group_by: [service] }".into(), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let slow = alert(&[("alertname", "Slow"), ("service", "api"), ("severity", "warning")], "p90 is 4 s.");
    firstlook.post(body(std::slice::from_ref(&slow))).await;
    firstlook.until("Slack is told", |one| one["notifications"][0]["state"] == "sent").await;
    firstlook.post(body(&[resolved(&slow), alert(&CRITICAL, SUMMARY)])).await;
    paged(&firstlook, 1).await;
    firstlook.idle().await;
    let pages = firstlook.pagerduty.incidents();
    assert_eq!((pages.len(), pages[0].status), (1, Status::Triggered));
    firstlook.finish().await;
}

#[tokio::test]
async fn an_end_that_could_not_be_told_does_not_end_the_next_page() {
    let setup = Setup {
        incidents: "{ group_by: [service, alertname], reopen_within: 1s }".into(),
        ..Setup::default()
    };
    let firstlook = Firstlook::start(setup).await;
    let fires = alert(&CRITICAL, SUMMARY);
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    paged(&firstlook, 1).await;
    firstlook.pagerduty.plan().then(Behaviour::status(500));
    firstlook.post(body(&[resolved(&fires)])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    // As if it had failed for long.
    eventually(PATIENCE, "it waits to be tried again", async || {
        let put_off = "WITH late AS (UPDATE job SET run_at = now() + interval '10 minutes'
            WHERE kind = 'page' AND state = 'ready' AND attempts > 0 RETURNING 1) SELECT count(*) FROM late";
        (firstlook.sql(put_off).await == 1).then_some(())
    })
    .await;
    // Past `reopen_within`, so that the next firing is a new incident.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut again = fires.clone();
    again["startsAt"] = serde_json::json!(firstlook::clock::now());
    firstlook.post(body(&[again])).await;
    firstlook.until("there is a second one", |one| one["occurrences"] == 2).await;
    paged(&firstlook, 3).await;
    firstlook.idle().await;
    let actions: Vec<_> =
        firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect();
    assert_eq!(actions, ["trigger", "resolve", "trigger"]);
    firstlook.finish().await;
}
