//! Words of an analysis in a thread, in each language: how far it is, how it ended, what it took.
//!
//! Knows states and figures. Must not know places.

use chrono::TimeDelta;

use super::super::figures::{count, grouped};
use super::{SUMMARY_FOOT, UNKNOWN_MODEL, duration, sentence};
use crate::language::{Language, Word, word};
use crate::summary::analysis::State;

pub const DONE: &str = "✓ ";
pub const WITHOUT: &str = "– ";
pub const CAUSES: Word = word("Root causes", "根本原因");
pub const GAPS: Word = word("What is not known", "不明な点");
pub const WHOLE: Word = word("The whole report", "報告の全文");
pub const WAITS: Word = word("◷ Analysis, about to begin", "◷ 調査、まもなく開始");

/// `◷ Analysis, step 4 of at most 8`.
pub fn step(language: Language, step: u32, most: u32) -> String {
    let step = step.max(1);
    language.pick(
        format!("◷ Analysis, step {step} of at most {most}"),
        format!("◷ 調査中、ステップ{step}（最大{most}）"),
    )
}

/// ` · asked for by Aya Tanaka`, behind the bold beginning.
pub fn asked_by(language: Language, by: &str) -> String {
    language.pick(format!(" · asked for by {by}"), format!(" · 依頼：{by}"))
}

/// `3 earlier ones on the page`.
pub fn earlier(language: Language, n: usize) -> String {
    let en = format!("{} on the page", count(n, "earlier one", "earlier ones"));
    language.pick(en, format!("以前の{n}件はページへ"))
}

/// `✓ Analysis ready, 6 steps, 2 min`.
pub fn ready(language: Language, steps: u32, took: TimeDelta) -> String {
    let took = duration(language, took);
    language.pick(
        format!("✓ Analysis ready, {}, {took}", count(steps as usize, "step", "steps")),
        format!("✓ 調査完了、{steps}ステップ、{took}"),
    )
}

/// How it ended where there is no report.
pub fn without(language: Language, state: State) -> &'static str {
    let word = match state {
        State::Shared => word("○ One analysis for many", "○ まとめて1件として調査"),
        State::OverBudget => {
            word("○ Not analysed: the budget is used up", "○ 調査なし：予算を使い切りました")
        }
        State::NothingVerified => word(
            "○ Analysis without a report: nothing could be verified",
            "○ 報告なし：裏付けのある内容がありません",
        ),
        State::Waiting | State::Running | State::Ready | State::Failed => {
            word("○ Analysis without a report", "○ 報告なしで終了")
        }
    };
    word.of(language)
}

/// `Analysis of #482: step 4 of at most 8.`
pub fn line_running(language: Language, number: i64, step: u32, most: u32) -> String {
    let step = step.max(1);
    language.pick(
        format!("Analysis of #{number}: step {step} of at most {most}."),
        format!("#{number}の調査：ステップ{step}（最大{most}）。"),
    )
}

/// `Analysis of #482: only kito is slow.`, of what was found first.
pub fn line_ready(language: Language, number: i64, found: Option<&str>) -> String {
    match found {
        Some(found) => {
            language.pick(format!("Analysis of #{number}: {found}"), format!("#{number}の調査：{found}"))
        }
        None => language.pick(format!("Analysis of #{number} is ready."), format!("#{number}の調査が完了。")),
    }
}

/// `Analysis of #482 without a report: The model gave no usable answer.`
pub fn line_without(language: Language, number: i64, reason: Option<&str>) -> String {
    match reason.map(|reason| sentence(language, reason)) {
        Some(reason) => language.pick(
            format!("Analysis of #{number} without a report: {reason}"),
            format!("#{number}の調査、報告なし：{reason}"),
        ),
        None => language
            .pick(format!("Analysis of #{number} without a report."), format!("#{number}の調査、報告なし。")),
    }
}

/// What is used so far: `Reads only. 21,300 tokens, $0.0123 so far.`
pub fn used(language: Language, tokens: u64, cost: Option<f64>) -> String {
    let taken = taken(language, tokens, cost);
    language.pick(format!("Reads only. {taken} so far."), format!("読み取り専用。ここまで{taken}。"))
}

/// What the marks mean, who wrote it, and what that took.
pub fn made(language: Language, model: Option<&str>, tokens: u64, cost: Option<f64>) -> String {
    let (foot, model) = (SUMMARY_FOOT.of(language), model.unwrap_or(UNKNOWN_MODEL.of(language)));
    let taken = taken(language, tokens, cost);
    language.pick(format!("{foot}{model}, {taken}."), format!("{foot}{model}、{taken}。"))
}

/// What an end without a report took.
pub fn spent(language: Language, tokens: u64, cost: Option<f64>) -> String {
    let taken = taken(language, tokens, cost);
    language.pick(
        format!("{taken} used. What was found stands on the page."),
        format!("{taken}を使用。見つかった内容はページにあります。"),
    )
}

/// The title of the report as a file.
pub fn file(language: Language, number: i64) -> String {
    language.pick(format!("Analysis of #{number}"), format!("#{number}の調査"))
}

fn taken(language: Language, tokens: u64, cost: Option<f64>) -> String {
    let tokens = grouped(&tokens.to_string());
    let cost = cost.map(|usd| format!("${usd:.4}"));
    let behind = |comma: &str| cost.as_ref().map(|cost| format!("{comma}{cost}")).unwrap_or_default();
    language.pick(format!("{tokens} tokens{}", behind(", ")), format!("{tokens}トークン{}", behind("、")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::En;

    #[test]
    fn how_far_it_is_and_what_it_took_is_said() {
        assert_eq!(step(En, 0, 8), "◷ Analysis, step 1 of at most 8");
        assert_eq!(line_running(En, 482, 8, 8), "Analysis of #482: step 8 of at most 8.");
        assert_eq!(ready(En, 1, TimeDelta::seconds(112)), "✓ Analysis ready, 1 step, 1 min");
        assert_eq!(used(En, 21_300, Some(0.01234)), "Reads only. 21,300 tokens, $0.0123 so far.");
        assert_eq!(
            line_without(En, 1, Some("The budget is used up")),
            "Analysis of #1 without a report: The budget is used up."
        );
        assert_eq!(earlier(En, 1), "1 earlier one on the page");
    }
}
