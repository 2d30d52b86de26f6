//! Words of the menu beside the buttons and of the forms that it opens. English and Japanese on one line each.
//!
//! Knows the words. Must not know Slack's blocks.

use crate::language::{Language, Word, word};

pub const RESOLVE_OPENS: Word = word("Resolve…", "解決…");
pub const SILENCE_LONGER: Word = word("Silence for longer…", "通知停止の時間を選ぶ…");
pub const WHY_PAGED: Word = word("Why was I paged?", "なぜ呼び出されたか");
pub const WHOLE_WAY: Word = word("The whole way through the routes", "経路の詳細");
pub const NOT_TOLD_YET: Word = word("not told yet", "未通知");
pub const SILENCE_FORM: Word = word("Silence", "通知停止");
pub const SILENCE_NOW: Word = word("Silence", "停止する");
pub const FOR_HOW_LONG: Word = word("For how long?", "停止する時間");
pub const OR_UNTIL: Word = word("Or until", "または終了時刻");
pub const UNTIL_WINS: Word = word(
    "In your own time zone. If you say a time here, it counts.",
    "あなたのタイムゾーンで表示されます。指定すると、こちらが優先されます。",
);
pub const WHY_SILENCED: Word = word("Why?", "理由");
pub const SILENCE_MEANS: Word = word(
    "Stops messages about the alerts that it has now. The incident stays open and firstlook keeps watching.",
    "現在のアラートの通知を止めます。インシデントは閉じません。",
);
pub const OVER_ALREADY: Word = word("This time is over.", "この時刻は過ぎています。");
pub const TOO_FAR: Word = word("At most 90 days from now.", "90日以内の時刻にしてください。");
pub const SAY_HOW_LONG: Word = word("Choose for how long.", "停止する時間を選んでください。");
pub const HOW_IT_ENDED: Word = word("How did it end?", "どのように終わりましたか");

/// Before the reasons, one for each receiver.
pub fn why_told(language: Language, number: i64, nobody: bool) -> String {
    match nobody {
        true => language
            .pick(format!("Nobody is told of #{number}."), format!("#{number}は誰にも通知していません。")),
        false => language
            .pick(format!("Who is told of #{number}, and why"), format!("#{number}の通知先とその理由")),
    }
}
