//! The words of a storm's banner in the list of incidents.
//!
//! Knows grammar. Must not know HTML.

use firstlook_core::Language;

use super::super::text::count;
use super::{INCIDENT, many};

/// `Storm 7`.
pub(in crate::web::pages) fn storm_name(language: Language, number: i64) -> String {
    language.pick(format!("Storm {number}"), format!("アラーム多発{number}"))
}

/// `Storm 7 at oncall: 34 incidents since 03:08`.
pub(in crate::web::pages) fn storm(
    language: Language,
    number: i64,
    receiver: &str,
    incidents: usize,
    since: &str,
) -> String {
    let (name, incidents) = (storm_name(language, number), many(language, incidents, INCIDENT));
    language.pick(
        format!("{name} at {receiver}: {incidents} since {since}"),
        format!("{name}（{receiver}）：{since}から{incidents}"),
    )
}

/// What the list leaves out for it.
pub(in crate::web::pages) fn storm_folds(language: Language, folded: usize) -> String {
    let folded = count(folded as u64);
    language.pick(
        format!("{folded} of them are told by its message alone, and are not listed here. When it ends, what is still open is told once."),
        format!("うち{folded}件はアラーム多発のメッセージだけで通知しており、ここには表示していません。終息後、未解決のものを一度だけ通知します。"),
    )
}

/// `Show all 34`.
pub(in crate::web::pages) fn storm_shows(language: Language, incidents: usize) -> String {
    let incidents = count(incidents as u64);
    language.pick(format!("Show all {incidents}"), format!("{incidents}件をすべて表示"))
}

/// `Acknowledge all 34`.
pub(in crate::web::pages) fn storm_takes(language: Language, open: usize) -> String {
    let open = count(open as u64);
    language.pick(format!("Acknowledge all {open}"), format!("{open}件すべて対応を開始"))
}
