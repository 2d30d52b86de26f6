//! The fakes against requests that the real ones would refuse, and the real peers once each.

mod athena;
mod cloudtrail;
mod cloudwatch;
mod cloudwatch_logs;
mod knowledge_base;
mod loki;
mod model;
mod pagerduty;
mod peers;
mod plan;
mod samples;
mod security;
mod slack;
mod slack_channels;
mod slack_files;
mod sqs;
mod tool_use;
mod xray;

use std::time::Duration;

use serde_json::Value;

/// A client with a short patience.
fn client() -> reqwest::Client {
    firstlook::http::client(Duration::from_secs(5)).unwrap()
}

/// One of our designed messages, `tests/samples/messages/<name>.json`.
fn sample(name: &str) -> Value {
    let file = format!("{}/tests/samples/messages/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{file}: {e}"))).unwrap()
}

/// Changes the value at a JSON pointer.
fn set(value: &mut Value, pointer: &str, new: Value) {
    *value.pointer_mut(pointer).unwrap_or_else(|| panic!("nothing at {pointer}")) = new;
}
