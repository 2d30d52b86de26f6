//! Several models: the next is asked where one fails, within the one deadline, and one that keeps failing is left alone.

use super::bedrock::{error, model, said};
use super::*;
use crate::models::{Job, Models, summarise};
use firstlook_core::summary::budget::Spent;
use firstlook_core::summary::price::Prices;
use firstlook_core::summary::{State, Summary};

const PRICES: Prices = Prices { input: 3.0, output: 15.0, cached_input: None, cache_write: None };

async fn pair(first: &Server, second: &Server) -> Models {
    let second = openai::model(&second.url);
    Models::new([
        (model(&first.url).await, Some(PRICES)),
        (second, Some(Prices { input: 1.0, output: 2.0, ..PRICES })),
    ])
}

async fn asked(models: &Models, timeout: Duration) -> (Summary, Spent) {
    let (items, redactor, now) = (items(), Redactor::default(), chrono::DateTime::UNIX_EPOCH);
    let pack = firstlook_core::evidence::Redacted::default();
    let job = Job {
        prompt: prompt(),
        items: &items,
        pack: &pack,
        redactor: &redactor,
        language: firstlook_core::Language::En,
        timeout,
        now,
    };
    summarise(models, job).await
}

fn reason(summary: &Summary) -> &str {
    summary.reason.as_ref().map_or("", |reason| reason.as_str())
}

fn good() -> Reply {
    let message = serde_json::json!({"role": "assistant", "content": GOOD});
    let body = serde_json::json!({
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 500, "completion_tokens": 50},
    });
    Reply::new(200, body.to_string())
}

#[tokio::test]
async fn the_second_answers_where_the_first_fails_and_it_is_said() {
    for (first, says) in [
        (error(403, "AccessDeniedException"), "bedrock:InvokeModel"),
        (said("Sorry?", "end_turn"), "no JSON object"),
        (said("", "guardrail_intervened"), "filter"),
    ] {
        let (first, second) = (Server::start(vec![first]).await, Server::start(vec![good()]).await);
        let (summary, _) = asked(&pair(&first, &second).await, Duration::from_secs(20)).await;
        assert_eq!((summary.state, summary.model.as_deref()), (State::Ready, Some("qwen")), "{summary:?}");
        assert!(reason(&summary).starts_with("Another model was asked first."), "{}", reason(&summary));
        assert!(reason(&summary).contains(says), "{}", reason(&summary));
    }
}

#[tokio::test]
async fn a_hanging_first_leaves_time_for_the_second_and_both_are_paid() {
    let hanging = Server::start(vec![said(GOOD, "end_turn").slow(Duration::from_secs(60))]).await;
    let second = Server::start(vec![good()]).await;
    let (summary, spent) = asked(&pair(&hanging, &second).await, Duration::from_secs(10)).await;
    assert_eq!(summary.state, State::Ready, "{summary:?}");
    assert!(reason(&summary).contains("did not answer within 6 s"), "{}", reason(&summary));
    assert_eq!(spent.tokens, prompt().tokens() + 550);
    assert_eq!(spent.micro_usd, 3 * prompt().tokens() + 500 + 100);
    assert!((summary.cost_usd.unwrap() * 1e6 - spent.micro_usd as f64).abs() < 0.01);
}

#[tokio::test]
async fn where_both_fail_both_reasons_are_told() {
    let first = Server::start(vec![error(403, "AccessDeniedException")]).await;
    let second = Server::start(vec![Reply::new(404, "{}")]).await;
    let (summary, _) = asked(&pair(&first, &second).await, Duration::from_secs(20)).await;
    assert_eq!(summary.state, State::Failed);
    for says in ["global.anthropic.claude:0/x: Bedrock refused access", "qwen: The model server has no qwen"]
    {
        assert!(reason(&summary).contains(says), "{}", reason(&summary));
    }
    // What is cheap to know is that nothing was paid.
    assert_eq!(summary.cost_usd, Some(0.0));
}

#[tokio::test]
async fn a_model_that_keeps_failing_is_left_alone() {
    let first = Server::start(vec![error(403, "AccessDeniedException")]).await;
    let second = Server::start(vec![good()]).await;
    let models = pair(&first, &second).await;
    for _ in 0..8 {
        assert_eq!(asked(&models, Duration::from_secs(20)).await.0.state, State::Ready);
    }
    assert_eq!(first.asked().len(), 5, "not asked while it is left alone");
    assert_eq!(second.asked().len(), 8);
    let (summary, _) = asked(&models, Duration::from_secs(20)).await;
    assert!(
        reason(&summary).contains("It failed 5 times in a row and is left alone"),
        "{}",
        reason(&summary)
    );
    // An answer that is of no use is none of the server's failures.
    let useless = Server::start(vec![said("Sorry?", "end_turn")]).await;
    let models = pair(&useless, &second).await;
    for _ in 0..6 {
        asked(&models, Duration::from_secs(20)).await;
    }
    assert_eq!(useless.asked().len(), 12, "a question and its repair each time");
}

#[test]
fn the_worst_case_is_that_all_are_asked_in_vain() {
    let (read, written) = prompt().worst_case_tokens();
    let models = |n: usize| {
        let one = |n| (openai::model("http://127.0.0.1:1"), (n == 0).then_some(PRICES));
        Models::new((0..n).map(one))
    };
    assert_eq!(models(0).worst_case(&prompt()), Spent::default());
    let one = models(1).worst_case(&prompt());
    assert_eq!(one, Spent { tokens: read + written, micro_usd: 3 * read + 15 * written });
    assert_eq!(models(2).worst_case(&prompt()), Spent { tokens: 2 * one.tokens, ..one });
}
