//! A short form of the fuzz targets: the same properties over random bodies, messages and changed samples.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::properties::{changed, envelope, message};

/// Pieces of what the readers look for, so that random texts come near to them.
const PIECES: [&str; 30] = [
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\\"",
    "\\u0000",
    "\\ud83d",
    "1e999",
    "null",
    "\"token\"",
    "\"Token\":\"a\"",
    "\"detail-type\":",
    "\"detail\":{",
    "\"AlarmName\":\"a\"",
    "\"NewStateValue\":\"ALARM\"",
    "AWS Budget Notification\n",
    "Budget Name: x\n",
    "Environment: e\n",
    "Application: a\n",
    "Message: Environment health has transitioned from Ok to ",
    "Severe",
    "An AWS Backup job failed. ",
    "Resource ARN : arn:aws:rds:::db:x",
    "\"ElastiCache:",
    "é\u{2028}",
    " ",
    "\n",
];

fn near() -> impl Strategy<Value = String> {
    vec(prop_oneof![4 => (0..PIECES.len()).prop_map(|n| PIECES[n].to_owned()), 1 => ".{0,6}"], 0..24)
        .prop_map(|pieces| pieces.concat())
}

/// Every sample that is JSON, read once.
static SAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let folder = |name: &str| {
        let files =
            std::fs::read_dir(format!("{}/tests/samples/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().filter_map(|path| serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok())
    };
    folder("sns/services").chain(folder("sns")).collect()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_posted_is_kept_safely(body in vec(any::<u8>(), 0..300), text in near()) {
        envelope(&body);
        envelope(text.as_bytes());
    }

    #[test]
    fn whatever_is_said_becomes_something(text in near(), any in ".{0,200}") {
        message(&text);
        message(&any);
    }

    #[test]
    fn a_message_that_lacks_parts_is_not_lost(which: proptest::sample::Index, edits in vec(any::<u8>(), 0..24)) {
        let odd = changed(which.get(SAMPLES.as_slice()), &edits);
        message(&odd.to_string());
        envelope(odd.to_string().as_bytes());
        let outside = json!({"Type": "Notification", "MessageId": "a-1", "TopicArn": "arn:aws:sns:eu-west-1:123456789012:t",
            "Message": odd.to_string(), "Timestamp": "2026-11-20T08:00:00.000Z", "SignatureVersion": "1", "Signature": "AAAA",
            "SigningCertURL": "https://sns", "UnsubscribeURL": "https://sns", "token": "a-token-that-works"});
        envelope(outside.to_string().as_bytes());
    }
}

#[test]
fn every_sample_has_the_properties() {
    assert!(SAMPLES.len() > 70, "{}", SAMPLES.len());
    for sample in SAMPLES.iter() {
        message(&sample.to_string());
        message(&serde_json::to_string_pretty(&sample).unwrap());
        envelope(sample.to_string().as_bytes());
    }
}
