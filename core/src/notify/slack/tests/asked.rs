//! What a person asked, and an analysis alone answers: nothing is missed of it that was never looked for.

use super::*;
use crate::evidence::Kind;

#[test]
fn of_what_a_person_asked_no_log_is_missed_and_no_summary_follows() {
    let asked = |language: Language, reason: &str| {
        let mut view = samples::without_summary(State::LeftToAnalysis, Some(reason));
        (view.language, view.runbook, view.do_first) = (language, None, None);
        let evidence = view.evidence.as_mut().unwrap();
        evidence.items.retain(|item| item.kind == Kind::Change);
        (evidence.sources_read, evidence.queries) = (0, Vec::new());
        evidence.gaps.clear();
        update(&view)
    };
    says(
        &asked(Language::En, "The analysis answers."),
        &[
            "No logs are read for what was asked.",
            "Evidence 18:07:19 UTC: 1 item, 0 gaps. The analysis answers.",
        ],
        &["evidence.sources", "a summary follows", "No summary", "No runbook"],
    );
    says(
        &asked(Language::Ja, "調査が回答します。"),
        &["この依頼では、ログは読み取りません。", "1件、未取得0件。調査が回答します。"],
        &["evidence.sources", "サマリーをここへ"],
    );
}
