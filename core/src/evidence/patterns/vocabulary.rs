//! The words that mean something to the tokeniser: units, zones, months, booleans, keys, file extensions.
//!
//! Knows words. Must not know where in a line they stand.

/// What a number is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A time or a share.
    Other,
    /// A size in bytes.
    Size,
}

/// The unit that a word names.
pub fn unit(word: &[u8]) -> Option<Unit> {
    match word {
        b"ms" | b"s" | b"us" | b"ns" | b"sec" | b"secs" | b"second" | b"seconds" | b"msec" | b"msecs"
        | b"millis" | b"milliseconds" | b"microseconds" | b"min" | b"mins" | b"minutes" | b"minute"
        | b"hours" | b"hrs" | b"%" => Some(Unit::Other),
        b"B" | b"KB" | b"MB" | b"GB" | b"TB" | b"kB" | b"KiB" | b"MiB" | b"GiB" | b"kb" | b"mb" | b"gb"
        | b"bytes" | b"Bytes" | b"byte" => Some(Unit::Size),
        _ => None,
    }
}

/// `Jan` … `Dec`, `Mon` … `Sun`.
pub fn is_month_or_weekday(word: &[u8]) -> bool {
    matches!(
        word,
        b"Jan"
            | b"Feb"
            | b"Mar"
            | b"Apr"
            | b"May"
            | b"Jun"
            | b"Jul"
            | b"Aug"
            | b"Sep"
            | b"Oct"
            | b"Nov"
            | b"Dec"
            | b"Mon"
            | b"Tue"
            | b"Wed"
            | b"Thu"
            | b"Fri"
            | b"Sat"
            | b"Sun"
    )
}

/// Halves of the day and time zones.
pub fn is_zone(word: &[u8]) -> bool {
    matches!(
        word,
        b"AM"
            | b"PM"
            | b"UTC"
            | b"GMT"
            | b"PST"
            | b"PDT"
            | b"EST"
            | b"EDT"
            | b"CST"
            | b"CET"
            | b"CEST"
            | b"am"
            | b"pm"
    )
}

/// Words whose change is news, and that therefore are never masked.
pub fn is_boolean(word: &[u8]) -> bool {
    // Most words are told by their ends.
    let (Some(first), Some(last)) = (word.first(), word.last()) else { return false };
    let ends = matches!(first | 0x20, b't' | b'f' | b'y' | b'n' | b'o' | b'e' | b'd')
        && matches!(last | 0x20, b'e' | b's' | b'o' | b'n' | b'f' | b'd');
    ends && matches!(
        word,
        b"true"
            | b"false"
            | b"True"
            | b"False"
            | b"TRUE"
            | b"FALSE"
            | b"yes"
            | b"no"
            | b"Yes"
            | b"No"
            | b"YES"
            | b"NO"
            | b"on"
            | b"off"
            | b"On"
            | b"Off"
            | b"enabled"
            | b"disabled"
    )
}

/// Keys whose value says what happened, and is therefore a part of the pattern.
pub fn keeps_value(key: &[u8]) -> bool {
    const KEYS: [&[u8]; 24] = [
        b"msg",
        b"message",
        b"error",
        b"err",
        b"reason",
        b"cause",
        b"exception",
        b"level",
        b"lvl",
        b"severity",
        b"status",
        b"state",
        b"action",
        b"event",
        b"method",
        b"op",
        b"operation",
        b"result",
        b"outcome",
        b"domain",
        b"expression",
        b"function",
        b"file",
        b"detail",
    ];
    key.len() <= 12 && KEYS.iter().any(|known| known.eq_ignore_ascii_case(key))
}

/// Values that stand where there is none.
pub fn is_nothing(word: &[u8]) -> bool {
    matches!(word, b"null" | b"none" | b"None" | b"nil" | b"NULL")
}

/// Whether `name.extension:12` is a place in a source file, not a host and its port.
pub fn is_source_extension(extension: &[u8]) -> bool {
    matches!(
        extension,
        b"java"
            | b"go"
            | b"py"
            | b"rs"
            | b"c"
            | b"cc"
            | b"cpp"
            | b"h"
            | b"hpp"
            | b"js"
            | b"ts"
            | b"rb"
            | b"kt"
            | b"scala"
            | b"php"
            | b"cs"
            | b"swift"
            | b"m"
            | b"mm"
            | b"log"
    )
}
