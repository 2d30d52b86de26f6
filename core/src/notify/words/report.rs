//! Words of an analysis's report as a file.
//!
//! Knows its sections. Must not know Markdown.

use super::super::figures::grouped;
use crate::alert::Severity;
use crate::language::{Language, Word, word};
use crate::summary::Confidence;
use crate::summary::analysis::Analysis;

pub const OVERVIEW: Word = word("Overview", "概要");
pub const ROOT_CAUSES: Word = word("Root causes", "根本原因");
pub const IMPACT: Word = word("Impact", "影響");
pub const TIMELINE: Word = word("Timeline", "タイムライン");
pub const ACTIONS: Word = word("Recommended actions", "推奨する対処");
pub const PREVENTION: Word = word("Prevention", "再発防止策");
pub const NOT_KNOWN: Word = word("Not known", "不明な点");
pub const EVIDENCE: Word = word("Evidence", "根拠");
pub const REPRODUCE: Word = word("To see the same", "再現手順");
pub const NOT_VERIFIED: Word = word("not verified", "裏付けなし");
pub const A_MODEL: Word = word("a model", "モデル");
pub const CHECKED: Word = word(
    "Each sentence was checked against the evidence that it cites: numbers, times, names and quotations, not reasoning. \
     Advice is the model's own.",
    "各文は、引用した根拠と数値、時刻、名前、引用を照合済みです。推論は照合していません。助言はモデルによるものです。",
);

pub fn title(language: Language, number: i64, title: &str) -> String {
    language.pick(format!("Analysis of #{number}: {title}"), format!("#{number}の調査：{title}"))
}

/// What it took.
pub fn took(language: Language, model: &str, analysis: &Analysis) -> String {
    let (step, most) = (analysis.step, analysis.max_steps);
    let cost = analysis.cost_usd.map(|usd| format!("${usd:.4}"));
    let cost = cost.map(|cost| language.pick(format!(", {cost}"), format!("、{cost}"))).unwrap_or_default();
    let [input, output] = [analysis.input_tokens, analysis.output_tokens];
    let seconds = analysis.duration_ms / 1_000;
    language.pick(
        format!(
            "By {model} in {step} of {most} steps, {input} tokens in and {output} out{cost}, {seconds} s. "
        ),
        format!(
            "作成：{model}、{most}ステップ中{step}ステップ、入力{}トークン、出力{}トークン{cost}、{seconds}秒。",
            grouped(&input.to_string()),
            grouped(&output.to_string())
        ),
    )
}

/// How sure a cause is, and how much of the trouble it explains.
pub fn cause(language: Language, sure: Confidence, severity: Severity) -> String {
    let sure = match sure {
        Confidence::Confirmed => word("High", "高"),
        Confidence::Likely => word("Medium", "中"),
        Confidence::Inconclusive => word("Low", "低"),
    };
    let sure = sure.of(language);
    language.pick(
        format!("{sure} confidence, {}:", severity.as_str()),
        format!("確かさ：{sure}、{}：", super::severity(language, severity)),
    )
}

pub fn against(language: Language, ids: &[String]) -> String {
    let ids = ids.join(language.pick(", ", "、"));
    language.pick(format!(" Against it: {ids}."), format!(" 反する根拠：{ids}。"))
}
