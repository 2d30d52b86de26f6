//! Models on the wire: the real clients against small servers that speak what the real ones speak.

mod bedrock;
mod converse;
mod fallback;
mod openai;
mod server;
mod summarise;
mod talking;

use std::collections::BTreeMap;
use std::time::Duration;

use firstlook_core::alert::Severity;
use firstlook_core::evidence::{Item, Kind, Redactor};
use firstlook_core::summary::prompt::{Facts, Nonce, Prompt, build};
use tokio::time::Instant;

use server::{Reply, Server};

const CANARY: &str = "canary0123456789abcdef";

fn prompt() -> Prompt {
    let redact = |text: &str| Redactor::default().redact(text);
    let facts = Facts {
        title: &redact("HighErrorRate on api"),
        severity: Severity::Critical,
        labels: &BTreeMap::new(),
        started_at: chrono::DateTime::UNIX_EPOCH,
        asked_at: chrono::DateTime::UNIX_EPOCH,
        items: &items(),
        gaps: &[],
        pack: &redact("L1 refused"),
        architecture: None,
        language: firstlook_core::Language::En,
    };
    build(&facts, Nonce::parse("fence0123456789abcdef").unwrap(), Nonce::parse(CANARY).unwrap())
}

fn items() -> Vec<Item> {
    let redact = |text: &str| Redactor::default().redact(text);
    vec![Item {
        id: "L1".to_owned(),
        kind: Kind::Log,
        source: "test".to_owned(),
        title: redact("connection refused"),
        text: redact("412 connections refused at 14:05"),
        query: None,
        link: None,
        at: None,
        frequency: None,
        chart: None,
    }]
}

/// An answer whose one claim is verified.
const GOOD: &str = r#"{"headline":"412 connections refused","claims":[{"text":"412 connections were refused","citations":["L1"]}]}"#;

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}
