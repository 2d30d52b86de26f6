//! `firstlook insight`: a question from the command line, answered by whoever serves.

use std::process::Output;

use super::*;
use crate::harness::command;

/// What the command did: whether it went well, what it printed, and what it said beside.
async fn run(folder: &std::path::Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = command(folder, &[&["insight"], arguments].concat());
    let Output { status, stdout, stderr } =
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn a_report_is_printed_and_an_end_without_one_says_why() {
    let (folder, now) = (tempfile::tempdir().unwrap(), firstlook::clock::now());
    let (prometheus, model) = (prometheus(now).await, Model::start(unasked));
    model.talk(investigates);
    let source = format!("    - {{ name: prom, type: prometheus, url: \"{}\" }}", prometheus.url());
    let mut firstlook = Firstlook::start(setup(&source, folder.path(), &model)).await;
    let place = firstlook.folder.path().to_owned();
    let question = "Is the mail queue longer?";
    let (code, out, beside) = run(&place, &[question, "--days", "2", "--wait", "--timeout", "60s"]).await;
    assert_eq!(code, Some(0), "{out} {beside}");
    assert!(out.starts_with("# Analysis of #1: ") && out.contains("The queue went from 13 to 32"), "{out}");
    assert_eq!(out, firstlook.get("/api/v1/incidents/1/analysis.md").await.text);
    assert!(beside.starts_with(&format!("#1  {}/incidents/1\n", firstlook.url)), "{beside}");
    let incident = firstlook.incident(1).await;
    assert_eq!(
        (&incident["owner"], &incident["title"]),
        (&json!("somebody on the command line"), &json!(question)),
        "{incident:#}"
    );
    assert!(firstlook.slack.messages().is_empty() && firstlook.pagerduty.events().is_empty());

    model.talk(|_| Said::text("Sorry?"));
    let (code, out, beside) = run(&place, &[question, "--days", "2", "--service", "mailer", "--wait"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "{beside}");
    assert!(
        beside.contains("firstlook: there is no report: ") && beside.contains("no JSON object"),
        "{beside}"
    );
    assert_eq!(firstlook.incident(2).await["service"], "mailer");

    // Nobody serves: what is asked is kept, and answered by who comes.
    model.talk(investigates);
    firstlook.kill();
    let (code, out, beside) = run(&place, &[question, "--days", "2", "--wait", "--timeout", "11s"]).await;
    assert_eq!((code, out.as_str()), (Some(1), ""), "{beside}");
    for said in [
        "still waiting after 10 s: nobody has begun",
        "no report after 11 s: nobody has begun",
        "/incidents/3",
    ] {
        assert!(beside.contains(said), "{said}: {beside}");
    }
    firstlook.launch().await;
    firstlook.until("it is answered", |one| one["number"] == 3 && over(one)).await;
    let (code, out, beside) = run(&place, &[question, "--days", "2"]).await;
    assert_eq!((code, out), (Some(0), format!("#4  {}/incidents/4\n", firstlook.url)), "{beside}");
    firstlook.until("so is the last", |one| one["number"] == 4 && over(one)).await;
    firstlook.finish().await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_before_anything_is_kept() {
    let firstlook = Firstlook::start(Setup::default()).await;
    let place = firstlook.folder.path().to_owned();
    let (code, _, beside) = run(&place, &["x", "--days", "2"]).await;
    assert!(code == Some(1) && beside.contains("no model is configured"), "{beside}");
    firstlook.finish().await;

    let (folder, model) = (tempfile::tempdir().unwrap(), Model::start(unasked));
    let firstlook = Firstlook::start(setup("", folder.path(), &model)).await;
    let (code, _, beside) = run(firstlook.folder.path(), &["x", "--days", "2"]).await;
    assert!(code == Some(1) && beside.contains("no metrics are configured"), "{beside}");
    firstlook.finish().await;

    let source = "    - { name: prom, type: prometheus, url: \"http://127.0.0.1:9\" }";
    let firstlook = Firstlook::start(setup(source, folder.path(), &model)).await;
    let place = firstlook.folder.path().to_owned();
    for (arguments, code, says) in [
        (vec!["x"], 2, "--days"),
        (vec!["x", "--days", "15"], 2, "15 is not in 1..=14"),
        (vec!["x", "--days", "2", "--timeout", "1m"], 2, "--wait"),
        (vec!["x", "--days", "2", "--wait", "--timeout", "soon"], 2, "no length of time"),
        (vec![" ", "--days", "2"], 1, "`question` has to have 1 to 1000 characters"),
        (vec!["x", "--days", "2", "--service", "a", "--service", "a"], 1, "`services` takes"),
    ] {
        let (ended, _, beside) = run(&place, &arguments).await;
        assert!(ended == Some(code) && beside.contains(says), "{arguments:?}: {beside}");
    }
    assert!(firstlook.incidents().await.is_empty());
    firstlook.finish().await;
}
