//! Holidays: days by their dates, from a list or from the all-day events of an iCalendar file.
//!
//! Knows both forms. Must not know files. A day is a date wherever it is; the span that uses it has the zone.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

/// The most days that one calendar may have: a century of holidays has fewer.
const MOST: usize = 20_000;
/// The longest event, in days; one that is longer is a mistake.
const LONGEST: i64 = 366;

/// Days, each with its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    days: BTreeMap<NaiveDate, String>,
}

impl Calendar {
    /// Reads `2026-01-01 New Year's Day`, one day a line, `#` for remarks; or iCalendar's `VEVENT`s that last whole days.
    ///
    /// # Errors
    /// With the line, from 1, where one cannot be understood.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
        let calendar = if first.eq_ignore_ascii_case("BEGIN:VCALENDAR") { events(text) } else { list(text) }?;
        match calendar.days.len() {
            0 => Err((1, "has no day: write one date a line, as in 2026-01-01 New Year's Day".to_owned())),
            more if more > MOST => Err((1, format!("has {more} days; the most are {MOST}"))),
            _ => Ok(calendar),
        }
    }

    /// Whether it has that day.
    pub fn has(&self, day: NaiveDate) -> bool {
        self.days.contains_key(&day)
    }

    /// What that day is called; `None` where it has none, or a day without a name.
    pub fn name(&self, day: NaiveDate) -> Option<&str> {
        self.days.get(&day).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Its last day, where that comes within so many days from `today`: behind it nobody knows of holidays.
    pub fn runs_out(&self, today: NaiveDate, days: u64) -> Option<NaiveDate> {
        let by = today.checked_add_days(Days::new(days))?;
        self.days.keys().next_back().copied().filter(|last| *last < by)
    }
}

fn list(text: &str) -> Result<Calendar, (usize, String)> {
    let mut calendar = Calendar::default();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (date, name) = line.split_once([' ', '\t', ',']).unwrap_or((line, ""));
        let day = date.parse().map_err(|_| {
            (number, format!("{date:?} is not a date: write 2026-01-01, then a name where it has one"))
        })?;
        calendar.days.insert(day, name.trim().to_owned());
    }
    Ok(calendar)
}

/// An event that is being read.
#[derive(Default)]
struct Event {
    from: Option<NaiveDate>,
    /// Not within any more, as iCalendar has it.
    to: Option<NaiveDate>,
    name: String,
    /// It recurs by a rule.
    recurs: bool,
}

fn events(text: &str) -> Result<Calendar, (usize, String)> {
    let mut calendar = Calendar::default();
    let mut event = Event::default();
    for (number, line) in unfolded(text) {
        let Some((head, value)) = line.split_once(':') else { continue };
        let key = head.split(';').next().unwrap_or_default().to_ascii_uppercase();
        match (key.as_str(), value.trim()) {
            ("BEGIN", "VEVENT") => event = Event::default(),
            // An event of some hours is no holiday.
            ("DTSTART", value) => event.from = date(value),
            ("DTEND", value) => event.to = date(value),
            ("SUMMARY", value) => event.name = value.replace("\\,", ",").replace("\\;", ";"),
            ("RRULE" | "RDATE", _) => event.recurs = true,
            ("END", "VEVENT") => add(&mut calendar, &event).map_err(|what| (number, what))?,
            _ => {}
        }
    }
    Ok(calendar)
}

fn add(calendar: &mut Calendar, event: &Event) -> Result<(), String> {
    let Some(from) = event.from else { return Ok(()) };
    if event.recurs {
        return Err(format!(
            "the event of {from} recurs by a rule, which is not read: write each of its days as an event"
        ));
    }
    let days = event.to.map_or(1, |to| (to - from).num_days()).max(1);
    if days > LONGEST {
        return Err(format!("the event of {from} lasts {days} days; the most are {LONGEST}"));
    }
    let days = from.iter_days().take(usize::try_from(days).unwrap_or(1));
    calendar.days.extend(days.map(|day| (day, event.name.clone())));
    Ok(())
}

/// A date without a time of day.
fn date(value: &str) -> Option<NaiveDate> {
    (value.len() == 8).then(|| NaiveDate::parse_from_str(value, "%Y%m%d").ok()).flatten()
}

/// Lines with those that continue them, each with the number of its first.
fn unfolded(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest.trim_end_matches('\r')),
            _ => lines.push((number, line.trim_end_matches('\r').to_owned())),
        }
    }
    lines
}
