//! Words about an incident that somebody declared: its channel, who leads, what was not done. English and Japanese on one line each.
//!
//! Knows the words. Must not know Slack's blocks.

use crate::language::{Language, Word, word};

pub const DECLARE: Word = word("Declare", "宣言");
pub const DECLARED: Word = word("Declared", "宣言済み");
pub const DECLARE_ASKS: Word = word(
    "Opens a channel for it, brings in the people whom the configuration names, and pins its message there. You lead.",
    "専用チャンネルを開き、設定で指定された人を招待し、メッセージをピン留めします。リードはあなたです。",
);
/// Before the severity, on a lock screen.
pub const DECLARED_HEAD: Word = word("Declared: ", "宣言：");
pub const LEAD: Word = word("Lead: ", "リード：");
/// Around a time.
pub const DECLARED_AT: (Word, Word) = (word(" at ", "（"), word(". ", "）。"));
/// Around a channel.
pub const GOES_ON: (Word, Word) = (
    word("Work goes on in ", "対応は次のチャンネルで行います："),
    word("; this message stays up to date.", "。このメッセージも更新します。"),
);
pub const OPENING: Word = word("Its channel is being opened.", "専用チャンネルを開いています。");
pub const NO_CHANNEL: Word = word("It has no channel.", "専用チャンネルはありません。");
pub const ITS_OWN_MESSAGE: Word = word("The alarm’s own message", "元のアラームのメッセージ");
pub const UNDONE: Word = word("Not done: ", "実行できていません：");

pub fn declare_title(language: Language, number: i64) -> String {
    language.pick(format!("Declare #{number}?"), format!("#{number}を宣言しますか"))
}

pub fn declared_by(language: Language, actor: &str) -> String {
    language.pick(format!("Declared by {actor}"), format!("{actor}が宣言"))
}

/// To the one who asked.
pub fn declaring(language: Language, number: i64) -> String {
    language.pick(
        format!("#{number} is declared; its message says in a moment where its channel is."),
        format!("#{number}を宣言しました。チャンネルはまもなくメッセージに表示します。"),
    )
}

/// It was declared before; around the channel that it has.
pub fn declared_before(language: Language, number: i64, actor: &str) -> (String, &'static str) {
    (
        language.pick(
            format!("{actor} declared #{number} already: work goes on in "),
            format!("#{number}は{actor}がすでに宣言しています。チャンネル："),
        ),
        language.pick(".", "。"),
    )
}

/// It was declared before, and has no channel yet.
pub fn declared_opening(language: Language, number: i64, actor: &str) -> String {
    language.pick(
        format!("{actor} declared #{number} already; its channel is being opened."),
        format!("#{number}は{actor}がすでに宣言しています。チャンネルを開いています。"),
    )
}

/// What was not done then is tried again.
pub fn declaring_again(language: Language, number: i64) -> String {
    language.pick(
        format!("#{number} was declared already; what was not done then is tried again."),
        format!("#{number}はすでに宣言済みです。実行できていない手順を再試行します。"),
    )
}
