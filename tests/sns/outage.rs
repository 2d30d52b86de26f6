//! Without its store an alarm of SNS goes the way of every other: 503, a page without the store, and an incident afterwards.

use std::time::Duration;

use crate::harness::{Firstlook, PATIENCE, Setup};
use crate::support::pagerduty::Status;
use crate::support::postgres::Cluster;
use crate::support::sns::{Sns, alarm};
use crate::support::wait::eventually;

use super::{SERVICE, World};

#[tokio::test]
async fn an_alarm_that_the_store_refused_rings_and_is_one_incident_afterwards() {
    let mut cluster = Cluster::start();
    let sns = Sns::start();
    let database = Some(cluster.create_database());
    let setup = Setup { sns: sns.source(""), labels: SERVICE.into(), database, ..Setup::default() };
    let mut world = World { firstlook: Firstlook::start(setup).await, sns };
    world.firstlook.expect_error("has taken no alarm for 15 s");
    cluster.crash("KILL");
    let message = alarm("[P1] edge 5xx", "ALARM", firstlook::clock::now());
    let body = world.sns.notification(None, &message.to_string());
    let answer = world.post(&body).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.text);
    let pagerduty = &world.firstlook.pagerduty;
    eventually(PATIENCE, "it rings", async || (!pagerduty.events().is_empty()).then_some(())).await;
    assert!(pagerduty.events()[0].summary().contains("[P1] edge 5xx"), "{}", pagerduty.events()[0].summary());
    cluster.restart();
    // SNS tries again; whether that or what was held is first, it is taken once.
    eventually(PATIENCE, "it takes alarms again", async || {
        (world.post(&body).await.status == 200).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.firstlook.idle().await;
    for count in [
        "SELECT count(*) FROM delivery",
        "SELECT count(*) FROM incident",
        "SELECT received FROM incident_alert",
    ] {
        assert_eq!(world.firstlook.sql(count).await, 1, "{count}");
    }
    world.alarm("[P1] edge 5xx", "OK", -1).await;
    world.told().await;
    let incidents = world.firstlook.pagerduty.incidents();
    assert_eq!((incidents.len(), incidents[0].status), (1, Status::Resolved));
    world.finish().await;
}
