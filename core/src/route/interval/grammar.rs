//! How intervals are written: Alertmanager's grammar (`timeinterval`), each fault with what to write instead.
//!
//! Knows words and numbers. Must not know YAML. It is stricter in one thing: a month that does not exist is refused.

use chrono_tz::Tz;

use super::Range;

const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `start_time` and `end_time`, `00:00` to `24:00`.
///
/// # Errors
/// When one of them is no time of day, or the end is not behind the start.
pub fn times(start: &str, end: &str) -> Result<Range, String> {
    let (from, to) = (minute(start)?, minute(end)?);
    if from >= to {
        return Err(format!(
            "{end:?} is not behind {start:?}: a span that crosses midnight is two, until 24:00 and from 00:00"
        ));
    }
    Ok(Range { from, to })
}

/// Minutes since midnight of `09:30`.
///
/// # Errors
/// When it is no time of day.
pub fn minute(text: &str) -> Result<i32, String> {
    let digits = |part: &str| {
        let two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        two.then(|| part.parse::<i32>().ok()).flatten()
    };
    let read = text.split_once(':').and_then(|(hour, minute)| Some((digits(hour)?, digits(minute)?)));
    match read {
        Some((hour, minute)) if (hour < 24 && minute < 60) || (hour, minute) == (24, 0) => {
            Ok(hour * 60 + minute)
        }
        _ => Err(format!("{text:?} is not a time of day: write two digits each, as in 09:00, up to 24:00")),
    }
}

/// `monday`, `monday:friday`.
///
/// # Errors
/// When a word is no weekday, or the last one comes before the first: a week begins on Sunday.
pub fn weekdays(text: &str) -> Result<Range, String> {
    let number = |word: &str| {
        let place = WEEKDAYS.iter().position(|name| *name == word);
        place.and_then(|place| i32::try_from(place).ok()).ok_or_else(|| {
            format!("{word:?} is not a weekday: write sunday, monday, … saturday, or a range monday:friday")
        })
    };
    let range = range(text, number)?;
    if range.from > range.to {
        return Err(format!(
            "{text:?} ends before it begins, since a week begins on Sunday: write two ranges"
        ));
    }
    Ok(range)
}

/// `1`, `1:15`, `-3:-1`.
///
/// # Errors
/// When a number is none of a month's days, or no month has any day of the range.
pub fn days_of_month(text: &str) -> Result<Range, String> {
    let range = range(text, |word| integer(word, "a day of the month"))?;
    for day in [range.from, range.to] {
        if day == 0 || !(-31..=31).contains(&day) {
            return Err(format!(
                "{day} is not a day of the month: write 1 to 31, or -1 for the last, to -31"
            ));
        }
    }
    if range.from < 0 && range.to > 0 {
        return Err(format!("{text:?}: a range that begins by counting from the end must end so"));
    }
    // As Alertmanager judges: the shortest month has 28 days.
    let least = |day: i32| if day < 0 { 28 + day } else { day };
    if least(range.from) > least(range.to) {
        return Err(format!("{text:?} ends before it begins"));
    }
    Ok(range)
}

/// `may`, `5`, `january:march`.
///
/// # Errors
/// When a word is no month, or the last one comes before the first.
pub fn months(text: &str) -> Result<Range, String> {
    let number = |word: &str| match MONTHS.iter().position(|name| *name == word) {
        Some(place) => Ok(i32::try_from(place).unwrap_or(0) + 1),
        None => match word.parse() {
            Ok(number @ 1..=12) => Ok(number),
            _ => Err(format!("{word:?} is not a month: write january to december, or 1 to 12")),
        },
    };
    let range = range(text, number)?;
    if range.from > range.to {
        return Err(format!("{text:?} ends before it begins: write two ranges, each within a year"));
    }
    Ok(range)
}

/// `2026`, `2026:2028`.
///
/// # Errors
/// When it is no number, or the last year comes before the first.
pub fn years(text: &str) -> Result<Range, String> {
    let range = range(text, |word| integer(word, "a year"))?;
    if range.from > range.to {
        return Err(format!("{text:?} ends before it begins"));
    }
    Ok(range)
}

/// A name of the time zone database.
///
/// # Errors
/// When there is no such zone.
pub fn zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| format!("{text:?} is no time zone: write a name such as Asia/Tokyo or UTC"))
}

/// One member or two with a colon, in any case.
fn range(text: &str, member: impl Fn(&str) -> Result<i32, String>) -> Result<Range, String> {
    let text = text.to_lowercase();
    let (from, to) = text.split_once(':').unwrap_or((&text, &text));
    if to.contains(':') && text.contains(':') {
        return Err(format!("{text:?} is not a range: write one colon, as in 1:5"));
    }
    Ok(Range { from: member(from)?, to: member(to)? })
}

fn integer(word: &str, what: &str) -> Result<i32, String> {
    word.parse().map_err(|_| format!("{word:?} is not {what}: write a whole number"))
}
