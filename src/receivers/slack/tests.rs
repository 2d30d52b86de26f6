//! The door against a server that answers as Slack does, and as Slack should not.

use std::time::Duration;

use serde_json::json;

use super::super::fake::{Fake, Reply, client};
use super::*;

const TOKEN: &str = "xoxb-0-SECRET";
const TAKEN: &str = r#"{"ok":true,"channel":"C0ALERTCRIT","ts":"1795111621.000100"}"#;

async fn post_to(reply: Reply) -> (Result<Receipt, SendError>, Vec<String>) {
    let fake = Fake::start(reply).await;
    let door = Slack::new(client(), format!("{}/api/", fake.url), Secret::new(TOKEN));
    assert!(!format!("{door:?}").contains(TOKEN));
    (door.post(&json!({ "channel": "#alerts", "text": "x" })).await, fake.requests())
}

fn refused(code: &str) -> Reply {
    Reply::json(200, &format!(r#"{{"ok":false,"error":"{code}"}}"#))
}

#[tokio::test]
async fn a_post_gives_the_channels_id_and_ts() {
    let (result, requests) = post_to(Reply::json(200, TAKEN)).await;
    assert_eq!(result, Ok(Receipt { channel: "C0ALERTCRIT".into(), ts: "1795111621.000100".into() }));
    let head = requests[0].to_lowercase();
    assert!(head.starts_with("post /api/chat.postmessage http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer xoxb-0-secret"), "{head}");
}

#[tokio::test]
async fn an_edit_goes_to_chat_update_and_may_find_nothing() {
    let fake = Fake::start(refused("message_not_found")).await;
    let door = Slack::new(client(), format!("{}/api", fake.url), Secret::new(TOKEN));
    let error = door.update(&json!({ "channel": "C0", "ts": "1.0" })).await.unwrap_err();
    assert_eq!(error.class, Class::Gone);
    assert!(fake.requests()[0].starts_with("POST /api/chat.update HTTP/1.1"));
}

#[tokio::test]
async fn each_failure_has_its_class_and_its_remedy() {
    let retry = |after| Class::Retry { after };
    let scope = r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#;
    let blocks =
        r#"{"ok":false,"error":"invalid_blocks","response_metadata":{"messages":["[ERROR] too long"]}}"#;
    for (reply, class, reason) in [
        (Reply::json(429, "").header("Retry-After: 7"), retry(Some(Duration::from_secs(7))), "slow down"),
        (refused("ratelimited").header("Retry-After: 3"), retry(Some(Duration::from_secs(3))), "ratelimited"),
        (refused("internal_error"), retry(None), "internal_error"),
        (refused("service_unavailable"), retry(None), "could not take it now"),
        (Reply::json(502, ""), retry(None), "502"),
        (refused("invalid_auth"), Class::Fail, "bot_token"),
        (refused("channel_not_found"), Class::Fail, "check `channel`"),
        (refused("not_in_channel"), Class::Fail, "invite the bot"),
        (refused("msg_too_long"), Class::Fail, "report it"),
        (refused("new_error_of_2030"), Class::Fail, "new_error_of_2030"),
        (Reply::json(200, scope), Class::Fail, "needed scope: chat:write"),
        (Reply::json(200, blocks), Class::Fail, "[ERROR] too long"),
        (Reply::json(403, TOKEN), Class::Fail, "<secret>"),
        (Reply::json(200, "<html>login"), Class::Ambiguous, "not Slack's answer"),
        (Reply::json(200, r#"{"ok":true}"#), Class::Ambiguous, "not Slack's answer"),
        (Reply::Hang, Class::Ambiguous, "in time"),
        (Reply::Reset, Class::Ambiguous, "broke"),
    ] {
        let said = format!("{reply:?}");
        let error = post_to(reply).await.0.unwrap_err();
        assert_eq!(error.class, class, "{said}: {error}");
        assert!(error.reason.contains(reason) && !error.reason.contains(TOKEN), "{said}: {error}");
    }
}

#[tokio::test]
async fn an_incoming_webhook_is_taken_by_ok_alone_and_keeps_its_address() {
    let send = async |reply| {
        let fake = Fake::start(reply).await;
        let url = format!("{}/services/T0/B0/s3cr3t", fake.url);
        let door = IncomingWebhook::new(client(), Secret::new(url));
        assert!(!format!("{door:?}").contains("s3cr3t"));
        door.post(&json!({ "text": "x" })).await
    };
    assert_eq!(send(Reply::json(200, "ok")).await, Ok(()));
    for (reply, class) in [
        (Reply::json(200, "<html>"), Class::Ambiguous),
        (Reply::json(404, "no_service"), Class::Fail),
        (Reply::json(429, ""), Class::Retry { after: None }),
        (Reply::Reset, Class::Ambiguous),
    ] {
        let error = send(reply).await.unwrap_err();
        assert_eq!(error.class, class);
        assert!(!error.reason.contains("s3cr3t") && !error.reason.contains("127.0.0.1"), "{error}");
    }
    let nobody = IncomingWebhook::new(client(), Secret::new("http://127.0.0.1:9/s3cr3t"));
    let error = nobody.post(&json!({})).await.unwrap_err();
    assert!(matches!(error.class, Class::Retry { .. }) && !error.reason.contains("s3cr3t"), "{error}");
}
