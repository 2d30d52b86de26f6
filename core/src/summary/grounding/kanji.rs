//! Numbers with Japanese magnitudes and in Chinese characters: 2千万, 1万2千, 三.
//!
//! Knows how these are composed. Must not know units; a numeral without a digit needs a counter behind it, since its
//! characters stand in other words, too.

use std::sync::LazyLock;

use regex::Regex;

use super::spelling::compiled;

/// A numeral: where it stands, its value, and one in its last digit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Numeral {
    /// First byte, and the byte behind.
    pub at: (usize, usize),
    /// What it says.
    pub value: f64,
    /// One in its last digit.
    pub step: f64,
    /// Whether it has digits.
    pub digits: bool,
}

static NUMERAL: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?:\d[\d,]*(?:\.\d+)?|[〇一二三四五六七八九])?[十百千万億兆](?:\d[\d,]*(?:\.\d+)?|[〇一二三四五六七八九十百千万億兆])*",
        r"|[一二三四五六七八九]",
    ))
});

/// Behind a numeral without digits.
static COUNTER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(r"^(?:件|回|台|行|個|本|つ|人|名|秒|分|時間|ミリ秒|倍|割|度|日|週間|円|パーセント|%|か月)")
});

/// The numerals of `text`.
pub(super) fn numerals(text: &str) -> Vec<Numeral> {
    let numeral = |found: regex::Match<'_>| {
        let before = text.get(..found.start())?.chars().next_back();
        let joined = before.is_some_and(|c| c.is_ascii_alphanumeric() || ".,-_/:".contains(c));
        let digits = found.as_str().contains(|c: char| c.is_ascii_digit());
        let counted = COUNTER.is_match(text.get(found.end()..)?);
        let (value, step) = value(found.as_str())?;
        // `一度`, `一部` and `十分` are words of their own far more often than numbers.
        let word =
            found.as_str() == "一" || (found.as_str() == "十" && text.get(found.end()..)?.starts_with('分'));
        (!joined && (digits || counted && !word)).then_some(Numeral {
            at: (found.start(), found.end()),
            value,
            step,
            digits,
        })
    };
    NUMERAL.find_iter(text).filter_map(numeral).collect()
}

/// Sections of ten thousand, each of thousands, hundreds and tens.
fn value(text: &str) -> Option<(f64, f64)> {
    let (mut total, mut section, mut current): (f64, f64, Option<f64>) = (0.0, 0.0, None);
    let mut step = 1.0;
    let mut literal = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() || matches!(c, '.' | ',') {
            literal.push(c);
            continue;
        }
        if !literal.is_empty() {
            let digits = literal.replace(',', "");
            current = Some(digits.parse().ok()?);
            step = digits
                .split_once('.')
                .map_or(1.0, |(_, f)| 0.1_f64.powi(i32::try_from(f.len()).unwrap_or(9)));
            literal.clear();
        }
        if let Some(digit) = digit(c) {
            current = Some(current.map_or(digit, |current| current * 10.0 + digit));
            step = 1.0;
            continue;
        }
        let (size, large) = match c {
            '十' => (10.0, false),
            '百' => (100.0, false),
            '千' => (1_000.0, false),
            '万' => (1e4, true),
            '億' => (1e8, true),
            '兆' => (1e12, true),
            _ => continue,
        };
        // A literal of a smaller place replaces the step, a further magnitude enlarges it.
        step = if current.is_some() {
            step * size
        } else if large {
            step.max(1.0) * size
        } else {
            size
        };
        if large {
            total += if section == 0.0 && current.is_none() { 1.0 } else { section + current.unwrap_or(0.0) }
                * size;
            section = 0.0;
        } else {
            section += current.unwrap_or(1.0) * size;
        }
        current = None;
    }
    // Without a fraction, 四百 is as exact as 400.
    let large = text.contains(['.', '万', '億', '兆']);
    let step = if large { step } else { step.min(1.0) };
    Some((total + section + current.unwrap_or(0.0), step))
}

fn digit(c: char) -> Option<f64> {
    let place = "〇一二三四五六七八九".chars().position(|digit| digit == c)?;
    u32::try_from(place).ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitudes_are_read_and_words_that_hold_them_are_not() {
        for (text, expected) in [
            ("2千万行", vec![(2e7, 1e7)]),
            ("1万2千件", vec![(12_000.0, 1_000.0)]),
            ("1.2万件", vec![(12_000.0, 1_000.0)]),
            ("1億2,345万円", vec![(123_450_000.0, 1e4)]),
            ("三台と十五件、二十回", vec![(3.0, 1.0), (15.0, 1.0), (20.0, 1.0)]),
            ("三千五百人", vec![(3_500.0, 1.0)]),
            ("一部の万一、千葉で一時、一度は十分", vec![]),
            ("v2千", vec![]),
        ] {
            let found: Vec<_> = numerals(text).iter().map(|n| (n.value, n.step)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
