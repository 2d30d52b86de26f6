//! Every way in which a receiver fails, as a table: what was planned, and what people were told in the end.

use std::time::Duration;

use serde_json::Value;

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body};
use crate::support::plan::Behaviour;
use crate::support::process;
use crate::support::wait::eventually;

/// A fault, and what must come of it.
struct Row {
    what: &'static str,
    /// What the next requests meet.
    plan: Vec<Behaviour>,
    /// Requests that carry it, over all tries.
    sends: usize,
    /// What stands at the receiver: incidents that ring, or messages.
    stands: usize,
    /// How the notification ends.
    state: &'static str,
    /// What its reason holds where it was given up.
    reason: &'static str,
}

fn row(what: &'static str, plan: Vec<Behaviour>, sends: usize, stands: usize) -> Row {
    Row { what, plan, sends, stands, state: "sent", reason: "" }
}

fn parked(what: &'static str, plan: Vec<Behaviour>, stands: usize, reason: &'static str) -> Row {
    Row { state: "parked", reason, ..row(what, plan, 1, stands) }
}

fn garbage(text: &str) -> Vec<Behaviour> {
    vec![Behaviour::Garbage(text.to_owned())]
}

fn alarm(name: &str, severity: &str) -> String {
    let labels = [("alertname", "ApiDown"), ("service", name), ("severity", severity)];
    body(&[alert(&labels, "api answers 0 of 12 probes.")])
}

/// Posts an alarm and waits until the first notification of `integration` has ended as the row says.
async fn ends(firstlook: &Firstlook, row: &Row, severity: &str, integration: &str) {
    let service = row.what.replace([' ', ':', ','], "-");
    assert_eq!(firstlook.post(alarm(&service, severity)).await.status, 200, "{}", row.what);
    let ended = firstlook
        .until(row.what, |one| {
            let told = notification(one, integration);
            one["service"] == service.as_str()
                && told.is_some_and(|told| told["state"] == "sent" || told["state"] == "parked")
        })
        .await;
    let told = notification(&ended, integration).unwrap();
    assert_eq!(told["state"], row.state, "{}: {told}", row.what);
    assert_eq!(told["attempts"], row.sends, "{}: {told}", row.what);
    assert!(told["reason"].as_str().unwrap().contains(row.reason), "{}: {told}", row.what);
    firstlook.idle().await;
}

fn notification<'a>(incident: &'a Value, integration: &str) -> Option<&'a Value> {
    let told = incident["notifications"].as_array()?;
    told.iter().find(|one| one["integration"] == integration && one["kind"] == "trigger")
}

#[tokio::test]
async fn a_pager_fails_in_every_way_and_each_incident_rings_once() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.expect_error("could not be told");
    let rows = [
        row("429 with Retry-After", vec![Behaviour::retry_after(429, 2)], 2, 1),
        row("429 without", vec![Behaviour::status(429)], 2, 1),
        row("500", vec![Behaviour::status(500)], 2, 1),
        row("503 twice", vec![Behaviour::status(503), Behaviour::status(503)], 3, 1),
        parked("400", vec![Behaviour::status(400)], 0, "check the routing key"),
        parked("403", vec![Behaviour::status(403)], 0, "check `pagerduty_configs.url`"),
        row("no answer", vec![Behaviour::Hang], 2, 1),
        row("an answer too late", vec![Behaviour::Slow(Duration::from_secs(9))], 2, 1),
        row("a reset connection", vec![Behaviour::Reset], 2, 1),
        row("an answer that breaks off", vec![Behaviour::Half], 2, 1),
        row("202 with garbage", garbage("<html>welcome</html>"), 2, 1),
    ];
    for row in rows {
        let (before, rung) = (firstlook.pagerduty.requests().len(), firstlook.pagerduty.incidents().len());
        for step in &row.plan {
            firstlook.pagerduty.plan().then(step.clone());
        }
        ends(&firstlook, &row, "critical", "pagerduty/0").await;
        assert_eq!(firstlook.pagerduty.requests().len() - before, row.sends, "{}", row.what);
        assert_eq!(firstlook.pagerduty.incidents().len() - rung, row.stands, "{}", row.what);
        assert_eq!(firstlook.pagerduty.plan().left(), 0, "{}", row.what);
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn a_chat_fails_in_every_way_and_each_message_is_posted_or_given_up_with_its_remedy() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.expect_error("could not be told");
    // Without it a message whose answer was lost cannot be looked for.
    firstlook.slack.forbid("channels:history");
    let no = |error: &str| garbage(&format!(r#"{{"ok":false,"error":"{error}"}}"#));
    // The fake takes what it answers with garbage, so that it stands there; the second one says that it may be a repeat.
    let rows = [
        row("429 with Retry-After", vec![Behaviour::retry_after(429, 2)], 2, 1),
        row("500", vec![Behaviour::status(500)], 2, 1),
        row("503", vec![Behaviour::status(503)], 2, 1),
        row("no answer", vec![Behaviour::Hang], 2, 1),
        row("a reset connection", vec![Behaviour::Reset], 2, 1),
        row("an answer that breaks off", vec![Behaviour::Half], 2, 2),
        row("200 with garbage", garbage("<html>welcome</html>"), 2, 2),
        row("not ok: ratelimited", no("ratelimited"), 2, 2),
        row("not ok: internal_error", no("internal_error"), 2, 2),
        parked("not ok: channel_not_found", no("channel_not_found"), 1, "check `channel`"),
        parked("not ok: invalid_auth", no("invalid_auth"), 1, "valid `bot_token`"),
        parked("not ok: something new", no("teapot"), 1, "Slack refused the message (teapot)"),
        parked("400", vec![Behaviour::status(400)], 0, "slack_configs.api_url"),
    ];
    for row in rows {
        let (before, stood) = (posts(&firstlook), firstlook.slack.messages().len());
        for step in &row.plan {
            firstlook.slack.plan().then_on("postMessage", step.clone());
        }
        ends(&firstlook, &row, "warning", "slack/0").await;
        assert_eq!(posts(&firstlook) - before, row.sends, "{}", row.what);
        assert_eq!(firstlook.slack.messages().len() - stood, row.stands, "{}", row.what);
    }
    assert!(firstlook.pagerduty.requests().is_empty());
    firstlook.finish().await;
}

fn posts(firstlook: &Firstlook) -> usize {
    firstlook.slack.requests().iter().filter(|one| one.path.ends_with("chat.postMessage")).count()
}

#[tokio::test]
async fn a_page_that_did_not_get_through_is_told_loudly_elsewhere() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    firstlook.expect_error("could not be told");
    firstlook.pagerduty.plan().then(Behaviour::status(400));
    let begun = std::time::Instant::now();
    firstlook.post(alarm("api", "critical")).await;
    let message = eventually(PATIENCE, "the chat has it", async || firstlook.slack.messages().pop()).await;
    let line =
        eventually(PATIENCE, "and rings", async || firstlook.slack.replies(&message.ts).first().cloned())
            .await;
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert!(line.broadcast && line.words().contains("The page did not get through"), "{}", line.words());
    firstlook.idle().await;
    let message = firstlook.slack.messages().pop().unwrap();
    assert!(message.words().contains("Not told: oncall (pagerduty/0), trigger"), "{}", message.words());
    let metrics = firstlook.get("/metrics").await.text;
    let counted = r#"firstlook_notifications_total{integration="pagerduty",outcome="parked"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    let incident = firstlook.until("it is known", |_| true).await;
    let timeline = incident["timeline"].as_array().unwrap();
    assert!(timeline.iter().any(|entry| entry["kind"] == "not_told"), "{timeline:?}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_pager_that_hangs_for_one_incident_does_not_hold_up_the_next() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.pagerduty.plan().then(Behaviour::Hang);
    firstlook.post(alarm("first", "critical")).await;
    eventually(PATIENCE, "it hangs", async || (firstlook.pagerduty.requests().len() == 1).then_some(()))
        .await;
    let posted = std::time::Instant::now();
    firstlook.post(alarm("second", "critical")).await;
    eventually(PATIENCE, "the second rings", async || {
        (firstlook.pagerduty.incidents().len() == 1).then_some(())
    })
    .await;
    assert!(
        posted.elapsed() < Duration::from_millis(7_500),
        "it waited for the first: {:?}",
        posted.elapsed()
    );
    firstlook.finish().await;
}

#[tokio::test]
async fn a_pager_that_cannot_be_reached_is_tried_until_it_can() {
    let mut firstlook = Firstlook::start(Setup::default()).await;
    // Before its own port is free.
    let nobody = format!("http://127.0.0.1:{}/v2/enqueue", process::free_port());
    firstlook.kill();
    let file = firstlook.folder.path().join("firstlook.yml");
    let right = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, right.replace(&firstlook.pagerduty.url(), &nobody)).unwrap();
    firstlook.launch().await;
    firstlook.post(alarm("api", "critical")).await;
    let waits = firstlook
        .until("it is tried again", |one| {
            notification(one, "pagerduty/0")
                .is_some_and(|told| told["attempts"].as_i64() >= Some(2) && told["state"] == "pending")
        })
        .await;
    let told = notification(&waits, "pagerduty/0").unwrap();
    assert!(told["reason"].as_str().unwrap().contains("cannot connect to PagerDuty"), "{told}");
    std::fs::write(&file, right).unwrap();
    firstlook.end().await;
    firstlook.launch().await;
    firstlook
        .until("it is told", |one| {
            notification(one, "pagerduty/0").is_some_and(|told| told["state"] == "sent")
        })
        .await;
    assert_eq!(firstlook.pagerduty.events().len(), 1);
    firstlook.finish().await;
}
