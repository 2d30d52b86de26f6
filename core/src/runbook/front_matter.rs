//! The YAML between the two `---` lines at the top of a runbook.
//!
//! Knows its keys and the lines on which they stand. Must not know Markdown.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

use super::Fault;
use crate::alert::matchers::Matchers;

/// The keys that a runbook may have.
const KEYS: [&str; 3] = ["match", "owner", "escalate_after"];

/// What the front matter says, as far as it could be read.
#[derive(Debug, Default)]
pub struct FrontMatter {
    /// Empty where any matcher is faulty: with one left out the runbook would claim alerts that are not its own.
    pub matchers: Matchers,
    /// Whom to call.
    pub owner: Option<String>,
    /// After how long without an answer to call them.
    pub escalate_after: Option<Duration>,
}

/// A file, cut in two.
pub struct Cut<'a> {
    /// The YAML, where there is a front matter.
    pub yaml: Option<&'a str>,
    /// The Markdown after it.
    pub body: &'a str,
    /// How many lines stand before the Markdown.
    pub lines_before: usize,
    /// Whether a first `---` has no second.
    pub unclosed: bool,
}

/// Cuts off the front matter: the first line is `---`, a later one `---` or `...` ends it.
pub fn cut(text: &str) -> Cut<'_> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    let none = Cut { yaml: None, body: text, lines_before: 0, unclosed: false };
    if first.trim_end() != "---" {
        return none;
    }
    let mut end = first.len();
    for (index, line) in lines.enumerate() {
        let after = end.saturating_add(line.len());
        if matches!(line.trim_end(), "---" | "...") {
            return Cut {
                yaml: text.get(first.len()..end),
                body: text.get(after..).unwrap_or_default(),
                lines_before: index.saturating_add(2),
                unclosed: false,
            };
        }
        end = after;
    }
    Cut { unclosed: true, ..none }
}

/// Reads the YAML, which begins on line 2 of the file.
pub fn read(yaml: &str) -> (FrontMatter, Vec<Fault>) {
    let raw: Raw = match serde_saphyr::from_str::<Option<Raw>>(yaml) {
        Ok(raw) => raw.unwrap_or_default(),
        Err(error) => return (FrontMatter::default(), vec![yaml_fault(&error)]),
    };
    let mut faults: Vec<Fault> = raw.unknown.iter().map(|(line, key)| unknown_key(*line, key)).collect();
    let escalate_after = raw.escalate_after.and_then(|(line, text)| {
        let read = parse_duration(&text);
        if read.is_none() {
            faults.push(Fault::new(
                line,
                format!("escalate_after: {text:?} is not a length of time"),
                "write a number and a unit, such as 30m, 1h30m or 1d",
            ));
        }
        read
    });
    let owner = raw.owner.and_then(|(line, text)| {
        if text.trim().is_empty() {
            faults.push(Fault::new(
                line,
                "owner: is empty",
                "name the team or person to call, or leave it out",
            ));
            return None;
        }
        Some(text.trim().to_owned())
    });
    let matchers = read_matchers(raw.matchers, &mut faults);
    (FrontMatter { matchers, owner, escalate_after }, faults)
}

fn read_matchers(raw: Option<Vec<(usize, String)>>, faults: &mut Vec<Fault>) -> Matchers {
    let Some(list) = raw else {
        faults.push(Fault::new(
            1,
            "there is no match:",
            "add one, such as match: ['alertname=\"HighErrorRate\"'], or match: [] where only alerts' runbook_url names it",
        ));
        return Matchers::default();
    };
    let before = faults.len();
    for (line, text) in &list {
        match Matchers::parse(&[text]) {
            Ok(read) if read.is_empty() => {
                faults.push(Fault::new(
                    *line,
                    "match: a matcher is empty",
                    "write one such as service=\"api\"",
                ));
            }
            Ok(_) => {}
            Err(error) => faults.push(Fault::new(
                *line,
                format!("match: {error}"),
                "write Alertmanager's matchers: name, one of = != =~ !~, and the value in double quotes",
            )),
        }
    }
    if faults.len() > before {
        return Matchers::default();
    }
    let texts: Vec<&str> = list.iter().map(|(_, text)| text.as_str()).collect();
    let matchers = Matchers::parse(&texts).unwrap_or_default();
    if let (Some((line, _)), 0) = (list.first(), matchers.specificity().required) {
        faults.push(Fault::new(
            *line,
            "match: no matcher needs its label to be there, so that it takes alerts that have nothing to do with it",
            "add one that names what it is for, such as alertname=\"HighErrorRate\"",
        ));
    }
    matchers
}

fn yaml_fault(error: &serde_saphyr::Error) -> Fault {
    let line = error.location().map_or(1, |at| usize::try_from(at.line()).unwrap_or(0)).saturating_add(1);
    let text = error.without_snippet().to_string();
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    // Its own words end in a line that counts from the YAML's beginning, not from the file's.
    let what = first.rsplit_once(" at line ").map_or(first, |(words, _)| words);
    Fault::new(
        line,
        format!("front matter: {what}"),
        "correct the YAML; values with : # { or \" stand in single quotes",
    )
}

fn unknown_key(line: usize, key: &str) -> Fault {
    let nearest = KEYS.iter().min_by_key(|known| distance(known, key)).copied().unwrap_or_default();
    let remedy = if distance(nearest, key) <= 3.min(key.chars().count() / 2) {
        format!("write {nearest}:, or leave it out")
    } else {
        format!("the keys are {}", KEYS.join(", "))
    };
    Fault::new(line, format!("unknown key {key:?}"), &remedy)
}

/// How many characters must be added, removed or replaced to make `a` into `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (index, left) in a.chars().enumerate() {
        let mut diagonal = index;
        let mut before = index.saturating_add(1);
        for (cell, right) in row.iter_mut().skip(1).zip(&b) {
            let replaced = diagonal.saturating_add(usize::from(left != *right));
            diagonal = *cell;
            before = replaced.min(diagonal.saturating_add(1)).min(before.saturating_add(1));
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = index.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or_default()
}

/// Reads a length of time as Prometheus writes it: `30m`, `1h30m`, `1d`; units from large to small, each once.
fn parse_duration(text: &str) -> Option<Duration> {
    const UNITS: [(&str, u64); 5] = [("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];
    let mut rest = text.trim();
    let mut seconds: u64 = 0;
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let (unit, factor) = units.by_ref().find(|(unit, _)| after.starts_with(unit))?;
        seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(*factor)?)?;
        rest = after.strip_prefix(unit)?;
    }
    (seconds > 0 && seconds <= 366 * 86_400).then(|| Duration::from_secs(seconds))
}

/// The keys with their lines in the file, before any of their values is judged.
#[derive(Default)]
struct Raw {
    matchers: Option<Vec<(usize, String)>>,
    owner: Option<(usize, String)>,
    escalate_after: Option<(usize, String)>,
    unknown: BTreeSet<(usize, String)>,
}

/// The line of the file on which a value of the YAML stands.
fn line_of<T>(spanned: &Spanned<T>) -> usize {
    usize::try_from(spanned.referenced.line()).unwrap_or(0).saturating_add(1)
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("keys and values, such as owner: platform")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let line = line_of(&key);
            match key.value.as_str() {
                "match" => {
                    let list = map.next_value::<OneOrMany>()?.0;
                    let at = |found: usize| if found > 1 { found } else { line };
                    raw.matchers = Some(list.into_iter().map(|(found, text)| (at(found), text)).collect());
                }
                "owner" => raw.owner = Some(line_and_text(map.next_value()?)),
                "escalate_after" => raw.escalate_after = Some(line_and_text(map.next_value()?)),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    raw.unknown.insert((line, key.value));
                }
            }
        }
        Ok(raw)
    }
}

fn line_and_text(value: Spanned<String>) -> (usize, String) {
    (line_of(&value), value.value)
}

/// A string, or a list of strings with their lines; the line of a lone string is that of its key.
struct OneOrMany(Vec<(usize, String)>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;

        impl<'de> Visitor<'de> for Strings {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of matchers, such as ['alertname=\"HighErrorRate\"']")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![(0, text.to_owned())]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = seq.next_element::<Spanned<String>>()? {
                    list.push(line_and_text(value));
                }
                Ok(OneOrMany(list))
            }
        }

        deserializer.deserialize_any(Strings)
    }
}
