//! What stands in a header behind the time: host, level, process, thread, logger, request.
//!
//! Knows the order of these. Must not cut a word that may be content: in doubt it stays.

use super::super::bytes::{DIGIT, at, cut, is};
use super::super::chunks::{
    is_capitals, is_headerlike, is_identifier, is_number, is_separator, level, strip,
};
use super::super::level::Level;
use super::{Reader, forms};

impl Reader<'_> {
    pub(super) fn skip_separators(&mut self) {
        while self.i < self.chunks.count() && is_separator(self.chunk(self.i)) {
            self.i += 1;
        }
    }

    /// The host stands behind the time where the time is syslog's, or a program follows; unless that is the program or a level.
    pub(super) fn host(&mut self, syslog: bool) {
        let program = self.chunk(self.i).ends_with(b":");
        if (syslog || forms::is_program(self.chunk(self.i + 1)))
            && self.i + 1 < self.chunks.count()
            && !program
            && !level(self.chunks, self.i, true).is_known()
        {
            self.i += 1;
        }
    }

    /// A level among the next five chunks, over numbers, capitals, separators, brackets and the like.
    pub(super) fn level(&mut self) {
        if self.header.level.is_known() {
            return;
        }
        for k in self.i..(self.i + 5).min(self.chunks.count()) {
            let chunk = self.chunk(k);
            let before = if k > 0 { self.chunk(k - 1) } else { b"" };
            let number_before = is_number(before);
            let direct = k == self.i || is_separator(before) || is_number(strip(before));
            let mut found = level(self.chunks, k, direct);
            // Zap and its like write a small level between tabs.
            let (start, end) = self.chunks.span(k);
            if !found.is_known()
                && start > 0
                && at(self.line, start - 1) == b'\t'
                && at(self.line, end) == b'\t'
            {
                found = Level::named(chunk);
            }
            if !found.is_known() && direct {
                let (joined, name) = forms::joined_level(chunk);
                if joined.is_known() {
                    self.header.logger = start..start + name;
                    found = joined;
                }
            }
            if !found.is_known() && chunk.len() == 1 && k > 0 && (number_before || k == self.i) {
                found = Level::letter(at(chunk, 0));
            }
            if found.is_known() {
                self.header.level = found;
                self.i = k + 1;
                return;
            }
            let passes = is_number(strip(chunk))
                || is_capitals(strip(chunk))
                || is_separator(chunk)
                || at(chunk, 0) == b'['
                || (k == self.i || self.chunk(k - 1).ends_with(b"]")) && chunk.contains(&b'@');
            // `- app.worker - WARNING - `
            let between = k > 0 && is_separator(before) && is_separator(self.chunk(k + 1));
            if between && is_qualified(chunk) && is_identifier(chunk) {
                let (start, end) = self.chunks.span(k);
                self.header.logger = start..end;
            }
            if !passes && !is_headerlike(chunk) {
                return;
            }
        }
    }

    /// Process and thread numbers: up to two, behind a level only before a separator. And what can be nothing else.
    pub(super) fn numbers(&mut self) {
        if self.header.timed && self.i + 1 < self.chunks.count() && forms::is_process(self.chunk(self.i)) {
            self.i += 1;
        }
        for _ in 0..2 {
            let next = self.chunk(self.i + 1);
            let skip = if self.header.level.is_known() {
                is_number(strip(self.chunk(self.i))) && is_separator(next)
            } else {
                is_number(self.chunk(self.i)) && self.i + 1 < self.chunks.count()
            };
            if !self.header.timed || !skip {
                return;
            }
            self.i += 1;
        }
    }

    /// Up to two groups such as `[main]`, where a separator, a colon, another group or a logger follows.
    pub(super) fn bracket_groups(&mut self) {
        let leveled = self.header.level.is_known();
        for _ in 0..2 {
            let (start, _) = self.chunks.span(self.i);
            if self.i >= self.chunks.count() || !self.header.timed || at(self.line, start) != b'[' {
                return;
            }
            let Some(end) = closing_bracket(self.line, start) else { return };
            let mut last = self.i;
            while last < self.chunks.count() && self.chunks.span(last).1 < end {
                last += 1;
            }
            // Glued to more text: content.
            if last < self.chunks.count() && self.chunks.span(last).1 > end + 1 {
                return;
            }
            let inside = Level::named(strip(cut(self.line, start, end)));
            if inside.is_known() {
                self.header.level = inside;
                self.i = last + 1;
                continue;
            }
            let next = self.chunk(last + 1);
            let another = leveled && at(next, 0) == b'[';
            if !is_separator(next) && !is_logger_start(next) && at(self.line, end) != b':' && !another {
                return;
            }
            self.i = last + 1;
            self.skip_separators();
        }
    }

    /// `name - ` or `name *64 - `.
    pub(super) fn program(&mut self) -> bool {
        let named = is_identifier(strip(self.chunk(self.i))) || forms::is_place(self.chunk(self.i));
        if !self.header.timed || self.i >= self.chunks.count() || !named {
            return false;
        }
        let dash = |k: usize| self.chunk(k) == b"-" && k + 1 < self.chunks.count();
        let counted = self.chunk(self.i + 1).contains(&b'*');
        let Some(k) =
            [self.i + 1, self.i + 2].into_iter().find(|k| dash(*k) && (*k == self.i + 1 || counted))
        else {
            return false;
        };
        let (start, end) = self.chunks.span(self.i);
        self.header.logger = start..end;
        self.i = k + 1;
        true
    }

    /// One logger: it ends in a colon, or stands behind a level and has an inner `.`, `$` or `#`, or is followed by
    /// two blanks (a padded column). Whether a request may follow it.
    pub(super) fn logger(&mut self) -> bool {
        let leveled = self.header.level.is_known();
        if self.i + 1 >= self.chunks.count() || !(self.header.timed || leveled) {
            return false;
        }
        let chunk = self.chunk(self.i);
        let (start, end) = self.chunks.span(self.i);
        // `[2025-… ERROR app::main] message`, or a file and its line.
        let closes = at(self.line, 0) == b'[' && chunk.ends_with(b"]") && !chunk.contains(&b'[');
        if leveled && self.header.timed && (closes || forms::is_place(chunk)) {
            self.header.logger = start..end - usize::from(closes);
            self.i += 1;
            self.skip_separators();
            return false;
        }
        let colon = chunk.ends_with(b":");
        let name = chunk.strip_suffix(b":").unwrap_or(chunk);
        let padded = self.chunks.span(self.i + 1).0 - end >= 2;
        let call = name.contains(&b'(') && !name.contains(&b'#');
        let qualified = leveled && is_qualified(name) && !name.contains(&b'/') && !call;
        if !is_identifier(name)
            || !((colon && self.header.timed) || qualified || (leveled && self.header.timed && padded))
        {
            return false;
        }
        self.header.logger = start..start + name.len();
        self.i += 1;
        self.skip_separators();
        !colon
    }

    /// A group such as `[req-5b67 - -]` or `[-]` behind the logger; where the content starts then.
    pub(super) fn request(&mut self) -> Option<usize> {
        let (start, _) = self.chunks.span(self.i);
        if self.i + 1 >= self.chunks.count() || at(self.line, start) != b'[' {
            return None;
        }
        let window = cut(self.line, start, self.line.len().min(start + 200));
        let close = window.iter().position(|byte| *byte == b']')?;
        let group = cut(window, 1, close);
        let numbered = group.iter().any(|byte| is(*byte, DIGIT)) && group.contains(&b'-');
        let clock = group.iter().take(12).any(|byte| *byte == b':');
        // `[traceId=7f,spanId=a3] - `
        let context = group.contains(&b'=') && cut(self.line, start + close + 1, start + close + 4) == b" - ";
        let request = group.is_empty() || group == b"-" || (numbered && !clock) || context;
        if !request {
            return None;
        }
        let mut content = start + close + if context { 3 } else { 1 };
        while at(self.line, content) == b' ' {
            content += 1;
        }
        Some(content)
    }
}

/// Behind the bracket that closes the one at `start`, within 300 bytes.
fn closing_bracket(line: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0;
    for i in start..line.len().min(start + 300) {
        match at(line, i) {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(i + 1);
        }
    }
    None
}

/// An inner dot, `$` or `#`, and no digit at the start.
fn is_qualified(name: &[u8]) -> bool {
    let inner = cut(name, 1, name.len().max(1) - 1);
    !is(at(name, 0), DIGIT) && inner.iter().any(|byte| matches!(byte, b'.' | b'$' | b'#'))
}

fn is_logger_start(chunk: &[u8]) -> bool {
    let named = chunk.strip_suffix(b":").is_some_and(is_identifier);
    named || (is_identifier(chunk) && chunk.contains(&b'.') && !chunk.ends_with(b"."))
}
