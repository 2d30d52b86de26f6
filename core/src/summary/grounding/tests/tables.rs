//! True restatements of a few items, all of which are verified, and false ones, none of which is.

use super::*;

/// What the false sentences twist: a count without a normal, a share, a rate, a denial.
pub(super) fn orders() -> Vec<Item> {
    let mut log = item(
        "L1",
        Kind::Log,
        "ERROR PoolWatch: orders-db refused connection",
        "orders-db refused connection, pool 12/40, retry 5 of 15\nhealth check did not fail\n1.5 errors per second\n\
         2026-11-20T15:04:36.250Z WARN cache-7 latency 1,250 ms, heap 83.5 %, 12,400 sessions, cost $18.50\n\
         10.0.0.7:5432 answered 503 for /api/v1/orders service=orders-api",
    );
    log.at = at("2026-11-20T15:04:36Z");
    log.frequency = Some(Frequency {
        change: Change::New,
        now: 412,
        normal: Some(0.0),
        sparkline: vec![3, 9],
        last_seen: at("2026-11-20T15:14:01Z"),
    });
    let mut usual =
        item("L2", Kind::Log, "INFO Sweep: session swept", "session swept, \"took too long\", 3 retries");
    usual.frequency = Some(Frequency {
        change: Change::Surged,
        now: 1_310,
        normal: Some(50.25),
        sparkline: vec![],
        last_seen: None,
    });
    vec![log, usual]
}

fn verdict(text: &str, id: &str) -> Claim {
    held(&answer(&[(text, &[id])]), &orders()).claims.remove(0)
}

const TRUE: &[(&str, &str)] = &[
    ("orders-db refused connection 412 times.", "L1"),
    ("The pattern was seen 412 times in the window.", "L1"),
    ("The log has 412 such lines.", "L1"),
    ("412 lines say so.", "L1"),
    ("There were 412 occurrences.", "L1"),
    ("412 connection errors were logged.", "L1"),
    ("It was logged 412 times since 15:04.", "L1"),
    ("The pool is at 12/40.", "L1"),
    ("The pool is at 12 of 40.", "L1"),
    ("The pool is at 12 out of 40.", "L1"),
    ("It is at retry 5 of 15.", "L1"),
    ("It is at retry 5/15.", "L1"),
    ("There are 1.5 errors per second.", "L1"),
    ("The rate is 1.5 errors per second.", "L1"),
    ("It began at 15:04.", "L1"),
    ("It began at 15:04:36.", "L1"),
    ("It began at 15:04:36 UTC.", "L1"),
    ("It began at 2026-11-20T15:04:36Z.", "L1"),
    ("It began on 2026-11-20 at 15:04.", "L1"),
    ("The last line is of 15:14:01.", "L1"),
    ("The last line is of 15:14.", "L1"),
    ("It lasted from 15:04-15:14.", "L1"),
    ("The latency is 1250 ms.", "L1"),
    ("The latency is 1,250ms.", "L1"),
    ("The latency is 1,250 milliseconds.", "L1"),
    ("cache-7 has a heap of 83.5%.", "L1"),
    ("The heap is at 83.5 percent.", "L1"),
    ("There are 12,400 sessions.", "L1"),
    ("There are 12400 sessions.", "L1"),
    ("There are 12\u{202f}400 sessions.", "L1"),
    ("It costs $18.50.", "L1"),
    ("It costs 18.50 USD.", "L1"),
    ("10.0.0.7 answered 503.", "L1"),
    ("10.0.0.7:5432 answered 503 for /api/v1/orders.", "L1"),
    ("The answer of 10.0.0.7 on port 5432 is 503.", "L1"),
    ("503 comes from service=orders-api.", "L1"),
    ("orders-db refused connection.", "L1"),
    ("orders-db refused connections.", "L1"),
    ("PoolWatch says \"orders-db refused connection\".", "L1"),
    ("It says \"refused connection, pool 12/40\".", "L1"),
    ("It says `orders-db refused … retry 5 of 15`.", "L1"),
    ("It says \"health check did not fail\".", "L1"),
    ("It says “1.5 errors per second”.", "L1"),
    ("There were 1,310 lines, normally 50.25 lines.", "L2"),
    ("There were 1310 lines, and normally 50.25 lines.", "L2"),
    ("There were 1310 lines against normally 50.25 lines.", "L2"),
    ("There were 50 lines normally.", "L2"),
    ("The sweep took 3 retries.", "L2"),
    ("The sweep took three retries.", "L2"),
    ("Sweep says \"took too long\".", "L2"),
    ("件数は412件。", "L1"),
    ("The 12,400 sessions are on cache-7.", "L1"),
    ("15時04分から412回発生。", "L1"),
];

const FALSE: &[(&str, &str)] = &[
    ("There were 0 connection errors in the window.", "L1"),
    ("There were no connection errors, 412 lines.", "L1"),
    ("None of the 412 lines matters.", "L1"),
    ("Zero of 412 lines are errors.", "L1"),
    ("0% of the pool 12/40 is free.", "L1"),
    ("payments-db refused 412 connections.", "L1"),
    ("payments-db refused connection 412 times.", "L1"),
    ("cache-7 refused connection 412 times.", "L1"),
    ("orders-db deleted 412 messages.", "L1"),
    ("A deploy made orders-db refuse 412 times.", "L1"),
    ("A deploy forced the pool to refuse connection 412 times.", "L1"),
    ("orders-api answered 503, and cache-7 refused connection.", "L1"),
    ("cache-7 has refused connection 412 times.", "L1"),
    ("412 sessions were purged.", "L1"),
    ("orders-db was restarted at 15:04.", "L1"),
    ("orders-dbは15:04に再起動した。", "L1"),
    ("db refused connection.", "L2"),
    ("PaymentsWatch logged 412 lines.", "L1"),
    ("payments_api logged 412 lines.", "L1"),
    ("payments.internal logged 412 lines.", "L1"),
    ("/api/payments logged 412 lines.", "L1"),
    ("service=payments logged 412 lines.", "L1"),
    ("The pool of Redis is at 12/40.", "L1"),
    ("DNS fails 412 times.", "L1"),
    ("412 customers lost their orders.", "L1"),
    ("It costs $412.", "L1"),
    ("It costs 412 dollars.", "L1"),
    ("It costs €18.50.", "L1"),
    ("It costs 18.50.", "L1"),
    ("412 weeks of data are lost.", "L1"),
    ("412 orders are lost.", "L1"),
    ("Throughput is 412 Gbps.", "L1"),
    ("412 errors per second.", "L1"),
    ("There are 1.5 errors per minute.", "L1"),
    ("There were 1.5 errors.", "L1"),
    ("It happens 412 times as often.", "L1"),
    ("It happens 412 times more often.", "L1"),
    ("There are normally 412 lines.", "L1"),
    ("There were 1310 lines before.", "L2"),
    ("There were 50.25 lines.", "L2"),
    ("The pool is at 40/12.", "L1"),
    ("The pool (12/40) will burst tomorrow.", "L1"),
    ("The pool is at 40 of 12.", "L1"),
    ("The pool is at 40.", "L1"),
    ("15 sessions are left.", "L1"),
    ("It failed 12-40 times.", "L1"),
    ("It failed 5 times.", "L1"),
    ("It failed five times.", "L1"),
    ("It took 5 s.", "L1"),
    ("The latency is 1250.", "L1"),
    ("The latency is 1,250 seconds.", "L1"),
    ("The heap is at 83.5.", "L1"),
    ("It lasted from 15:14-15:04.", "L1"),
    ("It began at 04:36.", "L1"),
    ("It began at 15:05.", "L1"),
    ("It says \"health check … fail\".", "L1"),
    ("It says \"health check did … fail\".", "L1"),
    ("It says \"fail\".", "L1"),
    ("It says \"orders-db … 15\" about what \"orders-db … did\".", "L1"),
    ("It says \"db refused connection\".", "L1"),
    ("It says \"5 errors per second\".", "L1"),
    ("It says \"orders refused\".", "L1"),
    ("A heap of 83.5% will burst tomorrow.", "L1"),
    ("The 412 errors ceased.", "L1"),
    ("The errors stopped after 412 lines.", "L1"),
    ("orders-db recovered after 412 errors.", "L1"),
    ("The incident is resolved, 412 lines.", "L1"),
    ("orders-db ended 412 times.", "L1"),
    ("orders-db is healthy, 412 lines.", "L1"),
    ("orders-db no longer refused connection.", "L1"),
    ("More than 412 lines.", "L1"),
    ("Over 412 lines.", "L1"),
    ("orders-db lost all data.", "L1"),
    ("10.0.0.7 was hacked.", "L1"),
    ("412人の顧客が失われた。", "L1"),
    ("エラーは0件。", "L1"),
    ("412件のエラーは解消。", "L1"),
];

#[test]
fn every_true_restatement_is_verified() {
    let wrong: Vec<_> = TRUE
        .iter()
        .map(|(text, id)| (text, verdict(text, id)))
        .filter(|(_, claim)| claim.verdict != Verdict::Verified)
        .map(|(text, claim)| format!("{text} {:?}", claim.reason))
        .collect();
    assert!(wrong.is_empty() && TRUE.len() >= 40, "{wrong:#?}");
}

#[test]
fn no_false_restatement_is_verified() {
    let verified = |(text, id): &&(&str, &str)| verdict(text, id).verdict == Verdict::Verified;
    let wrong: Vec<_> = FALSE.iter().filter(verified).collect();
    assert!(wrong.is_empty() && FALSE.len() >= 40, "{wrong:#?}");
}

#[test]
fn a_headline_has_something_that_was_found_and_denies_nothing() {
    for (headline, told) in [
        ("orders-db refused connection 412 times", true),
        ("Pool of orders-db at 12/40 since 15:04", true),
        ("orders-db refused connection", true),
        ("The pool is exhausted", false),
        ("Customers cannot pay", false),
        ("Everything is fine, pool 12/40", false),
        ("No errors, 412 lines", false),
        ("Errors stopped at 15:14", false),
        ("payments-db refused connection 412 times", false),
        ("412 customers lost their orders", false),
        ("orders-db lost all data", false),
        ("HTTP 503 for A1", false),
        ("It has 412 lines", true),
    ] {
        let given = Answer { headline: headline.to_owned(), ..answer(&[]) };
        let grounded = held(&given, &orders());
        assert_eq!(grounded.headline.is_some(), told, "{headline}");
    }
    // Two items have what no single count has; a verified claim that says the same bears the headline out.
    let said = Answer {
        headline: "orders-db refused connection".to_owned(),
        ..answer(&[("orders-db refused connection.", &["L1"])])
    };
    assert!(held(&said, &orders()).headline.is_some());
}

#[test]
fn causes_and_exclusions_are_held_against_their_own_items() {
    for (text, id, told) in [
        ("The pool of orders-db is full, 12/40", "L1", true),
        ("The pool of orders-db is full, 12/40", "L2", false),
        ("It says \"took too long\"", "L2", true),
        ("It says \"took too long\"", "L1", false),
        ("The pool is full", "L2", true),
        ("The pool of Redis is full", "L2", true),
        ("payments-db is full", "L1", false),
    ] {
        let mut given = answer(&[]);
        given.causes = vec![suspect(text, &[id], &[])];
        given.ruled_out = vec![sentence(text, &[id])];
        let grounded = held(&given, &orders());
        assert_eq!(
            (grounded.causes.len(), grounded.ruled_out.len()),
            (usize::from(told), usize::from(told)),
            "{text} {id}"
        );
        assert_eq!(
            grounded.left_out.is_some_and(|words| words.contains("1 cause without evidence")),
            !told,
            "{text}"
        );
    }
}
