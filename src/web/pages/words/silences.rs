//! Words around silences, in each language.
//!
//! Knows grammar. Must not know HTML, nor how a silence came about.

use firstlook_core::notify::person as named;
use firstlook_core::{Language, word};

use super::{ALERT, many};

pub(in crate::web::pages) fn silence_state(language: Language, state: &str) -> &'static str {
    let word = match state {
        "active" => word("Active", "停止中"),
        "pending" => word("Pending", "予定"),
        _ => word("Expired", "終了"),
    };
    word.of(language)
}

/// Who did something, by what is stored.
pub(in crate::web::pages) fn person(language: Language, stored: &str) -> String {
    named(language, stored)
}

pub(in crate::web::pages) fn ended_by(language: Language, made: &str, ended: &str, at: &str) -> String {
    let (made, ended) = (named(language, made), named(language, ended));
    language.pick(format!("{made}; ended by {ended}, {at}"), format!("{made}、終了：{ended}（{at}）"))
}

pub(in crate::web::pages) fn alerts_of(language: Language, alerts: i64, incident: i64) -> String {
    let alerts = many(language, usize::try_from(alerts).unwrap_or(0), ALERT);
    language.pick(format!("{alerts} of #{incident}"), format!("#{incident}の{alerts}"))
}

pub(in crate::web::pages) fn again(language: Language, written: &str) -> String {
    language.pick(format!("within {written}"), format!("時間帯 {written}"))
}

pub(in crate::web::pages) fn more(language: Language, n: usize) -> String {
    language.pick(format!("and {n} more"), format!("ほか{n}件"))
}

/// What became of it at an Alertmanager.
pub(in crate::web::pages) fn mirrored(language: Language, source: &str, state: &str, error: &str) -> String {
    let word = match state {
        "standing" => word("stands at", "設定済み"),
        "ended" => word("ended at", "終了済み"),
        "refused" => word("not taken by", "設定不可"),
        _ => word("on its way to", "設定中"),
    };
    let colon = if error.is_empty() { "" } else { language.pick(": ", "：") };
    let word = word.of(language);
    language.pick(format!("{word} {source}{colon}{error}"), format!("{source} {word}{colon}{error}"))
}

/// What the form of an incident does.
pub(in crate::web::pages) fn silences_these(language: Language, alerts: usize) -> String {
    let alerts = many(language, alerts, ALERT);
    language.pick(
        format!("Stops messages about {alerts} of now; what joins later is told. The incident stays open."),
        format!(
            "今ある{alerts}の通知を止めます。後から加わったものは通知します。インシデントは未解決のままです。"
        ),
    )
}
