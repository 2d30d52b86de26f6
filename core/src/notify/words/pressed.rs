//! Words of buttons and of what is said to the one who pressed. English and Japanese on one line each.
//!
//! Knows the deeds' words. Must not know Slack's blocks.

use super::super::figures::count;
use crate::language::{Language, Word, word};

pub const ACKNOWLEDGE: Word = word("Acknowledge", "対応を開始");
pub const RESOLVE: Word = word("Resolve", "解決");
pub const SILENCE: Word = word("Silence 1 h", "1時間通知停止");
pub const SILENCE_TITLE: Word = word("Silence for 1 h?", "1時間通知を止めますか");
pub const SILENCE_ASKS: Word = word(
    "Stops messages about these alerts for one hour. The incident stays open and firstlook keeps watching.",
    "このアラートの通知を1時間止めます。インシデントは閉じません。",
);
/// After until when, and of what: where it ends.
pub const SILENCE_ENDS: (Word, Word) = (
    word(", yours to end at any time on ", "。いつでも終了できます："),
    word("the page", "通知停止のページ"),
);
pub const ANALYZE: Word = word("Analyse", "調査");
pub const TAKE_OVER: Word = word("Take over", "引き継ぐ");
pub const LEAVE_IT: Word = word("Leave it", "そのままにする");
pub const CANCEL: Word = word("Cancel", "キャンセル");
pub const RIGHT: Word = word("Right", "合っていた");
pub const WRONG: Word = word("Wrong", "違っていた");
pub const WAS_IT_RIGHT: Word = word("Was the first cause right?", "1つ目の原因は合っていましたか");
pub const NOT_ITS_OWNER: Word = word("You are not its owner.", "あなたは担当者ではありません。");
pub const NOTHING_OPEN: Word = word("Nothing is open.", "未解決のインシデントはありません。");
pub const OPEN_NOW: Word = word("Open now", "未解決のインシデント");
pub const ALL_INCIDENTS: Word = word("All incidents", "インシデントの一覧");
pub const MORE_INCIDENTS: Word = word("More on the page", "続きはページへ");
pub const HELP: Word = word(
    "firstlook: open, show, ack, take, resolve, silence, analyse, declare, insight, findings, why, help",
    "firstlook：open、show、ack、take、resolve、silence、analyse、declare、insight、findings、why、help",
);
/// Forms of the command, and what each does. What is typed is the same in every language.
pub const COMMANDS: [(Word, Word); 12] = [
    (word("open", "open"), word("what is open now", "未解決のインシデントの一覧")),
    (
        word("show 482", "show 482"),
        word("its message, here, for you only", "そのメッセージを、ここに自分だけに表示"),
    ),
    (word("why 482", "why 482"), word("who is told of it, and why", "通知先とその理由")),
    (word("ack 482", "ack 482"), word("you have it", "自分が対応を開始")),
    (
        word("take 482", "take 482"),
        word("you have it from now on, whoever had it", "誰が担当でも、自分が引き継ぐ"),
    ),
    (word("resolve 482 how it ended", "resolve 482 終わり方"), word("it is over", "解決にする")),
    (
        word("silence 482 2h why", "silence 482 2h 理由"),
        word(
            "nobody is told of its alerts for so long, 1h where you say nothing",
            "そのアラートの通知を停止（省略時は1h）",
        ),
    ),
    (
        word("analyse 482", "analyse 482"),
        word("a deeper look, as far as a model is configured", "詳しく調査する（モデルの設定が必要）"),
    ),
    (
        word("declare 482", "declare 482"),
        word("a channel for it, with the people whom it concerns", "専用チャンネルを開き、関係者を招待"),
    ),
    (
        word("analyse", "analyse"),
        word("a form: when, what was seen, which service", "フォームを開く：日時、起きたこと、サービス"),
    ),
    (
        word("insight", "insight"),
        word("a form: a question about metrics over days", "フォームを開く：数日間のメトリクスへの質問"),
    ),
    (
        word("findings", "findings"),
        word(
            "a form: what Security Hub and GuardDuty have open",
            "フォームを開く：Security HubとGuardDutyの未対応の検出結果",
        ),
    ),
];
pub const KEPT: Word = word("Kept.", "記録しました。");
pub const WHAT_WAS_IT: Word =
    word("Kept. What was it? The page takes the cause.", "記録しました。実際の原因はページで入力できます。");
pub const NOTHING_TO_JUDGE: Word = word(
    "This incident has no summary that names a cause.",
    "このインシデントには、原因を挙げたサマリーがありません。",
);

/// `aya in Slack`, as it is stored.
pub fn in_slack(name: &str) -> String {
    format!("{name} in Slack")
}

/// Who did something, from what is stored: where they did it is ours to say.
pub fn actor(language: Language, stored: &str) -> String {
    if language == Language::En {
        return stored.to_owned();
    }
    let place = [" in Slack", " in PagerDuty", " on the page"];
    let found = place.into_iter().find_map(|place| Some((stored.strip_suffix(place)?, place)));
    match (found, stored) {
        (None, "an API client") => "APIの利用者".to_owned(),
        (None, "somebody on the command line") => "コマンドラインの利用者".to_owned(),
        (Some(("Somebody" | "somebody", " on the page")), _) => "ページの利用者".to_owned(),
        (Some(("Somebody" | "somebody", place)), _) => {
            format!("{}の利用者", place.trim_start_matches(" in "))
        }
        (Some((name, " on the page")), _) => format!("{name}（ページ）"),
        (Some((name, place)), _) => format!("{name}（{}）", place.trim_start_matches(" in ")),
        (None, name) => match name.strip_suffix(" (an API client)") {
            Some(name) => format!("{name}（API）"),
            None => name.to_owned(),
        },
    }
}

/// `Silenced until 04:10: 3 alerts of #482`.
pub fn silenced_alerts(language: Language, until: &str, alerts: usize, number: i64) -> String {
    let en = count(alerts, "alert", "alerts");
    language.pick(
        format!("Silenced until {until}: {en} of #{number}"),
        format!("{until}まで通知停止：#{number}のアラート{alerts}件"),
    )
}

/// Something else fires in it as well.
pub fn silenced_some(language: Language, number: i64) -> String {
    language.pick(
        format!("The alerts that #{number} had are silenced; what else fires in it is told."),
        format!("#{number}にあったアラートの通知を停止しました。ほかに発報中のものは通知します。"),
    )
}

pub fn resolve_title(language: Language, number: i64) -> String {
    language.pick(format!("Resolve #{number}?"), format!("#{number}を解決にしますか"))
}

/// What a resolve means while alerts fire.
pub fn resolve_asks(language: Language, firing: usize) -> String {
    let alerts = count(firing, "alert still fires", "alerts still fire");
    language.pick(
        format!("{alerts}. It stays resolved until the sender says so again, then it rings again."),
        format!(
            "アラート{firing}件が発報中です。送信元から再び発報が届くまで解決のままで、届けば再び通知します。"
        ),
    )
}

pub fn judged(language: Language, actor: &str, right: bool) -> String {
    let (en, ja) = if right { ("right", "合っていた") } else { ("wrong", "違っていた") };
    language.pick(
        format!("{actor} said that the first cause was {en}."),
        format!("{actor}の評価：1つ目の原因は{ja}。"),
    )
}

pub fn taken_already(language: Language, owner: &str, number: i64) -> String {
    language.pick(format!("{owner} has #{number}. "), format!("#{number}は{owner}が対応中です。"))
}

pub fn yours_already(language: Language, number: i64) -> String {
    language.pick(format!("You have #{number} already."), format!("#{number}はすでにあなたが対応中です。"))
}

pub fn resolved_already(language: Language, number: i64) -> String {
    language.pick(format!("#{number} is resolved already."), format!("#{number}はすでに解決済みです。"))
}

pub fn analysed_already(language: Language, number: i64) -> String {
    language.pick(
        format!("#{number} is being analysed already; its page shows how far it is."),
        format!("#{number}はすでに調査中です。進み具合はページで確認できます。"),
    )
}

pub fn analysis_begins(language: Language, number: i64) -> String {
    language.pick(
        format!("#{number} is being analysed; its page shows how far it is."),
        format!("#{number}の調査を始めました。進み具合はページで確認できます。"),
    )
}

pub fn taken(language: Language, number: i64) -> String {
    language.pick(format!("You have #{number}."), format!("#{number}の対応を開始しました。"))
}

pub fn resolved(language: Language, number: i64) -> String {
    language.pick(format!("#{number} is resolved."), format!("#{number}を解決にしました。"))
}

/// There is no incident of this number.
pub fn no_incident(language: Language, number: i64) -> String {
    language
        .pick(format!("There is no incident #{number} here."), format!("インシデント#{number}はありません。"))
}

/// Nothing was done, and why.
pub fn not_done(language: Language, why: &str) -> String {
    language.pick(format!("Not done: {why}."), format!("実行していません：{why}。"))
}
