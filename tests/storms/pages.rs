//! A storm at a pager: one incident with a key of its own, and never the end of a key that did not ring.

use super::{
    BY_STORM, Firstlook, PATIENCE, TOLD_BY_STORM, alarms, all_told, body, calm, eventually, resolved, setup,
};
use crate::support::pagerduty::{Incident, Status};

/// What rings under a storm's key.
fn storms(firstlook: &Firstlook) -> Vec<Incident> {
    let all = firstlook.pagerduty.incidents().into_iter();
    all.filter(|one| one.dedup_key.starts_with("firstlook-storm-")).collect()
}

#[tokio::test]
async fn a_storm_rings_once_and_ends_with_what_it_told_and_no_key_ends_that_never_rang() {
    const ALL: usize = 70;
    let firstlook = Firstlook::start(setup()).await;
    let alarms = alarms("critical", 0..ALL);
    firstlook.post(body(&alarms)).await;
    let storm = eventually(PATIENCE, "the storm rings", async || storms(&firstlook).pop()).await;
    let first = &storm.log[0];
    assert!(first.summary().starts_with("Storm: 70 incidents in "), "{}", first.summary());
    assert!(first.summary().contains("az=tokyo-c"), "{}", first.summary());
    assert!(firstlook.sql(BY_STORM).await > 30);
    // Somebody takes one that only the storm told, and all of it ends before the storm does.
    let told = "SELECT max(i.number) FROM target t JOIN incident i ON i.id = t.incident
        WHERE t.held_by = 'storm' AND t.integration = 'pagerduty/0'";
    let number = firstlook.sql(told).await;
    let taken = firstlook
        .send(|client| client.post(format!("{}/api/v1/incidents/{number}/acknowledge", firstlook.url)));
    assert_eq!(taken.await.status, 200);
    firstlook.post(body(&alarms.iter().map(resolved).collect::<Vec<_>>())).await;
    calm(&firstlook).await;
    let over = eventually(PATIENCE * 2, "the storm's incident ends", async || {
        storms(&firstlook).pop().filter(|one| one.status == Status::Resolved)
    })
    .await;
    assert_eq!(over.log.last().unwrap().action(), "resolve");
    all_told(&firstlook).await;
    assert_eq!(storms(&firstlook).len(), 1, "one storm, one incident");
    assert!(firstlook.pagerduty.dropped().is_empty(), "{:?}", firstlook.pagerduty.dropped());
    let open = firstlook.pagerduty.incidents().iter().filter(|one| one.status != Status::Resolved).count();
    assert_eq!(open, 0, "what rang has ended");
    let singly = firstlook.pagerduty.incidents().len() - 1;
    assert!((2..20).contains(&singly), "{singly} of {ALL} rang by themselves");
    assert!(firstlook.sql(TOLD_BY_STORM).await > 30);
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_open_when_a_storm_ends_rings_once_and_the_rest_of_a_large_one_stays_with_its_page() {
    const ALL: usize = 70;
    let firstlook = Firstlook::start(setup()).await;
    let alarms = alarms("critical", 0..ALL);
    firstlook.post(body(&alarms)).await;
    eventually(PATIENCE, "the storm rings", async || storms(&firstlook).pop()).await;
    let left = "SELECT count(*) FROM target WHERE held_by = 'storm' AND integration = 'pagerduty/0'";
    calm(&firstlook).await;
    all_told(&firstlook).await;
    let left = firstlook.sql(left).await;
    let rang = firstlook.pagerduty.incidents().len() - 1;
    assert_eq!(rang as i64 + left, ALL as i64, "each once");
    assert!(left > 0, "more than 20 were left");
    assert_eq!(storms(&firstlook)[0].status, Status::Triggered, "the rest stands under its page");
    firstlook.post(body(&alarms.iter().map(resolved).collect::<Vec<_>>())).await;
    eventually(PATIENCE * 2, "all is over", async || {
        firstlook.run("UPDATE rate_bucket SET opens_at = '-infinity'").await;
        // What an ended storm is left with is looked at twice a minute.
        firstlook.run("UPDATE storm_message SET sent_at = sent_at - interval '1 minute'").await;
        firstlook.pagerduty.incidents().iter().all(|one| one.status == Status::Resolved).then_some(())
    })
    .await;
    all_told(&firstlook).await;
    assert!(firstlook.pagerduty.dropped().is_empty(), "{:?}", firstlook.pagerduty.dropped());
    firstlook.finish().await;
}
