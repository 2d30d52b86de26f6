//! What a plan does to requests, over the wire.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{client, sample};
use crate::support::pagerduty::PagerDuty;
use crate::support::plan::Behaviour;
use crate::support::wait::{eventually, stays};

async fn send(pagerduty: &PagerDuty) -> Result<(u16, String), reqwest::Error> {
    let response = client().post(pagerduty.url()).json(&sample("pd-1-trigger")).send().await?;
    Ok((response.status().as_u16(), response.text().await?))
}

#[tokio::test]
async fn behaviours_go_one_by_one_then_all_is_well() {
    let pagerduty = PagerDuty::start();
    pagerduty.plan().then(Behaviour::retry_after(429, 7)).then(Behaviour::Reset).then(Behaviour::Half);
    pagerduty.plan().then(Behaviour::Garbage("<html>".to_owned())).then(Behaviour::status(500));

    let response = client().post(pagerduty.url()).json(&sample("pd-1-trigger")).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    assert!(response.json::<Value>().await.unwrap()["status"] == "throttle exceeded");
    assert!(send(&pagerduty).await.is_err(), "reset");
    assert_eq!(pagerduty.events().len(), 0, "neither a status nor a reset applies anything");
    assert!(send(&pagerduty).await.is_err(), "half");
    assert_eq!(pagerduty.events().len(), 1, "half applies");
    assert_eq!(send(&pagerduty).await.unwrap(), (202, "<html>".to_owned()));
    assert_eq!(send(&pagerduty).await.unwrap().0, 500);
    assert_eq!(pagerduty.plan().left(), 0);
    assert_eq!(send(&pagerduty).await.unwrap().0, 202);
    assert_eq!(
        (pagerduty.requests().len(), pagerduty.events().len(), pagerduty.incidents().len()),
        (6, 3, 1)
    );
}

#[tokio::test]
async fn slow_applies_first_and_hang_never_answers() {
    let pagerduty = PagerDuty::start();
    pagerduty.plan().then(Behaviour::Slow(Duration::from_millis(300))).then(Behaviour::Hang);
    let begun = Instant::now();
    let (answer, ()) = tokio::join!(send(&pagerduty), async {
        eventually(Duration::from_millis(250), "the event", async || pagerduty.events().pop()).await;
    });
    assert_eq!(answer.unwrap().0, 202);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    assert!(tokio::time::timeout(Duration::from_millis(200), send(&pagerduty)).await.is_err(), "hang");
    stays(Duration::from_millis(100), "one event", async || pagerduty.events().len() == 1).await;
}

#[tokio::test]
async fn repeats_hold_until_healed_and_know_paths() {
    let pagerduty = PagerDuty::start();
    pagerduty.plan().repeat(Behaviour::status(503)).repeat_on("/elsewhere", Behaviour::status(502));
    pagerduty.plan().times(2, &Behaviour::Ok).then_on("/elsewhere", Behaviour::Hang);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(send(&pagerduty).await.unwrap().0);
    }
    assert_eq!(seen, [202, 202, 503, 503]);
    assert_eq!(pagerduty.plan().left(), 1, "the step for another path waits");
    pagerduty.plan().heal();
    assert_eq!(send(&pagerduty).await.unwrap().0, 202);
    assert_eq!(client().get(pagerduty.url() + "/elsewhere").send().await.unwrap().status(), 404);
}

#[tokio::test]
#[should_panic(expected = "in vain for: a miracle")]
async fn waiting_ends_with_the_name_of_what_did_not_come() {
    eventually(Duration::from_millis(50), "a miracle", async || None::<()>).await;
}

#[tokio::test]
#[should_panic(expected = "did not stay so")]
async fn a_change_ends_staying() {
    let mut left = 2;
    stays(Duration::from_secs(1), "calm", async || {
        left -= 1;
        left > 0
    })
    .await;
}
