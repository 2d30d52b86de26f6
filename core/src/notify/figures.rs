//! Numbers, spans of time and sentences as people write them.
//!
//! Knows formats alone. Must not know what is counted.

use chrono::TimeDelta;

use crate::language::Language;

/// A number as people write it: `24.9`, `1,284`, `0.0032`.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "NaN".to_owned();
    }
    let size = value.abs();
    if size >= 1e15 || (size > 0.0 && size < 1e-4) {
        return format!("{value:.2e}");
    }
    let digits = if size >= 100.0 {
        0
    } else if size >= 1.0 {
        1
    } else {
        4
    };
    let text = format!("{value:.digits$}");
    let text = if digits > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let (whole, fraction) = text.split_once('.').map_or((text, ""), |(w, f)| (w, f));
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction}", grouped(whole))
}

/// A whole number with its thousands apart: `1,284`.
pub fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `24.9%`, `310 ms`.
pub fn quantity(value: f64, unit: Option<&str>) -> String {
    match unit.map(str::trim).filter(|unit| !unit.is_empty()) {
        Some("%") => format!("{}%", number(value)),
        Some(unit) => format!("{} {unit}", number(value)),
        None => number(value),
    }
}

/// `48 s`, `34 min`, `4 h`, `4 h 10 min`, `3 d 2 h`; `3日2時間`.
pub fn duration(language: Language, span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let [d, h, min, s] = language.pick([" d", " h", " min", " s"], ["日", "時間", "分", "秒"]);
    let two = |big: i64, unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{big}{unit}"),
        _ => format!("{big}{unit}{}{small}{small_unit}", language.pick(" ", "")),
    };
    if days > 0 {
        two(days, d, hours % 24, h)
    } else if hours > 0 {
        two(hours, h, minutes % 60, min)
    } else if minutes > 0 {
        format!("{minutes}{min}")
    } else {
        format!("{seconds}{s}")
    }
}

pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", grouped(&n.to_string()), if n == 1 { one } else { many })
}

/// The text with a full stop, unless it ends like a sentence already.
pub fn sentence(language: Language, text: &str) -> String {
    let ends = text.ends_with(['.', '!', '?', '…', '。', '！', '？']);
    if ends || text.is_empty() { text.to_owned() } else { format!("{text}{}", language.pick(".", "。")) }
}
