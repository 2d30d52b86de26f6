//! Every word that firstlook itself says in a message, in each language, as pure functions and fixed words.
//!
//! Knows grammar and number formats. Must not know layouts; what it is given from outside it passes on as it is.

use chrono::{DateTime, TimeDelta, Utc};

use super::zone::Zone;
use crate::alert::Severity;
use crate::incident::Status;
use crate::language::{Language, word};
use crate::summary::{Confidence, State};

pub mod analysis;
pub mod charts;
mod compared;
mod counted;
mod declared;
pub mod digest;
mod fixed;
mod flap;
pub mod form;
pub mod graph;
mod menu;
mod pressed;
pub mod report;
pub mod storm;

pub use compared::{NO_LOGS_ASKED, STANDS_OUT, change, nothing_told};
pub use counted::*;
pub use declared::*;
pub use fixed::*;
pub use flap::flapping;
pub use menu::*;
pub use pressed::*;

pub use super::figures::{duration, number, quantity, sentence};

/// Why an incident that was told once rings again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// `repeat_interval` passed and nobody acknowledged.
    Repeated {
        /// When it is told again.
        now: DateTime<Utc>,
    },
    /// Its severity rose.
    Raised {
        /// What it was before.
        was: Severity,
    },
    /// It had ended, and fires again within `reopen_within` or after a person's resolve.
    Reopened,
    /// A critical alert joined after somebody had acknowledged.
    Joined,
    /// Nobody took it, or it did not get better.
    Escalated,
    /// Its page could not be told.
    Unpaged,
}

pub fn severity(language: Language, severity: Severity) -> &'static str {
    let word = match severity {
        Severity::Critical => word("Critical", "重大"),
        Severity::Warning => word("Warning", "警告"),
        Severity::Info => word("Info", "情報"),
    };
    word.of(language)
}

/// A shape for each severity, so that none depends on colour.
pub fn symbol(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🛑",
        Severity::Warning => "⚠",
        Severity::Info => "○",
    }
}

/// Bars and word for a cause, and its rank: 0 is surest.
pub fn bars(language: Language, confidence: Confidence) -> (&'static str, u8) {
    let (word, rank) = match confidence {
        Confidence::Confirmed => (word("▮▮▮ High", "▮▮▮ 高"), 0),
        Confidence::Likely => (word("▮▮▯ Medium", "▮▮▯ 中"), 1),
        Confidence::Inconclusive => (word("▮▯▯ Low", "▮▯▯ 低"), 2),
    };
    (word.of(language), rank)
}

/// `○ Open`, `◐ Acknowledged by Aya Tanaka`, `● Resolved, was Critical`.
pub fn state(language: Language, status: Status, was: Severity, owner: Option<&str>) -> String {
    let was = severity(language, was);
    match (status, owner) {
        (Status::Open, _) => word("○ Open", "○ 未対応").of(language).to_owned(),
        (Status::Acknowledged, Some(owner)) => {
            language.pick(format!("◐ Acknowledged by {owner}"), format!("◐ 対応中（{owner}）"))
        }
        (Status::Acknowledged, None) => word("◐ Acknowledged", "◐ 対応中").of(language).to_owned(),
        (Status::Resolved, _) => {
            language.pick(format!("● Resolved, was {was}"), format!("● 解決済み（{was}）"))
        }
    }
}

/// A flag of the incident; one that has no words here is told by its name.
pub fn flag(language: Language, flag: &str) -> String {
    let word = match flag {
        "flapping" => word("⇅ Flapping", "⇅ 断続"),
        "stale" => word("◌ Stale", "◌ 更新途絶"),
        "storm" => word("Storm", "アラーム多発"),
        other => return other.to_owned(),
    };
    word.of(language).to_owned()
}

/// Who could not be told what, and why.
pub fn not_told(language: Language, receiver: &str, integration: &str, kind: &str, why: &str) -> String {
    let ja = match kind {
        "trigger" => "最初の通知",
        "retrigger" => "再通知",
        "acknowledge" => "対応開始",
        "resolve" => "解決",
        other => other,
    };
    language.pick(
        format!("{receiver} ({integration}), {kind}: {why}"),
        format!("{receiver}（{integration}）、{ja}：{why}"),
    )
}

/// What the first look was made from, and that more follows, where the message can be edited.
pub fn first_look(language: Language, runbook: Option<&str>, follows: bool) -> String {
    let from = match runbook {
        Some(runbook) => language.pick(
            format!("First look: the alarm, {runbook} and history only."),
            format!("初報：アラーム、{runbook}、過去の履歴のみ。"),
        ),
        None => word(
            "First look: the alarm and history only, no runbook matches.",
            "初報：アラームと過去の履歴のみ。該当するランブックはありません。",
        )
        .of(language)
        .to_owned(),
    };
    let more = word(
        " Evidence and, where a model is configured, a summary follow here.",
        "根拠と、モデルが設定されていればサマリーを、ここへ追記します。",
    );
    if follows { from + more.of(language) } else { from }
}

/// What the evidence is, while no summary stands below it. `follows`: whether one could still be put there.
pub fn evidence(language: Language, at: &str, items: usize, gaps: usize, follows: bool) -> String {
    use super::figures::count;
    let more = word(
        " Where a model is configured, a summary follows here.",
        "モデルが設定されていれば、サマリーをここへ追記します。",
    );
    let more = if follows { more.of(language) } else { "" };
    language.pick(
        format!("Evidence {at}: {}, {}.{more}", count(items, "item", "items"), count(gaps, "gap", "gaps")),
        format!("根拠（{at}）：{items}件、未取得{gaps}件。{more}"),
    )
}

/// Who wrote the summary, when.
pub fn written(language: Language, model: Option<&str>, at: DateTime<Utc>, zone: &Zone) -> String {
    let (model, foot) = (model.unwrap_or(UNKNOWN_MODEL.of(language)), SUMMARY_FOOT.of(language));
    let written = format!("{foot}{model}{}{}", COMMA.of(language), zone.seconds(at));
    match times_within(language, zone) {
        "" => written,
        times => format!("{written}{}{times}", language.pick(".", "。")),
    }
}

/// A sentence that follows another: what a model writes has the times of the evidence, which are UTC whatever the zone
/// of messages. Empty where that is UTC too.
pub fn times_within(language: Language, zone: &Zone) -> &'static str {
    let utc = *zone == Zone::utc();
    if utc {
        ""
    } else {
        word(" Times in its sentences are UTC.", "文中の時刻はUTCです。").of(language)
    }
}

/// Why there is no summary; `None` where there is one, or one may follow.
pub fn no_summary(language: Language, state: State, reason: Option<&str>) -> Option<String> {
    let why = match state {
        State::Ready | State::Looking | State::LeftToAnalysis => return None,
        State::NoModel => word(
            "no model is configured; set summary.provider to have one",
            "モデルが設定されていません。作成するにはsummary.providerを設定してください",
        ),
        State::OverBudget => word(
            "the token budget is used up; raise summary.budget for more",
            "トークンの予算を使い切りました。増やすにはsummary.budgetを変更してください",
        ),
        State::Failed => word("the model gave no usable answer", "モデルから使える回答がありませんでした"),
        State::NothingVerified => word(
            "nothing that the model said could be checked against the evidence",
            "モデルの文には、根拠で裏付けられるものがありませんでした",
        ),
    };
    let why = sentence(language, reason.filter(|reason| !reason.is_empty()).unwrap_or(why.of(language)));
    Some(language.pick(
        format!("No summary: {why} Everything above comes from the alarm, the runbook and the evidence."),
        format!("サマリーなし：{why}上の内容は、アラーム、ランブック、根拠だけによるものです。"),
    ))
}

pub fn possible_repeat(language: Language, first_try: &str) -> String {
    language.pick(
        format!(
            "Possible repeat: Slack did not answer our first try at {first_try}. This message is the one that is kept up \
             to date; ignore the other."
        ),
        format!(
            "重複の可能性：{first_try}の1回目の投稿に、Slackから応答がありませんでした。更新されるのはこのメッセージです。\
             もう一方は無視してください。"
        ),
    )
}

/// How a line for a lock screen begins, before `: ` and the title.
pub fn lead(
    language: Language,
    status: Status,
    now: Severity,
    owner: Option<&str>,
    lasted: TimeDelta,
) -> String {
    let now = severity(language, now);
    match (status, owner) {
        (Status::Resolved, _) => resolved_after(language, lasted),
        (_, Some(owner)) => {
            language.pick(format!("{now}, {owner} has it"), format!("{now}、{owner}が対応中"))
        }
        (Status::Acknowledged, None) => {
            language.pick(format!("{now}, acknowledged"), format!("{now}、対応中"))
        }
        (Status::Open, None) => now.to_owned(),
    }
}

/// The same for something that rings again; `open_for` is how long it has been open.
pub fn lead_again(language: Language, again: Again, severity_now: Severity, open_for: TimeDelta) -> String {
    let now = severity(language, severity_now);
    match again {
        Again::Repeated { .. } => {
            let open_for = duration(language, open_for);
            language.pick(format!("Still {now} after {open_for}"), format!("{now}のまま{open_for}"))
        }
        Again::Raised { was } => {
            let was = severity(language, was);
            language.pick(format!("Now {now} (was {was})"), format!("{now}に上昇（以前は{was}）"))
        }
        Again::Reopened => language.pick(format!("Again {now}"), format!("再発、{now}")),
        Again::Joined => {
            language.pick(format!("New {} alert", now.to_lowercase()), format!("{now}アラート追加"))
        }
        Again::Escalated => language.pick(format!("Escalated, {now}"), format!("エスカレーション、{now}")),
        Again::Unpaged => language.pick(format!("Not paged, {now}"), format!("呼び出し未達、{now}")),
    }
}

/// The bold beginning of the line that rings again, and what follows it, up to the time since when.
pub fn again(language: Language, again: Again, severity_now: Severity) -> (String, &'static str) {
    let (symbol, now) = (symbol(severity_now), severity(language, severity_now));
    let (lead, then) = match again {
        Again::Repeated { .. } => (
            word("Told again: ", "再通知：").of(language).to_owned(),
            word("nobody has acknowledged; open since ", "誰も対応を開始していません。発生は"),
        ),
        Again::Raised { was } => {
            let was = severity(language, was);
            let lead = language.pick(
                format!("{symbol} Now {now}, was {was}: "),
                format!("{symbol} {now}に上昇（以前は{was}）："),
            );
            (lead, word("since ", "発生は"))
        }
        Again::Reopened => (
            word("Reopened: ", "再発：").of(language).to_owned(),
            word("it fires again; open since ", "再び発報しています。発生は"),
        ),
        Again::Joined => {
            let lead = word("A new alert joined: ", "アラート追加：").of(language);
            (format!("{symbol} {lead}"), word("open since ", "発生は"))
        }
        Again::Escalated => (
            word("Escalated: ", "エスカレーション：").of(language).to_owned(),
            word("it is not over; open since ", "まだ解決していません。発生は"),
        ),
        Again::Unpaged => (
            format!(
                "{symbol} {}",
                word("The page did not get through: ", "呼び出しが届いていません：").of(language)
            ),
            word(
                "whoever is on call may not know; open since ",
                "当番に伝わっていない可能性があります。発生は",
            ),
        ),
    };
    (lead, then.of(language))
}

pub fn first(language: Language, step: &str) -> String {
    language.pick(format!(" First: {step}"), format!("まず：{step}"))
}

/// Why the thing to do first comes first.
pub fn from_runbook(
    language: Language,
    step: usize,
    path: impl std::fmt::Display,
    pointed_to: bool,
) -> String {
    let (en, ja) = if pointed_to {
        ("; the summary points to it", "サマリーがこの手順を挙げています。")
    } else {
        ("", "")
    };
    language
        .pick(format!("Runbook step {step} of {path}{en}."), format!("ランブック{path}の手順{step}。{ja}"))
}

/// What a page says that is sent without the store.
pub fn no_store(language: Language, since: &str) -> String {
    language.pick(
        format!("There is no incident page yet. The database of firstlook has not answered since {since}."),
        format!(
            "インシデントのページはまだありません。firstlookのデータベースが{since}から応答していません。"
        ),
    )
}

#[cfg(test)]
mod tests;
