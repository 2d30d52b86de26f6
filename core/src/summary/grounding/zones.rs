//! Time zones that people name beside a time.
//!
//! Knows names, offsets and summer times of the zones that incidents are told in. Must not guess: where no zone is
//! named, none is assumed.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate, Weekday};
use regex::Regex;

use super::spelling::compiled;

/// A zone as it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// Minutes east of UTC.
    Fixed(i32),
    /// The same in winter, with the summer time of the United States.
    American(i32),
    /// The same in winter, with the summer time of Europe.
    European(i32),
}

const NAMES: &[(&str, Zone)] = &[
    ("utc", Zone::Fixed(0)),
    ("gmt", Zone::Fixed(0)),
    ("jst", Zone::Fixed(540)),
    ("kst", Zone::Fixed(540)),
    ("ist", Zone::Fixed(330)),
    ("sgt", Zone::Fixed(480)),
    ("hkt", Zone::Fixed(480)),
    ("msk", Zone::Fixed(180)),
    ("aest", Zone::Fixed(600)),
    ("aedt", Zone::Fixed(660)),
    ("bst", Zone::Fixed(60)),
    ("cet", Zone::Fixed(60)),
    ("cest", Zone::Fixed(120)),
    ("est", Zone::Fixed(-300)),
    ("edt", Zone::Fixed(-240)),
    ("cst", Zone::Fixed(-360)),
    ("cdt", Zone::Fixed(-300)),
    ("mst", Zone::Fixed(-420)),
    ("mdt", Zone::Fixed(-360)),
    ("pst", Zone::Fixed(-480)),
    ("pdt", Zone::Fixed(-420)),
    ("tokyo", Zone::Fixed(540)),
    ("日本時間", Zone::Fixed(540)),
    ("seoul", Zone::Fixed(540)),
    ("singapore", Zone::Fixed(480)),
    ("new york", Zone::American(-300)),
    ("et", Zone::American(-300)),
    ("eastern", Zone::American(-300)),
    ("pt", Zone::American(-480)),
    ("pacific", Zone::American(-480)),
    ("los angeles", Zone::American(-480)),
    ("london", Zone::European(0)),
    ("berlin", Zone::European(60)),
    ("paris", Zone::European(60)),
];

static OFFSET: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^(?: ?\(?(?:utc|gmt))? ?([+-])(\d{1,2}):?(\d{2})?\b"));
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    compiled(
        &format!(r"^(?:z\b| ?\(?(?:in )?({})\b\)?(?: time)?)", names.join("|"))
            .replace(r"日本時間\b", "日本時間"),
    )
});

/// The zone at the beginning of `after`, in lower case, and its length in bytes. `dated`: whether a date stands before the
/// time; else `-14:19` behind it is the end of a span.
pub(super) fn behind(after: &str, dated: bool) -> Option<(Zone, usize)> {
    if let Some(found) = OFFSET.captures(after) {
        let part = |n: usize| found.get(n).map_or("", |m| m.as_str());
        let named = after.trim_start_matches([' ', '(']).starts_with(['u', 'g']);
        let minutes = part(2).parse::<i32>().ok()? * 60 + part(3).parse::<i32>().unwrap_or(0);
        let plain = part(2).len() == 2 && part(3).len() == 2 && (part(1) == "+" || dated);
        if (named || plain) && minutes <= 14 * 60 {
            let east = if part(1) == "-" { -minutes } else { minutes };
            return Some((Zone::Fixed(east), found.get(0)?.end()));
        }
    }
    let found = NAME.captures(after)?;
    let name = found.get(1).map_or("utc", |m| m.as_str());
    let zone = NAMES.iter().find(|(known, _)| *known == name).map(|(_, zone)| *zone)?;
    Some((zone, found.get(0)?.end()))
}

/// The zone at the end of `before`: `日本時間の`, `JST `.
pub(super) fn before(before: &str) -> Option<Zone> {
    let near = before.trim_end_matches([' ', 'の']);
    let found =
        NAMES.iter().find(|(name, _)| matches!(*name, "日本時間" | "jst" | "utc") && near.ends_with(name));
    found.map(|(_, zone)| *zone)
}

impl Zone {
    /// The same zone an hour off, as who forgets its summer time has it.
    pub fn mistaken(self, day: NaiveDate) -> Option<Self> {
        let (Self::American(winter) | Self::European(winter)) = self else { return None };
        Some(Self::Fixed(if self.offset(day) == winter { winter + 60 } else { winter }))
    }

    /// Minutes east of UTC on `day`.
    pub fn offset(self, day: NaiveDate) -> i32 {
        let nth = |month, weekday, n| NaiveDate::from_weekday_of_month_opt(day.year(), month, weekday, n);
        let last = |month| nth(month, Weekday::Sun, 5).or_else(|| nth(month, Weekday::Sun, 4));
        let within = |from: Option<NaiveDate>, to: Option<NaiveDate>| {
            from.zip(to).is_some_and(|(from, to)| from <= day && day < to)
        };
        match self {
            Self::Fixed(minutes) => minutes,
            Self::American(minutes) => {
                minutes + 60 * i32::from(within(nth(3, Weekday::Sun, 2), nth(11, Weekday::Sun, 1)))
            }
            Self::European(minutes) => minutes + 60 * i32::from(within(last(3), last(10))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_known_by_name_and_by_offset() {
        for (text, dated, minutes) in [
            ("z", false, Some(0)),
            (" utc.", false, Some(0)),
            (" (jst)", false, Some(540)),
            ("+09:00", false, Some(540)),
            (" utc+9", false, Some(540)),
            ("-05:00", true, Some(-300)),
            ("-14:19", false, None),
            (" new york time", false, Some(-300)),
            (" in tokyo", false, Some(540)),
            (" errors", false, None),
            (" estimated", false, None),
        ] {
            let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
            assert_eq!(behind(text, dated).map(|(zone, _)| zone.offset(day)), minutes, "{text}");
        }
        let july = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
        assert_eq!((Zone::American(-300).offset(july), Zone::European(0).offset(july)), (-240, 60));
    }
}
