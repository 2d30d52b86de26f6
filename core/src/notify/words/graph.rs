//! Words of a graph of causes, in each language.
//!
//! Knows nodes and edges by their names. Must not know where they stand.

use super::super::figures::count;
use super::sentence;
use crate::language::{Language, Word, word};

pub const ALARM: Word = word("Alarm", "アラーム");
pub const IMPACT: Word = word("Impact", "影響");
pub const HIGH: Word = word("High", "高");
pub const MEDIUM: Word = word("Medium", "中");
pub const LOW: Word = word("Low", "低");
pub const NOT_VERIFIED: Word = word("not verified", "裏付けなし");
pub const COMMA: Word = word(", ", "、");
/// What the two kinds of lines mean.
pub const SOLID: Word = word("leads to, as the report has it", "報告による因果");
pub const DASHED: Word = word("speaks against the cause", "原因に反する");

/// `Cause 1`.
pub fn cause(language: Language, place: usize) -> String {
    language.pick(format!("Cause {place}"), format!("原因{place}"))
}

/// `against: M3`.
pub fn against(language: Language, cited: &str) -> String {
    language.pick(format!("against: {cited}"), format!("反する根拠：{cited}"))
}

/// `Cause 1, High: the pool is full.`
pub fn node(language: Language, head: &str, text: &str) -> String {
    if text.is_empty() {
        return sentence(language, head);
    }
    let text = sentence(language, text);
    language.pick(format!("{head}: {text}"), format!("{head}：{text}"))
}

/// `Cause 1, High → Alarm (L4).`
pub fn leads(language: Language, from: &str, to: &str, cited: &str) -> String {
    if cited.is_empty() {
        return language.pick(format!("{from} → {to}."), format!("{from} → {to}。"));
    }
    language.pick(format!("{from} → {to} ({cited})."), format!("{from} → {to}（{cited}）。"))
}

/// `M3 ⇢ Cause 3, Low, against the cause (M3).`
pub fn speaks_against(language: Language, from: &str, to: &str, cited: &str) -> String {
    language.pick(
        format!("{from} ⇢ {to}, against the cause ({cited})."),
        format!("{from} ⇢ {to}、原因に反する（{cited}）。"),
    )
}

/// The title of a picture.
pub fn title(language: Language, number: i64) -> String {
    language.pick(format!("Causes of #{number}"), format!("#{number}の原因"))
}

/// What a report has beside the graph.
pub fn left_out(language: Language, n: usize) -> Option<String> {
    let said = || {
        let en = format!("{} not drawn.", count(n, "more node is", "more nodes are"));
        language.pick(en, format!("ほか{n}件は図にありません。"))
    };
    (n > 0).then(said)
}
