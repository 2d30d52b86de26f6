//! Alarms that other apps post in Slack: offered an analysis under each, once, and answered in its thread.

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, SIGNING_SECRET, Setup};
use crate::support::model::{Asked, Model, Said};
use crate::support::wait::eventually;

/// Slack tells of a message of another app.
fn told(channel: &str, ts: &str, id: &str) -> Value {
    json!({
        "type": "event_callback", "event_id": id, "api_app_id": "A0OURS", "team_id": "T0TEST",
        "authorizations": [{"user_id": "U0OURS", "is_bot": true}],
        "event": {
            "type": "message", "subtype": "bot_message", "channel": channel, "channel_type": "channel", "ts": ts,
            "bot_id": "B0OTHER", "app_id": "A0OTHER", "text": "ALARM: <https://x/|captures> fail &amp; more",
        },
    })
}

fn summary(_: &str) -> String {
    json!({"headline": "nothing", "claims": []}).to_string()
}

fn reports(_: &Asked) -> Said {
    let report = json!({
        "overview": [{"text": "\"captures fail\" stands in the alarm.", "citations": ["A1"]}],
        "root_causes": [], "impact": [], "timeline": [], "actions": [], "prevention": [], "gaps": [],
    });
    Said::text(report.to_string())
}

/// With offers in `#alarms`.
fn setup(model: &Model) -> Setup {
    let more = format!(
        "slack: {{ signing_secret: {SIGNING_SECRET}, offer_analysis: {{ channels: [C0ALARMS, C0OTHERS] }} }}"
    );
    Setup { more, ..Setup::default() }.openai(model)
}

/// Waits until nothing is left to be offered: `idle` does not wait for upkeep.
async fn settled(firstlook: &Firstlook) {
    let left = async || {
        let open = "SELECT count(*) FROM offer o WHERE state = 'wanted' OR EXISTS
                    (SELECT FROM job WHERE key = 'offer/' || o.channel || '/' || o.ts)";
        (firstlook.sql(open).await == 0).then_some(())
    };
    eventually(PATIENCE, "all offers are made or given up", left).await;
}

async fn tells(firstlook: &Firstlook, event: &Value) {
    let answer = firstlook.slack_tells(event, SIGNING_SECRET, 0, None).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{event}");
}

#[tokio::test]
async fn an_alarm_of_another_app_is_offered_once_and_answered_in_its_thread() {
    let model = Model::start(summary);
    model.talk(reports);
    let firstlook = Firstlook::start(setup(&model)).await;
    let slack = &firstlook.slack;
    let channel = slack.add_channel("#alarms");
    let ts = slack.posted_by_another("#alarms", "ALARM: captures fail");
    let event = told(&channel, &ts, "Ev01");
    tells(&firstlook, &event).await;
    for retry in 1..=3 {
        let answer = firstlook.slack_tells(&event, SIGNING_SECRET, 0, Some(retry)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    tells(&firstlook, &told(&channel, &ts, "Ev02")).await;
    settled(&firstlook).await;
    let thread = slack.replies(&ts);
    assert_eq!(thread.len(), 1, "{thread:#?}");
    assert!(thread[0].words().contains("can look into this alarm"), "{}", thread[0].words());
    assert_eq!(firstlook.sql("SELECT count(*) FROM offer WHERE state = 'sent'").await, 1);

    let button = thread[0].now().blocks[1]["elements"][0].clone();
    let pressed = json!({
        "type": "block_actions", "trigger_id": slack.trigger(), "actions": [button],
        "user": {"id": "U0TEST", "name": "aya"}, "response_url": slack.response_url(),
    });
    assert_eq!(firstlook.interacts(&pressed).await.status, 200);
    let view = slack.views().remove(0);
    let element = |block: usize| view["blocks"][block]["element"].clone();
    let alarm: i64 = ts.split('.').next().unwrap().parse().unwrap();
    assert_eq!(element(0)["initial_date_time"], alarm / 60 * 60 - 1_800);
    assert_eq!(element(2)["initial_value"], "ALARM: captures fail & more");
    let values = [
        ("from", json!({"selected_date_time": alarm - 1_800})),
        ("to", json!({"selected_date_time": alarm})),
        ("seen", json!({"value": element(2)["initial_value"]})),
    ];
    assert_eq!(firstlook.submits("aya", &view, &values).await.text, "");
    let incident = firstlook.until("it is analysed", |one| one["analysis"]["state"] == "ready").await;
    firstlook.idle().await;
    assert_eq!((&incident["owner"], &incident["severity"]), (&json!("aya in Slack"), &json!("info")));
    let place = incident["notifications"][0]["integration"].as_str().unwrap();
    assert!(place.ends_with(&format!("@{channel}:{ts}")), "{place}");
    assert_eq!(slack.messages().len(), 1, "nothing but the alarm stands in the channel");
    let thread = slack.replies(&ts);
    assert!(thread[1].words().contains("captures fail"), "{}", thread[1].words());
    assert!(thread.iter().any(|one| one.text().starts_with("Analysis of #1")), "{thread:#?}");
    assert_eq!(slack.file_posts()[0].thread_ts, ts);
    let told = slack.answers().remove(0);
    assert_eq!((&told["user"], &told["thread_ts"]), (&json!("U0TEST"), &json!(ts)));
    // The end is told there, too.
    let number = incident["number"].as_i64().unwrap();
    assert_eq!(firstlook.command("aya", &format!("resolve {number}")).await["response_type"], "ephemeral");
    firstlook.idle().await;
    assert!(
        slack.replies(&ts).iter().any(|one| one.text().contains("Resolved")),
        "{:#?}",
        slack.replies(&ts)
    );
    assert_eq!(slack.messages().len(), 1);
    firstlook.finish().await;
}

#[tokio::test]
async fn nothing_is_offered_where_nobody_wants_it_and_not_too_much_where_they_do() {
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(&model)).await;
    let slack = &firstlook.slack;
    let (alarms, ops) = (slack.add_channel("#alarms"), slack.add_channel("#ops"));
    let ts = slack.posted_by_another("#alarms", "ALARM");
    let mut unwanted = vec![told(&ops, &slack.posted_by_another("#ops", "ALARM"), "Ev01")];
    for (field, value) in [
        ("app_id", "A0OURS"),
        ("user", "U0OURS"),
        ("subtype", "message_changed"),
        ("thread_ts", "1795111400.000100"),
        ("bot_id", ""),
    ] {
        let mut event = told(&alarms, &ts, "Ev02");
        event["event"][field] = json!(value);
        unwanted.push(event);
    }
    unwanted.extend([json!({}), json!({"type": "event_callback", "event": 7}), json!([])]);
    for event in &unwanted {
        tells(&firstlook, event).await;
    }
    let asked = json!({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"});
    let answer = firstlook.slack_tells(&asked, SIGNING_SECRET, 0, None).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "3eZbrw1a"));
    assert!(answer.header("content-type").starts_with("text/plain"), "nothing of it is markup");
    let event = told(&alarms, &ts, "Ev03");
    for (secret, age) in [("another secret", 0), (SIGNING_SECRET, 301)] {
        for event in [&event, &asked] {
            assert_eq!(firstlook.slack_tells(event, secret, age, None).await.status, 401);
        }
    }
    firstlook.idle().await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM offer").await, 0);
    for n in 0..8 {
        let ts = slack.posted_by_another("#alarms", "ALARM");
        tells(&firstlook, &told(&alarms, &ts, &format!("Ev1{n}"))).await;
    }
    settled(&firstlook).await;
    let offered = slack.all().into_iter().filter(|one| one.thread_ts.is_some()).count();
    assert_eq!(offered, 5, "a flood of alarms has not as many buttons");
    firstlook.finish().await;
}

#[tokio::test]
async fn an_offer_that_slack_refuses_or_that_may_stand_there_is_not_made_again() {
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(&model)).await;
    let slack = &firstlook.slack;
    let alarms = slack.add_channel("#alarms");
    // Whoever posted this one died before the answer was kept.
    let begun = "WITH kept AS (INSERT INTO offer (channel, ts, event, said, received_at, state)
                     VALUES ('C0ALARMS', '1795111500.000200', 'Ev01', 'x', now(), 'sending') RETURNING 1),
                 work AS (INSERT INTO job (kind, key, state, run_at)
                     VALUES ('upkeep', 'offer/C0ALARMS/1795111500.000200', 'ready', now()) RETURNING 1)
                 SELECT count(*) FROM kept";
    assert_eq!(firstlook.sql(begun).await, 1);
    let refused = slack.posted_by_another("#alarms", "ALARM");
    slack.remove_bot("#alarms");
    tells(&firstlook, &told(&alarms, &refused, "Ev02")).await;
    settled(&firstlook).await;
    assert_eq!(firstlook.sql("SELECT count(*) FROM offer WHERE state = 'parked'").await, 2);
    assert!(slack.all().iter().all(|one| one.thread_ts.is_none()));
    firstlook.finish().await;
}

#[tokio::test]
async fn where_the_bot_may_not_post_the_form_says_so_and_nothing_begins() {
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(&model)).await;
    let slack = &firstlook.slack;
    let channel = slack.add_channel("#ops");
    slack.remove_bot("#ops");
    let shortcut = json!({
        "type": "message_action", "callback_id": "analyse_message", "trigger_id": slack.trigger(),
        "channel": {"id": channel}, "message": {"ts": "1795111500.000200", "text": "it is &lt;down&gt;"},
        "user": {"id": "U0TEST"}, "response_url": slack.response_url(),
    });
    assert_eq!(firstlook.interacts(&shortcut).await.status, 200);
    let view = slack.views().remove(0);
    assert_eq!(view["blocks"][2]["element"]["initial_value"], "it is <down>");
    let now = firstlook::clock::now().timestamp();
    let values = [
        ("from", json!({"selected_date_time": now - 1_800})),
        ("to", json!({"selected_date_time": now})),
        ("seen", json!({"value": "it is down"})),
    ];
    let answer = firstlook.submits("aya", &view, &values).await.json();
    let said = answer["errors"]["seen"].as_str().unwrap_or_default();
    assert!(said.contains("/invite @firstlook"), "{answer}");
    assert!(firstlook.incidents().await.is_empty());
    // A press that comes too late is answered to whoever pressed.
    let mut late = shortcut;
    late["trigger_id"] = json!("1.2.3");
    assert_eq!(firstlook.interacts(&late).await.status, 200);
    let told = async || slack.answers().into_iter().next();
    let told = eventually(PATIENCE, "who pressed is told", told).await;
    assert!(told["text"].as_str().unwrap().starts_with("Not done"), "{told}");
    firstlook.finish().await;
}

#[tokio::test]
async fn the_manifest_with_events_asks_for_what_they_need_and_nothing_else_is_different() {
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(format!("deploy/{name}.json")).unwrap()).unwrap()
    };
    let (base, mut events) = (read("slack-manifest"), read("slack-manifest-events"));
    let subscribed = events["settings"].as_object_mut().unwrap().remove("event_subscriptions").unwrap();
    assert_eq!(subscribed["bot_events"], json!(["message.channels", "message.groups"]));
    let known = base["oauth_config"]["scopes"]["bot"].as_array().unwrap().len();
    let more: Vec<Value> =
        events["oauth_config"]["scopes"]["bot"].as_array_mut().unwrap().drain(known..).collect();
    assert_eq!(more, ["channels:history", "groups:history"]);
    assert_eq!(base, events);
}

#[tokio::test]
async fn where_somebody_wants_no_offers_there_are_none_until_somebody_does_again() {
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(&model)).await;
    let slack = &firstlook.slack;
    let (channel, other) = (slack.add_channel("#alarms"), slack.add_channel("#others"));
    let offers = async |name: &str, channel: &str, id: &str| {
        let ts = slack.posted_by_another(name, "ALARM: captures fail");
        tells(&firstlook, &told(channel, &ts, id)).await;
        settled(&firstlook).await;
        slack.replies(&ts)
    };
    // What is said to who pressed, with the button that undoes it.
    let presses = async |button: &Value| {
        let before = slack.answers().len();
        let pressed = json!({
            "type": "block_actions", "trigger_id": "1.2", "actions": [button],
            "user": {"id": "U0TEST", "name": "aya"}, "response_url": slack.response_url(),
        });
        assert_eq!(firstlook.interacts(&pressed).await.status, 200);
        eventually(PATIENCE, "she is answered", async || slack.answers().get(before).cloned()).await
    };
    let off = offers("#alarms", &channel, "Ev01").await[0].now().blocks[1]["elements"][1].clone();
    assert_eq!(off["text"]["text"], "Not here again");
    let said = presses(&off).await;
    assert!(said.to_string().contains("No analysis is offered in this channel any more."), "{said}");
    presses(&off).await;
    assert!(offers("#alarms", &channel, "Ev02").await.is_empty(), "none is offered there");
    assert_eq!(offers("#others", &other, "Ev03").await.len(), 1, "and elsewhere it is");
    assert_eq!(firstlook.sql("SELECT count(*) FROM offer_off WHERE off_by = 'aya in Slack'").await, 1);
    let said = presses(&said["blocks"][1]["elements"][0]).await;
    assert!(said.to_string().contains("is offered in this channel again"), "{said}");
    assert_eq!(offers("#alarms", &channel, "Ev04").await.len(), 1);
    firstlook.finish().await;
}
