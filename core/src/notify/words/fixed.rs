//! Words that are the same whatever happened: headings, feet, keys. English and Japanese on one line each.
//!
//! Knows words alone. Must not know layouts.

use crate::language::{Word, word};

pub const HOW_BAD: Word = word("How bad: ", "影響：");
pub const SINCE: Word = word("Since: ", "発生：");
/// Around how long ago it was, behind the time.
pub const AGO: (Word, Word) = (word(", ", "（"), word("", "）"));
pub const WHO: Word = word("Who: ", "担当：");
/// Around the time at which it escalates, behind [`NOBODY`].
pub const ESCALATES: (Word, Word) = (word("; escalates at ", "、"), word("", "にエスカレーション"));
/// The same, behind somebody who has it.
pub const ESCALATES_STILL: (Word, Word) = (word("; escalates at ", "。"), word("", "にエスカレーション"));
/// Around those whom it was escalated to, behind [`NOBODY`].
pub const ESCALATED: (Word, Word) = (word("; escalated to ", "、"), word("", "へエスカレーション済み"));
/// Around the time since when somebody has it, behind the name.
pub const HAS_IT: (Word, Word) = (word(", since ", "（"), word("", "から）"));
pub const NOT_TOLD: Word = word("Not told: ", "未通知：");
pub const HOW_SURE: Word = word("How sure: ", "確かさ：");
pub const ALERTS: Word = word("Alerts: ", "アラート：");
pub const EARLIER_COUNT: Word = word("Earlier: ", "過去の発生：");
pub const LASTED: Word = word("Lasted: ", "期間：");
pub const CAUSE: Word = word("Cause: ", "原因：");
pub const DO_FIRST: Word = word("Do this first", "まずやること");
pub const RUNBOOK: Word = word("Runbook: ", "ランブック：");
pub const EARLIER: Word = word("Earlier, and how each ended", "過去の発生と、その終わり方");
pub const FOUND: Word = word("What is open, the most urgent first", "未対応の検出結果（緊急度順）");
pub const CHANGED: Word = word("What changed, in order", "変化（時刻順）");
pub const CAUSES: Word = word("Likely causes", "考えられる原因");
/// Before what a query of a runbook's step has brought.
pub const ALREADY_RUN: Word = word("✓ Already run: ", "✓ 実行済み：");
pub const NEXT: Word = word("Next steps", "次の手順");
pub const AGAINST: Word = word(" Against it:", " 反する根拠：");
pub const NOBODY: Word = word("Nobody", "担当者なし");
pub const VERIFIED: Word = word("✓ ", "✓ ");
pub const NOT_VERIFIED: Word = word("? Not verified: ", "? 裏付けなし：");
pub const EVIDENCE_ONLY: Word = word("Evidence only, no summary", "根拠のみ、サマリーなし");
pub const WHOLE_SUMMARY: Word = word("The whole summary", "サマリーの全文");
pub const NO_EDITS: Word = word(
    "This way of posting cannot be edited: evidence and summary are on the page.",
    "この投稿方法では更新できません。根拠とサマリーはページを参照してください。",
);
pub const RESOLVED_FOOT: Word = word(
    "No alert of it fires. Evidence, summary and timeline stay on the page.",
    "発報中のアラートはありません。根拠、サマリー、タイムラインはページに残ります。",
);
pub const SUMMARY_FOOT: Word = word(
    "✓ the numbers and quotations stand in the evidence; ? nothing in it can be checked so. Causes are reasoning. ",
    "✓：数値と引用が根拠と一致。?：照合できるものがない文。原因は推論です。",
);
pub const UNKNOWN_MODEL: Word = word("model unknown", "モデル不明");
pub const CHANGE: Word = word("Change", "変更");
pub const METRIC: Word = word("Metric", "メトリクス");
pub const TRACE: Word = word("Trace", "トレース");
pub const FINDING: Word = word("Finding", "検出結果");
pub const TO: Word = word(" to ", "〜");
pub const COMMA: Word = word(", ", "、");
pub const COLON: Word = word(": ", "：");
pub const STOP: Word = word(".", "。");
/// Between two sentences.
pub const APART: Word = word(" ", "");
/// Around the time since when, within a sentence.
pub const SINCE_THEN: (Word, Word) = (word(" since ", "、"), word("", "から"));
pub const MAYBE_REPEAT: Word = word("Maybe a repeat: ", "重複の可能性：");
pub const NOBODY_HAS_IT: Word = word(" Nobody has it.", "担当者なし。");
pub const SOMEBODY: Word = word("Somebody", "担当者");
pub const UNVERIFIED_STEP: Word = word(
    "Suggested by the summary, not verified; no runbook step is known.",
    "サマリーの提案で、裏付けはありません。ランブックの手順は不明です。",
);
/// Keys of PagerDuty's details; numbered by their place, in case it sorts them.
pub const DETAIL_HOW_BAD: Word = word("how bad", "影響");
pub const DETAIL_SINCE: Word = word("since", "発生");
pub const DETAIL_FIRST: Word = word("do this first", "まずやること");
pub const DETAIL_LAST_TIME: Word = word("last time", "前回");
pub const DETAIL_SUMMARY: Word = word("summary", "サマリー");
pub const DETAIL_WHY: Word = word("why you", "呼び出しの理由");
pub const DETAIL_ALERTS: Word = word("alerts", "アラート");
pub const DETAIL_LABELS: Word = word("labels", "ラベル");
pub const DETAIL_NO_PAGE: Word = word("no page yet", "ページなし");
pub const NOTE_ANALYSIS: Word = word("analysis", "調査");
pub const UNNAMED: Word = word("An alarm without a name", "名前のないアラーム");
