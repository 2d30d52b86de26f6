//! The distinct values at one position of a pattern: which were known in the baseline, and which are new.
//!
//! Knows one position. Must not keep more than a few values: a position of many values is free text, and no news.

use chrono::{DateTime, Utc};

use super::side::sample;
use crate::evidence::patterns::bytes::hash;

/// More baseline values than this: free text.
pub(super) const KNOWN: usize = 32;
/// More unknown ones than this: free text after all.
const UNKNOWN: usize = 12;
/// A value with so many digits is an id.
const DIGITS: usize = 5;
/// Lines that a pattern needs in the baseline before a value can be news.
pub(super) const BASELINE_LINES: u64 = 20;
const VALUE_BYTES: usize = 120;
const SAMPLE_BYTES: usize = 1_500;

/// A value that the baseline does not have (or, without a baseline, any).
#[derive(Debug)]
pub(super) struct Unknown {
    pub hash: u64,
    pub count: u64,
    pub first: Option<DateTime<Utc>>,
    pub value: String,
    pub sample: String,
}

/// The values at one position.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub known: Vec<u64>,
    pub unknown: Vec<Unknown>,
    pub free: bool,
}

impl Slot {
    /// A value of the baseline.
    pub fn know(&mut self, value: &[u8]) {
        if self.free || is_id(value) {
            return;
        }
        let hash = hash(value);
        if self.known.contains(&hash) {
        } else if self.known.len() >= KNOWN {
            self.set_free();
        } else {
            self.known.push(hash);
        }
    }

    /// A value of the window; `room` is what is left for samples, in bytes.
    pub fn see(&mut self, value: &[u8], at: Option<DateTime<Utc>>, text: &str, room: &mut usize) {
        if self.free || is_id(value) {
            return;
        }
        let hash = hash(value);
        if self.known.contains(&hash) {
            return;
        }
        if let Some(unknown) = self.unknown.iter_mut().find(|unknown| unknown.hash == hash) {
            unknown.count += 1;
        } else if self.unknown.len() >= UNKNOWN {
            self.set_free();
        } else {
            let text = sample(text);
            let text = text.get(..text.floor_char_boundary(SAMPLE_BYTES.min(*room))).unwrap_or_default();
            *room -= text.len();
            let value = String::from_utf8_lossy(value.get(..VALUE_BYTES).unwrap_or(value)).into_owned();
            self.unknown.push(Unknown { hash, count: 1, first: at, value, sample: text.to_owned() });
        }
    }

    /// Whether so few values in so many lines are a closed set; a set of numbers has to be smaller.
    pub fn is_closed(&self, lines: u64) -> bool {
        let numbers =
            self.unknown.iter().all(|unknown| !unknown.value.bytes().any(|byte| byte.is_ascii_alphabetic()));
        let limit = if numbers { 8 } else { KNOWN };
        !self.free
            && !self.known.is_empty()
            && self.known.len() <= limit
            && lines >= 3 * self.known.len() as u64
    }

    fn set_free(&mut self) {
        *self = Self { free: true, ..Self::default() };
    }
}

fn is_id(value: &[u8]) -> bool {
    let mut digits = 0;
    value.chunks(16).any(|some| {
        digits += some.iter().filter(|byte| byte.is_ascii_digit()).count();
        digits >= DIGITS
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_values_of_a_closed_set_are_news_and_free_text_is_not() {
        let mut room = 10_000;
        let mut slot = Slot::default();
        for value in ["eu", "us", "eu"] {
            slot.know(value.as_bytes());
        }
        for value in ["eu", "ap", "ap", "123456"] {
            slot.see(value.as_bytes(), None, "sample", &mut room);
        }
        assert_eq!((slot.known.len(), slot.unknown.len(), slot.unknown[0].count), (2, 1, 2));
        assert!(slot.is_closed(20) && !slot.is_closed(5));
        for n in 0..20 {
            slot.see(format!("x{n}").as_bytes(), None, "sample", &mut room);
        }
        assert!(slot.free && slot.unknown.is_empty() && !slot.is_closed(1000));
    }

    #[test]
    fn samples_never_take_more_than_the_room() {
        let (mut room, mut slot) = (10, Slot::default());
        slot.see(b"a", None, &"é".repeat(50), &mut room);
        slot.see(b"b", None, "text", &mut room);
        assert_eq!((room, slot.unknown[0].sample.len(), slot.unknown[1].sample.len()), (0, 10, 0));
    }
}
