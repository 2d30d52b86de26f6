//! A quantity over days as an item: a line for people, and the figures that a sentence may cite, one thing a line.
//!
//! Knows words and order. Must not tell anything that is not redacted. All times are UTC.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc, Weekday};

use super::super::excerpt::excerpt;
use super::super::items::id;
use super::super::metric::{Measured, Point, Range, labels};
use super::super::words::Words;
use super::super::{Item, Kind, Redacted, Redactor};
use super::calendar::Day;
use super::figures::{Figures, change, median};
use super::{Course, Days, days};

/// Longest name in a title, in characters.
const NAME: usize = 140;

impl Words {
    fn at(self, at: DateTime<Utc>) -> Self {
        self.part(&Redacted::time(at, "%Y-%m-%d %H:%M"))
    }

    fn date(self, date: NaiveDate) -> Self {
        self.part(&Redacted::time(date.and_time(NaiveTime::MIN).and_utc(), "%Y-%m-%d"))
    }

    fn dated(self, point: Point, unit: &Redacted) -> Self {
        self.figure(point.value, unit).fixed(" at ").at(point.at)
    }

    fn hour(self, hour: u32) -> Self {
        let zero = if hour < 10 { self.fixed("0") } else { self };
        zero.count(u64::from(hour)).fixed(":00")
    }

    /// `, 12.5 % above 40`; nothing where they are alike.
    fn against(self, now: f64, usual: f64, unit: &Redacted) -> Self {
        match change(now, usual) {
            None if now == usual => self.fixed(", as ").figure(usual, unit),
            None => self.fixed(", against ").figure(usual, unit),
            Some(share) if share.abs() < 0.0005 => self.fixed(", as ").figure(usual, unit),
            Some(share) => {
                let side = if share > 0.0 { " above " } else { " below " };
                self.fixed(", ").percent(share.abs()).fixed(side).figure(usual, unit)
            }
        }
    }

    fn days(self, count: u64) -> Self {
        self.count(count).fixed(if count == 1 { " day" } else { " days" })
    }
}

/// The item of one quantity in the window, and in the time before as its `normal`, as the one after `earlier` others. With
/// `totals` its values can be added up. None where the window has no values.
pub fn item(
    (source, measured): (&str, &Measured),
    over: Days,
    totals: bool,
    earlier: usize,
    redactor: &Redactor,
) -> Option<Item> {
    let course = Course::of(measured, over)?;
    let unit = redactor.redact_line(&measured.unit);
    Some(Item {
        id: id(Kind::Metric, earlier).to_string(),
        kind: Kind::Metric,
        source: source.to_owned(),
        title: title(measured, &course, over, &unit, redactor),
        text: text(measured, &course, over, totals, &unit, redactor),
        query: Some(redactor.redact(&measured.query)),
        link: measured.link.as_deref().and_then(|link| redactor.redact_url(link)),
        at: course.steps.first().map(|step| step.at),
        frequency: None,
        chart: Some(measured.chart(over.window, Range::of(&measured.normal).as_ref())),
    })
}

/// `Errors (Sum){FunctionName="pay"} over 7 days: median 12, 0 to 431; 9.1 % above 11 of the 7 days before`.
fn title(measured: &Measured, course: &Course, over: Days, unit: &Redacted, redactor: &Redactor) -> Redacted {
    let mut name = redactor.redact_line(&measured.name);
    if !measured.labels.is_empty() {
        name.push(&labels(&measured.labels, redactor));
    }
    let whole = &course.whole;
    let words = Words(excerpt(&name, NAME)).fixed(" over ").days(over.count()).fixed(": median ");
    let words = words.figure(whole.median, unit).fixed(", ");
    let words = words.figure(whole.least.value, unit).fixed(" to ").figure(whole.most.value, unit);
    match &course.before {
        None => words.fixed("; nothing is known of the time before").0,
        Some(before) => {
            let words = words.against(whole.median, before.median, unit);
            words.fixed(" of the ").days(days(over.before)).fixed(" before").0
        }
    }
}

fn text(
    measured: &Measured,
    course: &Course,
    over: Days,
    totals: bool,
    unit: &Redacted,
    redactor: &Redactor,
) -> Redacted {
    let words = Words::default().count(course.whole.values as u64).fixed(" values, one each ");
    let words = words.count(over.period.unsigned_abs() / 60).fixed(" min, from ").at(over.window.start);
    let words = words.fixed(" to ").at(over.window.end).fixed(" UTC");
    let mut words = figures(words.fixed("\nall: "), &course.whole, totals, unit);
    if let Some(before) = &course.before {
        words = words.fixed("\nthe ").days(days(over.before)).fixed(" before: ");
        words = figures(words, before, totals, unit);
    }
    words = shaped(words, course, unit);
    words = rhythms(words, course, unit);
    words = words.fixed("\ndays, medians against those of up to 7 days before:");
    for day in &course.days {
        words = of_day(words.fixed("\n"), day, totals, unit);
    }
    if !measured.labels.is_empty() {
        words = words.fixed("\nof ").part(&labels(&measured.labels, redactor));
    }
    words.0
}

/// `median 12, 95th percentile 40, least 0 at …, most 431 at …, total 24192`.
fn figures(words: Words, of: &Figures, totals: bool, unit: &Redacted) -> Words {
    let words = words.fixed("median ").figure(of.median, unit).fixed(", 95th percentile ");
    let words = words.figure(of.high, unit).fixed(", least ").dated(of.least, unit);
    let words = words.fixed(", most ").dated(of.most, unit);
    if totals { words.fixed(", total ").figure(of.total, unit) } else { words }
}

fn of_day(words: Words, day: &Day, totals: bool, unit: &Redacted) -> Words {
    let start = day.date.and_time(NaiveTime::MIN).and_utc();
    let words = words.part(&Redacted::time(start, "%Y-%m-%d %a"));
    let words = words.fixed(if day.whole { ": " } else { " (a part of it): " });
    let words = figures(words, &day.figures, totals, unit);
    match day.usual {
        None => words.fixed("; nothing to compare with"),
        Some((usual, 1)) => words.fixed("; median").against(day.figures.median, usual, unit),
        Some((usual, n)) => {
            let words = words.fixed("; median").against(day.figures.median, usual, unit);
            words.fixed(" of the ").days(n as u64).fixed(" before")
        }
    }
}

fn shaped(words: Words, course: &Course, unit: &Redacted) -> Words {
    let mut words = words;
    if let Some(trend) = &course.trend {
        words = words.fixed("\ntrend: the daily medians ");
        words = words.fixed(if trend.per_day > 0.0 { "rise" } else { "fall" }).fixed(" steadily, by ");
        words = words.figure(trend.per_day.abs(), unit).fixed(" a day, from ").figure(trend.from.1, unit);
        words = words.fixed(" on ").date(trend.from.0).fixed(" to ").figure(trend.to.1, unit);
        words = words.fixed(" on ").date(trend.to.0);
    } else {
        words = words.fixed("\ntrend: no steady rise or fall of the daily medians");
    }
    if course.steps.is_empty() {
        words = words.fixed("\nsteps: no level that changes and stays");
    }
    for step in &course.steps {
        words = words.fixed("\nstep: from ").figure(step.from, unit).fixed(" to ").figure(step.to, unit);
        words = words.fixed(" in the hour from ").at(step.at).fixed(" on (medians of the levels)");
    }
    words
}

fn rhythms(words: Words, course: &Course, unit: &Redacted) -> Words {
    let mut words = words;
    match &course.hours {
        None => words = words.fixed("\nhours: no clear course of the day"),
        Some(hours) => {
            words = words.fixed("\nhours of the day, highest from ").hour(hours.highest);
            words = words.fixed(", lowest from ").hour(hours.lowest).fixed("; medians by hour:");
            for (hour, value) in &hours.medians {
                words = words.fixed(" ").hour(*hour).fixed("=").part(&Redacted::figure(*value));
            }
        }
    }
    if let Some(week) = &course.week {
        words = words.fixed("\nweek: Monday to Friday ").figure(week.parts.0, unit);
        words = words.fixed(", Saturday and Sunday ").figure(week.parts.1, unit).fixed("; medians by day:");
        for (day, value) in &week.medians {
            words = words.fixed(" ").fixed(named(*day)).fixed("=").part(&Redacted::figure(*value));
        }
    }
    words
}

fn named(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    }
}

/// Series of one question that are told.
pub const MOST_SERIES: usize = 10;

/// The items of all series of one question, those first whose median differs most from the time before, then those with
/// the highest values; at most [`MOST_SERIES`].
pub fn items(
    source: &str,
    measured: &[Measured],
    (over, totals): (Days, bool),
    earlier: usize,
    redactor: &Redactor,
) -> Vec<Item> {
    let far = |one: &Measured| {
        let middle = |points: &[Point]| median(points.iter().map(|point| point.value));
        let share = change(middle(&one.window)?, middle(&one.normal)?);
        share.map(f64::abs)
    };
    let most = |one: &Measured| one.window.iter().map(|point| point.value).fold(f64::NEG_INFINITY, f64::max);
    let mut ranked: Vec<(f64, f64, &Measured)> = measured
        .iter()
        .filter(|one| !one.window.is_empty())
        .map(|one| (far(one).unwrap_or(0.0), most(one), one))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
    let told = ranked.iter().take(MOST_SERIES).enumerate();
    told.filter_map(|(place, (_, _, one))| item((source, one), over, totals, earlier + place, redactor))
        .collect()
}
