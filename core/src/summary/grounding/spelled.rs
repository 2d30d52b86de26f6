//! English numbers in words: `three`, `twenty-five`, `two thousand`.
//!
//! Knows the words. Must not know what is counted. `one` is left out: it counts less often than it points.

use std::sync::LazyLock;

use regex::Regex;

use super::kanji::Numeral;
use super::spelling::compiled;

const ONES: [&str; 20] = [
    "",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

static SPELLED: LazyLock<Regex> = LazyLock::new(|| {
    let ones = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen";
    let tens = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety";
    compiled(&format!(
        r"(?i)\b(?:(?:{tens})(?:[- ](?:{ones}))?|{ones}|a dozen|dozen)(?: (?:hundred|thousand|million|billion))*\b"
    ))
});

/// The numbers of `text` that are written in words.
pub(super) fn spelled(text: &str) -> Vec<Numeral> {
    let numeral = |found: regex::Match<'_>| {
        let words = found.as_str().to_lowercase();
        let joined = |c: Option<char>| c.is_some_and(|c| matches!(c, '-' | '_' | '.' | '/'));
        let before = text.get(..found.start())?.chars().next_back();
        let after = text.get(found.end()..)?;
        // `two-phase` and `two.example` are names, `five.` ends a sentence.
        let inside = after.starts_with(['-', '_', '/'])
            || after.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
        let (value, step) = value(&words);
        (words != "one" && !joined(before) && !inside).then_some(Numeral {
            at: (found.start(), found.end()),
            value,
            step,
            digits: false,
        })
    };
    SPELLED.find_iter(text).filter_map(numeral).collect()
}

fn value(words: &str) -> (f64, f64) {
    let (mut value, mut step) = (0.0, 1.0);
    for word in words.split([' ', '-']) {
        let size = match word {
            "hundred" => 100.0,
            "thousand" => 1e3,
            "million" => 1e6,
            "billion" => 1e9,
            _ => {
                let place = |list: &[&str], size: u32| {
                    list.iter().position(|one| *one == word).map(|at| u32::try_from(at).unwrap_or(0) * size)
                };
                let number =
                    if word == "dozen" { Some(12) } else { place(&ONES, 1).or_else(|| place(&TENS, 10)) };
                value += number.filter(|_| !word.is_empty()).map_or(0.0, f64::from);
                continue;
            }
        };
        (value, step) = (value * size, step * size);
    }
    (value, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_numbers() {
        for (text, expected) in [
            ("Three pods and twenty-five hosts", vec![3.0, 25.0]),
            ("two thousand lines, ninety percent", vec![2_000.0, 90.0]),
            ("one of the five. A dozen", vec![5.0, 12.0]),
            ("a two-phase commit in db_two, someone often", vec![]),
        ] {
            let found: Vec<f64> = spelled(text).iter().map(|n| n.value).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
