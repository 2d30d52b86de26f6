//! The parts in which a container's runtime writes a long line become one line again.
//!
//! Knows which output each part is of. Must not hold more of a line than its beginning and its end, nor drop one.

use chrono::{DateTime, SecondsFormat, Utc};

use super::wrapper::{Output, may_be, wrapped};
use super::{HEAD_BYTES, TAIL_BYTES, without_middle};

/// The lines of one file, in their order, and the parts whose line has not ended yet.
#[derive(Debug, Default)]
pub struct Parts {
    standard: Option<(DateTime<Utc>, Open)>,
    error: Option<(DateTime<Utc>, Open)>,
}

/// What became of a line that was pushed.
#[derive(Debug, PartialEq, Eq)]
pub enum Taken<'a> {
    /// It is whole, and stands as it came.
    Whole(&'a str),
    /// It is a part of a line of this output, of which more is to come.
    Held(Output),
    /// With it, all parts held of this output are one line, in the wrapper of the Container Runtime Interface and with
    /// the time of the first; of a long one, beginning and end.
    Joined(Output, String),
}

impl Parts {
    /// Takes the next line, with its wrapper.
    pub fn push<'a>(&mut self, line: &'a str) -> Taken<'a> {
        if !may_be(line) {
            return Taken::Whole(line);
        }
        let Some(part) = wrapped(line) else { return Taken::Whole(line) };
        let held = match part.output {
            Output::Standard => &mut self.standard,
            Output::Error => &mut self.error,
        };
        if held.is_none() && !part.goes_on {
            return Taken::Whole(line);
        }
        let (_, open) = held.get_or_insert_with(|| (part.at, Open::default()));
        open.push(&part.text);
        match held.take_if(|_| !part.goes_on) {
            Some(open) => Taken::Joined(part.output, whole(part.output, open)),
            None => Taken::Held(part.output),
        }
    }

    /// What is left of lines whose end never came.
    pub fn finish(&mut self) -> impl Iterator<Item = (Output, String)> {
        let of = |output, open: Option<_>| open.map(|open| (output, whole(output, open)));
        let left = [of(Output::Standard, self.standard.take()), of(Output::Error, self.error.take())];
        left.into_iter().flatten()
    }
}

/// A line as the Container Runtime Interface writes it.
fn whole(output: Output, (at, open): (DateTime<Utc>, Open)) -> String {
    let output = match output {
        Output::Standard => "stdout",
        Output::Error => "stderr",
    };
    format!("{} {output} F {}", at.to_rfc3339_opts(SecondsFormat::AutoSi, true), open.text())
}

/// A line of which parts have come.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Open {
    head: String,
    tail: String,
    /// Bytes between the two that are not held.
    lost: usize,
}

impl Open {
    /// Takes the next part.
    pub fn push(&mut self, text: &str) {
        let room = if self.tail.is_empty() { HEAD_BYTES.saturating_sub(self.head.len()) } else { 0 };
        let (first, rest) = text.split_at(text.floor_char_boundary(room));
        self.head.push_str(first);
        self.tail.push_str(rest);
        if self.tail.len() > 2 * TAIL_BYTES {
            self.shorten();
        }
    }

    fn shorten(&mut self) {
        let from = self.tail.ceil_char_boundary(self.tail.len().saturating_sub(TAIL_BYTES));
        self.lost += from;
        self.tail.drain(..from);
    }

    /// The line; of a long one, beginning and end.
    pub fn text(mut self) -> String {
        if self.lost == 0 {
            return self.head + &self.tail;
        }
        self.shorten();
        without_middle(&self.head, &self.tail, self.lost)
    }
}

#[cfg(test)]
mod tests;
