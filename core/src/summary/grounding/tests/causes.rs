//! Causes: their evidence for and against, and when a model may be sure.

use super::*;

fn of(confidence: Confidence, text: &str, citations: &[&str], against: &[&str]) -> Option<Cause> {
    let mut given = answer(&[]);
    given.causes = vec![Suspect { confidence, ..suspect(text, citations, against) }];
    grounded(&given).causes.pop()
}

#[test]
fn a_confirmed_cause_has_something_that_was_found() {
    use Confidence::{Confirmed, Likely};
    for (text, citations, confidence, says) in [
        ("The pool is exhausted: \"too many clients already\".", &["L1"][..], Confirmed, ""),
        ("db-0 is at 97.5 % CPU, which is why it refuses.", &["M1"], Confirmed, ""),
        ("db-0 is exhausted.", &["L1"], Likely, "names alone"),
        ("The pool is exhausted.", &["L1"], Likely, "no number"),
        ("CPU of db-0 is at 41 %.", &["M1"], Likely, "another figure"),
    ] {
        let cause = of(Confirmed, text, citations, &[]).unwrap();
        let reason = cause.reason.as_ref().map_or("", |reason| reason.as_str());
        assert_eq!(cause.confidence, confidence, "{text} {reason}");
        assert!(reason.contains(says) && reason.is_empty() == says.is_empty(), "{text}: {reason}");
    }
    assert_eq!(
        of(Likely, "The pool is exhausted.", &["L1"], &[]).unwrap().reason,
        None,
        "nothing was lowered"
    );
}

#[test]
fn what_is_cited_for_and_against_is_against() {
    let cause = of(Confidence::Confirmed, "It waits 250 ms.", &["L1", "M1"], &["M1", "M9"]).unwrap();
    assert_eq!((cause.citations, cause.against), (vec!["L1".to_owned()], vec!["M1".to_owned()]));
    assert_eq!(cause.confidence, Confidence::Likely);
    assert!(cause.reason.unwrap().as_str().contains("for it and against it"));
    assert_eq!(of(Confidence::Likely, "It waits 250 ms.", &["L1"], &["L1"]), None, "nothing speaks for it");
}

#[test]
fn refuted_causes_are_dropped() {
    for (text, citations) in [
        ("db-9 is down.", &["L1"][..]),
        ("It waits 350 ms.", &["L1"]),
        ("It says \"disk full\".", &["L1"]),
        ("The pool is full.", &["L9"]),
        ("The pool is full.", &[]),
    ] {
        assert_eq!(of(Confidence::Likely, text, citations, &[]), None, "{text}");
    }
}

#[test]
fn a_time_without_a_zone_may_be_that_of_the_incidents_people() {
    let said = |zone: i32, text: &str| {
        let (pack, items) = (Redacted::default(), items());
        let zone = FixedOffset::east_opt(zone * 3_600).unwrap();
        let evidence = Evidence { items: &items, pack: &pack, zone, language: Language::En };
        ground(&answer(&[(text, &["L1"])]), &evidence, &Redactor::default()).claims.remove(0).verdict
    };
    assert_eq!(said(9, "It began at 23:05."), Verdict::Verified);
    assert_eq!(said(9, "It began at 14:05."), Verdict::Verified, "UTC stands in the evidence");
    assert_eq!(said(0, "It began at 23:05."), Verdict::Refuted);
    assert_eq!(said(9, "It began at 23:05 UTC."), Verdict::Refuted);
}

#[test]
fn a_short_host_has_to_be_the_only_one() {
    let items = [
        item("L1", Kind::Log, "refused", "db-0.db.prod.svc:5432 refused 12 times"),
        item("L2", Kind::Log, "refused", "db-0.db.stg.svc:5432 refused 12 times"),
    ];
    let said = |ids: &[&str]| {
        let claim = held(&answer(&[("db-0 refused 12 times.", ids)]), &items).claims.remove(0);
        (claim.verdict, claim.reason.map_or(String::new(), |reason| reason.as_str().to_owned()))
    };
    assert_eq!(said(&["L1"]).0, Verdict::Verified);
    let (verdict, reason) = said(&["L1", "L2"]);
    assert!(verdict == Verdict::Unchecked && reason.contains("more than one"), "{reason}");
}

#[test]
fn what_the_pack_tells_of_an_item_counts_as_its_words() {
    let pack = Redactor::default().redact("L1 ~median 19->225 p95 30->400 of value 2 14:05:33 db-0 took");
    let said = |text: &str, pack: &Redacted| {
        held_with(&answer(&[(text, &["L1"])]), &items(), pack).claims.remove(0).verdict
    };
    for (text, verdict) in [
        ("The median rose from 19 to 225.", Verdict::Verified),
        ("The median rose from 225 to 19.", Verdict::Unchecked),
        ("The median is 226.", Verdict::Refuted),
    ] {
        assert_eq!(said(text, &pack), verdict, "{text}");
    }
    assert_eq!(said("The median rose from 19 to 225.", &Redacted::default()), Verdict::Refuted);
}
