//! An analysis in the thread of the incident's Slack message: one message, edited as it goes, then the report and its file.

use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::ends::{analyze, looked};
use super::*;
use crate::support::plan::Behaviour;
use crate::support::slack::Message;

/// The messages of an analysis, wherever they stand, the oldest first.
fn told(firstlook: &Firstlook) -> Vec<Message> {
    let is_one = |one: &Message| one.now().metadata["event_payload"]["kind"] == "analysis";
    firstlook.slack.all().into_iter().filter(is_one).collect()
}

/// What became of the message or the file, among the notifications: its state and why.
fn state(incident: &Value, kind: &str) -> Option<(String, String)> {
    let told = incident["notifications"].as_array()?.iter().find(|told| told["kind"] == kind)?;
    Some((told["state"].as_str()?.to_owned(), told["reason"].as_str()?.to_owned()))
}

/// The file's text, of the only posting.
fn file(firstlook: &Firstlook) -> String {
    let posts = firstlook.slack.file_posts();
    assert_eq!(posts.len(), 1, "a report is posted once: {posts:?}");
    let [(file, title), ..] = &posts[0].files[..] else { panic!("{posts:?}") };
    assert_eq!((file.name.as_str(), title.as_str()), ("incident-1-analysis.md", "Analysis of #1"));
    String::from_utf8(file.bytes.clone().unwrap()).unwrap()
}

#[tokio::test]
async fn one_message_shows_how_far_it_is_and_becomes_the_report() {
    let folder = tempfile::tempdir().unwrap();
    write_log(folder.path());
    let model = Model::start(summary);
    model.talk(investigates);
    model.plan().repeat(Behaviour::Slow(Duration::from_millis(2_500)));
    let firstlook = Firstlook::start(setup(folder.path(), openai(&model, BY_ITSELF))).await;
    firstlook.post(body(&[alarm("api")])).await;
    let incident = firstlook.until("it is analysed", over).await;
    firstlook.idle().await;
    let [one] = &told(&firstlook)[..] else { panic!("{:#?}", told(&firstlook)) };
    let living = &firstlook.slack.messages()[0];
    assert_eq!((one.thread_ts.as_ref(), one.broadcast), (Some(&living.ts), false));
    assert_eq!(one.versions[0].text, "Analysis of #1: step 1 of at most 4.");
    let first = crate::support::slack::workspace::words(&one.versions[0].blocks);
    assert!(first.starts_with("◷ Analysis, step 1 of at most 4 · asked for by firstlook"), "{first}");
    assert!(
        one.versions.iter().any(|version| version.blocks.to_string().contains("log lines of files with"))
    );
    let (end, steps) = one.versions.split_last().unwrap();
    let apart = steps.windows(2).map(|pair| pair[1].at - pair[0].at).min().unwrap();
    assert!(steps.len() >= 2 && apart >= Duration::from_millis(2_900), "{apart:?}, {}", steps.len());
    assert_eq!(end.text, "Analysis of #1: \"connection refused by db-7\" in 10 lines.");
    let words = one.words();
    for part in [
        "✓ Analysis ready, 2 steps, ",
        "✓ The lines \"connection refused by db-7\" are new: 10 lines. L",
        "Root causes\n▮▮▯ Medium: ✓ \"connection refused by db-7\" in 10 lines. L",
        " Against it: A1\n",
        "What is not known\n• Why db-7 refuses",
        "The whole report",
        "Open #1",
        "tokens, $0.",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for never in ["Aliens", "delete namespace", "<!here", "https://evil", SECRET] {
        assert!(!one.now().blocks.to_string().contains(never), "{never}: {words}");
    }
    let id = incident["analysis"]["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap();
    let anchor = format!("/incidents/1#x-{id}");
    assert!(one.now().blocks.to_string().contains(&anchor), "{anchor}: {}", one.now().blocks);
    let text = file(&firstlook);
    assert_eq!(text, firstlook.get("/api/v1/incidents/1/analysis.md").await.text);
    assert_eq!(firstlook.slack.file_posts()[0].thread_ts, living.ts);
    drawn(&firstlook, &incident).await;
    assert_eq!(state(&incident_of(&firstlook).await, "report").unwrap().0, "sent");
    // Nobody's pager hears of it.
    assert_eq!(firstlook.sql("SELECT count(*) FROM analysis_told").await, 1);
    firstlook.finish().await;
}

/// The graph of causes: in the API, in the file, under its address and beside the file, where it is the same.
async fn drawn(firstlook: &Firstlook, incident: &Value) {
    let graph = &incident["analysis"]["graph"];
    let kinds: Vec<&str> =
        graph["nodes"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["cause", "symptom", "alarm", "impact"], "{graph:#}");
    let cited = graph["nodes"][1]["id"].clone();
    let edge = |from: &str, to: &Value, relation: &str, cites: &Value| json!({"from": from, "to": to, "relation": relation, "citations": [cites]});
    assert_eq!(graph["edges"][0], edge("cause1", &cited, "for", &cited), "{graph:#}");
    assert!(
        graph["edges"].as_array().unwrap().contains(&edge("cause1", &json!("A1"), "against", &json!("A1"))),
        "{graph:#}"
    );
    let text = file(firstlook);
    assert!(text.contains("\n```mermaid\nflowchart TD\n  cause1([\"Cause 1, Medium: "), "{text}");
    let posts = firstlook.slack.file_posts();
    let (picture, title) = &posts[0].files[1];
    assert_eq!((picture.name.as_str(), title.as_str()), ("incident-1-causes.png", "Causes of #1"));
    assert!(
        picture.alt.starts_with("Cause 1, Medium: ") && picture.alt.contains(" against the cause (A1)"),
        "{}",
        picture.alt
    );
    let png = reqwest::get(format!("{}/incidents/1/charts/causes.png", firstlook.url)).await.unwrap();
    assert_eq!((png.status().as_u16(), png.headers()["content-type"].to_str().unwrap()), (200, "image/png"));
    assert_eq!(png.bytes().await.unwrap(), picture.bytes.clone().unwrap());
    let page = firstlook.get("/incidents/1").await.text;
    assert!(
        page.contains("<g class=\"cause\">") && page.contains("href=\"/incidents/1/charts/causes.png\""),
        "{page}"
    );
}

async fn incident_of(firstlook: &Firstlook) -> Value {
    firstlook.incident(1).await
}

#[tokio::test]
async fn an_end_without_a_report_says_why_and_each_analysis_has_a_message_of_its_own() {
    let (firstlook, model, _folder) = looked("analysis: { max_steps: 3 }", openai).await;
    model.talk(|_| Said::text("Sorry?"));
    analyze(&firstlook).await;
    firstlook.idle().await;
    let one = told(&firstlook).pop().unwrap();
    assert!(one.text().starts_with("Analysis of #1 without a report: "), "{}", one.text());
    let words = one.words();
    assert!(
        words.contains("○ Analysis without a report · asked for by ") && words.contains("no JSON object"),
        "{words}"
    );
    assert!(firstlook.slack.file_posts().is_empty());

    // A workspace without files: the message stands, the reason is recorded, nothing else suffers.
    model.talk(investigates);
    firstlook.slack.forbid_files();
    analyze(&firstlook).await;
    firstlook.idle().await;
    let all = told(&firstlook);
    assert_eq!((all.len(), all[0].words() == words), (2, true));
    assert!(all[1].words().contains("✓ Analysis ready, 2 steps"), "{}", all[1].words());
    let incident = incident_of(&firstlook).await;
    let parked = incident["notifications"].as_array().unwrap().iter().find(|told| told["state"] == "parked");
    let parked = parked.unwrap();
    assert_eq!(parked["kind"], "report");
    assert!(parked["reason"].as_str().unwrap().contains("add the scope files:write"), "{parked}");
    let timeline = incident["timeline"].to_string();
    assert!(
        timeline.contains("the file of the analysis is not in the thread of oncall (slack/0)"),
        "{timeline}"
    );
    assert!(!firstlook.slack.messages()[0].words().contains("files:write"), "nobody was told less");
    assert!(firstlook.get("/incidents/1").await.text.contains("the analysis as a file"));
    firstlook.finish().await;
}

#[tokio::test]
async fn a_lost_answer_is_said_and_what_slack_asks_for_is_kept() {
    let (firstlook, model, _folder) = looked("analysis: { max_steps: 3 }", openai).await;
    model.talk(investigates);
    firstlook.slack.forbid("channels:history");
    let plan = firstlook.slack.plan();
    plan.then_on("chat.postMessage", Behaviour::retry_after(429, 1))
        .then_on("chat.postMessage", Behaviour::Half);
    plan.then_on("getUploadURL", Behaviour::Half).then_on("completeUpload", Behaviour::Half);
    analyze(&firstlook).await;
    firstlook.idle().await;
    assert_eq!(firstlook.slack.plan().left(), 0);
    let all = told(&firstlook);
    assert_eq!(all.len(), 2, "what a lost answer explains: {all:#?}");
    assert!(
        all[1].words().contains("Possible repeat: Slack did not answer our first try at "),
        "{}",
        all[1].words()
    );
    assert!(all[1].words().contains("✓ Analysis ready") && all[0].edits() == 0, "{all:#?}");
    assert!(file(&firstlook).contains("## Root causes"));
    let (state, reason) = state(&incident_of(&firstlook).await, "report").unwrap();
    assert!(state == "parked" && reason.contains("not posted again"), "{reason}");
    firstlook.finish().await;
}

/// Dies at `step` and comes back. How many messages and files there are in the end, and what became of the file.
async fn rehearse(step: &str) -> (usize, usize, String) {
    let folder = tempfile::tempdir().unwrap();
    write_log(folder.path());
    let model = Model::start(summary);
    model.talk(investigates);
    let mut setup = setup(folder.path(), openai(&model, BY_ITSELF));
    setup.environment.push((firstlook::fail::VARIABLE.to_owned(), step.to_owned()));
    let mut firstlook = Firstlook::start(setup).await;
    firstlook.fail_at(None);
    firstlook.post(body(&[alarm("api")])).await;
    firstlook.dead().await;
    firstlook.launch().await;
    firstlook.until("it is analysed", over).await;
    firstlook.idle().await;
    let all = told(&firstlook);
    let newest = all.last().unwrap().words();
    assert!(newest.contains("✓ Analysis ready, 2 steps"), "{step}: {newest}");
    assert!(!newest.contains("Possible repeat"), "{step}: {newest}");
    let (file, _) = state(&incident_of(&firstlook).await, "report").unwrap();
    let files = firstlook.slack.file_posts().len();
    firstlook.finish().await;
    (all.len(), files, file)
}

#[tokio::test]
async fn a_death_leaves_one_message_and_never_a_second_file() {
    let steps = [
        ("analysis-told:1", (1, 1, "sent")),
        ("analysis-told:2", (1, 1, "sent")),
        ("report-uploaded:1", (1, 1, "sent")),
        ("report-posted:1", (1, 1, "parked")),
        ("kept:2", (1, 1, "sent")),
    ];
    stream::iter(steps)
        .for_each_concurrent(3, |(step, (messages, files, file))| async move {
            assert_eq!(rehearse(step).await, (messages, files, file.to_owned()), "{step}");
        })
        .await;
}
