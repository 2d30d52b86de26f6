//! Every end of an analysis that somebody asks for: good models and bad ones, one after another, on one incident.

use std::time::Duration;

use super::*;
use crate::support::plan::Behaviour;
use crate::support::wait::eventually;

/// Asks for an analysis of the first incident, and waits for its end.
pub(super) async fn analyze(firstlook: &Firstlook) -> Value {
    let before = firstlook.sql("SELECT count(*) FROM analysis").await;
    let url = format!("{}/api/v1/incidents/1/analyze", firstlook.url);
    let answer = firstlook.send(|http| http.post(&url)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(firstlook.sql("SELECT count(*) FROM analysis").await, before + 1);
    firstlook.until("the analysis has ended", over).await["analysis"].clone()
}

fn reason(analysis: &Value) -> &str {
    analysis["reason"].as_str().unwrap_or_default()
}

/// A running product with one incident that is looked at, and its model.
pub(super) async fn looked(
    more: &str,
    form: fn(&Model, &str) -> String,
) -> (Firstlook, Model, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    write_log(folder.path());
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(folder.path(), form(&model, more))).await;
    firstlook.post(body(&[alarm("api")])).await;
    firstlook.idle().await;
    assert!(
        firstlook.incident(1).await.get("analysis").is_none(),
        "none begins by itself without matchers that fit"
    );
    (firstlook, model, folder)
}

#[tokio::test]
async fn a_model_that_does_not_end_is_ended() {
    let more = "analysis: { max_steps: 3, matchers: ['severity=\"warning\"'] }";
    let (firstlook, model, _folder) = looked(more, bedrock).await;
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("Not analysed") && page.contains("action=\"/incidents/1/analyze\""));

    model.talk(|asked| {
        Said::call(
            format!("c{}", asked.answers),
            "logs",
            json!({"source": "files", "contains": [asked.answers.to_string()]}),
        )
    });
    let endless = analyze(&firstlook).await;
    assert_eq!((endless["state"].as_str(), endless["step"].as_i64()), (Some("failed"), Some(3)));
    assert_eq!(reason(&endless), "The model would not stop calling tools.");
    assert_eq!(talks(&model).len(), 5, "three steps, one warning, one end");

    model.talk(|_| Said::call("same", "logs", json!({"source": "files", "contains": ["refused"]})));
    let identical = analyze(&firstlook).await;
    assert_eq!((identical["state"].as_str(), identical["step"].as_i64()), (Some("failed"), Some(3)));
    assert_eq!(
        identical["asked"].as_array().unwrap().iter().filter(|one| one["ok"] == true).count(),
        1,
        "{identical:#}"
    );

    model.talk(|asked| match asked.answers {
        0 => Said::call("a", "logs", json!({"source": "files", "start": "now-30d"})),
        1 => Said::call("b", "rm", json!({"path": "/"})),
        _ => {
            assert!(
                asked.last.contains("There is no such tool") && asked.last.contains("Call no tool any more"),
                "{}",
                asked.last
            );
            Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#)
        }
    });
    let malformed = analyze(&firstlook).await;
    assert_eq!(malformed["state"], "ready", "{malformed:#}");
    assert!(malformed["asked"].as_array().unwrap().iter().all(|one| one["ok"] == false), "{malformed:#}");
    assert_eq!(model.refusals(), Vec::<String>::new());
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_no_report_is_told_as_such() {
    let (firstlook, model, _folder) = looked("analysis: { max_steps: 3 }", openai).await;
    model.talk(|_| Said::text("Sorry?"));
    let unusable = analyze(&firstlook).await;
    assert!(reason(&unusable).contains("no JSON object"), "{unusable:#}");

    model.talk(|asked| {
        let mark = asked
            .prompt
            .split("Never write this mark: ")
            .nth(1)
            .unwrap()
            .split('.')
            .next()
            .unwrap()
            .to_owned();
        Said::text(json!({"overview": [{"text": mark, "citations": ["A1"]}]}).to_string())
    });
    let leaked = analyze(&firstlook).await;
    assert!(reason(&leaked).contains("repeats the instructions"), "{leaked:#}");

    model.talk(|_| Said::text(r#"{"overview":[{"text":"It is the DNS.","citations":["L999"]}]}"#));
    let invented = analyze(&firstlook).await;
    assert_eq!((invented["state"].as_str(), &invented["report"]), (Some("nothing_verified"), &Value::Null));
    assert!(!invented.to_string().contains("DNS"), "{invented:#}");
    assert_eq!(firstlook.get("/api/v1/incidents/1/analysis.md").await.status, 404);

    // Arguments that are no JSON, and a call in words.
    model.talk(|asked| match asked.answers {
        0 => Said::call("x", "logs", json!("{\"source\": \"fi")),
        1 => Said::text(
            r#"<tool_call>{"name":"logs","arguments":{"source":"files","contains":["refused"]}}</tool_call>"#,
        ),
        _ => Said { stop: None, ..Said::text(report(&cited(asked))) },
    });
    let spelled = analyze(&firstlook).await;
    assert_eq!(spelled["state"], "ready", "{spelled:#}");
    model.plan().times(2, &Behaviour::status(429));
    let throttled = analyze(&firstlook).await;
    assert_eq!(throttled["state"], "ready", "{throttled:#}");
    model.plan().repeat(Behaviour::status(500));
    let down = analyze(&firstlook).await;
    assert!(down["state"] == "failed" && reason(&down).contains("status 500"), "{down:#}");
    model.plan().heal();
    assert_eq!(
        model.refusals().iter().filter(|one| !one.contains("forced")).count(),
        0,
        "{:?}",
        model.refusals()
    );
    firstlook.finish().await;
}

#[tokio::test]
async fn budgets_of_its_own_bound_it_and_leave_room_for_the_report() {
    let (firstlook, model, _folder) =
        looked("analysis: { budget: { tokens_per_incident: 18000 } }", openai).await;
    model.talk(|asked| match asked.last.contains("The budget allows no further step") {
        false => Said::call("x", "logs", json!({"source": "files", "contains": [asked.answers.to_string()]})),
        true => Said::text(r#"{"overview":[{"text":"38% of requests fail.","citations":["A1"]}]}"#),
    });
    let short = analyze(&firstlook).await;
    assert_eq!(short["state"], "ready", "{short:#}");
    assert!(short["step"].as_i64() < Some(8), "{short:#}");
    let mut last = short;
    for _ in 0..4 {
        last = analyze(&firstlook).await;
        if last["state"] == "over_budget" {
            break;
        }
    }
    assert_eq!(last["state"], "over_budget", "{last:#}");
    assert!(reason(&last).contains("summary.analysis.budget.tokens_per_incident"), "{last:#}");
    let used = firstlook.sql("SELECT sum(tokens)::bigint FROM spending WHERE purpose = 'analysis'").await;
    assert!((1..=18_000).contains(&used), "{used}");
    firstlook.finish().await;
}

#[tokio::test]
async fn it_is_asked_for_by_people_one_at_a_time_and_not_without_a_model() {
    let (firstlook, model, _folder) = looked("analysis: { max_steps: 2 }", openai).await;
    model.talk(investigates);
    model.plan().then(Behaviour::Slow(Duration::from_secs(2)));
    let post = async |url: String| {
        firstlook
            .send(|http| http.post(format!("{}{url}", firstlook.url)).header("content-length", "0"))
            .await
    };
    let pressed = post("/incidents/1/analyze".into()).await;
    assert_eq!(pressed.status, 303, "it leads back to the page: {}", pressed.text);
    eventually(Duration::from_secs(10), "it runs", async || {
        (firstlook.incident(1).await["analysis"]["state"] == "running").then_some(())
    })
    .await;
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("The analysis is on its way") && page.contains("http-equiv=\"refresh\""), "{page}");
    assert_eq!(post("/api/v1/incidents/1/analyze".into()).await.status, 200, "two people press at once");
    let incident = firstlook.until("it has ended", over).await;
    assert_eq!(
        (incident["analysis"]["state"].as_str(), incident["analysis"]["asked_by"].as_str()),
        (Some("ready"), Some("somebody on the page"))
    );
    assert_eq!(firstlook.sql("SELECT count(*) FROM analysis").await, 1);
    assert_eq!(post("/api/v1/incidents/77/analyze".into()).await.status, 404);
    firstlook.finish().await;

    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[alarm("api")])).await;
    firstlook.idle().await;
    let url = format!("{}/api/v1/incidents/1/analyze", firstlook.url);
    let refused = firstlook.send(|http| http.post(&url)).await;
    assert!(refused.status == 400 && refused.text.contains("summary.provider"), "{}", refused.text);
    assert!(!firstlook.get("/incidents/1").await.text.contains("id=\"analysis\""));
    firstlook.finish().await;
}
