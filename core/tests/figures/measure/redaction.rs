//! How much of what is secret is removed, and of what is not.
//!
//! Knows cases of a line and its secret. Must not know the rules.

use firstlook_core::evidence::{Line, Redactor};

use super::corpora;

/// Whether nothing of the secret is left: neither itself nor its longest run of eight or more letters and digits.
pub fn is_gone(secret: &str, out: &str) -> bool {
    let runs = secret.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| run.len() >= 8);
    let longest = runs.max_by_key(|run| run.len()).unwrap_or(secret);
    !out.contains(secret) && !out.contains(longest)
}

/// The ids of the corpus's cases of a class (`secret`, `personal`) that are left, and how many cases there are.
pub fn missed(class: &str) -> (Vec<String>, usize) {
    let redactor = Redactor::default();
    let cases: Vec<_> =
        corpora::objects("redaction.jsonl").into_iter().filter(|case| case["class"] == class).collect();
    let is_left = |case: &&serde_json::Value| {
        let line = case["line"].as_str().unwrap().replace('\n', "\\n");
        !is_gone(case["secret"].as_str().unwrap(), redactor.redact_line(&line).as_str())
    };
    (cases.iter().filter(is_left).map(|case| case["id"].to_string()).collect(), cases.len())
}

/// The lines of recorded incidents that redaction alters, other than by the tokens that are in them; and all.
pub fn altered(step: usize) -> (Vec<String>, usize) {
    let redactor = Redactor::default();
    let lines = corpora::incident("n8b-route-exception", "window.tsv")
        + &corpora::incident("h52-login", "window.tsv");
    let clean: Vec<String> = lines
        .lines()
        .step_by(step)
        .map(|line| Line::read(line).text.replace(['\n', '\t', '\r'], " "))
        .collect();
    let is_altered = |line: &&String| {
        let out = redactor.redact_line(line);
        out.as_str() != line.as_str() && !out.as_str().contains("<jwt:")
    };
    (clean.iter().filter(is_altered).cloned().collect(), clean.len())
}

/// A line as it may leave.
pub fn redacted(line: &str) -> String {
    Redactor::default().redact_line(line).to_string()
}

/// The lines of all systems: none of them holds a secret.
pub fn written() -> Vec<String> {
    let systems = super::systems::systems();
    systems.iter().flat_map(|system| system.lines()).map(|line| line.raw.replace('\t', " ")).collect()
}
