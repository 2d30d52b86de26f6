//! Keys and their values: `key=value`, `key = value`, `key=`, `key="…"`, `key={…}`.
//!
//! Knows what stands around an equals sign. Must not know which keys matter: the vocabulary does.

use super::super::bytes::{DELIMITER, LETTER, SPACE, at, cut, hash, is};
use super::super::vocabulary::{is_boolean, is_nothing, keeps_value};
use super::{Kind, Pass, Pending, Token};

/// The longest quoted or bracketed value that is looked through.
const QUOTED: usize = 400;
const BRACKETED: usize = 4000;
/// Bytes that are looked at together.
const BLOCK: usize = 32;

impl Pass<'_> {
    /// An equals sign: the word behind it may be a value.
    pub(super) fn equals(&mut self) {
        let next = at(self.line, self.i + 1);
        let key = self.out.list.last().filter(|token| self.may_be_key(token)).copied();
        let sign = self.i;
        self.punctuation();
        let (Some(key), false) = (key, matches!(next, b'=' | b'>')) else { return };
        let kept = keeps_value(self.out.text(self.line, &key));
        let spaced = sign > 0 && at(self.line, sign - 1) == b' ';
        let mut value = self.i;
        while at(self.line, value) == b' ' {
            value += 1;
        }
        if self.is_empty_value(value, spaced) {
            if !kept {
                self.variable(0, 0);
            }
            self.i = value;
            return;
        }
        self.i = value;
        self.pending = if kept { Pending::Kept } else { Pending::Masked };
        if !kept {
            self.enclosed_value();
        }
    }

    fn may_be_key(&self, token: &Token) -> bool {
        let closing = || matches!(at(self.line, token.start as usize), b']' | b'"' | b'\'');
        matches!(token.kind, Kind::Word | Kind::Identifier | Kind::Boolean)
            || (token.kind == Kind::Punctuation && closing())
    }

    /// `key=`, `key=,`, `key= other=…`; but not `key = value`.
    fn is_empty_value(&self, value: usize, spaced: bool) -> bool {
        let next = at(self.line, value);
        if value > self.i && !spaced {
            let mut end = value;
            while end < self.line.len() && !is(at(self.line, end), SPACE | DELIMITER) {
                end += 1;
            }
            return value >= self.line.len() || at(self.line, end) == b'=';
        }
        value >= self.line.len() || (value == self.i && matches!(next, b',' | b';' | b')' | b']' | b'}'))
    }

    /// A value in quotes or brackets is one value as a whole.
    fn enclosed_value(&mut self) {
        let start = self.i;
        let end = match at(self.line, start) {
            quote @ (b'"' | b'\'') => closing_quote(self.line, start, quote),
            b'[' | b'{' | b'(' => Some(balanced(self.line, start)),
            _ => None,
        };
        if let Some(end) = end {
            self.variable(start, end);
            self.i = end;
            self.pending = Pending::No;
        }
    }

    /// The word `line[start..self.i]` as the value of a masked key: booleans and plain words stay, all else is masked
    /// together with what is glued to it.
    pub(super) fn masked_value(&mut self, start: usize, token: Token) {
        self.pending = Pending::No;
        let value = cut(self.line, start, self.i);
        if is_boolean(value) {
            self.push(Kind::Boolean, start, self.i, hash(value));
            return;
        }
        let next = at(self.line, self.i);
        let ends =
            self.i >= self.line.len() || is(next, SPACE) || matches!(next, b',' | b';' | b')' | b']' | b'}');
        let plain = || value.len() <= 20 && value.iter().all(|byte| is(*byte, LETTER) || *byte == b'-');
        if token.kind == Kind::Word && ends && plain() && !is_nothing(value) {
            self.out.list.push(token);
            return;
        }
        if matches!(next, b'{' | b'(' | b'[') {
            self.i = balanced(self.line, self.i);
        }
        while matches!(at(self.line, self.i), b':' | b'|')
            && self.i + 1 < self.line.len()
            && !is(at(self.line, self.i + 1), SPACE)
        {
            self.i += 1;
            while self.i < self.line.len()
                && !is(at(self.line, self.i), SPACE)
                && !matches!(at(self.line, self.i), b',' | b';' | b')' | b']' | b'}')
            {
                self.i += 1;
            }
        }
        self.variable(start, self.i);
    }
}

fn closing_quote(line: &[u8], start: usize, quote: u8) -> Option<usize> {
    let limit = line.len().min(start + QUOTED);
    let mut end = start + 1;
    while end < limit && at(line, end) != quote {
        end += if at(line, end) == b'\\' { 2 } else { 1 };
    }
    (at(line, end) == quote).then_some(end + 1)
}

/// Behind the bracket that closes the one at `start`.
fn balanced(line: &[u8], start: usize) -> usize {
    let inside = cut(line, start, line.len().min(start + BRACKETED));
    let (mut depth, mut behind) = (0, start);
    for piece in inside.chunks(BLOCK) {
        // Most pieces have none; all bytes of one are compared at once.
        if piece.iter().fold(false, |any, byte| any | is_bracket(*byte)) {
            for (i, byte) in piece.iter().enumerate().filter(|(_, byte)| is_bracket(**byte)) {
                depth += if matches!(byte, b'{' | b'(' | b'[') { 1 } else { -1 };
                if depth <= 0 {
                    return behind + i + 1;
                }
            }
        }
        behind += piece.len();
    }
    behind
}

fn is_bracket(byte: u8) -> bool {
    matches!(byte, b'{' | b'(' | b'[' | b'}' | b')' | b']')
}
