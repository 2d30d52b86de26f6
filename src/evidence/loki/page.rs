//! Loki's pages: joined without losing or doubling a line, and always to an end.
//!
//! Knows the JSON of an answer and how far paging has come. Must not know HTTP.

use std::collections::{BTreeMap, HashMap};

use chrono::DateTime;
use firstlook_core::evidence::shipped::{self, Shipped};
use firstlook_core::evidence::{Line, Window};
use serde::Deserialize;
use serde_json::Value;

use super::super::{Caps, Fault};

/// Labels that name a stream, best first.
const NAMES: [&str; 7] = ["service", "service_name", "app", "container", "pod", "job", "filename"];

/// Paging ends after so many pages, whatever the other side answers.
const MOST_PAGES: usize = 1_000;

/// What to ask for: nanoseconds, `start` inclusive, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub start: i64,
    pub end: i64,
    pub limit: usize,
}

/// The entries of one answer.
pub(super) struct Body(Vec<Entry>);

struct Entry {
    /// Nanoseconds.
    at: i64,
    /// All labels, to tell streams apart.
    key: String,
    stream: String,
    text: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "resultType")]
    result_type: String,
    result: Value,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    stream: BTreeMap<String, String>,
    values: Vec<Vec<Value>>,
}

impl Body {
    /// # Errors
    /// When it is no answer of Loki to a query for lines.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let garbage = || {
            Fault::unavailable(
                "the answer is not one of Loki",
                "check that `url` of this source leads to Loki's HTTP API",
            )
        };
        let answer: Answer = serde_json::from_slice(bytes).map_err(|_| garbage())?;
        if answer.data.result_type != "streams" {
            return Err(Fault::configuration(
                "the query answers with numbers, not lines",
                "leave functions such as rate() or count_over_time() out of `query`",
            ));
        }
        let streams: Vec<Stream> = serde_json::from_value(answer.data.result).map_err(|_| garbage())?;
        let mut entries = Vec::new();
        for Stream { stream, values } in streams {
            let (key, name) = (format!("{stream:?}"), name(&stream));
            for value in values {
                let (Some(at), Some(text)) =
                    (value.first().and_then(Value::as_str), value.get(1).and_then(Value::as_str))
                else {
                    return Err(garbage());
                };
                let at = at.parse().map_err(|_| garbage())?;
                entries.push(Entry { at, key: key.clone(), stream: name.clone(), text: text.to_owned() });
            }
        }
        // Order holds only within each stream (FACTS E); stable, so that equal times keep it.
        entries.sort_by_key(|entry| entry.at);
        Ok(Self(entries))
    }
}

fn name(labels: &BTreeMap<String, String>) -> String {
    let best = NAMES.iter().find_map(|name| labels.get(*name)).or_else(|| labels.values().next());
    best.cloned().unwrap_or_default()
}

/// How far paging has come.
pub(super) struct Pager {
    /// `None` when there is nothing more to ask.
    step: Option<Step>,
    caps: Caps,
    bytes: usize,
    lines: Vec<Shipped>,
    /// The latest time so far, and how often each line of it was taken: the next page begins with them again.
    border: i64,
    taken: HashMap<(String, String), usize>,
    truncated: Option<String>,
    pages: usize,
}

impl Pager {
    /// # Errors
    /// When the window lies outside the times that nanoseconds can tell.
    pub(super) fn new(window: Window, caps: Caps, limit: usize) -> Result<Self, Fault> {
        let (Some(start), Some(end)) = (window.start.timestamp_nanos_opt(), window.end.timestamp_nanos_opt())
        else {
            return Err(Fault::configuration(
                "the window lies outside of Loki's times",
                "check the time of the alert",
            ));
        };
        let step =
            (start < end && caps.lines > 0).then_some(Step { start, end, limit: limit.min(caps.lines) });
        let (border, taken) = (start, HashMap::new());
        Ok(Self { step, caps, bytes: 0, lines: Vec::new(), border, taken, truncated: None, pages: 0 })
    }

    /// What to ask for next.
    pub(super) fn next(&self) -> Option<Step> {
        self.step
    }

    /// Whether any line has come.
    pub(super) fn has_lines(&self) -> bool {
        !self.lines.is_empty()
    }

    /// The page was longer than may be held: fewer lines next time.
    pub(super) fn too_large(&mut self) {
        match &mut self.step {
            Some(step) if step.limit > 1 => step.limit = (step.limit / 8).max(1),
            _ => self.cut("a single line is too large to be read"),
        }
    }

    /// Takes a page.
    pub(super) fn take(&mut self, body: Body) {
        let Some(step) = self.step else { return };
        let full = body.0.len() >= step.limit;
        let mut again = std::mem::take(&mut self.taken);
        let (mut new, mut known) = (0, 0);
        for entry in body.0 {
            // A server that answers with other times than those asked for must not lead paging in a circle.
            if entry.at < step.start || entry.at >= step.end {
                continue;
            }
            let key = (entry.key.clone(), entry.text.clone());
            if entry.at == step.start
                && let Some(count) = again.get_mut(&key).filter(|count| **count > 0)
            {
                *count -= 1;
                known += 1;
                *self.taken.entry(key).or_default() += 1;
                continue;
            }
            if !self.add(entry) {
                return;
            }
            new += 1;
            *self.taken.entry(key).or_default() += 1;
        }
        if self.border == step.start {
            again.into_iter().for_each(|(key, count)| *self.taken.entry(key).or_default() += count);
        }
        self.advance(step, full, new, known);
    }

    /// Chooses what to ask for after a page with so many new and known lines.
    fn advance(&mut self, step: Step, full: bool, new: usize, known: usize) {
        self.pages += 1;
        if !full {
            self.step = None;
        } else if new > 0 && self.pages < MOST_PAGES {
            self.step = Some(Step { start: self.border, ..step });
        } else if known > 0 && self.pages < MOST_PAGES {
            // A page of nothing but known lines: more of them share one instant than a page holds.
            self.truncated =
                Some(format!("more than {} lines carry the same time: some are missing", step.limit));
            self.taken.clear();
            self.border = step.start + 1;
            self.step = Some(Step { start: self.border, ..step }).filter(|step| step.start < step.end);
        } else {
            self.cut("Loki's pages lead nowhere: it does not answer for the times that it is asked for");
        }
    }

    /// Adds a line unless a cap stands against it.
    fn add(&mut self, entry: Entry) -> bool {
        let at = DateTime::from_timestamp_nanos(entry.at);
        // With what is around the line: who wrote it is kept from there.
        let size = entry.text.len();
        if self.lines.len() >= self.caps.lines || self.bytes + size > self.caps.bytes {
            let at = at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
            self.cut(&format!("the caps allow no more than the lines before {at}"));
            return false;
        }
        self.bytes += size;
        if entry.at > self.border {
            self.border = entry.at;
            self.taken.clear();
        }
        self.lines.push(Shipped::read(at, entry.key, entry.stream, &entry.text));
        true
    }

    fn cut(&mut self, why: &str) {
        self.truncated = Some(why.to_owned());
        self.step = None;
    }

    /// The lines in order of time, what belongs together joined, and what was cut. `all` says that the query leaves out no
    /// lines of its streams.
    pub(super) fn finish(self, all: bool) -> (Vec<Line>, Option<String>) {
        (shipped::lines(self.lines, all), self.truncated)
    }
}
