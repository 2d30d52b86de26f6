//! Why a sentence is not verified, in words for people: English and Japanese.
//!
//! Knows the verdicts' reasons. Must not know how one is reached.

use crate::language::{Language, Word, word};

// Of one number, time or name, behind it.
pub const ROUNDED: Word =
    word("it is rounded so far that it says something else", "丸めすぎて別の意味になっています");
pub const OF_ANOTHER: Word =
    word("the cited items say this number of something else", "引用した根拠では、別のものの数値です");
pub const OTHER_FIGURE: Word = word(
    "the cited items have it as another figure: what is normal, a limit, or what is now",
    "引用した根拠では、平常時、しきい値、現在のうち別の数値です",
);
pub const OTHER_TIME: Word =
    word("the cited items say that it was so at another time", "引用した根拠では、別の時刻のことです");
pub const OTHER_WAY: Word =
    word("the cited items say that it went the other way", "引用した根拠では、増減の向きが逆です");
pub const OF_NOW: Word =
    word("it compares with this number, which is what is now", "現在の数値を比較の基準にしています");
pub const TIME_OF_ANOTHER: Word =
    word("the cited items say this time of something else", "引用した根拠では、別のことの時刻です");
pub const HOUR_OFF: Word =
    word("its zone is an hour off on that day", "その日のタイムゾーンから1時間ずれています");
pub const OTHER_ZONE: Word =
    word("the cited items say this time in another zone", "引用した根拠では、別のタイムゾーンの時刻です");
pub const APART: Word =
    word("the cited items have key and value apart", "引用した根拠では、キーと値が組になっていません");
pub const AMBIGUOUS: Word = word(
    "the cited items name more than one that is called so",
    "引用した根拠に、同じ名前のものが複数あります",
);
pub const NOT_THERE: Word = word("it does not stand in the cited items", "引用した根拠にありません");
pub const TURNED: Word =
    word("the cited items say before it that it is not so", "引用した根拠では、直前で否定されています");
pub const FOREIGN: Word = word("the cited items are in another language", "引用した根拠と言語が異なります");

// Of a whole sentence.
pub const DENIES: Word =
    word("It says that something is not so, which cannot be looked for.", "否定の文で、照合できません。");
pub const ENDS: Word = word(
    "It says that something is over or well, which the cited items do not say.",
    "終了や正常を述べていますが、引用した根拠にありません。",
);
pub const GUESSES: Word =
    word("It says what may be, which cannot be looked for.", "推測の文で、照合できません。");
pub const REASONS: Word =
    word("It says why, which cannot be looked for.", "理由を述べた文で、照合できません。");
pub const COMPARES: Word = word("It compares, which cannot be looked for.", "比較の文で、照合できません。");
pub const TOO_MUCH: Word = word("It holds more than can be looked for.", "内容が多く、照合しきれません。");
pub const OF_ANOTHER_RESOURCE: Word = word(
    "It speaks of a resource of which the cited items do not speak.",
    "引用した根拠にないリソースについて述べています。",
);
pub const NOT_BY_WHOM: Word =
    word("The cited items do not name who did it.", "誰が行ったかは、引用した根拠にありません。");
pub const UNTOLD_DEED: Word = word(
    "It tells of a deed of which the cited items do not speak.",
    "引用した根拠にない操作について述べています。",
);
pub const DEED_OF_ANOTHER: Word = word(
    "The cited items tell that deed where they do not name who is said to have done it.",
    "引用した根拠では、その操作の箇所に、行ったとされる名前がありません。",
);
pub const PART_IS_LARGER: Word =
    word("A part is larger than its whole.", "部分が全体より大きくなっています。");
pub const DENIED_THERE: Word =
    word("It says what the cited items say is not so.", "引用した根拠が否定していることを述べています。");
pub const NOTHING_TO_FIND: Word =
    word("It has no number, time or quotation to look for.", "照合できる数値、時刻、引用がありません。");
pub const NAMES_ALONE: Word = word(
    "It has names alone, and what it says of them is not in one item's words.",
    "照合できるのは名前だけで、述べた内容は1つの根拠の文にそろっていません。",
);
pub const CITES_NOTHING: Word = word("It cites nothing.", "引用がありません。");
pub const BOTH_WAYS: Word = word(
    "The model was sure, and named the same item for it and against it.",
    "モデルは確実としましたが、同じ根拠を賛否の両方に挙げています。",
);

/// One thing, and why it is doubted.
pub fn doubt(language: Language, told: &str, why: Word) -> String {
    let why = why.of(language);
    language.pick(format!("{told}: {why}."), format!("{told}：{why}。"))
}

/// Who or what a sentence is about, and no cited item speaks of.
pub fn not_named(language: Language, word: &str) -> String {
    language.pick(
        format!("It is about something that the cited items do not name: {word}."),
        format!("引用した根拠にないものについて述べています：{word}。"),
    )
}

/// What is in none of the cited items.
pub fn absent(language: Language, ids: &[String], absent: &[String]) -> String {
    let apart = language.pick(", ", "、");
    let (ids, absent) = (ids.join(apart), absent.join(apart));
    language.pick(format!("Not found in {ids}: {absent}."), format!("{ids}にありません：{absent}。"))
}

/// What stands in another item.
pub fn elsewhere(language: Language, told: &str, id: &str) -> String {
    language.pick(
        format!("{told} (it stands in {id}, which is not cited)"),
        format!("{told}（引用していない{id}にあります）"),
    )
}

pub fn no_items(language: Language, ids: &[&str]) -> String {
    let ids = ids.join(language.pick(", ", "、"));
    language.pick(format!("There is no item {ids}."), format!("{ids}という根拠はありません。"))
}

/// Why a cause is less sure than the model was.
pub fn less_sure(language: Language, why: &str) -> String {
    language.pick(
        format!("The model was sure, which could not be checked: {why}"),
        format!("モデルは確実としましたが、照合できませんでした。{why}"),
    )
}

/// So many of what was left out; `None` of none.
pub fn left(language: Language, number: usize, [one, more]: [&str; 2], ja: &str) -> Option<String> {
    let en = match number {
        0 => return None,
        1 => format!("1 {one}"),
        n => format!("{n} {more}"),
    };
    Some(language.pick(en, format!("{ja}{number}件")))
}

/// All that was left out; `None` of nothing.
pub fn left_out<const N: usize>(language: Language, parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let parts = parts.join(language.pick("; ", "、"));
    (!parts.is_empty()).then(|| language.pick(format!("Left out: {parts}."), format!("省略：{parts}。")))
}
