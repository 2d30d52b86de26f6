//! A storm is taken at once, in its message or at its own page; and its end tells nobody who may not be told then.

use serde_json::{Value, json};

use super::{Firstlook, PATIENCE, alarms, alert, all_told, body, calm, eventually, says, setup, told};
use crate::harness::WEBHOOK_SECRET;
use crate::routing::{due, reroute};

const TAKEN: &str = "SELECT count(*) FROM incident WHERE status = 'acknowledged'";
const RECORDED: &str =
    "SELECT count(*) FROM decision WHERE kind = 'acknowledged' AND reason = 'took all of storm 1'";

async fn all_taken(firstlook: &Firstlook, count: i64, owner: &str) {
    eventually(PATIENCE, "all are taken", async || (firstlook.sql(TAKEN).await == count).then_some(())).await;
    assert_eq!(firstlook.sql(RECORDED).await, count);
    for number in [1, count] {
        let incident = firstlook.incident(number).await;
        assert_eq!(incident["owner"], owner);
        let taken = incident["timeline"].as_array().unwrap().iter().find(|one| one["kind"] == "acknowledged");
        assert_eq!(taken.unwrap()["actor"], owner, "{}", incident["timeline"]);
    }
}

#[tokio::test]
async fn the_button_of_a_storms_message_takes_all_of_it_that_nobody_has() {
    let firstlook = Firstlook::start(setup()).await;
    firstlook.post(body(&alarms("warning", 0..40))).await;
    let message = says(&firstlook, "Storm: 40 incidents").await;
    assert!(message.words().contains("Acknowledge all"), "{}", message.words());
    let url = format!("{}/api/v1/incidents/2/acknowledge", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(&url)).await.status, 200);
    firstlook.press("aya", "acknowledge_storm", &json!(1), false).await;
    eventually(PATIENCE, "all are taken", async || (firstlook.sql(TAKEN).await == 40).then_some(())).await;
    assert_eq!(firstlook.sql(RECORDED).await, 39, "one had somebody");
    assert_eq!(firstlook.incident(40).await["owner"], "aya in Slack");
    eventually(PATIENCE, "who pressed is told", async || {
        firstlook
            .slack
            .answers()
            .iter()
            .any(|one| one.to_string().contains("You have 39 incidents of storm 1."))
            .then_some(())
    })
    .await;
    says(&firstlook, "40 taken, 0 nobody's yet").await;
    // Once more, and for a storm that there is not: nothing changes.
    firstlook.press("ken", "acknowledge_storm", &json!(1), false).await;
    firstlook.press("ken", "acknowledge_storm", &json!(9), false).await;
    eventually(PATIENCE, "who pressed is told", async || {
        let all: String = firstlook.slack.answers().iter().map(Value::to_string).collect();
        (all.contains("Nothing of storm 1 is left") && all.contains("There is no storm 9.")).then_some(())
    })
    .await;
    assert_eq!(firstlook.sql(RECORDED).await, 39);
    all_told(&firstlook).await;
    firstlook.finish().await;
}

#[tokio::test]
async fn page_and_api_take_all_of_a_storm_as_well() {
    // Its message has a title of a person's own on the way.
    let own = tempfile::tempdir().unwrap();
    std::fs::write(own.path().join("slack_storm.hbs"), "{{storm.incidents}} <!here>: {{default}}").unwrap();
    let mut setup = setup();
    setup.more += &format!("\ntemplates: {{ path: \"{}\" }}", own.path().display());
    let firstlook = Firstlook::start(setup).await;
    firstlook.post(body(&alarms("warning", 0..40))).await;
    says(&firstlook, "40 <!here>: ⚠ Storm: 40 incidents").await;
    let list = firstlook.get("/").await.text;
    let button = "<button class=\"btn\" formmethod=\"post\" formaction=\"/storms/1/acknowledge\">Acknowledge all 40</button>";
    assert!(list.contains(button), "{list}");
    let post = async |path: &str, origin: Option<&str>| {
        let url = format!("{}{path}", firstlook.url);
        let header = origin.map(|origin| ("origin", origin.to_owned()));
        firstlook
            .send(|client| header.into_iter().fold(client.post(url), |one, (k, v)| one.header(k, v)))
            .await
    };
    for path in ["/storms/1/acknowledge", "/api/v1/storms/1/acknowledge"] {
        assert_eq!(post(path, Some("https://evil.example.com")).await.status, 403, "{path}");
    }
    for path in ["/storms/9/acknowledge", "/api/v1/storms/9/acknowledge", "/api/v1/storms/x/acknowledge"] {
        assert_eq!(post(path, None).await.status, 404, "{path}");
    }
    assert_eq!(firstlook.sql(TAKEN).await, 0);
    let answer = post("/api/v1/storms/1/acknowledge", None).await;
    assert_eq!((answer.status, answer.json()), (200, json!({"storm": 1, "acknowledged": 40})));
    all_taken(&firstlook, 40, "an API client").await;
    // Nothing is left for the page, whose button is gone; a press that comes late changes nothing.
    assert!(!firstlook.get("/").await.text.contains("Acknowledge all"), "nobody is left");
    assert_eq!(post("/storms/1/acknowledge", None).await.status, 303);
    assert_eq!(post("/api/v1/storms/1/acknowledge", None).await.json()["acknowledged"], 0);
    all_taken(&firstlook, 40, "an API client").await;
    all_told(&firstlook).await;
    firstlook.finish().await;
}

#[tokio::test]
async fn who_takes_a_storms_page_at_pagerduty_has_its_incidents() {
    let firstlook = Firstlook::start(setup()).await;
    firstlook.post(body(&alarms("critical", 0..40))).await;
    let key = eventually(PATIENCE * 4, "the storm rings", async || {
        let events = firstlook.pagerduty.events();
        let key = events.iter().find(|one| one.dedup_key().contains("storm"))?.dedup_key().to_owned();
        (firstlook.sql("SELECT count(*) FROM target WHERE storm IS NOT NULL").await == 80).then_some(key)
    })
    .await;
    let event = |kind: &str| {
        json!({"id": "01E", "event_type": kind, "resource_type": "incident",
            "occurred_at": firstlook::clock::now(), "agent": {"type": "user_reference", "summary": "Aya Tanaka"},
            "data": {"id": "Q1", "type": "incident", "incident_key": key, "assignees": []}})
    };
    // That somebody closed the page says nothing of what still fires.
    for (kind, count) in
        [("incident.resolved", 0), ("incident.acknowledged", 40), ("incident.acknowledged", 40)]
    {
        assert_eq!(firstlook.pagerduty_tells(&event(kind), WEBHOOK_SECRET).await.status, 200);
        assert_eq!(firstlook.sql(TAKEN).await, count, "{kind}");
    }
    all_taken(&firstlook, 40, "Aya Tanaka in PagerDuty").await;
    // Those that were on their way.
    all_told(&firstlook).await;
    let singly = firstlook.pagerduty.incidents().len();
    calm(&firstlook).await;
    all_told(&firstlook).await;
    assert_eq!(firstlook.pagerduty.incidents().len(), singly, "what somebody has rings nobody");
    firstlook.finish().await;
}

const INHIBITED: &str = "
inhibit_rules: [{ source_matchers: ['alertname=\"ZoneDown\"'], target_matchers: ['severity=\"warning\"'], equal: [az] }]
route: { receiver: slack-alerts }";
const MUTED: &str = "
time_intervals: [{ name: always, time_intervals: [{ weekdays: ['sunday:saturday'] }] }]
route: { receiver: slack-alerts, routes: [{ matchers: ['severity=\"warning\"'], mute_time_intervals: [always] }] }";
const OPEN: &str = "route: { receiver: slack-alerts }";

/// A storm whose end finds `route`, where somebody has to wait.
async fn ends_under(route: &str, more: Option<Value>, why: &str) -> Firstlook {
    let mut firstlook = Firstlook::start(setup()).await;
    firstlook.post(body(&alarms("warning", 0..40))).await;
    says(&firstlook, "Storm: 40 incidents").await;
    all_told(&firstlook).await;
    let before = firstlook.slack.messages().len();
    let held = firstlook.sql("SELECT count(*) FROM target WHERE held_by = 'storm'").await;
    assert!(held > 20, "{held}");
    reroute(&mut firstlook, route).await;
    if let Some(alarm) = more {
        firstlook.post(body(&[alarm])).await;
    }
    calm(&firstlook).await;
    all_told(&firstlook).await;
    let (state, reason) = told(&firstlook.incident(40).await, "trigger").remove(0);
    assert!(state == "held" && reason.contains(why), "{state}: {reason}");
    let waits = firstlook.sql("SELECT count(*) FROM target WHERE held_by IN ('interval', 'inhibited')").await;
    assert_eq!(waits, held, "all of what only the storm told");
    assert!(firstlook.slack.messages().len() <= before + 1, "nobody is told singly");
    firstlook
}

#[tokio::test]
async fn the_end_of_a_storm_asks_the_hours_of_the_route() {
    let mut firstlook = ends_under(MUTED, None, "within always").await;
    reroute(&mut firstlook, OPEN).await;
    due(&firstlook).await;
    all_told(&firstlook).await;
    assert_eq!(told(&firstlook.incident(40).await, "trigger")[0].0, "sent");
    firstlook.finish().await;
}

#[tokio::test]
async fn the_end_of_a_storm_tells_nothing_that_another_incident_explains() {
    let labels =
        [("alertname", "ZoneDown"), ("service", "zone"), ("severity", "critical"), ("az", "tokyo-c")];
    let down = alert(&labels, "a zone is down");
    let firstlook = ends_under(INHIBITED, Some(down.clone()), "waits while #41 fires").await;
    firstlook.post(body(&[crate::harness::resolved(&down)])).await;
    due(&firstlook).await;
    all_told(&firstlook).await;
    assert_eq!(told(&firstlook.incident(40).await, "trigger")[0].0, "sent");
    firstlook.finish().await;
}
