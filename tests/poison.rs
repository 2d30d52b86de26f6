//! A job that breaks whoever works on it is parked, seen, and does not take others with it.

use std::sync::Arc;
use std::time::Duration;

use firstlook::store::{Claim, JobKind, Outcome, Store};
use firstlook::worker::{self, Wake};
use serde_json::Value;
use sqlx::{Connection, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body};
use crate::support::postgres::fresh_database;
use crate::support::wait::eventually;

/// An incident with a page to be told and a job for it, and another job of the same lane.
const JOBS: &str = r#"
    INSERT INTO slot (key_hash, key) VALUES (decode(repeat('00', 32), 'hex'), '{"alertname":"ApiDown"}');
    INSERT INTO incident (id, slot, status, severity, told_severity, title, labels, opened_at, started_at, version)
        VALUES ('00000000-0000-7000-8000-000000000001', decode(repeat('00', 32), 'hex'), 'open', 'critical',
                'critical', 'ApiDown', '{"alertname":"ApiDown"}', now(), now(), 1);
    INSERT INTO target (id, incident, receiver, integration, reason)
        SELECT ('00000000-0000-7000-8000-00000000000' || n)::uuid, '00000000-0000-7000-8000-000000000001',
               'oncall', 'pagerduty/' || n, 'test' FROM generate_series(2, 3) AS n;
    INSERT INTO edge (target, seq, kind, state, created_at) SELECT id, 1, 'trigger', 'pending', now() FROM target;
    INSERT INTO job (kind, key, incident, state, run_at) SELECT 'page', id, incident, 'ready', now() FROM target;"#;
const POISON: &str = "00000000-0000-7000-8000-000000000002";

#[tokio::test]
async fn work_that_panics_each_time_is_parked_and_the_lane_goes_on() {
    let database = fresh_database().await;
    let store = Store::new(&database, 4).unwrap();
    store.migrate().await.unwrap();
    let mut connection = PgConnection::connect(&database).await.unwrap();
    sqlx::raw_sql(JOBS).execute(&mut connection).await.unwrap();
    let stop = CancellationToken::new();
    let work = |claim: Arc<Claim>| async move {
        assert!(claim.key != POISON, "this is poison");
        Ok(Outcome::Done)
    };
    let lane = tokio::spawn(worker::lane(
        store.clone(),
        JobKind::Page,
        Wake::default(),
        stop.clone(),
        Vec::new,
        work,
    ));
    eventually(PATIENCE, "it is parked", async || {
        // What is put off after each try is tried at once, so that the test is short.
        let hurry = "UPDATE job SET run_at = now() WHERE state = 'ready'";
        sqlx::query(hurry).execute(&mut connection).await.unwrap();
        let left: Vec<(String, String, i32)> =
            sqlx::query_as("SELECT key, state, attempts FROM job").fetch_all(&mut connection).await.unwrap();
        (left == [(POISON.to_owned(), "parked".to_owned(), 5)]).then_some(())
    })
    .await;
    let edge = "SELECT state || ': ' || error FROM edge WHERE target::text = $1";
    let said: String = sqlx::query_scalar(edge).bind(POISON).fetch_one(&mut connection).await.unwrap();
    assert_eq!(said, "parked: a bug: this is poison");
    let line = "SELECT reason FROM decision WHERE kind = 'not_told'";
    let said: String = sqlx::query_scalar(line).fetch_one(&mut connection).await.unwrap();
    assert_eq!(said, "oncall (pagerduty/2) could not be told: a bug: this is poison");
    stop.cancel();
    lane.await.unwrap();
    store.close().await;
}

/// Lets it die at `step` again and again until `done`; how often it died.
async fn dies_until(firstlook: &mut Firstlook, step: &str, done: &'static str) -> usize {
    firstlook.fail_at(Some(step));
    for deaths in 1..20 {
        firstlook.launch_unwatched();
        // It dies, or it has nothing left to die of.
        for _ in 0..200 {
            if firstlook.is_dead() || firstlook.sql(done).await > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if firstlook.sql(done).await > 0 {
            return deaths - 1;
        }
        firstlook.dead().await;
        firstlook.sql(LEASES_END).await;
    }
    panic!("it dies for ever");
}

/// So that a takeover need not be waited for.
const LEASES_END: &str = "WITH e AS (UPDATE job SET lease_until = now() WHERE state = 'running' RETURNING 1)
    SELECT count(*) FROM e";
const PARKED: &str = "SELECT count(*) FROM job WHERE state = 'parked'";
const FORGET: &str = "WITH d AS (DELETE FROM job WHERE state = 'parked' RETURNING 1) SELECT count(*) FROM d";

fn slow(service: &str) -> Value {
    alert(&[("alertname", "Slow"), ("service", service), ("severity", "warning")], "p90 is 4 s.")
}

#[tokio::test]
async fn a_look_that_kills_its_process_each_time_is_given_up_and_the_page_is_told_all_the_same() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.expect_error("failed too often");
    firstlook.kill();
    firstlook.fail_at(Some("before-summary:1"));
    firstlook.launch().await;
    let down = [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical")];
    assert_eq!(firstlook.post(body(&[alert(&down, "api answers 0 of 12 probes.")])).await.status, 200);
    firstlook.dead().await;
    firstlook.sql(LEASES_END).await;
    let deaths = 1 + dies_until(&mut firstlook, "before-summary:1", PARKED).await;
    assert_eq!(deaths, 5, "the sixth to claim it knows better");
    assert_eq!(firstlook.sql(FORGET).await, 1, "the look alone was parked");
    let incident = firstlook
        .until("everybody is told", |one| {
            one["notifications"].as_array().unwrap().iter().all(|told| told["state"] == "sent")
        })
        .await;
    assert!(incident["summary"]["reason"].as_str().unwrap().contains("died"), "{}", incident["summary"]);
    assert_eq!(firstlook.pagerduty.incidents().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_message_that_kills_its_process_each_time_is_parked_where_people_see_it_and_the_next_one_is_told() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.expect_error("failed too often");
    assert_eq!(firstlook.sql(PARKED).await, 0);
    firstlook.kill();
    firstlook.fail_at(Some("before-send:1"));
    firstlook.launch().await;
    assert_eq!(firstlook.post(body(&[slow("api")])).await.status, 200);
    firstlook.dead().await;
    firstlook.sql(LEASES_END).await;
    dies_until(&mut firstlook, "before-send:1", PARKED).await;
    let told = firstlook.until("it is parked", |one| one["notifications"][0]["state"] == "parked").await;
    assert!(
        told["notifications"][0]["reason"].as_str().unwrap().contains("died, 5 times in a row"),
        "{told}"
    );
    let metrics = firstlook.get("/metrics").await.text;
    assert!(metrics.contains(r#"firstlook_jobs{kind="message",state="parked"} 1"#), "{metrics}");
    firstlook.kill();
    firstlook.fail_at(None);
    firstlook.launch().await;
    firstlook.post(body(&[slow("other")])).await;
    firstlook.until("the next one is told", |one| one["notifications"][0]["state"] == "sent").await;
    assert!(firstlook.slack.messages().len() == 1, "the first one never left");
    assert_eq!(firstlook.sql(FORGET).await, 1);
    firstlook.finish().await;
}
