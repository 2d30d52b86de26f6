//! Shortening redacted text for a line of limited length.
//!
//! Knows words of failure, ids and white space. Must not see text that is not redacted.

use std::ops::Range;

use super::delta::FAILURES;
use super::redact::Redacted;

/// Of what a line has room for, the share that shows a word of failure behind the cut.
const TAIL_PERCENT: usize = 45;
/// Words of failure are looked for so far.
const SEARCHED: usize = 3_000;
/// Words longer than this many bytes are looked at no further.
const SQUEEZED: usize = 6_000;

/// The text without runs of white space and without trace and span ids; other ids of 32 to 40 digits shortened to eight.
pub(super) fn squeeze(text: &Redacted) -> Redacted {
    let source = text.as_str();
    let mut pieces: Vec<(Range<usize>, &'static str)> = Vec::new();
    let mut label = false;
    let mut end = 0;
    for word in source.split_whitespace() {
        let start = word.as_ptr() as usize - source.as_ptr() as usize;
        if end > SQUEEZED {
            break;
        }
        if std::mem::take(&mut label) {
            continue;
        }
        label = matches!(word, "TraceID:" | "SpanID:" | "traceId:" | "trace_id:" | "spanId:" | "span_id:");
        if label {
            continue;
        }
        end = start + word.len();
        let id = (32..=40).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        pieces.push(if id { (start..start + 8, "… ") } else { (start..end, " ") });
    }
    if let Some((_, last)) = pieces.last_mut() {
        *last = if *last == " " { "" } else { "…" };
    }
    text.pieces(&pieces)
}

/// The beginning of the text, at most `room` characters; if that cuts it, a part of the room shows the neighbourhood of
/// the first word of failure behind the cut.
pub(super) fn excerpt(text: &Redacted, room: usize) -> Redacted {
    let source = text.as_str();
    let Some(cut) = place(source, room) else { return text.clone() };
    let head = place(source, room.saturating_sub(1)).unwrap_or(cut);
    let only_head = || text.pieces(&[(0..head, "…")]);
    if room < 90 {
        return only_head();
    }
    let from = place(source, room - 20).unwrap_or(cut);
    let until = place(source, SEARCHED).unwrap_or(source.len()).max(from);
    let behind = source.get(from..until).unwrap_or_default().to_ascii_lowercase();
    let failing =
        FAILURES.iter().filter(|(_, class)| *class >= 2).filter_map(|(word, _)| behind.find(word)).min();
    let Some(failing) = failing else { return only_head() };
    let tail = room * TAIL_PERCENT / 100;
    let head = place(source, room - tail - 2).unwrap_or(head);
    let before = source.get(..from + failing).map_or(0, |before| before.chars().count());
    let total = source.chars().count();
    let start = before.saturating_sub(20).min(total.saturating_sub(tail));
    let (start, end) =
        (place(source, start).unwrap_or(head).max(head), place(source, start + tail).unwrap_or(source.len()));
    text.pieces(&[(0..head, "… "), (start..end.max(start), "")])
}

/// Where the `n`-th character starts; `None` if there are no more than `n`.
fn place(text: &str, n: usize) -> Option<usize> {
    if text.len() <= n {
        return None;
    }
    text.char_indices().nth(n).map(|(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Redactor;

    fn redacted(text: &str) -> Redacted {
        Redactor::default().redact(text)
    }

    #[test]
    fn ids_and_blanks_are_squeezed() {
        for (text, expected) in [
            ("  a \n\n b\tc ", "a b c"),
            ("TraceID: 7f1cc679403433f0dc1ace576721bb03 SpanID: a3588fbbcac68bc6 [pay]", "[pay]"),
            ("order d58a02d5-540a-4785-86cf-495687b79919", "order d58a02d5…"),
            ("", ""),
        ] {
            assert_eq!(squeeze(&redacted(text)).as_str(), expected, "{text}");
        }
    }

    #[test]
    fn a_cut_line_shows_its_head_and_the_failure_behind_the_cut() {
        let text = redacted(&format!(
            "head {} connection refused by db {}",
            "word ".repeat(100),
            "more ".repeat(100)
        ));
        for room in [90, 130, 210] {
            let shown = excerpt(&text, room);
            assert!(shown.as_str().chars().count() <= room, "{room}: {shown}");
            assert!(
                shown.as_str().starts_with("head word") && shown.as_str().contains("connection refused"),
                "{shown}"
            );
        }
        assert_eq!(excerpt(&text, 40).as_str().chars().count(), 40);
        assert_eq!(excerpt(&redacted("short"), 40).as_str(), "short");
        let wide = excerpt(&redacted(&"é".repeat(300)), 100);
        assert_eq!(wide.as_str().chars().count(), 100);
    }
}
