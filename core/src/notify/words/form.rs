//! Words of the form that asks for a look at a time. English and Japanese on one line each.
//!
//! Knows the questions. Must not know Slack's blocks.

use super::super::figures::{count, duration};
use crate::language::{Language, Word, word};
use chrono::TimeDelta;

pub const TITLE: Word = word("Analyse", "調査");
pub const START: Word = word("Start", "開始");
pub const FROM: Word = word("From", "開始時刻");
pub const TO: Word = word("To", "終了時刻");
pub const OWN_ZONE: Word =
    word("Times are in your own time zone.", "時刻はあなたのタイムゾーンで表示されます。");
pub const SEEN: Word = word("What was seen?", "何が起きましたか");
pub const FOR_EXAMPLE: Word = word(
    "For example: captures fail for some customers since lunch",
    "例：昼から一部の顧客で売上確定に失敗する",
);
pub const SERVICE: Word = word("Which services?", "対象サービス");
pub const NOT_SAID: Word = word("None in particular", "特定しない");
pub const WHERE: Word = word("Where does the answer go?", "結果の投稿先");
pub const NOT_A_TIME: Word = word("This is no time.", "日時を読み取れません。");
pub const END_FIRST: Word =
    word("The end must be after the start.", "終了時刻は開始時刻より後にしてください。");
pub const FUTURE: Word = word("The start lies in the future.", "開始時刻が未来になっています。");
pub const TOO_OLD: Word = word("The start is more than a year ago.", "開始時刻が1年以上前になっています。");
pub const SAY_WHAT: Word = word("Say what was seen.", "起きたことを入力してください。");
pub const NO_CHANNEL: Word = word("Choose a channel.", "チャンネルを選んでください。");
pub const ASK: Word = word("Ask about metrics", "メトリクスへの質問");
pub const QUESTION: Word = word("What do you want to know?", "知りたいこと");
pub const QUESTION_FOR_EXAMPLE: Word = word(
    "For example: is the mail queue longer than last week, and since when?",
    "例：メールキューは先週より長いか。いつからか",
);
pub const DAYS: Word = word("Over how many days, until now?", "今からさかのぼる日数");
pub const ASK_WHAT: Word = word("Ask a question.", "質問を入力してください。");
pub const ASKED: Word = word(
    "firstlook reads the metrics. The answer comes here.",
    "メトリクスを調べます。結果はここに返します。",
);
pub const NO_METRICS: Word = word(
    "no metrics are configured: evidence.sources needs one of type prometheus or cloudwatch_metrics",
    "メトリクスが設定されていません。evidence.sourcesにprometheusまたはcloudwatch_metricsを設定してください",
);
pub const FINDINGS: Word = word("Open findings", "未対応の検出結果");
pub const IN_PARTICULAR: Word = word("What matters in particular?", "特に知りたいこと");
pub const IN_PARTICULAR_FOR_EXAMPLE: Word = word(
    "For example: does anything concern the payment account?",
    "例：決済用のアカウントに関わるものはあるか",
);
pub const FINDINGS_ASKED: Word = word(
    "firstlook reads the findings. The answer comes here.",
    "検出結果を調べます。結果はここに返します。",
);
pub const NO_FINDINGS: Word = word(
    "no findings are configured: evidence.sources needs one of type security_hub or guardduty",
    "検出結果の情報源がありません。evidence.sourcesにsecurity_hubまたはguarddutyを設定してください",
);
pub const NO_MODEL: Word = word(
    "no model is configured: set summary.provider to have incidents analysed",
    "モデルが設定されていません。summary.providerを設定してください",
);
pub const NO_BOT: Word = word(
    "no bot is configured: forms need a Slack receiver with a bot token",
    "ボットが設定されていません。Slackの受信者にボットトークンを設定してください",
);
pub const OFFER: Word = word(
    "firstlook can look into this alarm: logs, metrics and changes of that time.",
    "このアラームを調査できます。その時刻のログ・メトリクス・変更を確認します。",
);
pub const NOT_AGAIN: Word = word("Not here again", "今後は表示しない");
pub const OFFER_AGAIN: Word = word("Offer it again", "再び表示する");
pub const OFFERED_NO_MORE: Word = word(
    "No analysis is offered in this channel any more. The ⋯ menu of a message still has it.",
    "今後このチャンネルでは提案しません。メッセージの⋯メニューからはいつでも調査できます。",
);
pub const OFFERED_AGAIN: Word =
    word("An analysis is offered in this channel again.", "このチャンネルで再び提案します。");
pub const TAKEN: Word =
    word("firstlook looks into it. The answer comes here.", "調査します。結果はここに返します。");
pub const NO_WAY: Word = word(
    "firstlook cannot post in that channel. Invite it there with /invite @firstlook, then press Start again.",
    "firstlookはそのチャンネルに投稿できません。/invite @firstlook で招待し、もう一度開始を押してください。",
);
pub const NOT_KEPT: Word = word(
    "firstlook cannot reach its database; nothing was started. Press again in a minute.",
    "firstlookがデータベースに接続できないため、何も始めていません。1分後にもう一度押してください。",
);

/// `7 days`.
pub fn days(language: Language, days: u32) -> String {
    language.pick(count(days as usize, "day", "days"), format!("{days}日間"))
}

/// What is asked for where nothing matters in particular.
pub fn all_findings(language: Language, days: u32) -> String {
    let span = self::days(language, days);
    language.pick(
        format!("Open security findings, and what is new in {span}"),
        format!("未対応のセキュリティ検出結果と、直近{span}の新規分"),
    )
}

/// How many days there can be.
pub fn not_so_many(language: Language, most: u32) -> String {
    language.pick(format!("Choose 1 to {most} days."), format!("1日から{most}日の間で選んでください。"))
}

/// The longest time that is looked at, in words.
pub fn too_long(language: Language, most: TimeDelta) -> String {
    let most = duration(language, most);
    language.pick(
        format!("At most {most} can be looked at; choose the part that matters."),
        format!("一度に調査できるのは{most}までです。範囲を絞ってください。"),
    )
}

/// Where an answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the channel where the form was opened.
    Here,
    /// In the one that is chosen.
    There,
    /// Under the message that it is about.
    Under,
}

/// What an analysis does, and where its answer comes.
pub fn foot(language: Language, steps: u32, place: Place) -> String {
    let (en, ja) = match place {
        Place::Here => ("as a thread in this channel", "このチャンネルのスレッド"),
        Place::There => ("as a thread in that channel", "そのチャンネルのスレッド"),
        Place::Under => ("in the thread of the alarm", "アラームのスレッド"),
    };
    let bound = match steps {
        0 => String::new(),
        steps => language.pick(format!(", at most {steps} steps"), format!("、最大{steps}ステップ")),
    };
    language.pick(
        format!("Reads only{bound}. The answer comes {en}."),
        format!("読み取りのみ{bound}。結果は{ja}に返します。"),
    )
}
