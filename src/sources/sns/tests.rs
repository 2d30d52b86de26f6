//! Genuine messages are let in, and nothing that differs from them.

use serde_json::Value;

use super::*;

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/samples/sns/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn at(time: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(time).unwrap().with_timezone(&Utc)
}

const GENUINE: [&str; 5] = [
    "signed_v1_notification_nosubject.json",
    "signed_v1_notification_subject.json",
    "signed_v1_subscription_confirmation.json",
    "signed_v2_notification_nosubject.json",
    "signed_v2_unsubscribe_confirmation.json",
];
const URL: &str =
    "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem";

fn now() -> DateTime<Utc> {
    at("2026-03-06T20:10:00Z")
}

/// Listens to the topic of the genuine messages, and has their certificate.
fn gate() -> Gate {
    let certificate = Certificate::read(&sample("signed_certificate_7506a1e3.pem")).unwrap();
    Gate {
        topics: vec![TopicPattern::parse("arn:aws:sns:us-west-2:131990247566:dongie-*").unwrap()],
        keys: Keys::Aws(Arc::new(Fetcher::knowing(URL, certificate))),
        version_2_only: false,
        max_age: TimeDelta::hours(2),
    }
}

async fn refused(gate: &Gate, body: &[u8]) -> SnsRefusal {
    let refusal = gate.verify(body, now()).await.unwrap_err();
    assert!(!refusal.detail.contains("2336412f"), "a token: {}", refusal.detail);
    refusal.why
}

#[tokio::test]
async fn what_aws_has_signed_is_let_in_and_kept_without_what_opens_something() {
    for name in GENUINE {
        let body = sample(name);
        let verified = gate().verify(&body, now()).await.unwrap();
        assert!(verified.kind.as_str().len() > 5 && verified.message_id.len() == 36, "{name}");
        let kept = String::from_utf8(verified.kept).unwrap();
        let members: Value = serde_json::from_str(&kept).unwrap();
        let before: Value = serde_json::from_slice(&body).unwrap();
        for (key, value) in before.as_object().unwrap() {
            let gone = ["Token", "SubscribeURL", "UnsubscribeURL"].contains(&key.as_str());
            assert_eq!(members.get(key), (!gone).then_some(value), "{name}: {key}");
        }
        assert!(!kept.contains("2336412f") && !kept.contains("Action="), "{kept}");
        assert!(!format!("{:?}", verified.token).contains("2336412f"));
    }
}

#[tokio::test]
async fn each_signed_value_altered_in_turn_is_noticed() {
    let mut altered = 0;
    for name in GENUINE {
        let genuine: Value = serde_json::from_slice(&sample(name)).unwrap();
        for key in genuine.as_object().unwrap().keys() {
            let mut message = genuine.clone();
            let text = message[key].as_str().unwrap().to_owned();
            message[key] = match key.as_str() {
                "Type" if text == "Notification" => continue,
                "Type" if text.starts_with("Sub") => "UnsubscribeConfirmation".into(),
                "Type" => "SubscriptionConfirmation".into(),
                "SignatureVersion" => if text == "1" { "2" } else { "1" }.into(),
                "Signature" => {
                    text.replacen(&text[4..5], if &text[4..5] == "A" { "B" } else { "A" }, 1).into()
                }
                "TopicArn" => format!("{text}x").into(),
                "Timestamp" => text.replace('Z', "0Z").into(),
                "SigningCertURL" | "UnsubscribeURL" => continue,
                _ => format!("{text}.").replace("..", ".,").into(),
            };
            if key == "Token" {
                message[key] = format!("{text}0").into();
            }
            if key == "MessageId" {
                message[key] = format!("{text}0").into();
            }
            let why = refused(&gate(), message.to_string().as_bytes()).await;
            assert_eq!(why, SnsRefusal::Signature, "{name}: {key}");
            altered += 1;
        }
        let mut message = genuine.clone();
        message["Subject"] = "added".into();
        if genuine["Type"] == "Notification" {
            assert_eq!(
                refused(&gate(), message.to_string().as_bytes()).await,
                SnsRefusal::Signature,
                "{name}"
            );
            altered += 1;
        }
    }
    assert!(altered >= 35, "{altered}");
}

#[tokio::test]
async fn what_is_no_envelope_is_said_to_be_none() {
    let genuine: Value = serde_json::from_slice(&sample(GENUINE[2])).unwrap();
    for key in genuine.as_object().unwrap().keys() {
        for value in [Value::Null, Value::from(7), serde_json::json!({"a": 1})] {
            let mut message = genuine.clone();
            message[key] = value;
            assert_eq!(
                refused(&gate(), message.to_string().as_bytes()).await,
                SnsRefusal::Malformed,
                "{key}"
            );
        }
    }
    for body in ["", "x", "[]", "{}", "null", "\"Notification\"", r#"{"Type":"Notification"}"#, "\u{0}"] {
        assert_eq!(refused(&gate(), body.as_bytes()).await, SnsRefusal::Malformed, "{body}");
    }
    for (key, odd) in [
        ("SignatureVersion", "3"),
        ("Type", "notification"),
        ("Signature", "!"),
        ("Timestamp", "yesterday"),
        ("MessageId", "../x"),
        ("Token", "a&Action=Publish"),
        ("TopicArn", "arn:aws:sns:us-west-2.evil.example/:131990247566:dongie-standard-topic"),
    ] {
        let mut message = genuine.clone();
        message[key] = odd.into();
        assert_eq!(refused(&gate(), message.to_string().as_bytes()).await, SnsRefusal::Malformed, "{key}");
    }
}

#[tokio::test]
async fn topic_age_version_and_address_are_judged_before_anybody_is_asked() {
    let body = sample(GENUINE[0]);
    let other = TopicPattern::parse("arn:aws:sns:us-west-2:131990247567:*").unwrap();
    assert_eq!(refused(&Gate { topics: vec![other], ..gate() }, &body).await, SnsRefusal::Topic);
    assert_eq!(refused(&Gate { version_2_only: true, ..gate() }, &body).await, SnsRefusal::Version);
    gate().verify(&sample(GENUINE[3]), now()).await.unwrap();
    for late in ["2026-03-06T21:56:00Z", "2026-03-06T17:55:00Z"] {
        let refusal = gate().verify(&body, at(late)).await.unwrap_err();
        assert_eq!(refusal.why, SnsRefusal::Age);
        assert!(refusal.detail.contains("2026-03-06 19:55:38 UTC"), "{}", refusal.detail);
    }
    let mut message: Value = serde_json::from_slice(&body).unwrap();
    message["SigningCertURL"] = URL.replace("sns.us-west-2", "sns.s3-us-west-2").into();
    let gate = gate();
    assert_eq!(refused(&gate, message.to_string().as_bytes()).await, SnsRefusal::CertificateAddress);
}

#[tokio::test]
async fn a_certificate_that_does_not_fit_is_not_believed() {
    let body = sample(GENUINE[0]);
    let local = Certificate::read(&sample("localstack-signing-cert.pem")).unwrap();
    let keys = |certificate: Certificate| Keys::Aws(Arc::new(Fetcher::knowing(URL, certificate)));
    let refusal = Gate { keys: keys(local.clone()), ..gate() }.verify(&body, now()).await.unwrap_err();
    assert_eq!(refusal.why, SnsRefusal::Certificate, "{}", refusal.detail);
    let pinned = Gate { keys: Keys::Pinned(Arc::new(local)), ..gate() };
    assert_eq!(refused(&pinned, &body).await, SnsRefusal::Certificate, "not valid then");

    let genuine = Certificate::read(&sample("signed_certificate_7506a1e3.pem")).unwrap();
    assert_eq!(genuine.is_for("sns.amazonaws.com"), Ok(()));
    assert!(genuine.is_for("sns.us-west-2.amazonaws.com").is_err());
    for (time, valid) in [
        ("2025-11-09T23:59:59Z", false),
        ("2025-11-10T00:00:00Z", true),
        ("2026-10-14T23:59:59Z", true),
        ("2026-10-15T00:00:00Z", false),
    ] {
        assert_eq!(genuine.valid_at(at(time)), valid, "{time}");
    }
    for odd in [&b""[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"<html>"] {
        assert!(Certificate::read(odd).is_err());
    }
}

#[tokio::test]
async fn a_pinned_certificate_stands_in_for_the_one_that_is_named() {
    let gate = Gate {
        topics: vec![TopicPattern::parse("arn:aws:sns:us-east-1:000000000000:*").unwrap()],
        keys: Keys::Pinned(Arc::new(Certificate::read(&sample("localstack-signing-cert.pem")).unwrap())),
        ..gate()
    };
    let mut kinds = 0;
    for number in 1..=9 {
        let kind = if [1, 4].contains(&number) { "SubscriptionConfirmation" } else { "Notification" };
        let body = sample(&format!("localstack-0{number}-{kind}.json"));
        let verified = gate.verify(&body, at("2026-11-20T09:00:00Z")).await.unwrap();
        assert_eq!(verified.kind.as_str(), kind);
        kinds += 1;
        let text = String::from_utf8(body).unwrap().replacen("\"Message\": \"", "\"Message\": \"!", 1);
        let refusal = gate.verify(text.as_bytes(), at("2026-11-20T09:00:00Z")).await.unwrap_err();
        assert_eq!(refusal.why, SnsRefusal::Signature);
    }
    assert_eq!(kinds, 9);
}
