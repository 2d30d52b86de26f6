//! The form that declares: what is chosen in it is done, what cannot be used is said at its place, and what is forged does nothing.

use std::time::Duration;

use serde_json::{Value, json};

use super::{INVITED, declare, lines, start};
use crate::harness::{Firstlook, alert, body, resolved};
use crate::support::slack::workspace::words;
use crate::support::wait::eventually;

/// Room for a machine that is slow.
const WITHIN: Duration = Duration::from_secs(60);

/// `aya` presses Declare of an incident; the form that is opened then.
async fn opened(firstlook: &Firstlook, incident: i64) -> Value {
    let before = firstlook.slack.views().len();
    firstlook.chooses("aya", &format!("declare:{incident}"), &firstlook.slack.trigger()).await;
    firstlook.slack.views().get(before).cloned().unwrap_or_default()
}

fn block<'a>(view: &'a Value, id: &str) -> &'a Value {
    view["blocks"].as_array().unwrap().iter().find(|one| one["block_id"] == id).unwrap_or(&Value::Null)
}

fn filled(
    name: &str,
    lead: &str,
    people: &[&str],
    groups: &[&str],
    sees: &str,
) -> Vec<(&'static str, Value)> {
    let options: Vec<Value> = groups.iter().map(|id| json!({"value": id})).collect();
    vec![
        ("name", json!({"type": "plain_text_input", "value": name})),
        ("lead", json!({"type": "users_select", "selected_user": lead})),
        ("people", json!({"type": "multi_users_select", "selected_users": people})),
        ("groups", json!({"type": "multi_static_select", "selected_options": options})),
        ("private", json!({"type": "static_select", "selected_option": {"value": sees}})),
    ]
}

/// `aya` presses Declare of the first incident, and fills the form in as it comes; what is answered.
pub async fn submitted(firstlook: &Firstlook) -> (u16, String) {
    let view = opened(firstlook, 1).await;
    let name = block(&view, "name")["element"]["initial_value"].as_str().unwrap();
    let answer = firstlook.submits("aya", &view, &filled(name, "U0TEST", &[], &[], "public")).await;
    (answer.status, answer.text)
}

#[tokio::test]
async fn what_is_chosen_in_the_form_is_done_besides_what_the_configuration_says() {
    let firstlook = start(INVITED).await;
    let slack = &firstlook.slack;
    slack.add_user("U0ZOE");
    slack.add_group("S0DBA", &["U0DAN", "U0MIA"]);
    let view = opened(&firstlook, 1).await;
    assert!(slack.made().is_empty(), "a form declares nothing by being opened");
    assert_eq!(block(&view, "name")["element"]["initial_value"], "inc-1-checkout-api");
    assert_eq!(block(&view, "lead")["element"]["initial_user"], "U0TEST");
    let besides = &block(&view, "people")["element"]["placeholder"]["text"];
    assert_eq!(besides, "Besides 2 people and 1 group of the configuration");
    let groups = &block(&view, "groups")["element"]["options"];
    assert_eq!((groups.as_array().unwrap().len(), &groups[0]["value"]), (1, &json!("S0DBA")), "{groups}");
    assert_eq!(block(&view, "private")["element"]["initial_option"]["value"], "public");

    let values = filled("#War-Room", "U0ZOE", &["U0KEN", "U0GONE"], &["S0DBA"], "private");
    let answer = firstlook.submits("aya", &view, &values).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "taken, and closed");
    firstlook.until("its channel is open", |one| one["declared"]["channel"].is_string()).await;
    firstlook.idle().await;
    let channel = slack.seen("war-room");
    assert!(channel.private, "{channel:?}");
    assert_eq!(channel.members, ["U0ZOE", "U0KEN", "U0MIA", "U0BOB", "U0DAN"], "who leads first, each once");
    let incident = firstlook.incident(1).await;
    let undone = lines(&incident, "not_declared");
    assert!(undone.len() == 1 && undone[0].contains("U0GONE (user_not_found)"), "{undone:?}");
    assert_eq!(
        (&incident["declared"]["lead"], &incident["declared"]["actor"]),
        (&json!("U0ZOE"), &json!("aya in Slack"))
    );
    let own = slack.messages().into_iter().find(|one| one.channel == channel.id).unwrap();
    assert!(own.now().blocks.to_string().contains("\"user_id\":\"U0ZOE\""), "{:#}", own.now().blocks);

    // The same form again finds it done, and a press of the old button says so without one.
    let answer = firstlook.submits("ken", &view, &filled("other", "U0KEN", &[], &[], "public")).await.json();
    assert!(answer["errors"]["name"].as_str().unwrap().contains("declared it meanwhile"), "{answer}");
    let views = slack.views().len();
    slack.add_user("U0GONE");
    firstlook.press("ken", "declare", &json!(1), false).await;
    firstlook.until("all is done", |one| one["declared"]["undone"] == json!([])).await;
    assert_eq!((slack.views().len(), slack.made()), (views, vec!["war-room".to_owned()]));
    firstlook.finish().await;
}

#[tokio::test]
async fn what_cannot_be_used_or_is_forged_is_said_at_its_place_and_declares_nothing() {
    let firstlook = start("declare: { private: true }").await;
    let view = opened(&firstlook, 1).await;
    assert_eq!(block(&view, "private")["element"]["initial_option"]["value"], "private");
    let fine = || filled("ops", "U0KEN", &[], &[], "public");
    let mut odd = filled("Sä tze <!channel>", "", &["@ken"], &["U0KEN"], "nobody");
    let answer = firstlook.submits("aya", &view, &odd).await.json();
    let at: Vec<&String> = answer["errors"].as_object().unwrap().keys().collect();
    assert_eq!(at, ["groups", "lead", "name", "people", "private"], "{answer}");
    odd.truncate(0);
    assert_eq!(firstlook.submits("aya", &view, &odd).await.json()["errors"].as_object().unwrap().len(), 3);
    for (forged, said) in [
        ("9", "There is no incident #9"),
        ("-1", "about no incident"),
        ("{\"incident\": 1}", "about no incident"),
        ("1'; DROP TABLE incident", "about no incident"),
        (&"9".repeat(2_999), "about no incident"),
    ] {
        let mut view = view.clone();
        view["private_metadata"] = json!(forged);
        let answer = firstlook.submits("aya", &view, &fine()).await.json();
        assert!(answer["errors"]["name"].as_str().unwrap().contains(said), "{forged}: {answer}");
    }
    firstlook.post(body(&[resolved(&alert(&super::LABELS, "x"))])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    let answer = firstlook.submits("aya", &view, &fine()).await.json();
    assert!(answer["errors"]["name"].as_str().unwrap().contains("this incident is over"), "{answer}");
    firstlook.idle().await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM declaration").await, 0);
    firstlook.finish().await;
}

#[tokio::test]
async fn a_form_that_is_not_opened_says_why_and_what_does_without_one() {
    let firstlook = start(INVITED).await;
    let slack = &firstlook.slack;
    let said = async |trigger: &str, incident: i64| {
        let before = slack.answers().len();
        firstlook.chooses("aya", &format!("declare:{incident}"), trigger).await;
        let answer = eventually(WITHIN, "an answer", async || slack.answers().get(before).cloned()).await;
        words(&answer["blocks"])
    };
    let late = said(&slack.aged_trigger(Duration::from_secs(4)), 1).await;
    assert!(late.contains("came too late") && late.contains("/firstlook declare 1 declares it"), "{late}");
    slack.forbid("commands");
    let scope = said(&slack.trigger(), 1).await;
    assert!(scope.contains("add the scope commands"), "{scope}");
    slack.allow_all();
    assert!(said(&slack.trigger(), 7).await.contains("There is no incident #7"));
    assert!(slack.views().is_empty() && slack.made().is_empty());

    // Without its scope groups cannot be chosen, and the form says so; all the rest can be.
    slack.forbid("usergroups:read");
    let view = opened(&firstlook, 1).await;
    let hint = block(&view, "people")["hint"]["text"].as_str().unwrap().to_owned();
    assert!(hint.contains("Groups cannot be chosen") && hint.contains("usergroups:read"), "{hint}");
    assert!(block(&view, "groups").is_null());
    assert_eq!(
        declare(&firstlook).await,
        "#1 is declared; its message says in a moment where its channel is."
    );
    firstlook.finish().await;
}
