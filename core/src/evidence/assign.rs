//! The pattern of each line of one file, in the order of the lines.
//!
//! Knows the forms of a line and the miner. Must not compare: all that counts is which lines are of one pattern.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::delta::Record;
use super::lines::{self, MAX_BYTES};
use super::patterns::bytes::{at, cut};
use super::patterns::{header, merge, miner};

/// The pattern of each line, and what the patterns say.
#[derive(Debug)]
pub struct Assignment {
    /// For each line, the id of its pattern.
    pub ids: Vec<u32>,
    /// The text of each pattern, by its id.
    pub templates: BTreeMap<u32, String>,
}

/// Takes the lines of one file one by one. Of each it keeps four bytes, and the patterns; the first few hundred wait
/// until they have told in which column the timestamps stand.
#[derive(Debug, Default)]
pub struct Assigner {
    waiting: Option<Vec<Box<[u8]>>>,
    column: Option<usize>,
    miner: miner::Miner,
    rows: Vec<u32>,
}

impl Assigner {
    /// Of a file whose lines are all still to come.
    pub fn new() -> Self {
        Self { waiting: Some(Vec::new()), ..Self::default() }
    }

    /// The next line, without its line break: plain text, JSON, or `<RFC 3339>\t<stream>\t<message>`. Of a line longer
    /// than [`MAX_BYTES`] only the start counts. Bytes that are no UTF-8 are letters like others.
    pub fn add(&mut self, line: &[u8]) {
        let text = message(cut(line, 0, line.len().min(MAX_BYTES)));
        match &mut self.waiting {
            None => self.mine(&text),
            Some(waiting) => {
                waiting.push(text.into());
                if waiting.len() >= header::SAMPLE {
                    self.learn();
                }
            }
        }
    }

    /// The patterns of all lines.
    pub fn finish(mut self) -> Assignment {
        self.learn();
        let rows = self.miner.patterns().iter();
        let table: Vec<_> = rows.map(|row| merge::Row { tokens: &row.tokens, count: row.count }).collect();
        let groups = merge::merge(&table);
        let id = |row: &u32| groups.of_row.get(*row as usize).map_or(*row, |id| *id as u32);
        let ids = self.rows.iter().map(id).collect();
        Assignment { ids, templates: groups.templates.into_iter().map(|(id, t)| (id as u32, t)).collect() }
    }

    fn learn(&mut self) {
        let waiting = self.waiting.take().unwrap_or_default();
        if !waiting.is_empty() {
            self.column = header::learn_column(waiting.iter().map(|line| &**line));
        }
        for line in &waiting {
            self.mine(line);
        }
    }

    fn mine(&mut self, text: &[u8]) {
        let row = if at(text, 0) == b'{' {
            let text = String::from_utf8_lossy(text);
            Record::read(&text, &mut self.miner).row
        } else {
            self.miner.add(text, self.column).1
        };
        self.rows.push(row as u32);
    }
}

/// What was written: of a line with time and stream, the first line of its message.
fn message(line: &[u8]) -> Cow<'_, [u8]> {
    let start = cut(line, 0, 40.min(line.len()));
    let tabbed = at(line, 0).is_ascii_digit() && start.contains(&b'\t');
    let marked = start.starts_with(b"{\"log\":") || start.starts_with(b"\xef\xbb\xbf");
    // `2025-11-20T09:10:11Z stderr F …`
    let wrapped = marked || (at(line, 10) == b'T' && start.windows(4).any(|word| word == b" std"));
    if !tabbed && !wrapped {
        return Cow::Borrowed(line);
    }
    let text = String::from_utf8_lossy(line);
    if !tabbed {
        return Cow::Owned(lines::unwrapped(&text).into_owned().into_bytes());
    }
    match lines::tab_separated(&text) {
        Some(read) => Cow::Owned(read.text.lines().next().unwrap_or_default().as_bytes().to_vec()),
        None => Cow::Borrowed(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assigned(lines: &[&[u8]]) -> Assignment {
        let mut assigner = Assigner::new();
        lines.iter().for_each(|line| assigner.add(line));
        assigner.finish()
    }

    #[test]
    fn each_form_of_a_line_has_the_pattern_of_its_message() {
        let found = assigned(&[
            b"2025-11-20 09:10:11 INFO took 12 ms",
            b"2025-11-20T09:10:12Z\tapi-1\ttook 13 ms\\n\tat a.b(C.java:1)",
            br#"{"ts":"2025-11-20T09:10:13Z","level":"info","msg":"took 14 ms"}"#,
            b"took \xff\xfe away",
            b"",
            b"",
        ]);
        assert_eq!(found.ids, [0, 0, 0, 1, 2, 2]);
        assert_eq!(found.templates[&0], "took <*>");
        assert_eq!(
            (found.templates[&1].as_str(), found.templates[&2].as_str()),
            ("took \u{fffd}\u{fffd} away", "")
        );
    }

    #[test]
    fn no_line_is_lost_before_or_behind_the_sample() {
        for lines in [0, 1, header::SAMPLE - 1, header::SAMPLE, header::SAMPLE + 1, 5_000] {
            let mut assigner = Assigner::new();
            for n in 0..lines {
                assigner.add(format!("host-a 2025-11-20T09:10:11Z request {n} took {n} ms").as_bytes());
            }
            let found = assigner.finish();
            assert_eq!(found.ids.len(), lines);
            assert!(found.ids.iter().all(|id| *id == 0) && found.templates.len() == lines.min(1));
        }
    }

    #[test]
    fn a_line_of_any_length_has_a_short_pattern() {
        let found = assigned(&[&vec![b'x'; 3_000_000], "two words ".repeat(300_000).as_bytes()]);
        assert_eq!(found.ids, [0, 1]);
        assert!(found.templates.values().all(|template| template.len() <= MAX_BYTES));
    }
}
