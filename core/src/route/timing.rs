//! When somebody may be told: intervals in which a route is active or muted, and its delay.
//!
//! Knows what a route asks for and the intervals. Must not know how what waits is kept, nor the time now.
//!
//! What waits is never dropped: it has a time at which it is looked at again, and a reason for people.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::inhibit::Suppressed;
use super::interval::{Interval, Range, Span, next};

/// When what waits for an interval that does not begin is looked at again: the configuration may be another by then.
const AGAIN: TimeDelta = TimeDelta::days(1);

/// `time_intervals:` by name.
pub type Intervals = BTreeMap<String, Interval>;

/// `delay:` of a route: only what still fires then is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// So long after it began.
    For(TimeDelta),
    /// At the next time of day.
    At {
        /// Minutes since midnight.
        minute: i32,
        /// Where.
        zone: Tz,
    },
}

/// What a node of the tree says about time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timing {
    /// Told only while one of these holds; none means always.
    pub active: Vec<String>,
    /// Not told while one of these holds.
    pub mute: Vec<String>,
    /// Told only if it still fires then.
    pub delay: Option<Delay>,
}

/// Why somebody is told later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldBy {
    /// The route is not active, or muted: everybody who waits for it is told at once when that ends.
    Interval,
    /// It is told at a time of day, if it still fires.
    Time,
    /// It is told after a while, if it still fires.
    Delay,
    /// Everything that fires in it is silenced; it is told when that ends, if it still fires.
    Silence,
    /// A storm's message tells of it; when the storm ends, it is told if it is still open.
    Storm,
    /// Another incident explains it; when that is over, it is told if it still fires.
    Inhibited,
}

impl HeldBy {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Interval, Self::Time, Self::Delay, Self::Silence, Self::Storm, Self::Inhibited];

    /// The word of the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Time => "time",
            Self::Delay => "delay",
            Self::Silence => "silence",
            Self::Storm => "storm",
            Self::Inhibited => "inhibited",
        }
    }

    /// The one that is called `word`.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.as_str() == word)
    }

    /// Whether many wait for the same moment, and are told in one message then.
    pub fn gathers(self) -> bool {
        matches!(self, Self::Interval | Self::Time | Self::Silence | Self::Inhibited)
    }
}

/// Somebody is told later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// When it is looked at again.
    pub until: DateTime<Utc>,
    /// What it waits for.
    pub by: HeldBy,
    /// For people: `waits until 09:00 Asia/Tokyo: outside business-hours`.
    pub reason: String,
    /// The silence that it waits for.
    pub silence: Option<i64>,
}

/// An incident at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// The time.
    pub now: DateTime<Utc>,
    /// Since when there is something to tell.
    pub since: DateTime<Utc>,
    /// Whether it is critical: then no delay holds.
    pub critical: bool,
    /// Whether nobody is to be told of it, whoever it is.
    pub suppressed: Option<Suppressed>,
}

impl When {
    /// An incident that was opened or reopened then; `started_at` is what its senders say of that.
    pub fn of(
        opened_at: DateTime<Utc>,
        started_at: DateTime<Utc>,
        critical: bool,
        now: DateTime<Utc>,
    ) -> Self {
        Self { now, since: opened_at.max(started_at).min(now), critical, suppressed: None }
    }

    /// The same where it is suppressed.
    pub fn suppressed(self, suppressed: Option<Suppressed>) -> Self {
        Self { suppressed, ..self }
    }
}

impl Timing {
    /// Whether it says anything at all.
    pub fn is_always(&self) -> bool {
        self.active.is_empty() && self.mute.is_empty() && self.delay.is_none()
    }

    /// Whether somebody has to wait now. A first page of something critical is never delayed; its hours are the
    /// configuration's, and its silences people's.
    pub fn hold(&self, intervals: &Intervals, when: When) -> Option<Hold> {
        let suppressed = when.suppressed.map(|why| why.hold(when.now));
        suppressed.or_else(|| self.closed(intervals, when.now)).or_else(|| self.delayed(when))
    }

    /// What of it does not hold for a critical incident, for people.
    pub fn waived(&self, when: When) -> Option<String> {
        let delayed = self
            .delayed(When { critical: false, ..when })
            .filter(|_| when.critical && when.suppressed.is_none());
        let delay = self.delay.filter(|_| delayed.is_some())?;
        Some(format!("told at once: {} does not hold for what is critical", said(delay)))
    }

    fn closed(&self, intervals: &Intervals, now: DateTime<Utc>) -> Option<Hold> {
        let named = |names: &[String]| -> Vec<(String, &Interval)> {
            names.iter().filter_map(|name| Some((name.clone(), intervals.get(name)?))).collect()
        };
        let (active, mute) = (named(&self.active), named(&self.mute));
        let muting = |at| mute.iter().find(|(_, interval)| interval.contains(at));
        let inactive = |at| !active.is_empty() && !active.iter().any(|(_, interval)| interval.contains(at));
        let (why, zone) = if let Some((name, interval)) = muting(now) {
            let holiday = interval.holiday(now).map(|day| format!(" ({day})")).unwrap_or_default();
            (format!("within {name}{holiday}"), interval.zone())
        } else if inactive(now) {
            let zone = active.first().map_or(Tz::UTC, |(_, interval)| interval.zone());
            (format!("outside {}", self.active.join(", ")), zone)
        } else {
            return None;
        };
        let all: Vec<&Interval> = active.iter().chain(&mute).map(|(_, interval)| *interval).collect();
        let opens = next(&all, now, |at| muting(at).is_none() && !inactive(at));
        let (until, reason) = match opens {
            Some(at) => (at, format!("waits until {}: {why}", moment(at, now, zone))),
            None => (now + AGAIN, format!("waits: {why}, and that does not change within a year")),
        };
        Some(Hold { until, by: HeldBy::Interval, reason, silence: None })
    }

    fn delayed(&self, when: When) -> Option<Hold> {
        let delay = self.delay.filter(|_| !when.critical)?;
        let (until, by, zone, still) = match delay {
            Delay::For(after) => (when.since + after, HeldBy::Delay, Tz::UTC, said(delay)),
            Delay::At { minute, zone } => {
                let at = time_of_day(minute, zone, when.since)?;
                (at, HeldBy::Time, zone, "told only if it still fires then".to_owned())
            }
        };
        let until_words = moment(until, when.now, zone);
        let reason = format!("waits until {until_words}: {still}");
        (when.now < until).then_some(Hold { until, by, reason, silence: None })
    }
}

/// The first instant behind `after` at which the clocks there show this time; where they skip it, at which they go on.
fn time_of_day(minute: i32, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let rest = Span { times: vec![Range { from: minute, to: 24 * 60 }], zone, ..Span::default() };
    let rest = Interval { spans: vec![rest] };
    let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    next(&[&rest], after, |at| {
        let before = at - TimeDelta::minutes(1);
        rest.contains(at) && (day(before) != day(at) || !rest.contains(before))
    })
}

/// What a delay asks for, for people.
fn said(delay: Delay) -> String {
    match delay {
        Delay::For(after) => format!("told only if it still fires after {}", length(after)),
        Delay::At { minute, zone } => {
            format!("told only if it still fires at {:02}:{:02} {zone}", minute / 60, minute % 60)
        }
    }
}

/// `09:00 Asia/Tokyo`, with the date where it is another day there.
pub(super) fn moment(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    let same = at.date_naive() == now.date_naive();
    format!("{} {zone}", at.format(if same { "%H:%M" } else { "%Y-%m-%d %H:%M" }))
}

/// `1h30m`, `45s`.
pub fn length(time: TimeDelta) -> String {
    let (hours, minutes, seconds) = (time.num_hours(), time.num_minutes() % 60, time.num_seconds() % 60);
    let parts = [(hours, "h"), (minutes, "m"), (seconds, "s")];
    parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}")).collect()
}

#[cfg(test)]
mod tests;
