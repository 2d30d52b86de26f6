//! What senders are answered, and what is kept: the status is their retry policy.

use serde_json::json;

use crate::harness::{Firstlook, Setup, TOKEN, alert, body, resolved};

const LABELS: [(&str, &str); 3] = [("alertname", "DiskFull"), ("service", "db"), ("severity", "warning")];

#[tokio::test]
async fn a_warning_goes_to_slack_alone_and_its_end_edits_the_message() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let fires = alert(&LABELS, "disk 93% full on db-1");
    let answer = firstlook.post(body(std::slice::from_ref(&fires))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json()["alerts"][0]["action"], "opened");
    let incident = firstlook.until("it is told", |one| one["notifications"][0]["state"] == "sent").await;
    assert_eq!(incident["title"], "disk 93% full on db-1");
    assert_eq!((&incident["severity"], &incident["service"]), (&json!("warning"), &json!("db")));
    assert_eq!(incident["notifications"][0]["reason"], "route: no route below takes it");
    firstlook.post(body(&[resolved(&fires)])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    let messages = firstlook.slack.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].channel_name, "#alerts");
    assert!(messages[0].edits() >= 1 && messages[0].text().starts_with("Resolved"), "{}", messages[0].text());
    assert_eq!(firstlook.slack.replies(&messages[0].ts).len(), 1);
    assert!(firstlook.pagerduty.events().is_empty());
    firstlook.finish().await;
}

#[tokio::test]
async fn who_may_not_is_answered_401_and_nothing_is_kept() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let url = firstlook.webhook();
    for given in [None, Some("Bearer wrong"), Some("Basic YTpi"), Some(TOKEN)] {
        let answer = firstlook
            .send(|client| {
                let request = client.post(&url).body(body(&[alert(&LABELS, "x")]));
                given.map_or(request.try_clone().unwrap(), |value| request.header("authorization", value))
            })
            .await;
        assert_eq!(answer.status, 401, "{given:?}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert!(!answer.text.contains(TOKEN));
    }
    let unknown = url.replace("/main", "/other");
    let answer = firstlook.send(|client| client.post(unknown).bearer_auth(TOKEN).body("{}")).await;
    assert_eq!(answer.status, 404);
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery").await, 0);
    firstlook.finish().await;
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_400_and_kept() {
    let firstlook = Firstlook::start(Setup::default()).await;
    for bad in ["", "not json", "[]", "{}", r#"{"alerts": []}"#, r#"{"alerts": [{"labels": []}]}"#] {
        let answer = firstlook.post(bad).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.text);
        assert!(answer.json()["detail"].as_str().unwrap().contains("kept as delivery"), "{}", answer.text);
    }
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery WHERE state = 'rejected'").await, 6);
    let page = firstlook.get("/deliveries").await;
    assert!(page.status == 200 && page.text.contains("alertmanager/main"), "{}", page.text);
    firstlook.finish().await;
}

#[tokio::test]
async fn the_good_alerts_of_a_body_are_taken_and_the_bad_ones_named() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let good = alert(&LABELS, "good");
    let answer = firstlook.post(body(&[json!({"labels": []}), good])).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = answer.json();
    assert_eq!(answer["alerts"].as_array().unwrap().len(), 1);
    assert!(answer["rejected"][0].as_str().unwrap().starts_with("alerts[0]: "), "{answer}");
    let delivery = firstlook.get("/api/v1/deliveries").await.json()["items"][0].clone();
    assert_eq!((&delivery["state"], &delivery["alerts"]), (&json!("partial"), &json!(1)));
    firstlook.finish().await;
}

#[tokio::test]
async fn too_much_is_answered_413_and_a_compressed_body_400() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let answer = firstlook.post(vec![b' '; 9 * 1024 * 1024]).await;
    assert_eq!(answer.status, 413);
    let url = firstlook.webhook();
    let zipped = |client: &reqwest::Client| {
        client.post(url).bearer_auth(TOKEN).header("content-encoding", "gzip").body("x")
    };
    assert_eq!(firstlook.send(zipped).await.status, 400);
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery WHERE reason LIKE '%compressed%'").await, 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_page_in_a_browser_is_no_sender() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let url = firstlook.webhook();
    for header in [("origin", "https://evil.example.com"), ("sec-fetch-site", "cross-site")] {
        let request = |client: &reqwest::Client| {
            client.post(&url).bearer_auth(TOKEN).header(header.0, header.1).body(body(&[alert(&LABELS, "x")]))
        };
        assert_eq!(firstlook.send(request).await.status, 403, "{header:?}");
    }
    assert_eq!(firstlook.sql("SELECT count(*) FROM delivery").await, 0);
    firstlook.finish().await;
}

#[tokio::test]
async fn watchdog_and_info_inhibitor_are_dropped_with_a_reason() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let answer = firstlook
        .post(body(&[
            alert(&[("alertname", "Watchdog"), ("severity", "none")], "always"),
            alert(&[("alertname", "InfoInhibitor"), ("severity", "none")], "helper"),
        ]))
        .await;
    let decisions = answer.json()["alerts"].clone();
    assert_eq!((&decisions[0]["action"], &decisions[1]["action"]), (&json!("ignored"), &json!("ignored")));
    assert!(decisions[0]["reason"].as_str().unwrap().contains("heartbeat"));
    assert!(firstlook.incidents().await.is_empty());
    firstlook.finish().await;
}
