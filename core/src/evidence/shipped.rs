//! Lines that come from a system of logs, where those of many containers stand between each other.
//!
//! Knows what is of one container and output, and joins only that: the parts of a long line, and a stack trace. Must not know
//! which system it is.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::join::joined;
use super::lines::{Line, Open, Output, capped, enveloped, unwrapped, wrapped};

/// A line as a system of logs keeps it, taken out of what shipper and runtime have put around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    at: DateTime<Utc>,
    /// The stream of the system, and the container where the line names one.
    stream: (String, String),
    output: Option<Output>,
    name: String,
    /// Within one instant of the system: the runtime's own time, and which part it is.
    order: (DateTime<Utc>, u64),
    goes_on: bool,
    text: String,
}

impl Shipped {
    /// A line that the system has kept at `at` in `stream`, which tells it apart from all other streams; people call
    /// who wrote it `name`, unless the line itself says better.
    pub fn read(at: DateTime<Utc>, stream: String, name: String, text: &str) -> Self {
        let out = enveloped(text);
        let inside = out.as_ref().map_or(text, |out| out.text.as_str());
        let runtime = wrapped(inside);
        let line = runtime.as_ref().map_or_else(|| unwrapped(inside), |one| one.text.as_ref().into());
        let (text, order) = (capped(&line), runtime.as_ref().map_or(at, |one| one.at));
        let (output, goes_on) = runtime.as_ref().map_or((None, false), |one| (Some(one.output), one.goes_on));
        let out = out.unwrap_or_default();
        Self {
            at,
            stream: (stream, out.container),
            output: output.or(out.output),
            name: out.name.unwrap_or(name),
            order: (order, out.ordinal),
            goes_on: goes_on || out.goes_on,
            text,
        }
    }

    fn line(self) -> Line {
        Line { at: Some(self.at), stream: self.name, text: self.text }
    }
}

/// The lines by time, with what belongs together joined within its container and output. Parts are only joined where
/// `all` lines of the streams are there: behind a part that is followed by nothing of its own, the next line is another one.
pub fn lines(shipped: Vec<Shipped>, all: bool) -> Vec<Line> {
    let mut streams: BTreeMap<_, Vec<Shipped>> = BTreeMap::new();
    for mut one in shipped {
        let key = (std::mem::take(&mut one.stream), one.output);
        streams.entry(key).or_default().push(one);
    }
    let mut lines = Vec::new();
    for mut stream in streams.into_values() {
        // Stable: what the system gives within one instant keeps its order.
        stream.sort_by_key(|one| (one.at, one.order));
        let whole = if all { parts(stream) } else { stream.into_iter().map(Shipped::line).collect() };
        lines.extend(joined(whole.into_iter()));
    }
    lines.sort_by_key(|line| line.at);
    lines
}

/// The lines of one stream, the parts of each put together; the time is that of the first.
fn parts(stream: Vec<Shipped>) -> Vec<Line> {
    let mut lines = Vec::with_capacity(stream.len());
    let mut open: Option<(Line, Open)> = None;
    for one in stream {
        if open.is_none() && !one.goes_on {
            lines.push(one.line());
            continue;
        }
        let goes_on = one.goes_on;
        let part = one.line();
        let (_, held) =
            open.get_or_insert_with(|| (Line { text: String::new(), ..part.clone() }, Open::default()));
        held.push(&part.text);
        if !goes_on && let Some(done) = open.take() {
            lines.push(ended(done));
        }
    }
    lines.extend(open.map(ended));
    lines
}

fn ended((line, held): (Line, Open)) -> Line {
    Line { text: held.text(), ..line }
}

#[cfg(test)]
mod tests;
