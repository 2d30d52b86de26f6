//! Lists of equal members, which count as one member: `[Trip(…), Trip(…), Trip(…)]` of any length is one pattern.
//!
//! Knows where members begin, per bracket depth. Must not know bytes.

use super::Token;

const DEPTHS: usize = 8;

/// Where the list member being read, and the one before it, begin.
#[derive(Debug, Default)]
pub(super) struct Lists {
    depth: usize,
    levels: [Level; DEPTHS],
}

#[derive(Debug, Default, Clone, Copy)]
struct Level {
    start: usize,
    previous: Option<usize>,
}

impl Lists {
    /// A bracket has opened; the first member starts at `start`.
    pub fn open(&mut self, start: usize) {
        self.depth = (self.depth + 1).min(DEPTHS - 1);
        self.set(Level { start, previous: None });
    }

    /// A comma has been read; the next member starts at `start`.
    pub fn next(&mut self, start: usize) {
        let before = self.level().start;
        self.set(Level { start, previous: Some(before) });
    }

    /// A bracket has closed.
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// A member has ended: drops it, and its comma, if it equals the one before.
    pub fn close(&mut self, tokens: &mut Vec<Token>) {
        let Level { start, previous: Some(previous) } = self.level() else { return };
        let (Some(before), Some(current)) =
            (tokens.get(previous..start.saturating_sub(1)), tokens.get(start..))
        else {
            return;
        };
        let equal = !current.is_empty()
            && before.len() == current.len()
            && before.iter().zip(current).all(|(a, b)| a.hash == b.hash);
        if equal {
            tokens.truncate(start - 1);
            self.set(Level { start: previous, previous: None });
        }
    }

    fn level(&self) -> Level {
        self.levels.get(self.depth).copied().unwrap_or_default()
    }

    fn set(&mut self, level: Level) {
        if let Some(place) = self.levels.get_mut(self.depth) {
            *place = level;
        }
    }
}
