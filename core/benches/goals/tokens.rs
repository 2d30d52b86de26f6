//! What a prompt costs against the last 100 lines of the same logs, and which of them says the root cause.
//!
//! Knows tokens by the rule of four characters. Must not know how a prompt is made.

use firstlook_core::Language;

use crate::Row;
use crate::measure::incidents::{CASES, found};
use crate::measure::prompts::{analysis, last_lines, summary, tokens_with};

/// One incident: tokens and whether the root cause is there, of the prompt and of the lines.
struct Case {
    prompt: (u64, bool),
    lines: (u64, bool),
}

/// Each incident, then all of them.
pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let mut cases = Vec::new();
    for name in CASES {
        let (prompt, lines) = (summary(name, Language::En), last_lines(name));
        let case = Case {
            prompt: (prompt.tokens(), found(name, &prompt.turns()[0].text)[0]),
            lines: (tokens_with(name, &lines), found(name, &lines)[0]),
        };
        let told =
            |(tokens, cause): (u64, bool)| format!("{tokens}{}", if cause { " with cause" } else { "" });
        let reached = format!("{} / {}", told(case.prompt), told(case.lines));
        rows.push(Row::new(
            format!("prompt tokens, pack / last 100 lines: {name}"),
            reached,
            "cause in the pack",
        ));
        cases.push(case);
    }
    let of = |side: fn(&Case) -> (u64, bool)| {
        let mut tokens: Vec<u64> = cases.iter().map(|case| side(case).0).collect();
        tokens.sort_unstable();
        (tokens[tokens.len() / 2], tokens[tokens.len() - 1], cases.iter().filter(|case| side(case).1).count())
    };
    let (pack, lines) = (of(|case| case.prompt), of(|case| case.lines));
    let what = format!("prompt tokens with the pack, median / max of {}", CASES.len());
    rows.push(Row::new(what, format!("{} / {}", pack.0, pack.1), "≤ 8,000"));
    rows.push(Row::new("the same with the last 100 lines instead", format!("{} / {}", lines.0, lines.1), ""));
    let mut talks: Vec<u64> = CASES.iter().map(|name| analysis(name, Language::En).tokens()).collect();
    talks.sort_unstable();
    let begun = format!("{} / {}", talks[talks.len() / 2], talks[talks.len() - 1]);
    rows.push(Row::new("an analysis at its beginning, all tools included", begun, "≤ 12,000"));
    let ratio = pack.0 as f64 / lines.0.max(1) as f64;
    rows.push(Row::new("pack to last 100 lines, by the medians", format!("{ratio:.2}"), "≤ 1"));
    rows.push(Row::new(
        "root cause in the pack / in the lines",
        format!("{} / {}", pack.2, lines.2),
        "all / -",
    ));
    rows
}
