//! Words of how the logs differ from normal, and of why nothing is said of that.
//!
//! Knows changes and their figures. Must not know layouts.

use super::super::figures::{count, grouped};
use super::number;
use crate::evidence::{Change, Frequency};
use crate::language::{Language, Word, word};

/// Over what is told of logs where no baseline was read: that anything changed is not known then.
pub const STANDS_OUT: Word =
    word("What stands out (no baseline to compare with)", "目立つログ（比較対象なし）");

/// Of what a person asked, where no logs are read whatever the sources.
pub const NO_LOGS_ASKED: Word =
    word("No logs are read for what was asked.", "この依頼では、ログは読み取りません。");

/// Why nothing is told of logs. `read`: how many sources brought the window's lines; `gaps`: how many things could not
/// be had; `patterns`: log patterns that were found; `compared`: whether there was a baseline.
pub fn nothing_told(read: usize, gaps: usize, patterns: usize, compared: bool) -> Word {
    match (read, gaps, patterns) {
        (0, 0, _) => word(
            "No logs were read: no source of evidence.sources applies to this incident.",
            "ログは読み取っていません。evidence.sourcesに、このインシデントに該当する取得元がありません。",
        ),
        (0, _, _) => word(
            "No logs were read: no source could be read; the reasons are told as gaps.",
            "ログは読み取れませんでした。理由は取得できなかった情報に示しています。",
        ),
        (_, _, 0) => word(
            "No log pattern was found in what could be read.",
            "読み取れた範囲に、ログパターンはありませんでした。",
        ),
        _ if compared => word(
            "Nothing differs from normal in what could be read.",
            "読み取れた範囲に、平常時との違いはありません。",
        ),
        _ => word(
            "Nothing stands out in what could be read; no baseline was there to compare with.",
            "読み取れた範囲に、目立つログはありません。平常時との比較はできませんでした。",
        ),
    }
}

/// How a pattern differs from normal: a sign and a word, then the figures.
pub fn change(language: Language, frequency: &Frequency) -> (String, String) {
    let now = usize::try_from(frequency.now).unwrap_or(usize::MAX);
    let lines = language.pick(count(now, "line", "lines"), format!("{}行", grouped(&now.to_string())));
    let figures = match frequency.normal.map(number) {
        Some(normal) => {
            language.pick(format!("{lines}, normally {normal}"), format!("{lines}（平常時{normal}行）"))
        }
        None => {
            language.pick(format!("{lines}, nothing to compare with"), format!("{lines}（比較対象なし）"))
        }
    };
    let before = frequency.normal.unwrap_or_default();
    let sign = match frequency.change {
        Change::New => word("+ New", "+ 新規"),
        Change::Rare => word("+ Rare", "+ まれ"),
        Change::Gone => word("− Gone", "− 消失"),
        Change::Surged => word("↑ Surged", "↑ 急増"),
        Change::Severe => word("! Severe", "! 深刻"),
        Change::Value if frequency.normal.is_none() => word("≠ Rare value", "≠ まれな値"),
        Change::Value => word("≠ New value", "≠ 新しい値"),
        Change::Number => word("≠ Numbers moved", "≠ 数値の変化"),
        Change::Common if frequency.normal.is_none() => word("= Frequent", "= 頻出"),
        Change::Common => word("= As usual", "= 平常"),
    };
    #[allow(clippy::cast_precision_loss, reason = "a factor for people, told with one decimal")]
    let factor = (frequency.change == Change::Surged && before > 0.0)
        .then(|| format!(" ×{}", number(frequency.now as f64 / before)));
    (format!("{}{}", sign.of(language), factor.unwrap_or_default()), figures)
}
