//! The form that declares within Slack's bounds, and what comes of what is filled in, or forged.

use super::super::modal::{Modal, modal};
use super::*;
use crate::notify::samples::{self, safe};

fn pairs(count: usize) -> Vec<(String, String)> {
    (0..count).map(|n| (format!("S{n:03}"), format!("group & {n}"))).collect()
}

fn opened(view: &Incident, groups: Result<&[(String, String)], &str>) -> Value {
    let form =
        DeclareForm { view, user: "U0AYA", name: "inc-482-api", private: true, invited: (2, 1), groups };
    slack_declare_form(&form)
}

fn block<'a>(view: &'a Value, id: &str) -> &'a Value {
    view["blocks"].as_array().unwrap().iter().find(|one| one["block_id"] == id).unwrap_or(&Value::Null)
}

#[test]
fn it_begins_with_what_the_configuration_says_and_who_pressed() {
    let groups = pairs(150);
    let view = opened(&samples::first_look(), Ok(&groups));
    assert_eq!((&view["callback_id"], &view["private_metadata"]), (&json!("declare"), &json!("482")));
    assert_eq!(
        view["blocks"][0]["elements"][0]["text"],
        "#482 · Critical · payment-api: PaymentApi5xxRateHigh"
    );
    assert_eq!(block(&view, "name")["element"]["initial_value"], "inc-482-api");
    assert_eq!(block(&view, "lead")["element"]["initial_user"], "U0AYA");
    let people = block(&view, "people");
    assert_eq!(people["element"]["placeholder"]["text"], "Besides 2 people and 1 group of the configuration");
    assert!(people["optional"] == true && people.get("hint").is_none());
    let options = block(&view, "groups")["element"]["options"].as_array().unwrap();
    assert_eq!((options.len(), &options[0]["text"]["text"]), (100, &json!("group &amp; 0")));
    assert_eq!(block(&view, "private")["element"]["initial_option"]["value"], "private");
}

#[test]
fn what_cannot_be_offered_is_said_and_nothing_from_outside_breaks_it() {
    for text in ["<!channel> & `x`", "\u{202e}\0", "決済<U>", "", " "] {
        for repeat in [1, 900] {
            let text = text.repeat(repeat);
            let mut incident = samples::first_look();
            incident.title = safe(&text);
            let odd = [
                ("S01".to_owned(), text.clone()),
                ("S02".to_owned(), "&".repeat(80)),
                ("x".to_owned(), "no id".to_owned()),
            ];
            let view = opened(&incident, Ok(&odd));
            let shown = view.to_string();
            assert!(!shown.contains(['<', '>']), "{shown}");
            for option in block(&view, "groups")["element"]["options"].as_array().unwrap() {
                let length = option["text"]["text"].as_str().unwrap().chars().count();
                assert!((1..=OPTION).contains(&length) && option["value"] != "x", "{option}");
            }
            let view = opened(&incident, Err(&text));
            let hint = block(&view, "people")["hint"]["text"].as_str().unwrap();
            assert!(hint.starts_with("Groups cannot be chosen here") && hint.chars().count() <= 2_000);
            assert!(block(&view, "groups").is_null());
        }
    }
    let nobody = DeclareForm {
        view: &samples::first_look(),
        user: "<!here>",
        name: "a",
        private: false,
        invited: (0, 0),
        groups: Ok(&[]),
    };
    let view = slack_declare_form(&nobody);
    assert!(block(&view, "lead")["element"].get("initial_user").is_none());
    assert_eq!(block(&view, "people")["element"]["placeholder"]["text"], "Nobody besides the lead");
}

fn submitted(kept: &str, values: Value) -> DeclareSubmission {
    let payload = json!({
        "type": "view_submission", "user": {"id": "U1", "name": "aya"},
        "view": {"id": "V1", "callback_id": "declare", "private_metadata": kept, "state": {"values": values}},
    });
    match modal(&payload.to_string()) {
        Ok(Some(Modal::Declared(one))) => *one,
        other => panic!("{other:?}"),
    }
}

fn filled(name: &str) -> Value {
    json!({
        "name": {"v": {"value": name}}, "lead": {"v": {"selected_user": "U0KEN"}},
        "people": {"v": {"selected_users": ["U0MIA", "W0BOB"]}},
        "groups": {"v": {"selected_options": [{"value": "S0OPS"}]}},
        "private": {"v": {"selected_option": {"value": "private"}}},
    })
}

#[test]
fn what_is_filled_in_is_what_is_asked_for() {
    let one = submitted("482", filled(" #Inc-7_x "));
    assert_eq!((one.incident, one.actor.as_str()), (Some(482), "aya in Slack"));
    let asked = one.wanted(Language::En).unwrap();
    assert_eq!((asked.name.as_str(), asked.lead.as_str(), asked.private), ("inc-7_x", "U0KEN", true));
    assert_eq!((asked.users, asked.groups), (vec!["U0MIA".into(), "W0BOB".into()], vec!["S0OPS".into()]));
}

#[test]
fn what_is_forged_or_faulty_is_said_at_its_place() {
    for kept in ["", "-1", "0", "482 ", "{\"incident\": 482}", "9999999999999999999999", "4' OR 1=1"] {
        assert_eq!(submitted(kept, filled("a")).incident, None, "{kept}");
    }
    for name in ["", "#", "---", "a b", "決済", "a\0", "<!channel>", &"a".repeat(81)] {
        let faults = submitted("1", filled(name)).wanted(Language::En).unwrap_err();
        assert!(faults.len() == 1 && faults[0].0 == "name", "{name}: {faults:?}");
    }
    let places = |values: Value| -> Vec<&str> {
        submitted("1", values).wanted(Language::Ja).unwrap_err().iter().map(|(block, _)| *block).collect()
    };
    assert_eq!(places(json!({})), ["name", "lead", "private"]);
    let mut odd = filled("a");
    odd["lead"]["v"]["selected_user"] = json!("U1> <!here>");
    odd["people"]["v"]["selected_users"] = json!(["U1", "@ken", 7]);
    odd["groups"]["v"]["selected_options"] = json!([{"value": "U1"}, 7, {}]);
    odd["private"]["v"]["selected_option"]["value"] = json!("nobody");
    assert_eq!(places(odd), ["lead", "people", "groups", "private"]);
    let mut many = filled("a");
    many["people"]["v"]["selected_users"] = json!(vec!["U1A"; MOST + 1]);
    assert_eq!(places(many), ["people"]);
    let mut wrong = filled("a");
    wrong["name"] = json!({"v": {"value": ["a"]}});
    assert_eq!(places(wrong), ["name"]);
}
