//! What a message says of an incident that flaps: it is not over before its end is told.

use super::*;

#[test]
fn what_flaps_and_is_quiet_is_not_over_in_its_message() {
    let quiet = samples::flapping(samples::resolved());
    let body = update(&quiet);
    says(
        &body,
        &[
            "◐ Acknowledged by Aya Tanaka",
            "⇅ Flapping, 5 times in 10 min: quiet since 18:41 UTC, told as over at 18:51 UTC",
        ],
        &["Resolved"],
    );
    assert!(!body["text"].as_str().unwrap().contains("Resolved"), "{}", body["text"]);
    let buttons = Buttons { presses: true, ..Buttons::default() };
    let pressed = slack_update(&quiet, &Zone::utc(), "C0ALERTCRIT", "1795111621.000100", buttons).to_string();
    assert!(pressed.contains("\"resolve\""), "it can be ended: {pressed}");
    let nobodys = Incident { acknowledged_at: None, owner: None, ..quiet };
    says(&update(&nobodys), &["○ Open"], &["Resolved"]);
    let over = Incident { flap: None, flags: Vec::new(), ..nobodys };
    says(&update(&over), &["● Resolved"], &["Flapping"]);
}

#[test]
fn what_flaps_and_fires_says_how_often_and_when_its_end_is_told() {
    let said = "⇅ Flapping, 5 times in 10 min: its end is told when quiet for 10 min";
    says(&update(&samples::flapping(samples::first_look())), &["○ Open", said], &["quiet since"]);
}
