//! The process dies, at each step and at any moment, or is told to go, and nothing that was answered 2xx is lost or told
//! twice.

mod load;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use rand::Rng;
use rand::seq::SliceRandom;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, command};
use crate::support::pagerduty::{PagerDuty, Status};
use crate::support::postgres::fresh_database;
use crate::support::wait::eventually;
use load::{Load, critical};

/// How often each key was told each thing.
fn told(pagerduty: &PagerDuty) -> BTreeMap<(String, String), usize> {
    let mut told = BTreeMap::new();
    for event in pagerduty.events() {
        *told.entry((event.dedup_key().to_owned(), event.action().to_owned())).or_default() += 1;
    }
    told
}

/// Dies at `step`, comes back, and has told all of what it accepted.
async fn rehearse(step: &str) {
    let fail = (firstlook::fail::VARIABLE.to_owned(), step.to_owned());
    let setup = Setup { environment: vec![fail], ..Setup::default() };
    let mut firstlook = Firstlook::start(setup).await;
    firstlook.fail_at(None);
    let mut back = None;
    for n in 0..3 {
        let alarm = critical(&format!("api-{n}"));
        while firstlook.attempt(&alarm).await != Some(200) {
            if firstlook.is_dead() {
                firstlook.launch().await;
                back = Some(Instant::now());
            }
        }
    }
    if back.is_none() {
        firstlook.dead().await;
        firstlook.launch().await;
    }
    let back = back.unwrap_or_else(Instant::now);
    eventually(PATIENCE, &format!("{step}: all are told"), async || {
        let open = firstlook.sql("SELECT count(*) FROM edge WHERE state <> 'sent'").await;
        (open == 0 && firstlook.pagerduty.incidents().len() == 3).then_some(())
    })
    .await;
    assert!(back.elapsed() < Duration::from_secs(20), "{step}: takeover took {:?}", back.elapsed());
    assert_eq!(firstlook.sql("SELECT count(*) FROM incident").await, 3, "{step}");
    assert!(firstlook.pagerduty.incidents().iter().all(|one| one.status == Status::Triggered), "{step}");
    let told = told(&firstlook.pagerduty);
    // It died once: nothing is told twice but what was under way then, and before a claim nothing is.
    let once = ["read", "before-commit", "committed", "claimed"].iter().any(|name| step.starts_with(name));
    let most = if once { 1 } else { 2 };
    assert!(told.len() == 3 && told.values().all(|times| *times <= most), "{step}: {told:?}");
    assert!(firstlook.slack.messages().len() <= 3 * most, "{step}");
    firstlook.finish().await;
}

#[tokio::test]
async fn it_dies_at_each_step_and_loses_and_doubles_nothing() {
    let steps =
        ["read", "before-commit", "committed", "claimed", "before-send", "sent", "before-summary", "summary"];
    // Some at a time: most of it is waiting for leases to end.
    stream::iter(steps)
        .for_each_concurrent(3, |step| async move { rehearse(&format!("{step}:1")).await })
        .await;
}

#[tokio::test]
async fn a_migration_that_dies_is_done_by_the_next_start_and_a_step_that_is_none_is_refused() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let text = std::fs::read_to_string(firstlook.folder.path().join("firstlook.yml")).unwrap();
    for step in ["migrate:1", "migrate:2"] {
        let folder = tempfile::tempdir().unwrap();
        let database = fresh_database().await;
        let text = text.replace(&firstlook.database, &database);
        std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
        let migrate = |step: &str| {
            command(folder.path(), &["migrate"]).env(firstlook::fail::VARIABLE, step).output().unwrap()
        };
        assert_eq!(migrate(step).status.code(), None, "killed by a signal");
        assert!(migrate("migrate:3").status.success());
        let wrong = migrate("nowhere:1");
        let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
        assert!(!wrong.status.success() && said.contains("before-commit, committed, claimed"), "{said}");
    }
    firstlook.finish().await;
}

/// How often the process is killed: a few times, or as often as `FIRSTLOOK_KILLS` says.
fn kills() -> usize {
    std::env::var("FIRSTLOOK_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(5)
}

#[tokio::test]
async fn it_is_killed_at_any_moment_under_load_and_loses_nothing() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    let load = Load::start(&[firstlook.webhook()], 2);
    for _ in 0..kills() {
        let moment = rand::rng().random_range(300..1_500);
        tokio::time::sleep(Duration::from_millis(moment)).await;
        firstlook.kill();
        firstlook.launch().await;
    }
    let sent = load.end().await;
    assert!(sent.kept.len() > 2 * kills(), "hardly anything was sent: {sent:?}");
    settled(&firstlook).await;
    let held = firstlook.sql("SELECT count(*) FROM incident_alert").await;
    assert_eq!(held, sent.kept.len() as i64, "what was answered 2xx is there, and nothing else");
    let told = told(&firstlook.pagerduty);
    let paged = told.keys().filter(|(_, action)| action == "trigger").count();
    assert_eq!(paged as i64, held, "each is paged");
    let ended = firstlook.pagerduty.incidents().iter().filter(|one| one.status == Status::Resolved).count();
    assert_eq!(ended, sent.ended, "each end is told");
    // What was told twice fell under one key: nobody was rung twice.
    assert_eq!(firstlook.pagerduty.incidents().len(), paged);
    let doubled: usize = told.values().map(|times| times - 1).sum();
    assert!(doubled <= 16 * kills(), "a death doubles no more than was under way: {doubled}");
    eprintln!(
        "kills {}, acknowledged {}, lost 0, sent twice under one key {doubled} of {}",
        kills(),
        sent.kept.len(),
        told.len()
    );
    firstlook.finish().await;
}

/// Waits until nothing is left to tell.
async fn settled(firstlook: &Firstlook) {
    eventually(Duration::from_secs(120 + kills() as u64), "everything is told", async || {
        let left = "SELECT (SELECT count(*) FROM edge WHERE state <> 'sent')
            + (SELECT count(*) FROM job WHERE kind <> 'upkeep' AND state <> 'parked')";
        (firstlook.sql(left).await == 0).then_some(())
    })
    .await;
}

/// `count` replicas over one database. The receivers are the first one's.
async fn replicas(count: usize) -> Vec<Firstlook> {
    let mut all = vec![Firstlook::start(Setup::default()).await];
    for _ in 1..count {
        all.push(all[0].replica().await);
    }
    all
}

#[tokio::test]
async fn replicas_that_are_restarted_in_turn_under_load_lose_and_double_nothing() {
    let mut all = replicas(2).await;
    let load = Load::start(&[all[0].webhook(), all[1].webhook()], 2);
    for round in 0..4 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let begun = Instant::now();
        all[round % 2].end().await;
        assert!(begun.elapsed() < Duration::from_secs(10), "it took {:?} to end", begun.elapsed());
        all[round % 2].launch().await;
    }
    let sent = load.end().await;
    assert_eq!(sent.refused, 0, "the other one had an answer for everybody: {sent:?}");
    settled(&all[0]).await;
    let held = all[0].sql("SELECT count(*) FROM incident_alert").await;
    assert_eq!(held, sent.kept.len() as i64, "what was answered 2xx is there, and nothing else");
    let told = told(&all[0].pagerduty);
    assert!(
        told.values().all(|times| *times == 1),
        "nothing was in doubt, so nothing is told twice: {told:?}"
    );
    assert_eq!(told.keys().filter(|(_, action)| action == "trigger").count() as i64, held);
    join_all(all.into_iter().map(Firstlook::finish)).await;
}

#[tokio::test]
async fn five_replicas_race_on_the_same_alarms_and_each_is_one_incident() {
    let all = replicas(5).await;
    let alarms: Vec<_> = (0..50)
        .map(|n| {
            let service = format!("api-{n}");
            let labels = [("alertname", "ApiDown"), ("service", service.as_str()), ("severity", "critical")];
            alert(&labels, "api answers 0 of 12 probes.")
        })
        .collect();
    // Each alarm twenty times: in other company and in another order each time.
    let mut bodies = Vec::new();
    for _ in 0..20 {
        let mut alarms = alarms.clone();
        alarms.shuffle(&mut rand::rng());
        bodies.extend(alarms.chunks(10).map(body));
    }
    let posts = bodies.into_iter().enumerate().map(|(n, body)| {
        let replica = &all[n % 5];
        async move { replica.post(body).await }
    });
    let answers: Vec<_> = stream::iter(posts).buffer_unordered(5).collect().await;
    let refused: Vec<_> = answers.iter().filter(|one| one.status != 200).map(|one| &one.text).collect();
    assert!(refused.is_empty(), "no sender sees anything of the race: {refused:?}");
    settled(&all[0]).await;
    assert_eq!(all[0].sql("SELECT count(*) FROM incident").await, 50);
    assert_eq!(all[0].sql("SELECT sum(received)::bigint FROM incident_alert").await, 1_000);
    let told = told(&all[0].pagerduty);
    assert!(told.len() == 50 && told.values().all(|times| *times == 1), "{told:?}");
    assert_eq!(all[0].slack.messages().len(), 50);
    join_all(all.into_iter().map(Firstlook::finish)).await;
}
