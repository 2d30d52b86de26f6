//! The time that a log line carries at its beginning, in the forms that are common in the field.
//!
//! Knows forms of time. Must not know files or windows. A form without a zone is taken as UTC; one without a year
//! (syslog, klog) takes the year that brings it nearest to a given instant.

mod forms;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use forms::{Cursor, Stamp};

/// Names of the field that holds the time, in JSON lines and logfmt.
const KEYS: [&[u8]; 8] =
    [b"@timestamp", b"timestamp", b"time", b"ts", b"datetime", b"date", b"eventTime", b"asctime"];

/// Words that may stand before the time.
const LEVELS: [&[u8]; 10] =
    [b"trace", b"debug", b"info", b"notice", b"warning", b"warn", b"error", b"fatal", b"critical", b"severe"];

/// How far into a JSON line the field may stand, in bytes.
const FIELD_REACH: usize = 4096;

/// How far into an access-log line its `[10/Oct/2000:13:55:36 -0700]` may stand, in bytes.
const ACCESS_REACH: usize = 256;

/// The time at the beginning of `line`: RFC 3339 and its relatives (`2024-01-01 00:00:00,123`, `2024/01/01 00:00:00`),
/// epoch seconds to nanoseconds, syslog, klog, access logs, and the time field of JSON lines and logfmt.
pub fn leading_time(line: &str, near: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let bytes = line.as_bytes();
    if bytes.first() == Some(&b'{') {
        return field(bytes, near);
    }
    at_start(bytes, near).or_else(|| access(bytes)).or_else(|| field(bytes, near))
}

/// After at most one priority (`<13>`), some brackets and one level word.
fn at_start(bytes: &[u8], near: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut cursor = Cursor(bytes);
    if bytes.first() == Some(&b'<') {
        let end = bytes.iter().take(6).position(|byte| *byte == b'>')?;
        cursor.skip(end + 1);
    }
    cursor.skip_marks();
    if let Some(stamp) = cursor.klog() {
        return resolve(stamp, near);
    }
    if let Some(word) = LEVELS.iter().find(|word| cursor.starts_with_ignoring_case(word)) {
        cursor.skip(word.len());
        cursor.skip_marks();
    }
    cursor.stamp().and_then(|stamp| resolve(stamp, near))
}

/// `host ident user [10/Oct/2000:13:55:36 -0700] …`.
fn access(bytes: &[u8]) -> Option<DateTime<Utc>> {
    let head = bytes.get(..ACCESS_REACH.min(bytes.len()))?;
    let open = head.iter().position(|byte| *byte == b'[')?;
    Cursor(bytes.get(open + 1..)?).access_stamp()
}

/// `"ts":…`, `ts=…`: the first time field whose value is a time.
fn field(bytes: &[u8], near: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let head = bytes.get(..FIELD_REACH.min(bytes.len()))?;
    let json = head.first() == Some(&b'{');
    // In logfmt the time comes first; elsewhere a later `time=` is as likely a duration or someone else's time.
    let mut names = head.iter().enumerate().filter(|(at, byte)| if json { **byte == b'"' } else { *at == 0 });
    names.find_map(|(at, _)| {
        let mut cursor = Cursor(bytes.get(at + usize::from(json)..)?);
        let key = KEYS.iter().find(|key| {
            cursor.0.starts_with(key) && cursor.0.get(key.len()) == Some(if json { &b'"' } else { &b'=' })
        })?;
        cursor.skip(key.len() + 1);
        cursor.skip_marks();
        cursor.stamp().and_then(|stamp| resolve(stamp, near))
    })
}

/// A stamp without a year takes the one nearest to `near`.
fn resolve(stamp: Stamp, near: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match stamp {
        Stamp::Instant(at) => Some(at),
        Stamp::NoYear { month, day, time } => (near.year() - 1..=near.year() + 1)
            .filter_map(|year| Some(NaiveDate::from_ymd_opt(year, month, day)?.and_time(time).and_utc()))
            .min_by_key(|at| (*at - near).abs()),
    }
}
