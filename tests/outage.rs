//! The store dies or stalls: senders are told to come again, critical alarms ring without it, and what was refused is an
//! incident afterwards, rung once.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::pagerduty::Status;
use crate::support::plan::Behaviour;
use crate::support::postgres::{self, Cluster};
use crate::support::proxy::Proxy;
use crate::support::wait::{eventually, stays};

const SUMMARY: &str = "api answers 0 of 12 probes.";
/// What the log says when it rings without the store.
const AWAY: &str = "has taken no alarm for 15 s";

fn fires(service: &str, severity: &str) -> Value {
    alert(&[("alertname", "ApiDown"), ("service", service), ("severity", severity)], SUMMARY)
}

async fn beside(cluster: &Cluster) -> Firstlook {
    let setup = Setup { database: Some(cluster.create_database()), ..Setup::default() };
    Firstlook::start(setup).await
}

async fn refused(firstlook: &Firstlook, alarm: &Value) {
    let asked = Instant::now();
    let answer = firstlook.post(body(std::slice::from_ref(alarm))).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.text);
    assert!(asked.elapsed() < Duration::from_secs(11), "{:?}", asked.elapsed());
}

async fn rung(firstlook: &Firstlook, events: usize) {
    eventually(PATIENCE, "PagerDuty has been told", async || {
        (firstlook.pagerduty.events().len() >= events).then_some(())
    })
    .await;
}

/// Everything that was held has been brought to the store, and told.
async fn adopted(firstlook: &Firstlook, incidents: i64) {
    eventually(PATIENCE, "what was held is kept", async || {
        let answer = firstlook.get("/metrics").await.text;
        answer.lines().any(|line| line == "firstlook_held_bodies 0").then_some(())
    })
    .await;
    firstlook.idle().await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM incident").await, incidents);
}

#[tokio::test]
async fn a_killed_store_rings_what_is_critical_once_and_keeps_it_afterwards() {
    let mut cluster = Cluster::start();
    let mut firstlook = beside(&cluster).await;
    firstlook.expect_error(AWAY);
    cluster.crash("KILL");
    let begun = Instant::now();
    // Its sender gives up after this one try, as Grafana does.
    refused(&firstlook, &fires("api", "critical")).await;
    refused(&firstlook, &fires("db", "warning")).await;
    stays(Duration::from_secs(7), "it waits for the store", async || firstlook.pagerduty.events().is_empty())
        .await;
    rung(&firstlook, 1).await;
    let took = begun.elapsed();
    assert!((Duration::from_secs(15)..Duration::from_secs(18)).contains(&took), "{took:?}");
    let event = firstlook.pagerduty.events()[0].clone();
    let said = event.summary();
    assert!(said.starts_with(SUMMARY.trim_end_matches('.')), "{said}");
    assert!(
        said.contains("The database of firstlook has not answered since") && !said.contains('#'),
        "{said}"
    );
    // What comes later rings at once; what comes again does not.
    refused(&firstlook, &fires("web", "critical")).await;
    rung(&firstlook, 2).await;
    refused(&firstlook, &fires("web", "critical")).await;
    stays(Duration::from_secs(2), "once is enough", async || firstlook.pagerduty.events().len() == 2).await;
    assert!(firstlook.slack.messages().is_empty());
    cluster.restart();
    adopted(&firstlook, 3).await;
    // The ordinary triggers have the same keys.
    assert_eq!(firstlook.pagerduty.incidents().len(), 2);
    assert!(firstlook.pagerduty.incidents().iter().all(|one| one.status == Status::Triggered));
    assert_eq!(firstlook.slack.messages().len(), 3, "each is told once");
    let late =
        firstlook.sql("SELECT count(*) FROM delivery WHERE received_at > now() - interval '5 s'").await;
    assert_eq!(late, 0, "each is kept with the time when it came");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_stalled_store_rings_too_and_the_senders_own_retry_is_a_duplicate() {
    let cluster = Cluster::start();
    let mut firstlook = beside(&cluster).await;
    firstlook.expect_error(AWAY);
    cluster.pause();
    let begun = Instant::now();
    let alarm = fires("api", "critical");
    while firstlook.pagerduty.events().is_empty() {
        refused(&firstlook, &alarm).await;
        assert!(begun.elapsed() < PATIENCE);
    }
    assert!(begun.elapsed() >= Duration::from_secs(15), "{:?}", begun.elapsed());
    cluster.resume();
    eventually(PATIENCE, "it takes alarms again", async || {
        (firstlook.post(body(std::slice::from_ref(&alarm))).await.status == 200).then_some(())
    })
    .await;
    adopted(&firstlook, 1).await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    assert_eq!(firstlook.slack.messages().len(), 1);
    firstlook.post(body(&[resolved(&alarm)])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.incidents()[0].status, Status::Resolved);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_store_that_is_back_before_long_rings_once_and_in_order() {
    let mut cluster = Cluster::start();
    let firstlook = beside(&cluster).await;
    cluster.crash("QUIT");
    let alarm = fires("api", "critical");
    refused(&firstlook, &alarm).await;
    refused(&firstlook, &resolved(&alarm)).await;
    assert!(firstlook.pagerduty.events().is_empty());
    cluster.restart();
    adopted(&firstlook, 1).await;
    // Nobody rang without the store, and its end was not overtaken.
    let actions: Vec<_> = firstlook.pagerduty.events().iter().map(|one| one.action().to_owned()).collect();
    assert_eq!(actions, ["trigger", "resolve"]);
    let log = firstlook.log();
    let over = log.iter().find(|line| line.to_string().contains("takes alarms again")).unwrap();
    assert_eq!((&over["adopted"], &over["rung"]), (&2.into(), &0.into()), "{over}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_pager_that_fails_meanwhile_is_tried_again() {
    let mut cluster = Cluster::start();
    let mut firstlook = beside(&cluster).await;
    firstlook.expect_error(AWAY);
    firstlook.pagerduty.plan().then(Behaviour::status(500)).then(Behaviour::Half);
    cluster.crash("QUIT");
    refused(&firstlook, &fires("api", "critical")).await;
    eventually(PATIENCE, "the third try is taken", async || {
        let metrics = firstlook.get("/metrics").await.text;
        metrics.contains(r#"firstlook_unstored_pages_total{outcome="sent"} 1"#).then_some(())
    })
    .await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    cluster.restart();
    adopted(&firstlook, 1).await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_store_that_only_reads_is_answered_503_and_rings_too() {
    let cluster = Cluster::start();
    let mut firstlook = beside(&cluster).await;
    firstlook.expect_error(AWAY);
    let read_only = |on: &str| {
        cluster.sql("postgres", &format!("ALTER SYSTEM SET default_transaction_read_only = {on}"));
        cluster.sql("postgres", "SELECT pg_reload_conf()");
    };
    read_only("on");
    let alarm = fires("api", "critical");
    eventually(PATIENCE, "the setting is in force", async || {
        (firstlook.post(body(&[fires("db", "warning")])).await.status == 503).then_some(())
    })
    .await;
    refused(&firstlook, &alarm).await;
    rung(&firstlook, 1).await;
    let kept = firstlook.sql("SELECT count(*) FROM incident WHERE severity = 'critical'").await;
    assert_eq!(kept, 0);
    read_only("off");
    eventually(PATIENCE, "it takes alarms again", async || {
        (firstlook.post(body(std::slice::from_ref(&alarm))).await.status == 200).then_some(())
    })
    .await;
    adopted(&firstlook, 2).await;
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_absorbed() {
    let direct = postgres::fresh_database().await;
    let (proxy, through) = Proxy::start(&direct);
    let mut firstlook = Firstlook::start(Setup { database: Some(through), ..Setup::default() }).await;
    // The answer is 17 bytes: CommandComplete and ReadyForQuery. None of them, some, and all but the last.
    for (n, bytes) in [0, 5, 16].into_iter().enumerate() {
        let service = format!("api-{n}");
        let alarm = fires(&service, "critical");
        firstlook.idle().await;
        firstlook.database.clone_from(&direct);
        let mut cut = None;
        // Another transaction may be the next to commit: then the alarm itself goes through.
        for _ in 0..20 {
            proxy.cut_after(bytes);
            let answer = firstlook.post(body(std::slice::from_ref(&alarm))).await;
            if answer.status == 503 {
                cut = Some(answer);
                break;
            }
        }
        assert!(cut.is_some(), "no answer of a COMMIT was lost");
        let answer = firstlook.post(body(std::slice::from_ref(&alarm))).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.json()["alerts"][0]["action"], "duplicate", "it was committed: {}", answer.text);
        adopted(&firstlook, i64::try_from(n).unwrap() + 1).await;
    }
    assert!(proxy.cuts() >= 3);
    assert_eq!(firstlook.sql("SELECT count(*) FROM alert").await, 3);
    assert_eq!(firstlook.pagerduty.events().len(), 3, "each rings once");
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_held_is_bounded_and_what_rings_stays() {
    let mut cluster = Cluster::start();
    let mut firstlook = beside(&cluster).await;
    firstlook.expect_error(AWAY);
    cluster.crash("QUIT");
    let alarm = fires("api", "critical");
    let before = firstlook.memory();
    refused(&firstlook, &alarm).await;
    // 24 bodies of 2 MB, each of its own: more than is held.
    let padding = "x".repeat(2 << 20);
    let big = |n: usize| {
        let mut one = fires(&format!("db-{n}"), "warning");
        one["annotations"]["padding"] = padding.as_str().into();
        body(&[one])
    };
    for some in (0..24).collect::<Vec<_>>().chunks(8) {
        let posts = some.iter().map(|n| firstlook.post(big(*n)));
        for answer in futures_util::future::join_all(posts).await {
            assert_eq!(answer.status, 503, "{}", answer.text);
        }
    }
    let grown = firstlook.memory().saturating_sub(before);
    assert!(grown < 128 << 20, "{} MiB", grown >> 20);
    rung(&firstlook, 1).await;
    cluster.restart();
    eventually(PATIENCE, "what was held is kept", async || {
        let answer = firstlook.get("/metrics").await.text;
        answer.lines().any(|line| line == "firstlook_held_bodies 0").then_some(())
    })
    .await;
    let critical = firstlook.sql("SELECT count(*) FROM incident WHERE severity = 'critical'").await;
    let others = firstlook.sql("SELECT count(*) FROM incident WHERE severity = 'warning'").await;
    assert!(critical == 1 && (1..=8).contains(&others), "{critical} and {others}");
    firstlook.finish().await;
}
