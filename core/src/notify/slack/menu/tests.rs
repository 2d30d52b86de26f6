//! What the menu offers and when, what comes back from it, and what is said to who asks why.

use super::super::limits::check;
use super::super::press::press;
use super::*;
use crate::language::Language;
use crate::notify::samples::{self, safe};

const ALL: Buttons = Buttons { presses: true, analysis: true, declare: true };

fn offered(view: &Incident, buttons: Buttons) -> Vec<String> {
    let menu = menu(view, buttons).unwrap_or_default();
    let options = menu["options"].as_array().into_iter().flatten();
    options.map(|one| one["value"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_offers_what_can_be_done_now() {
    let open = samples::first_look();
    assert_eq!(offered(&open, ALL), ["declare:482", "resolve:482", "silence:482", "why:482"]);
    assert_eq!(offered(&samples::acknowledged(), ALL), ["declare:482", "silence:482", "why:482"]);
    assert_eq!(offered(&samples::declared()[0], ALL), ["silence:482", "why:482"]);
    assert_eq!(offered(&open, Buttons { declare: false, ..ALL }), ["resolve:482", "silence:482", "why:482"]);
    assert!(offered(&samples::resolved(), ALL).is_empty());
    assert!(offered(&open, Buttons { presses: false, ..ALL }).is_empty());
}

#[test]
fn a_choice_comes_back_with_its_incident_and_nonsense_is_nothing() {
    let payload = |value: &Value| {
        json!({
            "type": "block_actions", "user": {"id": "U1", "name": "aya"}, "trigger_id": "7.7",
            "actions": [{"type": "overflow", "action_id": "more", "selected_option": {"value": value}}],
        })
        .to_string()
    };
    for choice in Choice::ALL {
        let value = json!(format!("{}:482", choice.as_str()));
        let press = press(&payload(&value)).unwrap().unwrap();
        assert_eq!((press.choice, press.incident, press.deed), (Some(choice), 482, None));
        assert_eq!(press.trigger, "7.7");
    }
    for odd in ["", "why", "why:", "why:x", "why:-1", "why:0", "delete:482", "why:482:1", "why: 482"] {
        assert_eq!(press(&payload(&json!(odd))).unwrap(), None, "{odd}");
    }
    for odd in [json!(7), json!(null), json!({"value": "why:482"})] {
        assert!(press(&payload(&odd)).unwrap_or_default().is_none(), "{odd}");
    }
}

#[test]
fn who_asks_why_reads_each_receivers_reason_once() {
    let zone = Zone::utc();
    let mut view = samples::first_look();
    let one = samples::with_summary().notifications[0].clone();
    let other = Notification { receiver: "lead".into(), sent_at: None, ..one.clone() };
    view.notifications = vec![one.clone(), one.clone(), other];
    let body = slack_why(&view, &zone);
    check(&body);
    let shown = body["blocks"].to_string();
    let entries = body["blocks"][0]["elements"][1]["elements"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{shown}");
    assert!(shown.contains("not told yet") && shown.contains(one.reason.as_str()), "{shown}");
    view.notifications.clear();
    let body = slack_why(&view, &zone);
    check(&body);
    assert_eq!(body["text"], "Nobody is told of #482.");
    for text in ["<!channel> & `x`", "", "\u{202e}\0", "決済<U>"] {
        for repeat in [1, 500] {
            let hostile = text.repeat(repeat);
            let odd = Notification {
                receiver: hostile.clone(),
                integration: hostile.clone(),
                reason: safe(&hostile),
                ..one.clone()
            };
            let numbered = |n: usize| Notification { receiver: format!("{n}{hostile}"), ..odd.clone() };
            view.notifications = (0..50).map(numbered).collect();
            view.language = Language::Ja;
            let body = slack_why(&view, &zone);
            check(&body);
            assert_eq!(body["blocks"][0]["elements"][1]["elements"].as_array().unwrap().len(), REASONS);
        }
    }
}
