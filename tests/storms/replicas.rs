//! Storms over replicas, and over the death of one.

use super::{
    Firstlook, PATIENCE, TOLD_BY_STORM, alarms, all_told, body, calm, eventually, resolved, says, setup,
    storms,
};

const STORMS: &str = "SELECT count(*) FROM storm";

#[tokio::test]
async fn two_replicas_agree_on_one_storm_and_one_message() {
    let first = Firstlook::start(setup()).await;
    let second = first.replica().await;
    let all = alarms("warning", 0..80);
    for (n, some) in all.chunks(10).enumerate() {
        let replica = if n % 2 == 0 { &first } else { &second };
        assert_eq!(replica.post(body(some)).await.status, 200);
    }
    says(&first, "Storm: 80 incidents").await;
    first.post(body(&all.iter().map(resolved).collect::<Vec<_>>())).await;
    calm(&first).await;
    says(&first, "0 of 80 incidents still open").await;
    assert_eq!(first.sql(STORMS).await, 1);
    all_told(&first).await;
    second.finish().await;
    first.finish().await;
}

#[tokio::test]
async fn a_storm_outlives_the_process_that_told_it_with_one_message() {
    let mut firstlook = Firstlook::start(setup()).await;
    let all = alarms("warning", 0..80);
    firstlook.post(body(&all[..50])).await;
    let before = says(&firstlook, "Storm: 50 incidents").await;
    let kept = "SELECT count(*) FROM storm_message WHERE told IS NOT NULL";
    eventually(PATIENCE, "that is noted", async || (firstlook.sql(kept).await == 1).then_some(())).await;
    firstlook.kill();
    firstlook.launch().await;
    firstlook.post(body(&all[50..])).await;
    let after = says(&firstlook, "Storm: 80 incidents").await;
    assert_eq!(before.ts, after.ts);
    firstlook.post(body(&all.iter().map(resolved).collect::<Vec<_>>())).await;
    calm(&firstlook).await;
    says(&firstlook, "0 of 80 incidents still open").await;
    assert_eq!((storms(&firstlook).len(), firstlook.sql(STORMS).await), (1, 1));
    all_told(&firstlook).await;
    assert!(firstlook.sql(TOLD_BY_STORM).await > 30);
    firstlook.finish().await;
}
