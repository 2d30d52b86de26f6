//! Which messages of others an analysis is offered under, and what is read of them.

use super::*;
use crate::notify::slack::limits::check;

fn body(change: impl FnOnce(&mut Value)) -> String {
    let mut body = json!({
        "type": "event_callback", "event_id": "Ev01", "api_app_id": "A0OURS",
        "authorizations": [{"user_id": "U0OURS", "is_bot": true}],
        "event": {
            "type": "message", "channel": "C0ALARMS", "channel_type": "channel", "ts": "1795111500.000200",
            "user": "U0OTHER", "bot_id": "B0OTHER", "app_id": "A0OTHER", "text": "ALARM: <https://x/|api> &amp; more",
        },
    });
    change(&mut body);
    body.to_string()
}

fn read(change: impl FnOnce(&mut Value)) -> Option<Posted> {
    match event(&body(change)).unwrap() {
        Event::Posted(posted) => Some(*posted),
        _ => None,
    }
}

#[test]
fn a_new_message_of_another_app_is_told_of() {
    let posted = read(|_| {}).unwrap();
    assert_eq!((posted.event.as_str(), posted.channel.as_str()), ("Ev01", "C0ALARMS"));
    assert_eq!((posted.ts.as_str(), posted.said.as_str()), ("1795111500.000200", "ALARM: api & more"));
    let legacy = read(|body| {
        body["event"]["subtype"] = json!("bot_message");
        body["event"].as_object_mut().unwrap().remove("app_id");
        body["event"]["text"] = json!("");
        body["event"]["attachments"] =
            json!([{"title": "[FIRING:1] Slow", "text": "p90 is *4 s*", "fallback": "x"}]);
    });
    let legacy = legacy.unwrap();
    assert_eq!(legacy.said, "[FIRING:1] Slow\np90 is *4 s*");
    let blocks = read(|body| {
        body["event"]["text"] = json!("");
        body["event"]["blocks"] =
            json!([{"type": "section", "text": {"type": "mrkdwn", "text": "disk <!here> full"}}]);
    });
    assert_eq!(blocks.unwrap().said, "disk !here full");
    let offers = |apps: &[&str]| Offers {
        channels: vec!["C0ALARMS".to_owned()],
        apps: apps.iter().map(|id| (*id).to_owned()).collect(),
    };
    assert!(
        offers(&[]).want(&posted) && offers(&["A0OTHER"]).want(&posted) && offers(&["B0OTHER"]).want(&posted)
    );
    assert!(!offers(&["A0THIRD"]).want(&posted));
    assert!(!offers(&[]).want(&legacy), "an app that is not named may be our own");
    assert!(offers(&["B0OTHER"]).want(&legacy));
    let elsewhere = Offers { channels: vec!["C0OTHER".to_owned()], apps: Vec::new() };
    assert!(!elsewhere.want(&posted) && !Offers::default().want(&posted));
}

#[test]
fn our_own_answers_edits_and_people_are_not() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 12] = [
        ("our app", |b| b["event"]["app_id"] = json!("A0OURS")),
        ("our app by its profile", |b| {
            b["event"].as_object_mut().unwrap().remove("app_id");
            b["event"]["bot_profile"] = json!({"app_id": "A0OURS"});
        }),
        ("our bot", |b| b["event"]["user"] = json!("U0OURS")),
        ("an answer in a thread", |b| b["event"]["thread_ts"] = json!("1795111400.000100")),
        ("an edit", |b| b["event"]["subtype"] = json!("message_changed")),
        ("a deletion", |b| b["event"]["subtype"] = json!("message_deleted")),
        ("an answer that is shown in the channel", |b| b["event"]["subtype"] = json!("thread_broadcast")),
        ("a person", |b| drop(b["event"].as_object_mut().unwrap().remove("bot_id"))),
        ("no channel", |b| b["event"]["channel"] = json!("../x")),
        ("no message", |b| b["event"]["ts"] = json!("1795111500")),
        ("no id", |b| b["event_id"] = json!(7)),
        ("another event", |b| b["event"]["type"] = json!("app_mention")),
    ];
    for (what, change) in cases {
        assert_eq!(read(change), None, "{what}");
    }
    assert!(
        read(|b| b["event"]["thread_ts"] = b["event"]["ts"].clone()).is_some(),
        "it has a thread of its own"
    );
}

#[test]
fn slack_asks_for_its_challenge_and_nonsense_is_nothing() {
    let asked = json!({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"});
    assert_eq!(event(&asked.to_string()), Ok(Event::Challenge("3eZbrw1a".to_owned())));
    for odd in ["null", "[]", "7", "{\"type\":7}", "{\"type\":\"event_callback\",\"event\":[[]]}"] {
        assert_eq!(event(odd), Ok(Event::Other), "{odd}");
    }
    assert!(event("{").is_err());
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let huge = read(|body| {
        body["event"]["text"] = json!("");
        body["event"]["blocks"] = serde_json::from_str(&deep).unwrap();
        body["event"]["attachments"] = json!(vec![json!({"text": "重<".repeat(50_000)}); 50]);
    });
    assert_eq!(huge.unwrap().said.chars().count(), SAID);
}

#[test]
fn the_offer_leads_to_its_message() {
    for language in Language::ALL {
        let body = slack_offer(language, "C0ALARMS", "1795111500.000200");
        let button = &body["blocks"][1]["elements"][0];
        let payload = json!({"type": "block_actions", "trigger_id": "1.2", "actions": [button], "response_url": "https://r"});
        let pointed = pointed(&payload.to_string()).unwrap();
        assert_eq!((pointed.trigger.as_str(), pointed.message.thread.as_str()), ("1.2", "1795111500.000200"));
        assert_eq!(pointed.message.at(), DateTime::from_timestamp(1_795_111_500, 0));
        let mut bare = body.clone();
        // Its button names a message, not an incident.
        bare["blocks"].as_array_mut().unwrap().truncate(1);
        check(&bare);
    }
    let shortcut = json!({
        "type": "message_action", "callback_id": "analyse_message", "trigger_id": "1.2", "channel": {"id": "C0OPS"},
        "message": {"ts": "1795111500.000200", "thread_ts": "1795111400.000100", "text": "&lt;down&gt;"},
    });
    let message = pointed(&shortcut.to_string()).unwrap().message;
    assert_eq!((message.thread.as_str(), message.said.as_str()), ("1795111400.000100", "<down>"));
    for odd in
        ["{", "{}", r#"{"type":"block_actions","actions":[{"action_id":"analyse_message","value":"C0:x"}]}"#]
    {
        assert_eq!(pointed(odd), None, "{odd}");
    }
}
