//! All words of the pages, in English. Templates ask by key, code by constant or function.
//!
//! Knows the words of the design (High, Medium, Low; Not verified; Why was I paged?). Must not know HTML.

use firstlook_core::alert::Severity;
use firstlook_core::evidence::{Change, Kind};
use firstlook_core::incident::Status;
use firstlook_core::summary::{Confidence, State};

use super::text::count;

pub(super) const FIRST_SEEN: &str = "first seen";
pub(super) const LAST_SEEN: &str = "last seen";
pub(super) const NOBODY: &str = "Nobody yet";
pub(super) const NOBODY_TOOK_IT: &str = "Nobody took it";
pub(super) const NO_NUMBER: &str = "the alarm gives no number";
pub(super) const IN_PROGRESS: &str = "summary in progress";
pub(super) const NO_RUNBOOK: &str = "no runbook";
pub(super) const INCIDENTS: &str = "Incidents";
pub(super) const DELIVERIES: &str = "Deliveries";
pub(super) const RUNBOOKS: &str = "Runbooks";
pub(super) const INBOX: &str = "Trial inbox";
pub(super) const FIRST_LOOK: &str = "First look only";
pub(super) const LOOKING: &str = "Looking";
pub(super) const NOTHING: &str = "Nothing verified";

/// The kinds of evidence that have a list of their own: anchor and title. Logs stand before, the rest elsewhere.
pub(super) const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Alarm, "h-alm", "The alarm"),
    (Kind::Change, "h-chg", "Changes"),
    (Kind::Metric, "h-met", "Metrics"),
    (Kind::Trace, "h-tr", "Traces"),
    (Kind::Runbook, "h-rb", "From the runbook"),
];

/// The words that stand in templates.
const TABLE: &[(&str, &str)] = &[
    ("skip", "Skip to content"),
    ("menu", "Menu"),
    ("incidents", INCIDENTS),
    ("runbooks", RUNBOOKS),
    ("deliveries", DELIVERIES),
    ("times_utc", "Times are UTC."),
    ("evidence_id", "evidence "),
    ("since", "Since"),
    ("how_bad", "How bad"),
    ("do_first", "Do this first"),
    ("how_sure", "How sure"),
    ("who", "Who"),
    ("when", "When"),
    ("lasted", "Lasted"),
    ("to_acknowledge", "To acknowledge"),
    ("to", "to"),
    ("how_it_ended", "How it ended"),
    ("acknowledge", "Acknowledge"),
    ("resolve", "Resolve"),
    ("on_this_page", "On this page"),
    ("summary", "Summary"),
    ("evidence", "Evidence"),
    ("runbook", "Runbook"),
    ("why_paged", "Why was I paged?"),
    ("alerts", "Alerts"),
    ("timeline", "Timeline"),
    ("earlier", "Earlier"),
    ("checked", "Each sentence was checked against the evidence it cites"),
    ("verified", "Verified: "),
    ("not_verified", "Not verified"),
    ("likely_causes", "Likely causes"),
    ("against", "Against it:"),
    ("ruled_out", "Ruled out"),
    ("nobody_took_it", NOBODY_TOOK_IT),
    ("no_first", "No first step is known"),
    ("no_first_text", "No runbook matched. The evidence below is where to begin."),
    ("fault", "Fault"),
    ("next_steps", "Next steps"),
    ("side", "Runbook and earlier occurrences"),
    ("no_runbook_title", "No runbook matched"),
    ("no_runbook_text", "Write one in the runbooks’ folder; its front matter says for which alerts it is:"),
    ("earlier_title", "Earlier, and how each ended"),
    ("what_changed", "Log patterns, on one time axis"),
    ("alarm", "alarm"),
    ("alarm_row", "Alarm"),
    ("alarm_at", "The alarm"),
    ("lines_per_slice", "lines in each slice of the window"),
    ("as_table", "The same as a table"),
    ("chart_numbers", "The chart’s numbers"),
    ("time", "Time"),
    ("no_patterns", "No log pattern was found in the window."),
    ("now", "now,"),
    ("query", "Query"),
    ("open_source", "open at its source"),
    ("cited_by", "Cited by"),
    ("told_none", "Nothing has been told to anybody about this incident yet."),
    ("notifications", "Notifications"),
    ("receiver", "Receiver"),
    ("what", "What"),
    ("state", "State"),
    ("reason", "Reason"),
    ("alert", "Alert"),
    ("source", "Source"),
    ("received", "Received"),
    ("grouped_by", "Grouped by"),
    ("in_the_api", "All of them are in the API."),
    ("how_it_went", "How it went"),
    ("phases", "Phases"),
    ("search", "Search"),
    ("search_label", "Search incidents"),
    ("filters", "Filters"),
    ("filtered_by", "Filtered by"),
    ("remove", "remove"),
    ("severity", "Severity"),
    ("apply", "Apply"),
    ("older", "Older"),
    ("pages", "Pages"),
    ("updated", "Updated"),
    ("nothing_open", "Nothing is open"),
    ("nothing_open_text", "No incident is open or acknowledged."),
    ("show_resolved", "Show resolved"),
    ("nothing_matches", "Nothing matches this filter"),
    ("remove_filter", "Remove the filter"),
    ("never", "No alarm has ever arrived"),
    ("never_text", "Point Alertmanager here. The first alarm shows on this page within a second."),
    ("all_filters", "All filters"),
    ("verdict", "Verdict"),
    ("why", "Why"),
    ("incident", "Incident"),
    ("size", "Size"),
    ("deliveries_caption", "Deliveries, newest first"),
    ("no_deliveries", "Nothing has been delivered"),
    ("no_deliveries_text", "Every request body that a sender delivers is kept and shown here."),
    ("trace", "What was decided"),
    ("no_trace", "Nothing was decided: no alert in it was usable."),
    ("raw_body", "Body, redacted"),
    ("runbooks_caption", "Runbooks"),
    ("title", "Title"),
    ("file", "File"),
    ("matches", "Matches"),
    ("owner", "Owner"),
    ("steps", "Steps"),
    ("faults", "Faults"),
    ("no_runbooks", "No runbook is loaded"),
    ("no_runbooks_text", "Put Markdown files into this folder; the first line of each step says what to do."),
    ("what_to_do", "What to do"),
    ("inbox_note", "This page stands in for Slack and PagerDuty."),
    ("inbox_text", "It shows what firstlook sent to them in this trial. Nothing left this machine."),
    ("inbox_title", "Trial inbox: what Slack and PagerDuty would show"),
    ("inbox_slack", "Slack (stand-in)"),
    ("inbox_pagerduty", "PagerDuty (stand-in)"),
    ("inbox_empty", "Nothing has been sent yet."),
    ("app", "APP"),
    ("image", "Image"),
    ("replies", "In the thread"),
    ("also_channel", "also sent to the channel"),
    ("key", "Key"),
];

/// The word that templates call `key`.
pub(super) fn text(key: &str) -> Option<&'static str> {
    TABLE.iter().find(|(k, _)| *k == key).map(|(_, word)| *word)
}

/// The keys, for the test that each is used.
#[cfg(test)]
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(key, _)| *key)
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

pub(super) fn change(change: Change) -> &'static str {
    match change {
        Change::New => "New",
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
        (State::Looking, false) => (
            "Looking: evidence is being collected",
            "The first look above stands meanwhile. This page reloads itself.",
        ),
        (State::Looking, true) => (
            "Looking: the evidence is here, the model is reading it",
            "The evidence below can be read meanwhile. This page reloads itself.",
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
            ("First look only: the model did not answer usefully", "What follows is counted, not judged.")
        }
    }
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
pub(super) fn normally(n: &str) -> String {
    format!("{n} normally")
}
pub(super) fn log_patterns(n: usize) -> String {
    format!("Log patterns ({n})")
}
pub(super) fn sample_lines(n: usize) -> String {
    format!("Sample lines ({n})")
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
    if more { format!("The newest {} that match.", many(n, "incident")) } else { many(n, "incident") }
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
pub(super) fn written(
    model: &str,
    at: &str,
    items: usize,
    input: &str,
    output: &str,
    seconds: &str,
) -> String {
    let items = many(items, "item");
    format!("{model} was asked with {items}, ended {at} UTC: {input} tokens in, {output} out, {seconds} s.")
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
