//! A message whose answer was lost is looked for where it would stand, and is there once; where the bot may not look, the
//! second one says that it may be a repeat.

use crate::harness::{Firstlook, Setup, alert, body, resolved};
use crate::support::plan::Behaviour;

const WARNING: [(&str, &str); 3] = [("alertname", "Slow"), ("service", "api"), ("severity", "warning")];
const SUMMARY: &str = "p90 is 4 s.";

async fn told(firstlook: &Firstlook) {
    firstlook.post(body(&[alert(&WARNING, SUMMARY)])).await;
    firstlook.until("it is told", |one| one["notifications"][0]["state"] == "sent").await;
    firstlook.idle().await;
}

fn texts(firstlook: &Firstlook) -> Vec<String> {
    firstlook.slack.all().iter().map(|one| one.versions[0].text.clone()).collect()
}

#[tokio::test]
async fn a_message_that_stands_there_is_found_and_lives_on() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.slack.plan().then_on("postMessage", Behaviour::Half);
    // What others post meanwhile fills more than a page of the list.
    for n in 0..250 {
        firstlook.slack.posted_by_another("#alerts", &format!("deploy {n}"));
    }
    told(&firstlook).await;
    let others = |one: &&String| !one.starts_with("deploy");
    let ours: Vec<String> = texts(&firstlook).iter().filter(others).cloned().collect();
    assert!(ours.len() == 1 && !ours[0].contains("repeat"), "{ours:?}");
    firstlook.post(body(&[resolved(&alert(&WARNING, SUMMARY))])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    let living = firstlook.slack.messages().into_iter().find(|one| one.versions[0].text == ours[0]).unwrap();
    assert!(living.now().text.contains("Resolved"), "{}", living.now().text);
    assert_eq!(firstlook.slack.replies(&living.ts).len(), 1, "the end is said under it");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_line_of_the_thread_is_said_once() {
    let firstlook = Firstlook::start(Setup::default()).await;
    told(&firstlook).await;
    firstlook.slack.plan().then_on("postMessage", Behaviour::Half);
    firstlook.post(body(&[resolved(&alert(&WARNING, SUMMARY))])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    assert_eq!(firstlook.slack.plan().left(), 0);
    let living = firstlook.slack.messages()[0].ts.clone();
    assert_eq!(firstlook.slack.replies(&living).len(), 1, "{:?}", texts(&firstlook));
    firstlook.finish().await;
}

#[tokio::test]
async fn what_never_arrived_is_posted_without_a_mark() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.slack.plan().then_on("postMessage", Behaviour::Garbage("<html>".to_owned()));
    firstlook.slack.plan().then_on("conversations.history", Behaviour::Ok);
    told(&firstlook).await;
    assert_eq!(texts(&firstlook).len(), 1, "garbage: it stood there");
    let mut firstlook = firstlook;
    firstlook.fail_at(Some("before-send:1"));
    firstlook.end().await;
    firstlook.launch().await;
    firstlook.fail_at(None);
    let other = [("alertname", "Full"), ("service", "disk"), ("severity", "warning")];
    firstlook.attempt(&body(&[alert(&other, "97 % full.")])).await;
    firstlook.dead().await;
    assert_eq!(texts(&firstlook).len(), 1, "it died before it sent");
    firstlook.launch().await;
    firstlook.idle().await;
    let all = texts(&firstlook);
    assert!(all.len() == 2 && !all[1].contains("repeat"), "{all:?}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_death_after_slack_took_it_leaves_one_message() {
    let setup = Setup {
        environment: vec![(firstlook::fail::VARIABLE.to_owned(), "sent:1".to_owned())],
        ..Setup::default()
    };
    let mut firstlook = Firstlook::start(setup).await;
    firstlook.fail_at(None);
    firstlook.attempt(&body(&[alert(&WARNING, SUMMARY)])).await;
    firstlook.dead().await;
    assert_eq!(texts(&firstlook).len(), 1, "Slack has it");
    firstlook.launch().await;
    firstlook.until("it is told", |one| one["notifications"][0]["state"] == "sent").await;
    firstlook.idle().await;
    assert!(texts(&firstlook).len() == 1 && firstlook.slack.all()[0].edits() > 0, "{:?}", texts(&firstlook));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_bot_that_may_not_look_posts_again_and_says_so() {
    for scope in ["channels:history", "channels:read"] {
        let firstlook = Firstlook::start(Setup::default()).await;
        firstlook.slack.forbid(scope);
        firstlook.slack.plan().then_on("postMessage", Behaviour::Half);
        told(&firstlook).await;
        let all = texts(&firstlook);
        assert!(all.len() == 2 && all[1].starts_with("Maybe a repeat: "), "{scope}: {all:?}");
        assert!(firstlook.slack.all()[1].words().contains("Possible repeat"), "{scope}");
        firstlook.finish().await;
    }
}
