//! The model's fake: both protocols answer the script, and refuse malformed requests in their own shapes.

use aws_sdk_bedrockruntime::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, Message};
use serde_json::{Value, json};

use super::client;
use crate::support::model::{API_KEY, Model};
use crate::support::plan::Behaviour;

pub const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/ap-northeast-1/bedrock/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn echo() -> Model {
    Model::start(|prompt| format!("you said: {prompt}"))
}

async fn converse(model: &Model, authorization: &str, body: &Value) -> (u16, String, Value) {
    let request = client().post(model.url() + "/model/global.anthropic.claude-sonnet-4-6/converse");
    let request = request.header("authorization", authorization).header("x-amz-date", "20261120T000000Z");
    let response = request.json(body).send().await.unwrap();
    let kind = response.headers().get("x-amzn-errortype").map_or("", |h| h.to_str().unwrap()).to_owned();
    (response.status().as_u16(), kind, response.json().await.unwrap())
}

async fn chat(model: &Model, key: &str, body: &Value) -> (u16, Value) {
    let response = client()
        .post(model.openai_url() + "/chat/completions")
        .bearer_auth(key)
        .json(body)
        .send()
        .await
        .unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

fn user(text: &str) -> Value {
    json!({"role": "user", "content": [{"text": text}]})
}

#[tokio::test]
async fn both_protocols_answer_the_script() {
    let model = echo();
    let body = json!({"system": [{"text": "be brief"}], "messages": [user("hello")], "inferenceConfig": {"maxTokens": 9, "temperature": 0.0}});
    let (status, _, answer) = converse(&model, SIGNED, &body).await;
    assert_eq!((status, &answer["stopReason"]), (200, &json!("end_turn")));
    assert_eq!(answer["output"]["message"]["content"][0]["text"], "you said: be brief\nhello");
    let usage = json!({"inputTokens": 4, "outputTokens": 6, "totalTokens": 10, "cacheReadInputTokens": 0,
        "cacheWriteInputTokens": 0});
    assert_eq!(answer["usage"], usage);
    model.answer(|_| "{}".to_owned());
    let body = json!({"model": "m", "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": [{"type": "text", "text": "hello"}]}]});
    let (status, answer) = chat(&model, API_KEY, &body).await;
    assert_eq!((status, &answer["choices"][0]["message"]["content"]), (200, &json!("{}")));
    assert_eq!((&answer["model"], &answer["usage"]["total_tokens"]), (&json!("m"), &json!(5)));
    assert_eq!(model.prompts(), ["be brief\nhello"; 2]);
    assert_eq!(model.refusals(), Vec::<String>::new());
}

#[tokio::test]
async fn converse_refuses_what_bedrock_refuses() {
    let model = echo();
    let assistant = json!({"role": "assistant", "content": [{"text": "x"}]});
    let cases = [
        json!({}),
        json!({"messages": []}),
        json!({"messages": [assistant]}),
        json!({"messages": [user("a"), user("b")]}),
        json!({"messages": [user("a"), {"role": "tool", "content": [{"text": "x"}]}]}),
        json!({"messages": [{"role": "user", "content": []}]}),
        json!({"messages": [user(" ")]}),
        json!({"messages": [user("a")], "system": [{"text": ""}]}),
        json!({"messages": [user("a")], "inferenceConfig": {"maxTokens": 0}}),
        json!({"messages": [user("a")], "inferenceConfig": {"temperature": 1.5}}),
        json!([]),
    ];
    for body in &cases {
        let (status, kind, answer) = converse(&model, SIGNED, body).await;
        assert_eq!((status, kind.as_str()), (400, "ValidationException"), "{body}");
        assert!(answer["message"].is_string());
    }
    let body = json!({"messages": [user("a")]});
    for (authorization, wanted) in [
        ("Bearer x".to_owned(), "MissingAuthenticationTokenException"),
        (SIGNED.replace("/bedrock/", "/logs/"), "IncompleteSignatureException"),
        (SIGNED.replace("host;", ""), "IncompleteSignatureException"),
        (SIGNED.replace("Signature=0", "Signature="), "IncompleteSignatureException"),
    ] {
        let (status, kind, _) = converse(&model, &authorization, &body).await;
        assert_eq!((status, kind.as_str()), (403, wanted));
    }
    assert_eq!((model.refusals().len(), model.prompts().len()), (cases.len() + 4, 0));
}

#[tokio::test]
async fn chat_refuses_what_openai_refuses() {
    let model = echo();
    let good = json!({"role": "user", "content": "x"});
    assert_eq!(chat(&model, "sk-other", &json!({"model": "m", "messages": [good]})).await.0, 401);
    for body in [
        json!({"messages": [good]}),
        json!({"model": "m", "messages": []}),
        json!({"model": "m", "messages": [{"role": "robot", "content": "x"}]}),
        json!({"model": "m", "messages": [{"role": "user", "content": ""}]}),
        json!({"model": "m", "messages": [{"role": "user", "content": null}]}),
        json!({"model": "m", "messages": [good], "temperature": 3}),
    ] {
        let (status, answer) = chat(&model, API_KEY, &body).await;
        assert_eq!((status, &answer["error"]["type"]), (400, &json!("invalid_request_error")), "{body}");
    }
    assert_eq!(
        client().post(model.openai_url() + "/embeddings").json(&json!({})).send().await.unwrap().status(),
        404
    );
}

#[tokio::test]
async fn forced_failures_carry_bedrocks_names() {
    let model = echo();
    model.plan().then(Behaviour::status(429)).then(Behaviour::Garbage("\u{1}".to_owned()));
    let (status, kind, _) = converse(&model, SIGNED, &json!({"messages": [user("a")]})).await;
    assert_eq!((status, kind.as_str()), (429, "ThrottlingException"));
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
    let response = client()
        .post(model.openai_url() + "/chat/completions")
        .bearer_auth(API_KEY)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (200, "\u{1}"));
    assert_eq!(model.requests().len(), 2);
}

#[tokio::test]
async fn the_official_client_is_understood() {
    let model = echo();
    let config = aws_sdk_bedrockruntime::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(model.url())
        .region(Region::new("ap-northeast-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let client = aws_sdk_bedrockruntime::Client::from_conf(config);
    let message = |text: &str| {
        let message =
            Message::builder().role(ConversationRole::User).content(ContentBlock::Text(text.to_owned()));
        message.build().unwrap()
    };
    let id = "global.anthropic.claude-haiku-4-5-20251001-v1:0";
    let answer = client.converse().model_id(id).messages(message("hello")).send().await.unwrap();
    let content = answer.output().unwrap().as_message().unwrap().content();
    assert_eq!(content[0].as_text().unwrap(), "you said: hello");
    assert_eq!(answer.usage().unwrap().total_tokens(), 6);
    let refused = client.converse().model_id(id).messages(message(" ")).send().await.unwrap_err();
    assert!(refused.into_service_error().is_validation_exception());
    model.plan().repeat(Behaviour::status(429));
    let throttled = client.converse().model_id(id).messages(message("hello")).send().await.unwrap_err();
    assert!(throttled.into_service_error().is_throttling_exception());
    assert!(model.requests().len() > 3, "it tries again by itself");
}
