//! What the logs tool answers: the lines that hold some words, as patterns with counts against normal, and samples.
//!
//! Knows lines and their comparison. Must not know where they come from.

use crate::evidence::patterns::level::Level;
use crate::evidence::{Comparison, Item, Line, Redacted, Redactor, Span, Window, compare, items};

/// Patterns that are told.
const MOST: usize = 12;
/// Of a text, characters.
const TEXT: usize = 40_000;

/// Which lines.
#[derive(Debug, Clone, Copy)]
pub struct Filter<'a> {
    /// A line holds all of these, in any case of letters.
    pub contains: &'a [String],
    /// And none of these.
    pub excludes: &'a [String],
    /// The least level that a pattern has: `info`, `warn` or `error`.
    pub level: Option<&'a str>,
}

/// What one source brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brought {
    /// Of the incident's window.
    pub window: Vec<Line>,
    /// Of normal times.
    pub normal: Vec<(Window, Vec<Line>)>,
    /// What a cap cut, for people.
    pub truncated: Option<String>,
}

/// What is in a source's lines of `window`: a title behind `name`, and a text.
pub fn looked(
    brought: &Brought,
    filter: Filter<'_>,
    window: Window,
    redactor: &Redactor,
) -> (Redacted, Redacted, Option<chrono::DateTime<chrono::Utc>>) {
    let lower = |words: &[String]| words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>();
    let (all, none) = (lower(filter.contains), lower(filter.excludes));
    let fits = |line: &Line| {
        let text = line.text.to_lowercase();
        all.iter().all(|word| text.contains(word)) && !none.iter().any(|word| text.contains(word))
    };
    let span = Span { window, baselines: brought.normal.iter().map(|(window, _)| *window).collect() };
    let before = brought.normal.iter().flat_map(|(_, lines)| lines.iter().cloned());
    let mut found =
        compare(brought.window.iter().filter(|line| fits(line)).cloned(), before.filter(fits), Some(&span));
    if let Some(least) = filter.level {
        found.findings.retain(|finding| finding.level >= Level::named(least.as_bytes()));
    }
    let compared = !brought.normal.is_empty();
    let told = items(&found, "", None, redactor, MOST);
    (
        title(&found, compared),
        text(&found, &told, compared, brought.truncated.as_deref(), redactor),
        told.first().and_then(|one| one.at),
    )
}

fn title(found: &Comparison, compared: bool) -> Redacted {
    let mut title = Redacted::count(found.lines);
    title.push_fixed(if found.lines == 1 { " line" } else { " lines" });
    if compared {
        title.push_fixed(", normally ");
        title.push(&Redacted::number(usual(found)));
    }
    title
}

#[allow(clippy::cast_precision_loss, reason = "a count of lines")]
fn usual(found: &Comparison) -> f64 {
    match found.baseline_minutes > 0.0 {
        true => found.baseline_lines as f64 * found.minutes / found.baseline_minutes,
        false => 0.0,
    }
}

fn text(
    found: &Comparison,
    told: &[Item],
    compared: bool,
    cut: Option<&str>,
    redactor: &Redactor,
) -> Redacted {
    let mut text = Redacted::default();
    if let Some(cut) = cut {
        text.push_fixed("not all lines: ");
        text.push(&redactor.redact_line(cut));
        text.push_fixed("\n");
    }
    for item in told {
        text.push(&pattern(item, compared));
        text.push_fixed("\n");
        text.push(&item.text);
        text.push_fixed("\n");
    }
    let left = found.findings.len().saturating_sub(told.len());
    if left > 0 {
        text.push_fixed("and ");
        text.push(&Redacted::count(left as u64));
        text.push_fixed(" more patterns: name a word that tells them apart\n");
    }
    let end = text.as_str().char_indices().nth(TEXT).map(|(end, _)| end);
    end.map_or_else(|| text.clone(), |end| text.pieces(&[(0..end, "…")]))
}

/// `new, 12 lines, normally 0, 09:10:33 to 09:12:00:`, and below it the samples.
fn pattern(item: &Item, compared: bool) -> Redacted {
    let mut words = Redacted::default();
    let Some(frequency) = &item.frequency else { return words };
    words.push_fixed(frequency.change.before_count());
    words.push(&Redacted::count(frequency.now));
    words.push_fixed(if frequency.now == 1 { " line" } else { " lines" });
    if compared {
        words.push_fixed(", normally ");
        words.push(&Redacted::number(frequency.normal.unwrap_or(0.0)));
    }
    if let Some(at) = item.at {
        words.push(&Redacted::time(at, ", from %H:%M:%S"));
    }
    if let Some(at) = frequency.last_seen {
        words.push(&Redacted::time(at, " to %H:%M:%S"));
    }
    words.push_fixed(":");
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seconds: i64, text: &str) -> Line {
        Line::new(chrono::DateTime::from_timestamp(1_763_629_800 + seconds, 0), "api-0", text)
    }

    fn window() -> Window {
        let at = |seconds: i64| chrono::DateTime::from_timestamp(1_763_629_800_i64 + seconds, 0).unwrap();
        Window { start: at(0), end: at(300) }
    }

    fn brought() -> Brought {
        let usual = |n: i64| line(n, &format!("INFO Api: served /pay in {n} ms"));
        let failing = |n: i64| line(n, "ERROR Pool: no connection for bob@example.com");
        Brought {
            window: (0..100).map(usual).chain((200..212).map(failing)).collect(),
            normal: vec![(window().preceding(), (-300..-200).map(usual).collect())],
            truncated: None,
        }
    }

    fn look(contains: &[&str], excludes: &[&str], level: Option<&str>) -> (String, String) {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (contains, excludes) = (owned(contains), owned(excludes));
        let filter = Filter { contains: &contains, excludes: &excludes, level };
        let (title, text, _) = looked(&brought(), filter, window(), &Redactor::default());
        (title.to_string(), text.to_string())
    }

    #[test]
    fn lines_are_chosen_by_words_and_compared_with_the_same_of_normal_times() {
        let (title, text) = look(&["POOL", "connection"], &[], None);
        assert_eq!(title, "12 lines, normally 0");
        assert!(
            text.contains(
                "12 lines, normally 0, from 09:13:20 to 09:13:31:\nERROR Pool: no connection for <email:"
            ),
            "{text}"
        );
        assert!(!text.contains("bob@"), "{text}");
        let (title, text) = look(&[], &["connection"], None);
        assert_eq!(title, "100 lines, normally 100");
        assert!(!text.contains("Pool"), "{text}");
        assert!(look(&["nowhere"], &[], None).0.starts_with("0 lines, normally 0"));
    }

    #[test]
    fn a_level_keeps_the_patterns_that_are_as_bad() {
        let (_, text) = look(&[], &[], Some("warn"));
        assert!(text.contains("ERROR Pool") && !text.contains("served"), "{text}");
    }
}
