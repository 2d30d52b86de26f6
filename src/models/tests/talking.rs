//! A talk with tools on the wire: what goes out, what is left out where it is refused, and what is read.

use super::bedrock::{error, model as bedrock};
use super::openai::model as openai;
use super::*;
use crate::models::{Model, Models};
use firstlook_core::summary::analysis::talk::{Block, Call, Spec, Stop, Talk, ToolResult, Turn};
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::price::{Cached, Prices, Tokens};
use serde_json::{Value, json};

const BEDROCK: &str = "global.anthropic.claude:0/x";

/// A talk whose first call was answered.
pub fn talk() -> Talk {
    let text = |text: &str| text.to_owned();
    let thought = |words: &str| Block::Thought { text: text(words), signature: Some(text("sig")) };
    let call = Call { id: text("a"), name: text("logs"), input: json!({"n": 1, "x": [0.5]}), fault: None };
    let blocks = vec![
        thought("hm"),
        Block::Sealed { data: text("AAE=") },
        Block::Text { text: text(" ") },
        Block::Call(call),
    ];
    let results = vec![ToolResult { call: text("a"), text: text("12 lines"), ok: false }];
    let input = json!({"type": "object", "properties": {}});
    Talk {
        rules: text("rules"),
        own: text("own"),
        tools: vec![Spec { name: text("logs"), description: text("d"), input }],
        withdrawn: false,
        turns: vec![
            Turn::User { text: text("data") },
            Turn::Model { model: text(BEDROCK), blocks },
            Turn::Model { model: text("another"), blocks: vec![thought("theirs")] },
            Turn::Results { results, text: Some(text("go on")) },
        ],
    }
}

async fn said(model: Model, talk: &Talk) -> (Result<(Vec<Block>, Stop), String>, u64, u64) {
    let heard = Models::new([(model, None)]).converse(talk, soon()).await;
    (heard.spoken.map(|spoken| (spoken.blocks, spoken.stop)), heard.tokens.input, heard.tokens.output)
}

pub fn converse(content: &Value, stop: &str) -> Reply {
    let usage = json!({"inputTokens": 10, "outputTokens": 5, "totalTokens": 15, "cacheReadInputTokens": 100,
        "cacheWriteInputTokens": 7});
    let message = json!({"message": {"role": "assistant", "content": content}});
    Reply::new(
        200,
        json!({"output": message, "stopReason": stop, "usage": usage, "metrics": {"latencyMs": 1}})
            .to_string(),
    )
}

#[tokio::test]
async fn converse_is_given_every_block_and_what_it_says_is_read() {
    let content = json!([
        {"reasoningContent": {"reasoningText": {"text": "why", "signature": "s"}}},
        {"reasoningContent": {"redactedContent": "AAE="}},
        {"text": "I look."},
        {"toolUse": {"toolUseId": "b", "name": "logs", "input": {"big": 9007199254740993_u64, "deep": [{"x": null}]}}},
    ]);
    let server = Server::start(vec![converse(&content, "tool_use")]).await;
    let (spoken, input, output) = said(bedrock(&server.url).await, &talk()).await;
    let (blocks, stop) = spoken.unwrap();
    assert_eq!((stop, input, output), (Stop::Complete, 117, 5));
    assert_eq!(blocks[0], Block::Thought { text: "why".into(), signature: Some("s".into()) });
    assert_eq!(blocks[1], Block::Sealed { data: "AAE=".into() });
    let Block::Call(call) = &blocks[3] else { panic!("{blocks:?}") };
    assert_eq!(call.input, json!({"big": 9007199254740993_u64, "deep": [{"x": null}]}));

    let body = &server.asked()[0].body;
    let point = json!({"cachePoint": {"type": "default"}});
    assert_eq!(
        body["system"],
        json!([{"text": "rules"}, point, {"text": "own"}]),
        "what never changes stands first"
    );
    assert_eq!(body["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"]["json"]["type"], "object");
    let messages = &body["messages"];
    assert_eq!(messages[0]["content"], json!([{"text": "data"}, point]));
    assert_eq!(
        messages[1]["content"],
        json!([
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "sig"}}},
            {"reasoningContent": {"redactedContent": "AAE="}},
            {"toolUse": {"toolUseId": "a", "name": "logs", "input": {"n": 1, "x": [0.5]}}},
        ]),
        "thoughts go back as they came, blank words do not"
    );
    assert_eq!(
        messages[2]["content"],
        json!([{"text": "(a thought)"}]),
        "another model's thoughts go to nobody"
    );
    let result = json!({"toolUseId": "a", "content": [{"text": "12 lines"}], "status": "error"});
    assert_eq!(messages[3]["content"], json!([{"toolResult": result}, {"text": "go on"}, point]));
}

#[tokio::test]
async fn what_a_cache_gave_or_kept_is_counted_apart_at_its_own_price() {
    let full = Prices { input: 3.0, output: 15.0, cached_input: None, cache_write: None };
    let own = Prices { cached_input: Some(0.3), cache_write: Some(3.75), ..full };
    let usage = json!({"prompt_tokens": 117, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 100}});
    let chat = |usage: Value| {
        let choice = json!({"message": {"content": "{}"}, "finish_reason": "stop"});
        Reply::new(200, json!({"choices": [choice], "usage": usage}).to_string())
    };
    let kept = Cached { read: 100, written: 7 };
    let read = Cached { read: 100, written: 0 };
    let none = json!({"prompt_tokens": 117, "completion_tokens": 5, "prompt_tokens_details": null});
    let odd = json!({"prompt_tokens": 117, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": u64::MAX}});
    let says = || converse(&json!([{"text": "{}"}]), "end_turn");
    for (reply, prices, cached, micro_usd) in [
        (says(), full, kept, 351 + 75),
        (says(), own, kept, 30 + 30 + 27 + 75),
        (chat(usage.clone()), full, read, 351 + 75),
        (chat(usage), own, read, 51 + 30 + 75),
        (chat(none), own, Cached::default(), 351 + 75),
        (chat(odd), own, Cached { read: 117, written: 0 }, 36 + 75),
    ] {
        let server = Server::start(vec![reply.clone()]).await;
        let model = if cached.written > 0 { bedrock(&server.url).await } else { openai(&server.url) };
        let models = Models::new([(model, Some(prices))]);
        let heard = models.converse(&talk(), soon()).await;
        assert!(heard.spoken.is_ok(), "{heard:?}");
        assert_eq!(heard.tokens, Tokens { input: 117, cached, output: 5 }, "{reply:?}");
        assert_eq!(heard.spent, Spent { tokens: 122, micro_usd }, "{prices:?}");
        let worst = Models::new([(openai(&server.url), Some(prices))]).worst_case_of(&talk());
        let (input, _) = talk().worst_case_tokens();
        assert!(worst.micro_usd >= prices.cache_write.map_or(3, |_| 4) * input - input / 4, "{worst:?}");
    }
}

#[tokio::test]
async fn a_model_without_cache_points_is_asked_without_from_then_on() {
    let refusal = Reply::new(400, r#"{"message":"cachePoint is not supported by this model"}"#)
        .header("x-amzn-errortype", "ValidationException");
    let fine = converse(&json!([{"text": "{}"}]), "end_turn");
    let server = Server::start(vec![refusal, fine]).await;
    let model = bedrock(&server.url).await;
    for _ in 0..2 {
        assert!(said(model.clone(), &talk()).await.0.is_ok());
    }
    let points: Vec<bool> =
        server.asked().iter().map(|one| one.body.to_string().contains("cachePoint")).collect();
    assert_eq!(points, [true, false, false]);
}

#[tokio::test]
async fn every_stop_is_told_and_a_talk_that_is_too_long_is_an_answer() {
    for (stop, expected) in [
        ("max_tokens", Stop::Truncated),
        ("malformed_tool_use", Stop::Malformed),
        ("malformed_model_output", Stop::Malformed),
        ("guardrail_intervened", Stop::Filtered),
        ("model_context_window_exceeded", Stop::Overflow),
        ("end_turn", Stop::Complete),
    ] {
        let server = Server::start(vec![converse(&json!([{"text": "x"}]), stop)]).await;
        assert_eq!(said(bedrock(&server.url).await, &talk()).await.0.unwrap().1, expected, "{stop}");
    }
    let long = r#"{"message":"Input is too long for requested model."}"#;
    let server =
        Server::start(vec![Reply::new(400, long).header("x-amzn-errortype", "ValidationException")]).await;
    assert_eq!(said(bedrock(&server.url).await, &talk()).await.0.unwrap(), (vec![], Stop::Overflow));
    let long = r#"{"error":{"message":"too many","code":"context_length_exceeded"}}"#;
    let server = Server::start(vec![Reply::new(400, long)]).await;
    assert_eq!(said(openai(&server.url), &talk()).await.0.unwrap(), (vec![], Stop::Overflow));
    let server = Server::start(vec![error(403, "AccessDeniedException")]).await;
    assert!(said(bedrock(&server.url).await, &talk()).await.0.unwrap_err().contains("bedrock:InvokeModel"));
}

#[tokio::test]
async fn chat_completions_are_given_calls_and_results_in_their_form_and_dialects_are_read() {
    let reply = |message: Value, finish: &str| {
        Reply::new(200, json!({"choices": [{"message": message, "finish_reason": finish}]}).to_string())
    };
    let calls = json!([
        {"id": "b", "type": "function", "function": {"name": "logs", "arguments": "{\"x\": 1}"}},
        {"function": {"name": "logs", "arguments": {"x": 2}}},
        {"id": null, "function": {"name": "logs", "arguments": "{\"x\":"}},
        "nonsense",
    ]);
    let message = json!({"content": null, "tool_calls": calls, "reasoning_content": "hm"});
    let server =
        Server::start(vec![reply(message, "tool_calls"), reply(json!({"content": "{}"}), "length")]).await;
    let model = openai(&server.url);
    let mut talk = talk();
    talk.turns.remove(2);
    let (spoken, input, output) = said(model.clone(), &talk).await;
    assert!(input > 0 && output > 0, "estimated where the server is silent");
    let blocks = spoken.unwrap().0;
    let read: Vec<(&str, &str, &Value, bool)> = blocks
        .iter()
        .map(|block| match block {
            Block::Call(call) => (call.id.as_str(), call.name.as_str(), &call.input, call.fault.is_some()),
            other => panic!("{other:?}"),
        })
        .collect();
    let (one, two, none) = (json!({"x": 1}), json!({"x": 2}), json!({}));
    assert_eq!(
        read,
        [
            ("b", "logs", &one, false),
            ("", "logs", &two, false),
            ("", "logs", &none, true),
            ("", "", &none, false)
        ]
    );

    talk.withdrawn = true;
    assert_eq!(
        said(model, &talk).await.0.unwrap(),
        (vec![Block::Text { text: "{}".into() }], Stop::Truncated)
    );
    let bodies: Vec<Value> = server.asked().into_iter().map(|one| one.body).collect();
    assert_eq!((&bodies[0]["tool_choice"], &bodies[1]["tool_choice"]), (&json!("auto"), &json!("none")));
    assert!(bodies[1]["tools"].is_array(), "the history holds calls");
    let messages = bodies[0]["messages"].as_array().unwrap();
    assert_eq!(messages[0], json!({"role": "system", "content": "rules\n\nown"}));
    let call = &messages[2]["tool_calls"][0];
    assert_eq!((&call["id"], &call["function"]["arguments"]), (&json!("a"), &json!(r#"{"n":1,"x":[0.5]}"#)));
    assert_eq!(messages[3], json!({"role": "tool", "tool_call_id": "a", "content": "12 lines"}));
    assert_eq!(messages[4], json!({"role": "user", "content": "go on"}));
}
