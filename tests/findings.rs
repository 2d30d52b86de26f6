//! Open security findings: asked for in Slack and by API, read from both services, told as a digest, gone through by a model.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Answer, Firstlook, Setup, TOKEN};
use crate::support::model::{Asked, Model, Said};
use crate::support::security::{REGION, Security, samples};
use crate::support::sns::CREDENTIALS;

/// Of both services, each of its own type.
fn sources(security: &Security) -> String {
    ["security_hub", "guardduty"]
        .map(|kind| {
            format!(
                "    - {{ name: {kind}, type: {kind}, region: {REGION}, endpoint_url: \"{}\" }}\n",
                security.url()
            )
        })
        .concat()
}

/// A log that nobody may read for findings.
const UNREAD: &str = "ERROR Pool: this line was never asked for";

fn setup(sources: &str, folder: &std::path::Path) -> Setup {
    let log = folder.join("app.log");
    std::fs::write(&log, format!("{} {UNREAD}\n", firstlook::clock::now().to_rfc3339())).unwrap();
    let evidence = format!(
        "  sources:\n    - {{ name: files, type: log_file, path: \"{}\" }}\n{sources}",
        log.display()
    );
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Setup { evidence, environment, ..Setup::default() }
}

/// Stolen credentials of a day ago, handed on to Security Hub as well; an instance that mines; failed controls.
fn found(security: &Security, now: DateTime<Utc>) {
    let stolen = samples::credentials(1, now - TimeDelta::hours(20));
    let mining = samples::mining(2, "i-0aaa", now - TimeDelta::hours(2));
    security.hub([
        samples::handed_on(&stolen),
        samples::control("S3.8", "HIGH", ("AwsS3Bucket", "arn:aws:s3:::invoices"), now),
        samples::control("S3.8", "HIGH", ("AwsS3Bucket", "arn:aws:s3:::exports"), now),
        samples::control("IAM.4", "MEDIUM", ("AwsAccount", "AWS::::Account:111122223333"), now),
        samples::control("EC2.7", "LOW", ("AwsAccount", "AWS::::Account:111122223333"), now),
    ]);
    security.guardduty([stolen, mining]);
}

/// Reads what is most urgent whole, looks for changes, then says what stands there, and two things that do not.
fn goes_through(asked: &Asked) -> Said {
    match asked.answers {
        0 => Said {
            calls: [("item", json!({"id": "F2"})), ("changes", json!({"words": ["checkout"]}))]
                .map(|(name, input)| (name.to_owned(), name.to_owned(), input))
                .to_vec(),
            ..Said::default()
        },
        _ => {
            let sentence = |text: &str, id: &str| json!({"text": text, "citations": [id]});
            let mining = "i-0aaa asks for a domain that is known for cryptocurrency.";
            Said::text(
                json!({
                    "overview": [
                        sentence(mining, "F2"),
                        sentence("5 findings are open.", "F1"),
                        sentence("77 findings are open.", "F1"),
                        sentence("i-0bbb mines as well.", "F2"),
                        sentence("The production account is concerned.", "A1"),
                    ],
                    "actions": [sentence("Isolate the instance.", "F2")],
                    "gaps": ["Who started the instance."],
                })
                .to_string(),
            )
        }
    }
}

fn unasked(_: &str) -> String {
    panic!("no summary is asked for")
}

async fn asks(firstlook: &Firstlook, body: &Value) -> Answer {
    let url = format!("{}/api/v1/findings", firstlook.url);
    firstlook.send(|http| http.post(&url).json(body)).await
}

fn over(incident: &Value) -> bool {
    incident["analysis"]["ended_at"].is_string()
}

fn items(incident: &Value) -> Vec<(&str, &str)> {
    let items = incident["evidence"]["items"].as_array().unwrap().iter();
    let items = items.filter(|item| item["kind"] == "finding");
    items.map(|item| (item["id"].as_str().unwrap(), item["title"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn what_is_open_is_told_in_the_channel_where_it_was_asked_for_and_gone_through() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let security = Security::start();
    found(&security, now);
    let model = Model::start(unasked);
    model.talk(goes_through);
    let firstlook = Firstlook::start(setup(&sources(&security), folder.path()).openai(&model)).await;
    let url = format!("{}/webhooks/changes/ci", firstlook.url);
    let change = json!({"payload": {"summary": "Deploy checkout 7", "timestamp": (now - TimeDelta::hours(30)).to_rfc3339()}});
    let answer = firstlook.send(|http| http.post(&url).bearer_auth(TOKEN).json(&change)).await;
    assert!(answer.status < 300, "{}", answer.text);
    let channel = firstlook.slack.add_channel("#security");
    let answer = firstlook.asks("aya", "findings", &channel, &firstlook.slack.trigger()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "the form is the answer");
    let view = firstlook.slack.views().remove(0);
    let days = json!({"type": "static_select", "selected_option": {"value": "7"}});
    let filled = [("days", days), ("seen", json!({"type": "plain_text_input", "value": null}))];
    let answer = firstlook.submits("aya", &view, &filled).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let incident = firstlook.until("it was gone through", over).await;
    firstlook.idle().await;
    digested(&incident);
    told(&firstlook, &channel);
    let asked = model.prompts();
    assert!(asked[0].contains("open findings of security services"), "{}", asked[0]);
    assert!(asked[0].contains("F2 high, GuardDuty CryptoCurrency"), "{}", asked[0]);
    for brought in ["- high, began ", "domain: pool.mining.example", "Deploy checkout 7"] {
        assert!(asked[1].contains(brought), "{brought} is not in {}", asked[1]);
    }
    assert!(asked.iter().all(|prompt| !prompt.contains("never asked for")), "a log was read");
    assert_eq!(model.refusals(), Vec::<String>::new());
    let page = firstlook.get("/incidents/1").await.text;
    for words in [
        "Findings",
        "Security Hub control S3.8: 2 open findings",
        "guardduty/home?region=eu-west-1#/findings",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    firstlook.finish().await;
}

/// Each finding once, the most urgent first, and a report of what is true of them.
fn digested(incident: &Value) {
    let told = items(incident);
    assert_eq!(told[0], ("F1", "open: 5 findings; high 4, medium 1; 2 began in these days"));
    let kinds: Vec<&str> = told[1..].iter().map(|(_, title)| title.split(": ").next().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "high, GuardDuty CryptoCurrency:EC2/BitcoinTool.B!DNS",
            "high, GuardDuty UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
            "high, Security Hub control S3.8",
            "medium, Security Hub control IAM.4",
        ],
        "what is low is not asked for, and what both services tell is told once: {told:#?}"
    );
    let analysis = &incident["analysis"];
    assert_eq!(
        (&analysis["state"], &analysis["asked_by"]),
        (&json!("ready"), &json!("aya in Slack")),
        "{analysis:#}"
    );
    assert_eq!(
        (&incident["labels"]["alertname"], &incident["severity"]),
        (&json!("Findings"), &json!("info"))
    );
    assert_eq!(incident["summary"]["state"], "left_to_analysis");
    let overview = analysis["report"]["overview"].as_array().unwrap();
    let sentences: Vec<&str> = overview.iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(
        sentences,
        ["i-0aaa asks for a domain that is known for cryptocurrency.", "5 findings are open."],
        "what is made up, or only asked, is not told"
    );
    assert!(incident["evidence"]["gaps"].as_array().unwrap().is_empty(), "{}", incident["evidence"]["gaps"]);
    let text = incident["evidence"].to_string();
    assert!(!text.contains("never asked for") && !text.contains("ASIAIOSFODNN7EXAMPLE"), "{text}");
}

fn told(firstlook: &Firstlook, channel: &str) {
    let messages = firstlook.slack.messages();
    assert_eq!(
        (messages.len(), messages[0].channel.as_str()),
        (1, channel),
        "nobody else is told: {messages:#?}"
    );
    let words = messages[0].words();
    for said in [
        "Open security findings, and what is new in 7 days",
        "What is open, the most urgent first",
        "open: 5 findings; high 4, medium 1; 2 began in these days",
        "high, GuardDuty CryptoCurrency",
    ] {
        assert!(words.contains(said), "{said} is not in {words}");
    }
    let (counted, first) = (words.find("open: 5 findings").unwrap(), words.find("high, GuardDuty").unwrap());
    assert!(counted < first && !words.contains("No logs were read"), "{words}");
    let thread = firstlook.slack.replies(&messages[0].ts);
    assert!(
        thread.iter().any(|one| one.text().starts_with("Analysis of #1: i-0aaa asks for a domain")),
        "{thread:#?}"
    );
    assert_eq!(firstlook.slack.file_posts().len(), 1, "the report");
    assert!(firstlook.pagerduty.events().is_empty(), "it pages nobody");
}

#[tokio::test]
async fn without_a_model_the_digest_stands_and_a_service_that_is_off_is_a_gap() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let security = Security::start();
    found(&security, now);
    security.disable("guardduty");
    let firstlook = Firstlook::start(setup(&sources(&security), folder.path())).await;
    for (body, says) in [
        (json!({"days": 0}), "`days` has to be from 1 to 14"),
        (json!({"days": 15}), "`days` has to be from 1 to 14"),
        (json!({"days": "x"}), "the body takes"),
        (json!({"since": "2020-01-01"}), "unknown field"),
        (json!({"question": "x".repeat(1_001)}), "`question` has to have at most"),
    ] {
        let answer = asks(&firstlook, &body).await;
        assert!(answer.status == 400 && answer.text.contains(says), "{body}: {}", answer.text);
    }
    let answer = asks(&firstlook, &json!({})).await;
    assert_eq!((answer.status, answer.header("location")), (201, "/api/v1/incidents/1"), "{}", answer.text);
    let incident = firstlook.until("it is told", |one| one["summary"]["state"] == "no_model").await;
    firstlook.idle().await;
    assert!(incident["analysis"].is_null(), "{incident:#}");
    let told = items(&incident);
    assert_eq!(told[0].1, "open: 4 findings; high 3, medium 1; 1 began in these days");
    assert!(
        told[1].1.starts_with("high, GuardDuty UnauthorizedAccess"),
        "as Security Hub tells it: {told:#?}"
    );
    let gap = &incident["evidence"]["gaps"][0];
    assert_eq!(gap["source"], "guardduty");
    assert!(gap["reason"].as_str().unwrap().contains("not enabled") && gap["remedy"].is_string(), "{gap}");
    let page = firstlook.get("/incidents/1").await.text;
    assert!(page.contains("First look only") && !page.contains("No logs were read"), "{page}");
    assert!(firstlook.slack.messages().is_empty(), "who asks by API is answered there");
    firstlook.finish().await;
}

#[tokio::test]
async fn where_nothing_is_open_or_nobody_answers_no_model_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let security = Security::start();
    let model = Model::start(unasked);
    let firstlook = Firstlook::start(setup(&sources(&security), folder.path()).openai(&model)).await;
    asks(&firstlook, &json!({"days": 1})).await;
    let incident = firstlook.until("it has ended", over).await;
    assert_eq!(items(&incident), [("F1", "open: 0 findings; 0 began in these days")]);
    assert_eq!(incident["analysis"]["reason"], "No finding is open, so no model was asked.");
    security.disable("guardduty");
    security.disable("securityhub");
    asks(&firstlook, &json!({"days": 1})).await;
    let incident = firstlook.until("the other has ended", |one| one["number"] == 2 && over(one)).await;
    let reason = incident["analysis"]["reason"].as_str().unwrap();
    assert!(items(&incident).is_empty() && reason.contains("No source of findings answered"), "{incident:#}");
    assert_eq!(incident["evidence"]["gaps"].as_array().unwrap().len(), 2);
    assert_eq!(model.prompts(), Vec::<String>::new());
    firstlook.finish().await;
}

#[tokio::test]
async fn without_a_source_of_findings_the_form_and_the_api_say_so() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let trigger = firstlook.slack.trigger();
    let told = firstlook.asks("aya", "findings", "C0ALERTS", &trigger).await.json()["blocks"].to_string();
    assert!(told.contains("no findings are configured"), "{told}");
    let answer = asks(&firstlook, &json!({"days": 7})).await;
    assert!(answer.status == 400 && answer.text.contains("no findings are configured"), "{}", answer.text);
    assert!(firstlook.slack.views().is_empty() && firstlook.incidents().await.is_empty());
    firstlook.finish().await;
}
