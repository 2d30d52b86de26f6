//! What stands together without a blank: numbers with their units, versions, hosts, paths, labels.
//!
//! Knows which characters join. Must not know what a run means.

use super::spelling::{group, is_cjk};

const JOINERS: &str = "._:/%+=#@-°$€£¥";
/// Typographers' blanks, which group digits as a comma does.
const GROUPS: [char; 4] = [',', '\u{a0}', '\u{202f}', '\u{2009}'];

/// A piece of a run: the whole of it, or one side of `=` or `:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Atom {
    /// First byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Where the key before it stands.
    pub key: Option<(usize, usize)>,
}

/// The runs of `text`: first byte, and the byte behind.
pub(super) fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    let mut before = ' ';
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        let grouping = GROUPS.contains(&c) && before.is_ascii_digit() && group(after);
        if (c.is_alphanumeric() && !is_cjk(c)) || JOINERS.contains(c) || c == 'µ' || grouping {
            start = start.or(Some(at));
        } else if let Some(from) = start.take() {
            runs.extend(trimmed(text, from, at));
        }
        before = c;
    }
    runs
}

/// Without the joiners at its ends; the sign of a number stays, the slash of a path and the mark of an incident.
fn trimmed(text: &str, start: usize, end: usize) -> Option<(usize, usize)> {
    let run = text.get(start..end)?;
    let kept = run.trim_end_matches(['.', '_', ':', '/', '=', '@', '+', '-', '#', '$']);
    let bare = kept.trim_start_matches(['.', '_', ':', '/', '=', '@', '+', '-', '#', '%']);
    let cut = kept.len() - bare.len();
    let mark = kept.get(..cut)?.chars().next_back();
    let number = bare.starts_with(|c: char| c.is_ascii_digit() || "$€£¥".contains(c));
    let stays = match mark {
        Some('-' | '+') => number && cut == 1,
        Some('#') => number,
        Some('/') => !bare.is_empty(),
        _ => false,
    };
    (!bare.is_empty()).then_some((start + cut - usize::from(stays), start + kept.len()))
}

/// The pieces of a run at `=` and `:`. An address within it (`//`) stays whole.
pub(super) fn atoms(text: &str, (start, end): (usize, usize)) -> Vec<Atom> {
    let run = text.get(start..end).unwrap_or_default();
    let mut atoms: Vec<Atom> = Vec::new();
    let mut from = start;
    for (at, c) in run.char_indices().map(|(at, c)| (at + start, c)).chain([(end, '=')]) {
        if !matches!(c, '=' | ':') || run.contains("//") && at < end {
            continue;
        }
        if from < at {
            let key = atoms.last().filter(|last| last.end + 1 == from).map(|last| (last.start, last.end));
            atoms.push(Atom { start: from, end: at, key });
        }
        from = at + 1;
    }
    atoms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<&str> {
        runs(text).into_iter().map(|(a, b)| &text[a..b]).collect()
    }

    #[test]
    fn runs_are_kept_whole_and_without_the_sentences_marks() {
        for (text, expected) in [
            ("CPUは97.5%で、約1,500件。", vec!["CPU", "97.5%", "1,500"]),
            ("3->80 (+12) -3 °C", vec!["3", "80", "+12", "-3", "°C"]),
            ("GET /api/v1/pay, 10.0.0.7:5432.", vec!["GET", "/api/v1/pay", "10.0.0.7:5432"]),
            ("total=5, #471: --flag 12\u{202f}345", vec!["total=5", "#471", "flag", "12\u{202f}345"]),
            ("503,504,1", vec!["503,504", "1"]),
            ("$18.50 […]", vec!["$18.50"]),
        ] {
            assert_eq!(of(text), expected, "{text}");
        }
    }

    #[test]
    fn keys_and_values_come_apart() {
        let text = "a=b:5";
        let parts: Vec<_> =
            atoms(text, (0, 5)).iter().map(|a| (&text[a.start..a.end], a.key.is_some())).collect();
        assert_eq!(parts, [("a", false), ("b", true), ("5", true)]);
    }
}
