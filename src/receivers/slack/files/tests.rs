//! The three calls against servers that answer as Slack does, and as it should not.

use serde_json::{Value, json};

use super::super::super::fake::{Fake, Reply, client};
use super::super::Class;
use super::*;

const TOKEN: &str = "xoxb-0-SECRET";

fn door(fake: &Fake) -> Slack {
    Slack::new(client(), format!("{}/api/", fake.url), Secret::new(TOKEN))
}

fn file() -> File {
    File {
        name: "a.png".into(),
        title: "5xx: 38 %".into(),
        alt: "Line chart".into(),
        kind: "image/png",
        bytes: b"\x89PNG".to_vec(),
    }
}

fn uploaded(n: u32) -> Uploaded {
    Uploaded { id: format!("F{n}"), title: format!("chart {n}") }
}

#[tokio::test]
async fn bytes_go_where_slack_says_and_the_token_does_not() {
    let bytes = Fake::start(Reply::Answer(200, String::new(), "OK - 4".into())).await;
    let place = json!({ "ok": true, "upload_url": format!("{}/upload/v1/abc", bytes.url), "file_id": "F1" });
    let api = Fake::start(Reply::json(200, &place.to_string())).await;
    let answer = door(&api).upload(&file()).await.unwrap();
    assert_eq!(answer, Uploaded { id: "F1".into(), title: "5xx: 38 %".into() });
    let asked = api.requests()[0].clone();
    assert!(asked.starts_with("POST /api/files.getUploadURLExternal HTTP/1.1"), "{asked}");
    assert!(
        asked.ends_with("filename=a.png&length=4&alt_txt=Line+chart") && asked.contains(TOKEN),
        "{asked}"
    );
    let sent = bytes.requests()[0].clone();
    assert!(sent.starts_with("POST /upload/v1/abc HTTP/1.1") && sent.ends_with("PNG"), "{sent}");
    assert!(!sent.contains("SECRET"), "the address alone is the right to write: {sent}");
}

#[tokio::test]
async fn files_are_posted_together_by_the_channels_id() {
    let api = Fake::start(Reply::json(200, r#"{"ok":true,"files":[]}"#)).await;
    door(&api).share(&[uploaded(1), uploaded(2)], "C0ALERTS", "1795111621.000100").await.unwrap();
    let asked = api.requests()[0].clone();
    assert!(asked.starts_with("POST /api/files.completeUploadExternal HTTP/1.1"), "{asked}");
    let body: Value = serde_json::from_str(asked.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let files = json!([{ "id": "F1", "title": "chart 1" }, { "id": "F2", "title": "chart 2" }]);
    assert_eq!(body, json!({ "files": files, "channel_id": "C0ALERTS", "thread_ts": "1795111621.000100" }));
}

#[tokio::test]
async fn a_place_that_is_not_slacks_gets_nothing() {
    for place in [
        "http://169.254.169.254/latest",
        "https://127.0.0.1/x",
        "ftp://127.0.0.1/x",
        "http://evil127.0.0.1/",
        "no-address",
    ] {
        let answer = json!({ "ok": true, "upload_url": place, "file_id": "F1" });
        let api = Fake::start(Reply::json(200, &answer.to_string())).await;
        let error = door(&api).upload(&file()).await.unwrap_err();
        assert_eq!(error.class, Class::Fail, "{place}");
        assert!(error.reason.contains("not its own") && !error.reason.contains(place), "{error}");
    }
    let slack = Slack::new(client(), "https://slack.com/api", Secret::new(TOKEN));
    for (url, own) in [
        ("https://files.slack.com/upload/v1/x", true),
        ("https://slack.com/upload", true),
        ("https://evilslack.com/", false),
        ("http://files.slack.com/", false),
        ("https://files.slack.com.evil.example/", false),
    ] {
        assert_eq!(slack.is_its_own(url), own, "{url}");
    }
}

#[tokio::test]
async fn each_failure_has_its_class_and_its_remedy() {
    let retry = Class::Retry { after: None };
    let refused =
        |code: &str| Reply::json(200, &format!(r#"{{"ok":false,"error":"{code}","needed":"files:write"}}"#));
    for (reply, class, reason) in [
        (refused("missing_scope"), Class::Fail, "[needed scope: files:write]: add the scope files:write"),
        (refused("file_uploads_disabled"), Class::Fail, "administrators"),
        (refused("channel_not_found"), Class::Fail, "check `channel`"),
        (refused("invalid_auth"), Class::Fail, "bot_token"),
        (refused("file_not_found"), retry, "lost the file"),
        (refused("ratelimited"), retry, "could not take it now"),
        (Reply::json(503, TOKEN), retry, "<secret>"),
        (Reply::json(200, "{}"), Class::Ambiguous, "not Slack's answer"),
        (Reply::Hang, Class::Ambiguous, "in time"),
    ] {
        let said = format!("{reply:?}");
        let api = Fake::start(reply).await;
        for error in [
            door(&api).upload(&file()).await.unwrap_err(),
            door(&api).share(&[uploaded(1)], "C0", "1.0").await.unwrap_err(),
        ] {
            assert_eq!(error.class, class, "{said}: {error}");
            assert!(error.reason.contains(reason) && !error.reason.contains("SECRET"), "{said}: {error}");
        }
    }
}
