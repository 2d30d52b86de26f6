//! Alerting expressions of Prometheus, as far as the quantity and its limit must be told apart: `rate(x[5m]) > 0.1` gives no
//! value while nothing is wrong, `rate(x[5m])` always does.
//!
//! Knows comparison at the top of an expression. Must not know the rest of the language: what is not understood is left
//! whole.

use super::{Limit, Relation};

/// Longer arithmetic is none of a limit, in bytes.
const LONGEST_NUMBER: usize = 100;
/// Longer expressions are left whole, in bytes.
const LONGEST: usize = 10_000;

/// The left side of the last comparison at the top with a plain number, and that number. `None` where the expression is
/// something else: a combination by `and`, `or` or `unless`, a comparison of two quantities, no comparison.
pub fn split(expression: &str) -> Option<(String, Limit)> {
    if expression.len() > LONGEST {
        return None;
    }
    let text = without_comments(expression);
    let text = inside_parentheses(text.trim());
    let mut found = None;
    let mut comparisons = 0;
    for (at, word) in top_level(text)? {
        match word {
            ">=" | "<=" | ">" | "<" | "==" | "!=" => {
                comparisons += 1;
                found = Some((at, word));
            }
            "and" | "or" | "unless" => return None,
            _ => {}
        }
    }
    let (at, operator) = found.filter(|_| comparisons == 1)?;
    let relation = match operator {
        ">" => Relation::Above,
        ">=" => Relation::AtLeast,
        "<" => Relation::Below,
        "<=" => Relation::AtMost,
        _ => return None,
    };
    let (left, right) = (text.get(..at)?.trim(), text.get(at + operator.len()..)?.trim());
    let right = right.strip_prefix("bool").filter(|rest| rest.starts_with([' ', '('])).unwrap_or(right);
    if let Some(value) = number(right) {
        return Some((left.to_owned(), Limit { relation, value }));
    }
    // `0.1 < rate(x[5m])` says the same.
    let value = number(left)?;
    let relation = match relation {
        Relation::Above => Relation::Below,
        Relation::AtLeast => Relation::AtMost,
        Relation::Below => Relation::Above,
        Relation::AtMost => Relation::AtLeast,
    };
    Some((right.to_owned(), Limit { relation, value }))
}

/// A number as PromQL writes it, with a sign, in parentheses, or as a product or quotient such as `5 * 60`.
fn number(text: &str) -> Option<f64> {
    let text = inside_parentheses(text.trim());
    if let Ok(value) = text.parse::<f64>() {
        return value.is_finite().then_some(value);
    }
    // From the left, both alike: `1 / 2 * 10` is 5.
    let at = text.rfind(['/', '*']).filter(|_| text.len() <= LONGEST_NUMBER)?;
    let (left, right) = (number(text.get(..at)?)?, number(text.get(at + 1..)?)?);
    let value = if text.as_bytes().get(at) == Some(&b'*') { left * right } else { left / right };
    value.is_finite().then_some(value)
}

/// Without the parentheses that enclose all of it.
fn inside_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    // `(a) > (b)` also begins and ends so; then a parenthesis closes that was not opened inside.
    match top_level(inner) {
        Some(_) => inside_parentheses(inner.trim()),
        None => text,
    }
}

/// Each operator and word that stands outside of all brackets, and where. `None` where brackets or quotes do not fit
/// together.
fn top_level(text: &str) -> Option<Vec<(usize, &str)>> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut open: Vec<u8> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut end = at + 1;
        match byte {
            b'"' | b'\'' | b'`' => end = after_quote(bytes, at)?,
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            b')' | b']' | b'}' if open.pop() != Some(byte) => return None,
            b'>' | b'<' | b'=' | b'!' => {
                end += usize::from(bytes.get(end) == Some(&b'='));
                if open.is_empty() {
                    words.push((at, text.get(at..end)?));
                }
            }
            _ if is_word(byte) => {
                end += bytes.get(end..)?.iter().take_while(|byte| is_word(**byte)).count();
                if open.is_empty() {
                    words.push((at, text.get(at..end)?));
                }
            }
            _ => {}
        }
        at = end;
    }
    open.is_empty().then_some(words)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':'
}

/// The place behind a quoted text that begins at `at`.
fn after_quote(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = *bytes.get(at)?;
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote != b'`' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Rules of several lines have comments; a `#` within quotes is none.
fn without_comments(expression: &str) -> String {
    let line = |line: &str| {
        let bytes = line.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' | b'\'' | b'`' => at = after_quote(bytes, at).unwrap_or(bytes.len()),
                b'#' => return line.get(..at).unwrap_or_default().to_owned(),
                _ => at += 1,
            }
        }
        line.to_owned()
    };
    expression.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantity_and_limit_are_told_apart() {
        use Relation::{Above, AtLeast, AtMost, Below};
        for (expression, left, relation, value) in [
            ("rate(x[5m]) > 0.1", "rate(x[5m])", Above, 0.1),
            ("  up{job=\"a>b\"} <= 0 ", "up{job=\"a>b\"}", AtMost, 0.0),
            (
                "(sum by (svc) (rate(e[5m])) / sum(rate(t[5m]))) >= 5 / 100",
                "(sum by (svc) (rate(e[5m])) / sum(rate(t[5m])))",
                AtLeast,
                0.05,
            ),
            ("(node_free < 1e9)", "node_free", Below, 1e9),
            ("0.1 < rate(x[5m])", "rate(x[5m])", Above, 0.1),
            ("x > 1 / 2 * 10", "x", Above, 5.0),
            ("x > 8 / 2 / 2", "x", Above, 2.0),
            ("x > bool 3", "x", Above, 3.0),
            ("time() - last_run > (2 * 3600)", "time() - last_run", Above, 7200.0),
            ("x\n  > 3 # three, not > 4", "x", Above, 3.0),
            ("x{a='#1 > 2'} < -0.5", "x{a='#1 > 2'}", Below, -0.5),
            ("max_over_time((a > 1)[5m:]) > 2", "max_over_time((a > 1)[5m:])", Above, 2.0),
        ] {
            let (found, limit) = split(expression).unwrap_or_else(|| panic!("{expression}"));
            assert_eq!((found.as_str(), limit), (left, Limit { relation, value }), "{expression}");
        }
    }

    #[test]
    fn what_is_something_else_is_left_whole() {
        for expression in [
            "up",
            "absent(up{job=\"x\"})",
            "a > 1 and b > 2",
            "a > 1 unless on(x) b",
            "a > b",
            "a == 1",
            "1 < a < 5",
            "a > ",
            "a[5m > 1",
            "(a > 1) or (b > 2)",
            "(a) > (b)",
            "a > 1 / 0",
            "\"a > 1",
            &format!("{}a{} > 1", "(".repeat(9_000), ")".repeat(9_000)),
            &format!("a > 1{}", " * 1".repeat(200)),
            "",
        ] {
            assert_eq!(split(expression), None, "{expression}");
        }
    }
}
