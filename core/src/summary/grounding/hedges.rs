//! What the words right beside a number make of it: about, over, at most, per second.
//!
//! Knows these words in English and Japanese. Must not know the number.

use std::sync::LazyLock;

use regex::Regex;

use super::quantity::{Near, Per};
use super::spelling::{compiled, head, lowered, tail};
use super::unit::{Dim, unit};

/// How far around a number its hedges stand, in bytes.
const BESIDE: usize = 40;

/// Right before a number, without the articles between.
const BEFORE: [(Near, &[&str]); 5] = [
    (Near::AtLeast, &["at least", "no less than", ">=", "少なくとも"]),
    (Near::AtMost, &["at most", "up to", "no more than", "<=", "最大"]),
    (
        Near::About,
        &[
            "about",
            "around",
            "roughly",
            "approximately",
            "approx",
            "approx.",
            "some",
            "circa",
            "ca.",
            "~",
            "約",
            "およそ",
            "ほぼ",
            "おおよそ",
        ],
    ),
    (
        Near::Over,
        &[
            "over",
            "more than",
            "above",
            "greater than",
            "higher than",
            "longer than",
            "exceeds",
            "exceed",
            "exceeded",
            "exceeding",
            "beyond",
            ">",
        ],
    ),
    (
        Near::Under,
        &[
            "nearly",
            "almost",
            "under",
            "less than",
            "below",
            "fewer than",
            "lower than",
            "shorter than",
            "faster than",
            "<",
        ],
    ),
];

/// Right behind a number, or behind its counter.
const BEHIND: [(Near, &[&str]); 5] = [
    (Near::About, &["程度", "前後", "くらい", "ぐらい", "ほど", "近く", "あまり", "余り"]),
    (Near::Over, &["超", "を超", "を上回"]),
    (Near::Under, &["未満", "を下回", "弱"]),
    (Near::AtLeast, &["以上"]),
    (Near::AtMost, &["以下"]),
];

/// The hedge at the end of `before`.
pub(super) fn before_it(before: &str) -> Near {
    let lower = lowered(tail(before, BESIDE));
    let mut near = lower.trim_end();
    for article in [" a", " an", " the"] {
        near = near.strip_suffix(article).unwrap_or(near);
    }
    let says = |word: &&str| {
        let rest = near.strip_suffix(word);
        let letters = word.starts_with(|c: char| c.is_ascii_alphabetic());
        rest.is_some_and(|rest| !letters || !rest.ends_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let found = BEFORE.iter().find(|(_, words)| words.iter().any(says));
    found.map_or(Near::Exact, |(near, _)| *near)
}

/// The hedge at the beginning of `after`.
pub(super) fn after_it(after: &str) -> Near {
    let near = after.strip_prefix(['件', '回', '行', '個', '本', '台', 'つ', '人']).unwrap_or(after);
    let found = BEHIND.iter().find(|(_, words)| words.iter().any(|word| near.starts_with(word)));
    found.map_or(Near::Exact, |(near, _)| *near)
}

/// ` errors per second`, `/s`, `件/秒`.
pub(super) fn per_behind(after: &str) -> Option<Per> {
    static TIMES: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"^\s?(?:[a-z_-]+ ){0,3}?(?:(?:per|an?|each|every) |(?:[a-z_-]+ ?)?/ ?)(seconds?|secs?|s|minutes?|mins?|m|hours?|h|days?|d)\b",
        )
    });
    static THINGS: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"^\s?(?:[a-z_-]+ ){0,3}?(?:per|each|every) ([a-z]+)"));
    static JAPANESE: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"^(?:[件回行個本]|バイト)?(?:/|毎)(秒|分|時間|日)"));
    let near = lowered(head(after, 2 * BESIDE));
    if !["per ", "each ", "every ", " a", "/", "毎"].iter().any(|word| near.contains(word)) {
        return None;
    }
    let word = |form: &Regex| Some(form.captures(&near)?.get(1)?.as_str().to_owned());
    let seconds = word(&TIMES).or_else(|| word(&JAPANESE));
    seconds
        .and_then(|word| time(&word))
        .or_else(|| word(&THINGS).map(|word| Per::Thing(super::words::stem(&word))))
}

/// `毎秒`, `1分あたり`.
pub(super) fn per_before(before: &str) -> Option<Per> {
    static JAPANESE: LazyLock<Regex> = LazyLock::new(|| {
        compiled(
            r"(?:毎(秒|分|時|日)|[1一]?(秒|分|時間|日)(?:あたり|当たり))(?:に|で|、)?(?:約|およそ|ほぼ)?$",
        )
    });
    let near = tail(before, BESIDE);
    if near.is_ascii() {
        return None;
    }
    let found = JAPANESE.captures(near)?;
    let word = found.get(1).or_else(|| found.get(2))?.as_str();
    time(if word == "時" { "時間" } else { word })
}

fn time(word: &str) -> Option<Per> {
    unit(word).filter(|unit| unit.dim == Dim::Time).map(|unit| Per::Seconds(unit.scale[0]))
}
