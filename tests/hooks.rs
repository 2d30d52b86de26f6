//! Webhooks: signed, known again after any death, and in the form that their server reads; templates on the way to each
//! receiver.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{Firstlook, PATIENCE, Setup, alert, body, command, resolved};
use crate::support::hook::{Hook, SECRET, fault};
use crate::support::plan::Behaviour;
use crate::support::server::Request;
use crate::support::wait::eventually;

const LABELS: [(&str, &str); 4] =
    [("alertname", "ApiDown"), ("service", "api"), ("severity", "critical"), ("team", "edge <@U1>")];

fn alarm() -> Value {
    alert(&LABELS, "api answers 0 of 12 probes.")
}

fn told(hook: &Hook, more: &str) -> Setup {
    let webhooks = format!("[{{ url: \"{}\", secret: {SECRET}{more} }}]", hook.url());
    Setup { webhooks, ..Setup::default() }
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The code block of a document that begins with this word.
fn block(document: &str, language: &str) -> String {
    let text = std::fs::read_to_string(here(document)).unwrap();
    let (_, rest) = text.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// Runs what docs/WEBHOOKS.md shows.
fn genuine(request: &Request, secret: &str, body: &[u8], late: i64) -> bool {
    let header = request.header("x-firstlook-signature").unwrap();
    let call = "import sys\nnow = time.time() + int(sys.argv[3])\n\
                sys.exit(0 if genuine(sys.argv[1].encode(), sys.argv[2], sys.stdin.buffer.read(), now) else 7)\n";
    let code = format!("{}{call}", block("docs/WEBHOOKS.md", "python"));
    let mut python = Command::new("python3");
    python.args(["-c", &code, secret, header, &late.to_string()]).stdin(Stdio::piped());
    let mut child = python.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), body).unwrap();
    match child.wait().unwrap().code() {
        Some(0) => true,
        Some(7) => false,
        other => panic!("the code of docs/WEBHOOKS.md does not run: {other:?}"),
    }
}

#[tokio::test]
async fn posts_are_signed_as_the_document_says_and_nothing_near_them_is_believed() {
    let hook = Hook::start();
    let firstlook = Firstlook::start(told(&hook, "")).await;
    let alarm = alarm();
    firstlook.post(body(std::slice::from_ref(&alarm))).await;
    firstlook.post(body(&[resolved(&alarm)])).await;
    eventually(PATIENCE, "both are there", async || (hook.taken().len() == 2).then_some(())).await;
    assert_eq!(hook.refused(), [""; 0]);
    let requests = hook.requests();
    let kinds: Vec<_> = requests.iter().map(|one| one.json()["kind"].clone()).collect();
    assert_eq!(kinds, ["trigger", "resolve"]);
    for one in &requests {
        let told = one.json();
        assert_eq!((&told["version"], told["event_id"].as_str()), (&json!(1), one.header("idempotency-key")));
    }
    let (first, good) = (&requests[0], requests[0].body.as_slice());
    let tampered = first.text().replace("ApiDown", "ApiUp").into_bytes();
    for (secret, body, late, believed) in [
        (SECRET, good, 0, true),
        (SECRET, good, 240, true),
        (SECRET, good, 400, false),
        (SECRET, good, -400, false),
        (SECRET, &tampered, 0, false),
        ("another", good, 0, false),
    ] {
        assert_eq!(genuine(first, secret, body, late), believed, "{secret} {late}");
        let now = firstlook::clock::now().timestamp() + late;
        let header = first.header("x-firstlook-signature");
        assert_eq!(
            fault(header, body, now).is_none(),
            believed || secret != SECRET,
            "as the test's server does"
        );
    }
    firstlook.finish().await;
}

#[tokio::test]
async fn a_post_that_was_under_way_at_a_death_comes_again_under_its_key() {
    let hook = Hook::start();
    let mut firstlook = Firstlook::start(told(&hook, "")).await;
    hook.plan().then(Behaviour::Hang);
    firstlook.post(body(&[alarm()])).await;
    eventually(PATIENCE, "it is under way", async || (hook.requests().len() == 1).then_some(())).await;
    firstlook.kill();
    firstlook.launch().await;
    eventually(PATIENCE, "it comes again", async || (hook.taken().len() == 1).then_some(())).await;
    let keys: Vec<_> =
        hook.requests().iter().map(|one| one.header("idempotency-key").unwrap().to_owned()).collect();
    assert!(keys.len() == 2 && keys[0] == keys[1], "{keys:?}");
    firstlook.idle().await;
    assert_eq!((hook.taken().len(), hook.refused().len()), (1, 0));
    firstlook.finish().await;
}

#[tokio::test]
async fn each_receiver_is_told_in_a_persons_own_words_and_nothing_of_them_is_live() {
    let hook = Hook::start();
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("slack_title.hbs", "{{#if incident.labels.team}}{{incident.labels.team}}: {{/if}}{{default}}"),
        ("slack_note.hbs", "Ask <!here> {{incident.service}}"),
        ("slack_thread.hbs", "[{{kind}}] <!here> {{default}}"),
        (
            "pagerduty_summary.hbs",
            "{{incident.title}} is what #{{incident.number}} says of {{incident.service}} at 3. {{default}}",
        ),
        ("pagerduty_details.hbs", "1 team: {{#if incident.labels.team}}{{incident.labels.team}}{{/if}}"),
        ("ours.hbs", "{\"what\": \"{{text}}\", \"labels\": {{json incident.labels}}}"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let more = format!("templates: {{ path: \"{}\" }}", folder.path().display());
    let setup = Setup { more, ..told(&hook, ", template: ours") };
    let firstlook = Firstlook::start(setup).await;
    firstlook.post(body(&[alarm()])).await;
    eventually(PATIENCE, "the webhook is told", async || (hook.taken().len() == 1).then_some(())).await;
    firstlook.idle().await;
    let told = hook.requests()[0].json();
    assert_eq!(told["labels"]["team"], "edge <@U1>");
    assert!(told["what"].as_str().unwrap().starts_with("Critical: api answers"), "{told}");
    let message = firstlook.slack.messages().pop().unwrap();
    let words = message.words();
    for shown in ["edge <@U1>: 🛑 Critical", "Ask ‹!here› api"] {
        assert!(words.contains(shown), "{shown} is not in {words}");
    }
    let event = firstlook.pagerduty.events().pop().unwrap();
    assert!(event.summary().contains("is what #1 says of api at 3. "), "{}", event.summary());
    assert_eq!(event.body["payload"]["custom_details"], json!({ "1 team": "edge ‹@U1›" }));
    let url = format!("{}/api/v1/incidents/1/acknowledge", firstlook.url);
    assert_eq!(firstlook.send(|client| client.post(&url)).await.status, 200);
    firstlook.idle().await;
    let lines = firstlook.slack.replies(&message.ts);
    let line = lines.iter().find(|one| one.words().contains("[acknowledge] ‹!here› ")).expect("a line");
    assert!(line.words().contains("an API client"), "{}", line.words());
    let output = command(firstlook.folder.path(), &["preview", "ours", "--incident", "1"]).output().unwrap();
    let shown: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(shown["what"].as_str().unwrap().split(' ').next(), Some("Critical,"), "{shown}");
    let output = command(firstlook.folder.path(), &["preview", "ours", "--incident", "77"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("there is no incident 77"), "{said}");
    firstlook.finish().await;
}

/// The names of fields at any depth; labels and annotations have names of their own, and an analysis a document.
fn fields(value: &Value, into: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        into.push(name.clone());
        if !["labels", "annotations", "group_key", "analysis", "chart", "window"].contains(&name.as_str()) {
            fields(inner, into);
        }
    }
    value.as_array().into_iter().flatten().for_each(|inner| fields(inner, into));
}

#[test]
fn every_field_of_the_body_is_documented() {
    let text = std::fs::read_to_string(here("docs/WEBHOOKS.md")).unwrap();
    let view = firstlook_core::notify::templates::sample(firstlook_core::Language::En);
    let zone = firstlook_core::notify::Zone::utc();
    let mut names = Vec::new();
    fields(&firstlook_core::notify::webhook_body(&view, &zone, "trigger", "e/1").unwrap(), &mut names);
    names.retain(|name| !["`", "`[", "[]`"].iter().any(|end| text.contains(&format!("`{name}{end}"))));
    assert_eq!(names, [""; 0], "docs/WEBHOOKS.md does not say what these are");
    for kind in firstlook_core::incident::EdgeKind::ALL {
        assert!(text.contains(&format!("`{}`", kind.as_str())), "{}", kind.as_str());
    }
}
