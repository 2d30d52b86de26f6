//! The tokens of a line's content, in one pass over its bytes, with values masked.
//!
//! Knows one line. Must not know other lines: what only their comparison shows to be a value is `merge`'s.

mod pairs;
mod units;
mod words;

use super::bytes::{DELIMITER, DIGIT, HEX, SPACE, at, class, cut, hash, is};
use units::Lists;

/// More tokens than this of one line do not count for its identity.
pub const MAX_TOKENS: usize = 160;

/// What every value hashes to.
pub const VARIABLE: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A value, masked.
    Variable,
    /// A plain word.
    Word,
    /// A name: inner separators other than `-`, a camelCase step, or a masked number.
    Identifier,
    /// `true`, `off`, `disabled` …
    Boolean,
    /// One delimiter.
    Punctuation,
}

impl Kind {
    /// A word that says what the line is about.
    pub fn is_word(self) -> bool {
        matches!(self, Self::Word | Self::Identifier)
    }
}

/// One token of a line: where its text stands, and the hash of its masked form.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Start in the line, or in the pool. An empty value slot (`user=`) starts and ends at 0.
    pub start: u32,
    /// End, exclusive.
    pub end: u32,
    /// Whether the text was masked, and so stands in the pool.
    pub pooled: bool,
    /// Equal for tokens that count as equal.
    pub hash: u64,
}

/// From where to where in a line's content a masked value stands; empty for an empty value slot.
pub type Place = (u32, u32);

/// The tokens of one line, and room that is used again for the next.
#[derive(Debug, Default)]
pub struct Tokens {
    /// In order.
    pub list: Vec<Token>,
    pool: Vec<u8>,
}

impl Tokens {
    /// Reads a line's content.
    pub fn read(&mut self, line: &[u8]) {
        self.list.clear();
        self.pool.clear();
        let lists = Lists::default();
        Pass { line, i: 0, out: self, lists, sizes: [usize::MAX; 2], pending: Pending::No }.run();
    }

    /// A token's masked text; `<*>` for a value.
    pub fn text<'a>(&'a self, line: &'a [u8], token: &Token) -> &'a [u8] {
        match token.kind {
            Kind::Variable => b"<*>",
            _ if token.pooled => cut(&self.pool, token.start as usize, token.end as usize),
            _ => cut(line, token.start as usize, token.end as usize),
        }
    }

    /// Where each value stands.
    pub fn values(&self) -> impl Iterator<Item = Place> {
        self.list.iter().filter(|token| token.kind == Kind::Variable).map(|token| (token.start, token.end))
    }

    /// Whether a masked text has digits all the same, as the place in the source of `Name#37`.
    pub fn keeps_digits(&self) -> bool {
        self.pool.iter().any(|byte| is(*byte, DIGIT))
    }

    fn last_is(&self, kind: Kind) -> bool {
        self.list.last().is_some_and(|token| token.kind == kind)
    }

    /// The `n`-th token from the end, 0 being the last.
    fn back(&self, n: usize) -> Option<&Token> {
        self.list.len().checked_sub(n + 1).and_then(|i| self.list.get(i))
    }
}

/// Whether the next word is the value of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pending {
    No,
    /// Of a key whose value is masked.
    Masked,
    /// Of a key whose value tells what happened.
    Kept,
}

struct Pass<'a> {
    line: &'a [u8],
    i: usize,
    out: &'a mut Tokens,
    lists: Lists,
    /// The places, in `out`, of the last two values with a size unit.
    sizes: [usize; 2],
    pending: Pending,
}

impl Pass<'_> {
    fn run(&mut self) {
        while self.i < self.line.len() && self.out.list.len() < MAX_TOKENS {
            let classes = class(at(self.line, self.i));
            if classes & SPACE != 0 {
                self.i += 1;
            } else if classes & DELIMITER != 0 {
                self.delimiter();
            } else {
                self.word();
            }
        }
        self.lists.close(&mut self.out.list);
    }

    fn delimiter(&mut self) {
        match at(self.line, self.i) {
            b'=' => self.equals(),
            b'(' | b'[' | b'{' => {
                self.punctuation();
                self.lists.open(self.out.list.len());
                self.pending = Pending::No;
            }
            b',' | b';' => {
                self.lists.close(&mut self.out.list);
                self.punctuation();
                self.lists.next(self.out.list.len());
                self.pending = Pending::No;
            }
            b')' | b']' | b'}' => self.closing(),
            // `<1 sec`: a comparison glued to a number.
            b'<' | b'>' if is(at(self.line, self.i + 1), DIGIT) && self.after_blank() => self.i += 1,
            _ => self.punctuation(),
        }
    }

    fn closing(&mut self) {
        self.lists.close(&mut self.out.list);
        self.lists.leave();
        let place = self.i;
        self.punctuation();
        self.pending = Pending::No;
        let length = self.out.list.len();
        if at(self.line, place) == b')' && self.restates_size(length) {
            self.out.list.truncate(length - 3);
        } else if at(self.line, place) != b'}' {
            self.empty_brackets(place);
        }
    }

    /// `1190 bytes (1.16 KB)`: the same size again.
    fn restates_size(&self, length: usize) -> bool {
        length >= 4
            && self.sizes == [length - 4, length - 2]
            && self.out.back(1).is_some_and(|token| token.kind == Kind::Variable)
            && self.out.back(2).is_some_and(|token| token.kind == Kind::Punctuation)
            && self.out.back(3).is_some_and(|token| token.kind == Kind::Variable)
    }

    /// `VAR ( )` becomes `VAR ( VAR )`: a value's place, empty here.
    fn empty_brackets(&mut self, place: usize) {
        let opened = place > 1
            && matches!(at(self.line, place - 1), b'(' | b'[')
            && at(self.line, place - 2) == b' '
            && self
                .out
                .back(1)
                .is_some_and(|token| token.kind == Kind::Punctuation && token.start as usize + 1 == place)
            && self.out.back(2).is_some_and(|token| token.kind == Kind::Variable);
        if let (true, Some(bracket)) = (opened, self.out.list.pop_if(|_| opened)) {
            self.variable(0, 0);
            self.out.list.push(bracket);
        }
    }

    fn after_blank(&self) -> bool {
        self.i == 0 || at(self.line, self.i - 1) == b' '
    }

    /// Takes one byte as a token of its own.
    fn punctuation(&mut self) {
        self.push(Kind::Punctuation, self.i, self.i + 1, hash(&[at(self.line, self.i)]));
        self.i += 1;
    }

    fn variable(&mut self, start: usize, end: usize) {
        self.push(Kind::Variable, start, end, VARIABLE);
    }

    /// A value, unless the token before is one: a run of values is one value.
    fn joined_variable(&mut self, start: usize, end: usize) {
        let joins = self.pending == Pending::No && self.out.last_is(Kind::Variable);
        self.pending = Pending::No;
        if !joins {
            self.variable(start, end);
        }
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize, hash: u64) {
        self.out.list.push(Token { kind, start: start as u32, end: end as u32, pooled: false, hash });
    }
}

/// MAC and IPv6 addresses: groups of at most four hexadecimal digits with two or more colons, a digit and a letter
/// among them. Where it ends.
fn colon_hexadecimal(line: &[u8], start: usize) -> Option<usize> {
    let (mut end, mut group, mut colons) = (start, 0, 0);
    let (mut digit, mut letter) = (false, false);
    loop {
        let byte = at(line, end);
        if is(byte, HEX) {
            group += 1;
            digit |= is(byte, DIGIT);
            letter |= !is(byte, DIGIT);
        } else if byte == b':' {
            colons += 1;
            group = 0;
        } else {
            break;
        }
        if group > 4 {
            return None;
        }
        end += 1;
    }
    let whole = !is(at(line, end), super::bytes::LETTER | DIGIT);
    (colons >= 2 && digit && letter && whole).then(|| end - usize::from(at(line, end - 1) == b':'))
}

#[cfg(test)]
mod tests;
