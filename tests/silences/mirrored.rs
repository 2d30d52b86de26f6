//! Silences that a real Alertmanager has as well: made there, found again, ended there; and what it refuses is said.

use serde_json::{Value, json};

use super::{ask, end};
use crate::harness::{Firstlook, PATIENCE, Setup};
use crate::support::gate::Gate;
use crate::support::prometheus::{Alertmanager, Timing};
use crate::support::wait::eventually;

/// The first mirror of a silence, once it is so.
async fn mirror(firstlook: &Firstlook, id: i64, state: &str) -> Value {
    eventually(PATIENCE, &format!("it is {state}"), async || {
        let silence = firstlook.get(&format!("/api/v1/silences/{id}")).await.json();
        let mirror = silence["mirrors"][0].clone();
        (mirror["state"] == state).then_some(mirror)
    })
    .await
}

async fn there(firstlook: &Firstlook, alertmanager: &Alertmanager, id: &Value) -> Value {
    let url = format!("{}/api/v2/silence/{}", alertmanager.url(), id.as_str().unwrap());
    firstlook.send(|client| client.get(url)).await.json()
}

/// Has what waits to be tried again tried now.
async fn again(firstlook: &Firstlook) {
    firstlook.run("UPDATE job SET run_at = now() WHERE key LIKE 'mirror/%' AND state = 'ready'").await;
}

#[tokio::test]
async fn an_alertmanager_has_what_is_silenced_until_that_is_ended() {
    let api = Gate::start();
    let setup = Setup { source: format!(", api_url: \"{}\"", api.url()), ..Setup::default() };
    let firstlook = Firstlook::start(setup).await;
    let wanted = |change: Value| {
        let mut all = json!({"matchers": ["service=\"api\"", "team!~\"a|b\""], "duration": "1h", "comment": "a deploy",
            "created_by": "aya", "mirror": ["alertmanager/main"]});
        all.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        all
    };
    for (change, words) in [
        (json!({"mirror": ["sns/aws"]}), "\\\"sns/aws\\\", which is none of"),
        (json!({"recurring": [{"weekdays": ["sunday"]}], "duration": "30d"}), "cannot have what recurs"),
        (json!({"mirror": "main"}), "`mirror` is a list"),
    ] {
        let refused = ask(&firstlook, &wanted(change.clone())).await;
        assert!(refused.status == 400 && refused.text.contains(words), "{change}: {}", refused.text);
    }
    // Nothing answers there yet: that is said, and it is tried again.
    let made = ask(&firstlook, &wanted(json!({}))).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let fault = eventually(PATIENCE, "its fault is shown", async || {
        let mirror = mirror(&firstlook, 1, "wanted").await;
        mirror["error"].as_str().map(str::to_owned)
    })
    .await;
    assert!(fault.contains("check `api_url`") || fault.contains("Alertmanager"), "{fault}");
    let page = firstlook.get("/silences").await.text;
    assert!(page.contains("on its way to alertmanager/main"), "{page}");
    let alertmanager = Alertmanager::start(&[], &Timing::default()).await;
    api.lead(&alertmanager.url());
    again(&firstlook).await;
    let standing = mirror(&firstlook, 1, "standing").await;
    assert_eq!(standing["error"], json!(null));
    let known = there(&firstlook, &alertmanager, &standing["id"]).await;
    assert_eq!(known["status"]["state"], "active", "{known}");
    assert_eq!(known["createdBy"], "firstlook test, silence 1");
    assert_eq!(known["comment"], "a deploy (aya (an API client))");
    let mut matchers = known["matchers"].as_array().unwrap().clone();
    matchers.sort_by_key(|one| one["name"].to_string());
    let one = |name: &str, value: &str, regex: bool, equal: bool| json!({"name": name, "value": value, "isRegex": regex, "isEqual": equal});
    assert_eq!(matchers, [one("service", "api", false, true), one("team", "a|b", true, false)]);

    // The answer to its making was lost: the one that stands is found, and no second is made.
    firstlook
        .run(
            "UPDATE silence_mirror SET state = 'wanted', remote = NULL;
             INSERT INTO job (kind, key, state, run_at) VALUES ('upkeep', 'mirror/1/alertmanager/main', 'ready', now())",
        )
        .await;
    assert_eq!(mirror(&firstlook, 1, "standing").await["id"], standing["id"]);

    end(&firstlook, 1).await;
    mirror(&firstlook, 1, "ended").await;
    let over = there(&firstlook, &alertmanager, &standing["id"]).await;
    assert_eq!(over["status"]["state"], "expired", "{over}");
    // What it refuses is not tried again: all of its matchers match what has no such label.
    let all = wanted(json!({"matchers": ["alertname=~\".*\""], "confirm": true}));
    assert_eq!(ask(&firstlook, &all).await.status, 201);
    let refused = mirror(&firstlook, 2, "refused").await;
    assert!(refused["error"].as_str().unwrap().starts_with("it answers 400"), "{refused}");
    let jobs = "SELECT count(*) FROM job WHERE key LIKE 'mirror/%'";
    eventually(PATIENCE, "nothing is left to do", async || (firstlook.sql(jobs).await == 0).then_some(()))
        .await;
    firstlook.finish().await;
}
