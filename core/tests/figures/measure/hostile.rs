//! What must hold of every line that a stranger wrote, on its way to a model and into a message.
//!
//! Knows what a terminal, a reader, a model and a chat act upon. Must not know any attack by its words.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::evidence::{Item, Line, Redacted, Redactor, compare, items, pack};
use firstlook_core::incident::Status;
use firstlook_core::notify::view::{Evidence, Incident};
use firstlook_core::notify::{Buttons, Zone, slack_post};
use firstlook_core::summary::prompt::{Facts, Nonce, build};
use serde_json::Value;

const FENCE: &str = "q7Zr2mX9vT4bK8nW";
const HOME: &str = "https://firstlook.example/incidents/1";

/// The five checks, each with what it asks.
pub const CHECKS: [&str; 5] = [
    "no control character",
    "no invisible character",
    "one line stays one line",
    "the fence holds",
    "no live link",
];

/// Whether each of [`CHECKS`] holds of a line that came three times in a minute.
pub fn checks(text: &str) -> [bool; 5] {
    let at = |second: i64| DateTime::from_timestamp(1_763_629_800 + second, 0);
    let redactor = Redactor::default();
    let comparison = compare((0..3).map(|n| Line::new(at(n), "web", text)), std::iter::empty(), None);
    let pack = pack(&[], &comparison, 1_000, &redactor);
    let items = items(&comparison, "logs", None, &redactor, pack.last);
    let told = pack.text.as_str();
    let shown = items.iter().flat_map(|item| [item.title.as_str(), item.text.as_str()]).chain([told]);
    let shown: Vec<&str> = shown.collect();
    let (_, lines) = told.split_once("first seen.\n").unwrap_or(("", told));
    [
        !shown.iter().any(|text| text.contains(|c: char| c.is_control() && c != '\n')),
        !shown.iter().any(|text| text.contains(invisible)),
        lines.lines().all(numbered) && items.iter().all(|item| !item.title.as_str().contains('\n')),
        fenced(&items, &pack.text, at(60).unwrap_or_default()),
        !is_live(&slack_post(&incident(items, &redactor), &Zone::utc(), "C1", Buttons::default())),
    ]
}

/// Characters of no width, and those that turn the direction of reading.
fn invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// `L12 +3 …`, `L12 in full: …`
fn numbered(line: &str) -> bool {
    let id = line.split(' ').next().unwrap_or_default();
    id.strip_prefix('L').is_some_and(|number| number.parse::<u32>().is_ok())
}

/// Whether the data of a prompt ends where it ought to, and each of its lines is marked as data.
fn fenced(items: &[Item], pack: &Redacted, now: DateTime<Utc>) -> bool {
    let (title, labels) = (Redacted::fixed("title"), BTreeMap::new());
    let facts = Facts {
        title: &title,
        severity: Severity::Critical,
        labels: &labels,
        started_at: now,
        asked_at: now,
        items,
        gaps: &[],
        pack,
        architecture: None,
        language: Default::default(),
    };
    let (Some(fence), Some(canary)) = (Nonce::parse(FENCE), Nonce::parse("c4naryC4NARYc4nary")) else {
        return false;
    };
    let prompt = build(&facts, fence, canary);
    let text = prompt.turns().first().map_or("", |turn| turn.text.as_str());
    let end = format!("<<<END {FENCE}>>>");
    let Some((data, _)) = text.split_once(&end) else { return false };
    let mark = format!("{}| ", &FENCE[..4]);
    let is_data = |line: &str| line.starts_with(&mark) || matches!(line, "[INCIDENT]" | "[EVIDENCE]");
    text.matches(FENCE).count() == 2 && data.lines().skip(1).all(is_data)
}

/// Whether a message has something to click or to call that is not firstlook's own.
fn is_live(message: &Value) -> bool {
    let own = |url: &str| url.starts_with(HOME);
    match message {
        Value::Array(all) => all.iter().any(is_live),
        Value::Object(object) => {
            let field = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
            let marked = field("type") == "mrkdwn" || object.contains_key("blocks");
            let calls = matches!(field("type"), "user" | "usergroup" | "channel" | "broadcast");
            let links = field("text").match_indices('<').any(|(at, _)| {
                let inside = &field("text")[at + 1..];
                !own(inside) && !inside.starts_with("!date^")
            });
            let addressed = !field("url").is_empty() && !own(field("url"));
            calls || (marked && links) || addressed || object.values().any(is_live)
        }
        _ => false,
    }
}

fn incident(items: Vec<Item>, redactor: &Redactor) -> Incident {
    let now = DateTime::from_timestamp(1_763_629_860, 0).unwrap_or_default();
    let title = items.first().map_or_else(|| redactor.redact("title"), |item| item.title.clone());
    Incident {
        language: Default::default(),
        id: "1".to_owned(),
        number: 1,
        title,
        status: Status::Open,
        flags: Vec::new(),
        flap: None,
        severity: Severity::Critical,
        service: None,
        group_key: BTreeMap::new(),
        labels: BTreeMap::new(),
        opened_at: now,
        started_at: now,
        acknowledged_at: None,
        resolved_at: None,
        owner: None,
        escalates_at: None,
        silenced_until: None,
        impact: None,
        do_first: None,
        occurrences: 1,
        previous: None,
        alerts: Vec::new(),
        alerts_omitted: Default::default(),
        runbook: None,
        evidence: Some(Evidence { items, collected_at: Some(now), sources_read: 1, ..Evidence::default() }),
        summary: None,
        feedback: None,
        analysis: None,
        spent: None,
        declared: None,
        notifications: Vec::new(),
        routing: Default::default(),
        timeline: None,
        url: HOME.to_owned(),
        version: 1,
    }
}
