//! Times of day and dates in a text.
//!
//! Knows their forms in English, Japanese and logs. Must not know which of them an item has.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::spelling::{blank, compiled, head, tail};
use super::zones::{self, Zone};

/// What of a moment a sentence says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Nothing.
    Any,
    /// When something began.
    First,
    /// When it ended, or was last seen.
    Last,
}

/// A day, of a known year or of none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    /// Where it is written.
    pub year: Option<i32>,
    /// From 1.
    pub month: u32,
    /// From 1.
    pub day: u32,
}

/// A date, a time of day, or both.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moment {
    /// The date.
    pub day: Option<Day>,
    /// Seconds of the day.
    pub clock: Option<f64>,
    /// What the time is exact to, in seconds: 3,600, 60, 1, or less.
    pub step: f64,
    /// The zone that stands beside it.
    pub zone: Option<Zone>,
    /// Whether it says `around`.
    pub about: bool,
    /// What it is said to be.
    pub stage: Stage,
    /// Where it stands, in bytes.
    pub at: (usize, usize),
}

static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    compiled(concat!(
        r"(?P<half>午前|午後)?(?:(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?: ?(?P<ap>[ap])\.?m\b\.?)?",
        r"|(?P<jh>\d{1,2})時(?:(?P<jm>\d{1,2})分(?:(?P<js>\d{1,2})秒)?|(?P<jhalf>半))?",
        r"|(?P<eh>\d{1,2}) ?(?P<eap>[ap])\.?m\b\.?)",
    ))
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let months = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
    compiled(&format!(
        concat!(
            r"\b(?P<y1>\d{{4}})[-/](?P<m1>\d{{1,2}})[-/](?P<d1>\d{{1,2}})",
            r"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?[ /-](?:of )?(?P<n2>{0})\b\.?(?:[ /,-]{{1,2}}(?P<y2>\d{{4}}))?",
            r"|\b(?P<n3>{0})\b\.? (?P<d3>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y3>\d{{4}})\b)?",
            r"|(?:(?P<y4>\d{{4}})年)?(?P<m4>\d{{1,2}})月(?P<d4>\d{{1,2}})日",
        ),
        months
    ))
});
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Between a date and its time.
static JOINT: LazyLock<Regex> = LazyLock::new(|| compiled(r"^(?:t|:|, | at |, at |の|に| の)?\s?$"));
/// Between the ends of a span.
static SPAN: LazyLock<Regex> =
    LazyLock::new(|| compiled(r"^\s*(?:-|~|to|until|till|and|through|から|と|、)\s*$"));
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"(?:\b(?:about|around|roughly|approximately|circa|shortly (?:after|before)) |~ ?|約|およそ|ほぼ)$",
    )
});
static STARTS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b(?:since|from|began|begins?|beginning|start|starts|started|starting|onset|first)(?: \S+){0,4} ?$|最初[^、。]{0,12}$",
    )
});
static ENDS: LazyLock<Regex> = LazyLock::new(|| {
    compiled(
        r"\b(?:last|until|till|ended|ends|latest|finally|to)(?: \S+){0,4} ?$|最後[^、。]{0,12}$|最終[^、。]{0,12}$",
    )
});

/// Takes the moments out of `lower`, which keeps its length.
pub(super) fn moments(lower: &mut String) -> Vec<Moment> {
    let text = lower.clone();
    let days: Vec<Moment> = DATE.captures_iter(&text).filter_map(|found| date(&text, &found)).collect();
    blank(lower, days.iter().map(|day| day.at));
    let mut found: Vec<Moment> = Vec::new();
    let mut days = days.into_iter().peekable();
    let clocks: Vec<Moment> =
        CLOCK.captures_iter(lower).filter_map(|found| clock(lower, &text, &found)).collect();
    for mut one in clocks {
        // The offset of the time before it has the form of a time.
        if found.last().is_some_and(|last| one.at.0 < last.at.1) {
            continue;
        }
        while let Some(day) = days.next_if(|day| day.at.0 < one.at.0) {
            let gap = text.get(day.at.1..one.at.0).unwrap_or("-");
            if JOINT.is_match(gap) {
                (one.day, one.at.0) = (day.day, day.at.0);
            } else {
                dated(&text, &mut found, day);
            }
        }
        let after = text.get(one.at.1..).unwrap_or_default();
        if let Some((zone, length)) = zones::behind(head(after, 24), one.day.is_some()) {
            (one.zone, one.at.1) = (Some(zone), one.at.1 + length);
        } else {
            one.zone = zones::before(tail(text.get(..one.at.0).unwrap_or_default(), 24));
        }
        found.push(one);
    }
    for day in days {
        dated(&text, &mut found, day);
    }
    blank(lower, found.iter().map(|one| one.at));
    staged(&text, &mut found);
    found
}

/// Puts a date to the time right before it, as in `07:47 JST on Feb 4`, or behind all that was found.
fn dated(text: &str, found: &mut Vec<Moment>, day: Moment) {
    static ON: LazyLock<Regex> = LazyLock::new(|| compiled(r"^\)?,? (?:on )?$"));
    let last = found.last_mut().filter(|last| last.day.is_none() && last.clock.is_some());
    match last.filter(|last| ON.is_match(text.get(last.at.1..day.at.0).unwrap_or("-"))) {
        Some(last) => (last.day, last.at.1) = (day.day, day.at.1),
        None => found.push(day),
    }
}

/// What the words around each moment say of it; the end of a span says the zone of both.
fn staged(text: &str, found: &mut [Moment]) {
    for i in (0..found.len()).rev() {
        let next = found.get(i + 1).map(|next| (next.zone, next.at.0, next.clock));
        let before = i.checked_sub(1).and_then(|before| found.get(before)).map(|before| before.at.1);
        let Some(one) = found.get_mut(i) else { return };
        let (start, end) = one.at;
        let ahead = tail(text.get(before.unwrap_or(0)..start).unwrap_or_default(), 60);
        let clause = ahead.rsplit([',', ';', '。', '、', '\n', '.']).next().unwrap_or_default();
        let after = head(text.get(end..).unwrap_or_default(), 24);
        one.about = ABOUT.is_match(ahead) || after.starts_with('頃') || after.starts_with("ごろ");
        let span = before.is_some() && SPAN.is_match(ahead);
        let after = after.trim_start_matches('頃').trim_start_matches("ごろ").trim_start();
        let starts = ["から", "以降", "より", "に開始", "に発生し始", "に始ま"]
            .iter()
            .any(|word| after.starts_with(word));
        let ends = ["まで", "に終了", "に最後"].iter().any(|word| after.starts_with(word));
        let (first, last) = (STARTS.find(clause), ENDS.find(clause));
        one.stage = match (first, last) {
            _ if starts => Stage::First,
            _ if ends || span => Stage::Last,
            (Some(first), Some(last)) if first.start() > last.start() => Stage::First,
            (_, Some(_)) => Stage::Last,
            (Some(_), None) => Stage::First,
            _ => Stage::Any,
        };
        if let Some((zone, from, Some(_))) = next.filter(|_| one.zone.is_none()) {
            let gap = text.get(end..from).unwrap_or("x");
            one.zone = if SPAN.is_match(gap) { zone } else { None };
        }
    }
}

fn date(text: &str, found: &Captures<'_>) -> Option<Moment> {
    let number =
        |names: [&str; 4]| names.iter().find_map(|name| found.name(name)?.as_str().parse::<u32>().ok());
    let name = found.name("n2").or_else(|| found.name("n3"));
    let named = name.and_then(|m| MONTHS.iter().position(|month| m.as_str().starts_with(month)));
    let named = named.and_then(|month| u32::try_from(month + 1).ok());
    let month = named.or_else(|| number(["m1", "m4", "m1", "m1"]))?;
    let day = number(["d1", "d2", "d3", "d4"])?;
    let year = number(["y1", "y2", "y3", "y4"]).and_then(|year| i32::try_from(year).ok());
    let at = bounds(text, found, true)?;
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Moment {
        day: Some(Day { year, month, day }),
        clock: None,
        step: 86_400.0,
        zone: None,
        about: false,
        stage: Stage::Any,
        at,
    })
}

fn clock(lower: &str, text: &str, found: &Captures<'_>) -> Option<Moment> {
    let number =
        |names: [&str; 3]| names.iter().find_map(|name| found.name(name)?.as_str().parse::<f64>().ok());
    let mut hours = number(["h", "jh", "eh"])?;
    let half = found.name("jhalf").map(|_| 30.0);
    let minutes = number(["m", "jm", "m"]).or(half);
    let seconds = number(["s", "js", "s"]);
    let fraction = found.name("f").and_then(|m| format!("0.{}", m.as_str()).parse::<f64>().ok());
    let marks = found.name("ap").or_else(|| found.name("eap")).or_else(|| found.name("half"));
    match marks.map(|m| m.as_str()) {
        Some("p" | "午後") if hours < 12.0 => hours += 12.0,
        Some("a" | "午前") if (hours - 12.0).abs() < 0.5 => hours = 0.0,
        _ => {}
    }
    let (start, end) = bounds(lower, found, false)?;
    // `3時間` is a length, and `db:10:30` or `1.10:30` no time; after a date a `t` or a colon stands before it.
    let length = found.name("jh").is_some() && text.get(end..)?.starts_with('間');
    let valid = hours < 24.0 && minutes.is_none_or(|m| m < 60.0) && seconds.is_none_or(|s| s < 61.0);
    let step = match (minutes, seconds, fraction) {
        (_, _, Some(_)) => 0.001,
        (_, Some(_), None) => 1.0,
        (Some(_), None, None) => 60.0,
        _ => 3_600.0,
    };
    let clock =
        hours * 3_600.0 + minutes.unwrap_or(0.0) * 60.0 + seconds.unwrap_or(0.0) + fraction.unwrap_or(0.0);
    (valid && !length).then_some(Moment {
        day: None,
        clock: Some(clock),
        step,
        zone: None,
        about: false,
        stage: Stage::Any,
        at: (start, end),
    })
}

/// Where it stands; nothing where it is a part of a longer word or number.
fn bounds(text: &str, found: &Captures<'_>, date: bool) -> Option<(usize, usize)> {
    let whole = found.get(0)?;
    let before = text.get(..whole.start())?;
    let after = text.get(whole.end()..)?;
    let dated = before.ends_with("  ") || before.ends_with(" t") || before.ends_with(" :");
    let joined = before.ends_with(|c: char| c.is_ascii_alphanumeric() || ".:/_".contains(c)) && !dated;
    let digit = whole.as_str().ends_with(|c: char| c.is_ascii_digit());
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let goes_on = digit && (number(after) || !date && after.strip_prefix([':', '.']).is_some_and(number));
    (!joined && !goes_on).then_some((whole.start(), whole.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Month and day, seconds of the day, minutes east.
    type Read = (Option<(u32, u32)>, Option<f64>, Option<i32>);

    fn found(text: &str) -> Vec<Read> {
        let mut lower = text.to_lowercase();
        let all = moments(&mut lower);
        let winter = chrono::NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        assert_eq!(lower.len(), text.len(), "{text}");
        all.iter()
            .map(|m| (m.day.map(|d| (d.month, d.day)), m.clock, m.zone.map(|zone| zone.offset(winter))))
            .collect()
    }

    #[test]
    fn moments_are_read_in_the_forms_of_logs_and_of_people() {
        let nov = Some((11, 20));
        let at = |h: i32, m: i32, s: f64| Some(f64::from(h * 3_600 + m * 60) + s);
        for (text, expected) in [
            ("2026-11-20T14:05:33.120Z ERROR", vec![(nov, at(14, 5, 33.12), Some(0))]),
            ("2026-11-20 14:05:33,120 ERROR", vec![(nov, at(14, 5, 33.12), None)]),
            ("20/Nov/2026:14:07:41 +0000 \"GET", vec![(nov, at(14, 7, 41.0), Some(0))]),
            ("Nov 20 14:05:33 host", vec![(nov, at(14, 5, 33.0), None)]),
            ("on November 20th, 2026 at 2:05 p.m. EST", vec![(nov, at(14, 5, 0.0), Some(-300))]),
            ("11月20日の午後2時5分", vec![(nov, at(14, 5, 0.0), None)]),
            ("12時半、3時間", vec![(None, at(12, 30, 0.0), None)]),
            ("14:05-14:19 JST", vec![(None, at(14, 5, 0.0), Some(540)), (None, at(14, 19, 0.0), Some(540))]),
            ("14:05+09:00", vec![(None, at(14, 5, 0.0), Some(540))]),
            ("10.0.0.7:5432 12:34:56:78 99:99 1:5", vec![]),
            ("2 pm", vec![(None, at(14, 0, 0.0), None)]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn a_moment_is_the_first_or_the_last_where_the_words_say_so() {
        for (text, stages) in [
            ("above from 09:00:30 to 09:01:00", vec![Stage::First, Stage::Last]),
            ("It began at 14:05, and was last seen at 14:19", vec![Stage::First, Stage::Last]),
            ("14:05から14:19まで", vec![Stage::First, Stage::Last]),
            ("now 38 % at 09:02:00", vec![Stage::Any]),
        ] {
            let found = moments(&mut text.to_lowercase());
            assert_eq!(found.iter().map(|m| m.stage).collect::<Vec<_>>(), stages, "{text}");
        }
    }
}
