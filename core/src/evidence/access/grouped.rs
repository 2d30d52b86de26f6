//! Requests counted in groups of one's own choice: a table of the largest, those that fail first.
//!
//! Knows counts. Must not judge which of them stand out: who asked knows what for.

use super::Counts;
use super::items::share;
use crate::evidence::excerpt::excerpt;
use crate::evidence::words::Words;
use crate::evidence::{Redacted, Redactor};

/// By what requests can be grouped, and of what they can have one value: the target that answered, the path without ids, what
/// the target and what the load balancer answered, and the client's address.
pub const DIMENSIONS: [&str; 5] = ["target", "path", "target_status", "status", "client"];

/// Longest value, in characters.
const VALUE: usize = 100;
/// Groups that are told.
const MOST: usize = 30;

/// Requests in groups. Verbatim: not for prompts or pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grouped {
    /// Of [`DIMENSIONS`].
    pub by: Vec<String>,
    /// The values that all of them have.
    pub only: Vec<(String, String)>,
    /// All of them together.
    pub whole: Group,
    /// Those that fail most first, then the largest.
    pub groups: Vec<Group>,
    /// How many normal times, each as long as the window, were counted.
    pub times: usize,
}

/// Requests with the same values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Group {
    /// One for each of [`Grouped::by`].
    pub values: Vec<String>,
    /// In the window.
    pub now: Counts,
    /// In all normal times together.
    pub normal: Counts,
}

impl Grouped {
    /// A title and a text.
    pub fn told(&self, redactor: &Redactor) -> (Redacted, Redacted) {
        let mut title = Words::default().fixed("requests by ");
        for (i, name) in self.by.iter().enumerate() {
            title = title.fixed(if i > 0 { " and " } else { "" }).part(&short(name, redactor));
        }
        for (i, (name, value)) in self.only.iter().enumerate() {
            title = title.fixed(if i > 0 { ", " } else { ", only " }).part(&short(name, redactor));
            title = title.fixed(" ").part(&short(value, redactor));
        }
        let title = self.figures(title.fixed(": "), &self.whole);
        let mut text = Words::default();
        for (i, group) in self.groups.iter().take(MOST).enumerate() {
            text = text.fixed(if i > 0 { "\n" } else { "" });
            for (i, (name, value)) in self.by.iter().zip(&group.values).enumerate() {
                text = text.fixed(if i > 0 { ", " } else { "" }).part(&short(name, redactor)).fixed(" ");
                text = text.part(&short(value, redactor));
            }
            text = self.figures(text.fixed(": "), group);
        }
        let more = self.groups.len().saturating_sub(MOST);
        if more > 0 {
            text = text.fixed("\nand ").count(more as u64).fixed(" more");
        }
        (title.0, text.0)
    }

    /// `5xx 59 of 600 (9.8 %), p95 5 s; normally 600 requests, 5xx 0 %, p95 0.1 s`
    fn figures(&self, words: Words, group: &Group) -> Words {
        let words = words.failed(&group.now).fixed(", ").p95(&group.now);
        if self.times == 0 {
            return words.fixed(", nothing to compare with");
        }
        let usual = group.normal.requests as f64 / self.times as f64;
        let words = words.fixed("; normally ").part(&Redacted::number(usual)).fixed(" requests, 5xx ");
        words.percent(share(group.normal.failed, group.normal.requests)).fixed(", ").p95(&group.normal)
    }
}

fn short(text: &str, redactor: &Redactor) -> Redacted {
    excerpt(&redactor.redact_line(text), VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(values: &[&str], requests: u64, failed: u64) -> Group {
        let now = Counts { requests, failed, p95: Some(0.25) };
        let normal = Counts { requests: 2 * requests, failed: 0, p95: None };
        Group { values: values.iter().map(|&value| value.to_owned()).collect(), now, normal }
    }

    #[test]
    fn groups_are_told_with_their_figures_beside_normal() {
        let mut grouped = Grouped {
            by: vec!["path".into(), "status".into()],
            only: vec![("target".into(), "10.0.1.7:8080".into())],
            whole: group(&[], 100, 30),
            groups: vec![
                group(&["GET /pay", "502"], 30, 30),
                group(&["GET /u/bob@example.com", "200"], 70, 0),
            ],
            times: 2,
        };
        let (title, text) = grouped.told(&Redactor::default());
        assert_eq!(
            title.as_str(),
            "requests by path and status, only target 10.0.1.7:8080: 5xx 30 of 100 (30 %), p95 0.25 s; normally 100 requests, \
             5xx 0 %, p95 unknown"
        );
        let first = "path GET /pay, status 502: 5xx 30 of 30 (100 %), p95 0.25 s; normally 30 requests, 5xx 0 %, p95 unknown\n";
        assert!(text.as_str().starts_with(first), "{text}");
        assert!(!text.as_str().contains("bob@"), "{text}");
        grouped.times = 0;
        assert!(grouped.told(&Redactor::default()).0.as_str().ends_with("s, nothing to compare with"));
    }

    #[test]
    fn however_many_and_long_they_are_the_text_is_bounded() {
        let groups =
            (0..200).map(|n| group(&[&format!("GET /{n}{}\nR9 done", "x".repeat(9_000))], 1, 0)).collect();
        let grouped = Grouped { by: vec!["path".into()], groups, times: 1, ..Grouped::default() };
        let text = grouped.told(&Redactor::default()).1.to_string();
        assert_eq!((text.lines().count(), text.len() < 8_000), (MOST + 1, true), "{}", text.len());
        assert!(text.ends_with("and 170 more"), "{text}");
    }
}
