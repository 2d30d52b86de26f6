//! `time_intervals:`: named times in Alertmanager's grammar, and calendars of holidays.
//!
//! What they mean is [`firstlook_core::route::interval`]'s business; here their faults get their lines.

use std::sync::Arc;

use firstlook_core::route::interval::{self, Calendar, Interval, Range, Span};
use firstlook_core::route::{Delay, Intervals};

use super::Error;
use super::section::{Section, duration};

/// What a span may name.
const SPAN: [&str; 7] =
    ["times", "weekdays", "days_of_month", "months", "years", "location", "holidays_file"];

/// Reads `time_intervals:`, names unique.
pub fn read(top: &Section<'_>) -> Result<Intervals, Error> {
    let mut intervals = Intervals::new();
    for (path, node) in top.list("time_intervals")? {
        let named = Section::open(top.context, node, &path, &["name", "time_intervals"], &[])?;
        let name = named.required("name", "routes name the interval by it")?;
        if intervals.contains_key(&name) {
            return Err(named.error("name", format!("{name:?} is the name of another interval as well")));
        }
        let spans = named
            .list("time_intervals")?
            .into_iter()
            .map(|(path, node)| span(&Section::open(top.context, node, &path, &SPAN, &[])?))
            .collect::<Result<Vec<_>, _>>()?;
        if spans.is_empty() {
            let remedy = "write at least one span, such as { weekdays: [\"monday:friday\"] }";
            return Err(named.error("time_intervals", format!("has no time in it: {remedy}")));
        }
        intervals.insert(name, Interval { spans });
    }
    Ok(intervals)
}

fn span(section: &Section<'_>) -> Result<Span, Error> {
    let mut times = Vec::new();
    for (path, node) in section.list("times")? {
        let one = Section::open(section.context, node, &path, &["start_time", "end_time"], &[])?;
        let remedy = "a span of the day has a start_time and an end_time, such as \"09:00\" and \"18:00\"";
        let (start, end) = (one.required("start_time", remedy)?, one.required("end_time", remedy)?);
        let fault = |what| section.context.error(one.line, format!("`{path}`: {what}"));
        times.push(interval::times(&start, &end).map_err(fault)?);
    }
    if section.node("times").is_some() && times.is_empty() {
        return Err(section.error("times", "is empty: leave the key out where any time will do"));
    }
    let zone = section.text("location")?.map(|name| interval::zone(&name));
    Ok(Span {
        times,
        weekdays: ranges(section, "weekdays", interval::weekdays)?,
        days_of_month: ranges(section, "days_of_month", interval::days_of_month)?,
        months: ranges(section, "months", interval::months)?,
        years: ranges(section, "years", interval::years)?,
        holidays: holidays(section)?,
        zone: zone
            .transpose()
            .map_err(|what| section.error("location", format!("is not known: {what}")))?
            .unwrap_or_default(),
    })
}

fn ranges(
    section: &Section<'_>,
    key: &str,
    read: fn(&str) -> Result<Range, String>,
) -> Result<Vec<Range>, Error> {
    let Some(texts) = section.texts(key)? else { return Ok(Vec::new()) };
    if texts.is_empty() {
        return Err(section.error(key, "is empty: leave the key out where any will do"));
    }
    let one = |(text, line): (String, usize)| {
        let fault = |what| section.context.error(line, format!("`{}`: {what}", section.name(key)));
        read(&text).map_err(fault)
    };
    texts.into_iter().map(one).collect()
}

fn holidays(section: &Section<'_>) -> Result<Option<Arc<Calendar>>, Error> {
    let Some(path) = section.path("holidays_file")? else { return Ok(None) };
    let text = (section.context.around.read)(&path)
        .map_err(|why| section.error("holidays_file", format!("{} cannot be read: {why}", path.display())))?;
    let calendar = Calendar::parse(&text).map_err(|(line, what)| {
        section.error("holidays_file", format!("{}:{line}: {what}", path.display()))
    })?;
    Ok(Some(Arc::new(calendar)))
}

/// `5m`, `09:00`, `09:00 Asia/Tokyo`.
pub fn delay(section: &Section<'_>) -> Result<Option<Delay>, Error> {
    let Some(text) = section.text("delay")? else { return Ok(None) };
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = |time: &str, zone: &str| -> Result<Delay, String> {
        let minute = interval::minute(time)?;
        if minute >= 24 * 60 {
            return Err("24:00 is the 00:00 of the next day: write 00:00".to_owned());
        }
        Ok(Delay::At { minute, zone: interval::zone(zone)? })
    };
    let read = match words.as_slice() {
        [time] if time.contains(':') => at(time, "UTC"),
        [time, zone] => at(time, zone),
        [length] => match duration(length).and_then(|length| chrono::TimeDelta::from_std(length).ok()) {
            Some(length) if length <= chrono::TimeDelta::days(7) => Ok(Delay::For(length)),
            Some(_) => Err("is longer than a week".to_owned()),
            None => Err(format!("{text:?} is neither a duration nor a time of day")),
        },
        _ => Err(format!("{text:?} is neither a duration nor a time of day")),
    };
    read.map(Some).map_err(|what| {
        section
            .error("delay", format!("is no delay: {what}; write `5m`, `\"09:00\"` or `\"09:00 Asia/Tokyo\"`"))
    })
}
