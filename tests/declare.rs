//! A declared incident: its channel, the people in it, its message pinned there, and the way there and back; once, whoever dies
//! and whatever is refused.

mod deaths;
mod form;
mod refused;

use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body, resolved};
use crate::support::slack::workspace::words;

const LABELS: [(&str, &str); 3] =
    [("alertname", "ApiDown"), ("service", "Checkout API"), ("severity", "critical")];
/// What the channel is called, and its id at our Slack.
const NAME: &str = "inc-1-checkout-api";
const ID: &str = "C0INC1CHECKOUTAPI";

/// Who is brought in: two by name, and a group with one of them in it.
const INVITED: &str = "declare: { invite: [U0KEN, U0MIA, S0PLATFORM] }";

async fn start(declare: &str) -> Firstlook {
    let firstlook = Firstlook::start(Setup { slack: declare.to_owned(), ..Setup::default() }).await;
    for user in ["U0KEN", "U0MIA"] {
        firstlook.slack.add_user(user);
    }
    firstlook.slack.add_group("S0PLATFORM", &["U0MIA", "U0BOB"]);
    firstlook.post(body(&[alert(&LABELS, "api answers 0 of 12 probes.")])).await;
    firstlook.until("it is open", |one| one["status"] == "open").await;
    firstlook.idle().await;
    firstlook
}

async fn declare(firstlook: &Firstlook) -> String {
    words(&firstlook.command("aya", "declare 1").await["blocks"]).trim().to_owned()
}

/// The lines of the timeline of this kind.
fn lines(incident: &Value, kind: &str) -> Vec<String> {
    let all = incident["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == kind);
    all.map(|line| line["text"].as_str().unwrap().to_owned()).collect()
}

/// The alarm's own message and that of the channel.
fn both(firstlook: &Firstlook) -> (Value, Value) {
    let messages = firstlook.slack.messages();
    let blocks = |of: &dyn Fn(&str) -> bool| {
        let mut all = messages.iter().filter(|one| of(&one.channel));
        let found =
            all.next().unwrap_or_else(|| panic!("no such message: {messages:#?}")).now().blocks.clone();
        assert!(all.next().is_none(), "one living message in each channel: {messages:#?}");
        found
    };
    (blocks(&|channel| channel == "C0ALERTSCRITICAL"), blocks(&|channel| channel == ID))
}

#[tokio::test]
async fn a_declared_incident_has_its_channel_with_people_a_pinned_message_and_a_way_back() {
    let firstlook = start(INVITED).await;
    let slack = &firstlook.slack;
    assert!(firstlook.slack.messages()[0].now().blocks.to_string().contains("\"declare:1\""));
    assert_eq!(form::submitted(&firstlook).await, (200, String::new()), "taken, and closed");
    firstlook.until("its channel is open", |one| one["declared"]["channel"] == ID).await;
    firstlook.idle().await;

    let channel = slack.seen(NAME);
    assert_eq!((slack.made(), channel.private), (vec![NAME.to_owned()], false));
    assert_eq!(channel.members, ["U0TEST", "U0KEN", "U0MIA", "U0BOB"], "who leads first, each once");
    assert!(
        channel.topic.starts_with("#1 Critical: ") && channel.topic.ends_with("/incidents/1"),
        "{channel:?}"
    );
    let (alarm, own) = both(&firstlook);
    let pinned = slack.messages().into_iter().find(|one| one.channel == ID).unwrap();
    assert_eq!(channel.pins, [pinned.ts.as_str()]);

    // The way there: in the alarm's message, once in its thread, and on the page. The way back: in the channel's message.
    let alarm_ts = slack.messages()[0].ts.clone();
    assert!(
        words(&alarm).contains("Declared by aya in Slack at ") && alarm.to_string().contains(ID),
        "{alarm:#}"
    );
    assert!(!alarm.to_string().contains("\"declare:1\""), "it is declared once");
    let thread: Vec<_> =
        slack.replies(&alarm_ts).into_iter().filter(|one| one.text().starts_with("Declared")).collect();
    assert_eq!(thread.len(), 1, "{thread:#?}");
    assert!(thread[0].now().blocks.to_string().contains(ID) && !thread[0].broadcast);
    let back = format!("https://example.slack.com/archives/C0ALERTSCRITICAL/p{}", alarm_ts.replace('.', ""));
    assert!(own.to_string().contains(&back), "{own:#}");
    assert!(own.to_string().contains(&format!("{}/incidents/1", firstlook.url)), "and to the page");
    assert!(own.to_string().contains("\"user_id\":\"U0TEST\""), "the lead is the one who is rung");
    assert!(pinned.versions[0].text.starts_with("Declared: Critical"), "{}", pinned.versions[0].text);
    let page = firstlook.get("/incidents/1").await.text;
    assert!(
        page.contains(&format!("https://example.slack.com/archives/{ID}")) && page.contains(NAME),
        "{page}"
    );

    let incident = firstlook.incident(1).await;
    assert_eq!(
        lines(&incident, "declared"),
        ["declared it", "opened the channel #inc-1-checkout-api for it"]
    );
    assert_eq!(
        incident["timeline"].as_array().unwrap().iter().find(|one| one["kind"] == "declared").unwrap()["actor"],
        "aya in Slack"
    );
    assert!(lines(&incident, "not_declared").is_empty() && incident["declared"]["undone"] == json!([]));
    let told = incident["notifications"].to_string();
    assert!(
        told.contains(&format!("slack/0@{ID}")) && told.contains("declared it, and this is its channel"),
        "{told}"
    );
    assert_eq!(incident["status"], "open", "that somebody declared it acknowledges nothing");

    twice_is_once_and_the_end_is_shown_there(&firstlook).await;
    firstlook.finish().await;
}

async fn twice_is_once_and_the_end_is_shown_there(firstlook: &Firstlook) {
    let slack = &firstlook.slack;
    let before = slack.requests().len();
    let said = firstlook.command("ken", "declare 1").await;
    assert!(words(&said["blocks"]).contains("aya in Slack declared #1 already: work goes on in"), "{said}");
    assert!(said["blocks"].to_string().contains(ID), "{said}");
    firstlook.idle().await;
    assert_eq!((slack.requests().len(), slack.made().len()), (before, 1));

    // The end is shown there as well, by an edit; nobody closes the channel.
    firstlook.post(body(&[resolved(&alert(&LABELS, "api answers 0 of 12 probes."))])).await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.idle().await;
    let (alarm, own) = both(firstlook);
    for message in [&alarm, &own] {
        assert!(
            words(message).contains("Resolved after") && words(message).contains("Declared by"),
            "{message:#}"
        );
    }
    let said = declare(firstlook).await;
    assert!(said.contains("declared #1 already"), "{said}");
}

#[tokio::test]
async fn page_and_api_declare_as_well_and_what_is_over_or_unknown_is_not_declared() {
    let firstlook = start("declare: { channel_prefix: outage_, private: true }").await;
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("action=\"/incidents/1/declare\""), "{page}");
    let post = async |path: &str| {
        let url = format!("{}{path}", firstlook.url);
        firstlook.send(|http| http.post(url)).await
    };
    assert_eq!(post("/api/v1/incidents/7/declare").await.status, 404);
    assert_eq!(
        declare(&firstlook).await,
        "#1 is declared; its message says in a moment where its channel is."
    );
    firstlook.idle().await;
    let answer = post("/api/v1/incidents/1/declare").await;
    assert_eq!((answer.status, &answer.json()["declared"]["name"]), (200, &json!("outage_1-checkout-api")));
    let channel = firstlook.slack.seen("outage_1-checkout-api");
    assert!(channel.private && channel.members == ["U0TEST"], "{channel:?}");
    assert!(!firstlook.get("/incidents/1").await.text.contains("action=\"/incidents/1/declare\""));

    // A second one, from its page, by nobody whom Slack knows: nobody leads, and nobody is brought in.
    let other = [("alertname", "Other"), ("service", "決済"), ("severity", "critical")];
    firstlook.post(body(&[alert(&other, "x")])).await;
    firstlook.until("the second is open", |one| one["number"] == 2).await;
    firstlook.idle().await;
    assert_eq!(post("/incidents/2/declare").await.status, 303, "and back to the page");
    firstlook.idle().await;
    let channel = firstlook.slack.seen("outage_2");
    assert!(channel.members.is_empty() && channel.pins.len() == 1, "{channel:?}");
    assert_eq!(firstlook.incident(2).await["declared"]["actor"], "somebody on the page");

    let third = [("alertname", "Third"), ("service", "x"), ("severity", "critical")];
    firstlook.post(body(&[alert(&third, "x")])).await;
    firstlook.post(body(&[resolved(&alert(&third, "x"))])).await;
    firstlook.until("the third is over", |one| one["number"] == 3 && one["status"] == "resolved").await;
    let said = words(&firstlook.command("aya", "declare 3").await["blocks"]);
    assert!(said.contains("Not done: this incident is over"), "{said}");
    assert_eq!(post("/api/v1/incidents/3/declare").await.status, 409);
    assert_eq!(
        words(&firstlook.command("aya", "declare 9").await["blocks"]).trim(),
        "There is no incident #9 here."
    );
    firstlook.finish().await;
}
