//! The forms of a time, read byte by byte: this runs for every line that is read, hundreds of thousands at once.
//!
//! Knows notation only. Must not know lines, fields or years that are not written.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

const MONTHS: [&[u8]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

/// Epoch seconds from 2001-09-09 to 2033-05-18 have ten digits and begin with 1; so do their milliseconds and so on.
const EPOCH_DIGITS: [(usize, i64); 4] = [(10, 1_000_000_000), (13, 1_000_000), (16, 1_000), (19, 1)];

/// What was read.
pub(super) enum Stamp {
    /// A full time.
    Instant(DateTime<Utc>),
    /// Syslog and klog do not write the year.
    NoYear {
        /// 1 to 12.
        month: u32,
        /// 1 to 31.
        day: u32,
        /// UTC, as no zone is written.
        time: NaiveTime,
    },
}

/// What is left to read.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a>(pub &'a [u8]);

impl Cursor<'_> {
    pub(super) fn skip(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    /// Brackets, quotes, blanks and separators that stand around times.
    pub(super) fn skip_marks(&mut self) {
        while let Some(b' ' | b'\t' | b'[' | b']' | b'(' | b'"' | b'\'' | b':' | b'|' | b',') = self.0.first()
        {
            self.skip(1);
        }
    }

    pub(super) fn starts_with_ignoring_case(&self, word: &[u8]) -> bool {
        self.0.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && self.0.get(word.len()).is_none_or(|next| !next.is_ascii_alphanumeric())
    }

    /// Any of the forms that may begin a line.
    pub(super) fn stamp(self) -> Option<Stamp> {
        self.iso().or_else(|| self.epoch()).map(Stamp::Instant).or_else(|| self.syslog())
    }

    /// `2024-01-01T00:00:00.123456789+09:00` and relatives: `/` for `-`, a blank for `T`, `,` for `.`, no zone.
    fn iso(mut self) -> Option<DateTime<Utc>> {
        let year = self.number(4)?;
        let separator = *self.0.first()?;
        if !matches!(separator, b'-' | b'/') {
            return None;
        }
        self.skip(1);
        let month = self.number(2)?;
        self.expect(&[separator])?;
        let day = self.number(2)?;
        self.expect(b"Tt ")?;
        let time = self.clock()?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let zone = TimeDelta::seconds(self.zone());
        date.and_time(time).and_utc().checked_sub_signed(zone)
    }

    /// `1700000000`, `1700000000.123`, `1700000000123`, …
    fn epoch(mut self) -> Option<DateTime<Utc>> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (_, scale) = EPOCH_DIGITS.iter().find(|(length, _)| *length == digits)?;
        if self.0.first() != Some(&b'1') {
            return None;
        }
        let whole: i64 = std::str::from_utf8(self.0.get(..digits)?).ok()?.parse().ok()?;
        self.skip(digits);
        let part = if digits == 10 { self.fraction() } else { 0 };
        if self.0.first().is_some_and(|next| next.is_ascii_alphanumeric()) {
            return None;
        }
        Some(DateTime::from_timestamp_nanos(whole.checked_mul(*scale)?.checked_add(i64::from(part))?))
    }

    /// `Oct  9 22:14:15`.
    fn syslog(mut self) -> Option<Stamp> {
        let month = self.month()?;
        self.expect(b" ")?;
        if self.0.first() == Some(&b' ') {
            self.skip(1);
        }
        let digits = self.0.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let day = self.number(digits)?;
        self.expect(b" ")?;
        Some(Stamp::NoYear { month, day, time: self.clock()? })
    }

    /// `E1009 22:14:15.000000`, as Kubernetes' components write.
    pub(super) fn klog(mut self) -> Option<Stamp> {
        self.expect(b"IWEF")?;
        let month = self.number(2)?;
        let day = self.number(2)?;
        self.expect(b" ")?;
        Some(Stamp::NoYear { month, day, time: self.clock()? })
    }

    /// `10/Oct/2000:13:55:36 -0700`, as web servers write.
    pub(super) fn access_stamp(mut self) -> Option<DateTime<Utc>> {
        let day = self.number(2)?;
        self.expect(b"/")?;
        let month = self.month()?;
        self.expect(b"/")?;
        let year = i32::try_from(self.number(4)?).ok()?;
        self.expect(b":")?;
        let time = self.clock()?;
        let zone = TimeDelta::seconds(self.zone());
        NaiveDate::from_ymd_opt(year, month, day)?.and_time(time).and_utc().checked_sub_signed(zone)
    }

    /// `13:55:36.123`; the second 60 of a leap second counts as 59.
    fn clock(&mut self) -> Option<NaiveTime> {
        let hour = self.number(2)?;
        self.expect(b":")?;
        let minute = self.number(2)?;
        self.expect(b":")?;
        let second = self.number(2)?;
        let second = if second == 60 { 59 } else { second };
        NaiveTime::from_hms_nano_opt(hour, minute, second, self.fraction())
    }

    /// Nanoseconds of `.123` or `,123`; what is finer is dropped, none is 0.
    fn fraction(&mut self) -> u32 {
        let Some(b'.' | b',') = self.0.first() else { return 0 };
        let rest = self.0.get(1..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return 0;
        }
        let nine =
            (0..9).map(|place| rest.get(place).filter(|_| place < digits).map_or(0, |byte| byte - b'0'));
        let nanos = nine.fold(0, |sum: u32, digit| sum * 10 + u32::from(digit));
        self.skip(1 + digits);
        nanos
    }

    /// Seconds east of UTC of `Z`, `+0900`, ` -07:00`; 0 where no zone is written.
    fn zone(&mut self) -> i64 {
        let mut ahead = *self;
        if ahead.0.first() == Some(&b' ') {
            ahead.skip(1);
        }
        let sign = match ahead.0.first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return 0,
        };
        ahead.skip(1);
        let Some(hours) = ahead.number(2) else { return 0 };
        if ahead.0.first() == Some(&b':') {
            ahead.skip(1);
        }
        // `… 07:08:09 -12 degrees` is no zone: after a blank the minutes must stand there too.
        let minutes = ahead.number(2).or_else(|| (self.0.first() != Some(&b' ')).then_some(0));
        let Some(minutes) = minutes.filter(|minutes| hours <= 23 && *minutes <= 59) else { return 0 };
        sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60)
    }

    fn month(&mut self) -> Option<u32> {
        let name = self.0.get(..3)?;
        let index = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month))?;
        self.skip(3);
        u32::try_from(index + 1).ok()
    }

    /// Exactly `digits` digits (at least one).
    fn number(&mut self, digits: usize) -> Option<u32> {
        let text =
            self.0.get(..digits).filter(|text| !text.is_empty() && text.iter().all(u8::is_ascii_digit))?;
        let value = text.iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
        self.skip(digits);
        Some(value)
    }

    /// One byte of `any`.
    fn expect(&mut self, any: &[u8]) -> Option<()> {
        let first = self.0.first()?;
        any.contains(first).then(|| self.skip(1))
    }
}
