//! A pack to which something is added after it was written.
//!
//! Knows its lines. Must not exceed its budget: what is added comes first, and the last lines give way.

use super::others;
use super::{OTHERS_PERCENT, TOKEN, Writer};
use crate::evidence::{Item, Redacted, Redactor};

/// `items`, then the lines of `pack`, in at most `tokens` tokens.
pub fn amended(items: &[Item], pack: &Redacted, tokens: usize, redactor: &Redactor) -> Redacted {
    let mut writer = Writer { out: Redacted::default(), left: tokens.saturating_mul(TOKEN) };
    let room = writer.left * OTHERS_PERCENT / 100;
    others::tell(items, &mut writer, room);
    for line in pack.as_str().split_inclusive('\n') {
        if !writer.put(&redactor.redact(line)) {
            break;
        }
    }
    writer.out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Kind;

    #[test]
    fn what_came_late_stands_first_and_the_budget_holds() {
        let redactor = Redactor::default();
        let item = |n: usize| Item {
            id: format!("C{n}"),
            kind: Kind::Change,
            source: "trail".into(),
            title: redactor.redact_line(&format!("bob called lambda Update{n}")),
            text: redactor.redact("on: pay"),
            query: None,
            link: None,
            at: None,
            frequency: None,
            chart: None,
        };
        let lines: String = (1..100).map(|n| format!("L{n} +{n} ERROR no connection\n")).collect();
        let pack = redactor.redact(&lines);
        for tokens in [100, 500, 4_000] {
            let text = amended(&[item(4), item(5)], &pack, tokens, &redactor);
            let text = text.as_str();
            assert!(text.chars().count() <= tokens * TOKEN, "{tokens}");
            assert!(text.starts_with("C4 bob called lambda Update4\nC5 bob"), "{text}");
            assert_eq!(text.contains("L99 "), tokens == 4_000);
            let logs = text.split_once("L1 ").map(|(_, rest)| format!("L1 {rest}")).unwrap();
            assert!(lines.starts_with(&logs) && logs.ends_with('\n'), "whole lines, in their order");
        }
        assert_eq!(amended(&[], &pack, 4_000, &redactor), pack);
    }
}
