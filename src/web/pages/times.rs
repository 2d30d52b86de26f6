//! Times and ages as people read them. Times are those of the zone of `now`.
//!
//! Knows calendars. Must not know the clock, nor which zone is configured.

use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc, Weekday};
use firstlook_core::Language;
pub(super) use firstlook_core::notify::Local;
use firstlook_core::notify::Zone;
use serde::Serialize;

/// A time for a `<time>` element.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct When {
    /// RFC 3339 in UTC, for programs.
    pub iso: String,
    /// For people.
    pub text: String,
    /// What they call its zone: `JST`.
    pub zone: String,
}

impl When {
    /// With its zone: `03:07 JST`.
    pub(super) fn said(&self) -> String {
        format!("{} {}", self.text, self.zone)
    }
}

/// To the second, without the day: `03:07:00`.
pub(super) fn clock(at: DateTime<Utc>, now: Local) -> When {
    when(at, now, "%H:%M:%S")
}

/// To the millisecond: `03:07:00.031`, with the day where it is not that of `now`.
pub(super) fn exact(language: Language, at: DateTime<Utc>, now: Local) -> When {
    let other_day = language.pick("%-d %b, %H:%M:%S%.3f", "%-m月%-d日 %H:%M:%S%.3f");
    when(at, now, if local(at, now).date_naive() == now.date_naive() { "%H:%M:%S%.3f" } else { other_day })
}

/// To the second, with the day where it is not that of `now`: `20 Nov, 03:07:00`.
pub(super) fn moment(language: Language, at: DateTime<Utc>, now: Local) -> When {
    let there = local(at, now);
    let format = match (there.date_naive() == now.date_naive(), there.year() == now.year()) {
        (true, _) => "%H:%M:%S",
        (false, true) => language.pick("%-d %b, %H:%M:%S", "%-m月%-d日 %H:%M:%S"),
        (false, false) => language.pick("%-d %b %Y, %H:%M:%S", "%Y年%-m月%-d日 %H:%M:%S"),
    };
    when(at, now, format)
}

/// `Fri 20 Nov`, with the year where it is not that of `now`.
pub(super) fn day(language: Language, at: DateTime<Utc>, now: Local) -> String {
    let at = local(at, now);
    let this_year = at.year() == now.year();
    match language {
        Language::En => at.format(if this_year { "%a %-d %b" } else { "%-d %b %Y" }).to_string(),
        Language::Ja if this_year => format!("{}（{}）", at.format("%-m月%-d日"), weekday(at)),
        Language::Ja => at.format("%Y年%-m月%-d日").to_string(),
    }
}

fn weekday(at: Local) -> &'static str {
    match at.weekday() {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    }
}

/// `03:07`.
pub(super) fn minute(at: DateTime<Utc>, now: Local) -> When {
    when(at, now, "%H:%M")
}

/// An age or a length in its two largest units: `42 s`, `14 min`, `1 h 51 min`, `3 d 4 h`. Negative ones, which
/// differing clocks make, are `0 s`.
pub(super) fn span(language: Language, length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let [d, h, min, s] = language.pick([" d", " h", " min", " s"], ["日", "時間", "分", "秒"]);
    let apart = language.pick(" ", "");
    match () {
        () if seconds < 60 => format!("{seconds}{s}"),
        () if minutes < 5 && seconds % 60 != 0 => format!("{minutes}{min}{apart}{}{s}", seconds % 60),
        () if minutes < 60 => format!("{minutes}{min}"),
        () if hours < 48 && minutes % 60 != 0 => format!("{hours}{h}{apart}{}{min}", minutes % 60),
        () if hours < 48 => format!("{hours}{h}"),
        () if hours % 24 != 0 => format!("{days}{d}{apart}{}{h}", hours % 24),
        () => format!("{days}{d}"),
    }
}

fn local(at: DateTime<Utc>, now: Local) -> Local {
    Zone::from(now).local(at)
}

fn when(at: DateTime<Utc>, now: Local, format: &str) -> When {
    When {
        iso: at.to_rfc3339_opts(SecondsFormat::Secs, true),
        text: local(at, now).format(format).to_string(),
        zone: Zone::from(now).name(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_their_two_largest_units() {
        let cases = [
            (-5, "0 s"),
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (166, "2 min 46 s"),
            (899, "14 min"),
            (3600, "1 h"),
            (6660, "1 h 51 min"),
            (86_400 * 2, "2 d"),
            (86_400 * 3 + 4 * 3600, "3 d 4 h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(span(Language::En, TimeDelta::seconds(seconds)), text);
        }
    }

    #[test]
    fn the_day_is_said_only_where_it_is_another() {
        let at: DateTime<Utc> = "2026-11-19T18:07:00.031Z".parse().unwrap();
        let texts = |now: &str| {
            let now = Zone::utc().local(now.parse().unwrap());
            let en = Language::En;
            (moment(en, at, now).text, exact(en, at, now).text, day(en, at, now))
        };
        let own = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(texts("2026-11-19T19:00:00Z"), own("18:07:00", "18:07:00.031", "Thu 19 Nov"));
        assert_eq!(
            texts("2026-11-20T19:00:00Z"),
            own("19 Nov, 18:07:00", "19 Nov, 18:07:00.031", "Thu 19 Nov")
        );
        assert_eq!(
            texts("2027-01-20T19:00:00Z"),
            own("19 Nov 2026, 18:07:00", "19 Nov, 18:07:00.031", "19 Nov 2026")
        );
        let tokyo = Zone::named("Asia/Tokyo").unwrap();
        let here = |now: &str| tokyo.local(now.parse().unwrap());
        assert_eq!(clock(at, here("2026-11-19T19:00:00Z")).iso, "2026-11-19T18:07:00Z");
        assert_eq!(minute(at, here("2026-11-19T19:00:00Z")).said(), "03:07 JST");
        // It is the 20th there, and still is at three in the afternoon of the 20th in UTC, less a second.
        assert_eq!(moment(Language::En, at, here("2026-11-20T14:59:59Z")).text, "03:07:00");
        assert_eq!(moment(Language::En, at, here("2026-11-20T15:00:00Z")).text, "20 Nov, 03:07:00");
        assert_eq!(day(Language::Ja, at, here("2026-11-20T15:00:00Z")), "11月20日（金）");
    }

    #[test]
    fn japanese_has_its_own_order_and_units() {
        let at: DateTime<Utc> = "2026-11-19T18:07:00.031Z".parse().unwrap();
        let texts = |now: &str| {
            let (ja, now) = (Language::Ja, Zone::utc().local(now.parse().unwrap()));
            [moment(ja, at, now).text, exact(ja, at, now).text, day(ja, at, now)]
        };
        assert_eq!(texts("2026-11-19T19:00:00Z"), ["18:07:00", "18:07:00.031", "11月19日（木）"]);
        assert_eq!(
            texts("2027-11-19T19:00:00Z"),
            ["2026年11月19日 18:07:00", "11月19日 18:07:00.031", "2026年11月19日"]
        );
        let spans = [-5, 166, 899, 6660, 86_400 * 3 + 4 * 3600].map(TimeDelta::seconds);
        let spans = spans.map(|length| span(Language::Ja, length));
        assert_eq!(spans, ["0秒", "2分46秒", "14分", "1時間51分", "3日4時間"]);
    }
}
