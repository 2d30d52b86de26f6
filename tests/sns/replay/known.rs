//! What counts as known when it is played back: what was decided about, and what a person has resolved since.

use super::{HOUR, World, contains, from, old};
use crate::support::sns::alarm;
use crate::support::sqs::Sqs;

#[tokio::test]
async fn what_is_over_by_the_same_queue_does_not_ring_however_far_apart_the_two_lie() {
    let world = World::start("").await;
    let sqs = Sqs::start();
    // More than a queue gives at once, every beginning before any end.
    for state in ["ALARM", "OK"] {
        for n in 0..12 {
            let ago = if state == "ALARM" { 3 * HOUR } else { 2 * HOUR };
            sqs.put(old(&world, &format!("[P1] over {n}"), state, ago - n));
        }
    }
    sqs.put(old(&world, "[P1] goes on", "ALARM", 3 * HOUR));
    let (ok, text) = from(&world, &sqs, &["--dry-run"]);
    assert!(ok && text.matches("late").count() == 12 && sqs.len() == 25, "{text}");
    sqs.reappear();
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["25 taken, 0 taken before"]);
    assert!(ok && text.matches("and was over by").count() == 12 && sqs.len() == 0, "{text}");
    assert_eq!(world.told().await, ["trigger"]);
    assert_eq!(world.firstlook.incidents().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn what_could_not_be_decided_about_is_not_taken_before() {
    let mut world = World::start("").await;
    world.firstlook.expect_error("a body could not be decided about");
    let sqs = Sqs::start();
    let letter = old(&world, "[P1] spoiled", "ALARM", 60);
    world
        .firstlook
        .run("ALTER TABLE alert ADD CONSTRAINT broken CHECK (fingerprint NOT LIKE '%spoiled%')")
        .await;
    assert_eq!(world.post(&letter).await.status, 400);
    world.firstlook.run("ALTER TABLE alert DROP CONSTRAINT broken").await;
    sqs.put(&letter);
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["1 taken, 0 taken before", "opened"]);
    assert!(ok && sqs.len() == 0, "{text}");
    let titles: Vec<String> =
        world.firstlook.incidents().await.iter().map(|one| one["title"].to_string()).collect();
    assert!(titles.iter().any(|title| title.contains("[P1] spoiled")), "{titles:?}");
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn what_a_person_has_resolved_is_no_news_when_it_is_played_back() {
    let world = World::start("").await;
    let sqs = Sqs::start();
    // The alarm is told by a message of its own, as after a question to CloudWatch; the text comes once.
    let changed = firstlook::clock::now() - chrono::TimeDelta::hours(2);
    let alarm = alarm("[P1] X", "ALARM", changed).to_string();
    world.post(&world.sns.notification(None, &alarm)).await;
    sqs.put(world.sns.notification(None, &alarm));
    world.post(&world.sns.notification(None, "a text")).await;
    sqs.put(world.sns.old("a text", HOUR));
    assert_eq!(world.told().await, ["trigger"], "the text is for Slack alone");
    for incident in world.firstlook.incidents().await {
        let url = format!("/api/v1/incidents/{}/resolve", incident["id"].as_str().unwrap());
        let resolve = |client: &reqwest::Client| client.post(format!("{}{url}", world.firstlook.url));
        assert_eq!(world.firstlook.send(resolve).await.status, 200);
    }
    let (ok, text) = from(&world, &sqs, &[]);
    contains(&text, &["2 taken", "known, and its incident was resolved by a person since"]);
    assert!(ok && text.matches("duplicate  ").count() == 2, "{text}");
    assert_eq!(world.told().await, ["trigger", "resolve"]);
    assert!(world.firstlook.incidents().await.iter().all(|one| one["status"] == "resolved"));
    world.finish().await;
}
