//! Stack traces that a source gives line by line become one line again.
//!
//! Knows how the lines of a trace begin, and that a line that has a time may be continued by indented ones. Must not join
//! lines of different streams, nor indented text below a line without a time.

use super::lines::{Line, MAX_BYTES};
use super::patterns::header;
use super::patterns::level::Level;

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

/// Whether the line belongs to what is already there: a frame or a cause, what stands around frames, or the continuation
/// of a line that has a time and so a header.
fn continues(before: &str, line: &str) -> bool {
    // Most lines begin with their own time.
    if line.starts_with(|c: char| c.is_ascii_digit() || c == '{') {
        return false;
    }
    let text = line.trim_start();
    if text.is_empty() {
        return in_chain(before);
    }
    if text.len() < line.len() {
        return frame(text)
            || before.contains('\n')
            || header::read(first(before).as_bytes(), None).timed
            || event(before);
    }
    cause(text) || thrown(text) && !before.is_empty() || around_frames(before, text)
}

fn first(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn last(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

/// An indented line of Java, .NET, JavaScript or Python.
fn frame(text: &str) -> bool {
    ["at ", "... ", "File \"", "--- End of"].iter().any(|start| text.starts_with(start))
}

fn cause(text: &str) -> bool {
    ["Caused by:", "Suppressed:", "Stack trace:", "stack backtrace:"]
        .iter()
        .any(|start| text.starts_with(start))
        || text
            .strip_prefix('#')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(' '))
}

/// `java.lang.IllegalStateException: no pool`, below the line that tells of it: a qualified class, and no other header.
fn thrown(text: &str) -> bool {
    let name = text.split([':', ' ']).next().unwrap_or_default();
    let behind = text.get(name.len()..).unwrap_or_default();
    name.contains('.')
        && (name.ends_with("Exception") || name.ends_with("Error"))
        && (behind.is_empty() || behind.starts_with(": "))
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$'))
}

/// .NET's console writes the message below `fail: Some.Name[12]`.
fn event(before: &str) -> bool {
    before.split_once(": ").is_some_and(|(level, name)| {
        Level::named(level.as_bytes()).is_known() && name.ends_with(']') && !name.contains(' ')
    })
}

/// What is not indented and belongs to a trace all the same, by the language whose trace it is.
fn around_frames(before: &str, text: &str) -> bool {
    let starts = |all: &[&str]| all.iter().any(|start| text.starts_with(start));
    if is_python(before) {
        let behind_frames = last(before).starts_with(char::is_whitespace) && !last(before).trim().is_empty();
        return (behind_frames && raised(text))
            || (last(before).is_empty()
                && starts(&["During handling of", "The above exception", TRACEBACK]));
    }
    if text.starts_with(TRACEBACK) {
        return !before.contains('\n') && header::read(before.as_bytes(), None).level >= Level::Error;
    }
    if text.starts_with("goroutine ") && text.ends_with("]:") {
        return true;
    }
    if is_go(before) {
        let call = text.ends_with(')') && text.contains('(') && !text.contains(": ");
        return call || starts(&["[signal ", "created by ", "exit status "]);
    }
    if before.starts_with("thread '") && first(before).contains(" panicked at ") {
        return !before.contains('\n') || starts(&["stack backtrace:", "note: "]);
    }
    // Ruby: `app/models/order.rb:12:in 'pay'`
    let named = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '/');
    named
        && text.split_once(":in ").is_some_and(|(place, _)| place.contains(".rb:") || place.contains(".erb:"))
}

const TRACEBACK: &str = "Traceback (most recent call last):";

fn is_python(before: &str) -> bool {
    before.starts_with(TRACEBACK) || (before.contains('\n') && before.contains(TRACEBACK))
}

fn is_go(before: &str) -> bool {
    before.starts_with("panic: ")
        || before.starts_with("fatal error: ")
        || (before.contains('\n') && before.contains("\ngoroutine "))
}

/// Blank lines stand between the traces of one failure, in Go and Python.
fn in_chain(before: &str) -> bool {
    is_go(before) || is_python(before)
}

/// The last line of a Python trace, `ValueError: bad`, right behind its frames.
fn raised(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or_default();
    let class = name.rsplit('.').next().unwrap_or_default();
    let named = ["Error", "Exception", "Warning", "Interrupt", "Exit"].iter().any(|end| class.ends_with(end));
    let qualified = name.contains('.') && class.starts_with(|c: char| c.is_ascii_uppercase());
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
        && (named || qualified)
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
    fn traces_of_go_and_python_are_one_line() {
        for (lines, expected) in [
            (
                vec![
                    ("a", "2025-11-20 09:10:11 ERROR x"),
                    ("a", "x.y.ZException: no pool"),
                    ("a", "\tat b.C(D.java:1)"),
                ],
                1,
            ),
            (vec![("a", "2025-11-20 09:10:11 LOG: deadlock"), ("a", "\tProcess 13 waits"), ("a", "")], 2),
            (
                vec![
                    ("a", "panic: runtime error"),
                    ("a", "[signal SIGSEGV]"),
                    ("a", ""),
                    ("a", "goroutine 1 [running]:"),
                    ("a", "main.f(0x1)"),
                    ("a", "\t/app/main.go:42 +0x1b"),
                    ("a", "2025/11/20 09:10:12 next"),
                ],
                2,
            ),
            (
                vec![
                    ("a", "2025-11-20 09:10:11 ERROR failed"),
                    ("a", "Traceback (most recent call last):"),
                    ("a", "  File \"x.py\", line 1"),
                    ("a", "ValueError: bad"),
                    ("a", ""),
                    ("a", "During handling of the above exception, another exception occurred:"),
                    ("a", ""),
                    ("a", "Traceback (most recent call last):"),
                    ("a", "  File \"y.py\", line 1"),
                    ("a", "app.errors.NotReady: gone"),
                    ("a", "app: started"),
                ],
                2,
            ),
        ] {
            assert_eq!(texts(&lines).len(), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_stands_around_frames_belongs_to_them() {
        for (lines, expected) in [
            (vec![("a", "fail: X.Y[1]"), ("a", "      cannot open"), ("a", "info: X.Z[2]")], 2),
            (
                vec![
                    ("a", "FATAL x (nil):"),
                    ("a", "app/v.erb:3:in `b'"),
                    ("a", "app/c.rb:12:in `s'"),
                    ("a", "I, next"),
                ],
                2,
            ),
            (
                vec![
                    ("a", "PHP Fatal error: x"),
                    ("a", "Stack trace:"),
                    ("a", "#0 /a.php(12): f()"),
                    ("a", "  thrown in /a"),
                ],
                1,
            ),
            (
                vec![
                    ("a", "thread 'main' panicked at src/main.rs:3:5:"),
                    ("a", "no value"),
                    ("a", "stack backtrace:"),
                    ("a", "   0: app::main"),
                    ("a", "another line"),
                ],
                2,
            ),
            (vec![("a", "INFO x"), ("a", "java.lang.Exception is what it caught")], 2),
            (vec![("a", "INFO x"), ("a", "#17 is closed"), ("a", ""), ("a", "goroutine count 12")], 3),
        ] {
            assert_eq!(texts(&lines).len(), expected, "{lines:?}");
        }
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
