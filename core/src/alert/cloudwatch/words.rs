//! What an alarm says, in a sentence that a person understands without CloudWatch's.

use std::sync::LazyLock;

use regex::Regex;

use super::figures::{beside, exact};
use super::{Alarm, State, Trigger};

/// Children named in a sentence.
const MOST_CHILDREN: usize = 5;
const NUMBER: &str = r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)";

/// Of a reason: its newest datapoint, `datapoints [15.0 (05/07/24 15:18:00), …]`, or formerly `datapoint (15.0)`; the newest
/// bounds of a band; the threshold; and over how many periods there was no data.
#[allow(clippy::expect_used, reason = "the patterns are constants, and a test compiles them")]
static FOUND: LazyLock<[Regex; 5]> = LazyLock::new(|| {
    [
        format!(r"(?:\[|datapoint \()\s*{NUMBER}\s*[()\],]"),
        format!(r"lower thresholds? \[\s*{NUMBER}"),
        format!(r"upper thresholds? \[\s*{NUMBER}"),
        format!(r"the threshold \(\s*{NUMBER}\s*\)"),
        r"no datapoints were received for (\d{1,5})".to_owned(),
    ]
    .map(|pattern| Regex::new(&pattern).expect("a constant pattern"))
});

/// The numbers of a reason, in the order of [`FOUND`].
fn numbers(reason: &str) -> [Option<f64>; 5] {
    let number = |pattern: &Regex| pattern.captures(reason)?.get(1)?.as_str().parse().ok();
    FOUND.each_ref().map(number)
}

/// One sentence.
pub fn summary(alarm: &Alarm) -> String {
    let name = &alarm.name;
    let trigger = &alarm.trigger;
    let pairs: Vec<String> = alarm.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let which = if pairs.is_empty() { String::new() } else { format!(" for {}", pairs.join(", ")) };
    let text = match alarm.state {
        State::Ok => format!("{name} is OK again{which}"),
        State::InsufficientData => format!("{name} has too little data to say anything{which}"),
        State::Alarm if !trigger.rule.is_empty() || !trigger.children.is_empty() => composite(name, trigger),
        State::Alarm => match missing(trigger, &which, &alarm.reason)
            .or_else(|| crossed(trigger, &which, &alarm.reason))
        {
            Some(text) => format!("{name}: {text}"),
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

/// What is compared, as people call it: an expression by the label that they gave it.
fn what(trigger: &Trigger) -> String {
    let expression = if trigger.label.is_empty() { &trigger.expression } else { &trigger.label };
    if !trigger.expression.is_empty() {
        return expression.chars().take(120).collect();
    }
    match (trigger.metric.as_str(), trigger.statistic.as_str()) {
        ("", _) => "its metric".to_owned(),
        (metric, "") => metric.to_owned(),
        (metric, "SampleCount") => format!("{metric} (number of samples)"),
        (metric, statistic) => format!("{metric} ({statistic})"),
    }
}

/// That there was nothing to compare.
fn missing(trigger: &Trigger, which: &str, reason: &str) -> Option<String> {
    let [.., periods] = numbers(reason);
    let lasted = periods.and_then(|periods| lasted(trigger, periods as u64)).unwrap_or_default();
    periods.map(|_| format!("no data of {}{which}{lasted}, which counts as breaching", what(trigger)))
}

/// The value against the threshold, and for how long.
fn crossed(trigger: &Trigger, which: &str, reason: &str) -> Option<String> {
    let [value, lower, upper, threshold, _] = numbers(reason);
    // A number of samples has no unit, whatever they are samples of; nor is an expression's that of its metric.
    let bare = trigger.statistic == "SampleCount" || !trigger.expression.is_empty();
    let unit = if bare { "" } else { trigger.unit.as_str() };
    let limits = [trigger.threshold.or(threshold), lower, upper].into_iter().flatten().collect::<Vec<_>>();
    let relation = match relation(trigger, reason)? {
        Relation::Threshold(relation) => match trigger.threshold.or(threshold) {
            Some(threshold) => format!("{relation} {}", exact(threshold, unit)),
            None => return None,
        },
        Relation::Band(side) => band(side, value, lower, upper, unit),
    };
    let value = value.map_or(String::new(), |value| format!("{}, ", beside(value, &limits, unit)));
    let periods = match (trigger.datapoints_to_alarm, trigger.evaluation_periods) {
        (Some(needed), Some(of)) if needed < of => {
            let each = trigger.period.map_or(String::new(), |seconds| format!(" of {}", span(seconds)));
            format!(", in {needed} of {of} periods{each}")
        }
        (_, Some(of)) => lasted(trigger, of).map_or(String::new(), |lasted| format!(",{lasted}")),
        _ => String::new(),
    };
    Some(format!("{}{which} is {value}{relation}{periods}", what(trigger)))
}

/// What is compared with what.
enum Relation {
    Threshold(&'static str),
    Band(Side),
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Either,
    Above,
    Below,
}

/// By the alarm's configuration, else by its reason: events do not have the former.
fn relation(trigger: &Trigger, reason: &str) -> Option<Relation> {
    let said = |words: &str| trigger.comparison.is_empty() && reason.contains(words);
    Some(match trigger.comparison.as_str() {
        "LessThanLowerOrGreaterThanUpperThreshold" => Relation::Band(Side::Either),
        "LessThanLowerThreshold" => Relation::Band(Side::Below),
        "GreaterThanUpperThreshold" => Relation::Band(Side::Above),
        "GreaterThanOrEqualToThreshold" => Relation::Threshold("at or above"),
        "GreaterThanThreshold" => Relation::Threshold("above"),
        "LessThanThreshold" => Relation::Threshold("below"),
        "LessThanOrEqualToThreshold" => Relation::Threshold("at or below"),
        _ if said("lower threshold") && said("upper threshold") => Relation::Band(Side::Either),
        _ if said("less than the lower threshold") => Relation::Band(Side::Below),
        _ if said("greater than the upper threshold") => Relation::Band(Side::Above),
        _ if said("greater than or equal to the threshold") => Relation::Threshold("at or above"),
        _ if said("greater than the threshold") => Relation::Threshold("above"),
        _ if said("less than or equal to the threshold") => Relation::Threshold("at or below"),
        _ if said("less than the threshold") => Relation::Threshold("below"),
        _ => return None,
    })
}

/// On which side of what was expected, as far as the reason says what that was.
fn band(side: Side, value: Option<f64>, lower: Option<f64>, upper: Option<f64>, unit: &str) -> String {
    let side = match (side, value) {
        (Side::Either, Some(value)) if upper.is_some_and(|upper| value > upper) => Side::Above,
        (Side::Either, Some(value)) if lower.is_some_and(|lower| value < lower) => Side::Below,
        _ => side,
    };
    let relation = match side {
        Side::Either => "outside of",
        Side::Above => "above",
        Side::Below => "below",
    };
    let exact = |bound| exact(bound, unit);
    match (side, lower, upper) {
        (_, Some(lower), Some(upper)) => {
            format!("{relation} the expected {} to {}", exact(lower), exact(upper))
        }
        (Side::Above, _, Some(bound)) | (Side::Below, Some(bound), _) => {
            format!("{relation} the expected {}", exact(bound))
        }
        _ => format!("{relation} the band that is expected"),
    }
}

/// ` for 5 min`: so many periods in a row.
fn lasted(trigger: &Trigger, periods: u64) -> Option<String> {
    let seconds = trigger.period.filter(|seconds| *seconds > 0)?.checked_mul(periods.max(1))?;
    Some(format!(" for {}", span(seconds)))
}

fn span(seconds: u64) -> String {
    match seconds {
        s if s > 0 && s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s > 0 && s % 3600 == 0 => format!("{} h", s / 3600),
        s if s > 0 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}
