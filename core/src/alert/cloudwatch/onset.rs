//! Since when the data breached by which CloudWatch judged: an alarm fires one to many periods after its trouble began.
//!
//! Knows what CloudWatch's reasons look like (FACTS B6). Must not know how far back anybody looks.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use regex::Regex;

use super::{Alarm, State};

/// Longer than the seven days over which CloudWatch evaluates at most, with the delay of its data.
const MOST: TimeDelta = TimeDelta::days(8);

/// A datapoint's time, in UTC: `(05/07/24 15:18:00)`.
#[allow(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
static TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\((\d{2}/\d{2}/\d{2} \d{2}:\d{2}:\d{2})\)").expect("a constant pattern"));

/// How many datapoints breached, and of how many: `3 out of the last 5 datapoints`, or formerly `3 datapoints`.
#[allow(clippy::expect_used, reason = "the pattern is a constant, and a test compiles it")]
static COUNT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"Crossed: (?:no|(\d{1,5})(?: out of the last (\d{1,5}))?) datapoints?\b(?: were received for (\d{1,5}))?")
        .expect("a constant pattern")
});

/// How long before its change of state the breaching data began; zero where nothing says so, or nothing breaches.
pub(super) fn lead(alarm: &Alarm) -> TimeDelta {
    let began = match alarm.state {
        State::Ok => None,
        State::Alarm | State::InsufficientData => began(alarm),
    };
    let lead = began.map_or(TimeDelta::zero(), |began| alarm.changed_at - began);
    lead.clamp(TimeDelta::zero(), MOST)
}

fn began(alarm: &Alarm) -> Option<DateTime<Utc>> {
    let listed = listed(alarm);
    let first = listed.iter().min().copied();
    let counts = COUNT.captures(&alarm.reason);
    let count = |group: usize| counts.as_ref()?.get(group)?.as_str().parse::<usize>().ok();
    let missing = alarm.reason.contains("missing datapoint");
    if !missing && count(1).is_some_and(|breached| breached > 0 && listed.len() >= breached) {
        return first;
    }
    // Not all of them are listed: then as far back as was looked, from the end of the newest.
    let periods = alarm.trigger.evaluation_periods.or(count(2).or(count(3)).map(|count| count as u64));
    let period = alarm.trigger.period.and_then(span);
    let range = period.zip(periods).and_then(|(period, periods)| {
        let newest = listed.iter().max().map_or(alarm.changed_at, |newest| *newest + period);
        let range = period.checked_mul(i32::try_from(periods).unwrap_or(i32::MAX)).unwrap_or(MOST);
        newest.checked_sub_signed(range.min(MOST))
    });
    [first, alarm.trigger.data_from, range].into_iter().flatten().min()
}

/// The times of the datapoints that the reason lists, where they can be its own.
fn listed(alarm: &Alarm) -> Vec<DateTime<Utc>> {
    let time = |text: &str| Some(NaiveDateTime::parse_from_str(text, "%d/%m/%y %H:%M:%S").ok()?.and_utc());
    let own = |at: &DateTime<Utc>| *at <= alarm.changed_at && alarm.changed_at - *at <= MOST;
    let found = TIME.captures_iter(&alarm.reason).filter_map(|found| time(found.get(1)?.as_str()));
    found.filter(own).collect()
}

/// A period of at most [`MOST`].
fn span(seconds: u64) -> Option<TimeDelta> {
    let span = TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?;
    Some(span.min(MOST)).filter(|span| *span > TimeDelta::zero())
}

#[cfg(test)]
mod tests {
    use super::super::tests::alarm;
    use super::*;

    fn of(reason: &str, change: impl FnOnce(&mut Alarm)) -> i64 {
        let mut alarm = alarm();
        alarm.changed_at = "2024-07-05T15:20:44Z".parse().unwrap();
        alarm.reason = reason.into();
        change(&mut alarm);
        lead(&alarm).num_seconds()
    }

    fn at(time: &str) -> DateTime<Utc> {
        format!("2024-07-05T{time}Z").parse().unwrap()
    }

    /// The alarm of the tests: 3 of 5 periods of a minute.
    #[test]
    fn the_trouble_began_with_the_first_datapoint_that_breached_or_as_far_back_as_was_looked() {
        let crossed = |text: &str| format!("Threshold Crossed: {text} the threshold (10.0).");
        let three = "[17.5 (05/07/24 15:18:00), 12.0 (05/07/24 15:17:00), 11.0 (05/07/24 15:15:00)] were greater than";
        let long = "[17.5 (05/07/24 15:18:00), 12.0 (05/07/24 15:17:00)] were greater than";
        for (reason, lead) in [
            // All are listed, however far apart, and in whatever order.
            (crossed(&format!("3 out of the last 5 datapoints {three}")), 344),
            (crossed("1 out of the last 1 datapoints [17.5 (05/07/24 15:18:00)] was greater than"), 164),
            (crossed("1 datapoint [17.5 (05/07/24 15:18:00)] was greater than"), 164),
            // Of more, the newest alone: five minutes until the end of the newest.
            (crossed(&format!("5 datapoints {long}")), 404),
            (crossed(&format!("5 out of the last 5 datapoints {long}")), 404),
            (
                crossed(
                    "1 out of the last 5 datapoints [17.5 (05/07/24 15:18:00)] and 2 missing datapoints were treated as",
                ),
                404,
            ),
            // No times at all, or none that can be true.
            (crossed("3 datapoints ([17.5, 12.0, 11.0]) were greater than"), 300),
            (crossed("1 out of the last 1 datapoints [17.5 (05/07/25 15:18:00)] was greater than"), 300),
            (crossed("1 out of the last 1 datapoints [17.5 (05/07/23 15:18:00)] was greater than"), 300),
            (crossed("1 out of the last 1 datapoints [17.5 (32/13/24 15:18:00)] was greater than"), 300),
            ("Threshold Crossed: no datapoints were received for 5 periods and 5 missing datapoints were treated as \
              [Breaching].".into(), 300),
            ("set by hand".into(), 300),
            (String::new(), 300),
        ] {
            assert_eq!(of(&reason, |_| ()), lead, "{reason}");
        }
        assert_eq!(of("", |one| one.state = State::InsufficientData), 300);
        assert_eq!(of("", |one| one.state = State::Ok), 0);
    }

    #[test]
    fn other_data_than_the_reasons_counts_where_that_says_less() {
        let band = "Thresholds Crossed: 1 out of the last 1 datapoints [0.0 (05/07/24 15:10:00)] was less than the lower \
                    thresholds [0.02] or greater than the upper thresholds [0.3] (minimum 1 datapoint for OK -> ALARM transition).";
        assert_eq!(of(band, |one| one.trigger.data_from = Some(at("15:00:00"))), 644);
        let child = |one: &mut Alarm| {
            one.trigger = super::super::Trigger { data_from: Some(at("15:20:00")), ..Default::default() };
        };
        assert_eq!(of("arn:… transitioned to ALARM at Friday 05 July, 2024 15:20:00 UTC", child), 44);
        // An event does not say over how many periods; its reason does.
        let none = "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching].";
        assert_eq!(of(none, |one| one.trigger.evaluation_periods = None), 180);
        assert_eq!(
            of("", |one| (one.trigger.period, one.trigger.evaluation_periods) = (Some(60), None)),
            0,
            "unknown"
        );
    }

    #[test]
    fn no_message_makes_it_longer_than_cloudwatch_evaluates() {
        for (period, periods) in [(u64::MAX, u64::MAX), (u64::MAX, 1), (1, u64::MAX), (86_400, 9)] {
            let lead = of("", |one| {
                (one.trigger.period, one.trigger.evaluation_periods) = (Some(period), Some(periods));
            });
            assert_eq!(lead, if period == u64::MAX { 0 } else { MOST.num_seconds() });
        }
        assert_eq!(of("", |one| one.trigger.data_from = Some(DateTime::<Utc>::MIN_UTC)), MOST.num_seconds());
        assert_eq!(of("", |one| one.trigger.data_from = Some(at("23:00:00"))), 300, "in the future");
        assert_eq!(of("", |one| (one.trigger.period, one.trigger.data_from) = (Some(0), None)), 0);
        let odd = of("", |one| (one.changed_at, one.trigger.data_from) = (DateTime::<Utc>::MIN_UTC, None));
        assert_eq!(odd, 0, "nothing lies before that");
    }
}
