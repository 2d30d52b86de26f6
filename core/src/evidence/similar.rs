//! Incidents of other groups that resemble this one: which, and why they are like it.
//!
//! Knows titles, labels and log lines. Must not claim likeness that it cannot name: each has a reason that a person can
//! check, and what shares only a word or a namespace is not like it.

use std::collections::BTreeSet;

use super::known::{self, Earlier, MOST_SIMILAR};
use super::{Item, Redactor};
use crate::alert::Labels;

/// What likeness takes at least: one reason that says much, or two that say something.
const FLOOR: u32 = 3;
/// Two lines are the same pattern where so much of their words is the same, …
const SAME_PERCENT: usize = 60;
/// … and so many words: `request failed` is in all logs.
const LEAST_WORDS: usize = 4;
/// Labels that name what is in trouble. Those that name a place, such as a namespace, are shared by too many.
const THINGS: [&str; 7] = ["service", "app", "application", "component", "deployment", "workload", "job"];

/// What likeness is judged by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// What the incident is called.
    pub title: String,
    /// What its alerts have in common.
    pub labels: Labels,
    /// Its log lines that differ from normal, the most decisive first.
    pub lines: Vec<String>,
}

impl Traits {
    /// The words to look for, without those that hold digits: they change each time.
    pub fn words(&self) -> BTreeSet<String> {
        let named = self.labels.iter().filter(|(name, _)| is_thing(name) || *name == "alertname");
        let texts = named.map(|(_, value)| value).chain([self.title.as_str()]);
        texts.chain(self.lines.iter().map(String::as_str)).flat_map(words).collect()
    }
}

/// The items of those among `past` that are like `now`, the most alike first, of equals the newest. Their ids follow those
/// that earlier incidents of the same group may have.
pub fn items(
    now: &Traits,
    past: &[(Earlier, Traits)],
    redactor: &Redactor,
    url: &dyn Fn(i64) -> String,
) -> Vec<Item> {
    let judged = |(earlier, traits): &'_ (Earlier, Traits)| {
        let reasons = reasons(now, traits);
        let score: u32 = reasons.iter().map(|(points, _)| points).sum();
        let why: Vec<String> = reasons.into_iter().map(|(_, why)| why).collect();
        (score >= FLOOR).then(|| (score, earlier.clone(), why.join("; ")))
    };
    let mut alike: Vec<(u32, Earlier, String)> = past.iter().filter_map(judged).collect();
    alike.sort_by_key(|(score, earlier, _)| std::cmp::Reverse((*score, earlier.number)));
    let item = |(n, (_, earlier, why)): (usize, &(u32, Earlier, String))| {
        known::similar(n, earlier, why, redactor, url)
    };
    alike.iter().take(MOST_SIMILAR).enumerate().map(item).collect()
}

/// What two incidents have in common, and how much each thing says.
fn reasons(now: &Traits, past: &Traits) -> Vec<(u32, String)> {
    let mut found = Vec::new();
    if let Some(line) = now.lines.iter().find(|line| past.lines.iter().any(|other| same(line, other))) {
        found.push((3, format!("the same log line: {line}")));
    }
    let shared = |name: &str| {
        let value = now.labels.get(name);
        (!value.is_empty() && value == past.labels.get(name)).then(|| value.to_owned())
    };
    let alert = shared("alertname");
    if let Some(name) = &alert {
        found.push((2, format!("the same alert {name}")));
    }
    let thing = now.labels.iter().map(|(name, _)| name).find(|name| is_thing(name) && shared(name).is_some());
    if let Some(name) = thing {
        found.push((2, format!("the same {name} {}", now.labels.get(name))));
    }
    // Titles of one alert are alike by their making; that says nothing more.
    if alert.is_none() && same(&now.title, &past.title) {
        found.push((1, "a like title".to_owned()));
    }
    found
}

pub(super) fn is_thing(name: &str) -> bool {
    THINGS.contains(&name) || name.starts_with("dimension.")
}

/// Whether two lines say the same, whatever their numbers.
fn same(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let common = one.intersection(&other).count();
    common >= LEAST_WORDS && common * 100 >= one.union(&other).count() * SAME_PERCENT
}

fn words(text: &str) -> BTreeSet<String> {
    let word = |word: &&str| word.chars().count() > 1 && !word.contains(|c: char| c.is_ascii_digit());
    let split = text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() || c.is_whitespace());
    split.filter(word).map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Kind, Redacted};

    fn traits(title: &str, labels: &[(&str, &str)], lines: &[&str]) -> Traits {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Traits { title: title.into(), labels: labels.iter().copied().collect(), lines }
    }

    fn earlier(number: i64) -> Earlier {
        let opened_at = chrono::DateTime::from_timestamp(1_795_111_620 + number, 0).unwrap();
        Earlier {
            number,
            title: format!("title {number}"),
            opened_at,
            resolved_at: opened_at + chrono::TimeDelta::minutes(22),
            ended_by: "Resolved by aya. Rolled back, password=hunter2.".into(),
        }
    }

    fn now() -> Traits {
        traits(
            "checkout fails 38% of requests",
            &[
                ("alertname", "HighErrorRate"),
                ("service", "checkout"),
                ("namespace", "shop"),
                ("severity", "critical"),
            ],
            &["ERROR db.Pool: Connection is not available, timed out after 30000ms (waiting=7)"],
        )
    }

    #[test]
    fn likeness_needs_a_reason_and_unlike_incidents_are_none() {
        let line = "ERROR db.Pool: Connection is not available, timed out after 12ms (waiting=431)";
        for (past, expected) in [
            (traits("x", &[("service", "search")], &["INFO ok", line]), "the same log line: ERROR db.Pool: "),
            (
                traits(
                    "y",
                    &[("alertname", "HighErrorRate"), ("service", "checkout"), ("cluster", "b")],
                    &[],
                ),
                "the same alert HighErrorRate; the same service checkout",
            ),
            (
                traits(
                    "checkout fails 9% of all requests",
                    &[("service", "checkout"), ("alertname", "X")],
                    &[],
                ),
                "the same service checkout; a like title",
            ),
            (
                traits(
                    "search fails",
                    &[("alertname", "HighErrorRate"), ("service", "search"), ("namespace", "shop")],
                    &[],
                ),
                "",
            ),
            (
                traits(
                    "disk is full",
                    &[("alertname", "DiskFull"), ("service", "checkout"), ("namespace", "shop")],
                    &[],
                ),
                "",
            ),
            (traits("db fails", &[("service", "db")], &["ERROR db.Pool: request failed"]), ""),
            (Traits::default(), ""),
        ] {
            let reasons = reasons(&now(), &past);
            let score: u32 = reasons.iter().map(|(points, _)| points).sum();
            let why = reasons.into_iter().map(|(_, why)| why).collect::<Vec<_>>().join("; ");
            let told = if score >= FLOOR { why.as_str() } else { "" };
            assert!(told.starts_with(expected) && told.is_empty() == expected.is_empty(), "{past:?}: {told}");
        }
    }

    #[test]
    fn the_most_alike_come_first_and_ids_follow_those_of_the_group() {
        let same = traits("y", &[("alertname", "HighErrorRate"), ("service", "checkout")], &[]);
        let both = Traits { lines: now().lines, ..same.clone() };
        let past: Vec<(Earlier, Traits)> =
            (1..9).map(|n| (earlier(n), if n == 2 { both.clone() } else { same.clone() })).collect();
        let items = items(&now(), &past, &Redactor::default(), &|n| format!("http://x/incidents/{n}"));
        let told: Vec<_> = items.iter().map(|item| (item.id.as_str(), item.title.as_str())).collect();
        assert_eq!(told[0], ("H4", "#2 2026-11-19, 22 min, similar"));
        assert_eq!((told.len(), told[1].0, &told[1].1[..2]), (MOST_SIMILAR, "H5", "#8"));
        assert_eq!(
            (items[0].kind, items[0].link.as_ref().map(Redacted::as_str)),
            (Kind::History, Some("http://x/incidents/2"))
        );
        let text = items[1].text.as_str();
        assert!(text.contains("Rolled back") && !text.contains("hunter2"), "{text}");
        assert!(
            text.ends_with("like this one: the same alert HighErrorRate; the same service checkout"),
            "{text}"
        );
    }

    #[test]
    fn words_of_any_language_are_looked_for_and_numbers_are_not() {
        let words =
            traits("決済 失敗: 38%", &[("service", "pay-api"), ("zone", "b")], &["x9 Pool's \u{e9}t\u{e9}"])
                .words();
        let expected = ["api", "pay", "pool", "\u{e9}t\u{e9}", "失敗", "決済"];
        assert_eq!(words.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }
}
