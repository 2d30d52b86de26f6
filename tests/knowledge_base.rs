//! A knowledge base as evidence, from the outside: what it is asked, what is told of its answer, what is said to be missing.

use std::time::{Duration, Instant};

use aws_sdk_xray::config::{Credentials, SharedCredentialsProvider};
use firstlook::evidence::{Fault, FaultKind, KnowledgeBase as Door};
use firstlook_core::evidence::passages::Answer;
use firstlook_core::evidence::{Redacted, Redactor};
use serde_json::{Value, json};

use crate::harness::{Firstlook, Setup, alert, body, command};
use crate::support::knowledge_base::{ID, KnowledgeBase};
use crate::support::plan::Behaviour;
use crate::support::sns::CREDENTIALS;

async fn door(base: &KnowledgeBase, id: &str) -> Door {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let sdk = firstlook::aws::config(Some("eu-west-1"), Some(&base.server().url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    Door::new("wiki", &sdk, id, 3)
}

async fn asked(base: &KnowledgeBase, id: &str, question: &str) -> Result<Answer, Fault> {
    let question: Redacted = Redactor::default().redact(question);
    door(base, id).await.ask(&question, Duration::from_secs(4)).await
}

fn evidence(base: &KnowledgeBase, more: &str) -> String {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/none/*.log");
    format!(
        "  timeout: 20s\n  window: {{ before: 10m, after: 1s }}\n  sources:\n    - {{ name: wiki, type: bedrock_knowledge_base, knowledge_base_id: {ID}, \
         region: eu-west-1, endpoint_url: \"{}\"{more} }}\n    - {{ name: app, type: log_file, path: \"{log}\" }}",
        base.server().url()
    )
}

async fn started(evidence: String, summary: &str) -> Firstlook {
    let environment = CREDENTIALS.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Firstlook::start(Setup { evidence, environment, summary: summary.to_owned(), ..Setup::default() }).await
}

async fn looked(firstlook: &Firstlook) -> Value {
    let labels = [("alertname", "PoolExhausted"), ("service", "checkout"), ("severity", "warning")];
    firstlook.post(body(&[alert(&labels, "the connection pool is exhausted")])).await;
    let incident = firstlook.until("it has looked", |one| !one["evidence"]["collected_at"].is_null()).await;
    firstlook.idle().await;
    incident
}

#[tokio::test]
async fn passages_about_the_incident_stand_on_the_page_with_their_place_and_score() {
    let base = KnowledgeBase::start();
    base.keep(
        "s3://kb/runbooks/pool.md",
        "When the pool is exhausted, ask bob@example.com, password=hunter2.",
    );
    let web =
        json!({"type": "WEB", "webLocation": {"url": "https://wiki.example.com/checkout?token=abc12345"}});
    base.keep_at(&web, "The checkout service has 20 connections.\u{1b}[31m <script>alert(1)</script>");
    base.keep("s3://kb/tls.md", "Certificates end.");
    let firstlook = started(evidence(&base, ""), "{ provider: none }").await;
    let incident = looked(&firstlook).await;
    let question = &base.asked()[0];
    assert!(question.contains("PoolExhausted") && question.contains("checkout"), "{question}");
    let items = incident["evidence"]["items"].as_array().unwrap();
    let documents: Vec<&Value> = items.iter().filter(|item| item["source"] == "wiki").collect();
    let of = |key: &str| documents.iter().map(|item| item[key].as_str().unwrap_or("")).collect::<Vec<_>>();
    assert_eq!((of("id"), of("kind")), (vec!["H11", "H12"], vec!["history", "history"]));
    let titles = of("title");
    assert!(
        titles.iter().all(|title| title.starts_with("Document: ") && title.contains(", score 0.")),
        "{titles:?}"
    );
    assert!(of("link").contains(&"https://wiki.example.com/checkout?token="), "{:?}", of("link"));
    assert!(
        of("text").iter().any(|text| text.starts_with("s3://kb/runbooks/pool.md\nWhen the pool")),
        "{documents:?}"
    );
    let query = of("query")[0].to_owned();
    assert!(
        query.starts_with(
            "aws bedrock-agent-runtime retrieve --region eu-west-1 --knowledge-base-id KB12345678"
        )
    );
    let page = firstlook.get(&format!("/incidents/{}", incident["number"])).await.text;
    assert!(page.contains("From your documents") && page.contains("Document: pool.md"), "{page}");
    assert!(!page.contains("<script>alert"), "what a document says is text");
    for secret in ["hunter2", "bob@", "abc12345", "\u{1b}"] {
        assert!(!page.contains(secret) && !incident.to_string().contains(secret), "{secret:?}");
    }
    let timeline = incident["timeline"].to_string();
    assert!(timeline.contains("Knowledge base: 2 passages, 0 gaps, "), "{timeline}");
    let told = firstlook.get("/metrics").await.text;
    assert!(told.contains("type=\"bedrock_knowledge_base\""), "its time is counted");
    let told = firstlook.slack.messages();
    assert!(
        !told.is_empty() && !format!("{told:?}").contains("Document: "),
        "a document is no earlier incident"
    );
    firstlook.finish().await;
}

#[tokio::test]
async fn a_base_that_hangs_or_refuses_is_a_gap_and_the_look_does_not_wait_for_it() {
    let base = KnowledgeBase::start();
    base.server().plan().repeat(Behaviour::Hang);
    let firstlook = started(evidence(&base, ""), "{ provider: none }").await;
    let begun = Instant::now();
    let incident = looked(&firstlook).await;
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "not for the 20 s that sources have: {:?}",
        begun.elapsed()
    );
    let gaps = incident["evidence"]["gaps"].to_string();
    assert!(gaps.contains("the knowledge base gave no answer in time"), "{gaps}");
    firstlook.finish().await;
}

#[tokio::test]
async fn a_base_is_asked_for_the_incidents_that_its_matchers_name() {
    let base = KnowledgeBase::start();
    let firstlook =
        started(evidence(&base, ", matchers: ['service=\"search\"']"), "{ provider: none }").await;
    let incident = looked(&firstlook).await;
    assert_eq!(base.asked(), [""; 0]);
    assert!(!incident["timeline"].to_string().contains("Knowledge base"), "{}", incident["timeline"]);
    firstlook.finish().await;
}

/// Status, code and words of a refusal; what the gap says of it, and its remedy.
const REFUSALS: &[(u16, &str, &str, &str, &str)] = &[
    (
        403,
        "AccessDeniedException",
        "x is not authorized",
        "does not allow bedrock:Retrieve",
        "allow `bedrock:Retrieve` to the role of firstlook",
    ),
    (
        404,
        "ResourceNotFoundException",
        "",
        "there is no knowledge base KB12345678 in eu-west-1",
        "correct `knowledge_base_id` or `region`",
    ),
    (
        409,
        "ConflictException",
        "being updated",
        "KB12345678 is being changed: being updated",
        "the next look asks it again",
    ),
    (
        400,
        "ValidationException",
        "no such index",
        "does not take the question to the knowledge base KB12345678: no such index",
        "its vector store",
    ),
    (
        424,
        "DependencyFailedException",
        "OpenSearch",
        "needs does not answer it (DependencyFailedException): OpenSearch",
        "the role of the knowledge base",
    ),
    (
        502,
        "BadGatewayException",
        "",
        "does not answer it (BadGatewayException)",
        "its vector store and embedding model",
    ),
    (429, "ThrottlingException", "Rate exceeded", "too much is asked at once", "raise the quota of Retrieve"),
    (400, "ServiceQuotaExceededException", "", "too much is asked at once", "narrow `matchers`"),
    (
        500,
        "InternalServerException",
        "",
        "AWS answers 500 (InternalServerException) to bedrock:Retrieve",
        "`region`",
    ),
];

#[tokio::test]
async fn what_is_refused_is_a_gap_with_its_remedy() {
    for (status, code, words, reason, remedy) in REFUSALS {
        let base = KnowledgeBase::start();
        base.refuse(9, *status, code, words);
        let fault = asked(&base, ID, "pool").await.unwrap_err();
        assert!(fault.reason.contains(reason) && fault.remedy.contains(remedy), "{code}: {fault:?}");
    }
    let base = KnowledgeBase::start();
    let fault = asked(&base, "NOSUCHBASE", "pool").await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Configuration, "{fault:?}");
    base.server().plan().repeat(Behaviour::Reset);
    let fault = asked(&base, ID, "pool").await.unwrap_err();
    assert!(fault.reason.contains("AWS does not answer bedrock:Retrieve"), "{fault:?}");
}

#[tokio::test]
async fn what_came_too_fast_is_asked_once_more_and_no_answer_is_too_odd() {
    let base = KnowledgeBase::start();
    base.keep("s3://kb/pool.md", "pool");
    base.refuse(1, 429, "ThrottlingException", "Rate exceeded");
    assert_eq!(asked(&base, ID, "pool").await.unwrap().passages.len(), 1);
    assert_eq!(base.asked().len(), 2);
    for n in 0..9 {
        base.keep("s3://kb/pool.md", &format!("pool {n}"));
    }
    assert_eq!(asked(&base, ID, "pool").await.unwrap().passages.len(), 3, "no more than `max_results`");
    let many = json!({"content": {"text": "x"}});
    let odd = json!({"retrievalResults": [{}, {"content": {"text": "a"}, "location": {"type": "NEW"}}, {"content": {"text": "b"}, "score": -1e300}, many, many]});
    base.server().plan().then(Behaviour::Garbage(odd.to_string()));
    let found = asked(&base, ID, "pool").await.unwrap();
    let texts: Vec<&str> = found.passages.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["", "a", "b"], "others than were asked for are left out");
    let huge = json!({"retrievalResults": [{"content": {"text": "x".repeat(5_000_000)}}]}).to_string();
    for garbage in
        ["", "{", "[]", "{\"retrievalResults\": 7}", "{\"retrievalResults\": [{\"content\": \"x\"}]}", &huge]
    {
        base.server().plan().then(Behaviour::Garbage(garbage.to_owned()));
        let answer = asked(&base, ID, "pool").await;
        assert!(answer.as_ref().map_or(true, |found| found.passages.is_empty()), "{}", garbage.len());
    }
}

#[tokio::test]
async fn a_shell_gets_the_same_by_the_command() {
    let base = KnowledgeBase::start();
    let query = asked(&base, ID, "it's; rm -rf \"$HOME\"\n").await.unwrap().query;
    let json = r#"'{"text":"it'\''s; rm -rf \"$HOME\""}'"#;
    assert!(query.contains(&format!("--retrieval-query {json} --retrieval-configuration")), "{query}");
    assert!(query.ends_with("'vectorSearchConfiguration={numberOfResults=3}'"), "{query}");
}

#[test]
fn check_online_names_the_action_that_is_missing() {
    let base = KnowledgeBase::start();
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("route: {{ receiver: x }}\nreceivers: [{{ name: x }}]\nevidence:\n{}\n", evidence(&base, ""));
    std::fs::write(folder.path().join("firstlook.yml"), text).unwrap();
    let said = || {
        let output = command(folder.path(), &["check", "--online"]).envs(CREDENTIALS).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().find(|line| line.contains("evidence wiki")).unwrap_or(&text).to_owned()
    };
    assert!(said().starts_with("ok") && said().contains("has no document"), "{}", said());
    base.keep("s3://kb/incident.md", "What an incident is.");
    assert!(said().contains("gives passages"), "{}", said());
    base.refuse(1, 403, "AccessDeniedException", "not authorized");
    let refused = said();
    assert!(refused.starts_with("FAULT") && refused.contains("`bedrock:Retrieve`"), "{refused}");
}
