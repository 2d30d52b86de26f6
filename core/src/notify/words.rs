//! Every word that firstlook itself says in a message, in English, as pure functions.
//!
//! Knows grammar and number formats. Must not know layouts; what it is given from outside it passes on as it is.

use chrono::{DateTime, TimeDelta, Utc};

use crate::alert::Severity;
use crate::incident::Status;
use crate::summary::{Confidence, State};

pub mod charts;
mod compared;
mod pressed;

pub use compared::{STANDS_OUT, change, nothing_told};
pub use pressed::*;

use super::figures::grouped;
pub use super::figures::{count, duration, number, quantity, sentence};

/// Why an incident that was told once rings again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// `repeat_interval` passed and nobody acknowledged.
    Repeated {
        /// When it is told again.
        now: DateTime<Utc>,
    },
    /// Its severity rose.
    Raised {
        /// What it was before.
        was: Severity,
    },
    /// It had ended, and fires again within `reopen_within` or after a person's resolve.
    Reopened,
    /// A critical alert joined after somebody had acknowledged.
    Joined,
    /// Its page could not be told.
    Unpaged,
}

pub const HOW_BAD: &str = "How bad: ";
pub const SINCE: &str = "Since: ";
pub const WHO: &str = "Who: ";
pub const NOT_TOLD: &str = "Not told: ";
pub const HOW_SURE: &str = "How sure: ";
pub const ALERTS: &str = "Alerts: ";
pub const EARLIER_COUNT: &str = "Earlier: ";
pub const LASTED: &str = "Lasted: ";
pub const CAUSE: &str = "Cause: ";
pub const DO_FIRST: &str = "Do this first";
pub const RUNBOOK: &str = "Runbook: ";
pub const EARLIER: &str = "Earlier, and how each ended";
pub const CHANGED: &str = "What changed, in order";
pub const CAUSES: &str = "Likely causes";
pub const NEXT: &str = "Next steps";
pub const AGAINST: &str = " Against it:";
pub const NOBODY: &str = "Nobody";
pub const VERIFIED: &str = "✓ ";
pub const NOT_VERIFIED: &str = "? Not verified: ";
pub const EVIDENCE_ONLY: &str = "Evidence only, no summary";
pub const WHOLE_SUMMARY: &str = "The whole summary";
pub const NO_EDITS: &str = "This way of posting cannot be edited: evidence and summary are on the page.";
pub const RESOLVED_FOOT: &str = "No alert of it fires. Evidence, summary and timeline stay on the page.";
pub const SUMMARY_FOOT: &str = "✓ the numbers and quotations stand in the evidence; ? nothing in it can be checked so. Causes are reasoning.";
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Warning => "Warning",
        Severity::Info => "Info",
    }
}

/// A shape for each severity, so that none depends on colour.
pub fn symbol(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "🛑",
        Severity::Warning => "⚠",
        Severity::Info => "○",
    }
}

/// Bars and word for a cause, and its rank: 0 is surest.
pub fn bars(confidence: Confidence) -> (&'static str, u8) {
    match confidence {
        Confidence::Confirmed => ("▮▮▮ High", 0),
        Confidence::Likely => ("▮▮▯ Medium", 1),
        Confidence::Inconclusive => ("▮▯▯ Low", 2),
    }
}

/// `○ Open`, `◐ Acknowledged by Aya Tanaka`, `● Resolved, was Critical`.
pub fn state(status: Status, was: Severity, owner: Option<&str>) -> String {
    match (status, owner) {
        (Status::Open, _) => "○ Open".to_owned(),
        (Status::Acknowledged, Some(owner)) => format!("◐ Acknowledged by {owner}"),
        (Status::Acknowledged, None) => "◐ Acknowledged".to_owned(),
        (Status::Resolved, _) => format!("● Resolved, was {}", severity(was)),
    }
}

/// A flag of the incident; one that has no words here is told by its name.
pub fn flag(flag: &str) -> String {
    match flag {
        "flapping" => "⇅ Flapping".to_owned(),
        "stale" => "◌ Stale".to_owned(),
        "storm" => "Storm".to_owned(),
        other => other.to_owned(),
    }
}

pub fn silenced(until: &str) -> String {
    format!("Silenced until {until}")
}

/// `24.9% (alarm 5%, normal 0.2%)`.
pub fn amount(value: String, threshold: Option<String>, normal: Option<String>) -> String {
    let threshold = threshold.map(|t| format!("alarm {t}"));
    let normal = normal.map(|n| format!("normal {n}"));
    let known: Vec<_> = [threshold, normal].into_iter().flatten().collect();
    if known.is_empty() { value } else { format!("{value} ({})", known.join(", ")) }
}

pub fn since_then(owner: &str) -> String {
    format!("{owner}, since ")
}

pub fn escalates() -> &'static str {
    "; escalates at "
}

/// `3 firing, last CheckoutErrorBudgetBurn`.
pub fn alerts(firing: usize, last: Option<&str>) -> String {
    match last {
        Some(last) => format!("{firing} firing, last {last}"),
        None => format!("{firing} firing"),
    }
}

pub fn times(n: i64) -> String {
    if n == 1 { "once".to_owned() } else { format!("{} times", number_of(n)) }
}

fn number_of(n: i64) -> String {
    grouped(&n.to_string())
}

/// `6 of 7 verified`, `2 gaps`.
pub fn how_sure(cause: Option<Confidence>, verified: usize, told: usize, gaps: usize) -> String {
    let bars = cause.map(|confidence| bars(confidence).0.to_owned());
    let checked = (told > 0).then(|| format!("{verified} of {told} verified"));
    let gaps = (gaps > 0).then(|| count(gaps, "gap", "gaps"));
    [bars, checked, gaps].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub const CHANGE: &str = "Change";
pub const METRIC: &str = "Metric";
pub const TRACE: &str = "Trace";

pub fn all_items(n: usize) -> String {
    format!("All {}", count(n, "item", "items"))
}

pub fn more_steps(n: usize) -> String {
    count(n, "more step", "more steps")
}

/// `Could not be had (2):`
pub fn gaps(n: usize) -> String {
    format!("Could not be had ({n}):")
}

/// `CloudTrail: access denied. Remedy: allow cloudtrail:LookupEvents.`
pub fn gap(source: &str, reason: &str, remedy: &str) -> String {
    let remedy = if remedy.is_empty() { String::new() } else { format!(" Remedy: {}", sentence(remedy)) };
    format!("{source}: {}{remedy}", sentence(reason))
}

/// `2 more`.
pub fn more(n: usize) -> String {
    format!("{} more", grouped(&n.to_string()))
}

/// `Since 03:07 UTC`, which begins a sentence.
pub fn since(at: &str) -> String {
    format!("Since {at}")
}

/// `, 34 min`, after the two times.
pub fn lasted(span: TimeDelta) -> String {
    format!(", {}", duration(span))
}

pub const TO: &str = " to ";

pub fn more_gaps(n: usize) -> String {
    format!("{} more on the page.", grouped(&n.to_string()))
}

/// What the first look was made from, and that more follows, where the message can be edited.
pub fn first_look(runbook: Option<&str>, follows: bool) -> String {
    let from = match runbook {
        Some(runbook) => format!("First look: the alarm, {runbook} and history only."),
        None => "First look: the alarm and history only, no runbook matches.".to_owned(),
    };
    let more = " Evidence and, where a model is configured, a summary follow here.";
    if follows { from + more } else { from }
}

/// What the evidence is, while no summary stands below it. `follows`: whether one could still be put there.
pub fn evidence(at: &str, items: usize, gaps: usize, follows: bool) -> String {
    let follows = if follows { " Where a model is configured, a summary follows here." } else { "" };
    format!("Evidence {at}: {}, {}.{follows}", count(items, "item", "items"), count(gaps, "gap", "gaps"))
}

/// Who wrote the summary, when.
pub fn written(model: Option<&str>, at: &str) -> String {
    format!("{SUMMARY_FOOT} {}, {at}", model.unwrap_or("model unknown"))
}

/// Why there is no summary; `None` where there is one, or one may follow.
pub fn no_summary(state: State, reason: Option<&str>) -> Option<String> {
    let why = match state {
        State::Ready | State::Looking => return None,
        State::NoModel => "no model is configured; set summary.provider to have one",
        State::OverBudget => "the token budget is used up; raise summary.budget for more",
        State::Failed => "the model gave no usable answer",
        State::NothingVerified => "nothing that the model said could be checked against the evidence",
    };
    let why = sentence(reason.filter(|reason| !reason.is_empty()).unwrap_or(why));
    Some(format!("No summary: {why} Everything above comes from the alarm, the runbook and the evidence."))
}

pub fn possible_repeat(first_try: &str) -> String {
    format!(
        "Possible repeat: Slack did not answer our first try at {first_try}. This message is the one that is kept up \
         to date; ignore the other."
    )
}

pub fn open_button(number: i64) -> String {
    format!("Open #{number}")
}

/// How a line for a lock screen begins, before `: ` and the title.
pub fn lead(status: Status, now: Severity, owner: Option<&str>, lasted: TimeDelta) -> String {
    match (status, owner) {
        (Status::Resolved, _) => format!("Resolved after {}", duration(lasted)),
        (_, Some(owner)) => format!("{}, {owner} has it", severity(now)),
        (Status::Acknowledged, None) => format!("{}, acknowledged", severity(now)),
        (Status::Open, None) => severity(now).to_owned(),
    }
}

/// The same for something that rings again; `open_for` is how long it has been open.
pub fn lead_again(again: Again, severity_now: Severity, open_for: TimeDelta) -> String {
    let now = severity(severity_now);
    match again {
        Again::Repeated { .. } => format!("Still {now} after {}", duration(open_for)),
        Again::Raised { was } => format!("Now {now} (was {})", severity(was)),
        Again::Reopened => format!("Again {now}"),
        Again::Joined => format!("New {} alert", now.to_lowercase()),
        Again::Unpaged => format!("Not paged, {now}"),
    }
}

/// The bold beginning of the line that rings again, and what follows it.
pub fn again(again: Again, severity_now: Severity) -> (String, &'static str) {
    match again {
        Again::Repeated { .. } => ("Told again: ".to_owned(), "nobody has acknowledged; open since "),
        Again::Raised { was } => (
            format!("{} Now {}, was {}: ", symbol(severity_now), severity(severity_now), severity(was)),
            "since ",
        ),
        Again::Reopened => ("Reopened: ".to_owned(), "it fires again; open since "),
        Again::Joined => (format!("{} A new alert joined: ", symbol(severity_now)), "open since "),
        Again::Unpaged => (
            format!("{} The page did not get through: ", symbol(severity_now)),
            "whoever is on call may not know; open since ",
        ),
    }
}

pub const SINCE_WORD: &str = "since ";
pub const MAYBE_REPEAT: &str = "Maybe a repeat: ";
pub const NOBODY_HAS_IT: &str = " Nobody has it.";

pub fn first(step: &str) -> String {
    format!(" First: {step}")
}

pub fn resolved_after(span: TimeDelta) -> String {
    format!("Resolved after {}", duration(span))
}

pub fn acknowledged(owner: &str, after: TimeDelta) -> String {
    format!("{owner} acknowledged, {} after the alarm.", duration(after))
}

pub const SOMEBODY: &str = "Somebody";

/// Why the thing to do first comes first.
pub fn from_runbook(step: usize, path: impl std::fmt::Display, pointed_to: bool) -> String {
    let why = if pointed_to { "; the summary points to it" } else { "" };
    format!("Runbook step {step} of {path}{why}.")
}

pub const UNVERIFIED_STEP: &str = "Suggested by the summary, not verified; no runbook step is known.";

/// Keys of PagerDuty's details; numbered by their place, in case it sorts them.
pub const DETAIL_HOW_BAD: &str = "how bad";
pub const DETAIL_SINCE: &str = "since";
pub const DETAIL_FIRST: &str = "do this first";
pub const DETAIL_LAST_TIME: &str = "last time";
pub const DETAIL_SUMMARY: &str = "summary";
pub const DETAIL_WHY: &str = "why you";
pub const DETAIL_ALERTS: &str = "alerts";
pub const DETAIL_LABELS: &str = "labels";
pub const UNNAMED: &str = "An alarm without a name";
pub const DETAIL_NO_PAGE: &str = "no page yet";

/// What a page says that is sent without the store.
pub fn no_store(since: &str) -> String {
    format!("There is no incident page yet. The database of firstlook has not answered since {since}.")
}

pub fn incident_link(number: i64) -> String {
    format!("Incident #{number}")
}

pub fn runbook_link(path: &str) -> String {
    format!("Runbook {path}")
}

#[cfg(test)]
mod tests;
