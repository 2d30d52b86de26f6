//! Whether a pack holds what decides a recorded incident.
//!
//! Knows the answers of the corpus. Must not know how a pack is made.

use firstlook_core::evidence::{Comparison, Line, Redactor, compare, joined, pack};

use super::corpora;

/// The recorded incidents.
pub const CASES: [&str; 5] =
    ["h52-login", "n2b-basic-return", "n5b-verifycode-return", "n8b-route-exception", "n9b-price-exception"];

/// The window compared with its baseline.
pub fn compared(case: &str) -> Comparison {
    let (window, baseline) = (corpora::incident(case, "window.tsv"), corpora::incident(case, "baseline.tsv"));
    compare(joined(window.lines().map(Line::read)), joined(baseline.lines().map(Line::read)), None)
}

/// For each group of the answer, whether the text has it; the first is the root cause.
pub fn found(case: &str, text: &str) -> Vec<bool> {
    let answer: serde_json::Value = serde_json::from_str(&corpora::incident(case, "answer.json")).unwrap();
    let is_there =
        |regex: &serde_json::Value| regex::Regex::new(regex.as_str().unwrap()).unwrap().is_match(text);
    let groups = answer["need"].as_array().unwrap();
    groups.iter().map(|group| group["any"].as_array().unwrap().iter().any(is_there)).collect()
}

/// The pack of so many tokens.
pub fn packed(comparison: &Comparison, tokens: usize) -> String {
    pack(&[], comparison, tokens, &Redactor::default()).text.to_string()
}
