//! Words for values of fixed sets: severities, states, changes, what was told.
//!
//! Knows each set's members. Must not know HTML. A value that has no word here is shown by its name.

use firstlook_core::alert::{AlertStatus, Severity};
use firstlook_core::evidence::Change;
use firstlook_core::incident::Status;
use firstlook_core::summary::analysis::State as Analysis;
use firstlook_core::summary::{Confidence, State};
use firstlook_core::{Language, word};

use super::RELOADS;

pub(in crate::web::pages) fn severity(language: Language, severity: Severity) -> &'static str {
    let word = match severity {
        Severity::Critical => word("Critical", "重大"),
        Severity::Warning => word("Warning", "警告"),
        Severity::Info => word("Info", "情報"),
    };
    word.of(language)
}

pub(in crate::web::pages) fn status(language: Language, status: Status) -> &'static str {
    let word = match status {
        Status::Open => word("Open", "未対応"),
        Status::Acknowledged => word("Acknowledged", "対応中"),
        Status::Resolved => word("Resolved", "解決済み"),
    };
    word.of(language)
}

pub(in crate::web::pages) fn alert_status(language: Language, status: AlertStatus) -> &'static str {
    let word = match status {
        AlertStatus::Firing => word("firing", "発報中"),
        AlertStatus::Resolved => word("resolved", "終了"),
    };
    word.of(language)
}

pub(in crate::web::pages) fn confidence(language: Language, confidence: Confidence) -> &'static str {
    let word = match confidence {
        Confidence::Confirmed => word("High", "高"),
        Confidence::Likely => word("Medium", "中"),
        Confidence::Inconclusive => word("Low", "低"),
    };
    word.of(language)
}

/// How a pattern differs from normal; `compared`: whether there was a baseline.
pub(in crate::web::pages) fn change(language: Language, change: Change, compared: bool) -> &'static str {
    let word = match change {
        Change::New => word("New", "新規"),
        Change::Rare => word("Rare", "まれ"),
        Change::Value if !compared => word("Rare value", "まれな値"),
        Change::Common if !compared => word("Frequent", "頻出"),
        Change::Surged => word("Surged", "急増"),
        Change::Gone => word("Gone", "消失"),
        Change::Severe => word("Severe", "深刻"),
        Change::Value => word("New value", "新しい値"),
        Change::Number => word("Numbers moved", "数値の変化"),
        Change::Common => word("As usual", "平常"),
    };
    word.of(language)
}

/// Title and explanation of a summary that is not there.
pub(in crate::web::pages) fn no_summary(
    language: Language,
    state: State,
    collected: bool,
) -> (&'static str, &'static str) {
    let counted = word("What follows is counted, not judged.", "以下は集計であり、判断ではありません。");
    let (title, text) = match (state, collected) {
        (State::Looking, false) => (
            word("Looking: evidence is being collected", "確認中：根拠を収集しています"),
            word("The first look above stands meanwhile.", "それまでは上の初報を参照してください。"),
        ),
        (State::Looking, true) => (
            word(
                "Looking: the evidence is here, the summary is not yet",
                "確認中：根拠の収集は完了、サマリーを作成しています",
            ),
            word("The evidence below can be read meanwhile.", "それまでは下の根拠を参照してください。"),
        ),
        (State::Ready, _) => {
            (word("The model had nothing to say", "モデルからの指摘はありませんでした"), counted)
        }
        (State::NothingVerified, _) => (
            word("Nothing could be verified", "裏付けの取れた文はありません"),
            word(
                "No sentence of the model is shown as fact; the evidence below stands.",
                "モデルの文は事実として表示していません。下の根拠を参照してください。",
            ),
        ),
        (State::LeftToAnalysis, _) => (
            word("The analysis answers", "調査が回答します"),
            word(
                "A question was asked; what follows is counted, not judged.",
                "質問への回答です。以下は集計であり、判断ではありません。",
            ),
        ),
        (State::NoModel, _) => (
            word("First look only", "初報のみ"),
            word(
                "No model is configured, so nothing here was written by one. What follows is counted, not judged.",
                "モデルが未設定のため、モデルが書いた文はありません。以下は集計であり、判断ではありません。",
            ),
        ),
        (State::OverBudget, _) => (
            word("First look only: the token budget is used up", "初報のみ：トークンの予算を使い切りました"),
            counted,
        ),
        (State::Failed, _) => (
            word("First look only: no summary could be written", "初報のみ：サマリーを作成できませんでした"),
            counted,
        ),
    };
    (title.of(language), text.of(language))
}

/// Title and text of an analysis without a report; where there is a reason, that is the text.
pub(in crate::web::pages) fn no_analysis(
    language: Language,
    state: Analysis,
    step: u32,
    most: u32,
) -> (&'static str, String) {
    let reloads = RELOADS.of(language);
    let title = match state {
        Analysis::Waiting => word("The analysis is about to begin", "まもなく調査を開始します"),
        Analysis::Running => word("The analysis is on its way", "調査中です"),
        Analysis::Shared => word("One analysis for many", "複数のインシデントをまとめて調査"),
        Analysis::OverBudget => word("Not analysed: the budget is used up", "未調査：予算を使い切りました"),
        Analysis::NothingVerified => word("Nothing could be verified", "裏付けの取れた文はありません"),
        Analysis::Ready | Analysis::Failed => {
            word("The analysis ended without a report", "調査は報告なしで終了しました")
        }
    };
    let text = match state {
        Analysis::Waiting => reloads.to_owned(),
        // Its reason is kept in English.
        Analysis::Shared => {
            language.pick("", "似たインシデントが多数あるため、代表の調査を参照してください：").to_owned()
        }
        Analysis::Running => language.pick(
            format!("Step {step} of at most {most}. {reloads}"),
            format!("最大{most}ステップ中{step}ステップ目。{reloads}"),
        ),
        _ => String::new(),
    };
    (title.of(language), text)
}

/// The word of a flag, and its icon.
pub(in crate::web::pages) fn flag(language: Language, flag: &str) -> (String, &'static str) {
    let (word, icon) = match flag {
        "stale" => (word("Stale", "更新途絶"), "i-q"),
        "flapping" => (word("Flapping", "断続"), "i-up"),
        "storm" => (word("Told through a storm", "アラーム多発として通知"), "i-storm"),
        other => return (other.to_owned(), "i-info"),
    };
    (word.of(language).to_owned(), icon)
}

/// `slack/0` in people's words: the product, and its place where a receiver has several.
pub(in crate::web::pages) fn integration(integration: &str) -> String {
    let (kind, place) = integration.split_once('/').unwrap_or((integration, "0"));
    let name = match kind {
        "pagerduty" => "PagerDuty",
        "slack" => "Slack",
        "webhook" => "webhook",
        other => other,
    };
    match place.parse::<u32>() {
        Ok(n) if n > 0 => format!("{name} {}", n.saturating_add(1)),
        _ => name.to_owned(),
    }
}

/// What was told.
pub(in crate::web::pages) fn told(language: Language, integration: &str, kind: &str) -> String {
    let word = match kind {
        "trigger" if integration.starts_with("pagerduty") => word("page", "呼び出し"),
        "trigger" => word("first message", "最初のメッセージ"),
        "retrigger" => word("told again", "再通知"),
        "acknowledge" => word("acknowledgement", "対応開始"),
        "resolve" => word("resolve", "解決"),
        "severity_raised" => word("severity_raised", "重大度の上昇"),
        "joined" => word("joined", "アラートの追加"),
        "repeat" => word("repeat", "再通知"),
        "escalated" => word("escalation", "エスカレーション"),
        "unpaged" => word("unpaged", "呼び出し未達の通知"),
        "level" => word("message kept up to date", "メッセージの更新"),
        "charts" => word("charts in its thread", "スレッドへのグラフ"),
        "analysis" => word("the analysis in its thread", "スレッドへの調査"),
        "report" => word("the analysis as a file", "調査報告のファイル"),
        "storm" => word("storm message", "アラーム多発の通知"),
        other => return other.to_owned(),
    };
    word.of(language).to_owned()
}

/// What a message did: the action of a decision, `opened`.
pub(in crate::web::pages) fn action(language: Language, action: &str) -> String {
    let word = match action {
        "opened" => word("opened", "作成"),
        "joined" => word("joined", "追加"),
        "reopened" => word("reopened", "再発"),
        "folded" => word("folded", "断続のため通知なし"),
        "duplicate" => word("duplicate", "重複"),
        "alert_resolved" => word("alert_resolved", "アラート終了"),
        "incident_resolved" => word("incident_resolved", "インシデント解決"),
        "late" => word("late", "遅着"),
        "ignored" => word("ignored", "対象外"),
        "noted" => word("noted", "記録のみ"),
        other => return other.to_owned(),
    };
    word.of(language).to_owned()
}

/// What a line of the timeline is about, before its stored text, which is English; `None` where that needs none.
pub(in crate::web::pages) fn event(language: Language, kind: &str) -> Option<&'static str> {
    let ja = match kind {
        "opened" => "インシデント作成",
        "joined" => "アラート追加",
        "reopened" => "再発",
        "folded" => "断続のため通知なし",
        "steady" => "安定",
        "duplicate" => "重複",
        "alert_resolved" => "アラート終了",
        "incident_resolved" | "resolved" => "解決",
        "late" => "遅着",
        "ignored" => "対象外",
        "noted" => "記録",
        "heard" => "受信",
        "told" => "通知",
        "repeated" => "再通知",
        "escalated" => "エスカレーション",
        "not_told" | "parked" => "通知失敗",
        "acknowledged" => "対応開始",
        "reassigned" => "担当変更",
        "evidence" => "根拠",
        "summary" => "サマリー",
        "analysis" => "調査",
        "feedback" => "評価",
        "stale" => "更新途絶",
        "flapping" => "断続",
        "silenced" => "通知停止",
        "unsilenced" => "通知再開",
        "declared" => "宣言",
        "not_declared" => "宣言の未完了",
        _ => return None,
    };
    (language == Language::Ja).then_some(ja)
}

pub(in crate::web::pages) fn verdict(language: Language, status: u16) -> &'static str {
    let word = match status {
        200..=299 => word("Accepted", "受理"),
        400 | 413 => word("Not understood", "解釈できず"),
        401 | 403 => word("Refused", "拒否"),
        _ => word("Not taken", "受け取れず"),
    };
    word.of(language)
}
