//! The whole of what a model is sent about recorded incidents, and about what people ask of days, as it was reviewed:
//! `core/tests/snapshots`.
//!
//! A prompt that says something else than its snapshot fails. To renew them, and then to read what has changed:
//! `FIRSTLOOK_SNAPSHOTS=write cargo test -p firstlook-core --test figures prompts`. Where `CI` is set nothing is written.

use std::collections::BTreeSet;
use std::path::PathBuf;

use firstlook_core::Language;
use firstlook_core::summary::analysis::talk::{Talk, Turn};
use firstlook_core::summary::answer::schema;
use firstlook_core::summary::prompt::Prompt;

use crate::asked::{findings, insight};
use crate::measure::incidents::{CASES, found};
use crate::measure::prompts::{analysis, last_lines, summary, tokens_with};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")
}

/// Whether snapshots are to be written: somebody asks for it, and it is somebody who can read them.
fn writes(asked: Option<&str>, ci: Option<&str>) -> bool {
    asked == Some("write") && ci.is_none_or(str::is_empty)
}

fn of_summary(prompt: &Prompt) -> String {
    let [turn] = prompt.turns() else { panic!("{:?}", prompt.turns()) };
    let form = serde_json::to_string_pretty(&schema()).unwrap();
    format!("=== system\n{}\n=== user\n{}\n=== schema\n{form}\n", prompt.system(), turn.text)
}

fn of_analysis(talk: &Talk) -> String {
    let [Turn::User { text }] = talk.turns.as_slice() else { panic!("{:?}", talk.turns) };
    let tools = serde_json::to_string_pretty(&talk.tools).unwrap();
    format!("=== system\n{}\n\n{}\n=== user\n{text}\n=== tools\n{tools}\n", talk.rules, talk.own)
}

/// Names of files and what stands in them.
fn all() -> Vec<(String, String)> {
    let language = |case: &str| if case == "n5b-verifycode-return" { Language::Ja } else { Language::En };
    let summaries =
        CASES.iter().map(|case| (format!("{case}.summary.txt"), of_summary(&summary(case, language(case)))));
    let analyses = ["h52-login", "n5b-verifycode-return"];
    let analyses = analyses
        .iter()
        .map(|case| (format!("{case}.analysis.txt"), of_analysis(&analysis(case, language(case)))));
    let asked = [("insight", insight()), ("findings", findings())];
    let asked = asked.iter().map(|(name, talk)| (format!("{name}.analysis.txt"), of_analysis(talk)));
    summaries.chain(analyses).chain(asked).collect()
}

#[test]
fn every_prompt_is_as_it_was_reviewed() {
    let variable = |name: &str| std::env::var(name).ok();
    let write = writes(variable("FIRSTLOOK_SNAPSHOTS").as_deref(), variable("CI").as_deref());
    let mut expected = BTreeSet::new();
    for (name, text) in all() {
        let path = folder().join(&name);
        if write {
            std::fs::write(&path, &text).unwrap();
        }
        let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
        let line = text.lines().zip(reviewed.lines()).position(|(new, old)| new != old);
        let line = line.unwrap_or_else(|| text.lines().count().min(reviewed.lines().count()));
        assert!(
            text == reviewed,
            "{name} differs from line {} on: {:?}. If that is meant, renew it with FIRSTLOOK_SNAPSHOTS=write and review it.",
            line + 1,
            text.lines().nth(line)
        );
        expected.insert(name);
    }
    let there = std::fs::read_dir(folder()).unwrap();
    let there: BTreeSet<String> =
        there.map(|one| one.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(there, expected, "each snapshot belongs to a prompt");
}

#[test]
fn a_machine_of_ci_writes_no_snapshot() {
    for (asked, ci, writing) in [
        (Some("write"), None, true),
        (Some("write"), Some(""), true),
        (Some("write"), Some("true"), false),
        (Some("1"), None, false),
        (None, None, false),
    ] {
        assert_eq!(writes(asked, ci), writing, "{asked:?} {ci:?}");
    }
}

#[test]
fn a_prompt_holds_the_root_cause_where_the_last_lines_do_not() {
    let mut without = 0;
    for case in CASES {
        let prompt = summary(case, Language::En);
        assert!(found(case, &prompt.turns()[0].text)[0], "{case}");
        assert!(prompt.tokens() < 8_000, "{case}: {}", prompt.tokens());
        let lines = last_lines(case);
        assert!(tokens_with(case, &lines) > tokens_with(case, ""), "{case}");
        without += usize::from(!found(case, &lines)[0]);
    }
    println!("root causes that are not in the last 100 lines: {without} of {}", CASES.len());
}
