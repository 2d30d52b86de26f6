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

static BEFORE: LazyLock<[(Near, Regex); 5]> = LazyLock::new(|| {
    [
        (Near::About, r"(?:\b(?:about|around|roughly|approximately|approx\.?|some|circa|ca\.) ?(?:an? |the )?|~ ?|約|およそ|ほぼ|おおよそ)$"),
        (Near::Over, r"(?:\b(?:over|more than|above|greater than|higher than|longer than|exceed(?:s|ed|ing)?|beyond) (?:an? |the )?|> ?)$"),
        (Near::Under, r"(?:\b(?:nearly|almost|under|less than|below|fewer than|lower than|shorter than|faster than) (?:an? |the )?|< ?)$"),
        (Near::AtLeast, r"(?:\b(?:at least|no less than) |>= ?|少なくとも)$"),
        (Near::AtMost, r"(?:\b(?:at most|up to|no more than) |<= ?|最大)$"),
    ]
    .map(|(near, pattern)| (near, compiled(pattern)))
});

static BEHIND: LazyLock<[(Near, Regex); 5]> = LazyLock::new(|| {
    [
        (Near::About, r"^(?:[件回行個本台つ人])?(?:程度|前後|くらい|ぐらい|ほど|近く|あまり|余り)"),
        (Near::Over, r"^(?:[件回行個本台つ人])?(?:超|を超|を上回)"),
        (Near::Under, r"^(?:[件回行個本台つ人])?(?:未満|を下回|弱)"),
        (Near::AtLeast, r"^(?:[件回行個本台つ人])?以上"),
        (Near::AtMost, r"^(?:[件回行個本台つ人])?以下"),
    ]
    .map(|(near, pattern)| (near, compiled(pattern)))
});

/// The hedge at the end of `before`.
pub(super) fn before_it(before: &str) -> Near {
    let near = lowered(tail(before, BESIDE));
    BEFORE.iter().find(|(_, form)| form.is_match(&near)).map_or(Near::Exact, |(near, _)| *near)
}

/// The hedge at the beginning of `after`.
pub(super) fn after_it(after: &str) -> Near {
    let near = head(after, BESIDE);
    BEHIND.iter().find(|(_, form)| form.is_match(near)).map_or(Near::Exact, |(near, _)| *near)
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
    let found = JAPANESE.captures(tail(before, BESIDE))?;
    let word = found.get(1).or_else(|| found.get(2))?.as_str();
    time(if word == "時" { "時間" } else { word })
}

fn time(word: &str) -> Option<Per> {
    unit(word).filter(|unit| unit.dim == Dim::Time).map(|unit| Per::Seconds(unit.scale[0]))
}
