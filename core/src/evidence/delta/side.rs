//! One side of the comparison, window or baseline: its time, and what was seen in it of one pattern.
//!
//! Knows counts, times and samples. Must not know the other side.

use chrono::{DateTime, TimeDelta, Utc};

use crate::evidence::Window;

/// Time slices per side. Starts at a second each; when they are full, each doubles.
pub(super) const BUCKETS: usize = 64;
/// Numbers kept per value position, and positions.
const NUMBERS: usize = 192;
const POSITIONS: usize = 10;
/// Verbatim samples per pattern and side, and the length of each in bytes.
const SAMPLES: usize = 3;
pub(super) const SAMPLE_BYTES: usize = 3_000;

/// The time of one side.
#[derive(Debug)]
pub(super) struct Clock {
    windows: Vec<Window>,
    first: Option<DateTime<Utc>>,
    last: Option<DateTime<Utc>>,
    /// Of a slice, in milliseconds.
    pub width: i64,
    pub lines: u64,
    offset: i64,
}

impl Clock {
    /// `windows` is what was asked for; without it the lines' own times tell how long the side is.
    pub fn new(windows: &[Window]) -> Self {
        Self { windows: windows.to_vec(), first: None, last: None, width: 1000, lines: 0, offset: 0 }
    }

    /// Counts a line; how far into the side it is, in milliseconds. A line without a time is where the one before
    /// it is; several windows count as if one followed the other.
    pub fn offset(&mut self, at: Option<DateTime<Utc>>) -> i64 {
        self.lines += 1;
        let Some(at) = at else { return self.offset };
        let first = *self.first.get_or_insert(at);
        self.first = Some(first.min(at));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        self.offset = if self.windows.is_empty() {
            (at - first).num_milliseconds().max(0)
        } else {
            let before = |window: &Window| {
                (at - window.start).clamp(TimeDelta::zero(), window.length()).num_milliseconds()
            };
            self.windows.iter().map(before).sum::<i64>().min(self.length().num_milliseconds() - 1).max(0)
        };
        self.offset
    }

    /// The whole time of the side.
    pub fn length(&self) -> TimeDelta {
        if self.windows.is_empty() {
            self.first.zip(self.last).map_or(TimeDelta::zero(), |(first, last)| last - first)
        } else {
            self.windows.iter().fold(TimeDelta::zero(), |sum, window| sum + window.length())
        }
    }

    /// In minutes, at least half of one.
    pub fn minutes(&self) -> f64 {
        (self.length().num_milliseconds() as f64 / 60_000.0).max(0.5)
    }

    /// How many slices the side has.
    pub fn slices(&self) -> usize {
        usize::try_from(self.length().num_milliseconds() / self.width + 1).unwrap_or(1).min(BUCKETS)
    }

    /// From when to when.
    pub fn range(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        match self.windows.as_slice() {
            [window] => Some((window.start, window.end)),
            _ => self.first.zip(self.last),
        }
    }
}

/// What one side has of one pattern.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub count: u64,
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    pub samples: Vec<String>,
    pub buckets: Vec<u32>,
    pub numbers: Numbers,
}

impl Seen {
    pub fn add(&mut self, at: Option<DateTime<Utc>>, slice: usize, text: &str) {
        self.count += 1;
        self.first = self.first.or(at);
        self.last = at.or(self.last);
        if self.samples.len() < SAMPLES && matches!(self.count, 1 | 2 | 16) {
            self.samples.push(sample(text).to_owned());
        }
        if self.buckets.len() <= slice {
            self.buckets.resize(slice + 1, 0);
        }
        if let Some(bucket) = self.buckets.get_mut(slice) {
            *bucket += 1;
        }
    }

    /// Twice the width: each two slices become one.
    pub fn halve(&mut self) {
        self.buckets = self.buckets.chunks(2).map(|pair| pair.iter().sum()).collect();
    }
}

/// The start of a text, cut at white space, so that no half of a secret is left that redaction would not know.
pub(super) fn sample(text: &str) -> &str {
    if text.len() <= SAMPLE_BYTES {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(SAMPLE_BYTES)).unwrap_or_default();
    head.rfind(char::is_whitespace).and_then(|end| head.get(..end)).unwrap_or(head)
}

/// The numbers at each value position, thinned evenly when there are many.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    stride: u64,
    pub positions: Vec<Vec<f32>>,
}

impl Numbers {
    /// Adds the values of the `count`-th line.
    pub fn add<'a>(&mut self, count: u64, values: impl Iterator<Item = Option<&'a [u8]>>) {
        self.stride = self.stride.max(1);
        if !count.is_multiple_of(self.stride) {
            return;
        }
        if count / self.stride >= NUMBERS as u64 {
            self.stride *= 2;
            for numbers in &mut self.positions {
                let mut odd = false;
                numbers.retain(|_| {
                    odd = !odd;
                    !odd
                });
            }
        }
        for (position, value) in values.take(POSITIONS).enumerate() {
            if let Some(number) = value.and_then(number) {
                if self.positions.len() <= position {
                    self.positions.resize(position + 1, Vec::new());
                }
                if let Some(numbers) = self.positions.get_mut(position) {
                    numbers.push(number);
                }
            }
        }
    }
}

/// `12`, `-3.5`, `225ms`.
fn number(value: &[u8]) -> Option<f32> {
    let end = value
        .iter()
        .enumerate()
        .position(|(i, byte)| !byte.is_ascii_digit() && *byte != b'.' && !(i == 0 && *byte == b'-'));
    let (digits, unit) = value.split_at_checked(end.unwrap_or(value.len()))?;
    let known = matches!(unit, b"" | b"ms" | b"s" | b"%" | b"MB" | b"us" | b"KB" | b"GB");
    if !known || digits.is_empty() || digits.len() > 12 {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn t(seconds: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(1_763_629_800 + seconds, 0)
    }

    #[test]
    fn several_windows_count_as_one_after_the_other() {
        let window = |from: i64, to: i64| Window { start: t(from).unwrap(), end: t(to).unwrap() };
        let mut clock = Clock::new(&[window(-86_400, -86_340), window(-60, 0)]);
        for (at, expected) in [(-86_390, 10_000), (-30, 90_000), (50, 119_999), (-90_000, 0)] {
            assert_eq!(clock.offset(t(at)), expected, "{at}");
        }
        assert_eq!((clock.minutes(), clock.lines), (2.0, 4));
        let mut own = Clock::new(&[]);
        assert_eq!(
            (own.offset(t(5)), own.offset(t(8)), own.offset(None), own.offset(t(1))),
            (0, 3000, 3000, 0)
        );
    }

    #[test]
    fn samples_end_at_white_space_and_are_few() {
        let mut seen = Seen::default();
        for n in 0..100 {
            seen.add(t(n), n as usize / 10, &format!("line {n} {}", "word5 ".repeat(1000)));
        }
        assert_eq!((seen.samples.len(), seen.count, seen.buckets.len()), (3, 100, 10));
        assert!(seen.samples.iter().all(|sample| sample.len() <= SAMPLE_BYTES && sample.ends_with("word5")));
        seen.halve();
        assert_eq!(seen.buckets, [20, 20, 20, 20, 20]);
    }

    #[test]
    fn numbers_are_thinned_evenly() {
        let mut numbers = Numbers::default();
        for n in 1..=10_000_u64 {
            numbers.add(n, [Some(format!("{n}ms").as_bytes()), Some(b"x")].into_iter());
        }
        let kept = &numbers.positions[0];
        assert!((90..=NUMBERS).contains(&kept.len()) && kept[kept.len() / 2] > 3_000.0, "{}", kept.len());
        assert_eq!(numbers.positions.len(), 1);
        assert_eq!(
            [&b"-3.5"[..], b"7 MB", b"1e5", b"225ms", b"."].map(number),
            [Some(-3.5), None, None, Some(225.0), None]
        );
    }
}
