//! Slack's fake and files: what the real one refuses is refused, and nothing is seen before it is posted.

use serde_json::{Value, json};

use super::{client, sample};
use crate::support::slack::{Slack, TOKEN};

async fn call(slack: &Slack, method: &str, body: &Value) -> Value {
    let request = client().post(format!("{}/{method}", slack.api_url())).bearer_auth(TOKEN);
    let request = request.header("content-type", "application/json; charset=utf-8").body(body.to_string());
    request.send().await.unwrap().json().await.unwrap()
}

async fn upload(slack: &Slack, length: usize, bytes: &'static [u8]) -> (String, u16) {
    let place = json!({"filename": "a.png", "length": length, "alt_txt": "a chart"});
    let place = call(slack, "files.getUploadURLExternal", &place).await;
    let request = client().post(place["upload_url"].as_str().unwrap()).body(bytes);
    (place["file_id"].as_str().unwrap().to_owned(), request.send().await.unwrap().status().as_u16())
}

#[tokio::test]
async fn a_file_needs_its_bytes_its_id_and_a_channels_id() {
    let slack = Slack::start();
    let channel = slack.add_channel("#alertcrit");
    let mut post = sample("01-first-look");
    post["channel"] = json!(channel);
    let ts = call(&slack, "chat.postMessage", &post).await["ts"].clone();
    let (short, refused) = upload(&slack, 4, b"abc").await;
    assert_eq!((refused, slack.refusals().len()), (400, 1), "three bytes are not four");
    let (file, taken) = upload(&slack, 4, "né!".as_bytes()).await;
    assert_eq!(taken, 200, "a length is in bytes");
    let share = |id: &str, channel: &str, ts: &Value| json!({"files": [{"id": id, "title": "x"}], "channel_id": channel, "thread_ts": ts});
    for (body, code) in [
        (share(&file, "#alertcrit", &ts), "channel_not_found"),
        (share("F0999", &channel, &ts), "file_not_found"),
        (share(&short, &channel, &ts), "file_not_found"),
        (share(&file, &channel, &json!("1.0")), "thread_not_found"),
        (json!({"files": [], "channel_id": channel}), "missing_argument"),
    ] {
        assert_eq!(call(&slack, "files.completeUploadExternal", &body).await["error"], code, "{body}");
    }
    assert!(slack.file_posts().is_empty(), "nobody sees what is not posted");
    assert_eq!(call(&slack, "files.completeUploadExternal", &share(&file, &channel, &ts)).await["ok"], true);
    let posts = slack.file_posts();
    assert_eq!((posts.len(), posts[0].files[0].0.bytes.as_deref()), (1, Some("né!".as_bytes())));
    assert!(slack.replies(ts.as_str().unwrap()).is_empty());
}

#[tokio::test]
async fn a_place_needs_a_scope_a_length_and_a_short_description() {
    let slack = Slack::start();
    let ask =
        |length: u64, alt: usize| json!({"filename": "a.png", "length": length, "alt_txt": "x".repeat(alt)});
    for (body, code) in [(ask(0, 1), "missing_argument"), (ask(1, 1001), "alt_txt_too_large")] {
        assert_eq!(call(&slack, "files.getUploadURLExternal", &body).await["error"], code);
    }
    slack.forbid_files();
    for method in ["files.getUploadURLExternal", "files.completeUploadExternal"] {
        let answer = call(&slack, method, &ask(1, 1)).await;
        assert_eq!((&answer["error"], &answer["needed"]), (&json!("missing_scope"), &json!("files:write")));
    }
    let lost =
        client().post(slack.api_url().replace("/api", "/upload/v1/F0999")).body("x").send().await.unwrap();
    assert_eq!(lost.status().as_u16(), 404);
}
