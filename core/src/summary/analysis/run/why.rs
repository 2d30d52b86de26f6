//! Why an analysis ended without a report, in words for people.
//!
//! Knows the ways. Must not know how a run comes there.

use serde::{Deserialize, Serialize};

use crate::language::Language;

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The provider kept the answer back.
    Filtered,
    /// The model takes no talk of this length, not even a shortened one.
    TooLong,
    /// There was none in time.
    OutOfTime {
        /// The limit.
        seconds: u64,
    },
    /// A question about metrics, and no source that has any.
    NoMetrics,
    /// Findings were asked for, and no source gave any.
    NoFindings,
    /// Findings were asked for, and none is open: no model has to be asked.
    NothingOpen,
    /// The model called tools although there were none any more.
    Insisted,
    /// There was one, twice, that is none.
    Unusable {
        /// What is wrong with it, in English.
        error: String,
    },
    /// In the words of whoever refused; these are not translated.
    Said(String),
}

impl Why {
    /// One sentence.
    pub fn told(&self, language: Language) -> String {
        match self {
            Self::Filtered => language.pick(
                "The provider's filter withheld the model's answer.".to_owned(),
                "プロバイダーのフィルターがモデルの回答を遮断しました。".to_owned(),
            ),
            Self::TooLong => language.pick(
                "The talk is too long for the model. Lower evidence.pack_tokens, or summary.analysis.max_steps.".to_owned(),
                "やり取りがモデルの上限を超えました。evidence.pack_tokensまたはsummary.analysis.max_stepsを小さくしてください。".to_owned(),
            ),
            Self::OutOfTime { seconds } => language.pick(
                format!("There was no report within {seconds} s. Raise summary.analysis.timeout."),
                format!("{seconds}秒以内に報告がありませんでした。summary.analysis.timeoutを延ばしてください。"),
            ),
            Self::NoMetrics => language.pick(
                "No source of metrics applies: evidence.sources needs one of type prometheus or cloudwatch_metrics whose matchers \
                 fit what was asked.".to_owned(),
                "該当するメトリクスの情報源がありません。evidence.sourcesに、依頼内容と合うmatchersを持つprometheusまたは\
                 cloudwatch_metricsを設定してください。".to_owned(),
            ),
            Self::NoFindings => language.pick(
                "No source of findings answered: what could not be collected says why.".to_owned(),
                "検出結果を取得できた情報源がありません。理由は「取得できなかった情報」に示しています。".to_owned(),
            ),
            Self::NothingOpen => language.pick(
                "No finding is open, so no model was asked.".to_owned(),
                "未対応の検出結果はないため、モデルには問い合わせていません。".to_owned(),
            ),
            Self::Insisted => language.pick(
                "The model would not stop calling tools.".to_owned(),
                "モデルがツールの呼び出しをやめませんでした。".to_owned(),
            ),
            Self::Unusable { error } => language.pick(
                format!("The model's report could not be used: {error}."),
                format!("モデルの報告は使えませんでした（原文：{error}）。"),
            ),
            Self::Said(why) => language.pick(
                why.clone(),
                format!("モデルから使える回答がありませんでした（原文：{why}）。"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_told_in_both_languages() {
        for (why, en, ja) in [
            (Why::Filtered, "withheld", "遮断"),
            (Why::TooLong, "too long", "上限"),
            (Why::OutOfTime { seconds: 90 }, "within 90 s", "90秒以内"),
            (Why::NoMetrics, "evidence.sources needs", "evidence.sourcesに"),
            (Why::NoFindings, "No source of findings", "取得できた情報源"),
            (Why::NothingOpen, "No finding is open", "未対応の検出結果はない"),
            (Why::Insisted, "stop calling", "ツールの呼び出し"),
            (Why::Unusable { error: "cut off".into() }, "used: cut off.", "（原文：cut off）"),
            (Why::Said("No.".into()), "No.", "（原文：No.）"),
        ] {
            let (told, there) = (why.told(Language::En), why.told(Language::Ja));
            assert!(told.contains(en) && told.ends_with('.'), "{told}");
            assert!(there.contains(ja) && there.ends_with('。'), "{there}");
            let kept = serde_json::to_string(&why).unwrap();
            assert_eq!(serde_json::from_str::<Why>(&kept).unwrap(), why, "{kept}");
        }
    }
}
