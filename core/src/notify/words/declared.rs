//! Words about an incident that somebody declared: its channel, who leads, what was not done. English and Japanese on one line each.
//!
//! Knows the words. Must not know Slack's blocks.

use super::super::figures;
use crate::language::{Language, Word, word};

pub const DECLARE: Word = word("Declare", "宣言");
/// What opens the form.
pub const DECLARE_OPENS: Word = word("Declare incident…", "インシデントを宣言…");
pub const DECLARED: Word = word("Declared", "宣言済み");
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

pub const DECLARE_INCIDENT: Word = word("Declare incident", "インシデントを宣言");
pub const CHANNEL: Word = word("Channel", "チャンネル");
pub const WHO_LEADS: Word = word("Lead", "リード");
pub const BRING_IN: Word = word("Bring in", "招待する人");
pub const BRING_IN_GROUPS: Word = word("Bring in groups", "招待するグループ");
pub const WHO_SEES: Word = word("Who may see it", "公開範囲");
pub const EVERYONE: Word = word("Everyone in the workspace", "ワークスペースの全員");
pub const INVITED_ONLY: Word = word("Invited people only", "招待された人のみ");
pub const NO_CHANNEL_NAME: Word = word(
    "Write at most 80 small letters, digits, - and _, with a letter or digit among them.",
    "半角の英小文字・数字・ハイフン・アンダースコアで、80文字以内（英数字を1つ以上含む）にしてください。",
);
pub const CHOOSE_LEAD: Word = word("Choose who leads.", "リードを選んでください。");
pub const NOT_PEOPLE: Word =
    word("Choose people of this workspace.", "このワークスペースの人を選んでください。");
pub const NOT_GROUPS: Word =
    word("Choose groups that are offered.", "表示されたグループから選んでください。");
pub const TOO_MANY: Word = word("Choose at most 50.", "選べるのは50までです。");
pub const CHOOSE_WHO_SEES: Word = word("Choose who may see it.", "公開範囲を選んでください。");
pub const DECLARED_MEANWHILE: Word = word(
    "Somebody declared it meanwhile; its message says where its channel is.",
    "すでに宣言されています。チャンネルはメッセージに表示されています。",
);
pub const NO_INCIDENT_NAMED: Word = word(
    "This form is about no incident; open it again.",
    "対象のインシデントがわかりません。フォームを開き直してください。",
);

/// Who is brought in whatever is chosen: so many people and groups.
pub fn besides(language: Language, (people, groups): (usize, usize)) -> String {
    let count = |n: usize, one: &str, many: &str| (n > 0).then(|| figures::count(n, one, many));
    let en: Vec<String> =
        [count(people, "person", "people"), count(groups, "group", "groups")].into_iter().flatten().collect();
    let ja = [(people, "人"), (groups, "グループ")].into_iter().filter(|(n, _)| *n > 0);
    let ja: Vec<String> = ja.map(|(n, unit)| format!("{n}{unit}")).collect();
    if en.is_empty() {
        return language.pick("Nobody besides the lead".to_owned(), "リード以外なし".to_owned());
    }
    language.pick(
        format!("Besides {} of the configuration", en.join(" and ")),
        format!("設定で指定済み：{}", ja.join("・")),
    )
}

/// Why no groups can be chosen.
pub fn no_groups(language: Language, reason: &str) -> String {
    language
        .pick(format!("Groups cannot be chosen here: {reason}"), format!("グループは選べません：{reason}"))
}

/// The form was not opened, and what does the same.
pub fn no_declare_form(language: Language, number: i64, why: &str) -> String {
    language.pick(
        format!("Not done: {why}. /firstlook declare {number} declares it without a form."),
        format!("実行していません：{why}。/firstlook declare {number} ならフォームなしで宣言できます。"),
    )
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
