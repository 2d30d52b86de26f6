//! What a receiver takes in a minute holds over all replicas, nothing is lost by it, and what matters goes first.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::plan::Behaviour;
use crate::support::server::Request;
use crate::support::wait::{eventually, stays};

/// An alarm of a service of its own, that pages.
fn critical(service: &str) -> String {
    let labels = [("alertname", "ApiDown"), ("service", service), ("severity", "critical")];
    body(&[alert(&labels, "api answers 0 of 12 probes.")])
}

/// One for the chat alone.
fn warning(service: &str) -> Value {
    let summary = format!("p90 of {service} is 4 s.");
    alert(&[("alertname", "Slow"), ("service", service), ("severity", "warning")], &summary)
}

const CLOSE: &str =
    "WITH b AS (UPDATE rate_bucket SET opens_at = now() + interval '1 hour' WHERE name LIKE 'slack/%'
    RETURNING 1) SELECT count(*) FROM b";
const OPEN: &str = "WITH b AS (UPDATE rate_bucket SET opens_at = now() WHERE name LIKE 'slack/%' RETURNING 1)
    SELECT count(*) FROM b";

/// The most that any `window` holds.
fn busiest(at: &[Instant], window: Duration) -> usize {
    let within = |from: &Instant| at.iter().filter(|one| **one >= *from && **one < *from + window).count();
    at.iter().map(within).max().unwrap_or(0)
}

#[tokio::test]
async fn two_replicas_together_keep_to_the_rate_of_one_key_and_nothing_is_lost() {
    // Six at once, then one in 1.09 s.
    let first = Firstlook::start(Setup { per_minute: (60, 60_000), ..Setup::default() }).await;
    let second = first.replica().await;
    let begun = Instant::now();
    for n in 0..14 {
        let replica = if n % 2 == 0 { &first } else { &second };
        assert_eq!(replica.post(critical(&format!("api-{n}"))).await.status, 200);
    }
    eventually(PATIENCE, "everything is paged", async || {
        (first.pagerduty.events().len() >= 14).then_some(())
    })
    .await;
    let at: Vec<Instant> = first.pagerduty.requests().iter().map(|request| request.at).collect();
    assert_eq!(at.len(), 14, "each is sent once");
    // What is saved up and what comes in that time, and one whose request was slow to leave.
    assert!(busiest(&at, Duration::from_secs(5)) <= 6 + 4 + 1, "{:?}", busiest(&at, Duration::from_secs(5)));
    let took = at[13] - begun;
    assert!(took >= Duration::from_secs(8), "14 of them need 8 × 1.09 s: {took:?}");
    assert!(took < Duration::from_secs(25), "the rate is used: {took:?}");
    // The chats were not held up by it.
    assert_eq!(first.slack.messages().len(), 14);
    let told = |replica: &Firstlook| replica.log().iter().filter(|line| line["message"] == "told").count();
    assert!(told(&first) > 0 && told(&second) > 0, "one of them told everything");
    second.finish().await;
    first.finish().await;
}

#[tokio::test]
async fn what_begins_goes_before_what_ends_and_that_before_edits() {
    let setup = Setup { per_minute: (60_000, 60), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let fires: Vec<_> = (0..5).map(|n| warning(&format!("api-{n}"))).collect();
    firstlook.post(body(&fires)).await;
    eventually(PATIENCE, "all are posted", async || (firstlook.slack.messages().len() == 5).then_some(()))
        .await;
    firstlook.idle().await;
    let before = firstlook.slack.requests().len();
    firstlook.sql(CLOSE).await;
    firstlook.post(body(&fires.iter().map(resolved).collect::<Vec<_>>())).await;
    waiting(&firstlook, 5).await;
    firstlook.post(body(&[warning("latest")])).await;
    waiting(&firstlook, 6).await;
    // Its first look ends before it is told: else what was found would be an edit of its own.
    let looking = "SELECT count(*) FROM job WHERE kind = 'triage' AND state <> 'parked'";
    eventually(PATIENCE, "it has been looked at", async || (firstlook.sql(looking).await == 0).then_some(()))
        .await;
    assert_eq!(firstlook.slack.requests().len(), before, "nothing is sent while it is closed");
    firstlook.sql(OPEN).await;
    firstlook.idle().await;
    let kind = |one: &Request| match one.path.ends_with("chat.update") {
        true => "edit",
        false if one.text().contains("thread_ts") => "end",
        false => "begin",
    };
    let order: Vec<_> = firstlook.slack.requests()[before..].iter().map(kind).collect();
    assert_eq!(order, ["begin", "end", "end", "end", "end", "end", "edit", "edit", "edit", "edit", "edit"]);
    assert_eq!(firstlook.slack.messages().iter().filter(|one| one.text().starts_with("Resolved")).count(), 5);
    firstlook.finish().await;
}

/// Waits until so many jobs wait for the chat.
async fn waiting(firstlook: &Firstlook, jobs: i64) {
    let wait =
        "SELECT count(*) FROM job WHERE kind = 'message' AND state = 'ready' AND bucket LIKE 'slack/%'";
    eventually(PATIENCE, "they wait", async || (firstlook.sql(wait).await == jobs).then_some(())).await;
}

#[tokio::test]
async fn a_receiver_that_asks_to_wait_is_left_alone_by_everybody_who_uses_its_key_and_by_nobody_else() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.pagerduty.plan().then(Behaviour::retry_after(429, 5));
    firstlook.post(critical("first")).await;
    eventually(PATIENCE, "it asks to wait", async || {
        (firstlook.pagerduty.requests().len() == 1).then_some(())
    })
    .await;
    let asked = firstlook.pagerduty.requests()[0].at;
    eventually(PATIENCE, "that is known", async || {
        let closed = "SELECT count(*) FROM rate_bucket WHERE name LIKE 'pagerduty/%' AND opens_at > now()";
        (firstlook.sql(closed).await == 1).then_some(())
    })
    .await;
    let posted = Instant::now();
    for n in 0..3 {
        firstlook.post(critical(&format!("later-{n}"))).await;
    }
    eventually(PATIENCE, "the chat has all of them", async || {
        (firstlook.slack.messages().len() == 4).then_some(())
    })
    .await;
    assert!(posted.elapsed() < Duration::from_millis(4_500), "the chat waited too: {:?}", posted.elapsed());
    let left = Duration::from_millis(4_800).saturating_sub(asked.elapsed());
    stays(left, "nothing is sent before that", async || firstlook.pagerduty.requests().len() == 1).await;
    eventually(PATIENCE, "all are paged", async || (firstlook.pagerduty.events().len() == 4).then_some(()))
        .await;
    assert_eq!(firstlook.pagerduty.requests().len(), 5, "one was refused, and none else tried");
    // What waited has not been tried, and says so.
    let attempts = "SELECT max(e.attempts)::bigint FROM edge e JOIN target t ON t.id = e.target
        WHERE t.integration = 'pagerduty/0' AND t.incident <> (SELECT id FROM incident WHERE number = 1)";
    assert_eq!(firstlook.sql(attempts).await, 1);
    firstlook.finish().await;
}
