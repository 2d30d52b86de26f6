//! What people do where they are told: buttons and a command in Slack, deeds that PagerDuty tells of.

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, SIGNING_SECRET, Setup, WEBHOOK_SECRET, alert, body, form};
use crate::support::model::Model;
use crate::support::slack::workspace::words;
use crate::support::wait::eventually;

const LABELS: [(&str, &str); 3] =
    [("alertname", "ApiDown"), ("service", "checkout"), ("severity", "critical")];

async fn alarm(firstlook: &Firstlook) -> Value {
    firstlook.post(body(&[alert(&LABELS, "api answers 0 of 12 probes.")])).await;
    let incident = firstlook.until("it is open", |one| one["status"] == "open").await;
    firstlook.idle().await;
    incident
}

/// The action ids of the buttons under the newest version of the only message.
fn buttons(firstlook: &Firstlook) -> Vec<String> {
    let messages = firstlook.slack.messages();
    assert_eq!(messages.len(), 1, "one living message");
    let blocks = messages[0].now().blocks.as_array().unwrap().clone();
    let rows = blocks.iter().filter(|block| block["type"] == "actions");
    let elements = rows.flat_map(|row| row["elements"].as_array().unwrap().clone());
    elements.map(|one| one["action_id"].as_str().unwrap().to_owned()).collect()
}

/// Waits for the answer to one person after those that came before, and takes its words.
async fn answered(firstlook: &Firstlook, before: usize) -> (String, Value) {
    let all = eventually(PATIENCE, "the one who pressed is answered", async || {
        Some(firstlook.slack.answers()).filter(|answers| answers.len() > before)
    })
    .await;
    (words(&all[before]["blocks"]), all[before].clone())
}

#[tokio::test]
async fn buttons_take_end_and_judge_an_incident_and_each_says_who() {
    let cause = json!({"text": "api answers 0 of 12 probes.", "confidence": "likely", "citations": ["A1"]});
    let claim = json!({"text": "api answers 0 of 12 probes.", "citations": ["A1"]});
    let said = json!({"headline": "api answers 0 of 12 probes.", "claims": [claim], "causes": [cause]});
    let model = Model::start(move |_| said.to_string());
    let firstlook = Firstlook::start(Setup::default().openai(&model)).await;
    let incident = alarm(&firstlook).await;
    let (number, slack) = (&incident["number"], &firstlook.slack);
    assert_eq!(buttons(&firstlook), ["acknowledge", "silence_1h", "analyze", "open", "more"]);

    firstlook.press("aya", "acknowledge", number, false).await;
    let taken = firstlook.until("she has it", |one| one["status"] == "acknowledged").await;
    assert_eq!(taken["owner"], "aya in Slack");
    firstlook.idle().await;
    assert_eq!(
        buttons(&firstlook),
        ["resolve", "silence_1h", "analyze", "open", "more"],
        "resolve takes its place"
    );
    let message = slack.messages()[0].clone();
    assert!(message.words().contains("◐ Acknowledged by aya in Slack"), "{}", message.words());
    assert!(slack.answers().is_empty(), "the message shows it: nothing else is said");
    assert_eq!(slack.replies(&message.ts).len(), 1);
    assert_eq!(firstlook.pagerduty.events()[1].action(), "acknowledge");

    // Who comes second is told who was first, and may take it over.
    firstlook.press("ken", "acknowledge", number, false).await;
    let (said, answer) = answered(&firstlook, 0).await;
    assert!(said.contains("aya in Slack has #1.") && said.contains("Take over"), "{said}");
    assert_eq!(answer["response_type"], "ephemeral");
    firstlook.press("aya", "acknowledge", number, false).await;
    let (said, _) = answered(&firstlook, 1).await;
    assert_eq!(said.trim(), "You have #1 already.");
    firstlook.press("ken", "take_over", number, true).await;
    let (_, answer) = answered(&firstlook, 2).await;
    assert_eq!(answer, json!({"delete_original": true}));
    let taken = firstlook.until("he has it", |one| one["owner"] == "ken in Slack").await;
    let timeline = taken["timeline"].to_string();
    assert!(timeline.contains("took it over from aya in Slack"), "{timeline}");
    firstlook.idle().await;
    assert!(slack.messages()[0].words().contains("◐ Acknowledged by ken in Slack"));

    firstlook.press("ken", "resolve", number, false).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    assert_eq!(buttons(&firstlook), ["open", "right", "wrong"]);
    firstlook.press("ken", "resolve", number, false).await;
    let (said, _) = answered(&firstlook, 3).await;
    assert_eq!(said.trim(), "#1 is resolved already.");

    firstlook.press("ken", "wrong", number, false).await;
    let (said, _) = answered(&firstlook, 4).await;
    assert_eq!(said.trim(), "Kept. What was it? The page takes the cause.");
    let judged = firstlook.until("it is judged", |one| one["feedback"]["right"] == false).await;
    assert_eq!(judged["feedback"]["actor"], "ken in Slack");
    firstlook.idle().await;
    assert_eq!(buttons(&firstlook), ["open"], "nobody is asked twice");
    let end = slack.messages()[0].words();
    assert!(end.contains("ken in Slack said that the first cause was wrong."), "{end}");
    firstlook.finish().await;
}

#[tokio::test]
async fn the_command_shows_and_does() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let said = async |text: &str| {
        let answer = firstlook.command("aya", text).await;
        assert_eq!(answer["response_type"], "ephemeral", "{text}");
        words(&answer["blocks"])
    };
    assert!(said("open").await.contains("Nothing is open."));
    assert!(said("").await.contains("ack 482  you have it"));
    assert_eq!(said("ack 1").await.trim(), "There is no incident #1 here.");
    alarm(&firstlook).await;
    assert_eq!(
        buttons(&firstlook),
        ["acknowledge", "silence_1h", "open", "more"],
        "without a model nobody can be asked to analyse"
    );
    let open = said("open").await;
    assert!(open.contains("#1") && open.contains("Critical") && open.contains("○ Open"), "{open}");
    let shown = firstlook.command("aya", "show #1").await;
    assert_eq!(shown["blocks"].as_array().unwrap()[0]["type"], "header");
    assert!(words(&shown["blocks"]).contains("How bad: api answers 0"), "{shown}");
    assert!(said("analyse 1").await.starts_with("Not done: no model is configured"));
    assert_eq!(said("ACK 1").await.trim(), "You have #1.");
    assert_eq!(said("ack 1").await.trim(), "You have #1 already.");
    assert_eq!(said("resolve 1 restarted the api").await.trim(), "#1 is resolved.");
    let over = firstlook.incident(1).await;
    assert_eq!((&over["status"], &over["owner"]), (&json!("resolved"), &json!("aya in Slack")));
    assert!(over["timeline"].to_string().contains("restarted the api"), "{}", over["timeline"]);
    assert!(said("drop table incident").await.contains("/firstlook"));
    firstlook.finish().await;
}

#[tokio::test]
async fn what_slack_has_not_signed_does_nothing() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let incident = alarm(&firstlook).await;
    let press = |action: &str, value: &Value| {
        let payload = json!({"type": "block_actions", "user": {"id": "U1", "name": "eve"},
            "response_url": "https://evil.example/x", "actions": [{"action_id": action, "value": value}]});
        form(&[("payload", &payload.to_string())])
    };
    let good = press("acknowledge", &json!("1"));
    let interactions = "/slack/interactions";
    for (secret, age) in [("another secret", 0), (SIGNING_SECRET, 301), (SIGNING_SECRET, -301), ("", 0)] {
        let answer = firstlook.slack_signed(interactions, &good, secret, age).await;
        assert_eq!(answer.status, 401, "{secret} {age}");
        assert!(!answer.text.contains(SIGNING_SECRET), "{}", answer.text);
    }
    let url = format!("{}{interactions}", firstlook.url);
    assert_eq!(firstlook.send(|http| http.post(url).body(good.clone())).await.status, 401);
    // Signed, and nothing that we offer; none of it is an error that Slack would show to a person.
    for (fields, status) in [
        (press("open", &json!("1")), 200),
        (press("drop_table", &json!("1")), 200),
        (press("acknowledge", &json!("one")), 200),
        (press("acknowledge", &json!("99999999999999999999")), 200),
        (form(&[("payload", r#"{"type":"view_submission","user":{"id":"U1"}}"#)]), 200),
        (press("acknowledge", &json!(1)), 400),
        (form(&[("payload", "{")]), 400),
        (form(&[("other", "1")]), 400),
        ("\u{0}%%%".to_owned(), 400),
    ] {
        let answer = firstlook.slack_signed(interactions, &fields, SIGNING_SECRET, 0).await;
        assert_eq!(answer.status, status, "{fields}: {}", answer.text);
    }
    let now = firstlook.incident(incident["number"].as_i64().unwrap()).await;
    assert_eq!((&now["status"], &now["owner"]), (&json!("open"), &Value::Null));
    // An address that is not Slack's is not called, and what was asked for is done all the same.
    assert_eq!(firstlook.slack_signed(interactions, &good, SIGNING_SECRET, 0).await.status, 200);
    assert_eq!(firstlook.slack_signed(interactions, &good, SIGNING_SECRET, 0).await.status, 200);
    firstlook.until("it is taken", |one| one["owner"] == "eve in Slack").await;
    eventually(PATIENCE, "the answer's address is refused", async || {
        let log = firstlook.log();
        log.iter()
            .any(|line| line.to_string().contains("the address for the answer is not Slack's"))
            .then_some(())
    })
    .await;
    assert!(!firstlook.log().iter().any(|line| line.to_string().contains("evil.example")));
    firstlook.finish().await;
}

fn tells(kind: &str, key: &str, at: &str, agent: Value) -> Value {
    json!({"id": "01E", "event_type": kind, "resource_type": "incident", "occurred_at": at, "agent": agent,
        "data": {"id": "Q1", "type": "incident", "incident_key": key,
            "assignees": [{"type": "user_reference", "summary": "Ken Mori"}]}})
}

fn aya() -> Value {
    json!({"id": "P1", "type": "user_reference", "summary": "Aya Tanaka"})
}

#[tokio::test]
async fn what_people_do_at_pagerduty_happens_here_once_and_only_if_it_is_signed() {
    let firstlook = Firstlook::start(Setup::default()).await;
    alarm(&firstlook).await;
    let key = firstlook.pagerduty.events()[0].dedup_key().to_owned();
    let now = || firstlook::clock::now().to_rfc3339();
    let status = async |event: Value| firstlook.pagerduty_tells(&event, WEBHOOK_SECRET).await.status;
    let taken = tells("incident.acknowledged", &key, &now(), aya());
    assert_eq!(firstlook.pagerduty_tells(&taken, "another secret").await.status, 401);
    let ours = json!({"type": "events_api_v2_inbound_integration_reference", "summary": "firstlook"});
    for nothing in [
        tells("incident.acknowledged", "firstlook-other", &now(), aya()),
        tells("incident.resolved", &key, &now(), ours),
        tells("incident.resolved", &key, "2026-01-01T00:00:00Z", aya()),
        json!({"event_type": "pagey.ping", "data": {"message": "Hello"}}),
    ] {
        assert_eq!(status(nothing.clone()).await, 200, "{nothing}");
        assert_eq!(firstlook.incident(1).await["status"], "open", "{nothing}");
    }
    assert_eq!(status(json!({"id": 1})).await, 400);
    // Twice, as PagerDuty tells what it is not sure to have told.
    assert_eq!((status(taken.clone()).await, status(taken).await), (200, 200));
    let incident = firstlook.incident(1).await;
    let owner = json!("Aya Tanaka in PagerDuty");
    assert_eq!((&incident["status"], &incident["owner"]), (&json!("acknowledged"), &owner));
    let took = incident["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "acknowledged");
    assert_eq!(took.count(), 1);
    let given = tells("incident.reassigned", &key, &now(), aya());
    assert_eq!((status(given.clone()).await, status(given).await), (200, 200));
    let incident = firstlook.incident(1).await;
    assert_eq!(incident["owner"], "Ken Mori");
    assert_eq!(incident["timeline"].to_string().matches("gave it to Ken Mori").count(), 1);
    firstlook.idle().await;
    assert!(firstlook.slack.messages()[0].words().contains("Acknowledged by Ken Mori"));
    assert_eq!(status(tells("incident.resolved", &key, &now(), aya())).await, 200);
    assert_eq!(firstlook.incident(1).await["status"], "resolved");
    firstlook.idle().await;
    assert!(firstlook.slack.messages()[0].words().contains("Resolved after"));
    // It goes on firing: what was done before it rang again does not end it once more.
    let before = now();
    firstlook.post(body(&[alert(&LABELS, "api answers 0 of 12 probes.")])).await;
    let again = firstlook.until("it rings again", |one| one["status"] == "open").await;
    firstlook.idle().await;
    assert_eq!(status(tells("incident.resolved", &key, &before, aya())).await, 200);
    assert_eq!(firstlook.incident(again["number"].as_i64().unwrap()).await["status"], "open");
    firstlook.finish().await;
}

#[tokio::test]
async fn the_manifest_leads_to_us_and_asks_for_what_the_document_explains() {
    // The other one is this without its events, which is tested with them.
    let text = std::fs::read_to_string("deploy/slack-manifest-events.json").unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let document = std::fs::read_to_string("docs/SLACK.md").unwrap();
    let scopes = manifest["oauth_config"]["scopes"]["bot"].as_array().unwrap();
    for scope in scopes {
        let row = format!("| `{}` |", scope.as_str().unwrap());
        assert!(document.contains(&row), "docs/SLACK.md says nothing of {scope}");
    }
    let table = document.split("| scope | for |").nth(1).unwrap().split("\n\n").next().unwrap();
    assert_eq!(table.matches("\n| `").count(), scopes.len(), "and of no other: {table}");
    let firstlook = Firstlook::start(Setup::default()).await;
    let (command, settings) = (&manifest["features"]["slash_commands"][0]["url"], &manifest["settings"]);
    let [pressed, events] =
        ["interactivity", "event_subscriptions"].map(|part| &settings[part]["request_url"]);
    for url in [command, pressed, events] {
        let path = url.as_str().unwrap().strip_prefix("https://firstlook.example.com").unwrap();
        // Nobody has signed it, but somebody is there.
        assert_eq!(firstlook.slack_signed(path, "", "another secret", 0).await.status, 401, "{path}");
    }
    firstlook.finish().await;
}
