//! Storms: past what the configuration says, one message at each integration tells of what cannot be told singly; nothing
//! is lost, nothing is told twice, and what is still open in the end is told once.

mod pages;
mod replicas;
mod taken;
mod thousands;

use serde_json::Value;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::plan::Behaviour;
use crate::support::slack::Message;
use crate::support::wait::eventually;

/// More than 20 in a minute, at receivers that take two at once and then one in three seconds.
fn setup() -> Setup {
    let more = "storm: { incidents: 20, window: 1m }".into();
    Setup { per_minute: (20, 20), more, ..Setup::default() }
}

/// The minutes pass in which a storm has to be calm.
async fn calm(firstlook: &Firstlook) {
    let lasts = "SELECT count(*) FROM storm WHERE ended_at IS NULL";
    eventually(PATIENCE, "the storm has ended", async || {
        // Again until then: who has counted before this may write after it. Each by itself: what counts takes storms before
        // edges.
        let edges = "UPDATE edge SET at = at - interval '5 minutes' WHERE at > now() - interval '4 minutes'";
        firstlook.run(edges).await;
        firstlook
            .run("UPDATE storm SET calm_since = now() - interval '5 minutes' WHERE ended_at IS NULL")
            .await;
        (firstlook.sql(lasts).await == 0).then_some(())
    })
    .await;
}

/// Lets everything that waits be told, without waiting for the receivers' rates.
async fn all_told(firstlook: &Firstlook) {
    eventually(PATIENCE * 4, "no job is left", async || {
        // Not while one has been refused a place and does not wait for it yet: the next one would get it.
        firstlook
            .run(
                "UPDATE rate_bucket SET opens_at = '-infinity' WHERE opens_at < now() + interval '5 seconds'
                     AND NOT EXISTS (SELECT FROM job WHERE state = 'running' AND kind IN ('page', 'message'))",
            )
            .await;
        let left = "SELECT count(*) FROM job WHERE kind <> 'upkeep' AND state <> 'parked' AND NOT late";
        (firstlook.sql(left).await == 0).then_some(())
    })
    .await;
}

/// Alarms of so many services, all in one zone.
fn alarms(severity: &str, services: std::ops::Range<usize>) -> Vec<Value> {
    let one = |n: usize| {
        let service = format!("shop-{n:04}");
        let labels =
            [("alertname", "Slow"), ("service", &service), ("severity", severity), ("az", "tokyo-c")];
        alert(&labels, &format!("p90 of {service} is 4 s."))
    };
    services.map(one).collect()
}

/// The storm's messages among those of the chat.
fn storms(firstlook: &Firstlook) -> Vec<Message> {
    firstlook.slack.messages().into_iter().filter(|one| one.text().starts_with("Storm")).collect()
}

/// Waits until the storm's only message says this.
async fn says(firstlook: &Firstlook, words: &str) -> Message {
    eventually(PATIENCE * 4, words, async || {
        let all = storms(firstlook);
        assert!(all.len() <= 1, "one storm has one message: {all:?}");
        all.into_iter().find(|one| one.words().contains(words) || one.text().contains(words))
    })
    .await
}

/// State and reason of what was told by a kind, at an integration.
fn told(incident: &Value, kind: &str) -> Vec<(String, String)> {
    let all = incident["notifications"].as_array().unwrap().iter().filter(|one| one["kind"] == kind);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.map(|one| (text(&one["state"]), text(&one["reason"]))).collect()
}

const SINGLY: &str = "SELECT count(DISTINCT target) FROM edge WHERE kind = 'trigger' AND state = 'sent'";
const BY_STORM: &str = "SELECT count(*) FROM target WHERE held_by = 'storm'";
const TOLD_BY_STORM: &str = "SELECT count(*) FROM target WHERE storm_told_at IS NOT NULL";

#[tokio::test]
async fn a_storm_is_one_message_that_grows_and_in_the_end_what_is_open_is_told_once() {
    const ALL: usize = 120;
    let firstlook = Firstlook::start(setup()).await;
    let mut all = alarms("warning", 0..60);
    firstlook.post(body(&all)).await;
    let first = says(&firstlook, "Storm: 60 incidents").await;
    assert!(first.words().contains("Look at what they share: az=tokyo-c"), "{}", first.words());
    assert!(firstlook.slack.messages().len() > 1, "the first were told at once");
    // It grows: the same message says so.
    all.extend(alarms("info", 60..ALL));
    firstlook.post(body(&all[60..])).await;
    let grown = says(&firstlook, "Storm: 120 incidents").await;
    assert_eq!(grown.ts, first.ts);
    let (singly, by_storm) = (firstlook.sql(SINGLY).await, firstlook.sql(BY_STORM).await);
    assert!(singly > 0 && by_storm > 60, "{singly} singly, {by_storm} by the storm");
    // Most of it is over before the storm is. The last of each severity was told by the storm alone.
    let left = [58, 59, ALL - 2, ALL - 1];
    let over = (0..ALL).filter(|n| !left.contains(n)).map(|n| resolved(&all[n]));
    firstlook.post(body(&over.collect::<Vec<_>>())).await;
    calm(&firstlook).await;
    let ended = says(&firstlook, "4 of 120 incidents still open").await;
    assert_eq!(ended.ts, first.ts);
    all_told(&firstlook).await;
    once_and_by_severity(&firstlook, &left);
    let posts = firstlook.slack.requests().into_iter().filter(|one| one.path.ends_with("chat.postMessage"));
    let posts = posts.filter(|one| !one.text().contains("thread_ts")).count();
    assert!(posts < 40, "{posts} posts about {ALL} incidents");
    recorded(&firstlook).await;
    firstlook.post(body(&left.map(|n| resolved(&all[n])))).await;
    firstlook.run("UPDATE storm_message SET sent_at = sent_at - interval '1 minute'").await;
    says(&firstlook, "0 of 120 incidents still open").await;
    all_told(&firstlook).await;
    firstlook.finish().await;
}

/// Each of these has a message of its own, the two of the higher severity before the others.
fn once_and_by_severity(firstlook: &Firstlook, services: &[usize]) {
    let all = firstlook.slack.messages();
    let place = |n: &usize| {
        let named = format!("shop-{n:04}");
        let found = |at: &usize| all[*at].versions[0].text.contains(&named);
        let found: Vec<usize> = (0..all.len()).filter(found).collect();
        assert_eq!(found.len(), 1, "{named} is told once: {found:?}");
        found[0]
    };
    let places: Vec<usize> = services.iter().map(place).collect();
    let (worse, others) = places.split_at(2);
    assert!(worse.iter().max() < others.iter().min(), "in order of severity: {places:?}");
}

/// How each was told stands in the API and on its page.
async fn recorded(firstlook: &Firstlook) {
    let mut by_storm_alone = 0;
    for number in 1..=60 {
        let whole = firstlook.incident(number).await;
        let (singly, by_storm) = (told(&whole, "trigger"), told(&whole, "storm"));
        let is_sent = |all: &[(String, String)]| all.iter().any(|(state, _)| state == "sent");
        assert!(is_sent(&singly) || is_sent(&by_storm), "nobody was told: {}", whole["notifications"]);
        if !is_sent(&singly) {
            by_storm_alone += 1;
            assert!(by_storm[0].1.contains("in the message of storm 1"), "{by_storm:?}");
            assert!(whole["flags"].as_array().unwrap().contains(&"storm".into()), "{}", whole["flags"]);
            let page = firstlook.get(&format!("/incidents/{number}")).await.text;
            assert!(page.contains("storm message") && page.contains("storm 1"), "{page}");
        }
    }
    assert!(by_storm_alone > 30, "{by_storm_alone} by the storm alone");
}

#[tokio::test]
async fn a_chat_that_refuses_delays_a_storm_and_what_it_says_then_is_what_there_is_then() {
    let firstlook = Firstlook::start(setup()).await;
    firstlook.slack.limit_rate();
    let all = alarms("warning", 0..40);
    firstlook.slack.plan().then(Behaviour::retry_after(429, 3));
    firstlook.post(body(&all)).await;
    says(&firstlook, "Storm: 40 incidents").await;
    firstlook.post(body(&all.iter().map(resolved).collect::<Vec<_>>())).await;
    calm(&firstlook).await;
    says(&firstlook, "0 of 40 incidents still open").await;
    all_told(&firstlook).await;
    let refused = firstlook.log().iter().filter(|line| line.to_string().contains("ratelimited")).count();
    let sent = firstlook.slack.requests().len();
    assert!(refused <= sent / 2, "{refused} of {sent} were refused: it was not left alone");
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_silenced_while_a_storm_tells_it_waits_for_its_silence_when_the_storm_ends() {
    let firstlook = Firstlook::start(setup()).await;
    let all = alarms("warning", 0..40);
    firstlook.post(body(&all)).await;
    says(&firstlook, "Storm: 40 incidents").await;
    let by_storm =
        "SELECT max(i.number) FROM target t JOIN incident i ON i.id = t.incident WHERE held_by = 'storm'";
    let number = firstlook.sql(by_storm).await;
    let url = format!("{}/api/v1/incidents/{number}/silence", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(url)).await.status, 200);
    calm(&firstlook).await;
    all_told(&firstlook).await;
    let silent = firstlook.incident(number).await;
    let (state, reason) = told(&silent, "trigger").remove(0);
    assert!(state == "held" && reason.contains("silence 1"), "{state}: {reason}");
    let service = silent["service"].as_str().unwrap();
    let singly = firstlook.slack.messages().into_iter().filter(|one| one.versions[0].text.contains(service));
    assert_eq!(singly.count(), 0, "{service} is silent");
    let url = format!("{}/api/v1/silences/1", firstlook.url);
    assert_eq!(firstlook.send(|client| client.delete(url)).await.status, 200);
    eventually(PATIENCE * 4, "it is told when the silence ends", async || {
        let (state, _) = told(&firstlook.incident(number).await, "trigger").remove(0);
        (state == "sent").then_some(())
    })
    .await;
    firstlook.finish().await;
}
