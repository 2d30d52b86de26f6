//! What a number is said to count.
//!
//! Knows which words behind or before a number name its things. Must not know which things there are.

use std::sync::LazyLock;

use regex::Regex;

use super::spelling::{compiled, head, is_cjk, lowered, tail};
use super::words::{is_grammar, words};

/// How many words behind a number may name what it counts.
const NOUNS: usize = 3;
/// How far they are looked for, in bytes.
const BESIDE: usize = 60;

/// Japanese words for which figure a number is; they name no thing.
const FIGURES: [&str; 14] = [
    "通常",
    "平常",
    "平常時",
    "普段",
    "平時",
    "現在",
    "今",
    "ピーク",
    "最大",
    "最小",
    "平均",
    "合計",
    "しきい値",
    "閾値",
];
/// They stand between a number and its noun, or between its noun and what happened to it.
const BETWEEN: [&str; 13] =
    ["such", "of", "the", "these", "those", "its", "were", "was", "are", "is", "been", "have", "has"];

/// The stems of what a number counts, in the order of the words. A number with a unit says itself what it measures.
pub(super) fn nouns(before: &str, after: &str, has_unit: bool) -> Vec<String> {
    if has_unit {
        Vec::new()
    } else if after.starts_with(is_cjk) {
        japanese(before, after)
    } else {
        english(after)
    }
}

/// Counters count all kinds of things, and the thing stands behind `の` or before the particle.
fn japanese(before: &str, after: &str) -> Vec<String> {
    static COUNTER: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"^[件回行個本つ](?:の([^の、。はがをでに]+))?(記録|出力|検出|発生)?"));
    static SUBJECT: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"([^のはがをでに、。\s]+)(?:は|が|を|で|も)(?:約|およそ|ほぼ|合計|計)?$"));
    let stems = |text: &str| {
        let all = if FIGURES.contains(&text) { Vec::new() } else { words(text) };
        // Of a Japanese word, its term in English says what an item can say.
        let term = |word: &super::words::Word| !word.stem.starts_with(is_cjk);
        let terms = all.iter().any(term);
        all.into_iter().filter(|word| !terms || term(word)).map(|word| word.stem).collect::<Vec<_>>()
    };
    let Some(found) = COUNTER.captures(head(after, BESIDE)) else {
        return stems(head(after, 12)).into_iter().take(1).filter(|word| !is_grammar(word)).collect();
    };
    let thing = found.get(1).map(|m| m.as_str());
    let subject = || Some(SUBJECT.captures(tail(before, BESIDE))?.get(1)?.as_str().to_owned());
    let named = thing.map(str::to_owned).or_else(subject);
    let counter = if after.starts_with('行') { "line" } else { COUNTED_IN_JAPANESE };
    let verb = found.get(2).map(|m| m.as_str().to_owned());
    let named = named.iter().chain(&verb).flat_map(|text| stems(text));
    std::iter::once(counter.to_owned()).chain(named).collect()
}

fn english(after: &str) -> Vec<String> {
    let Some(rest) = after.strip_prefix([' ', '-']) else { return Vec::new() };
    let mut nouns = Vec::new();
    let rest = lowered(head(rest, BESIDE));
    for word in rest.split_inclusive(' ').take(NOUNS + 2) {
        let bare = word.trim_end();
        let name: String = bare.chars().take_while(|c| c.is_alphanumeric() || "-_'".contains(*c)).collect();
        if BETWEEN.contains(&name.as_str()) && name == bare {
            continue;
        }
        if name.is_empty() || is_grammar(&name) || name.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        nouns.extend(words(&name).into_iter().map(|word| word.stem));
        if name != bare {
            break;
        }
    }
    nouns
}

/// The stem of the word right before a number, where nothing but a blank is between.
pub(super) fn right_before(before: &str) -> Option<String> {
    let near = tail(before, BESIDE);
    let near = near.strip_suffix(' ').unwrap_or(near);
    let word = near.rsplit(|c: char| !c.is_alphabetic() || is_cjk(c) != near.ends_with(is_cjk)).next()?;
    let last = words(word).pop()?;
    (!is_grammar(&last.text)).then_some(words(word).first()?.stem.clone())
}

/// Stands for a counter that fits all things.
pub(super) const COUNTED_IN_JAPANESE: &str = "件";

/// Whether the words before a number say that it is a share of one.
pub(super) fn is_ratio(before: &str) -> bool {
    static RATIO: LazyLock<Regex> = LazyLock::new(|| {
        compiled(r"(?:ratio|fraction|share|percent(?:age)?|rate|割合|比率|率)[^;.,\n]{0,24}$")
    });
    let near = lowered(tail(before, BESIDE));
    ["rat", "share", "fraction", "percent", "率", "割合"].iter().any(|word| near.contains(word))
        && RATIO.is_match(&near)
}

/// What each line of a pattern may be called after what happens in it, with the stems of which one has to stand there.
pub(super) fn event(stem: &str) -> &'static [&'static str] {
    match stem {
        "timeou" => &["timeou", "timed"],
        "refuse" | "refusa" | "reject" => &["refuse", "reject"],
        "crash" | "crashe" => &["crash", "crashe"],
        "restar" => &["restar"],
        "discon" => &["discon"],
        _ => &[],
    }
}

/// Whether `stem` is what the lines of a pattern are called.
pub(super) fn counts_lines(stem: &str) -> bool {
    const LINES: [&str; 16] = [
        "line",
        "time",
        "occurr",
        "error",
        "messag",
        "log",
        "entry",
        "event",
        "hit",
        "except",
        "failur",
        "fail",
        "sample",
        "match",
        COUNTED_IN_JAPANESE,
        "warnin",
    ];
    LINES.contains(&stem)
}
