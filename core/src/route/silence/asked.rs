//! What somebody asks for, and why it is refused: each fault names its field.
//!
//! Knows the bounds. Must not know who asks, nor how.

use chrono::{DateTime, TimeDelta, Utc};

use crate::alert::matchers::{Matcher, Matchers};
use crate::alert::{Labels, Severity};
use crate::route::interval::{Interval, next};

/// The longest that a silence may hold in one go: what is longer is a change of the routes.
pub const LONGEST: TimeDelta = TimeDelta::days(90);
/// Silences that are not over, at once.
pub const MOST: i64 = 500;
/// Characters of a comment.
pub const MOST_COMMENT: usize = 1_000;
/// Matchers of one silence, and bytes of all of them.
const MOST_MATCHERS: usize = 32;
const MOST_BYTES: usize = 8_192;
/// A value that no label has: what takes this one takes any.
const NOBODYS: &str = "firstlook: no label has this value";

/// A silence as it is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// In Alertmanager's grammar; one string may hold several.
    pub matchers: Vec<String>,
    /// From when; absent, from now on.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
    /// For how long, in place of `ends_at`.
    pub duration: Option<TimeDelta>,
    /// Why.
    pub comment: String,
    /// Whether it may take everything.
    pub confirm: bool,
    /// It holds only while this does.
    pub recurring: Option<Interval>,
}

/// Why it is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field that is at fault.
    pub field: &'static str,
    /// What is wrong with it, and what to write.
    pub what: String,
}

/// A silence that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Read.
    pub matchers: Matchers,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when; only what recurs may have no end.
    pub ends_at: Option<DateTime<Utc>>,
    /// Why.
    pub comment: String,
    /// The first span for which it holds.
    pub span: (DateTime<Utc>, DateTime<Utc>),
}

/// Reads what is asked for.
///
/// # Errors
/// With the field, and what to write in it.
pub fn plan(asked: &Asked, now: DateTime<Utc>) -> Result<Planned, Fault> {
    let matchers = matchers(asked)?;
    let starts_at = asked.starts_at.unwrap_or(now).max(now);
    let ends_at = match (asked.ends_at, asked.duration) {
        (Some(_), Some(_)) => return fault("duration", "stands beside `ends_at`: give one of them"),
        (Some(end), None) if end <= now => return fault("ends_at", "is over already"),
        (Some(end), None) if end <= starts_at => return fault("ends_at", "is not behind `starts_at`"),
        (Some(end), None) => Some(end),
        (None, Some(length)) if length <= TimeDelta::zero() => {
            return fault("duration", "is no time at all: write such as 1h or 30m");
        }
        (None, Some(length)) => match starts_at.checked_add_signed(length) {
            Some(end) => Some(end),
            None => return fault("duration", "is too long"),
        },
        (None, None) if asked.recurring.is_some() => None,
        (None, None) => {
            return fault("ends_at", "is missing: say until when, or give a `duration` such as 1h");
        }
    };
    let span = match (&asked.recurring, ends_at) {
        (Some(interval), _) => match span(interval, starts_at, ends_at, now) {
            Some(span) => span,
            None => {
                return fault("recurring", "never holds between its beginning and its end, or within a year");
            }
        },
        (None, Some(end)) => (starts_at, end),
        (None, None) => return fault("ends_at", "is missing"),
    };
    if span.1 - span.0 > LONGEST {
        let field = if asked.recurring.is_some() { "recurring" } else { "ends_at" };
        return fault(field, &format!("is too far: a silence holds for at most {} days", LONGEST.num_days()));
    }
    Ok(Planned { matchers, starts_at, ends_at, comment: comment(&asked.comment)?, span })
}

/// The span for which what recurs holds at `now`, or next; `None` where that does not come any more.
pub fn span(
    interval: &Interval,
    starts_at: DateTime<Utc>,
    ends_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let at = now.max(starts_at);
    let from = if interval.contains(at) { at } else { next(&[interval], at, |at| interval.contains(at))? };
    let until = next(&[interval], from, |at| !interval.contains(at)).unwrap_or(from + LONGEST + LONGEST);
    let until = ends_at.map_or(until, |end| until.min(end));
    (from < until).then_some((from, until))
}

/// Why somebody silences, as it is kept.
///
/// # Errors
/// Where nobody says why, or at too great a length.
pub fn comment(text: &str) -> Result<String, Fault> {
    // Postgres keeps no NUL.
    let text = text.replace('\0', "\u{fffd}").trim().to_owned();
    match text.chars().count() {
        0 => fault("comment", "is missing: say why, for whoever asks why nobody was told"),
        1..=MOST_COMMENT => Ok(text),
        _ => fault("comment", &format!("is longer than {MOST_COMMENT} characters")),
    }
}

fn matchers(asked: &Asked) -> Result<Matchers, Fault> {
    if asked.matchers.iter().map(String::len).sum::<usize>() > MOST_BYTES {
        return fault("matchers", &format!("are longer than {MOST_BYTES} bytes"));
    }
    let read = Matchers::parse(&asked.matchers);
    let matchers =
        read.map_err(|error| Fault { field: "matchers", what: format!("cannot be used: {error}") })?;
    match matchers.iter().count() {
        0 => fault("matchers", "are missing: name what to silence, such as service=\"api\""),
        1..=MOST_MATCHERS if asked.confirm || matchers.iter().any(narrows) => Ok(matchers),
        1..=MOST_MATCHERS => fault(
            "matchers",
            "take every alert, or all but a few: name a value that the alerts have, or set `confirm` to true",
        ),
        _ => fault("matchers", &format!("are more than {MOST_MATCHERS}")),
    }
}

/// Whether it asks for something that most alerts do not have.
fn narrows(matcher: &Matcher) -> bool {
    let takes = |value: &str| {
        let labels: Labels = [(matcher.name(), value)].into_iter().collect();
        matcher.matches(&labels)
    };
    let severities = [Severity::Critical, Severity::Warning, Severity::Info];
    let any_severity = || matcher.name() == "severity" && severities.iter().all(|one| takes(one.as_str()));
    !takes("") && !takes(NOBODYS) && !any_severity()
}

fn fault<T>(field: &'static str, what: &str) -> Result<T, Fault> {
    Err(Fault { field, what: what.to_owned() })
}
