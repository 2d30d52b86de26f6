//! Presses and commands as Slack sends them, and whatever else may come by the same way.

use proptest::prelude::*;

use super::*;
use crate::notify::samples;
use crate::notify::slack::limits::check;

fn payload(fields: Value) -> String {
    let mut all = json!({
        "type": "block_actions", "user": {"id": "U1", "name": "aya"}, "response_url": "https://hooks.slack.com/actions/1",
        "trigger_id": "7.7",
        "actions": [{"action_id": "acknowledge", "value": "482", "type": "button"}], "state": {"values": {}},
    });
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    all.to_string()
}

#[test]
fn every_deed_comes_back_from_its_button() {
    for deed in Deed::ALL {
        let actions = json!({"actions": [button(deed, words::RIGHT, &samples::first_look())]});
        let press = press(&payload(actions)).unwrap().unwrap();
        assert_eq!((press.deed, press.incident, press.private), (Some(deed), 482, false));
        assert_eq!(press.actor, "aya in Slack");
        assert_eq!(press.response_url, "https://hooks.slack.com/actions/1");
        assert_eq!(press.trigger, "7.7");
    }
    let taken = samples::acknowledged();
    let second = slack_already(&taken, Deed::Acknowledge, "ken in Slack");
    let row = second["blocks"].as_array().unwrap().last().unwrap().clone();
    let private = |n: usize| {
        let fields = json!({"actions": [row["elements"][n]], "container": {"is_ephemeral": true}});
        press(&payload(fields)).unwrap().unwrap()
    };
    assert_eq!((private(0).deed, private(0).private), (Some(Deed::TakeOver), true));
    assert_eq!((private(1).deed, private(1).private), (None, true));
}

#[test]
fn all_of_a_storm_is_taken_by_its_button() {
    let presses = Buttons { presses: true, ..Buttons::default() };
    let body = crate::notify::slack_storm(&samples::storm(34), &Zone::utc(), "#alerts", presses, None);
    let row = body["blocks"].as_array().unwrap().iter().find(|block| block["type"] == "actions").unwrap();
    let press = press(&payload(json!({"actions": [row["elements"][0]]}))).unwrap().unwrap();
    assert_eq!((press.deed, press.incident, press.storm), (Some(Deed::Acknowledge), 7, true));
}

#[test]
fn who_has_no_name_is_somebody_and_a_long_one_is_cut() {
    for (user, actor) in [
        (json!({}), "Somebody in Slack"),
        (json!({"id": "U7"}), "U7 in Slack"),
        (json!({"id": "U7", "username": "ken", "name": ""}), "ken in Slack"),
        (json!({"name": "a\nb\u{202e}c"}), "a b c in Slack"),
    ] {
        assert_eq!(press(&payload(json!({"user": user}))).unwrap().unwrap().actor, actor);
    }
    let long = press(&payload(json!({"user": {"name": "x".repeat(500)}}))).unwrap().unwrap();
    assert_eq!(long.actor.chars().count(), NAME + " in Slack".len());
}

#[test]
fn commands_are_read_and_anything_else_asks_for_help() {
    let act = |deed, number, text: &str| Command::Do(deed, number, text.to_owned());
    for (text, wanted) in [
        ("", Command::Help),
        ("help", Command::Help),
        (" OPEN ", Command::Open),
        ("show 482", Command::Show(482)),
        ("show #482", Command::Show(482)),
        ("show", Command::Help),
        ("ack 482", act(Deed::Acknowledge, 482, "")),
        ("take 482", act(Deed::TakeOver, 482, "")),
        ("Resolve #482  rolled   back", act(Deed::Resolve, 482, "rolled back")),
        ("silence 482 2h a deploy", act(Deed::Silence, 482, "2h a deploy")),
        ("analyse 7", act(Deed::Analyze, 7, "")),
        ("analyze 7", act(Deed::Analyze, 7, "")),
        ("resolve it 482", Command::Help),
        ("right 482", Command::Help),
        ("ack 99999999999999999999", Command::Help),
    ] {
        assert_eq!(command(text), wanted, "{text:?}");
    }
}

#[test]
fn answers_are_for_one_person_and_within_slacks_limits() {
    let (view, zone) = (samples::first_look(), Zone::utc());
    let buttons = Buttons { presses: true, analysis: true, declare: true };
    let home = "https://firstlook.example.com/incidents/482";
    let many = vec![view.clone(); 30];
    for answer in [
        slack_show(&view, &zone, buttons),
        slack_open(Language::En, &many, false, home),
        slack_open(Language::En, &[], false, home),
        slack_help(Language::En, home),
        slack_unknown(Language::En, 482),
        slack_nothing_to_judge(Language::En),
        slack_silenced(&view, &zone, home),
        slack_silenced(&Incident { silenced_until: Some(view.opened_at), ..view.clone() }, &zone, home),
        slack_not_done(Language::En, "the database does not answer"),
        slack_already(&samples::resolved(), Deed::Resolve, "ken in Slack"),
        slack_already(&view, Deed::Analyze, "ken in Slack"),
    ] {
        check(&answer);
        assert_eq!(answer["response_type"], "ephemeral");
        assert_eq!(answer["replace_original"], false);
    }
    let listed = slack_open(Language::En, &many, false, home).to_string();
    assert_eq!(
        listed.matches("rich_text_section").count(),
        LISTED + 2,
        "a head, the list, a way to the others"
    );
    assert!(listed.contains("More on the page"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_that_comes_breaks_the_reader(text in any::<String>(), name in any::<String>(), value in any::<String>()) {
        let _ = press(&text);
        let _ = command(&text);
        let fields = json!({"user": {"name": name}, "actions": [{"action_id": "resolve", "value": value}]});
        if let Some(press) = press(&payload(fields)).unwrap() {
            prop_assert!(!press.actor.contains(char::is_control));
            check(&slack_already(&samples::acknowledged(), Deed::Acknowledge, &press.actor));
        }
    }
}
