//! Changes that are told become evidence of the alarms that follow, and never alarms.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Answer, CHANGE_KEY, Firstlook, Setup, TOKEN, alert, body};

fn change(summary: &str, minutes_ago: i64) -> Value {
    let at = firstlook::clock::now() - TimeDelta::minutes(minutes_ago);
    json!({
        "routing_key": CHANGE_KEY,
        "payload": { "summary": summary, "source": "ci", "timestamp": at.to_rfc3339(), "custom_details": { "commit": "a1b2c3d" } },
        "links": [{ "href": "https://ci.example/run/7", "text": "the run" }],
    })
}

async fn tell(firstlook: &Firstlook, source: &str, body: String, token: Option<&str>) -> Answer {
    let url = format!("{}/webhooks/changes/{source}", firstlook.url);
    let request = |client: &reqwest::Client| {
        let request = client.post(url).body(body);
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    };
    firstlook.send(request).await
}

const KEPT: &str = "SELECT count(*) FROM change";

#[tokio::test]
async fn what_was_changed_before_an_alarm_is_its_evidence() {
    let firstlook = Firstlook::start(Setup::default()).await;
    for (summary, minutes) in
        [("Deploy search v2", 1), ("Deploy checkout v41", 3), ("Deploy checkout v40", 300)]
    {
        let answer = tell(&firstlook, "ci", change(summary, minutes).to_string(), Some(TOKEN)).await;
        assert_eq!(
            (answer.status, answer.json()["status"].as_str()),
            (202, Some("success")),
            "{}",
            answer.text
        );
    }
    assert!(firstlook.incidents().await.is_empty(), "a change is no alarm");
    firstlook
        .post(body(&[alert(
            &[("alertname", "Down"), ("service", "checkout"), ("severity", "critical")],
            "down",
        )]))
        .await;
    let incident = firstlook.until("it has looked", |one| !one["evidence"]["collected_at"].is_null()).await;
    firstlook.idle().await;
    let items = incident["evidence"]["items"].as_array().unwrap();
    let changes: Vec<_> = items.iter().filter(|item| item["kind"] == "change").collect();
    let titles: Vec<_> = changes.iter().map(|item| item["title"].as_str().unwrap()).collect();
    assert_eq!(titles.len(), 2, "what is older than four hours is not told: {titles:?}");
    assert!(
        titles[0].starts_with("Deploy checkout v41, ") && titles[0].ends_with(" min before the alarm"),
        "{titles:?}"
    );
    assert!(titles[1].starts_with("Deploy search v2, "), "{titles:?}");
    assert_eq!((&changes[0]["id"], &changes[0]["link"]), (&json!("C1"), &json!("https://ci.example/run/7")));
    assert!(changes[0]["text"].as_str().unwrap().contains("commit: a1b2c3d"));
    let words = firstlook.slack.messages()[0].words();
    assert!(words.contains("Deploy checkout v41"), "{words}");
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains("Deploy checkout v41") && page.contains("https://ci.example/run/7"));
    firstlook.finish().await;
}

#[tokio::test]
async fn who_has_no_key_learns_nothing_and_the_same_change_is_one() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let good = change("Deploy", 5);
    let mut other = good.clone();
    other["routing_key"] = json!("R0change0key0of0another");
    let none = json!({"payload": {"summary": "x"}});
    for (source, body, token, status) in [
        ("nobody", good.to_string(), Some(TOKEN), 404),
        ("ci", good.to_string(), None, 401),
        ("ci", good.to_string(), Some("wrong"), 401),
        ("actions", other.to_string(), None, 401),
        ("actions", none.to_string(), None, 401),
        ("actions", "{".to_owned(), None, 401),
        ("ci", "{".to_owned(), Some(TOKEN), 400),
        ("ci", json!({"payload": {"summary": ""}}).to_string(), Some(TOKEN), 400),
        ("actions", good.to_string(), None, 202),
        ("actions", good.to_string(), None, 202),
    ] {
        let answer = tell(&firstlook, source, body.clone(), token).await;
        assert_eq!(answer.status, status, "{source} {body}: {}", answer.text);
    }
    assert_eq!(firstlook.sql(KEPT).await, 1);
    let keys = "SELECT count(*) FROM change WHERE position('R0change' IN change::text) > 0";
    assert_eq!(firstlook.sql(keys).await, 0, "a key is not kept");
    let log: String = firstlook.log().iter().map(Value::to_string).collect();
    assert!(!log.contains(CHANGE_KEY));
    firstlook.finish().await;
}
