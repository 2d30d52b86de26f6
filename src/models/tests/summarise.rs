//! One call, at most one retry and one repair, one deadline: and every end of it in words.

use super::bedrock::{error, model, said};
use super::*;
use crate::models::{Job, Model, Models, summarise};
use firstlook_core::evidence::Redacted;
use firstlook_core::summary::{State, Summary, Verdict};

async fn summary(replies: Vec<Reply>, timeout: Duration) -> (Summary, Vec<server::Asked>) {
    let server = Server::start(replies).await;
    let (items, pack, redactor) = (items(), Redacted::default(), Redactor::default());
    let now = chrono::DateTime::UNIX_EPOCH;
    let job = Job {
        prompt: prompt(),
        items: &items,
        pack: &pack,
        redactor: &redactor,
        language: firstlook_core::Language::En,
        timeout,
        now,
    };
    let (summary, spent) = summarise(&alone(model(&server.url).await), job).await;
    assert_eq!(spent.tokens, summary.input_tokens + summary.output_tokens);
    (summary, server.asked())
}

fn alone(model: Model) -> Models {
    Models::new([(model, None)])
}

const TIMEOUT: Duration = Duration::from_secs(20);

fn reason(summary: &Summary) -> &str {
    summary.reason.as_ref().map_or("", |reason| reason.as_str())
}

#[tokio::test]
async fn a_good_answer_is_ready_after_one_call() {
    let (summary, asked) = summary(vec![said(GOOD, "end_turn")], TIMEOUT).await;
    assert_eq!((summary.state, asked.len()), (State::Ready, 1));
    assert_eq!(summary.claims[0].verdict, Verdict::Verified);
    assert_eq!(summary.headline.unwrap().as_str(), "412 connections refused");
    assert_eq!((summary.input_tokens, summary.output_tokens), (900, 80));
    assert_eq!(summary.model.as_deref(), Some("global.anthropic.claude:0/x"));
    assert!(summary.written_at >= chrono::DateTime::UNIX_EPOCH && summary.duration_ms < 20_000);
}

#[tokio::test]
async fn an_unreadable_answer_is_repaired_once() {
    let (repaired, asked) = summary(vec![said("Sorry?", "end_turn"), said(GOOD, "end_turn")], TIMEOUT).await;
    assert_eq!((repaired.state, asked.len()), (State::Ready, 2));
    assert_eq!((repaired.input_tokens, repaired.output_tokens), (1_800, 160));
    let turns = asked[1].body["messages"].as_array().unwrap();
    assert_eq!((turns.len(), &turns[1]["content"][0]["text"]), (3, &serde_json::json!("Sorry?")));
    assert!(turns[2]["content"][0]["text"].as_str().unwrap().contains("no JSON object"));

    for (reply, says) in [
        (said("Sorry?", "end_turn"), "no JSON object"),
        (said("", "end_turn"), "is empty"),
        (said(&GOOD[..40], "max_tokens"), "too long"),
        (said(&format!("{{\"a\":\"{}\"}}", "x".repeat(900_000)), "end_turn"), "more than 65536"),
    ] {
        let (failed, asked) = summary(vec![reply], TIMEOUT).await;
        assert_eq!((failed.state, asked.len()), (State::Failed, 2), "{says}");
        assert!(reason(&failed).contains(says), "{}", reason(&failed));
        assert!(failed.claims.is_empty() && failed.headline.is_none());
    }
}

#[tokio::test]
async fn each_class_of_error_has_its_own_number_of_tries() {
    let throttled = || error(429, "ThrottlingException");
    let (good, asked) = summary(vec![throttled(), said(GOOD, "end_turn")], TIMEOUT).await;
    assert_eq!((good.state, asked.len()), (State::Ready, 2));

    let (failed, asked) = summary(vec![throttled()], TIMEOUT).await;
    assert_eq!((failed.state, asked.len()), (State::Failed, 3));
    assert!(reason(&failed).contains("throttling"), "{}", reason(&failed));

    let (failed, asked) = summary(vec![error(424, "ModelErrorException")], TIMEOUT).await;
    assert_eq!((failed.state, asked.len()), (State::Failed, 2));
    assert!(reason(&failed).contains("424"));

    let (failed, asked) = summary(vec![error(403, "AccessDeniedException")], TIMEOUT).await;
    assert_eq!((failed.state, asked.len()), (State::Failed, 1));
    assert!(reason(&failed).contains("bedrock:InvokeModel"));

    // No time is left for a retry: what is known is said.
    let (failed, asked) =
        summary(vec![error(500, "InternalServerException")], Duration::from_millis(900)).await;
    assert_eq!((failed.state, asked.len()), (State::Failed, 1));
    assert!(reason(&failed).contains("status 500"));
}

#[tokio::test]
async fn a_server_that_asks_for_an_endless_wait_is_not_asked_again() {
    for wait in ["18446744073709551615", "9223372036854775807", "21"] {
        let server = Server::start(vec![Reply::new(429, "{}").header("retry-after", wait)]).await;
        let (items, pack, redactor) = (items(), Redacted::default(), Redactor::default());
        let now = chrono::DateTime::UNIX_EPOCH;
        let job = Job {
            prompt: prompt(),
            items: &items,
            pack: &pack,
            redactor: &redactor,
            language: firstlook_core::Language::En,
            timeout: TIMEOUT,
            now,
        };
        let (failed, _) = summarise(&alone(openai::model(&server.url)), job).await;
        assert_eq!((failed.state, server.asked().len()), (State::Failed, 1), "{wait}");
        assert!(reason(&failed).contains("throttling"), "{}", reason(&failed));
    }
}

#[tokio::test]
async fn a_slow_model_fails_at_the_deadline_and_its_tokens_count() {
    let slow = said(GOOD, "end_turn").slow(Duration::from_secs(30));
    let (failed, _) = summary(vec![slow], Duration::from_secs(1)).await;
    assert_eq!(reason(&failed), "The model did not answer within 1 s.");
    assert_eq!((failed.state, failed.input_tokens), (State::Failed, prompt().tokens()));
    assert!((1_000..5_000).contains(&failed.duration_ms), "{}", failed.duration_ms);
}

#[tokio::test]
async fn what_is_not_true_or_not_ours_is_not_told() {
    let invented = GOOD.replace("412", "999");
    let (fallen, asked) = summary(vec![said(&invented, "end_turn")], TIMEOUT).await;
    assert_eq!((fallen.state, asked.len(), fallen.headline), (State::NothingVerified, 1, None));

    let leaked = GOOD.replace("refused", CANARY);
    let (failed, asked) = summary(vec![said(&leaked, "end_turn")], TIMEOUT).await;
    assert_eq!((failed.state, asked.len()), (State::Failed, 1), "no second chance");
    assert!(!serde_json::to_string(&failed).unwrap().contains(CANARY));

    for (stop, says) in [("guardrail_intervened", "filter"), ("model_context_window_exceeded", "pack_tokens")]
    {
        let (failed, asked) = summary(vec![said("", stop)], TIMEOUT).await;
        assert_eq!((failed.state, asked.len()), (State::Failed, 1));
        assert!(reason(&failed).contains(says), "{}", reason(&failed));
    }
}
