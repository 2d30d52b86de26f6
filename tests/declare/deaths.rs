//! Whoever dies between any two steps of a declaration leaves one channel, and no step undone.

use std::time::Duration;

use super::{ID, INVITED, NAME, both, declare, lines, start};
use crate::harness::{Firstlook, PATIENCE};
use crate::support::plan::Behaviour;

/// One channel, everybody in it, one message that is pinned.
async fn whole(firstlook: &Firstlook, lead: &[&str]) {
    firstlook.until("its channel is open", |one| one["declared"]["channel"] == ID).await;
    firstlook.idle().await;
    let slack = &firstlook.slack;
    assert_eq!(slack.made(), [NAME], "one channel");
    let channel = slack.seen(NAME);
    assert_eq!(channel.members, [lead, &["U0KEN", "U0MIA", "U0BOB"]].concat());
    assert!(channel.topic.starts_with("#1 ") && channel.pins.len() == 1, "{channel:?}");
    both(firstlook);
}

#[tokio::test]
async fn a_death_at_any_step_leaves_one_channel_and_every_step_is_done() {
    let client = firstlook::http::client(PATIENCE).unwrap();
    // After the channel; after invitation, topic, line in the thread, pin; each with Slack's answer not kept.
    for step in ["channel-opened:1", "declare-step:1", "declare-step:2", "declare-step:3", "declare-step:4"] {
        let mut firstlook = start(INVITED).await;
        firstlook.end().await;
        firstlook.fail_at(Some(step));
        firstlook.launch().await;
        firstlook.fail_at(None);
        // By API, where nobody leads: the answer may be lost with the process.
        let url = format!("{}/api/v1/incidents/1/declare", firstlook.url);
        let _ = client.post(url).send().await;
        firstlook.dead().await;
        assert_eq!(firstlook.slack.made(), [NAME], "{step}: Slack has it");
        firstlook.launch().await;
        whole(&firstlook, &[]).await;
        let alarm = firstlook.slack.messages()[0].ts.clone();
        let said =
            firstlook.slack.replies(&alarm).into_iter().filter(|one| one.text().starts_with("Declared"));
        assert_eq!(said.count(), 1, "{step}: it is said once");
        let undone = lines(&firstlook.incident(1).await, "not_declared");
        // Whether the line in the thread arrived is not known then, and said.
        let doubts =
            undone.iter().filter(|line| line.contains("it may stand there, and is not said again")).count();
        assert_eq!(undone.len(), doubts, "{step}: {undone:?}");
        firstlook.finish().await;
    }
}

#[tokio::test]
async fn a_lost_answer_opens_no_second_channel_and_without_the_scope_to_look_it_says_so() {
    let firstlook = start(INVITED).await;
    let slack = &firstlook.slack;
    slack.forbid("channels:read");
    slack.plan().then_on("conversations.create", Behaviour::Half);
    declare(&firstlook).await;
    firstlook.until("it is given up", |one| !lines(one, "not_declared").is_empty()).await;
    firstlook.idle().await;
    assert_eq!(slack.made(), [NAME], "no second one is asked for");
    let undone = lines(&firstlook.incident(1).await, "not_declared");
    assert!(undone[0].contains("add the scope channels:read"), "{undone:?}");
    slack.allow_all();
    // Many others, so that it stands on a later page of the list.
    for n in 0..60 {
        slack.add_channel(&format!("team-{n}"));
    }
    declare(&firstlook).await;
    whole(&firstlook, &["U0TEST"]).await;
    firstlook.finish().await;
}

#[tokio::test]
async fn two_replicas_that_are_asked_at_once_open_one_channel() {
    let firstlook = start(INVITED).await;
    let replica = firstlook.replica().await;
    firstlook.slack.plan().then_on("conversations.create", Behaviour::Slow(Duration::from_secs(1)));
    let client = firstlook::http::client(PATIENCE).unwrap();
    let ask = |one: &Firstlook| client.post(format!("{}/api/v1/incidents/1/declare", one.url)).send();
    let (here, there) = tokio::join!(ask(&firstlook), ask(&replica));
    assert_eq!((here.unwrap().status().as_u16(), there.unwrap().status().as_u16()), (200, 200));
    whole(&firstlook, &[]).await;
    let said = lines(&firstlook.incident(1).await, "declared");
    assert_eq!(said.iter().filter(|line| *line == "declared it").count(), 1, "{said:?}");
    replica.finish().await;
    firstlook.finish().await;
}
