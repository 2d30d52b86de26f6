//! PagerDuty beside its pages: what was found out is a note on the incident, once whoever dies, and changes are passed on.

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, TOKEN, alert, body, resolved};
use crate::support::model::Model;
use crate::support::pagerduty::{API_TOKEN, FROM, PagerDuty, ROUTING_KEY};
use crate::support::slack::Slack;
use crate::support::wait::eventually;

fn says(_: &str) -> String {
    let claim = json!({"text": "38% of requests fail.", "citations": ["A1"]});
    let cause = json!({"text": "The release <broke> it.", "confidence": "likely", "citations": ["A1"]});
    json!({"headline": "38% of requests fail", "claims": [claim], "causes": [cause]}).to_string()
}

async fn start(model: &Model, token: &str, fail: Option<&str>) -> Firstlook {
    let pagerduty = PagerDuty::start();
    let pager = format!(", api_token: \"{token}\", from: {FROM}, api_url: \"{}\"", pagerduty.api_url());
    let environment =
        fail.map(|step| (firstlook::fail::VARIABLE.to_owned(), step.to_owned())).into_iter().collect();
    let setup = Setup { pager, environment, ..Setup::default() }.openai(model);
    Firstlook::beside(setup, Slack::start(), pagerduty, None).await
}

fn alarm() -> Value {
    let labels = [("alertname", "HighErrorRate"), ("service", "checkout"), ("severity", "critical")];
    alert(&labels, "38% of requests fail")
}

const DONE: &str = "SELECT count(*) FROM note_told WHERE state = 'sent'";

#[tokio::test]
async fn a_summary_is_one_note_on_the_page() {
    let model = Model::start(says);
    let firstlook = start(&model, API_TOKEN, None).await;
    let alarm = alarm();
    firstlook.post(body(std::slice::from_ref(&alarm))).await;
    let note = eventually(PATIENCE, "it is noted", async || firstlook.pagerduty.notes().pop()).await;
    let lines: Vec<_> = note.content.lines().collect();
    assert_eq!(lines[0], format!("firstlook #1, summary: {}/incidents/1", firstlook.url));
    assert_eq!(
        lines[1..4],
        ["38% of requests fail", "✓ 38% of requests fail.", "Likely causes"],
        "{lines:?}"
    );
    assert!(note.content.contains("The release ‹broke› it."), "{}", note.content);
    firstlook.post(body(&[resolved(&alarm)])).await;
    firstlook.until("it ends", |one| one["status"] == "resolved").await;
    firstlook.post(body(std::slice::from_ref(&alarm))).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.notes().len(), 1);
    let log: String = firstlook.log().iter().map(Value::to_string).collect();
    assert!(!log.contains(API_TOKEN));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_death_in_the_moment_of_a_note_leaves_one_note() {
    let model = Model::start(says);
    let mut firstlook = start(&model, API_TOKEN, Some("noted:1")).await;
    firstlook.post(body(&[alarm()])).await;
    firstlook.dead().await;
    assert_eq!(
        (firstlook.pagerduty.notes().len(), firstlook.sql(DONE).await),
        (1, 0),
        "written, and not kept"
    );
    firstlook.fail_at(None);
    firstlook.launch().await;
    eventually(PATIENCE, "it is found again", async || (firstlook.sql(DONE).await == 1).then_some(())).await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.notes().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_token_that_is_not_let_in_is_told_and_the_page_rings_all_the_same() {
    let model = Model::start(says);
    let firstlook = start(&model, "u+another0s", None).await;
    firstlook.post(body(&[alarm()])).await;
    let known = |one: &Value| {
        let timeline = one["timeline"].as_array().unwrap();
        timeline.iter().any(|entry| {
            let text = entry["text"].as_str().unwrap();
            entry["kind"] == "not_noted" && text.contains("`pagerduty_configs.api_token`")
        })
    };
    let incident = firstlook.until("it is told", known).await;
    assert!(!incident.to_string().contains("u+another0s"));
    assert_eq!((firstlook.pagerduty.incidents().len(), firstlook.pagerduty.notes().len()), (1, 0));
    firstlook.finish().await;
}

async fn tell(firstlook: &Firstlook, summary: &str) {
    let change = json!({
        "payload": { "summary": summary, "source": "ci", "custom_details": { "commit": "a1b2c3d" } },
        "links": [{ "href": "https://ci.example/run/7", "text": "the run" }],
    });
    let url = format!("{}/webhooks/changes/ci", firstlook.url);
    let answer = firstlook.send(|http| http.post(url).bearer_auth(TOKEN).json(&change)).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

#[tokio::test]
async fn changes_are_passed_on_once_and_a_key_that_takes_none_is_said() {
    let setup = Setup { pager: ", change_events: true".into(), ..Setup::default() };
    let mut firstlook = Firstlook::start(setup).await;
    // Keys of rulesets begin with R, and take no changes.
    tell(&firstlook, "Deploy v1").await;
    let refused = "SELECT count(*) FROM change_told WHERE error LIKE '%Invalid routing key%'";
    eventually(PATIENCE, "it is refused", async || (firstlook.sql(refused).await == 1).then_some(())).await;
    firstlook.end().await;
    let file = firstlook.folder.path().join("firstlook.yml");
    let text = std::fs::read_to_string(&file).unwrap();
    let key = "K0UT1NGKEY0F32CHARACTERSEXACTLY0";
    std::fs::write(&file, text.replace(ROUTING_KEY, key)).unwrap();
    firstlook.launch().await;
    tell(&firstlook, "Deploy v2 token=hunter2-of-the-deploy <b>").await;
    tell(&firstlook, "Deploy v3").await;
    eventually(PATIENCE, "both are there", async || (firstlook.pagerduty.changes().len() == 2).then_some(()))
        .await;
    firstlook.end().await;
    firstlook.launch().await;
    tell(&firstlook, "Deploy v4").await;
    let all = eventually(PATIENCE, "the last one is there", async || {
        Some(firstlook.pagerduty.changes()).filter(|all| all.len() > 2)
    })
    .await;
    let summaries: Vec<_> = all.iter().map(|one| one["payload"]["summary"].as_str().unwrap()).collect();
    assert_eq!((summaries.len(), summaries[1], summaries[2]), (3, "Deploy v3", "Deploy v4"));
    let first = all[0].to_string();
    assert!(
        summaries[0].starts_with("Deploy v2 ") && !first.contains("hunter2") && !first.contains('<'),
        "{first}"
    );
    assert_eq!(all[1]["payload"]["custom_details"], json!({ "commit": "a1b2c3d" }));
    assert_eq!(all[1]["links"], json!([{ "href": "https://ci.example/run/7" }]));
    assert_eq!(all[1]["routing_key"], key);
    assert!(firstlook.pagerduty.incidents().is_empty(), "nobody is rung for a change");
    firstlook.finish().await;
}
