//! The forms in which services write times.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};

/// RFC 3339, RFC 1123 (AWS Health), without a zone (RDS), or as C's `ctime` with `UTC` in it (Elastic Beanstalk); the last two
/// are UTC.
pub fn time(text: &str) -> Option<DateTime<Utc>> {
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    let bare = || {
        ["%Y-%m-%d %H:%M:%S%.f", "%a %b %d %H:%M:%S UTC %Y"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .map(|time| time.and_utc())
    };
    zoned.map(|time| time.with_timezone(&Utc)).ok().or_else(bare).map(|time| time.trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_the_same_moment() {
        for text in [
            "2026-06-26T15:00:00Z",
            "2026-06-26T15:00:00.000+0000",
            "2026-06-26T17:00:00+02:00",
            "Fri, 26 Jun 2026 15:00:00 GMT",
            "2026-06-26 15:00:00.000",
            "2026-06-26 15:00:00",
            "Fri Jun 26 15:00:00 UTC 2026",
        ] {
            assert_eq!(time(text).map(|at| at.timestamp()), Some(1_782_486_000), "{text}");
        }
        for text in ["", "yesterday", "2026-06-26", "26 Jun", "2026-13-26T15:00:00Z"] {
            assert_eq!(time(text), None, "{text}");
        }
    }
}
