//! Intervals as they are written in JSON: names of intervals, and spans with the keys that the configuration has.
//!
//! Knows the keys. Each fault names the one that it is about. Calendars are files, so only a named interval can have one.

use serde_json::{Map, Value};

use super::{Interval, Range, Span, days_of_month, months, times, weekdays, years, zone};
use crate::route::Intervals;

/// The most names and spans of one interval, and values of one key.
const MOST: usize = 32;

/// Reads a list of names and spans: it holds while one of them does.
///
/// # Errors
/// With the key at fault, and what to write.
pub fn read(written: &Value, named: &Intervals) -> Result<Interval, String> {
    let list = written.as_array().map(Vec::as_slice).filter(|list| (1..=MOST).contains(&list.len()));
    let list = list.ok_or_else(|| {
        format!("is a list of 1 to {MOST} names of `time_intervals`, or spans such as {{\"weekdays\": [\"saturday:sunday\"]}}")
    })?;
    let mut spans = Vec::new();
    for one in list {
        match one {
            Value::String(name) => spans.extend(known(name, named)?.spans.iter().cloned()),
            Value::Object(keys) => spans.push(span(keys)?),
            _ => return Err("holds something that is neither a name nor a span".to_owned()),
        }
    }
    Ok(Interval { spans })
}

fn known<'a>(name: &str, named: &'a Intervals) -> Result<&'a Interval, String> {
    let there = || named.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    named.get(name).ok_or_else(|| match named.is_empty() {
        true => format!("{name:?} is none of `time_intervals`: there are none"),
        false => format!("{name:?} is none of `time_intervals`: there are {}", there()),
    })
}

fn span(keys: &Map<String, Value>) -> Result<Span, String> {
    let mut span = Span::default();
    for (key, value) in keys {
        match key.as_str() {
            "times" => span.times = each(key, value, day)?,
            "weekdays" => span.weekdays = each(key, value, |one| weekdays(text(one)?))?,
            "days_of_month" => span.days_of_month = each(key, value, |one| days_of_month(text(one)?))?,
            "months" => span.months = each(key, value, |one| months(text(one)?))?,
            "years" => span.years = each(key, value, |one| years(text(one)?))?,
            "location" => {
                span.zone = text(value).and_then(zone).map_err(|what| format!("`location`: {what}"))?;
            }
            other => {
                return Err(format!(
                    "{other:?} is none of: times, weekdays, days_of_month, months, years, location"
                ));
            }
        }
    }
    Ok(span)
}

fn each(
    key: &str,
    value: &Value,
    read: impl Fn(&Value) -> Result<Range, String>,
) -> Result<Vec<Range>, String> {
    let list = value.as_array().filter(|list| (1..=MOST).contains(&list.len()));
    let list = list.ok_or_else(|| format!("`{key}` is a list of 1 to {MOST} values"))?;
    list.iter().map(|one| read(one).map_err(|what| format!("`{key}`: {what}"))).collect()
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "is no text".to_owned())
}

fn day(value: &Value) -> Result<Range, String> {
    let of = |key: &str| value.get(key).and_then(Value::as_str);
    match (of("start_time"), of("end_time"), value.as_object().map(Map::len)) {
        (Some(start), Some(end), Some(2)) => times(start, end),
        _ => {
            Err("a span of the day has a start_time and an end_time, such as \"09:00\" and \"18:00\""
                .to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_spans_are_read_and_faults_name_their_key() {
        let nights =
            json!([{"times": [{"start_time": "00:00", "end_time": "06:00"}], "location": "Asia/Tokyo"}]);
        let interval = read(&nights, &Intervals::new()).unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert!(
            interval.contains(at("2026-11-26T20:59:00Z")) && !interval.contains(at("2026-11-26T21:00:00Z"))
        );
        let named = Intervals::from([("nights".to_owned(), interval.clone())]);
        assert_eq!(read(&json!(["nights"]), &named).unwrap(), interval);
        assert_eq!(
            read(&json!(["nights", {"weekdays": ["saturday", "sunday"]}]), &named).unwrap().spans.len(),
            2
        );
        for (written, words) in [
            (json!("nights"), "is a list of 1 to 32"),
            (json!([]), "is a list of 1 to 32"),
            (json!([7]), "neither a name nor a span"),
            (json!(["days"]), "\"days\" is none of `time_intervals`: there are nights"),
            (json!([{"weekday": ["monday"]}]), "\"weekday\" is none of"),
            (json!([{"weekdays": "monday"}]), "`weekdays` is a list"),
            (json!([{"weekdays": ["mon"]}]), "`weekdays`: "),
            (json!([{"years": [2026]}]), "`years`: is no text"),
            (json!([{"times": [{"start_time": "22:00", "end_time": "06:00"}]}]), "crosses midnight"),
            (json!([{"times": [{"start_time": "22:00"}]}]), "`times`: a span of the day"),
            (json!([{"location": "Tokyo"}]), "`location`: "),
        ] {
            let fault = read(&written, &named).unwrap_err();
            assert!(fault.contains(words), "{written}: {fault}");
        }
        assert!(read(&json!(["nights"]), &Intervals::new()).unwrap_err().contains("there are none"));
    }
}
