//! Slack's fake: the designed messages pass, and each limit, refusal and rule of ours is exercised once.

use serde_json::{Value, json};

use super::{client, sample, set};
use crate::support::plan::Behaviour;
use crate::support::slack::{Slack, TOKEN, Way, refusal, violations};

async fn call(slack: &Slack, method: &str, body: &Value) -> Value {
    let request = client().post(format!("{}/{method}", slack.api_url())).bearer_auth(TOKEN);
    let request = request.header("content-type", "application/json; charset=utf-8").body(body.to_string());
    request.send().await.unwrap().json().await.unwrap()
}

fn workspace() -> (Slack, String) {
    let slack = Slack::start();
    let id = slack.add_channel("#alertcrit");
    assert_eq!(id, "C0ALERTCRIT", "the samples' channel");
    (slack, id)
}

fn links() -> Vec<String> {
    ["https://firstlook.example.com", "https://git.example.com/", "https://example.slack.com/archives/"]
        .map(str::to_owned)
        .to_vec()
}

#[tokio::test]
async fn one_message_is_posted_edited_and_answered() {
    let (slack, id) = workspace();
    let mut post = sample("01-first-look");
    post["channel"] = json!("#alertcrit");
    let posted = call(&slack, "chat.postMessage", &post).await;
    assert_eq!((&posted["ok"], &posted["channel"]), (&json!(true), &json!(id)), "{posted}");
    let ts = posted["ts"].as_str().unwrap();
    for name in ["02-evidence", "03-summary", "03-summary.ja", "06-resolved"] {
        let mut edit = sample(name);
        edit["ts"] = json!(ts);
        assert_eq!(call(&slack, "chat.update", &edit).await["ok"], true, "{name}");
    }
    for name in ["04-acknowledged.thread", "05-told-again.thread"] {
        let mut reply = sample(name);
        reply["thread_ts"] = json!(ts);
        assert_eq!(call(&slack, "chat.postMessage", &reply).await["ok"], true, "{name}");
    }
    let [message] = &slack.messages()[..] else { panic!("one message") };
    assert_eq!((message.edits(), message.channel_name.as_str()), (4, "#alertcrit"));
    assert!(message.text().starts_with("Resolved"), "{}", message.text());
    assert!(message.words().contains("payment-api"), "{}", message.words());
    assert!(
        message.versions[0].at <= message.now().at
            && message.now().metadata["event_type"] == "firstlook_message"
    );
    let replies = slack.replies(ts);
    assert_eq!(replies.iter().map(|r| r.broadcast).collect::<Vec<_>>(), [false, true]);
    assert!(replies[0].ts < replies[1].ts && !replies[0].webhook && replies[0].channel == id);
    let history =
        call(&slack, "conversations.history", &json!({"channel": id, "include_all_metadata": true})).await;
    assert_eq!(history["messages"].as_array().unwrap().len(), 2, "the parent and the broadcast");
    assert_eq!(history["messages"][1]["metadata"]["event_type"], "firstlook_message");
    assert_eq!((slack.refusals(), slack.warnings()), (vec![], vec![]));
}

#[tokio::test]
async fn the_web_api_refuses_with_200() {
    let (slack, id) = workspace();
    let text = |channel: &str| {
        let mut body = sample("01-first-look");
        body["channel"] = json!(channel);
        body
    };
    slack.archive("#alerts");
    slack.remove_bot("#alerts-critical");
    let ts = call(&slack, "chat.postMessage", &text(&id)).await["ts"].clone();
    let cases = [
        ("chat.postMessage", text("#nowhere"), "channel_not_found"),
        ("chat.postMessage", text("#alerts"), "is_archived"),
        ("chat.postMessage", text("#alerts-critical"), "not_in_channel"),
        ("chat.postMessage", json!({"channel": id}), "no_text"),
        ("chat.postMessage", json!({"channel": id, "text": "x", "blocks": "[]"}), "invalid_blocks_format"),
        (
            "chat.postMessage",
            json!({"channel": id, "text": "x", "blocks": [{"type": "video"}]}),
            "invalid_blocks",
        ),
        ("chat.postMessage", json!({"channel": id, "text": "x", "metadata": {}}), "invalid_metadata_format"),
        ("chat.postMessage", json!({"channel": id, "text": "x", "thread_ts": "1.5"}), "thread_not_found"),
        ("chat.postMessage", json!({"channel": id, "text": "x", "thread_ts": 1.5}), "thread_not_found"),
        ("chat.update", json!({"channel": "#alertcrit", "ts": ts, "text": "x"}), "channel_not_found"),
        ("chat.update", json!({"channel": id, "ts": "1.5", "text": "x"}), "message_not_found"),
        ("chat.update", json!({"channel": id, "ts": ts, "text": "x".repeat(4001)}), "msg_too_long"),
        ("chat.delete", json!({}), "unknown_method"),
    ];
    for (method, body, code) in cases {
        let answer = call(&slack, method, &body).await;
        assert_eq!((&answer["ok"], &answer["error"]), (&json!(false), &json!(code)), "{method} {body}");
    }
    assert_eq!((slack.all().len(), slack.all()[0].edits()), (1, 0), "nothing refused is kept");
    assert_eq!(slack.refusals().len(), 5, "{:#?}", slack.refusals());
    slack.forbid("channels:history");
    assert_eq!(
        call(&slack, "conversations.history", &json!({"channel": id})).await["error"],
        "missing_scope"
    );
    assert_eq!(call(&slack, "auth.test", &json!({})).await["ok"], true);
}

#[tokio::test]
async fn tokens_and_content_types_are_checked() {
    let (slack, id) = workspace();
    let body = json!({"channel": id}).to_string();
    let cases = [
        (None, "application/json; charset=utf-8", body.as_str(), "not_authed"),
        (Some("xoxb-other"), "application/json; charset=utf-8", &body, "invalid_auth"),
        (Some(TOKEN), "application/json; charset=latin1", &body, "invalid_charset"),
        (Some(TOKEN), "application/xml", &body, "invalid_post_type"),
        (Some(TOKEN), "application/json; charset=utf-8", "{", "invalid_json"),
        (Some(TOKEN), "application/json; charset=utf-8", "[]", "json_not_object"),
        (Some(TOKEN), "application/json", &body, "no_text"),
    ];
    for (token, kind, body, code) in cases {
        let request = client().post(slack.api_url() + "/chat.postMessage").header("content-type", kind);
        let request = if let Some(token) = token { request.bearer_auth(token) } else { request };
        let response = request.body(body.to_owned()).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.unwrap()["error"], code);
    }
    assert_eq!(slack.warnings(), ["missing_charset"]);
}

#[tokio::test]
async fn rates_and_forced_failures_look_like_slacks() {
    let (slack, id) = workspace();
    slack.limit_rate();
    let mut post = sample("99-nasty");
    post["channel"] = json!(id);
    assert_eq!(call(&slack, "chat.postMessage", &post).await["ok"], true);
    slack.plan().then_on("chat.update", Behaviour::status(503));
    let send = async |url: String| client().post(url).bearer_auth(TOKEN).json(&post).send().await.unwrap();
    let limited = send(slack.api_url() + "/chat.postMessage").await;
    assert_eq!((limited.status().as_u16(), &limited.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    assert_eq!(limited.json::<Value>().await.unwrap()["error"], "ratelimited");
    assert_eq!(send(slack.api_url() + "/chat.update").await.status(), 503);
    assert_eq!((slack.requests().len(), slack.messages().len()), (3, 1));
}

#[tokio::test]
async fn an_incoming_webhook_says_ok_or_why_not() {
    let (slack, id) = workspace();
    let send = async |url: &str, body: &Value| {
        let response = client().post(url).json(body).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let url = slack.webhook_url();
    assert_eq!(send(&url, &sample("01-first-look.incoming-webhook")).await, (200, "ok".to_owned()));
    assert_eq!(send(&url, &json!([])).await, (400, "invalid_payload".to_owned()));
    assert_eq!(send(&url, &json!({})).await, (400, "no_text".to_owned()));
    assert_eq!(
        send(&url, &json!({"text": "x", "blocks": [{"type": "x"}]})).await,
        (400, "invalid_blocks".to_owned())
    );
    assert_eq!(send(&(url.clone() + "x"), &json!({"text": "x"})).await, (404, "no_service".to_owned()));
    let [message] = &slack.messages()[..] else { panic!("one message") };
    assert!(message.webhook && message.channel_name == "#alerts");
    let edit = json!({"channel": message.channel, "ts": message.ts, "text": "x"});
    assert_eq!(call(&slack, "chat.update", &edit).await["error"], "cant_update_message");
    slack.limit_rate();
    assert_eq!(send(&url, &sample("01-first-look.incoming-webhook")).await.0, 200);
    assert_eq!(send(&url, &sample("01-first-look.incoming-webhook")).await, (429, "rate_limited".to_owned()));
    slack.archive("#alerts");
    assert_eq!(send(&url, &json!({"text": "x"})).await, (410, "channel_is_archived".to_owned()));
    assert_ne!(id, message.channel);
}

#[test]
fn every_limit_of_blocks_is_kept() {
    let plain = |text: String| json!({"type": "plain_text", "text": text});
    let section = |n: usize| json!({"type": "section", "text": {"type": "mrkdwn", "text": "x".repeat(n)}});
    let button = |id: &str| json!({"type": "button", "action_id": id, "text": plain("x".to_owned())});
    let actions = |elements: Value| json!([{"type": "actions", "elements": elements}]);
    let many = |n: usize| (0..n).map(|i| button(&i.to_string())).collect::<Vec<_>>();
    let option = json!({"text": plain("x".to_owned()), "value": "x"});
    let rich = |leaf: Value| json!([{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [leaf]}]}]);
    let good = [
        json!([]),
        json!(vec![json!({"type": "divider"}); 50]),
        json!([{"type": "header", "text": plain("x".repeat(150))}, section(3000)]),
        json!(vec![section(3000); 4]),
        actions(json!(many(25))),
    ];
    for blocks in good {
        assert_eq!(refusal(&blocks), None);
    }
    let bad = [
        json!(vec![json!({"type": "divider"}); 51]),
        json!([{"type": "header", "text": plain("x".repeat(151))}]),
        json!([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]),
        json!([section(3001)]),
        json!([section(0)]),
        json!([{"type": "section"}]),
        json!([{"type": "section", "fields": vec![plain("x".to_owned()); 11]}]),
        json!([{"type": "section", "fields": [plain("x".repeat(2001))]}]),
        json!([{"type": "section", "text": plain("x".to_owned()), "colour": "red"}]),
        json!([{"type": "divider", "block_id": "x".repeat(256)}]),
        json!([{"type": "divider", "block_id": "x"}, {"type": "divider", "block_id": "x"}]),
        json!([{"type": "context", "elements": []}]),
        json!([{"type": "context", "elements": vec![plain("x".to_owned()); 11]}]),
        json!([{"type": "image", "image_url": "https://x", "alt_text": ""}]),
        json!([{"type": "image", "image_url": "https://x", "slack_file": {"id": "F1"}, "alt_text": "x"}]),
        json!([{"type": "image", "slack_file": {"id": "F1", "url": "https://x"}, "alt_text": "x"}]),
        actions(json!(many(26))),
        actions(json!([button("a"), button("a")])),
        actions(json!([{"type": "button", "text": plain("x".repeat(76))}])),
        actions(json!([{"type": "button", "text": plain("x".to_owned()), "style": "blue"}])),
        actions(json!([{"type": "button", "text": plain("x".to_owned()), "url": "javascript:x"}])),
        actions(json!([{"type": "button", "text": plain("x".to_owned()), "value": "x".repeat(2001)}])),
        actions(json!([{"type": "button", "text": plain("x".to_owned()), "confirm": {}}])),
        actions(json!([{"type": "overflow", "options": vec![option.clone(); 6]}])),
        actions(json!([{"type": "static_select", "options": [option], "initial_option": {}}])),
        actions(json!([{"type": "plain_text_input"}])),
        rich(json!({"type": "text", "text": ""})),
        rich(json!({"type": "date", "format": "{time}", "timestamp": 1})),
        rich(json!({"type": "text", "text": "x", "style": {"big": true}})),
        json!([{"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "x", "elements": []}]}]),
    ];
    for blocks in bad {
        let code = refusal(&blocks).unwrap_or_else(|| panic!("not refused: {blocks}"));
        assert_eq!(code.code, "invalid_blocks");
        assert!(code.messages[0].contains("[json-pointer:/blocks"), "{code:?}");
    }
    let long = refusal(&json!(vec![section(2650); 5])).unwrap();
    assert_eq!((long.code, long.messages.len()), ("msg_blocks_too_long", 0));
}

#[test]
fn every_rule_of_ours_is_kept() {
    let base = sample("03-summary");
    assert_eq!(violations(&base, Way::Update, &links()), Vec::<String>::new());
    for name in ["01-first-look", "10-storm", "99-nasty"] {
        assert_eq!(violations(&sample(name), Way::Post, &links()), Vec::<String>::new(), "{name}");
    }
    let at = |kind: &str| base["blocks"].as_array().unwrap().iter().position(|b| b["type"] == kind).unwrap();
    let (rich, actions) = (format!("/blocks/{}/elements/0/elements/0/text", at("rich_text")), at("actions"));
    let text = |m: &str| (rich.clone(), json!(m));
    let cases = [
        ("/text".to_owned(), json!("x".repeat(121))),
        ("/text".to_owned(), json!("障".repeat(61))),
        ("/text".to_owned(), json!("<!here>")),
        ("/text".to_owned(), json!("a & b")),
        ("/text".to_owned(), json!("🛑 x")),
        ("/metadata/event_type".to_owned(), json!("other")),
        ("/blocks/0/text/text".to_owned(), json!("x".repeat(91))),
        ("/blocks/0/text/text".to_owned(), json!("a < b")),
        ("/blocks/0/text/emoji".to_owned(), json!(true)),
        text("<!channel>"),
        text("<@U1>"),
        text("a < b"),
        (rich.clone(), json!("x".repeat(13_001))),
        (format!("/blocks/{actions}/elements/1/confirm"), Value::Null),
        (format!("/blocks/{actions}/elements/0/text/text"), json!("x".repeat(31))),
        (format!("/blocks/{actions}/elements/3/url"), json!("https://firstlook.example.com.evil.example/")),
    ];
    for (pointer, value) in cases {
        let mut broken = base.clone();
        set(&mut broken, &pointer, value.clone());
        if value.is_null() {
            broken["blocks"][actions]["elements"][1].as_object_mut().unwrap().remove("confirm");
        }
        assert_ne!(violations(&broken, Way::Update, &links()), Vec::<String>::new(), "{pointer}: {value}");
    }
    assert_eq!(violations(&base, Way::Post, &links()), ["unfurl must be off"]);
    for m in [
        "<!here|x>",
        "<#C1>",
        "<https://evil.example|look>",
        "<!date^1^{time}>",
        "a & b",
        "<https://firstlook.example.com>",
    ] {
        let mut broken = base.clone();
        broken["blocks"][0] =
            json!({"type": "section", "text": {"type": "mrkdwn", "verbatim": true, "text": m}});
        assert_ne!(violations(&broken, Way::Update, &links()), Vec::<String>::new(), "{m}");
    }
    for leaf in [
        json!({"type": "broadcast", "range": "here"}),
        json!({"type": "user", "user_id": "U1"}),
        json!({"type": "emoji", "name": "fire"}),
    ] {
        let mut broken = base.clone();
        set(&mut broken, rich.trim_end_matches("/text"), leaf.clone());
        assert_ne!(violations(&broken, Way::Update, &links()), Vec::<String>::new(), "{leaf}");
    }
}

#[tokio::test]
#[should_panic(expected = "break our own rules")]
async fn a_breach_that_nobody_takes_fails_the_test() {
    let (slack, id) = workspace();
    let answer = call(&slack, "chat.postMessage", &json!({"channel": id, "text": "<!here> look"})).await;
    assert_eq!(answer["ok"], true, "Slack itself would ring everybody");
}

#[tokio::test]
async fn a_breach_can_be_taken_or_tolerated() {
    let (slack, id) = workspace();
    call(&slack, "chat.postMessage", &json!({"channel": id, "text": "<!here> look"})).await;
    assert!(slack.take_violations().contains(&"mention".to_owned()));
    let mut post = sample("01-first-look");
    post["blocks"][0] = json!({"type": "section", "text": {"type": "mrkdwn", "verbatim": true, "text": "<https://other.example/|x>"}});
    post["channel"] = json!(id);
    slack.tolerate("link outside");
    call(&slack, "chat.postMessage", &post).await;
    assert_eq!(slack.take_violations(), Vec::<String>::new());
}
