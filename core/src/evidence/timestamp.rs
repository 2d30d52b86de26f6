//! Reading the instant with which a log line begins.
//!
//! Knows the forms that carry a whole date. Must not guess: a form without a year (syslog) or without a date
//! (`09:10:11 INFO …`) has no instant here; the source's own timestamp stands in for it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// The instant at the start of a plain line: ISO 8601 with `T` or a blank, `,` or `.` before the fraction, slashes
/// in place of dashes, in brackets or not. A time without a zone counts as UTC.
pub fn leading(line: &str) -> Option<DateTime<Utc>> {
    let text = line.trim_start_matches(['[', '(', '"', ' ']);
    text.as_bytes().first().filter(|byte| byte.is_ascii_digit())?;
    let head = text.get(..19)?;
    let at = NaiveDateTime::new(date(head.get(..10)?)?, time(head.get(10..)?)?);
    let (nanos, rest) = fraction(text.get(19..).unwrap_or_default());
    let at = at + chrono::TimeDelta::nanoseconds(nanos);
    at.and_utc().checked_sub_signed(chrono::TimeDelta::seconds(i64::from(zone(rest))))
}

/// A timestamp inside JSON: text in one of the forms above, or a number of seconds, milliseconds, microseconds or
/// nanoseconds since 1970, told apart by its size.
pub fn value(text: &str) -> Option<DateTime<Utc>> {
    if let Some(at) = leading(text) {
        return Some(at);
    }
    let number: f64 = text.trim().parse().ok().filter(|number: &f64| number.is_finite())?;
    let millis = match number.abs() {
        n if n < 1e9 => return None,
        n if n < 1e11 => number * 1e3,
        n if n < 1e14 => number,
        n if n < 1e17 => number / 1e3,
        _ => number / 1e6,
    };
    DateTime::from_timestamp_millis(millis as i64)
}

fn date(text: &str) -> Option<NaiveDate> {
    let (separator, bytes) = (*text.as_bytes().get(4)?, text.as_bytes());
    if !matches!(separator, b'-' | b'/') || bytes.get(7) != Some(&separator) {
        return None;
    }
    NaiveDate::from_ymd_opt(
        number(text.get(..4)?)? as i32,
        number(text.get(5..7)?)?,
        number(text.get(8..10)?)?,
    )
}

/// ` 09:10:11` or `T09:10:11`.
fn time(text: &str) -> Option<chrono::NaiveTime> {
    let bytes = text.as_bytes();
    if !matches!(bytes.first()?, b'T' | b't' | b' ')
        || bytes.get(3) != Some(&b':')
        || bytes.get(6) != Some(&b':')
    {
        return None;
    }
    chrono::NaiveTime::from_hms_opt(
        number(text.get(1..3)?)?,
        number(text.get(4..6)?)?,
        number(text.get(7..9)?)?,
    )
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `.123` or `,123456` as nanoseconds, and what stands behind it.
fn fraction(text: &str) -> (i64, &str) {
    let Some(digits) = text.strip_prefix(['.', ',']) else { return (0, text) };
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let nanos = digits.bytes().take(end.min(9)).fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'));
    let scale = 10_i64.pow(9 - u32::try_from(end.min(9)).unwrap_or(9));
    (nanos * scale, digits.get(end..).unwrap_or_default())
}

/// Seconds east of Greenwich: `+09:00`, `-0530`, `+09`; anything else is UTC.
fn zone(text: &str) -> i32 {
    let sign = match text.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return 0,
    };
    let rest = text.get(1..).unwrap_or_default();
    let Some(hours) = rest.get(..2).and_then(number).filter(|hours| *hours < 24) else { return 0 };
    let minutes = rest.get(2..).unwrap_or_default().trim_start_matches(':');
    let minutes = minutes.get(..2).and_then(number).filter(|minutes| *minutes < 60).unwrap_or(0);
    sign * i32::try_from(hours * 3600 + minutes * 60).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_dates_are_read_in_all_their_forms() {
        for (line, expected) in [
            ("2025-11-20T09:10:11Z up", Some("2025-11-20T09:10:11Z")),
            ("2025-11-20T09:10:11.250+09:00 up", Some("2025-11-20T00:10:11.250Z")),
            ("2025-11-20 09:10:11,042 INFO up", Some("2025-11-20T09:10:11.042Z")),
            ("[2025/11/20 09:10:11] up", Some("2025-11-20T09:10:11Z")),
            ("2025-11-20T09:10:11-0530", Some("2025-11-20T14:40:11Z")),
            ("2025-11-20 09:10:11 -host up", Some("2025-11-20T09:10:11Z")),
            ("2025-13-20T09:10:11Z", None),
            ("Nov 20 09:10:11 host sshd[1]: up", None),
            ("09:10:11 INFO up", None),
            ("2025", None),
            ("２０２５-11-20T09:10:11Z", None),
            ("", None),
        ] {
            assert_eq!(leading(line), expected.map(|at| at.parse().unwrap()), "{line}");
        }
    }

    #[test]
    fn numbers_are_told_apart_by_their_size() {
        for text in ["1763629811", "1763629811000", "1763629811000000", "1763629811000000000", "1763629811.0"]
        {
            assert_eq!(value(text), Some("2025-11-20T09:10:11Z".parse().unwrap()), "{text}");
        }
        for text in ["12", "NaN", "inf", "soon", "-3"] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
