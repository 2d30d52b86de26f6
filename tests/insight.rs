//! A question about metrics over days: asked in Slack and by API, answered by an analysis of figures that code computed.

mod aws;
mod command;
mod kept;

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Answer, Firstlook, Setup, TOKEN};
use crate::support::model::{Asked, Model, Said};
use crate::support::prometheus::Prometheus;
use crate::support::slack::Message;

/// A log that nobody may read for a question about days.
const UNREAD: &str = "ERROR Pool: this line was never asked for";

/// A mail queue of about 12, and of about 31 in the last two days; of a second one nothing is wrong.
async fn prometheus(now: DateTime<Utc>) -> Prometheus {
    let mut text = "# HELP mail_queue_length Mails that wait.\n# TYPE mail_queue_length gauge\n".to_owned();
    for queue in ["out", "in"] {
        for n in (0..6 * 24 * 10).rev() {
            let at = now - TimeDelta::minutes(10 * n);
            let high = queue == "out" && n < 6 * 48;
            let value = if high { 31 } else { 12 } + at.timestamp() / 600 % 3;
            writeln!(text, "mail_queue_length{{queue=\"{queue}\",host=\"mx-1\"}} {value} {}", at.timestamp())
                .unwrap();
        }
    }
    text.push_str("# EOF\n");
    Prometheus::with_history(&text, "  []\n", &[], &[]).await
}

fn setup(sources: &str, folder: &std::path::Path, model: &Model) -> Setup {
    let log = folder.join("app.log");
    std::fs::write(&log, format!("{} {UNREAD}\n", firstlook::clock::now().to_rfc3339())).unwrap();
    let evidence = format!(
        "  sources:\n    - {{ name: files, type: log_file, path: \"{}\" }}\n{sources}",
        log.display()
    );
    Setup { evidence, ..Setup::default() }.openai(model)
}

/// The id of the newest result that can be cited.
fn cited(asked: &Asked) -> String {
    let at = asked.prompt.rsplit("Cite it as M").next().unwrap();
    format!("M{}", at.split(['.', ',']).next().unwrap())
}

/// A line of the newest results, behind its mark.
fn line<'a>(asked: &'a Asked, holds: &str) -> &'a str {
    let found = asked.last.lines().find(|line| line.contains(holds));
    found.unwrap_or_else(|| panic!("{holds} is not in {}", asked.last)).split_once("| ").unwrap().1
}

fn report(overview: &[(&str, &str)], gaps: &[&str]) -> Said {
    let sentence = |(text, id): &(&str, &str)| json!({"text": text, "citations": [id]});
    let overview: Vec<Value> = overview.iter().map(sentence).collect();
    Said::text(json!({"overview": overview, "gaps": gaps}).to_string())
}

/// Looks for the queue, reads it, and quotes what it was told; two sentences are made up.
fn investigates(asked: &Asked) -> Said {
    match asked.answers {
        0 => Said::call("a", "metrics", json!({"source": "prom", "words": ["queue", "mail"]})),
        1 => Said::call("b", "query", json!({"source": "prom", "query": "mail_queue_length{queue=\"out\"}"})),
        _ => {
            let id = cited(asked);
            let step = line(asked, "step: from ").trim_start_matches("step: ");
            let step = step.split(" on (").next().unwrap();
            let (said, wrong) = (format!("The queue went {step}."), "The queue went from 12 to 99.");
            report(
                &[(&said, &id), (wrong, &id), ("The mail queue is longer than 8.", "A1")],
                &["Who sends so much."],
            )
        }
    }
}

fn unasked(_: &str) -> String {
    panic!("no summary is asked for")
}

fn filled(days: &str) -> Vec<(&'static str, Value)> {
    let option = json!({"type": "static_select", "selected_option": {"value": days}});
    vec![
        (
            "seen",
            json!({"type": "plain_text_input", "value": "Is the mail queue longer than 8, and since when?"}),
        ),
        ("days", option),
    ]
}

async fn deploys(firstlook: &Firstlook, at: DateTime<Utc>) {
    let url = format!("{}/webhooks/changes/ci", firstlook.url);
    let body = json!({"payload": {"summary": "Deploy mailer 7", "timestamp": at.to_rfc3339()}});
    let answer = firstlook.send(|http| http.post(&url).bearer_auth(TOKEN).json(&body)).await;
    assert!(answer.status < 300, "{}", answer.text);
}

async fn asks(firstlook: &Firstlook, body: &Value) -> Answer {
    let url = format!("{}/api/v1/insights", firstlook.url);
    firstlook.send(|http| http.post(&url).json(body)).await
}

fn over(incident: &Value) -> bool {
    incident["analysis"]["ended_at"].is_string()
}

#[tokio::test]
async fn a_question_in_slack_is_answered_in_its_channel_by_figures_of_the_days() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let prometheus = prometheus(now).await;
    let model = Model::start(unasked);
    model.talk(investigates);
    let source = format!("    - {{ name: prom, type: prometheus, url: \"{}\" }}", prometheus.url());
    let firstlook = Firstlook::start(setup(&source, folder.path(), &model)).await;
    deploys(&firstlook, now - TimeDelta::hours(49)).await;
    let slack = &firstlook.slack;
    let channel = slack.add_channel("#ops");
    let answer = firstlook.asks("aya", "insight", &channel, &slack.trigger()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "the form is the answer");
    let view = slack.views().remove(0);
    for wrong in ["0", "15", "x"] {
        let answer = firstlook.submits("aya", &view, &filled(wrong)).await.json();
        assert_eq!(answer["errors"], json!({"days": "Choose 1 to 14 days."}), "{wrong}");
    }
    for what in ["it is taken at once", "and once"] {
        let answer = firstlook.submits("aya", &view, &filled("7")).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{what}");
    }
    let incident = firstlook.until("it is answered", over).await;
    firstlook.idle().await;
    assert_eq!(firstlook.incidents().await.len(), 1);
    answered(&incident);
    told(slack.messages(), &firstlook, &channel);
    let page = firstlook.get("/incidents/1").await.text;
    let picture =
        page.split("/incidents/1/charts/").nth(1).expect("a drawn series").split('"').next().unwrap();
    let picture = firstlook.get(&format!("/incidents/1/charts/{picture}")).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/png"));
    for words in [
        "The analysis answers",
        "mail_queue_length",
        "Deploy mailer 7",
        "No logs are read for what was asked.",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for absent in ["No logs were read", "No runbook matched", "No first step"] {
        assert!(!page.contains(absent), "{absent}: {page}");
    }
    let prompts = model.prompts();
    assert!(
        prompts[0].contains("a question about metrics over days") && prompts[0].contains("longer than 8"),
        "{}",
        prompts[0]
    );
    for series in ["mail_queue_length by host, queue: 2", "queue=\"out\"}"] {
        assert!(prompts[1].contains(series), "{series}: {}", prompts[1]);
    }
    assert!(prompts.iter().all(|prompt| !prompt.contains("never asked for")), "a log was read");
    assert_eq!(model.refusals(), Vec::<String>::new());
    firstlook.finish().await;
}

fn answered(incident: &Value) {
    let analysis = &incident["analysis"];
    assert_eq!(
        (&analysis["state"], &analysis["asked_by"]),
        (&json!("ready"), &json!("aya in Slack")),
        "{analysis:#}"
    );
    assert_eq!(incident["labels"]["alertname"], "Insight");
    assert_eq!(incident["summary"]["state"], "left_to_analysis");
    let overview = analysis["report"]["overview"].as_array().unwrap();
    assert_eq!(overview.len(), 1, "what is made up, or only asked, is not told: {overview:#?}");
    assert_eq!(overview[0]["verdict"], "verified");
    let window = &incident["evidence"]["window"];
    let time = |key: &str| window[key].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!(time("end") - time("start"), TimeDelta::days(7));
    let items = incident["evidence"]["items"].to_string();
    assert!(items.contains("Deploy mailer 7") && !items.contains("never asked for"), "{items}");
    let found = analysis["items"].as_array().unwrap();
    let series = found.iter().find(|item| item["title"].as_str().unwrap().contains("over 7 days")).unwrap();
    let text = series["text"].as_str().unwrap();
    for figures in [
        "median 13, ",
        "the 7 days before: ",
        "hours: no clear course of the day",
        "step: from 13 to 32 in the hour from ",
    ] {
        assert!(text.contains(figures), "{figures} is not in {text}");
    }
    assert!(
        series["query"].as_str().unwrap().contains("promtool query range") && series["chart"].is_object(),
        "{series}"
    );
}

fn told(messages: Vec<Message>, firstlook: &Firstlook, channel: &str) {
    assert_eq!(messages.len(), 1, "nobody else is told: {messages:#?}");
    assert_eq!(messages[0].channel, channel);
    assert!(messages[0].words().contains("Is the mail queue longer"), "{}", messages[0].words());
    let words = messages[0].words();
    assert!(
        words.contains("No logs are read for what was asked.")
            && words.contains("The question is answered by the analysis")
            && !words.contains("a summary follows"),
        "{words}"
    );
    let thread = firstlook.slack.replies(&messages[0].ts);
    assert!(
        thread.iter().any(|one| one.text().starts_with("Analysis of #1: The queue went from 13 to 32")),
        "{thread:#?}"
    );
    let posts = firstlook.slack.file_posts();
    assert_eq!((posts.len(), posts[0].thread_ts.as_str()), (1, messages[0].ts.as_str()));
    assert_eq!(posts[0].files.len(), 2, "the report, and the series that it cites");
    assert!(firstlook.pagerduty.events().is_empty(), "it pages nobody");
}

#[tokio::test]
async fn a_question_by_api_becomes_an_incident_that_nobody_is_told_of() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let prometheus = prometheus(now).await;
    let model = Model::start(unasked);
    model.talk(investigates);
    let source = format!("    - {{ name: prom, type: prometheus, url: \"{}\" }}", prometheus.url());
    let firstlook = Firstlook::start(setup(&source, folder.path(), &model)).await;
    for (body, says) in [
        (json!({"question": "x", "days": 0}), "`days` has to be from 1 to 14"),
        (json!({"question": "x", "days": 15}), "`days` has to be from 1 to 14"),
        (json!({"question": "x", "days": -1}), "the body takes"),
        (json!({"question": " ", "days": 7}), "`question` has to have"),
        (json!({"question": "x", "days": 7, "since": "2020-01-01"}), "unknown field"),
        (json!({"question": "x", "days": 7, "services": ["a", "a"]}), "`services` takes"),
    ] {
        let answer = asks(&firstlook, &body).await;
        assert!(answer.status == 400 && answer.text.contains(says), "{body}: {}", answer.text);
    }
    let answer = asks(&firstlook, &json!({"question": "Is the mail queue longer?", "days": 2})).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/incidents/1"), "{}", answer.text);
    assert_eq!(answer.json()["owner"], "an API client");
    let incident = firstlook.until("it is answered", over).await;
    assert_eq!(incident["analysis"]["state"], "ready", "{incident:#}");
    let file = firstlook.get("/api/v1/incidents/1/analysis.md").await;
    assert!(file.status == 200 && file.text.contains("The queue went from 13 to 32"), "{}", file.text);
    assert!(firstlook.slack.messages().is_empty() && firstlook.pagerduty.events().is_empty());
    firstlook.finish().await;
}

#[tokio::test]
async fn without_a_model_or_metrics_the_form_and_the_api_say_so() {
    let question = json!({"question": "x", "days": 7});
    let without = Firstlook::start(Setup::default()).await;
    let said = async |firstlook: &Firstlook| {
        let trigger = firstlook.slack.trigger();
        firstlook.asks("aya", "insight", "C0ALERTS", &trigger).await.json()["blocks"].to_string()
    };
    let told = said(&without).await;
    assert!(told.contains("no model is configured"), "{told}");
    assert!(asks(&without, &question).await.text.contains("no model is configured"));
    without.finish().await;
    let folder = tempfile::tempdir().unwrap();
    let model = Model::start(unasked);
    let firstlook = Firstlook::start(setup("", folder.path(), &model)).await;
    let told = said(&firstlook).await;
    assert!(told.contains("no metrics are configured"), "{told}");
    assert!(asks(&firstlook, &question).await.text.contains("no metrics are configured"));
    assert!(firstlook.slack.views().is_empty() && firstlook.incidents().await.is_empty());
    firstlook.finish().await;
}

#[tokio::test]
async fn a_source_that_does_not_apply_or_answer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::start(unasked);
    model.talk(|asked| match asked.answers {
        0 => Said {
            calls: [
                ("metrics", json!({"source": "gone", "words": ["queue"]})),
                ("query", json!({"source": "gone", "query": "up"})),
                ("query", json!({"source": "gone", "query": "up offset 30d"})),
                ("query", json!({"source": "gone", "query": "max_over_time(up[14d])"})),
            ]
            .map(|(name, input)| (input.to_string(), name.to_owned(), input))
            .to_vec(),
            ..Said::default()
        },
        _ => report(&[("The queue is 7 long.", "M1")], &["Prometheus did not answer."]),
    });
    let source =
        "    - { name: gone, type: prometheus, url: \"http://127.0.0.1:9\", matchers: ['service=\"api\"'] }";
    let firstlook = Firstlook::start(setup(source, folder.path(), &model)).await;
    asks(&firstlook, &json!({"question": "Why?", "days": 1})).await;
    let incident = firstlook.until("it has ended", over).await;
    assert_eq!(incident["analysis"]["state"], "failed");
    let reason = incident["analysis"]["reason"].as_str().unwrap();
    assert!(reason.contains("No source of metrics applies") && model.prompts().is_empty(), "{reason}");
    asks(&firstlook, &json!({"question": "Why?", "days": 1, "services": ["api"]})).await;
    let incident = firstlook.until("the other has ended", |one| one["number"] == 2 && over(one)).await;
    assert_eq!(incident["analysis"]["state"], "nothing_verified", "{incident:#}");
    let last = model.prompts().pop().unwrap();
    for said in ["cannot be reached", "leave out `offset` and `@`", "reads too far back"] {
        assert!(last.contains(said), "{said} is not in {last}");
    }
    firstlook.finish().await;
}
