//! Which incidents are silent, until when, and what nobody may ask for.

use chrono::TimeDelta;

use super::*;
use crate::alert::matchers::Matchers;
use crate::route::inhibit::Suppressed;
use crate::route::interval::{Interval, Span, times, weekdays};
use crate::route::{Delay, Intervals, Timing, When};

fn at(text: &str) -> DateTime<Utc> {
    format!("2026-11-26T{text}:00Z").parse().unwrap()
}

fn silence(number: i64, matchers: &str, from: &str, until: &str) -> Silence {
    let matchers = if matchers.is_empty() { vec![] } else { vec![matchers] };
    Silence { number, matchers: Matchers::parse(&matchers).unwrap(), from: at(from), until: at(until) }
}

fn alarm(service: &str, named: &[i64]) -> Alarm {
    let labels = [("alertname", "Down"), ("service", service)].into_iter().collect();
    Alarm::new(labels, Severity::Critical, named.to_vec())
}

#[test]
fn an_incident_is_silent_while_each_of_its_alerts_is() {
    let silences = [
        silence(1, "service=\"api\"", "09:00", "10:00"),
        silence(2, "severity=critical,service=~\"api|db\"", "09:00", "11:00"),
        silence(3, "service=\"web\"", "09:30", "12:00"),
        silence(4, "", "09:00", "13:00"),
    ];
    let (api, db, web) = (alarm("api", &[]), alarm("db", &[]), alarm("web", &[]));
    let named = alarm("cart", &[4]);
    let quiet = |until, silence| Some(Quiet { until: at(until), silence });
    for (firing, now, expected) in [
        (&[][..], "09:10", None),
        (std::slice::from_ref(&api), "08:59", None),
        // Of two that take it, the later one counts.
        (std::slice::from_ref(&api), "09:00", quiet("11:00", 2)),
        (std::slice::from_ref(&api), "10:59", quiet("11:00", 2)),
        (std::slice::from_ref(&api), "11:00", None),
        // One of two is not silenced yet.
        (&[api.clone(), web.clone()], "09:10", None),
        // Of two that are, the first that rings again counts.
        (&[api.clone(), web.clone()], "09:40", quiet("11:00", 2)),
        (&[web, db], "09:40", quiet("11:00", 2)),
        // One without matchers takes what it names, and nothing else.
        (std::slice::from_ref(&named), "09:40", quiet("13:00", 4)),
        (&[named.clone(), alarm("other", &[])], "09:40", None),
    ] {
        assert_eq!(Quiet::of(&silences, firing, at(now)), expected, "{firing:?} at {now}");
    }
}

#[test]
fn a_silence_comes_before_every_other_reason_to_wait_and_holds_for_what_is_critical() {
    let quiet = Suppressed::Silenced(Quiet { until: at("11:00"), silence: 7 });
    let when = When::of(at("09:00"), at("09:00"), true, at("09:30")).suppressed(Some(quiet));
    let timing = Timing { delay: Some(Delay::For(TimeDelta::hours(5))), ..Timing::default() };
    let hold = timing.hold(&Intervals::new(), when).unwrap();
    assert_eq!((hold.until, hold.by, hold.silence), (at("11:00"), HeldBy::Silence, Some(7)));
    assert_eq!(hold.reason, "waits until 11:00 UTC: silence 7");
    assert_eq!(timing.waived(when), None, "nothing is told at once");
    assert!(timing.waived(when.suppressed(None)).is_some());
    assert_eq!(timing.hold(&Intervals::new(), when.suppressed(None)), None);
}

fn asked(matchers: &[&str]) -> Asked {
    Asked {
        matchers: matchers.iter().map(|&one| one.to_owned()).collect(),
        duration: Some(TimeDelta::hours(1)),
        comment: "deploy".into(),
        ..Asked::default()
    }
}

#[test]
fn what_is_asked_for_has_bounds_and_each_fault_names_its_field() {
    let now = at("09:00");
    let api = || asked(&["service=\"api\""]);
    let planned = plan(&Asked { starts_at: Some(at("08:00")), ..api() }, now).unwrap();
    assert_eq!(planned.span, (now, at("10:00")), "it begins now at the earliest");
    let end = |text| Some(at(text));
    for (asked, field, words) in [
        (asked(&[]), "matchers", "are missing"),
        (asked(&["service=\"api"]), "matchers", "cannot be used"),
        (asked(&["service=~\"(\""]), "matchers", "cannot be used"),
        (asked(&["service!=\"api\""]), "matchers", "`confirm`"),
        (asked(&["alertname=~\".*\""]), "matchers", "`confirm`"),
        (asked(&["alertname=~\".+\", severity=~\"critical|warning|info\""]), "matchers", "`confirm`"),
        (asked(&["a=b"; 33]), "matchers", "more than 32"),
        (asked(&[&"x".repeat(9_000)]), "matchers", "longer than 8192 bytes"),
        (Asked { ends_at: end("11:00"), ..api() }, "duration", "beside"),
        (Asked { ends_at: end("08:00"), duration: None, ..api() }, "ends_at", "over already"),
        (
            Asked { starts_at: end("12:00"), ends_at: end("11:00"), duration: None, ..api() },
            "ends_at",
            "not behind `starts_at`",
        ),
        (Asked { duration: None, ..api() }, "ends_at", "is missing"),
        (Asked { duration: Some(TimeDelta::zero()), ..api() }, "duration", "no time at all"),
        (Asked { duration: Some(TimeDelta::MAX), ..api() }, "duration", "too long"),
        (Asked { duration: Some(TimeDelta::days(91)), ..api() }, "ends_at", "at most 90 days"),
        (Asked { comment: " ".into(), ..api() }, "comment", "say why"),
        (Asked { comment: "x".repeat(1_001), ..api() }, "comment", "longer than 1000"),
    ] {
        let fault = plan(&asked, now).unwrap_err();
        assert!(fault.field == field && fault.what.contains(words), "{asked:?}: {fault:?}");
    }
    for narrow in ["service=\"api\"", "service=~\"a.*\"", "{team=\"x\", severity!=\"info\"}"] {
        plan(&asked(&[narrow]), now).unwrap();
    }
    plan(&Asked { confirm: true, ..asked(&["alertname=~\".*\""]) }, now).unwrap();
}

fn nightly() -> Interval {
    // 2026-11-26 is a Thursday. 22:00 to 24:00, and on until 02:00.
    let span = |from, to, days| Span {
        times: vec![times(from, to).unwrap()],
        weekdays: vec![weekdays(days).unwrap()],
        ..Span::default()
    };
    Interval { spans: vec![span("22:00", "24:00", "thursday"), span("00:00", "02:00", "friday")] }
}

#[test]
fn what_recurs_holds_in_one_span_after_another() {
    let day = |text: &str| -> DateTime<Utc> { format!("2026-{text}:00Z").parse().unwrap() };
    let first = (day("11-26T22:00"), day("11-27T02:00"));
    let second = (day("12-03T22:00"), day("12-04T02:00"));
    for (now, ends_at, expected) in [
        ("11-26T09:00", None, Some(first)),
        ("11-26T22:30", None, Some((day("11-26T22:30"), first.1))),
        ("11-27T02:00", None, Some(second)),
        ("11-27T02:00", Some("12-03T23:00"), Some((second.0, day("12-03T23:00")))),
        ("11-27T02:00", Some("12-03T21:00"), None),
    ] {
        let got = span(&nightly(), day("11-20T00:00"), ends_at.map(day), day(now));
        assert_eq!(got, expected, "at {now}");
    }
    let recurring = Asked { duration: None, recurring: Some(nightly()), ..asked(&["service=api"]) };
    let planned = plan(&recurring, at("09:00")).unwrap();
    assert_eq!((planned.span, planned.ends_at), (first, None));
    let always = Interval { spans: vec![Span::default()] };
    let fault = plan(&Asked { recurring: Some(always), ..recurring.clone() }, at("09:00")).unwrap_err();
    assert_eq!(fault.field, "recurring");
    let never = Interval {
        spans: vec![Span { years: vec![crate::route::interval::years("1990").unwrap()], ..Span::default() }],
    };
    assert_eq!(
        plan(&Asked { recurring: Some(never), ..recurring }, at("09:00")).unwrap_err().field,
        "recurring"
    );
}
