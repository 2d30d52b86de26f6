//! Text in one style, and who reads it: what every kind of Slack's texts is read into.
//!
//! Knows dates as Slack writes them. Must not know which syntax a text came in.

use chrono::{DateTime, Utc};
use firstlook_core::Language;
use serde::Serialize;

use super::super::times::{self, Local};
use super::super::{links, words};

/// Text in one style.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Span {
    pub text: String,
    pub href: Option<String>,
    #[serde(flatten)]
    pub style: Style,
    /// Somebody is named, or rung.
    pub mention: bool,
    /// What stands there is unknown, and this is what it is called.
    pub unknown: bool,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub(super) struct Style {
    pub bold: bool,
    pub italic: bool,
    pub strike: bool,
    pub code: bool,
}

impl Span {
    /// Without any style.
    pub(super) fn plain(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// `@aya`, `#alerts`, `@here`.
    pub(super) fn mention(text: String) -> Self {
        Self { mention: true, ..Self::plain(text) }
    }
}

/// The address, if Slack makes a link of it: an absolute one of the web.
pub(super) fn web(url: &str) -> Option<String> {
    links::safe(url).filter(|url| !url.starts_with('/'))
}

/// Who reads the page, and when.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    pub language: Language,
    pub now: Local,
}

/// A date as Slack's format string says, in the zone of the page. Slack shows the reader's; the page's foot says which this is.
pub(super) fn date(at: DateTime<Utc>, format: &str, reader: Reader) -> String {
    let Reader { language, now } = reader;
    let ago = words::ago(language, &times::span(language, now.to_utc() - at));
    let day = times::day(language, at, now);
    let date = at.with_timezone(&now.timezone()).format("%Y-%m-%d");
    [
        ("{time_secs}", times::clock(at, now).text),
        ("{time}", times::minute(at, now).text),
        ("{ago}", ago),
        ("{date_num}", date.to_string()),
        ("{date_short_pretty}", day.clone()),
        ("{date_long_pretty}", day.clone()),
        ("{date_short}", day.clone()),
        ("{date_long}", day.clone()),
        ("{date_pretty}", day.clone()),
        ("{date}", day),
    ]
    .iter()
    .fold(format.to_owned(), |text, (mark, value)| text.replace(mark, value))
}

/// The date of these seconds; `fallback` where they are none.
pub(super) fn date_or(seconds: Option<i64>, format: &str, fallback: &str, reader: Reader) -> String {
    let at = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    at.map_or_else(|| fallback.to_owned(), |at| date(at, format, reader))
}
