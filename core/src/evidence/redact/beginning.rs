//! The beginning of a long text, redacted before it is cut.
//!
//! Knows that half a secret is none that a rule would know. Must not know why the text is long.

use super::{Redacted, Redactor};

/// So much behind the wanted part is redacted with it, in bytes: a secret that begins before the cut ends in it.
const BEHIND: usize = 4 * 1024;

impl Redactor {
    /// About the first `most` bytes of the text, with `…` where more follows. The work is bounded by `most`, not by the
    /// text.
    pub fn redact_beginning(&self, text: &[u8], most: usize) -> Redacted {
        let Some(read) = text.get(..most.saturating_add(BEHIND)) else {
            return self.redact(&String::from_utf8_lossy(text));
        };
        let told = self.redact(&String::from_utf8_lossy(read));
        let whole = told.as_str();
        // What the rules saw but half is in the last bytes, wherever placeholders have moved them to.
        let end = (0..=whole.len().saturating_sub(BEHIND)).rev().find(|at| whole.is_char_boundary(*at));
        let kept = whole.get(..end.unwrap_or(0)).unwrap_or_default();
        let at_blank = kept.rfind(char::is_whitespace).filter(|blank| *blank > kept.len() / 2);
        told.pieces(&[(0..at_blank.unwrap_or(kept.len()), "…")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_at_the_cut_is_redacted_and_not_halved() {
        let redactor = Redactor::default();
        for before in 0..60 {
            let text = format!("{} bob.builder@example.com {}", "a".repeat(before), "b ".repeat(20_000));
            let told = redactor.redact_beginning(text.as_bytes(), 40);
            assert!(!told.as_str().contains("bob"), "{before}: {told}");
            assert!(told.as_str().ends_with('…') && told.as_str().len() < 100, "{before}: {told}");
        }
        let shrunk = "bob.builder@example.com ".repeat(1_000);
        let told = redactor.redact_beginning(shrunk.as_bytes(), 8_000);
        assert!(!told.as_str().contains("bob") && told.as_str().starts_with("<email:"), "{told}");
    }

    #[test]
    fn what_is_short_stays_whole_and_what_has_no_blank_is_cut_all_the_same() {
        let redactor = Redactor::default();
        assert_eq!(
            redactor.redact_beginning("é password=hunter2".as_bytes(), 400).as_str().find("é password=<"),
            Some(0)
        );
        let long = "é-".repeat(10_000);
        let told = redactor.redact_beginning(long.as_bytes(), 1_000);
        assert!((900..1_100).contains(&told.as_str().len()), "{}", told.as_str().len());
    }
}
