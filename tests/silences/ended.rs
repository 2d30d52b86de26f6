//! A silence ends: by itself, by hand, while a replica looks at the same, while the process dies. It is told once.

use serde_json::json;

use super::{critical, end, marked, silence, states, texts};
use crate::harness::{Firstlook, PATIENCE, Setup, body, resolved};
use crate::routing::sweep;
use crate::support::wait::eventually;

#[tokio::test]
async fn one_that_expires_is_as_one_that_is_ended() {
    let firstlook = Firstlook::start(Setup::default()).await;
    silence(&firstlook, &["service=\"api\""]).await;
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.idle().await;
    assert!(firstlook.pagerduty.events().is_empty());
    firstlook
        .run(
            "UPDATE silence SET starts_at = now() - interval '2 hours', ends_at = now(), holds_until = now();
             UPDATE target SET held_until = now(); UPDATE incident SET silenced_until = now()",
        )
        .await;
    sweep(&firstlook).await;
    let incident = marked(&firstlook, 1, false).await;
    eventually(PATIENCE, "it is told", async || (firstlook.pagerduty.events().len() == 1).then_some(()))
        .await;
    firstlook.idle().await;
    eventually(PATIENCE, "that is said", async || {
        (texts(&firstlook.incident(1).await, "unsilenced") == ["firstlook: silence 1 is over"]).then_some(())
    })
    .await;
    assert_eq!(incident["status"], "open");
    let silence = firstlook.get("/api/v1/silences/1").await.json();
    assert_eq!((&silence["state"], &silence["ended_by"]), (&json!("expired"), &json!("firstlook")));
    firstlook.finish().await;
}

#[tokio::test]
async fn of_two_that_hold_the_second_goes_on() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let first = silence(&firstlook, &["service=\"api\""]).await;
    let second = silence(&firstlook, &["alertname=\"Down\""]).await;
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.idle().await;
    for (ended, left) in [(second, first), (first, 0)] {
        end(&firstlook, ended).await;
        if left > 0 {
            eventually(PATIENCE, "it waits for the other", async || {
                let incident = firstlook.incident(1).await;
                let by = texts(&incident, "silenced");
                by.last().is_some_and(|said| said.contains(&format!("silence {left}:"))).then_some(())
            })
            .await;
            firstlook.idle().await;
            assert!(firstlook.pagerduty.events().is_empty());
        }
    }
    eventually(PATIENCE, "it is told", async || (firstlook.pagerduty.events().len() == 1).then_some(()))
        .await;
    firstlook.finish().await;
}

#[tokio::test]
async fn two_replicas_and_a_crash_tell_once_what_a_silence_held() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    let id = silence(&firstlook, &["service=\"api\""]).await;
    for name in ["Down", "Slow", "Full"] {
        firstlook.post(body(&[critical(name, "api")])).await;
    }
    firstlook.post(body(&[resolved(&critical("Full", "api"))])).await;
    firstlook.idle().await;
    assert!(firstlook.pagerduty.events().is_empty() && firstlook.slack.all().is_empty());
    firstlook.fail_at(Some("before-send:1"));
    firstlook.kill();
    firstlook.launch().await;
    end(&firstlook, id).await;
    firstlook.dead().await;
    firstlook.fail_at(None);
    firstlook.launch().await;
    let replica = firstlook.replica().await;
    sweep(&firstlook).await;
    eventually(PATIENCE, "both ring", async || (firstlook.pagerduty.events().len() >= 2).then_some(())).await;
    for number in [1, 2, 3] {
        marked(&firstlook, number, false).await;
    }
    replica.finish().await;
    firstlook.idle().await;
    let mut keys: Vec<_> =
        firstlook.pagerduty.events().iter().map(|one| one.dedup_key().to_owned()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), firstlook.pagerduty.incidents().len()), (2, 2), "each rings once: {keys:?}");
    assert_eq!(firstlook.slack.all().len(), 1, "one digest in chat");
    assert!(states(&firstlook.incident(3).await).iter().all(|state| state.ends_with("untold")));
    firstlook.finish().await;
}
