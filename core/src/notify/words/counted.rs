//! Words around figures, where each language has its own order and counters.
//!
//! Knows grammar. Must not know layouts.

use chrono::TimeDelta;

use super::super::figures::{count, duration, grouped, sentence};
use super::{COLON, COMMA, bars};
use crate::language::{Language, word};
use crate::summary::Confidence;

/// `24.9% (alarm 5%, normal 0.2%)`.
pub fn amount(
    language: Language,
    value: String,
    threshold: Option<String>,
    normal: Option<String>,
) -> String {
    let threshold = threshold.map(|t| language.pick(format!("alarm {t}"), format!("しきい値{t}")));
    let normal = normal.map(|n| language.pick(format!("normal {n}"), format!("平常時{n}")));
    let known: Vec<_> = [threshold, normal].into_iter().flatten().collect();
    let known = known.join(COMMA.of(language));
    match known.as_str() {
        "" => value,
        known => language.pick(format!("{value} ({known})"), format!("{value}（{known}）")),
    }
}

/// `3 firing, last CheckoutErrorBudgetBurn`.
pub fn alerts(language: Language, firing: usize, last: Option<&str>) -> String {
    let count = language.pick(format!("{firing} firing"), format!("{firing}件が発報中"));
    match last {
        Some(last) => language.pick(format!("{count}, last {last}"), format!("{count}、最新は{last}")),
        None => count,
    }
}

pub fn times(language: Language, n: i64) -> String {
    let number = grouped(&n.to_string());
    let en = if n == 1 { "once".to_owned() } else { format!("{number} times") };
    language.pick(en, format!("{number}回"))
}

/// `6 of 7 verified`, `2 gaps`.
pub fn how_sure(
    language: Language,
    cause: Option<Confidence>,
    verified: usize,
    told: usize,
    gaps: usize,
) -> String {
    let bars = cause.map(|confidence| bars(language, confidence).0.to_owned());
    let checked = (told > 0).then(|| {
        language.pick(format!("{verified} of {told} verified"), format!("{told}文中{verified}文に裏付け"))
    });
    let gaps = (gaps > 0).then(|| language.pick(count(gaps, "gap", "gaps"), format!("未取得{gaps}件")));
    [bars, checked, gaps].into_iter().flatten().collect::<Vec<_>>().join(COMMA.of(language))
}

pub fn all_items(language: Language, n: usize) -> String {
    language.pick(format!("All {}", count(n, "item", "items")), format!("根拠{n}件をすべて見る"))
}

pub fn more_steps(language: Language, n: usize) -> String {
    language.pick(count(n, "more step", "more steps"), format!("ほか{n}手順"))
}

/// `Could not be had (2):`
pub fn gaps(language: Language, n: usize) -> String {
    language.pick(format!("Could not be had ({n}):"), format!("取得できなかった情報（{n}件）："))
}

/// `CloudTrail: access denied. Remedy: allow cloudtrail:LookupEvents.`
pub fn gap(language: Language, source: &str, reason: &str, remedy: &str) -> String {
    let remedy = match remedy {
        "" => String::new(),
        remedy => format!("{}{}", word(" Remedy: ", "対処：").of(language), sentence(language, remedy)),
    };
    format!("{source}{}{}{remedy}", COLON.of(language), sentence(language, reason))
}

/// `2 more`.
pub fn more(language: Language, n: usize) -> String {
    let n = grouped(&n.to_string());
    language.pick(format!("{n} more"), format!("ほか{n}件"))
}

pub fn more_gaps(language: Language, n: usize) -> String {
    let n = grouped(&n.to_string());
    language.pick(format!("{n} more on the page."), format!("ほか{n}件はページを参照してください。"))
}

/// `Since 03:07 UTC`, which begins a sentence.
pub fn since(language: Language, at: &str) -> String {
    language.pick(format!("Since {at}"), format!("{at}から"))
}

/// `, 34 min`, after the two times.
pub fn lasted(language: Language, span: TimeDelta) -> String {
    format!("{}{}", COMMA.of(language), duration(language, span))
}

pub fn resolved_after(language: Language, span: TimeDelta) -> String {
    let span = duration(language, span);
    language.pick(format!("Resolved after {span}"), format!("解決（{span}）"))
}

pub fn acknowledged(language: Language, owner: &str, after: TimeDelta) -> String {
    let after = duration(language, after);
    language.pick(
        format!("{owner} acknowledged, {after} after the alarm."),
        format!("{owner}が対応を開始。アラームから{after}後。"),
    )
}

pub fn silenced(language: Language, until: &str) -> String {
    language.pick(format!("Silenced until {until}"), format!("{until}まで通知停止"))
}

pub fn open_button(language: Language, number: i64) -> String {
    language.pick(format!("Open #{number}"), format!("#{number}を開く"))
}

pub fn incident_link(language: Language, number: i64) -> String {
    language.pick(format!("Incident #{number}"), format!("インシデント#{number}"))
}

pub fn runbook_link(language: Language, path: &str) -> String {
    language.pick(format!("Runbook {path}"), format!("ランブック：{path}"))
}
