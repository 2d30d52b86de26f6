//! One spelling for characters that are written in many ways: widths, quotation marks, hyphens, case, blanks.
//!
//! Knows characters. Must not know numbers, words or claims. Both sides of a comparison pass through here.

use regex::Regex;

/// A constant pattern, compiled. Word boundaries are those of ASCII: in Japanese a number's neighbour is a letter.
pub(super) fn compiled(pattern: &str) -> Regex {
    #[allow(
        clippy::expect_used,
        reason = "the patterns are constants, and the tests compile every one of them"
    )]
    Regex::new(&pattern.replace(r"\b", r"(?-u:\b)")).expect("a constant pattern is valid")
}

/// `text` with the keyboard's own characters for widths, quotes, hyphens, arrows and dots; its case stays.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '—' | '―' => out.push_str(" - "),
            '→' | '⇒' => out.push_str(" -> "),
            '…' => out.push_str("..."),
            '℃' => out.push_str("°C"),
            _ => out.push(same_width(c)),
        }
    }
    out
}

/// In lower case, with every character at the place that it had.
pub(super) fn lowered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let lower = |c: char| {
        let mut all = c.to_lowercase();
        all.next().filter(|one| all.next().is_none() && one.len_utf8() == c.len_utf8()).unwrap_or(c)
    };
    text.chars().map(lower).collect()
}

/// For comparing as a whole: lower case, single blanks, no commas inside of numbers.
pub(super) fn plain(text: &str) -> String {
    let folded = folded(text);
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for (at, c) in word.char_indices() {
            let after = word.get(at + 1..).unwrap_or_default();
            let grouped = c == ',' && out.ends_with(|c: char| c.is_ascii_digit()) && group(after);
            if !grouped {
                out.extend(c.to_lowercase());
            }
        }
    }
    out
}

/// Whether `text` begins with exactly three digits.
pub(super) fn group(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 3
}

fn same_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' => '"',
        '‘' | '’' | '‛' => '\'',
        '‐' | '‑' | '‒' | '–' | '−' => '-',
        '〜' | '∼' | '≈' | '≒' => '~',
        '￥' => '¥',
        'μ' => 'µ',
        '×' => 'x',
        _ => c,
    }
}

/// A letter of Japanese or Chinese: no blank stands between words of these.
pub(super) fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}')
}

/// The last characters of `text`, at most `most` bytes of them.
pub(super) fn tail(text: &str, most: usize) -> &str {
    let from = (text.len().saturating_sub(most)..=text.len()).find(|at| text.is_char_boundary(*at));
    text.get(from.unwrap_or(text.len())..).unwrap_or_default()
}

/// The first characters of `text`, at most `most` bytes of them.
pub(super) fn head(text: &str, most: usize) -> &str {
    let to = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..to.unwrap_or(0)).unwrap_or_default()
}

/// Makes `text` blank between the ends of each of `spans`, so that all else keeps its place.
pub(super) fn blank(text: &mut String, spans: impl IntoIterator<Item = (usize, usize)>) {
    let mut spans: Vec<(usize, usize)> = spans.into_iter().collect();
    spans.sort_unstable();
    let mut out = String::with_capacity(text.len());
    for (from, to) in spans {
        let from = from.max(out.len());
        let whole = text.is_char_boundary(from) && text.is_char_boundary(to) && from < to;
        if let Some(kept) = text.get(out.len()..from).filter(|_| whole) {
            out.push_str(kept);
            out.extend(std::iter::repeat_n(' ', to - from));
        }
    }
    out.push_str(text.get(out.len()..).unwrap_or_default());
    *text = out;
}
