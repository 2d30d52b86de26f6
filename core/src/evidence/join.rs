//! Stack traces that a source gives line by line become one line again.
//!
//! Knows how the lines of a trace begin. Must not join lines of different streams, nor plain indented text.

use super::lines::{Line, MAX_BYTES};

/// The lines, with those that continue a stack trace appended to the line before them, as long as both are of the same
/// stream. What is longer than [`MAX_BYTES`] then loses its end: the cause stands before it.
pub fn joined(lines: impl Iterator<Item = Line>) -> impl Iterator<Item = Line> {
    let mut lines = lines;
    let mut pending: Option<Line> = None;
    std::iter::from_fn(move || {
        loop {
            let Some(next) = lines.next() else { return pending.take() };
            match &mut pending {
                Some(line) if line.stream == next.stream && continues(&line.text, &next.text) => {
                    if line.text.len() + next.text.len() < MAX_BYTES {
                        line.text.push('\n');
                        line.text.push_str(&next.text);
                    }
                }
                _ => {
                    if let Some(done) = pending.replace(next) {
                        return Some(done);
                    }
                }
            }
        }
    })
}

/// A frame or cause of Java, .NET, JavaScript or Python; or, within a trace, anything that is indented.
fn continues(before: &str, line: &str) -> bool {
    let text = line.trim_start();
    let indented = text.len() < line.len() && !text.is_empty();
    let frame = ["at ", "... ", "File \"", "--- End of"].iter().any(|start| text.starts_with(start));
    let cause = ["Caused by:", "Suppressed:"].iter().any(|start| text.starts_with(start));
    cause || (indented && (frame || before.contains('\n'))) || raised(before, text)
}

/// The last line of a Python trace, `ValueError: bad`, right behind its frames.
fn raised(before: &str, text: &str) -> bool {
    let frames = before.lines().last().is_some_and(|last| last.starts_with(char::is_whitespace));
    let name = text.split(':').next().unwrap_or_default();
    frames
        && before.contains("Traceback (most recent call last):")
        && (name.ends_with("Error") || name.ends_with("Exception"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[(&str, &str)]) -> Vec<String> {
        joined(lines.iter().map(|(stream, text)| Line::new(None, *stream, text)))
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn traces_are_joined_and_other_lines_are_not() {
        for (lines, expected) in [
            (
                vec![
                    ("a", "ERROR x"),
                    ("a", "\tat b.C(D.java:1)"),
                    ("a", "Caused by: e"),
                    ("a", "\t... 3 more"),
                    ("a", "INFO y"),
                ],
                2,
            ),
            (vec![("a", "ERROR x"), ("b", "\tat b.C(D.java:1)")], 2),
            (
                vec![
                    ("a", "Traceback (most recent call last):"),
                    ("a", "  File \"x.py\", line 1"),
                    ("a", "    f()"),
                    ("a", "ValueError: bad"),
                    ("a", "KeyError: another line"),
                ],
                2,
            ),
            (vec![("a", "list:"), ("a", "  - one"), ("a", "  - two")], 3),
            (vec![("a", "ERROR x"), ("a", "at noon it rained")], 2),
            (vec![], 0),
        ] {
            assert_eq!(texts(&lines).len(), expected, "{lines:?}");
        }
        assert_eq!(texts(&[("a", "E"), ("a", "  at f")]), ["E\n  at f"]);
    }

    #[test]
    fn a_trace_without_end_is_bounded() {
        let frames =
            std::iter::repeat_n(("a", "\tat very.long.package.name.Class.method(Class.java:100)"), 5_000);
        let lines: Vec<_> = std::iter::once(("a", "ERROR x")).chain(frames).collect();
        let texts = texts(&lines);
        assert!(texts.len() == 1 && texts[0].len() <= MAX_BYTES && texts[0].len() > MAX_BYTES - 100);
    }
}
