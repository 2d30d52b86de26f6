//! What a page says on a phone, within PagerDuty's limits.

use chrono::TimeDelta;
use proptest::prelude::*;

use crate::alert::{AlertStatus, Severity};

use super::super::samples::{self, start};
use super::*;

fn trigger(view: &Incident, again: Option<Again>) -> Value {
    let body = pagerduty_trigger(view, &Zone::utc(), "firstlook", "firstlook-1", again);
    check(&body);
    body
}

/// What PagerDuty refuses (FACTS C) and what we forbid ourselves (messages/README).
fn check(body: &Value) {
    let payload = &body["payload"];
    let summary = payload["summary"].as_str().unwrap();
    assert!((1..=1_024).contains(&summary.encode_utf16().count()), "{summary}");
    assert!(summary.chars().take(80).any(|c| c.is_ascii_digit()), "no number within 80: {summary}");
    assert!(!payload["source"].as_str().unwrap().is_empty());
    assert!(["critical", "error", "warning", "info"].contains(&payload["severity"].as_str().unwrap()));
    assert!(!payload.to_string().contains(['<', '>']), "{payload}");
    let ascii = |c: char| if c.is_ascii() { 1 } else { 6 * c.len_utf16() };
    let details: usize = payload["custom_details"].to_string().chars().map(ascii).sum();
    assert!(details <= 2_000, "{details} characters of details");
    assert!(
        body["links"].as_array().unwrap().iter().all(|l| l["href"].as_str().unwrap().starts_with("https://"))
    );
    assert!(body.get("routing_key").is_none(), "the door puts it in");
}

#[test]
fn a_trigger_tells_what_how_much_and_what_to_do() {
    let body = trigger(&samples::first_look(), None);
    assert_eq!(
        body["payload"]["summary"],
        "payment-api: PaymentApi5xxRateHigh: 24.9% (alarm 5%, normal 0.2%), #482. First: Is the connection pool full? \
         Since 18:07 UTC, prod-tokyo, PaymentApi5xxRateHigh."
    );
    let payload = &body["payload"];
    assert_eq!((&payload["severity"], &payload["group"]), (&json!("critical"), &json!("prod-tokyo")));
    assert_eq!(payload["timestamp"], "2026-11-19T18:07:00Z");
    assert_eq!(
        payload["custom_details"],
        json!({
            "1 how bad": "24.9% (alarm 5%, normal 0.2%)",
            "2 since": "2026-11-19 18:07 UTC",
            "3 do this first":
                "Is the connection pool full? poolctl show payment-api (Runbook step 1 of connection-pool.md)",
            "4 last time": "#455, 3 Oct, 22 min: Rolled back v2.37.1. Ken Mori",
            "5 why you": "route 1, severity=critical",
            "6 alerts": "PaymentApi5xxRateHigh (alertmanager/main)",
        })
    );
    assert_eq!(body["links"][1]["text"], "Runbook connection-pool.md");
    let told = &trigger(&samples::with_summary(), None)["payload"]["custom_details"];
    assert_eq!(told["5 summary"], "No database connection has been free since 03:04:36.");
}

#[test]
fn a_second_telling_says_why_and_a_bare_alarm_is_still_a_page() {
    let raised = trigger(&samples::first_look(), Some(Again::Raised { was: Severity::Warning }));
    assert!(
        raised["payload"]["summary"].as_str().unwrap().starts_with("Now Critical (was Warning): payment-api")
    );
    let repeated =
        trigger(&samples::first_look(), Some(Again::Repeated { now: start() + TimeDelta::hours(4) }));
    assert!(repeated["payload"]["summary"].as_str().unwrap().starts_with("Still Critical after 4 h: "));

    let mut bare = samples::first_look();
    (bare.service, bare.impact, bare.do_first, bare.runbook, bare.evidence) = (None, None, None, None, None);
    (bare.alerts, bare.notifications) = (Vec::new(), Vec::new());
    bare.group_key.clear();
    let body = trigger(&bare, None);
    assert_eq!(body["payload"]["source"], "Incident #482");
    assert_eq!(body["payload"]["custom_details"], json!({ "1 since": "2026-11-19 18:07 UTC" }));

    bare.alerts = vec![samples::alert("A", AlertStatus::Firing, Severity::Info); 5];
    let details = &trigger(&bare, None)["payload"]["custom_details"];
    assert!(details["3 alerts"].as_str().unwrap().ends_with("A (alertmanager/main), 2 more"), "{details}");
}

/// As an alarm is before anything is stored of it.
fn unstored(mut view: Incident) -> Incident {
    (view.number, view.url) = (0, String::new());
    view
}

#[test]
fn a_page_without_the_store_says_so_and_names_no_incident() {
    let body =
        pagerduty_without_store(&unstored(samples::first_look()), &Zone::utc(), "firstlook", "k", start());
    check(&body);
    assert_eq!(
        body["payload"]["summary"],
        "payment-api: PaymentApi5xxRateHigh: 24.9% (alarm 5%, normal 0.2%), 18:07 UTC. First: Is the connection \
         pool full? There is no incident page yet. The database of firstlook has not answered \
         since 18:07 UTC. \
         prod-tokyo, PaymentApi5xxRateHigh."
    );
    let no_page = &body["payload"]["custom_details"]["7 no page yet"];
    assert!(no_page.as_str().unwrap().starts_with("There is no incident page yet."), "{body}");
    assert_eq!((&body["dedup_key"], body.get("client_url")), (&json!("k"), None));
    assert!(!body.to_string().contains("#0"), "{body}");
    assert_eq!(body["links"].as_array().unwrap().len(), 1, "the runbook alone");
}

#[test]
fn a_resolve_is_nothing_but_the_key() {
    assert_eq!(pagerduty_resolve("k"), json!({ "event_action": "resolve", "dedup_key": "k" }));
}

#[test]
fn the_key_depends_on_instance_and_group_and_nothing_else() {
    let key = dedup_key("firstlook", "service=payment-api");
    assert_eq!(key, dedup_key("firstlook", "service=payment-api"));
    assert_eq!(key.len(), "firstlook-".len() + 32);
    for (instance, group) in
        [("staging", "service=payment-api"), ("firstlook", "service=x"), ("firstlooks", "ervice=payment-api")]
    {
        assert_ne!(key, dedup_key(instance, group));
    }
}

proptest! {
    #[test]
    fn no_text_from_outside_breaks_a_page(
        text in prop_oneof![any::<String>(), Just("<b>&\"\\重🛑 ".repeat(200)), Just(" ".to_owned())],
        n in 0usize..12,
    ) {
        for language in Language::ALL {
            let view = Incident { language, ..samples::nasty(&text, n) };
            trigger(&view, Some(Again::Raised { was: Severity::Info }));
            check(&pagerduty_without_store(&unstored(view), &Zone::utc(), "firstlook", "k", start()));
        }
    }
}

#[test]
fn the_labels_that_say_where_are_told() {
    let mut view = samples::first_look();
    view.alerts[0].labels.insert(samples::safe("pod"), samples::safe("api-7"));
    view.alerts[0].labels.insert(samples::safe("severity"), samples::safe("critical"));
    let details = trigger(&view, None)["payload"]["custom_details"].to_string();
    assert!(details.contains("labels\":\"pod=api-7\""), "{details}");
}
