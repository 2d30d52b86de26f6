//! What an alarm says, in a sentence that a person understands without CloudWatch's.

use std::sync::LazyLock;

use regex::Regex;

use super::{Alarm, State, Trigger};

/// Children named in a sentence.
const MOST_CHILDREN: usize = 5;

/// The newest datapoint of a reason: `datapoints [15.0 (05/07/24 15:18:00), …]`, or formerly `datapoint (15.0)`.
#[allow(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
static NEWEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\[|datapoint \()\s*(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*[()\],]")
        .expect("a constant pattern")
});

/// One sentence.
pub fn summary(alarm: &Alarm) -> String {
    let name = &alarm.name;
    let trigger = &alarm.trigger;
    let which = match alarm.attributes.is_empty() {
        true => String::new(),
        false => {
            let pairs: Vec<String> =
                alarm.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!(" for {}", pairs.join(", "))
        }
    };
    let text = match alarm.state {
        State::Ok => format!("{name} is OK again{which}"),
        State::InsufficientData => format!("{name} has too little data to say anything{which}"),
        State::Alarm if !trigger.rule.is_empty() || !trigger.children.is_empty() => composite(name, trigger),
        State::Alarm if alarm.reason.contains("no datapoints were received") => {
            format!("{name}: no data of {}, which counts as breaching{which}", what(trigger))
        }
        State::Alarm => match crossed(trigger, &alarm.reason) {
            Some(crossed) => format!("{name}: {crossed}{which}"),
            None if alarm.reason.is_empty() => format!("{name} is in alarm{which}"),
            None => format!("{name} is in alarm{which}: {}", alarm.reason),
        },
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn composite(name: &str, trigger: &Trigger) -> String {
    let more = trigger.children.len().saturating_sub(MOST_CHILDREN);
    let named: Vec<&str> = trigger.children.iter().take(MOST_CHILDREN).map(String::as_str).collect();
    match (named.as_slice(), more) {
        ([], _) => format!("{name}: its rule over other alarms holds"),
        (_, 0) => format!("{name}: its rule holds, because of {}", named.join(", ")),
        (_, more) => format!("{name}: its rule holds, because of {} and {more} more", named.join(", ")),
    }
}

/// The metric as people call it.
fn what(trigger: &Trigger) -> String {
    match (trigger.metric.as_str(), trigger.expression.as_str()) {
        ("", "") => "its metric".to_owned(),
        ("", expression) => expression.chars().take(120).collect(),
        (metric, _) if trigger.statistic.is_empty() => metric.to_owned(),
        (metric, _) => format!("{metric} ({})", trigger.statistic),
    }
}

/// The value against the threshold, and for how long.
fn crossed(trigger: &Trigger, reason: &str) -> Option<String> {
    let relation = match trigger.comparison.as_str() {
        "GreaterThanOrEqualToThreshold" => "at or above",
        "GreaterThanThreshold" => "above",
        "LessThanThreshold" => "below",
        "LessThanOrEqualToThreshold" => "at or below",
        "LessThanLowerOrGreaterThanUpperThreshold" => "outside of",
        "LessThanLowerThreshold" => "below",
        "GreaterThanUpperThreshold" => "above",
        _ => return None,
    };
    let limit = match trigger.threshold {
        Some(threshold) => number(threshold),
        None => "the band that is expected".to_owned(),
    };
    let value = NEWEST.captures(reason).and_then(|found| found.get(1)?.as_str().parse::<f64>().ok());
    let value = value.map_or(String::new(), |value| format!("{}, ", number(value)));
    let periods =
        match (trigger.datapoints_to_alarm.or(trigger.evaluation_periods), trigger.evaluation_periods) {
            (Some(needed), Some(of)) => {
                let each = trigger.period.map_or(String::new(), |seconds| format!(" of {}", span(seconds)));
                let plural = if of == 1 { "period" } else { "periods" };
                format!(", {needed} of {of} {plural}{each}")
            }
            _ => String::new(),
        };
    Some(format!("{} is {value}{relation} {limit}{periods}", what(trigger)))
}

/// At most six digits after the point, and no more than it needs.
fn number(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s % 3600 == 0 => format!("{} h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
