//! Into which pieces of time a window is divided where more lines match than one query gives.
//!
//! Knows seconds and counts. Must not know what a query is.

use std::collections::VecDeque;

use chrono::TimeDelta;
use firstlook_core::evidence::Window;

/// Pieces that are asked for at once.
const AT_ONCE: usize = 4;
/// Into so many pieces the rest of one is divided at most.
const MOST: i64 = 64;

/// Whole seconds, both of them part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub from: i64,
    pub to: i64,
}

impl Piece {
    /// The seconds of a window; `None` where it is empty.
    pub fn of(window: Window) -> Option<Self> {
        let last = window.end.checked_sub_signed(TimeDelta::nanoseconds(1))?;
        let piece = Self { from: window.start.timestamp(), to: last.timestamp() };
        (window.start < window.end).then_some(piece)
    }

    /// Whether the instant lies in it.
    pub fn holds(&self, second: i64) -> bool {
        (self.from..=self.to).contains(&second)
    }
}

/// What is still to be asked, the newest first: where a cap cuts, the lines next to the alarm stay.
#[derive(Debug)]
pub(super) struct Plan {
    todo: VecDeque<Piece>,
    limit: usize,
    cap: usize,
    kept: usize,
    /// A second in which more lines match than one query gives.
    crowded: Option<i64>,
}

impl Plan {
    /// For `cap` lines in all, of which a query gives `limit`.
    pub fn new(whole: Piece, limit: usize, cap: usize) -> Self {
        Self { todo: [whole].into(), limit: limit.min(cap), cap, kept: 0, crowded: None }
    }

    /// How many lines one query is asked for.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// What to ask for next, all at once.
    pub fn next(&mut self) -> Vec<Piece> {
        let room = self.cap.saturating_sub(self.kept);
        let useful = room.div_ceil(self.usual()).min(AT_ONCE).min(self.todo.len());
        self.todo.drain(..useful).collect()
    }

    /// Takes the answer to a piece: `seconds` of its lines, of which `matched` exist. Returns the first second whose
    /// lines are to be kept; those before it will be asked for again.
    pub fn take(&mut self, piece: Piece, seconds: &[i64], matched: usize) -> i64 {
        let oldest = seconds.iter().copied().filter(|second| piece.holds(*second)).min();
        let keep = match oldest.filter(|_| seconds.len() >= self.limit) {
            None => piece.from,
            Some(oldest) if oldest < piece.to => {
                // Of the oldest second some may be missing.
                self.divide(Piece { to: oldest, ..piece }, piece, matched);
                oldest + 1
            }
            Some(oldest) => {
                self.crowded = self.crowded.max(Some(oldest));
                self.divide(Piece { to: oldest - 1, ..piece }, piece, matched);
                oldest
            }
        };
        self.kept += seconds.iter().filter(|second| piece.holds(**second) && **second >= keep).count();
        keep
    }

    /// Divides `rest` so that each piece holds a little less than a query gives, if lines are spread as in `whole`.
    fn divide(&mut self, rest: Piece, whole: Piece, matched: usize) {
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let length = whole.to - whole.from + 1;
        let even = length.saturating_mul(count(self.usual())) / count(matched.max(self.limit).max(1));
        let width = even.max((rest.to - rest.from) / MOST + 1).max(1);
        let mut pieces = Vec::new();
        let mut to = rest.to;
        while to >= rest.from {
            let from = rest.from.max(to - width + 1);
            pieces.push(Piece { from, to });
            to = from - 1;
        }
        pieces.into_iter().rev().for_each(|piece| self.todo.push_front(piece));
    }

    /// So many lines a piece is meant to hold.
    fn usual(&self) -> usize {
        (self.limit * 4 / 5).max(1)
    }

    /// Whether something has not been asked for.
    pub fn is_cut(&self) -> bool {
        !self.todo.is_empty()
    }

    /// The newest second of which lines are missing because it has too many.
    pub fn crowded(&self) -> Option<i64> {
        self.crowded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asks as often as is wanted about a world with a line in each of `at` (seconds); the answers, newest first.
    fn read(at: &[i64], whole: Piece, limit: usize, cap: usize) -> (Vec<i64>, Plan, usize) {
        let mut plan = Plan::new(whole, limit, cap);
        let (mut lines, mut queries) = (Vec::new(), 0);
        loop {
            let pieces = plan.next();
            if pieces.is_empty() {
                return (lines, plan, queries);
            }
            for piece in pieces {
                queries += 1;
                assert!(queries < 1_000, "it leads nowhere");
                let mut found: Vec<i64> = at.iter().copied().filter(|one| piece.holds(*one)).collect();
                found.sort_by_key(|one| -one);
                let matched = found.len();
                found.truncate(plan.limit());
                let keep = plan.take(piece, &found, matched);
                lines.extend(found.into_iter().filter(|one| *one >= keep));
            }
        }
    }

    #[test]
    fn every_line_is_read_once_however_they_are_spread() {
        let whole = Piece { from: 1_000, to: 1_999 };
        let even: Vec<i64> = (0..900).map(|n| 1_000 + n * 10 / 9).collect();
        let burst: Vec<i64> =
            (0..900).map(|n| if n < 100 { 1_000 + n * 9 } else { 1_950 + n % 40 }).collect();
        for (lines, most) in [(even, 14), (burst, 40), (vec![], 1), (vec![1_000, 1_999], 1)] {
            let (mut found, plan, queries) = read(&lines, whole, 100, 10_000);
            let mut all = lines;
            all.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, all);
            assert!(queries <= most && !plan.is_cut() && plan.crowded().is_none(), "{queries}");
        }
    }

    #[test]
    fn where_a_cap_cuts_the_newest_stay() {
        let lines: Vec<i64> = (1_000..2_000).collect();
        let (found, plan, queries) = read(&lines, Piece { from: 1_000, to: 1_999 }, 100, 250);
        assert!((250..=400).contains(&found.len()) && queries <= 4, "{} {queries}", found.len());
        assert!(plan.is_cut() && (1_750..2_000).all(|one| found.contains(&one)));
    }

    #[test]
    fn a_crowded_second_is_said_and_passed() {
        let mut lines = vec![1_500; 300];
        lines.extend([1_400, 1_600]);
        let (found, plan, _) = read(&lines, Piece { from: 1_000, to: 1_999 }, 100, 10_000);
        assert_eq!(plan.crowded(), Some(1_500));
        assert!(found.contains(&1_400) && found.contains(&1_600) && found.len() == 102, "{}", found.len());
    }

    #[test]
    fn a_window_is_its_whole_seconds() {
        let window =
            |start: &str, end: &str| Window { start: start.parse().unwrap(), end: end.parse().unwrap() };
        let piece = Piece::of(window("1970-01-01T00:00:10.5Z", "1970-01-01T00:00:20Z"));
        assert_eq!(piece, Some(Piece { from: 10, to: 19 }));
        let piece = Piece::of(window("1970-01-01T00:00:10Z", "1970-01-01T00:00:20.5Z"));
        assert_eq!(piece, Some(Piece { from: 10, to: 20 }));
        assert_eq!(Piece::of(window("1970-01-01T00:00:10Z", "1970-01-01T00:00:10Z")), None);
    }
}
