//! What the segments of a trace say: the deepest one at fault, the way to it, and what it threw.
//!
//! Knows X-Ray's segment documents, which are JSON that anybody who may send segments wrote: of any shape and size.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Outcome;

/// A longer document is not read; X-Ray takes 64 kB.
const DOCUMENT: usize = 512 * 1024;
/// Segments that are looked at.
const MOST: usize = 5_000;
/// Steps of a way; also bounds what leads in a circle.
const DEEPEST: usize = 64;
/// Exceptions that caused one another.
const CHAIN: usize = 8;
/// Of one text, in bytes.
const TEXT: usize = 4_000;

/// What was thrown.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// Its type.
    pub kind: String,
    /// Its words.
    pub message: String,
    /// Where: `label (path:line)`; may be empty.
    pub place: String,
}

/// A segment on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// How long it took; `None` where it has not ended, or its times are none.
    pub seconds: Option<f64>,
    /// How it ended.
    pub outcome: Outcome,
}

/// The way from the first segment to the deepest one at fault, or through the slowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// From the first to the last; never empty.
    pub way: Vec<Step>,
    /// What the last one did: `operation: Query`.
    pub details: Vec<(String, String)>,
    /// What it threw, or the nearest one above it.
    pub exception: Option<Exception>,
}

/// A segment or subsegment of a document.
struct Segment<'a> {
    value: &'a Value,
    parent: Option<usize>,
    start: f64,
    seconds: Option<f64>,
    outcome: Outcome,
}

/// Reads the segments of one trace. `None` where no document can be read.
pub fn read(documents: &[String]) -> Option<Shown> {
    let parsed = documents.iter().filter(|text| text.len() <= DOCUMENT);
    let parsed: Vec<Value> = parsed.filter_map(|text| serde_json::from_str(text).ok()).collect();
    let all = flat(&parsed);
    let last = deepest(&all).or_else(|| slowest(&all))?;
    let way = way(&all, last);
    let exception = way.iter().rev().find_map(|i| exception(all.get(*i)?.value, &all));
    let step = |i: &usize| {
        let one = all.get(*i)?;
        Some(Step { name: text(&one.value["name"]), seconds: one.seconds, outcome: one.outcome })
    };
    let details = all.get(last).map(|one| details(one.value)).unwrap_or_default();
    Some(Shown { way: way.iter().filter_map(step).collect(), details, exception })
}

/// All segments, each with its parent: the one that it lies in, or that it names.
fn flat(documents: &[Value]) -> Vec<Segment<'_>> {
    let mut all: Vec<Segment<'_>> = Vec::new();
    let mut open: Vec<(&Value, Option<usize>)> =
        documents.iter().rev().filter(|one| one.is_object()).map(|one| (one, None)).collect();
    while let Some((value, parent)) = open.pop() {
        if all.len() >= MOST {
            break;
        }
        let here = all.len();
        let time = |key: &str| value[key].as_f64().filter(|time| time.is_finite());
        let (start, end) = (time("start_time"), time("end_time"));
        let seconds = start.zip(end).map(|(start, end)| end - start).filter(|seconds| *seconds >= 0.0);
        let is = |key: &str| value[key] == true;
        let outcome = match () {
            () if is("fault") => Outcome::Fault,
            () if is("throttle") => Outcome::Throttle,
            () if is("error") => Outcome::Error,
            () => Outcome::Slow,
        };
        all.push(Segment { value, parent, start: start.unwrap_or(f64::MAX), seconds, outcome });
        let inner = value["subsegments"].as_array().into_iter().flatten().rev();
        open.extend(inner.filter(|one| one.is_object()).map(|one| (one, Some(here))));
    }
    let ids: BTreeMap<&str, usize> =
        all.iter().enumerate().rev().filter_map(|(i, one)| Some((one.value["id"].as_str()?, i))).collect();
    let named = |(i, one): (usize, &Segment<'_>)| {
        one.parent
            .or_else(|| ids.get(one.value["parent_id"].as_str()?).copied())
            .filter(|parent| *parent != i)
    };
    let parents: Vec<Option<usize>> = all.iter().enumerate().map(named).collect();
    all.iter_mut().zip(parents).for_each(|(one, parent)| one.parent = parent);
    all
}

/// From the first segment to this one.
fn way(all: &[Segment<'_>], last: usize) -> Vec<usize> {
    let above = |i: &usize| all.get(*i).and_then(|one| one.parent);
    let mut way: Vec<usize> = std::iter::successors(Some(last), above).take(DEEPEST).collect();
    way.reverse();
    way
}

/// Of the segments with the worst outcome the one with the longest way to it; of several, the first in time.
fn deepest(all: &[Segment<'_>]) -> Option<usize> {
    let worst = all.iter().map(|one| one.outcome).min().filter(|outcome| *outcome != Outcome::Slow)?;
    let at_fault = all.iter().enumerate().filter(|(_, one)| one.outcome == worst);
    let deeper = |(i, a): &(usize, &Segment<'_>), (j, b): &(usize, &Segment<'_>)| {
        let depth = |i: usize| way(all, i).len();
        depth(*i).cmp(&depth(*j)).then(b.start.total_cmp(&a.start)).then(j.cmp(i))
    };
    at_fault.max_by(deeper).map(|(i, _)| i)
}

/// Down from the longest, as long as one part takes most of the time.
fn slowest(all: &[Segment<'_>]) -> Option<usize> {
    let longest = |parent: Option<usize>| {
        let inside = all.iter().enumerate().filter(|(_, one)| one.parent == parent);
        let seconds = |one: &Segment<'_>| one.seconds.unwrap_or_default();
        inside.max_by(|(i, a), (j, b)| seconds(a).total_cmp(&seconds(b)).then(j.cmp(i))).map(|(i, _)| i)
    };
    let mut here = longest(None)?;
    for _ in 0..DEEPEST {
        let Some(next) = longest(Some(here)) else { break };
        let seconds = |i: usize| all.get(i).and_then(|one| one.seconds).unwrap_or_default();
        if seconds(next) * 2.0 < seconds(here) {
            break;
        }
        here = next;
    }
    Some(here)
}

/// The innermost exception of a segment: what others were thrown because of. It may stand in another segment.
fn exception(segment: &Value, all: &[Segment<'_>]) -> Option<Exception> {
    let cause = &segment["cause"];
    let inside = |value: &'_ Value| value["cause"]["exceptions"].as_array().cloned().unwrap_or_default();
    let own = inside(segment);
    let named = |id: &str, list: &[Value]| list.iter().find(|one| one["id"] == id).cloned();
    let mut found = match cause.as_str() {
        Some(id) => all.iter().find_map(|one| named(id, &inside(one.value)))?,
        None => own.first()?.clone(),
    };
    for _ in 0..CHAIN {
        let Some(inner) = found["cause"].as_str().and_then(|id| named(id, &own)) else { break };
        found = inner;
    }
    let frame = &found["stack"][0];
    let place = match (text(&frame["label"]), text(&frame["path"])) {
        (label, path) if path.is_empty() => label,
        (label, path) => {
            let line = frame["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
            format!("{label} ({path}{line})").trim_start().to_owned()
        }
    };
    Some(Exception { kind: text(&found["type"]), message: text(&found["message"]), place })
}

/// What the segment did, in X-Ray's own words.
fn details(segment: &Value) -> Vec<(String, String)> {
    [
        ("operation", "/aws/operation"),
        ("table", "/aws/table_name"),
        ("queue", "/aws/queue_url"),
        ("region", "/aws/region"),
        ("method", "/http/request/method"),
        ("url", "/http/request/url"),
        ("status", "/http/response/status"),
        ("database", "/sql/database_type"),
        ("query", "/sql/sanitized_query"),
    ]
    .into_iter()
    .map(|(name, pointer)| (name.to_owned(), segment.pointer(pointer).map(text).unwrap_or_default()))
    .filter(|(_, value)| !value.is_empty())
    .collect()
}

/// A text or number, at most so long; of anything else nothing.
fn text(value: &Value) -> String {
    let mut text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return String::new(),
    };
    text.truncate(text.floor_char_boundary(TEXT));
    text
}

#[cfg(test)]
mod tests;
