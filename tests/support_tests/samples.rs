//! Every designed message in `tests/samples/messages` passes the limits of its receiver and our own rules.

use std::path::Path;

use serde_json::{Value, json};

use super::sample;
use crate::support::{pagerduty, slack};

/// The hosts that the samples link to.
fn links() -> Vec<String> {
    let hosts =
        ["https://firstlook.example.com", "https://git.example.com/", "https://example.slack.com/archives/"];
    hosts.map(str::to_owned).to_vec()
}

fn faults(name: &str, message: &Value) -> Vec<String> {
    if message.get("routing_key").is_some() {
        return [pagerduty::faults(message), pagerduty::violations(message)].concat();
    }
    let way = match (name.contains("incoming-webhook"), message.get("ts").is_some()) {
        (true, _) => slack::Way::Webhook,
        (false, true) => slack::Way::Update,
        (false, false) => slack::Way::Post,
    };
    let refused = slack::refusal(message.get("blocks").unwrap_or(&json!(null)));
    refused.into_iter().flat_map(|r| r.messages).chain(slack::violations(message, way, &links())).collect()
}

#[test]
fn every_sample_passes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/messages");
    let files = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
    let names: Vec<_> = files.map(|f| f.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert!(names.len() >= 14, "the samples are there: {names:?}");
    for name in names {
        assert_eq!(faults(&name, &sample(&name)), Vec::<String>::new(), "{name}");
    }
}
