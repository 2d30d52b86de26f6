//! What people write into an alarm's description: plain text, Markdown or JSON.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

/// Members of a description in JSON that are read.
const MOST_MEMBERS: usize = 32;

/// The members of a description that is a JSON object, as text.
pub fn members(description: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(object)) = serde_json::from_str(description) else { return Vec::new() };
    let member = |(name, value): (String, Value)| match value {
        Value::String(text) => Some((name, text)),
        Value::Number(number) => Some((name, number.to_string())),
        Value::Bool(flag) => Some((name, flag.to_string())),
        _ => None,
    };
    object.into_iter().filter_map(member).take(MOST_MEMBERS).collect()
}

/// What may name a runbook, the more telling first: a Markdown link that is called so, a line that begins so, an address
/// that holds the word.
#[allow(clippy::expect_used, reason = "the patterns are constants, and a test compiles them")]
static NAMED: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    [
        r"(?i)\[[^\]\n]*runbook[^\]\n]*\]\(\s*<?([^)\s>]+)",
        r"(?i)\brunbook(?:[ _-]?(?:url|link))?\s*[:=]\s*<?([^\s>|,;]+)",
        r"(?i)(https?://[^\s<>|)\]]*runbook[^\s<>|)\]]*)",
    ]
    .map(|pattern| Regex::new(pattern).expect("a constant pattern"))
});

/// The runbook that a description names: an address or a name.
pub fn runbook(description: &str) -> Option<String> {
    let named = |name: &str| {
        ["runbook", "runbook_url", "runbook_link"].iter().any(|one| one.eq_ignore_ascii_case(name))
    };
    let all = members(description);
    if !all.is_empty() {
        return all.into_iter().find(|(name, _)| named(name)).map(|(_, value)| value);
    }
    let found = NAMED.iter().find_map(|pattern| pattern.captures(description))?;
    let text = found.get(1)?.as_str().trim_end_matches(['.', ',', ')', '"', '\'']);
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runbooks_are_found_however_people_write_them() {
        for (written, found) in [
            ("See [the runbook](https://wiki/x) first", Some("https://wiki/x")),
            ("5xx at the edge. Runbook: https://wiki/5xx.", Some("https://wiki/5xx")),
            ("runbook_url=https://wiki/a?b=c", Some("https://wiki/a?b=c")),
            ("RUNBOOK: edge-5xx.md, call us", Some("edge-5xx.md")),
            ("<https://wiki/runbooks/edge|edge>", Some("https://wiki/runbooks/edge")),
            (r#"{"severity": "P1", "runbook": "edge-5xx"}"#, Some("edge-5xx")),
            (r#"{"text": "see runbook: x"}"#, None),
            ("the runbook is in the drawer", None),
            ("", None),
        ] {
            assert_eq!(runbook(written).as_deref(), found, "{written}");
        }
    }

    #[test]
    fn members_of_json_are_text() {
        let members = members(r#"{"severity": "P1", "tier": 1, "page": true, "list": [1], "none": null}"#);
        let pairs: Vec<String> = members.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs, ["page=true", "severity=P1", "tier=1"]);
        assert!(super::members("[1]").is_empty() && super::members("plain {text}").is_empty());
    }
}
