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

/// The stems of what a number counts, in the order of the words. A number with a unit says itself what it measures.
/// Japanese counters count all kinds of things, and the thing stands behind `の` or before the particle.
pub(super) fn nouns(before: &str, after: &str, has_unit: bool) -> Vec<String> {
    static COUNTER: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"^[件回行個本つ](?:の([^の、。はがをでに]+))?"));
    static SUBJECT: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"([^のはがをでに、。\s]+)(?:は|が|を|で|も)(?:約|およそ|ほぼ|合計|計)?$"));
    if has_unit {
        return Vec::new();
    }
    let stems = |text: &str| words(text).into_iter().map(|word| word.stem).collect::<Vec<_>>();
    let japanese = after.starts_with(is_cjk);
    if let Some(found) = japanese.then(|| COUNTER.captures(head(after, BESIDE))).flatten() {
        let thing = found.get(1).map(|m| m.as_str());
        let subject = || Some(SUBJECT.captures(tail(before, BESIDE))?.get(1)?.as_str().to_owned());
        let named = thing.map(str::to_owned).or_else(subject);
        let counter = if after.starts_with('行') {
            vec!["line".to_owned()]
        } else {
            vec![COUNTED_IN_JAPANESE.to_owned()]
        };
        return counter.into_iter().chain(named.iter().flat_map(|text| stems(text))).collect();
    }
    if japanese {
        return stems(head(after, 12)).into_iter().take(1).filter(|word| !is_grammar(word)).collect();
    }
    let Some(rest) = after.strip_prefix([' ', '-']) else { return Vec::new() };
    let mut nouns = Vec::new();
    let rest = lowered(head(rest, BESIDE));
    for word in rest.split_inclusive(' ').take(NOUNS + 1) {
        let bare = word.trim_end();
        let name: String = bare.chars().take_while(|c| c.is_alphanumeric() || "-_'".contains(*c)).collect();
        if ["such", "of", "the", "these", "those", "its"].contains(&name.as_str()) && name == bare {
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
        "refuse" | "refusa" => &["refuse"],
        "reject" => &["reject"],
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
