//! The grammar that Alertmanager had before 0.27.
//!
//! Knows how it splits and unescapes; it is lenient in odd places, and configurations rely on that.

use super::{Fault, Operator, Raw};

/// Whether `name` is a label name of the old rules: letters, digits, `_` and `:`, no digit first.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    name.chars().all(plain) && !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty()
}

/// Reads all matchers of `input`. A brace at either end is optional, even alone.
pub fn read(input: &str) -> Result<Vec<Raw>, Fault> {
    let inner = input.strip_prefix('{').unwrap_or(input);
    let start = input.len().saturating_sub(inner.len());
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    split(inner).into_iter().map(|(at, token)| matcher(start.saturating_add(at), token)).collect()
}

/// Cuts at the commas outside quotes; an empty last piece is no piece.
fn split(inner: &str) -> Vec<(usize, &str)> {
    let mut tokens = Vec::new();
    let (mut begin, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in inner.char_indices() {
        match c {
            ',' if !quoted => {
                tokens.push((begin, inner.get(begin..at).unwrap_or_default()));
                begin = at.saturating_add(1);
            }
            // A comma does not end an escape: Alertmanager's own quirk.
            ',' => {}
            '"' if escaped => escaped = false,
            '"' => quoted = !quoted,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    let last = inner.get(begin..).unwrap_or_default();
    if !last.is_empty() {
        tokens.push((begin, last));
    }
    tokens
}

/// White space as RE2's `\s` has it, which is what the original trims with.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0c' | '\r')
}

/// Reads one matcher, which stands at byte `at` of the input.
fn matcher(at: usize, token: &str) -> Result<Raw, Fault> {
    let text = token.trim_end_matches(is_space);
    let text_end = at.saturating_add(text.len());
    let text = text.trim_start_matches(is_space);
    let name_end = text.find(|c: char| is_space(c) || "=!~".contains(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(name_end).unwrap_or((text, ""));
    if !is_name(name) {
        return Err((at, "expected a label name".to_owned()));
    }
    let rest = rest.trim_start_matches(is_space);
    let operators = [Operator::Regex, Operator::Equal, Operator::NotEqual, Operator::NotRegex];
    let found = operators.into_iter().find_map(|o| rest.strip_prefix(o.as_str()).map(|value| (o, value)));
    let Some((operator, value)) = found else {
        return Err((at, "expected an operator".to_owned()));
    };
    let value = value.trim_start_matches(is_space);
    let value_at = text_end.saturating_sub(value.len());
    let value = unescape(value).map_err(|what| (value_at, what))?;
    Ok(Raw { name: name.to_owned(), operator, value, value_at })
}

/// The value without its optional quotes. Only `\n`, `\"` and `\\` are escapes; another backslash stands for itself.
fn unescape(raw: &str) -> Result<String, String> {
    let stray = || format!("there is an unescaped double quote in {raw}");
    let (text, mut awaits_quote) = raw.strip_prefix('"').map_or((raw, false), |rest| (rest, true));
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some(next @ ('"' | '\\')) => value.push(next),
                Some(next) => value.extend(['\\', next]),
                None => value.push('\\'),
            },
            '"' if awaits_quote && chars.peek().is_none() => awaits_quote = false,
            '"' => return Err(stray()),
            other => value.push(other),
        }
    }
    if awaits_quote { Err(stray()) } else { Ok(value) }
}
