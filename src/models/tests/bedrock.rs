//! Converse: the real SDK against a local server.

use super::*;
use crate::models::{Bedrock, BedrockSettings, Class, Model, Stop};
use aws_config::SdkConfig;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_sdk_bedrockruntime::config::{Credentials, SharedCredentialsProvider};
use firstlook_core::summary::answer;
use serde_json::json;

fn settings(temperature: Option<f32>) -> BedrockSettings {
    BedrockSettings { model: "global.anthropic.claude:0/x".to_owned(), temperature, guardrail: None }
}

async fn shared(url: &str) -> SdkConfig {
    let keys = Credentials::new("AKIDEXAMPLE", "example-secret-key", None, None, "test");
    let shared: SdkConfig = crate::aws::config(Some("eu-west-1"), Some(url)).await;
    shared.into_builder().credentials_provider(SharedCredentialsProvider::new(keys)).build()
}

pub async fn model(url: &str) -> Model {
    with(url, settings(None)).await
}

pub async fn with(url: &str, settings: BedrockSettings) -> Model {
    Model::Bedrock(Bedrock::new(&shared(url).await, settings))
}

pub fn said(text: &str, stop: &str) -> Reply {
    let content = json!([{"reasoningContent": {"reasoningText": {"text": "hm"}}}, {"text": text}]);
    let body = json!({
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": {"inputTokens": 900, "outputTokens": 80, "totalTokens": 980},
        "metrics": {"latencyMs": 5},
    });
    Reply::new(200, body.to_string())
}

pub fn error(status: u16, kind: &'static str) -> Reply {
    Reply::new(status, r#"{"message":"in the server's\n words"}"#).header("x-amzn-errortype", kind)
}

#[tokio::test]
async fn a_question_is_signed_and_its_answer_read() {
    let server = Server::start(vec![said(GOOD, "end_turn")]).await;
    let answer = model(&server.url).await.ask(&prompt(), soon()).await.unwrap();
    assert_eq!((answer.text.as_str(), answer.stop), (GOOD, Stop::Complete));
    assert_eq!((answer.tokens.input, answer.tokens.output), (900, 80));

    let asked = &server.asked()[0];
    assert!(
        asked.head.starts_with("POST /model/global.anthropic.claude%3A0%2Fx/converse HTTP/1.1"),
        "{}",
        asked.head
    );
    assert!(asked.head.contains("/eu-west-1/bedrock/aws4_request"), "{}", asked.head);
    assert_eq!(asked.body["system"][0]["text"], prompt().system());
    assert_eq!(asked.body["messages"][0]["role"], "user");
    assert_eq!(asked.body["inferenceConfig"], json!({"maxTokens": 2000}), "no temperature unless configured");
    assert!(asked.body.get("guardrailConfig").is_none());
    let format = &asked.body["outputConfig"]["textFormat"];
    let schema = format["structure"]["jsonSchema"]["schema"].as_str().unwrap();
    assert_eq!(format["type"], "json_schema");
    assert_eq!(serde_json::from_str::<serde_json::Value>(schema).unwrap(), answer::schema());
}

#[tokio::test]
async fn each_stop_has_its_meaning() {
    for (stop, meaning) in [
        ("max_tokens", Stop::Truncated),
        ("guardrail_intervened", Stop::Filtered),
        ("content_filtered", Stop::Filtered),
        ("model_context_window_exceeded", Stop::Overflow),
        ("something_new", Stop::Complete),
    ] {
        let server = Server::start(vec![said("x", stop)]).await;
        assert_eq!(model(&server.url).await.ask(&prompt(), soon()).await.unwrap().stop, meaning, "{stop}");
    }
}

#[tokio::test]
async fn each_error_is_classed_and_explained_and_asked_once() {
    for (status, kind, class, says) in [
        (429, "ThrottlingException", Class::Throttled, "throttling"),
        (429, "ModelNotReadyException", Class::Throttled, "ModelNotReadyException"),
        (408, "ModelTimeoutException", Class::Passing, "408"),
        (424, "ModelErrorException", Class::Passing, "424"),
        (500, "InternalServerException", Class::Passing, "500"),
        (503, "ServiceUnavailableException", Class::Passing, "503"),
        (403, "AccessDeniedException", Class::Fail, "bedrock:InvokeModel"),
        (404, "ResourceNotFoundException", Class::Fail, "summary.model"),
    ] {
        let server = Server::start(vec![error(status, kind)]).await;
        let refused = model(&server.url).await.ask(&prompt(), soon()).await.unwrap_err();
        assert_eq!(refused.class, class, "{kind}: {refused}");
        assert!(refused.reason.contains(says), "{kind}: {refused}");
        assert_eq!(server.asked().len(), 1, "the SDK's own retries are off");
    }
}

/// A refusal as Bedrock words it.
pub fn invalid(words: &str) -> Reply {
    Reply::new(400, json!({ "message": words }).to_string()).header("x-amzn-errortype", "ValidationException")
}

#[tokio::test]
async fn what_a_model_refuses_is_left_out_and_not_tried_again() {
    let replies = vec![
        invalid("The model returned the following errors: `temperature` is deprecated for this model."),
        invalid("outputConfig is not supported"),
        said(GOOD, "end_turn"),
    ];
    let server = Server::start(replies).await;
    let shared = shared(&server.url).await;
    let model = Model::Bedrock(Bedrock::new(&shared, settings(Some(0.2))));
    assert_eq!(model.ask(&prompt(), soon()).await.unwrap().text, GOOD);
    assert_eq!(model.ask(&prompt(), soon()).await.unwrap().text, GOOD);
    let sent = |asked: &server::Asked| {
        (asked.body["inferenceConfig"].get("temperature").is_some(), asked.body.get("outputConfig").is_some())
    };
    let sent: Vec<(bool, bool)> = server.asked().iter().map(sent).collect();
    assert_eq!(sent, [(true, true), (false, true), (false, false), (false, false)]);
}

#[tokio::test]
async fn a_request_that_is_wrong_all_the_same_is_told_and_forgotten() {
    for (words, says, times) in [
        ("in the server's words", "in the server's words", 2),
        ("Input is too long for requested model.", "evidence.pack_tokens", 1),
    ] {
        let server = Server::start(vec![invalid(words)]).await;
        let model = model(&server.url).await;
        for round in 1..3 {
            let refused = model.ask(&prompt(), soon()).await.unwrap_err();
            assert!(refused.class == Class::Fail && refused.reason.contains(says), "{refused}");
            assert_eq!(server.asked().len(), times * round, "what may be sent is found out anew");
        }
    }
}

#[tokio::test]
async fn a_guardrail_is_named_in_each_request() {
    let server = Server::start(vec![said(GOOD, "end_turn")]).await;
    let guardrail = Some(("gr-1".to_owned(), "DRAFT".to_owned()));
    let model = Bedrock::new(&shared(&server.url).await, BedrockSettings { guardrail, ..settings(None) });
    Model::Bedrock(model).ask(&prompt(), soon()).await.unwrap();
    let sent = &server.asked()[0].body["guardrailConfig"];
    assert_eq!((&sent["guardrailIdentifier"], &sent["guardrailVersion"]), (&json!("gr-1"), &json!("DRAFT")));
}

#[tokio::test]
async fn garbage_silence_and_floods_are_errors() {
    let server = Server::start(vec![Reply::new(200, "<html>")]).await;
    assert_eq!(model(&server.url).await.ask(&prompt(), soon()).await.unwrap_err().class, Class::Fail);

    let server = Server::start(vec![said(&"x".repeat(1 << 20), "end_turn")]).await;
    let flood = model(&server.url).await.ask(&prompt(), soon()).await.unwrap_err();
    assert!(flood.class == Class::Fail && flood.reason.contains("longer than 1048576 bytes"), "{flood}");

    let server = Server::start(vec![said(GOOD, "end_turn").slow(Duration::from_secs(5))]).await;
    let deadline = Instant::now() + Duration::from_millis(300);
    assert_eq!(model(&server.url).await.ask(&prompt(), deadline).await.unwrap_err().class, Class::Deadline);

    let gone = model("http://127.0.0.1:1").await.ask(&prompt(), soon()).await.unwrap_err();
    assert!(gone.class == Class::Passing && gone.reason.contains("could not be reached"), "{gone}");
}

#[tokio::test]
async fn missing_credentials_are_named() {
    let server = Server::start(vec![said(GOOD, "end_turn")]).await;
    let shared = crate::aws::config(Some("eu-west-1"), Some(&server.url)).await;
    let given = ProviderConfig::without_region().with_http_client(shared.http_client().unwrap());
    let nobody =
        ProfileFileCredentialsProvider::builder().configure(&given).profile_name("no-such-profile").build();
    let shared = shared.into_builder().credentials_provider(SharedCredentialsProvider::new(nobody)).build();
    let model = Model::Bedrock(Bedrock::new(&shared, settings(None)));
    let refused = model.ask(&prompt(), soon()).await.unwrap_err();
    assert!(refused.class == Class::Fail && refused.reason.contains("no AWS credentials"), "{refused}");
    assert!(server.asked().is_empty());
}
