//! Patterns of a stream of lines: each line is looked up by the hash of its tokens, in one step and bounded memory.
//!
//! Knows tokens and counts. Must not know which patterns belong together: `merge` decides that, over the table alone.

use super::bytes::{HashedMap, cut, fold};
use super::header::{self, Header};
use super::memo::{self, Memo};
use super::tokens::{Kind, Place, Token, Tokens, VARIABLE};

/// How many patterns are told apart before keys become coarse.
const PATTERNS: usize = 20_000;
/// From here on a pattern is known by its first three words; after as many more by the first; then by nothing.
const COARSE_STEP: usize = 2_048;

/// One row: a sequence of tokens, and how many lines had it.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// Of all tokens; identifies the row.
    pub hash: u64,
    /// Lines.
    pub count: u64,
    /// Kind, hash and masked text of each token.
    pub tokens: Vec<PatternToken>,
}

/// A token that outlives its line.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternToken {
    /// What it is.
    pub kind: Kind,
    /// Equal for equal tokens.
    pub hash: u64,
    /// The masked text.
    pub text: Box<[u8]>,
}

/// The table of patterns.
#[derive(Debug)]
pub struct Miner {
    rows: HashedMap<u32>,
    patterns: Vec<Pattern>,
    memo: Memo,
    tokens: Tokens,
    values: Vec<Place>,
    limit: usize,
}

impl Default for Miner {
    fn default() -> Self {
        Self {
            rows: HashedMap::default(),
            patterns: Vec::new(),
            memo: Memo::default(),
            tokens: Tokens::default(),
            values: Vec::new(),
            limit: PATTERNS,
        }
    }
}

impl Miner {
    /// Counts a line, whose header is read as [`header::read`] does; its header and row. Never fails: with a full table
    /// rows become coarse.
    pub fn add(&mut self, line: &[u8], column: Option<usize>) -> (Header, usize) {
        let key = memo::key(line, column);
        if let Some((header, row)) = self.memo.find(key, &mut self.values)
            && let Some(pattern) = self.patterns.get_mut(row)
        {
            pattern.count += 1;
            return (header, row);
        }
        let header = header::read(line, column);
        let content = cut(line, header.start, line.len());
        self.tokens.read(content);
        let mut hash = sequence(0x51ed_270b_9f3c_1d27, &self.tokens);
        let mut counted = self.count(hash);
        let fine = counted.is_some() || self.patterns.len() < self.limit;
        if !fine {
            self.coarsen();
            hash = sequence(0x0f0f, &self.tokens);
            counted = self.count(hash);
        }
        let row = counted.unwrap_or_else(|| self.insert(hash, content));
        self.values.clear();
        self.values.extend(self.tokens.values());
        if fine && !self.tokens.keeps_digits() {
            self.memo.keep(key, &header, row, &self.values);
        }
        (header, row)
    }

    /// Allows so many patterns before keys become coarse.
    pub fn set_limit(&mut self, patterns: usize) {
        self.limit = patterns;
    }

    /// All rows, in the order in which they were first seen.
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// Where the values stand in the content of the line that was added last.
    pub fn values(&self) -> &[Place] {
        &self.values
    }

    fn count(&mut self, hash: u64) -> Option<usize> {
        let row = *self.rows.get(&hash)? as usize;
        self.patterns.get_mut(row)?.count += 1;
        Some(row)
    }

    fn insert(&mut self, hash: u64, content: &[u8]) -> usize {
        let (row, tokens) = (self.patterns.len(), &self.tokens);
        let keep = |token: &Token| PatternToken {
            kind: token.kind,
            hash: token.hash,
            text: tokens.text(content, token).into(),
        };
        let tokens = tokens.list.iter().map(keep).collect();
        self.patterns.push(Pattern { hash, count: 1, tokens });
        self.rows.insert(hash, row as u32);
        row
    }

    /// Cuts the tokens behind the words that still count, and marks the rest as one value.
    fn coarsen(&mut self) {
        let words = match self.patterns.len() - self.limit {
            ..COARSE_STEP => 3,
            extra if extra < 2 * COARSE_STEP => 1,
            _ => 0,
        };
        let tokens = &mut self.tokens.list;
        let mut seen = 0;
        let end = tokens.iter().position(|token| {
            let full = seen == words;
            seen += usize::from(token.kind.is_word());
            full
        });
        tokens.truncate(end.unwrap_or(tokens.len()));
        let rest = Token { kind: Kind::Variable, start: 0, end: 0, pooled: false, hash: VARIABLE ^ 1 };
        tokens.push(rest);
    }
}

fn sequence(seed: u64, tokens: &Tokens) -> u64 {
    tokens.list.iter().fold(seed, |hash, token| fold(hash, token.hash))
}

/// A pattern as people read it: the tokens with blanks where a text would have them.
pub fn render<'a>(tokens: impl Iterator<Item = (Kind, &'a [u8])>) -> String {
    let mut out = String::new();
    let mut before: &[u8] = b"";
    for (kind, text) in tokens {
        let opened = matches!(before, b"" | b"(" | b"[" | b"{" | b"=" | b"\"" | b"'" | b"<" | b"|");
        let glued = kind == Kind::Punctuation && !matches!(text, b"<");
        if !opened && !glued {
            out.push(' ');
        }
        out.push_str(&String::from_utf8_lossy(text));
        before = text;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(miner: &Miner, row: usize) -> String {
        render(miner.patterns()[row].tokens.iter().map(|token| (token.kind, &*token.text)))
    }

    #[test]
    fn lines_that_differ_in_values_share_a_row() {
        let mut miner = Miner::default();
        let rows: Vec<usize> = ["took 12 ms (user=bob7)", "took 9 ms (user=eve1)", "took long"]
            .map(|l| miner.add(l.as_bytes(), None).1)
            .into();
        assert_eq!(rows, [0, 0, 1]);
        assert_eq!((miner.patterns()[0].count, shown(&miner, 0)), (2, "took <*>(user=<*>)".to_owned()));
    }

    #[test]
    fn a_full_table_becomes_coarse_and_drops_nothing() {
        let mut miner = Miner::default();
        miner.set_limit(10);
        let word = |n: usize| -> String {
            format!("{n:06}").bytes().map(|digit| (digit - b'0' + b'a') as char).collect()
        };
        let lines = 20_000;
        for n in 0..lines {
            let line = format!("{} failed for {} today {}", word(n / 3), word(n * 7), word(n * 3));
            miner.add(line.as_bytes(), None);
        }
        assert!(miner.patterns().len() <= 10 + 2 * COARSE_STEP + 1, "{} rows", miner.patterns().len());
        assert_eq!(miner.patterns().iter().map(|pattern| pattern.count).sum::<u64>(), lines as u64);
    }
}
