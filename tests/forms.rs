//! The form that asks for a look at a time: opened, refused where it is faulty, answered in the channel where it was opened.

mod services;

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup};
use crate::support::model::{Asked, Model, Said};

/// A log of four hours, with failures in the time that is asked about, before it and now.
fn write_log(folder: &Path, now: DateTime<Utc>) {
    let line = |minutes: i64, text: &str| {
        format!("{} {text}\n", (now - TimeDelta::minutes(minutes)).format("%Y-%m-%dT%H:%M:%S%.3fZ"))
    };
    let mut text: String = (0..=240).rev().map(|n| line(n, &format!("INFO Api: served in {n} ms"))).collect();
    text.extend((155..165).map(|n| line(n, "ERROR Pool: connection refused by db-7")));
    text.extend((1..5).map(|n| line(n, "ERROR Disk: no space left on vol-3")));
    std::fs::write(folder.join("app.log"), text).unwrap();
}

fn setup(folder: &Path, model: &Model) -> Setup {
    let path = folder.join("app.log");
    let evidence = format!(
        "  window: {{ before: 10m, after: 2m }}\n  sources: [{{ name: files, type: log_file, path: \"{}\", matchers: ['service=\"api\"'] }}]",
        path.display()
    );
    let runbook = "---\nmatch: ['alertname=\"Asked\"']\nowner: oncall\nescalate_after: 1s\n---\n# Asked\n## Check\n1. Look.\n";
    let runbooks = folder.join("runbooks");
    std::fs::create_dir(&runbooks).unwrap();
    std::fs::write(runbooks.join("asked.md"), runbook).unwrap();
    Setup { evidence, runbooks, ..Setup::default() }.openai(model)
}

fn summary(_: &str) -> String {
    json!({"headline": "db-7 refuses", "claims": [{"text": "\"connection refused by db-7\" is new.", "citations": ["L1"]}]})
        .to_string()
}

fn reports(_: &Asked) -> Said {
    let cites = json!(["L1"]);
    Said::text(
        json!({
            "overview": [{"text": "\"connection refused by db-7\" in 10 lines.", "citations": cites}],
            "root_causes": [], "impact": [], "timeline": [], "actions": [], "prevention": [], "gaps": [],
        })
        .to_string(),
    )
}

fn block<'a>(view: &'a Value, id: &str) -> &'a Value {
    view["blocks"].as_array().unwrap().iter().find(|one| one["block_id"] == id).unwrap_or(&Value::Null)
}

fn chosen(services: &[&str]) -> Value {
    let options: Vec<Value> = services.iter().map(|name| json!({"value": name})).collect();
    json!({"type": "multi_static_select", "selected_options": options})
}

/// What is filled in for a time so many minutes ago.
fn filled(now: DateTime<Utc>, from: i64, to: i64) -> Vec<(&'static str, Value)> {
    let at = |minutes| json!({"type": "datetimepicker", "selected_date_time": (now - TimeDelta::minutes(minutes)).timestamp()});
    vec![
        ("from", at(from)),
        ("to", at(to)),
        ("seen", json!({"type": "plain_text_input", "value": "captures <fail> for some & none\nelse"})),
        ("service", chosen(&["api"])),
    ]
}

#[tokio::test]
async fn what_a_person_asks_is_answered_in_their_channel_about_their_time() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    write_log(folder.path(), now);
    let model = Model::start(summary);
    model.talk(reports);
    let firstlook = Firstlook::start(setup(folder.path(), &model)).await;
    let slack = &firstlook.slack;
    let channel = slack.add_channel("#ops");
    let answer = firstlook.asks("aya", "analyse", &channel, &slack.trigger()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "the form is the answer");
    let view = slack.views().remove(0);
    let options = block(&view, "service")["element"]["options"].to_string();
    assert!(options.contains("api"), "what the configuration names can be chosen: {view:#}");
    assert!(view.to_string().contains("a thread in this channel") && block(&view, "channel").is_null());

    let values = filled(now, 170, 150);
    for what in ["it is acknowledged at once", "and taken once"] {
        let answer = firstlook.submits("aya", &view, &values).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""), "{what}");
    }
    let incident = firstlook.until("it is analysed", |one| one["analysis"]["state"] == "ready").await;
    firstlook.idle().await;
    assert_eq!(firstlook.incidents().await.len(), 1);
    let is = |key: &str| incident[key].as_str().unwrap_or_default().to_owned();
    assert_eq!((is("status"), is("owner")), ("acknowledged".into(), "aya in Slack".into()));
    assert_eq!((is("severity"), is("service")), ("info".into(), "api".into()));
    assert_eq!(is("title"), "captures <fail> for some & none else");
    assert_eq!(incident["analysis"]["asked_by"], "aya in Slack");
    let evidence = incident["evidence"].to_string();
    assert!(evidence.contains("refused by") && !evidence.contains("no space left"), "{evidence}");
    let prompts = model.prompts().join("\n");
    assert!(!prompts.contains("no space left"), "now is not what was asked about");
    let timeline = incident["timeline"].to_string();
    assert!(timeline.contains("asked for a look at"), "{timeline}");

    let messages = slack.messages();
    assert_eq!(messages.len(), 1, "nobody else is told: {messages:#?}");
    assert_eq!(messages[0].channel, channel);
    let words = messages[0].words();
    assert!(words.contains("captures <fail> for some") || words.contains("captures ‹fail›"), "{words}");
    let thread = slack.replies(&messages[0].ts);
    assert!(thread.iter().any(|one| one.text().starts_with("Analysis of #1")), "{thread:#?}");
    assert_eq!(slack.file_posts()[0].thread_ts, messages[0].ts);
    assert_eq!(incident["runbook"]["path"], "asked.md");
    assert_eq!(firstlook.sql("SELECT count(*) FROM escalation").await, 0, "nor is it escalated");
    assert!(firstlook.pagerduty.events().is_empty(), "it pages nobody");
    let told = incident["notifications"].to_string();
    assert!(told.contains("slack/0@C0OPS") && told.contains("asked for it in this channel"), "{told}");

    // Somebody else asks the same: that is another question.
    firstlook.shortcut("ken", "analyse", &slack.trigger()).await;
    let view = slack.views().remove(1);
    assert_eq!(block(&view, "channel")["element"]["type"], "conversations_select");
    let mut values = filled(now, 170, 150);
    values.push(("channel", json!({"type": "conversations_select", "selected_conversation": channel})));
    assert_eq!(firstlook.submits("ken", &view, &values).await.text, "");
    firstlook
        .until("it is another one", |one| one["number"] == 2 && one["analysis"]["state"] == "ready")
        .await;
    firstlook.idle().await;
    // The next day it is over by itself.
    assert_eq!(firstlook.sql("WITH old AS (UPDATE alert SET seen_at = now() - interval '25 hours' RETURNING 1) SELECT count(*) FROM old").await, 2);
    firstlook.sql("WITH soon AS (UPDATE job SET run_at = now() WHERE key = 'sweep' RETURNING 1) SELECT count(*) FROM soon").await;
    firstlook.until("it is over", |one| one["status"] == "resolved").await;
    firstlook.finish().await;
}

/// Reads the lines of each service's own source, then reports.
fn reads_both(asked: &Asked) -> Said {
    let logs = |id: &str, source: &str| (id.to_owned(), "logs".to_owned(), json!({"source": source}));
    match asked.answers {
        0 => Said { calls: vec![logs("one", "files:api"), logs("two", "files:pay")], ..Said::default() },
        _ => reports(asked),
    }
}

#[tokio::test]
async fn a_question_about_several_services_looks_at_the_sources_of_all_of_them() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    write_log(folder.path(), now);
    std::fs::rename(folder.path().join("app.log"), folder.path().join("api.log")).unwrap();
    for (name, text) in
        [("pay.log", "ERROR Ledger: account 7 is locked"), ("cart.log", "ERROR Cart: not asked about")]
    {
        let at = (now - TimeDelta::minutes(160)).format("%Y-%m-%dT%H:%M:%SZ");
        std::fs::write(folder.path().join(name), format!("{at} {text}\n").repeat(3)).unwrap();
    }
    let model = Model::start(summary);
    model.talk(reads_both);
    let mut setup = setup(folder.path(), &model);
    setup.evidence = format!(
        "  window: {{ before: 10m, after: 2m }}\n  sources:\n\
         \x20 - {{ name: files, type: log_file, path: \"{0}/{{{{labels.service}}}}.log\", matchers: ['service=~\"api|pay|cart\"'] }}\n\
         \x20 - {{ name: none, type: log_file, path: \"{0}/none.log\", matchers: ['service=\"none\"'] }}",
        folder.path().display()
    );
    let firstlook = Firstlook::start(setup).await;
    let slack = &firstlook.slack;
    firstlook.asks("aya", "analyse", "C0ALERTS", &slack.trigger()).await;
    let view = slack.views().remove(0);
    assert_eq!(block(&view, "service")["element"]["max_selected_items"], 5);
    let mut values = filled(now, 170, 150);
    values[3].1 = chosen(&["api", "pay"]);
    assert_eq!(firstlook.submits("aya", &view, &values).await.text, "");
    let incident = firstlook.until("it is analysed", |one| one["analysis"]["state"] == "ready").await;
    firstlook.idle().await;
    assert_eq!((&incident["service"], &incident["labels"]["services"]), (&json!(null), &json!("api, pay")));
    let items = incident["evidence"]["items"].as_array().unwrap();
    let of = |source: &str| -> String {
        items.iter().filter(|item| item["source"] == source).map(|item| item["title"].to_string()).collect()
    };
    assert!(of("files:api").contains("refused by") && of("files:pay").contains("is locked"), "{items:#?}");
    assert!(!incident.to_string().contains("not asked about"), "{incident:#}");
    assert_eq!(incident["evidence"]["gaps"], json!([]));
    // The analysis was offered both by their names, and read both.
    let asked = incident["analysis"]["asked"].as_array().unwrap();
    assert!(asked.len() == 2 && asked.iter().all(|one| one["ok"] == true), "{asked:#?}");
    let talk = model.prompts().pop().unwrap();
    for said in ["files:api", "files:pay", "is locked", "services"] {
        assert!(talk.contains(said), "{said} is not in {talk}");
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn what_is_faulty_is_said_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(folder.path(), &model)).await;
    let now = firstlook::clock::now();
    let slack = &firstlook.slack;
    firstlook.asks("aya", "analyze", "C0ALERTS", &slack.trigger()).await;
    let view = slack.views().remove(0);
    for (from, to, at, what) in [
        (10, 20, "to", "The end must be after the start."),
        (10, 10, "to", "The end must be after the start."),
        (-60, -90, "from", "The start lies in the future."),
        (13 * 60, 5, "from", "At most 12 h can be looked at"),
        (600_000, 599_990, "from", "more than a year ago"),
    ] {
        let answer = firstlook.submits("aya", &view, &filled(now, from, to)).await.json();
        assert_eq!(answer["response_action"], "errors");
        let said = answer["errors"][at].as_str().unwrap_or_default();
        assert!(said.contains(what) && answer["errors"].as_object().unwrap().len() == 1, "{answer}");
    }
    let mut values = filled(now, 20, 10);
    values[2].1["value"] = json!(" \n ");
    values[0].1["selected_date_time"] = json!("soon");
    let answer = firstlook.submits("aya", &view, &values).await.json();
    assert_eq!(answer["errors"], json!({"from": "This is no time.", "seen": "Say what was seen."}));
    assert!(firstlook.incidents().await.is_empty());
    firstlook.finish().await;
}

#[tokio::test]
async fn a_form_that_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::start(summary);
    let firstlook = Firstlook::start(setup(folder.path(), &model)).await;
    let slack = &firstlook.slack;
    let said = async |trigger: String| {
        let answer = firstlook.asks("aya", "analyse", "C0ALERTS", &trigger).await.json();
        assert_eq!(answer["response_type"], "ephemeral");
        // Its text is for lock screens, and may be cut.
        answer["blocks"].to_string()
    };
    let late = said(slack.aged_trigger(Duration::from_secs(4))).await;
    assert!(late.contains("it came too late; ask again"), "{late}");
    let foreign = said("1.2.3".to_owned()).await;
    assert!(foreign.contains("belong to different apps"), "{foreign}");
    assert!(slack.views().is_empty());
    firstlook.finish().await;
    let without = Firstlook::start(Setup::default()).await;
    let trigger = without.slack.trigger();
    let answer = without.asks("aya", "analyse", "C0ALERTS", &trigger).await.json();
    assert!(answer["text"].as_str().unwrap().contains("no model is configured"), "{answer}");
    without.finish().await;
}
