//! What a pack tells of metrics, changes and the like: a line for each item, and what it says while there is room.
//!
//! Knows items, which are redacted. Must not know what kind of thing an item is.

use super::Writer;
use crate::evidence::Item;
use crate::evidence::excerpt::{excerpt, squeeze};
use crate::evidence::items::id;
use crate::evidence::redact::Redacted;

/// Longest text of one item, in characters.
const TEXT: usize = 360;

/// Writes titles first, so that each item is named before any is told at length. At most `room` characters.
pub(super) fn tell(items: &[Item], writer: &mut Writer, room: usize) {
    let end = writer.left.saturating_sub(room);
    let mut put = |line: &Redacted| {
        let fits = writer.left.saturating_sub(line.as_str().chars().count()) >= end;
        fits && writer.put(line)
    };
    let told: Vec<&Item> = items.iter().filter(|item| put(&line(item, &item.title, " "))).collect();
    for item in told {
        let text = excerpt(&squeeze(&item.text), TEXT);
        if !text.as_str().is_empty() && !put(&line(item, &text, " in full: ")) {
            return;
        }
    }
}

/// `M1 title`. An id is our own: a letter and a number.
fn line(item: &Item, text: &Redacted, between: &'static str) -> Redacted {
    let number: usize = item.id.get(1..).and_then(|number| number.parse().ok()).unwrap_or(1);
    let id = id(item.kind, number.saturating_sub(1));
    Redacted::concat([&id, &Redacted::fixed(between), text, &Redacted::fixed("\n")])
}

#[cfg(test)]
mod tests {
    use super::super::pack;
    use crate::evidence::{Item, Kind, Line, Redactor, TOKEN, compare};

    fn item(n: usize, title: &str, text: &str) -> Item {
        let redactor = Redactor::default();
        Item {
            id: format!("M{n}"),
            kind: Kind::Metric,
            source: "prom".into(),
            title: redactor.redact_line(title),
            text: redactor.redact(text),
            query: None,
            link: None,
            at: None,
            frequency: None,
            chart: None,
        }
    }

    #[test]
    fn every_title_comes_before_any_text_and_logs_keep_their_share() {
        let items: Vec<Item> = (1..40).map(|n| item(n, &"word ".repeat(20), &"more\n".repeat(90))).collect();
        let lines = |from: i64, text: &'static str| {
            (from..from + 300).map(move |n| {
                Line::new(
                    chrono::DateTime::from_timestamp(1_763_629_800 + n, 0),
                    "api-0",
                    &format!("{text} {n}"),
                )
            })
        };
        let logs = compare(lines(300, "ERROR a.Pool: no connection"), lines(0, "INFO served"), None);
        let none = compare(std::iter::empty(), std::iter::empty(), None);
        for tokens in [500, 1_000, 4_000] {
            for comparison in [&logs, &none] {
                let pack = pack(&items, comparison, tokens, &Redactor::default());
                let text = pack.text.as_str();
                assert!(text.chars().count() <= tokens * TOKEN, "{tokens}");
                let last_title = text.rfind(" word word").unwrap();
                assert!(text.find("in full").is_none_or(|first| last_title < first), "{text}");
                let others = text
                    .lines()
                    .filter(|line| line.starts_with('M') && !line.starts_with("Marks"))
                    .map(|line| line.chars().count() + 1)
                    .sum::<usize>();
                if comparison.lines > 0 {
                    assert!(others <= tokens * TOKEN * 3 / 10, "{tokens}: {others}");
                    assert!(text.contains("L1 +300") && pack.last > 0, "{text}");
                } else {
                    assert!(!text.contains("Logs"), "{text}");
                }
            }
        }
    }
}
