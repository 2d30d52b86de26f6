//! The numbers of a text, with units, precision and hedges.
//!
//! Knows how a number is written in English and Japanese. Must not know which side of a comparison it is on: a claim and
//! an item are read by the same rules.

use std::sync::LazyLock;

use regex::Regex;

use super::hedges::{after_it, before_it, per_before, per_behind};
use super::kanji::{Numeral, numerals};
use super::quantity::{Near, Per, Quantity, Role};
use super::runs::{Atom, atoms, runs};
use super::spelling::{blank, compiled, head};
use super::unit::{Dim, Unit, japanese, magnitude, of_name, unit};

/// Sign, currency, digits, fraction, exponent; then whatever is glued to them.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"^([+-]?)([$€£¥]?)(\d{1,3}(?:[,\x{a0}\x{202f}\x{2009}]\d{3})+|\d+)(\.\d+)?((?:[eE][+-]?\d{1,3})?)([^\d].*)?$",
    )
});
static COMPOSED: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(?:\d+(?:\.\d+)?(?:d|h|min|ms|m|s)){2,}$"));
static PART: LazyLock<Regex> = LazyLock::new(|| compiled(r"(\d+(?:\.\d+)?)(d|h|min|ms|m|s)"));
/// The next word, or a sign of a unit, with at most one blank or hyphen before it.
static NEXT: LazyLock<Regex> = LazyLock::new(|| compiled(r"^[ -]?([A-Za-zµ]+|°[Cc]?|%)(?:/([a-z]+))?"));
static PER: LazyLock<Regex> = LazyLock::new(|| compiled(r"\b1(?:秒|分|時間|日)(?:あたり|当たり)"));
/// Behind a number, `times` makes a factor of it, and not a count.
static FACTOR: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"^ times (?:as|the|more|less|fewer|higher|lower|greater|larger|bigger|faster|slower|longer|worse|better|over|",
        r"normal|usual|its|that|what)\b",
    ))
});

/// How far behind a number its unit is looked for, in bytes.
const AHEAD: usize = 48;

/// Takes the numbers out of `text`, which keeps its length. In it, moments are blank already. `given`: whether it is an
/// item's; in a claim, the value of a key is left to be looked for with its key.
pub(super) fn numbers(text: &mut String, given: bool) -> Vec<Quantity> {
    let mut found: Vec<Quantity> = Vec::new();
    for numeral in numerals(text) {
        found.extend(of_numeral(text, numeral));
    }
    found.extend(super::spelled::spelled(text).into_iter().filter_map(|numeral| of_numeral(text, numeral)));
    blank(text, found.iter().map(|one| one.at));
    for run in runs(text) {
        for atom in atoms(text, run).into_iter().filter(|atom| given || atom.key.is_none()) {
            found.extend(of_atom(text, atom, run.1, given));
        }
    }
    found.sort_by_key(|one| one.at);
    blank(text, found.iter().map(|one| one.at));
    // They are no numbers, but what others are per.
    let per: Vec<(usize, usize)> = PER.find_iter(text).map(|m| (m.start(), m.end())).collect();
    blank(text, per);
    found
}

/// What is known of a number before its unit.
struct Digits {
    value: f64,
    step: f64,
    at: (usize, usize),
    spelled: bool,
}

fn of_numeral(text: &str, numeral: Numeral) -> Option<Quantity> {
    let digits =
        Digits { value: numeral.value, step: numeral.step, at: numeral.at, spelled: !numeral.digits };
    with_unit(text, digits, None)
}

fn of_atom(text: &str, atom: Atom, run_end: usize, given: bool) -> Vec<Quantity> {
    // In a claim, `#471` is a name; an item that has it may be said to have the number, too.
    let Some(run) = text.get(atom.start..atom.end).filter(|run| given || !run.starts_with('#')) else {
        return Vec::new();
    };
    if COMPOSED.is_match(run) {
        return composed(text, run, atom).into_iter().collect();
    }
    let Some(found) = NUMBER.captures(run.trim_start_matches('#')) else { return Vec::new() };
    let part = |n: usize| found.get(n).map_or("", |m| m.as_str());
    let whole: String = part(3).chars().filter(char::is_ascii_digit).collect();
    let Ok(value) = format!("{}{whole}{}{}", part(1).trim_matches('+'), part(4), part(5)).parse::<f64>()
    else {
        return Vec::new();
    };
    let power: i32 = part(5).get(1..).and_then(|power| power.parse().ok()).unwrap_or(0);
    let places = i32::try_from(part(4).len().saturating_sub(1)).unwrap_or(0);
    let glued = part(6);
    let digits_end = atom.end - glued.len();
    let digits =
        Digits { value, step: 10_f64.powi(power - places), at: (atom.start, digits_end), spelled: false };
    if !value.is_finite() || glued.starts_with('.') {
        return Vec::new();
    }
    let open = atom.end == run_end;
    let key = atom.key.and_then(|(a, b)| text.get(a..b));
    let one = match (part(2), glued) {
        ("", "") if open => with_unit(text, digits, key.and_then(of_name)),
        ("", "") => Some(quantity(text, digits, key.and_then(of_name), atom.end)),
        (money, "") => Some(quantity(text, digits, unit(money), atom.end)),
        ("", glued) => glued_unit(text, digits, glued, atom.end),
        _ => None,
    };
    one.into_iter().collect()
}

/// `ms`, `%`, `k`, `/40`, `MB/s`, `-minute` behind the digits; nothing where it is a name.
fn glued_unit(text: &str, mut digits: Digits, glued: &str, end: usize) -> Option<Quantity> {
    if let Some(whole) = glued.strip_prefix('/').and_then(|whole| whole.replace(',', "").parse::<f64>().ok())
    {
        digits.at.1 = end;
        let share = quantity(text, digits, None, end);
        return Some(Quantity { dim: Dim::Share, per: Some(Per::Of(whole)), ..share });
    }
    if let Some(word) = glued.strip_prefix('-').filter(|word| word.chars().all(|c| c.is_ascii_lowercase())) {
        digits.at.1 = if unit(word).is_some() { end } else { digits.at.1 };
        return Some(quantity(text, digits, unit(word), end));
    }
    if let Some(size) = magnitude(glued) {
        digits =
            Digits { value: digits.value * size, step: digits.step * size, at: (digits.at.0, end), ..digits };
        return with_unit(text, digits, None);
    }
    let (word, per) = glued.split_once('/').unwrap_or((glued, ""));
    let seconds = unit(per).filter(|per| per.dim == Dim::Time).map(|per| Per::Seconds(per.scale[0]));
    let known = unit(word);
    if (known.is_none() && !(word.is_empty() && seconds.is_some())) || (!per.is_empty() && seconds.is_none())
    {
        return None;
    }
    digits.at.1 = end;
    let one = quantity(text, digits, known, end);
    Some(Quantity { per: seconds.or(one.per.clone()), ..one })
}

/// Magnitude and unit stand behind, with a blank or in Japanese.
fn with_unit(text: &str, mut digits: Digits, key: Option<Unit>) -> Option<Quantity> {
    let after = text.get(digits.at.1..)?;
    if let Some((size, length)) = magnitude_behind(after) {
        digits = Digits {
            value: digits.value * size,
            step: digits.step * size,
            at: (digits.at.0, digits.at.1 + length),
            ..digits
        };
    }
    let after = head(text.get(digits.at.1..)?, AHEAD);
    let trimmed = after.strip_prefix(' ').unwrap_or(after);
    if let Some((known, length)) = japanese(trimmed) {
        let end = digits.at.1 + after.len() - trimmed.len() + length;
        let rest = text.get(end..).unwrap_or_default();
        // `1分あたり` is no quantity, but what another one is per.
        if rest.starts_with("あたり") || rest.starts_with("当たり") {
            return None;
        }
        digits.at.1 = end;
        return Some(quantity(text, digits, Some(known), end));
    }
    let next = NEXT.captures(after);
    let word = next.as_ref().and_then(|found| found.get(1)).map_or("", |m| m.as_str());
    let whole =
        |end: usize| !after.get(end..).unwrap_or_default().starts_with(|c: char| c.is_ascii_alphanumeric());
    // A letter with a blank before it is a word of its own, but for these.
    let single = word.len() != 1 || !after.starts_with(' ') || ["s", "m", "h", "B", "%", "x"].contains(&word);
    let known = unit(word).or_else(|| (word == "percentage").then(|| unit("points")).flatten());
    if let (Some(known), Some(found), true) = (known, &next, single) {
        let per = found.get(2).and_then(|m| unit(m.as_str())).filter(|per| per.dim == Dim::Time);
        let length = if per.is_some() { found.get(0) } else { found.get(1) }.map_or(0, |m| m.end());
        if whole(length) {
            let end = digits.at.1 + length;
            digits.at.1 = end;
            let one = quantity(text, digits, Some(known), end);
            return Some(Quantity {
                per: per.map(|per| Per::Seconds(per.scale[0])).or(one.per.clone()),
                ..one
            });
        }
    }
    let factor = FACTOR.is_match(after).then(|| unit("x")).flatten();
    let end = digits.at.1;
    Some(quantity(text, digits, factor.or(key), end))
}

fn magnitude_behind(after: &str) -> Option<(f64, usize)> {
    let word: &str = after.strip_prefix(' ')?.split(|c: char| !c.is_ascii_alphabetic()).next()?;
    // `5 k` and `5 K` are no more usual than `5 kelvin`.
    let size = magnitude(word).filter(|_| !matches!(word, "k" | "K"))?;
    Some((size, word.len() + 1))
}

/// The number with its unit, and what the words around it make of it. `end` is where the unit ends.
fn quantity(text: &str, digits: Digits, known: Option<Unit>, end: usize) -> Quantity {
    let before = text.get(..digits.at.0).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let scale = known.map_or([1.0; 2], |unit| unit.scale);
    let near = match after_it(after) {
        Near::Exact => before_it(before),
        near => near,
    };
    let per = known.and_then(|unit| unit.per).map(Per::Seconds);
    let per = per.or_else(|| per_behind(after)).or_else(|| per_before(before));
    let negative = before.ends_with("マイナス") || before.ends_with("minus ");
    let value = if negative { -digits.value } else { digits.value };
    let mut step = digits.step;
    while near != Near::Exact && step >= 1.0 && value != 0.0 && (value / (step * 10.0)).fract() == 0.0 {
        step *= 10.0;
    }
    Quantity {
        digits: value,
        values: scale.map(|scale| value * scale),
        last: digits.step * scale[0],
        step: step * scale[0],
        dim: known.map_or(Dim::Bare, |unit| unit.dim),
        per,
        near,
        role: Role::Plain,
        nouns: super::nouns::nouns(before, after, known.is_some()),
        before: super::nouns::right_before(before),
        ratio: super::nouns::is_ratio(before),
        pair: false,
        spelled: digits.spelled,
        at: digits.at,
    }
}

fn composed(text: &str, run: &str, atom: Atom) -> Option<Quantity> {
    let (mut seconds, mut step) = (0.0, 1.0);
    for part in PART.captures_iter(run) {
        let known = unit(part.get(2)?.as_str())?;
        seconds += part.get(1)?.as_str().parse::<f64>().ok()? * known.scale[0];
        step = known.scale[0];
    }
    let digits = Digits { value: seconds, step, at: (atom.start, atom.end), spelled: false };
    Some(quantity(text, digits, unit("s"), atom.end))
}

/// What belongs together: `1 h 30 min` is one length, `12 of 40` one share.
pub(super) fn joined(text: &str, found: Vec<Quantity>) -> Vec<Quantity> {
    static OF: LazyLock<Regex> = LazyLock::new(|| compiled(r"^ (?:out )?of (?:the |its |all )?$"));
    static AMONG: LazyLock<Regex> = LazyLock::new(|| compiled(r"^[^\s0-9、。]{0,8}?の?(?:うち|中)の?、?$"));
    static AND: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(?: and |, | |と)?$"));
    let mut joined: Vec<Quantity> = Vec::new();
    for one in found {
        let gap = joined.last().and_then(|last| text.get(last.at.1..one.at.0)).unwrap_or("\n");
        let Some(last) = joined.last_mut() else {
            joined.push(one);
            continue;
        };
        let counted = |one: &Quantity| matches!(one.dim, Dim::Bare | Dim::Machines) && one.per.is_none();
        let finer = last.dim == Dim::Time && one.dim == Dim::Time && one.values[0] < last.step;
        if finer && AND.is_match(gap) {
            last.values = [last.values[0] + one.values[0], last.values[0] + one.values[0]];
            (last.digits, last.last, last.step, last.at.1) = (last.values[0], one.last, one.step, one.at.1);
        } else if counted(last) && counted(&one) && (OF.is_match(gap) || AMONG.is_match(gap)) {
            let (part, whole) =
                if gap.contains("of") { (last.digits, one.digits) } else { (one.digits, last.digits) };
            let at = (last.at.0, one.at.1);
            *last = Quantity {
                digits: part,
                values: [part; 2],
                dim: Dim::Share,
                per: Some(Per::Of(whole)),
                at,
                ..one
            };
        } else {
            joined.push(one);
        }
    }
    joined
}
