//! Everything that was seen: baseline first, then window, line by line, in bounded memory.
//!
//! Knows lines. Must not judge: `score` does.

use chrono::{DateTime, Utc};

use super::record::{Record, logger_key, workload};
use super::severity::class;
use super::side::{BUCKETS, Clock, Seen};
use super::values::{BASELINE_LINES, Slot};
use crate::evidence::patterns::bytes::{HashedMap, cut, hash, mix};
use crate::evidence::patterns::level::Level;
use crate::evidence::patterns::miner::{Miner, Pattern};
use crate::evidence::{Line, Span, Window};

/// Patterns told apart while reading the baseline; twice as many with the window.
const PATTERNS: usize = 8_000;
/// Groups likewise; then loggers no longer count.
const GROUPS: usize = 15_000;
/// For samples of values, in all.
const SAMPLE_ROOM: usize = 24_000_000;
/// Value positions per pattern.
const SLOTS: usize = 12;

/// Which side a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Baseline,
    Window,
}

/// One pattern of one workload, level and logger.
#[derive(Debug)]
pub(super) struct Group {
    pub pattern: usize,
    pub stream: usize,
    pub level: Level,
    pub logger: String,
    pub logger_key: u64,
    /// Whether the logger names a place in the source.
    pub statement: bool,
    /// Of its words of failure.
    pub class: u8,
    pub window: Seen,
    pub baseline: Seen,
    pub slots: Vec<Slot>,
}

/// All groups, and both sides' time.
#[derive(Debug)]
pub(super) struct Table {
    miner: Miner,
    pub groups: Vec<Group>,
    rows: HashedMap<usize>,
    pub streams: Vec<String>,
    stream_ids: HashedMap<usize>,
    pub window: Clock,
    pub baseline: Clock,
    room: usize,
}

impl Table {
    pub fn new(window: &[Window], baseline: &[Window]) -> Self {
        Self {
            miner: Miner::default(),
            groups: Vec::new(),
            rows: HashedMap::default(),
            streams: Vec::new(),
            stream_ids: HashedMap::default(),
            window: Clock::new(window),
            baseline: Clock::new(baseline),
            room: SAMPLE_ROOM,
        }
    }

    /// The baseline, then the window; without a `span` the lines' own times tell how long each is.
    pub fn read(
        window: impl Iterator<Item = Line>,
        baseline: impl Iterator<Item = Line>,
        span: Option<&Span>,
    ) -> Self {
        let windows = span.map(|span| vec![span.window]).unwrap_or_default();
        let mut table = Self::new(&windows, span.map_or(&[], |span| &span.baselines));
        baseline.for_each(|line| table.add(&line, Side::Baseline));
        window.for_each(|line| table.add(&line, Side::Window));
        table
    }

    pub fn patterns(&self) -> &[Pattern] {
        self.miner.patterns()
    }

    pub fn add(&mut self, line: &Line, side: Side) {
        if line.text.is_empty() {
            return;
        }
        let slice = self.slice(line.at, side);
        let stream = self.stream(&line.stream);
        let factor = if side == Side::Window { 2 } else { 1 };
        self.miner.set_limit(factor * PATTERNS);
        let record = Record::read(&line.text, &mut self.miner);
        let place = self.group(stream, &record, &line.text, factor * GROUPS);
        let content = record.content();
        let values = self.miner.values().iter().map(|(start, end)| {
            Some(cut(content, *start as usize, *end as usize)).filter(|value| !value.is_empty())
        });
        let Some(group) = self.groups.get_mut(place) else { return };
        let seen = if side == Side::Window { &mut group.window } else { &mut group.baseline };
        seen.add(line.at, slice, &line.text);
        seen.numbers.add(seen.count, values.clone());
        let alone = self.baseline.lines == 0;
        for (i, value) in values.flatten().take(SLOTS).enumerate() {
            if group.slots.len() <= i {
                group.slots.push(Slot::default());
            }
            match group.slots.get_mut(i) {
                Some(slot) if side == Side::Baseline => slot.know(value),
                Some(slot) if alone || group.baseline.count >= BASELINE_LINES => {
                    slot.see(value, line.at, &line.text, &mut self.room);
                }
                _ => {}
            }
        }
    }

    /// The time slice of a line; when the slices are full, all groups' slices double.
    fn slice(&mut self, at: Option<DateTime<Utc>>, side: Side) -> usize {
        let clock = if side == Side::Window { &mut self.window } else { &mut self.baseline };
        let offset = clock.offset(at);
        while offset / clock.width >= BUCKETS as i64 {
            clock.width *= 2;
            for group in &mut self.groups {
                let seen = if side == Side::Window { &mut group.window } else { &mut group.baseline };
                seen.halve();
            }
        }
        usize::try_from(offset / clock.width).unwrap_or(0)
    }

    fn stream(&mut self, stream: &str) -> usize {
        let key = hash(stream.as_bytes());
        if let Some(id) = self.stream_ids.get(&key) {
            return *id;
        }
        let name = workload(stream);
        let streams = &mut self.streams;
        let id = *self.stream_ids.entry(hash(name.as_bytes())).or_insert_with(|| {
            streams.push(name.to_owned());
            streams.len() - 1
        });
        self.stream_ids.insert(key, id);
        id
    }

    fn group(&mut self, stream: usize, record: &Record<'_>, text: &str, limit: usize) -> usize {
        let content = self.miner.patterns().get(record.row).map_or(0, |pattern| pattern.hash);
        let logger = logger_key(record.logger);
        let coarse = mix(content, (stream as u64) << 8 | record.level as u64);
        let full = self.groups.len() >= limit;
        let key = if full { mix(coarse, 0) } else { mix(coarse, mix(logger, record.distinct)) };
        if let Some(place) = self.rows.get(&key) {
            return *place;
        }
        let by_status = match record.status / 100 {
            5 => 2,
            4 => 1,
            _ => 0,
        };
        self.groups.push(Group {
            pattern: record.row,
            stream,
            level: record.level,
            logger: String::from_utf8_lossy(record.logger).into_owned(),
            logger_key: logger,
            statement: record.logger.contains(&b'#'),
            class: class(text).max(by_status),
            window: Seen::default(),
            baseline: Seen::default(),
            slots: Vec::new(),
        });
        self.rows.insert(key, self.groups.len() - 1);
        self.groups.len() - 1
    }
}
