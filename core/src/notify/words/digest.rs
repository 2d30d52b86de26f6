//! The words of a digest, in each language: what waited until its receiver may be told.
//!
//! Knows counts and names. Must not know layouts.

use super::super::figures::count;
use crate::language::{Language, Word, word};

pub const OPEN: Word = word("Still open", "継続中");
pub const ENDED: Word = word("Began and ended meanwhile", "待機中に発生し、終了");
pub const SINCE: Word = word(", since ", "、発生 ");
pub const FOOT: Word = word(
    "These waited until this receiver may be told. What changes of them is told in the thread.",
    "この宛先に通知できる時間まで待機していました。以後の変化はスレッドに書きます。",
);

/// `Digest: 3 incidents open, 2 ended meanwhile`.
pub fn head(language: Language, open: usize, ended: usize) -> String {
    let open = (open > 0).then(|| match language {
        Language::En => format!("{} open", count(open, "incident", "incidents")),
        Language::Ja => format!("継続中{open}件"),
    });
    let ended = (ended > 0).then(|| match language {
        Language::En => format!("{ended} ended meanwhile"),
        Language::Ja => format!("終了{ended}件"),
    });
    let parts: Vec<String> = [open, ended].into_iter().flatten().collect();
    match language {
        Language::En => format!("Digest: {}", parts.join(", ")),
        Language::Ja => format!("まとめ：{}", parts.join("、")),
    }
}

/// `, taken by Aya Tanaka`.
pub fn taken(language: Language, owner: &str) -> String {
    match language {
        Language::En => format!(", taken by {owner}"),
        Language::Ja => format!("、担当 {owner}"),
    }
}

/// `and 37 more, on the page`.
pub fn more(language: Language, left: usize) -> String {
    match language {
        Language::En => format!("and {left} more, on the page"),
        Language::Ja => format!("ほか{left}件はページへ"),
    }
}

/// What became of one that a digest told of, in its thread: `is over after 5 min`, `was taken by Aya Tanaka`.
pub fn since_then(language: Language, what: &str) -> String {
    match language {
        Language::En => format!(": {what}"),
        Language::Ja => format!("：{what}"),
    }
}
