//! Notifications that wait: never dropped, told when their time comes, each with its reason.

use serde_json::Value;

use super::{due, reroute, routed, told};
use crate::harness::{Firstlook, PATIENCE, alert, body, resolved};
use crate::support::wait::eventually;

/// Never and always, so that no test depends on the time of day.
const INTERVALS: &str = r#"
time_intervals:
  - { name: never, time_intervals: [{ years: ["1990"] }] }
  - { name: next-year, time_intervals: [{ years: ["2100"] }] }
"#;

fn closed() -> String {
    format!(
        "{INTERVALS}
route:
  receiver: slack-alerts
  routes:
    - {{ matchers: ['severity=\"critical\"'], receiver: oncall }}
    - {{ receiver: slack-alerts, active_time_intervals: [never] }}"
    )
}

const OPEN: &str =
    "route: { receiver: slack-alerts, routes: [{ matchers: ['severity=\"critical\"'], receiver: oncall }] }";

fn warning(name: &str) -> Value {
    alert(&[("alertname", name), ("service", "api"), ("severity", "warning")], &format!("{name} of api"))
}

fn critical(name: &str) -> Value {
    alert(&[("alertname", name), ("service", "api"), ("severity", "critical")], &format!("{name} of api"))
}

fn texts(incident: &Value, kind: &str) -> Vec<String> {
    let timeline = incident["timeline"].as_array().unwrap().iter();
    timeline.filter(|one| one["kind"] == kind).map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

async fn by_title(firstlook: &Firstlook, words: &str) -> Value {
    let all = firstlook.incidents().await;
    let one = all.iter().find(|one| one["title"].as_str().unwrap().contains(words)).unwrap();
    firstlook.incident(one["number"].as_i64().unwrap()).await
}

#[tokio::test]
async fn what_waits_for_its_hours_is_told_in_one_digest_with_what_ended_meanwhile() {
    let mut firstlook = routed(&closed()).await;
    for name in ["DiskFull", "Slow", "Blip"] {
        firstlook.post(body(&[warning(name)])).await;
    }
    firstlook.post(body(&[resolved(&warning("Blip"))])).await;
    firstlook.idle().await;
    assert!(firstlook.slack.all().is_empty(), "nobody is told outside of the hours");
    let waits = by_title(&firstlook, "DiskFull").await;
    let reason = "waits: outside never, and that does not change within a year";
    assert_eq!(texts(&waits, "deferred"), [format!("slack-alerts {reason}")]);
    let (what, state, why) = told(&waits).remove(0);
    assert_eq!((what.as_str(), state.as_str()), ("slack-alerts trigger", "held"));
    assert!(why.ends_with(reason) && why.starts_with("route.routes[1]"), "{why}");
    let page = firstlook.get(&format!("/incidents/{}", waits["number"])).await.text;
    assert!(page.contains("Sent later") && page.contains("outside never"), "{page}");
    // Looked at too early: it waits on, and nothing is said twice.
    due(&firstlook).await;
    assert!(firstlook.slack.all().is_empty());
    assert_eq!(texts(&by_title(&firstlook, "DiskFull").await, "deferred").len(), 1);

    reroute(&mut firstlook, OPEN).await;
    due(&firstlook).await;
    let all = firstlook.slack.all();
    assert_eq!(
        all.len(),
        1,
        "one message: {:?}",
        all.iter().map(|one| one.text().to_owned()).collect::<Vec<_>>()
    );
    let words = all[0].words();
    assert!(all[0].text().starts_with("Digest: 2 incidents open, 1 ended meanwhile."), "{}", all[0].text());
    for said in ["Still open", "DiskFull", "Slow", "Began and ended meanwhile", "Blip"] {
        assert!(words.contains(said), "{said}: {words}");
    }
    for name in ["DiskFull", "Slow", "Blip"] {
        let (_, state, why) = told(&by_title(&firstlook, name).await).remove(0);
        assert!(state == "sent" && why.ends_with("in a digest"), "{name}: {state} {why}");
    }
    // What becomes of one is told in the thread of the digest; what rings again has a message of its own.
    firstlook.post(body(&[resolved(&warning("Slow"))])).await;
    firstlook.idle().await;
    let thread = firstlook.slack.replies(&all[0].ts);
    assert!(
        thread.len() == 1 && thread[0].words().contains("Slow of api: Resolved after"),
        "{}",
        thread[0].words()
    );
    let mut again = warning("Slow");
    again["startsAt"] = serde_json::json!(firstlook::clock::now());
    firstlook.post(body(&[again])).await;
    firstlook.idle().await;
    assert_eq!(firstlook.slack.messages().len(), 2);
    firstlook.finish().await;
}

#[tokio::test]
async fn one_that_waits_alone_has_its_own_living_message() {
    let mut firstlook = routed(&closed()).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    reroute(&mut firstlook, OPEN).await;
    due(&firstlook).await;
    assert_eq!(firstlook.slack.all().len(), 1);
    assert!(firstlook.slack.messages()[0].text().contains("Slow of api"));
    firstlook.post(body(&[resolved(&warning("Slow"))])).await;
    firstlook.idle().await;
    assert!(firstlook.slack.messages()[0].text().starts_with("Resolved after"), "it is edited");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_rise_to_critical_is_told_at_once_to_whom_the_tree_names_for_that() {
    let firstlook = routed(&closed()).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.idle().await;
    let worse = alert(
        &[("alertname", "Slow"), ("service", "api"), ("severity", "critical"), ("pod", "b")],
        "Slow of api",
    );
    firstlook.post(body(&[worse])).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.events().len(), 1);
    assert_eq!(firstlook.slack.messages().len(), 1, "in the channel of those on call");
    let incident = by_title(&firstlook, "Slow").await;
    let held: Vec<_> = told(&incident).into_iter().filter(|(_, state, _)| state == "held").collect();
    assert_eq!(held.len(), 2, "what waits goes on waiting: {held:?}");
    firstlook.finish().await;
}

#[tokio::test]
async fn outside_of_its_hours_even_a_page_waits_and_an_end_is_told_at_once() {
    let muted = format!(
        "{INTERVALS}\nroute: {{ receiver: slack-alerts, routes: [{{ receiver: oncall, mute_time_intervals: [next-year], active_time_intervals: [never] }}] }}"
    );
    let mut firstlook = routed(OPEN).await;
    firstlook.post(body(&[critical("ApiDown")])).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.events().len(), 1);
    reroute(&mut firstlook, &muted).await;
    firstlook.post(body(&[critical("DbDown")])).await;
    firstlook.run("UPDATE incident SET told_at = now() - interval '5 hours'").await;
    super::sweep(&firstlook).await;
    eventually(PATIENCE, "its repeat waits", async || {
        (texts(&firstlook.incident(1).await, "deferred").len() == 1).then_some(())
    })
    .await;
    firstlook.post(body(&[resolved(&critical("ApiDown"))])).await;
    firstlook.idle().await;
    let events: Vec<_> = firstlook.pagerduty.events().iter().map(|event| event.action().to_owned()).collect();
    assert_eq!(events, ["trigger", "resolve"], "what was told is told to be over; nothing else rings");
    let states: Vec<_> = told(&by_title(&firstlook, "ApiDown").await)
        .into_iter()
        .map(|(what, state, _)| format!("{what} {state}"))
        .collect();
    assert!(states.contains(&"oncall repeat untold".to_owned()), "{states:?}");
    // Who waited alone is paged when the hours begin.
    reroute(&mut firstlook, OPEN).await;
    due(&firstlook).await;
    assert_eq!(firstlook.pagerduty.events().len(), 3);
    assert!(firstlook.pagerduty.events()[2].summary().contains("DbDown"));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_delay_tells_only_what_still_fires_and_never_holds_for_critical() {
    let delayed = "route: { receiver: slack-alerts, delay: 1h, routes: [{ matchers: ['severity=\"critical\"'], receiver: oncall }] }";
    let firstlook = routed(delayed).await;
    firstlook.post(body(&[warning("Slow")])).await;
    firstlook.post(body(&[warning("Blip")])).await;
    firstlook.post(body(&[resolved(&warning("Blip"))])).await;
    firstlook.post(body(&[critical("ApiDown")])).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.events().len(), 1, "a page is never delayed");
    assert_eq!(firstlook.slack.all().len(), 1, "and neither is what is told of it in chat");
    let down = by_title(&firstlook, "ApiDown").await;
    assert_eq!(
        texts(&down, "waived"),
        ["oncall: told at once: told only if it still fires after 1h does not hold for what is critical"]
    );
    let slow = texts(&by_title(&firstlook, "Slow").await, "deferred");
    assert!(slow[0].ends_with("told only if it still fires after 1h"), "{slow:?}");
    firstlook.run("UPDATE incident SET opened_at = opened_at - interval '2 hours', started_at = started_at - interval '2 hours'").await;
    due(&firstlook).await;
    let texts_of: Vec<_> = firstlook.slack.messages().iter().map(|one| one.text().to_owned()).collect();
    assert!(texts_of.len() == 2 && texts_of[1].contains("Slow"), "{texts_of:?}");
    let blip = by_title(&firstlook, "Blip").await;
    assert_eq!(
        texts(&blip, "untold"),
        ["slack-alerts (slack/0) was never told: it ended before it was to be told"]
    );
    assert!(told(&blip).iter().all(|(_, state, _)| state == "untold"), "{:?}", told(&blip));
    firstlook.finish().await;
}

#[tokio::test]
async fn two_replicas_and_a_crash_before_it_is_sent_tell_one_digest() {
    rehearse("before-send:1", 0).await;
}

#[tokio::test]
async fn a_digest_that_slack_took_before_a_crash_is_found_there() {
    rehearse("sent:1", 1).await;
}

/// Dies at `step`, when so many digests stand in the channel, and comes back with another replica: there is one.
async fn rehearse(step: &str, stand: usize) {
    let mut firstlook = routed(&closed()).await;
    for name in ["DiskFull", "Slow", "Full", "Old"] {
        firstlook.post(body(&[warning(name)])).await;
    }
    firstlook.idle().await;
    firstlook.fail_at(Some(step));
    reroute(&mut firstlook, OPEN).await;
    super::sweep(&firstlook).await;
    firstlook.dead().await;
    assert_eq!(firstlook.slack.all().len(), stand, "{step}");
    firstlook.fail_at(None);
    firstlook.launch().await;
    let replica = firstlook.replica().await;
    due(&firstlook).await;
    replica.finish().await;
    let texts: Vec<_> = firstlook.slack.all().iter().map(|one| one.text().to_owned()).collect();
    assert!(texts.len() == 1 && texts[0].starts_with("Digest: 4 incidents open"), "{texts:?}");
    assert!(!firstlook.slack.all()[0].words().contains("repeat"), "its first try was looked for");
    assert_eq!(firstlook.sql("SELECT count(*) FROM edge WHERE state <> 'sent'").await, 0);
    firstlook.finish().await;
}
