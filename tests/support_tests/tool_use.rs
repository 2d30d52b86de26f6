//! The model's fake refuses of tools what the real ones refuse.

use serde_json::{Value, json};

use super::client;
use super::model::SIGNED;
use crate::support::model::{API_KEY, Model, Said};

fn talker() -> Model {
    let model = Model::start(|_| "text".to_owned());
    model.talk(|asked| match asked.answers {
        0 => Said::call("a", "logs", json!({"x": 1})),
        _ => Said::text(format!("{} {}", asked.answers, asked.last.trim())),
    });
    model
}

async fn converse(model: &Model, messages: &Value, tools: bool) -> (u16, Value) {
    let spec = json!({"name": "logs", "description": "d", "inputSchema": {"json": {"type": "object"}}});
    let mut body =
        json!({"system": [{"text": "s"}, {"cachePoint": {"type": "default"}}], "messages": messages});
    if tools {
        body["toolConfig"] = json!({"tools": [{"toolSpec": spec}]});
    }
    let request = client().post(model.url() + "/model/m/converse").header("authorization", SIGNED);
    let response = request.header("x-amz-date", "20261120T000000Z").json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn chat(model: &Model, messages: &Value) -> (u16, Value) {
    let body = json!({"model": "m", "messages": messages, "tools": [{"type": "function", "function": {"name": "logs"}}]});
    let request = client().post(model.openai_url() + "/chat/completions").bearer_auth(API_KEY);
    let response = request.json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn converse_takes_tools_and_refuses_results_that_are_missing_or_nobodys() {
    let model = talker();
    let user = json!({"role": "user", "content": [{"text": "hi"}]});
    let (status, answer) = converse(&model, &json!([user]), true).await;
    assert_eq!((status, &answer["stopReason"]), (200, &json!("tool_use")));
    assert_eq!(answer["output"]["message"]["content"][0]["toolUse"]["input"], json!({"x": 1}));

    let call = |id: &str| json!({"toolUse": {"toolUseId": id, "name": "logs", "input": {}}});
    let result = |id: &str| json!({"toolResult": {"toolUseId": id, "content": [{"text": "found"}], "status": "success"}});
    let said = |content: Value| json!({"role": "assistant", "content": content});
    let told = |content: Value| json!({"role": "user", "content": content});
    let thought = |signature: &str| json!({"reasoningContent": {"reasoningText": {"text": "hm", "signature": signature}}});
    let good = json!([
        user,
        said(json!([thought("signed hm"), call("a")])),
        told(json!([result("a"), {"text": "go on"}]))
    ]);
    let (status, answer) = converse(&model, &good, true).await;
    assert_eq!((status, &answer["output"]["message"]["content"][0]["text"]), (200, &json!("1 found\ngo on")));
    for (messages, tools, says) in [
        (good.clone(), false, "toolConfig field must be defined"),
        (
            json!([user, said(json!([call("a")])), told(json!([{"text": "x"}]))]),
            true,
            "Expected toolResult blocks",
        ),
        (
            json!([user, said(json!([{"text": "x"}])), told(json!([result("a")]))]),
            true,
            "exceeds the number of toolUse",
        ),
        (
            json!([user, said(json!([call("a")])), told(json!([result("b")]))]),
            true,
            "Expected toolResult blocks",
        ),
        (
            json!([user, said(json!([call("a"), call("a")])), told(json!([result("a")]))]),
            true,
            "must be unique",
        ),
        (
            json!([user, said(json!([thought("x"), call("a")])), told(json!([result("a")]))]),
            true,
            "Invalid `signature`",
        ),
    ] {
        let (status, answer) = converse(&model, &messages, tools).await;
        assert!(status == 400 && answer["message"].as_str().unwrap().contains(says), "{says}: {answer}");
    }
}

#[tokio::test]
async fn chat_completions_take_tools_and_refuse_results_that_are_missing_or_nobodys() {
    let model = talker();
    let user = json!({"role": "user", "content": "hi"});
    let (status, answer) = chat(&model, &json!([user])).await;
    assert_eq!((status, &answer["choices"][0]["finish_reason"]), (200, &json!("tool_calls")));
    let function = &answer["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(function["arguments"], json!(r#"{"x":1}"#), "JSON in a string");

    let called = |arguments: Value| {
        json!({"role": "assistant", "content": null,
        "tool_calls": [{"id": "a", "type": "function", "function": {"name": "logs", "arguments": arguments}}]})
    };
    let result = |id: &str| json!({"role": "tool", "tool_call_id": id, "content": "found"});
    let (status, answer) = chat(&model, &json!([user, called(json!("{}")), result("a")])).await;
    assert_eq!((status, &answer["choices"][0]["message"]["content"]), (200, &json!("1 found")));
    for (messages, says) in [
        (json!([user, called(json!("{}"))]), "did not have response messages: a"),
        (json!([user, called(json!("{}")), user]), "did not have response messages: a"),
        (json!([user, result("a")]), "must be a response to a preceeding message"),
        (json!([user, called(json!("{}")), result("b")]), "must be a response to a preceeding message"),
        (json!([user, called(json!({})), result("a")]), "expected a JSON string"),
        (json!([user, called(json!("{")), result("a")]), "expected a JSON string"),
    ] {
        let (status, answer) = chat(&model, &messages).await;
        assert!(
            status == 400 && answer["error"]["message"].as_str().unwrap().contains(says),
            "{says}: {answer}"
        );
    }
}
