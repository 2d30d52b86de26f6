//! All words of the pages, in each language. Templates ask by key ([`text`]), code by constant or function.
//!
//! Knows the words of the design (High, Medium, Low; Not verified; Why was I paged?). Must not know HTML.

mod kinds;
mod sentences;
mod silences;
mod storms;
mod table;

use firstlook_core::evidence::Kind;
use firstlook_core::summary::price::Tokens;
use firstlook_core::{Word, word};

pub(super) use kinds::*;
pub(super) use sentences::*;
pub(super) use silences::*;
pub(super) use storms::*;
#[cfg(test)]
pub(super) use table::keys;
pub(super) use table::text;

pub(super) const FIRST_SEEN: Word = word("first seen", "初出");
pub(super) const LAST_SEEN: Word = word("last seen", "最終出現");
pub(super) const NOBODY: Word = word("Nobody yet", "担当者なし");
pub(super) const NOBODY_TOOK_IT: Word = word("Nobody took it", "対応者なし");
pub(super) const NO_NUMBER: Word = word("in the alarm’s own words, above", "内容は上のアラームの文のとおり");
pub(super) const IN_PROGRESS: Word = word("summary in progress", "サマリー作成中");
pub(super) const NO_RUNBOOK: Word = word("no runbook", "ランブックなし");
pub(super) const INCIDENTS: Word = word("Incidents", "インシデント");
pub(super) const DELIVERIES: Word = word("Deliveries", "受信記録");
pub(super) const SILENCES: Word = word("Silences", "通知停止");
pub(super) const RUNBOOKS: Word = word("Runbooks", "ランブック");
pub(super) const INBOX: Word = word("Trial inbox", "お試し用受信箱");
pub(super) const WHERE_IT_IS_OPENED: Word = word("the channel where it is opened", "開いたチャンネル");
/// What PagerDuty calls the state of an incident.
pub(super) const PD_TRIGGERED: Word = word("Triggered", "発生中");
pub(super) const PD_ACKNOWLEDGED: Word = word("Acknowledged", "対応中");
pub(super) const PD_RESOLVED: Word = word("Resolved", "解決済み");
pub(super) const FIRST_LOOK: Word = word("First look only", "初報のみ");
pub(super) const ANSWERED: Word = word("See the analysis", "調査を参照");
pub(super) const LOOKING: Word = word("Looking", "確認中");
pub(super) const NOTHING: Word = word("Nothing verified", "裏付けなし");
pub(super) const RELOADS: Word = word("This page reloads itself.", "このページは自動で更新されます。");
pub(super) const NO_CAUSE: Word = word("No cause named", "原因の指摘なし");
pub(super) const NO_ANALYSIS: Word = word("Not analysed", "未調査");
pub(super) const WHAT_ANALYSIS_IS: Word = word(
    "A model can look deeper: it calls tools that only read, and its report is checked as the summary is.",
    "モデルがさらに詳しく調べます。使うのは読み取り専用のツールだけで、報告はサマリーと同じく根拠と照合します。",
);
/// Before what one page is about, after where it belongs.
pub(super) const COMMA: Word = word(", ", "、");

pub(super) const ALERT: Noun = Noun { one: "alert", many: "alerts", ja: "アラート" };
pub(super) const ENTRY: Noun = Noun { one: "entry", many: "entries", ja: "記録" };
pub(super) const GAP: Noun = Noun { one: "gap", many: "gaps", ja: "未取得" };
pub(super) const INCIDENT: Noun = Noun { one: "incident", many: "incidents", ja: "インシデント" };
pub(super) const ITEM: Noun = Noun { one: "item", many: "items", ja: "根拠" };
pub(super) const RUNBOOK: Noun = Noun { one: "runbook", many: "runbooks", ja: "ランブック" };

/// The kinds of evidence that have a list of their own: anchor and title. Logs stand before, the rest elsewhere.
pub(super) const KINDS: &[(Kind, &str, Word)] = &[
    (Kind::Alarm, "h-alm", word("The alarm", "アラーム")),
    (Kind::Finding, "h-fnd", word("Findings", "検出結果")),
    (Kind::Change, "h-chg", word("Changes", "変更")),
    (Kind::Metric, "h-met", word("Metrics", "メトリクス")),
    (Kind::Trace, "h-tr", word("Traces", "トレース")),
    (Kind::Runbook, "h-rb", word("From the runbook", "ランブックの手順の結果")),
];

/// What is counted: `1 alert`, `3 alerts`, `アラート3件`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Noun {
    one: &'static str,
    many: &'static str,
    ja: &'static str,
}

/// What asking a model took.
pub(super) struct Took<'a> {
    pub tokens: Tokens,
    pub cost: Option<&'a str>,
    pub seconds: &'a str,
}
