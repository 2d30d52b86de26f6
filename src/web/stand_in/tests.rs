//! What the stand-in takes and refuses, over HTTP.

use firstlook_core::notify::Zone;

use super::*;
use crate::http;
use crate::receivers::slack::{Slack, files};

const TOKEN: &str = "xoxb-demo";

/// A running stand-in, its address, and a client.
struct Running {
    stand_in: StandIn,
    url: String,
    client: reqwest::Client,
}

fn running() -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings = Settings {
        bot_token: Secret::new(TOKEN),
        routing_key: Secret::new("key"),
        service_url: "http://127.0.0.1:8080".to_owned(),
        answer: |prompt| prompt.contains("known").then(|| "{}".to_owned()),
        thinking: Duration::ZERO,
    };
    let stand_in = StandIn::new(settings, Pages::new(firstlook_core::Language::En, Zone::utc()).unwrap());
    tokio::spawn(server(listener, stand_in.clone()).unwrap());
    Running { stand_in, url, client: http::client(Duration::from_secs(5)).unwrap() }
}

impl Running {
    async fn post(&self, path: &str, token: &str, body: Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(token).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

#[tokio::test]
async fn slack_posts_and_edits_what_it_knows() {
    let it = running();
    let (_, posted) =
        it.post("/api/chat.postMessage", TOKEN, json!({ "channel": "#a", "text": "one" })).await;
    let ts = posted["ts"].as_str().unwrap();
    assert_eq!((&posted["ok"], &posted["channel"]), (&json!(true), &json!("#a")));
    for (path, token, body, refusal) in [
        ("postMessage", "xoxb-other", json!({ "channel": "#a" }), "invalid_auth"),
        ("postMessage", TOKEN, json!({ "text": "x" }), "channel_not_found"),
        ("update", "xoxb-other", json!({ "channel": "#a", "ts": ts }), "invalid_auth"),
        ("update", TOKEN, json!({ "channel": "#a", "ts": "1.0" }), "message_not_found"),
        ("update", TOKEN, json!({ "channel": "#b", "ts": ts }), "message_not_found"),
    ] {
        let (status, answer) = it.post(&format!("/api/chat.{path}"), token, body).await;
        assert_eq!((status, answer), (200, json!({ "ok": false, "error": refusal })), "{path}");
    }
    let (_, edited) =
        it.post("/api/chat.update", TOKEN, json!({ "channel": "#a", "ts": ts, "text": "two" })).await;
    assert_eq!(edited["ok"], true);
    let sent: Vec<_> = it.stand_in.received().into_iter().map(|one| one.sent).collect();
    assert_eq!(sent, [Sent::SlackPost { ts: ts.to_owned() }, Sent::SlackUpdate]);
}

#[tokio::test]
async fn pagerduty_takes_its_key_and_never_shows_it() {
    let it = running();
    let event = json!({ "routing_key": "key", "event_action": "trigger", "dedup_key": "k1" });
    let (status, answer) = it.post("/v2/enqueue", "", event.clone()).await;
    assert_eq!((status, &answer["dedup_key"]), (202, &json!("k1")));
    for (field, value) in [("routing_key", "other"), ("dedup_key", "")] {
        let mut event = event.clone();
        event[field] = value.into();
        assert_eq!(it.post("/v2/enqueue", "", event).await.0, 400, "{field}");
    }
    let received = it.stand_in.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body.get("routing_key"), None);
}

#[tokio::test]
async fn files_are_seen_when_they_are_posted_and_not_before() {
    let it = running();
    let slack = Slack::new(it.client.clone(), format!("{}/api", it.url), Secret::new(TOKEN));
    let file = files::File {
        name: "incident-1.md".into(),
        title: "Report".into(),
        alt: String::new(),
        kind: "text/markdown",
        bytes: b"# What happened".to_vec(),
    };
    let uploaded = slack.upload(&file).await.unwrap();
    assert!(it.stand_in.received().is_empty());
    let files = [uploaded];
    slack.share(&files, "#a", "1.1").await.unwrap();
    assert!(slack.share(&files, "#a", "1.1").await.is_err(), "a file is posted once");
    let received = it.stand_in.received();
    assert_eq!(received.len(), 1);
    let Sent::SlackFiles { files } = &received[0].sent else { panic!("{received:?}") };
    assert_eq!((files[0].title.as_str(), files[0].bytes.as_slice()), ("Report", &b"# What happened"[..]));
    let shown = it.client.get(&it.url).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("# What happened") && shown.contains("incident-1.md"), "{shown}");
}

#[tokio::test]
async fn forms_private_words_and_deletions_are_kept() {
    let it = running();
    let (_, posted) =
        it.post("/api/chat.postMessage", TOKEN, json!({ "channel": "#a", "text": "one" })).await;
    let ts = posted["ts"].as_str().unwrap();
    let calls = [
        ("chat.postEphemeral", json!({ "channel": "#a", "user": "U1", "text": "for you" })),
        (
            "views.open",
            json!({ "trigger_id": "1", "view": { "title": { "text": "What happened?" }, "blocks": [] } }),
        ),
        ("chat.delete", json!({ "channel": "#a", "ts": ts })),
    ];
    for (method, body) in calls {
        let (_, refusal) = it.post(&format!("/api/{method}"), "xoxb-other", body.clone()).await;
        assert_eq!(refusal["error"], "invalid_auth", "{method}");
        let (_, answer) = it.post(&format!("/api/{method}"), TOKEN, body).await;
        assert_eq!(answer["ok"], true, "{method}");
    }
    let shown = it.client.get(&it.url).send().await.unwrap().text().await.unwrap();
    for words in ["for you", "What happened?", "This message was deleted."] {
        assert!(shown.contains(words), "{words}");
    }
}

#[tokio::test]
async fn the_model_has_an_answer_for_what_was_recorded_alone() {
    let it = running();
    let ask = |text: &str| json!({ "model": "m", "messages": [{ "role": "user", "content": text }] });
    let (status, answer) = it.post("/v1/chat/completions", "", ask("known")).await;
    assert_eq!((status, answer.pointer("/choices/0/message/content")), (200, Some(&json!("{}"))));
    let (status, answer) = it.post("/v1/chat/completions", "", ask("strange")).await;
    assert_eq!(status, 400);
    assert!(answer["error"]["message"].as_str().unwrap().contains("stand-in"));
}

#[tokio::test]
async fn the_page_says_what_it_is_and_stops_reloading() {
    let it = running();
    let shown = || async { it.client.get(&it.url).send().await.unwrap().text().await.unwrap() };
    let playing = shown().await;
    assert!(
        playing.contains("stands in for Slack and PagerDuty") && playing.contains("http-equiv=\"refresh\"")
    );
    assert!(playing.contains("href=\"http://127.0.0.1:8080/runbooks\""), "the navigation leads to firstlook");
    it.stand_in.played();
    assert!(!shown().await.contains("http-equiv=\"refresh\""));
    let style = it.client.get(format!("{}/static/style.css", it.url)).send().await.unwrap();
    assert!(style.status().is_success());
}
