//! The form within Slack's bounds, and what comes of what is filled in.

use super::super::modal::{Modal, modal};
use super::*;

const HOUR: i64 = 3_600;

fn now() -> DateTime<Utc> {
    "2026-11-20T03:07:31Z".parse().unwrap()
}

fn view(services: &[String], channel: Option<&str>) -> Value {
    slack_form(&Form { language: Language::Ja, now: now(), services, steps: 8, channel, under: None })
}

#[test]
fn it_asks_about_the_last_half_hour_and_where_only_if_nobody_knows() {
    let form = view(&["api".to_owned()], Some("C0OPS"));
    let at = |block: usize| form["blocks"][block]["element"]["initial_date_time"].as_i64().unwrap();
    let minute = now().timestamp() / 60 * 60;
    assert_eq!((at(0), at(1)), (minute - HOUR / 2, minute));
    assert_eq!((&form["title"]["text"], &form["private_metadata"]), (&json!("調査"), &json!("C0OPS")));
    let ids = |form: &Value| {
        let blocks = form["blocks"].as_array().unwrap().clone();
        blocks.iter().filter_map(|one| one["block_id"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&form), ["from", "to", "seen", "service"]);
    assert_eq!(ids(&view(&[], None)), ["from", "to", "seen", "channel"]);
}

#[test]
fn about_an_alarm_it_has_its_time_and_its_words_and_answers_in_its_thread() {
    let ts = format!("{}.000200", now().timestamp() - 4 * HOUR);
    let said = "ALARM: x".repeat(500);
    let under = Under { channel: "C0OPS".into(), thread: ts.clone(), ts, said };
    let opened = |at| {
        let form = Form {
            language: Language::En,
            now: at,
            services: &[],
            steps: 8,
            channel: Some("C0OPS"),
            under: Some(&under),
        };
        slack_form(&form)
    };
    let form = opened(now());
    let time =
        |form: &Value, block: usize| form["blocks"][block]["element"]["initial_date_time"].as_i64().unwrap();
    let alarm = (now().timestamp() - 4 * HOUR) / 60 * 60;
    assert_eq!((time(&form, 0), time(&form, 1)), (alarm - HOUR / 2, alarm + HOUR / 6));
    assert_eq!(form["blocks"][2]["element"]["initial_value"].as_str().unwrap().chars().count(), 1_000);
    assert!(
        form["blocks"][3]["elements"][0]["text"].as_str().unwrap().ends_with("in the thread of the alarm.")
    );
    let soon = opened(now() - TimeDelta::hours(4) + TimeDelta::minutes(2));
    assert_eq!(time(&soon, 1), alarm + 120, "not past now");
    let kept = form["private_metadata"].as_str().unwrap();
    let wanted = submitted(HOUR, 0, "x", kept).wanted(Language::En, now()).unwrap();
    assert_eq!((wanted.channel.as_str(), wanted.thread.as_ref()), ("C0OPS", Some(&under.thread)));
    let taken = slack_form_taken(Language::En, "U1", &wanted);
    assert_eq!((&taken["user"], &taken["thread_ts"]), (&json!("U1"), &json!(under.thread)));
    let odd = submitted(HOUR, 0, "x", "C0OPS:../x").wanted(Language::En, now()).unwrap();
    assert_eq!((odd.channel.as_str(), odd.thread), ("C0OPS", None));
}

#[test]
fn what_slack_would_refuse_is_not_offered() {
    let mut services: Vec<String> = (0..150).map(|n| format!("service-{n}")).collect();
    services.insert(0, "x".repeat(76));
    services.insert(1, String::new());
    // Escaped it would be too long.
    services.insert(2, "&".repeat(40));
    let form = view(&services, Some("C0OPS"));
    let options = form["blocks"][3]["element"]["options"].as_array().unwrap().clone();
    assert_eq!((options.len(), &options[0]["value"]), (100, &json!("service-0")));
}

#[test]
fn several_services_can_be_chosen_each_once_and_no_more_than_are_offered() {
    let chosen = |values: Value| {
        let mut one = submitted(HOUR, 0, "x", "C0OPS");
        let of = json!({"service": {"v": {"selected_options": values}}});
        let filled = Filled { values: serde_json::from_value(of).unwrap(), ..Filled::default() };
        one.services = filled.chosen("service");
        one.wanted(Language::En, now()).unwrap().services
    };
    let options = |names: &[&str]| names.iter().map(|name| json!({"value": name})).collect::<Value>();
    assert_eq!(chosen(options(&["api", " api ", "", "pay\0"])), ["api", "pay\u{fffd}"]);
    assert_eq!(chosen(options(&["a", "b", "c", "d", "e", "f"])).len(), MOST_SERVICES);
    assert_eq!(chosen(options(&["x".repeat(300).as_str()])), Vec::<String>::new());
    for odd in [json!(null), json!("api"), json!([7, {"value": 7}, {}])] {
        assert_eq!(chosen(odd), Vec::<String>::new());
    }
}

fn submitted(from: i64, to: i64, seen: &str, channel: &str) -> Submission {
    let time = |ago: i64| json!({"v": {"selected_date_time": now().timestamp() - ago}});
    let payload = json!({
        "type": "view_submission", "user": {"id": "U1", "name": "aya"},
        "view": {"id": "V1", "callback_id": "analyse", "private_metadata": channel, "state": {"values": {
            "from": time(from), "to": time(to), "seen": {"v": {"value": seen}}, "service": {"v": {"selected_options": []}},
        }}},
    });
    match modal(&payload.to_string()) {
        Ok(Some(Modal::Submitted(submission))) => *submission,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_filled_in_is_bounded() {
    let one = submitted(HOUR, -HOUR, &format!(" a\0{}", "ü".repeat(2_000)), "C0OPS");
    assert_eq!((one.view.as_str(), one.actor.as_str()), ("V1", "aya in Slack"));
    let wanted = one.wanted(Language::En, now()).unwrap();
    assert_eq!(wanted.time, Window { start: now() - TimeDelta::hours(1), end: now() }, "never past now");
    assert!(wanted.seen.starts_with("a\u{fffd}ü") && wanted.seen.chars().count() == 1_000);
    assert_eq!((wanted.services, wanted.channel.as_str()), (vec![], "C0OPS"));
    let places = |one: Submission| -> Vec<&str> {
        one.wanted(Language::En, now()).unwrap_err().iter().map(|(block, _)| *block).collect()
    };
    assert_eq!(places(submitted(13 * HOUR, 0, "x", "C0OPS")), ["from"]);
    assert_eq!(places(submitted(i64::MIN / 2, 0, "", "C0OPS")), ["from", "seen"]);
    assert_eq!(places(submitted(HOUR, 2 * HOUR, "x", "")), ["to", "channel"]);
    for channel in ["#ops", "C0/../x", "X0OPS", "C0OPS@C1", "C", "c0ops"] {
        assert_eq!(places(submitted(HOUR, 0, "x", channel)), ["channel"], "{channel}");
    }
}

#[test]
fn other_payloads_are_about_no_form() {
    for payload in [
        json!({"type": "block_actions", "actions": []}),
        json!({"type": "view_submission", "view": {"callback_id": "other"}}),
        json!({"type": "shortcut", "callback_id": "other", "trigger_id": "1"}),
        json!({"type": "view_closed", "view": {"callback_id": "analyse"}}),
    ] {
        assert_eq!(modal(&payload.to_string()), Ok(None), "{payload}");
    }
    let shortcut = json!({"type": "shortcut", "callback_id": "analyse", "trigger_id": "1.2"});
    assert_eq!(modal(&shortcut.to_string()), Ok(Some(Modal::Wanted(Kind::Moment, "1.2".into()))));
    let other = json!({"type": "shortcut", "callback_id": "insight", "trigger_id": "1.2"});
    assert_eq!(modal(&other.to_string()), Ok(Some(Modal::Wanted(Kind::Insight, "1.2".into()))));
    assert!(modal("[").is_err());
    for odd in [json!({"type": 7}), json!([]), json!({"type": "view_submission", "view": {"state": []}})] {
        let _ = modal(&odd.to_string());
    }
}

fn asked(days: Value, seen: &str, channel: &str) -> Result<Wanted, Vec<FormFault>> {
    asked_of("insight", days, seen, channel)
}

fn asked_of(form: &str, days: Value, seen: &str, channel: &str) -> Result<Wanted, Vec<FormFault>> {
    let payload = json!({
        "type": "view_submission", "user": {"id": "U1", "name": "aya"},
        "view": {"id": "V1", "callback_id": form, "private_metadata": channel, "state": {"values": {
            "days": {"v": {"selected_option": {"value": days}}}, "seen": {"v": {"value": seen}},
        }}},
    });
    match modal(&payload.to_string()) {
        Ok(Some(Modal::Submitted(submission))) => submission.wanted(Language::En, now()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_question_about_metrics_is_about_one_to_fourteen_days_until_now() {
    for channel in [Some("C0OPS"), None] {
        let services = ["api".to_owned()];
        let form = slack_insight_form(&Form {
            language: Language::Ja,
            now: now(),
            services: &services,
            steps: 8,
            channel,
            under: None,
        });
        let ids: Vec<&str> =
            form["blocks"].as_array().unwrap().iter().filter_map(|one| one["block_id"].as_str()).collect();
        let all = ["seen", "days", "service", "channel"];
        assert_eq!(ids, all[..if channel.is_some() { 3 } else { 4 }]);
        assert_eq!(form["blocks"][1]["element"]["options"].as_array().unwrap().len(), 14);
        assert_eq!(form["blocks"][1]["element"]["initial_option"]["value"], "7");
    }
    for days in [1, 7, 14] {
        let wanted = asked(json!(days.to_string()), " Is it slow? ", "C0OPS").unwrap();
        assert_eq!((wanted.kind, wanted.seen.as_str(), wanted.thread), (Kind::Insight, "Is it slow?", None));
        assert_eq!(wanted.time, Window { start: now() - TimeDelta::days(days), end: now() });
    }
    let places = |days, seen, channel| -> Vec<&str> {
        asked(days, seen, channel).unwrap_err().iter().map(|(block, _)| *block).collect()
    };
    for days in [
        json!("0"),
        json!("15"),
        json!("-1"),
        json!("7.5"),
        json!("week"),
        json!(7),
        json!(null),
        json!("99999999999"),
    ] {
        assert_eq!(places(days.clone(), "x", "C0OPS"), ["days"], "{days}");
    }
    assert_eq!(places(json!("7"), " \n", "#ops"), ["seen", "channel"]);
}

#[test]
fn open_findings_are_asked_for_with_or_without_a_question() {
    for channel in [Some("C0OPS"), None] {
        let steps = if channel.is_some() { 8 } else { 0 };
        let language = Language::En;
        let form =
            slack_findings_form(&Form { language, now: now(), services: &[], steps, channel, under: None });
        let blocks = form["blocks"].as_array().unwrap();
        let ids: Vec<&str> = blocks.iter().filter_map(|one| one["block_id"].as_str()).collect();
        assert_eq!(ids, ["seen", "days", "channel"][..if channel.is_some() { 2 } else { 3 }]);
        assert_eq!((&blocks[0]["optional"], &form["callback_id"]), (&json!(true), &json!("findings")));
        let foot = blocks.last().unwrap().to_string();
        assert_eq!(foot.contains("at most 8 steps"), steps == 8, "{foot}");
    }
    let wanted = asked_of("findings", json!("1"), " ", "C0OPS").unwrap();
    assert_eq!(
        (wanted.kind, wanted.seen.as_str()),
        (Kind::Findings, "Open security findings, and what is new in 1 day")
    );
    let wanted = asked_of("findings", json!("14"), "Is prod concerned?", "C0OPS").unwrap();
    assert_eq!(wanted.seen, "Is prod concerned?");
    let faults = asked_of("findings", json!("15"), "", "").unwrap_err();
    assert_eq!(faults.iter().map(|(block, _)| *block).collect::<Vec<_>>(), ["channel", "days"]);
}
