//! EventBridge's events about CloudWatch alarms (FACTS B7), as a rule sends them to a topic.

use chrono::{DateTime, Utc};
use firstlook_core::alert::cloudwatch::{Alarm, State, Trigger};
use serde_json::Value;

use super::alarm::{alarm_name, list, longest, pairs, tags, time, word};
use super::said::Said;

/// An alarm's change, and why CloudWatch would not have told anybody of it.
pub struct Event {
    /// The change.
    pub alarm: Alarm,
    /// The alarm is muted, or suppressed by another.
    pub muted: Option<String>,
}

/// The change of an alarm or of a contributor that an event tells of, if it does.
pub fn read(message: &Value, said: &Said) -> Option<Event> {
    let kind = word(message, "detail-type");
    let of_contributor = kind == "CloudWatch Alarm Contributor State Change";
    if kind != "CloudWatch Alarm State Change" && !of_contributor {
        return None;
    }
    let detail = message.get("detail")?;
    let (state, name) = (detail.get("state")?, word(detail, "alarmName"));
    let arn = message.get("resources")?.as_array()?.first()?.as_str()?.replace('\0', "\u{fffd}");
    let contributor = detail.get("alarmContributor");
    if of_contributor && contributor.is_none() {
        return None;
    }
    let configuration = detail.get("configuration").unwrap_or(&Value::Null);
    let data: Value = serde_json::from_str(&word(state, "reasonData")).unwrap_or_default();
    let alarm = Alarm {
        name: if name.is_empty() { alarm_name(&arn) } else { name },
        arn,
        contributor: contributor.map(|one| word(one, "id")),
        attributes: contributor.map(|one| pairs(one.get("attributes"))).unwrap_or_default(),
        state: State::parse(&word(state, "value"))?,
        changed_at: time(&word(state, "timestamp"))
            .or_else(|| time(&word(message, "time")))
            .unwrap_or(said.sent_at),
        reason: word(state, "reason"),
        description: word(configuration, "description"),
        tags: tags(detail.get("alarmTags"), &word(detail, "alarmTagsStatus")),
        // Events come whatever actions the alarm has.
        endless: false,
        trigger: trigger(configuration, &data),
    };
    Some(Event { alarm, muted: muted(detail, state) })
}

/// The configuration in the event, and the threshold of the reason's data: the event has no other.
fn trigger(configuration: &Value, data: &Value) -> Trigger {
    let metrics =
        configuration.get("metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let stats: Vec<&Value> = metrics.iter().filter_map(|one| one.get("metricStat")).take(64).collect();
    let metric =
        |stat: &Value, key: &str| stat.get("metric").map(|metric| word(metric, key)).unwrap_or_default();
    let only = |key: &str| match stats.as_slice() {
        [one] => metric(one, key),
        _ => String::new(),
    };
    let dimensions =
        stats.iter().flat_map(|stat| pairs(stat.get("metric").and_then(|one| one.get("dimensions"))));
    Trigger {
        metric: only("name"),
        namespace: stats.first().map(|stat| metric(stat, "namespace")).unwrap_or_default(),
        statistic: match stats.as_slice() {
            [one] => word(one, "stat"),
            _ => String::new(),
        },
        unit: match stats.as_slice() {
            [one] => word(one, "unit"),
            _ => String::new(),
        },
        dimensions: dimensions.collect(),
        period: data.get("period").and_then(Value::as_u64).or_else(|| longest(metrics)),
        threshold: data.get("threshold").and_then(Value::as_f64),
        expression: metrics
            .iter()
            .map(|one| word(one, "expression"))
            .find(|text| !text.is_empty() && !text.starts_with("ANOMALY_DETECTION_BAND"))
            .unwrap_or_default(),
        rule: word(configuration, "alarmRule"),
        children: list(data.get("triggeringAlarms")).map(|one| alarm_name(&word(one, "arn"))).collect(),
        data_from: data_from(data),
        ..Trigger::default()
    }
}

/// Where the data of the reason begins; of a composite alarm, when its children changed.
fn data_from(data: &Value) -> Option<DateTime<Utc>> {
    let times = |key: &str| list(data.get(key)).filter_map(|one| time(&word(one, "timestamp"))).min();
    let children = || {
        list(data.get("triggeringAlarms")).filter_map(|one| time(&word(one.get("state")?, "timestamp"))).min()
    };
    time(&word(data, "startDate")).or_else(|| times("evaluatedDatapoints")).or_else(children)
}

fn muted(detail: &Value, state: &Value) -> Option<String> {
    if let Some(mute) = detail.get("muteDetail") {
        let by = alarm_name(&word(mute, "mutedByArn"));
        return Some(format!("its actions are muted by {by} until {}", word(mute, "muteWindowEnd")));
    }
    let by = [state, detail]
        .into_iter()
        .map(|one| word(one, "actionsSuppressedBy"))
        .find(|text| !text.is_empty())?;
    Some(format!("its actions are suppressed by {by}"))
}
