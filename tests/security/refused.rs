//! What the two refuse, how they break off, and what nobody can read.

use std::time::{Duration, Instant};

use firstlook::evidence::FaultKind;
use firstlook_core::evidence::security::Level;
use serde_json::json;

use super::{asked, bucket, seen, source};
use crate::support::plan::Behaviour;
use crate::support::security::{Security, samples};

/// Kind and action; status, code and words of a refusal; what the fault says of it, and its remedy.
const REFUSALS: &[(&str, &str, u16, &str, &str, &str, &str)] = &[
    (
        "hub",
        "securityhub:GetFindings",
        401,
        "InvalidAccessException",
        "Account is not subscribed",
        "Security Hub is not enabled in eu-west-1",
        "enable it there, or correct `region`",
    ),
    (
        "hub",
        "securityhub:GetFindings",
        403,
        "AccessDeniedException",
        "x is not authorized",
        "does not allow securityhub:GetFindings",
        "allow `securityhub:GetFindings` to the role of firstlook",
    ),
    (
        "hub",
        "securityhub:GetFindings",
        400,
        "InvalidInputException",
        "Invalid filter",
        "AWS answers InvalidInputException to securityhub:GetFindings",
        "`region`",
    ),
    (
        "hub",
        "securityhub:GetFindings",
        429,
        "TooManyRequestsException",
        "Too Many Requests",
        "too much is asked at once",
        "let others of this account ask less often",
    ),
    (
        "hub",
        "securityhub:GetFindings",
        429,
        "LimitExceededException",
        "",
        "LimitExceededException",
        "ask for the digest again later",
    ),
    (
        "hub",
        "securityhub:GetFindings",
        500,
        "InternalException",
        "",
        "AWS answers 500 (InternalException)",
        "`region`",
    ),
    (
        "duty",
        "guardduty:ListDetectors",
        403,
        "AccessDeniedException",
        "x is not authorized",
        "does not allow guardduty:ListDetectors",
        "allow `guardduty:ListDetectors`",
    ),
    (
        "duty",
        "guardduty:ListFindings",
        403,
        "AccessDeniedException",
        "x is not authorized",
        "does not allow guardduty:ListFindings",
        "allow `guardduty:ListFindings`",
    ),
    (
        "duty",
        "guardduty:GetFindings",
        403,
        "AccessDeniedException",
        "x is not authorized",
        "does not allow guardduty:GetFindings",
        "allow `guardduty:GetFindings`",
    ),
    (
        "duty",
        "guardduty:ListFindings",
        400,
        "BadRequestException",
        "The request is rejected because\nof it.",
        "GuardDuty does not take the question: The request is rejected because of it.",
        "GuardDuty's settings",
    ),
    (
        "duty",
        "guardduty:GetFindings",
        500,
        "InternalServerErrorException",
        "",
        "AWS answers 500 (InternalServerErrorException) to guardduty:GetFindings",
        "`region`",
    ),
];

#[tokio::test]
async fn what_is_refused_is_a_fault_with_its_remedy() {
    let mut all = Vec::new();
    for (kind, action, status, code, words, reason, remedy) in REFUSALS {
        all.push(async move {
            let security = Security::start();
            security.guardduty([samples::credentials(1, seen(0))]);
            security.fail(action, 9, *status, code, words);
            let fault = asked(&security, kind, Level::Medium, 10).await.unwrap_err();
            assert!(fault.reason.contains(reason) && fault.remedy.contains(remedy), "{code}: {fault:?}");
        });
    }
    futures_util::future::join_all(all).await;
    for (kind, service) in [("hub", "securityhub"), ("duty", "guardduty")] {
        let security = Security::start();
        security.disable(service);
        let fault = asked(&security, kind, Level::Medium, 10).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Configuration, "{fault:?}");
        assert!(fault.reason.contains("is not enabled in eu-west-1 for the account"), "{fault:?}");
        security.server().plan().repeat(Behaviour::Reset);
        let fault = asked(&security, kind, Level::Medium, 10).await.unwrap_err();
        assert!(fault.reason.contains("AWS does not answer"), "{fault:?}");
    }
}

#[tokio::test]
async fn what_came_too_fast_is_asked_again() {
    let security = Security::start();
    security.hub([bucket("HIGH", 1)]);
    security.guardduty([samples::credentials(1, seen(0))]);
    security.fail("securityhub:GetFindings", 2, 429, "TooManyRequestsException", "");
    security.fail("guardduty:ListFindings", 1, 500, "InternalServerErrorException", "");
    for kind in ["hub", "duty"] {
        let answer = asked(&security, kind, Level::High, 10).await.unwrap();
        assert_eq!((answer.findings.len(), answer.missing.len()), (1, 0), "{kind}: {answer:?}");
    }
}

#[tokio::test]
async fn what_was_read_before_it_broke_off_is_told() {
    let security = Security::start();
    security.hub((0..150).map(|n| bucket("HIGH", n)));
    security.guardduty((1..=60).map(|n| samples::mining(n, "i-0b2", seen(0))));
    for kind in ["hub", "duty"] {
        let plan = security.server().plan();
        let answered = if kind == "hub" { 2 } else { 3 };
        plan.times(answered, &Behaviour::Ok).repeat(Behaviour::Hang);
        let begun = Instant::now();
        let answer =
            source(&security, kind, Level::Medium, 1_000).await.findings(Duration::from_secs(3)).await;
        assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
        let answer = answer.unwrap();
        let (found, missing) = match kind {
            "hub" => (
                100,
                vec![
                    "of the findings of severity HIGH only the 100 that were seen last were read: Security Hub gave no answer in time",
                    "findings of severity MEDIUM were not read",
                ],
            ),
            _ => (50, vec!["only the 50 most severe findings were read: GuardDuty gave no answer in time"]),
        };
        assert_eq!(
            (answer.findings.len(), answer.missing),
            (found, missing.into_iter().map(str::to_owned).collect())
        );
        plan.heal();
    }
}

#[tokio::test]
async fn no_answer_is_too_odd() {
    let security = Security::start();
    security.hub([json!({"Id": "x", "RecordState": "ACTIVE", "Workflow": {"Status": "NEW"}, "Severity": {"Label": "HIGH"}}), bucket("HIGH", 1)]);
    let answer = asked(&security, "hub", Level::High, 10).await.unwrap();
    assert_eq!(answer.findings.len(), 1);
    assert_eq!(answer.missing, ["findings without an id, or without what they are, were left out: 1"]);
    for garbage in ["{}", "[]", "{\"Findings\": 7}", "{\"detectorIds\": [7, \"a/../b\", \"\"]}"] {
        security.server().plan().times(9, &Behaviour::Garbage(garbage.to_owned()));
        let hub = asked(&security, "hub", Level::High, 10).await.unwrap();
        assert_eq!(hub.findings.len(), 0, "{garbage}");
        let duty = asked(&security, "duty", Level::High, 10).await.unwrap_err();
        assert!(duty.reason.contains("GuardDuty is not enabled"), "{garbage}: {duty:?}");
        security.server().plan().heal();
    }
    let huge = json!({"Findings": ["x".repeat(40_000_000)]}).to_string();
    for garbage in ["", "{", "<html>", &huge] {
        security.server().plan().then(Behaviour::Garbage(garbage.to_owned()));
        let fault = asked(&security, "hub", Level::High, 10).await.unwrap_err();
        assert!(
            fault.reason.contains("the answer of Security Hub to securityhub:GetFindings cannot be read"),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_page_that_leads_to_itself_ends_the_answer_and_is_said() {
    let circle = json!({"Findings": [], "findingIds": [], "NextToken": "token-0", "nextToken": "token-0"});
    // Behind the first page of what is high; behind the detector and the first page.
    for (kind, before, missing) in [
        (
            "hub",
            2,
            "of the findings of severity HIGH only the 100 that were seen last were read: the next page leads to itself",
        ),
        ("duty", 3, "only the 50 most severe findings were read: the next page leads to itself"),
    ] {
        let security = Security::start();
        security.hub((0..250).map(|n| bucket("HIGH", n)));
        security.guardduty((1..=160).map(|n| samples::mining(n, "i-0b2", seen(0))));
        let plan = security.server().plan();
        plan.times(before, &Behaviour::Ok).then(Behaviour::Garbage(circle.to_string()));
        let answer = asked(&security, kind, Level::High, 1_000).await.unwrap();
        assert_eq!(answer.missing, [missing]);
    }
}
