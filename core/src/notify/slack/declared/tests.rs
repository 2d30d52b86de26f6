//! What messages say of a declared incident in its own channel and elsewhere, and that nothing in it can ring but its lead.

use serde_json::Value;

use super::super::limits::check;
use super::super::{Buttons, slack_already, slack_post, slack_post_again, slack_update};
use super::*;
use crate::evidence::Redacted;
use crate::incident::{Deed, Status};
use crate::notify::samples::{self, safe, start};

const ALL: Buttons = Buttons { presses: true, analysis: true, declare: true };

fn shown(body: &Value) -> String {
    check(body);
    body["blocks"].to_string()
}

#[test]
fn its_own_channel_names_the_lead_and_the_way_back_and_every_other_the_way_there() {
    let [declared, opening, none] = samples::declared();
    let zone = Zone::utc();
    let own = slack_post(&declared, &zone, "C0INC", ALL);
    let text = shown(&own);
    assert!(
        text.contains(r#""user_id":"U0AYATANAKA""#)
            && text.contains("/archives/C0ALERTCRIT/p1795111621000100"),
        "{text}"
    );
    assert!(!text.contains("Work goes on in"), "{text}");
    assert_eq!(own["metadata"]["event_payload"]["kind"], "declared");
    assert!(own["text"].as_str().unwrap().starts_with("Declared: "), "{own}");
    let again = slack_post_again(&declared, &zone, "C0INC", ALL, start());
    assert!(
        shown(&again).contains("U0AYATANAKA") && again["metadata"]["event_payload"]["kind"] == "declared"
    );
    let edited = slack_update(&declared, &zone, "C0INC", "1.0", ALL);
    assert!(shown(&edited).contains("U0AYATANAKA"));

    let alarm = slack_update(&declared, &zone, "C0ALERTCRIT", "1.0", ALL);
    let text = shown(&alarm);
    assert!(text.contains("Work goes on in ") && text.contains(r#""channel_id":"C0INC""#), "{text}");
    assert!(!text.contains("user_id") && text.contains(" · Declared · "), "{text}");
    assert_eq!(alarm["metadata"]["event_payload"]["kind"], "living");
    assert!(shown(&slack_update(&opening, &zone, "C0", "1.0", ALL)).contains("Its channel is being opened."));
    let text = shown(&slack_update(&none, &zone, "C0", "1.0", ALL));
    assert!(
        text.contains("It has no channel.") && text.matches("channels:manage").count() == UNDONE,
        "{text}"
    );
    let line = declared_line(&declared, &zone, "C0ALERTCRIT", "1.0").unwrap();
    assert!(shown(&line).contains("C0INC") && line["thread_ts"] == "1.0");
    assert_eq!(declared_line(&samples::acknowledged(), &zone, "C0", "1.0"), None);
}

#[test]
fn the_button_is_there_until_it_is_declared_or_over_and_where_a_bot_may() {
    let zone = Zone::utc();
    let has = |view: &Incident, buttons| {
        shown(&slack_update(view, &zone, "C0", "1.0", buttons)).contains(r#""value":"declare:482""#)
    };
    assert!(has(&samples::first_look(), ALL) && has(&samples::acknowledged(), ALL));
    assert!(!has(&samples::resolved(), ALL) && !has(&samples::declared()[0], ALL));
    assert!(!has(&samples::first_look(), Buttons { declare: false, ..ALL }));
    assert!(!has(&samples::first_look(), Buttons { presses: false, ..ALL }));
    let [declared, opening, _] = samples::declared();
    let said = |view| slack_already(view, Deed::Declare, "ken in Slack")["blocks"].to_string();
    assert!(said(&declared).contains("C0INC") && said(&opening).contains("its channel is being opened"));
}

#[test]
fn nothing_from_outside_rings_or_breaks_the_line() {
    let zone = Zone::utc();
    for text in ["<!channel> <@U1> & `x`", "", "\u{202e}\0", "決済<U>"] {
        for mut view in samples::declared() {
            for repeat in [1, 500] {
                let hostile: Redacted = safe(&text.repeat(repeat));
                let declared = view.declared.as_mut().unwrap();
                declared.actor = hostile.clone();
                declared.undone = vec![hostile.clone(); repeat];
                declared.link = Some("https://example.slack.com/archives/x|<!here>".into());
                declared.lead = Some("U1> <!here>".into());
                for status in [Status::Open, Status::Resolved] {
                    view.status = status;
                    for channel in ["C0INC", "C0"] {
                        let body = slack_post(&view, &zone, channel, ALL);
                        assert!(!shown(&body).contains("user_id"), "{body}");
                    }
                }
                check(&declared_line(&view, &zone, "C0", "1.0").unwrap());
                check(&slack_declared_before(&view));
            }
        }
    }
}
