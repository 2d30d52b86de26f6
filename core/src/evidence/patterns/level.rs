//! How severe a line says it is.
//!
//! Knows the names of levels. Must not know where in a line they stand.

use serde::Serialize;

/// A line's own word for its severity; `Unknown` where it has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// No level was found.
    #[default]
    Unknown,
    /// `TRACE`, `VERBOSE`, `FINER`.
    Trace,
    /// `DEBUG`, `FINE`.
    Debug,
    /// `INFO`, `CONFIG`, `LOG`.
    Info,
    /// `NOTICE`.
    Notice,
    /// `WARN`.
    Warn,
    /// `ERROR`, `SEVERE`.
    Error,
    /// `FATAL`, `CRITICAL`, `ALERT`, `EMERG`, `PANIC`.
    Fatal,
}

impl Level {
    /// The level that a word names, in any case.
    pub fn named(word: &[u8]) -> Self {
        if !(3..=9).contains(&word.len()) {
            return Self::Unknown;
        }
        let mut upper = [0; 9];
        for (to, from) in upper.iter_mut().zip(word) {
            *to = from.to_ascii_uppercase();
        }
        match upper.get(..word.len()).unwrap_or_default() {
            b"TRACE" | b"FINEST" | b"FINER" | b"VERBOSE" | b"TRCE" | b"VRB" => Self::Trace,
            b"DEBUG" | b"FINE" | b"DBG" | b"DBUG" | b"DEBU" => Self::Debug,
            b"INFO" | b"INF" | b"CONFIG" | b"LOG" => Self::Info,
            b"NOTICE" => Self::Notice,
            b"WARN" | b"WARNING" | b"WRN" => Self::Warn,
            b"ERROR" | b"ERR" | b"SEVERE" | b"FAILURE" | b"FAIL" | b"ERRO" => Self::Error,
            b"FATAL" | b"CRITICAL" | b"CRIT" | b"ALERT" | b"EMERG" | b"PANIC" | b"FTL" | b"FATA" => {
                Self::Fatal
            }
            _ => Self::Unknown,
        }
    }

    /// The level that a single letter stands for, as Android and klog write it.
    pub fn letter(letter: u8) -> Self {
        match letter {
            b'V' => Self::Trace,
            b'D' => Self::Debug,
            b'I' => Self::Info,
            b'W' => Self::Warn,
            b'E' => Self::Error,
            b'F' => Self::Fatal,
            _ => Self::Unknown,
        }
    }

    /// Whether there is one.
    pub fn is_known(self) -> bool {
        self != Self::Unknown
    }

    /// Its usual name; empty where there is none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Notice => "NOTICE",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_case_are_known_and_others_are_not() {
        for (word, level) in [
            ("warning", Level::Warn),
            ("Err", Level::Error),
            ("EMERG", Level::Fatal),
            ("errors", Level::Unknown),
            ("", Level::Unknown),
        ] {
            assert_eq!(Level::named(word.as_bytes()), level, "{word}");
        }
        assert!(
            Level::Fatal > Level::Error && Level::Error > Level::Warn && Level::letter(b'W') == Level::Warn
        );
    }
}
