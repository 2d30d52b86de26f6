//! The forms of deeds within Slack's bounds, and what comes of what is filled in, or forged.

use super::super::modal::{Modal, modal};
use super::*;
use crate::notify::samples::{self, safe};

fn now() -> DateTime<Utc> {
    samples::start()
}

fn submitted(form: &str, kept: &str, values: Value) -> DeedSubmission {
    let payload = json!({
        "type": "view_submission", "user": {"id": "U1", "name": "aya"},
        "view": {"id": "V1", "callback_id": form, "private_metadata": kept, "state": {"values": values}},
    });
    match modal(&payload.to_string()) {
        Ok(Some(Modal::Deed(one))) => *one,
        other => panic!("{other:?}"),
    }
}

fn silence(length: &str, until: Option<i64>, why: &str) -> DeedSubmission {
    let until = until.map_or(json!(null), |ahead| json!(now().timestamp() + ahead));
    let values = json!({
        "for": {"v": {"selected_option": {"value": length}}},
        "until": {"v": {"selected_date_time": until}},
        "why": {"v": {"value": why}},
    });
    submitted("silence", "482", values)
}

#[test]
fn the_forms_say_what_they_are_about_and_hold_nothing_that_slack_obeys() {
    for title in ["<!channel> & more", "", "\u{202e}\0", &"決済<U>".repeat(300)] {
        for language in [Language::En, Language::Ja] {
            let view = Incident { title: safe(title), language, ..samples::first_look() };
            for form in [slack_silence_form(&view), slack_resolve_form(&view)] {
                assert_eq!(form["private_metadata"], "482");
                for key in ["title", "submit", "close"] {
                    let text = form[key]["text"].as_str().unwrap();
                    assert!((1..=24).contains(&text.chars().count()), "{text}");
                }
                assert!(!form.to_string().contains(['<', '>']), "{form}");
            }
        }
    }
    let form = slack_silence_form(&samples::first_look());
    let element = &form["blocks"][1]["element"];
    let texts: Vec<&str> = element["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"]["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["30 min", "1 h", "2 h", "4 h", "8 h", "1 d", "3 d", "7 d"]);
    assert_eq!(element["initial_option"]["value"], "240");
    let form = slack_resolve_form(&samples::first_look());
    assert!(form["blocks"][1]["elements"][0]["text"].as_str().unwrap().starts_with("1 alert still fires"));
}

#[test]
fn a_time_that_is_said_counts_more_than_a_length() {
    let wanted = |one: DeedSubmission| one.wanted(Language::En, now()).unwrap();
    let one = wanted(silence("240", None, " a deploy\0 "));
    assert_eq!((one.incident, one.until), (482, Some(now() + TimeDelta::hours(4))));
    assert_eq!(one.text, "a deploy\u{fffd}");
    assert_eq!(wanted(silence("240", Some(90), "")).until, Some(now() + TimeDelta::seconds(90)));
    assert_eq!(wanted(silence("", Some(90), "")).until, Some(now() + TimeDelta::seconds(90)));
    assert_eq!(wanted(silence("30", None, &"ü".repeat(5_000))).text.chars().count(), MOST_COMMENT);
    let how = json!({"how": {"v": {"value": "rolled back"}}, "why": {"v": {"value": "x"}}});
    let one = wanted(submitted("resolve", "482", how));
    assert_eq!((one.until, one.text.as_str()), (None, "rolled back"));
    assert_eq!(wanted(submitted("resolve", "482", json!({}))).text, "");
}

#[test]
fn what_is_forged_or_faulty_is_said_at_its_place() {
    let place = |one: DeedSubmission| one.wanted(Language::Ja, now()).unwrap_err()[0].0;
    for (length, until, at) in [
        ("", None, "for"),
        ("45", None, "for"),
        ("-30", None, "for"),
        ("9999999999999999999", None, "for"),
        ("240", Some(0), "until"),
        ("240", Some(-1), "until"),
        ("240", Some(91 * 86_400), "until"),
        ("240", Some(i64::MAX / 2), "until"),
        ("240", Some(i64::MIN / 2), "until"),
    ] {
        assert_eq!(place(silence(length, until, "x")), at, "{length} {until:?}");
    }
    for kept in ["", "0", "-1", "x", "482,483", "{}"] {
        assert_eq!(place(submitted("resolve", kept, json!({}))), "how", "{kept}");
        let values = json!({"for": {"v": {"selected_option": {"value": "60"}}}});
        assert_eq!(place(submitted("silence", kept, values)), "for", "{kept}");
    }
    assert_eq!(place(submitted("silence", "482", json!({"for": {"v": 7}, "until": {"v": []}}))), "for");
    assert_eq!(silence("60", None, "").refused("why"), [("for", "why".to_owned())]);
}
