//! Words: where one ends, and whether it is a name or a value.
//!
//! Knows times, addresses, paths and URLs by their form. Must not know keys: `pairs` does.

use super::super::bytes::{
    BEYOND_HEX, COLON, DELIMITER, DIGIT, HEX, LETTER, SEPARATOR, SPACE, UPPER, at, class, cut, hash, hash_in,
    is,
};
use super::super::mask;
use super::super::vocabulary::{Unit, is_boolean, is_month_or_weekday, is_source_extension, is_zone, unit};
use super::{Kind, Pass, Pending, Token, VARIABLE, colon_hexadecimal};

/// What was seen on the way through a word.
struct Shape {
    start: usize,
    /// Classes of all bytes together, and of the one behind.
    classes: u8,
    slashes: usize,
    url: bool,
    backslash: bool,
    /// Starts like a number: a colon inside belongs to it (`10:20`).
    numeric: bool,
}

impl Shape {
    /// Whether it has bytes of one of the classes.
    #[inline(always)]
    fn has(&self, classes: u8) -> bool {
        self.classes & classes != 0
    }
}

/// The bytes up to the next blank, delimiter or separator, which are most of any line: how many, and the classes of all of
/// them and of the one behind.
#[inline(always)]
fn run(text: &[u8]) -> (usize, u8) {
    let mut seen = 0;
    let end = text.iter().position(|byte| {
        let classes = class(*byte);
        seen |= classes;
        classes & (SPACE | DELIMITER | SEPARATOR) != 0
    });
    (end.unwrap_or(text.len()), seen)
}

enum Step {
    End,
    Take(usize),
}

impl Pass<'_> {
    pub(super) fn word(&mut self) {
        let start = self.i;
        let first = at(self.line, start);
        let next = at(self.line, start + 1);
        if first == b':' {
            self.leading_colon();
            return;
        }
        // A dot leader, as in `size.........0`.
        if first == b'.' && next == b'.' && at(self.line, start + 2) != b'/' {
            while at(self.line, self.i) == b'.' {
                self.i += 1;
            }
            return;
        }
        if is(first, HEX)
            && let Some(end) = colon_hexadecimal(self.line, start)
        {
            self.joined_variable(start, end);
            self.i = end;
            return;
        }
        let shape = self.scan(start);
        if self.i == start {
            self.punctuation();
        } else if let Some(end) = self.host_and_port(&shape) {
            self.i = end;
            self.joined_variable(start, end);
        } else {
            self.finish(&shape);
        }
    }

    /// `::ffff:10.0.0.1` is the address alone; any other colon stands for itself.
    fn leading_colon(&mut self) {
        if cut(self.line, self.i, self.i + 7).eq_ignore_ascii_case(b"::ffff:") {
            self.i += 7;
        } else {
            self.punctuation();
        }
    }

    fn scan(&mut self, start: usize) -> Shape {
        let first = at(self.line, start);
        let signed = is(at(self.line, start + 1), DIGIT) && matches!(first, b'-' | b'+' | b'/' | b'@' | b'#');
        let numeric = is(first, DIGIT) || signed;
        let mut shape = Shape { start, classes: 0, slashes: 0, url: false, backslash: false, numeric };
        while self.i < self.line.len() {
            let (length, seen) = run(cut(self.line, self.i, self.line.len()));
            shape.classes |= seen;
            self.i += length;
            let byte = at(self.line, self.i);
            let classes = class(byte);
            if classes & SPACE != 0 || self.i >= self.line.len() {
                break;
            }
            if classes & (DELIMITER | COLON) != 0 {
                let step = if classes & COLON != 0 {
                    self.colon(&mut shape)
                } else {
                    self.inner_delimiter(&shape, byte)
                };
                match step {
                    Step::End => break,
                    Step::Take(bytes) => self.i += bytes,
                }
                continue;
            }
            let leader = byte == b'.' && self.i > start && at(self.line, self.i + 1) == b'.';
            if leader && is(at(self.line, self.i - 1), LETTER | DIGIT) {
                break;
            }
            shape.slashes += usize::from(byte == b'/');
            shape.backslash |= byte == b'\\';
            self.i += 1;
        }
        shape
    }

    /// Delimiters inside of a word: the apostrophe of "can't", and those that URLs and paths may hold.
    fn inner_delimiter(&self, shape: &Shape, byte: u8) -> Step {
        let (before, next) =
            (if self.i > 0 { at(self.line, self.i - 1) } else { 0 }, at(self.line, self.i + 1));
        let apostrophe = byte == b'\''
            && self.i > shape.start
            && is(before, LETTER)
            && next.is_ascii_lowercase()
            && !is(at(self.line, self.i + 2), LETTER);
        let in_url = shape.url && !matches!(byte, b'"' | b'<' | b'>' | b'\'' | b')' | b']' | b'}' | b'|');
        let in_path = shape.slashes > 0 && at(self.line, shape.start) == b'/' && byte == b'=';
        if apostrophe || in_url || in_path { Step::Take(1) } else { Step::End }
    }

    /// A colon belongs to times, URLs, `::` paths, drive letters and hexadecimal addresses; else it ends the word.
    fn colon(&self, shape: &mut Shape) -> Step {
        let (next, after) = (at(self.line, self.i + 1), at(self.line, self.i + 2));
        let length = self.i - shape.start;
        if self.i + 1 >= self.line.len() || is(next, SPACE) {
            return Step::End;
        }
        if next == b'/' && after == b'/' {
            shape.url = true;
            shape.slashes += 2;
            return Step::Take(3);
        }
        if next == b':' && length > 0 && is(at(self.line, self.i - 1), LETTER | DIGIT) {
            if self.i + 2 >= self.line.len() || is(after, SPACE) {
                return Step::End;
            }
            shape.numeric = false;
            return Step::Take(2);
        }
        if matches!(next, b'\\' | b'/') && length == 1 && is(at(self.line, shape.start), LETTER) {
            shape.backslash = true;
            return Step::Take(1);
        }
        let number = (shape.numeric || (!shape.has(BEYOND_HEX) && shape.has(DIGIT))) && is(next, DIGIT | HEX);
        // The first colon of a MAC address that starts with letters.
        let third = at(self.line, self.i + 3);
        let address = !shape.has(BEYOND_HEX)
            && length == 2
            && shape.has(LETTER)
            && is(next, HEX)
            && is(after, HEX | COLON)
            && (self.i + 3 >= self.line.len() || is(third, COLON | DELIMITER | SPACE | HEX));
        if shape.url || number || address { Step::Take(1) } else { Step::End }
    }

    /// `a.b.c:443`, but not `Main.java:12`. Where it ends.
    fn host_and_port(&self, shape: &Shape) -> Option<usize> {
        let colon = self.i;
        let fits = at(self.line, colon) == b':'
            && is(at(self.line, colon + 1), DIGIT)
            && shape.has(LETTER)
            && !shape.url
            && shape.slashes == 0;
        if !fits {
            return None;
        }
        let host = cut(self.line, shape.start, colon);
        let dot = host.iter().rposition(|byte| *byte == b'.').filter(|dot| *dot > 0)?;
        let label = cut(host, dot + 1, host.len());
        let named = label.iter().all(|byte| byte.is_ascii_lowercase() || is(*byte, DIGIT));
        let plain = host.iter().all(|byte| is(*byte, LETTER | DIGIT) || matches!(byte, b'.' | b'-' | b'_'));
        if is_source_extension(label) || !named || !plain {
            return None;
        }
        let mut end = colon + 1;
        while is(at(self.line, end), DIGIT) {
            end += 1;
        }
        (end - colon <= 6 && !is(at(self.line, end), LETTER)).then_some(end)
    }

    /// The word has ended at `self.i`: decides what it is, and joins it with its neighbours.
    fn finish(&mut self, shape: &Shape) {
        let mut end = self.i;
        // Dots and marks at the end belong to the sentence.
        while end > shape.start + 1 && matches!(at(self.line, end - 1), b'.' | b'!' | b'?') {
            end -= 1;
        }
        let word = cut(self.line, shape.start, end);
        let token = self.classify(shape, word);
        match self.pending {
            Pending::Masked => self.masked_value(shape.start, token),
            _ => {
                self.pending = Pending::No;
                self.place(shape.start, word, token);
            }
        }
    }

    fn classify(&mut self, shape: &Shape, word: &[u8]) -> Token {
        let (start, end) = (shape.start as u32, self.i as u32);
        let variable = Token { kind: Kind::Variable, start, end, pooled: false, hash: VARIABLE };
        let digits = shape.has(DIGIT);
        if is_path(shape, word, digits) || (digits && !shape.has(LETTER)) {
            return variable;
        }
        if digits {
            let from = self.out.pool.len();
            if !mask::mask(word, &mut self.out.pool) {
                return variable;
            }
            let masked = cut(&self.out.pool, from, self.out.pool.len());
            let hash = hash(masked);
            return Token {
                kind: Kind::Identifier,
                start: from as u32,
                end: self.out.pool.len() as u32,
                pooled: true,
                hash,
            };
        }
        if self.pending == Pending::No && is_boolean(word) {
            return Token { kind: Kind::Boolean, hash: hash(word), ..variable };
        }
        if shape.has(SEPARATOR) && word.contains(&b'@') && word.contains(&b'.') && at(word, 0) != b'@' {
            return variable;
        }
        let kind = if is_name(word, shape) { Kind::Identifier } else { Kind::Word };
        let end = shape.start + word.len();
        Token { kind, start, end: end as u32, pooled: false, hash: hash_in(self.line, shape.start, end) }
    }

    /// Appends the token, unless it belongs to the value before it.
    fn place(&mut self, start: usize, word: &[u8], token: Token) {
        let after_value = self.out.last_is(Kind::Variable);
        if token.kind == Kind::Variable {
            let listed = self.out.back(1).is_some_and(|token| token.kind == Kind::Variable)
                && self
                    .out
                    .back(0)
                    .is_some_and(|t| t.kind == Kind::Punctuation && at(self.line, t.start as usize) == b',');
            if listed {
                self.out.list.pop();
            } else if !after_value {
                self.out.list.push(token);
            }
            return;
        }
        if after_value && start > 0 && at(self.line, start - 1) == b' ' {
            let unit = unit(word);
            if unit == Some(Unit::Size) {
                self.sizes = [self.sizes[1], self.out.list.len() - 1];
            }
            if unit.is_some() || is_zone(word) || is_month_or_weekday(word) {
                return;
            }
        }
        if self.is_part_of_date(word) {
            if !after_value {
                self.variable(start, self.i);
            }
            return;
        }
        // `blk_# blk_# …` is one.
        let repeated =
            token.pooled && self.out.list.last().is_some_and(|last| last.pooled && last.hash == token.hash);
        if !repeated {
            self.out.list.push(token);
        }
    }

    /// A month or weekday before a number or another such name.
    fn is_part_of_date(&self, word: &[u8]) -> bool {
        if !is_month_or_weekday(word) {
            return false;
        }
        let mut next = self.i;
        while matches!(at(self.line, next), b' ' | b',') {
            next += 1;
        }
        is(at(self.line, next), DIGIT) || is_month_or_weekday(cut(self.line, next, next + 3))
    }
}

fn is_path(shape: &Shape, word: &[u8], digits: bool) -> bool {
    let first = at(word, 0);
    shape.url
        || (first == b'/' && word.len() > 2)
        || (first == b'.' && shape.slashes > 0 && matches!(at(word, 1), b'/' | b'.'))
        || (shape.backslash && word.len() > 3)
        || (shape.slashes >= 2 && (digits || matches!(first, b'.' | b'~') || shape.slashes >= 3))
}

/// An inner separator other than `-`, or a camelCase step.
fn is_name(word: &[u8], shape: &Shape) -> bool {
    let step = |pair: &[u8]| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase());
    (shape.has(SEPARATOR) && word.iter().any(|byte| is(*byte, SEPARATOR) && *byte != b'-'))
        || (shape.has(UPPER) && word.windows(2).any(step))
}
