//! Without its store an alarm of SNS goes the way of every other: 503, a page without the store, and an incident afterwards.

use std::time::Duration;

use crate::harness::{Firstlook, PATIENCE, Setup};
use crate::support::pagerduty::Status;
use crate::support::postgres::Cluster;
use crate::support::sns::{Sns, alarm};
use crate::support::wait::eventually;

use super::{SERVICE, World};

/// Severity and service from tags.
const BY_TAG: &str = "[{ source: sns/aws, from: tag.severity, to: severity }, { source: sns/aws, from: tag.service, to: service }]";

/// The store is away, an alarm of this name comes, the store comes back: it rings before, and is one incident afterwards.
async fn rings(mut world: World, mut cluster: Cluster, name: &str) {
    world.firstlook.expect_error("has taken no alarm for 15 s");
    cluster.crash("KILL");
    let message = alarm(name, "ALARM", firstlook::clock::now());
    let body = world.sns.notification(None, &message.to_string());
    let answer = world.post(&body).await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", answer.text);
    let pagerduty = &world.firstlook.pagerduty;
    eventually(PATIENCE, "it rings", async || (!pagerduty.events().is_empty()).then_some(())).await;
    assert!(pagerduty.events()[0].summary().contains(name), "{}", pagerduty.events()[0].summary());
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
    world.alarm(name, "OK", -1).await;
    world.told().await;
    let incidents = world.firstlook.pagerduty.incidents();
    assert_eq!((incidents.len(), incidents[0].status), (1, Status::Resolved));
    world.finish().await;
}

async fn started(labels: &str) -> (World, Cluster) {
    let cluster = Cluster::start();
    let sns = Sns::start();
    let database = Some(cluster.create_database());
    let setup = Setup { sns: sns.source(""), labels: labels.into(), database, ..Setup::default() };
    (World { firstlook: Firstlook::start(setup).await, sns }, cluster)
}

#[tokio::test]
async fn an_alarm_that_the_store_refused_rings_and_is_one_incident_afterwards() {
    let (world, cluster) = started(SERVICE).await;
    rings(world, cluster, "[P1] edge 5xx").await;
}

#[tokio::test]
async fn tags_that_were_read_before_say_without_the_store_that_it_rings_and_for_which_group() {
    let (mut world, cluster) = started(BY_TAG).await;
    let learned = r#"INSERT INTO alarm_tags (source, arn, named_at, asked_at, read_at, changed_at, tags)
        VALUES ('sns/aws', 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:edge 5xx', now(), now(), now(), now(),
            '{"severity": "critical", "service": "checkout"}')"#;
    world.firstlook.run(learned).await;
    world.firstlook.kill();
    world.firstlook.launch().await;
    rings(world, cluster, "edge 5xx").await;
}
