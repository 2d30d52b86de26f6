//! Security Hub and GuardDuty as sources of findings, from the outside: what they are asked, what is told of their answers,
//! what is said to be missing.

mod checked;
mod refused;

use std::time::Duration;

use aws_sdk_xray::config::{Credentials, SharedCredentialsProvider};
use chrono::{DateTime, Utc};
use firstlook::evidence::findings::{Bounds, Heard, ask_all};
use firstlook::evidence::{Fault, FaultKind, GuardDuty, SecurityDoor, SecurityHub, SecuritySource};
use firstlook_core::evidence::security::{Answer, Level};
use serde_json::{Value, json};

use crate::support::plan::Behaviour;
use crate::support::security::{DETECTOR, Security, samples};
use crate::support::sns::CREDENTIALS;

const PATIENT: Duration = Duration::from_secs(20);

fn seen(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_359_200 + 60 * minute, 0).unwrap()
}

/// A failed control of a bucket.
fn bucket(label: &str, number: i64) -> Value {
    samples::control("S3.8", label, ("AwsS3Bucket", &format!("arn:aws:s3:::bucket-{number}")), seen(number))
}

async fn source(security: &Security, kind: &str, least: Level, most: usize) -> SecuritySource {
    let credentials = Credentials::new(CREDENTIALS[0].1, CREDENTIALS[1].1, None, None, "test");
    let sdk = firstlook::aws::config(Some("eu-west-1"), Some(&security.url())).await.into_builder();
    let sdk = sdk.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    let bounds = Bounds { least, most };
    let door = match kind {
        "hub" => SecurityDoor::SecurityHub(SecurityHub::new(&sdk, bounds)),
        _ => SecurityDoor::GuardDuty(GuardDuty::new(&sdk, bounds)),
    };
    SecuritySource { name: kind.to_owned(), door }
}

async fn asked(security: &Security, kind: &str, least: Level, most: usize) -> Result<Answer, Fault> {
    source(security, kind, least, most).await.findings(PATIENT).await
}

#[tokio::test]
async fn the_hub_is_asked_for_what_is_open_and_severe_the_worst_first() {
    let security = Security::start();
    let set = |mut one: Value, pointer: &str, value: &str| {
        *one.pointer_mut(pointer).unwrap() = value.into();
        one
    };
    let duty = samples::credentials(1, seen(5));
    security.hub([
        bucket("LOW", 1),
        samples::vulnerability("CVE-2026-0001", "CRITICAL", "i-0a1", seen(2)),
        bucket("MEDIUM", 3),
        set(bucket("HIGH", 4), "/Workflow/Status", "NOTIFIED"),
        samples::handed_on(&duty),
        set(bucket("HIGH", 6), "/Workflow/Status", "RESOLVED"),
        set(bucket("HIGH", 7), "/Workflow/Status", "SUPPRESSED"),
        set(bucket("HIGH", 8), "/RecordState", "ARCHIVED"),
    ]);
    let answer = asked(&security, "hub", Level::Medium, 1_000).await.unwrap();
    let found: Vec<(&str, &str)> =
        answer.findings.iter().map(|one| (one.product.as_str(), one.kind.as_str())).collect();
    let kind = "UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.OutsideAWS";
    assert_eq!(
        found,
        [
            ("Inspector", "CVE-2026-0001"),
            ("GuardDuty", kind),
            ("Security Hub", "S3.8"),
            ("Security Hub", "S3.8")
        ]
    );
    assert_eq!(answer.findings[1].id, duty["arn"].as_str().unwrap(), "as GuardDuty itself has it");
    assert_eq!((answer.source.as_str(), answer.missing.as_slice()), ("hub", &[][..]));
    let start = "aws securityhub get-findings --region eu-west-1 --filters '{\"RecordState\":[{";
    assert!(
        answer.query.starts_with(start) && answer.query.ends_with("--max-items 1000"),
        "{}",
        answer.query
    );
    assert_eq!(
        answer.link.as_deref(),
        Some("https://eu-west-1.console.aws.amazon.com/securityhub/home?region=eu-west-1#/findings")
    );
    let labels: Vec<Value> = security
        .calls()
        .iter()
        .map(|call| call.body["Filters"]["SeverityLabel"][0]["Value"].clone())
        .collect();
    assert_eq!(labels, ["CRITICAL", "HIGH", "MEDIUM"]);
}

#[tokio::test]
async fn what_a_bound_cuts_away_of_the_hub_is_the_least_severe_and_is_said() {
    let security = Security::start();
    security.hub((0..120).map(|n| bucket("HIGH", n)).chain((0..150).map(|n| bucket("MEDIUM", 1_000 + n))));
    let answer = asked(&security, "hub", Level::Low, 200).await.unwrap();
    assert_eq!(answer.findings.len(), 200);
    assert_eq!(answer.findings.iter().filter(|one| one.level == Level::High).count(), 120);
    assert_eq!(answer.findings[0].last_seen, Some(seen(119)), "what was seen last comes first");
    assert_eq!(
        answer.missing,
        [
            "of the findings of severity MEDIUM only the 80 that were seen last were read: `max_findings` is 200",
            "findings of severity LOW were not read"
        ]
    );
    let sizes: Vec<u64> =
        security.calls().iter().map(|call| call.body["MaxResults"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [100, 100, 100, 80]);
    let whole = asked(&security, "hub", Level::Medium, 270).await.unwrap();
    assert_eq!((whole.findings.len(), whole.missing.len()), (270, 0), "all of them is not too many");
}

#[tokio::test]
async fn the_hub_is_not_asked_faster_than_it_allows() {
    let security = Security::start();
    security.hub((0..250).map(|n| bucket("HIGH", n)));
    asked(&security, "hub", Level::High, 1_000).await.unwrap();
    let calls = security.calls();
    assert_eq!(calls.len(), 4, "none is critical, and three pages");
    // Three turns of 350 ms; a request may be late on its way.
    let took = calls[3].at.duration_since(calls[0].at);
    assert!(took > Duration::from_millis(700), "{took:?}");
}

#[tokio::test]
async fn guardduty_is_asked_for_what_is_not_archived_the_most_severe_first() {
    let security = Security::start();
    let mut archived = samples::mining(3, "i-0b2", seen(3));
    archived["service"]["archived"] = true.into();
    security.guardduty([samples::probe(1, "i-0a1", seen(1)), samples::credentials(2, seen(2)), archived]);
    let answer = asked(&security, "duty", Level::Medium, 1_000).await.unwrap();
    let kinds: Vec<&str> = answer.findings.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS"]);
    assert_eq!(answer.missing, [""; 0]);
    assert!(
        answer
            .query
            .starts_with(&format!("aws guardduty get-findings --region eu-west-1 --detector-id {DETECTOR} ")),
        "{}",
        answer.query
    );
    let actions: Vec<&str> = security.calls().iter().map(|call| call.action).collect();
    assert_eq!(actions, ["guardduty:ListDetectors", "guardduty:ListFindings", "guardduty:GetFindings"]);
    assert_eq!(asked(&security, "duty", Level::Low, 1_000).await.unwrap().findings.len(), 2);
    assert_eq!(asked(&security, "duty", Level::Critical, 1_000).await.unwrap().findings.len(), 0);
}

#[tokio::test]
async fn what_guardduty_does_not_give_is_said() {
    let security = Security::start();
    security.guardduty((1..=120).map(|n| samples::mining(n, "i-0b2", seen(0))));
    security.hide(&format!("{:032x}", 7));
    let answer = asked(&security, "duty", Level::Medium, 1_000).await.unwrap();
    assert_eq!(answer.findings.len(), 119);
    assert_eq!(answer.missing, ["findings that GuardDuty lists and does not give: 1"]);
    let answer = asked(&security, "duty", Level::Medium, 60).await.unwrap();
    assert_eq!(
        answer.missing[0],
        format!("only the {} most severe findings were read: `max_findings` is 60", answer.findings.len())
    );
    let sizes: Vec<Value> = security.calls().iter().map(|call| call.body["maxResults"].clone()).collect();
    assert_eq!(sizes[sizes.len() - 4..], [json!(50), Value::Null, json!(10), Value::Null]);
    assert_eq!(asked(&security, "duty", Level::Medium, 120).await.unwrap().missing.len(), 1);
}

#[tokio::test]
async fn all_are_asked_at_once_and_one_that_hangs_holds_up_none() {
    let security = Security::start();
    security.hub([bucket("HIGH", 1)]);
    security.server().plan().repeat_on("/detector", Behaviour::Hang);
    let sources =
        [source(&security, "hub", Level::High, 10).await, source(&security, "duty", Level::High, 10).await];
    let heard: Vec<Heard> = ask_all(&[&sources[0], &sources[1]], Duration::from_secs(3)).await;
    assert_eq!((heard[0].source.as_str(), heard[1].source.as_str()), ("hub", "duty"));
    assert!(heard[0].answer.is_ok() && heard[0].took < Duration::from_secs(2), "{heard:?}");
    assert_eq!(heard[1].answer.as_ref().unwrap_err().kind, FaultKind::Timeout, "{heard:?}");
}
