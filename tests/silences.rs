//! Silences seen from outside: what is silenced is kept and shown, nobody is told of it while that holds, and what still
//! fires when it ends is told then, once.

mod asked;
mod ended;
mod escalated;
mod menu;
mod mirrored;
mod recurring;
mod slack;

use serde_json::{Value, json};

use crate::harness::{Answer, Firstlook, PATIENCE, Setup, alert, body, resolved};
use crate::routing::{sweep, told};
use crate::support::wait::eventually;

pub fn critical(name: &str, service: &str) -> Value {
    alert(
        &[("alertname", name), ("service", service), ("severity", "critical")],
        &format!("{name} of {service}"),
    )
}

/// Asks for one; the answer.
pub async fn ask(firstlook: &Firstlook, wanted: &Value) -> Answer {
    let url = format!("{}/api/v1/silences", firstlook.url);
    firstlook.send(|client| client.post(url).json(wanted)).await
}

/// Makes one for an hour; its id.
pub async fn silence(firstlook: &Firstlook, matchers: &[&str]) -> i64 {
    let wanted = json!({"matchers": matchers, "duration": "1h", "comment": "a deploy", "created_by": "aya"});
    let made = ask(firstlook, &wanted).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    assert_eq!((&made["state"], &made["created_by"]), (&json!("active"), &json!("aya (an API client)")));
    made["id"].as_i64().unwrap()
}

pub async fn end(firstlook: &Firstlook, id: i64) -> Value {
    let url = format!("{}/api/v1/silences/{id}", firstlook.url);
    let ended = firstlook.send(|client| client.delete(url)).await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    ended.json()
}

/// Waits until an incident is marked as silent, or as silent no more.
pub async fn marked(firstlook: &Firstlook, number: i64, silent: bool) -> Value {
    eventually(PATIENCE, "it is marked", async || {
        let incident = firstlook.incident(number).await;
        (incident["silenced_until"].is_string() == silent).then_some(incident)
    })
    .await
}

pub fn texts(incident: &Value, kind: &str) -> Vec<String> {
    let timeline = incident["timeline"].as_array().unwrap().iter();
    timeline
        .filter(|one| one["kind"] == kind)
        .map(|one| format!("{}: {}", one["actor"].as_str().unwrap(), one["text"].as_str().unwrap()))
        .collect()
}

pub fn states(incident: &Value) -> Vec<String> {
    told(incident).into_iter().map(|(what, state, _)| format!("{what} {state}")).collect()
}

#[tokio::test]
async fn what_is_silenced_is_kept_and_shown_and_told_when_that_ends_if_it_still_fires() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let id = silence(&firstlook, &["service=\"api\"", "severity=\"critical\""]).await;
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.post(body(&[critical("Blip", "api")])).await;
    firstlook.post(body(&[resolved(&critical("Blip", "api"))])).await;
    firstlook.post(body(&[critical("Down", "db")])).await;
    firstlook.idle().await;
    let rang: Vec<_> = firstlook.pagerduty.events().iter().map(|one| one.summary().to_owned()).collect();
    assert!(rang.len() == 1 && rang[0].contains("db"), "others ring: {rang:?}");
    let down = firstlook.incident(1).await;
    let until = down["silenced_until"].as_str().unwrap().to_owned();
    let (what, state, why) = told(&down).remove(0);
    assert_eq!((what.as_str(), state.as_str()), ("oncall trigger", "held"));
    assert!(why.contains(&format!("silence {id}")) && why.contains(&until[11..16]), "{why}");
    let said = texts(&down, "silenced");
    assert!(said.len() == 1 && said[0].starts_with("aya (an API client): silenced until "), "{said:?}");
    assert!(said[0].ends_with(&format!("by silence {id}: a deploy")), "{said:?}");
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("Silenced until") && page.contains(&format!("silence {id}")), "{page}");
    let listed = firstlook.get("/api/v1/silences?state=active").await.json();
    assert_eq!(listed["items"][0]["incidents"], json!([2, 1]), "what was suppressed is listed");
    let page = firstlook.get("/silences").await.text;
    for shown in ["service=&quot;api&quot;", "a deploy", "aya", "href=\"/incidents/1\"", "End now"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }

    assert_eq!(end(&firstlook, id).await["state"], "expired");
    let down = marked(&firstlook, 1, false).await;
    eventually(PATIENCE, "it is told", async || (firstlook.pagerduty.events().len() == 2).then_some(()))
        .await;
    firstlook.idle().await;
    assert!(firstlook.pagerduty.events()[1].summary().contains("api"));
    let said = texts(&down, "unsilenced");
    assert_eq!(said, [format!("an API client: silence {id} is over")]);
    let blip = firstlook.incident(2).await;
    assert!(states(&blip).iter().all(|state| state.ends_with("untold")), "{:?}", states(&blip));
    assert_eq!(texts(&blip, "untold").len(), 2, "its page and its message: {:?}", texts(&blip, "untold"));
    firstlook.finish().await;
}

#[tokio::test]
async fn one_that_was_told_already_is_edited_and_is_not_told_again_meanwhile() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.idle().await;
    let url = format!("{}/api/v1/incidents/1/silence", firstlook.url);
    let silenced = firstlook.send(|client| client.post(&url)).await;
    assert_eq!(silenced.status, 200, "{}", silenced.text);
    assert!(silenced.json()["silenced_until"].is_string(), "{}", silenced.text);
    firstlook.idle().await;
    let message = || firstlook.slack.messages()[0].words();
    assert!(message().contains("silenced until") || message().contains("Silenced until"), "{}", message());
    firstlook.run("UPDATE incident SET told_at = now() - interval '5 hours'").await;
    sweep(&firstlook).await;
    eventually(PATIENCE, "its repeat waits", async || {
        states(&firstlook.incident(1).await).contains(&"oncall repeat held".to_owned()).then_some(())
    })
    .await;
    assert_eq!(firstlook.pagerduty.events().len(), 1, "nothing rings");
    // Another alert of the same incident is none of those that were silenced.
    let labels = [("alertname", "Down"), ("service", "api"), ("severity", "critical"), ("pod", "b")];
    firstlook.post(body(&[alert(&labels, "another pod")])).await;
    let loud = marked(&firstlook, 1, false).await;
    let said = texts(&loud, "unsilenced");
    assert_eq!(said, ["firstlook: something fires in it that silence 1 does not take"]);
    eventually(PATIENCE, "what waited is told", async || {
        (firstlook.pagerduty.events().len() == 2).then_some(())
    })
    .await;
    firstlook.idle().await;
    assert!(!message().to_lowercase().contains("silenced until"), "{}", message());
    // An end is told at once, silenced or not.
    firstlook
        .send(|client| client.post(&url).json(&json!({"duration": "30m", "comment": "rolling back"})))
        .await;
    marked(&firstlook, 1, true).await;
    firstlook
        .post(body(&[resolved(&alert(&labels, "another pod")), resolved(&critical("Down", "api"))]))
        .await;
    firstlook.idle().await;
    assert_eq!(firstlook.pagerduty.events().last().unwrap().action(), "resolve");
    assert_eq!(firstlook.incident(1).await["silenced_until"], json!(null));
    let over = firstlook.send(|client| client.post(&url)).await;
    assert_eq!(over.status, 409, "{}", over.text);
    firstlook.finish().await;
}
