//! The type of text that may leave, and the few ways to make one from another.
//!
//! Knows that removing and joining redacted text keeps it redacted. Must not offer a way in for any other text.

use std::ops::Range;

use serde::Serialize;

/// Text that may leave: no credential, no personal data, no control characters. Only a
/// [`Redactor`](super::Redactor) makes one; fixed words and numbers may be joined to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Redacted(String);

/// For this module's parent alone: the text has passed the rules.
pub(super) fn seal(text: String) -> Redacted {
    Redacted(text)
}

impl Redacted {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Words of our own, which hold no data.
    pub fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// A count of something.
    pub fn count(number: u64) -> Self {
        Self(number.to_string())
    }

    /// A measured value, rounded to a reader's precision.
    pub fn number(value: f64) -> Self {
        let rounded = if value.abs() >= 100.0 { value.round() } else { (value * 100.0).round() / 100.0 };
        Self(rounded.to_string())
    }

    /// A measured value with three significant digits, as people and models read it: `0.00412`, `38.2`, `1.43 M`.
    pub fn figure(value: f64) -> Self {
        let size = value.abs();
        let (scaled, suffix) = match size {
            _ if size >= 1e12 => return Self(format!("{value:.2e}")),
            _ if size >= 1e9 => (value / 1e9, " G"),
            _ if size >= 1e6 => (value / 1e6, " M"),
            _ => (value, ""),
        };
        let size = scaled.abs();
        if size > 0.0 && size < 1e-6 {
            return Self(format!("{scaled:.2e}"));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 8")]
        let digits = if size >= 100.0 || size == 0.0 { 0 } else { (2.0 - size.log10().floor()) as usize };
        let text = format!("{scaled:.digits$}");
        let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
        Self(format!("{text}{suffix}"))
    }

    /// An instant, in one of our own formats (as `chrono` writes them).
    pub fn time(at: chrono::DateTime<chrono::Utc>, format: &'static str) -> Self {
        let mut text = String::new();
        // A format that chrono cannot write leaves the text as far as it came, never a panic.
        let _ = std::fmt::Write::write_fmt(&mut text, format_args!("{}", at.format(format)));
        Self(text)
    }

    /// One after the other.
    pub fn concat<'a>(parts: impl IntoIterator<Item = &'a Redacted>) -> Self {
        Self(parts.into_iter().map(Redacted::as_str).collect())
    }

    /// Appends.
    pub fn push(&mut self, more: &Redacted) {
        self.0.push_str(&more.0);
    }

    /// Appends words of our own.
    pub fn push_fixed(&mut self, text: &'static str) {
        self.0.push_str(text);
    }

    /// The given byte ranges of the text, each followed by words of our own. A range that does not lie on character
    /// boundaries gives nothing.
    pub fn pieces(&self, ranges: &[(Range<usize>, &'static str)]) -> Self {
        let mut out = String::with_capacity(self.0.len());
        for (range, after) in ranges {
            out.push_str(self.0.get(range.clone()).unwrap_or_default());
            out.push_str(after);
        }
        Self(out)
    }
}

/// Lets a map whose keys are redacted be asked for a known name.
impl std::borrow::Borrow<str> for Redacted {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
