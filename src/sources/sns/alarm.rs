//! CloudWatch's own notification of an alarm (FACTS B6), of any age: what is missing is missing.

use chrono::{DateTime, SubsecRound, Utc};
use firstlook_core::alert::cloudwatch::{Alarm, State, Trigger};
use serde_json::Value;

use super::said::Said;

/// Dimensions, children and metrics that are read.
const MOST: usize = 64;

/// The alarm that a message tells of, if it tells of one.
pub fn read(message: &Value, said: &Said) -> Option<Alarm> {
    let name = word(message, "AlarmName");
    let state = State::parse(&word(message, "NewStateValue"))?;
    if name.is_empty() {
        return None;
    }
    let trigger = message.get("Trigger").map(trigger).unwrap_or_default();
    let contributor = word(message, "AlarmContributorId");
    Some(Alarm {
        arn: arn(message, &name, said),
        contributor: (!contributor.is_empty()).then_some(contributor),
        attributes: pairs(message.get("AlarmContributorAttributes")),
        state,
        changed_at: time(&word(message, "StateChangeTime")).unwrap_or(said.sent_at),
        reason: word(message, "NewStateReason"),
        description: word(message, "AlarmDescription"),
        tags: tags(message.get("AlarmTags"), &word(message, "AlarmTagsStatus")),
        endless: false,
        trigger: Trigger {
            rule: word(message, "AlarmRule"),
            children: list(message.get("TriggeringChildren"))
                .map(|one| alarm_name(&word(one, "Arn")))
                .collect(),
            data_from: list(message.get("TriggeringChildren"))
                .filter_map(|one| time(&word(one.get("State")?, "Timestamp")))
                .min(),
            ..trigger
        },
        name,
    })
}

/// The alarm's ARN; for messages from before there was one, it is made as CloudWatch makes it. The message's `Region` is
/// a name for people; an alarm tells topics of its own region.
fn arn(message: &Value, name: &str, said: &Said) -> String {
    let given = word(message, "AlarmArn");
    if !given.is_empty() {
        return given;
    }
    let topic = said.topic.as_ref().map_or("arn:aws:sns::", |topic| topic.as_str());
    let mut parts = topic.split(':').skip(1);
    let partition = parts.next().unwrap_or("aws");
    let region = parts.nth(1).unwrap_or_default();
    format!("arn:{partition}:cloudwatch:{region}:{}:alarm:{name}", word(message, "AWSAccountId"))
}

fn trigger(raw: &Value) -> Trigger {
    let metrics: Vec<&Value> = list(raw.get("Metrics")).collect();
    let stats: Vec<&Value> = metrics.iter().filter_map(|one| one.get("MetricStat")).collect();
    let first = stats.first().copied();
    let single = word(raw, "MetricName");
    let of_stat = |key: &str| {
        first.and_then(|stat| stat.get("Metric")).map(|metric| word(metric, key)).unwrap_or_default()
    };
    // Of an expression over several metrics, none is what the alarm is about.
    let only = |text: String| if stats.len() == 1 { text } else { String::new() };
    let statistic = [
        word(raw, "Statistic"),
        word(raw, "ExtendedStatistic"),
        only(first.map(|stat| word(stat, "Stat")).unwrap_or_default()),
    ];
    let dimensions = match stats.is_empty() {
        true => pairs(raw.get("Dimensions")),
        false => stats
            .iter()
            .flat_map(|stat| pairs(stat.get("Metric").and_then(|m| m.get("Dimensions"))))
            .take(MOST)
            .collect(),
    };
    let (expression, label) = expression(&metrics, &word(raw, "ThresholdMetricId"));
    Trigger {
        metric: if single.is_empty() { only(of_stat("MetricName")) } else { single },
        namespace: match word(raw, "Namespace") {
            text if text.is_empty() => of_stat("Namespace"),
            text => text,
        },
        statistic: statistic
            .into_iter()
            .find(|text| !text.is_empty())
            .map(|text| plain(&text))
            .unwrap_or_default(),
        unit: match word(raw, "Unit") {
            text if text.is_empty() => only(first.map(|stat| word(stat, "Unit")).unwrap_or_default()),
            text => text,
        },
        dimensions,
        period: whole(raw.get("Period")).or_else(|| longest(raw.get("Metrics")?.as_array()?)),
        evaluation_periods: whole(raw.get("EvaluationPeriods")),
        datapoints_to_alarm: whole(raw.get("DatapointsToAlarm")),
        comparison: word(raw, "ComparisonOperator"),
        threshold: raw.get("Threshold").and_then(Value::as_f64),
        expression,
        label,
        ..Trigger::default()
    }
}

/// The longest period of metrics and expressions, in either spelling: one datapoint of their result needs so much of each.
pub(super) fn longest(metrics: &[Value]) -> Option<u64> {
    let either = |one: &Value, upper: &str, lower: &str| one.get(upper).or_else(|| one.get(lower)).cloned();
    let period = |one: &Value| whole(either(one, "Period", "period").as_ref());
    let stat = |one: &Value| either(one, "MetricStat", "metricStat").as_ref().and_then(period);
    metrics.iter().take(MOST).filter_map(|one| period(one).max(stat(one))).max()
}

/// The expression that is compared, not the band that it is compared with, and its label where that says more.
fn expression(metrics: &[&Value], band: &str) -> (String, String) {
    let returned = |one: &&&Value| one.get("ReturnData").and_then(Value::as_bool).unwrap_or(true);
    let compared = |one: &&&Value| returned(one) && (band.is_empty() || word(one, "Id") != band);
    let found = metrics.iter().find(compared).map(|one| (word(one, "Expression"), word(one, "Label")));
    found.filter(|(text, _)| !text.is_empty()).unwrap_or_default()
}

/// `AVERAGE` as people write it; `p99` stays.
fn plain(statistic: &str) -> String {
    match statistic {
        "AVERAGE" => "Average".to_owned(),
        "SUM" => "Sum".to_owned(),
        "MINIMUM" => "Minimum".to_owned(),
        "MAXIMUM" => "Maximum".to_owned(),
        "SAMPLE_COUNT" | "SAMPLECOUNT" => "SampleCount".to_owned(),
        other => other.to_owned(),
    }
}

/// The name at the end of an alarm's ARN.
pub(super) fn alarm_name(arn: &str) -> String {
    arn.splitn(7, ':').nth(6).unwrap_or(arn).to_owned()
}

/// A member as text; absent, null and what is no text are empty.
pub(super) fn word(object: &Value, key: &str) -> String {
    object.get(key).and_then(Value::as_str).unwrap_or_default().replace('\0', "\u{fffd}")
}

pub(super) fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten().take(MOST)
}

fn whole(value: Option<&Value>) -> Option<u64> {
    value.and_then(|value| value.as_u64().or_else(|| value.as_f64().map(|number| number as u64)))
}

/// Names and values: a list of `{name, value}` or `{key, value}` in either case, or a map.
pub(super) fn pairs(value: Option<&Value>) -> Vec<(String, String)> {
    if let Some(Value::Object(map)) = value {
        let pair = |(name, value): (&String, &Value)| {
            Some((name.clone(), value.as_str()?.replace('\0', "\u{fffd}")))
        };
        return map.iter().filter_map(pair).take(MOST).collect();
    }
    let either = |one: &Value, lower: &str, upper: &str| match word(one, lower) {
        text if text.is_empty() => word(one, upper),
        text => text,
    };
    let name = |one: &Value| match either(one, "name", "Name") {
        name if name.is_empty() => either(one, "key", "Key"),
        name => name,
    };
    let pair = |one: &Value| (name(one), either(one, "value", "Value"));
    list(value).map(pair).filter(|(name, _)| !name.is_empty()).collect()
}

/// An alarm's tags, where it says them. It may say that it sends none, by the status that stands beside them; another
/// status means that CloudWatch could not read them itself.
pub(super) fn tags(value: Option<&Value>, status: &str) -> Option<Vec<(String, String)>> {
    let tags = pairs(value);
    (!tags.is_empty() || status == "SUCCESS").then_some(tags)
}

/// RFC 3339, and CloudWatch's form without a colon in the offset.
pub(super) fn time(text: &str) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    parsed.ok().map(|time| time.with_timezone(&Utc).trunc_subsecs(6))
}
