//! Measures the evidence stage on recorded incidents and hostile lines, and fails when a figure drops.

#![allow(clippy::unwrap_used, reason = "a test may fail by panic")]

use std::path::Path;
use std::process::Command;

use firstlook_core::evidence::{Comparison, Line, Redactor, TOKEN, compare, pack};

const CASES: [&str; 5] =
    ["h52-login", "n2b-basic-return", "n5b-verifycode-return", "n8b-route-exception", "n9b-price-exception"];

fn corpora() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpora")
}

/// A file of the archive, read with the system's `tar`.
fn file(case: &str, name: &str) -> String {
    let archive = corpora().join("incidents.tar.gz");
    let member = format!("incidents/{case}/{name}");
    let output = Command::new("tar").arg("-xzOf").arg(archive).arg(&member).output().unwrap();
    assert!(output.status.success(), "{member}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn compared(case: &str) -> Comparison {
    let (window, baseline) = (file(case, "window.tsv"), file(case, "baseline.tsv"));
    compare(window.lines().map(Line::read), baseline.lines().map(Line::read), None)
}

/// For each group of the answer, whether the text has it.
fn found(case: &str, text: &str) -> Vec<bool> {
    let answer: serde_json::Value = serde_json::from_str(&file(case, "answer.json")).unwrap();
    let groups = answer["need"].as_array().unwrap();
    let any = |group: &serde_json::Value| {
        group["any"]
            .as_array()
            .unwrap()
            .iter()
            .any(|regex| regex::Regex::new(regex.as_str().unwrap()).unwrap().is_match(text))
    };
    groups.iter().map(any).collect()
}

#[test]
fn the_root_cause_is_in_the_pack_at_every_budget() {
    let redactor = Redactor::default();
    for case in CASES {
        let comparison = compared(case);
        for tokens in [250, 500, 1000, 4000] {
            let pack = pack(&[], &comparison, tokens, &redactor);
            assert!(pack.text.as_str().chars().count() <= tokens * TOKEN, "{case} at {tokens}");
            assert!(
                found(case, pack.text.as_str()).into_iter().all(|hit| hit),
                "{case} at {tokens}:\n{}",
                pack.text
            );
        }
    }
}

#[test]
fn secrets_and_personal_data_are_removed() {
    let redactor = Redactor::default();
    let cases = std::fs::read_to_string(corpora().join("redaction.jsonl")).unwrap();
    let runs = regex::Regex::new("[A-Za-z0-9]{8,}").unwrap();
    let mut missed = Vec::new();
    for case in cases.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        let (line, secret) = (case["line"].as_str().unwrap(), case["secret"].as_str().unwrap());
        let longest =
            runs.find_iter(secret).map(|run| run.as_str()).max_by_key(|run| run.len()).unwrap_or(secret);
        let out = redactor.redact_line(line);
        if out.as_str().contains(secret) || out.as_str().contains(longest) {
            missed.push(case["id"].to_string());
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn ordinary_lines_are_left_alone() {
    let redactor = Redactor::default();
    let lines = file("n8b-route-exception", "window.tsv") + &file("h52-login", "window.tsv");
    let (mut all, mut altered) = (0, 0);
    for line in lines.lines().step_by(4).map(|line| Line::read(line).text.replace(['\n', '\t', '\r'], " ")) {
        all += 1;
        let out = redactor.redact_line(&line);
        altered += usize::from(out.as_str() != line && !out.as_str().contains("<jwt:"));
    }
    assert!(all > 5_000 && altered * 1_000 <= all, "{altered} of {all}");
}

#[test]
fn a_hostile_line_stays_one_line_of_plain_characters() {
    let redactor = Redactor::default();
    let cases = std::fs::read_to_string(corpora().join("injection.jsonl")).unwrap();
    for case in cases.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
        let text = case["line"].as_str().unwrap();
        let window =
            (0..3).map(|n| Line::new(chrono::DateTime::from_timestamp(1_763_629_800 + n, 0), "web", text));
        let comparison = compare(window, std::iter::empty(), None);
        let pack = pack(&[], &comparison, 1000, &redactor).text.to_string();
        let lines: Vec<&str> = pack.lines().collect();
        assert!(
            lines.len() >= 3 && lines.iter().skip(2).all(|line| line.starts_with('L')),
            "{}:\n{pack}",
            case["id"]
        );
        assert!(!pack.contains(['\u{200b}', '\r', '\u{1b}', '\u{202e}']), "{}", case["id"]);
    }
}
