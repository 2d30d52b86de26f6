//! All words of the pages, in English. Templates ask by key ([`text`]), code by constant or function.
//!
//! Knows the words of the design (High, Medium, Low; Not verified; Why was I paged?). Must not know HTML.

mod table;

use chrono::{DateTime, Utc};
use firstlook_core::alert::Severity;
use firstlook_core::evidence::{Change, Kind};
use firstlook_core::incident::Status;
use firstlook_core::summary::analysis::State as Analysis;
use firstlook_core::summary::{Confidence, State};

use super::text::{bytes, count};
#[cfg(test)]
pub(super) use table::keys;
pub(super) use table::text;

pub(super) const FIRST_SEEN: &str = "first seen";
pub(super) const LAST_SEEN: &str = "last seen";
pub(super) const NOBODY: &str = "Nobody yet";
pub(super) const NOBODY_TOOK_IT: &str = "Nobody took it";
pub(super) const NO_NUMBER: &str = "in the alarm’s own words, above";
pub(super) const IN_PROGRESS: &str = "summary in progress";
pub(super) const NO_RUNBOOK: &str = "no runbook";
pub(super) const INCIDENTS: &str = "Incidents";
pub(super) const DELIVERIES: &str = "Deliveries";
pub(super) const RUNBOOKS: &str = "Runbooks";
pub(super) const INBOX: &str = "Trial inbox";
pub(super) const FIRST_LOOK: &str = "First look only";
pub(super) const LOOKING: &str = "Looking";
pub(super) const NOTHING: &str = "Nothing verified";
pub(super) const RELOADS: &str = "This page reloads itself.";
pub(super) const NO_CAUSE: &str = "No cause named";

/// The kinds of evidence that have a list of their own: anchor and title. Logs stand before, the rest elsewhere.
pub(super) const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Alarm, "h-alm", "The alarm"),
    (Kind::Change, "h-chg", "Changes"),
    (Kind::Metric, "h-met", "Metrics"),
    (Kind::Trace, "h-tr", "Traces"),
    (Kind::Runbook, "h-rb", "From the runbook"),
];

/// What became of a query of the runbook.
pub(super) fn ran(source: Option<&str>, reason: Option<&str>, at: Option<DateTime<Utc>>) -> String {
    let at = at.map(|at| at.format(" at %H:%M:%S UTC").to_string()).unwrap_or_default();
    match (source, reason) {
        (None, reason) => format!("Not run: {}", reason.unwrap_or("it is not known why")),
        (Some(source), None) => format!("Already run{at} by {source}"),
        (Some(source), Some(reason)) => format!("Asked{at}, no result from {source}: {reason}"),
    }
}

pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Warning => "Warning",
        Severity::Info => "Info",
    }
}

pub(super) fn status(status: Status) -> &'static str {
    match status {
        Status::Open => "Open",
        Status::Acknowledged => "Acknowledged",
        Status::Resolved => "Resolved",
    }
}

pub(super) fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "High",
        Confidence::Likely => "Medium",
        Confidence::Inconclusive => "Low",
    }
}

/// How a pattern differs from normal; `compared`: whether there was a baseline.
pub(super) fn change(change: Change, compared: bool) -> &'static str {
    match change {
        Change::New => "New",
        Change::Rare => "Rare",
        Change::Value if !compared => "Rare value",
        Change::Common if !compared => "Frequent",
        Change::Surged => "Surged",
        Change::Gone => "Gone",
        Change::Severe => "Severe",
        Change::Value => "New value",
        Change::Number => "Numbers moved",
        Change::Common => "As usual",
    }
}

/// Title and explanation of a summary that is not there.
pub(super) fn no_summary(state: State, collected: bool) -> (&'static str, &'static str) {
    match (state, collected) {
        (State::Looking, false) => {
            ("Looking: evidence is being collected", "The first look above stands meanwhile.")
        }
        (State::Looking, true) => (
            "Looking: the evidence is here, the summary is not yet",
            "The evidence below can be read meanwhile.",
        ),
        (State::Ready, _) => ("The model had nothing to say", "What follows is counted, not judged."),
        (State::NothingVerified, _) => (
            "Nothing could be verified",
            "No sentence of the model is shown as fact; the evidence below stands.",
        ),
        (State::NoModel, _) => (
            "First look only",
            "No model is configured, so nothing here was written by one. What follows is counted, not judged.",
        ),
        (State::OverBudget, _) => {
            ("First look only: the token budget is used up", "What follows is counted, not judged.")
        }
        (State::Failed, _) => {
            ("First look only: no summary could be written", "What follows is counted, not judged.")
        }
    }
}

pub(super) const NO_ANALYSIS: &str = "Not analysed";
pub(super) const WHAT_ANALYSIS_IS: &str =
    "A model can look deeper: it calls tools that only read, and its report is checked as the summary is.";

/// Title and text of an analysis without a report; where there is a reason, that is the text.
pub(super) fn no_analysis(state: Analysis, step: u32, most: u32) -> (&'static str, String) {
    let (title, text) = match state {
        Analysis::Waiting => ("The analysis is about to begin", RELOADS.to_owned()),
        Analysis::Running => {
            ("The analysis is on its way", format!("Step {step} of at most {most}. {RELOADS}"))
        }
        Analysis::Shared => ("One analysis for many", String::new()),
        Analysis::OverBudget => ("Not analysed: the budget is used up", String::new()),
        Analysis::NothingVerified => ("Nothing could be verified", String::new()),
        Analysis::Ready | Analysis::Failed => ("The analysis ended without a report", String::new()),
    };
    (title, text)
}

pub(super) fn asked_title(step: u32, most: u32) -> String {
    format!("What was asked, in {step} of at most {most} steps")
}

pub(super) fn asked_for(by: &str, at: &str) -> String {
    format!("Asked for by {by} at {at}.")
}

pub(super) fn analysed(model: &str, took: &Took<'_>) -> String {
    let cost = took.cost.map(|cost| format!(", {cost}")).unwrap_or_default();
    format!("By {model}: {} tokens in, {} out{cost}, {} s.", took.input, took.output, took.seconds)
}

/// The word of a flag, and its icon.
pub(super) fn flag(flag: &str) -> (String, &'static str) {
    match flag {
        "stale" => ("Stale".to_owned(), "i-q"),
        "flapping" => ("Flapping".to_owned(), "i-up"),
        "storm" => ("Told through a storm".to_owned(), "i-storm"),
        other => (other.to_owned(), "i-info"),
    }
}

/// `slack/0` in people's words: the product, and its place where a receiver has several.
pub(super) fn integration(integration: &str) -> String {
    let (kind, place) = integration.split_once('/').unwrap_or((integration, "0"));
    let name = match kind {
        "pagerduty" => "PagerDuty",
        "slack" => "Slack",
        "webhook" => "webhook",
        other => other,
    };
    match place.parse::<u32>() {
        Ok(n) if n > 0 => format!("{name} {}", n.saturating_add(1)),
        _ => name.to_owned(),
    }
}

/// What was told.
pub(super) fn told(integration: &str, kind: &str) -> String {
    match kind {
        "trigger" if integration.starts_with("pagerduty") => "page",
        "trigger" => "first message",
        "retrigger" => "told again",
        "acknowledge" => "acknowledgement",
        "resolve" => "resolve",
        "level" => "message kept up to date",
        "charts" => "charts in its thread",
        "storm" => "storm message",
        other => other,
    }
    .to_owned()
}

/// The state of a notification: class, icon, words.
pub(super) fn notification(state: &str, attempts: i32) -> (&'static str, &'static str, String) {
    match (state, attempts) {
        ("sent", ..=1) => ("sent", "i-ok", "Sent".to_owned()),
        ("sent", n) => ("sent", "i-ok", format!("Sent, {} try", ordinal(n))),
        ("pending", ..=0) => ("skipped", "i-q", "Waiting".to_owned()),
        ("pending", n) => ("failed", "i-x", format!("Failed {}, still trying", times(n))),
        ("parked", _) => ("failed", "i-x", "Not sent, given up".to_owned()),
        (other, _) => ("skipped", "i-gone", other.to_owned()),
    }
}

fn times(n: i32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

fn ordinal(n: i32) -> String {
    match (n % 100, n % 10) {
        (11..=13, _) => format!("{n}th"),
        (_, 1) => format!("{n}st"),
        (_, 2) => format!("{n}nd"),
        (_, 3) => format!("{n}rd"),
        _ => format!("{n}th"),
    }
}

/// `1 alert`, `3 alerts`.
pub(super) fn many(n: usize, one: &str) -> String {
    format!("{} {one}{}", count(n as u64), if n == 1 { "" } else { "s" })
}

pub(super) fn sentence(n: usize) -> String {
    format!("sentence {n}")
}
pub(super) fn cause(n: usize) -> String {
    format!("cause {n}")
}
pub(super) fn normally(n: Option<&str>) -> String {
    n.map_or_else(|| ", nothing to compare with".to_owned(), |n| format!("{n} normally"))
}
pub(super) fn log_patterns(n: usize) -> String {
    format!("Log patterns ({n})")
}
pub(super) fn sample_lines(n: usize) -> String {
    format!("Sample lines ({n})")
}
pub(super) fn scanned(read: u64) -> String {
    format!("{} of logs were read for this, which is what their queries are paid by.", bytes(read))
}
pub(super) fn gaps_title(n: usize) -> String {
    format!("Could not be had ({n})")
}
pub(super) fn range(from: &str, until: &str) -> String {
    format!("{from} to {until} UTC")
}
pub(super) fn sparkline(id: &str, most: u32) -> String {
    format!("{id} lines over the window, at most {most} in a slice").trim_start().to_owned()
}
pub(super) fn chart(title: &str) -> String {
    format!("{title}: its line over the window")
}
pub(super) fn sure(verified: usize, told: usize, gaps: usize) -> String {
    format!("{verified} of {told} verified, {}", many(gaps, "gap"))
}
pub(super) fn firing(firing: usize, all: usize) -> String {
    format!("{firing} of {} firing", many(all, "alert"))
}
pub(super) fn threshold(value: &str) -> String {
    format!("alarm {value}")
}
pub(super) fn normal(value: &str) -> String {
    format!("normal {value}")
}
pub(super) fn escalates(at: &str) -> String {
    format!("escalates at {at} UTC")
}
pub(super) fn acknowledged(at: &str) -> String {
    format!("acknowledged {at} UTC")
}
pub(super) fn silenced(until: &str) -> String {
    format!("Silenced until {until} UTC")
}
pub(super) fn was(severity: &str) -> String {
    format!("was {severity}")
}
pub(super) fn occurrence(n: i64) -> String {
    match n {
        ..=1 => "This is the first incident of its group.".to_owned(),
        n => format!("{n} incidents of this group so far, this one included."),
    }
}
pub(super) fn alerts_title(n: usize) -> String {
    format!("Alerts ({n})")
}
pub(super) fn not_shown(n: usize, what: &str) -> String {
    format!("{} more not shown here.", many(n, what))
}
pub(super) fn listed(n: usize, more: bool) -> String {
    if more { format!("The newest {} that match", many(n, "incident")) } else { many(n, "incident") }
}
pub(super) fn lasted(span: &str) -> String {
    format!("lasted {span}")
}
pub(super) fn likely_cause(text: &str, confidence: &str) -> String {
    format!("likely cause ({confidence}): {text}")
}
pub(super) fn edited(n: usize) -> String {
    if n == 1 { "edited once".to_owned() } else { format!("edited {n} times") }
}
pub(super) fn phase_waiting(span: &str) -> String {
    format!("nobody on it, {span}")
}
pub(super) fn phase_working(span: &str) -> String {
    format!("acknowledged, {span}")
}
pub(super) fn collected(at: &str) -> String {
    format!("Evidence collected {at} UTC.")
}
pub(super) fn hit_rate(right: u64, all: u64) -> String {
    format!("right {right} of {all} times")
}
pub(super) fn judged(right: bool, actor: &str, at: &str, cause: &str) -> String {
    let verdict = if right { "right" } else { "wrong" };
    let cause = if cause.is_empty() { String::new() } else { format!(" It was: {cause}") };
    format!("{actor} said at {at} UTC that the first cause was {verdict}.{cause}")
}
/// What asking a model took.
pub(super) struct Took<'a> {
    pub input: &'a str,
    pub output: &'a str,
    pub cost: Option<&'a str>,
    pub seconds: &'a str,
}

pub(super) fn written(model: &str, at: &str, items: usize, took: &Took<'_>) -> String {
    let (items, Took { input, output, cost, seconds }) = (many(items, "item"), took);
    let cost = cost.map_or(String::new(), |cost| format!("{cost}, "));
    format!(
        "{model} was asked with {items}, ended {at} UTC: {input} tokens in, {output} out, {cost}{seconds} s."
    )
}
pub(super) fn verdict(status: u16) -> &'static str {
    match status {
        200..=299 => "Accepted",
        400 | 413 => "Not understood",
        401 | 403 => "Refused",
        _ => "Not taken",
    }
}
pub(super) fn ago(span: &str) -> String {
    format!("{span} ago")
}
