//! A firing that comes right after its own resolve is looked at again: by asking, or else it counts as firing.

use std::time::Duration;

use serde_json::Value;

use super::{SHORT, World, reasons};
use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::support::gate::Gate;
use crate::support::wait::{eventually, stays};

#[tokio::test]
async fn without_an_api_a_late_firing_counts_as_firing_in_the_end() {
    let firstlook = Firstlook::start(Setup { incidents: SHORT.to_owned(), ..Setup::default() }).await;
    let fires = alert(&[("alertname", "Down"), ("severity", "critical")], "down");
    firstlook.post(body(std::slice::from_ref(&fires))).await;
    firstlook.post(body(&[resolved(&fires)])).await;
    let late = firstlook.post(body(std::slice::from_ref(&fires))).await.json();
    assert_eq!(late["alerts"][0]["action"], "late");
    let incident = firstlook.until("it fires again", |one| one["status"] == "open").await;
    let reason = reasons(&incident, "reopened");
    assert!(reason.contains("nobody could be asked: its source has no `api_url`"), "{reason}");
    firstlook.idle().await;
    firstlook.finish().await;
}

#[tokio::test]
async fn late_firings_that_do_not_fire_there_are_left_and_ask_together() {
    let world = World::start(Gate::aged(), SHORT).await;
    let pod =
        |n: i32| alert(&[("alertname", "Down"), ("pod", &n.to_string()), ("severity", "critical")], "down");
    let pods: Vec<Value> = (0..20).map(pod).collect();
    world.firstlook.post(body(&pods)).await;
    world.firstlook.post(body(&pods.iter().map(resolved).collect::<Vec<_>>())).await;
    world.firstlook.post(body(&pods)).await;
    let asked = world.api.requests().len();
    let said =
        "SELECT count(*) FROM decision WHERE reason LIKE 'its Alertmanager at % says that it does not fire'";
    eventually(PATIENCE, "it was asked", async || (world.firstlook.sql(said).await == 20).then_some(()))
        .await;
    stays(Duration::from_secs(1), "it is over", async || world.status().await == "resolved").await;
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    let questions = (world.api.requests().len() - asked) / 2;
    assert!((1..=3).contains(&questions), "asked {questions} times for 20 alerts");
    world.finish().await;
}
