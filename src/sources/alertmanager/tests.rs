//! Captured bodies of a real Alertmanager, and bodies that no Alertmanager would send.

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    at("2026-11-20T09:00:00Z")
}

fn read(body: &str) -> Result<Notification, Unusable> {
    parse(body.as_bytes(), "alertmanager/main", now())
}

/// The one alert of a body whose alert object is `alert`.
fn one(alert: &str) -> AlertMessage {
    let body = format!(r#"{{"alerts":[{alert}]}}"#);
    read(&body).unwrap().alerts.remove(0).unwrap_or_else(|e| panic!("{alert}: {e}"))
}

/// File, alerts, of them resolved, truncated, receiver.
const CAPTURED: [(&str, usize, usize, u64, &str); 13] = [
    ("firing_amtool_bearer", 1, 0, 0, "noresolve"),
    ("firing_groupby_all", 1, 0, 0, "all"),
    ("firing_grouped_3", 3, 0, 0, "default"),
    ("firing_instance_down_prometheus", 1, 0, 0, "default"),
    ("firing_retried_on_503", 1, 0, 0, "fail"),
    ("firing_single_prometheus", 1, 0, 0, "default"),
    ("firing_storm_40_in_group", 40, 0, 0, "default"),
    ("firing_truncated_max_alerts_2", 2, 0, 3, "trunc"),
    ("firing_unicode_html_markdown", 1, 0, 0, "default"),
    ("firing_watchdog_minimal", 1, 0, 0, "default"),
    ("mixed_firing2_resolved1", 3, 1, 0, "default"),
    ("resolved_single_prometheus", 1, 1, 0, "default"),
    ("resolved_truncated", 2, 2, 3, "trunc"),
];

#[test]
fn every_captured_body_is_read_and_its_fingerprints_are_ours() {
    for (name, alerts, resolved, truncated, receiver) in CAPTURED {
        let file = format!("{}/tests/samples/alertmanager/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let read = parse(&std::fs::read(file).unwrap(), "alertmanager/main", now()).unwrap();
        assert_eq!((read.truncated, read.receiver.as_str()), (truncated, receiver), "{name}");
        assert_eq!(read.external_url.as_deref(), Some("http://vm:9893"), "{name}");
        assert!(read.group_key.starts_with("{}"), "{name}: {}", read.group_key);
        let all: Vec<_> = read.alerts.iter().map(|a| a.as_ref().unwrap()).collect();
        assert_eq!(all.len(), alerts, "{name}");
        assert_eq!(all.iter().filter(|a| a.ends_at.is_some()).count(), resolved, "{name}");
        for alert in all {
            assert_eq!(alert.id.fingerprint, fingerprint(&alert.labels), "{name}");
            assert_eq!(alert.status == AlertStatus::Resolved, alert.ends_at.is_some(), "{name}");
            assert!(alert.starts_at > at("2026-11-20T08:00:00Z"), "{name}");
        }
    }
}

#[test]
fn bodies_without_an_alert_are_unusable_and_say_why() {
    let deep = "[".repeat(200_000);
    let cases = [
        ("", "the body is empty"),
        ("  \n", "the body is empty"),
        ("\u{feff}", "the body is empty"),
        ("hello", "the body is not JSON (line 1, column 1)"),
        ("{", "the body is not JSON (line 1, column 1)"),
        ("{\"alerts\":\n[{]}", "the body is not JSON (line 2"),
        ("{\"alerts\":[]} trailing", "the body is not JSON"),
        (deep.as_str(), "the body is JSON, but not an object"),
        ("null", "not an object"),
        ("17", "not an object"),
        ("\"alerts\"", "not an object"),
        ("[]", "not an object"),
        (r#"[{"labels":{"alertname":"A"}}]"#, "not an object"),
        ("{}", "has no `alerts`"),
        (r#"{"alerts":null}"#, "has no `alerts`"),
        (r#"{"text":"a template"}"#, "has no `alerts`"),
        (r#"{"alerts":{}}"#, "`alerts` is not an array"),
        (r#"{"alerts":"x"}"#, "`alerts` is not an array"),
        (r#"{"alerts":[]}"#, "`alerts` is empty"),
    ];
    for (body, expected) in cases {
        let error = read(body).unwrap_err();
        let shown: String = body.chars().take(40).collect();
        assert!(error.reason.contains(expected), "{shown}: {error}");
        assert!(!error.remedy.is_empty());
    }
}

#[test]
fn alerts_that_are_none_are_rejected_alone() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let cases = [
        ("null", "it is not an object"),
        ("7", "it is not an object"),
        (r#""x""#, "it is not an object"),
        ("[]", "it is not an object"),
        (deep.as_str(), "it is not an object"),
        ("{}", "it has no `labels`"),
        (r#"{"status":"firing"}"#, "it has no `labels`"),
        (r#"{"labels":[]}"#, "its `labels` are not an object"),
        (r#"{"labels":[{"name":"a"}]}"#, "its `labels` are not an object"),
        (r#"{"labels":"a=b"}"#, "its `labels` are not an object"),
        (r#"{"labels":3}"#, "its `labels` are not an object"),
        (r#"{"labels":{"a":"b"},"labels":[]}"#, "its `labels` are not an object"),
    ];
    for (bad, expected) in cases {
        let read = read(&format!(r#"{{"alerts":[{{"labels":{{"a":"b"}}}},{bad}]}}"#)).unwrap();
        assert!(read.alerts[0].is_ok());
        let rejected = read.alerts[1].as_ref().unwrap_err();
        assert_eq!((rejected.index, rejected.reason.as_str()), (1, expected));
    }
}

#[test]
fn label_sets_of_any_kind_are_read() {
    let cases: [(&str, &[(&str, &str)]); 15] = [
        (r#"{"a":"b"}"#, &[("a", "b")]),
        ("{}", &[]),
        ("null", &[]),
        (r#"{"a":null,"b":"","c":"d"}"#, &[("c", "d")]),
        (r#"{"a":1,"b":1.50,"c":true}"#, &[("a", "1"), ("b", "1.50"), ("c", "true")]),
        (
            r#"{"a":1e999,"b":123456789012345678901234567890}"#,
            &[("a", "1e999"), ("b", "123456789012345678901234567890")],
        ),
        (r#"{"a":["x"]}"#, &[("a", r#"["x"]"#)]),
        (r#"{"a":"1","a":"2"}"#, &[("a", "2")]),
        (r#"{"a":"\u0000"}"#, &[("a", "\u{fffd}")]),
        (r#"{"\u0000":"b"}"#, &[("\u{fffd}", "b")]),
        (r#"{"a":"\ud800"}"#, &[("a", "\u{fffd}")]),
        (r#"{"\udc00":"b"}"#, &[("\u{fffd}", "b")]),
        (r#"{"a":"\ud83d\ude00"}"#, &[("a", "😀")]),
        (r#"{"":"b"}"#, &[("", "b")]),
        (r#"{"A":"1","a":"2"}"#, &[("A", "1"), ("a", "2")]),
    ];
    for (labels, expected) in cases {
        let alert = one(&format!(r#"{{"labels":{labels}}}"#));
        assert_eq!(alert.labels, expected.iter().copied().collect(), "{labels}");
        assert_eq!(alert.id.fingerprint, fingerprint(&alert.labels), "{labels}");
    }
}

#[test]
fn what_lies_far_ahead_is_no_time() {
    let far = one(r#"{"labels":{},"startsAt":"9999-01-01T00:00:00Z"}"#);
    assert_eq!(far.starts_at, now());
    let ended = one(
        r#"{"labels":{},"status":"resolved","startsAt":"2026-11-20T08:00:00Z","endsAt":"9999-01-01T00:00:00Z"}"#,
    );
    assert_eq!(ended.ends_at, Some(now()));
    // A clock that is wrong by months is still a clock.
    let ahead = one(r#"{"labels":{},"startsAt":"2027-03-01T00:00:00Z"}"#);
    assert_eq!(ahead.starts_at, at("2027-03-01T00:00:00Z"));
}

#[test]
fn times_and_status_are_settled() {
    let (start, end) = ("2026-11-20T08:00:00Z", "2026-11-20T08:30:00Z");
    let zero = "0001-01-01T00:00:00Z";
    let (n, s, e) = (now(), at(start), at(end));
    // status, startsAt, endsAt, expected start, expected end (none while firing)
    let cases = [
        ("firing", start, zero, s, None),
        ("FIRING", start, "", s, None),
        ("firing", start, "2026-11-20T09:04:00Z", s, None),
        ("firing", start, end, s, None),
        ("firing", "", zero, n, None),
        ("firing", zero, zero, n, None),
        ("firing", "0001-01-01T00:00:00+09:00", zero, n, None),
        ("firing", "yesterday", zero, n, None),
        ("firing", "2026-11-20T08:00:00.123456789Z", "", at("2026-11-20T08:00:00.123456Z"), None),
        ("firing", "2026-11-20T17:00:00.5+09:00", "", at("2026-11-20T08:00:00.5Z"), None),
        ("firing", "2026-11-19T20:30:00-11:30", "", s, None),
        ("resolved", start, end, s, Some(e)),
        ("resolved", start, zero, s, Some(n)),
        ("resolved", start, "", s, Some(n)),
        ("resolved", "", end, e, Some(e)),
        ("resolved", end, start, e, Some(e)),
        ("", start, end, s, Some(e)),
        ("suppressed", start, zero, s, None),
        ("", start, "2026-11-20T09:04:00Z", s, None),
    ];
    for (status, startsat, endsat, starts, ends) in cases {
        let alert = one(&format!(
            r#"{{"labels":{{"a":"b"}},"status":"{status}","startsAt":"{startsat}","endsAt":"{endsat}"}}"#
        ));
        assert_eq!((alert.starts_at, alert.ends_at), (starts, ends), "{status} {startsat} {endsat}");
        assert_eq!(alert.status == AlertStatus::Resolved, ends.is_some());
    }
}

#[test]
fn a_missing_status_is_the_bodys() {
    let body = r#"{"status":"resolved","alerts":[{"labels":{"a":"b"},"EndsAt":"2026-11-20T08:30:00Z"}]}"#;
    let read = read(body).unwrap();
    let alert = read.alerts[0].as_ref().unwrap();
    assert_eq!((alert.status, alert.ends_at), (AlertStatus::Resolved, Some(at("2026-11-20T08:30:00Z"))));
}

#[test]
fn a_missing_status_of_the_body_is_that_of_its_alerts() {
    let over = r#"{"labels":{"a":"b"},"status":"resolved"}"#;
    let status = |alerts: &str| read(&format!(r#"{{"alerts":[{alerts}]}}"#)).unwrap().status;
    assert_eq!(status(over), AlertStatus::Resolved);
    assert_eq!(status(&format!("{over},7")), AlertStatus::Firing, "an unread alert proves nothing");
}

#[test]
fn odd_envelopes_are_read() {
    let alerts = r#""alerts":[{"labels":{"a":"b"},"fingerprint":"","annotations":["no map"],"generatorURL":"?orgId=1"}]"#;
    let body = format!(
        "\u{feff}{{\"receiver\":\"web\\\\.hook\\\\+x\",\"groupKey\":17,\"truncatedAlerts\":\"4\",\
         \"externalURL\":null,\"deep\":{}1{},{alerts}}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let read = read(&body).unwrap();
    assert_eq!((read.receiver.as_str(), read.group_key.as_str(), read.truncated), ("web.hook+x", "17", 4));
    assert_eq!(read.external_url, None);
    let alert = read.alerts[0].as_ref().unwrap();
    assert_eq!(alert.id.fingerprint, fingerprint(&alert.labels));
    assert_eq!(alert.generator_url.as_deref(), Some("?orgId=1"));
    assert!(alert.annotations.is_empty());
}

#[test]
fn receivers_lose_only_quoting_backslashes() {
    for (sent, name) in
        [(r"a\.b", "a.b"), (r"a\\b", r"a\b"), (r"a\b", r"a\b"), (r"end\", r"end\"), (r"\[x\]", "[x]")]
    {
        assert_eq!(unquoted(sent), name);
    }
}

#[test]
fn sizes_are_bounded_with_a_mark() {
    let many: Vec<String> = (0..300).map(|n| format!(r#""b{n:03}":"{}""#, "é".repeat(3000))).collect();
    let alert = one(&format!(r#"{{"labels":{{{},"severity":"critical","alertname":"A"}}}}"#, many.join(",")));
    assert_eq!(alert.labels.len(), MAX_LABELS);
    assert_eq!((alert.labels.get("alertname"), alert.labels.get("severity")), ("A", "critical"));
    assert!(alert.labels.get("b000").ends_with('…') && alert.labels.get("b000").len() <= MAX_VALUE + 3);
    let long =
        one(&format!(r#"{{"labels":{{"{}":"x"}},"fingerprint":"{}"}}"#, "n".repeat(9000), "f".repeat(9000)));
    assert!(long.labels.iter().all(|(name, _)| name.len() <= MAX_NAME + 3));
    assert_eq!(long.id.fingerprint.len(), 16);
}

#[test]
fn a_cut_value_still_tells_alerts_apart() {
    let alert = |end: char| one(&format!(r#"{{"labels":{{"a":"{}{end}"}}}}"#, "x".repeat(9000)));
    assert_eq!(alert('1').labels, alert('2').labels);
    assert_ne!(alert('1').id, alert('2').id);
}

#[test]
fn alerts_past_the_limit_are_counted_and_said() {
    let alerts = vec![r#"{"labels":{"a":"b"}}"#; MAX_ALERTS + 5].join(",");
    let read = read(&format!(r#"{{"truncatedAlerts":2,"alerts":[{alerts}]}}"#)).unwrap();
    assert_eq!((read.truncated, read.alerts.len()), (7, MAX_ALERTS + 1));
    assert!(read.alerts[MAX_ALERTS].as_ref().unwrap_err().reason.starts_with("5 more were not read"));
}

#[test]
fn invalid_utf8_is_replaced() {
    let body = b"{\"alerts\":[{\"labels\":{\"a\":\"\xff\xfe\"}}]}";
    let read = parse(body, "alertmanager/main", now()).unwrap();
    assert_eq!(read.alerts[0].as_ref().unwrap().labels.get("a"), "\u{fffd}\u{fffd}");
}

proptest! {
    #[test]
    fn never_panics_on_bytes(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&body, "alertmanager/main", now());
    }

    /// Random damage to a real body: whatever is still read has ends in order and no NUL.
    #[test]
    fn damage_never_breaks_the_invariants(at in 0usize..1000, with in "\\PC{0,6}|\\\\u[dD][89a-f][0-9a-f]{2}", gone in 0usize..12) {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/alertmanager/mixed_firing2_resolved1.json");
        let mut body = std::fs::read(file).unwrap();
        let at = at.min(body.len());
        let end = (at + gone).min(body.len());
        body.splice(at..end, with.bytes());
        if let Ok(read) = parse(&body, "alertmanager/main", now()) {
            for alert in read.alerts.into_iter().flatten() {
                prop_assert!(alert.ends_at.is_none_or(|end| end >= alert.starts_at));
                prop_assert!(alert.labels.iter().all(|(_, value)| !value.contains('\0')));
                prop_assert!(!alert.id.fingerprint.is_empty());
            }
        }
    }
}
