//! PagerDuty's fake: the designed events pass, each refusal is exercised, and keys open and close incidents.

use serde_json::{Value, json};

use super::{client, sample, set};
use crate::support::pagerduty::{API_TOKEN, FROM, PagerDuty, ROUTING_KEY, Status, faults, violations};

async fn send(pagerduty: &PagerDuty, body: &Value) -> (u16, Value) {
    let response = client().post(pagerduty.url()).json(body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_key_opens_closes_and_opens_anew() {
    let pagerduty = PagerDuty::start();
    let (trigger, resolve) = (sample("pd-1-trigger"), sample("pd-3-resolve"));
    let acknowledge =
        json!({"routing_key": ROUTING_KEY, "event_action": "acknowledge", "dedup_key": trigger["dedup_key"]});
    for body in
        [&resolve, &trigger, &sample("pd-2-severity-rise"), &acknowledge, &resolve, &resolve, &trigger]
    {
        assert_eq!(send(&pagerduty, body).await.0, 202);
    }
    let mut other = trigger.clone();
    other["routing_key"] = json!("x".repeat(32));
    let (_, answer) = send(&pagerduty, &other).await;
    assert_eq!(
        answer,
        json!({"status": "success", "message": "Event processed", "dedup_key": trigger["dedup_key"]})
    );
    let incidents = pagerduty.incidents();
    let seen: Vec<_> = incidents.iter().map(|i| (i.status, i.log.len(), i.resolved.is_some())).collect();
    assert_eq!(
        seen,
        [(Status::Resolved, 4, true), (Status::Triggered, 1, false), (Status::Triggered, 1, false)]
    );
    assert!(incidents[0].opened < incidents[1].opened && incidents[0].dedup_key == incidents[2].dedup_key);
    assert_eq!(incidents[2].routing_key, "x".repeat(32));
    assert_eq!(
        (pagerduty.events().len(), pagerduty.dropped().len()),
        (8, 2),
        "two resolves without an incident"
    );
    assert!(
        incidents[0].log[0].summary().starts_with("payment-api")
            && incidents[0].log[2].action() == "acknowledge"
    );
}

#[tokio::test]
async fn an_acknowledged_incident_stays_so_and_a_key_is_made_where_none_was() {
    let pagerduty = PagerDuty::start();
    let mut trigger = sample("pd-5-stateless");
    trigger.as_object_mut().unwrap().remove("dedup_key");
    let key = send(&pagerduty, &trigger).await.1["dedup_key"].clone();
    send(&pagerduty, &json!({"routing_key": ROUTING_KEY, "event_action": "acknowledge", "dedup_key": key}))
        .await;
    trigger["dedup_key"] = key;
    send(&pagerduty, &trigger).await;
    assert_eq!(pagerduty.incidents().iter().map(|i| i.status).collect::<Vec<_>>(), [Status::Acknowledged]);
}

#[tokio::test]
async fn a_refused_event_gets_400_and_its_faults() {
    let pagerduty = PagerDuty::start();
    let mut short = sample("pd-1-trigger");
    short["routing_key"] = json!("short");
    let (status, answer) = send(&pagerduty, &short).await;
    assert_eq!(
        (status, &answer["status"], &answer["message"]),
        (400, &json!("invalid event"), &json!("Event object is invalid"))
    );
    assert_eq!(answer["errors"], json!(["Length of 'routing_key' is incorrect (should be 32 characters)"]));
    let mut large = sample("pd-1-trigger");
    large["payload"]["custom_details"] = json!({"x": "x".repeat(512 * 1024)});
    assert_eq!(send(&pagerduty, &large).await.0, 400);
    let raw = client().post(pagerduty.url()).body("{").send().await.unwrap();
    assert_eq!(raw.status(), 400);
    assert_eq!((pagerduty.refusals().len(), pagerduty.events().len()), (3, 0));
}

#[test]
fn every_field_is_checked() {
    let cases = [
        ("/event_action", json!("open")),
        ("/dedup_key", json!("x".repeat(256))),
        ("/payload", Value::Null),
        ("/payload/summary", json!("")),
        ("/payload/summary", json!("1".repeat(1025))),
        ("/payload/source", json!("")),
        ("/payload/severity", json!("page")),
        ("/payload/timestamp", json!("yesterday")),
        ("/payload/custom_details", json!([1])),
        ("/links", json!({})),
        ("/links/0/href", json!("ftp://x")),
        ("/links/0/text", json!("")),
        ("/images", json!([{"src": "http://insecure.example/x.png"}])),
    ];
    for (pointer, value) in cases {
        let mut event = sample("pd-1-trigger");
        event["images"] = json!([]);
        assert_eq!(faults(&event), Vec::<String>::new());
        set(&mut event, pointer, value.clone());
        assert_ne!(faults(&event), Vec::<String>::new(), "{pointer}: {value}");
    }
    let keyless = json!({"routing_key": ROUTING_KEY, "event_action": "resolve"});
    assert_eq!(faults(&keyless), ["'dedup_key' is missing or blank"]);
}

#[test]
fn every_rule_of_ours_is_kept() {
    for name in ["pd-1-trigger", "pd-2-severity-rise", "pd-3-resolve", "pd-5-stateless"] {
        assert_eq!((violations(&sample(name)), faults(&sample(name))), (vec![], vec![]), "{name}");
    }
    let cases = [
        ("/payload/summary", json!("1 <b>")),
        ("/payload/summary", json!(format!("{}1", "x".repeat(81)))),
        ("/payload/summary", json!(format!("1 {}", "x ".repeat(60)))),
        ("/payload/custom_details", json!({"x": "x".repeat(2001)})),
        ("/links/0/text", Value::Null),
    ];
    for (pointer, value) in cases {
        let mut event = sample("pd-1-trigger");
        set(&mut event, pointer, value.clone());
        assert_ne!(violations(&event), Vec::<String>::new(), "{pointer}: {value}");
    }
    let mut resolve = sample("pd-3-resolve");
    resolve["payload"] = json!({});
    assert_eq!(violations(&resolve), ["resolve needs no payload"]);
}

#[tokio::test]
async fn a_breach_can_be_taken_or_tolerated() {
    let pagerduty = PagerDuty::start();
    pagerduty.tolerate("no sentence");
    let mut event = sample("pd-1-trigger");
    event["payload"]["summary"] = json!("<b> ".repeat(30));
    send(&pagerduty, &event).await;
    assert_eq!(pagerduty.take_violations().len(), 2, "the tolerated one is not among them");
}

#[tokio::test]
async fn notes_and_changes_meet_the_refusals_of_the_real_one() {
    let pagerduty = PagerDuty::start();
    let trigger = sample("pd-1-trigger");
    assert_eq!(send(&pagerduty, &trigger).await.0, 202);
    let auth = format!("Token token={API_TOKEN}");
    let ask = async |path: &str, token: &str, from: &str, body: Option<Value>| {
        let url = format!("{}{path}", pagerduty.api_url());
        let request = body.map_or_else(|| client().get(&url), |body| client().post(&url).json(&body));
        let request = request.header("Authorization", token).header("From", from);
        let answer =
            request.header("Accept", "application/vnd.pagerduty+json;version=2").send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let key = trigger["dedup_key"].as_str().unwrap();
    let (status, found) = ask(&format!("/incidents?incident_key={key}"), &auth, FROM, None).await;
    assert_eq!((status, &found["incidents"][0]["incident_key"]), (200, &trigger["dedup_key"]));
    assert_eq!(ask("/incidents?incident_key=x", &auth, FROM, None).await.1["incidents"], json!([]));
    let notes = format!("/incidents/{}/notes", found["incidents"][0]["id"].as_str().unwrap());
    let note = |content: &str| Some(json!({ "note": { "content": content } }));
    for (path, token, from, body, expected) in [
        (notes.as_str(), auth.as_str(), FROM, note("seen"), 201),
        (&notes, "Token token=x", FROM, note("seen"), 401),
        (&notes, &auth, "nobody@example.com", note("seen"), 400),
        (&notes, &auth, FROM, note(" "), 400),
        (&notes, &auth, FROM, Some(json!({})), 400),
        ("/incidents/PNONE/notes", &auth, FROM, note("seen"), 404),
    ] {
        assert_eq!(ask(path, token, from, body.clone()).await.0, expected, "{path} {token} {from} {body:?}");
    }
    assert_eq!(ask(&notes, &auth, FROM, None).await.1["notes"][0]["content"], "seen");
    assert_eq!(pagerduty.notes().len(), 1);
    let good = json!({ "routing_key": "k".repeat(32), "payload": { "summary": "x" } });
    let mut all = vec![(good.clone(), 202)];
    for (pointer, value) in [
        ("/routing_key", json!(ROUTING_KEY)),
        ("/routing_key", json!("short")),
        ("/payload", json!({ "summary": "" })),
        ("/payload", json!({ "summary": "x".repeat(1025) })),
        ("/payload", json!({ "summary": "x", "timestamp": "now" })),
        ("/payload", json!({ "summary": "x", "custom_details": [] })),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        all.push((bad, 400));
    }
    for (body, expected) in all {
        let url = pagerduty.url().replace("/v2/", "/v2/change/");
        let answer = client().post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), expected, "{body}");
    }
    assert_eq!((pagerduty.changes().len(), pagerduty.refusals().len()), (1, 6));
}
