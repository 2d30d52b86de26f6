//! Right or wrong: people judge the first cause of a summary, and its confidence says how often it was right.

use serde_json::{Value, json};

use crate::harness::{Answer, Firstlook, Setup, alert, body, command};
use crate::support::model::{API_KEY, Model};

fn says(_: &str) -> String {
    let cause = json!({"text": "38% fail since the release.", "confidence": "likely", "citations": ["A1"]});
    let claim = json!({"text": "38% of requests fail.", "citations": ["A1"]});
    json!({"headline": "38% of requests fail", "claims": [claim], "causes": [cause]}).to_string()
}

async fn ready(firstlook: &Firstlook, service: &str) -> Value {
    let labels = [("alertname", "HighErrorRate"), ("service", service), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "38% of requests fail")])).await;
    let of = |one: &Value| one["service"] == service && one["summary"]["state"] == "ready";
    firstlook.until("the summary is written", of).await
}

async fn judge(firstlook: &Firstlook, id: &Value, said: Value) -> Answer {
    let url = format!("{}/api/v1/incidents/{}/feedback", firstlook.url, id.as_str().unwrap());
    firstlook.send(|http| http.post(url).json(&said)).await
}

#[tokio::test]
async fn what_people_say_of_a_cause_is_kept_shown_and_counted() {
    let model = Model::start(says);
    let firstlook = Firstlook::start(Setup::default().openai(&model)).await;
    let first = ready(&firstlook, "checkout").await;
    assert_eq!(first["feedback"], Value::Null);
    let page = firstlook.get(&format!("/incidents/{}", first["number"])).await.text;
    assert!(page.contains("Was the first cause right?") && !page.contains(" times: "), "{page}");

    let answer = judge(&firstlook, &first["id"], json!({"right": true})).await;
    let told = answer.json()["feedback"].clone();
    assert_eq!(
        (&told["right"], &told["cause"], &told["actor"]),
        (&json!(true), &json!(""), &json!("an API client"))
    );
    // The newest word stands; a secret in it is none of anybody's.
    let said = json!({"right": false, "cause": "The pool was too small, password=hunter2."});
    let again = judge(&firstlook, &first["id"], said).await.json();
    assert_eq!(again["feedback"]["right"], false);
    assert!(again["feedback"]["cause"].as_str().unwrap().starts_with("The pool was too small"), "{again}");
    assert!(!again.to_string().contains("hunter2"), "{again}");
    let timeline = again["timeline"].as_array().unwrap();
    assert_eq!(timeline.iter().filter(|entry| entry["kind"] == "feedback").count(), 2, "{timeline:?}");

    // From the page.
    let second = ready(&firstlook, "search").await;
    let url = format!("{}/incidents/{}/feedback", firstlook.url, second["number"]);
    let form = |http: &reqwest::Client| {
        let posted = http.post(&url).header("content-type", "application/x-www-form-urlencoded");
        posted.body("cause=&right=true")
    };
    let answer = firstlook.send(form).await;
    assert!(answer.status == 303 || answer.status == 200, "{} {}", answer.status, answer.text);
    let foreign = firstlook.send(|http| form(http).header("origin", "https://evil.example")).await;
    assert_eq!(foreign.status, 403);
    let page = firstlook.get(&format!("/incidents/{}", second["number"])).await.text;
    assert!(page.contains("right 1 of 2 times: "), "{page}");
    assert!(page.contains("somebody on the page said at "), "{page}");
    firstlook.finish().await;
}

#[tokio::test]
async fn where_there_is_no_cause_there_is_nothing_to_judge() {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[alert(&[("alertname", "X")], "x")])).await;
    let incident = firstlook.until("it is looked at", |one| one["summary"]["state"] == "no_model").await;
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(!page.contains("/feedback"), "{page}");
    for (id, said, status) in [
        (&incident["id"], json!({"right": true}), 409),
        (&incident["id"], json!({}), 400),
        (&incident["id"], json!({"right": "maybe"}), 400),
        (&incident["id"], json!({"right": true, "why": "x"}), 400),
        (&json!("999"), json!({"right": true}), 404),
        (&json!("nonsense"), json!({"right": true}), 404),
    ] {
        let answer = judge(&firstlook, id, said.clone()).await;
        assert_eq!(answer.status, status, "{id} {said} {}", answer.text);
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn past_incidents_examine_another_model() {
    let model = Model::start(says);
    let summary = format!(
        "{{ provider: openai, model: test-model, base_url: \"{}\", api_key: {}, timeout: 10s, prices: {{ input: 2, output: 10 }} }}",
        model.openai_url(),
        API_KEY,
    );
    let firstlook = Firstlook::start(Setup { summary, ..Setup::default() }).await;
    let first = ready(&firstlook, "checkout").await;
    ready(&firstlook, "search").await;
    let said = json!({"right": false, "cause": "The pool of connections was too small."});
    judge(&firstlook, &first["id"], said).await;
    firstlook.idle().await;
    let evaluate = |arguments: &[&str]| {
        let mut command = command(firstlook.folder.path(), &[&["evaluate"], arguments].concat());
        let out = command.output().unwrap();
        let text = String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap();
        (out.status.success(), text)
    };
    // The other one names what people said it was, and invents a number.
    model.answer(|prompt| {
        says(prompt)
            .replace("38% fail since the release.", "The pool of connections is too small.")
            .replace("38% of requests fail.", "97% of requests fail.")
    });
    let (ok, text) = evaluate(&["--model", "other-model"]);
    assert!(ok, "{text}");
    let line = |begins: &str| {
        let found = text.lines().find(|line| line.trim_start().starts_with(begins));
        found.unwrap_or_else(|| panic!("{begins}: {text}")).split_whitespace().collect::<Vec<_>>()
    };
    let columns =
        ["incident", "state", "verified", "unchecked", "refuted", "agrees", "in", "out", "usd", "s"];
    assert_eq!(line("incident"), columns, "{text}");
    let kept = &first["summary"];
    let number = |at: usize| line("kept ")[at].parse::<f64>().unwrap();
    let [read, written, cost, took] =
        ["input_tokens", "output_tokens", "cost_usd", "duration_ms"].map(|key| kept[key].as_f64().unwrap());
    assert_eq!((number(6), number(7)), (read, written), "{text}");
    assert!((number(8) - cost).abs() <= 5e-5 && (number(9) - took / 1e3).abs() <= 0.05, "{text}");
    assert_eq!(line("#1").len(), 10, "{text}");
    assert_eq!(line("#1")[..2], ["#1", "nothing_verified"], "{text}");
    assert_eq!(line("kept ")[..6], ["kept", "ready", "1", "0", "0", "no"], "{text}");
    assert!(text.contains("now: 0 of 1 ready; 0 of 1 sentences verified"), "{text}");
    assert!(
        text.contains("kept: 1 of 1 ready; 1 of 1 sentences verified; first cause agrees in 0 of 1"),
        "{text}"
    );
    let asked = model.requests().last().unwrap().json()["model"].clone();
    assert_eq!(asked, "other-model");
    let prompts = model.prompts();
    assert!(prompts.last().unwrap().contains("38% of requests fail"), "the kept evidence goes again");
    // Nothing of the incident has changed but what was spent.
    assert_eq!(firstlook.incident(1).await["summary"], first["summary"]);
    assert_eq!(firstlook.sql("SELECT count(*) FROM spending WHERE settled").await, 3);

    let (ok, text) = evaluate(&["--incidents", "1-2", "--most", "1"]);
    assert!(ok && text.contains("#2") && !text.contains("#1 ") && text.contains("$0."), "{text}");
    let (ok, text) = evaluate(&["--incidents", "77"]);
    assert!(!ok && text.contains("there is no such incident"), "{text}");
    firstlook.finish().await;
}
