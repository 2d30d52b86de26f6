//! A talk with tools asks as a summary does: its tries, the second model, the breaker, and what is in each request.

use super::bedrock::{error, invalid, model as bedrock, said as answered, with};
use super::openai::{self, model as openai};
use super::talking::{converse, talk};
use super::*;
use crate::models::{BedrockSettings, Heard, Job, Model, Models, summarise};
use firstlook_core::evidence::Redacted;
use firstlook_core::summary::analysis::talk::Block;
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::price::Prices;
use serde_json::{Value, json};

const PRICES: Prices = Prices { input: 3.0, output: 15.0, cached_input: None, cache_write: None };

fn good() -> Reply {
    converse(&json!([{"text": "{}"}]), "end_turn")
}

/// What a server of chat completions says.
fn chat() -> Reply {
    let choice = json!({"message": {"content": "{\"by\": 2}"}, "finish_reason": "stop"});
    let usage = json!({"prompt_tokens": 500, "completion_tokens": 50});
    Reply::new(200, json!({"choices": [choice], "usage": usage}).to_string())
}

fn words(heard: &Heard) -> Result<String, String> {
    let spoken = heard.spoken.as_ref().map_err(Clone::clone)?;
    Ok(spoken
        .blocks
        .iter()
        .map(|block| if let Block::Text { text } = block { text.as_str() } else { "" })
        .collect())
}

#[tokio::test]
async fn each_class_of_error_has_its_own_number_of_tries() {
    let soon = || Instant::now() + Duration::from_secs(20);
    let throttled = || error(429, "ThrottlingException");
    for (replies, tries, says) in [
        (vec![throttled(), good()], 2, Ok(())),
        (vec![error(424, "ModelErrorException"), good()], 2, Ok(())),
        (vec![throttled()], 3, Err("throttling")),
        (vec![error(424, "ModelErrorException")], 2, Err("424")),
        (vec![error(403, "AccessDeniedException")], 1, Err("bedrock:InvokeModel")),
    ] {
        let server = Server::start(replies).await;
        let heard = Models::new([(bedrock(&server.url).await, None)]).converse(&talk(), soon()).await;
        assert_eq!(server.asked().len(), tries, "{says:?}");
        match says {
            Ok(()) => assert_eq!(words(&heard).as_deref(), Ok("{}")),
            Err(says) => assert!(words(&heard).unwrap_err().contains(says), "{heard:?}"),
        }
    }
    let server = Server::start(vec![Reply::new(424, "{}"), chat()]).await;
    let heard = Models::new([(openai(&server.url), None)]).converse(&talk(), soon()).await;
    assert!(heard.spoken.is_ok() && server.asked().len() == 2, "{heard:?}");
}

#[tokio::test]
async fn the_second_answers_where_the_first_fails_or_hangs_and_both_are_paid() {
    let second = Server::start(vec![chat()]).await;
    let pair = async |first: &Server| {
        let cheap = Prices { input: 1.0, output: 2.0, ..PRICES };
        Models::new([(bedrock(&first.url).await, Some(PRICES)), (openai(&second.url), Some(cheap))])
    };
    let refused = Server::start(vec![error(403, "AccessDeniedException")]).await;
    let heard = pair(&refused).await.converse(&talk(), soon()).await;
    assert_eq!(
        (words(&heard).as_deref(), &heard.spoken.as_ref().unwrap().model[..]),
        (Ok("{\"by\": 2}"), "qwen")
    );
    assert_eq!(heard.spent, Spent { tokens: 550, micro_usd: 600 }, "who refuses is not paid");

    let hanging = Server::start(vec![good().slow(Duration::from_secs(60))]).await;
    let heard = pair(&hanging).await.converse(&talk(), soon()).await;
    assert!(heard.spoken.is_ok(), "{heard:?}");
    let read = talk().tokens();
    assert_eq!(heard.spent, Spent { tokens: read + 550, micro_usd: 3 * read + 600 });

    let gone = Server::start(vec![Reply::new(404, "{}")]).await;
    let both = Models::new([(bedrock(&refused.url).await, None), (openai(&gone.url), None)]);
    let why = words(&both.converse(&talk(), soon()).await).unwrap_err();
    assert!(
        why.contains("claude:0/x: Bedrock refused access") && why.contains("qwen: The model server has no"),
        "{why}"
    );
}

#[tokio::test]
async fn a_model_that_keeps_failing_is_left_alone_by_talks_and_summaries_alike() {
    let server = Server::start(vec![error(403, "AccessDeniedException")]).await;
    let models = Models::new([(bedrock(&server.url).await, None)]);
    for _ in 0..5 {
        assert!(words(&models.converse(&talk(), soon()).await).unwrap_err().contains("InvokeModel"));
    }
    let why = words(&models.converse(&talk(), soon()).await).unwrap_err();
    assert!(why.contains("failed 5 times in a row and is left alone"), "{why}");
    let (items, pack, redactor) = (items(), Redacted::default(), Redactor::default());
    let job = Job {
        prompt: prompt(),
        items: &items,
        pack: &pack,
        redactor: &redactor,
        language: firstlook_core::Language::En,
        timeout: Duration::from_secs(20),
        now: chrono::DateTime::UNIX_EPOCH,
    };
    let (summary, _) = summarise(&models, job).await;
    assert!(summary.reason.unwrap().as_str().contains("is left alone"));
    assert_eq!(server.asked().len(), 5, "nobody asks it meanwhile");
}

#[tokio::test]
async fn a_talk_has_the_guardrail_and_leaves_out_what_is_refused() {
    let deprecated = "`temperature` is deprecated for this model.";
    let server = Server::start(vec![invalid(deprecated), good()]).await;
    let guardrail = Some(("gr-1".to_owned(), "3".to_owned()));
    let settings = BedrockSettings { model: "m".to_owned(), temperature: Some(0.2), guardrail };
    let models = Models::new([(with(&server.url, settings).await, None)]);
    for _ in 0..2 {
        assert!(models.converse(&talk(), soon()).await.spoken.is_ok());
    }
    let sent: Vec<Value> = server.asked().into_iter().map(|asked| asked.body).collect();
    let heat: Vec<bool> =
        sent.iter().map(|body| body["inferenceConfig"].get("temperature").is_some()).collect();
    assert_eq!(heat, [true, false, false], "it is remembered");
    for body in &sent {
        let given = &body["guardrailConfig"];
        let given = (&given["guardrailIdentifier"], &given["guardrailVersion"]);
        assert_eq!(given, (&json!("gr-1"), &json!("3")), "in each request");
    }
    let stopped = Server::start(vec![answered("blocked by policy", "guardrail_intervened")]).await;
    let heard = Models::new([(bedrock(&stopped.url).await, None)]).converse(&talk(), soon()).await;
    assert_eq!(heard.spoken.unwrap().stop, firstlook_core::summary::analysis::talk::Stop::Filtered);
}

#[tokio::test]
async fn a_server_of_chat_completions_is_asked_without_a_temperature_that_it_refuses() {
    let refusal = |status| {
        let words = "Unsupported value: 'temperature' does not support 0.2 with this model.";
        Reply::new(status, json!({"error": {"message": words, "code": "unsupported_value"}}).to_string())
    };
    for status in [400, 422] {
        let server = Server::start(vec![refusal(status), chat()]).await;
        let model: Model = openai::heated(&server.url, 0.2);
        let models = Models::new([(model.clone(), None)]);
        for _ in 0..2 {
            assert!(models.converse(&talk(), soon()).await.spoken.is_ok());
        }
        assert!(model.ask(&prompt(), soon()).await.is_ok(), "a question finds it out for itself");
        let heat: Vec<bool> =
            server.asked().iter().map(|asked| asked.body.get("temperature").is_some()).collect();
        assert_eq!(heat, [true, false, false, true], "{status}");
    }
}
