//! `sources.sns`: what it becomes, and what is said of what is wrong.

use super::*;
use crate::sources::sns::read::InsufficientData;
use firstlook_core::alert::Severity;

const TOPIC: &str = "arn:aws:sns:ap-northeast-1:123456789012:alarms-*";

fn source(more: &str) -> String {
    format!(
        "{REST}sources: {{ sns: [{{ name: aws, topic_arns: [\"{TOPIC}\"], default_severity: warning{more} }}] }}\n"
    )
}

#[test]
fn a_source_has_what_it_says_and_the_rest_by_default() {
    let config = read(&source("")).unwrap();
    let one = &config.sns[0];
    assert_eq!((one.name.as_str(), one.topics.len(), one.default_severity), ("aws", 1, Severity::Warning));
    assert_eq!((one.max_age, one.insufficient_data), (TimeDelta::hours(2), InsufficientData::Note));
    assert_eq!((one.resync, one.stale_after), (true, None));
    assert!(!one.version_2_only && !one.raw_delivery && one.pinned.is_none() && one.authorization.is_none());
    let more = ", max_age: 24h, insufficient_data: incident, require_signature_version: 2, raw_delivery: true, \
                basic_auth: { username: a, password: b }, endpoint_url: 'http://127.0.0.1:4566/', resync: false, stale_after: 6h";
    let one = read(&source(more)).unwrap().sns.remove(0);
    assert!(one.version_2_only && one.raw_delivery && one.insufficient_data == InsufficientData::Incident);
    assert_eq!((one.resync, one.stale_after), (false, Some(TimeDelta::hours(6))));
    assert_eq!(one.endpoint_url.as_deref(), Some("http://127.0.0.1:4566"));
}

#[test]
fn each_fault_names_its_remedy() {
    let faults = [
        ("{ name: aws, default_severity: info }", "topic_arns` is missing: name the topics"),
        (
            "{ name: aws, topic_arns: [TOPIC] }",
            "default_severity` is missing: CloudWatch has no severities, so write",
        ),
        ("{ name: aws, topic_arns: [TOPIC], default_severity: high }", "\"high\" is no severity"),
        ("{ name: a/b, topic_arns: [TOPIC], default_severity: info }", "stands in an address"),
        ("{ name: aws, topic_arns: ['*'], default_severity: info }", "\"*\" is no topic: write arn:aws:sns:"),
        (
            "{ name: aws, topic_arns: ['arn:aws:sns:*:*:alarms'], default_severity: info }",
            "needs the account's 12 digits: anybody has topics",
        ),
        ("{ name: aws, topic_arns: [TOPIC], default_severity: info, max_age: 10m }", "must be from 1h"),
        ("{ name: aws, topic_arns: [TOPIC], default_severity: info, max_age: 2d }", "must be from 1h"),
        ("{ name: aws, topic_arns: [TOPIC], default_severity: info, stale_after: 5s }", "write 1m or more"),
        (
            "{ name: aws, topic_arns: [TOPIC], default_severity: info, raw_delivery: true }",
            "so it needs another secret",
        ),
        (
            "{ name: aws, topic_arns: [TOPIC], default_severity: info, insufficient_data: x }",
            "incident, note or ignore",
        ),
        (
            "{ name: aws, topic_arns: [TOPIC], default_severity: info, require_signature_version: 3 }",
            "is not a whole number from 1 to 2",
        ),
        (
            "{ name: aws, topic_arns: [TOPIC], default_severity: info, signing_certificate_file: nowhere.pem }",
            "cannot be used: ",
        ),
        (
            "{ name: aws, topic_arns: [TOPIC], default_severity: info, authorization: { credentials: a } }",
            "authorization` is nothing that SNS can send: write `basic_auth`",
        ),
        ("{ name: aws, topic_arn: [TOPIC], default_severity: info }", "did you mean `topic_arns`?"),
    ];
    for (written, said) in faults {
        let text = written.replace("TOPIC", &format!("'{TOPIC}'"));
        let error = read(&format!("{REST}sources: {{ sns: [{text}] }}\n")).expect_err(&text);
        assert!(error.text.contains(said), "{text}\n{error}");
        assert_eq!(error.line, Some(3));
    }
    let twice =
        source("").replace("}] }", "}, { name: aws, topic_arns: ['TOPIC'], default_severity: info }] }");
    let error = read(&twice.replace("TOPIC", TOPIC)).expect_err(&twice);
    assert!(error.text.contains("\"aws\" is taken"), "{error}");
}

#[test]
fn a_topic_has_one_source() {
    let with = |topic: &str| {
        let other = format!("}}, {{ name: other, topic_arns: ['{topic}'], default_severity: info }}] }}");
        read(&source("").replace("}] }", &other))
    };
    for topic in [TOPIC, "arn:aws:sns:ap-northeast-1:123456789012:alarms-a", "arn:aws:sns:*:123456789012:*"] {
        let error = with(topic).expect_err(topic);
        assert!(error.text.contains("of \"other\" has topics that \"aws\" has as well"), "{error}");
        assert_eq!(error.line, Some(3));
    }
    assert_eq!(with("arn:aws:sns:ap-northeast-1:123456789012:budgets-*").unwrap().sns.len(), 2);
}
