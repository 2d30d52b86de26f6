//! One spelling for what is written in many ways: separators, quotation marks, widths, units, times.
//!
//! Knows how numbers, units and times are written in English and Japanese. Must not know claims or items. Both sides of
//! a comparison pass through here, so that a rule which is too coarse can at most lose a match of two right spellings.

use std::sync::LazyLock;

use regex::Regex;

/// A constant pattern, compiled. Word boundaries are those of ASCII: in Japanese a number's neighbour is a letter.
pub(super) fn compiled(pattern: &str) -> Regex {
    #[allow(
        clippy::expect_used,
        reason = "the patterns are constants, and the tests compile every one of them"
    )]
    Regex::new(&pattern.replace(r"\b", r"(?-u:\b)")).expect("a constant pattern is valid")
}

/// What is replaced, in order. The text is in lower case, with ASCII digits, quotes and hyphens.
static REWRITES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        // Groups of three: 12,345 and, with the spaces that typographers use, 12 345. Milliseconds of log4j first.
        (r"(\d\d:\d\d:\d\d),(\d{3})\b", "$1.$2"),
        (r"\b(\d{1,3}),(\d{3}),(\d{3}),(\d{3})\b", "$1$2$3$4"),
        (r"\b(\d{1,3}),(\d{3}),(\d{3})\b", "$1$2$3"),
        (r"\b(\d{1,3}),(\d{3})(\b|[a-zµ]{1,4}\b)", "$1$2$3"),
        (r"(\d)[\u{a0}\u{202f}\u{2009}](\d{3})\b", "$1$2"),
        // nginx writes the date and the time as one word.
        (r"/(\d{4}):(\d\d:\d\d:\d\d)", "/$1 $2"),
        (r"(\d{1,2})時(\d{1,2})分", "$1:$2"),
        // UTC is the zone of all evidence; another zone stays glued to its time and makes it another word.
        (r"(\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:utc|gmt|z|\+00:?00)\b", "$1 "),
        (r"(\d:\d\d(?::\d\d(?:\.\d+)?)?) ([+-]\d\d:?\d\d)\b", "$1$2"),
        (r"(\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(jst|kst|ist|msk|sgt|aest|bst|ces?t|[pmce][sd]t|[ap]m)\b", "$1$2"),
        // 5 of 15 is 5/15; the parts are not told apart.
        (r"\b(\d+) (?:out )?of (?:the )?(\d+)\b", "$1/$2"),
        (r"\$ ?(\d+(?:\.\d+)?)", "${1}usd"),
        (r"€ ?(\d+(?:\.\d+)?)", "${1}eur"),
        (r"£ ?(\d+(?:\.\d+)?)", "${1}gbp"),
        (r"[¥￥] ?(\d+(?:\.\d+)?)", "${1}jpy"),
        (r"(\d) ?(?:us )?(?:dollars?|usd)\b", "${1}usd"),
        (r"(\d) ?(?:euros?|eur|€)", "${1}eur"),
        (r"(\d) ?(?:pounds?|gbp)\b", "${1}gbp"),
        (r"(\d) ?(?:yen\b|jpy\b|円)", "${1}jpy "),
        // A unit belongs to its number, and has one name.
        (r"(\d) ?(?:°c?|degrees?\b(?: celsius\b)?)", "${1}deg"),
        (r"(\d) ?(?:%|percent\b|per cent\b|パーセント)", "$1% "),
        (r"(\d) ?(?:milliseconds?|msecs?|ms)\b", "${1}ms"),
        (r"(\d) ?ミリ秒", "${1}ms "),
        (r"(\d) ?(?:seconds?|secs?|s)\b", "${1}s"),
        (r"(\d) ?秒", "${1}s "),
        (r"(\d)[ -]?(?:minutes?|mins?|m)\b", "${1}min"),
        (r"(\d) ?分間?", "${1}min "),
        (r"(\d)[ -]?(?:hours?|hrs?|h)\b", "${1}h"),
        (r"(\d) ?時間", "${1}h "),
        (r"(\d)[ -]?(?:days?|d)\b", "${1}d"),
        (r"(\d) ?日間", "${1}d "),
        (r"(\d) ?([kmgt]i?b|[kmgt]?bps|bytes|µs|us|ns|[kmg]?hz|rps|qps|iops|x)\b", "$1$2"),
    ]
    .map(|(pattern, to)| (compiled(pattern), to))
    .into()
});

/// `text` in one spelling, lower case, with single spaces.
pub(super) fn normalise(text: &str) -> String {
    let mut out: String = text.chars().flat_map(|c| same_width(c).to_lowercase()).collect();
    out = out.replace('—', " - ");
    for (pattern, to) in REWRITES.iter() {
        if let std::borrow::Cow::Owned(rewritten) = pattern.replace_all(&out, *to) {
            out = rewritten;
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Full-width ASCII as ASCII; typographic quotes, hyphens and the multiplication sign as the keyboard has them.
pub(super) fn same_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        '“' | '”' | '„' | '‟' | '«' | '»' | '「' | '」' | '『' | '』' => '"',
        '‘' | '’' | '‛' => '\'',
        '‐' | '‑' | '‒' | '–' | '−' => '-',
        '×' => 'x',
        _ => c,
    }
}

/// The words of normalised text that have a digit in them: numbers, times, versions, host names, addresses.
pub(super) fn words_with_digits(text: &str) -> Vec<String> {
    placed_words(text).into_iter().map(|(word, _, _)| word).collect()
}

/// The same, each with the place where it begins and ends.
pub(super) fn placed_words(text: &str) -> Vec<(String, usize, usize)> {
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        if belongs(c, &word) {
            word.push(c);
        } else if !word.is_empty() {
            let full = std::mem::take(&mut word);
            let trimmed = trimmed(&full);
            if trimmed.chars().any(char::is_numeric) {
                words.push((padded(trimmed), at - full.len(), at));
            }
        }
    }
    words
}

/// They change what the digits before them mean.
const MAGNITUDES: &str = "十百千万億兆割倍時日月年半";

/// Letters and digits of ASCII, digits of any script, what joins them, and the Japanese magnitudes behind a number.
fn belongs(c: char, word: &str) -> bool {
    c.is_ascii_alphanumeric()
        || c.is_numeric()
        || matches!(c, '.' | '-' | '_' | ':' | '/' | '%' | '+' | 'µ')
        || (MAGNITUDES.contains(c)
            && word.ends_with(|last: char| last.is_numeric() || MAGNITUDES.contains(last)))
}

/// Without the joiners at its ends; the sign of a negative number stays.
fn trimmed(word: &str) -> &str {
    let word = word.trim_end_matches(['.', '-', '_', ':', '/', '+']);
    let bare = word.trim_start_matches(['.', '-', '_', ':', '/', '+', '%']);
    let negative = bare.starts_with(char::is_numeric) && word.strip_suffix(bare).is_some_and(|s| s == "-");
    if negative { word } else { bare }
}

/// `9:05` as `09:05`.
fn padded(word: &str) -> String {
    if is_time(word) && word.find(':') == Some(1) { format!("0{word}") } else { word.to_owned() }
}

/// `14:05`, `14:05:33`, `14:05:33.123`.
pub(super) fn is_time(word: &str) -> bool {
    static TIME: LazyLock<Regex> = LazyLock::new(|| compiled(r"^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$"));
    TIME.is_match(word)
}

/// A number with or without a unit, or a time; not a name with a digit in it.
pub(super) fn is_quantity(word: &str) -> bool {
    static QUANTITY: LazyLock<Regex> = LazyLock::new(|| compiled(r"^-?\d+(?:\.\d+)?(?:[a-zµ]{1,4}|%)?$"));
    is_time(word) || QUANTITY.is_match(word)
}
