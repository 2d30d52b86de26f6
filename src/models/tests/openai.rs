//! Chat completions and their dialects.

use super::*;
use crate::models::{Class, Model, OpenAi, OpenAiSettings, Stop};
use crate::secret::Secret;
use serde_json::{Value, json};

const KEY: &str = "sk-test-0123456789";

pub fn model(url: &str) -> Model {
    with(url, None)
}

pub fn heated(url: &str, temperature: f32) -> Model {
    with(url, Some(temperature))
}

fn with(url: &str, temperature: Option<f32>) -> Model {
    let api_key = Some(Secret::new(KEY.to_owned()));
    let settings =
        OpenAiSettings { base_url: format!("{url}/v1/"), model: "qwen".into(), api_key, temperature };
    Model::OpenAi(OpenAi::new(settings).unwrap())
}

fn said(content: Value, finish: &str) -> Reply {
    let message =
        json!({"role": "assistant", "content": content, "reasoning_content": "hm", "tool_calls": []});
    let body = json!({
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": {"prompt_tokens": 900, "completion_tokens": 80},
    });
    Reply::new(200, body.to_string())
}

#[tokio::test]
async fn a_question_has_its_form_and_each_dialect_is_read() {
    for (content, text) in [
        (json!(GOOD), GOOD),
        (json!(null), ""),
        (json!([{"type": "text", "text": "a"}, {"type": "x"}, {"type": "text", "text": "b"}]), "ab"),
        (json!(format!("<think>{{}} or so</think>{GOOD}")), GOOD),
        (json!({"odd": 1}), ""),
    ] {
        let server = Server::start(vec![said(content, "stop")]).await;
        let answer = model(&server.url).ask(&prompt(), soon()).await.unwrap();
        assert_eq!((answer.text.as_str(), answer.stop), (text, Stop::Complete));
        assert_eq!((answer.tokens.input, answer.tokens.output), (900, 80));
        let asked = &server.asked()[0];
        assert!(asked.head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{}", asked.head);
        assert!(asked.head.contains(&format!("authorization: Bearer {KEY}")), "{}", asked.head);
        assert_eq!((&asked.body["model"], &asked.body["max_tokens"]), (&json!("qwen"), &json!(2000)));
        assert_eq!(asked.body["messages"][0], json!({"role": "system", "content": prompt().system()}));
        assert_eq!(asked.body["messages"][1]["role"], "user");
        assert!(asked.body.get("temperature").is_none());
        let format = &asked.body["response_format"];
        assert_eq!(
            (&format["type"], &format["json_schema"]["strict"]),
            (&json!("json_schema"), &json!(true))
        );
        assert_eq!(format["json_schema"]["schema"], firstlook_core::summary::answer::schema());
    }
}

#[tokio::test]
async fn each_end_has_its_meaning() {
    for (finish, meaning) in [
        ("length", Stop::Truncated),
        ("content_filter", Stop::Filtered),
        ("stop", Stop::Complete),
        ("eos", Stop::Complete),
    ] {
        let server = Server::start(vec![said(json!("x"), finish)]).await;
        assert_eq!(model(&server.url).ask(&prompt(), soon()).await.unwrap().stop, meaning, "{finish}");
    }
}

#[tokio::test]
async fn tokens_are_estimated_where_the_server_is_silent() {
    let body = json!({"choices": [{"message": {"content": "12345678"}, "finish_reason": "length"}]});
    let server = Server::start(vec![Reply::new(200, body.to_string())]).await;
    let answer = model(&server.url).ask(&prompt(), soon()).await.unwrap();
    assert_eq!((answer.tokens.input, answer.tokens.output), (prompt().tokens(), 2));
    assert_eq!(answer.stop, Stop::Truncated);
}

#[tokio::test]
async fn each_error_is_classed_and_never_shows_the_key() {
    let words =
        |code: &str| json!({"error": {"message": format!("bad\n{KEY} here"), "code": code}}).to_string();
    for (status, body, class, says) in [
        (429, words("rate_limit_exceeded"), Class::Throttled, "throttling"),
        (429, words("insufficient_quota"), Class::Fail, "used up"),
        (424, words("upstream_failed"), Class::Passing, "status 424"),
        (408, words(""), Class::Passing, "status 408"),
        (500, "oops".to_owned(), Class::Passing, "status 500"),
        (503, words(""), Class::Passing, "bad <secret> here"),
        (400, words("context_length_exceeded"), Class::Fail, "evidence.pack_tokens"),
        (
            400,
            r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","code":400}"#.to_owned(),
            Class::Fail,
            "evidence.pack_tokens",
        ),
        (402, words(""), Class::Fail, "status 402"),
        (401, words(""), Class::Fail, "summary.api_key_file"),
        (404, "{}".to_owned(), Class::Fail, "summary.model"),
        (302, String::new(), Class::Fail, "status 302"),
        (200, "<html>".to_owned(), Class::Fail, "summary.base_url"),
        (200, r#"{"choices":[]}"#.to_owned(), Class::Passing, "without a choice"),
        (200, "x".repeat((1 << 20) + 1), Class::Fail, "longer than 1048576 bytes"),
    ] {
        let server = Server::start(vec![Reply::new(status, body).header("retry-after", "7")]).await;
        let model = model(&server.url);
        let refused = model.ask(&prompt(), soon()).await.unwrap_err();
        assert_eq!(refused.class, class, "{refused}");
        assert!(refused.reason.contains(says), "{refused}");
        assert!(!format!("{refused:?} {model:?}").contains(KEY), "{refused:?}");
        assert_eq!(refused.after, (status >= 300).then(|| Duration::from_secs(7)));
    }
}

#[tokio::test]
async fn a_server_without_schemas_is_asked_without_from_then_on() {
    let refusal = Reply::new(400, r#"{"error":{"message":"response_format is not supported"}}"#);
    let server = Server::start(vec![refusal, said(json!(GOOD), "stop")]).await;
    let model = model(&server.url);
    for _ in 0..2 {
        assert_eq!(model.ask(&prompt(), soon()).await.unwrap().text, GOOD);
    }
    let asked: Vec<bool> =
        server.asked().iter().map(|asked| asked.body.get("response_format").is_some()).collect();
    assert_eq!(asked, [true, false, false]);
}

#[tokio::test]
async fn a_server_that_has_another_name_for_the_bound_is_asked_by_that_one_from_then_on() {
    let words = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    let refusal =
        json!({"error": {"message": words, "param": "max_tokens", "code": "unsupported_parameter"}});
    let refusal = Reply::new(400, refusal.to_string());
    let server = Server::start(vec![refusal, said(json!(GOOD), "stop")]).await;
    let model = heated(&server.url, 0.2);
    for _ in 0..2 {
        assert_eq!(model.ask(&prompt(), soon()).await.unwrap().text, GOOD);
    }
    let asked = server.asked();
    let bounds: Vec<[bool; 2]> = asked
        .iter()
        .map(|asked| ["max_tokens", "max_completion_tokens"].map(|name| asked.body.get(name).is_some()))
        .collect();
    assert_eq!(bounds, [[true, false], [false, true], [false, true]]);
    let rest = asked
        .iter()
        .all(|one| ["temperature", "response_format"].iter().all(|name| one.body.get(name).is_some()));
    assert!(rest, "nothing else is left out for it");
}

#[tokio::test]
async fn silence_ends_at_the_deadline_and_a_closed_door_may_open() {
    let server = Server::start(vec![said(json!("x"), "stop").slow(Duration::from_secs(5))]).await;
    let deadline = Instant::now() + Duration::from_millis(300);
    assert_eq!(model(&server.url).ask(&prompt(), deadline).await.unwrap_err().class, Class::Deadline);
    let gone = model("http://127.0.0.1:1").ask(&prompt(), soon()).await.unwrap_err();
    assert!(gone.class == Class::Passing && gone.reason.contains("summary.base_url"), "{gone}");
}
