//! Where in a header the time stands.
//!
//! Knows dates, times and the order of chunks before them. Must not know what comes behind.

use super::super::chunks::{Chunks, is_date_word, is_headerlike, is_number, is_timestamp, level, strip};
use super::{Reader, forms};

/// Timestamps stand among so many chunks.
const COLUMNS: usize = 9;
/// The most lines from which a column is learned, and the fewest.
pub const SAMPLE: usize = 512;
const ENOUGH: usize = 20;

/// The column, among the first nine chunks, that is a timestamp in at least nine of ten of a stream's first lines, even
/// though plain words stand before it.
pub fn learn_column<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Option<usize> {
    let (mut count, mut timed) = (0, [0_usize; COLUMNS]);
    for line in lines.take(SAMPLE) {
        let chunks = Chunks::of(line);
        for (i, timed) in timed.iter_mut().enumerate() {
            *timed += usize::from(is_timestamp(chunks.get(i)));
        }
        count += 1;
    }
    if count < ENOUGH {
        return None;
    }
    timed.iter().rposition(|timed| timed * 10 >= count * 9)
}

impl Reader<'_> {
    /// Moves behind the timestamp; whether it is written as syslog does, or `None` where the line has no header.
    pub(super) fn timestamp(&mut self, column: Option<usize>) -> Option<bool> {
        let found = self.last_timestamp();
        let learned = column
            .filter(|column| {
                found.is_none_or(|(last, _)| last < *column) && is_timestamp(self.chunk(*column))
            })
            .map(|column| (column, false));
        let Some((last, syslog)) = learned.or(found) else {
            self.header.level = level(self.chunks, 0, false);
            self.i = 1;
            return self.header.level.is_known().then_some(false);
        };
        self.header.timed = true;
        self.i = last + 1;
        let mut before = (0..last).map(|i| level(self.chunks, i, false)).filter(|level| level.is_known());
        self.header.level = before.next_back().unwrap_or_default();
        Some(syslog)
    }

    /// The last timestamp that is reached over header-like chunks only.
    fn last_timestamp(&self) -> Option<(usize, bool)> {
        let mut last: Option<(usize, bool)> = None;
        let mut i = 0;
        while i < self.chunks.count().min(COLUMNS) {
            if i == 0 && (forms::is_letter_before_time(self.chunks) || forms::is_thread(self.chunks, 0)) {
                i += 1;
                continue;
            }
            let chunk = self.chunk(i);
            if let Some(date) = self.named_date(i) {
                let Some(end) = date else { break };
                // Syslog begins with the month, and names a host next.
                last = Some((end - 1, is_date_word(chunk) && !self.chunk(end - 1).ends_with(b"]")));
                i = end;
                continue;
            }
            let lone_number = i == 0 && is_number(strip(chunk)) && is_timestamp(chunk);
            let next = self.chunk(i + 1);
            if lone_number && !is_headerlike(next) && !is_timestamp(next) {
                break;
            }
            // `081109 203615`: a date and a time of six digits each.
            let six = |chunk: &[u8]| chunk.len() == 6 && is_number(chunk);
            if i == 0 && six(strip(chunk)) && six(next) {
                last = Some((1, false));
                i = 2;
            } else if is_timestamp(chunk) {
                last = Some((i, false));
                i += 1;
            } else if last.is_some_and(|(last, _)| i > last + 3)
                || !(is_headerlike(chunk) || (last.is_none() && forms::is_thread(self.chunks, i)))
            {
                break;
            } else {
                i += 1;
            }
        }
        last
    }

    /// `Sun Dec 04 04:47:44 2005`, `Jun 14 15:16:01` or `20 Nov 2025 09:10:11` from chunk `i` on: the chunk behind it.
    /// `Some(None)` where a date begins that has no time.
    fn named_date(&self, i: usize) -> Option<Option<usize>> {
        let first = self.chunk(i);
        let month_first = is_date_word(first);
        if !month_first && (first.len() > 2 || !is_number(first)) {
            return None;
        }
        let next = strip(self.chunk(i + 1));
        let joins = match month_first {
            true => is_number(next) || is_date_word(next),
            false => is_date_word(next) && is_number(self.chunk(i + 2)),
        };
        if !joins {
            return None;
        }
        let mut end = i;
        let mut timed = false;
        while end < self.chunks.count().min(i + 6) {
            let chunk = self.chunk(end);
            let inner = strip(chunk);
            let year = inner.len() == 4 && end >= i + 2;
            if !is_date_word(chunk)
                && !(is_number(inner) && (inner.len() <= 2 || year))
                && !is_timestamp(chunk)
            {
                break;
            }
            timed |= is_timestamp(chunk);
            end += 1;
        }
        Some(timed.then_some(end))
    }
}
