//! What people and machines changed before an alarm: which changes may have to do with it, as items `C1`, `C2` ….
//!
//! Knows events and an incident's labels. Must not know who reported a change, nor claim that it is the cause: it says
//! when it was, and whether it names what the alarm names.

use chrono::{DateTime, TimeDelta, Utc};

use super::excerpt::{excerpt, squeeze};
use super::items::id;
use super::{Item, Kind, Redacted, Redactor};
use crate::alert::Labels;

/// Changes that name what the alarm names, at most so many …
const MOST_NAMED: usize = 10;
/// … and so many that do not: a shared database or gateway changes under another name.
const MOST_OTHERS: usize = 5;
/// Longest title, in characters.
const TITLE: usize = 160;
/// A label value shorter than this is found in too many texts to say anything.
const SHORTEST_NAME: usize = 3;
/// Labels that name a thing which can be changed; others, such as a severity, name none.
const NAMING: [&str; 12] = [
    "service",
    "app",
    "application",
    "component",
    "deployment",
    "workload",
    "job",
    "namespace",
    "cluster",
    "project",
    "team",
    "alertname",
];

/// One change. Verbatim: not for prompts or pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEvent {
    /// When it took effect, by its sender's clock.
    pub at: DateTime<Utc>,
    /// The configured source that reported it: `changes/github`.
    pub source: String,
    /// What was changed, in a line.
    pub summary: String,
    /// The system that was changed, or that made the change; may be empty.
    pub origin: String,
    /// Whatever else was said.
    pub details: Vec<(String, String)>,
    /// Where a person sees it.
    pub link: Option<String>,
}

impl ChangeEvent {
    /// How many things it names that the labels name. Dimensions of CloudWatch name things as well.
    fn names(&self, labels: &Labels) -> usize {
        let mut text = format!("{}\n{}", self.summary, self.origin).to_lowercase();
        for (name, value) in &self.details {
            text.push_str(&format!("\n{name} {value}").to_lowercase());
        }
        let naming = |name: &str| NAMING.contains(&name) || name.starts_with("dimension.");
        let named = |(name, value): &(&str, &str)| {
            naming(name) && value.chars().count() >= SHORTEST_NAME && holds(&text, &value.to_lowercase())
        };
        labels.iter().filter(named).count()
    }
}

/// Whether `name` stands in `text` by itself, and not as a part of a longer name.
fn holds(text: &str, name: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-');
    text.match_indices(name).any(|(at, found)| {
        let (before, after) = (text.get(..at), text.get(at + found.len()..));
        let before = before.and_then(|text| text.chars().next_back());
        let after = after.and_then(|text| text.chars().next());
        !inside(before) && !inside(after)
    })
}

/// The items of what may have to do with an alarm that began at `began`: what names the same things first, each group
/// from the nearest to the farthest.
pub fn items(
    events: &[ChangeEvent],
    labels: &Labels,
    began: DateTime<Utc>,
    redactor: &Redactor,
) -> Vec<Item> {
    let (mut named, mut others): (Vec<&ChangeEvent>, Vec<&ChangeEvent>) =
        events.iter().partition(|event| event.names(labels) > 0);
    let far = |event: &&ChangeEvent| (began - event.at).abs();
    named.sort_by_key(|event| (std::cmp::Reverse(event.names(labels)), far(event), event.summary.clone()));
    others.sort_by_key(|event| (far(event), event.summary.clone()));
    let chosen = named.into_iter().take(MOST_NAMED).map(|event| (event, true));
    let chosen = chosen.chain(others.into_iter().take(MOST_OTHERS).map(|event| (event, false)));
    chosen.enumerate().map(|(i, (event, named))| item(i, event, named, began, redactor)).collect()
}

fn item(i: usize, event: &ChangeEvent, named: bool, began: DateTime<Utc>, redactor: &Redactor) -> Item {
    let summary = excerpt(&squeeze(&redactor.redact_line(&event.summary)), TITLE);
    let mut text = Redacted::time(event.at, "at %Y-%m-%d %H:%M:%S UTC, ");
    text.push(&distance(began - event.at));
    if !named {
        text.push_fixed("\nnames nothing that the alarm names");
    }
    for (name, value) in
        origin(event).into_iter().chain(event.details.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    {
        text.push_fixed("\n");
        text.push(&redactor.redact_line(name));
        text.push_fixed(": ");
        text.push(&redactor.redact_value(name, value));
    }
    Item {
        id: id(Kind::Change, i).to_string(),
        kind: Kind::Change,
        source: event.source.clone(),
        title: Redacted::concat([&summary, &Redacted::fixed(", "), &distance(began - event.at)]),
        text,
        query: None,
        link: event.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: Some(event.at),
        frequency: None,
        chart: None,
    }
}

fn origin(event: &ChangeEvent) -> Option<(&'static str, &str)> {
    (!event.origin.is_empty()).then_some(("of", event.origin.as_str()))
}

/// `3 min before the alarm`.
fn distance(before: TimeDelta) -> Redacted {
    let (length, side) = match before < TimeDelta::zero() {
        true => (-before, " after the alarm began"),
        false => (before, " before the alarm"),
    };
    let seconds = length.num_seconds().unsigned_abs();
    let (count, unit) = match seconds {
        0..120 => (seconds, " s"),
        120..7_200 => (seconds / 60, " min"),
        _ => (seconds / 3_600, " h"),
    };
    Redacted::concat([&Redacted::count(count), &Redacted::fixed(unit), &Redacted::fixed(side)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_111_620 + seconds, 0).unwrap()
    }

    fn event(seconds: i64, summary: &str) -> ChangeEvent {
        ChangeEvent {
            at: at(seconds),
            source: "changes/ci".into(),
            summary: summary.into(),
            origin: String::new(),
            details: Vec::new(),
            link: None,
        }
    }

    fn labels() -> Labels {
        [
            ("service", "web"),
            ("severity", "critical"),
            ("dimension.FunctionName", "orders-fn"),
            ("zone", "prod"),
        ]
        .into_iter()
        .collect()
    }

    fn titles(events: &[ChangeEvent]) -> Vec<String> {
        items(events, &labels(), at(0), &Redactor::default())
            .iter()
            .map(|item| item.title.to_string())
            .collect()
    }

    #[test]
    fn what_names_the_same_comes_first_then_what_is_near() {
        let all = [
            event(-30, "Deploy search v2"),
            event(-7_300, "Deploy web v1"),
            event(-180, "Deploy web v2"),
            event(60, "web is rolled back"),
            event(-600, "orders-fn of Web is published"),
            event(-90, "webshop deployed to critical prod"),
        ];
        assert_eq!(
            titles(&all),
            [
                "orders-fn of Web is published, 10 min before the alarm",
                "web is rolled back, 60 s after the alarm began",
                "Deploy web v2, 3 min before the alarm",
                "Deploy web v1, 2 h before the alarm",
                "Deploy search v2, 30 s before the alarm",
                "webshop deployed to critical prod, 90 s before the alarm",
            ]
        );
        let many: Vec<ChangeEvent> =
            (0..40).map(|n| event(-n, if n % 2 == 0 { "web" } else { "x" })).collect();
        assert_eq!(titles(&many).len(), MOST_NAMED + MOST_OTHERS);
    }

    #[test]
    fn details_are_told_and_secrets_are_not() {
        let one = ChangeEvent {
            origin: "eu-1".into(),
            details: vec![("api_key".into(), "correct horse".into()), ("commit".into(), "a1b2c3d".into())],
            link: Some("https://ci/run/7?token=a1b2c3d4e5".into()),
            ..event(-5, "Deploy web password=hunter2")
        };
        let item = items(&[one], &labels(), at(0), &Redactor::default()).remove(0);
        assert_eq!((item.id.as_str(), item.at), ("C1", Some(at(-5))));
        let text = item.text.as_str();
        assert!(
            text.starts_with("at 2026-11-19 ")
                && text.contains("5 s before the alarm\nof: eu-1\napi_key: <secret:"),
            "{text}"
        );
        assert!(text.contains("\ncommit: a1b2c3d"), "{text}");
        let all = format!("{item:?}");
        for secret in ["hunter2", "horse", "a1b2c3d4e5"] {
            assert!(!all.contains(secret), "{secret}: {all}");
        }
    }
}
