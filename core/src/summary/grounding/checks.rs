//! What can be looked for in a sentence: its quotations, and its words with a number in them.
//!
//! Knows how quotations and numbers are written. Must not know where they are looked for.

use std::sync::LazyLock;

use regex::Regex;

use super::text::{compiled, normalise, words_with_digits};

/// What of a sentence can be looked for literally, in normalised spelling.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Checks {
    /// Each quotation as the pieces between its ellipses, which have to follow one another.
    pub quotations: Vec<Vec<String>>,
    /// Numbers with their units, times, and names with a digit in them.
    pub words: Vec<String>,
    /// Numbers written as words, with the digits that say the same.
    pub spelled: Vec<(String, &'static str)>,
    /// It says that something is not so, which no literal search can confirm.
    pub negated: bool,
}

static QUOTATIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    // Single quotes only around a whole word or more: elsewhere they are apostrophes.
    [r"`([^`]+)`", r#""([^"]+)""#, r"(?:^|[\s(\[{:=,])'([^']+)'(?:$|[\s.,;:!?)\]}])"].map(compiled).into()
});

static NEGATION: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b(?:not|no|never|none|nothing|nobody|neither|nor|without|cannot|lacks?|lacking|absent|absence|unaffected|except|zero)\b|n't\b|ない|なく|なし|無し|ません|ずに|以外",
    )
});

static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|dozens?|",
        r"hundreds?|thousands?|millions?|billions?|twice|thrice|doubled?|tripled?|half|halved|quarter|tenfold)\b",
        r"|[一二三四五六七八九十百千万]+(?:件|回|台|秒|分|時|個|倍|割|人|つ|本|日)",
    ))
});

/// What can be looked for in `sentence`. The ids it cites are no evidence of themselves.
pub(super) fn checks(sentence: &str, cited: &[String]) -> Checks {
    let mut rest = normalise(sentence);
    let mut quotations = Vec::new();
    for form in QUOTATIONS.iter() {
        for found in form.captures_iter(&rest) {
            let inner = found.get(1).map_or("", |m| m.as_str());
            quotations.push(pieces(inner));
        }
        rest = form.replace_all(&rest, " ; ").into_owned();
    }
    quotations.retain(|pieces| !pieces.is_empty());
    let is_cited = |word: &String| cited.iter().any(|id| id.eq_ignore_ascii_case(word));
    Checks {
        quotations,
        words: words_with_digits(&rest).into_iter().filter(|word| !is_cited(word)).collect(),
        spelled: SPELLED.find_iter(&rest).map(|m| (m.as_str().to_owned(), digits(m.as_str()))).collect(),
        negated: NEGATION.is_match(&rest),
    }
}

/// Between ellipses; punctuation that belongs to the sentence and not to the quotation is left off.
fn pieces(quotation: &str) -> Vec<String> {
    let trim = |piece: &str| piece.trim_matches([' ', ',', '.', ';', '!', '?', '。', '、']).to_owned();
    quotation.replace('…', "...").split("...").map(trim).filter(|piece| !piece.is_empty()).collect()
}

fn digits(word: &str) -> &'static str {
    const DIGITS: [(&str, &str); 12] = [
        ("two", "2"),
        ("three", "3"),
        ("four", "4"),
        ("five", "5"),
        ("six", "6"),
        ("seven", "7"),
        ("eight", "8"),
        ("nine", "9"),
        ("ten", "10"),
        ("eleven", "11"),
        ("twelve", "12"),
        ("twenty", "20"),
    ];
    DIGITS.iter().find(|(spelled, _)| *spelled == word).map_or("", |(_, digits)| digits)
}

/// The ids that stand in square brackets in `sentence`: models cite so, whatever they are told.
pub(super) fn bracketed(sentence: &str) -> (String, Vec<String>) {
    static IDS: LazyLock<Regex> =
        LazyLock::new(|| compiled(r"\s?\[\s*([A-Z][0-9]{1,4}(?:\s*[,;、]\s*[A-Z][0-9]{1,4})*)\s*\]"));
    let mut ids = Vec::new();
    for found in IDS.captures_iter(sentence) {
        let list = found.get(1).map_or("", |m| m.as_str());
        ids.extend(list.split([',', ';', '、']).map(|id| id.trim().to_owned()));
    }
    (IDS.replace_all(sentence, "").into_owned(), ids)
}
