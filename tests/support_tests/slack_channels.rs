//! Slack's fake and channels: what the real one refuses is refused.

use serde_json::{Value, json};

use super::{client, sample};
use crate::support::slack::{Slack, TOKEN};

async fn call(slack: &Slack, method: &str, fields: &[(&str, &str)]) -> Value {
    let request = client().post(format!("{}/{method}", slack.api_url())).bearer_auth(TOKEN).form(fields);
    request.send().await.unwrap().json().await.unwrap()
}

async fn make(slack: &Slack, name: &str, private: &str) -> Value {
    call(slack, "conversations.create", &[("name", name), ("is_private", private)]).await
}

#[tokio::test]
async fn a_name_is_small_short_and_nobody_elses() {
    let slack = Slack::start();
    let long = "a".repeat(81);
    for (name, code) in [
        ("", "invalid_name_required"),
        ("Inc-1", "invalid_name_specials"),
        ("inc 1", "invalid_name_specials"),
        ("inc.1", "invalid_name_specials"),
        ("---", "invalid_name_punctuation"),
        (long.as_str(), "invalid_name_maxlength"),
        ("alerts", "name_taken"),
    ] {
        assert_eq!(make(&slack, name, "false").await["error"], code, "{name}");
    }
    let made = make(&slack, &long[1..], "true").await;
    assert_eq!((&made["ok"], &made["channel"]["is_private"]), (&json!(true), &json!(true)), "{made}");
    slack.archive(&format!("#{}", &long[1..]));
    assert_eq!(make(&slack, &long[1..], "false").await["error"], "name_taken", "archived ones keep theirs");
    assert_eq!(slack.made().len(), 1);
}

#[tokio::test]
async fn people_are_brought_in_by_who_is_in_it_and_may() {
    let slack = Slack::start();
    let id = make(&slack, "inc-1", "false").await["channel"]["id"].as_str().unwrap().to_owned();
    slack.add_user("U1");
    slack.add_group("S1", &["U2", "U3"]);
    let invite = async |users: &str, force: &str| {
        call(&slack, "conversations.invite", &[("channel", &id), ("users", users), ("force", force)]).await
    };
    assert_eq!(invite("", "true").await["error"], "no_user");
    let mixed = "U1,U0GONE,U0FIRSTLOOK";
    let refused = invite(mixed, "false").await;
    assert_eq!(
        (&refused["ok"], refused["errors"].as_array().unwrap().len()),
        (&json!(false), 2),
        "{refused}"
    );
    assert!(slack.seen("inc-1").members.is_empty(), "all or nobody");
    let taken = invite(mixed, "true").await;
    assert_eq!((&taken["ok"], &taken["errors"][1]["error"]), (&json!(true), &json!("cant_invite_self")));
    assert_eq!(slack.seen("inc-1").members, ["U1"]);
    assert_eq!(invite("U1", "true").await["error"], "already_in_channel");
    let group = call(&slack, "usergroups.users.list", &[("usergroup", "S1")]).await;
    assert_eq!(group["users"], json!(["U2", "U3"]));
    assert_eq!(
        call(&slack, "usergroups.users.list", &[("usergroup", "S2")]).await["error"],
        "no_such_subteam"
    );
    slack.remove_bot("#inc-1");
    assert_eq!(invite("U2", "true").await["error"], "not_in_channel");
    slack.forbid("channels:manage");
    assert_eq!(make(&slack, "inc-2", "false").await["needed"], "channels:manage");
    assert_eq!(make(&slack, "inc-2", "true").await["ok"], true, "a private one needs another scope");
}

#[tokio::test]
async fn topics_pins_and_lists_have_their_limits() {
    let slack = Slack::start();
    let id = make(&slack, "inc-1", "false").await["channel"]["id"].as_str().unwrap().to_owned();
    let topic = async |text: &str| {
        call(&slack, "conversations.setTopic", &[("channel", &id), ("topic", text)]).await["error"].clone()
    };
    assert_eq!(topic(&"x".repeat(251)).await, "too_long");
    assert_eq!(topic(&"x".repeat(250)).await, Value::Null);
    let mut post = sample("01-first-look");
    post["channel"] = json!(id);
    let request =
        client().post(format!("{}/chat.postMessage", slack.api_url())).bearer_auth(TOKEN).json(&post);
    let posted: Value = request.send().await.unwrap().json().await.unwrap();
    let ts = posted["ts"].as_str().unwrap();
    let pin = async |ts: &str| {
        call(&slack, "pins.add", &[("channel", &id), ("timestamp", ts)]).await["error"].clone()
    };
    slack.fill_pins("inc-1", 100);
    assert_eq!((pin(ts).await, pin("1.5").await), (json!("too_many_pins"), json!("message_not_found")));
    let list = async |types: &str, cursor: &str| {
        let fields = [("types", types), ("limit", "2"), ("cursor", cursor)];
        call(&slack, "users.conversations", &fields).await
    };
    let first = list("public_channel", "").await;
    assert_eq!(first["channels"].as_array().unwrap().len(), 2);
    let rest = list("public_channel", first["response_metadata"]["next_cursor"].as_str().unwrap()).await;
    assert_eq!(
        (&rest["channels"][0]["name"], &rest["response_metadata"]["next_cursor"]),
        (&json!("inc-1"), &json!(""))
    );
    assert_eq!(list("private_channel", "").await["channels"], json!([]));
    slack.forbid("groups:read");
    assert_eq!(list("private_channel", "").await["needed"], "groups:read");
    let link = call(&slack, "chat.getPermalink", &[("channel", &id), ("message_ts", ts)]).await;
    assert!(link["permalink"].as_str().unwrap().starts_with("https://example.slack.com/archives/"), "{link}");
}
