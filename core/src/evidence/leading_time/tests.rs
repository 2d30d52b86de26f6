//! Which forms of a time are read at the beginning of a line, and what is none.

use chrono::{DateTime, SecondsFormat, Utc};

use super::leading_time;

fn read(line: &str) -> Option<String> {
    let near: DateTime<Utc> = "2026-01-02T00:00:00Z".parse().unwrap();
    leading_time(line, near).map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[test]
fn common_forms_are_read() {
    for (line, at) in [
        ("2024-05-06T07:08:09Z up", "2024-05-06T07:08:09Z"),
        ("2024-05-06T07:08:09.123456+09:00 up", "2024-05-05T22:08:09.123456Z"),
        ("2024-05-06 07:08:09,250 ERROR [main] x", "2024-05-06T07:08:09.250Z"),
        ("2024-05-06 07:08:09.250 -0700 x", "2024-05-06T14:08:09.250Z"),
        ("2024-05-06 07:08:09 - root - INFO", "2024-05-06T07:08:09Z"),
        ("2024-05-06 07:08:09 -12 degrees", "2024-05-06T07:08:09Z"),
        ("2024/05/06 07:08:09 [error] 12#0: upstream", "2024-05-06T07:08:09Z"),
        ("[2024-05-06 07:08:09] production.ERROR", "2024-05-06T07:08:09Z"),
        ("ERROR [2024-05-06 07:08:09] db", "2024-05-06T07:08:09Z"),
        ("<13>2024-05-06T07:08:09Z host app", "2024-05-06T07:08:09Z"),
        ("2024-05-06T07:08:09.5Z stdout F msg", "2024-05-06T07:08:09.500Z"),
        ("1714979289 x", "2024-05-06T07:08:09Z"),
        ("1714979289.250 x", "2024-05-06T07:08:09.250Z"),
        ("1714979289250 x", "2024-05-06T07:08:09.250Z"),
        ("1714979289000000007 x", "2024-05-06T07:08:09.000000007Z"),
        (r#"{"level":"info","ts":1714979289.25,"msg":"x"}"#, "2024-05-06T07:08:09.250Z"),
        (r#"{"msg":"x","@timestamp": "2024-05-06T07:08:09Z"}"#, "2024-05-06T07:08:09Z"),
        (r#"ts=2024-05-06T07:08:09Z level=info"#, "2024-05-06T07:08:09Z"),
        (r#"time="2024-05-06T07:08:09Z" level=info"#, "2024-05-06T07:08:09Z"),
        (r#"1.2.3.4 - - [06/May/2024:07:08:09 +0200] "GET /""#, "2024-05-06T05:08:09Z"),
        ("Jan  1 07:08:09 host app: x", "2026-01-01T07:08:09Z"),
        ("<34>Dec 31 23:59:59 host app: x", "2025-12-31T23:59:59Z"),
        ("E0101 07:08:09.000500 1 main.go:5] x", "2026-01-01T07:08:09.000500Z"),
        ("2016-12-31T23:59:60Z leap", "2016-12-31T23:59:59Z"),
    ] {
        assert_eq!(read(line).as_deref(), Some(at), "{line}");
    }
}

#[test]
fn what_is_no_leading_time_is_not_read() {
    for line in [
        "",
        "{",
        "token expired at 2024-05-06 07:08:09",
        "Caused by: java.sql.SQLException: 2024-05-06 07:08:09",
        "2024-13-06 07:08:09 no such month",
        "2024-05-06 only a day",
        "2024-05-06 25:08:09 no such hour",
        "1234567 orders",
        "4005551234 is a telephone number",
        "1714979289abcdef is a hash",
        "12345678901 has eleven digits",
        "Mayor of London 12:00:00",
        r#"{"msg":"ts","time":"yesterday"}"#,
        "error: took 5s",
        "日本語のログ",
        "Feb 30 07:08:09 no such day",
    ] {
        assert_eq!(read(line), None, "{line}");
    }
}
