//! Incidents of other groups that resemble one: found by what their logs and labels say, with how each ended; and none
//! where nothing is alike.

use std::path::Path;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body, resolved};

/// A log of twenty minutes of normal, and `failing` now and then in the last one.
fn write_log(folder: &Path, service: &str, failing: &str) {
    let now = firstlook::clock::now();
    let line = |second: i64, text: &str| {
        format!("{} {text}\n", (now - TimeDelta::seconds(second)).format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    };
    let mut text: String =
        (70..1_200).rev().step_by(5).map(|n| line(n, &format!("INFO {service}: served in {n} ms"))).collect();
    text.extend((1..60).rev().step_by(6).map(|n| line(n, failing)));
    std::fs::create_dir_all(folder.join(service)).unwrap();
    std::fs::write(folder.join(service).join("app.log"), text).unwrap();
}

/// An incident of this alert and service, when it has been looked at.
async fn looked(
    firstlook: &Firstlook,
    name: &str,
    service: &str,
    cluster: &str,
    summary: &str,
) -> (Value, Value) {
    let labels = [("alertname", name), ("service", service), ("namespace", "shop"), ("cluster", cluster)];
    let alert = alert(&labels, summary);
    firstlook.post(body(std::slice::from_ref(&alert))).await;
    firstlook.idle().await;
    let incident = firstlook.incidents().await[0].clone();
    (firstlook.incident(incident["number"].as_i64().unwrap()).await, alert)
}

fn history(incident: &Value) -> Vec<&Value> {
    let items = incident["evidence"]["items"].as_array().unwrap();
    items.iter().filter(|item| item["kind"] == "history" && item["source"] != "runbooks").collect()
}

#[tokio::test]
async fn what_resembles_an_incident_is_told_with_how_it_ended_and_why_it_is_like_it() {
    let folder = tempfile::tempdir().unwrap();
    let pool = |waiting: u32| {
        format!(
            "ERROR db.Pool: Connection is not available, request timed out after 30000ms (waiting={waiting})"
        )
    };
    write_log(folder.path(), "search", &pool(7));
    write_log(folder.path(), "checkout", &pool(431));
    write_log(folder.path(), "mail", "ERROR Smtp: greylisted by the peer, deferring this message");
    let path = format!("{}/{{{{labels.service}}}}/app.log", folder.path().display());
    let evidence = format!(
        "  window: {{ before: 5m, after: 1s }}\n  sources: [{{ name: files, type: log_file, path: \"{path}\" }}]"
    );
    let firstlook = Firstlook::start(Setup { evidence, ..Setup::default() }).await;

    let (first, _) = looked(&firstlook, "SearchSlow", "search", "a", "search is slow").await;
    assert_eq!(history(&first), Vec::<&Value>::new(), "there was nothing before it");
    let url = format!("{}/api/v1/incidents/1/resolve", firstlook.url);
    let text = "Rolled back v2, password=hunter2.";
    let over = firstlook.send(|http| http.post(&url).json(&json!({"text": text}))).await;
    assert_eq!(over.json()["status"], "resolved");
    let (mail, alert) = looked(&firstlook, "MailQueue", "mail", "a", "mail is not sent").await;
    assert_eq!(
        history(&mail),
        Vec::<&Value>::new(),
        "a namespace and the word ERROR are no likeness: {mail:#}"
    );
    firstlook.post(body(&[resolved(&alert)])).await;
    firstlook.idle().await;

    let (incident, _) = looked(&firstlook, "HighErrorRate", "checkout", "a", "checkout fails").await;
    let found = history(&incident);
    let told: Vec<_> = found.iter().map(|item| (&item["id"], item["title"].as_str().unwrap())).collect();
    assert_eq!(told.len(), 1, "{incident:#}");
    assert_eq!(told[0].0, &json!("H4"));
    assert!(told[0].1.starts_with("#1 ") && told[0].1.ends_with(" min, similar"), "{told:?}");
    let text = found[0]["text"].as_str().unwrap();
    assert!(text.starts_with("search is slow\nResolved by ") && text.contains("Rolled back v2"), "{text}");
    assert!(text.contains("\nlike this one: the same log line: ERROR db.Pool: "), "{text}");
    assert!(!incident.to_string().contains("hunter2"), "{text}");

    // The same alert of the same service in another cluster is another group, and like both.
    let (again, _) = looked(&firstlook, "MailQueue", "mail", "b", "mail is not sent").await;
    let found = history(&again);
    assert_eq!(found.len(), 1, "{found:?}");
    let text = found[0]["text"].as_str().unwrap();
    assert!(
        text.contains("Ended by itself") && text.contains("the same alert MailQueue; the same service mail"),
        "{text}"
    );
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    let before = page.split("id=\"before\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(before.contains("id=\"H4\"") && before.contains("like this one"), "{before}");
    firstlook.finish().await;
}

#[tokio::test]
async fn whatever_senders_write_is_kept_and_looked_for() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let long = "word".repeat(700_000);
    let many: String = (0..200_000).map(|n| format!("{n:x}'|&!\\ ")).collect();
    for (n, service) in
        ["a'|&!()<->:*\\b", long.as_str(), many.as_str(), "決済 サービス"].into_iter().enumerate()
    {
        let labels = [("alertname", "Odd"), ("service", service), ("zone", "z")];
        let answer = firstlook.post(body(&[alert(&labels, service)])).await;
        assert_eq!(answer.status, 200, "{n}: {}", answer.text.chars().take(300).collect::<String>());
    }
    firstlook.idle().await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM evidence").await, 4);
    firstlook.finish().await;
}
