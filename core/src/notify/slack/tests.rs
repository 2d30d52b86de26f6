//! What the living message says at each stage, and that no text from outside can break it.

use chrono::TimeDelta;
use proptest::prelude::*;

use crate::alert::{AlertStatus, Severity};
use crate::evidence::Change;
use crate::language::Language;
use crate::summary::State;

use super::super::{samples, samples::start, view::Incident, words::Again};
use super::limits::check;
use super::*;
mod asked;
mod escalated;
mod flaps;
mod ran;

/// All words of a message, for looking for some.
fn words_of(body: &Value) -> String {
    fn collect(value: &Value, into: &mut String) {
        match value {
            Value::Object(fields) => {
                let keys = ["text", "fallback"];
                for text in keys.iter().filter_map(|key| fields.get(*key)?.as_str()) {
                    into.push_str(text);
                }
                fields.values().for_each(|inner| collect(inner, into));
            }
            Value::Array(all) => all.iter().for_each(|inner| collect(inner, into)),
            _ => {}
        }
    }
    let mut all = String::new();
    collect(&body["blocks"], &mut all);
    all
}

fn update(view: &Incident) -> Value {
    let body = slack_update(view, &Zone::utc(), "C0ALERTCRIT", "1795111621.000100", Buttons::default());
    check(&body);
    body
}

#[track_caller]
fn says(body: &Value, wanted: &[&str], unwanted: &[&str]) {
    let said = words_of(body);
    for words in wanted {
        assert!(said.contains(words), "{words:?} is missing in {said}");
    }
    for words in unwanted {
        assert!(!said.contains(words), "{words:?} is in {said}");
    }
}

#[test]
fn the_first_look_has_what_is_known_at_once() {
    let body = slack_post(&samples::first_look(), &Zone::utc(), "#alerts", Buttons::default());
    check(&body);
    assert_eq!(
        body["text"],
        "Critical: payment-api: PaymentApi5xxRateHigh, 24.9% since 18:07 UTC. Nobody has it. First: Is the connection pool… #482"
    );
    assert_eq!((&body["channel"], &body["unfurl_links"]), (&json!("#alerts"), &json!(false)));
    assert_eq!(body["metadata"]["event_payload"], json!({ "incident": 482, "kind": "living", "version": 1 }));
    says(
        &body,
        &[
            "🛑 Critical: payment-api: PaymentApi5xxRateHigh",
            "○ Open · #482 · prod-tokyo · PaymentApi5xxRateHigh",
            "24.9% (alarm 5%, normal 0.2%)",
            "Nobody; escalates at 18:37 UTC",
            "Is the connection pool full?",
            "poolctl show payment-api",
            "#455, 3 Oct, 22 min: Rolled back v2.37.1",
            "Was there a deploy",
            "1 more step",
            "First look: the alarm, connection-pool.md and history only.",
        ],
        &["How sure", "What changed", "No summary"],
    );
}

#[test]
fn evidence_takes_the_place_of_history_in_order_of_time() {
    let body = update(&samples::with_evidence());
    says(
        &body,
        &[
            "18:04:36 UTC  + New  182 lines, normally 0  HikariPool-1",
            "↑ Surged ×6.2",
            "attempt=‹num›",
            "Change  deploy v2.40.3 to v2.41.0, Ken Mori",
            "All 5 items",
            "Could not be had (1): cloudtrail: access denied. Remedy: allow cloudtrail:LookupEvents.",
            "Evidence 18:07:19 UTC: 5 items, 1 gap.",
        ],
        &["GET /health", "Earlier, and how"],
    );
    let said = words_of(&body);
    assert!(said.find("Surged") < said.find("+ New"), "06:00 before 03:00: {said}");
}

#[test]
fn a_summary_shows_each_verdict_and_never_what_was_refuted() {
    let body = update(&samples::with_summary());
    says(
        &body,
        &[
            "▮▮▮ High, 1 of 2 verified, 1 gap",
            "No database connection has been free",
            "✓ The pool timed out 182 times. L1",
            "? Not verified: The payment provider",
            "▮▮▮ High: v2.41.0 keeps",
            "▮▯▯ Low: A flag made payments slower. C1 Against it: L4",
            "Next stepsRoll back to v2.40.3",
            "claude-sonnet-4-6, 18:07:31 UTC",
            "Could not be had (1)",
        ],
        &["moon", "What changed", "No summary", "The whole summary"],
    );
    let said = words_of(&body);
    assert!(said.find("High: v2") < said.find("Low: A flag"), "surest first");
}

#[test]
fn without_a_summary_the_message_says_why_and_keeps_the_evidence() {
    let cases = [
        (State::NoModel, None, "No summary: no model is configured; set summary.provider to have one."),
        (State::Failed, Some("no answer within 45 s"), "No summary: no answer within 45 s. Everything above"),
        (State::OverBudget, Some(""), "No summary: the token budget is used up; raise summary.budget"),
        (State::NothingVerified, None, "No summary: nothing that the model said could be checked"),
    ];
    for (state, reason, words) in cases {
        let body = update(&samples::without_summary(state, reason));
        says(
            &body,
            &[words, "Evidence only, no summary", "+ New", "Was there a deploy"],
            &["▮", "Likely causes"],
        );
    }
    let follows = "a summary follows here";
    for view in [samples::with_evidence(), samples::without_summary(State::Looking, None)] {
        says(&update(&view), &[follows], &["No summary", "Evidence only"]);
        says(&incoming_webhook(&view, &Zone::utc()), &["cannot be edited"], &["follow"]);
    }
}

#[test]
fn nothing_differs_is_said_only_of_logs_that_were_read_and_compared() {
    let quiet = |sources_read, normal: Option<Option<f64>>, gaps: bool| {
        let mut view = samples::with_evidence();
        let evidence = view.evidence.as_mut().unwrap();
        evidence.items.retain(|item| item.id == "L5" && normal.is_some());
        for frequency in evidence.items.iter_mut().filter_map(|item| item.frequency.as_mut()) {
            frequency.normal = normal.unwrap();
        }
        evidence.sources_read = sources_read;
        if !gaps {
            evidence.gaps.clear();
        }
        update(&view)
    };
    let normal = "Nothing differs from normal";
    says(&quiet(1, Some(Some(400.0)), true), &[normal], &["No logs were read"]);
    says(&quiet(1, Some(None), true), &["no baseline was there"], &[normal]);
    says(&quiet(1, None, true), &["No log pattern was found"], &[normal]);
    says(&quiet(0, None, true), &["No logs were read: no source could be read"], &[normal]);
    says(&quiet(0, None, false), &["No logs were read: no source of evidence.sources applies"], &[normal]);
}

#[test]
fn without_a_baseline_nothing_is_called_new_or_normal() {
    let mut view = samples::with_evidence();
    for item in &mut view.evidence.as_mut().unwrap().items {
        if let Some(frequency) = &mut item.frequency {
            frequency.normal = None;
            if frequency.change == Change::New {
                frequency.change = Change::Rare;
            }
        }
    }
    let said = &["What stands out", "+ Rare  182 lines, nothing to compare with"];
    says(&update(&view), said, &["What changed", "+ New", "normally"]);
}

#[test]
fn a_long_summary_keeps_whole_sentences_and_says_that_there_is_more() {
    let mut view = samples::with_summary();
    let summary = view.summary.as_mut().unwrap();
    let sentence = format!("{}end.", "word ".repeat(25));
    for claim in &mut summary.claims {
        claim.text = samples::safe(&sentence);
    }
    summary.claims = summary.claims.iter().cycle().take(12).cloned().collect();
    let body = update(&view);
    says(&body, &["The whole summary", "Likely causes", "▮▮▮ High: v2.41.0", "✓ word"], &["word…"]);
    let told = words_of(&body).matches("end. L").count();
    assert!((3..8).contains(&told), "{told} sentences");
}

#[test]
fn acknowledged_and_resolved_messages_say_by_whom_and_how_long() {
    let body = update(&samples::acknowledged());
    assert!(body["text"].as_str().unwrap().starts_with("Critical, Aya Tanaka has it: payment-api"), "{body}");
    says(&body, &["◐ Acknowledged by Aya Tanaka · #482", "Aya Tanaka, since 18:09 UTC"], &["Nobody"]);

    let body = update(&samples::resolved());
    assert!(body["text"].as_str().unwrap().starts_with("Resolved after 34 min: payment-api"), "{body}");
    says(
        &body,
        &[
            "✓ Resolved after 34 min:",
            "● Resolved, was Critical",
            "18:07 UTC to 18:41 UTC, 34 min",
            "High: v2.41.0",
        ],
        &["Do this first", "✓ The pool"],
    );
}

#[test]
fn flags_more_alerts_and_words_instead_of_numbers() {
    let mut view = samples::first_look();
    (view.impact, view.flags) = (None, vec!["flapping".into(), "odd".into()]);
    view.silenced_until = Some(start());
    view.evidence = None;
    view.runbook = None;
    view.do_first = None;
    let mut second = samples::alert("CheckoutErrorBudgetBurn", AlertStatus::Firing, Severity::Warning);
    second.starts_at = start() + TimeDelta::seconds(9);
    second.annotations = [(samples::safe("summary"), samples::safe("wrong one"))].into();
    view.alerts.insert(0, second);
    says(
        &update(&view),
        &[
            "How bad: payment-api fails many requests",
            "2 firing, last CheckoutErrorBudgetBurn",
            "⇅ Flapping · odd · Silenced until 18:07 UTC",
            "Earlier: 3 times",
            "no runbook matches",
        ],
        &["wrong one", "Do this first"],
    );
}

#[test]
fn a_repeat_after_a_lost_answer_says_so() {
    let body = slack_post_again(&samples::with_evidence(), &Zone::utc(), "C0", Buttons::default(), start());
    check(&body);
    assert!(body["text"].as_str().unwrap().starts_with("Maybe a repeat: Critical: "));
    says(&body, &["Slack did not answer our first try at 18:07:00 UTC"], &[]);
}

#[test]
fn an_incoming_webhook_says_that_it_cannot_change() {
    let body = incoming_webhook(&samples::first_look(), &Zone::utc());
    check(&body);
    says(&body, &["cannot be edited"], &[]);
    assert!(body.get("channel").is_none() && body.get("metadata").is_none());
    says(&incoming_webhook(&samples::resolved(), &Zone::utc()), &["Resolved after"], &["cannot be edited"]);
}

#[test]
fn only_bad_news_rings_in_the_channel() {
    let (zone, view) = (Zone::utc(), samples::first_look());
    let repeated = Again::Repeated { now: start() + TimeDelta::hours(4) };
    for (again, lead, said) in [
        (
            repeated,
            "Still Critical after 4 h: payment-api",
            "Told again: nobody has acknowledged; open since 18:07 UTC.",
        ),
        (
            Again::Raised { was: Severity::Warning },
            "Now Critical (was Warning): ",
            "🛑 Now Critical, was Warning: since",
        ),
        (Again::Reopened, "Again Critical: ", "Reopened: it fires again"),
        (Again::Joined, "New critical alert: ", "A new alert joined: "),
        (Again::Escalated, "Escalated, Critical: ", "Escalated: it is not over; open since 18:07 UTC."),
        (Again::Unpaged, "Not paged, Critical: ", "The page did not get through: "),
    ] {
        let body = again_line(&view, &zone, "C0", "17.01", again);
        check(&body);
        assert!(body["text"].as_str().unwrap().starts_with(lead), "{body}");
        says(&body, &[said, "24.9% (alarm 5%", "#482"], &[]);
        assert_eq!((&body["reply_broadcast"], &body["thread_ts"]), (&json!(true), &json!("17.01")));
        assert_eq!(body["metadata"]["event_payload"]["kind"], "edge");
    }
    let resolved = resolved_line(&samples::resolved(), &zone, "C0", "17.01");
    let taken = acknowledged_line(&samples::acknowledged(), "C0", "17.01");
    for body in [&resolved, &taken] {
        check(body);
        assert!(body.get("reply_broadcast").is_none());
    }
    says(&resolved, &["Resolved after 34 min."], &[]);
    assert_eq!(taken["text"], "Aya Tanaka acknowledged, 2 min after the alarm.");
}

/// Fragments that Slack, PagerDuty or a reader's eye would obey.
pub(super) fn nasty_text() -> impl Strategy<Value = String> {
    let fragment = prop_oneof![
        Just("<!here>".to_owned()),
        Just("<!channel|x>".to_owned()),
        Just("<@U0123>".to_owned()),
        Just("<!subteam^S1>".to_owned()),
        Just("<https://evil.example|ok>".to_owned()),
        Just("https://evil.example/?a=<b>&c=|".to_owned()),
        Just("&lt;!here&gt; & &amp;".to_owned()),
        Just("`*_~ :fire: ```".to_owned()),
        Just("重大な障害が発生しています".to_owned()),
        Just("🛑👩‍👩‍👧 e\u{301}\u{301}\u{301}".to_owned()),
        Just("\u{202e}\u{0}\r\n\t".to_owned()),
        Just("\"broadcast\" \\ ".to_owned()),
        Just("&&&&&&&&&&&&&&&&&&&&&&&&".to_owned()),
        Just("x".repeat(400)),
        Just(String::new()),
        Just("R1".to_owned()),
        any::<String>(),
    ];
    prop::collection::vec(fragment, 0..12).prop_map(|all| all.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_from_outside_breaks_a_message(text in nasty_text(), n in 0usize..12, state in 0usize..6) {
        let zone = Zone::utc();
        let mut view = samples::nasty(&text, n);
        view.language = Language::ALL[state / 3];
        if state % 3 == 1 {
            view.summary = None;
        } else if state % 3 == 2 {
            view.evidence.as_mut().unwrap().collected_at = None;
            view.summary.as_mut().unwrap().state = State::Failed;
        }
        let buttons = Buttons { presses: state != 1, analysis: n % 2 == 0, declare: n % 3 == 0 };
        check(&slack_post(&view, &zone, "C0", buttons));
        check(&slack_post_again(&view, &zone, "C0", buttons, start()));
        check(&slack_update(&view, &zone, "C0", "1.0", buttons));
        check(&incoming_webhook(&view, &zone));
        check(&acknowledged_line(&view, "C0", "1.0"));
        check(&again_line(&view, &zone, "C0", "1.0", Again::Reopened));
        view.status = Status::Resolved;
        check(&slack_update(&view, &zone, "C0", "1.0", buttons));
        check(&resolved_line(&view, &zone, "C0", "1.0"));
    }
}
