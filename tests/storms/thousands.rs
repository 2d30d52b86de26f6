//! A storm of many distinct alerts to its end: the first pages leave at once, each receiver has one storm's message and
//! single ones within its rate, every incident records how it was told, and what is still open in the end is told once, the
//! most severe first. `FIRSTLOOK_STORM=N` plays N alerts in place of the usual (`scripts/storm.sh`), and prints the figures.

use std::time::{Duration, Instant};

use super::{Firstlook, PATIENCE, Setup, all_told, body, calm, eventually, resolved};
use crate::harness::alert;
use crate::support::slack::Message;
use firstlook::store::JobKind;
use firstlook::worker;
use serde_json::Value;

/// Alerts of an ordinary run.
const USUAL: usize = 300;
/// In one body.
const BODY: usize = 100;
/// What PagerDuty and Slack take in a minute.
const PAGES: u32 = 120;
const POSTS: u32 = 60;
/// Still open when the storm ends, of each severity.
const LEFT: usize = 12;

/// Incidents that nobody has been told of at some integration, neither by a message of their own nor by a storm's.
const UNTOLD: &str = "SELECT count(*) FROM target t WHERE storm_told_at IS NULL
    AND NOT EXISTS (SELECT FROM edge WHERE target = t.id AND state = 'sent')";
const BY_STORM: &str = "SELECT count(*) FROM target t WHERE storm_told_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM edge WHERE target = t.id AND state = 'sent')";
/// What was noted as sent to the chat and to the pager.
const POSTED: &str = "SELECT count(DISTINCT t.id) FROM edge e JOIN target t ON t.id = e.target
    WHERE e.state = 'sent' AND e.kind = 'trigger' AND e.digest IS NULL AND t.integration LIKE 'slack/%'";
const RUNG: &str = "SELECT count(DISTINCT t.id) FROM edge e JOIN target t ON t.id = e.target
    WHERE e.state = 'sent' AND e.kind = 'trigger' AND t.integration LIKE 'pagerduty/%'";
/// Of what was told singly when its storm had ended: before how many that were worse, at most, something less severe was told.
/// What is sent at the same time passes one another, and so does for a moment what its bucket refused.
const PASSED: &str = "WITH told AS (
        SELECT t.receiver, t.integration, e.sent_at, array_position(ARRAY['critical', 'warning', 'info'], i.severity) AS rank
        FROM edge e JOIN target t ON t.id = e.target JOIN incident i ON i.id = t.incident JOIN storm s ON s.id = t.storm
        WHERE e.state = 'sent' AND e.kind = 'trigger' AND e.digest IS NULL AND t.storm_at IS NOT NULL AND e.sent_at > s.ended_at)
    SELECT coalesce(max(passed), 0) FROM (SELECT count(*) AS passed FROM told a JOIN told b USING (receiver, integration)
        WHERE a.sent_at < b.sent_at AND a.rank > b.rank GROUP BY a.receiver, a.integration, a.sent_at) AS each";

/// One in ten is critical, six are warnings.
fn alarms(count: usize) -> Vec<Value> {
    let one = |n: usize| {
        let severity = [
            "critical", "warning", "warning", "info", "warning", "warning", "info", "warning", "warning",
            "info",
        ][n % 10];
        let service = format!("shop-{n:05}");
        let labels =
            [("alertname", "Slow"), ("service", &*service), ("severity", severity), ("az", "tokyo-c")];
        alert(&labels, &format!("p90 of {service} is 4 s."))
    };
    (0..count).map(one).collect()
}

fn is(alarm: &Value, severity: &str) -> bool {
    alarm["labels"]["severity"] == severity
}

/// The moment of the first page, and of the first message.
async fn first(firstlook: &Firstlook) -> (Instant, Instant) {
    eventually(PATIENCE, "the first are told", async || {
        let page = firstlook.pagerduty.events().first()?.at;
        let posts = firstlook.slack.requests();
        Some((page, posts.iter().find(|one| one.path.ends_with("chat.postMessage"))?.at))
    })
    .await
}

/// The most of these within a minute.
fn busiest(times: &[Instant]) -> usize {
    let within = |from: &Instant| {
        times.iter().filter(|at| **at >= *from && **at - *from < Duration::from_secs(60)).count()
    };
    times.iter().map(within).max().unwrap_or(0)
}

#[tokio::test]
async fn a_storm_of_many_is_told_within_the_rates_and_in_the_end_once() {
    let count = std::env::var("FIRSTLOOK_STORM").map_or(USUAL, |text| text.parse().unwrap());
    let patience = PATIENCE * u32::try_from(4 + count / 50).unwrap();
    let more = "storm: { incidents: 20, window: 1m }".into();
    let firstlook = Firstlook::start(Setup { per_minute: (PAGES, POSTS), more, ..Setup::default() }).await;
    let all = alarms(count);
    let begun = Instant::now();
    firstlook.post(body(&all[..BODY])).await;
    let answered = begun.elapsed();
    for some in all[BODY..].chunks(BODY) {
        assert_eq!(firstlook.post(body(some)).await.status, 200);
    }
    let posted = begun.elapsed();
    let (page, post) = first(&firstlook).await;
    let counted = format!("SELECT count(*) FROM incident HAVING count(*) = {count}");
    assert_eq!(firstlook.sql(counted.leak()).await, count as i64);
    eventually(patience, "every incident is told at each of its integrations", async || {
        (firstlook.sql(UNTOLD).await == 0).then_some(())
    })
    .await;
    let told = begun.elapsed();
    let critical = all.iter().filter(|one| is(one, "critical")).count();
    for (channel, number) in [("critical", critical), ("all", count - critical)] {
        storm_says(&firstlook, &format!("Storm: {} incidents", grouped(number)), channel, patience).await;
    }
    let pages: Vec<Instant> = firstlook.pagerduty.events().iter().map(|one| one.at).collect();
    let (single, by_storm) =
        (firstlook.sql(POSTED).await + firstlook.sql(RUNG).await, firstlook.sql(BY_STORM).await);
    // Its burst, and what a minute takes.
    assert!(busiest(&pages) <= PAGES as usize * 2, "{} pages in a minute", busiest(&pages));
    let left = over(&firstlook, &all).await;
    calm(&firstlook).await;
    all_told_within(&firstlook, patience).await;
    assert_eq!(firstlook.sql(UNTOLD).await, 0);
    let (passed, at_once) = (firstlook.sql(PASSED).await, worker::width(JobKind::Message) as i64);
    assert!(passed <= at_once, "in order of severity but for what is sent at once: {passed}");
    once(&firstlook, &left).await;
    println!(
        "a storm of {count}: posted in {:.1} s; the first body answered after {} ms, the first page left after {} ms, the first \
         message after {} ms; every incident told after {:.1} s: {single} of them singly, {by_storm} by a storm alone; {} pages, at \
         most {} in a minute; {} still open in the end were told once",
        posted.as_secs_f64(),
        answered.as_millis(),
        (page - begun).as_millis(),
        (post - begun).as_millis(),
        told.as_secs_f64(),
        pages.len(),
        busiest(&pages),
        left.len(),
    );
    firstlook.post(body(&left.iter().map(resolved).collect::<Vec<_>>())).await;
    firstlook.run("UPDATE storm_message SET sent_at = sent_at - interval '1 minute'").await;
    all_told_within(&firstlook, patience).await;
    firstlook.finish().await;
}

/// `10,000`.
fn grouped(number: usize) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", number / 1_000, number % 1_000),
    }
}

/// The only message of a receiver's storm says this in the end.
async fn storm_says(firstlook: &Firstlook, words: &str, receiver: &str, patience: Duration) {
    eventually(patience, &format!("{words} ({receiver})"), async || {
        let all = super::storms(firstlook);
        assert!(all.len() <= 2, "a storm has one message at each receiver: {}", all.len());
        all.iter().any(|one| one.text().starts_with(words)).then_some(())
    })
    .await;
}

/// All are over but the last of each severity, which a storm alone has told.
async fn over(firstlook: &Firstlook, all: &[Value]) -> Vec<Value> {
    let last = |severity: &str| {
        all.iter().rev().filter(|one| is(one, severity)).take(LEFT).cloned().collect::<Vec<_>>()
    };
    let left: Vec<Value> =
        ["critical", "warning", "info"].iter().flat_map(|severity| last(severity)).collect();
    let over: Vec<Value> = all.iter().filter(|one| !left.contains(one)).map(resolved).collect();
    for some in over.chunks(BODY) {
        assert_eq!(firstlook.post(body(some)).await.status, 200);
    }
    left
}

async fn all_told_within(firstlook: &Firstlook, patience: Duration) {
    let begun = Instant::now();
    let left = "SELECT count(*) FROM job WHERE kind <> 'upkeep' AND state <> 'parked' AND NOT late";
    while firstlook.sql(left).await > 1_000 && begun.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    all_told(firstlook).await;
}

/// What was noted as sent was sent, each once, and each of these was told singly or in a digest.
async fn once(firstlook: &Firstlook, left: &[Value]) {
    let messages = firstlook.slack.messages();
    let kind =
        |one: &Message| one.versions[0].metadata["event_payload"]["kind"].as_str().unwrap_or("").to_owned();
    let singly = messages.iter().filter(|one| kind(one) == "living").count();
    assert_eq!(singly as i64, firstlook.sql(POSTED).await, "messages of single incidents");
    let mut keys: Vec<String> =
        firstlook.pagerduty.events().iter().map(|one| one.dedup_key().to_owned()).collect();
    keys.retain(|key| !key.contains("storm"));
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len() as i64, firstlook.sql(RUNG).await, "pages of single incidents");
    for alarm in left {
        let service = alarm["labels"]["service"].as_str().unwrap();
        // A single message may name others beside its own.
        let told = messages.iter().filter(|one| match kind(one).as_str() {
            "living" => one.versions[0].text.contains(service),
            "digest" => one.words().contains(service),
            _ => false,
        });
        assert_eq!(told.count(), 1, "{service} is told once");
    }
}
