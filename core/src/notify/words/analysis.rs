//! Words of an analysis in a thread: how far it is, how it ended, what it took.
//!
//! Knows states and figures. Must not know places.

use chrono::TimeDelta;

use super::{SUMMARY_FOOT, count, duration, number_of, sentence};
use crate::summary::analysis::State;

pub const DONE: &str = "✓ ";
pub const WITHOUT: &str = "– ";
pub const CAUSES: &str = "Root causes";
pub const GAPS: &str = "What is not known";
pub const WHOLE: &str = "The whole report";
pub const WAITS: &str = "◷ Analysis, about to begin";

/// `◷ Analysis, step 4 of at most 8`.
pub fn step(step: u32, most: u32) -> String {
    format!("◷ Analysis, step {} of at most {most}", step.max(1))
}

/// `  asked for by Aya Tanaka`, behind the bold beginning.
pub fn asked_by(by: &str) -> String {
    format!("  asked for by {by}")
}

/// `3 earlier ones on the page`.
pub fn earlier(n: usize) -> String {
    format!("{} on the page", count(n, "earlier one", "earlier ones"))
}

/// `✓ Analysis ready, 6 steps, 2 min`.
pub fn ready(steps: u32, took: TimeDelta) -> String {
    format!("✓ Analysis ready, {}, {}", count(steps as usize, "step", "steps"), duration(took))
}

/// How it ended where there is no report.
pub fn without(state: State) -> &'static str {
    match state {
        State::Shared => "○ One analysis for many",
        State::OverBudget => "○ Not analysed: the budget is used up",
        State::NothingVerified => "○ Analysis without a report: nothing could be verified",
        State::Waiting | State::Running | State::Ready | State::Failed => "○ Analysis without a report",
    }
}

/// `Analysis of #482: step 4 of at most 8.`
pub fn line_running(number: i64, step: u32, most: u32) -> String {
    format!("Analysis of #{number}: step {} of at most {most}.", step.max(1))
}

/// `Analysis of #482: only kito is slow.`, of what was found first.
pub fn line_ready(number: i64, found: Option<&str>) -> String {
    match found {
        Some(found) => format!("Analysis of #{number}: {found}"),
        None => format!("Analysis of #{number} is ready."),
    }
}

/// `Analysis of #482 without a report: The model gave no usable answer.`
pub fn line_without(number: i64, reason: Option<&str>) -> String {
    match reason {
        Some(reason) => format!("Analysis of #{number} without a report: {}", sentence(reason)),
        None => format!("Analysis of #{number} without a report."),
    }
}

/// What is used so far: `Reads only. 21,300 tokens, $0.0123 so far.`
pub fn used(tokens: u64, cost: Option<f64>) -> String {
    format!("Reads only. {} so far.", taken(tokens, cost))
}

/// What the marks mean, who wrote it, and what that took.
pub fn made(model: Option<&str>, tokens: u64, cost: Option<f64>) -> String {
    format!("{SUMMARY_FOOT} {}, {}.", model.unwrap_or("model unknown"), taken(tokens, cost))
}

/// What an end without a report took.
pub fn spent(tokens: u64, cost: Option<f64>) -> String {
    format!("{} used. What was found stands on the page.", taken(tokens, cost))
}

/// The title of the report as a file.
pub fn file(number: i64) -> String {
    format!("Analysis of #{number}")
}

fn taken(tokens: u64, cost: Option<f64>) -> String {
    let cost = cost.map(|usd| format!(", ${usd:.4}")).unwrap_or_default();
    format!("{} tokens{cost}", number_of(i64::try_from(tokens).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_it_is_and_what_it_took_is_said() {
        assert_eq!(step(0, 8), "◷ Analysis, step 1 of at most 8");
        assert_eq!(line_running(482, 8, 8), "Analysis of #482: step 8 of at most 8.");
        assert_eq!(ready(1, TimeDelta::seconds(112)), "✓ Analysis ready, 1 step, 1 min");
        assert_eq!(used(21_300, Some(0.01234)), "Reads only. 21,300 tokens, $0.0123 so far.");
        assert_eq!(
            line_without(1, Some("the budget is used up")),
            "Analysis of #1 without a report: The budget is used up."
        );
        assert_eq!(earlier(1), "1 earlier one on the page");
    }
}
