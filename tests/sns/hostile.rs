//! What is not let in: answered by its reason, counted, and not kept.

use serde_json::Value;

use super::World;
use crate::support::sns::{CONFIRM_TOKEN, Sns, TOPIC};

/// Made of a genuine message, and how it must be answered.
struct Case {
    name: &'static str,
    body: String,
    status: u16,
    reason: &'static str,
}

fn case(name: &'static str, body: impl ToString, status: u16, reason: &'static str) -> Case {
    Case { name, body: body.to_string(), status, reason }
}

fn with(sns: &Sns, key: &str, value: &str, signed_again: bool) -> Value {
    let mut body = sns.notification(Some("subject"), "message");
    body[key] = value.into();
    if signed_again { sns.sign(body) } else { body }
}

/// A value changed after signing.
fn altered(sns: &Sns) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, key, value) in [
        ("another message", "Message", "messagE"),
        ("another id", "MessageId", "00000000-0000-0000-0000-000000000000"),
        ("another subject", "Subject", "subject "),
        ("another topic of ours", "TopicArn", "arn:aws:sns:eu-west-1:123456789012:alarms-other"),
        ("another signature", "Signature", "AAAA"),
        ("no signature", "Signature", ""),
        ("another version", "SignatureVersion", "2"),
    ] {
        cases.push(case(name, with(sns, key, value, false), 401, "signature"));
    }
    let mut without = sns.notification(Some("subject"), "message");
    without.as_object_mut().unwrap().remove("Subject");
    cases.push(case("without its subject", without, 401, "signature"));
    for kind in ["SubscriptionConfirmation", "UnsubscribeConfirmation"] {
        for (key, value) in
            [("Token", "other"), ("SubscribeURL", "https://sns.eu-west-1.amazonaws.com/"), ("Message", "x")]
        {
            let mut body = sns.confirmation(kind);
            body[key] = value.into();
            cases.push(case("a confirmation altered", body, 401, "signature"));
        }
    }
    let mut turned = sns.confirmation("UnsubscribeConfirmation");
    turned["Type"] = "SubscriptionConfirmation".into();
    cases.push(case("an end turned into a beginning", turned, 401, "signature"));
    let stranger = Sns::start();
    cases.push(case("signed by somebody else", stranger.notification(None, "x"), 401, "signature"));
    cases.push(case(
        "confirmation by somebody else",
        stranger.confirmation("SubscriptionConfirmation"),
        401,
        "signature",
    ));
    let twice = sns.notification(None, "x").to_string().replacen(
        "\"Message\":\"x\"",
        "\"Message\":\"x\",\"message\":\"y\"",
        1,
    );
    cases.push(case("two messages in one", twice, 401, "signature"));
    cases
}

/// Well signed, and not wanted.
fn unwanted(sns: &Sns) -> Vec<Case> {
    let mut cases = Vec::new();
    for topic in [
        "arn:aws:sns:eu-west-1:123456789012:other",
        "arn:aws:sns:eu-west-1:210987654321:alarms-prod",
        "arn:aws:sns:us-east-1:123456789012:alarms-prod",
        "arn:aws-us-gov:sns:us-gov-west-1:123456789012:alarms-prod",
    ] {
        cases.push(case("a topic that is not on the list", with(sns, "TopicArn", topic, true), 403, "topic"));
        let mut confirmation = sns.confirmation("SubscriptionConfirmation");
        confirmation["TopicArn"] = topic.into();
        cases.push(case("a subscription to such a topic", sns.sign(confirmation), 403, "topic"));
    }
    let now = firstlook::clock::now();
    for hours in [3, 24, 24 * 365, -3] {
        let time = (now - chrono::TimeDelta::hours(hours)).format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        cases.push(case("a replay, or a wrong clock", with(sns, "Timestamp", &time, true), 400, "age"));
    }
    cases
}

/// No envelope at all.
fn malformed(sns: &Sns) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, key, value) in [
        ("an unknown type", "Type", "Notice"),
        ("a version to come", "SignatureVersion", "3"),
        ("an id that is none", "MessageId", "../../x"),
        (
            "a topic that builds an address",
            "TopicArn",
            "arn:aws:sns:eu-west-1.evil.example/:123456789012:alarms-prod",
        ),
        ("a time that is none", "Timestamp", "now"),
        ("a signature that is no Base64", "Signature", "%%%"),
    ] {
        cases.push(case(name, with(sns, key, value, key != "Signature"), 400, "malformed"));
    }
    let mut token = sns.confirmation("SubscriptionConfirmation");
    token["Token"] = format!("{CONFIRM_TOKEN}&Action=Publish").into();
    cases.push(case("a token with more in it", sns.sign(token), 400, "malformed"));
    for key in [
        "Message",
        "MessageId",
        "Timestamp",
        "TopicArn",
        "Type",
        "Signature",
        "SigningCertURL",
        "SignatureVersion",
    ] {
        let mut body = sns.notification(None, "x");
        body.as_object_mut().unwrap().remove(key);
        cases.push(case("one key less", body, 400, "malformed"));
    }
    for body in [
        "",
        "x",
        "{}",
        "[]",
        "null",
        "{\"Type\":\"Notification\"}",
        "{\"version\":\"4\",\"alerts\":[]}",
        "\u{feff}{",
    ] {
        cases.push(case("no envelope", body, 400, "malformed"));
    }
    cases.push(case("deep", "[".repeat(100_000), 400, "malformed"));
    cases
}

#[tokio::test]
async fn every_odd_envelope_is_refused_by_its_reason_and_nothing_of_it_is_kept() {
    let world = World::start("").await;
    let all = [altered(&world.sns), unwanted(&world.sns), malformed(&world.sns)];
    let cases: Vec<Case> = all.into_iter().flatten().collect();
    assert!(cases.len() >= 54, "{}", cases.len());
    for case in &cases {
        let before = counted(&world, case.reason).await;
        let answer = world.post_text(case.body.clone()).await;
        assert_eq!(answer.status, case.status, "{}: {}", case.name, answer.text);
        assert!(!answer.text.contains(CONFIRM_TOKEN), "{}", answer.text);
        assert_eq!(counted(&world, case.reason).await, before + 1, "{}", case.name);
    }
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, 0);
    assert!(world.sns.api().requests().is_empty(), "nothing was confirmed");
    // What is genuine is let in after all of that.
    assert_eq!(world.post(&world.sns.notification(None, "genuine")).await.status, 200);
    world.told().await;
    world.finish().await;
}

#[tokio::test]
async fn without_a_pinned_certificate_look_alikes_are_refused_and_the_right_host_is_asked_for() {
    let sns = Sns::start();
    let source = format!(
        "[{{ name: aws, topic_arns: [\"{TOPIC}\"], default_severity: warning, require_signature_version: 2 }}]"
    );
    let setup = crate::harness::Setup { sns: source, ..crate::harness::Setup::default() };
    let world = World { firstlook: crate::harness::Firstlook::start(setup).await, sns };
    assert_eq!(world.post(&world.sns.notification(None, "x")).await.status, 401, "signed with version 1");
    assert_eq!(counted(&world, "version").await, 1);
    let hex = "7506a1e35b36ef5a444dd1a8e7cc3ed8";
    for (number, host) in [
        "sns.s3-eu-west-1.amazonaws.com",
        "sns.us-east-1.amazonaws.com",
        "sns.eu-west-1.amazonaws.com.",
        "127.0.0.1",
    ]
    .into_iter()
    .enumerate()
    {
        let mut body = world.sns.notification(None, "x");
        body["SignatureVersion"] = "2".into();
        body["SigningCertURL"] = format!("https://{host}/SimpleNotificationService-{hex}.pem").into();
        let answer = world.post(&world.sns.sign(body)).await;
        assert_eq!(answer.status, 401, "{host}: {}", answer.text);
        assert_eq!(counted(&world, "certificate_address").await, number + 1);
    }
    assert_eq!(world.firstlook.sql("SELECT count(*) FROM delivery").await, 0);
    world.finish().await;
}

async fn counted(world: &World, reason: &str) -> usize {
    let metrics = world.firstlook.get("/metrics").await.text;
    let line = format!("firstlook_sns_refusals_total{{reason=\"{reason}\"}} ");
    let value = metrics.lines().find_map(|one| one.strip_prefix(line.as_str()).map(str::to_owned));
    value.map_or(0, |value| value.parse().unwrap())
}
