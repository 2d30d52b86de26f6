//! The menu beside the buttons in Slack: silenced for longer, resolved with a word, and why people were told.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{critical, marked, texts};
use crate::harness::{Firstlook, PATIENCE, Setup, body};
use crate::support::slack::workspace::words;
use crate::support::wait::eventually;

/// How long a slow machine may take between two looks at the clock.
const PATIENCE_AT_MOST: TimeDelta = TimeDelta::minutes(10);

async fn start() -> Firstlook {
    let firstlook = Firstlook::start(Setup::default()).await;
    firstlook.post(body(&[critical("Down", "api")])).await;
    firstlook.post(body(&[critical("Down", "db")])).await;
    firstlook.idle().await;
    firstlook
}

/// The form that a choice opens.
async fn opened(firstlook: &Firstlook, choice: &str) -> Value {
    let before = firstlook.slack.views().len();
    firstlook.chooses("aya", choice, &firstlook.slack.trigger()).await;
    firstlook.slack.views().get(before).cloned().unwrap_or_else(|| panic!("{choice} opens a form"))
}

/// What is said to who chose, where no form is opened.
async fn said(firstlook: &Firstlook, choice: &str, trigger: &str) -> String {
    let before = firstlook.slack.answers().len();
    firstlook.chooses("aya", choice, trigger).await;
    let answers = async || firstlook.slack.answers().get(before).cloned();
    words(&eventually(PATIENCE, "she is answered", answers).await["blocks"])
}

fn filled(length: &str, until: Option<DateTime<Utc>>, why: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("for", json!({"type": "static_select", "selected_option": {"value": length}})),
        ("until", json!({"type": "datetimepicker", "selected_date_time": until.map(|at| at.timestamp())})),
        ("why", json!({"type": "plain_text_input", "value": why})),
    ]
}

#[tokio::test]
async fn alerts_are_silenced_for_as_long_as_the_form_says() {
    let firstlook = start().await;
    let message = firstlook.slack.messages().into_iter().find(|one| one.text().contains("api")).unwrap();
    for choice in ["silence:1", "resolve:1", "why:1"] {
        assert!(message.now().blocks.to_string().contains(choice), "{:#}", message.now().blocks);
    }
    let form = opened(&firstlook, "silence:1").await;
    let now = firstlook::clock::now();
    for (values, at, words) in [
        (filled("", None, "x"), "for", "Choose for how long."),
        (filled("7", None, "x"), "for", "Choose for how long."),
        (filled("240", Some(now - TimeDelta::minutes(1)), "x"), "until", "This time is over."),
        (filled("240", Some(now + TimeDelta::days(91)), "x"), "until", "At most 90 days from now."),
    ] {
        let answer = firstlook.submits("aya", &form, &values).await.json();
        assert_eq!(answer["errors"], json!({ at: words }), "{values:?}");
    }
    let answer = firstlook.submits("aya", &form, &filled("240", None, "moving <it> & more")).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""), "taken, and closed");
    let silenced = marked(&firstlook, 1, true).await;
    let until: DateTime<Utc> = silenced["silenced_until"].as_str().unwrap().parse().unwrap();
    let ahead = until - now;
    assert!(ahead >= TimeDelta::hours(4) && ahead < TimeDelta::hours(4) + PATIENCE_AT_MOST, "{ahead}");
    let line = texts(&silenced, "silenced");
    assert!(line[0].starts_with("aya in Slack: ") && line[0].ends_with(": moving <it> & more"), "{line:?}");
    let listed = firstlook.get("/api/v1/silences").await.json();
    assert_eq!(listed["items"][0]["created_by"], "aya in Slack");

    // A time counts more than a length; and nobody has to say why.
    let form = opened(&firstlook, "silence:2").await;
    let end = now + TimeDelta::days(3);
    assert_eq!(firstlook.submits("ken", &form, &filled("30", Some(end), " ")).await.text, "");
    let silenced = marked(&firstlook, 2, true).await;
    let until: DateTime<Utc> = silenced["silenced_until"].as_str().unwrap().parse().unwrap();
    assert_eq!(until.timestamp(), end.timestamp());
    firstlook.finish().await;
}

#[tokio::test]
async fn a_form_resolves_with_a_word_and_what_is_forged_does_nothing() {
    let firstlook = start().await;
    let form = opened(&firstlook, "resolve:1").await;
    let how = [("how", json!({"type": "plain_text_input", "value": "rolled back"}))];
    for (kept, words) in
        [("", "about no incident"), ("0", "about no incident"), ("7", "There is no incident #7")]
    {
        for form in [form.clone(), opened(&firstlook, "silence:2").await] {
            let mut forged = form;
            forged["private_metadata"] = json!(kept);
            let values = [how.to_vec(), filled("30", None, "x")].concat();
            let answer = firstlook.submits("aya", &forged, &values).await.json();
            let errors = answer["errors"].as_object().unwrap();
            let text = errors.values().next().unwrap().as_str().unwrap();
            assert!(errors.len() == 1 && text.contains(words), "{kept:?}: {answer}");
        }
    }
    assert_eq!(firstlook.incident(1).await["status"], "open");
    assert_eq!(firstlook.submits("aya", &form, &how).await.text, "");
    let ended = firstlook.incident(1).await;
    assert_eq!(ended["status"], "resolved", "it was committed before it was answered");
    assert!(ended["timeline"].to_string().contains("rolled back"), "{}", ended["timeline"]);
    // Twice is once; and what is over cannot be silenced, at its place in the form.
    assert_eq!(firstlook.submits("ken", &form, &how).await.text, "");
    let mut late = opened(&firstlook, "silence:2").await;
    late["private_metadata"] = json!("1");
    let answer = firstlook.submits("aya", &late, &filled("30", None, "x")).await.json();
    assert!(answer["errors"]["for"].as_str().unwrap().contains("resolved"), "{answer}");
    firstlook.finish().await;
}

#[tokio::test]
async fn who_asks_why_is_told_of_each_receiver_and_a_form_that_is_not_opened_says_so() {
    let firstlook = start().await;
    let why = said(&firstlook, "why:1", "none").await;
    assert!(why.contains("Who is told of #1, and why") && why.contains("pagerduty/0"), "{why}");
    let typed = words(&firstlook.command("ken", "why 1").await["blocks"]);
    assert_eq!(typed, why);
    assert!(words(&firstlook.command("ken", "why").await["blocks"]).contains("why 482"), "help");
    for choice in ["silence:9", "resolve:9", "why:9"] {
        let none = said(&firstlook, choice, &firstlook.slack.trigger()).await;
        assert!(none.contains("There is no incident #9"), "{choice}: {none}");
    }
    let late = firstlook.slack.aged_trigger(std::time::Duration::from_secs(4));
    let late = said(&firstlook, "silence:1", &late).await;
    assert!(late.contains("it came too late; ask again"), "{late}");
    firstlook.slack.forbid("commands");
    let scope = said(&firstlook, "resolve:1", &firstlook.slack.trigger()).await;
    assert!(scope.contains("add the scope commands"), "{scope}");
    // What was never offered asks for nothing.
    let answers = firstlook.slack.answers().len();
    for odd in ["silence:", "silence:x", "delete:1", "1"] {
        firstlook.chooses("aya", odd, "none").await;
    }
    assert_eq!((firstlook.slack.answers().len(), firstlook.slack.views().len()), (answers, 0));
    firstlook.finish().await;
}
